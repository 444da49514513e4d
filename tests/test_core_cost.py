"""Estimates: an interval that holds the truth as often as it says, from few cases, whatever the law of the cost."""

from __future__ import annotations

import heapq
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.strategies import spaces
from xyzpy_widgets.core.cost import CostModel
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import Cases, Combos, ParameterSpace

KNOWN = 20
SIZES: dict[str, Sequence[Any]] = {"size": range(4, 52, 4), "heat": np.linspace(0.5, 4, 8).tolist()}
LAWS: dict[str, tuple[dict[str, Sequence[Any]], Callable[..., float]]] = {
    "square": (SIZES, lambda size, heat: 1e-3 * size**2),
    "exponential": ({"n": range(2, 14), "heat": SIZES["heat"]}, lambda n, heat: 1e-3 * float(np.exp(n / 2))),
    "constant": (SIZES, lambda size, heat: 0.3),
    "categories": ({"kind": "abcde", "seed": range(20)}, lambda kind, seed: 3.0 ** "abcde".index(kind)),
    "product": (
        {"size": range(4, 44, 4), "n": [10, 20, 50, 100, 200, 500, 1000]},
        lambda size, n: 1e-5 * size**2 * n,
    ),
    "overhead": (SIZES, lambda size, heat: 0.5 + 1e-3 * size**2),
}


def over(**values: Sequence[Any]) -> ParameterSpace:
    """A space of combos."""
    return ParameterSpace(combos=Combos(tuple(values), tuple(map(tuple, values.values()))))


def expected_of(model: CostModel, columns: dict[str, list[Any]]) -> NDArray[np.float32]:
    """The expected seconds of a list of cases."""
    length = max(map(len, columns.values()), default=1)
    return model.expected(Plan(ParameterSpace(Cases(tuple(columns), tuple(map(tuple, columns.values())), length))))


def columns_of(space: ParameterSpace, points: Sequence[int] | NDArray[np.intp] | None = None) -> dict[str, list[Any]]:
    """The values of each argument at some points, those of all by default."""
    rows = list(space.args_at(np.asarray(range(len(space)) if points is None else points, dtype=np.intp)))
    return {name: [row[i] for row in rows] for i, name in enumerate(space.names)}


def left_out(space: ParameterSpace, points: Sequence[int] | NDArray[np.intp]) -> Plan:
    """The plan of all other points."""
    covered = np.zeros(len(space), dtype=bool)
    covered[points] = True
    return Plan(space).without(covered)


def scheduled(seconds: NDArray[np.float64], workers: int) -> float:
    """How long cases take on workers of which each takes the next case when it is free."""
    free = [0.0] * workers
    for one in seconds:
        heapq.heapreplace(free, free[0] + one)
    return max(free)


def trial(law: str, seed: int, *, noise: float, share: float, workers: int) -> tuple[float, float, float]:
    """Estimate all of a grid from 20 cases in the first part of its first axis; return the interval and the truth."""
    axes, cost = LAWS[law]
    space, rng = over(**axes), np.random.default_rng(seed)
    rows = list(space.args(0, len(space)))
    seconds = np.array([cost(*row) for row in rows]) * rng.lognormal(-(noise**2) / 2, noise, len(rows))
    known = rng.choice(round(share * len(rows)), KNOWN, replace=False)
    model = CostModel.fit(columns_of(space, known), seconds[known])
    assert model is not None
    plan = left_out(space, known)
    return (*model.total(plan, workers), scheduled(seconds[plan.numbers(0, len(plan))], workers))


@pytest.mark.parametrize(
    ("law", "noise", "share", "workers", "widest"),
    [
        ("square", 0.1, 1.0, 1, 1.2),
        ("square", 0.3, 1.0, 1, 1.5),
        ("square", 0.2, 1.0, 4, 1.4),
        ("square", 0.2, 0.6, 1, 1.7),
        ("exponential", 0.2, 1.0, 1, 1.4),
        ("exponential", 0.1, 0.6, 1, 2.2),
        ("constant", 0.3, 1.0, 1, 1.5),
        ("categories", 0.2, 1.0, 1, 1.5),
        ("product", 0.2, 1.0, 1, 1.5),
        ("product", 0.2, 0.6, 2, 1.8),
        ("overhead", 0.2, 1.0, 1, 1.4),
    ],
)
def test_the_interval_holds_the_truth(law: str, noise: float, share: float, workers: int, widest: float) -> None:
    """In 75 of 100 studies or more, 20 known cases tell the time of the others, larger ones too, and not vaguely."""
    low, high, truth = np.array([trial(law, seed, noise=noise, share=share, workers=workers) for seed in range(100)]).T
    assert np.count_nonzero((low <= truth) & (truth <= high)) >= 75
    assert np.median(high / low) <= widest


def test_nothing_is_told_from_nothing() -> None:
    """Without a time there is no estimate, rather than an invented one; cases of unknown time do not count."""
    assert CostModel.fit({"L": []}, []) is None
    assert CostModel.fit({"L": [1, 2]}, [np.nan, np.nan]) is None
    model = CostModel.fit({"L": [1, 2, 3]}, [np.nan, 4.0, np.nan])
    assert model is not None
    assert (model.known, model.usual) == (1, 4.0)


def test_one_case_tells_little() -> None:
    """From a single case a grid of other sizes is estimated, but vaguely; of cases like it, well."""
    model = CostModel.fit({"L": [16]}, [2.0])
    assert model is not None
    low, high = model.total(Plan(over(L=[64, 128])))
    assert low < 4.0
    assert high > 20.0
    low, high = model.total(Plan(over(L=[16])))
    assert 1.0 < low < 2.0 < high < 4.0


def test_one_slow_first_case_does_not_spoil_the_estimate() -> None:
    """The first call of a session compiles and imports; what it takes beyond the others is not taken for the rule."""
    space = over(L=range(4, 44), T=[1, 2])
    points = np.random.default_rng(1).choice(len(space), KNOWN, replace=False)
    columns = columns_of(space, points)
    seconds = np.array([1e-3 * L**2 for L in columns["L"]])
    seconds[0] *= 100
    model = CostModel.fit(columns, seconds)
    assert model is not None
    truth = sum(2e-3 * L**2 for L in range(4, 44))
    assert 0.9 * truth < model.total(Plan(space))[0] < 1.1 * truth
    assert expected_of(model, {"L": [40], "T": [1]})[0] < 4 * 1.6


def test_time_rises_where_the_known_cases_rise() -> None:
    """Noise turns no estimate around: between and beyond sizes that take ever longer, larger ones take longer."""
    rng = np.random.default_rng(3)
    sizes = rng.permutation(np.repeat([8, 12, 20, 40, 60], 4))
    model = CostModel.fit({"L": sizes.tolist()}, 1e-2 * sizes * rng.lognormal(0, 0.4, len(sizes)))
    assert model is not None
    assert (np.diff(expected_of(model, {"L": list(range(4, 200, 5))})) >= 0).all()


known_cases = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(1, 40), min_size=n, max_size=n),
        st.lists(st.sampled_from(["x", "y", None, True, 2.5]), min_size=n, max_size=n),
        st.lists(st.floats(1e-6, 1e4), min_size=n, max_size=n),
    )
)


@given(known_cases, st.data())
@settings(deadline=None, max_examples=60)
def test_more_cases_take_longer(known: tuple[list[Any], list[Any], list[float]], data: st.DataObject) -> None:
    """Whatever is known, adding cases to a plan never lowers either end of its interval."""
    model = CostModel.fit({"L": known[0], "kind": known[1]}, known[2])
    assert model is not None
    space = over(L=[1, 5, 20, 90], kind=["x", "z", None])
    workers = data.draw(st.integers(1, 5))
    order = data.draw(st.permutations(range(len(space))))
    ends = np.array([model.total(Plan(space, np.array(order[:n])), workers) for n in range(len(space) + 1)])
    assert (ends[0] == 0).all()
    assert (np.diff(ends, axis=0) >= -1e-9 * ends[1:]).all()


@given(known_cases, st.integers(-6, 6), st.integers(1, 4))
@settings(deadline=None, max_examples=60)
def test_times_in_another_unit_give_the_interval_in_that_unit(
    known: tuple[list[Any], list[Any], list[float]], power: int, workers: int
) -> None:
    """When every case takes twice as long, so does every estimate."""
    plan = Plan(over(L=[1, 5, 90], kind=["x", "z"]))
    columns = {"L": known[0], "kind": known[1]}
    models = [CostModel.fit(columns, np.array(known[2]) * factor) for factor in (1.0, 2.0**power)]
    one, other = (np.array(model.total(plan, workers)) for model in models if model is not None)
    np.testing.assert_allclose(other, 2.0**power * one, rtol=1e-9)


@given(spaces(), st.data())
@settings(deadline=None, max_examples=60)
def test_a_product_is_estimated_like_the_list_of_its_cases(space: ParameterSpace, data: st.DataObject) -> None:
    """What is summed axis by axis is the sum over the points, for labels of every kind, known and new."""
    known = [point for point in range(len(space)) if data.draw(st.booleans())]
    seconds = [data.draw(st.floats(1e-4, 1e3)) for _ in known]
    model = CostModel.fit(columns_of(space, known), seconds)
    if model is None:
        return
    listed = Plan(space, np.arange(len(space)))
    for workers in (1, 3):
        np.testing.assert_allclose(model.total(Plan(space), workers), model.total(listed, workers), rtol=1e-6)
    expected = model.expected(Plan(space))
    np.testing.assert_allclose(expected, model.expected(listed), rtol=1e-3)
    np.testing.assert_allclose(expected, expected_of(model, columns_of(space)), rtol=1e-3)
    assert np.isfinite(expected).all()
    assert (expected > 0).all()


def test_a_huge_plan_is_estimated_without_its_points() -> None:
    """Ten million points, all of them or most, take no memory to speak of, and what is looked at tells enough."""
    rng = np.random.default_rng(5)
    model = CostModel.fit({"L": list(range(1, 41))}, 1e-3 * np.arange(1, 41) ** 2 * rng.lognormal(0, 0.05, 40))
    assert model is not None
    space = over(L=range(1, 41), a=range(500), b=range(500))
    most = Plan(space).without(rng.random(len(space)) < 0.5)
    truth = 250_000 * 1e-3 * float((np.arange(1, 41) ** 2).sum())
    tracemalloc.start()
    intervals = [model.total(Plan(space)), model.total(most)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e7
    for share, (low, high) in zip((1.0, 0.5), intervals, strict=True):
        assert 0.85 < low / (share * truth) < high / (share * truth) < 1.2


def test_what_is_no_number_and_what_is_not_known_is_estimated_too() -> None:
    """An infinite label, an argument that no known case has, and cases beside combos cost no estimate."""
    model = CostModel.fit({"L": [1.0, 2.0, 4.0, 8.0]}, [1.0, 2.0, 4.0, 8.0])
    assert model is not None
    space = ParameterSpace(Cases(("L", "new"), ((2.0, np.inf), ("x", "y")), 2), Combos(("other",), ((1, 2),)))
    low, high = model.total(Plan(space))
    assert 0 < low < high < np.inf
    assert np.isfinite(expected_of(model, {"L": [np.inf, np.nan], "new": [1, 2]})).all()
