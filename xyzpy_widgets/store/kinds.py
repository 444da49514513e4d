"""What a file is, told by what is in it and not by its name."""

from __future__ import annotations

from pathlib import Path

import h5py

from xyzpy_widgets.errors import FormatError, StoreError
from xyzpy_widgets.store.atomic import reported

__all__ = ["engine_for", "named_groups"]

_OF_ZARR = ("zarr.json", ".zgroup", ".zmetadata", ".zarray")
_NETCDF3 = (b"CDF\x01", b"CDF\x02", b"CDF\x05")
_LOOKED_AT = 512  # bytes
_SHOWN = 40  # characters


def engine_for(path: Path) -> str:
    """Return the engine that reads a file or folder, whatever its name.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    str
        "h5netcdf" for all of HDF5, "netcdf4" for netCDF of the classic formats, or "zarr".

    Raises
    ------
    FormatError
        When it is something else; the message says what, as far as that can be told.
    StoreError
        When there is nothing, or it may not be read.
    """
    with reported(path):
        if not path.exists():
            raise StoreError(f"there is no {path}; correct the path")
        if path.is_dir():
            if not any((path / name).is_file() for name in _OF_ZARR):
                has_none = f"it has none of {', '.join(_OF_ZARR)}"
                raise FormatError(f"{path} is a folder, but no zarr group: {has_none}; choose the folder of a group")
            return "zarr"
        with path.open("rb") as file:
            begin = file.read(_LOOKED_AT)
    if h5py.is_hdf5(path):
        return "h5netcdf"
    if begin.startswith(_NETCDF3):
        return "netcdf4"
    raise FormatError(f"{path} {_told(begin)}; it is neither netCDF nor HDF5 nor zarr; choose another file")


def named_groups(path: Path) -> list[str]:
    """Return the names of the groups in the root of an HDF5 file that have something in them."""
    with reported(path), h5py.File(path, "r", locking="best-effort") as file:
        return [str(name) for name, item in file.items() if isinstance(item, h5py.Group) and len(item)]


def _told(begin: bytes) -> str:
    """Say what a file looks like that begins like this."""
    if not begin:
        return "is empty, 0 bytes"
    try:
        text = begin[: _LOOKED_AT - 3].decode()  # the last character may be cut
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() or all(one.isprintable() or one.isspace() for one in text):
        line = text.strip().partition("\n")[0]
        if line:
            return f"is a text file that begins with {line[:_SHOWN]!r}"
    return f"begins with the bytes {begin[:8].hex(' ')}"
