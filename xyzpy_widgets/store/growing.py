"""A file that only grows, and of which every byte stays that was ever acknowledged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Self

from xyzpy_widgets.store.lock import keep_from_children, stands, wait_lock

__all__ = ["GrowingFile"]

_CHUNK = 2**20  # bytes that are copied at a time


class GrowingFile:
    """A file with one writer, who holds a lock on it; the caller sees to it that only one thread at a time uses it.

    Parameters
    ----------
    path : pathlib.Path
        Where it is.
    file : io.FileIO
        The same, new, open for reading and writing, and locked.
    size : int
        How many bytes are in it.

    Attributes
    ----------
    path : pathlib.Path
        Where it is.
    size : int
        How many bytes were acknowledged.
    """

    def __init__(self, path: Path, file: FileIO, size: int) -> None:
        self.path = path
        self.size = size
        self._file = file
        self._reach = size  # where the data end that are being written
        self._copies = 0

    @classmethod
    def create(cls, path: Path, content: bytes) -> Self:
        """Make the file, and its folder if that is not there; raise OSError, and leave no file, when that fails."""
        return cls(path, _filled(path, [content]), len(content))

    @property
    def copies(self) -> int:
        """How often somebody removed the file, so that it was made again."""
        return self._copies

    @property
    def closed(self) -> bool:
        """Whether it is closed, as it always is in a forked child."""
        return self._file.closed

    @property
    def descriptor(self) -> int:
        """The number under which the system knows the open file; it stays the same when the file is made again."""
        return self._file.fileno()

    def append(self, data: bytes) -> None:
        """Write in one call of the system; raise OSError, and leave nothing of the data, when the system refuses.

        The file is as `settle` leaves it.
        """
        self._reach = self.size + len(data)
        try:
            _write(self._file.fileno(), data)
        except OSError:
            self._cut()
            raise
        self.size = self._reach

    def settle(self) -> None:
        """Put right what an interrupted `append` has left: its data are there as a whole or not at all."""
        if self._reach == self.size:
            return
        if os.lseek(self.descriptor, 0, os.SEEK_CUR) == self._reach:
            self.size = self._reach
        else:
            self._cut()

    def restore(self) -> None:
        """Make the file again, with all that was written, when somebody has removed it."""
        if os.fstat(self.descriptor).st_nlink == 0 and not stands(self._file, self.path):
            with _filled(self.path, self._content()) as file:
                self._copies += 1
                os.dup2(file.fileno(), self.descriptor, inheritable=False)

    def close(self) -> None:
        """Let the file go, and the lock with it."""
        self._file.close()

    def _cut(self) -> None:
        """Let the file end with what was acknowledged."""
        os.lseek(self.descriptor, self.size, os.SEEK_SET)
        os.ftruncate(self.descriptor, self.size)
        self._reach = self.size

    def _content(self) -> Iterator[bytes]:
        """Return what was acknowledged, also when it has no name any more."""
        for offset in range(0, self.size, _CHUNK):
            yield os.pread(self.descriptor, min(_CHUNK, self.size - offset), offset)


def _filled(path: Path, content: Iterable[bytes]) -> FileIO:
    """Return a new file with some content, open and locked."""
    file = _new(path)
    try:
        keep_from_children(file)
        wait_lock(file.fileno())
        for chunk in content:
            _write(file.fileno(), chunk)
    except BaseException:
        file.close()
        path.unlink(missing_ok=True)
        with suppress(OSError):  # others may have files there
            path.parent.rmdir()
        raise
    return file


def _new(path: Path) -> FileIO:
    """Return a new file, in a folder that is made for it."""
    while True:
        with suppress(FileExistsError):
            path.parent.mkdir()
        try:
            return path.open("x+b", buffering=0)
        except FileNotFoundError:  # another process has removed the empty folder in between
            continue


def _write(descriptor: int, data: bytes) -> None:
    """Write all, in one call unless the system takes only a part."""
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, data[written:])
