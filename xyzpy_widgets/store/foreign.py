"""Files that other programs wrote: read whole, left to dask, or read in parts as they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from xyzpy_widgets.core.left import LEFT
from xyzpy_widgets.errors import DamageError, StoreError
from xyzpy_widgets.store.identity import Identity, identity
from xyzpy_widgets.store.image import rescue
from xyzpy_widgets.store.leaving import chunks_along

__all__ = ["ForeignFile"]

_UNREADABLE = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError)  # what the libraries raise
_OPTIONS: dict[str, dict[str, Any]] = {"netcdf4": {"auto_complex": True}, "zarr": {"consolidated": False}}
_SMALL = 64_000_000
"""The most bytes, counted as they would be in memory, that are read whole to be looked at."""


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A file of any format that xarray reads.

    Attributes
    ----------
    path : pathlib.Path
    engine : {"h5netcdf", "netcdf4", "zarr"}
    """

    path: Path
    engine: str

    def open(self, **options: Any) -> xr.Dataset:
        """Open it, with options of `xarray.open_dataset`; raise `DamageError` where it cannot be read."""
        try:
            return xr.open_dataset(self.path, engine=self.engine, **_OPTIONS.get(self.engine, {}), **options)
        except _UNREADABLE as error:
            msg = (
                f"{self.path} cannot be read with engine={self.engine!r}: {error}; choose another engine or name. "
                f"If it is damaged, {rescue(self.path)}"
            )
            raise DamageError(msg) from error

    def load(self) -> xr.Dataset:
        """Read it."""
        with self.open() as dataset, self.judged():
            return dataset.load().drop_encoding()

    def look(self) -> xr.Dataset:
        """Read it where it is small; else only the labels of its dimensions, and its variables in parts.

        A part is read when it is asked for, and nothing is kept open between. Where the file turns out to be damaged
        or changed, that raises `DamageError` or `StoreError`.
        """
        with self.open(cache=False) as found:
            if found.nbytes <= _SMALL:
                with self.judged():
                    return found.load().drop_encoding()
            others = {name: one for name, one in found.variables.items() if name not in found.indexes}
            left = {name: self._left(name, one, others.keys() - {name}) for name, one in others.items()}
            coords = {name: one for name, one in left.items() if name in found.coords}
            outputs = {name: one for name, one in left.items() if name in found.data_vars}
            return found.drop_vars(others).drop_encoding().assign_coords(coords).assign(outputs)

    def left(self, chunks: Any) -> xr.Dataset:
        """Read only the labels of its dimensions, and leave its variables in it, to be read in parts.

        Parameters
        ----------
        chunks : int, str or mapping
            How dask divides them.
        """
        known = identity(self.path)
        found = self.open(cache=False)
        left = {}
        for name, one in found.variables.items():
            if name not in found.indexes:
                array = indexing.LazilyIndexedArray(_Opened(self, one, known))
                wanted = chunks_along(chunks, list(map(str, one.dims)))
                usual = one.encoding.get("preferred_chunks", {})
                encoding = {LEFT: {**usual, **wanted} if isinstance(wanted, Mapping) else wanted}
                left[name] = xr.Variable(one.dims, array, one.attrs, encoding)
        coords = {name: one for name, one in left.items() if name in found.coords}
        outputs = {name: one for name, one in left.items() if name in found.data_vars}
        dataset = found.drop_vars(left).drop_encoding().assign_coords(coords).assign(outputs)
        dataset.set_close(found.close)
        return dataset

    def _left(self, name: Any, variable: xr.Variable, others: Collection[Any]) -> xr.Variable:
        array = indexing.LazilyIndexedArray(_Unread(self, name, variable, others))
        return xr.Variable(variable.dims, array, variable.attrs)

    @contextmanager
    def judged(self) -> Iterator[None]:
        """Say that the file is damaged where the libraries fail to read what it holds."""
        try:
            yield
        except _UNREADABLE as error:
            msg = f"{self.path} is damaged: {error}. {rescue(self.path)}"
            raise DamageError(msg) from error


class _Opened(BackendArray):
    """A variable that stays in its file, which stays open, as long as no other takes its place.

    Parameters
    ----------
    file : ForeignFile
    variable : xarray.Variable
        The variable as it was found.
    known : Identity or None
        What tells the file from others.
    """

    def __init__(self, file: ForeignFile, variable: xr.Variable, known: Identity | None) -> None:
        self.shape, self.dtype = variable.shape, variable.dtype
        self._file, self._variable, self._known = file, variable, known

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        """Read a part."""
        outer = indexing.IndexingSupport.OUTER
        part: NDArray[Any] = indexing.explicit_indexing_adapter(key, self.shape, outer, self._part)
        return part

    def _part(self, key: tuple[Any, ...]) -> NDArray[Any]:
        path, failed, part = self._file.path, None, np.empty(0, self.dtype)
        try:
            with self._file.judged():
                part = self._variable[key].to_numpy()
        except DamageError as error:
            failed = error
        if identity(path) != self._known:
            raise StoreError(f"{path} is not any more what was opened; open it again") from failed
        if failed is not None:
            raise failed
        return part


class _Unread(BackendArray):
    """A variable that stays in its file; of what was read of it, only the last part is kept.

    Parameters
    ----------
    file : ForeignFile
    name
        Of the variable.
    variable : xarray.Variable
        The variable as it was found.
    others : collection
        The variables without which it can be read.
    """

    def __init__(self, file: ForeignFile, name: Any, variable: xr.Variable, others: Collection[Any]) -> None:
        self.shape, self.dtype = variable.shape, variable.dtype
        self._file, self._name, self._others = file, name, others
        self._last: tuple[tuple[Any, ...], NDArray[Any]] | None = None

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        """Read a part."""
        outer = indexing.IndexingSupport.OUTER
        part: NDArray[Any] = indexing.explicit_indexing_adapter(key, self.shape, outer, self._part)
        return part

    def _part(self, key: tuple[Any, ...]) -> NDArray[Any]:
        if not all(isinstance(one, (int, np.integer, slice)) for one in key):
            return self._read(key)
        last = self._last
        if last is None or last[0] != key:
            last = self._last = key, self._read(key)
        return last[1].copy()

    def _read(self, key: tuple[Any, ...]) -> NDArray[Any]:
        file = self._file
        with file.open(cache=False, drop_variables=[*self._others]) as now:
            variable = now.variables.get(self._name)
            if variable is None or variable.shape != self.shape:
                raise StoreError(f"another program has changed {file.path}; open it again")
            with file.judged():
                part: NDArray[Any] = variable[key].to_numpy()
                return part
