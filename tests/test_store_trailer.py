"""The trailer: what has no checksum of its own is guarded before HDF5 sees it, and no other reader is in the way."""

from __future__ import annotations

from pathlib import Path

import h5py
import netCDF4
import numpy as np
import pytest
import xarray as xr

from tests.store_samples import everything, ledger_of
from xyzpy_widgets.errors import DamageError
from xyzpy_widgets.store.lock import locked
from xyzpy_widgets.store.netcdf import NetCDFStore
from xyzpy_widgets.store.trailer import check_trailer


def data(rows: int) -> xr.Dataset:
    """Return a dataset of which some rows are there."""
    y = np.arange(500.0).reshape(50, 10)
    y[rows:] = np.nan
    return xr.Dataset({"y": (("a", "b"), y)}, {"a": np.arange(50), "b": [f"b{i}" for i in range(10)]})


@pytest.fixture
def store(tmp_path: Path) -> NetCDFStore:
    """Return a store of a file that is not there yet."""
    return NetCDFStore.named(tmp_path / "study.h5")


def size_within(path: Path) -> int:
    """Return the size that HDF5 sees, as the trailer tells it."""
    return int.from_bytes(path.read_bytes()[-16:-8], "little")


def test_every_byte_outside_of_the_numbers_is_guarded(store: NetCDFStore) -> None:
    """Each byte of the metadata and of the texts, and none of the numbers, of the checksums and of the room."""
    layout = store.write(data(10), ledger_of(data(10), ("a", "b")))
    assert layout is not None
    whole = store.path.read_bytes()
    written = [(one.offset, one.size) for one in layout.places.values() if one.offset is not None]
    ranges = [range(offset, offset + size) for offset, size in written]
    ranges.append(range(layout.room.start, layout.room.stop))
    with h5py.File(store.path) as file:
        sums = file["ledger/checksums"]
        ranges.append(range(layout.sums, layout.sums + sums.nbytes))
    apart = {at for one in ranges for at in one}
    for at in range(0, size_within(store.path), 97):
        changed = bytearray(whole)
        changed[at] ^= 1
        store.path.write_bytes(changed)
        if at in apart:
            check_trailer(store.path)
        else:
            with pytest.raises(DamageError, match=r"does not match its checksum.*recover"):
                check_trailer(store.path)


def test_a_damaged_trailer_is_as_if_there_was_none(store: NetCDFStore) -> None:
    """What guards the file must not be what loses it."""
    store.write(data(50), None)
    whole = store.path.read_bytes()
    for at in range(size_within(store.path), len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 4
        store.path.write_bytes(changed)
        content = store.read()
        assert content is not None
        assert content[0].identical(data(50))


def test_other_readers_do_not_see_it(store: NetCDFStore) -> None:
    """The file stays an ordinary netCDF-4 file for each of them, of every type that there is."""
    store.write(everything(), None)
    check_trailer(store.path)
    with xr.open_dataset(store.path, engine="h5netcdf", decode_cf=False) as opened:
        opened.load()
    with netCDF4.Dataset(store.path) as file:
        assert set(file.dimensions) >= set(map(str, everything().dims))


def test_a_program_that_writes_removes_it(store: NetCDFStore) -> None:
    """A file that others changed is not taken for a damaged one."""
    store.write(data(50), None)
    with h5py.File(store.path, "r+") as file:
        file["y"].attrs["units"] = "m"
    check_trailer(store.path)
    store.write(data(50), None)
    with netCDF4.Dataset(store.path, "a") as file:
        file["y"].setncattr("units", "m")
    check_trailer(store.path)


def test_cells_filled_in_place_leave_it_right(store: NetCDFStore) -> None:
    """What is filled has checksums of its own, and what is pending is left out."""
    layout = store.write(data(10), ledger_of(data(10), ("a", "b")))
    assert layout is not None
    trailer = store.path.read_bytes()[size_within(store.path) :]
    with locked(store.path):
        assert store.fill(data(12), ledger_of(data(12), ("a", "b")), np.arange(100, 120), layout)
    check_trailer(store.path)
    assert store.path.read_bytes().endswith(trailer)
    content = store.read()
    assert content is not None
    assert content[0].identical(data(12))
