"""Filling cells of a file in place, so that it is whole again whatever happens in the middle.

A file of ours has a room of bytes for what is pending, which no reader takes for data. What is going to be written goes
there first, as one frame of a journal's form (`frames`): where, how much, and the bytes, those of the checksums last.
When the frame is on the disk, its bytes are written where they belong, and brought to the disk; then the frame is
struck out. A process that dies in between leaves a whole frame, which the next that finds the checksums wrong carries
out again, or a torn one, of which nothing was carried out.

Only numbers are filled in place, and only where nothing else changes: the size of the file, its metadata and its other
bytes stay as they are, so that it opens at every moment, for every program.
"""

from __future__ import annotations

import itertools
import os
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.errors import FormatError
from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.cells import encode_cells
from xyzpy_widgets.store.disk import sync
from xyzpy_widgets.store.frames import frame, payload_at
from xyzpy_widgets.store.image import BLOCK, PlainVariable
from xyzpy_widgets.store.literal import Json
from xyzpy_widgets.store.lock import try_lock
from xyzpy_widgets.store.packing import pack, unpack

__all__ = [
    "PENDING",
    "Extent",
    "Layout",
    "Place",
    "extents_of",
    "fill",
    "finish",
    "opened_to_write",
    "room_for",
    "tell_change",
    "write_at",
]

PENDING = "pending"
"""The name of the variable that takes the room."""

_LEAST, _SHARE, _MOST = 2**15, 32, 2**22  # the bytes of the room: at least, what part of the numbers, at most
_STRUCK = bytes(12)

Extent = tuple[int, bytes]
"""Bytes, and where in the file they belong."""


def room_for(size: int) -> int:
    """Return how many bytes to leave for what is pending in a file with so many bytes of numbers."""
    return min(_LEAST + size // _SHARE, _MOST)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the numbers of a variable are in a file.

    Attributes
    ----------
    offset : int or None
        Their first byte; None where every cell is ``cell``, and none stands in the file.
    size : int
        How many bytes there are, or would be.
    dtype : numpy.dtype
        Their type in the file.
    note : mapping
        What the schema says of their type.
    marks : frozenset of str
        The names of the attributes.
    first : int
        Which checksum is their first.
    room : int
        How many bytes there may become without moving.
    cell : bytes
        What stands in each cell, where none stands in the file.
    """

    offset: int | None
    size: int
    dtype: np.dtype[Any]
    note: Mapping[str, Json]
    marks: frozenset[str]
    first: int
    room: int
    cell: bytes = b""

    @classmethod
    def of(cls, offset: int | None, variable: PlainVariable, first: int, more: int = 0) -> Place:
        """Return the place of a variable that was written at an offset, with room for some bytes ``more``."""
        values = variable.values
        size, marks = values.nbytes, frozenset(variable.attrs)
        cell = np.asarray(values).reshape(-1)[:1].tobytes() if offset is None else b""
        return cls(offset, size, values.dtype, variable.note, marks, first, size + more, cell)

    def takes(self, raw: bytes) -> bool:
        """Say whether the bytes of some cells may stand here."""
        return self.offset is not None or raw == self.cell * (len(raw) // len(self.cell))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is in a file that can be filled in place.

    Attributes
    ----------
    group : str
        The path of the group of the ledger; that of the dataset is "/".
    places : dict
        The variables of numbers, by group and name.
    sums : int
        Where the checksums begin.
    room : slice
        What is left for what is pending.
    spare : slice or None
        What is left for other metadata, see `extending`; None for nothing.
    """

    group: str
    places: dict[tuple[str, str], Place]
    sums: int
    room: slice
    spare: slice | None = None


def extents_of(place: Place, values: NDArray[Any], cells: NDArray[np.intp]) -> list[Extent] | None:
    """Return the bytes of some cells of a variable, None where its place cannot hold them.

    Parameters
    ----------
    place : Place
    values : ndarray
        The content of the cells, shape ``(n_cells, *inner)``.
    cells : ndarray of intp
        Their positions, rising, each once.
    """
    encoded = encode_cells(values, lambda _: "a cell")
    fits = encoded.values.dtype == place.dtype and encoded.note == place.note and place.marks.issuperset(encoded.marks)
    if not fits:
        return None
    raw = encoded.values.reshape(len(cells), -1).view(np.uint8)
    begin = place.offset
    if begin is None:
        return [] if place.takes(raw.tobytes()) else None
    starts = [0, *(np.flatnonzero(np.diff(cells) != 1) + 1).tolist(), len(cells)]
    width = raw.shape[1]
    return [
        (begin + int(cells[start]) * width, raw[start:stop].tobytes()) for start, stop in itertools.pairwise(starts)
    ]


def _sums(descriptor: int, place: Place, extents: list[Extent]) -> Iterator[tuple[int, int]]:
    """Return the checksums that change with some bytes of a variable: which, and what they become."""
    block, content, origin = -1, bytearray(), place.offset or 0
    for offset, data in extents:
        start = offset - origin
        for number in range(start // BLOCK, (start + len(data) - 1) // BLOCK + 1):
            begin = number * BLOCK
            if number != block:
                if block >= 0:
                    yield place.first + block, zlib.crc32(content)
                size = min(BLOCK, place.size - begin)
                block, content = number, bytearray(os.pread(descriptor, size, origin + begin))
            low, high = max(start, begin), min(start + len(data), begin + BLOCK)
            content[low - begin : high - begin] = data[low - start : high - start]
    if block >= 0:
        yield place.first + block, zlib.crc32(content)


def fill(path: Path, layout: Layout, content: Mapping[tuple[str, str], list[Extent]]) -> bool:
    """Fill cells of a file in place, durably; the caller holds the lock, and knows that the layout is that of the file.

    Returns
    -------
    bool
        False, and nothing has changed, when it is more than the room takes, or another program writes to the file.

    Raises
    ------
    StoreError
        When the system refuses.
    """
    with opened_to_write(path) as descriptor:
        if not try_lock(descriptor, shared=True):  # the lock by which HDF5 keeps writers apart
            return False
        extents = [extent for parts in content.values() for extent in parts]
        for key, parts in content.items():
            changed = _sums(descriptor, layout.places[key], parts)
            extents += [(layout.sums + 4 * number, crc.to_bytes(4, "little")) for number, crc in changed]
        framed = frame(_packed(extents), layout.room.start)
        if len(framed) > layout.room.stop - layout.room.start:
            return False
        write_at(descriptor, framed, layout.room.start)
        sync(descriptor)
        _carry_out(path, descriptor, extents, layout.room)
    return True


def finish(path: Path, room: slice) -> None:
    """Carry out what is pending in a file, if there is anything; the caller holds the lock."""
    with opened_to_write(path) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(room.start)
        payload = payload_at(file, room.start, room.stop)
        if payload is not None:
            _carry_out(path, descriptor, _unpacked(payload), room)


def _carry_out(path: Path, descriptor: int, extents: list[Extent], room: slice) -> None:
    """Write what is pending where it belongs, and strike it out."""
    before = os.fstat(descriptor).st_mtime_ns
    for offset, data in extents:
        write_at(descriptor, data, offset)
    sync(descriptor)
    write_at(descriptor, _STRUCK, room.start)
    tell_change(path, before)


def tell_change(path: Path, before: int) -> None:
    """Give a file another time of change than it had, in ns."""
    now = max(time.time_ns(), before + 1)  # the clock of the file system may stand still between two changes
    os.utime(path, ns=(now, now))


def _packed(extents: list[Extent]) -> bytes:
    """Return extents in one piece."""
    offsets = np.array([offset for offset, _ in extents], dtype="<i8")
    sizes = np.array([len(data) for _, data in extents], dtype="<i8")
    return pack({"offsets": offsets, "sizes": sizes, "content": b"".join(data for _, data in extents)})


def _unpacked(payload: bytes) -> list[Extent]:
    value = unpack(payload)
    if not isinstance(value, dict) or set(value) != {"offsets", "sizes", "content"}:
        msg = f"what is pending is no list of extents but {value!r:.100}; restore the file from a copy"
        raise FormatError(msg)
    ends = np.cumsum(value["sizes"]).tolist()
    content = value["content"]
    return [
        (offset, content[end - size : end])
        for offset, size, end in zip(value["offsets"].tolist(), value["sizes"].tolist(), ends, strict=True)
    ]


@contextmanager
def opened_to_write(path: Path) -> Iterator[int]:
    """Open a file for reading and writing."""
    with reported(path):
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            yield descriptor
        finally:
            os.close(descriptor)


if hasattr(os, "pwrite"):

    def write_at(descriptor: int, data: bytes, offset: int) -> None:
        """Write all at an offset."""
        while data:
            written = os.pwrite(descriptor, data, offset)
            data, offset = data[written:], offset + written
