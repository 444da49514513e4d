"""Laying a netCDF-4 file out with HDF5, which is given no numbers but told where they are.

HDF5 takes room in a file one piece after the other, so where it puts what it writes is known: the group at the root
stands first, right behind the superblock, and everything else behind it, in the order in which it is made. An object
without a name takes up room that is left for later.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Self

import h5py
import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.store.attributes import Plain
from xyzpy_widgets.store.image import Image, PlainVariable, count_checksums
from xyzpy_widgets.store.inplace import PENDING, Layout, Place
from xyzpy_widgets.store.sheet import Sheet

__all__ = ["NOT_A_SCALE", "NO_COORDINATE", "Key", "Laying", "variables_of"]

NO_COORDINATE = "This is a netCDF dimension but not a netCDF variable.{:10d}"
NOT_A_SCALE = "_nc4_non_coord_"
"""What stands before the name of a variable that shares it with a dimension."""
_COMPLEX = {8: "_PFNC_FLOAT_COMPLEX_TYPE", 16: "_PFNC_DOUBLE_COMPLEX_TYPE"}
_UNPLACED = b"\xff" * 8
_PREFIX = struct.Struct("<8xI4x")  # of an object's header, which tells its size (HDF5 File Format, IV.A.1.a)
_CONTIGUOUS = b"\x03\x01"  # a layout message of version 3, of numbers in one piece (HDF5 File Format, IV.A.2.i)

Key = tuple[str, str]
"""The group ("/" or that of the ledger) and the name of a variable."""


class Laying:
    """Lays an image out, and remembers where its numbers go.

    Parameters
    ----------
    start : int
        The byte before which, but for the superblock and the group at the root, nothing is to be written.
    places : mapping of Key to int, optional
        Where the numbers are, which are left out of the file then; by default they get room.

    Attributes
    ----------
    numbers : dict of Key to (int, ndarray)
        Where the numbers of each variable are, and what they are.
    root : slice
        The bytes of the group at the root.
    """

    def __init__(self, start: int = 1, places: Mapping[Key, int] | None = None) -> None:
        self.sheet = Sheet()
        self.file = h5py.File(self.sheet, "w", track_order=True, meta_block_size=0)
        self.numbers: dict[Key, tuple[int, NDArray[Any]]] = {}
        self._places = dict(places or {})
        self._room: Mapping[Key, int] = {}
        self._scales: dict[str, h5py.Dataset] = {}
        self._unplaced: list[tuple[int, int, int]] = []  # the header, the number of bytes, and where they are
        self._left: list[Any] = []
        self.leave(start)
        self.root = slice(h5py.h5o.get_info(self.file.id).addr, h5py.h5o.get_info(self._left[0]).addr)

    def leave(self, size: int) -> int:
        """Leave so many bytes alone, and return the first."""
        space = h5py.h5s.create_simple((size,))
        self._left.append(h5py.h5d.create(self.file.id, None, h5py.h5t.NATIVE_UINT8, space, _early()))
        return int(self._left[-1].get_offset())

    def add(self, image: Image, room: Mapping[Key, int]) -> h5py.Group:
        """Lay an image out, with some bytes behind some of its numbers; return the group of the ledger."""
        self._room = room
        self._add_group(self.file, image.variables)
        _set_attrs(self.file, image.attrs)
        group = self.file.create_group(image.group, track_order=True)
        self._add_group(group, image.ledger)
        return group

    def _add_group(self, group: h5py.Group, variables: Mapping[str, PlainVariable]) -> None:
        """Add the dimensions that are new, then the variables."""
        for variable in variables.values():
            for dim, size in zip(variable.dims, variable.values.shape, strict=True):
                if dim not in self._scales:
                    self._add_dimension(group, dim, size, variables.get(dim))
        for name, variable in variables.items():
            if not _is_scale(name, variable):
                self._add_variable(group, name, variable)

    def layout(self, image: Image, pending: slice, spare: slice | None, room: Mapping[Key, int]) -> Layout:
        """Say where in the file everything is that can be filled in place."""
        book = f"/{image.group}"
        variables = variables_of(image)
        schema = variables.pop((book, "schema"))
        del variables[book, "checksums"]
        places: dict[Key, Place] = {}
        first = count_checksums(schema.values.dtype, schema.values.size)
        for key, one in variables.items():
            if key in self.numbers:
                places[key] = Place.of(self.numbers[key][0], one, first, room.get(key, 0))
            first += count_checksums(one.values.dtype, one.values.size)
        return Layout(book, places, self.numbers[book, "checksums"][0], pending, spare)

    def _add_dimension(self, group: h5py.Group, dim: str, size: int, labels: PlainVariable | None) -> None:
        if labels is not None and _is_scale(dim, labels):
            scale = self._create(group, dim, labels)
            scale.make_scale(dim)
        else:
            scale = group.create_dataset(dim, shape=(size,), dtype=">f4")  # no room is taken until something is written
            scale.make_scale(NO_COORDINATE.format(size))
        scale.attrs["_Netcdf4Dimid"] = np.int32(len(self._scales))
        self._scales[dim] = scale

    def _add_variable(self, group: h5py.Group, name: str, variable: PlainVariable) -> None:
        dataset = self._create(group, f"{NOT_A_SCALE}{name}" if name in self._scales else name, variable)
        for axis, dim in enumerate(variable.dims):
            dataset.dims[axis].attach_scale(self._scales[dim])
        if name in self._scales:
            ids = [self._scales[dim].attrs["_Netcdf4Dimid"] for dim in variable.dims]
            dataset.attrs["_Netcdf4Coordinates"] = np.array(ids, dtype=np.int32)

    def _create(self, group: h5py.Group, name: str, variable: PlainVariable) -> h5py.Dataset:
        values = variable.values
        if values.dtype == object:
            dataset = group.create_dataset(name, shape=values.shape, dtype=h5py.string_dtype())
            if values.size:
                dataset[...] = values
        else:
            dataset = self._create_numbers(group, name, values)
        _set_attrs(dataset, variable.attrs)
        return dataset

    def _create_numbers(self, group: h5py.Group, name: str, values: NDArray[Any]) -> h5py.Dataset:
        key = group.name, name.removeprefix(NOT_A_SCALE)
        place = self._places.get(key)
        properties = _early() if place is None else h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        space = h5py.h5s.create_simple(values.shape) if values.ndim else h5py.h5s.create(h5py.h5s.SCALAR)
        dataset = h5py.Dataset(h5py.h5d.create(group.id, name.encode(), self._type(values.dtype), space, properties))
        if not values.size:
            return dataset
        if place is None:
            place = dataset.id.get_offset()
            if self._room.get(key):
                self.leave(self._room[key])
        else:
            self._unplaced.append((h5py.h5o.get_info(dataset.id).addr, values.nbytes, place))
        self.numbers[key] = place, values
        return dataset

    def add_room(self, group: h5py.Group, size: int) -> int:
        """Leave room for what is going to be pending; return where it begins."""
        values = np.broadcast_to(np.zeros(1, dtype=np.uint8), (size,))
        dim = "pending_bytes"
        while dim in self._scales:
            dim += "_"
        self._add_dimension(group, dim, size, None)
        self._add_variable(group, PENDING, PlainVariable((dim,), values, {"long_name": "what is being written"}))
        offset, _ = self.numbers.pop((group.name, PENDING))
        return offset

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Finish the file in memory; raise LookupError where HDF5 does not say in the usual way where numbers are."""
        self._left.clear()
        self.file.close()
        for header, count, place in self._unplaced if kind is None else ():
            self.sheet.seek(header)
            (size,) = _PREFIX.unpack(self.sheet.read(_PREFIX.size))
            message = _CONTIGUOUS + _UNPLACED + count.to_bytes(8, "little")
            before, found, _rest = self.sheet.read(size).partition(message)
            if not found:
                msg = f"the header at {header} does not say where {count} bytes are"
                raise LookupError(msg)
            self.sheet.seek(header + _PREFIX.size + len(before) + len(_CONTIGUOUS))
            self.sheet.write(place.to_bytes(8, "little"))

    def _type(self, dtype: np.dtype[Any]) -> h5py.h5t.TypeID:
        """Return the type in the file; that of complex numbers has a name, by which netCDF knows it."""
        if dtype.kind != "c":
            return h5py.h5t.py_create(dtype)
        name = _COMPLEX[dtype.itemsize]
        if name not in self.file:
            self.file[name] = dtype
        return self.file[name].id


def variables_of(image: Image) -> dict[Key, PlainVariable]:
    """Return all variables of an image, those of the ledger last."""
    root = {("/", name): one for name, one in image.variables.items()}
    return root | {(f"/{image.group}", name): one for name, one in image.ledger.items()}


def _is_scale(name: str, variable: PlainVariable) -> bool:
    return variable.dims == (name,)


def _set_attrs(owner: h5py.Group | h5py.Dataset, attrs: Mapping[str, Plain]) -> None:
    for key, value in attrs.items():
        owner.attrs[key] = np.array(value, dtype=h5py.string_dtype()) if isinstance(value, list) else value


def _early() -> h5py.h5p.PropDCID:
    """Return what lets a variable take its room as it is made, and leaves that as it is."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    properties.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    return properties
