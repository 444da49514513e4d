"""`Preview`: what a run would do, before it does anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.labels import kind_of, label_key
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.errors import OptionError
from xyzpy_widgets.execution.executors import workers_of
from xyzpy_widgets.job import Job, standing_of
from xyzpy_widgets.labelling.columns import typed
from xyzpy_widgets.labelling.coverage import STALE
from xyzpy_widgets.summary import called, defined_at
from xyzpy_widgets.views.card import AxisRow, Card, card_html, span_of

__all__ = ["Counted", "Preview", "previewed"]

Counted = Literal["total", "new", "stored", "failed", "stale", "run"]

_CODES: dict[str, int] = {
    "new": Status.MISSING,
    "stored": Status.DONE,
    "failed": Status.FAILED,
    "stale": STALE,
}
_BLOCK = 2**20
_UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))
_SIZES = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3), ("B", 1))
_UNTIMED = "no case is timed yet; run one to know"
_FAR = "the cases that are timed are too far from these to tell; run one to know"
_WIDEST = 1e6
"""An interval of which one end is so many times the other tells nothing."""
_UNSEEN = "no result has come yet; run one case to know"
_NO_FILE = "there is no file, the results stay in memory"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Preview:
    """What a run would do; made without running anything.

    Every point that is asked for is of exactly one kind, so that ``total == new + stored + failed + stale``. Which of
    them would run is in `plan`, and depends on what was wished: all of them, or only some kinds.

    Attributes
    ----------
    spec : FunctionSpec
        What would be called.
    plan : Plan
        The points that would run; ``len(preview.plan)`` counts them.
    total : int
        The points that are asked for.
    new : int
        Those that have no end yet: they never ran, or were cancelled.
    stored : int
        Those that are done, with the present version of the function as far as is known.
    failed : int
        Those that raised when they ran last, and were never done.
    stale : int
        Those that are done with another version of the function.
    states : ndarray of int8 or None
        The state of each point of ``plan.space``: `Status.MISSING`, ``DONE``, ``FAILED`` or `STALE`; one byte per
        point. None where all are new.
    workers : int
        How many cases would run at once.
    seconds : (float, float) or None
        An 80 % interval of the time until the last case is done, without what handing out cases costs.
    timings : int
        From how many cases whose time is known it is estimated.
    memory_bytes, memory_added : int or None
        What the dataset or table takes in memory after the run, and how much of it is added.
    disk_bytes, disk_added : int or None
        Likewise its file.
    unknown : mapping of str to str
        For each of ``seconds``, ``memory_bytes`` and ``disk_bytes`` that is None: why.
    """

    spec: FunctionSpec
    plan: Plan
    total: int
    new: int
    stored: int
    failed: int
    stale: int
    states: NDArray[np.int8] | None
    workers: int
    seconds: tuple[float, float] | None
    timings: int
    memory_bytes: int | None
    memory_added: int | None
    disk_bytes: int | None
    disk_added: int | None
    unknown: Mapping[str, str] = field(default_factory=dict)

    def standing(self) -> NDArray[np.uint8]:
        """Return the states of the points that would not run; those that would are missing.

        Returns
        -------
        ndarray of uint8
            Shape ``(total,)``, with the codes of `states`.
        """
        return standing_of(self.plan, self.states)

    def cases(self, which: Counted = "run", *, offset: int = 0, limit: int = 1000) -> pd.DataFrame:
        """List some of the points.

        Parameters
        ----------
        which : {"run", "total", "new", "stored", "failed", "stale"}
            Those that would run, in their order; all that are asked for; or those of one kind.
        offset, limit : int
            How many to skip, and how many to list at most.

        Returns
        -------
        pandas.DataFrame
            A row per point and a column per argument; the index says where it stands in ``plan.space``.

        Raises
        ------
        OptionError
            For another word, and for numbers below 0.
        """
        if which not in {"run", "total", *_CODES}:
            msg = f"which={which!r}; choose one of 'run', 'total', {', '.join(map(repr, _CODES))}"
            raise OptionError(msg)
        if offset < 0 or limit < 0:
            msg = f"offset={offset!r}, limit={limit!r}; give whole numbers from 0"
            raise OptionError(msg)
        numbers = self._numbers(which, offset, limit)
        columns = list(zip(*self.plan.space.args_at(numbers), strict=True)) or [()] * len(self.plan.space.names)
        found = {name: typed(column) for name, column in zip(self.plan.space.names, columns, strict=True)}
        objects = {name: pd.Series(column, numbers, object) for name, column in found.items() if column.dtype == object}
        return pd.DataFrame({**found, **objects}, index=pd.Index(numbers, name="point"))

    def _numbers(self, which: str, offset: int, limit: int) -> NDArray[np.intp]:
        """Find points; those of a kind are looked for in blocks, so that no list of all of them is made."""
        if which == "run":
            return np.asarray(self.plan.numbers(min(offset, len(self.plan)), min(offset + limit, len(self.plan))))
        if which == "total" or (which == "new" and self.states is None):
            return np.arange(min(offset, self.total), min(offset + limit, self.total), dtype=np.intp)
        parts = [np.empty(0, dtype=np.intp), *self._blocks_of(_CODES[which], offset, limit)]
        return np.concatenate(parts)

    def _blocks_of(self, code: int, skip: int, limit: int) -> Iterator[NDArray[np.intp]]:
        for start in range(0, 0 if self.states is None else self.total, _BLOCK):
            if limit <= 0 or self.states is None:
                return
            found = start + np.flatnonzero(self.states[start : start + _BLOCK] == code)
            kept = found[skip : skip + limit]
            skip, limit = max(skip - len(found), 0), limit - len(kept)
            yield kept

    def _rows(self) -> Iterator[tuple[str, str]]:
        """Tell it all, a line each."""
        kinds = {kind: getattr(self, kind) for kind in ("stored", "failed", "stale", "new")}
        parts = [f"{n} {kind}" for kind, n in kinds.items() if n]
        yield "cases", f"{self.total} = {' + '.join(parts)}" if parts else "none"
        yield "would run", f"{len(self.plan)} on {_counted(self.workers, 'worker')}"
        if self.seconds is None:
            yield "time", f"unknown: {self.unknown['seconds']}"
        else:
            source = f", from {_counted(self.timings, 'timed case')}" if self.timings else ""
            yield "time", f"{_duration(*self.seconds)}{source}"
        yield "memory", self._size("memory_bytes", self.memory_bytes, self.memory_added)
        yield "disk", self._size("disk_bytes", self.disk_bytes, self.disk_added)

    def _size(self, name: str, size: int | None, added: int | None) -> str:
        if size is None:
            return f"unknown: {self.unknown[name]}"
        return _bytes(size) + (f", {_bytes(added)} of it new" if added else "")

    def __repr__(self) -> str:
        """Say what would run, how long it would take and how large the results would be."""
        lines = [f"<Preview of {called(self.spec)}>", *(f"    {name}: {value}" for name, value in self._rows())]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        space = self.plan.space
        distinct = dict(zip(space.cases.names, map(_distinct, space.cases.columns), strict=True))
        distinct |= dict(zip(space.combos.names, space.combos.values, strict=True))
        axes = tuple(AxisRow(name, len(values), span_of(typed(values))) for name, values in distinct.items())
        return card_html(Card("Plan", called(self.spec), defined_at(self.spec.fn), tuple(self._rows()), axes))


def previewed(job: Job) -> Preview:
    """Tell what a job would do; runs nothing, and lists no points."""
    known, plan, total = job.known(), job.in_turn, len(job.plan.space)
    counts = {
        kind: 0 if known.states is None else int(np.count_nonzero(known.states == code))
        for kind, code in _CODES.items()
    }
    if known.states is None:
        counts["new"] = total
    cost, workers = job.cost, workers_of(job.options)
    seconds = (0.0, 0.0) if not len(plan) else None if cost is None else cost.total(plan, workers)
    unknown = {}
    if seconds is not None and seconds[1] > _WIDEST * seconds[0] > 0:
        seconds, unknown["seconds"] = None, _FAR
    elif seconds is None:
        unknown["seconds"] = _UNTIMED
    extent = known.extent
    if extent is not None and extent.before and not len(plan):
        extent = replace(extent, cells=extent.before)
    memory = (None, None) if extent is None else (extent.total, extent.added)
    if extent is None:
        unknown["memory_bytes"] = _UNSEEN
    disk = (None, None) if extent is None or known.file_bytes is None else extent.on_disk(known.file_bytes)
    if disk[0] is None:
        unknown["disk_bytes"] = _UNSEEN if known.file_bytes is not None else _NO_FILE
    return Preview(
        spec=job.spec,
        plan=plan,
        total=total,
        **counts,
        states=known.states,
        workers=workers,
        seconds=seconds,
        timings=0 if cost is None else cost.known,
        memory_bytes=memory[0],
        memory_added=memory[1],
        disk_bytes=disk[0],
        disk_added=disk[1],
        unknown=unknown,
    )


def _distinct(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the values of an argument of cases, each once; those that are no labels are taken as different."""
    return tuple({label_key(one) if kind_of(one) is not None else (None, id(one)): one for one in values}.values())


def _counted(n: int, word: str) -> str:
    return f"{n} {word}{'s' * (n != 1)}"


def _duration(low: float, high: float) -> str:
    """Write an interval of time in the largest unit that its end has at least one of."""
    unit, size = next(((unit, size) for unit, size in _UNITS if high >= size), _UNITS[-1])
    ends = dict.fromkeys(_rounded(end / size) for end in (low, high))
    return f"{' to '.join(ends)} {unit}"


def _bytes(n: int) -> str:
    """Write a size in the largest unit that it has at least one of."""
    unit, size = next(((unit, size) for unit, size in _SIZES if n >= size), _SIZES[-1])
    return f"{_rounded(n / size)} {unit}"


def _rounded(x: float) -> str:
    """Write a number to two digits, a larger one whole."""
    return f"{x:.2g}" if x < 10 else f"{x:.0f}"  # noqa: PLR2004 - the least with two digits before the point
