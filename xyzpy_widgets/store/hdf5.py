"""Images as netCDF-4 files, through h5py.

HDF5 only lays the file out, in memory: the groups, types, dimension scales, attributes and texts, with the room for the
numbers left open. Then the file is written by ordinary writes. So the numbers are never copied, and a full disk is met
by Python, which can report it, and not by HDF5, which cannot close a file that it failed to write.

The result follows the netCDF-4 specification (dimension scales, ``_Netcdf4Dimid``, ``_Netcdf4Coordinates``, the names
of dimensions without labels), so netCDF4, h5netcdf and every tool built on them read it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.errors import DamageError, FormatError, StoreError
from xyzpy_widgets.store.atomic import replacing
from xyzpy_widgets.store.attributes import Plain
from xyzpy_widgets.store.image import (
    Image,
    PlainVariable,
    Remains,
    Source,
    Stretch,
    count_checksums,
    ledger_group,
    rescue,
)
from xyzpy_widgets.store.inplace import PENDING, Layout, Place, finish, room_for
from xyzpy_widgets.store.padded import Padded
from xyzpy_widgets.store.trailer import check_trailer, trailer_of

__all__ = ["opened", "remains", "settle", "write"]

_PAGE = 65536
_NO_COORDINATE = "This is a netCDF dimension but not a netCDF variable.{:10d}"
_NOT_A_SCALE = "_nc4_non_coord_"  # stands before the name of a variable that shares it with a dimension
_COMPLEX = {8: "_PFNC_FLOAT_COMPLEX_TYPE", 16: "_PFNC_DOUBLE_COMPLEX_TYPE"}
_OF_HDF5 = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates")
_BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError)  # what h5py raises for files that are not whole


class _Sheet(io.RawIOBase):
    """A file in memory that takes room only where something was written."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self.pages: dict[int, bytearray] = {}
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def truncate(self, size: int | None = None) -> int:
        self.size = self._position if size is None else size
        return self.size

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        for page, inside, outside in self._pieces(len(view)):
            content = self.pages.get(page)
            view[outside] = bytes(inside.stop - inside.start) if content is None else content[inside]
        self._position += len(view)
        return len(view)

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        for page, inside, outside in self._pieces(len(view)):
            self.pages.setdefault(page, bytearray(_PAGE))[inside] = view[outside]
        self._position += len(view)
        self.size = max(self.size, self._position)
        return len(view)

    def _pieces(self, length: int) -> Iterator[tuple[int, slice, slice]]:
        """Cut what is read or written next into pages: the page, where in it, and where in the data."""
        done = 0
        while done < length:
            page, start = divmod(self._position + done, _PAGE)
            count = min(_PAGE - start, length - done)
            yield page, slice(start, start + count), slice(done, done + count)
            done += count


class _Layout:
    """Lays an image out, and remembers where its numbers go."""

    def __init__(self, file: h5py.File) -> None:
        self._file = file
        self._scales: dict[str, h5py.Dataset] = {}
        self.numbers: dict[tuple[str, str], tuple[int, NDArray[Any]]] = {}

    def add_group(self, group: h5py.Group, variables: Mapping[str, PlainVariable]) -> None:
        """Add the dimensions that are new, then the variables."""
        for variable in variables.values():
            for dim, size in zip(variable.dims, variable.values.shape, strict=True):
                if dim not in self._scales:
                    self._add_dimension(group, dim, size, variables.get(dim))
        for name, variable in variables.items():
            if not _is_scale(name, variable):
                self._add_variable(group, name, variable)

    def _add_dimension(self, group: h5py.Group, dim: str, size: int, labels: PlainVariable | None) -> None:
        if labels is not None and _is_scale(dim, labels):
            scale = self._create(group, dim, labels)
            scale.make_scale(dim)
        else:
            scale = group.create_dataset(dim, shape=(size,), dtype=">f4")  # no room is taken until something is written
            scale.make_scale(_NO_COORDINATE.format(size))
        scale.attrs["_Netcdf4Dimid"] = np.int32(len(self._scales))
        self._scales[dim] = scale

    def _add_variable(self, group: h5py.Group, name: str, variable: PlainVariable) -> None:
        dataset = self._create(group, f"{_NOT_A_SCALE}{name}" if name in self._scales else name, variable)
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
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        properties.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        space = h5py.h5s.create_simple(values.shape) if values.ndim else h5py.h5s.create(h5py.h5s.SCALAR)
        dataset = h5py.Dataset(h5py.h5d.create(group.id, name.encode(), self._type(values.dtype), space, properties))
        if values.size:
            self.numbers[group.name, name.removeprefix(_NOT_A_SCALE)] = dataset.id.get_offset(), values
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

    def _type(self, dtype: np.dtype[Any]) -> h5py.h5t.TypeID:
        """Return the type in the file; that of complex numbers has a name, by which netCDF knows it."""
        if dtype.kind != "c":
            return h5py.h5t.py_create(dtype)
        name = _COMPLEX[dtype.itemsize]
        if name not in self._file:
            self._file[name] = dtype
        return self._file[name].id


def _is_scale(name: str, variable: PlainVariable) -> bool:
    return variable.dims == (name,)


def _set_attrs(owner: h5py.Group | h5py.Dataset, attrs: Mapping[str, Plain]) -> None:
    for key, value in attrs.items():
        owner.attrs[key] = np.array(value, dtype=h5py.string_dtype()) if isinstance(value, list) else value


def write(path: Path, image: Image) -> Layout:
    """Write an image in the place of what was there, and say where; raise `StoreError` when the system refuses."""
    sheet = _Sheet()
    with h5py.File(sheet, "w", track_order=True) as file:
        layout = _Layout(file)
        layout.add_group(file, image.variables)
        _set_attrs(file, image.attrs)
        group = file.create_group(image.group, track_order=True)
        layout.add_group(group, image.ledger)
        size = room_for(sum(values.nbytes for _, values in layout.numbers.values()))
        room = slice(start := layout.add_room(group, size), start + size)
    with replacing(path) as temporary, temporary.open("wb") as target:
        for number, page in sorted(sheet.pages.items()):
            target.seek(number * _PAGE)
            target.write(page)
        for offset, values in layout.numbers.values():
            target.seek(offset)
            target.write(values.reshape(-1).view(np.uint8).data)
        target.truncate(sheet.size)
        target.seek(sheet.size)
        apart = [slice(offset, offset + values.nbytes) for offset, values in layout.numbers.values()]
        target.write(trailer_of(io.BufferedReader(sheet, _PAGE), sheet.size, [*apart, room]))
    return _layout_of(image, {key: offset for key, (offset, _) in layout.numbers.items()}, room)


def _layout_of(image: Image, offsets: Mapping[tuple[str, str], int], room: slice) -> Layout:
    """Say where in a file everything is that can be filled in place."""
    book = f"/{image.group}"
    variables = {("/", name): one for name, one in image.variables.items()}
    variables |= {(book, name): one for name, one in image.ledger.items()}
    schema = variables.pop((book, "schema"))
    del variables[book, "checksums"]
    places: dict[tuple[str, str], Place] = {}
    first = count_checksums(schema.values.dtype, schema.values.size)
    for key, one in variables.items():
        if key in offsets:
            places[key] = Place.of(offsets[key], one, first)
        first += count_checksums(one.values.dtype, one.values.size)
    return Layout(book, places, offsets[book, "checksums"], room)


def settle(path: Path) -> None:
    """Finish what a process that died was filling in place, if there is anything; the caller holds the lock."""
    with opened(path) as source:
        room = source.room
    if room is not None:
        finish(path, room)


@contextmanager
def opened(path: Path, *, cut_off: bool = False) -> Iterator[Source]:
    """Open a file for reading; raise `DamageError` when it is damaged.

    With ``cut_off`` a file that ends too early is opened too, as if zeros followed.
    """
    if path.is_file() and not cut_off:
        check_trailer(path)
    if path.is_file() and not h5py.is_hdf5(path):
        yield Source(path, frozenset(), None, lambda *_: np.empty(0))
        return
    with ExitStack() as stack:
        try:
            content: Any = stack.enter_context(Padded(path)) if cut_off else path
            file = stack.enter_context(h5py.File(content, "r", **({} if cut_off else {"locking": "best-effort"})))
        except BlockingIOError as error:
            msg = f"{path} is open for writing in another program; close it there, then try again"
            raise StoreError(msg) from error
        except _BROKEN as error:
            msg = f"{path} is not a whole netCDF-4 or HDF5 file: {error}. {rescue(path)}"
            raise DamageError(msg) from error
        yield _source(path, file)


def remains(path: Path) -> Remains:
    """Read what is left of a damaged file as any reader sees it; raise `FormatError` when that is nothing.

    What lies behind the end of a file that was cut off is known to be gone.
    """
    found = Remains()
    with Padded(path) as content:
        try:
            with h5py.File(content, "r") as file:
                for name in file:
                    _take(file, name, content.length, found)
        except _BROKEN as error:
            msg = f"{path}: nothing in it can be read: {error}"
            raise FormatError(msg) from error
    return found


def _take(file: h5py.File, name: str, end: int, found: Remains) -> None:
    """Take up a variable of the root group, or the reason why it cannot be read."""
    plain = name.removeprefix(_NOT_A_SCALE)
    try:
        dataset = file[name]
        if not _is_variable(dataset):
            return
        scales = [axis[0].name.rpartition("/")[2] for axis in dataset.dims] if not dataset.is_scale else [plain]
        attrs = {key: dataset.attrs[key] for key in dataset.attrs if key not in _OF_HDF5}
        found.variables[plain] = xr.Variable(scales, _values(dataset), attrs)
        found.cut[plain] = _cut(dataset, end)
    except _BROKEN as error:
        found.lost[plain] = str(error)


def _cut(dataset: h5py.Dataset, end: int) -> NDArray[np.bool_]:
    """Return which cells of a variable lie behind the end of the file."""
    mask = np.zeros(dataset.shape, dtype=bool)
    offset = dataset.id.get_offset()
    if offset is not None and mask.size:
        mask.reshape(-1)[max(end - offset, 0) // dataset.dtype.itemsize :] = True
    elif dataset.chunks is not None:
        for number in range(dataset.id.get_num_chunks()):
            chunk = dataset.id.get_chunk_info(number)
            if chunk.byte_offset + chunk.size > end:
                starts = zip(chunk.chunk_offset, dataset.chunks, strict=True)
                mask[tuple(slice(start, start + length) for start, length in starts)] = True
    return mask


def _source(path: Path, file: h5py.File) -> Source:
    """Describe an open file."""

    def read(group: str | None, name: str) -> NDArray[Any]:
        try:
            return _values(_dataset(file if group is None else file[group], name))
        except _BROKEN as error:
            msg = f"{path}: {name!r} cannot be read, the file is damaged: {error}. {rescue(path)}"
            raise DamageError(msg) from error

    try:
        group = ledger_group(lambda name: isinstance(file.get(name), h5py.Dataset))
        ours = isinstance(file.get(group), h5py.Group) and "schema" in file[group]
        names = {name.removeprefix(_NOT_A_SCALE) for name, one in file.items() if _is_variable(one)}
    except _BROKEN as error:
        msg = f"{path} is damaged: {error}. {rescue(path)}"
        raise DamageError(msg) from error

    def stretch(group: str | None, name: str) -> Stretch | None:
        dataset = _dataset(file if group is None else file[group], name)
        offset = dataset.id.get_offset()
        if offset is None:
            return None
        return Stretch(offset, dataset.nbytes, dataset.dtype, frozenset(dataset.attrs) - frozenset(_OF_HDF5))

    room = _room(file, group) if ours else None
    return Source(path, frozenset(names), group if ours else None, read, room, stretch)


def _room(file: h5py.File, group: str) -> slice | None:
    """Return what is left in a file for what is pending, None in one of an older version."""
    pending = file[group].get(PENDING)
    return slice(start := pending.id.get_offset(), start + pending.size) if pending is not None else None


def _is_variable(item: Any) -> bool:
    """Tell a variable from a group, a type and a dimension without labels."""
    if not isinstance(item, h5py.Dataset):
        return False
    return not bytes(item.attrs.get("NAME", b"")).startswith(_NO_COORDINATE.encode().partition(b"{")[0])


def _dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    item = group.get(f"{_NOT_A_SCALE}{name}")
    return group[name] if item is None else item


def _values(dataset: h5py.Dataset) -> NDArray[Any]:
    """Read everything: numbers in the byte order of the file, text as str."""
    if h5py.check_string_dtype(dataset.dtype) is not None:
        texts = np.empty(dataset.shape, dtype=object)
        texts[...] = dataset.asstr()[...]
        return texts
    values = np.empty(dataset.shape, dtype=dataset.dtype)
    if values.size:
        dataset.read_direct(values)
    return values
