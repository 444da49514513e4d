"""A file that ends too early, read as if zeros followed: HDF5 opens none that is shorter than it says."""

from __future__ import annotations

import io
from pathlib import Path

__all__ = ["Padded"]

_LENGTHS = {0: 40, 1: 44, 2: 28, 3: 28}
"""Where the superblock of each version tells the length of the file (HDF5 File Format Specification, II.A)."""


class Padded(io.RawIOBase):
    """A file for reading, with zeros behind its end as far as its superblock says that it goes.

    Attributes
    ----------
    size : int
        How many bytes can be read.
    length : int
        How many of them are really there.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb")
        head = self._file.read(64)
        self.length = self._file.seek(0, io.SEEK_END)
        at = _LENGTHS.get(head[8] if len(head) > 8 else -1)  # noqa: PLR2004 - behind the signature stands the version
        told = 0 if at is None else int.from_bytes(head[at : at + 8], "little")
        self.size = max(self.length, min(told, 2**62))
        self._position = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Return where it stands."""
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read what is there, and zeros behind it."""
        view = memoryview(buffer).cast("B")
        n = max(0, min(len(view), self.size - self._position))
        self._file.seek(self._position)
        there = self._file.readinto(view[:n])
        view[there:n] = bytes(n - there)
        self._position += n
        return n

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
