"""What a Sampler has of its draws: a table of those that are done, and what is known of those that failed."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from xyzpy_widgets.errors import StoreError
from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.constants import recorded
from xyzpy_widgets.labelling.frame import FrameBuilder, record_of, table_of
from xyzpy_widgets.log import Added
from xyzpy_widgets.log import Told as LogTold
from xyzpy_widgets.store.failed import FailedFile
from xyzpy_widgets.store.frames import Record, scan
from xyzpy_widgets.store.identity import Identity, identity
from xyzpy_widgets.store.journal import SegmentFile, segments
from xyzpy_widgets.store.lock import is_held, locked
from xyzpy_widgets.store.table import TableStore
from xyzpy_widgets.table_growth import TableWhole

__all__ = ["Drawn", "DrawnGrowth", "DrawnStore", "DrawnWhole", "Told", "tried_now"]

Told = Mapping[str, Any]
"""What is known of a failed draw: its ``id``, ``args`` and ``constants``, and what `Failure.told` says."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Some draws.

    Attributes
    ----------
    table : pandas.DataFrame or None
        The rows of those that are done; None for none.
    failed : dict of str to dict
        Those that failed by their ids, the latest last.
    good : frozenset of str
        The ids of those that failed before and are rows now.
    """

    table: pd.DataFrame | None
    failed: Mapping[str, Told] = field(default_factory=dict)
    good: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, builder: FrameBuilder, failed: Mapping[int, str], again: Mapping[int, str], constants: Mapping[str, Any]
    ) -> Drawn:
        """Return what a run made, given the ids of the points that failed, and of those that were tried again."""
        table = builder.build() if builder.done.any() else None
        made = recorded(constants)
        told = {name: {**builder.failures[number], "id": name, "constants": made} for number, name in failed.items()}
        return cls(table, told, frozenset(name for number, name in again.items() if builder.done[number]))

    def __bool__(self) -> bool:
        """Say whether there is anything."""
        return self.table is not None or bool(self.failed)


class DrawnStore:
    """A `TableStore` with what is known of failed draws in a file beside it; a `Keeper`.

    Attributes
    ----------
    table : TableStore
    failed : FailedFile
    """

    def __init__(self, table: TableStore) -> None:
        self.table = table
        self.failed = FailedFile(table.path)

    @property
    def path(self) -> Path:
        """The file of the table."""
        return self.table.path

    @property
    def name(self) -> str:
        """The name of it."""
        return self.table.name

    @property
    def engine(self) -> str:
        """Its format."""
        return self.table.engine

    def identity(self) -> Identity | None:
        """Return what tells the two files from other versions of them."""
        both = identity(self.path), identity(self.failed.path)
        there = [one for one in both if one is not None]
        return there[0] if both[1] is None and there else _joined(there) if there else None

    def check(self) -> None:
        """Raise what would keep a table from being written; see `TableStore.check`."""
        self.table.check()

    def read(self) -> Drawn | None:
        """Return what is there, None for nothing; what belongs to another table is set aside."""
        table = self.table.read()
        found = self.failed.read()
        if found is None:
            with nullcontext() if is_held(self.path) else locked(self.path):
                self.table.settle()
                found = self.failed.read()
                if found is None:
                    self.failed.set_aside()
                    found = {}, frozenset()
        return None if table is None and not found[0] else Drawn(table, *found)

    def delete(self) -> None:
        """Remove both files, that of the failed draws first: it stands beside no other table."""
        self.failed.delete()
        self.table.delete()

    def settle(self) -> frozenset[str] | None:
        """Finish what a process that died has left half done; see `folding.settle`."""
        return self.table.settle()

    def forget(self) -> None:
        """Forget which segments were put into the table."""
        self.table.forget()


def _joined(identities: Sequence[Identity]) -> Identity:
    return identities[0][0], zlib.crc32(repr(identities).encode()), identities[0][2]


class DrawnWhole:
    """Draws as they grow; a `Whole`.

    Parameters
    ----------
    start : Drawn
        What is there.
    stored : bool
        Whether the files hold it.

    Attributes
    ----------
    failed : dict of str to dict
        The draws that failed and are not good, the latest last.
    """

    def __init__(self, start: Drawn, *, stored: bool = False) -> None:
        self._rows = None if start.table is None else TableWhole(start.table)
        self._due = not stored and self._rows is not None  # whether the file lacks rows
        self.failed = dict(start.failed)
        self._good = set(start.good)
        self._told: dict[str, Told] = {} if stored else dict(start.failed)  # what the other file lacks
        self._mended: set[str] = set() if stored else set(start.good)

    @property
    def value(self) -> Drawn:
        """All there is."""
        return Drawn(None if self._rows is None else self._rows.value, dict(self.failed), frozenset(self._good))

    def check(self, new: Drawn) -> bool:  # noqa: ARG002 - rows go together with any others
        """Know the structure of any rows."""
        return True

    def put(self, new: Drawn, on_conflict: OnConflict) -> None:
        """Append rows, and take note of what failed, and of what did and is a row now."""
        if new.table is not None:
            if self._rows is None:
                self._rows = TableWhole(new.table)
            else:
                self._rows.put(new.table, on_conflict)
            self._due = True
        self._good |= new.good
        self._mended |= new.good
        for name, told in new.failed.items():
            for known in (self.failed, self._told):
                known.pop(name, None)  # the latest is the last
                known[name] = told
        for name in self._good & self.failed.keys():
            del self.failed[name]

    def write(self, store: DrawnStore, segments: tuple[str, ...] = ()) -> None:
        """Write what the files lack, in the order that `store.failed` asks for."""
        if self._told or self._mended or store.failed.pending:
            store.failed.mark([one for name, one in self._told.items() if name in self.failed], self._mended)
        if self._due and self._rows is not None:
            self._rows.write(store.table, segments)
        store.failed.came()
        if self._due and self._good and not _others(store.path, segments):
            store.failed.forget(self.failed.values())
            self._good = set()
        self._due, self._told, self._mended = False, {}, set()


class DrawnGrowth:
    """How draws grow: by rows, and by what failed; a `Growth`."""

    repeatable = False

    def whole(self, value: Drawn, *, stored: bool = False) -> DrawnWhole:
        """Begin with some draws."""
        return DrawnWhole(value, stored=stored)

    def copied(self, value: Drawn) -> Drawn:
        """Return the same: a table is never changed, only replaced."""
        return value

    def record(self, new: Drawn) -> dict[str, Any]:
        """Tell a log of rows that were made elsewhere; raise `EncodingError` for a column that a log cannot hold."""
        return record_of(pd.DataFrame() if new.table is None else new.table)

    def rebuilt(self, told: LogTold) -> Drawn:
        """Make the draws of which a log tells, or that were added."""
        if isinstance(told, Added):
            return Drawn(table_of(told.content))
        builder = FrameBuilder(told.space, told.spec)
        for outcome in told.outcomes:
            builder.add(outcome)
        failed = {number: one["id"] for number, one in builder.failures.items() if "id" in one}
        return Drawn.of(builder, failed, told.again, told.spec.constants)


def tried_now(table: Path, besides: Collection[str]) -> set[str]:
    """Return the ids of the failed draws that runs have taken to try them again, by the first records of their logs.

    Parameters
    ----------
    table : pathlib.Path
        The table.
    besides : collection of str
        The names of logs of runs that are over, whose writer knows what came of them.
    """
    found: set[str] = set()
    for log in _others(table, besides):
        try:
            first = next(iter(scan(log.path)), None) if log.live else None
        except StoreError:  # the run was over just now
            continue
        found.update(first.value.get("again", ()) if isinstance(first, Record) else ())
    return found


def _others(table: Path, besides: Collection[str]) -> list[SegmentFile]:
    """Return the segments in the journal of a table besides some."""
    return segments(table.with_name(f"{table.name}.journal"), besides=besides)
