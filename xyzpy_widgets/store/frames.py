"""What a segment of the journal is made of: a header, and one frame for each record.

Numbers are little-endian and without sign::

    header  8 bytes  89 58 59 5A 4C 4F 47 0A
            u32      version of the format: 1
            u32      CRC-32 of the 12 bytes before
    frame   u32      length of the payload
            u32      CRC-32 of the payload, begun with the offset of the frame, modulo 2**32
            u32      the length, each bit of 6C 7A 79 78 (as a number, 0x6C7A7978) flipped in it
            payload  a record, as in `packing`

The checksum depends on the place, so that nothing is taken for a frame that merely looks like one inside a payload.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from xyzpy_widgets.errors import EncodingError, FormatError
from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.packing import unpack

__all__ = ["HEADER", "Damage", "Record", "frame", "payload_at", "scan"]

_MAGIC = b"\x89XYZLOG\n"
_VERSION = 1
_HEADER = struct.Struct("<8sII")
_FRAME = struct.Struct("<III")
_MARK = 0x6C7A7978
_LONGEST = 2**32 - 1
_WINDOW = 2**20  # bytes that are looked through at a time for the next frame

HEADER = _HEADER.pack(_MAGIC, _VERSION, zlib.crc32(_MAGIC + struct.pack("<I", _VERSION)))
"""What a segment begins with."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a segment.

    Attributes
    ----------
    offset : int
        Where its frame begins, in bytes from the start of the segment.
    end : int
        Where the next frame begins: the ``start`` of a later `scan` that goes on from here.
    value : dict
        What was appended.
    """

    offset: int
    end: int
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Damage:
    """A range of bytes of a segment in which there is no record any more, and which is no torn tail.

    Attributes
    ----------
    offset, end : int
        The first byte of the range, and the first one after it.
    """

    offset: int
    end: int


def frame(payload: bytes, offset: int) -> bytes:
    """Return the frame of a payload at an offset; raise `EncodingError` when it is too long for one."""
    length = len(payload)
    if length > _LONGEST:
        msg = f"a record of {length} bytes does not fit into a journal, which takes 4 GiB; return smaller parts"
        raise EncodingError(msg)
    return _FRAME.pack(length, zlib.crc32(payload, offset & _LONGEST), length ^ _MARK) + payload


def scan(path: Path, start: int = 0) -> Iterator[Record | Damage]:
    """Read what is whole in a segment, which may be written to at the same time.

    A tail that a dying process left half written, or that another is writing just now, is passed over. Damage in the
    middle is reported, and reading goes on at the next whole frame.

    Parameters
    ----------
    path : pathlib.Path
        The segment.
    start : int, default 0
        Where to begin: the ``end`` of a `Record` that was read before.

    Yields
    ------
    Record or Damage
        In the order of the segment.

    Raises
    ------
    FormatError
        When a newer version of the library has written the segment.
    StoreError
        When it cannot be read.
    """
    with reported(path), path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        header = file.read(_HEADER.size)
        if not _is_current(header, path) and len(header) == _HEADER.size and start == 0:
            yield Damage(0, _HEADER.size)
        yield from _scan(file, max(start, _HEADER.size), size)


def _is_current(header: bytes, path: Path) -> bool:
    """Tell whether a header is whole; raise `FormatError` when it is, and of a version that is not known here."""
    if header == HEADER:
        return True
    if len(header) == _HEADER.size:
        magic, version, checksum = _HEADER.unpack(header)
        if magic == _MAGIC and checksum == zlib.crc32(header[: _HEADER.size - 4]):
            msg = f"{path} is written in version {version} of its format, this is {_VERSION}; update xyzpy_widgets"
            raise FormatError(msg)
    return False


def _scan(file: BinaryIO, position: int, size: int) -> Iterator[Record | Damage]:
    """Read the frames from a position on, and search for the next one where there is none."""
    file.seek(position)
    while position < size:
        payload = payload_at(file, position, size)
        if payload is None:
            following = _next_frame(file, position + 1, size)
            if following < size or not _is_torn(file, position, size):
                yield Damage(position, following)
            position = following
            file.seek(position)
            continue
        end = position + _FRAME.size + len(payload)
        value = _value(payload)
        yield Damage(position, end) if value is None else Record(position, end, value)
        position = end


def payload_at(file: BinaryIO, offset: int, size: int) -> bytes | None:
    """Return the payload of the frame that the file stands at, None where none is whole before ``size``."""
    head = file.read(_FRAME.size)
    if len(head) < _FRAME.size:
        return None
    length, checksum, marked = _FRAME.unpack(head)
    if length ^ marked != _MARK or offset + _FRAME.size + length > size:
        return None
    payload = file.read(length)
    return payload if zlib.crc32(payload, offset & _LONGEST) == checksum else None


def _value(payload: bytes) -> dict[str, Any] | None:
    """Return the record in a payload, None where another program has put something else."""
    try:
        value = unpack(payload)
    except FormatError:
        return None
    return value if isinstance(value, dict) else None


def _is_torn(file: BinaryIO, offset: int, size: int) -> bool:
    """Tell whether what is left of a file is the beginning of a frame."""
    file.seek(offset)
    head = file.read(_FRAME.size)
    if len(head) < _FRAME.size:
        return True
    length, _, marked = _FRAME.unpack(head)
    return bool(length ^ marked == _MARK and offset + _FRAME.size + length > size)


def _next_frame(file: BinaryIO, offset: int, size: int) -> int:
    """Return where the next whole frame begins, the size of the file when there is none."""
    for begin in range(offset, size, _WINDOW):
        file.seek(begin)
        for candidate in _candidates(file.read(_WINDOW + _FRAME.size - 1)):
            file.seek(begin + candidate)
            if payload_at(file, begin + candidate, size) is not None:
                return begin + candidate
    return size


def _candidates(block: bytes) -> list[int]:
    """Return where in a block the two lengths of a frame agree."""
    if len(block) < _FRAME.size:
        return []
    found = []
    for shift in range(4):
        words = np.frombuffer(block, "<u4", (len(block) - shift) // 4, shift)
        found.append(4 * np.flatnonzero(words[:-2] ^ words[2:] == _MARK) + shift)
    return sorted(np.concatenate(found).tolist())
