"""Images as zarr folders, through xarray.

Version 2 of the format is written, with consolidated metadata: it is the one that every reader of zarr knows, and its
text type is specified.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray
from zarr.core.sync import sync

from xyzpy_widgets.core.left import boxes, stretch
from xyzpy_widgets.errors import DamageError, FormatError, StoreError
from xyzpy_widgets.store.atomic import replacing_folder
from xyzpy_widgets.store.identity import Identity, identity
from xyzpy_widgets.store.image import (
    Image,
    Key,
    PlainVariable,
    Remains,
    Source,
    Values,
    checksums,
    is_uniform,
    ledger_group,
    rescue,
    seal,
    uniform_checksums,
    variables_of,
)
from xyzpy_widgets.store.streamed import Streamed

__all__ = ["opened", "remains", "write"]

_CHUNK = 2**20  # bytes of a chunk of what is written part by part, at the most
_BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError)  # what zarr raises for folders that are not whole


def write(path: Path, image: Image, growing: str | None = None) -> None:  # noqa: ARG001 - no room is left in folders
    """Write an image in the place of what was there; raise `StoreError` when the system refuses."""
    known: dict[Key, NDArray[np.uint32]] = {}  # the checksums of what is written part by part

    def sums_of(key: Key, values: Values) -> Sequence[int] | NDArray[np.uint32]:
        if key in known:
            return known[key]
        return uniform_checksums(np.asarray(values)) if is_uniform(values) else checksums(values)

    with replacing_folder(path) as temporary, _to_the_end():
        _put(temporary, "w", None, _dataset(image.variables, image.attrs))
        _put(temporary, "a", image.group, _dataset(image.ledger, {}))
        for (group, name), one in variables_of(image).items():
            if isinstance(one.values, Streamed):
                known[group, name] = one.values.write(_Target(_array(temporary, f"{group}/{name}", "r+")))
        seal(image, sums_of)
        _array(temporary, f"{image.group}/checksums", "r+")[...] = np.asarray(image.ledger["checksums"].values)
        zarr.consolidate_metadata(str(temporary), zarr_format=2)


def _put(folder: Path, mode: Literal["w", "a"], group: str | None, dataset: xr.Dataset) -> None:
    """Write a group; of what is going to be written part by part, all but the values."""
    at_once = all(one.chunks is None for one in dataset.variables.values())
    dataset.to_zarr(folder, mode=mode, group=group, zarr_format=2, consolidated=False, compute=at_once)  # type: ignore[call-overload]


def _array(folder: Path, where: str, mode: Literal["r", "r+"]) -> zarr.Array[Any]:
    return zarr.open_array(str(folder), path=where.strip("/"), mode=mode)


class _Target:
    """Takes the bytes of an array in C order, and writes them chunk by chunk; see `_chunks`."""

    def __init__(self, array: zarr.Array[Any]) -> None:
        self._array, self._boxes = array, boxes(array.shape, math.prod(array.chunks))
        self._waiting = bytearray()
        self._box = next(self._boxes, None)

    def write(self, part: bytes | memoryview) -> None:
        """Take what comes next."""
        self._waiting += part
        while self._box is not None:
            shape = [one.stop - one.start for one in self._box]
            size = math.prod(shape) * self._array.dtype.itemsize
            if len(self._waiting) < size:
                return
            values = np.frombuffer(bytes(self._waiting[:size]), self._array.dtype).reshape(shape)
            self._array[self._box] = values
            del self._waiting[:size]
            self._box = next(self._boxes, None)


@contextmanager
def _to_the_end() -> Iterator[None]:
    """Leave only when zarr writes no more: after a chunk that failed it goes on with the others in its own thread."""
    try:
        yield
    finally:
        sync(_others_end())


async def _others_end() -> None:
    """Wait for whatever else zarr is doing."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)


def _dataset(variables: Mapping[str, PlainVariable], attrs: Mapping[str, Any]) -> xr.Dataset:
    """Return plain variables as the dataset that xarray writes as it is."""
    plain = {name: _variable(one) for name, one in variables.items()}
    labels = {name: one for name, one in plain.items() if one.dims == (name,)}
    return xr.Dataset({name: one for name, one in plain.items() if name not in labels}, labels, attrs)


def _variable(plain: PlainVariable) -> xr.Variable:
    """Return a plain variable, with no fill value but the one that it has."""
    encoding: dict[str, Any] = {} if "_FillValue" in plain.attrs else {"_FillValue": None}
    values: Any = plain.values
    if isinstance(values, Streamed):
        import dask.array

        chunks = _chunks(values.shape, values.dtype.itemsize)
        values, encoding["chunks"] = dask.array.zeros(values.shape, dtype=values.dtype, chunks=chunks), chunks
    return xr.Variable(plain.dims, values, dict(plain.attrs), encoding)


def _chunks(shape: tuple[int, ...], size: int) -> tuple[int, ...]:
    """Return the shape of chunks each of which is in one piece in C order."""
    first = next(iter(boxes(shape, max(_CHUNK // size, 1))), None)
    return shape if first is None else tuple(one.stop - one.start for one in first)


@contextmanager
def opened(path: Path, *, cut_off: bool = False) -> Iterator[Source]:  # noqa: ARG001 - a folder has no end
    """Open a folder for reading; raise `DamageError` when it holds no zarr group."""
    known = identity(path)
    try:
        root = zarr.open_group(str(path), mode="r")
        arrays = frozenset(root.array_keys())
        group = ledger_group(arrays.__contains__)
        ours = group in root and "schema" in root[group]  # type: ignore[operator]
    except _BROKEN as error:
        msg = f"{path} is not a whole zarr folder: {error}. {rescue(path)}"
        raise DamageError(msg) from error

    def read(group: str | None, name: str) -> NDArray[Any]:
        try:
            values = np.asarray(root[name if group is None else f"{group}/{name}"][...])  # type: ignore[index]
        except _BROKEN as error:
            msg = f"{path}: {name!r} cannot be read, the folder is damaged: {error}. {rescue(path)}"
            raise DamageError(msg) from error
        return values.astype(object) if values.dtype.kind in "TU" else values

    def reader(group: str | None, name: str) -> _Reader | None:
        where = name if group is None else f"{group}/{name}"
        array = _array(path, where, "r")
        return None if array.dtype.kind in "OTU" else _Reader(path, where, array.dtype, array.shape, known)

    yield Source(path, arrays, group if ours else None, read, reader=reader)


@dataclass(frozen=True)
class _Reader:
    """Reads parts of an array of a folder, as long as it is the one that was opened; a `Reader`."""

    path: Path
    where: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    known: Identity | None

    def __call__(self, low: int, high: int) -> bytes:
        size, failed, parts = self.dtype.itemsize, None, b""
        try:
            array = _array(self.path, self.where, "r")
            found = (np.asarray(array[box]) for box in stretch(self.shape, low // size, high // size))
            parts = b"".join(one.tobytes() for one in found)
        except _BROKEN as error:
            failed = error
        if identity(self.path) != self.known:
            raise StoreError(f"{self.path} is another folder than the one that was opened; open it again") from failed
        if failed is not None:
            msg = f"{self.path}: {self.where!r} cannot be read, the folder is damaged: {failed}. {rescue(self.path)}"
            raise DamageError(msg) from failed
        return parts


def remains(path: Path) -> Remains:
    """Read what is left of a damaged folder as any reader sees it; raise `FormatError` when that is nothing."""
    found = Remains()
    try:
        dataset = xr.open_zarr(path, consolidated=False, chunks=None, decode_cf=False)
    except _BROKEN as error:
        msg = f"{path}: nothing in it can be read: {error}"
        raise FormatError(msg) from error
    with dataset:
        for name, variable in dataset.variables.items():
            try:
                found.variables[str(name)] = variable.load()
            except _BROKEN as error:
                found.lost[str(name)] = str(error)
    return found
