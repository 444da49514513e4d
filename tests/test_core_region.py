"""What is done about a region runs in the region, and nowhere else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xyzpy_widgets.core.region import ACTIONS, RegionAction, between, refined, step_of

NUMBERS = st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=12, unique=True)


@given(NUMBERS, st.booleans(), st.data())
def test_refining_keeps_the_labels_and_puts_one_between_neighbours(
    labels: list[float],
    geometric: bool,  # noqa: FBT001 - given by the decorator
    data: st.DataObject,
) -> None:
    """Every picked label stays, each new one lies between two that were neighbours, and none is added elsewhere."""
    ordered = sorted(labels)
    first = data.draw(st.integers(0, len(ordered) - 2))
    last = data.draw(st.integers(first + 1, len(ordered) - 1))
    picked = ordered[first : last + 1]
    found = refined(labels, picked, geometric=geometric)
    assert list(found) == sorted(found)
    assert set(picked) <= set(found)
    assert len(found) <= 2 * len(picked) - 1
    for label in set(found) - set(picked):
        at = int(np.searchsorted(picked, label))
        assert 0 < at < len(picked)
        low, high = picked[at - 1], picked[at]
        middle = np.sqrt(low) * np.sqrt(high) if geometric else (low + high) / 2
        assert label == pytest.approx(middle)


@pytest.mark.parametrize(
    ("labels", "picked", "geometric", "expected"),
    [
        ([1.0, 10.0, 100.0], [1.0, 10.0], True, (1.0, pytest.approx(10**0.5), 10.0)),
        ([0.8, 1.1], [0.8, 1.1], False, (0.8, 0.95, 1.1)),
        ([0, 4, 5], [0, 4, 5], False, (0, 2, 4, 5)),
        ([1, 100], [1, 100], True, (1, 10, 100)),
        ([3.0, 1.0, 2.0], [2.0], False, (1.5, 2.0, 2.5)),
        (["a", "b"], ["b"], False, ("b",)),
        ([True, False], [True, False], False, (True, False)),
        ([-1.0, 1.0], [-1.0, 1.0], True, (-1.0, 0.0, 1.0)),
        ([1.0, np.nextafter(1.0, 2)], [1.0, np.nextafter(1.0, 2)], False, (1.0, np.nextafter(1.0, 2))),
    ],
)
def test_axes_of_every_kind_are_refined_as_they_can_be(
    labels: list[Any],
    picked: list[Any],
    geometric: bool,  # noqa: FBT001 - given by the decorator
    expected: tuple[Any, ...],
) -> None:
    """Whole numbers stay whole, a single label is refined to both sides, texts and truths stay as they are."""
    assert refined(labels, picked, geometric=geometric) == expected


def test_times_are_refined_in_time() -> None:
    """Between two days lies noon."""
    days = list(np.array(["2020-01-01", "2020-01-03"], dtype="datetime64[s]"))
    assert refined(days, days, geometric=False)[1] == np.datetime64("2020-01-02", "s")
    assert between(np.datetime64("2020-01-01", "s"), np.datetime64("2020-01-01T00:00:01", "s"), geometric=False) is None


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_names_every_argument_and_stays_in_the_region(action: RegionAction) -> None:
    """The combos have each argument, with the picked labels or all; only refining adds labels, within the region."""
    axes: dict[str, list[Any]] = {"a": [1.0, 2.0, 4.0], "k": ["p", "q"], "seed": [0, 1]}
    step = step_of(action, axes, {"a": [1.0, 2.0], "k": ["q"]}, refine=["a", "k"])
    assert step.combos["k"] == ("q",)
    assert step.combos["seed"] == (0, 1)
    assert step.combos["a"] == ((1.0, 1.5, 2.0) if action == "refine" else (1.0, 2.0))
    assert list(step.combos) == list(axes)


def test_each_action_has_its_wishes() -> None:
    """Filling and refining run what never ran, retrying what failed, and recomputing replaces what is there."""
    wishes = {action: dict(step_of(action, {"a": [1]}, {}).wishes) for action in ACTIONS}
    assert wishes == {
        "fill": {"missing_only": True, "retry_failed": False},
        "refine": {"missing_only": True, "retry_failed": False},
        "retry": {"retry_failed": True},
        "recompute": {"overwrite": True},
    }
