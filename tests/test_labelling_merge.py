"""Merging: whatever is merged in whatever order, the result is what updates of a plain dict give."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exact import assert_exact
from tests.strategies import every_case, outcome, result_values, same
from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.core.labels import label_key
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.space import Combos, ParameterSpace
from xyzpy_widgets.errors import ConflictError, LabelWarning, MergeError, SpaceError
from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.dataset import DatasetBuilder
from xyzpy_widgets.labelling.grid import Grid
from xyzpy_widgets.labelling.ledger import Labelled, with_inferred_ledger
from xyzpy_widgets.labelling.merge import merge

POOLS: list[list[Any]] = [
    [3, 1, 2, 2**60 + 1],
    [0.3, 0.1, 0.7, -1.5],
    [2, 1.5, 3, -0.5],
    ["x", "yy", "", "z"],
    [True, False],
    [1, "x", None, 2.5],
    [dt.datetime(2020, 1, 1), dt.datetime(2021, 1, 1), dt.datetime(1999, 1, 1)],  # noqa: DTZ001 - labels have no zone
]
RESPELT = {0.3: 0.1 + 0.2, 0.7: 0.7 - 1e-16}
KINDS: list[st.SearchStrategy[Any]] = [
    st.integers(-3, 3),
    st.sampled_from([2**60, 2**60 + 1]),
    st.sampled_from([0.5, float("nan"), 1.0]),
    st.booleans(),
    st.sampled_from(["x", "yy"]),
    st.none(),
    result_values,
]
Cell = tuple[Any, Any]


def key(value: Any) -> Any:
    """Return what a label is known by in the plain dict."""
    return round(value, 9) if isinstance(value, float) else label_key(value)[1]


def labelled(values: dict[str, list[Any]], results: list[Any], names: Any = "y", **more: Any) -> Labelled:
    """Make the data of a run over some combos; an Exception among the results is a failure, ``...`` never ran."""
    space = ParameterSpace(combos=Combos(tuple(values), tuple(map(tuple, values.values()))))
    builder = DatasetBuilder(space, as_function_spec(lambda **args: args, names, **more))
    for number, (args, result) in enumerate(zip(every_case(space), results, strict=True)):
        if isinstance(result, Exception):
            builder.add(outcome([], [], [number], dict(sorted(args.items()))))
        elif result is not ...:
            builder.add(outcome([number], [result]))
    return builder.build()


class Plain:
    """The same data as dicts."""

    def __init__(self) -> None:
        self.values: dict[str, dict[Cell, Any]] = {"y": {}, "z": {}}
        self.status: dict[Cell, Status] = {}

    def conflicts(self, new: Plain) -> int:
        """Count the cells that both have with other values."""
        pairs = [
            (self.values[name].get(cell, value), value) for name in "yz" for cell, value in new.values[name].items()
        ]
        return sum(not same(*pair) for pair in pairs)

    def update(self, new: Plain, *, replace: bool) -> None:
        """Take the other's values in, over those that are there or not."""
        for name in "yz":
            own = self.values[name]
            self.values[name] = {**own, **new.values[name]} if replace else {**new.values[name], **own}
        for cell, state in new.status.items():
            if self.status.get(cell) is not Status.DONE:
                self.status[cell] = state


@st.composite
def runs(
    draw: st.DrawFn, pools: tuple[list[Any], list[Any]], kinds: list[st.SearchStrategy[Any]]
) -> tuple[Labelled, Plain]:
    """One run over some of the labels, in any order of labels and arguments, with any ends."""
    axes = [draw(st.lists(st.sampled_from(pool), max_size=3, unique_by=key)) for pool in pools]
    respelt = [[RESPELT.get(v, v) if draw(st.booleans()) else v for v in axis] for axis in axes]
    values = dict(draw(st.permutations(list(zip("ab", respelt, strict=True)))))
    names = draw(st.sampled_from([["y"], ["z"], ["y", "z"], ["z", "y"]]))
    kind = {name: draw(st.sampled_from(kinds)) for name in names}
    plain = Plain()
    results: list[Any] = []
    for case in every_case(ParameterSpace(combos=Combos(tuple(values), tuple(map(tuple, values.values()))))):
        cell = key(case["a"]), key(case["b"])
        end = draw(st.sampled_from([Status.DONE, Status.DONE, Status.FAILED, Status.MISSING]))
        if end is Status.DONE:
            row = {name: draw(kind[name]) for name in names}
            for name, value in row.items():
                plain.values[name][cell] = value
            results.append(row)
        else:
            results.append(ValueError("bad") if end is Status.FAILED else ...)
        if end is not Status.MISSING:
            plain.status[cell] = end
    return labelled(values, results, names), plain


def assert_equal(found: Labelled, plain: Plain) -> None:
    """Hold every cell of every output, its presence and the state of its case against the dict."""
    axes = [[key(label) for label in found.data[name].to_numpy()] for name in "ab"]
    status = found.ledger["status"].transpose("a", "b").values
    for name in map(str, found.data.data_vars):
        order = [found.data[name].dims.index(arg) for arg in "ab"]
        array, present = found.data[name].to_numpy().transpose(order), found.present(name).transpose(order)
        assert present.sum() == len(plain.values[name])
        for i, j in product(*map(range, array.shape)):
            cell = axes[0][i], axes[1][j]
            assert status[i, j] == plain.status.get(cell, Status.MISSING)
            assert present[i, j] == (cell in plain.values[name])
            assert same(array[i, j], plain.values[name][cell]) if present[i, j] else pd.isna(array[i, j])
        kinds = {type(value) for value in plain.values[name].values()}
        if present.all() and len(kinds) == 1 and kinds <= {bool, str, float}:
            assert array.dtype.kind == {bool: "b", str: "U", float: "f"}[kinds.pop()]


@given(st.data())
@settings(deadline=None, max_examples=150)
@pytest.mark.filterwarnings("ignore::xyzpy_widgets.errors.LabelWarning")  # that labels are respelt is the point here
def test_merging_is_updating_a_dict(data: st.DataObject) -> None:
    """Any runs, in any order, with any wish for conflicts; neither side is ever changed."""
    pools = data.draw(st.sampled_from(POOLS)), data.draw(st.sampled_from(POOLS))
    kinds = data.draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
    full, plain = data.draw(runs(pools, kinds))
    for _ in range(data.draw(st.integers(1, 3))):
        new, update = data.draw(runs(pools, kinds))
        before = deepcopy((full.data, full.ledger, new.data, new.ledger))
        wish: OnConflict = data.draw(st.sampled_from(["raise", "keep", "replace"]))
        conflicts = plain.conflicts(update)
        if wish == "raise" and conflicts:
            with pytest.raises(ConflictError, match=f"^{conflicts} values are stored already"):
                merge(full, new, wish)
            wish = "keep"
        merged = merge(full, new, wish)
        for one, other in zip(before, (full.data, full.ledger, new.data, new.ledger), strict=True):
            assert_exact(one, other)
        plain.update(update, replace=wish == "replace")
        full = merged
        assert_equal(full, plain)


def test_conflicts_are_listed_with_old_and_new() -> None:
    """The first cells are named with their labels and both values, and the others counted; nan is a value."""
    old = labelled({"a": [1, 2, 3], "b": ["x", "y", "z"]}, [float("nan"), *range(8)])
    new = labelled({"b": ["z", "x"], "a": [3, 1]}, [7, float("nan"), 5.5, 6.5])
    with pytest.raises(ConflictError) as caught:
        merge(old, new)
    text = str(caught.value)
    assert text.startswith("3 values are stored already")
    assert "y(a=3, b='x'): 5.0 -> 5.5" in text
    assert "y(a=1, b='z'): 1.0 -> nan" in text
    assert "y(a=1, b='x'): nan -> 6.5" in text
    assert "a=3, b='z'" not in text
    many = labelled({"a": [1, 2, 3], "b": ["x", "y", "z"]}, [9.5] * 9)
    with pytest.raises(ConflictError, match=r"^9 values .*(?s:.)*… and 4 more"):
        merge(old, many)


@pytest.mark.parametrize(
    ("before", "after"), [(1, True), (1, "1"), (0, None), (0, False), (2**53 + 1, float(2**53)), (1.0, "1.0")]
)
def test_values_of_other_kinds_are_in_conflict(before: Any, after: Any) -> None:
    """What merely compares equal, or nearly, is not the same value."""
    old, new = labelled({"a": [1, 2]}, [before, ...]), labelled({"a": [1]}, [after])
    with pytest.raises(ConflictError, match="1 values are stored"):
        merge(old, new)
    assert merge(old, new, "keep").data["y"].values[0] == before
    assert same(merge(old, new, "replace").data["y"].values[0], after)


def test_equal_values_do_not_conflict() -> None:
    """Harvesting the same again changes nothing, numbers of any width, nan and None included."""
    values = [1, 1.0, float("nan"), None, "x", True, np.float32(0.5), np.datetime64("2020"), np.datetime64("NaT", "Y")]
    old = labelled({"a": list(range(len(values)))}, values)
    assert_exact(merge(old, old).data, old.data)
    floats = labelled({"a": [1, 2]}, [float("nan"), 0.5])
    assert_exact(merge(floats, floats).data, floats.data)
    times = labelled({"a": [1, 2]}, [np.datetime64("NaT", "s"), np.datetime64("2020", "s")])
    assert_exact(merge(times, times).data, times.data)
    numbers = labelled({"a": [1, 2]}, [1, 2])
    assert merge(numbers, labelled({"a": [1, 2]}, [1.0, 2.0])).data["y"].values.tolist() == [1, 2]


def test_failed_and_missing_cases_do_not_turn_whole_numbers_to_floats() -> None:
    """A run of which nothing came has no type to impose."""
    failed = labelled({"a": [1, 2]}, [ValueError("bad"), ...])
    for grown in (merge(failed, labelled({"a": [2]}, [7])), merge(labelled({"a": [2]}, [7]), failed)):
        assert grown.data["y"].dtype == object
        assert type(grown.data["y"].values[1]) is not float
        whole = merge(grown, labelled({"a": [1]}, [2**60 + 1]))
        assert whole.data["y"].dtype == np.int64
        assert whole.data["y"].values.tolist() == [2**60 + 1, 7]
        assert whole.done.all()


def test_an_axis_grows_sorted() -> None:
    """A grown axis is sorted; one that has not grown keeps its order."""
    old = labelled({"a": [3, 1]}, [30, 10])
    same_axis = merge(old, labelled({"a": [1, 3]}, [10, 30]))
    assert same_axis.data["a"].values.tolist() == [3, 1]
    assert same_axis.data["y"].values.tolist() == [30, 10]
    grown = merge(old, labelled({"a": [2]}, [20]))
    assert grown.data["a"].values.tolist() == [1, 2, 3]
    assert grown.data["y"].values.tolist() == [10, 20, 30]


def test_rounded_labels_are_one_and_told() -> None:
    """A case that is harvested again under another spelling of its label is the same case."""
    old, new = labelled({"a": [0.3, 0.5]}, [1, 2]), labelled({"a": [0.1 + 0.2, 0.7]}, [1, 3])
    with pytest.warns(LabelWarning, match="a=0.30000000000000004 is taken as 0.3"):
        merged = merge(old, new)
    assert merged.data["a"].values.tolist() == [0.3, 0.5, 0.7]
    assert merged.data["y"].values.tolist() == [1, 2, 3]


def inner(label: int, value: Any, **more: Any) -> Labelled:
    """One case with an output that has a dimension of its own."""
    return labelled({"a": [label]}, [value], var_dims="x", **more)


def test_inner_dimensions_without_labels_must_agree() -> None:
    """Unlabelled entries are told by their place, so their number must be the same, unless nothing has filled it."""
    old, new = inner(1, [1, 2, 3]), inner(2, [4, 5, 6])
    assert merge(old, new).data["y"].values.tolist() == [[1, 2, 3], [4, 5, 6]]
    nothing = labelled({"a": [2]}, [...], var_dims="x")
    for both in ((old, nothing), (nothing, old)):
        merged = merge(*both)
        assert merged.data["y"].sel(a=1).values.tolist() == [1, 2, 3]
        assert merged.done.tolist() == [True, False]
        assert not merged.present("y")[1].any()
    with pytest.raises(MergeError, match="'x' has 2 entries, and 3 in the stored data"):
        merge(old, inner(2, [4, 5]))
    with pytest.raises(MergeError, match="'x' has 3 entries, and 3 in the stored data, and not both have labels"):
        merge(old, inner(2, [4, 5, 6], var_coords={"x": [1, 2, 3]}))


def test_inner_dimensions_with_labels_grow() -> None:
    """Entries are told by their labels; those that a case does not have are missing there."""
    old = inner(1, [1, 2], var_coords={"x": ["u", "w"]})
    merged = merge(old, inner(2, [30, 40], var_coords={"x": ["w", "v"]}))
    assert merged.data["x"].values.tolist() == ["u", "v", "w"]
    assert merged.present("y").tolist() == [[True, False, True], [False, True, True]]
    assert merged.data["y"].values[merged.present("y")].tolist() == [1, 2, 40, 30]
    assert merged.data["y"].dtype == object
    assert merged.done.all()
    with pytest.raises(ConflictError, match=r"y\(a=1, x='w'\): 2 -> 3"):
        merge(old, inner(1, [3], var_coords={"x": ["w"]}))


def test_an_output_may_come_later() -> None:
    """An output that only new cases have is missing in the old ones, which stay done."""
    merged = merge(labelled({"a": [1]}, [5]), labelled({"a": [2]}, [("x", 6)], ["z", "y"]))
    assert merged.data["y"].values.tolist() == [5, 6]
    assert merged.present("z").tolist() == [False, True]
    assert merged.done.all()


def test_single_points_and_empty_axes_merge() -> None:
    """No arguments at all, and axes without labels, are data too."""
    point = labelled({}, [5])
    assert merge(point, point).data["y"].item() == 5
    with pytest.raises(ConflictError, match=r"y\(\): 5 -> 6"):
        merge(point, labelled({}, [6]))
    assert merge(point, labelled({}, [6]), "replace").data["y"].item() == 6
    empty, one = labelled({"a": []}, []), labelled({"a": ["x"]}, ["text"])
    for both in ((empty, one), (one, empty)):
        assert merge(*both).data["y"].values.tolist() == ["text"]
    assert merge(empty, empty).data.sizes == {"a": 0}


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        (labelled({"a": [1]}, [1]), labelled({"b": [1]}, [1]), MergeError, "no dimension 'b'.*no dimension 'a'"),
        (
            labelled({"a": [1]}, [1], constants={"b": 7}),
            labelled({"a": [1], "b": [1]}, [1]),
            MergeError,
            r"expand_dims\('b', 7\)$",
        ),
        (
            labelled({"a": [1], "b": [1]}, [1]),
            labelled({"a": [1]}, [1], constants={"b": 7}),
            MergeError,
            r"sweep over it too: \{'b': \[7\]\}$",
        ),
        (
            labelled({"a": [1]}, [1]),
            labelled({"a": [1], "b": [1]}, [1]),
            MergeError,
            r"stored data has no dimension 'b'; .*: expand_dims\('b', the value that it was made with\)$",
        ),
        (labelled({"a": [1]}, [1]), inner(2, [1]), MergeError, r"'y' has the dimensions \('a', 'x'\), and \('a',\)"),
        (labelled({"a": [1]}, [1]), labelled({"a": [True]}, [1]), SpaceError, "labels 1 and True, which compare equal"),
        (labelled({"a": [1]}, [1]), labelled({"a": [np.datetime64("2020")]}, [1]), SpaceError, "mixes labels"),
    ],
)
def test_what_does_not_go_together_is_known_without_values(
    old: Labelled, new: Labelled, error: type[Exception], message: str
) -> None:
    """Dimensions and labels that cannot be merged are found before a run as well as after it."""
    with pytest.raises(error, match=message):
        Grid(old).check(new)
    with pytest.raises(error, match=message):
        merge(old, new)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (5, 6, r"k=6, and the stored data was made with k=5; .*expand_dims\('k', 5\)"),
        ("x", "y", "k='y', and"),
        (np.arange(3), np.arange(4), "k=array"),
        ({"p": [1]}, {"p": [2]}, "k='<dict sha256:"),
    ],
)
def test_a_changed_constant_is_refused(before: Any, now: Any, said: str) -> None:
    """Data made with another constant does not slip in under the same labels."""
    old, same_again, new = (
        labelled({"a": [label]}, [1], constants={"k": value}) for label, value in ((1, before), (2, before), (3, now))
    )
    assert merge(old, same_again).data.sizes == {"a": 2}
    with pytest.raises(MergeError, match=said):
        Grid(old).check(new)
    with pytest.raises(MergeError, match=said):
        merge(old, new)


def test_attributes_of_both_are_kept() -> None:
    """The newer description wins, the older is not forgotten."""
    old = labelled({"a": [1]}, [1], attrs={"p": 1, "q": 1}, var_attrs={"y": {"units": "m", "note": "old"}})
    new = labelled({"a": [2]}, [2], attrs={"q": 2}, var_attrs={"y": {"units": "km"}})
    merged = merge(old, new)
    assert merged.data.attrs == {"p": 1, "q": 2}
    assert merged.data["y"].attrs == {"units": "km", "note": "old"}


def test_data_that_was_made_elsewhere_merges() -> None:
    """Other coordinates come along, and outputs that lack an argument keep lacking it."""
    made = xr.Dataset(
        {"y": (("b", "a"), [[1.0, np.nan]]), "norm": ("a", [3.0, 4.0])},
        {"a": [1, 2], "b": ["x"], "place": ("a", ["here", "there"])},
    )
    old = with_inferred_ledger(made, ("a", "b"))
    merged = merge(old, labelled({"a": [2, 3], "b": ["x"]}, [20.0, 30.0]))
    assert merged.data["y"].values.tolist() == [[1.0], [20.0], [30.0]]
    assert merged.data["norm"].dims == ("a",)
    assert merged.data["norm"].values[:2].tolist() == [3.0, 4.0]
    assert merged.present("norm").tolist() == [True, True, False]
    assert merged.data["place"].values[:2].tolist() == ["here", "there"]
