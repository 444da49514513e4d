"""Images as zarr folders, through xarray.

Version 2 of the format is written, with consolidated metadata: it is the one that every reader of zarr knows, and its
text type is specified.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray
from zarr.core.sync import sync

from xyzpy_widgets.errors import DamageError, FormatError
from xyzpy_widgets.store.atomic import replacing_folder
from xyzpy_widgets.store.image import Image, PlainVariable, Remains, Source, ledger_group, rescue, seal

__all__ = ["opened", "remains", "write"]

_BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError)  # what zarr raises for folders that are not whole


def write(path: Path, image: Image, growing: str | None = None) -> None:  # noqa: ARG001 - no room is left in folders
    """Write an image in the place of what was there; raise `StoreError` when the system refuses."""
    seal(image)
    with replacing_folder(path) as temporary, _to_the_end():
        root = _dataset(image.variables, image.attrs)
        root.to_zarr(temporary, mode="w", zarr_format=2, consolidated=False)
        _dataset(image.ledger, {}).to_zarr(temporary, mode="a", group=image.group, zarr_format=2, consolidated=False)
        zarr.consolidate_metadata(str(temporary), zarr_format=2)


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
    encoding = {} if "_FillValue" in plain.attrs else {"_FillValue": None}
    return xr.Variable(plain.dims, plain.values, dict(plain.attrs), encoding)


@contextmanager
def opened(path: Path, *, cut_off: bool = False) -> Iterator[Source]:  # noqa: ARG001 - a folder has no end
    """Open a folder for reading; raise `DamageError` when it holds no zarr group."""
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

    yield Source(path, arrays, group if ours else None, read)


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
