"""How a file is laid out: by us and without HDF5, so that all that reads HDF5 reads it, and goes on writing to it."""

from __future__ import annotations

import json
from pathlib import Path

import h5netcdf
import h5py
import netCDF4
import numpy as np
import pytest
import xarray as xr

from tests.exact import assert_exact
from tests.store_samples import everything
from xyzpy_widgets.errors import DamageError, EncodingError
from xyzpy_widgets.store.image import checksums, is_uniform, uniform_checksums
from xyzpy_widgets.store.lock import locked
from xyzpy_widgets.store.netcdf import NetCDFStore, load_ds

LEDGER = ("status", "seconds", "finished", "tries")


def data(rows: int, columns: int = 200) -> xr.Dataset:
    """Return a dataset with so many rows."""
    y = np.arange(float(rows * columns)).reshape(rows, columns)
    return xr.Dataset({"y": (("a", "b"), y)}, {"a": np.arange(rows), "b": np.arange(columns)})


def ledger(rows: int, columns: int = 200, tries: int = 1) -> xr.Dataset:
    """Return a ledger of cases that all ended in the same way, at the same time, after times of their own."""
    shape = rows, columns
    dims = ("a", "b")
    variables = {
        "status": (dims, np.ones(shape, dtype=np.int8)),
        "seconds": (dims, np.arange(rows * columns, dtype=np.float32).reshape(shape)),
        "finished": (dims, np.full(shape, np.datetime64("2026-01-01T00:00:00", "us"))),
        "tries": (dims, np.full(shape, tries, dtype=np.int16)),
    }
    return xr.Dataset(variables, data(rows, columns).coords)


@pytest.fixture
def store(tmp_path: Path) -> NetCDFStore:
    """Return a store in an empty folder."""
    return NetCDFStore.named(tmp_path / "study.h5")


def test_what_all_cases_have_in_common_takes_no_room(store: NetCDFStore) -> None:
    """It is said once, and read from every cell by every library and by us."""
    store.write(data(500), ledger(500))
    with h5py.File(store.path) as file:
        assert [name for name in LEDGER if file["ledger"][name].id.get_offset() is None] == [
            "status",
            "finished",
            "tries",
        ]
        assert (file["ledger/status"][...] == 1).all()
    assert store.path.stat().st_size < 500 * 200 * (8 + 4) + 100_000
    with h5netcdf.File(store.path) as file:
        assert (file["ledger"]["tries"][...] == 1).all()
    with netCDF4.Dataset(store.path) as file:
        assert (file["ledger"]["tries"][...] == 1).all()
    with xr.open_dataset(store.path, group="ledger", engine="netcdf4") as opened:
        assert (opened["finished"] == np.datetime64("2026-01-01")).all()
    content = store.read()
    assert content is not None
    assert content[1] is not None
    assert_exact(content[1], ledger(500))


def test_what_is_said_once_may_be_changed_by_others(store: NetCDFStore) -> None:
    """HDF5 makes room for it then, and keeps all cells but those that were written."""
    store.write(data(40), ledger(40))
    with h5py.File(store.path, "a") as file:
        file["ledger/tries"][0, :2] = 7
    with h5py.File(store.path) as file:
        assert file["ledger/tries"][0, :3].tolist() == [7, 7, 1]
        assert (file["ledger/tries"][1:] == 1).all()
    with pytest.raises(DamageError, match="'tries' does not match its checksum"):
        store.read()


def test_what_is_said_once_is_written_in_place_only_where_it_stays_so(store: NetCDFStore) -> None:
    """Cells that are filled, and rows that are added, may not differ from it: that takes a whole write."""
    layout = store.write(data(40), ledger(40), "a")
    assert layout is not None
    cells = np.arange(200)
    with locked(store.path):
        for known in (layout, store.layout()):
            assert known is not None
            assert not store.fill(data(40), ledger(40, tries=2), cells, known)
            assert store.fill(data(40), ledger(40), cells, known)
        assert store.extend(data(41), ledger(41, tries=2), layout) is None
        layout = store.extend(data(41), ledger(41), layout)
        assert layout is not None
        assert store.fill(data(41), ledger(41), np.arange(8000, 8200), layout)
        layout = store.extend(data(43), ledger(43), layout)
        assert layout is not None
        assert not store.fill(data(43), ledger(43, tries=2), cells, layout)
    content = store.read()
    assert content is not None
    assert content[1] is not None
    assert content[0].identical(data(43))
    assert_exact(content[1], ledger(43))


@pytest.mark.parametrize("n", [1, 3, 4096, 4100, 20000])
@pytest.mark.parametrize("dtype", ["int8", "int16", "float32", "float64"])
def test_checksums_of_what_is_all_the_same(n: int, dtype: str) -> None:
    """They are those of the cells, block by block, also from some block on; nan is the same as nan."""
    values = np.full(n, np.nan if dtype.startswith("f") else 3, dtype=dtype)
    assert is_uniform(values)
    assert uniform_checksums(values) == checksums(values)
    assert checksums(values)[1:] == checksums(values, first=1)
    values[-1] = 5
    assert is_uniform(values) == (n == 1)


def test_a_file_of_an_earlier_version_is_read_and_filled(store: NetCDFStore, tmp_path: Path) -> None:
    """As HDF5 laid it out, with a number for each case."""
    store.write(data(40), ledger(40))
    old = NetCDFStore.named(tmp_path / "old.h5")
    with h5py.File(store.path) as new, h5py.File(old.path, "w", track_order=True) as file:
        for name in new:
            new.copy(name, file)
        for name in LEDGER:
            values, attrs = file["ledger"][name][...], dict(file["ledger"][name].attrs)
            del file["ledger"][name], attrs["DIMENSION_LIST"]
            file["ledger"].create_dataset(name, data=values).attrs.update(attrs)
            for axis, dim in enumerate("ab"):
                file["ledger"][name].dims[axis].attach_scale(file[dim])
        schema = json.loads(file["ledger/schema"].asstr()[()])
        text = json.dumps({**schema, "version": 2})
        file["ledger/schema"][()] = text
        file["ledger/checksums"][0] = checksums(np.array(text, dtype=object))[0]
    content = old.read()
    assert content is not None
    assert content[1] is not None
    assert content[0].identical(data(40))
    assert_exact(content[1], ledger(40))
    again = ledger(40)
    again["tries"][0] = 2
    with locked(old.path):
        layout = old.layout()
        assert layout is not None
        assert old.fill(data(40), again, np.arange(200), layout)
    content = old.read()
    assert content is not None
    assert content[1] is not None
    assert_exact(content[1], again)


def test_numbers_that_another_program_has_moved_are_not_filled_in_place(store: NetCDFStore) -> None:
    """A variable that it has divided into chunks takes a whole write."""
    store.write(data(40), ledger(40))
    with h5py.File(store.path, "a") as file:
        seconds = file["ledger/seconds"]
        values, attrs = seconds[...], dict(seconds.attrs)
        del file["ledger/seconds"], attrs["DIMENSION_LIST"]
        file["ledger"].create_dataset("seconds", data=values, chunks=(10, 10)).attrs.update(attrs)
    assert store.layout() is None


def test_other_programs_go_on_writing_to_it(store: NetCDFStore) -> None:
    """They add attributes, dimensions, texts and variables, as to any file, and read all of it afterwards."""
    store.write(everything(), None)
    with netCDF4.Dataset(store.path, "a") as file:
        file.createDimension("more", 3)
        file.createVariable("added", "f8", ("more", "case"))[:] = 1.0
        file.createVariable("said", str, ("case",))[0] = "said"
        file.setncattr("note", "text")
    with h5py.File(store.path, "a") as file:
        for number in range(20):
            file.create_dataset(f"texts {number}", data=["a", "b"], dtype=h5py.string_dtype())
        file["over two"].attrs["long"] = "x" * 5000
        del file["texts 3"]
    for engine in ("netcdf4", "h5netcdf"):
        with xr.open_dataset(store.path, engine=engine, decode_cf=False) as opened:
            assert opened["added"].values.tolist() == [[1.0] * 3] * 3
            assert opened["said"].values.tolist() == ["said", "", ""]
            assert np.array_equal(opened["over two"], everything()["over two"])
            assert opened["over two"].attrs["long"] == "x" * 5000


def test_texts_of_any_number_and_length(store: NetCDFStore) -> None:
    """More than one part of the heap takes, longer ones than a part, and empty ones."""
    texts = np.array(["x" * 200_000, *map(str, range(70_000)), ""], dtype=object)
    several = xr.Dataset({"text": ("a", texts)}, {"a": np.arange(len(texts))}, {"long": ["é" * 100, ""]})
    store.write(several, None)
    assert load_ds(store.path).identical(several)
    with netCDF4.Dataset(store.path) as file:
        assert np.array_equal(file["text"][...], texts)


def test_many_variables_stand_in_one_file(store: NetCDFStore) -> None:
    """Hundreds are found by every reader, in their order."""
    many = xr.Dataset({f"v{number}": ("a", np.arange(3) + number) for number in range(700)}, {"a": [1, 2, 3]})
    store.write(many, None)
    assert load_ds(store.path).identical(many)
    with netCDF4.Dataset(store.path) as file:
        assert list(file.variables) == ["a", *(f"v{number}" for number in range(700))]
    with h5py.File(store.path) as file:
        assert file["v699"].dims[0][0] == file["a"]


def test_names_that_the_format_takes_for_itself_are_refused(store: NetCDFStore) -> None:
    """No variable takes the place of another thing in the file."""
    name = "_PFNC_DOUBLE_COMPLEX_TYPE"
    taken = xr.Dataset({"z": ("a", [1j, 2]), name: ("a", [1, 2])}, {"a": [1, 2]})
    with pytest.raises(EncodingError, match=f"takes '{name}' for itself"):
        store.write(taken, None)
    with pytest.raises(EncodingError, match=r"65535 bytes, and one has \d+.*shorten"):
        store.write(xr.Dataset({"v" * 70_000: ("a", [1, 2])}), None)
    with pytest.raises(EncodingError, match=r"65535 bytes, and one has \d+.*shorten"):
        store.write(xr.Dataset(attrs={"v" * 70_000: 1}), None)
    assert not store.exists()
