"""The forms in which people write combos and cases: all are read, and what is none of them is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from xyzpy_widgets.core.forms import as_cases, as_combos
from xyzpy_widgets.core.space import Cases, Combos
from xyzpy_widgets.errors import SpaceError

AB = Combos(("a", "b"), ((1, 2), ("x",)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"a": [1, 2], "b": ["x"]},
        {"a": (1, 2), "b": "x"}.items,
        lambda: [("a", [1, 2]), ("b", ["x"])],
        lambda: (("a", range(1, 3)), ["b", ("x",)]),
        lambda: ((name, values) for name, values in [("a", [1, 2]), ("b", "x")]),
        lambda: {"a": (i for i in (1, 2)), "b": {"x"}},
        lambda: {"a": {2, 1}, "b": frozenset("x")},
        lambda: {"a": np.array([1, 2]), "b": np.array(["x"])},
        lambda: {"a": pd.Series([1, 2], index=[5, 6]), "b": pd.Index(["x"])},
        lambda: {"a": xr.DataArray([1, 2], dims="z"), "b": np.str_("x")},
        lambda: {"a": {1: "one", 2: "two"}, "b": np.array("x")},
        lambda: AB,
    ],
)
def test_every_form_of_combos_is_read(make: Callable[[], Any]) -> None:
    """However combos are written, they are the same names with the same values."""
    assert as_combos(make()) == AB


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (5, (5,)),
        (None, (None,)),
        ("xy", ("xy",)),
        (b"xy", (b"xy",)),
        (np.float64(0.5), (0.5,)),
        ([], ()),
        ({2j, 1j}, (1j, 2j)),
        ({None, 1, "x"}, (None, 1, "x")),
    ],
)
def test_one_value_stands_for_itself(given: Any, values: tuple[Any, ...]) -> None:
    """A scalar is one value and text is not taken apart; a set comes in one order in every process."""
    found = as_combos(("a", given)).values[0]
    assert sorted(found, key=repr) == sorted(values, key=repr)
    assert found == as_combos([("a", given)]).values[0]


def test_sets_are_sorted() -> None:
    """Equal sets give equal sweeps, whatever order their hashes have."""
    assert as_combos({"a": {"z", "y", 2, 1}}).values == ((1, 2, "y", "z"),)
    assert as_combos({"a": {3j, 1j, 2j}}).values == ((1j, 2j, 3j),)


def test_no_combos_are_the_unit() -> None:
    """None and nothing both mean that nothing varies."""
    assert as_combos(None) == as_combos({}) == as_combos([]) == Combos()


def test_an_ellipsis_means_what_is_stored() -> None:
    """``...`` takes the stored values of its argument, and says so when there are none."""
    assert as_combos({"a": ..., "b": "x"}, {"a": [1, 2]}) == AB
    with pytest.raises(SpaceError, match=r"b=\.\.\. means every stored value"):
        as_combos({"b": ...}, {"a": [1, 2]})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (5, "not 5"),
        ("ab", "not 'ab'"),
        ([5], "and 5 is none"),
        (["ab", "cd", "ef"], "'ab' is none"),
        (["ab"], "'ab' is none"),
        ([("a", [1], 2)], r"\('a', \[1\], 2\) is none"),
        ({1: [1]}, "name an argument 1"),
        ([("a", 1), ("a", 2)], "name 'a' twice"),
        ({"a": np.zeros((2, 3))}, r"a has values of shape \(2, 3\)"),
        ({"a": ...}, r"a=\.\.\. means"),
    ],
)
def test_what_are_no_combos_is_named(given: Any, message: str) -> None:
    """The offending part of the combos stands in the message."""
    with pytest.raises(SpaceError, match=message):
        as_combos(given)


CASES = Cases(("a", "b"), ((1, 2), ("x", "y")), 2)


@pytest.mark.parametrize(
    ("make", "fn_args"),
    [
        (lambda: [{"a": 1, "b": "x"}, {"b": "y", "a": 2}], None),
        (lambda: iter([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]), None),
        (lambda: [(1, "x"), [2, "y"]], ("a", "b")),
        (lambda: zip([1, 2], ["x", "y"], strict=True), ["a", "b"]),
        (lambda: [(v for v in (1, "x")), (v for v in (2, "y"))], ("a", "b")),
        (lambda: np.array([[1, "x"], [2, "y"]], dtype=object), ("a", "b")),
        (lambda: pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), None),
        (lambda: pd.DataFrame({"out": [0, 0], "b": ["x", "y"], "a": [1, 2]}, index=[7, 7]), ("a", "b")),
        (lambda: CASES, None),
    ],
)
def test_every_form_of_cases_is_read(make: Callable[[], Any], fn_args: Any) -> None:
    """However cases are written, they are the same rows under the same names."""
    assert as_cases(make(), fn_args) == CASES


@pytest.mark.parametrize("given", [[1, 2], [(1,), (2,)], (i for i in (1, 2)), np.array([1, 2]), pd.Series([1, 2])])
def test_one_argument_needs_no_tuples(given: Any) -> None:
    """Cases of a single argument are its values, or tuples of one."""
    assert as_cases(given, "a") == Cases(("a",), ((1, 2),), 2)


def test_one_mapping_is_one_case() -> None:
    """A single dict need not be put into a list; text and paths are values like others."""
    assert as_cases({"a": 1, "b": Path("x")}) == Cases(("a", "b"), ((1,), (Path("x"),)), 1)
    assert as_cases(["xy", "z"], "a").columns == (("xy", "z"),)


def test_no_cases_are_not_the_unit() -> None:
    """None means that no case is given; an empty list that there are none to run."""
    assert len(as_cases(None)) == 1
    assert as_cases([], ("a", "b")) == Cases(("a", "b"), ((), ()), 0)
    assert len(as_cases([])) == len(as_cases(pd.DataFrame({"a": []}))) == 0


def test_tuples_stand_for_the_remaining_arguments() -> None:
    """Without names the entries are the arguments that are given nowhere else."""
    assert as_cases([(1, "x"), (2, "y")], None, ["a", "b"]) == CASES
    assert as_cases(pd.DataFrame({"a": [1], "z": [2]}), None, ["a", "b"]).names == ("a", "z")


@pytest.mark.parametrize(
    ("given", "fn_args", "message"),
    [
        (5, None, "not 5"),
        ("ab", "a", "not 'ab'"),
        ([(1, 2)], None, r"the case \(1, 2\) does not say which arguments"),
        ([(1, 2), (3,)], ("a", "b"), r"case 1 is \(3,\)"),
        ([(1, 2), "xy"], ("a", "b"), "case 1 is 'xy'"),
        ([(1, 2), {"a": 1, "b": 2}], ("a", "b"), r"case 1 is \{'a': 1, 'b': 2\}"),
        ([(1, 2), 3], ("a", "b"), "case 1 is 3"),
        ([{"a": 1}, {"b": 1}], None, r"case 1 is \{'b': 1\}"),
        ([{"a": 1}, (1,)], None, r"case 1 is \(1,\)"),
        ([{1: 2}], None, "name an argument 1"),
        ([(1, 2)], ("a", "a"), "name 'a' twice"),
        (pd.DataFrame({0: [1]}), None, "has a column 0"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), None, "name 'a' twice"),
        (pd.DataFrame({"alpha": [1]}), "alphb", "no column 'alphb'; did you mean 'alpha'"),
    ],
)
def test_what_are_no_cases_is_named(given: Any, fn_args: Any, message: str) -> None:
    """The offending case stands in the message, with its number."""
    with pytest.raises(SpaceError, match=message):
        as_cases(given, fn_args)
