"""Tables: each row has its own arguments and its own results, and nothing is cut or turned into something else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import batches, every_case, outcome, result_values, same, spaces
from xyzpy_widgets.core.function import FunctionSpec, as_function_spec
from xyzpy_widgets.core.space import Cases, Combos, ParameterSpace
from xyzpy_widgets.errors import FunctionError, ResultError
from xyzpy_widgets.labelling.frame import FrameBuilder, append


def described(var_names: Any, **more: Any) -> FunctionSpec:
    """The description of a function that is never called here."""
    return as_function_spec(lambda **args: args, var_names, **more)


def over(n: int) -> ParameterSpace:
    """The space of one argument with the values below ``n``."""
    return ParameterSpace(combos=Combos(("i",), (tuple(range(n)),)))


def like(found: Any, value: Any) -> bool:
    """Say whether a cell of a table holds a value; pandas has times of its own."""
    if isinstance(value, (dt.date, np.datetime64)):
        return bool(pd.Timestamp(found) == pd.Timestamp(value))
    return same(found, value)


@given(spaces(3), st.data())
@settings(deadline=None, max_examples=150)
def test_every_row_has_its_own_arguments_and_results(space: ParameterSpace, data: st.DataObject) -> None:
    """Any results over any space, in any order: the rows of what is done, in the order of the space."""
    cases = every_case(space)
    done = [number for number in range(len(cases)) if data.draw(st.booleans())]
    kind = data.draw(st.sampled_from([result_values, st.integers(), st.booleans(), st.text(max_size=3)]))
    values = {number: (data.draw(kind), data.draw(result_values)) for number in done}
    builder = FrameBuilder(space, described(["y", "z"]))
    for batch in data.draw(batches(done)):
        builder.add(outcome(batch, [values[number] for number in batch]))
    table = builder.build()
    assert list(table.columns) == [*space.names, "y", "z"]
    assert table.index.tolist() == list(range(len(done)))
    for row, number in zip(table.itertuples(index=False, name=None), done, strict=True):
        expected = (*cases[number].values(), *values[number])
        assert all(like(*pair) for pair in zip(row, expected, strict=True))


def test_types_are_those_of_the_values() -> None:
    """Whole numbers, bools and texts are columns of their type, and texts are whole."""
    space = ParameterSpace(Cases(("a",), ((1, 2),), 2), Combos(("b",), (("long", "text"),)))
    builder = FrameBuilder(space, described(["n", "ok", "name", "x"]))
    builder.add(outcome(range(4), [(2**60 + 1, True, "whole text", 0.5)] * 4))
    table = builder.build()
    assert [table[name].dtype.kind for name in ("a", "n", "ok", "x")] == ["i", "i", "b", "f"]
    assert table["n"].tolist() == [2**60 + 1] * 4
    assert table["name"].tolist() == ["whole text"] * 4
    assert table["b"].tolist() == ["long", "text"] * 2


def test_arguments_of_any_kind_stand_in_a_table() -> None:
    """A table needs no labels: lists, tuples and objects are arguments too."""
    columns = ((1, 2), (3, 4)), ([1], [2]), (None, "x")
    builder = FrameBuilder(ParameterSpace(Cases(("a", "b", "c"), columns, 2)), described("y"))
    builder.add(outcome([1, 0], [10, 20]))
    table = builder.build()
    assert table["a"].tolist() == [(1, 2), (3, 4)]
    assert table["b"].tolist() == [[1], [2]]
    assert table["c"].tolist() == [None, "x"]
    assert table["y"].tolist() == [20, 10]


def test_results_that_name_their_outputs_may_leave_some_out() -> None:
    """A column that a row lacks is missing there, and whole numbers beside the hole stay what they are."""
    builder = FrameBuilder(over(3), described(None))
    builder.add(outcome(range(3), [{"y": 2**60 + 1}, {"z": True}, {"y": 5, "z": False}]))
    table = builder.build()
    assert table["y"].tolist()[0::2] == [2**60 + 1, 5]
    assert table["z"].tolist()[1:] == [True, False]
    assert table.isna().to_numpy().tolist() == [[False, False, True], [False, True, False], [False, False, False]]


def test_an_empty_table_has_its_columns() -> None:
    """No case, or none that is done, is a table without rows."""
    for space in (over(0), over(2)):
        table = FrameBuilder(space, described("y")).build()
        assert list(table.columns) == ["i", "y"]
        assert len(table) == 0


def test_what_no_table_holds_is_refused() -> None:
    """A described dimension is refused before a run, one that comes with a result after the first."""
    with pytest.raises(FunctionError, match=r"'y' has the dimensions \('x',\); a table holds scalars"):
        FrameBuilder(over(1), described("y", var_dims="x"))
    builder = FrameBuilder(over(2), described("y"))
    with pytest.raises(ResultError, match="'y' is described as a scalar") as caught:
        builder.add(outcome([0, 1], [5, [1, 2]]))
    assert caught.value.__notes__ == ["in the case i=1"]
    assert builder.build()["y"].tolist() == [5]


def test_an_array_in_a_row_is_refused_with_the_first_result() -> None:
    """A function that names its outputs and returns an array costs one case, not all of them."""
    builder = FrameBuilder(over(2), described(None))
    with pytest.raises(ResultError, match=r"'y' has the dimensions \('x',\); a table holds scalars"):
        builder.add(outcome([0], [{"y": ("x", [1, 2])}]))


TABLES = st.lists(
    st.tuples(
        st.sampled_from([["n", "s"], ["s", "n"], ["n"], ["n", "new"]]),
        st.sampled_from([st.integers(), st.booleans(), st.text(max_size=2), st.floats(), st.none(), result_values]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=4,
)


@given(TABLES, st.data())
@settings(deadline=None, max_examples=150)
def test_appending_keeps_every_value(shapes: list[tuple[list[str], Any, int]], data: st.DataObject) -> None:
    """Tables under one another are their rows under one another, with nothing where a table lacks a column."""
    rows: list[dict[str, Any]] = []
    tables = []
    for names, kind, n in shapes:
        new = [{name: data.draw(kind) for name in names} for _ in range(n)]
        builder = FrameBuilder(over(n), described(names))
        builder.add(outcome(range(n), [tuple(row.values()) if len(row) > 1 else row[names[0]] for row in new]))
        tables.append(builder.build().drop(columns="i"))
        rows += new
    before = [table.copy(deep=True) for table in tables]
    table = append(*tables)
    for one, other in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert table.index.tolist() == list(range(len(rows)))
    assert list(table.columns) == list(dict.fromkeys(name for names, _, _ in shapes for name in names))
    for found, row in zip(table.to_dict("records"), rows, strict=True):
        for name, value in found.items():
            assert like(value, row[str(name)]) if name in row else pd.isna(value)


@pytest.mark.parametrize(
    ("parts", "dtype"),
    [
        ([[1], [2]], "int64"),
        ([[True], [False]], "bool"),
        ([[1], [0.5]], "float64"),
        ([[2**60 + 1], [0.5]], "object"),
        ([[True], [1]], "object"),
        ([[1], [None]], "object"),
        ([np.array([1], np.int8), np.array([300], np.int16)], "int16"),
        ([np.array(["2020"], "M8[s]"), np.array(["2020"], "M8[ns]")], "datetime64[ns]"),
        ([[], [1]], "int64"),
    ],
)
def test_appended_columns_have_the_type_of_their_values(parts: list[Any], dtype: str) -> None:
    """No number is turned into another to make room for its neighbours."""
    table = append(*(pd.DataFrame({"y": part}) for part in parts))
    assert table["y"].dtype == np.dtype(dtype)
    assert all(same(*pair) for pair in zip(table["y"].to_numpy(), [v for part in parts for v in part], strict=True))
