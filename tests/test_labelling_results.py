"""Results: split by name, checked against the description, each value kept as it was returned."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.strategies import same
from xyzpy_widgets.core.variables import Variable
from xyzpy_widgets.errors import ResultError
from xyzpy_widgets.labelling.results import arrays, named, pieces_of, scalars


class Pair(NamedTuple):
    """Two outputs with names of their own."""

    A: int
    B: str


AB = (Variable("A"), Variable("B"))


@pytest.mark.parametrize(
    "values",
    [
        [(1, "x"), (2, "y")],
        [[1, "x"], (2, "y")],
        [Pair(1, "x"), Pair(2, "y")],
        [{"A": 1, "B": "x"}, {"B": "y", "A": 2}],
        [np.array([1, "x"], dtype=object), (2, "y")],
    ],
)
def test_results_are_split_by_place_or_by_name(values: list[Any]) -> None:
    """A tuple goes by place, a mapping by name whatever its order is; both may come from one function."""
    assert {variable.name: list(column) for variable, column in named(values, AB)} == {"A": [1, 2], "B": ["x", "y"]}


def test_a_single_output_is_the_result_itself() -> None:
    """A single output may be anything, and a mapping gives it by name."""
    ((variable, column),) = named([1, {"A": 2}], AB[:1])
    assert (variable.name, list(column)) == ("A", [1, 2])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((1,), "the function returned 1 outputs, and var_names names 2"),
        ((1, 2, 3), "the function returned 3 outputs"),
        (5, "the function returned 1 outputs"),
        ("xy", "the function returned 1 outputs"),
        (np.array(1), "the function returned 1 outputs"),
        ({"A": 1}, r"the function returned the outputs \['A'\], and var_names is \['A', 'B'\]"),
        ({"A": 1, "C": 2}, r"the outputs \['A', 'C'\]"),
        ({0: 1, 1: 2}, r"the outputs \[0, 1\]"),
    ],
)
def test_results_that_do_not_match_the_names_are_refused(value: Any, message: str) -> None:
    """More, fewer or other outputs than were named are said with what came."""
    with pytest.raises(ResultError, match=message):
        list(named([(1, 2), value], AB))


def test_scalars_are_kept_as_they_are() -> None:
    """Scalars of any library are values; objects without a shape are kept whole."""
    given = [np.array(1.5), xr.DataArray(2.5), np.float64(3.5), 4.5]
    assert scalars("y", given).tolist() == [1.5, 2.5, 3.5, 4.5]
    moment = pd.Timestamp("2020-01-01")
    assert scalars("y", [moment]).tolist() == [moment]
    assert scalars("y", ["whole", "text"]).tolist() == ["whole", "text"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([1, 2], "a list"),
        ((1, 2), "a tuple"),
        ({1, 2}, "a set"),
        ({"a": 1}, "a dict"),
        (np.ones(3), r"shape \(3,\)"),
        (xr.DataArray([1, 2]), r"shape \(2,\)"),
        (pd.Series([1, 2]), r"shape \(2,\)"),
        (pd.DataFrame({"a": [1]}), r"shape \(1, 1\)"),
    ],
)
def test_a_shape_without_dimensions_is_refused(value: Any, found: str) -> None:
    """What is no scalar needs the names of its dimensions, and the message says how to give them."""
    with pytest.raises(
        ResultError, match=f"(?s)'y' is described as a scalar, and the function returned {found}.*var_dims"
    ):
        scalars("y", [1, value])


X = Variable("y", ("x",))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([[1, 2], (3, 4)], [[1, 2], [3, 4]]),
        ([np.array([1, 2]), [0.5, 1]], [[1.0, 2.0], [0.5, 1.0]]),
        ([[True, False], [1, 2]], [[True, False], [1, 2]]),
        ([[True, 2], [None, "x"]], [[True, 2], [None, "x"]]),
        ([["x", "yy"], ["zzz", ""]], [["x", "yy"], ["zzz", ""]]),
        ([[1, "x"], [2, "y"]], [[1, "x"], [2, "y"]]),
        ([[2**60 + 1, 0.5], [1, 2]], [[2**60 + 1, 0.5], [1, 2]]),
        ([np.array([2**60 + 1, 0]), np.array([0.5, 1.5])], [[2**60 + 1, 0], [0.5, 1.5]]),
        ([np.array([True, False]), np.array([1, 2])], [[True, False], [1, 2]]),
        (
            [np.array([1, 2]), np.array([0.5, 1]), np.array([3, 4]), np.array([5, 6], np.int8)],
            [[1.0, 2.0], [0.5, 1.0], [3.0, 4.0], [5.0, 6.0]],
        ),
        ([np.array([5, 6]), np.array([0.5, 1]), np.array([2**60 + 1, 0])], [[5, 6], [0.5, 1.0], [2**60 + 1, 0]]),
        ([pd.Series([1, 2]), range(2)], [[1, 2], [0, 1]]),
        ([xr.DataArray([1, 2], dims="x"), [3, 4]], [[1, 2], [3, 4]]),
        ([[], []], [[], []]),
    ],
)
def test_arrays_are_stacked_without_a_change(values: list[Any], expected: list[list[Any]]) -> None:
    """A number beside a text stays a number, a bool beside a number a bool, and no digit is lost."""
    found = arrays(X, values, {})
    assert found.shape == np.shape(expected)
    assert all(same(*pair) for rows in zip(found, expected, strict=True) for pair in zip(*rows, strict=True))


def test_a_labelled_array_goes_by_its_dimensions() -> None:
    """The dimensions of a DataArray are told by name, not by place."""
    one = xr.DataArray(np.arange(6).reshape(2, 3), dims=("t", "x"))
    variable = Variable("y", ("x", "t"))
    assert arrays(variable, [one, one.T.to_numpy()], {}).shape == (2, 3, 2)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, 2, 3], r"'y' is described with \(x: 2\), and a result has shape \(3,\)"),
        (5, r"a result has shape \(\)"),
        (np.ones((2, 2)), r"a result has shape \(2, 2\)"),
        ([[1, 2], [3]], "a result is ragged"),
        (xr.DataArray([1, 2], dims="z"), r"described with \('x',\), and a result has \('z',\)"),
    ],
)
def test_a_shape_that_does_not_fit_is_refused(value: Any, message: str) -> None:
    """The message names the output, what was described and what came."""
    with pytest.raises(ResultError, match=message):
        arrays(X, [[1, 2], value], {"x": 2})
    if "x: 2" not in message:
        with pytest.raises(ResultError):
            arrays(X, [value], {"x": 2})


def test_results_that_name_their_outputs_are_taken_apart() -> None:
    """A Dataset, a mapping of any mixture, a named array and a bare scalar each tell their outputs."""
    given = [
        {"y": 1, "z": ("x", [1, 2], {"units": "m"})},
        {"y": 2, "w": xr.DataArray([1.5], {"t": [7]}, dims="t")},
        xr.Dataset({"y": 3, "z": ("x", [5, 6])}, {"x": [10, 20], "c": 4}),
        xr.DataArray(4, name="y"),
        5,
    ]
    found = [(where, piece.name, piece.dims, piece.values.tolist()) for where, piece in pieces_of(given)]
    expected = [
        ([0, 1], "y", (), [1, 2]),
        ([2], "y", (), [3]),
        ([3], "y", (), [4]),
        ([0], "z", ("x",), [[1, 2]]),
        ([2], "z", ("x",), [[5, 6]]),
        ([1], "w", ("t",), [[1.5]]),
        ([2], "c", (), [4]),
        ([4], "out", (), [5]),
    ]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    pieces = {(piece.name, *where): piece for where, piece in pieces_of(given)}
    assert pieces["z", 0].attrs == {"units": "m"}
    assert pieces["z", 2].coords["x"].tolist() == [10, 20]
    assert pieces["w", 1].coords["t"].tolist() == [7]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((1, 2), "name its outputs: var_names"),
        ([1, 2], "name its outputs"),
        (np.ones(2), "name its outputs"),
        ({"y": [1, 2]}, "'y' is described as a scalar"),
        ({"y": ("x", "z")}, "'y' is .*no pair of dimensions and an array"),
        ({"y": (("x", "t"), [1, 2])}, "'y' is .*no pair of dimensions and an array"),
    ],
)
def test_results_without_names_are_refused(value: Any, message: str) -> None:
    """A function that names no outputs must return them named."""
    with pytest.raises(ResultError, match=message):
        list(pieces_of([value]))
