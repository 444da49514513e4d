"""What is left in a file of ours: parts of it are read when they are asked for.

Each block of which something is read is compared with its checksum, so that nothing damaged goes anywhere unnoticed.
Nothing is mapped into memory: a file that another program cuts off under a mapping would end the process, where a read
that finds less is an error that can be told. The version of the file that was opened is read on when another has been
renamed over it; cells that are filled in place are seen as they are then.
"""

from __future__ import annotations

import math
import os
import struct
import threading
import weakref
from collections.abc import Sequence
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
from xyzpy_widgets.store.headers import texts_at
from xyzpy_widgets.store.image import rescue
from xyzpy_widgets.store.inplace import finish
from xyzpy_widgets.store.literal import Json
from xyzpy_widgets.store.lock import is_held, locked

__all__ = ["Cells", "Texts", "Unread", "Version"]

_PLACE = 16  # bytes that stand in the place of a text

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


class Texts:
    """Texts of a file; their checksum is that of all of them, so a part is not compared with it.

    Parameters
    ----------
    version : Version
    name : str
        For messages.
    offset : int
        Where what leads to the first one is.
    """

    def __init__(self, version: Version, name: str, offset: int) -> None:
        self._version, self._name, self._offset = version, name, offset

    def take(self, starts: NDArray[np.intp], width: int) -> NDArray[Any]:
        """Read runs of so many texts."""
        texts = np.empty(len(starts) * width, dtype=object)
        for number, start in enumerate(starts.tolist()):
            first = self._offset + _PLACE * start
            try:
                found = texts_at(self._version.read(first, first + _PLACE * width), self._version.read)
                texts[number * width : (number + 1) * width] = found
            except (ValueError, struct.error) as error:
                path = self._version.path
                msg = f"{path}: {self._name!r} cannot be read, the file is damaged: {error}. {rescue(path)}"
                raise DamageError(msg) from error
        return texts


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
