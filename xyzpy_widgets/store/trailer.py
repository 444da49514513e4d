"""A trailer behind an HDF5 file: a checksum of everything in it that has none of its own.

The library for HDF5 trusts what it reads: a bit that flipped in its metadata or in a heap of texts can make it go round
in circles, or end the process. So behind the end of the file, where no reader of HDF5 looks, stands what lets a plain
read find that out before::

    frame   as in `frames`; its payload, as in `packing`, is a map with ``starts`` and ``stops`` (arrays of int64), the
            ranges of bytes that are left out (they have checksums of their own, change when cells are filled in place,
            or mean nothing), and ``crc32``, that of all other bytes of the HDF5 file, one after the other
    u64     the offset of the frame; of the first, that is the size of the HDF5 file
            8 bytes  89 58 59 5A 45 4E 44 0A

A file that was extended in place (`extending`) has one trailer behind the other, the newest last, which is whole before
its version of the file is; so the file matches the last or one of those before it. A program that writes to the file
removes them all, since HDF5 cuts off what is behind its end. A file without a whole trailer is read without this.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from xyzpy_widgets.errors import DamageError, FormatError
from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.frames import frame, payload_at
from xyzpy_widgets.store.image import rescue
from xyzpy_widgets.store.packing import pack, unpack

__all__ = ["check_trailer", "is_vouched", "trailer_of"]

_MAGIC = b"\x89XYZEND\n"
_END = struct.Struct("<Q8s")
_CHUNK = 2**20  # bytes that are read at a time


def trailer_of(pieces: Sequence[tuple[int, bytes]], size: int) -> bytes:
    """Return the trailer of a file.

    Parameters
    ----------
    pieces : sequence of (int, bytes)
        What it guards, and where that is, rising.
    size : int
        How many bytes the file has.
    """
    ends = [0, *(at for offset, content in pieces for at in (offset, offset + len(content))), size]
    starts, stops = (np.array(ends[first::2], dtype="<i8") for first in (0, 1))
    crc = 0
    for _, content in pieces:
        crc = zlib.crc32(content, crc)
    return frame(pack({"starts": starts, "stops": stops, "crc32": crc}), size) + _END.pack(size, _MAGIC)


def check_trailer(path: Path) -> None:
    """Raise `DamageError` where a file does not match its trailer; one without a trailer passes."""
    if is_vouched(path) is False:
        msg = f"{path} does not match its checksum: its metadata or its texts are damaged. {rescue(path)}"
        raise DamageError(msg)


def is_vouched(path: Path) -> bool | None:
    """Tell whether a file matches one of its trailers; None for one that does not end with a whole trailer."""
    with reported(path), path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        answer = None
        while (start := _start_of(file, end)) is not None:
            answer = _matches(file, start, end - _END.size)
            if answer is not False:
                break
            end = start
        return answer


def _start_of(file: BinaryIO, end: int) -> int | None:
    """Return where the trailer begins that ends at a byte, None where none does."""
    file.seek(max(end - _END.size, 0))
    found = file.read(_END.size)
    start, magic = _END.unpack(found) if len(found) == _END.size else (0, b"")
    return int(start) if magic == _MAGIC and start < end - _END.size else None


def _matches(file: BinaryIO, start: int, end: int) -> bool | None:
    """Tell whether a file matches a trailer; None for one that is torn, or of a newer version."""
    file.seek(start)
    payload = payload_at(file, start, end)
    if payload is None:
        return None
    try:
        told = unpack(payload)
        ranges = list(zip(told["starts"].tolist(), told["stops"].tolist(), strict=True))
        return bool(_checksum(file, _others(ranges, start)) == told["crc32"])
    except (FormatError, KeyError, TypeError, AttributeError):  # whole, and not of this form: of a newer version
        return None


def _others(ranges: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Return what lies between some ranges, which rise."""
    position = 0
    for start, stop in ranges:
        yield position, start
        position = max(position, stop)
    yield position, size


def _checksum(file: BinaryIO, ranges: Iterable[tuple[int, int]]) -> int:
    crc = 0
    for start, stop in ranges:
        if start < stop:
            file.seek(start)
        for begin in range(start, stop, _CHUNK):
            crc = zlib.crc32(file.read(min(_CHUNK, stop - begin)), crc)
    return crc
