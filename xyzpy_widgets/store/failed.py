"""The draws of a table that failed: a file beside it, for which a table itself has no place.

The file of ``NAME`` is ``NAME.failed``, framed as a segment of the journal, to which all writers of the table append
under its lock. Every draw has an id of its own, by which the logs of runs know it too. A record tells of draws that
``failed``, and of draws that were tried again and become rows with the write of the table that is going to follow, the
``good``. When that write has come about, a record says that it ``came``. Whoever writes the table puts a record before
it, be it an empty one, where the last one tells of good draws that did not come: so a record that says so is always of
the draws right before it.

A draw is failed when some record tells so and no good one came of it. It is neither two rows nor lost, whenever the
process dies, for:

- What failed stands in the log of its run until it stands here; a record more of the same id changes nothing.
- Before the table is written, its rows are in the log, and the draw is still failed here; whoever takes up the log
  knows from it that the draw is a row. Where there is no log, as on a full disk, the row is lost with the process, and
  the draw is failed still.
- The note of the write (`folding`) goes last, and logs go before it. A process that finds the note finds out under the
  lock whether the table was written, and says here that it came before it removes them; where it was not, nothing is
  said. So table and file change sides at the same moment for all who look, since they settle the note first.
- Good draws are forgotten where no other log is left that could tell of their failure.

Each record has a print of the ``table`` as it was then: some bytes that are still there when rows were appended, or the
file was copied with it, and hardly in any other table. A file beside a table that is not its own is set aside.
"""

from __future__ import annotations

import errno
import os
import time
import warnings
import zlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from xyzpy_widgets.core.labels import bare
from xyzpy_widgets.errors import RecoveryWarning, StoreError
from xyzpy_widgets.store.atomic import remove, reported
from xyzpy_widgets.store.disk import sync_folder
from xyzpy_widgets.store.frames import Damage, Record, scan
from xyzpy_widgets.store.identity import stamps
from xyzpy_widgets.store.journal import SET_ASIDE
from xyzpy_widgets.store.records import RecordFile

__all__ = ["FailedFile"]

_PLACES, _LOOKED_AT = 5, 4096  # of how many places of the table how many bytes tell it from others

Told = Mapping[str, Any]
Print = tuple[str, int, int]


class FailedFile:
    """The file of failed draws of one table; whoever changes it holds the lock of the table.

    Parameters
    ----------
    table : pathlib.Path
        The table, a file or a folder of parts.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    pending : bool
        Whether it tells of good draws of which nothing came so far.
    """

    def __init__(self, table: Path) -> None:
        self.path = table.with_name(f"{table.name}.failed")
        self.pending = False
        self._table = table
        self._print: Print | None = None  # of the table, as the last record has it
        self._file = RecordFile(self.path)

    def read(self) -> tuple[dict[str, Told], frozenset[str]] | None:
        """Return the failed draws by their ids, the latest last, and the ids that are good and not forgotten yet.

        Returns None where the file is damaged, or belongs to another table.
        """
        failed: dict[str, Told] = {}
        good: set[str] = set()
        going: set[str] = set()
        self.pending, self._print = False, None
        found = self._scanned()
        for one in found:
            if isinstance(one, Damage):
                return None
            record = one.value
            if "failed" in record:
                for told in record["failed"]:
                    failed.pop(told["id"], None)
                    failed[told["id"]] = told
                going = set(record["good"])
            elif record["came"]:
                good |= going
                going = set()
            self._print = None if record["table"] is None else tuple(record["table"])
        self.pending = bool(going)
        if found and not _stands(self._table, self._print):
            return None
        return {name: told for name, told in failed.items() if name not in good}, frozenset(good)

    def _scanned(self) -> list[Record | Damage]:
        try:
            return list(scan(self.path)) if self.path.exists() else []
        except StoreError as error:
            if error.errno == errno.ENOENT:  # its last draw has just become a row
                return []
            raise

    def mark(self, failed: Iterable[Told], good: Collection[str]) -> None:
        """Tell, durably, of draws that failed, and of those that are good once the table is written."""
        fresh = not self.path.exists()
        self._print = _print_of(self._table)
        self._file.append(_record(failed, good, self._print), durable=True)
        self.pending = bool(good)
        if fresh:
            with reported(self.path):
                sync_folder(self.path.parent)

    def came(self) -> None:
        """Say, where there is a file, that the table was written."""
        if self.path.exists() and (self.pending or not _stands(self._table, self._print)):
            self._print = _print_of(self._table)
            self._file.append({"came": True, "table": self._print}, durable=True)
            self.pending = False

    def adopt(self) -> None:
        """Take the table as it is now for the own one, where there is a file."""
        if self.path.exists():
            self.mark((), ())

    def settle(self) -> None:
        """Say that the table was written by a process that died before it could; what was read so far is forgotten."""
        self.pending = True
        self.came()

    def forget(self, failed: Collection[Told]) -> None:
        """Let the file tell of the draws alone that are failed, and be gone where there are none."""
        if failed:
            self._file.replace([_record(failed, (), self._print)])
        else:
            remove(self.path)

    def set_aside(self) -> None:
        """Keep what belongs to another table, or is damaged, where nothing takes it up; say so."""
        aside = self._table.with_name(f"{self._table.name}.journal") / f"{time.time_ns():020d}-failed{SET_ASIDE}"
        with reported(self.path):
            aside.parent.mkdir(exist_ok=True)
            self.path.rename(aside)
            sync_folder(self.path.parent)
        msg = (
            f"{self.path} is damaged, or {self._table} is not the table any more whose failed draws it tells of; it is"
            f" kept in {aside}"
        )
        warnings.warn(msg, RecoveryWarning, stacklevel=2)

    def delete(self) -> None:
        """Remove the file, if there is one."""
        remove(self.path)


def _record(failed: Iterable[Told], good: Iterable[str], table: Print | None) -> dict[str, Any]:
    told = [{**one, "args": {name: bare(value) for name, value in one["args"].items()}} for one in failed]
    return {"failed": told, "good": list(good), "table": table}


def _print_of(table: Path) -> Print | None:
    """Return what tells a table from others: its last part, "" for a file, the size, and a checksum of some bytes."""
    name = ""
    with reported(table):
        if table.is_dir():
            name = max((one for one in stamps(table) if not one.startswith((".", "_"))), default="")
            if not name:
                return None
        file = table / name
        if not file.exists():
            return None
        size = file.stat().st_size
    return name, size, _sampled(file, size) or 0


def _stands(table: Path, told: Print | None) -> bool:
    """Say whether a table is the one of which a print was taken, perhaps with more rows."""
    if told is None:
        return _print_of(table) is None
    name, size, checksum = told
    return _sampled(table / name, size) == checksum


def _sampled(file: Path, size: int) -> int | None:
    """Return a checksum of bytes at some places among the first so many; None where there are less."""
    checksum = 0
    with reported(file):
        if not file.is_file() or file.stat().st_size < size:
            return None
        with file.open("rb") as opened:
            for place in range(_PLACES):
                start = max(0, size - _LOOKED_AT) * place // (_PLACES - 1)
                opened.seek(start, os.SEEK_SET)
                checksum = zlib.crc32(opened.read(min(_LOOKED_AT, size)), checksum)
    return checksum
