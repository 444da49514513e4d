"""Axes: each label once, rounding apart from meaning, and where each stands."""

from __future__ import annotations

import datetime as dt
import warnings
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import KINDS_OF_LABELS, axes
from xyzpy_widgets.core.axes import CLOSE, LabelIndex, distinct, sort_labels, union
from xyzpy_widgets.core.labels import label_array, label_key
from xyzpy_widgets.errors import LabelWarning, SpaceError

SPELLINGS: dict[str, list[float]] = {
    "linspace": np.linspace(0, 1, 101).tolist(),
    "arange": (np.arange(101) * 0.01).tolist(),
    "product": [i * 0.01 for i in range(101)],
    "quotient": [i / 100 for i in range(101)],
    "running sum": list(accumulate([0.0] + [0.01] * 100)),
}


@pytest.mark.parametrize("old", SPELLINGS)
@pytest.mark.parametrize("new", SPELLINGS)
def test_one_grid_in_two_spellings_is_one_axis(old: str, new: str) -> None:
    """A grid that is harvested again from another expression does not double its points."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LabelWarning)
        labels = union("x", np.array(SPELLINGS[old]), SPELLINGS[new])
    assert labels.tolist() == SPELLINGS[old]


def test_a_rounded_label_is_told_once_an_axis() -> None:
    """One notice names the first pair and counts the others; a notice per label would be noise."""
    with pytest.warns(LabelWarning, match=r"x=0.30000000000000004 is taken as 0.3.*and 1 more") as told:
        union("x", np.array([0.3, 0.7]), [0.1 + 0.2, 0.7 - 1e-16])
    assert len(told) == 1


def test_values_of_one_list_that_differ_by_rounding_are_one() -> None:
    """A sweep does not run twice over what was meant as one value; its first spelling stays."""
    with pytest.warns(LabelWarning, match=r"x=0.30000000000000004 is taken as 0.3"):
        assert distinct("x", [0.3, 0.5, 0.1 + 0.2]) == (0.3, 0.5)


@pytest.mark.parametrize(
    "values",
    [
        [1.7e9, 1.7e9 + 1e-3, 1.7e9 + 2e-3],  # milliseconds since 1970, in seconds
        [0.0, 1e-300, 1e-299],
        [10**15, 10**15 + 1],
        [-float("inf"), -1e308, 1e308, float("inf"), float("nan")],
        [float(2**53), 2**53 + 1],
        [2**64, 2**64 + 1],
        [-(2**63), 2**63 - 1],
        [np.uint64(0), np.uint64(2**64 - 1)],
        [np.float32(0.1), 0.1],
    ],
)
def test_values_that_are_meant_apart_stay_apart(values: list[Any]) -> None:
    """Rounding is not an excuse to take two points for one."""
    assert distinct("x", values) == tuple(values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2, 1], "x has the value 1 twice"),
        ([0.5, 0.5], "x has the value 0.5 twice"),
        ([1, 1.0], "x has the value 1.0 twice"),
        ([float("nan"), float("nan")], "x has the value nan twice"),
        (["x", "x"], "x has the value 'x' twice"),
        ([None, None], "x has the value None twice"),
        ([dt.date(2020, 1, 1), np.datetime64("2020-01-01")], "twice"),
        ([[1], [2]], r"x=\[1\] cannot be a label"),
        ([{}], "x={} cannot be a label"),
    ],
)
def test_a_value_stands_once_on_an_axis(values: list[Any], message: str) -> None:
    """A doubled value is an error that names it, before it costs a run; so is one that is no label."""
    with pytest.raises(SpaceError, match=message):
        distinct("x", values)


@given(axes(12))
@settings(deadline=None, max_examples=150)
def test_distinct_keeps_what_is_distinct(values: list[Any]) -> None:
    """A list of different labels passes whole and in its order, on the quick way and on the careful one."""
    assert distinct("x", values) == tuple(values)


@given(st.sampled_from(sorted(KINDS_OF_LABELS)), st.data())
@settings(deadline=None, max_examples=200)
def test_the_union_of_axes_is_that_of_their_labels(kind: str, data: st.DataObject) -> None:
    """No label is lost, doubled or changed when an axis grows, and nothing moves when it does not."""
    old = data.draw(st.lists(KINDS_OF_LABELS[kind], min_size=1, max_size=6, unique=True))
    new = data.draw(st.lists(KINDS_OF_LABELS[kind], max_size=6, unique=True))
    array = label_array("x", old)
    labels = union("x", array, label_array("x", new))
    assert {label_key(label) for label in labels} == {label_key(label) for label in [*old, *new]}
    assert len(labels) == len(set(map(label_key, [*old, *new])))
    assert labels is array or len(labels) > len(old)


@pytest.mark.parametrize(
    ("old", "new", "labels"),
    [
        ([1, 2], [1.0, 2.5], [1.0, 2.0, 2.5]),
        ([1.0, 2.0], [1, 2], [1.0, 2.0]),
        ([1, 2], [2.0, 1.0], [1, 2]),
        ([2, 1], [1, 2], [2, 1]),
        ([2, 1], [0], [0, 1, 2]),
        (["x", "z"], ["w", "v"], ["v", "w", "x", "z"]),
        ([1, 2], ["x", None], [1, 2, "x", None]),
        ([float("nan"), 1.0], [0.5], [0.5, 1.0, float("nan")]),
        ([float("nan")], [float("nan")], [float("nan")]),
        ([1, 2, 3], [1 - 1e-16], [1, 2, 3]),
        ([1 - 1e-16, 2.0], [1, 3], [1 - 1e-16, 2.0, 3.0]),
    ],
)
@pytest.mark.filterwarnings("ignore::xyzpy_widgets.errors.LabelWarning")  # told elsewhere; here it is the outcome
def test_an_axis_grows_sorted_and_keeps_its_type(old: list[Any], new: list[Any], labels: list[Any]) -> None:
    """The order of an axis changes only when it grows, and whole numbers meet floats at the same place."""
    found = union("x", label_array("x", old), label_array("x", new))
    assert repr(found.tolist()) == repr(labels)


def test_far_moments_are_sorted_by_time() -> None:
    """A year beyond the range of nanoseconds comes after the near ones."""
    years = [np.datetime64("3000"), np.datetime64("2000-06"), np.datetime64("NaT", "s"), np.datetime64("1500")]
    assert [str(year)[:4] for year in sort_labels(years)] == ["1500", "2000", "3000", "NaT"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ([1, 2], [True], "labels 1 and True, which compare equal"),
        ([1, 2], [np.datetime64("2020")], "mixes labels of the kinds datetime, int"),
        ([0.5], [2**60 + 1], "1152921504606846977 stands among floats"),
        ([0.5, 0.5], [1.0], "x has the label 0.5 twice"),
        ([0.5], [1.0, 1.0], "x=1.0 stands on the axis already, as 1.0"),
        ([1.0], [1 + 9e-15, 1 - 9e-15], "x=0.999999999999991 stands on the axis already, as 1.0"),
    ],
)
def test_labels_that_cannot_share_an_axis_are_refused(old: list[Any], new: list[Any], message: str) -> None:
    """Two values never land silently on one place, and no label becomes another to make room."""
    with pytest.raises(SpaceError, match=message):
        union("x", np.array(old), new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([10**15, 7], [10**15 + 1]),
        ([float(10**12)], [float(10**12 + 1)]),
        ([1.7e9], [1.7e9 + 1e-3]),
        ([0.0, 1.0], [1e-17]),
        ([2**53 + 1], [2**53]),
    ],
)
def test_an_axis_does_not_swallow_its_neighbours(old: list[Any], new: list[Any]) -> None:
    """Whole numbers, time stamps and tiny values that are near are other labels."""
    assert union("x", label_array("x", old), new).tolist() == sorted([*old, *new])


@given(st.permutations([i / 7 for i in range(-9, 10)]), st.permutations(range(19)))
@settings(deadline=None, max_examples=50)
def test_an_index_finds_respelt_labels_in_any_order(labels: list[float], order: list[int]) -> None:
    """A label is found by another spelling of it, wherever it was added."""
    index = LabelIndex("x", labels[:5])
    assert [index.add(label) for label in labels] == list(range(19))
    assert [index.find(labels[i] * (1 + 4e-16)) for i in order] == order


@given(
    st.sampled_from([1.0, 2.0, -1.0, -4.0, 3.7, 1e-310, -5e-324, 2.0**-1022, 1e308, 2.0**40]),
    st.lists(st.integers(-300, 300), min_size=2, max_size=9),
)
@settings(deadline=None, max_examples=300)
def test_an_index_finds_whatever_is_close_and_nothing_else(number: float, steps: list[int]) -> None:
    """Floats a few units in the last place apart are found as in a list of them all that is looked through."""
    values = [float(value) for step in steps if np.isfinite(value := stepped(number, step))]
    index = LabelIndex("x")
    for value in values:
        close = [one for one in index.labels if abs(one - value) <= CLOSE * abs(value)]
        found = index.find(value)
        assert (found is None) == (not close)
        assert found is None or index.labels[found] in close
        index.add(value)


def stepped(number: float, steps: int) -> Any:
    """The float that is so many floats farther from zero."""
    return (np.array(number).view(np.int64) + steps).view(np.float64)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20), st.randoms())
@settings(deadline=None, max_examples=100)
def test_an_index_finds_what_was_added(values: list[float], random: Any) -> None:
    """Every value is found at the place that it was given, also one that was taken as another."""
    index = LabelIndex("x")
    places = [index.add(value) for value in values]
    order = list(range(len(values)))
    random.shuffle(order)
    assert [index.find(values[i]) for i in order] == [places[i] for i in order]
    assert all(abs(index.labels[at] - value) <= 1e-13 * abs(value) for at, value in zip(places, values, strict=True))
