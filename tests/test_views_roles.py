"""Every dimension has a role that shows, each can get another, and the view is a call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.views_strategies import datasets, tables
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.code import call_of, words_of
from xyzpy_widgets.views.resolve import named, resolve
from xyzpy_widgets.views.roles import dimensions_of, wishes_of, with_label, with_role
from xyzpy_widgets.views.spec import PLOT_KINDS, ViewSpec, Wishes


def study() -> xr.Dataset:
    """An accuracy over two axes that are spaced by a factor, a text and a seed."""
    values = np.random.default_rng(0).random((5, 4, 3, 6))
    labels = {"C": 10.0 ** np.arange(5), "gamma": 10.0 ** np.arange(-4, 0), "kernel": ["a", "b", "c"], "seed": range(6)}
    return xr.Dataset({"accuracy": (("C", "gamma", "kernel", "seed"), values)}, labels)


def roles(view: ViewSpec) -> dict[str, str]:
    """The role of each dimension."""
    return {one.name: one.role for one in dimensions_of(study(), view)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_the_shelf_hides_nothing(data: st.DataObject) -> None:
    """Each dimension of the drawn variable stands on the shelf with one role, which is among those it can have."""
    source = data.draw(datasets())
    view = resolve(source)
    shelf = dimensions_of(source, view)
    assert {str(dim) for name in view.var for dim in source[name].dims} == {one.name for one in shelf}
    assert all(one.role in one.roles for one in shelf)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_role_can_be_given_or_is_refused(data: st.DataObject) -> None:
    """Whatever is chosen on the shelf, the answer is a view in which the dimension has that role, or a sentence."""
    source = data.draw(st.one_of(datasets(), tables()))
    kind = data.draw(st.sampled_from(PLOT_KINDS))
    try:
        view = resolve(source, Wishes(kind=kind))
    except ViewError:
        return
    shelf = dimensions_of(named(source), view)
    if not shelf:
        return
    one = data.draw(st.sampled_from(shelf))
    role = data.draw(st.sampled_from(one.roles))
    try:
        found = with_role(source, view, one.name, role)
    except ViewError:
        return
    assert found.kind == view.kind
    after = {each.name: each.role for each in dimensions_of(named(source), found)}
    assert after[one.name] == role or role == "each"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_wishes_made_of_a_view_give_the_view(data: st.DataObject) -> None:
    """A view that is taken apart into wishes is put together again."""
    source = data.draw(st.one_of(datasets(), tables()))
    try:
        view = resolve(source, Wishes(kind=data.draw(st.none() | st.sampled_from(PLOT_KINDS))))
    except ViewError:
        return
    assert resolve(source, wishes_of(source, view)) == view


@pytest.mark.parametrize(
    "wishes",
    [
        {},
        {"kind": "line", "x": "gamma", "by": "kernel", "aggregate": {"seed": "max"}, "slider": {"C": 10}},
        {"kind": "heatmap", "x": "gamma", "y": "seed", "logx": False, "col": "kernel", "fixed": {"C": 100}},
        {"kind": "line", "x": "C", "aggregate": ["seed", "gamma"], "by": "kernel", "spread": "std"},
        {"kind": "box", "x": "kernel"},
        {"kind": "parallel"},
        {"kind": "table"},
        {"kind": "hist", "by": "kernel"},
    ],
)
def test_the_code_draws_the_view(wishes: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is copied as code gives the same view when it runs."""
    ds = study()
    view = resolve(ds, Wishes(**wishes))
    drawn: list[ViewSpec] = []
    monkeypatch.setattr("xyzpy_widgets.views.plots.draw", lambda _, spec, **__: drawn.append(spec))
    exec(call_of("ds.xyz.plot", words_of(ds, view)), {"ds": ds})  # noqa: S102 - our own text
    assert drawn == [view]


def test_the_code_says_no_more_than_is_needed() -> None:
    """A view that is chosen by itself needs but its kind."""
    assert words_of(study(), resolve(study())) == ["kind='heatmap'"]
    table = pd.DataFrame({"x": [1.0, 2], "y": [3.0, 4]})
    assert call_of("plot", ["df", *words_of(table, resolve(table))]) == "plot(df, kind='scatter')"


def test_what_had_a_role_takes_the_one_that_is_free() -> None:
    """To give an axis to another dimension swaps the two; nothing is lost from sight."""
    view = resolve(study(), Wishes(kind="heatmap", x="C", y="gamma", col="kernel", aggregate="seed"))
    assert roles(with_role(study(), view, "seed", "x")) == {
        "C": "aggregate",
        "gamma": "y",
        "kernel": "col",
        "seed": "x",
    }
    assert roles(with_role(study(), view, "kernel", "y")) == {
        "C": "x",
        "gamma": "col",
        "kernel": "y",
        "seed": "aggregate",
    }


def test_an_axis_has_the_scale_of_what_it_shows() -> None:
    """A dimension that is spaced by a factor brings a logarithmic axis, and takes it along when it goes."""
    view = resolve(study(), Wishes(kind="line", x="C", by="kernel", aggregate=["gamma", "seed"]))
    assert view.logx
    assert not with_role(study(), view, "seed", "x").logx
    linear = replace(view, logx=False)
    assert not with_role(study(), linear, "seed", "slider").logx


def test_a_slider_moves() -> None:
    """Another label is drawn, and the title tells it; a dimension of which all labels are drawn has none to choose."""
    view = resolve(study(), Wishes(kind="line", x="gamma", by="kernel", aggregate="seed", slider="C"))
    moved = with_label(study(), view, "C", 3)
    assert (dict(moved.slider), moved.title) == ({"C": 1000.0}, "accuracy, mean over seed, C = 1000")
    with pytest.raises(ViewError, match="'gamma' has no label number 0"):
        with_label(study(), view, "gamma", 0)
