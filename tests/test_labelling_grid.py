"""Growing in place: a grid that has taken in one run after another is what merging them anew each time gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exact import assert_exact, fingerprint
from tests.test_labelling_merge import KINDS, POOLS, inner, labelled, runs
from xyzpy_widgets.errors import ConflictError
from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.grid import Grid
from xyzpy_widgets.labelling.ledger import Labelled, copied, with_inferred_ledger
from xyzpy_widgets.labelling.merge import merge
from xyzpy_widgets.labelling.revision import without


def attempted(work: Callable[[], Labelled | None]) -> tuple[Labelled | None, str]:
    """Return what comes of something, and what a conflict says."""
    try:
        return work(), ""
    except ConflictError as error:
        return None, str(error)


@given(st.data())
@settings(deadline=None, max_examples=80)
@pytest.mark.filterwarnings("ignore::xyzpy_widgets.errors.LabelWarning")  # labels are respelt on purpose
def test_a_grid_is_all_its_merges(data: st.DataObject) -> None:
    """Labels, types, holes, accounts and attributes, whether somebody looks in between or not."""
    pools = data.draw(st.sampled_from(POOLS)), data.draw(st.sampled_from(POOLS))
    kinds = data.draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
    first, _ = data.draw(runs(pools, kinds))
    full, grid = Grid(first.copy()).labelled, Grid(first.copy())
    for _ in range(data.draw(st.integers(1, 4))):
        new, _ = data.draw(runs(pools, kinds))
        wish: OnConflict = data.draw(st.sampled_from(["raise", "keep", "replace"]))
        merged, said = attempted(partial(merge, full, new, wish))
        _, told = attempted(partial(grid.put, new, wish))
        assert told == said
        full = full if merged is None else merged
        if data.draw(st.booleans()):
            assert_exact(grid.labelled.data, full.data)
    assert_exact(grid.labelled.data, full.data)
    assert_exact(grid.labelled.ledger, full.ledger)


@given(st.data())
@settings(deadline=None, max_examples=60)
@pytest.mark.filterwarnings("ignore::xyzpy_widgets.errors.LabelWarning")  # labels are respelt on purpose
def test_what_is_said_to_have_changed_is_all_that_has(data: st.DataObject) -> None:
    """Where cells are named, every other cell, and everything beside the cells, is as it was at the last `settle`."""
    pools = POOLS[0], POOLS[2]
    full, _ = data.draw(runs(pools, KINDS[2:3]))
    grid = Grid(full.copy())
    for _ in range(data.draw(st.integers(1, 3))):
        grid.settle()
        before = Labelled(copied(grid.labelled.data), copied(grid.labelled.ledger))
        new, _ = data.draw(runs(pools, KINDS[2:3]))
        grid.put(new, data.draw(st.sampled_from(["keep", "replace"])))
        cells = grid.changed()
        if cells is None:
            continue
        for old, now in ((before.data, grid.labelled.data), (before.ledger, grid.labelled.ledger)):
            assert list(old.variables) == list(now.variables)
            assert fingerprint(old.attrs) == fingerprint(now.attrs)
            for name, one in old.data_vars.items():
                values, found = one.to_numpy().reshape(-1).copy(), now[name].to_numpy().reshape(-1).copy()
                values[cells] = found[cells] = (
                    found.dtype.type(0) if found.dtype.kind in "fi" else np.datetime64("NaT", "s")
                )
                assert fingerprint(values) == fingerprint(found)


@given(st.data())
@settings(deadline=None, max_examples=80)
@pytest.mark.filterwarnings("ignore::xyzpy_widgets.errors.LabelWarning")  # labels are respelt on purpose
def test_an_addition_is_taken_back_exactly(data: st.DataObject) -> None:
    """What only adds labels and cases can be taken away again: then all is as it was, whatever came in between."""
    pools = data.draw(st.sampled_from(POOLS)), data.draw(st.sampled_from(POOLS))
    kinds = data.draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
    first, _ = data.draw(runs(pools, kinds))
    grid = Grid(first.copy())
    for _ in range(data.draw(st.integers(1, 3))):
        before = grid.labelled.copy()
        new, _ = data.draw(runs(pools, kinds))
        addition = grid.addition(new) if attempted(partial(merge, before, new, "raise"))[0] is not None else None
        grid.put(new, "replace")
        if addition is not None:
            back = without(grid.labelled, addition)
            assert_exact(back.data, before.data)
            assert_exact(back.ledger, before.ledger)


def test_only_what_was_added_is_taken_back() -> None:
    """Cells that were there before, at the crossings of the labels of what came, stay."""
    before = labelled({"a": [1, 2], "b": [1, 2]}, [0.5, ..., ..., ...])
    grid = Grid(before.copy())
    new = labelled({"a": [2, 1], "b": [1, 2]}, [..., 1.5, ..., ...])
    addition = grid.addition(new)
    assert addition is not None
    grid.put(new)
    back = without(grid.labelled, addition)
    assert_exact(back.data, before.data)
    assert_exact(back.ledger, before.ledger)


def test_conflicts_of_several_outputs_are_told_together() -> None:
    """One message counts all of them, and lists so many in all."""
    old = labelled({"a": [1, 2, 3, 4]}, [(n, -n) for n in range(4)], names=["y", "z"])
    new = labelled({"a": [1, 2, 3, 4]}, [(n + 1, -n - 1) for n in range(4)], names=["y", "z"])
    with pytest.raises(ConflictError, match=r"^8 values .*\n  y\(a=1\): 0 -> 1\n") as caught:
        Grid(old).put(new)
    assert str(caught.value).count(" -> ") == 1 + 5  # the heading, and cells
    assert "z(a=1): 0 -> -1\n  … and 3 more" in str(caught.value)


def test_outputs_that_one_side_lacks_grow_with_the_others() -> None:
    """A dimension that only one side has comes with it, and stays where new data is without it."""
    both = xr.Dataset({"y": ("a", [0.5]), "z": (("a", "x"), [[1.0, 2.0]])}, {"a": [1], "x": [5, 6]})
    only = xr.Dataset({"y": ("a", [1.5])}, {"a": [2]})
    for first, second in ((both, only), (only, both)):
        grid = Grid(with_inferred_ledger(first.copy(deep=True), ("a",)).copy())
        grid.put(with_inferred_ledger(second.copy(deep=True), ("a",)))
        assert grid.labelled.data["y"].values.tolist() == [0.5, 1.5]
        assert grid.labelled.data["z"].sel(a=1).values.tolist() == [1.0, 2.0]
        assert grid.labelled.data["z"].sel(a=2).isnull().all()


class Merging(Grid):
    """A grid that puts in whatever comes as if some of it were there."""

    def _addition(self, *_: object) -> None:
        return None


@given(st.data())
@settings(deadline=None, max_examples=80)
@pytest.mark.filterwarnings("ignore::xyzpy_widgets.errors.LabelWarning")  # labels are respelt on purpose
def test_an_addition_gives_what_merging_gives(data: st.DataObject) -> None:
    """The quick way for cases of which nothing is there differs from the other in nothing, nor in what has changed."""
    pools = data.draw(st.sampled_from(POOLS)), data.draw(st.sampled_from(POOLS))
    kinds = data.draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
    first, _ = data.draw(runs(pools, kinds))
    grids = Grid(first.copy()), Merging(first.copy())
    for grid in grids:
        grid.settle()
    for _ in range(data.draw(st.integers(1, 3))):
        new, _ = data.draw(runs(pools, kinds))
        said = [attempted(partial(grid.put, new))[1] for grid in grids]
        assert said[0] == said[1]
        one, other = (grid.changed() for grid in grids)
        assert fingerprint(one) == fingerprint(other)
        assert grids[0].only_adds == grids[1].only_adds
        if data.draw(st.booleans()):
            assert_exact(grids[0].labelled.data, grids[1].labelled.data)
            assert_exact(grids[0].labelled.ledger, grids[1].labelled.ledger)
    assert_exact(grids[0].labelled.data, grids[1].labelled.data)
    assert_exact(grids[0].labelled.ledger, grids[1].labelled.ledger)


def test_an_added_label_of_another_type_is_taken_back() -> None:
    """A whole number among floats is a float on the axis, and goes with the step that brought it."""
    before = labelled({"a": [2.5]}, [0.5])
    grid = Grid(before.copy())
    new = labelled({"a": [1]}, [1.5])
    addition = grid.addition(new)
    assert addition is not None
    grid.put(new)
    assert_exact(without(grid.labelled, addition).data, before.data)


def test_what_has_changed_is_told_cell_by_cell() -> None:
    """A file need not be written anew for a few cells: which they are is known, and whether they are all behind."""
    grid = Grid(labelled({"a": [1, 2], "b": [1, 2]}, [0.5, ..., 1.5, ...]).copy())
    assert grid.changed() is None
    assert not grid.only_adds
    grid.settle()
    assert grid.changed() is not None
    assert grid.changed().tolist() == []  # type: ignore[union-attr]
    assert grid.only_adds
    for label in (2, 1, 2):
        grid.put(labelled({"a": [label], "b": [2]}, [2.5]))
    assert grid.changed().tolist() == [1, 3]
    assert not grid.only_adds
    grid.settle()
    grid.put(labelled({"a": [3], "b": [1]}, [3.5]))
    assert grid.changed() is None
    assert grid.only_adds
    for new in (
        labelled({"a": [0], "b": [1]}, [4.5]),  # before the others
        labelled({"a": [1], "b": [3]}, [4.5]),  # behind the last, of the second argument
        labelled({"a": [9], "b": [1]}, [4.5], attrs={"note": "x"}),
    ):
        grid.settle()
        grid.put(new)
        assert grid.changed() is None
        assert not grid.only_adds


def test_a_single_case_without_arguments_changes_like_any_other() -> None:
    """Where there are no axes, the one cell is the first."""
    grid = Grid(labelled({}, [0.5]).copy())
    grid.settle()
    grid.put(labelled({}, [1.5]), "replace")
    assert grid.changed() is not None
    assert grid.changed().tolist() == [0]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("new", "fits"),
    [
        (labelled({"a": [1, 2]}, [0.5, 1.5]), True),
        (labelled({"a": [3]}, [1.5]), True),
        (labelled({"a": [0]}, [1.5]), True),
        (labelled({"a": [2.5]}, [1.5]), False),
        (labelled({"a": [3]}, [1.5], names="z"), False),
        (labelled({"a": [3]}, [1.5], attrs={"note": "x"}), False),
        (labelled({"a": [3]}, [1.5], constants={"k": 1}), False),
        (labelled({"a": [3]}, [1.5], arg_attrs={"a": {"units": "m"}}), False),
        (labelled({"a": [3]}, [1.5], var_attrs={"y": {"units": "m"}}), False),
    ],
)
def test_it_is_known_before_whether_only_cells_change(new: Labelled, fits: bool) -> None:  # noqa: FBT001 - a parameter
    """What brings another type of label, another output or another word about either takes a new file."""
    assert Grid(labelled({"a": [1, 2]}, [0.5, ...]).copy()).check(new) is fits


def test_labels_that_are_texts_take_a_new_file() -> None:
    """Their type depends on the longest of them, so that one more may widen all."""
    grid = Grid(labelled({"a": ["x", "y"]}, [0.5, ...]).copy())
    assert grid.check(labelled({"a": ["y"]}, [1.5]))
    assert not grid.check(labelled({"a": ["z"]}, [1.5]))


def test_filling_and_growing_are_additions() -> None:
    """The law above holds for something: rows in holes and behind the end are told as additions, others are not."""
    y = np.arange(12.0).reshape(4, 3)
    y[1] = np.nan
    data = xr.Dataset({"y": (("a", "b"), y)}, {"a": [0, 1, 2, 3], "b": [0, 1, 2]})
    grid = Grid(with_inferred_ledger(data.copy(deep=True), ("a", "b")))
    row = data.isel(a=[0])
    for label in (1, 7):
        new = with_inferred_ledger(row.assign_coords(a=[label]), ("a", "b"))
        addition = grid.addition(new)
        assert addition is not None
        assert addition.new["a"].tolist() == ([label] if label == 7 else [])
        before = grid.labelled.copy()
        grid.put(new)
        assert without(grid.labelled, addition).data.identical(before.data)
        assert grid.addition(new) is None


def test_growing_at_the_end_moves_nothing_until_the_room_is_used_up() -> None:
    """Labels that go behind the others find room, so most of them cost no copy of what is there."""
    grid = Grid(labelled({"a": list(range(100))}, [0.5] * 100).copy())
    where = set()
    for label in range(100, 400):
        grid.put(labelled({"a": [label]}, [0.5]))
        where.add(grid.labelled.data["y"].to_numpy().__array_interface__["data"][0])
    assert len(where) <= 5
    assert grid.labelled.data["a"].values.tolist() == list(range(400))
    assert grid.labelled.done.all()


def test_a_view_is_the_same_until_its_frame_changes() -> None:
    """Filling cells changes what was looked at, and makes nothing anew: that is why a user gets a copy."""
    grid = Grid(labelled({"a": [1, 2, 3]}, [0.5, ..., ...]).copy())
    view, kept = grid.labelled, copied(grid.labelled.data)
    grid.put(labelled({"a": [2]}, [1.5]))
    assert grid.labelled is view
    assert view.data["y"].values[:2].tolist() == [0.5, 1.5]
    assert kept["y"].isnull().values.tolist() == [False, True, True]
    grid.put(labelled({"a": [4]}, [2.5]))
    assert grid.labelled is not view


def test_an_output_of_which_entries_are_missing_says_so_until_they_come() -> None:
    """A case may lack entries of an inner dimension that others have; when all have come, nothing is kept of that."""
    grid = Grid(inner(1, [1.0, 2.0], var_coords={"x": ["u", "v"]}).copy())
    grid.put(inner(2, [3.0], var_coords={"x": ["w"]}))
    assert "present_y" in grid.labelled.ledger
    for label, values in ((1, {"w": 5.0}), (2, {"u": 6.0, "v": 7.0})):
        grid.put(inner(label, list(values.values()), var_coords={"x": list(values)}))
    assert "present_y" not in grid.labelled.ledger
    assert grid.labelled.data["y"].values.tolist() == [[1.0, 2.0, 5.0], [6.0, 7.0, 3.0]]
