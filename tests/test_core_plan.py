"""The plan: which points run, in which order."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import every_case, spaces
from xyzpy_widgets.core.plan import Plan, Point
from xyzpy_widgets.core.space import Combos, ParameterSpace


@given(spaces(), st.data())
@settings(deadline=None, max_examples=200)
def test_a_plan_runs_what_is_left_exactly_once(space: ParameterSpace, data: st.DataObject) -> None:
    """Whatever is covered and however it is shuffled and cut, every other case comes once, under its number."""
    cases = every_case(space)
    plan, todo = Plan(space), set(range(len(cases)))
    for _ in range(data.draw(st.integers(0, 2))):
        covered = data.draw(st.lists(st.booleans(), min_size=len(cases), max_size=len(cases)))
        plan = plan.without(np.array(covered, dtype=bool))
        todo -= {number for number, done in enumerate(covered) if done}
        if data.draw(st.booleans()):
            plan = plan.shuffled(data.draw(st.integers(0, 2**32)))
    assert len(plan) == len(todo)
    size = data.draw(st.integers(1, 7))
    batches = [plan.numbers(at, min(at + size, len(plan))) for at in range(0, len(plan), size)]
    numbers = [int(number) for batch in batches for number in batch]
    rows = [dict(zip(space.names, row, strict=True)) for batch in batches for row in plan.args(batch)]
    assert sorted(numbers) == sorted(todo)
    assert rows == [cases[number] for number in numbers]
    assert list(plan.points()) == [Point(number, cases[number]) for number in numbers]


def test_an_unshuffled_plan_keeps_the_order_of_the_space() -> None:
    """What is left out does not disturb the order of the rest."""
    plan = Plan(ParameterSpace(combos=Combos(("a",), ((5, 6, 7, 8),))))
    left = plan.without(np.array([True, False, False, True]))
    assert [str(point) for point in left.points()] == ["a=6", "a=7"]
    assert sorted(point.number for point in left.shuffled(3).points()) == [1, 2]


def test_a_seed_names_an_order() -> None:
    """Who gives the seed again gets the order again, and another seed gives another; a part of it is a part."""
    plan = Plan(ParameterSpace(combos=Combos(("a",), (tuple(range(40)),)))).without(np.arange(40) % 4 == 0)
    orders = [[point.number for point in plan.shuffled(seed).points()] for seed in (1, 2, 1)]
    assert orders[0] == orders[2] != orders[1]
    assert [point.number for point in plan.shuffled(1).points(3, 9)] == orders[0][3:9]
    left = plan.shuffled(1).without(np.arange(40) < 20)
    assert sorted(point.number for point in left.points()) == [n for n in range(20, 40) if n % 4]


def test_a_point_reads_like_a_call() -> None:
    """Messages name a case as one would type it."""
    assert str(Point(0, {"a": np.float64(0.5), "b": "x"})) == "a=0.5, b='x'"
