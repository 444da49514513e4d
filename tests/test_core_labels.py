"""Labels: kept as they were given, or refused."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import KINDS_OF_LABELS
from xyzpy_widgets.core.labels import bare, kind_of, label_array, label_key, shown
from xyzpy_widgets.errors import SpaceError


class Colour(str, enum.Enum):  # noqa: UP042 - the text of such a member is not its value
    """A label that is text and more."""

    RED = "red"


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([3, 1, 2], "int64"),
        ([np.int8(1), np.int8(2)], "int8"),
        ([np.int8(1), np.uint16(2)], "int32"),
        ([np.int64(-1), np.uint64(2**63)], "object"),
        ([2**63 - 1, -(2**63)], "int64"),
        ([2**63], "uint64"),
        ([2**64, 1], "object"),
        ([-1, 2**63], "object"),
        ([0.5, 1.5], "float64"),
        ([np.float32(0.5)], "float32"),
        ([0.5, float("nan"), float("inf")], "float64"),
        ([1, 2.5], "float64"),
        ([True, False], "bool"),
        (["x", "yz"], "<U2"),
        (["x\0", "y"], "object"),
        ([1j, 2 + 1j], "complex128"),
        ([None], "object"),
        ([None, 1, "x", 2.5], "object"),
        ([True, 2, "x"], "object"),
        ([np.datetime64("2020-01-01"), np.datetime64("2020-01-01T12", "h")], "<M8[ns]"),
        ([dt.date(2020, 1, 1), dt.datetime(2021, 1, 1)], "<M8[ns]"),  # noqa: DTZ001 - labels have no zone
        ([dt.date(3000, 1, 1)], "<M8[us]"),
        ([dt.timedelta(days=1)], "<m8[ns]"),
        ([dt.timedelta(days=200_000)], "<m8[us]"),
        ([pd.Timestamp("2020-01-01T00:00:00.000000001"), pd.NaT], "<M8[ns]"),
        ([], "float64"),
    ],
)
def test_labels_make_an_array_of_their_own_kind(values: list[Any], dtype: str) -> None:
    """The type of an axis is that of its labels, whatever library made them."""
    array = label_array("a", values)
    assert array.dtype == np.dtype(dtype)
    assert [label_key(found)[1] for found in array] == [label_key(value)[1] for value in values]


@given(st.sampled_from(list(KINDS_OF_LABELS)).flatmap(lambda k: st.lists(KINDS_OF_LABELS[k], min_size=1, unique=True)))
@settings(deadline=None, max_examples=150)
def test_no_label_changes_in_an_array(values: list[Any]) -> None:
    """An axis gives back exactly the labels that went in, in value and in kind."""
    assert [label_key(found) for found in label_array("a", values)] == [label_key(value) for value in values]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1]], r"a=\[1\] cannot be a label: it is of type list"),
        ([1, b"x"], r"a=b'x' cannot be a label: it is of type bytes"),
        ([(1, 2)], r"a=\(1, 2\) cannot be a label"),
        ([1, True], "labels 1 and True, which compare equal"),
        ([None, 1, 1.0], r"labels 1 and 1\.0, which compare equal"),
        ([1, dt.date(2020, 1, 1)], "mixes labels of the kinds datetime, int"),
        ([1j, 1], "mixes labels of the kinds complex, int"),
        ([2**53 + 1, 0.5], "9007199254740993 stands among floats"),
        ([10**400, 0.5], "stands among floats"),
        ([dt.datetime(2020, 1, 1, tzinfo=dt.UTC)], "has a time zone"),
        ([np.timedelta64(1, "M")], "no definite span of time"),
        ([np.datetime64("2020-01-01T00:00:00.000000000001", "ps")], "no unit of time from ns to s keeps"),
    ],
)
def test_what_cannot_be_a_label_is_refused(values: list[Any], message: str) -> None:
    """A label that would be changed or confused with another is refused by name."""
    with pytest.raises(SpaceError, match=message):
        label_array("a", values)


def test_the_label_of_an_enum_is_its_text() -> None:
    """A member of a text enum is the text that it equals, not a cut of its name."""
    (label,) = label_array("a", [Colour.RED])
    assert label == Colour.RED
    assert type(label.item()) is str


def test_moments_keep_every_digit() -> None:
    """Two moments a nanosecond apart are two labels, and far years are not folded back into near ones."""
    moments = [pd.Timestamp("2020-01-01T00:00:00.000000001"), pd.Timestamp("2020-01-01T00:00:00.000000002")]
    assert [int(label.astype(int)) % 10 for label in label_array("t", moments)] == [1, 2]
    assert label_key(moments[0]) != label_key(moments[1])
    assert label_key(np.datetime64("3000-01-01")) == label_key(dt.date(3000, 1, 1))
    assert str(label_array("t", [np.datetime64("3000", "Y")])[0]).startswith("3000-01-01")


@pytest.mark.parametrize(
    ("value", "kind"), [(True, "bool"), (np.True_, "bool"), (1, "int"), (np.timedelta64(1, "s"), "timedelta")]
)
def test_a_kind_is_the_narrowest(value: Any, kind: str) -> None:
    """A bool is no int and a span of time is no int, though their classes derive from one."""
    assert kind_of(value) == kind


def test_a_value_is_shown_as_in_source_code() -> None:
    """A message shows the number, not the library that made it."""
    assert [shown(value) for value in (np.float64(0.5), np.int8(1), np.True_, np.str_("x"), 0.5, None)] == [
        "0.5",
        "1",
        "True",
        "'x'",
        "0.5",
        "None",
    ]


class Flag(enum.IntFlag):
    """A number that is one of several."""

    ONE = 1


class Moment(dt.datetime):
    """A moment of a class of its own."""


class Stubborn(int):
    """A number that does not want to be one."""

    def __int__(self) -> int:
        msg = "no"
        raise RuntimeError(msg)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (Colour.RED, "red"),
        (Flag.ONE, 1),
        (Stubborn(3), 3),
        (Moment(2020, 1, 2, 3, fold=1), dt.datetime(2020, 1, 2, 3, fold=1)),  # noqa: DTZ001 - labels have no zone
        (pd.Timedelta(5, "ns"), np.timedelta64(5, "ns")),
        (True, True),
        (np.float64(0.5), np.float64(0.5)),
        (pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-01")),
        (None, None),
    ],
    ids=str,
)
def test_a_value_of_a_class_of_its_own_is_what_it_is_at_heart(value: Any, wanted: Any) -> None:
    """An enumeration's member becomes what it stands for, whatever its class makes of that; a plain value stays."""
    found = bare(value)
    assert type(found) is type(wanted)
    assert found == wanted
    assert getattr(found, "fold", 0) == getattr(wanted, "fold", 0)


def test_pandas_has_no_nat_of_its_own() -> None:
    """The NaT of pandas is that of numpy, as which a file keeps it."""
    assert np.isnat(bare(pd.NaT))
