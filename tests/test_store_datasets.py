"""What every store of datasets promises, whatever the engine."""

from __future__ import annotations

import copy
import fcntl
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.exact import assert_exact, fingerprint
from tests.store_samples import everything, ledger_of, objects
from xyzpy_widgets.errors import EncodingError, FormatError, OptionError, StoreError
from xyzpy_widgets.store.netcdf import NetCDFStore, load_ds, save_ds


class DatasetStoreContract:
    """A store of datasets; an engine is a subclass."""

    engine: str

    @pytest.fixture
    def store(self, tmp_path: Path) -> NetCDFStore:
        """Return a store with nothing in it."""
        return NetCDFStore.named(tmp_path / "study", self.engine)

    def damage(self, path: Path) -> None:
        """Cut the end off what is there."""
        raise NotImplementedError

    def foreign(self, path: Path, data: xr.Dataset) -> None:
        """Write a dataset as another program does."""
        raise NotImplementedError

    def test_nothing_is_there_before_the_first_write(self, store: NetCDFStore) -> None:
        """An absent file is no error, to be told from an empty dataset."""
        assert not store.exists()
        assert store.read() is None
        store.check()
        store.delete()

    def test_everything_comes_back_as_it_was(self, store: NetCDFStore) -> None:
        """Cells, holes, labels, names, attributes and their types all survive the file."""
        data = everything()
        ledger = ledger_of(data, ("case", "b"))
        store.write(data, ledger)
        assert store.exists()
        store.check()
        content = store.read()
        assert content is not None
        assert content[1] is not None
        assert_exact(data, content[0])
        assert_exact(ledger, content[1])

    def test_the_ledger_says_what_is_missing_and_not_the_values(self, store: NetCDFStore) -> None:
        """A nan that was returned and a case that never ran stay two things."""
        data = xr.Dataset({"y": ("x", [1.0, np.nan, np.nan])}, {"x": [1, 2, 3]})
        ledger = xr.Dataset({"status": ("x", np.array([1, 1, 0], dtype=np.int8))}, {"x": [1, 2, 3]})
        store.write(data, ledger)
        content = store.read()
        assert content is not None
        assert content[1] is not None
        assert content[1]["status"].to_numpy().tolist() == [1, 1, 0]

    def test_a_write_takes_the_place_of_what_was_there(self, store: NetCDFStore) -> None:
        """Nothing of an older, larger dataset shines through."""
        store.write(everything(), None)
        small = xr.Dataset({"y": ("x", [1, 2])})
        store.write(small, None)
        content = store.read()
        assert content is not None
        assert_exact(small, content[0])
        assert content[1] is None

    def test_texts_may_grow(self, store: NetCDFStore) -> None:
        """A longer text in a later write is not cut to the width of the first."""
        for text in ("x", "a much longer text"):
            store.write(xr.Dataset({"y": ("x", np.array([text]))}), None)
        content = store.read()
        assert content is not None
        assert content[0]["y"].to_numpy().tolist() == ["a much longer text"]

    @pytest.mark.parametrize(
        "data",
        [
            xr.Dataset(),
            xr.Dataset({"y": 1.5}),
            xr.Dataset(coords={"x": [1, 2]}),
            xr.Dataset({"y": (("x", "z"), np.zeros((0, 2)))}, {"x": np.array([], dtype=np.int64)}),
            xr.Dataset(coords={"s": 5}, attrs={"a": 1}),
        ],
        ids=["nothing", "scalar", "labels", "empty axis", "scalar coordinate"],
    )
    def test_small_datasets_come_back(self, store: NetCDFStore, data: xr.Dataset) -> None:
        """No dimension, no variable or no label is no special case."""
        store.write(data, None)
        content = store.read()
        assert content is not None
        assert_exact(data, content[0])

    def test_the_callers_objects_are_not_changed(self, store: NetCDFStore) -> None:
        """Attributes, encoding and values of what is written stay the caller's."""
        data = everything()
        data["9 ünïcødé name"].encoding = {"zlib": True, "_FillValue": -1}
        before = copy.deepcopy(data)
        store.write(data, ledger_of(data, ("case",)))
        assert_exact(before, data)
        assert data["9 ünïcødé name"].encoding == {"zlib": True, "_FillValue": -1}

    def test_what_was_read_is_the_readers_own(self, store: NetCDFStore) -> None:
        """The file is closed, and changing what was read does not change what is read next."""
        store.write(xr.Dataset({"y": ("x", [1.0, 2.0])}), None)
        first = store.read()
        assert first is not None
        first[0]["y"][0] = 5.0
        store.delete()
        assert first[0]["y"].to_numpy().tolist() == [5.0, 2.0]

    def test_it_is_removed(self, store: NetCDFStore) -> None:
        """After delete nothing is left, not even hidden."""
        store.write(everything(), None)
        store.delete()
        assert not store.exists()
        assert list(store.path.parent.iterdir()) == []

    def test_the_names_find_one_another(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is saved without a suffix is loaded without one, and is one file."""
        monkeypatch.chdir(tmp_path)
        data = xr.Dataset({"y": ("x", [1, 2])})
        save_ds(data, "run.v2", self.engine)
        save_ds(data, Path("run.v2"), self.engine)
        assert_exact(data, load_ds("run.v2", self.engine))
        assert len(list(tmp_path.iterdir())) == 1

    def test_a_plain_reader_sees_the_dataset(self, store: NetCDFStore) -> None:
        """The root group alone has the dimensions, labels and values, and what is missing is missing."""
        data = xr.Dataset(
            {
                "f": (("a", "b"), [[1.5, np.nan], [2.5, 3.5]]),
                "flag": ("a", [True, False]),
                "text": ("a", objects(["", np.nan])),
                "count": ("a", objects([7, np.nan])),
                "yes": ("a", objects([np.nan, True])),
                "when": ("a", np.array(["2020-01-01", "NaT"], dtype="datetime64[ns]")),
            },
            {"a": ["p", "q"], "b": [1, 2], "beside": ("a", [0.1, 0.2])},
            {"title": "plain", "units": "m"},
        )
        store.write(data, ledger_of(data, ("a", "b")))
        with self.open_plainly(store.path) as plain:
            assert dict(plain.sizes) == {"a": 2, "b": 2}
            assert set(plain.data_vars) == set(data.data_vars)
            assert set(plain.coords) == {"a", "b", "beside"}
            assert plain.attrs == {"title": "plain", "units": "m"}
            assert plain["a"].to_numpy().tolist() == ["p", "q"]
            for name in ("f", "flag", "b", "beside", "when"):
                np.testing.assert_array_equal(plain[name].to_numpy(), data[name].to_numpy())
            assert plain["flag"].dtype == bool
            assert pd.isna(plain["text"].to_numpy()).tolist() == [False, True]
            assert plain["text"].to_numpy()[0] == ""
            assert fingerprint(plain["count"].to_numpy().tolist()) == fingerprint([7.0, np.nan])
            assert fingerprint(plain["yes"].to_numpy().tolist()) == fingerprint([np.nan, 1.0])

    def open_plainly(self, path: Path) -> xr.Dataset:
        """Open a file as somebody does who does not know this library."""
        return xr.open_dataset(path, engine=self.engine)

    def test_a_tree_reader_sees_the_ledger_with_its_labels(self, store: NetCDFStore) -> None:
        """The ledger is a group of the file, over the dimensions and labels of the root."""
        data = xr.Dataset({"y": ("x", [1.0, 2.0])}, {"x": [10, 20]})
        store.write(data, ledger_of(data, ("x",)))
        with xr.open_datatree(store.path, engine=self.engine) as tree:
            ledger = tree["ledger"]
            assert ledger["status"].dims == ("x",)
            assert ledger["x"].to_numpy().tolist() == [10, 20]
            assert ledger["status"].attrs["flag_meanings"] == "missing done failed cancelled"

    def test_odd_labels_stay_distinct_for_a_plain_reader(self, store: NetCDFStore) -> None:
        """A label that a file has no type for gets a text of its own, so that each can be selected."""
        store.write(xr.Dataset({"y": ("x", [1, 2, 3, 4])}, {"x": objects(["1", 1, None, True])}), None)
        with self.open_plainly(store.path) as plain:
            labels = plain["x"].to_numpy().tolist()
            assert len(set(labels)) == 4
            assert labels[0] == "1"

    def test_a_file_of_another_program_is_read(self, store: NetCDFStore) -> None:
        """Its dataset comes without a ledger, and can be added to."""
        data = xr.Dataset({"y": ("x", [1.0, 2.0], {"units": "m"})}, {"x": ["a", "b"]})
        self.foreign(store.path, data)
        store.check()
        content = store.read()
        assert content is not None
        assert content[1] is None
        assert content[0].identical(data)
        store.write(*content)
        assert_exact(content[0], load_ds(store.path))

    def test_a_damaged_file_is_refused_before_and_when_it_is_read(self, store: NetCDFStore) -> None:
        """A file that is not whole is an error that names it, never an empty or a partial dataset."""
        store.write(everything(), None)
        self.damage(store.path)
        with pytest.raises(FormatError, match=store.path.name):
            store.check()
        with pytest.raises(FormatError, match=store.path.name):
            store.read()

    def test_what_a_file_cannot_hold_is_refused_with_its_place(self, store: NetCDFStore) -> None:
        """The message names the variable, the labels of the cell and the value, and the old file stays."""
        old = xr.Dataset({"y": ("x", [1, 2])})
        store.write(old, None)
        data = xr.Dataset({"bad one": (("a", "b"), objects([1, object()]).reshape(1, 2))}, {"a": [5], "b": ["p", "q"]})
        for write in (partial(store.check_encodable, data), partial(store.write, data, None)):
            with pytest.raises(EncodingError, match=r"variable 'bad one' at a=5, b='q': <object objec"):
                write()
        assert_exact(old, load_ds(store.path))

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (xr.Dataset({"a/b": 1}), "'a/b' cannot be the name"),
            (xr.Dataset({1: ("x", [1.0])}), "1 cannot be the name"),
            (xr.Dataset({"y": (("p/q",), [1.0])}), "'p/q' cannot be the name"),
            (xr.Dataset({"y": ("x", np.zeros(2, dtype="g"))}), "variable 'y': data of type float128"),
            (xr.Dataset({"y": ("x", pd.Categorical(["a", "b"]))}), "'y' is of type category"),
            (xr.Dataset({"y": 1}, attrs={"k": object()}), "attribute 'k' of the dataset: <object"),
            (xr.Dataset({"y": ((), 1, {"k": {1: object()}})}), "attribute 'k' of variable 'y'"),
            (xr.Dataset({"y": ("x", [1])}, {"p": ("x", [1]), "q": ("x", [3])}).set_index(x=["p", "q"]), "MultiIndex"),
        ],
        ids=["slash", "number", "dimension", "longdouble", "category", "attr", "variable attr", "multi-index"],
    )
    def test_names_types_and_attributes_that_cannot_be_held_are_named(
        self, store: NetCDFStore, data: xr.Dataset, words: str
    ) -> None:
        """Each refusal says what it is about; nothing is written."""
        with pytest.raises(EncodingError, match=words):
            store.check_encodable(data)
        with pytest.raises(EncodingError, match=words):
            save_ds(data, store.path)
        assert not store.exists()

    def test_a_ledger_of_other_labels_is_refused(self, store: NetCDFStore) -> None:
        """A ledger that does not fit is an error, not a file that cannot be read."""
        data = xr.Dataset({"y": ("x", [1, 2])}, {"x": [1, 2]})
        with pytest.raises(EncodingError, match="3 labels along 'x', the data 2"):
            store.write(data, ledger_of(data.reindex(x=[1, 2, 3]), ("x",)))

    def test_the_folder_is_checked_before_anything_is_done(self, tmp_path: Path) -> None:
        """A missing folder, and a path through a file, are known before the first case."""
        for parent in ("absent", "file"):
            (tmp_path / "file").touch()
            store = NetCDFStore.named(tmp_path / parent / "study", self.engine)
            with pytest.raises(StoreError, match=f"there is no folder .*{parent}"):
                store.check()
            with pytest.raises(StoreError, match="study"):
                store.write(xr.Dataset(), None)

    def test_a_chunked_dataset_stays_in_the_file(self, store: NetCDFStore) -> None:
        """With chunks the variables are dask arrays, and what they compute is what was saved."""
        data = everything()
        store.write(data, ledger_of(data, ("case",)))
        chunked = NetCDFStore(store.path, self.engine, chunks={})
        chunked.check()
        content = chunked.read()
        assert content is not None
        left = content[0]
        assert left["over two"].chunks is not None
        assert left["5 int64 with holes"].chunks is not None
        assert left["case"].chunks is None
        for name in data.variables:
            assert fingerprint(np.asarray(left[name].data)) == fingerprint(data[name].to_numpy())
            assert fingerprint(left[name].attrs) == fingerprint(data[name].attrs)
        left.close()
        assert content[1] is not None
        assert_exact(ledger_of(data, ("case",)), content[1])

    def test_a_chunked_dataset_can_be_written_over_its_own_file(self, store: NetCDFStore) -> None:
        """What is read in pieces may go back to the file that it comes from."""
        data = xr.Dataset({"y": (("a", "b"), np.arange(6.0).reshape(2, 3))})
        store.write(data, None)
        chunked = load_ds(store.path, chunks={})
        save_ds(chunked + 1, store.path)
        chunked.close()
        assert_exact(data + 1, load_ds(store.path))


class TestH5netcdf(DatasetStoreContract):
    """netCDF-4 through h5py."""

    engine = "h5netcdf"

    def damage(self, path: Path) -> None:
        """Cut the end off."""
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    def foreign(self, path: Path, data: xr.Dataset) -> None:
        """Write with xarray."""
        data.to_netcdf(path, engine="h5netcdf")

    @pytest.mark.parametrize("reader", ["h5netcdf", "netcdf4"])
    def test_both_libraries_read_every_variable(self, store: NetCDFStore, reader: str) -> None:
        """The file is netCDF-4 for whoever reads it, complex numbers included."""
        data = everything()
        data = data.drop_vars([name for name in data if "in seconds" in str(name)])  # xarray warns of the year 1
        store.write(data, ledger_of(data, ("case", "b")))
        with xr.open_dataset(store.path, engine=reader) as plain:
            assert dict(plain.sizes) == dict(data.sizes)
            assert set(plain.variables) == set(data.variables)
            for name in data.data_vars:
                plain[name].load()
            np.testing.assert_array_equal(plain["over two"].to_numpy(), data["over two"].to_numpy())

    def test_a_dimension_may_share_its_name_with_a_larger_variable(self, store: NetCDFStore) -> None:
        """A variable that is called as one of its dimensions is kept apart from the labels of the dimension."""
        data = xr.Dataset({"x": (("x", "t"), np.arange(4.0).reshape(2, 2)), "y": ("x", [1, 2])})
        store.write(data, None)
        assert_exact(data, load_ds(store.path))
        for reader in ("h5netcdf", "netcdf4"):
            with xr.open_dataset(store.path, engine=reader) as plain:
                assert plain["x"].dims == ("x", "t")

    def test_what_another_program_adds_is_not_dropped(self, store: NetCDFStore) -> None:
        """A variable that the schema does not know is an error, since a later write would lose it."""
        store.write(xr.Dataset({"y": ("x", [1, 2])}), None)
        with h5py.File(store.path, "a") as file:
            file["added"] = 1
        with pytest.raises(FormatError, match="'added', which another program added"):
            store.read()

    def test_a_later_version_of_the_format_is_refused(
        self, store: NetCDFStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A file of the future is not misread."""
        monkeypatch.setattr("xyzpy_widgets.store.encoding.VERSION", 99)
        store.write(xr.Dataset({"y": ("x", [1, 2])}), None)
        with pytest.raises(FormatError, match="version 99"):
            store.check()

    def test_a_backup_of_another_tool_is_adopted(self, store: NetCDFStore) -> None:
        """A crash of another tool between its two renames loses nothing: its backup is the dataset."""
        data = xr.Dataset({"y": ("x", [1.0, 2.0])})
        backup = store.path.with_name(store.path.name + ".bak")
        self.foreign(backup, data)
        assert store.exists()
        store.check()
        assert store.path.exists()
        assert not backup.exists()
        assert load_ds(store.path).identical(data)

    def test_a_damaged_backup_is_neither_adopted_nor_overlooked(self, store: NetCDFStore) -> None:
        """Nothing is started from nothing beside a backup that may be repaired."""
        backup = store.path.with_name(store.path.name + ".bak")
        backup.write_bytes(b"\x89HDF\r\n\x1a\n and no more")
        for act in (store.check, store.read):
            with pytest.raises(FormatError, match=r"its backup study\.h5\.bak is damaged"):
                act()
        assert backup.exists()

    def test_a_damaged_backup_beside_a_damaged_file_stays_where_it_is(self, store: NetCDFStore) -> None:
        """Neither of two broken files takes the place of the other, and both are there to be repaired."""
        store.write(xr.Dataset(), None)
        self.damage(store.path)
        backup = store.path.with_name("study.h5.bak")
        backup.touch()
        with pytest.raises(FormatError, match=r"xyz\.recover"):
            store.read()
        assert store.path.exists()
        assert backup.exists()

    def test_a_file_of_another_kind_is_refused(self, store: NetCDFStore) -> None:
        """Text under the name of a dataset is not overwritten unseen."""
        store.path.write_text("not a dataset")
        with pytest.raises(FormatError, match="cannot be read with engine='h5netcdf'"):
            store.check()

    def test_a_file_that_another_program_writes_is_left_alone(self, store: NetCDFStore) -> None:
        """Reading what is half written would give anything; the remedy is said instead."""
        store.write(xr.Dataset(), None)
        with store.path.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # as HDF5 does
            with pytest.raises(StoreError, match="open for writing in another"):
                store.read()


class TestNetcdf4(TestH5netcdf):
    """The same file, with the netCDF4 library for those of others."""

    engine = "netcdf4"

    def test_a_file_of_another_kind_is_refused(self, store: NetCDFStore) -> None:
        """Text under the name of a dataset is not overwritten unseen."""
        store.path.write_text("not a dataset")
        with pytest.raises(FormatError, match="cannot be read with engine='netcdf4'"):
            store.check()

    def test_a_classic_netcdf_file_is_read(self, store: NetCDFStore) -> None:
        """Files of the older format, which is not HDF5, can be gone on from."""
        data = xr.Dataset({"y": ("x", [1.0, 2.0])})
        data.to_netcdf(store.path, engine="netcdf4", format="NETCDF3_CLASSIC")
        store.check()
        assert load_ds(store.path, "netcdf4").identical(data)


class TestZarr(DatasetStoreContract):
    """A zarr folder."""

    engine = "zarr"

    def damage(self, path: Path) -> None:
        """Spoil the metadata."""
        (path / ".zmetadata").write_text("{")
        (path / ".zgroup").write_text("{")

    def foreign(self, path: Path, data: xr.Dataset) -> None:
        """Write with xarray."""
        data.to_zarr(path, zarr_format=2)

    def test_a_version_that_stepped_aside_is_found(self, store: NetCDFStore) -> None:
        """A process that died while it moved the new version in leaves the old one to the next."""
        data = xr.Dataset({"y": ("x", [1.0, 2.0])})
        store.write(data, None)
        store.path.rename(store.path.with_name(".study.zarr.old"))
        assert store.exists()
        assert_exact(data, load_ds(store.path))
        store.path.rename(store.path.with_name(".study.zarr.old"))
        store.delete()
        assert not store.exists()

    def test_a_file_in_its_place_is_refused(self, store: NetCDFStore) -> None:
        """A file is not replaced by a folder."""
        store.path.touch()
        with pytest.raises(StoreError, match="is a file, and a folder is going to be written"):
            store.check()


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    """A folder is not replaced by a file, nor taken for one."""
    store = NetCDFStore.named(tmp_path / "study.h5")
    store.path.mkdir()
    with pytest.raises(StoreError, match="is a folder, and a file is going to be written"):
        store.check()
    with pytest.raises(StoreError):
        store.write(xr.Dataset(), None)
    with pytest.raises(FormatError):
        store.read()


def test_only_datasets_are_saved(tmp_path: Path) -> None:
    """A DataArray is refused with the way to make it a dataset."""
    with pytest.raises(EncodingError, match=r"DataArray is not a Dataset.*to_dataset"):
        save_ds(xr.DataArray([1]), tmp_path / "x")  # type: ignore[arg-type]


def test_an_engine_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install, or to choose instead, is said before anything runs."""
    monkeypatch.setattr("xyzpy_widgets.store.netcdf._MODULES", {"zarr": "no_such_module_anywhere"})
    with pytest.raises(OptionError, match=r"'zarr' needs no_such_module_anywhere.*choose another engine"):
        NetCDFStore(tmp_path / "x.zarr", "zarr").check()
