"""What is left in a file of ours: parts of it are read when they are asked for.

Each block of which something is read is compared with its checksum, so that nothing damaged goes anywhere unnoticed.
Nothing is mapped into memory: a file that another program cuts off under a mapping would end the process, where a read
that finds less is an error that can be told. The version of the file that was opened is read on when another has been
renamed over it; cells that are filled in place are seen as they are then.
"""

from __future__ import annotations

import itertools
import math
import os
import threading
import weakref
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from xyzpy_widgets.errors import DamageError, StoreError
from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.cells import decode_cells, empty_cells
from xyzpy_widgets.store.decoding import Sums
from xyzpy_widgets.store.image import Reader, Stretch, rescue
from xyzpy_widgets.store.inplace import finish
from xyzpy_widgets.store.literal import Json
from xyzpy_widgets.store.lock import is_held, locked

__all__ = ["Cells", "Remembered", "Stretched", "Unread", "Version", "Vouched"]

_AT_ONCE = 2**20  # bytes that are read at a time

Key = tuple[int | slice | NDArray[np.intp], ...]


class Version:
    """One version of a file, which stays open until nobody has anything of it.

    Parameters
    ----------
    path : pathlib.Path
    room : slice or None
        The bytes that are left in it for what is pending, see `inplace`; None where there are none.
    known : tuple of int, optional
        Its inode and size, where that is to be the same that was open elsewhere; raises `StoreError` where it is not.
    """

    def __init__(self, path: Path, room: slice | None, known: tuple[int, int] | None = None) -> None:
        self.path, self.room = path, room
        self._guard = threading.Lock()
        with reported(path):
            self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self._descriptor)
        self._known = self._now() if known is None else known
        if self._known != self._now():
            raise StoreError(f"{path} is another file than the one that was opened; open it again")

    def __reduce__(self) -> tuple[Any, ...]:
        """Open it anew in another process."""
        return Version, (self.path, self.room, self._known)

    def read(self, start: int, stop: int) -> bytes:
        """Read the bytes from one offset to another: fewer where the file ends before."""
        with reported(self.path):
            if hasattr(os, "pread"):
                return os.pread(self._descriptor, stop - start, start)
            with self._guard:
                os.lseek(self._descriptor, start, os.SEEK_SET)
                return os.read(self._descriptor, stop - start)

    def settle(self) -> None:
        """Carry out what a process that died was filling in place; keep other writers out meanwhile."""
        with self.alone():
            if self.stands and self.room is not None:
                finish(self.path, self.room)

    @property
    def is_pending(self) -> bool:
        """Whether something may be left that was to be filled in place."""
        return self.room is not None and any(self.read(self.room.start, self.room.start + 12))

    def alone(self) -> AbstractContextManager[None]:
        """Keep writers out, unless the caller does so already."""
        return nullcontext() if is_held(self.path) else locked(self.path)

    @property
    def stands(self) -> bool:
        """Whether it is what stands under the path, but for cells that were filled in place."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return False
        return (stat.st_ino, stat.st_size) == self._known == self._now()

    def _now(self) -> tuple[int, int]:
        stat = os.fstat(self._descriptor)
        return stat.st_ino, stat.st_size


class Cells(Protocol):
    """The plain values of a variable that is left in a file."""

    def take(self, starts: NDArray[np.intp], width: int) -> NDArray[Any]:
        """Read runs of so many cells in C order, one behind the other; raise `DamageError` where they are damaged."""


@dataclass(eq=False)
class Unread(BackendArray):
    """A variable that is left in a file.

    Attributes
    ----------
    cells : Cells
    note : dict
        What gives the exact values back.
    shape : tuple of int
    """

    cells: Cells
    note: dict[str, Json]
    shape: tuple[int, ...]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type in memory."""
        return empty_cells(self.note).dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        """Read a part."""
        outer = indexing.IndexingSupport.OUTER
        part: NDArray[Any] = indexing.explicit_indexing_adapter(key, self.shape, outer, self._part)
        return part

    def __dask_tokenize__(self) -> str:
        """Tell dask that it is like no other: the cells may be filled in place."""
        return token_hex(16)

    def _part(self, key: Key) -> NDArray[Any]:
        places = [np.arange(size)[one] for size, one in zip(self.shape, key, strict=True)]
        starts, width = _runs(self.shape, [np.atleast_1d(one) for one in places])
        plain = self.cells.take(starts if width else starts[:0], width)
        return decode_cells(plain.reshape([len(one) for one in places if one.ndim]), self.note)


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


def _runs(shape: Sequence[int], places: Sequence[NDArray[np.intp]]) -> tuple[NDArray[np.intp], int]:
    """Return where cells begin that stand side by side in C order, for every combination of places; and how many do."""
    width, axis = 1, len(shape)
    while axis and len(places[axis - 1]) == shape[axis - 1] and _follow(places[axis - 1]):
        axis -= 1
        width *= shape[axis]
    starts = np.zeros(1, dtype=np.intp)
    if axis and len(places[axis - 1]) and _follow(places[axis - 1]):
        axis -= 1
        stride = width
        width *= len(places[axis])
        starts = places[axis][:1] * stride
    for at in range(axis - 1, -1, -1):
        starts = (places[at][:, None] * math.prod(shape[at + 1 :]) + starts).reshape(-1)
    return starts, width


def _follow(places: NDArray[np.intp]) -> bool:
    return bool((np.diff(places) == 1).all())
