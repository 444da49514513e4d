"""From outcomes to a dataset: every value at its labels, whatever comes, in any order, and holes where nothing came."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import batches, every_case, outcome, result_values, same, spaces
from xyzpy_widgets.core.function import FunctionSpec, as_function_spec
from xyzpy_widgets.core.labels import label_key
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.space import Combos, ParameterSpace
from xyzpy_widgets.errors import LabelWarning, ResultError, SpaceError
from xyzpy_widgets.labelling.dataset import DatasetBuilder
from xyzpy_widgets.labelling.ledger import Labelled


def described(var_names: Any, **more: Any) -> FunctionSpec:
    """The description of a function that is never called here."""
    return as_function_spec(lambda **args: args, var_names, **more)


def over(n: int) -> ParameterSpace:
    """The space of one argument with the values below ``n``."""
    return ParameterSpace(combos=Combos(("i",), (tuple(range(n)),)))


def built(spec: FunctionSpec, values: list[Any]) -> Labelled:
    """Place a result for each of the first values of one argument, one by one, over one value more."""
    builder = DatasetBuilder(over(len(values) + 1), spec)
    for number, value in enumerate(values):
        builder.add(outcome([number], [value]))
    return builder.build()


def at(data: xr.Dataset, case: dict[str, Any]) -> dict[str, int]:
    """Find the place of a case by the labels of the dataset alone."""
    labels = {name: [label_key(label) for label in data[name].to_numpy()] for name in case}
    return {name: keys.index(number_key(case[name], keys)) for name, keys in labels.items()}


def number_key(value: Any, keys: list[Any]) -> Any:
    """Return the key of a label; a whole number may stand among floats."""
    key = label_key(value)
    return key if key in keys else ("float", float(value))


def assert_holds(labelled: Labelled, name: str, expected: dict[int, Any], cases: list[dict[str, Any]]) -> None:
    """Each expected value stands at its case and is present; every other cell is neither."""
    data, present = labelled.data, labelled.present(name)
    rest = np.ones(present.shape, dtype=bool)
    for number, value in expected.items():
        cell = at(data, cases[number])
        place: Any = (*cell.values(), ...)
        assert rest[place].all()
        assert present[place].all()
        found = data[name].to_numpy()[place]
        wanted = value.ravel() if isinstance(value, np.ndarray) else [value]
        assert all(same(*pair) for pair in zip(np.ravel(found), wanted, strict=True))
        rest[place] = False
    assert not present[rest].any()
    assert all(map(pd.isna, data[name].to_numpy()[rest]))


@given(spaces(3), st.data())
@settings(deadline=None, max_examples=200)
def test_every_scalar_stands_at_its_labels(space: ParameterSpace, data: st.DataObject) -> None:
    """Any results over any space, in any batches and order, with failures and cases that never came."""
    cases = every_case(space)
    ends = [data.draw(st.sampled_from(["done", "done", "failed", "missing"])) for _ in cases]
    kind = data.draw(st.sampled_from([result_values, st.integers(), st.booleans(), st.floats(), st.text(max_size=2)]))
    values = {n: (data.draw(kind), data.draw(result_values)) for n, end in enumerate(ends) if end == "done"}
    builder = DatasetBuilder(space, described(["y", "z"]))
    for batch in data.draw(batches([n for n, end in enumerate(ends) if end != "missing"])):
        done = [n for n in batch if ends[n] == "done"]
        builder.add(outcome(done, [values[n] for n in done], [n for n in batch if ends[n] == "failed"]))
    labelled = builder.build()
    assert labelled.args == labelled.data["y"].dims == labelled.data["z"].dims == space.names
    assert_holds(labelled, "y", {n: value for n, (value, _) in values.items()}, cases)
    assert_holds(labelled, "z", {n: value for n, (_, value) in values.items()}, cases)
    status = labelled.ledger["status"].to_numpy()
    states = {"done": Status.DONE, "failed": Status.FAILED, "missing": Status.MISSING}
    for case, end in zip(cases, ends, strict=True):
        assert status[tuple(at(labelled.data, case).values())] == states[end]
    assert (status != Status.MISSING).sum() == len(cases) - ends.count("missing")


INNER = st.one_of(
    st.lists(st.integers(-(2**62), 2**62), min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
    st.lists(st.floats(), min_size=3, max_size=3).map(np.array),
    st.lists(st.sampled_from(["x", "yy", 1, True, None]), min_size=3, max_size=3),
)


@given(st.lists(INNER, max_size=6), st.data())
@settings(deadline=None, max_examples=100)
def test_every_array_stands_at_its_labels(values: list[Any], data: st.DataObject) -> None:
    """Arrays of any type beside one another keep each of their values."""
    space = over(len(values) + 1)
    builder = DatasetBuilder(space, described("y", var_dims="x", var_coords={"x": ["u", "v", "w"]}))
    for batch in data.draw(batches(range(len(values)))):
        builder.add(outcome(batch, [values[n] for n in batch]))
    labelled = builder.build()
    expected = {n: np.array(value, dtype=object) for n, value in enumerate(values)}
    assert labelled.data["y"].dims == ("i", "x")
    assert labelled.data["x"].values.tolist() == ["u", "v", "w"]
    assert_holds(labelled, "y", expected, every_case(space))


@given(st.lists(st.dictionaries(st.sampled_from("uvwxyz"), result_values, max_size=4), max_size=6), st.data())
@settings(deadline=None, max_examples=100)
def test_results_that_name_their_outputs_may_leave_some_out(results: list[dict[str, Any]], data: st.DataObject) -> None:
    """An output that a case does not have is missing there and nowhere else; the case is done all the same."""
    space = over(len(results))
    builder = DatasetBuilder(space, described(None))
    for batch in data.draw(batches(range(len(results)))):
        builder.add(outcome(batch, [results[n] for n in batch]))
    labelled = builder.build()
    assert labelled.done.all()
    assert set(labelled.data.data_vars) == {name for result in results for name in result}
    for name in labelled.data.data_vars:
        expected = {n: result[name] for n, result in enumerate(results) if name in result}
        assert_holds(labelled, str(name), expected, every_case(space))


POINTS = st.dictionaries(st.integers(0, 6), st.integers(), max_size=4)


@given(st.lists(POINTS, min_size=1, max_size=5), st.data())
@settings(deadline=None, max_examples=100)
def test_datasets_with_other_labels_share_one_axis(results: list[dict[int, int]], data: st.DataObject) -> None:
    """Each result stands at its own inner labels, the axis holds all of them, and the rest is missing."""
    builder = DatasetBuilder(over(len(results)), described(None))
    for batch in data.draw(batches(range(len(results)))):
        values = [xr.Dataset({"y": ("x", list(results[n].values()))}, {"x": list(results[n])}) for n in batch]
        builder.add(outcome(batch, values))
    labelled = builder.build()
    labels = labelled.data["x"].values.tolist()
    assert sorted(labels) == sorted({label for result in results for label in result})
    for n, result in enumerate(results):
        for i, label in enumerate(labels):
            assert labelled.present("y")[n, i] == (label in result)
            if label in result:
                assert labelled.data["y"].values[n, i] == result[label]


@pytest.mark.parametrize(
    ("values", "dtype"), [([2**60 + 1, 2], "int64"), ([True, False], "bool"), (["x", "yy"], "<U2")]
)
def test_the_type_in_memory_says_what_is_missing(values: list[Any], dtype: str) -> None:
    """With a hole, whole numbers, bools and texts are objects with nan; without, they have their type again."""
    holed = built(described("y"), values).data["y"]
    assert holed.dtype == object
    assert [same(*pair) for pair in zip(holed.values, [*values, np.nan], strict=True)] == [True, True, True]
    builder = DatasetBuilder(over(2), described("y"))
    builder.add(outcome([1, 0], values[::-1]))
    whole = builder.build().data["y"]
    assert whole.dtype == np.dtype(dtype)
    assert whole.values.tolist() == values


def test_nothing_yet_is_an_empty_grid() -> None:
    """Before the first result, and over no values at all, the dataset has its axes and holds nothing."""
    labelled = DatasetBuilder(over(2), described(["y", "z"], var_dims={"z": "x"})).build()
    assert labelled.data["y"].isnull().all()
    assert dict(labelled.data.sizes) == {"i": 2, "x": 0}
    assert not labelled.done.any()
    empty = DatasetBuilder(over(0), described("y")).build()
    assert dict(empty.data.sizes) == {"i": 0}
    point = DatasetBuilder(ParameterSpace(), described("y"))
    point.add(outcome([0], [2.5]))
    assert point.build().data["y"].item() == 2.5
    assert point.build().done.item()


def test_attributes_and_constants_are_recorded() -> None:
    """What is known of the function, its arguments and its outputs goes where CF conventions look for it."""
    spec = as_function_spec(
        lambda i, t, k, r, d=5: i,
        "y",
        var_dims="t",
        constants={"t": [0.5, 1.5], "k": 3},
        resources={"r": object()},
        attrs={"title": "study"},
        var_attrs={"y": {"units": "m"}},
        arg_attrs={"i": {"units": "s"}, "t": {"units": "K"}},
    )
    labelled = built(spec, [[1, 2]])
    assert labelled.data.attrs == {"title": "study", "k": 3}
    assert [labelled.data[name].attrs for name in "yit"] == [{"units": "m"}, {"units": "s"}, {"units": "K"}]
    assert labelled.data["t"].values.tolist() == [0.5, 1.5]
    assert labelled.constants == {"k": 3, "d": 5}


@pytest.mark.parametrize(
    ("spec", "values", "message"),
    [
        (described(["y", "z"]), [(1, 2), (1,)], "the function returned 1 outputs, and var_names names 2"),
        (described("y"), [1, [1, 2]], "'y' is described as a scalar"),
        (described("y", var_dims="x"), [[1, 2], [1, 2, 3]], r"described with \(x: 2\), and a result has shape \(3,\)"),
        (described("y", var_dims="x", var_coords={"x": [1, 2]}), [[1, 2, 3]], r"\(x: 2\).* shape \(3,\)"),
        (described(["y", "z"], var_dims={"y": "x", "z": "x"}), [([1], [1, 2])], r"'z' .*\(x: 1\).* shape \(2,\)"),
        (
            described("y", var_dims="x"),
            [xr.DataArray([1, 2], {"x": [5, 6]}, dims="x"), xr.DataArray([1, 2], {"x": [6, 5]}, dims="x")],
            r"'y' has the labels array\(\[6, 5\]\) along 'x', and array\(\[5, 6\]\) were expected",
        ),
        (described(None), [{"y": 1}, (1, 2)], "name its outputs"),
        (described(None), [{"i": 1}], "'i', which is the name of a swept argument"),
        (described(None), [{"y": ("i", [1])}], "'i', which is the name of a swept argument"),
        (described(None), [{"y": 1}, {"y": ("x", [1])}], r"'y' has the dimensions \('x',\), and it had \(\)"),
        (described(None), [{"y": ("x", [1])}, {"y": ("t", [1])}], r"\('t',\), and it had \('x',\)"),
        (described(None), [{"y": ("x", [1])}, {"y": ("x", [1, 2])}], "2 entries along 'x', another case 1; label them"),
        (described(None), [{"y": ("x", [1])}, {"x": 1}], "'x' as an output and as a dimension"),
        (described(None), [{"x": 1, "y": ("x", [1])}], "'x' as an output and as a dimension"),
        (described(None), [{"x": ("x", [1])}], "'x' as an output and as a dimension"),
        (
            described(None),
            [xr.Dataset({"y": ("x", [1])}, {"x": [1]}), {"y": ("x", [1])}],
            "1 entries along 'x', another case 1; label them in each case",
        ),
        (
            described(None),
            [xr.Dataset({"y": ("x", [1, 2])}, {"x": [1, 1]})],
            "the labels of 'y': x has the value 1 twice",
        ),
        (
            described(None),
            [xr.Dataset({"y": ("x", [1])}, {"x": [1]}), xr.Dataset({"y": ("x", [1])}, {"x": [True]})],
            "the labels of 'y': x has the labels 1 and True, which compare equal",
        ),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_a_result_that_does_not_fit_costs_only_itself(
    spec: FunctionSpec,
    values: list[Any],
    message: str,
    together: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """It is named with its case, in its batch and alone; the good results beside it make a dataset."""
    space, bad = over(len(values) + 1), len(values) - 1
    builder = DatasetBuilder(space, spec)
    good = values[:bad]
    if not together:
        for number, value in enumerate(good):
            builder.add(outcome([number], [value]))
    with pytest.raises(ResultError, match=message) as caught:
        builder.add(outcome(range(len(values)), values) if together else outcome([bad], [values[bad]]))
    assert caught.value.__notes__ == [f"in the case i={bad}"]
    labelled = builder.build()
    assert labelled.ledger["status"].values.tolist() == [Status.DONE] * bad + [Status.MISSING] * 2
    for name in labelled.data.data_vars:
        assert not labelled.present(str(name))[bad:].any()


@pytest.mark.parametrize(
    ("spec", "bad", "good"),
    [
        (described(["y", "z"], var_dims={"y": "x", "z": "x"}), ([1], [1, 2]), ([1, 2], [3, 4])),
        (
            described(["y", "z"], var_dims={"y": "x"}),
            (xr.DataArray([1], {"x": [5]}, dims="x"), [0]),
            (xr.DataArray([1, 2], {"x": [6, 7]}, dims="x"), 0),
        ),
        (described(None), {"y": ("x", [1]), "x": 5}, {"y": ("x", [1, 2])}),
        (described(None), {"y": 1, "i": 5}, {"y": ("x", [1, 2])}),
    ],
)
def test_a_bad_result_leaves_no_trace(spec: FunctionSpec, bad: Any, good: Any) -> None:
    """What a refused result seemed to tell of lengths, labels and names does not bind the good ones after it."""
    builder = DatasetBuilder(over(2), spec)
    with pytest.raises(ResultError):
        builder.add(outcome([0], [bad]))
    builder.add(outcome([1], [good]))
    labelled = builder.build()
    assert labelled.done.tolist() == [False, True]
    assert labelled.data["y"].values[1].tolist() == [1, 2]


def test_labels_of_results_may_differ_by_rounding() -> None:
    """A time axis that is summed up anew in each case is one axis."""
    values = [xr.Dataset({"y": ("t", [1, 2])}, {"t": axis}) for axis in ([0.3, 0.7], [0.1 + 0.2, 0.7])]
    with pytest.warns(LabelWarning, match=r"t=0.30000000000000004 is taken as 0.3"):
        labelled = built(described(None), values)
    assert labelled.data["t"].values.tolist() == [0.3, 0.7]
    assert labelled.data["y"].values[:2].tolist() == [[1, 2], [1, 2]]


def test_the_labels_of_described_results_are_taken() -> None:
    """Labels that come with the results are not thrown away."""
    value = xr.DataArray([1, 2], {"x": ["u", "v"]}, dims="x")
    assert built(described("y", var_dims="x"), [value, [3, 4]]).data["x"].values.tolist() == ["u", "v"]


def test_what_cannot_be_labelled_is_refused_at_once() -> None:
    """A space or a constant that cannot be labels is refused before there is any result."""
    with pytest.raises(SpaceError, match=r"i=\[1\] cannot be a label"):
        DatasetBuilder(ParameterSpace(combos=Combos(("i",), (([1],),))), described("y"))
    with pytest.raises(SpaceError, match=re.escape("x has values of shape (2, 2)")):
        DatasetBuilder(over(1), described("y", var_dims="x", constants={"x": np.ones((2, 2))}))
