"""Data that was made elsewhere: it is kept as surely as what was run, whether it is written at once or later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import xyzpy_widgets as xyz
from tests.exact import assert_exact
from xyzpy_widgets.errors import ConflictError

ENDED = "import os, sys, numpy as np, pandas as pd, xarray as xr, xyzpy_widgets as xyz\n"


def fn(a: int, b: int) -> float:
    """Return a number."""
    return a + 10.0 * b


def ended_after(code: str, name: Path) -> None:
    """Run code in a process that ends without a word to anybody."""
    program = f"{ENDED}def fn(a, b):\n    return a + 10.0 * b\n{code}\nos._exit(0)\n"
    subprocess.run([sys.executable, "-c", program, str(name)], check=True)


def full_of(harvester: xyz.Harvester) -> xr.Dataset:
    """Return all that is there."""
    full = harvester.full_ds
    assert full is not None
    return full


def harvester_of(name: Path) -> xyz.Harvester:
    """Return a harvester of the file."""
    return xyz.Harvester(xyz.Runner(fn, "y", verbosity=0), name)


def test_a_dataset_that_was_to_be_written_later_survives_the_process(tmp_path: Path) -> None:
    """What add_ds(sync=False) has taken is there after the process died, with its holes, types and attributes."""
    name = tmp_path / "data.h5"
    ended_after(
        "h = xyz.Harvester(xyz.Runner(fn, 'y', verbosity=0), sys.argv[1])\n"
        "y = np.array([[1.0, np.nan], [3.0, 4.0]])\n"
        "made = xr.Dataset({'y': (('b', 'a'), y, {'units': 'J'})}, {'a': [0, 1], 'b': [5, 6]}, {'t': 1})\n"
        "h.add_ds(made, sync=False)\n"
        "h.harvest_combos({'a': [0], 'b': [7]}, sync=False)\n"
        "h.add_ds(xr.Dataset({'y': (('a', 'b'), [[9.0]])}, {'a': [4], 'b': [5]}), sync=False)",
        name,
    )
    harvester = harvester_of(name)
    full = full_of(harvester)
    assert full["y"].attrs == {"units": "J"}
    assert full.attrs["t"] == 1
    assert full["y"].sel(b=5).values.tolist()[0] == 1.0
    assert full["y"].sel(a=0, b=7).item() == 70.0
    assert full["y"].sel(a=4, b=5).item() == 9.0
    assert harvester.status.sum() == 5
    harvester.harvest_combos({"a": [1], "b": [5]}, missing_only=True)
    assert_exact(xyz.load_ds(name), full_of(harvester))
    assert not (tmp_path / "data.h5.journal").exists()


def test_rows_that_were_to_be_written_later_survive_the_process(tmp_path: Path) -> None:
    """What add_df(sync=False) has taken is in the table after the process died, each row once, in its types."""
    name = tmp_path / "table.parquet"
    ended_after(
        "s = xyz.Sampler(xyz.Runner(fn, 'y', verbosity=0), sys.argv[1])\n"
        "s.add_df(pd.DataFrame({'a': [1, 2], 'b': [3, 4], 'y': [31.0, np.nan], 'n': ['x', 'z']}), sync=False)\n"
        "s.sample_combos(1, {'a': [5], 'b': [6]}, sync=False)",
        name,
    )
    sampler = xyz.Sampler(xyz.Runner(fn, "y", verbosity=0), name)
    sampler.sample_combos(1, {"a": [7], "b": [8]})
    stored = xyz.load_df(name)
    assert stored["a"].tolist() == [1, 2, 5, 7]
    assert stored["a"].dtype == np.int64
    assert stored["n"].tolist()[:2] == ["x", "z"]
    assert np.isnan(stored["y"][1])
    assert not name.with_name("table.parquet.journal").exists()


def test_what_a_journal_cannot_hold_is_written_at_once(tmp_path: Path) -> None:
    """Rows of a type that the journal has no word for are in the file when the call returns."""
    name = tmp_path / "table.pkl"
    sampler = xyz.Sampler(xyz.Runner(fn, "y", verbosity=0), name)
    rows = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [1, 2], "y": [0.5, 1.5]})
    sampler.add_df(rows, sync=False)
    pd.testing.assert_frame_equal(xyz.load_df(name), rows)
    assert not name.with_name("table.pkl.journal").exists()


def test_a_later_write_takes_what_was_added_out_of_the_journal(tmp_path: Path) -> None:
    """The journal goes once the file has all of it, and nothing is there twice."""
    name = tmp_path / "table.csv"
    sampler = xyz.Sampler(xyz.Runner(fn, "y", verbosity=0), name)
    rows = pd.DataFrame({"a": [1], "b": [2], "y": [0.5]})
    sampler.add_df(rows, sync=False)
    assert name.with_name("table.csv.journal").exists()
    assert not name.exists()
    sampler.add_df(rows)
    assert len(xyz.load_df(name)) == 2
    assert not name.with_name("table.csv.journal").exists()


def test_what_contradicts_is_kept_beside(tmp_path: Path) -> None:
    """A dataset that conflicts with the stored one is refused, changes nothing, and is kept where nothing takes it."""
    name = tmp_path / "data.h5"
    harvester = harvester_of(name)
    harvester.harvest_combos({"a": [1], "b": [2]})
    before = full_of(harvester)
    other = xr.Dataset({"y": (("a", "b"), [[7.0]])}, {"a": [1], "b": [2]})
    with pytest.raises(ConflictError) as caught:
        harvester.add_ds(other, sync=False)
    assert "they are kept in" in caught.value.__notes__[0]
    assert len(list(name.with_name("data.h5.journal").glob("*.conflict"))) == 1
    assert_exact(full_of(harvester), before)
    assert_exact(full_of(harvester_of(name)), before)


def test_what_was_added_does_not_change_with_its_maker(tmp_path: Path) -> None:
    """The arrays of a dataset that was added, its labels among them, may be written to afterwards."""
    name = tmp_path / "data.h5"
    harvester = harvester_of(name)
    values, labels = np.array([[1.0, 2.0]]), np.array([3, 4])
    harvester.add_ds(xr.Dataset({"y": (("a", "b"), values)}, {"a": [1], "b": labels}), sync=False)
    values[:], labels[:] = 9, 9
    harvester.add_ds(xr.Dataset({"y": (("a", "b"), [[5.0]])}, {"a": [2], "b": [3]}))
    stored = xyz.load_ds(name)
    assert stored["b"].values.tolist() == [3, 4]
    assert stored["y"].sel(a=1).values.tolist() == [1.0, 2.0]
