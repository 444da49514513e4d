"""Views are chosen from the data, and wishes that do not fit are refused before anything is drawn."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.views_strategies import datasets, tables
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.resolve import resolve
from xyzpy_widgets.views.spec import PLOT_KINDS, ViewSpec, Wishes


def page() -> xr.Dataset:
    """A text and a number over a number, a text and a truth value."""
    return xr.Dataset(
        {
            "a_out": (("a", "b", "c"), np.full((3, 3, 2), "text", dtype=object)),
            "b_out": (("a", "b", "c"), np.arange(18.0).reshape(3, 3, 2)),
        },
        {"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [True, False]},
    )


def study() -> xr.Dataset:
    """An accuracy over two axes that are spaced by a factor, and a text."""
    return xr.Dataset(
        {"accuracy": (("C", "gamma", "kernel"), np.arange(60.0).reshape(5, 4, 3)), "spread": ("C", np.ones(5))},
        {"C": [0.1, 1, 10, 100, 1000], "gamma": [1e-4, 1e-3, 1e-2, 1e-1], "kernel": ["linear", "poly", "rbf"]},
    )


def draws() -> pd.DataFrame:
    """A table of draws, as a sampler makes it."""
    rng = np.random.default_rng(0)
    table = {"amp": rng.integers(1, 4, 40), "fn": rng.choice(["cos", "sin"], 40), "x": rng.random(40)}
    return pd.DataFrame({**table, "phase": rng.random(40), "out": rng.random(40)})


def told(data: Any, **wishes: Any) -> dict[str, Any]:
    """The view of data, as a dict."""
    return resolve(data, Wishes(**wishes)).to_dict()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(datasets())
def test_every_dimension_has_one_role(data: xr.Dataset) -> None:
    """No dimension of the drawn variable is dropped without a word, and none is used twice."""
    view = resolve(data)
    roles = [name for name, _ in view.roles()]
    for name in view.var:
        assert all(roles.count(str(dim)) == 1 for dim in data[name].dims)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(datasets(), tables()))
def test_a_view_is_a_value(data: xr.Dataset | pd.DataFrame) -> None:
    """A view survives the way through JSON, so that a notebook can keep it."""
    view = resolve(data)
    assert ViewSpec.from_dict(json.loads(json.dumps(view.to_dict()))) == view


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_wishes_are_met_or_refused(data: st.DataObject) -> None:
    """Whatever is wished, the answer is a view that has it or a ViewError, never another exception."""
    source = data.draw(st.one_of(datasets(), tables()))
    names = [*map(str, source.columns if isinstance(source, pd.DataFrame) else [*source.data_vars, *source.dims])]
    name = st.none() | st.sampled_from([*names, "unknown"])
    wished: dict[str, Any] = {role: data.draw(name) for role in ("x", "y", "by", "col", "color", "err", "aggregate")}
    wished["kind"] = data.draw(st.none() | st.sampled_from(PLOT_KINDS))
    try:
        view = resolve(source, Wishes(**wished))
    except ViewError:
        return
    assert wished["kind"] in {None, view.kind}
    for role in ("x", "col", "err"):
        assert wished[role] in {None, getattr(view, role)}


def test_numbers_over_one_ordered_dimension_are_lines() -> None:
    """One dimension of numbers makes lines, with the short other dimensions as curves and panels."""
    assert told(page()) == {
        "var": ["b_out"],
        "kind": "line",
        "x": "a",
        "y": "b_out",
        "by": ["c"],
        "col": "b",
        "title": "b_out",
        "xlabel": "a",
        "ylabel": "b_out",
    }


def test_numbers_over_two_ordered_dimensions_are_a_heatmap() -> None:
    """Two dimensions of numbers make a heatmap, logarithmic where the labels are spaced by a factor."""
    view = resolve(study())
    assert (view.kind, view.x, view.y, view.color, view.col) == ("heatmap", "C", "gamma", "accuracy", "kernel")
    assert (view.logx, view.logy, view.logz) == (True, True, False)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (page()[["b_out"]].isel(a=0, drop=True), "bar"),
        (page()[["a_out"]], "scatter"),
        (page()[["b_out"]].isel(a=0, b=0, c=0, drop=True), "bar"),
        (page()["b_out"].isel(b=0, c=0), "line"),
        (xr.DataArray([1.0, 2.0], {"t": pd.date_range("2020", periods=2)}, ["t"]), "line"),
        (xr.DataArray([[True, False]], dims=["u", "v"]), "line"),
        (draws(), "scatter"),
        (draws()[["out"]], "hist"),
        (draws()[["fn"]], "hist"),
        (xr.Dataset(), "scatter"),
        (pd.DataFrame(), "scatter"),
    ],
)
def test_the_kind_follows_the_data(data: Any, kind: str) -> None:
    """Bars for texts, points for text results and rows, lines over time, a histogram for one column."""
    assert resolve(data).kind == kind


def test_what_is_averaged_and_fixed_stands_in_the_title() -> None:
    """Dimensions that find no place on the plane are averaged, those of one label fixed, and the title says so."""
    dims = ("i", "j", "k", "l", "one")
    data = xr.DataArray(np.ones((20, 20, 20, 20, 1)), {"one": [0.25]}, dims, name="out", attrs={"units": "V"})
    view = resolve(data)
    assert dict(view.aggregate) == {"i": "mean", "j": "mean"}
    assert view.title == "out [V], mean over i and j, one = 0.25"
    assert resolve(data, Wishes(title="Mine", fixed={"i": 3})).title == "Mine, mean over j, i = 3, one = 0.25"


def test_labels_are_long_names_with_units() -> None:
    """The axes are written as the data describe themselves."""
    data = page()
    data["b_out"].attrs = {"long_name": "Current", "units": "mA"}
    data["a"].attrs = {"units": "s"}
    view = resolve(data)
    assert (view.xlabel, view.ylabel, view.title) == ("a [s]", "Current [mA]", "Current [mA]")
    table = draws()
    table.attrs = {"out": {"long_name": "Result", "units": "m"}}
    assert resolve(table).ylabel == "Result [m]"


def test_a_name_of_a_variable_as_y_or_color_is_what_is_drawn() -> None:
    """People write y or color where the variable is meant; that is understood."""
    assert resolve(page(), Wishes(y="a_out")).var == ("a_out",)
    assert resolve(study(), Wishes(color="spread")).var == ("spread",)
    assert resolve(study(), Wishes(x="C", y="gamma", color="accuracy")).kind == "heatmap"


def test_two_variables_share_their_axis_under_their_names() -> None:
    """Several variables become curves of one axis, each with its name in the legend."""
    data = page().assign(c_out=lambda found: found.b_out * 2)
    view = resolve(data, Wishes(var=["b_out", "c_out"], fixed={"b": "x", "c": True}))
    assert (view.var, view.by, view.y) == (("b_out", "c_out"), ("variable",), "value")
    assert resolve(draws(), Wishes(var=["x", "phase"])).by == ("variable",)


def test_one_variable_against_another_pools_their_dimensions() -> None:
    """Each cell is a point when two variables are drawn against each other."""
    view = resolve(study(), Wishes(x="spread", y="accuracy"))
    assert (view.kind, view.x, view.y, view.by) == ("scatter", "spread", "accuracy", ("kernel",))
    assert set(view.pooled) == {"C", "gamma"}


def test_of_very_many_values_one_label_at_a_time_is_drawn() -> None:
    """What may not fit into memory is not averaged unasked; it can be asked for."""
    values = np.broadcast_to(
        np.arange(300, dtype=np.float32)[:, None] + np.arange(700, dtype=np.float32), (100, 300, 700)
    )
    data = xr.Dataset({"v": (("time", "y", "x"), values)})
    view = resolve(data, Wishes(x="x", y="y"))
    assert (view.aggregate, view.slider) == ((), (("time", 0.0),))
    assert resolve(data.isel(time=slice(90)), Wishes(x="x", y="y")).aggregate == (("time", "mean"),)
    assert resolve(data, Wishes(x="x", y="y", aggregate="time")).aggregate == (("time", "mean"),)


def test_labels_are_found_as_they_are_meant() -> None:
    """A fixed label may be another float within rounding, a date as text, a truth value."""
    data = xr.DataArray(
        np.ones((2, 2, 2)), {"t": pd.date_range("2020", periods=2), "c": [True, False]}, ["u", "t", "c"]
    )
    data = data.assign_coords(u=[0.1 + 0.2, 1])
    view = resolve(data, Wishes(fixed={"u": 0.3, "t": "2020-01-02", "c": True}))
    assert dict(view.fixed) == {"u": 0.1 + 0.2, "t": "2020-01-02", "c": "True"}


def test_what_varies_is_offered_first() -> None:
    """A dimension of one label takes no axis from one that varies, however long its name."""
    data = xr.DataArray(np.ones((1, 4)), {"a": [1.0], "b": list("wxyz")}, ["a", "b"])
    view = resolve(data)
    assert (view.kind, view.x, dict(view.fixed)) == ("bar", "b", {"a": 1.0})


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"var": "bout"}, r"var='bout' .* did you mean 'b_out'\?"),
        ({"x": "q"}, r"x='q' is not in the data: there is 'a', 'b', 'c'"),
        ({"kind": "lin"}, r"kind='lin' is not a kind of plot: did you mean 'line'\?"),
        ({"x": "a", "by": "a"}, r"x='a' and by='a': a dimension has one role"),
        ({"kind": "line", "y": "b"}, r"y='b' has no place in kind='line'"),
        ({"kind": "bar", "var": "a_out"}, r"'a_out' holds texts; choose kind='scatter'"),
        ({"x": "b", "logx": True}, r"logx=True needs numbers"),
        ({"logy": True}, r"logy=True has no place for the value 0"),
        ({"fixed": {"b": "q"}}, r"fixed=\{'b': 'q'\} is not among its labels: there is 'x', 'y', 'z'"),
        ({"aggregate": {"b": "avg"}}, r"'avg'\} is not a way to aggregate: there is 'mean'"),
        ({"aggregate": "b", "var": "a_out"}, r"'a_out' holds no numbers; use fixed instead"),
        ({"err": "a_out"}, r"err='a_out' must hold numbers"),
        ({"var": "a_out", "y": "b_out"}, r"both name what is drawn"),
        ({"var": ["a_out", "b_out"]}, r"'a_out' holds texts and cannot share an axis"),
        ({"kind": "heatmap", "fixed": {"a": 1, "b": "x"}}, r"kind='heatmap' needs two dimensions"),
        ({"x": "b_out", "kind": "line"}, r"x='b_out' is a variable"),
    ],
)
def test_wishes_that_do_not_fit_are_refused_with_a_remedy(wishes: dict[str, Any], words: str) -> None:
    """The message names the value, what there is, and what to do."""
    with pytest.raises(ViewError, match=words):
        resolve(page(), Wishes(**wishes))


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"kind": "heatmap"}, r"kind='heatmap' needs dimensions, and a table has rows"),
        ({"aggregate": "amp"}, r"aggregate='amp' needs dimensions"),
        ({"x": "out", "y": "out"}, r"x='out' and y='out': a column has one role"),
        ({"kind": "bar", "y": "fn"}, r"'fn' holds texts; choose kind='scatter'"),
        ({"err": "fn"}, r"err='fn' must hold numbers"),
        ({"fixed": {"fn": "tan"}}, r"'tan'\} is not among its values: there is 'cos', 'sin'"),
        ({"kind": "hist", "color": "fn"}, r"color='fn' has no place in kind='hist'"),
        ({"col": "fn", "row": "x"}, r"would draw 80 panels|would draw"),
    ],
)
def test_wishes_for_a_table_that_do_not_fit_are_refused(wishes: dict[str, Any], words: str) -> None:
    """A table has columns and rows, no dimensions; what it cannot show is said."""
    table = pd.concat([draws()] * 2).assign(x=range(80))
    with pytest.raises(ViewError, match=words):
        resolve(table, Wishes(**wishes))


def test_no_one_is_shown_hundreds_of_panels() -> None:
    """A long dimension as rows of panels is refused with the number of panels."""
    data = xr.DataArray(np.ones((2, 500)), dims=["a", "t"], name="out")
    with pytest.raises(ViewError, match=r"row='t' would draw 500 panels; fix a label with fixed=\{'t': ...\}"):
        resolve(data, Wishes(row="t"))


def test_what_is_no_data_is_refused() -> None:
    """A list is not labelled data, and the message says what is."""
    with pytest.raises(ViewError, match=r"\[1, 2\] cannot be drawn; give an xarray Dataset"):
        resolve([1, 2])  # type: ignore[arg-type]


def test_a_view_from_a_wrong_dict_is_refused() -> None:
    """A misspelt name in a stored view is told, with the near one."""
    with pytest.raises(ViewError, match=r"a view has no 'vars': did you mean 'var'\?"):
        ViewSpec.from_dict({"vars": ["a"], "kind": "line"})
    with pytest.raises(ViewError, match=r"kind='lines' is not a kind of plot: did you mean 'line'\?"):
        ViewSpec.from_dict({"var": ["a"], "kind": "lines"})
