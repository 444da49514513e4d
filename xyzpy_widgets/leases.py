"""Leases: runs that want the same cases of one file share them out, each case with one of them.

A run claims the cases of a batch right before it is handed out, and leaves those out that another has. At its end it
waits for what others still have, and takes over what a run that died or was ended has left. What others finished it
reads from their logs, so that all that it was asked for is there when it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import LabelIndex
from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.lattice import lattice_of
from xyzpy_widgets.core.outcome import Outcome, Status
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.errors import StoreError
from xyzpy_widgets.execution.control import Control
from xyzpy_widgets.execution.engine import execute
from xyzpy_widgets.execution.options import RunOptions
from xyzpy_widgets.log import Told, replays
from xyzpy_widgets.store.claims import Claims
from xyzpy_widgets.store.frames import Record, scan
from xyzpy_widgets.store.segment import Segment

__all__ = ["Leases"]

_PAUSES = (0.01, 0.25)  # seconds between two looks at what others have: the first, and the longest

Numbers = range | NDArray[np.intp]


@dataclass(slots=True)
class _Other:
    """What is known of another run, in cells of the own lattice.

    Attributes
    ----------
    names : tuple of str
        Its swept arguments.
    log : Path or None
        Its segment of the journal.
    run : int
        Where in it the run begins, which is its number there.
    claimed : set of int
        What it has claimed.
    ended : set of int
        What of it is done, or has failed.
    read : int
        How far its log was read.
    """

    names: tuple[str, ...] = ()
    log: Path | None = None
    run: int = 0
    claimed: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    read: int = 0


class _Points:
    """The points of a plan, and the cells of their lattice, by which runs with other plans know them too."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._lattice = lattice_of(plan.space)
        pairs = zip(self._lattice.names, self._lattice.values, strict=True)
        self._indices = {name: LabelIndex(name, values) for name, values in pairs}

    def cells(self, numbers: Numbers) -> NDArray[np.intp]:
        """Return the cells of some points."""
        at = np.arange(numbers.start, numbers.stop) if isinstance(numbers, range) else numbers
        return np.asarray(self._lattice.cells(at))

    def columns(self, numbers: Numbers) -> list[list[Any]]:
        """Return the arguments of some points, by argument."""
        return [list(column) for column in zip(*self.plan.args(numbers), strict=True)]

    def cells_of(self, names: tuple[str, ...], columns: list[list[Any]]) -> list[int]:
        """Return the cells of cases that another run has, without those that are no points of this plan."""
        if set(names) != set(self._indices) or not columns:
            return []
        found = {
            name: [self._indices[name].find(value) for value in column]
            for name, column in zip(names, columns, strict=True)
        }
        rows = [row for row in zip(*(found[name] for name in self._lattice.names), strict=True) if None not in row]
        where: Any = tuple(zip(*rows, strict=True))
        return np.ravel_multi_index(where, self._lattice.shape).tolist() if rows else []

    def within(self, plan: Plan, cells: set[int]) -> NDArray[np.intp]:
        """Return the points of a plan that lie in some cells."""
        numbers = np.asarray(plan.numbers(0, len(plan)), dtype=np.intp)
        return numbers[np.isin(self.cells(numbers), list(cells))]

    def without(self, plan: Plan, cells: set[int]) -> Plan:
        """Leave out the points of a plan that lie in some cells."""
        if not cells:
            return plan
        return plan.without(np.isin(self.cells(np.arange(len(plan.space))), list(cells)))


class Leases:
    """The part of one run in what several have to do.

    Parameters
    ----------
    data : pathlib.Path
        The data file. Make the leases before what is there is read: what others finish after that is seen.

    Attributes
    ----------
    elsewhere : dict
        The points of the plan that other runs have brought to an end, as of the last look, with what came of them;
        that is known once it is stored, see `settle`.
    """

    _points: _Points
    _undone: Callable[[Plan], Plan]
    _stored: Callable[[], NDArray[np.int8] | None]

    def __init__(self, data: Path) -> None:
        self._claims = Claims.join(data)
        self._others: dict[Path, _Other] = {}
        self._claimed: list[Numbers] = []
        self._ended: set[int] = set()
        self.elsewhere: dict[int, int] = {}

    def over(self, plan: Plan, undone: Callable[[Plan], Plan], stored: Callable[[], NDArray[np.int8] | None]) -> Self:
        """Begin to share a plan.

        Parameters
        ----------
        plan : Plan
        undone : callable
            Leaves out of a plan what is not to be done any more, as it is stored now.
        stored : callable
            Returns the state of each point of the space as it is stored now, None where nothing is.
        """
        self._points = _Points(plan)
        self._undone = undone
        self._stored = stored
        self._claims.append({"names": plan.space.names})
        self._look()
        return self

    def logged(self, begin: Callable[[], Segment]) -> Callable[[], Segment]:
        """Return what begins the log of the run, and tells others where it is."""

        def begun() -> Segment:
            segment = begin()
            self._claims.append({"log": segment.path.name, "run": segment.size})
            return segment

        return begun

    def carry(self, plan: Plan, spec: FunctionSpec, options: RunOptions, control: Control) -> Generator[Outcome]:
        """Carry out what of the plan nobody else does, then what others leave undone; the rest is as in `execute`."""
        left: Plan | None = self._points.without(plan, self._taken(self._others))
        while left is not None:
            for outcome in execute(left, spec, options, control, self._claim):
                ended = [*outcome.numbers, *(failure.number for failure in outcome.failures)]
                self._ended.update(self._points.cells(np.array(ended, dtype=np.intp)).tolist())
                yield outcome
                if outcome.failures and options.on_error == "raise":
                    return
            left = self._awaited(plan, control)

    def finished(self) -> Iterator[Told]:
        """Yield what the logs of other runs tell that are not in the file yet and had a part in the plan."""
        for other in self._others.values():
            if other.log is None or not other.claimed:
                continue
            try:
                told, _ = replays(one.value for one in scan(other.log, other.run) if isinstance(one, Record))
            except StoreError:  # it was put into the file just now
                continue
            yield from told

    def settle(self) -> None:
        """See what others have made of their part, now that it is stored."""
        states = self._stored() if self.elsewhere else None
        if states is not None:
            self.elsewhere = {number: int(states[number]) for number in self.elsewhere}

    def leave(self, *, kept: bool) -> None:
        """Give everything back, and say what of it has an end and is ``kept``."""
        if self._claimed:
            claimed = np.concatenate([np.asarray(numbers, dtype=np.intp) for numbers in self._claimed])
            without_end = np.array([not kept or one not in self._ended for one in self._points.cells(claimed).tolist()])
            self._claims.append({"left": self._points.columns(claimed[without_end])})
        self._claims.leave()

    def _claim(self, numbers: Numbers) -> Numbers:
        """Take those of some points that nobody else has."""
        with self._claims.alone():
            self._look()
            theirs = [one.claimed for one in self._others.values() if one.claimed]
            if theirs:
                free = [not any(cell in one for one in theirs) for cell in self._points.cells(numbers).tolist()]
                numbers = numbers if all(free) else np.asarray(numbers, dtype=np.intp)[free]
            if len(numbers):
                self._claims.append({"args": self._points.columns(numbers)})
                self._claimed.append(numbers)
        return numbers

    def _awaited(self, plan: Plan, control: Control) -> Plan | None:
        """Wait for what others have of the plan; return what they leave to this run, None when all has an end."""
        pause, longest = _PAUSES
        while control.may_go_on():
            living = self._claims.living()
            self._look()
            for other in self._others.values():
                self._follow(other)
            theirs = set().union(*(one.ended for one in self._others.values())) - self._ended
            self.elsewhere = dict.fromkeys(self._points.within(plan, theirs).tolist(), Status.MISSING)
            left = self._points.without(plan, self._ended | theirs)
            free = self._points.without(left, self._taken(living))
            if len(free):
                free = self._undone(free)
                for path in set(self._others) - living:
                    self._others[path].claimed.clear()
                return free
            if not len(left):
                return None
            sleep(pause)
            pause = min(2 * pause, longest)
        return None

    def _taken(self, paths: Iterable[Path]) -> set[int]:
        """Return the cells that some of the other runs have claimed."""
        return set().union(*(self._others[path].claimed for path in paths if path in self._others))

    def _look(self) -> None:
        """Read what others have claimed since the last look."""
        for path, record in self._claims.news():
            other = self._others.setdefault(path, _Other())
            if "names" in record:
                other.names = tuple(record["names"])
            if "log" in record:
                other.log = self._claims.folder / record["log"]
                other.run = other.read = record["run"]
            if "args" in record:
                other.claimed.update(self._points.cells_of(other.names, record["args"]))
            if "left" in record:
                other.ended |= other.claimed - set(self._points.cells_of(other.names, record["left"]))

    def _follow(self, other: _Other) -> None:
        """Read from the log of another run what has an end."""
        if other.log is None:
            return
        try:
            for one in scan(other.log, other.read):
                if isinstance(one, Record):
                    other.read = one.end
                    if one.value.get("run") != other.run:
                        continue
                    other.ended.update(self._points.cells_of(other.names, one.value.get("args", [])))
                    failed = [failure["args"] for failure in one.value.get("failures", [])]
                    other.ended.update(
                        self._points.cells_of(other.names, [list(row) for row in zip(*failed, strict=True)])
                    )
        except StoreError:  # it was put into the file, and the run says as it leaves what has an end
            return
