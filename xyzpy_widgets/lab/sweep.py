"""One sweep of this kernel, as the board has it: what it is of, and how its newest runs go."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any
from weakref import ref

from IPython.core.getipython import get_ipython

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.execution.progress import Progress
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.lab.resting import Resting
from xyzpy_widgets.run import Run
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.summary import called
from xyzpy_widgets.widgets.feed import counts_of
from xyzpy_widgets.widgets.preferences import newest_panel
from xyzpy_widgets.widgets.protocol import RunState, SweepKind, SweepLine
from xyzpy_widgets.widgets.route import within_server
from xyzpy_widgets.widgets.source import name_in
from xyzpy_widgets.widgets.subject import Subject

__all__ = ["Sweep", "code_of"]


@dataclass(slots=True)
class _Watched:
    """A run as it was last seen, and what ended it early."""

    run: ref[Run]
    progress: Progress
    said: str = ""

    @property
    def goes_on(self) -> bool:
        """Whether it is under way now, whatever was seen last."""
        run = self.run()
        return run is not None and not run.done()


class Sweep:
    """A Runner, Harvester, Sampler or plain function, of which its runs under way are told, and its newest.

    One that ends stays until the next begins. It keeps neither what runs nor the runs: what nobody else holds any more
    is told as it was last seen.

    Parameters
    ----------
    number : int
        Which sweep of this kernel it is.
    target : Harvester, Sampler, Runner or None
        None for calls of a plain function.
    spec : FunctionSpec
        What is called.

    Attributes
    ----------
    store : str
        The file of the results; empty where they stay in memory.
    """

    def __init__(self, number: int, target: Any, spec: FunctionSpec) -> None:
        self.number = number
        self.kind: SweepKind = _kind_of(target)
        self.title, self.fn_name = called(spec), spec.name
        self.store = _store_of(target)
        self._target = None if target is None else ref(target)
        self._resting = Resting(Path(self.store), table=self.kind == "sampler") if self.store else None
        self._runs: dict[int, _Watched] = {}

    @property
    def target(self) -> Any:
        """What runs; None where nobody holds it any more, and for a plain function."""
        return None if self._target is None else self._target()

    @property
    def run(self) -> Run | None:
        """The newest run, None without one and where nobody holds it any more."""
        return self.find(max(self._runs, default=0))

    def find(self, number: int) -> Run | None:
        """Return a run by its number; None for one that is not told, and where nobody holds it any more."""
        watched = self._runs.get(number)
        return None if watched is None else watched.run()

    @property
    def gone(self) -> bool:
        """Whether it never ran, and nobody holds it any more."""
        return not self._runs and self.target is None

    @property
    def active(self) -> bool:
        """Whether a run is under way."""
        return any(not watched.progress.over for watched in self._runs.values())

    @property
    def key(self) -> str:
        """What two sweeps have in common of which the later takes the place of the earlier."""
        return self.store or f"{self.kind} {self.title}"

    def watch(self, run: Run, changed: Event) -> None:
        """Tell of a run from now on, and set an event whenever something is to be told."""
        progress = run.progress
        watched = _Watched(ref(run), progress, _error_of(run) if progress.over else "")
        self._runs = {number: one for number, one in self._runs.items() if one.goes_on} | {run.number: watched}

        def progressed(progress: Progress) -> None:
            if progress.over:
                watched.said = _error_of(watched.run())
            watched.progress = progress
            changed.set()

        run.listen(progressed)

    def lines(self) -> list[SweepLine]:
        """Write it as lines of the board: one for each run that is told, in order, or one of what the file holds."""
        if not self._runs:
            idle = self._line(0, "idle", Progress("queued", 0), "")
            return [idle if self._resting is None else {**idle, **self._resting.counts()}]
        runs = sorted(self._runs.items())
        return [self._line(number, one.progress.state, one.progress, one.said) for number, one in runs]

    def _line(self, number: int, state: RunState, progress: Progress, said: str) -> SweepLine:
        return {
            "id": str(self.number),
            "name": self._name(),
            "title": self.title,
            "kind": self.kind,
            "run": number,
            "state": state,
            **counts_of(progress),
            "elapsed": round(progress.elapsed, 1),
            "left": _rounded(progress.left),
            "said": said,
            "store": self.store,
            "path": within_server(Path(self.store)) if self.store else "",
            "key": self.key,
        }

    def _name(self) -> str:
        """Return the user's name for it, that of the function where it has none."""
        shell, target = get_ipython(), self.target
        found = None if shell is None or target is None else name_in(shell.user_ns, target)
        return found or self.fn_name


def code_of(sweep: Sweep) -> str:
    """Write the code of a sweep: that of its panel, or what opens one; empty for a plain function."""
    if sweep.target is None:
        return ""
    panel = newest_panel(sweep.target)
    with suppress(SpaceError):  # what is typed in the panel is no space yet
        if panel is not None:
            return str(panel.code)
    return f"{Subject(sweep.target).name}.panel()\n"


def _kind_of(target: Any) -> SweepKind:
    kinds: tuple[tuple[type, SweepKind], ...] = (
        (Harvester, "harvester"),
        (Sampler, "sampler"),
        (Runner, "runner"),
    )
    return next((kind for is_of, kind in kinds if isinstance(target, is_of)), "function")


def _store_of(target: Any) -> str:
    name = target.data_name if isinstance(target, (Harvester, Sampler)) else None
    return "" if name is None else str(Path(name).absolute())


def _rounded(left: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if left is None else (round(left[0], 1), round(left[1], 1))


def _error_of(run: Run | None) -> str:
    """Return what ended a run early, in one line."""
    if run is None or run.cancelled():
        return ""
    error = run.exception()
    return "" if error is None else f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
