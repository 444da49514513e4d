"""Columns: no value is invented or changed, whatever comes beside it, after it or never."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import result_values, same
from xyzpy_widgets.labelling.columns import Column, common_dtype, settled, typed, unsettled


@given(st.lists(result_values, max_size=12), st.randoms(), st.data())
@settings(deadline=None, max_examples=300)
def test_a_column_gives_back_what_was_put(values: list[Any], random: Any, data: st.DataObject) -> None:
    """In any order, in any batches, with any cells left out: each cell has its own value, and the rest nothing."""
    column, cells = Column(len(values)), list(range(len(values)))
    random.shuffle(cells)
    cells = cells[: data.draw(st.integers(0, len(cells)))]
    while cells:
        n = data.draw(st.integers(1, len(cells)))
        batch, cells = cells[:n], cells[n:]
        column.put((np.array(batch),), typed([values[i] for i in batch]))
    found = column.settled()
    for i, value in enumerate(values):
        if column.present[i]:
            assert same(found[i], value)
        else:
            assert found[i] != found[i]  # nan, or no time


@pytest.mark.parametrize(
    ("values", "whole", "holed"),
    [
        ([1, 2], "int64", "object"),
        ([2**60 + 1, 1], "int64", "object"),
        ([2**64], "object", "object"),
        ([np.int8(1)], "int8", "object"),
        ([True, False], "bool", "object"),
        (["x", "yy"], "<U2", "object"),
        (["x\0"], "object", "object"),
        ([0.5, float("nan")], "float64", "float64"),
        ([np.float32(0.5)], "float32", "float32"),
        ([1, 0.5], "float64", "float64"),
        ([2**53 + 1, 0.5], "object", "object"),
        ([np.int64(-(2**63)), 0.5], "object", "object"),
        ([1j, 1], "complex128", "complex128"),
        ([None, 1], "object", "object"),
        ([True, 1], "object", "object"),
        ([np.datetime64("2020-01-01")], "<M8[s]", "<M8[s]"),
        ([np.datetime64("2020-01-01", "ns")], "<M8[ns]", "<M8[ns]"),
        ([np.timedelta64(5, "us")], "<m8[us]", "<m8[us]"),
        ([np.timedelta64(5, "M")], "object", "object"),
        ([dt.date(2020, 1, 1)], "object", "object"),
        ([b"x"], "object", "object"),
        ([{"a": 1}], "object", "object"),
    ],
)
def test_the_type_says_what_is_missing(values: list[Any], whole: str, holed: str) -> None:
    """Filled whole a column has the type of its values; with holes only a type that can say so."""
    column = Column(len(values) + 1)
    column.put((slice(0, len(values)),), typed(values))
    assert column.settled().dtype == np.dtype(holed)
    column.put((slice(len(values), None),), typed(values[:1]))
    assert column.settled().dtype == np.dtype(whole)


@given(st.lists(result_values, min_size=1, max_size=8), st.data())
@settings(deadline=None, max_examples=200)
def test_settling_can_be_undone(values: list[Any], data: st.DataObject) -> None:
    """What a dataset holds, together with what is present, tells the typed values again."""
    array = typed(values)
    present = np.array([data.draw(st.booleans()) for _ in values])
    again = unsettled(settled(array, present), present)
    assert all(same(again[i], value) for i, value in enumerate(values) if present[i])
    if present.any() and array.dtype != object:
        assert again.dtype == array[present].dtype or array.dtype.kind == "U"


def test_an_empty_column_is_nothing() -> None:
    """Cells that no result reached are missing, and no cells are no cells."""
    assert np.isnan(Column(2, (3,)).settled()).all()
    assert Column(2, (3,)).settled().shape == (2, 3)
    assert Column(0).settled().shape == (0,)


def test_a_column_does_not_share_its_holes() -> None:
    """What was settled once does not change with the next value."""
    column = Column(2)
    column.put((slice(0, 1),), typed([1.5]))
    before = column.settled()
    column.put((slice(1, 2),), typed([2.5]))
    assert np.isnan(before[1])


@pytest.mark.parametrize(
    ("one", "other", "dtype"),
    [
        (np.array([1], "int8"), np.array([1], "uint8"), "int16"),
        (np.array([1], "int64"), np.array([1], "uint64"), "object"),
        (np.array([1], "float32"), np.array([2**53], "int64"), "float64"),
        (np.array([1], "float32"), np.array([2**53 + 1], "int64"), "object"),
        (np.array([-(2**63)], "int64"), np.array([1], "float64"), "object"),
        (np.array([], "int64"), np.array([1], "float64"), "float64"),
        (np.array([1], "int64"), np.array([1], "complex64"), "complex128"),
        (np.array([1], "float64"), np.array([1], "complex64"), "complex128"),
        (np.array([1], "longdouble"), np.array([1], "int64"), "longdouble"),
        (np.array([True]), np.array([1], "int64"), "object"),
        (np.array(["x"]), np.array(["yy"]), "<U2"),
        (np.array(["x"]), np.array([1]), "object"),
        (np.array(["2020"], "M8[s]"), np.array(["2020"], "M8[ns]"), "<M8[ns]"),
        (np.array(["3020"], "M8[s]"), np.array(["2020"], "M8[ns]"), "object"),
        (np.array(["NaT"], "M8[s]"), np.array(["2020"], "M8[ns]"), "<M8[ns]"),
        (np.array([1], "m8[s]"), np.array(["2020"], "M8[s]"), "object"),
    ],
)
def test_the_common_type_holds_both_exactly(one: Any, other: Any, dtype: str) -> None:
    """Two columns meet in a type that keeps every digit of both, or as objects; the order does not matter."""
    assert common_dtype(one, other) == common_dtype(other, one) == np.dtype(dtype)
