"""Laying a netCDF-4 file out: its metadata, in one piece, and where its numbers go.

The metadata stands wherever it is asked to, and says where the numbers are, which may be there already. A variable of
numbers whose cells are all the same need not stand anywhere: it is said once, as what HDF5 fills it with.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import h5py
import numpy as np

from xyzpy_widgets.errors import EncodingError
from xyzpy_widgets.store.attributes import Plain
from xyzpy_widgets.store.headers import REFERENCE, TEXT, Header, Heap, Piece, Reference, joined
from xyzpy_widgets.store.image import Image, Key, PlainVariable, Values, count_checksums, variables_of
from xyzpy_widgets.store.inplace import PENDING, Layout, Place

__all__ = ["NOT_A_SCALE", "NO_COORDINATE", "Laying"]

NO_COORDINATE = "This is a netCDF dimension but not a netCDF variable.{:10d}"
NOT_A_SCALE = "_nc4_non_coord_"
"""What stands before the name of a variable that shares it with a dimension."""
_COMPLEX = {8: "_PFNC_FLOAT_COMPLEX_TYPE", 16: "_PFNC_DOUBLE_COMPLEX_TYPE"}
_REFERENCES = bytes.fromhex("19000000 10000000") + REFERENCE  # a list of them, of any length
_USER = h5py.h5t.create(h5py.h5t.COMPOUND, 16)  # what a scale says of a variable along it: which, and which axis
_USER.insert(b"dataset", 0, h5py.h5t.STD_REF_OBJ)
_USER.insert(b"dimension", 8, h5py.h5t.STD_I32LE)
_SIZE_IN_HEAP = 16


@dataclass(slots=True)
class _Scale:
    """A dimension: its number, the header of what stands for it, and the variables along it, each with the axis."""

    number: int
    header: Header
    users: list[tuple[Header, int]] = field(default_factory=list)


class Laying:
    """An image laid out.

    Parameters
    ----------
    image : Image
    start : int
        Where the metadata begins.
    places : mapping of Key to (int or None)
        Where some of the numbers are, None for those that are said once; the others get room behind the metadata.
    room : mapping of Key to int
        How many bytes to leave behind some of these.
    pending : int
        How many bytes there are, or are to be, for what is pending.

    Attributes
    ----------
    start : int
        As given.
    content : bytes
        The metadata.
    numbers : dict of Key to (ndarray or Streamed)
        All that stands elsewhere in the file, and has some size.
    addresses : dict
        Where each is that has a key in ``numbers``, and other things.
    root : int
        Where the header of the group at the root is.
    pending : slice
        What there is for what is pending.
    stop : int
        Where the last ends that got room, a multiple of 8.
    """

    def __init__(
        self, image: Image, start: int, places: Mapping[Key, int | None], room: Mapping[Key, int], pending: int
    ) -> None:
        self.start = start
        self.numbers: dict[Key, Values] = {}
        self.addresses: dict[Any, int] = {key: place for key, place in places.items() if place is not None}
        self._once = {key for key, place in places.items() if place is None}
        self._heap, root, book = Heap(start), Header(), Header()
        self._pieces: list[Piece] = [self._heap, root, book]
        self._scales: dict[str, _Scale] = {}
        self._links: dict[str, dict[str, Header]] = {"/": {image.group: book}, f"/{image.group}": {}}
        self._add_group("/", image.variables)
        self._add_group(f"/{image.group}", image.ledger)
        self._add_pending(f"/{image.group}", pending)
        self._finish(root, book, image.attrs)
        self.stop = start + sum(len(piece.content) for piece in self._pieces)
        for key, values in self.numbers.items():
            if key not in self.addresses:
                self.addresses[key] = self.stop
                self.stop += values.nbytes + room.get(key, 0)
        self.stop = -(-self.stop // 8) * 8
        self.content = joined(self._pieces, start, self.addresses)
        self.root = self.addresses[root]
        where = self.addresses[f"/{image.group}", PENDING]
        self.pending = slice(where, where + pending)
        del self.numbers[f"/{image.group}", PENDING]

    def layout(self, image: Image, spare: slice | None, room: Mapping[Key, int]) -> Layout:
        """Say where in the file everything is that can be filled in place."""
        book = f"/{image.group}"
        variables = variables_of(image)
        schema = variables.pop((book, "schema"))
        del variables[book, "checksums"]
        places: dict[Key, Place] = {}
        first = count_checksums(schema.values.dtype, schema.values.size)
        for key, one in variables.items():
            if key in self.numbers:
                places[key] = Place.of(self.addresses[key], one, first, room.get(key, 0))
            elif key in self._once:
                places[key] = Place.of(None, one, first)
            first += count_checksums(one.values.dtype, one.values.size)
        return Layout(book, places, self.addresses[book, "checksums"], self.pending, spare)

    def _new(self, group: str, name: str) -> Header:
        """Begin something with a name in a group."""
        if name in self._links[group]:
            msg = f"a file takes {name!r} for itself, so no variable may have this name; rename it"
            raise EncodingError(msg)
        header = self._links[group][name] = Header()
        self._pieces.append(header)
        return header

    def _add_group(self, group: str, variables: Mapping[str, PlainVariable]) -> None:
        """Add the dimensions that are new, then the variables."""
        for variable in variables.values():
            for dim, size in zip(variable.dims, variable.values.shape, strict=True):
                if dim not in self._scales:
                    self._add_dimension(group, dim, size, variables.get(dim))
        for name, variable in variables.items():
            if not _is_scale(name, variable):
                self._add_variable(group, name, variable)

    def _add_dimension(self, group: str, dim: str, size: int, labels: PlainVariable | None) -> None:
        if labels is not None and _is_scale(dim, labels):
            header, name = self._add(group, dim, dim, labels), dim
        else:
            header, name = self._new(group, dim), NO_COORDINATE.format(size)
            header.set_shape((size,))
            header.set_type(_type_of(np.dtype(">f4")))
            header.set_layout(4 * size, None)
        self._scales[dim] = _Scale(len(self._scales), header)
        for key, text in (("CLASS", "DIMENSION_SCALE"), ("NAME", name)):
            content = text.encode() + b"\0"
            header.set_attr(key, b"\x13\0\0\0" + struct.pack("<I", len(content)), (), content)
        self._set_attrs(header, {"_Netcdf4Dimid": np.int32(self._scales[dim].number)})

    def _add_variable(self, group: str, name: str, variable: PlainVariable) -> None:
        header = self._add(group, name, f"{NOT_A_SCALE}{name}" if name in self._scales else name, variable)
        scales = [self._scales[dim] for dim in variable.dims]
        if scales:
            lists = [self._heap.put_reference(scale.header) for scale in scales]
            header.set_attr("DIMENSION_LIST", _REFERENCES, (len(scales),), *lists)
        for axis, scale in enumerate(scales):
            scale.users.append((header, axis))
        if name in self._scales:
            numbers = np.array([scale.number for scale in scales], dtype=np.int32)
            self._set_attrs(header, {"_Netcdf4Coordinates": numbers})

    def _add(self, group: str, name: str, stored: str, variable: PlainVariable) -> Header:
        """Add a variable under the name that it has in the file."""
        values, header = variable.values, self._new(group, stored)
        header.set_shape(values.shape)
        if values.dtype.kind == "c":
            header.set_type(Reference(self._complex(values.dtype)))
        else:
            header.set_type(_type_of(values.dtype))
        if not values.size:
            header.set_layout(0, None)
        elif values.dtype == object:
            texts = Piece(b"".join(map(self._heap.put_text, np.asarray(values).ravel().tolist())))
            self._pieces.append(texts)
            header.set_layout(_SIZE_IN_HEAP * values.size, Reference(texts))
        elif (group, name) in self._once:
            header.set_layout(values.nbytes, None, np.asarray(values).reshape(-1)[:1].tobytes())
        else:
            self.numbers[group, name] = values
            header.set_layout(values.nbytes, Reference((group, name)))
        self._set_attrs(header, variable.attrs)
        return header

    def _complex(self, dtype: np.dtype[Any]) -> Header:
        """Return the header of a type of complex numbers, which has a name, by which netCDF knows it."""
        name = _COMPLEX[dtype.itemsize]
        if name not in self._links["/"]:
            self._new("/", name).set_type(_type_of(dtype))
        return self._links["/"][name]

    def _add_pending(self, group: str, size: int) -> None:
        """Add what takes the room for what is pending."""
        dim = "pending_bytes"
        while dim in self._scales:
            dim += "_"
        room = np.broadcast_to(np.zeros(1, dtype=np.uint8), (size,))
        self._add_group(group, {PENDING: PlainVariable((dim,), room, {"long_name": "what is being written"})})

    def _finish(self, root: Header, book: Header, attrs: Mapping[str, Plain]) -> None:
        """Say what is only known when everything is there."""
        for scale in self._scales.values():
            users = [part for header, axis in scale.users for part in (Reference(header), struct.pack("<i4x", axis))]
            if users:
                scale.header.set_attr("REFERENCE_LIST", _USER.encode()[2:], (len(scale.users),), *users)
        for header, links in zip((root, book), self._links.values(), strict=True):
            header.set_links(links)
        self._set_attrs(root, attrs)
        self._heap.finish()

    def _set_attrs(self, header: Header, attrs: Mapping[str, Plain]) -> None:
        for key, value in attrs.items():
            if isinstance(value, str):
                header.set_attr(key, TEXT, (), self._heap.put_text(value))
            elif isinstance(value, list):
                header.set_attr(key, TEXT, (len(value),), *map(self._heap.put_text, value))
            else:
                array = np.asarray(value)
                header.set_attr(key, _type_of(array.dtype), array.shape, array.tobytes())


@cache
def _type_of(dtype: np.dtype[Any]) -> bytes:
    """Return a type as a header has it."""
    return TEXT if dtype.hasobject else bytes(h5py.h5t.py_create(dtype).encode()[2:])


def _is_scale(name: str, variable: PlainVariable) -> bool:
    return variable.dims == (name,)
