"""Bringing rows into a table and saying so, in such a way that each is in it once, whenever the process dies.

Rows that are put in a second time would be there twice. So whoever changes a table first writes down, in
``NAME.journal/folding.json``, what tells afterwards whether that came about: which segments of the journal go into it,
and for a table that is replaced, which file stands there before and after; likewise for a part that comes into a folder
of them; for a table that is appended to, the bytes themselves. The next that opens the table finishes what it finds
half done: of an append the rest is written, so that a torn line becomes a whole one, and which draws are not failed any
more is said (`failed`). All of that happens under the lock of the table.
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
import warnings
import zlib
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from xyzpy_widgets.errors import RecoveryWarning
from xyzpy_widgets.store.atomic import replacing, replacing_folder, reported
from xyzpy_widgets.store.disk import sync, sync_folder
from xyzpy_widgets.store.failed import FailedFile
from xyzpy_widgets.store.identity import Identity, identity
from xyzpy_widgets.store.journal import SET_ASIDE, discard
from xyzpy_widgets.store.lock import is_held, locked

__all__ = ["append", "forget", "replace", "settle"]

_NOTE = "folding.json"
_LOOKED_AT = 4096  # bytes before the new ones that tell whether it is still the same file


@dataclass(frozen=True, slots=True)
class _Note:
    """What is written down before a table changes.

    Attributes
    ----------
    before : tuple or None
        The identity of the table, None for none.
    segments : tuple of str
        The names of the segments whose rows go into it.
    after : tuple of int or None
        The inode and the size of the file that takes its place; None where it is appended to.
    part : str or None
        The name under which that file comes into the folder that the table is; None where it is all of the table.
    rows : str or None
        What is appended, None where it is replaced.
    checksum : int
        CRC-32 of the last bytes before those that are appended.
    """

    before: Identity | None
    segments: tuple[str, ...]
    after: tuple[int, int] | None = None
    part: str | None = None
    rows: str | None = None
    checksum: int = 0

    def place(self, path: Path) -> Path:
        """Return where the new file comes to stand."""
        return path if self.part is None else path / self.part

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """Read the note that lies beside a table, None without one."""
        try:
            told = json.loads(_note(path).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        pairs = {name: None if told[name] is None else tuple(told[name]) for name in ("before", "segments", "after")}
        return cls(**{**told, **pairs})

    def take(self, path: Path) -> None:
        """Write it down beside a table, durably; the caller holds the lock."""
        note = _note(path)
        with reported(note.parent):
            note.parent.mkdir(exist_ok=True)
            for left in note.parent.glob(f".{note.name}.*"):  # by a process that died in here
                left.unlink()
        with replacing(note) as temporary:
            told: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
            temporary.write_text(json.dumps(told), encoding="utf-8")


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.journal") / _NOTE


def replace(
    path: Path,
    write: Callable[[Path], object],
    segments: Iterable[str] | None = None,
    *,
    part: str | None = None,
    folder: bool = False,
) -> None:
    """Replace a table, or put a part into its folder, durably; the caller holds its lock where segments are given.

    Parameters
    ----------
    path : pathlib.Path
        The table.
    write : callable
        Writes all of it, or of the part, to an empty file, or into an empty folder.
    segments : iterable of str, optional
        The names of the segments that go into it; without them nothing is written down.
    part : str, optional
        The name of the part in the folder; without one the table is replaced.
    folder : bool, default False
        Whether a folder takes the place of the table.

    Raises
    ------
    StoreError
        When the system refuses; the old table is untouched then.
    """
    note = _Note(identity(path), tuple(segments or ()), (0, 0), part)
    place = note.place(path)
    try:
        with replacing_folder(path) if folder else replacing(place, beside=path) as temporary:
            write(temporary)
            note = dataclasses.replace(note, after=_version(temporary))
            if segments is not None:
                note.take(path)
    except BaseException:
        if segments is not None and _version(place) != note.after:
            forget(path)
        raise


def append(path: Path, rows: bytes, segments: Iterable[str] = ()) -> None:
    """Append lines to a table, durably; the caller holds its lock.

    Parameters
    ----------
    path : pathlib.Path
        The table, which ends with a whole line.
    rows : bytes
        Whole lines of UTF-8.
    segments : iterable of str
        The names of the segments that they are from.

    Raises
    ------
    StoreError
        When the system refuses; the table is as it was then.
    """
    with reported(path), path.open("r+b", buffering=0) as file:
        stat = os.fstat(file.fileno())
        end = stat.st_size
        note = _Note(identity(path), tuple(segments), rows=rows.decode(), checksum=_checksum(file, end))
        note.take(path)
        try:
            _write_on(file, rows, end)
        except BaseException:
            _take_back(path, file, stat)
            raise


def settle(path: Path) -> frozenset[str] | None:
    """Finish what a process that died has left half done, and remove the segments whose rows are in the table.

    Segments of which that cannot be known, because another program has changed the table since, are set aside, and so
    is the note; nothing takes them up by itself.

    Returns
    -------
    frozenset of str or None
        The segments that are in the table; None where no note lies beside it, or nothing came of what it tells.

    Raises
    ------
    StoreError
        When the system refuses.

    Warns
    -----
    RecoveryWarning
        When something is set aside.
    """
    if not _note(path).exists():
        return None
    with nullcontext() if is_held(path) else locked(path), reported(path):
        note = _Note.of(path)
        if note is None:  # its writer has just come to its end
            return None
        come = _replaced(path, note) if note.rows is None else _appended(path, note.rows.encode(), note)
        if come is None:
            _set_aside(path, note)
            return None
        if come:
            FailedFile(path).settle()
        for name in note.segments if come else ():
            discard(_note(path).with_name(name))
        forget(path)
        return frozenset(note.segments) if come else None


def forget(path: Path) -> None:
    """Remove the note of a write: the segments that it names are gone, or nothing came of it."""
    if _note(path).exists():
        discard(_note(path))


def _replaced(path: Path, note: _Note) -> bool | None:
    """Say whether a table was replaced; None where that cannot be known."""
    place = note.place(path)
    if _version(place) == note.after:
        sync_folder(place.parent)
        return True
    return False if identity(path) == note.before else None


def _appended(path: Path, rows: bytes, note: _Note) -> bool | None:
    """Finish an append; None where another program has changed the table since."""
    now = identity(path)
    if now is None or note.before is None or now[0] != note.before[0] or now[1] < note.before[1]:
        return None
    end = note.before[1]
    with path.open("r+b", buffering=0) as file:
        if _checksum(file, end) != note.checksum:
            return None
        there = _read(file, end, len(rows))
        if there != rows[: len(there)]:
            return None
        _write_on(file, rows[len(there) :], end + len(there))
    return True


def _take_back(path: Path, file: IO[bytes], before: os.stat_result) -> None:
    """Make a table that was appended to what it was before."""
    file.truncate(before.st_size)
    sync(file.fileno())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    forget(path)


def _set_aside(path: Path, note: _Note) -> None:
    """Keep what may or may not be in a table where nothing takes it up by itself."""
    journal = _note(path).parent
    aside = [_note(path).rename(journal / f"{time.time_ns():020d}-folding{SET_ASIDE}")]
    there = [journal / name for name in note.segments if (journal / name).exists()]
    aside += [one.rename(one.with_suffix(SET_ASIDE)) for one in there]
    msg = (
        f"{path} was changed by another program after a process had died while it was putting rows into it; whether "
        f"they are in it is not known: they are kept in {', '.join(map(str, aside))}"
    )
    warnings.warn(msg, RecoveryWarning, stacklevel=4)


def _version(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another that stood in its place, None for none."""
    now = identity(path)
    return None if now is None else now[:2]


def _checksum(file: IO[bytes], end: int) -> int:
    """Return that of the last bytes of a file before some place."""
    start = max(0, end - _LOOKED_AT)
    return zlib.crc32(_read(file, start, end - start))


def _read(file: IO[bytes], start: int, size: int) -> bytes:
    """Read so many bytes, or all that there are."""
    file.seek(start)
    parts = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write_on(file: IO[bytes], data: bytes, start: int) -> None:
    """Write bytes durably."""
    file.seek(start)
    while data:
        data = data[file.write(data) :]
    sync(file.fileno())
