"""Extending a file in place: at every moment it is the old version or the new one, for every program."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import netCDF4
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import xyzpy_widgets as xyz
from tests.exact import assert_exact
from tests.kill_points import WITHOUT_COMPILER, Trial, at_every_call
from tests.store_samples import ledger_of
from tests.test_store_damage import flipped
from xyzpy_widgets.errors import FormatError
from xyzpy_widgets.store.inplace import Layout
from xyzpy_widgets.store.lock import locked
from xyzpy_widgets.store.netcdf import NetCDFStore, load_ds
from xyzpy_widgets.store.trailer import is_vouched

EXTEND = """
import pathlib, tempfile
import numpy as np, xarray as xr
from tests.store_samples import ledger_of
from xyzpy_widgets.store.lock import locked
from xyzpy_widgets.store.netcdf import NetCDFStore

def data(rows):
    y = np.arange(50.0 * rows).reshape(rows, 50)
    return xr.Dataset({"y": (("a", "b"), y)}, {"a": np.arange(rows) / 2, "b": np.arange(50)})

def ledger(rows):
    return ledger_of(data(100), ("a", "b")).isel(a=slice(rows))

def prepare(folder):
    global store, layout
    store = NetCDFStore.named(folder / "study.h5")
    layout = store.write(data(40), ledger(40), "a")

def work(folder, acknowledge):
    global layout
    for rows in (42, 43):
        with locked(store.path):
            layout = store.extend(data(rows), ledger(rows), layout)
            assert layout is not None
            acknowledge(rows)

with tempfile.TemporaryDirectory() as folder:  # what is imported on the way is imported once, not in every child
    prepare(pathlib.Path(folder))
"""


def data(rows: int) -> xr.Dataset:
    """Return the data of `EXTEND` with so many rows."""
    return xr.Dataset(
        {"y": (("a", "b"), np.arange(50.0 * rows).reshape(rows, 50))}, {"a": np.arange(rows) / 2, "b": np.arange(50)}
    )


def ledger(rows: int) -> xr.Dataset:
    """Return the beginning of a ledger."""
    return ledger_of(data(100), ("a", "b")).isel(a=slice(rows))


def check(trial: Trial) -> None:
    """Open the file with other programs, then with ours, and compare it with what was acknowledged."""
    path = trial.folder / "study.h5"
    with h5netcdf.File(path) as file:
        rows = file["y"].shape[0]
        assert rows in {40, 42, 43}, trial.what
        assert np.array_equal(file["y"][...], data(rows)["y"]), trial.what
        assert np.array_equal(file["a"][...], data(rows)["a"]), trial.what
        assert file["ledger"]["status"].shape == (rows, 50), trial.what
    with netCDF4.Dataset(path) as file:
        assert np.array_equal(file["y"][...], data(rows)["y"]), trial.what
    assert rows >= max(trial.acknowledged, default=40), trial.what
    content = NetCDFStore.named(path).read()
    assert content is not None
    assert content[1] is not None
    assert content[0].identical(data(rows)), trial.what
    assert_exact(content[1], ledger(rows))
    assert is_vouched(path) or trial.killed, trial.what


@pytest.mark.skipif(
    WITHOUT_COMPILER, reason="a C compiler on Linux makes the library that kills the program: install cc"
)
def test_a_program_may_die_at_every_call_while_it_extends(tmp_path: Path) -> None:
    """Before each change of the disk, and in the middle of each write: rows are there as a whole or not at all."""
    trials = list(at_every_call(EXTEND, tmp_path))
    for trial in trials:
        check(trial)
    assert sum(trial.killed for trial in trials) > 30
    assert [trial.acknowledged for trial in trials if not trial.killed] == [[42, 43]] * 2


@pytest.fixture
def store(tmp_path: Path) -> NetCDFStore:
    """Return a store in an empty folder."""
    return NetCDFStore.named(tmp_path / "study.h5")


def written(store: NetCDFStore, rows: int = 40) -> Layout:
    """Write the data with room for more, and return where everything is."""
    layout = store.write(data(rows), ledger(rows), "a")
    assert layout is not None
    return layout


def extend(store: NetCDFStore, layout: Layout, rows: int, **others: Any) -> Layout | None:
    """Extend it to so many rows."""
    with locked(store.path):
        return store.extend(data(rows).assign(others), ledger(rows), layout)


def test_what_has_the_old_version_open_reads_it_on(store: NetCDFStore) -> None:
    """Nothing that is there is written over: a reader keeps what it opened, and the next one has the new version."""
    layout = written(store)
    with h5py.File(store.path) as old:
        assert extend(store, layout, 42) is not None
        assert np.array_equal(old["y"], data(40)["y"])
        assert load_ds(store.path).identical(data(42))
        assert load_ds(store.path, chunks={}).load().identical(data(42))
    with h5py.File(store.path) as new:
        assert np.array_equal(new["y"], data(42)["y"])


def test_what_a_dead_program_has_left_does_not_matter(store: NetCDFStore) -> None:
    """Spare room may hold anything, and a trailer of a version that never came about may stand behind the last."""
    layout = written(store)
    before = store.path.read_bytes()
    assert extend(store, layout, 42) is not None
    left = bytearray(store.path.read_bytes())
    left[:96] = before[:96]
    store.path.write_bytes(left)
    assert is_vouched(store.path)
    assert load_ds(store.path).identical(data(40))
    assert extend(store, layout, 41) is not None
    assert is_vouched(store.path)
    assert load_ds(store.path).identical(data(41))


def test_a_flipped_bit_is_noticed_after_an_extension(store: NetCDFStore) -> None:
    """What is described anew is guarded as what was written as a whole is, and so is what was filled since."""
    layout = extend(store, written(store), 42)
    assert layout is not None
    with locked(store.path):
        assert store.fill(data(42), ledger(42), np.arange(2000, 2100), layout)
    whole = store.path.read_bytes()
    (start,) = {one.start for one in [layout.spare] if one is not None}
    bits = random.Random(0).sample(range(8 * len(whole)), 150) + random.Random(1).sample(range(8 * start), 150)
    noticed = 0
    for bit in bits:
        store.path.write_bytes(flipped(whole, bit))
        try:
            content = store.read()
        except FormatError:
            noticed += 1
        else:
            assert content is not None
            assert content[0].identical(data(42))
    assert noticed > 50


def test_what_does_not_fit_is_left_to_a_whole_write(store: NetCDFStore) -> None:
    """More than there is room for, another variable or another type changes nothing in place."""
    layout = written(store)
    whole = store.path.read_bytes()
    assert extend(store, layout, 80) is None
    assert extend(store, layout, 42, z=("a", np.zeros(42))) is None
    assert extend(store, layout, 42, y=(("a", "b"), np.zeros((42, 50), dtype=np.float32))) is None
    assert extend(store, layout, 39) is None
    assert store.path.read_bytes() == whole


def test_another_program_that_writes_takes_the_trailers_away(store: NetCDFStore) -> None:
    """After it the file vouches for nothing but its numbers, and is read as before."""
    assert extend(store, written(store), 42) is not None
    with h5py.File(store.path, "a") as file:
        file.attrs["note"] = "looked at"
    assert is_vouched(store.path) is None
    assert load_ds(store.path).equals(data(42))


@settings(max_examples=12, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.booleans()), min_size=2, max_size=12),
    kind=st.sampled_from([float, int, complex, lambda value: value > 3, np.float32]),
)
def test_a_file_that_grows_is_always_what_was_harvested(
    steps: list[tuple[int, bool, bool]], kind: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Rows behind, cells in between, other versions of the function, failures: file and memory are the same."""
    name = tmp_path_factory.mktemp("grows") / "data.h5"
    add = [0]

    def fn(a: int, b: int) -> Any:
        if (a + b) % 11 == 10:
            msg = "ten"
            raise ValueError(msg)
        return kind(a + 10 * b + add[0])

    harvester = xyz.Harvester(xyz.Runner(fn, "y", verbosity=0, on_error="continue"), name)
    harvester.harvest_combos({"a": range(4), "b": range(5)})
    rows = 4
    for more, whole, changes in steps:
        add[0] += changes
        harvester.harvest_combos({"a": range(rows, rows + more), "b": range(5 if whole else 3)})
        rows += more
        if not whole:
            harvester.harvest_combos({"a": [rows - 1], "b": [4]})
        full, status = harvester.full_ds, harvester.status
        assert full is not None
        assert load_ds(name).identical(full)
        again = xyz.Harvester(harvester.runner, name)
        assert again.status.identical(status)
        assert again.timings.identical(harvester.timings)
        assert len(again.failures) == len(harvester.failures)
        with xr.open_dataset(name, engine="h5netcdf") as plain:
            assert np.array_equal(plain["a"], np.arange(rows))
            assert plain["y"].shape == full["y"].shape
    assert is_vouched(name)
