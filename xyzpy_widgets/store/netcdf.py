"""Datasets in files: netCDF-4 (HDF5) or zarr.

The engines ``h5netcdf`` and ``netcdf4`` write the same file, a netCDF-4 file that both libraries read; they differ in
the library that opens the files of other programs, and files larger than memory. ``zarr`` writes a folder.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.errors import DamageError, EncodingError, FormatError, OptionError, RecoveryWarning, StoreError
from xyzpy_widgets.store.apart import apart
from xyzpy_widgets.store.atomic import aside, check_writable, remove, reported, restore, retire
from xyzpy_widgets.store.decoding import decode, layout_of, read_schema
from xyzpy_widgets.store.encoding import encode
from xyzpy_widgets.store.foreign import ForeignFile
from xyzpy_widgets.store.identity import identity
from xyzpy_widgets.store.inplace import Extent, Layout, extents_of, fill
from xyzpy_widgets.store.leaving import decode_left, divided
from xyzpy_widgets.store.lock import is_held, lock_file, locked
from xyzpy_widgets.store.names import DATASETS, FileName, missing, resolve
from xyzpy_widgets.store.salvage import Salvage, salvaged
from xyzpy_widgets.store.trailer import is_vouched

__all__ = ["Chunks", "NetCDFStore", "load_ds", "save_ds"]

T = TypeVar("T")

Chunks = int | str | Mapping[str, int | str | tuple[int, ...]]

_MODULES = {"h5netcdf": "h5netcdf", "netcdf4": "netCDF4", "zarr": "zarr"}


@dataclass(frozen=True, slots=True)
class NetCDFStore:
    """Keeps a dataset and its ledger in a file; a frozen value that remembers nothing between two calls.

    Attributes
    ----------
    path : pathlib.Path
        The file, or the folder of the engine zarr, complete with its suffix; `named` completes a name as it is typed.
    engine : {"h5netcdf", "netcdf4", "zarr"}
        The library and format.
    chunks : int, str, mapping or None
        How dask divides the variables that `read` leaves in the file; None to read them into memory. What is left is
        compared with its checksums when it is read, but for what `Leaving` says.
    """

    path: Path
    engine: str = "h5netcdf"
    chunks: Chunks | None = None

    @classmethod
    def named(cls, file_name: FileName, engine: str | None = None, chunks: Chunks | None = None) -> NetCDFStore:
        """Return the store that a name stands for; raise `OptionError` where it stands for none."""
        path, engine = resolve(file_name, engine, DATASETS)
        return cls(path, engine, chunks)

    def exists(self) -> bool:
        """Tell whether there is something to read."""
        return any(path.exists() for path in (self.path, self.backup, aside(self.path)))

    def check(self, *, read: bool = False) -> None:
        """Raise before any work is done what would keep `write` from keeping it.

        With ``read``, what is there has been read already, and only its place is looked at.
        Raises `OptionError` for an engine that is not installed, `StoreError` where the folder is missing or may not be
        written to or the name is taken, and `FormatError` where what is there is damaged or of another kind.
        """
        backend = _backend(self.engine)
        if self.chunks is not None and find_spec("dask") is None:
            msg = f"chunks={self.chunks!r} needs dask, which is not installed; install it, or leave chunks out"
            raise OptionError(msg)
        check_writable(self.path, folder=self.engine == "zarr", known=read)
        if read or not self._settle():
            return
        with backend.opened(self.path) as source:
            if source.group is not None:
                read_schema(source)
                return
        self._foreign.open().close()

    def check_encodable(self, data: xr.Dataset) -> None:
        """Raise `EncodingError` for a variable, a label or an attribute that the format cannot hold; write nothing."""
        encode(data, None)

    def read(self) -> tuple[xr.Dataset, xr.Dataset | None] | None:
        """Return the dataset and its ledger, None when nothing is there.

        The ledger is None in a file that has none, such as one of another program. What a process that died was
        filling in place is finished first, when the file shows traces of that; `FormatError` when it is damaged.
        """
        found = self.read_left()
        if found is None or self.chunks is None:
            return found
        data, ledger = found
        return divided(data), None if ledger is None else divided(ledger)

    def read_left(self) -> tuple[xr.Dataset, xr.Dataset | None] | None:
        """Return what `read` does; what stays in the file is no dask array, and is read in just the parts asked for."""
        return self._read_finished() if self._settle() else None

    def look(self) -> tuple[xr.Dataset, xr.Dataset | None] | None:
        """Return what `read` does, of the file as it stands: nothing that was left aside is brought back or renamed.

        A large file of another program is read in parts, when they are asked for; see `ForeignFile.look`.
        """
        if not self.path.exists():
            return None
        with _backend(self.engine).opened(self.path) as source:
            foreign = source.group is None
        return (self._foreign.look(), None) if foreign else self._read_finished()

    def _read_finished(self, *, alone: bool = False) -> tuple[xr.Dataset, xr.Dataset | None]:
        """Read the file; where it is not whole, finish first what was being filled in place. See `check_whole`."""
        backend, known = _backend(self.engine), identity(self.path)
        try:
            return self._read(backend)
        except FormatError:
            if identity(self.path) not in {known, None}:  # another took its place meanwhile
                return self._read_finished(alone=alone)
            if self.engine == "zarr" or not lock_file(self.path).exists():
                raise
        with nullcontext() if alone or is_held(self.path) else locked(self.path):
            backend.settle(self.path)
            return self._read(backend)

    def _read(self, backend: ModuleType) -> tuple[xr.Dataset, xr.Dataset | None]:
        with backend.opened(self.path) as source:
            if source.group is not None:
                return decode(source) if self.chunks is None else decode_left(source, self.chunks)
        return self._foreign.load() if self.chunks is None else self._foreign.left(self.chunks), None

    def check_whole(self, *, alone: bool = False) -> None:
        """Read all of the file, and nothing in its place; raise `FormatError` where it is damaged.

        With ``alone`` others are kept out already, by another process than this one.
        """
        replace(self, chunks=None)._read_finished(alone=alone)  # noqa: SLF001 - another of the same class

    def damage(self) -> str | None:
        """Say why the file cannot be read, None when it can; hold the lock. However it is damaged, an answer comes."""
        if not self.path.exists():
            return f"there is no file {self.path.name}"
        try:
            self._guarded(partial(self.check_whole, alone=True))
        except FormatError as error:
            return str(error)
        return None

    def salvage(self) -> Salvage | None:
        """Return what is left of a damaged file, None when nothing is there; raise `FormatError` when nothing is left.

        Nothing is brought back or renamed; see `salvaged`.
        """
        return self._guarded(_salvaged, self.path, self.engine) if self.path.exists() else None

    def _guarded(self, call: Callable[..., T], *given: Any) -> T:
        """Call what reads the file; where nothing vouches for its metadata, in a process of its own (see `apart`)."""
        if self.engine == "zarr" or not self.path.is_file() or is_vouched(self.path):
            return call(*given)
        found: T = apart(self.path, call, *given)
        return found

    def write(self, data: xr.Dataset, ledger: xr.Dataset | None, growing: str | None = None) -> Layout | None:
        """Replace what is there, at once and durably.

        Raises `EncodingError` for what the format cannot hold and `StoreError` where the system refuses; what was there
        before is untouched then.

        Parameters
        ----------
        data, ledger : xarray.Dataset
        growing : str, optional
            The dimension along which `extend` is going to add more, for which room is left.

        Returns
        -------
        Layout or None
            What `fill` and `extend` need; None where the format cannot be changed in place.
        """
        layout: Layout | None = _backend(self.engine).write(self.path, encode(data, ledger), growing)
        return layout

    def extend(self, data: xr.Dataset, ledger: xr.Dataset, layout: Layout) -> Layout | None:
        """Add what came behind what was there, in place and durably; hold the lock.

        What was written when ``layout`` was returned is the first of the data and of the ledger, in C order. Returns
        what the next call needs; None, and nothing has changed, where it cannot be added in place: call `write`.
        Raises as `write` does.
        """
        extended: Layout | None = _backend(self.engine).extend(self.path, data, ledger, layout)
        return extended

    def layout(self) -> Layout | None:
        """Return what `fill` needs for the file as it is, None where it cannot be filled in place; hold the lock."""
        if self.engine == "zarr":
            return None
        with _backend(self.engine).opened(self.path) as source:
            return layout_of(source)

    def fill(
        self,
        data: xr.Dataset,
        ledger: xr.Dataset,
        cells: NDArray[np.intp],
        layout: Layout,
        stand: NDArray[np.intp] | None = None,
    ) -> bool:
        """Write the content of some cells in place, durably; hold the lock.

        Parameters
        ----------
        data, ledger : xarray.Dataset
            What is there then. Nothing but these cells differs from what was written when ``layout`` was returned.
        cells : ndarray of intp
            The cells, by their position over the dimensions of the ledger in C order; rising, each once.
        layout : Layout
            Where in the file everything is.
        stand : ndarray of intp, optional
            Where these cells stand in the file, rising, if the dataset and its ledger are but a part of what is there.

        Returns
        -------
        bool
            False, and nothing has changed, where they cannot be filled in place: call `write`.

        Raises
        ------
        StoreError
            When the system refuses.
        """
        if not len(cells):  # what other writers have brought was all that came
            return True
        shape, stand = ledger.variables["status"].shape, cells if stand is None else stand
        where = np.unravel_index(cells, shape)
        content: dict[tuple[str, str], list[Extent]] = {}
        for group, dataset in (("/", data), (layout.group, ledger)):
            for name in dataset.data_vars:
                place = layout.places.get((group, str(name)))
                if place is None:
                    continue
                values = dataset.variables[name].values
                extents = extents_of(place, values[where], stand) if values.shape[: len(shape)] == shape else None
                if extents is None:
                    return False
                content[group, str(name)] = extents
        return fill(self.path, layout, content)

    def delete(self) -> None:
        """Remove the file, and older versions that would be taken for it; nothing happens when nothing is there."""
        for path in (self.path, self.backup, aside(self.path)):
            remove(path)

    @property
    def backup(self) -> Path:
        """Where other tools put the old version while they write a new one."""
        return self.path.with_name(self.path.name + ".bak")

    def _settle(self) -> bool:
        """Bring back what an interrupted write left aside; tell whether there is something to read."""
        if self.engine == "zarr":
            with reported(self.path):
                restore(self.path)
        if not self.backup.exists():
            return self.path.exists()
        if self.path.exists():
            self._replace_broken()
            return True
        try:
            replace(self, path=self.backup).check_whole()
        except FormatError as error:
            msg = f"{self.path} is missing and its backup {self.backup.name} is damaged; move that away to start anew"
            raise FormatError(msg) from error
        with reported(self.path):
            self.backup.rename(self.path)
        return True

    def _replace_broken(self) -> None:
        """Put the backup of another tool in the place of a broken file, when it is whole; the file is kept."""
        try:
            self.check_whole()
        except DamageError as error:
            try:
                replace(self, path=self.backup).check_whole()
            except FormatError:
                return
            broken = retire(self.path)
            with reported(self.path):
                self.backup.rename(self.path)
            msg = f"{error}; its backup {self.backup.name} stands in its place now, and the broken file is {broken}"
            warnings.warn(msg, RecoveryWarning, stacklevel=4)
        except FormatError:  # of another kind, or written by a newer version: not what a backup is for
            return

    @property
    def _foreign(self) -> ForeignFile:
        """The file as one that another program wrote."""
        return ForeignFile(self.path, self.engine)


def _salvaged(path: Path, engine: str) -> Salvage:
    return salvaged(path, _backend(engine))


def _backend(engine: str) -> ModuleType:
    """Import what reads and writes the format; raise `OptionError` when it is not installed."""
    module = _MODULES[engine]
    if not _is_installed(module):
        msg = f"engine={engine!r} needs {module}, which is not installed; install it, or choose another engine"
        raise OptionError(msg)
    return import_module(f"xyzpy_widgets.store.{'zarr_folder' if engine == 'zarr' else 'hdf5'}")


@cache
def _is_installed(module: str) -> bool:
    return find_spec(module) is not None


def load_ds(file_name: FileName, engine: str | None = None, chunks: Chunks | None = None) -> xr.Dataset:
    """Read a dataset from a file.

    Parameters
    ----------
    file_name : str or os.PathLike
        The file, with or without its suffix; ``~`` stands for the home folder. Written by `save_ds`, by a harvest, or
        by another program.
    engine : {"h5netcdf", "netcdf4", "zarr"}, optional
        The library that reads it. By default the suffix chooses; without a suffix it is h5netcdf, and the name gets
        ``.h5``.
    chunks : int, str or mapping, optional
        Leave the variables in the file and give them as dask arrays, divided like this. Numbers of ours are compared
        with their checksums when they are read, which raises `DamageError` then; `StoreError` where a folder, or a file
        of another program, was replaced. By default all is read into memory, compared, and the file is closed.

    Returns
    -------
    xarray.Dataset
        As it was saved: values, types, labels and attributes are the same.

    Raises
    ------
    OptionError
        For a name or an engine that there is not.
    StoreError
        When there is no such file.
    FormatError
        When the file is damaged or of another kind.
    """
    store = NetCDFStore.named(file_name, engine, chunks)
    content = store.read()
    if content is None:
        raise StoreError(missing(store.path, DATASETS))
    return content[0]


def save_ds(ds: xr.Dataset, file_name: FileName, engine: str | None = None) -> None:
    """Write a dataset to a file, in the place of what was there.

    The new file is complete on the disk before it takes the place of the old one. The root group is the dataset, for
    `xarray.open_dataset` and every other reader of the format; what their types cannot say stands beside it, so that
    `load_ds` gives exactly the same dataset back.

    Parameters
    ----------
    ds : xarray.Dataset
        Not changed.
    file_name : str or os.PathLike
        The file, with or without its suffix; ``~`` stands for the home folder.
    engine : {"h5netcdf", "netcdf4", "zarr"}, optional
        The format. By default the suffix chooses; without a suffix it is h5netcdf, and the name gets ``.h5``.

    Raises
    ------
    OptionError
        For a name or an engine that there is not.
    EncodingError
        For a variable, a label or an attribute that a file cannot hold.
    StoreError
        When the folder is missing, full, or may not be written to; what was there before is untouched then.
    """
    if not isinstance(ds, xr.Dataset):
        msg = f"{type(ds).__name__} is not a Dataset; a DataArray becomes one with .to_dataset(name=...)"
        raise EncodingError(msg)
    NetCDFStore.named(file_name, engine).write(ds, None)
