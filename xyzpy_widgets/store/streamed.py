"""Plain values that are not all in memory at once: they are made, and written, part by part."""

from __future__ import annotations

import math
import zlib
from array import array
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.left import boxes
from xyzpy_widgets.store.image import BLOCK

__all__ = ["Streamed", "parts_of"]

_PART = 2**20  # bytes that are in memory at a time, about
_OBJECT = 64  # what an object and its place take


def parts_of(variable: xr.Variable) -> Iterator[NDArray[Any]]:
    """Give the values of a variable, which may be left in a file, part by part in C order."""
    for box in boxes(variable.shape, _cells(variable)):
        yield variable[box].to_numpy()


def _cells(variable: xr.Variable) -> int:
    """Return how many cells are in memory at a time."""
    return _PART // (_OBJECT if variable.dtype.kind == "O" else variable.dtype.itemsize)


class Target(Protocol):
    """What is written to."""

    def write(self, part: memoryview, /) -> object:
        """Take what comes next."""


class Streamed:
    """An array of plain numbers, of which parts are made when they are asked for.

    Parameters
    ----------
    variable : xarray.Variable
        The values, which may be left in a file.
    dtype : numpy.dtype
        The type in the file.
    plain : callable
        Makes an array of plain numbers of a part of the values.
    """

    def __init__(
        self, variable: xr.Variable, dtype: np.dtype[Any], plain: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> None:
        self._variable, self._plain = variable, plain
        self.dtype = dtype
        self.shape: tuple[int, ...] = variable.shape
        self.size = math.prod(self.shape)
        self.nbytes = self.size * dtype.itemsize

    def parts(self, first: int = 0) -> Iterator[memoryview]:
        """Give the bytes in C order, from the ``first`` on."""
        begin = 0
        for box in boxes(self.shape, _cells(self._variable)):
            end = begin + math.prod(one.stop - one.start for one in box) * self.dtype.itemsize
            if end > first:
                plain = self._plain(self._variable[box].to_numpy())
                yield np.ascontiguousarray(plain).reshape(-1).view(np.uint8).data[max(first - begin, 0) :]
            begin = end

    def uniform(self) -> NDArray[Any] | None:
        """Return all of it, as one number said many times, where that is what it is; it is read until it is not."""
        cell = b""
        for part in self.parts():
            cell = cell or bytes(part[: self.dtype.itemsize])
            if part != cell * (len(part) // len(cell)):
                return None
        return np.broadcast_to(np.frombuffer(cell, self.dtype).reshape(()), self.shape) if cell else None

    def write(self, target: Target) -> NDArray[np.uint32]:
        """Write all of it; return the checksums of its blocks."""
        sums, crc, room = array("I"), 0, BLOCK
        for part in self.parts():
            target.write(part)
            begin = 0
            while begin < len(part):
                piece = part[begin : begin + room]
                crc, room, begin = zlib.crc32(piece, crc), room - len(piece), begin + len(piece)
                if not room:
                    sums.append(crc)
                    crc, room = 0, BLOCK
        if room < BLOCK:
            sums.append(crc)
        return np.array(sums, dtype="<u4")
