"""The space of parameters: every case once, in the right order, without a list of them."""

from __future__ import annotations

import tracemalloc
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import every_case, spaces
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import Cases, Combos, ParameterSpace, slabs
from xyzpy_widgets.errors import SpaceError


def as_dicts(space: ParameterSpace, rows: Any) -> list[dict[str, Any]]:
    """Argument tuples under their names."""
    return [dict(zip(space.names, row, strict=True)) for row in rows]


@given(spaces(), st.data())
@settings(deadline=None, max_examples=200)
def test_any_slice_of_any_space_is_that_of_the_product(space: ParameterSpace, data: st.DataObject) -> None:
    """Index arithmetic gives exactly the cases that nested loops give, in their order."""
    cases = every_case(space)
    assert len(space) == len(cases)
    start = data.draw(st.integers(0, len(cases)))
    stop = data.draw(st.integers(start, len(cases)))
    assert as_dicts(space, space.args(start, stop)) == cases[start:stop]


@given(spaces(), st.data())
@settings(deadline=None, max_examples=200)
def test_any_choice_of_points_has_their_arguments(space: ParameterSpace, data: st.DataObject) -> None:
    """Points that are picked by number, in any order and more than once, get their own arguments."""
    cases = every_case(space)
    numbers = data.draw(st.lists(st.integers(0, len(cases) - 1), max_size=10)) if cases else []
    rows = space.args_at(np.array(numbers, dtype=np.intp))
    assert as_dicts(space, rows) == [cases[number] for number in numbers]


@given(st.lists(st.lists(st.integers(), max_size=3), max_size=4), st.data())
@settings(deadline=None, max_examples=100)
def test_a_slice_of_a_product_is_few_boxes(axes: list[list[int]], data: st.DataObject) -> None:
    """A slice is cut into at most two products per axis, so that its cost is that of its points."""
    everything = list(product(*axes))
    start = data.draw(st.integers(0, len(everything)))
    stop = data.draw(st.integers(start, len(everything)))
    parts = list(slabs(axes, start, stop))
    assert [row for part in parts for row in product(*part)] == everything[start:stop]
    assert len(parts) <= max(1, 2 * len(axes))


def test_the_unit_has_one_point() -> None:
    """Without combos and cases there is one call, that of the constants."""
    assert list(ParameterSpace().args(0, 1)) == [()]
    assert len(ParameterSpace()) == 1


def test_a_billion_points_cost_nothing() -> None:
    """A space is made, shuffled, cut and sliced in the memory of the slice, not of its points."""
    tracemalloc.start()
    try:
        axis = tuple(range(1000))
        space = ParameterSpace(combos=Combos(tuple("abc"), (axis, axis, axis)))
        assert len(space) == 10**9
        assert list(space.args(123_456_789, 123_456_791)) == [(123, 456, 789), (123, 456, 790)]
        plan = Plan(space).shuffled(1)
        assert len(list(plan.args(plan.numbers(999_999_000, 10**9)))) == 1000
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_an_argument_stands_in_one_place() -> None:
    """An argument that is given twice has no one value."""
    with pytest.raises(SpaceError, match="b stands in the cases and in the combos"):
        ParameterSpace(Cases(("a", "b"), ((1,), (2,)), 1), Combos(("b",), ((1,),)))


def test_a_space_beyond_all_numbers_is_refused() -> None:
    """More points than can be numbered is said at once, with how many there are."""
    with pytest.raises(SpaceError, match=r"the space has 1e\+20 points"):
        ParameterSpace(combos=Combos(tuple("abcdefghij"), (tuple(range(100)),) * 10))


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ((3, 1, 2), (3, 1, 2)),
        ((1, 2.5), (1.0, 2.5)),
        ((np.int64(1), 2.5), (1.0, 2.5)),
        ((1, "x", None), (1, "x", None)),
        ((), ()),
    ],
)
def test_the_function_gets_the_labels_that_are_stored(values: tuple[Any, ...], labels: tuple[Any, ...]) -> None:
    """What a function is called with is what stands on the axis, type included."""
    found = ParameterSpace(combos=Combos(("a",), (values,))).labelled().combos.values[0]
    assert [(type(one), one) for one in found] == [(type(one), one) for one in labels]


def test_a_space_that_cannot_be_labelled_is_refused() -> None:
    """What cannot be a label is named before anything runs."""
    with pytest.raises(SpaceError, match=r"a=\[1\] cannot be a label"):
        ParameterSpace(combos=Combos(("a",), (([1],),))).labelled()
