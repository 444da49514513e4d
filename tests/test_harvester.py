"""`Harvester`: one dataset that only grows, in memory and in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xyzpy_widgets as xyz
from xyzpy_widgets.errors import ConflictError, FormatError, MergeError, SpaceError
from xyzpy_widgets.labelling.account import blank

Cells = dict[tuple[Any, ...], Any]


def product(a: int, b: int) -> int:
    """Return what is easy to check."""
    return a * b


def cells_of(ds: xr.Dataset | None) -> Cells:
    """Return the values that are there, by the labels of a and b."""
    assert ds is not None
    found = ds["out"].transpose("a", "b")
    labels = [(int(a), int(b)) for a in ds["a"].to_numpy() for b in ds["b"].to_numpy()]
    values = dict(zip(labels, found.to_numpy().reshape(-1), strict=True))
    return {label: int(value) for label, value in values.items() if value == value}  # noqa: PLR0124 - nan is a hole


@pytest.fixture
def harvester(tmp_path: Path) -> xyz.Harvester:
    """Return a harvester on a fresh file."""
    return xyz.Harvester(xyz.Runner(product, "out", verbosity=0), tmp_path / "data.h5")


AXIS = st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(AXIS, AXIS, st.booleans(), st.booleans()), min_size=1, max_size=4))
def test_any_harvests_give_the_union_of_their_cases(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[int], list[int], bool, bool]]
) -> None:
    """Whatever is harvested in whichever order, synced or not, the data is what a dict of cases would hold."""
    name = tmp_path_factory.mktemp("harvest") / "data.h5"
    harvester = xyz.Harvester(xyz.Runner(product, "out", verbosity=0), name)
    expected: Cells = {}
    for a, b, sync, missing_only in steps:
        harvester.harvest_combos({"a": a, "b": b}, sync=sync, missing_only=missing_only)
        expected |= {(i, j): i * j for i in a for j in b}
        assert cells_of(harvester.full_ds) == expected
    harvester.harvest_combos({"a": [9], "b": [9]})
    assert cells_of(xyz.load_ds(name)) == expected | {(9, 9): 81}


def test_a_harvest_with_nothing_to_run_writes_what_is_pending(harvester: xyz.Harvester, tmp_path: Path) -> None:
    """What was harvested with sync=False is in the file after the next call that syncs, even when that runs nothing."""
    harvester.harvest_combos({"a": [1], "b": [1]}, sync=False)
    harvester.harvest_combos({"a": [1], "b": [1]}, missing_only=True)
    assert cells_of(xyz.load_ds(tmp_path / "data.h5")) == {(1, 1): 1}


def test_stored_values_stand_for_an_ellipsis(harvester: xyz.Harvester) -> None:
    """`...` means every value that the stored dataset has on that axis."""
    harvester.harvest_combos({"a": [1, 2], "b": [3]})
    harvester.harvest_combos({"a": ..., "b": [4]})
    assert cells_of(harvester.full_ds) == {(1, 3): 3, (2, 3): 6, (1, 4): 4, (2, 4): 8}
    with pytest.raises(SpaceError, match=r"b=\.\.\. means every stored value"):
        xyz.Harvester(xyz.Runner(product, "out")).harvest_combos({"a": [1], "b": ...})


def test_two_harvesters_see_each_others_results(harvester: xyz.Harvester, tmp_path: Path) -> None:
    """A harvester reads the file again when another one has written it, so neither overwrites the other."""
    other = xyz.Harvester(xyz.Runner(product, "out", verbosity=0), tmp_path / "data.h5")
    harvester.harvest_combos({"a": [1], "b": [1]})
    other.harvest_combos({"a": [2], "b": [2]})
    harvester.harvest_combos({"a": [3], "b": [3]})
    expected = {(1, 1): 1, (2, 2): 4, (3, 3): 9}
    assert cells_of(harvester.full_ds) == cells_of(other.full_ds) == expected


def test_a_file_that_vanishes_takes_nothing_with_it(harvester: xyz.Harvester, tmp_path: Path) -> None:
    """When the file is removed behind the harvester's back, the next harvest writes everything again."""
    harvester.harvest_combos({"a": [1], "b": [1]})
    (tmp_path / "data.h5").unlink()
    harvester.harvest_combos({"a": [2], "b": [2]})
    assert cells_of(xyz.load_ds(tmp_path / "data.h5")) == {(1, 1): 1, (2, 2): 4}


def test_a_damaged_file_is_left_as_it_is(harvester: xyz.Harvester, tmp_path: Path) -> None:
    """A file that is cut short is refused before anything runs, and not touched."""
    harvester.harvest_combos({"a": [1], "b": [1]})
    whole = (tmp_path / "data.h5").read_bytes()
    (tmp_path / "data.h5").write_bytes(whole[: len(whole) // 2])
    fresh = xyz.Harvester(xyz.Runner(product, "out", verbosity=0), tmp_path / "data.h5")
    with pytest.raises(FormatError, match=r"data\.h5"):
        fresh.harvest_combos({"a": [2], "b": [2]})
    assert (tmp_path / "data.h5").read_bytes() == whole[: len(whole) // 2]
    assert fresh.last_ds is None


def test_a_backup_of_another_tool_is_adopted(harvester: xyz.Harvester, tmp_path: Path) -> None:
    """A `data.h5.bak` beside a missing `data.h5` is taken over, never ignored."""
    harvester.harvest_combos({"a": [1], "b": [1]})
    (tmp_path / "data.h5").rename(tmp_path / "data.h5.bak")
    fresh = xyz.Harvester(xyz.Runner(product, "out", verbosity=0), tmp_path / "data.h5")
    fresh.harvest_combos({"a": [2], "b": [2]})
    assert cells_of(fresh.full_ds) == {(1, 1): 1, (2, 2): 4}


def test_expand_dims_makes_a_constant_a_dimension(tmp_path: Path) -> None:
    """The stored cases move to the value they were made with; another value is refused."""
    harvester = xyz.Harvester(xyz.Runner(product, "out", constants={"b": 2}, verbosity=0), tmp_path / "data.h5")
    harvester.harvest_combos({"a": [1, 2]})
    with pytest.raises(SpaceError, match=r"made with b=2, not 3; give expand_dims\('b', 2\)$"):
        harvester.expand_dims("b", 3)
    harvester.expand_dims("b", 2)
    assert "b" not in xyz.load_ds(tmp_path / "data.h5").attrs
    harvester.harvest_combos({"a": [1, 2]}, constants={"b": 5})
    assert cells_of(harvester.full_ds) == {(1, 2): 2, (2, 2): 4, (1, 5): 5, (2, 5): 10}
    with pytest.raises(SpaceError, match="'b' is a dimension already; sweep"):
        harvester.expand_dims("b", 2)


def test_a_swept_argument_that_is_no_stored_dimension_is_refused_before_running(harvester: xyz.Harvester) -> None:
    """A new dimension is never broadcast over the old cases."""
    ran: list[int] = []

    def fn(a: int, b: int = 1) -> int:
        ran.append(a)
        return a * b

    growing = xyz.Harvester(xyz.Runner(fn, "out", verbosity=0))
    growing.harvest_combos({"a": [1]})
    with pytest.raises(MergeError, match=r"no dimension 'b'.*expand_dims"):
        growing.harvest_combos({"a": [1], "b": [2]})
    assert ran == [1]


def test_drop_sel_removes_labels_from_data_and_ledger(harvester: xyz.Harvester, tmp_path: Path) -> None:
    """Dropped cases are gone from the file, and count as missing afterwards."""
    harvester.harvest_combos({"a": [1, 2, 3], "b": [1]})
    harvester.drop_sel(a=2)
    assert cells_of(xyz.load_ds(tmp_path / "data.h5")) == {(1, 1): 1, (3, 1): 3}
    harvester.drop_sel({"a": [1]})
    with pytest.raises(KeyError, match="7"):
        harvester.drop_sel(a=7)
    harvester.harvest_combos({"a": [1, 2, 3], "b": [1]}, missing_only=True)
    assert cells_of(harvester.full_ds) == {(1, 1): 1, (2, 1): 2, (3, 1): 3}


def test_add_ds_merges_what_was_made_elsewhere(harvester: xyz.Harvester) -> None:
    """Values that are there count as done, holes do not, and conflicts are raised as in a harvest."""
    harvester.harvest_combos({"a": [1], "b": [1]})
    made = xr.Dataset({"out": (("a", "b"), [[1.0, np.nan], [2.0, 4.0]])}, {"a": [1, 2], "b": [1, 2]})
    harvester.add_ds(made)
    harvester.harvest_combos({"a": [1, 2], "b": [1, 2]}, missing_only=True)
    assert cells_of(harvester.full_ds) == {(1, 1): 1, (1, 2): 2, (2, 1): 2, (2, 2): 4}
    with pytest.raises(ConflictError, match=r"out\(a=2, b=2\): 4.* -> 5"):
        harvester.add_ds(made + 1)


def test_a_foreign_netcdf_is_taken_over(tmp_path: Path) -> None:
    """A plain netCDF file made by another program grows like one of our own."""
    xr.Dataset({"out": (("a", "b"), [[1.0, np.nan]])}, {"a": [1], "b": [1, 2]}).to_netcdf(
        tmp_path / "data.h5", engine="h5netcdf"
    )
    harvester = xyz.Harvester(xyz.Runner(product, "out", verbosity=0), tmp_path / "data.h5")
    harvester.harvest_combos({"a": [1, 2], "b": [1, 2]}, missing_only=True)
    assert cells_of(xyz.load_ds(tmp_path / "data.h5")) == {(1, 1): 1, (1, 2): 2, (2, 1): 2, (2, 2): 4}


@pytest.mark.parametrize("name", sorted(blank(()).cases))
def test_no_dimension_takes_the_place_of_what_is_kept_of_each_case(name: str, harvester: xyz.Harvester) -> None:
    """In the file both would be one variable; it is said before anything runs, and a constant may be called so."""
    swept = xyz.Harvester(xyz.Runner(lambda **args: args["b"], "out", fn_args=(name, "b"), verbosity=0))
    said = f"'{name}' cannot be a dimension"
    for refused in (swept.plan, swept.harvest_combos):
        with pytest.raises(SpaceError, match=said):
            refused({name: [1, 2], "b": [1]})
    assert swept.full_ds is None
    swept.harvest_combos({"b": [1]}, constants={name: 1})
    with pytest.raises(SpaceError, match=said):
        swept.expand_dims(name, 1)
    with pytest.raises(SpaceError, match=said):
        harvester.add_ds(xr.Dataset({"out": (("a", "b", name), np.ones((1, 1, 2)))}, {"a": [1], "b": [1]}))
    inner = xyz.Harvester(xyz.Runner(lambda a: xr.Dataset({"out": (name, [a, a])}), verbosity=0))
    with pytest.raises(SpaceError, match=said):
        inner.harvest_combos({"a": [1, 2]})


def test_other_outputs_and_shapes_are_refused_after_one_case(harvester: xyz.Harvester) -> None:
    """An output that was a scalar and is a vector now is refused before anything runs, never broadcast."""
    harvester.harvest_combos({"a": [1], "b": [1]})
    ran: list[int] = []

    def fn(a: int, b: int) -> list[int]:
        ran.append(a)
        return [a, b]

    vector = xyz.Runner(fn, "out", var_dims="x", verbosity=0)
    with pytest.raises(MergeError, match="'out' has the dimensions"):
        xyz.Harvester(vector, harvester.data_name).harvest_combos({"a": [2], "b": [1]})
    assert not ran


def test_attributes_of_arguments_and_outputs_stay(tmp_path: Path) -> None:
    """long_name and units survive the file and further harvests."""
    runner = xyz.Runner(
        product,
        "out",
        attrs={"title": "study"},
        var_attrs={"out": {"units": "J"}},
        arg_attrs={"a": {"long_name": "amplitude"}},
        verbosity=0,
    )
    for a in (1, 2):
        xyz.Harvester(runner, tmp_path / "data.h5").harvest_combos({"a": [a], "b": [1]})
    full = xyz.load_ds(tmp_path / "data.h5")
    assert full.attrs == {"title": "study"}
    assert full["out"].attrs == {"units": "J"}
    assert full["a"].attrs == {"long_name": "amplitude"}


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4", "zarr"])
def test_every_engine_holds_a_harvest(engine: str, tmp_path: Path) -> None:
    """The three engines grow the same dataset."""
    harvester = xyz.Harvester(xyz.Runner(product, "out", verbosity=0), tmp_path / "data", engine=engine)
    harvester.harvest_combos({"a": [1, 2], "b": [3]})
    harvester.harvest_combos({"a": [3], "b": [3, 4]})
    again = xyz.Harvester(xyz.Runner(product, "out"), tmp_path / "data", engine=engine)
    assert cells_of(again.full_ds) == {(1, 3): 3, (2, 3): 6, (3, 3): 9, (3, 4): 12}


def test_chunks_open_the_file_lazily(harvester: xyz.Harvester, tmp_path: Path) -> None:
    """With chunks the variables stay in the file until they are asked for, and the harvester still grows it."""
    harvester.harvest_combos({"a": range(4), "b": range(4)})
    lazy = xyz.Harvester(xyz.Runner(product, "out", verbosity=0), tmp_path / "data.h5", chunks={"a": 2})
    full = lazy.full_ds
    assert full is not None
    assert full["out"].chunks == ((2, 2), (4,))
    lazy.harvest_combos({"a": [9], "b": [9]})
    assert len(cells_of(xyz.load_ds(tmp_path / "data.h5"))) == 17


def test_changing_the_returned_dataset_changes_nothing_stored(harvester: xyz.Harvester) -> None:
    """full_ds is the caller's to rename and annotate."""
    harvester.harvest_combos({"a": [1], "b": [1]})
    mine = harvester.full_ds
    assert mine is not None
    mine.attrs["note"] = "mine"
    mine["extra"] = mine["out"] * 2
    full = harvester.full_ds
    assert full is not None
    assert "note" not in full.attrs
    assert "extra" not in full


def test_a_new_process_fills_cells_in_place(tmp_path: Path) -> None:
    """Who opens a file writes just the cells that it adds, and the file is what a whole write would have made of it."""
    name, whole = tmp_path / "data.h5", tmp_path / "whole.h5"

    def fn(a: int, b: int) -> tuple[float, int]:
        return a + b / 10, a * b

    def harvester(path: Path) -> xyz.Harvester:
        return xyz.Harvester(xyz.Runner(fn, ["y", "n"], verbosity=0), path)

    for path in (name, whole):
        harvester(path).harvest_cases([{"a": a, "b": b} for a in range(6) for b in range(5) if a + b != 4])
    stands = name.stat().st_ino
    for a in range(5):
        harvester(name).harvest_combos({"a": [a], "b": [4 - a]})
    harvester(whole).harvest_cases([{"a": a, "b": 4 - a} for a in range(5)])
    assert xyz.load_ds(name).identical(xyz.load_ds(whole))
    assert name.stat().st_ino != stands  # the whole numbers have no holes any more: that is another type
    again = harvester(name)
    again.harvest_combos({"a": [7], "b": range(5)})
    again.harvest_combos({"a": [7], "b": [0]}, overwrite=True)  # from now on the tries stand there for each case
    stands = name.stat().st_ino
    harvester(name).harvest_combos({"a": [7], "b": range(5)}, overwrite=True)
    assert name.stat().st_ino == stands
    assert harvester(name).status.dtype == "int8"
    assert xyz.load_ds(name)["n"].sel(a=7).values.tolist() == [0, 7, 14, 21, 28]


def test_a_new_process_fills_holes_in_place(tmp_path: Path) -> None:
    """Numbers with a mark for what is missing keep their type, so that the file stays where it is."""
    name = tmp_path / "data.h5"

    def harvester() -> xyz.Harvester:
        return xyz.Harvester(xyz.Runner(lambda a, b: a + b / 10, "y", verbosity=0), name)

    harvester().harvest_cases([{"a": a, "b": b} for a in range(6) for b in range(5) if a + b != 4])
    stands = name.stat().st_ino
    for a in range(5):
        harvester().harvest_combos({"a": [a], "b": [4 - a]})
    assert name.stat().st_ino == stands
    assert np.array_equal(xyz.load_ds(name)["y"], np.arange(6)[:, None] + np.arange(5) / 10)
    assert (harvester().status == 1).all()


def test_a_harvest_that_changes_nothing_leaves_the_file(tmp_path: Path) -> None:
    """Where the old values win, there may be nothing to write: neither in a new process nor in one that has written."""
    name = tmp_path / "data.h5"
    harvester = xyz.Harvester(xyz.Runner(lambda a: a / 2, "y", verbosity=0), name)
    harvester.harvest_combos({"a": [1, 2]})
    before = name.read_bytes()
    for one in (harvester, xyz.Harvester(harvester.runner, name)):
        one.harvest_combos({"a": [1, 2]}, overwrite=False)
    assert name.read_bytes() == before
    assert not name.with_name("data.h5.journal").exists()
