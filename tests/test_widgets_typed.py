"""What people type: read without running it, written so that it reads back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exact import fingerprint
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.grammar.typed import read_value, read_values, written


@pytest.mark.parametrize(
    ("text", "values", "code"),
    [
        ("16, 32,64", (16, 32, 64), "[16, 32, 64]"),
        ("[1, 2,]", (1, 2), "[1, 2]"),
        ("1\n2,\n3", (1, 2, 3), "[1, 2, 3]"),
        ("linspace(0, 1, 3)", (0.0, 0.5, 1.0), "np.linspace(0, 1, 3)"),
        ("np.log(1e-2, 1, 3)", (0.01, 0.1, 1.0), "np.geomspace(0.01, 1, 3)"),
        ("range(0, 6, 2), 9", (0, 2, 4, 9), "[*range(0, 6, 2), 9]"),
        ("relu, tanh", ("relu", "tanh"), '["relu", "tanh"]'),
        ("'a, b', \"c'd\"", ("a, b", "c'd"), '["a, b", "c\'d"]'),
        ("pi / 2, -2**2", (np.pi / 2, -4), "[np.pi / 2, -(2 ** 2)]"),
        ("True, false, None", (True, False, None), "[True, False, None]"),
        ("1 + 2j", (1 + 2j,), "[1 + 2j]"),
        ("datetime64('2020-01-01')", (np.datetime64("2020-01-01"),), '[np.datetime64("2020-01-01")]'),
    ],
)
def test_values_are_read_as_people_write_them(text: str, values: tuple[Any, ...], code: str) -> None:
    """Each spelling gives the values that it says, and code that gives them again."""
    typed = read_values(text)
    assert typed.values == pytest.approx(values) if isinstance(values[0], float) else typed.values == values
    assert typed.code == code
    again = eval(typed.code, {"np": np})  # noqa: S307 - our own code is what is tested
    assert fingerprint(tuple(again)) == fingerprint(typed.values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "give at least one value"),
        ("1 2 3", "put a comma between values: 1, 2, 3"),
        ("[1, 2", "a “]” is missing"),
        ("linspace(0, 1", r"a “\)” is missing"),
        ("open('/etc/passwd')", r"open\(…\) is not among the calls"),
        ("linspce(0, 1, 5)", "did you mean linspace"),
        ("__import__('os').system('x')", "not among the calls"),
        ("(lambda: 1)()", "not among the calls"),
        ("a.b", "put quotes around it"),
        ("...", "is not a value"),
        ("9**9**9", "too large a number"),
        ("(10**300)**300", "too large a number"),
        ("((10**300)**300)**300", "too large a number"),
        ("1/0", "cannot be calculated"),
        ("'a' * 3", "one cannot calculate"),
        ("linspace(0, 1, 1e9)", "too many values"),
        ("range(10**12)", "too many values"),
        ("arange(0, 1, 0)", "too many values"),
        ("linspace(0, 1, 'a')", "write linspace with numbers"),
        ("linspace(0, 1, 2.5)", "write linspace"),
        ("datetime64('yesterday')", "datetime64"),
        ("(" * 5000 + ")" * 5000, "not a list of values|too deeply"),
        ("1" * 300_000, "too many for a field"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(text: str, said: str) -> None:
    """Nothing that is typed runs, and each mistake has a sentence of its own."""
    with pytest.raises(SpaceError, match=said) as caught:
        read_values(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=30))
def test_no_text_at_all_does_anything_but_read_or_refuse(text: str) -> None:
    """Whatever is typed, halfway or by a cat, the field answers."""
    for texts in (False, True):
        try:
            typed = read_values(text, texts=texts)
        except SpaceError:
            continue
        assert len(typed.values) <= 10_000_000


def test_texts_need_no_quotes_where_texts_are_wanted() -> None:
    """A field of texts takes what stands between the commas, numbers and words alike."""
    assert read_values("1e3, a b, true", texts=True).values == ("1e3", "a b", "true")
    assert read_values("'1, 2', b c".replace(", b c", ""), texts=True).values == ("1, 2",)
    assert read_value("don't", texts=True).values == ("don't",)


@pytest.mark.parametrize(
    "value",
    [
        *(1, -0.5, 1e300, True, None, "a", "it's", 'say "x"', "\\", "\n", 1 - 2j, np.float32(0.1), np.int8(3), 2**70),
        *(np.datetime64("2020-01-01T10", "h"), np.timedelta64(3, "s"), dt.date(2020, 1, 2), dt.timedelta(1, 2)),
        *(pd.Timestamp("2020-01-01 10:00"), pd.Timedelta("1h"), float("nan"), float("-inf")),
        dt.datetime(2020, 1, 2),  # noqa: DTZ001 - labels have no zone
    ],
)
def test_a_value_that_is_written_reads_back_as_itself(value: Any) -> None:
    """Values that come from Python stand in a field, type and all."""
    read = read_value(written(value))
    assert fingerprint(read.values[0]) == fingerprint(value)
    names = {"np": np, "pd": pd, "datetime": dt}
    assert fingerprint(eval(read.code, names)) == fingerprint(value)  # noqa: S307 - our own code is what is tested


def test_what_cannot_be_written_is_refused() -> None:
    """An object has no place in a field, and its repr is not taken for a value."""
    with pytest.raises(SpaceError, match="cannot be written into a field"):
        written(object())
