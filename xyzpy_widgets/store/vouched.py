"""Numbers that are left in a file of ours, each block of which is compared with its checksum when it is read."""

from __future__ import annotations

import itertools
import math
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.errors import DamageError, StoreError
from xyzpy_widgets.store.decoding import Sums
from xyzpy_widgets.store.image import Reader, Stretch, rescue
from xyzpy_widgets.store.unread import Version

__all__ = ["Remembered", "Stretched"]

_AT_ONCE = 2**20  # bytes that are read at a time


class Vouched(ABC):
    """Numbers whose blocks have checksums.

    Parameters
    ----------
    name : str
        For messages.
    dtype : numpy.dtype
        Their type in the file.
    size : int
        How many bytes they have.
    block : int
        How many of these share a checksum.
    """

    path: Path

    def __init__(self, name: str, dtype: np.dtype[Any], size: int, block: int) -> None:
        self._name, self._dtype, self._size, self._block = name, dtype, size, block

    def take(self, starts: NDArray[np.intp], width: int) -> NDArray[Any]:
        """Read runs of so many cells, and check all blocks that they lie in."""
        plain = np.empty(len(starts) * width, self._dtype)
        raw, at = plain.view(np.uint8).data, 0
        for piece in self._bytes(starts, width):
            raw[at : at + len(piece)] = piece
            at += len(piece)
        return plain

    def _bytes(self, starts: NDArray[np.intp], width: int) -> Iterator[bytes]:
        """Read runs of so many cells; those that follow on one another as one."""
        size = self._dtype.itemsize
        ends = np.flatnonzero(starts[1:] != starts[:-1] + width) + 1
        bounds = [0, *ends.tolist(), len(starts)] if len(starts) else [0]
        low, content = 0, b""  # what was read last, and from where
        for first, last in itertools.pairwise(bounds):
            begin, end = int(starts[first]) * size, (int(starts[last - 1]) + width) * size
            while begin < end:
                if not low <= begin < low + len(content):
                    low = begin // self._block * self._block
                    high = min(-(-end // self._block) * self._block, low + _AT_ONCE, self._size)
                    content = self._checked(low, high)
                stop = min(end, low + len(content))
                yield content[begin - low : stop - low]
                begin = stop

    def _checked(self, low: int, high: int) -> bytes:
        """Read whole blocks, and compare them with their checksums."""
        content = self._whole(low, high)
        if content is None:
            content = self.again(low, high)
        if content is None:
            msg = (
                f"{self.path}: {self._name!r} does not match its checksum; the file was damaged, or changed by another"
            )
            raise DamageError(f"{msg} program. {rescue(self.path)}")
        return content

    def _whole(self, low: int, high: int) -> bytes | None:
        """Read whole blocks, None where they do not match their checksums."""
        content = self.content(low, high)
        own = [zlib.crc32(content[at : at + self._block]) for at in range(0, high - low, self._block)]
        sums = self.sums(low // self._block, -(-high // self._block))
        return content if len(content) == high - low and own == sums.tolist() else None

    @abstractmethod
    def again(self, low: int, high: int) -> bytes | None:
        """Read blocks once more that do not match their checksums, None where that is of no use.

        Raises `StoreError` where it is known why they do not.
        """

    @abstractmethod
    def content(self, low: int, high: int) -> bytes:
        """Read the bytes from one offset to another."""

    @abstractmethod
    def sums(self, first: int, last: int) -> NDArray[np.uint32]:
        """Return the checksums of some blocks."""


class Stretched(Vouched):
    """Numbers that stand in one piece in a file.

    Parameters
    ----------
    version : Version
    name : str
    stretch : Stretch
        Where they are.
    sums : int
        Where their first checksum is.
    block : int
    """

    def __init__(self, version: Version, name: str, stretch: Stretch, sums: int, block: int) -> None:
        super().__init__(name, stretch.dtype, stretch.size, block)
        self.path = version.path
        self._version, self._stretch, self._sums = version, stretch, sums

    def take(self, starts: NDArray[np.intp], width: int) -> NDArray[Any]:
        """Read runs of so many cells, which may all be the same and stand nowhere."""
        if self._stretch.offset is None:
            return np.full(
                len(starts) * width, np.frombuffer(self._stretch.cell or bytes(self._dtype.itemsize), self._dtype)[0]
            )
        return super().take(starts, width)

    def content(self, low: int, high: int) -> bytes:
        """Read the bytes from one offset to another."""
        offset = self._stretch.offset or 0
        return self._version.read(offset + low, offset + high)

    def sums(self, first: int, last: int) -> NDArray[np.uint32]:
        """Return the checksums of some blocks."""
        return np.frombuffer(self._version.read(self._sums + 4 * first, self._sums + 4 * last).ljust(4), "<u4")

    def again(self, low: int, high: int) -> bytes | None:
        """Read blocks once more that were being filled in place, by another process or by one that died."""
        with self._version.alone():
            self._version.settle()
            content, stands = self._whole(low, high), self._version.stands
        if content is None and not stands:
            raise StoreError(f"another program has changed {self.path}; open it again")
        return content


class Remembered(Vouched):
    """Numbers whose checksums are in memory.

    Parameters
    ----------
    path : pathlib.Path
        Where they are, for messages.
    name : str
    reader : Reader
    sums : Sums
    """

    def __init__(self, path: Path, name: str, reader: Reader, sums: Sums) -> None:
        super().__init__(name, reader.dtype, math.prod(reader.shape) * reader.dtype.itemsize, sums.block)
        self.path = path
        self._reader, self._sums = reader, sums.values

    def again(self, low: int, high: int) -> bytes | None:  # noqa: ARG002 - nothing is filled in place there
        """Return None: nothing is filled in place there."""
        return None

    def content(self, low: int, high: int) -> bytes:
        """Read the bytes from one offset to another."""
        return self._reader(low, high)

    def sums(self, first: int, last: int) -> NDArray[np.uint32]:
        """Return the checksums of some blocks."""
        found: NDArray[np.uint32] = self._sums[first:last]
        return found
