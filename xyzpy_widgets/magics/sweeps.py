"""The sweeps of a notebook: Runners, Harvesters and Samplers by the names that the user gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import LineError
from xyzpy_widgets.grammar.words import Said
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.magics.names import Names
from xyzpy_widgets.registry import runs
from xyzpy_widgets.run import Run
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.widgets.cases import CaseTable
from xyzpy_widgets.widgets.rows import Reading
from xyzpy_widgets.widgets.sheet import Call
from xyzpy_widgets.widgets.subject import Subject

__all__ = ["Last", "Sweeps", "is_sweep"]


def is_sweep(value: Any) -> bool:
    """Say whether a value is something that the verbs take."""
    return isinstance(value, (Runner, Harvester, Sampler))


@dataclass(slots=True)
class Last:
    """What was last asked of a sweep.

    Attributes
    ----------
    target : Runner, Harvester or Sampler
    readings : dict of str to Reading
        Its arguments, as they were read.
    table : CaseTable
    count : int or None
        How many draws.
    call : Call or None
        The whole call.
    again : str
        The code of a retry, where that came after it.
    run : Run or None
        What was begun.
    """

    target: Any
    readings: Mapping[str, Reading] = field(default_factory=dict)
    table: CaseTable = field(default_factory=CaseTable)
    count: int | None = None
    call: Call | None = None
    again: str = ""
    run: Run | None = None


class Sweeps:
    """Finds sweeps and their runs, and remembers what was last asked of each."""

    def __init__(self) -> None:
        self._last: dict[str, Last] = {}

    def find(self, said: Said, names: Names) -> Subject:
        """Return a sweep by its name.

        Raises
        ------
        LineError
            With the nearest name.
        """
        name = said.text
        head = name.partition("(")[0]
        if head != name and head in names:
            msg = f"write {head} without brackets, and its axes behind it: {head} T=0.5:4:40"
            raise LineError(msg, said.at)
        value = names.value(name) if name in names or not name.isidentifier() else None
        if isinstance(value, (Runner, Harvester, Sampler)):
            return Subject(value)
        if callable(value):
            msg = f"{name} is a plain function; write {name} = xyz.Harvester(xyz.Runner({name}, [...])), or %%xyz sweep"
            raise LineError(msg, said.at)
        there = [known for known, one in names if is_sweep(one)]
        what = f"{name} is no sweep but a {type(value).__name__}" if name in names else f"there is no sweep {name}"
        remedy = hint(name, there) if there else f"make one: %%xyz sweep {name} -o result"
        msg = f"{what}; {remedy}"
        raise LineError(msg, said.at)

    def last(self, name: str, subject: Subject) -> Last:
        """Return what was last asked of a sweep; of another that bore its name, only what was begun is remembered."""
        found = self._last.get(name)
        if found is None or found.target is not subject.target:
            found = self._last[name] = Last(subject.target, run=None if found is None else found.run)
        return found

    def run(self, said: Said, names: Names) -> Run:
        """Return the newest run of a sweep, or the run that a name stands for.

        Raises
        ------
        LineError
            Where there is none.
        """
        value = names.value(said.text) if said.text in names else None
        if isinstance(value, Run):
            return value
        subject = self.find(said, names)
        found = self.newest(said.text, subject)
        if found is None:
            msg = f"{said.text} has not run yet; write %xyz {'sample' if subject.sampled else 'run'} {said.text}"
            raise LineError(msg, said.at)
        return found

    def newest(self, name: str, subject: Subject) -> Run | None:
        """Return the newest run of a sweep, begun by a line or of what it calls now, of several one that goes on yet.

        None without one.
        """
        last = self.last(name, subject).run
        found = [run for run in runs() if run is last or run.spec.fn is subject.runner.fn]
        chosen = [run for run in found if run.running()] or found
        return chosen[-1] if chosen else None
