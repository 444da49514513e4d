"""Plain tuples: nested by argument or flat, with fills in the shape of the results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import batches, every_case, outcome, spaces
from xyzpy_widgets.core.lattice import lattice_of
from xyzpy_widgets.core.space import Cases, Combos, ParameterSpace
from xyzpy_widgets.labelling.nested import FlatBuilder, NestedBuilder, fill_like


@given(spaces(), st.data())
@settings(deadline=None, max_examples=150)
def test_every_result_lies_at_its_labels(space: ParameterSpace, data: st.DataObject) -> None:
    """One level per argument, in any order of arrival; what did not run is not there, nor is an axis lost."""
    cases, lattice = every_case(space), lattice_of(space)
    done = [number for number in range(len(cases)) if data.draw(st.booleans())]
    nested, flat = NestedBuilder(space), FlatBuilder(space)
    for batch in data.draw(batches(done)):
        for builder in (nested, flat):
            builder.add(outcome(batch, batch))
    array = np.array(nested.build(), dtype=object)
    whole = lattice.shape.index(0) + 1 if 0 in lattice.shape else None  # tuples end at the first empty level
    assert array.shape == lattice.shape[:whole]
    found = {}
    for place in np.ndindex(*lattice.shape):
        labels = [values[i] for values, i in zip(lattice.values, place, strict=True)]
        found[repr(dict(zip(lattice.names, labels, strict=True)))] = array[place]
    expected = {repr(case): number for number, case in enumerate(cases) if number in done}
    assert {case: number for case, number in found.items() if number in done} == expected
    fill = [value for value in flat.build() if value not in done]
    assert len(fill) == len(cases) - len(done)
    assert [value for value in flat.build() if value in done] == done


def test_a_run_of_points_in_a_row_is_placed_at_once() -> None:
    """Results in the order of the space go to their place as a slice."""
    builder = NestedBuilder(ParameterSpace(combos=Combos(("a", "b"), ((1, 2), (3, 4, 5)))))
    builder.add(outcome(range(4), "wxyz"))
    builder.add(outcome([4, 5], "uv"))
    assert builder.build() == (("w", "x", "y"), ("z", "u", "v"))


def test_the_levels_are_the_cases_then_the_combos() -> None:
    """The values of a case argument are sorted, and cells that are no case hold a fill."""
    cases = Cases(("a", "c"), ((1, 2, 3), (True, False, True)), 3)
    builder = NestedBuilder(ParameterSpace(cases, Combos(("b",), (("x", "y"),))))
    builder.add(outcome(range(6), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]))
    array = np.array(builder.build())
    assert array.shape == (3, 2, 2)
    assert array[0, 1].tolist() == [0.0, 1.0]
    assert array[1, 0].tolist() == [2.0, 3.0]
    assert array[2, 1].tolist() == [4.0, 5.0]
    assert np.isnan(array[0, 0]).all()


@pytest.mark.parametrize(
    ("combos", "shape"),
    [
        (Combos(("a", "b"), ((1, 2), ())), (2, 0)),
        (Combos(("a", "b"), ((), (1, 2))), (0,)),
        (Combos(("a",), ((),)), (0,)),
    ],
)
def test_empty_axes_are_empty_levels(combos: Combos, shape: tuple[int, ...]) -> None:
    """No values give empty tuples, as many as the levels above have."""
    assert np.shape(NestedBuilder(ParameterSpace(combos=combos)).build()) == shape


def test_nothing_varies_is_the_bare_result() -> None:
    """Without arguments there is no level at all."""
    builder = NestedBuilder(ParameterSpace())
    builder.add(outcome([0], ["result"]))
    assert builder.build() == "result"
    assert FlatBuilder(ParameterSpace(Cases(("a",), ((),), 0))).build() == ()


@pytest.mark.parametrize(
    ("value", "shapes"),
    [
        (("text", np.float64(0.5)), [(), ()]),
        ((1, [1, 2]), [(), (2,)]),
        ((True, np.ones((2, 3))), [(), (2, 3)]),
    ],
)
def test_the_fill_of_a_tuple_is_a_tuple_of_nan(value: Any, shapes: list[tuple[int, ...]]) -> None:
    """Every part has a fill of its own shape, texts and bools among them."""
    fill = fill_like(value)
    assert isinstance(fill, tuple)
    assert [part.shape for part in fill] == shapes
    assert all(np.isnan(part).all() for part in fill)


@pytest.mark.parametrize("value", [1, 0.5, 1j, np.int8(1), np.float32(0.5)])
def test_the_fill_of_a_number_is_nan(value: Any) -> None:
    """A bare number that is missing is nan."""
    assert np.isnan(fill_like(value))


@pytest.mark.parametrize("value", [True, np.True_, "text", b"bytes", None, object(), np.datetime64("2020")])
def test_the_fill_of_anything_else_is_none(value: Any) -> None:
    """A bare bool, text or object that is missing is None."""
    assert fill_like(value) is None


def test_the_fill_of_labelled_data_has_its_labels() -> None:
    """A Dataset, an array and a mapping that are missing are nan in their own shape."""
    ds = xr.Dataset({"y": ("x", [1, 2]), "name": "text"}, {"x": ["u", "v"]})
    fill = fill_like(ds)
    assert fill["x"].values.tolist() == ["u", "v"]
    assert np.isnan(fill["y"].values).all()
    assert np.isnan(fill["name"].values)
    assert np.isnan(fill_like(np.ones((2, 3), dtype=int))).tolist() == [[True] * 3] * 2
    assert np.isnan(fill_like({"a": 1})["a"])
    assert ds["y"].values.tolist() == [1, 2]
