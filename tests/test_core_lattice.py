"""The dense grid: each point has the cell of its labels."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import every_case, spaces
from xyzpy_widgets.core.labels import label_key
from xyzpy_widgets.core.lattice import lattice_of
from xyzpy_widgets.core.space import Cases, Combos, ParameterSpace
from xyzpy_widgets.errors import LabelWarning, SpaceError


@given(spaces(), st.data())
@settings(deadline=None, max_examples=200)
def test_each_point_lies_at_its_labels(space: ParameterSpace, data: st.DataObject) -> None:
    """The cell of a point, picked in any way, is the one whose labels are the point's arguments."""
    lattice, cases = lattice_of(space), every_case(space)
    assert lattice.size == np.prod(lattice.shape, dtype=int)
    start = data.draw(st.integers(0, len(cases)))
    stop = data.draw(st.integers(start, len(cases)))
    order = data.draw(st.permutations(range(start, stop)))
    grid = [dict(zip(lattice.names, row, strict=True)) for row in product(*lattice.values)]
    flat = np.arange(lattice.size)
    assert [grid[at] for at in flat[lattice.cells(range(start, stop))]] == cases[start:stop]
    assert [grid[at] for at in flat[lattice.cells(np.array(order, dtype=np.intp))]] == [cases[i] for i in order]


@given(spaces())
@settings(deadline=None, max_examples=100)
def test_the_axes_are_the_sorted_union_of_the_cases(space: ParameterSpace) -> None:
    """A case argument has each of its values once, sorted where they can be; combos keep their order."""
    lattice = lattice_of(space)
    for name, column in zip(space.cases.names, space.cases.columns, strict=True):
        values = list(lattice.values[lattice.names.index(name)])
        assert {label_key(value) for value in values} == {label_key(value) for value in column}
        if set(map(type, values)) in ({int}, {str}, {bool}, {float}):
            assert values == sorted(set(column))
    assert lattice.values[len(space.cases.names) :] == space.combos.values


def test_a_whole_row_of_points_is_a_slice() -> None:
    """Points in their order go to the grid without a list of positions."""
    lattice = lattice_of(ParameterSpace(combos=Combos(("a", "b"), ((1, 2), (3, 4)))))
    assert lattice.cells(range(1, 3)) == slice(1, 3)


def test_the_same_case_twice_is_named() -> None:
    """One cell cannot hold two results, so the doubled case is refused before anything runs."""
    with pytest.raises(SpaceError, match=r"the case \{'a': 2, 'b': 'x'\} stands twice"):
        lattice_of(ParameterSpace(Cases(("a", "b"), ((2, 1, 2), ("x", "x", "x")), 3)))


def test_cases_that_differ_by_rounding_are_one() -> None:
    """Rounding does not make a case run twice under another name."""
    with (
        pytest.warns(LabelWarning, match=r"a=0.30000000000000004 is taken as 0.3"),
        pytest.raises(SpaceError, match="stands twice"),
    ):
        lattice_of(ParameterSpace(Cases(("a",), ((0.3, 0.1 + 0.2),), 2)))
    with pytest.warns(LabelWarning, match="rounding"):
        lattice = lattice_of(ParameterSpace(Cases(("a", "b"), ((0.3, 0.1 + 0.2), (1, 2)), 2)))
    assert lattice.shape == (1, 2)


def test_a_value_that_cannot_be_looked_up_is_named() -> None:
    """An unhashable value in a case is refused with its argument's name."""
    with pytest.raises(SpaceError, match="a has a value in the cases that is not hashable"):
        lattice_of(ParameterSpace(Cases(("a",), (([1],),), 1)))


def test_a_grid_beyond_all_numbers_is_refused() -> None:
    """Scattered cases over many arguments have no dense grid, and the message says what to do instead."""
    columns = tuple(tuple(range(1000)) for _ in range(8))
    with pytest.raises(SpaceError, match=r"1000 cases has 1e\+21 cells; make a table"):
        lattice_of(ParameterSpace(Cases(tuple("abcdefgh"), columns, 1000)))
