"""Images as netCDF-4 files, through h5py.

HDF5 reads them. They are written without it (`laying`): the groups, types, dimension scales, attributes and texts are
made in memory, and then everything is written by ordinary writes. So the numbers are never copied, and a full disk is
met by Python, which can report it, and not by HDF5, which cannot close a file that it failed to write.

The result follows the netCDF-4 specification (dimension scales, ``_Netcdf4Dimid``, ``_Netcdf4Coordinates``, the names
of dimensions without labels), so netCDF4, h5netcdf and every tool built on them read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.meanwhile import meanwhile
from xyzpy_widgets.errors import DamageError, FormatError, StoreError
from xyzpy_widgets.store.atomic import replacing
from xyzpy_widgets.store.disk import sync
from xyzpy_widgets.store.extending import extend, room_along, versions_of
from xyzpy_widgets.store.headers import SUPERBLOCK, superblock
from xyzpy_widgets.store.image import (
    Image,
    Key,
    Remains,
    Source,
    Stretch,
    Values,
    checksums,
    is_uniform,
    ledger_group,
    raw,
    rescue,
    seal,
    uniform_checksums,
    variables_of,
)
from xyzpy_widgets.store.inplace import PENDING, Layout, finish, room_for
from xyzpy_widgets.store.laying import NO_COORDINATE, NOT_A_SCALE, Laying
from xyzpy_widgets.store.lock import try_lock
from xyzpy_widgets.store.padded import Padded
from xyzpy_widgets.store.streamed import Streamed
from xyzpy_widgets.store.trailer import check_trailer, trailer_of

__all__ = ["extend", "opened", "remains", "settle", "write"]

_LARGE = 2**20  # bytes from which on it pays to work the checksums out while they go to the disk
_OF_HDF5 = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates")
_BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError)  # what h5py raises for files that are not whole


def write(path: Path, image: Image, growing: str | None = None) -> Layout:
    """Write an image in the place of what was there, and say where; raise `StoreError` when the system refuses.

    With ``growing``, the name of a dimension, there is room for a quarter more along it; see `extending`.
    """
    numbers = {key: one.values for key, one in variables_of(image).items() if one.values.dtype != object}
    of_cases = (key for key in numbers if key[0] != "/" and key[1] != "checksums")
    once = {key: None for key in of_cases if is_uniform(numbers[key])}
    room = {key: more for key, more in room_along(image, growing).items() if key not in once}
    total = sum(values.nbytes for key, values in numbers.items() if key not in once)
    laying = Laying(image, SUPERBLOCK, once, room, room_for(total))
    end, spare = laying.stop, None
    if growing is not None:
        spare = slice(end, end := end + versions_of(len(laying.content), image))
    head = superblock(laying.root, end) + laying.content

    known: dict[Key, NDArray[np.uint32]] = {}  # the checksums of what is written part by part

    def sums_of(key: Key, values: Values) -> Sequence[int] | NDArray[np.uint32]:
        return (
            known[key] if key in known else uniform_checksums(np.asarray(values)) if key in once else checksums(values)
        )

    sums = f"/{image.group}", "checksums"
    with replacing(path) as temporary, temporary.open("wb") as target:
        target.write(head)
        for key, values in laying.numbers.items():
            if key == sums:
                continue
            target.seek(laying.addresses[key])
            if isinstance(values, Streamed):
                known[key] = values.write(target)
            else:
                target.write(raw(values))
        with _on_its_way(target) if total > _LARGE else nullcontext():
            seal(image, sums_of)
        target.seek(laying.addresses[sums])
        target.write(raw(laying.numbers[sums]))
        target.seek(end)
        target.write(trailer_of([(0, head)], end))
    return laying.layout(image, spare, room)


@contextmanager
def _on_its_way(target: BinaryIO) -> Iterator[None]:
    """Have what was written brought to the disk while the block works."""
    target.flush()
    over = meanwhile(partial(sync, target.fileno()))
    try:
        yield
    finally:
        over()


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
            content = stack.enter_context(Padded(path) if cut_off else _opened_to_read(path))
            # through a file of ours: what HDF5 has open elsewhere in this process, it would give again as it was
            file = stack.enter_context(h5py.File(content, "r"))
        except StoreError:
            raise
        except _BROKEN as error:
            msg = f"{path} is not a whole netCDF-4 or HDF5 file: {error}. {rescue(path)}"
            raise DamageError(msg) from error
        yield _source(path, file)


def _opened_to_read(path: Path) -> BinaryIO:
    """Open a file that no other program writes to, which HDF5 keeps out in the same way."""
    file = path.open("rb")
    if try_lock(file.fileno(), shared=True) is False:
        file.close()
        msg = f"{path} is open for writing in another program; close it there, then try again"
        raise StoreError(msg)
    return file


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
    plain = name.removeprefix(NOT_A_SCALE)
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
        names = {name.removeprefix(NOT_A_SCALE) for name, one in file.items() if _is_variable(one)}
    except _BROKEN as error:
        msg = f"{path} is damaged: {error}. {rescue(path)}"
        raise DamageError(msg) from error

    def stretch(group: str | None, name: str) -> Stretch | None:
        dataset = _dataset(file if group is None else file[group], name)
        offset, cell = dataset.id.get_offset(), b""
        if dataset.chunks is not None:
            return None
        if offset is None and dataset.size:
            cell = np.array(dataset.fillvalue, dtype=dataset.dtype).tobytes()
        attrs = frozenset(dataset.attrs) - frozenset(_OF_HDF5)
        return Stretch(offset, dataset.nbytes, dataset.dtype, attrs, dataset.shape, cell)

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
    return not bytes(item.attrs.get("NAME", b"")).startswith(NO_COORDINATE.encode().partition(b"{")[0])


def _dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    item = group.get(f"{NOT_A_SCALE}{name}")
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
