"""The metadata of an HDF5 file as bytes: object headers, and the heap that texts and lists of references stand in.

Only what a netCDF-4 file is made of, in the forms that every HDF5 since 1.8 reads: the version numbers are those of the
HDF5 File Format Specification, where each piece is described under the number of its section.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from xyzpy_widgets.errors import EncodingError

__all__ = [
    "REFERENCE",
    "ROOT",
    "SUPERBLOCK",
    "TEXT",
    "Header",
    "Heap",
    "Piece",
    "Reference",
    "joined",
    "superblock",
    "texts_at",
]

SUPERBLOCK = 96
"""How many bytes the superblock has."""
ROOT = slice(64, 72)
"""Where in it stands which header is that of the group at the root."""

TEXT = bytes.fromhex("19010100 10000000 10000000 01000000 00000800")
"""The type of texts of any length, in UTF-8 (IV.A.2.d)."""
REFERENCE = bytes.fromhex("17000000 08000000")
"""The type of references to objects."""

_NOWHERE = b"\xff" * 8  # the address of what is not in the file
_SUPERBLOCK = struct.Struct("<8s5xBBxHHI4QQQ24x")
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_PREFIX = struct.Struct("<BxHII4x")
_MESSAGE = struct.Struct("<HHB3x")
_LINK = struct.Struct("<BBQBI")
_ITEM = struct.Struct("<HHIQ")
_IN_HEAP = struct.Struct("<IQI")
_COLLECTION, _LEAST, _MOST = b"GCOL\1\0\0\0", 4096, 65536  # how a part of the heap begins; its bytes
_WHEN_MADE, _WHEN_SET = bytes([2, 1, 1, 1]), bytes([2, 2, 2, 1])  # when room is taken, and when it is filled


class Reference(NamedTuple):
    """The address of something, which is known when everything has its place."""

    thing: Hashable


Part = bytes | Reference


class Piece:
    """A piece of the metadata.

    Attributes
    ----------
    content : bytearray
    references : list of (int, Hashable)
        Where in the content which address belongs.
    """

    def __init__(self, content: bytes = b"") -> None:
        self.content = bytearray(content)
        self.references: list[tuple[int, Hashable]] = []


class Header(Piece):
    """The header of an object (IV.A.1.a), version 1."""

    def __init__(self) -> None:
        super().__init__(bytes(_PREFIX.size))
        self._messages = 0

    def _add(self, kind: int, *parts: Part, flags: int = 0) -> None:
        """Add a message; raise `EncodingError` for one that is too long."""
        content, begin = self.content, len(self.content)
        content += bytes(_MESSAGE.size)
        for part in parts:
            if isinstance(part, Reference):
                self.references.append((len(content), part.thing))
                content += _NOWHERE
            else:
                content += part
        content += bytes(-len(content) % 8)
        size = len(content) - begin - _MESSAGE.size
        if size >= 2**16:
            said = b"".join(part for part in parts if isinstance(part, bytes))
            msg = f"a file takes names and attributes of 65535 bytes, and one has {size}: {said[:80]!r}; shorten it"
            raise EncodingError(msg)
        _MESSAGE.pack_into(content, begin, kind, size, flags)
        self._messages += 1
        _PREFIX.pack_into(content, 0, 1, self._messages, 1, len(content) - _PREFIX.size)

    def set_shape(self, shape: Sequence[int]) -> None:
        """Say what shape a dataset has (IV.A.2.b)."""
        self._add(0x01, _space(shape))

    def set_type(self, dtype: bytes | Reference) -> None:
        """Say of which type it is (IV.A.2.d), or where the header of that type is."""
        if isinstance(dtype, Reference):
            self._add(0x03, b"\2\2", dtype, flags=2)
        else:
            self._add(0x03, dtype)

    def set_layout(self, size: int, where: Part | None, cell: bytes = b"") -> None:
        """Say where so many bytes stand in one piece, or nowhere (None): then every cell is the one that is given."""
        filled = _WHEN_SET if where is None else _WHEN_MADE
        self._add(0x05, filled, struct.pack("<I", len(cell)), cell)  # IV.A.2.f
        self._add(0x08, b"\3\1", _NOWHERE if where is None else where, struct.pack("<Q", size))  # IV.A.2.i

    def set_attr(self, name: str, dtype: bytes, shape: Sequence[int], *content: Part) -> None:
        """Add an attribute (IV.A.2.m)."""
        text, space = name.encode() + b"\0", _space(shape)
        length = min(len(text), 2**16 - 1)  # a longer one is refused below
        sizes = struct.pack("<BBHHHB", 3, 0, length, len(dtype), len(space), not name.isascii())
        self._add(0x0C, sizes, text, dtype, space, *content)

    def set_links(self, things: Mapping[str, Hashable]) -> None:
        """Say what is in a group (IV.A.2.c, IV.A.2.g and IV.A.2.k), in this order."""
        self._add(0x02, struct.pack("<BBQ", 0, 3, len(things)), _NOWHERE * 3)
        self._add(0x0A, struct.pack("<BBHH", 0, 1, 2**16 - 1, 0))  # all links stand here, however many
        for number, (name, thing) in enumerate(things.items()):
            text = name.encode()
            self._add(0x06, _LINK.pack(1, 0b10110, number, not name.isascii(), len(text)), text, Reference(thing))


class Heap(Piece):
    """Texts and lists of references (III.E), in collections one behind the other that begin at a byte of the file."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self._start = start
        self._begin = self._items = 0

    def put_text(self, text: str) -> bytes:
        """Put a text in; return what stands in its place elsewhere."""
        content = text.encode()
        return self._put(content, len(content))

    def put_reference(self, thing: Hashable) -> bytes:
        """Put a list of one reference in; return what stands in its place elsewhere."""
        element = self._put(_NOWHERE, 1)
        self.references.append((len(self.content) - len(_NOWHERE), thing))
        return element

    def _put(self, content: bytes, count: int) -> bytes:
        if not self._items or len(self.content) - self._begin > _MOST:
            self.finish()
            self._begin, self._items = len(self.content), 0
            self.content += bytes(_ITEM.size)
        self._items += 1
        self.content += _ITEM.pack(self._items, 0, 0, len(content)) + content + bytes(-len(content) % 8)
        return _IN_HEAP.pack(count, self._start + self._begin, self._items)

    def finish(self) -> None:
        """Close the last collection."""
        if self._items:
            free = _LEAST - (len(self.content) - self._begin)
            if free >= _ITEM.size:
                self.content += _ITEM.pack(0, 0, 0, free)
            self.content += bytes(max(self._begin + _LEAST - len(self.content), 0))
            struct.pack_into("<8sQ", self.content, self._begin, _COLLECTION, len(self.content) - self._begin)
            self._items = 0


def texts_at(places: bytes, read: Callable[[int, int], bytes]) -> list[str]:
    """Return the texts that stand in a heap.

    Parameters
    ----------
    places : bytes
        What stands in the place of each elsewhere, one behind the other.
    read : callable
        Reads the file from one offset to another.

    Raises
    ------
    ValueError
        Where none stand there.
    """
    items: dict[int, dict[int, bytes]] = {}
    texts = []
    for size, begin, number in _IN_HEAP.iter_unpack(places):
        if size and begin not in items:
            items = {begin: _items_at(begin, read)}
        found = items[begin].get(number, b"") if size else b""
        if len(found) != size:
            raise ValueError(f"item {number} at byte {begin} has {len(found)} bytes, and not {size}")
        texts.append(found.decode())
    return texts


def _items_at(begin: int, read: Callable[[int, int], bytes]) -> dict[int, bytes]:
    """Return what is in the collection of a heap that begins at a byte of the file, by number."""
    head = read(begin, begin + _ITEM.size)
    if head[:8] != _COLLECTION:
        raise ValueError(f"no heap begins at byte {begin}")
    content = read(begin, begin + int.from_bytes(head[8:], "little"))
    items, at = {}, _ITEM.size
    while at + _ITEM.size <= len(content):
        number, _, _, size = _ITEM.unpack_from(content, at)
        if not number:
            break
        at += _ITEM.size
        items[number] = content[at : at + size]
        at += size + -size % 8
    return items


def _space(shape: Sequence[int]) -> bytes:
    """Return a shape as it stands in a message (IV.A.2.b)."""
    return struct.pack(f"<BB6x{len(shape)}Q", 1, len(shape), *shape)


def joined(pieces: Sequence[Piece], start: int, addresses: dict[Hashable, int]) -> bytes:
    """Put pieces one behind the other from a byte of the file on, and resolve what they refer to.

    The addresses are those of all else; those of the pieces are added to them.
    """
    for piece in pieces:
        addresses[piece] = start
        start += len(piece.content)
    for piece in pieces:
        for at, thing in piece.references:
            piece.content[at : at + 8] = addresses[thing].to_bytes(8, "little")
    return b"".join(piece.content for piece in pieces)


def superblock(root: int, size: int) -> bytes:
    """Return that of a file of some size (II.A), version 0, with the address of the header of its group at the root."""
    nowhere = int.from_bytes(_NOWHERE, "little")
    return _SUPERBLOCK.pack(_SIGNATURE, 8, 8, 4, 16, 0, 0, nowhere, size, nowhere, 0, root)
