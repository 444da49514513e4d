"""Numbers that are left in a file of ours: parts of them are read when they are asked for.

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
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from xyzpy_widgets.errors import DamageError, StoreError
from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.cells import decode_cells, empty_cells
from xyzpy_widgets.store.image import BLOCK, rescue
from xyzpy_widgets.store.inplace import Place, finish
from xyzpy_widgets.store.literal import Json
from xyzpy_widgets.store.lock import is_held, locked

__all__ = ["Unread", "Version"]

_AT_ONCE = 256 * BLOCK  # bytes that are read at a time

Key = tuple[int | slice | NDArray[np.intp], ...]


class Version:
    """One version of a file, which stays open until nobody has anything of it.

    Parameters
    ----------
    path : pathlib.Path
    room : slice
        The bytes that are left in it for what is pending, see `inplace`.
    known : tuple of int, optional
        Its inode and size, where that is to be the same that was open elsewhere; raises `StoreError` where it is not.
    """

    def __init__(self, path: Path, room: slice, known: tuple[int, int] | None = None) -> None:
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
            if self.stands:
                finish(self.path, self.room)

    @property
    def is_pending(self) -> bool:
        """Whether something may be left that was to be filled in place."""
        return any(self.read(self.room.start, self.room.start + 12))

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


@dataclass(eq=False)
class Unread(BackendArray):
    """A variable of numbers that is left in a file.

    Attributes
    ----------
    version : Version
    name : str
        For messages.
    place : Place
        Where in the file it is; its note gives the type in memory.
    sums : int
        Where its first checksum is.
    shape : tuple of int
    """

    version: Version
    name: str
    place: Place
    sums: int
    shape: tuple[int, ...]

    @property
    def note(self) -> dict[str, Json]:
        """What gives the exact values back."""
        return dict(self.place.note)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type in memory."""
        return empty_cells(self.note).dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        """Read a part."""
        outer = indexing.IndexingSupport.OUTER
        part: NDArray[Any] = indexing.explicit_indexing_adapter(key, self.shape, outer, self._part)
        return part

    def __dask_tokenize__(self) -> tuple[Any, ...]:
        """Tell dask what it is: the cells may be filled in place."""
        return str(self.version.path), self.place.offset, self.shape, token_hex(8)

    def _part(self, key: Key) -> NDArray[Any]:
        places = [np.arange(size)[one] for size, one in zip(self.shape, key, strict=True)]
        shape = [len(one) for one in places if one.ndim]
        if self.place.offset is None:
            plain = np.full(shape, np.frombuffer(self.place.cell, self.place.dtype)[0])
        else:
            starts, width = _runs(self.shape, [np.atleast_1d(one) for one in places])
            plain = np.empty(shape, self.place.dtype)
            raw, at = plain.reshape(-1).view(np.uint8).data, 0
            for piece in self._bytes(starts, width):
                raw[at : at + len(piece)] = piece
                at += len(piece)
        return decode_cells(plain, self.note)

    def _bytes(self, starts: NDArray[np.intp], width: int) -> Iterator[bytes]:
        """Read runs of so many cells, and check all blocks that they lie in; runs that follow on one another as one."""
        size = self.place.dtype.itemsize
        ends = np.flatnonzero(starts[1:] != starts[:-1] + width) + 1
        bounds = [0, *ends.tolist(), len(starts)] if len(starts) and width else [0]
        low, content = 0, b""  # what was read last, and from where
        for first, last in itertools.pairwise(bounds):
            begin, end = int(starts[first]) * size, (int(starts[last - 1]) + width) * size
            while begin < end:
                if not low <= begin < low + len(content):
                    low = begin // BLOCK * BLOCK
                    high = min(-(-end // BLOCK) * BLOCK, low + _AT_ONCE, self.place.size)
                    content = self._checked(low, high)
                stop = min(end, low + len(content))
                yield content[begin - low : stop - low]
                begin = stop

    def _checked(self, low: int, high: int) -> bytes:
        """Read whole blocks, and compare them with their checksums."""
        content = self._whole(low, high)
        if content is None:  # damaged; or being filled in place, by another process or by one that died
            with self.version.alone():
                self.version.settle()
                content = self._whole(low, high)
                stands = self.version.stands
            if content is None and not stands:
                raise StoreError(f"another program has changed {self.version.path}; open it again")
        if content is None:
            path = self.version.path
            msg = f"{path}: {self.name!r} does not match its checksum; the file was damaged, or changed by another"
            raise DamageError(f"{msg} program. {rescue(path)}")
        return content

    def _whole(self, low: int, high: int) -> bytes | None:
        offset = self.place.offset or 0
        content = self.version.read(offset + low, offset + high)
        first, last = low // BLOCK, -(-high // BLOCK)
        sums = np.frombuffer(self.version.read(self.sums + 4 * first, self.sums + 4 * last).ljust(4), "<u4")
        own = [zlib.crc32(content[at : at + BLOCK]) for at in range(0, high - low, BLOCK)]
        return content if len(content) == high - low and own == sums.tolist() else None


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
