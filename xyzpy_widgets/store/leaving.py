"""What stays in a file that is opened with ``chunks=``, and how it is read later."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from xarray.core import indexing

from xyzpy_widgets.core.left import LEFT, TYPE
from xyzpy_widgets.store.decoding import NextSums, attrs_of, decode
from xyzpy_widgets.store.image import Source
from xyzpy_widgets.store.literal import Json
from xyzpy_widgets.store.objects import type_of_left
from xyzpy_widgets.store.unread import Cells, Texts, Unread, Version
from xyzpy_widgets.store.vouched import Remembered, Stretched

__all__ = ["Leaving", "chunks_along", "decode_left", "divided"]

_Found = tuple[Cells, np.dtype[Any], tuple[int, ...]]


def decode_left(source: Source, chunks: Any) -> tuple[xr.Dataset, xr.Dataset | None]:
    """Read the labels of a file of ours, and leave the variables and the ledger in it; see `Leaving`."""
    return decode(source, Leaving(source, chunks))


class Leaving:
    """Leaves the variables of a file of ours in it, from which parts of them are read later (`Unread`).

    The checksum of text is that of all of it, so parts of it are not compared; that of a folder is read as a whole.

    Parameters
    ----------
    source : Source
        The file, which is open while it is decoded.
    chunks : int, str or mapping
        How dask divides it.
    """

    def __init__(self, source: Source, chunks: Any) -> None:
        self._source, self._chunks = source, chunks
        self._version: Version | None = None
        if source.reader is None:
            self._version = Version(source.path, source.room)
            if self._version.is_pending:
                self._version.settle()

    def __call__(self, group: str | None, entry: dict[str, Json], next_sums: NextSums) -> xr.Variable | None:
        """Leave a variable in the file, None where it cannot be."""
        name = str(entry["name"])
        found = (
            self._stretched(group, name, next_sums)
            if self._source.reader is None
            else self._read_by_parts(group, name, next_sums)
        )
        if found is None:
            return None
        cells, plain, shape = found
        encoding = {LEFT: chunks_along(self._chunks, entry["dims"])}
        values = type_of_left(entry, plain)
        if values is not None:
            encoding[TYPE] = values
        array = indexing.LazilyIndexedArray(Unread(cells, entry, shape))
        return xr.Variable(entry["dims"], array, attrs_of(entry), encoding)

    def _stretched(self, group: str | None, name: str, next_sums: NextSums) -> _Found | None:
        """Return what reads numbers that stand in one piece in a file."""
        stretch = None if self._source.stretch is None else self._source.stretch(group, name)
        sums = None if self._source.stretch is None else self._source.stretch(self._source.group, "checksums")
        if stretch is None or sums is None or sums.offset is None or self._version is None:
            return None
        if stretch.dtype.kind == "O" and stretch.offset is None:
            return None
        first, _, block = next_sums(stretch.dtype, math.prod(stretch.shape))
        if stretch.dtype.kind == "O":
            return Texts(self._version, name, stretch.offset or 0), stretch.dtype, stretch.shape
        cells = Stretched(self._version, name, stretch, sums.offset + 4 * first, block)
        return cells, stretch.dtype, stretch.shape

    def _read_by_parts(self, group: str | None, name: str, next_sums: NextSums) -> _Found | None:
        """Return what reads numbers of a folder."""
        reader = None if self._source.reader is None else self._source.reader(group, name)
        if reader is None:
            return None
        sums = next_sums(reader.dtype, math.prod(reader.shape))
        return Remembered(self._source.path, name, reader, sums), reader.dtype, reader.shape


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


def chunks_along(chunks: Any, dims: list[str]) -> Any:
    """Return what is said of some dimensions."""
    return {dim: chunks[dim] for dim in dims if dim in chunks} if isinstance(chunks, Mapping) else chunks
