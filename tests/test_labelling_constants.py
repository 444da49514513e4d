"""Constants: written down so that a change is seen, and nothing else is taken for one."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest

from xyzpy_widgets.labelling.constants import differing, recorded


class Setup:
    """A constant with a state."""

    def __init__(self, size: int) -> None:
        self.size = size


@pytest.mark.parametrize(
    "value", [1, 2.5, True, "x", None, 1j, np.float32(0.5), np.datetime64("2020"), [1, "x"], (1, 2), np.arange(3)]
)
def test_plain_constants_are_recorded_as_they_are(value: Any) -> None:
    """Attributes are for reading: numbers, texts and short rows stand there themselves."""
    found = recorded({"k": value})["k"]
    assert type(found) is type(value)
    assert np.array_equal(found, value)


def test_the_callers_constants_are_copied() -> None:
    """What the caller changes later does not change the record."""
    for given in ([1, 2], np.array([1, 2])):
        found = recorded({"k": given})
        given[0] = 9
        assert found["k"][0] == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.zeros(5000), "<ndarray sha256:"),
        (np.zeros((2, 2)), "<ndarray sha256:"),
        ({"a": 1}, "<dict sha256:"),
        ([[1]], "<list sha256:"),
        (Setup(1), "<Setup sha256:"),
        (math.sin, "<sin sha256:"),
        (lambda: 1, "<<lambda>>"),
        (threading.Lock(), "<lock>"),
    ],
)
def test_other_constants_are_recorded_by_their_digest(value: Any, text: str) -> None:
    """What is no plain value is told by its type and a digest, or by its name alone."""
    assert recorded({"k": value})["k"].startswith(text)


XY = str(b"xy", "ascii")
"""A text that is equal to the literal and another object, which a plain pickle tells."""

EQUALS: list[tuple[Any, Any]] = [
    (np.array(5.0), 5.0),
    (float("nan"), float("nan")),
    ([1, 2], np.array([1, 2])),
    ((1, float("nan")), (1, float("nan"))),
    (np.zeros((2, 2)), np.zeros((2, 2))),
    ({"a": XY, "b": "xy"}, {"a": "xy", "b": "xy"}),
    ([["xy", "xy"]], [["xy", XY]]),
    ({"s": {"x", "y", "z"}}, {"s": {"z", "y", "x"}}),
    (Setup(1), Setup(1)),
    (np.int64(3), 3),
]


@pytest.mark.parametrize(("one", "other"), EQUALS)
def test_equal_constants_do_not_differ(one: Any, other: Any) -> None:
    """Equal values are equal records, however they are held."""
    assert differing(recorded({"k": one}), recorded({"k": other})) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 2),
        (1, "1"),
        ("abc", ["a", "b", "c"]),
        ([1, 2], [1, 2, 3]),
        (np.zeros(3), np.ones(3)),
        (np.zeros((2, 2)), np.ones((2, 2))),
        ({"a": 1}, {"a": 2}),
        ({"s": {"x"}}, {"s": {"y"}}),
        ([[1]], [(1,)]),
        (Setup(1), Setup(2)),
        (float("nan"), 1.0),
        (None, 0),
    ],
)
def test_other_constants_differ(one: Any, other: Any) -> None:
    """A change is seen, in plain values and through the digest."""
    assert differing(recorded({"j": 1, "k": one}), recorded({"j": 1, "k": other})) == ["k"]


def test_constants_of_one_side_only_do_not_differ() -> None:
    """An argument that a function has gained or lost contradicts nothing."""
    assert differing({"j": 1}, {"k": 2}) == []


def test_a_digest_is_the_same_in_the_next_process() -> None:
    """The order of a set, which changes with each process, is no change of the constant."""
    code = (
        "from xyzpy_widgets.labelling.constants import recorded;"
        "print(recorded({'k': {'s': {'alpha', 'beta', 'gamma', 'delta'}, 't': [[('u',)]]}})['k'])"
    )
    printed = set()
    for seed in "12":
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        printed.add(done.stdout)
    assert len(printed) == 1
    assert printed.pop().startswith("<dict sha256:")
