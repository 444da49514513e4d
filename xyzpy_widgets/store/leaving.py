"""What stays in a file that is opened with ``chunks=``, and how it is read later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from xarray.core import indexing

from xyzpy_widgets.core.left import LEFT, TYPE
from xyzpy_widgets.store.cells import decode_cells, empty_cells
from xyzpy_widgets.store.decoding import Left, attrs_of, decode, layout_of
from xyzpy_widgets.store.foreign import ForeignFile
from xyzpy_widgets.store.image import Source
from xyzpy_widgets.store.literal import Json
from xyzpy_widgets.store.objects import type_of_left
from xyzpy_widgets.store.unread import Unread, Version

__all__ = ["Leaving", "decode_left", "divided"]


def decode_left(source: Source, file: ForeignFile, chunks: Any) -> tuple[xr.Dataset, xr.Dataset | None]:
    """Read the labels of a file of ours, and leave the variables and the ledger in it; see `Leaving`."""
    leaving = Leaving(source, file, chunks)
    data, ledger = decode(source, leaving)
    data.set_close(leaving.close)
    return data, ledger


class Leaving:
    """Leaves the variables of a file of ours in it.

    Numbers of a harvest are read by us, part by part (`Unread`). Text, what has no ledger, files of older versions and
    folders are read by xarray, as dask arrays, and not compared with their checksums.

    Parameters
    ----------
    source : Source
        The file, which is open while it is decoded.
    file : ForeignFile
        The same, as xarray opens it.
    chunks : int, str or mapping
        How dask divides it.
    """

    def __init__(self, source: Source, file: ForeignFile, chunks: Any) -> None:
        self._source, self._file, self._chunks = source, file, chunks
        self._layout = layout_of(source)
        self._version = None
        self._opened: xr.Dataset | None = None
        if self._layout is not None:
            self._version = Version(source.path, self._layout.room)
            if self._version.is_pending:
                self._version.settle()

    def __call__(self, group: str | None, entry: dict[str, Json]) -> Left | None:
        """Leave a variable in the file, None where it cannot be."""
        layout, version, name = self._layout, self._version, str(entry["name"])
        place = None if layout is None else layout.places.get(("/" if group is None else layout.group, name))
        if layout is None or version is None or place is None or self._source.stretch is None:
            return self._by_xarray(name, entry) if group is None else None
        found = self._source.stretch(group, name)
        if found is None:
            return None
        unread = Unread(version, name, place, layout.sums + 4 * place.first, found.shape)
        encoding = {LEFT: _divided(self._chunks, entry["dims"])}
        values = type_of_left(entry, place.dtype)
        if values is not None:
            encoding[TYPE] = values
        variable = xr.Variable(entry["dims"], indexing.LazilyIndexedArray(unread), attrs_of(entry), encoding)
        return Left(variable, variable.size, place.dtype)

    def _by_xarray(self, name: str, entry: dict[str, Json]) -> Left | None:
        if self._opened is None:
            self._opened = self._file.open(chunks=self._chunks, decode_cf=False)
        left = self._opened.variables.get(name)
        if left is None or left.chunks is None:
            return None
        now = None if self._source.stretch is None else self._source.stretch(None, name)
        if now is not None and now.size != left.nbytes:  # of the version that this process has had open
            return None
        decoded = left.data.map_blocks(decode_cells, entry, meta=empty_cells(entry))
        return Left(xr.Variable(entry["dims"], decoded, attrs_of(entry)), left.size, left.dtype)

    def close(self) -> None:
        """Close what xarray has opened."""
        if self._opened is not None:
            self._opened.close()


def divided(dataset: xr.Dataset) -> xr.Dataset:
    """Give what is left in a file as dask arrays."""
    left = {name: one for name, one in dataset.variables.items() if LEFT in one.encoding}
    if not left:
        return dataset
    given = dataset.assign({name: _in_chunks(one).drop_encoding() for name, one in left.items()})
    given.set_close(dataset.close)
    return given


def _in_chunks(variable: xr.Variable) -> xr.Variable:
    """Return what is left in a file as a dask array; of objects dask does not know how large they are."""
    from dask.array.core import normalize_chunks

    wanted = variable.encoding[LEFT]
    if variable.dtype != object:
        return variable.chunk(wanted)
    if isinstance(wanted, Mapping):
        wanted = tuple(wanted.get(dim, size) for dim, size in variable.sizes.items())
    sizes = normalize_chunks(wanted, variable.shape, dtype=np.intp)  # type: ignore[no-untyped-call]
    return variable.chunk(dict(zip(variable.dims, sizes, strict=True)))


def _divided(chunks: Any, dims: list[str]) -> Any:
    """Return what is said of some dimensions."""
    return {dim: chunks[dim] for dim in dims if dim in chunks} if isinstance(chunks, Mapping) else chunks
