"""Values of any plain type as JSON."""

from __future__ import annotations

import datetime as dt
import enum
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exact import fingerprint
from xyzpy_widgets.store.literal import from_json, to_json

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.complex_numbers(),
    st.text(),
    st.binary(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.fractions(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), inner, max_size=3),
    ),
    max_leaves=8,
)


def back(value: Any) -> Any:
    """Send a value through the text of a file."""
    return from_json(json.loads(json.dumps(to_json(value), allow_nan=False)))


@given(VALUES)
def test_every_plain_value_comes_back_as_it_was(value: Any) -> None:
    """Neither value nor type changes, at any depth."""
    assert fingerprint(back(value)) == fingerprint(value)


@pytest.mark.parametrize(
    "value",
    [
        2**53 + 1,
        -(2**10_000),
        -0.0,
        float("-inf"),
        complex("nan+0j"),
        "a\0b\ud800",
        {"int": "0x1"},
        {1, 2},
        frozenset("a"),
        dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        Decimal("1.10"),
        Fraction(1, 3),
        pd.Timestamp("2020-01-01T00:00:00.000000001"),
        np.int32(3),
        np.uint64(2**64 - 1),
        np.float32(0.1),
        np.bool_(True),  # noqa: FBT003 - a value under test
        np.str_("a"),
        np.datetime64("NaT", "D"),
        np.timedelta64(5, "m"),
        np.array(3.0),
        np.array([[1, 2]], dtype=">i4"),
        np.array(["2020", "NaT"], dtype="datetime64[s]"),
        np.array([], dtype=np.float32),
        np.array([None, [1], "a"], dtype=object),
    ],
    ids=repr,
)
def test_hard_values_come_back_as_they_were(value: Any) -> None:
    """Large integers, signed zeros, numpy scalars and arrays keep their type and every bit."""
    assert fingerprint(back(value)) == fingerprint(value)


class _Level(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    "value",
    [object(), _Level.ONE, [object()], np.zeros(2, dtype="g"), np.zeros(2, dtype=[("a", int)]), print],
    ids=["object", "enum", "list", "longdouble", "structured", "function"],
)
def test_what_would_not_come_back_is_refused(value: Any) -> None:
    """Nothing is turned into something that it resembles."""
    with pytest.raises(TypeError):
        to_json(value)


@pytest.mark.parametrize("text", ['{"unknown": 1}', '{"int": 1, "float": 2}', '{"array": 1}', '{"decimal": "x"}', "{}"])
def test_json_of_another_kind_is_refused(text: str) -> None:
    """A damaged or foreign text is an error and not a value."""
    with pytest.raises(ValueError, match="stands for no value"):
        from_json(json.loads(text))
