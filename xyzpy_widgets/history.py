"""`History`: the steps in which data grew, and what it takes to go back, beside the file or in memory.

The history of ``NAME`` is the file ``NAME.history``, framed as a segment of the journal. A step is written down before
the data file is, with the identity of the file before; the identity after is noted behind it. So a step that a dying
process has written down and not carried out is known by the file being the same still, and one that follows on a
change by another program by the file having become another. A file that is changed in place may have become another
before the step came about: whoever takes the results up from the journal says that it did not. All of it happens under
the lock of the data file.

What a step replaces is on the disk before the data file changes. A step that only adds holds nothing that is not in
the data too, and is left to the system: after a power cut the last of these may be gone, and cannot be taken back.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from secrets import token_hex
from typing import Any, Generic, Protocol, TypeVar

from xyzpy_widgets.errors import EncodingError
from xyzpy_widgets.store.atomic import remove
from xyzpy_widgets.store.identity import Identity
from xyzpy_widgets.store.packing import pack
from xyzpy_widgets.store.records import RecordFile

__all__ = ["RECOVERED", "History", "Revisions", "Step", "no_way_back"]

RECOVERED = "recovered"
"""The note of a step that takes up what a process that died has left in the journal."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """A step.

    Attributes
    ----------
    told : dict
        What it was: ``when`` (seconds since 1970), ``note``, ``new``, ``changed``, ``version``, ``host``; of a harvest
        also ``asked``, what it was asked for, where that is known.
    data : dict or None
        What it takes to go back, nothing where the data began; None where that was too much to keep.
    before, after : tuple or None
        The identity of the data file before and after it; None for no file, and for not known.
    size : int
        How many bytes all of it takes in memory.
    """

    told: Mapping[str, Any]
    data: Mapping[str, Any] | None
    before: Identity | None = None
    after: Identity | None = None
    size: int = 0


class Revisions(Protocol[T]):
    """How one kind of value goes back."""

    def told(self, new: T) -> dict[str, Any]:
        """Tell what is new: its ``version`` and ``host``, and how many cases have an end."""

    def step(self, whole: Any, new: T | None) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Return what takes back that new data is joined to the old, or (None) that something else takes its place.

        ``whole`` is what holds the old data. The first part tells the numbers of cases, the second what it takes to go
        back, None where that is too much.
        """

    def undone(self, now: T, data: Mapping[str, Any]) -> T:
        """Take a step back."""


class History(Generic[T]):
    """The steps of one archive.

    Parameters
    ----------
    revisions : Revisions
        How the data goes back.
    path : pathlib.Path or None
        The file; None keeps the steps in memory.
    limit : int
        How many bytes may be kept for going back; the data of the oldest steps go first. 0 keeps no history.
    """

    def __init__(self, revisions: Revisions[T], path: Path | None, limit: int) -> None:
        self._revisions = revisions
        self._file = None if path is None else RecordFile(path)
        self.limit = limit
        self._pending: list[Step] = []
        self._steps: list[Step] = []
        self._before: Identity | None = None  # the data file before the write that is under way

    def forget_pending(self) -> None:
        """Forget the steps that are not in the file: they are made again from another one."""
        self._pending = []

    def step(self, whole: Any, new: T | None, note: str, asked: Mapping[str, Any] | None = None) -> Step | None:
        """Return the step in which new data joins the old, or (None) something else takes its place, before it happens.

        ``whole`` is what holds the old data, None where there is none; ``asked`` is what was asked for.
        Returns None for no history, and for what was recovered and is there already.
        """
        if not self.limit:
            return None
        counts, data = ({}, {}) if whole is None else self._revisions.step(whole, new)
        if note == RECOVERED and counts and not counts["new"] and not counts["conflicts"]:
            return None
        told = {} if new is None else self._revisions.told(new)
        wish = {} if asked is None else {"asked": asked}
        return Step({"when": time.time(), "note": note, **told, **counts, **wish}, data)

    def add(self, step: Step | None) -> None:
        """Take down a step that goes into the file with the next write."""
        self._pending += [] if step is None else [step]

    def drop(self, step: Step | None) -> None:
        """Forget a step that did not come about."""
        self._pending = [one for one in self._pending if one is not step]

    def reverted(self, now: T | None, step: Step) -> T | None:
        """Return what was there before a step, None for nothing."""
        return self._revisions.undone(now, step.data) if now is not None and step.data else None

    def begin(self, before: Identity | None) -> None:
        """Write down the steps that the next write of the data file takes."""
        self._before = before
        if self._file is None:
            self._steps = _bounded([*self._steps, *map(_weighed, self._pending)], self.limit)
            self._pending = []
            return
        self._void(self._file)
        write = token_hex(4)
        for step in self._pending:
            record = {"told": dict(step.told), "data": step.data, "before": before, "write": write}
            durable = step.told.get("new", 0) == 0 or bool(step.told.get("changed", 0))  # it holds what is replaced
            try:
                self._file.append(record, durable=durable)
            except EncodingError:  # a value that is too large or too odd to be kept: there is no way back then
                self._file.append({**record, "data": None}, durable=durable)

    def _void(self, file: RecordFile) -> None:
        """Say of steps that a dying process wrote down that they did not come about, where one of them is taken up."""
        wishes = [step.told.get("asked") for step in self._pending if step.told["note"] == RECOVERED]
        if any(wish is not None for wish in wishes):
            begun = takewhile(lambda one: "told" in one, (one.value for one in reversed(file.read())))
            if any(one["told"].get("asked") in wishes for one in begun if "asked" in one["told"]):
                file.append({"void": True}, durable=False)

    def end(self, after: Identity | None) -> None:
        """Note that the data file has been written."""
        if self._file is None or not self.limit:
            return
        if self._pending:
            self._pending = []  # they came about, whether that can be noted or not
            self._file.append({"after": after}, durable=False)
            self._trim(self._file)
        elif self._file.size:
            self._file.append({"after": after, "rewritten": self._before}, durable=False)

    def begin_undo(self, before: Identity | None) -> None:
        """Write down that the last step is going to be taken back."""
        if self._file is not None:
            self._file.append({"undo": True, "before": before}, durable=True)

    def end_undo(self, after: Identity | None) -> None:
        """Note that the data file is as it was before the last step."""
        if self._file is None:
            del self._steps[-1:]
        else:
            self._file.append({"undone": True, "after": after}, durable=False)

    def steps(self, now: Identity | None) -> list[tuple[Step, bool]]:
        """Return the steps that led to what is there, oldest first, each with whether `undo` reaches it.

        Parameters
        ----------
        now : tuple or None
            The identity of the data file.
        """
        steps = self._steps if self._file is None else _read(self._file, now)
        found = []
        reached = True
        following = now
        for step in reversed(steps):
            known = self._file is None or step.after is None or step.after == following
            reached = reached and step.data is not None and known
            found.append((step, reached))
            following = step.before
        return found[::-1]

    def asked(self, now: Identity | None) -> list[Mapping[str, Any]]:
        """Return what was asked for in the last steps, the newest first, back to one of which that is not known."""
        steps = [*(step for step, _ in self.steps(now)), *self._pending]
        told = takewhile(lambda step: "asked" in step.told, reversed(steps))
        return [step.told["asked"] for step in told]

    def delete(self) -> None:
        """Forget all steps."""
        self._steps, self._pending = [], []
        if self._file is not None:
            remove(self._file.path)

    def _trim(self, file: RecordFile) -> None:
        """Drop the data of the oldest steps once the file has grown to twice the limit."""
        if file.size <= 2 * self.limit:
            return
        left = self.limit
        kept: list[Mapping[str, Any]] = []
        for one in reversed(file.read()):
            left -= one.end - one.offset
            kept.append(one.value if left >= 0 or "data" not in one.value else _lightened(one.value))
        file.replace(kept[::-1])


def no_way_back(where: str, steps: Sequence[tuple[Step, bool]]) -> str:
    """Say why the last step cannot be taken back."""
    if not steps:
        return f"there is no step to take back in {where}"
    if steps[-1][0].data is None:
        return f"what the last step replaced in {where} was too large to be kept; raise history_bytes before the next"
    return f"{where} was changed by another program since the last step, which cannot be taken back from here"


def _lightened(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a step without what may be large."""
    return {**record, "data": None, "told": _brief(record["told"])}


def _brief(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "asked"}


def _weighed(step: Step) -> Step:
    """Return a step with its size, and without data that is too odd to have one."""
    try:
        return replace(step, size=len(pack([dict(step.told), dict(step.data or {})])))
    except EncodingError:
        return replace(step, data=None)


def _bounded(steps: list[Step], limit: int) -> list[Step]:
    """Return steps of which the oldest lack their data where all of it together is too large."""
    kept = []
    for step in reversed(steps):
        limit -= step.size
        kept.append(step if limit >= 0 else replace(step, told=_brief(step.told), data=None, size=0))
    return kept[::-1]


def _read(file: RecordFile, now: Identity | None) -> list[Step]:
    """Return the steps that have come about and were not taken back."""
    steps: list[Step] = []
    begun: list[Step] = []  # written down, and not known to have come about
    write = None  # which write of the data file they are of
    undoing: list[Identity | None] = []  # the file before an undo that is not known to have come about
    for one in file.read():
        record = one.value
        after = _identity(record.get("after"))
        before = _identity(record.get("before"))
        if "told" in record or "undo" in record:
            if begun and record.get("write") == write:
                begun.append(Step(record["told"], record["data"], before))
                continue
            write = record.get("write")
            steps = _settled(steps, begun, undoing, before)
            begun = [Step(record["told"], record["data"], before)] if "told" in record else []
            undoing = [before] if "undo" in record else []
        elif "void" in record:
            begun = []
        elif "rewritten" in record:
            was = _identity(record["rewritten"])
            steps, begun, undoing = _settled(steps, begun, undoing, was), [], []
            steps = _ending_in(steps, after) if steps and steps[-1].after in {None, was} else steps
        elif "undone" in record:
            steps, undoing = _taken_back(steps, after), []
        else:
            steps, begun = _ending_in([*steps, *begun], after), []
    return _settled(steps, begun, undoing, now)


def _settled(steps: list[Step], begun: list[Step], undoing: list[Identity | None], now: Identity | None) -> list[Step]:
    """Decide by the identity of the file what became of that which a process did not live to note."""
    if begun and begun[0].before != now:
        return [*steps, *begun]
    if undoing and undoing[0] != now:
        return _taken_back(steps, None)
    return steps


def _taken_back(steps: list[Step], after: Identity | None) -> list[Step]:
    """Return steps without the last; the one before it left the file as it is now, unless somebody came in between."""
    *others, last = steps
    followed = bool(others) and others[-1].after in {None, last.before}
    return _ending_in(others, after) if followed else others


def _ending_in(steps: list[Step], after: Identity | None) -> list[Step]:
    """Return steps the last of which left the file as it is told."""
    return [*steps[:-1], *(replace(step, after=after) for step in steps[-1:])]


def _identity(value: Any) -> Identity | None:
    return None if value is None else (int(value[0]), int(value[1]), int(value[2]))
