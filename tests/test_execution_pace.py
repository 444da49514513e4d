"""The time left: an interval that holds what it promises, from one case on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from xyzpy_widgets.core.outcome import Failure, Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import Combos, ParameterSpace
from xyzpy_widgets.execution.pace import Pace

Times = NDArray[np.float64]


def plan_of(n: int) -> Plan:
    """Return a plan of ``n`` points."""
    return Plan(ParameterSpace(combos=Combos(("a",), (tuple(range(n)),))))


def fed(times: Times, known: int, expected: Times | None = None) -> Pace:
    """Return the pace after the first cases, each a batch of its own."""
    pace = Pace(plan_of(len(times)), expected)
    for number in range(known):
        pace.add(Outcome(range(number, number + 1), [0], times[number : number + 1].astype(np.float32)))
    return pace


def hits(make: Callable[[np.random.Generator], Times], known: int, expected: Times | None = None) -> int:
    """Count in how many of a hundred seeded runs the interval holds the truth."""
    found = 0
    for seed in range(100):
        times = make(np.random.default_rng(seed))
        left = fed(times, known, expected).left(times[:known].sum())
        assert left is not None
        found += left[0] <= times[known:].sum() <= left[1]
    return found


@pytest.mark.parametrize("known", [5, 20, 60])
@pytest.mark.parametrize(
    "make",
    [
        lambda rng: rng.normal(2.0, 0.02, 80),
        lambda rng: rng.exponential(1.0, 80) + 1e-3,
        lambda rng: np.tile([1.0, 4.0, 9.0, 16.0], 20) * rng.lognormal(0, 0.2, 80),
    ],
    ids=["alike", "exponential", "in turns"],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(
    make: Callable[[np.random.Generator], Times], known: int
) -> None:
    """An interval of 80 % that held less than 75 times in a hundred would be a promise not kept."""
    assert hits(make, known) >= 75


def test_what_is_known_of_the_cost_is_used() -> None:
    """With costs like the square of a size the small cases, which run first, tell of the large ones."""
    cost = np.repeat([16.0, 32.0, 64.0, 128.0], 20) ** 2
    assert hits(lambda rng: 1e-3 * cost * rng.lognormal(0, 0.3, 80), 20, cost) >= 75
    assert hits(lambda rng: 1e-3 * cost * rng.lognormal(0, 0.3, 80), 20) < 75


@pytest.mark.parametrize("known", [20, 100])
def test_what_the_run_refutes_of_the_cost_is_dropped(known: int) -> None:
    """Cases that were to become ever quicker, and do not, are taken to be like those that are over."""
    expected = np.exp(-np.linspace(0, 0.05 * known * 8, known * 8))
    assert hits(lambda rng: 0.05 * rng.lognormal(0, 0.05, known * 8), known, expected) >= 75


def test_one_case_tells_an_order_of_magnitude() -> None:
    """The first case gives an interval that is honest about its width, and none comes before it."""
    times = np.full(50, 2.0)
    assert fed(times, 0).left(1.0) is None
    low, high = fed(times, 1).left(2.0) or (0, 0)
    assert low < 98 < high
    assert high / low > 5


def test_workers_and_what_they_have_begun_shorten_the_time_left() -> None:
    """Four workers need a quarter of the time, and the last case is not divided among them."""
    pace = fed(np.full(101, 4.0), 40)
    low, high = pace.left(40.0) or (0, 0)
    assert low < 61 < high
    low, high = fed(np.full(41, 4.0), 40).left(40.0) or (0, 0)
    assert low < 4 < high
    late = fed(np.full(41, 4.0), 40).left(43.0, [3.0])
    assert late is not None
    assert late[0] < 1 < late[1] < 2


def test_failures_are_no_longer_left() -> None:
    """A case that failed or was ended needs no more time, and a run without any left needs none."""
    pace = Pace(plan_of(4))
    failure = Failure(2, {"a": 2}, ValueError())
    pace.add(Outcome(range(2), [0, 0], np.ones(2, dtype=np.float32), (failure,), cancelled=range(3, 4)))
    assert pace.left(2.0) == (0.0, 0.0)


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_failures_do_not_stretch_the_time_left(seconds: float) -> None:
    """Whether calls that fail take as long as others or no time at all, the rest takes what the others take."""
    pace = Pace(plan_of(80))
    for number in range(10):
        pace.add(Outcome(range(number, number + 1), [0], np.ones(1, dtype=np.float32)))
    failed = tuple(Failure(number, {"a": number}, ValueError()) for number in range(10, 40))
    pace.add(Outcome(range(0), [], np.empty(0, dtype=np.float32), failed))
    left = pace.left(10 + 30 * seconds)
    assert left is not None
    assert left[0] <= 40 <= left[1] < 80


def test_before_a_case_is_done_the_prior_is_told() -> None:
    """What was expected of the whole run counts until there is better, less what is over, unless it is refuted."""
    pace = Pace(plan_of(4), prior=(10.0, 20.0))
    assert [pace.left(elapsed) for elapsed in (0.0, 4.0, 15.0, 25.0)] == [(10.0, 20.0), (6.0, 16.0), (0.0, 5.0), None]
    assert Pace(plan_of(4)).left(1.0) is None
    pace.add(Outcome(range(1), [0], np.ones(1, dtype=np.float32)))
    left = pace.left(1.0)
    assert left is not None
    assert left[0] < 3 < left[1]
