"""The one rule for names of files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from xyzpy_widgets.errors import OptionError, StoreError
from xyzpy_widgets.store.names import DATASETS, TABLES, Family, resolve
from xyzpy_widgets.store.netcdf import load_ds
from xyzpy_widgets.store.table import load_df


@pytest.mark.parametrize(
    ("name", "engine", "family", "expected"),
    [
        ("foo", None, DATASETS, ("foo.h5", "h5netcdf")),
        ("foo.h5", None, DATASETS, ("foo.h5", "h5netcdf")),
        ("foo.nc", None, DATASETS, ("foo.nc", "h5netcdf")),
        ("foo.H5", None, DATASETS, ("foo.H5", "h5netcdf")),
        ("foo", "netcdf4", DATASETS, ("foo.h5", "netcdf4")),
        ("foo.h5", "netcdf4", DATASETS, ("foo.h5", "netcdf4")),
        ("foo", "zarr", DATASETS, ("foo.zarr", "zarr")),
        ("foo.zarr", None, DATASETS, ("foo.zarr", "zarr")),
        ("run.v2", None, DATASETS, ("run.v2.h5", "h5netcdf")),
        ("0.5", None, DATASETS, ("0.5.h5", "h5netcdf")),
        ("sub/run.v2.nc", None, DATASETS, ("sub/run.v2.nc", "h5netcdf")),
        (Path("sub") / "foo", None, DATASETS, ("sub/foo.h5", "h5netcdf")),
        ("trig", None, TABLES, ("trig.pkl", "pickle")),
        ("trig.csv", None, TABLES, ("trig.csv", "csv")),
        ("trig", "parquet", TABLES, ("trig.parquet", "parquet")),
        ("trig.pq", None, TABLES, ("trig.pq", "parquet")),
        ("trig.v1", "json", TABLES, ("trig.v1.json", "json")),
        ("trig.parquet/", None, TABLES, ("trig.parquet", "parquet")),
        ("sub/trig/", None, TABLES, ("sub/trig", "parquet")),
        ("trig/", "parquet", TABLES, ("trig", "parquet")),
    ],
)
def test_a_name_stands_for_one_file_and_one_engine(
    name: Any, engine: str | None, family: Family, expected: tuple[str, str]
) -> None:
    """A missing suffix is added, a known one is kept, and a dot in a name is not taken for one."""
    path, found = resolve(name, engine, family)
    assert (path, found) == (Path(expected[0]), expected[1])


@pytest.mark.parametrize(
    ("name", "engine", "family", "words"),
    [
        ("foo", "h5netcfd", DATASETS, "h5netcfd.*did you mean 'h5netcdf'"),
        ("foo", "csv", DATASETS, "'csv' does not write a dataset"),
        ("foo.zarr", "h5netcdf", DATASETS, r"'foo\.zarr' is a name for engine 'zarr'"),
        ("foo.csv", "pickle", TABLES, r"'foo\.csv' is a name for engine 'csv'"),
        ("foo.csv", None, DATASETS, r"'foo\.csv' names a table"),
        ("foo.h5", None, TABLES, r"'foo\.h5' names a dataset"),
        ("", None, DATASETS, "'' does not name a file"),
        ("..", None, DATASETS, "does not name a file"),
        ("folder/", None, DATASETS, "'folder/' does not name a file"),
        ("trig/", "csv", TABLES, "'trig/' names a folder, in which engine 'parquet' alone keeps a table"),
        ("trig.csv/", None, TABLES, "'trig.csv/' names a folder"),
        ("trig.h5/", None, TABLES, r"'trig\.h5' names a dataset"),
        ("/", None, TABLES, "does not name a file"),
        ("a\0b", None, DATASETS, "does not name a file"),
        (5, None, DATASETS, "5 of type int is not a file name"),
        (b"foo", None, DATASETS, "bytes is not a file name"),
        ("~nobody-of-that-name/foo", None, DATASETS, "home folder that is not known"),
    ],
)
def test_a_name_that_cannot_be_meant_is_refused(name: Any, engine: str | None, family: Family, words: str) -> None:
    """A contradiction is told to the user at once rather than resolved by a guess."""
    with pytest.raises(OptionError, match=words):
        resolve(name, engine, family)


def test_the_home_folder_may_be_written_as_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No folder called ``~`` is made in the working folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve("~/foo", None, DATASETS)[0] == tmp_path / "foo.h5"


def test_a_missing_file_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    """Who forgot the engine is told what there is."""
    (tmp_path / "foo.zarr").mkdir()
    (tmp_path / "trig.csv").touch()
    (tmp_path / "sent").mkdir()
    with pytest.raises(StoreError, match=r"no dataset .*foo\.h5; did you mean 'foo\.zarr'"):
        load_ds(tmp_path / "foo")
    with pytest.raises(StoreError, match=r"no table .*trig\.pkl; did you mean 'trig\.csv'"):
        load_df(tmp_path / "trig")
    with pytest.raises(StoreError, match=r"no table .*sent\.parquet; did you mean 'sent/'"):
        load_df(tmp_path / "sent", "parquet")
    with pytest.raises(StoreError, match=r"no dataset .*other\.h5; correct the path$"):
        load_ds(tmp_path / "other")


def test_the_libraries_that_read_files_are_loaded_when_they_are_needed() -> None:
    """Importing the store costs nobody the start of a library that is not used."""
    modules = ["netcdf", "table", "atomic"]
    heavy = ["h5py", "h5netcdf", "netCDF4", "zarr", "dask"]  # pandas loads pyarrow by itself
    code = "\n".join(
        [
            *(f"import xyzpy_widgets.store.{module}" for module in modules),
            "import sys",
            f"sys.exit(', '.join(name for name in {heavy} if name in sys.modules))",
        ]
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.stderr.strip() == ""
