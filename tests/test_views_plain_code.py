"""A view as the call of hvPlot alone: it runs without this library, and draws the same."""

from __future__ import annotations

from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.views_strategies import datasets, tables
from xyzpy_widgets.views.plain_code import plain_code_of
from xyzpy_widgets.views.plots import plot
from xyzpy_widgets.views.resolve import resolve
from xyzpy_widgets.views.spec import PLOT_KINDS, Wishes


def study() -> xr.Dataset:
    """A result over an uneven axis, one that falls, a text and a seed, with a hole."""
    labels: dict[str, Any] = {"a": [0.0, 1.0, 5.0], "b": [30, 20, 10], "k": ["p", "q"], "seed": [0, 1]}
    values = np.arange(36.0).reshape(3, 3, 2, 2)
    values[0, 0, 0] = np.nan
    return xr.Dataset({"z": (tuple(labels), values)}, labels)


def drawn_by(code: str, data: Any) -> Any:
    """What code gives that knows nothing but the data."""
    *lines, last = code.splitlines()
    head = next((i for i, line in enumerate(lines) if not line), -1) + 1
    names: dict[str, Any] = {"data": data}
    exec("\n".join(lines[:head]), names)  # noqa: S102 - our own text
    return eval("\n".join([*lines[head:], last]), names)  # noqa: S307 - our own text


def values_of(drawn: Any, kind: type) -> list[float]:
    """The values of all elements of a kind, in the order of their size."""
    found = [np.ravel(one.dimension_values(one.vdims[0], flat=True)) for one in drawn.traverse(lambda x: x, [kind])]
    values = np.concatenate(found)
    return sorted(values[np.isfinite(values)].tolist())


@pytest.mark.parametrize(
    ("wishes", "kind"),
    [
        ({"kind": "heatmap", "x": "a", "y": "b", "slider": {"k": "q", "seed": 1}}, hv.QuadMesh),
        ({"kind": "heatmap", "x": "a", "y": "b", "col": "k", "aggregate": {"seed": "max"}}, hv.QuadMesh),
        ({"kind": "line", "x": "b", "by": "k", "aggregate": ["a", "seed"]}, hv.Curve),
        ({"kind": "line", "x": "a", "by": "k", "col": "seed", "fixed": {"b": 20}}, hv.Curve),
        ({"kind": "scatter", "x": "a", "by": "k", "fixed": {"b": 20}}, hv.Scatter),
        ({"kind": "hist"}, hv.Histogram),
    ],
)
def test_it_draws_the_same_values(wishes: dict[str, Any], kind: type) -> None:
    """What hvPlot alone draws are the values of the view."""
    data = study()
    code = plain_code_of(data, resolve(data, Wishes(**wishes)), "data")
    assert values_of(drawn_by(code, data), kind) == values_of(plot(data, **wishes), kind)


def test_cells_have_the_same_edges() -> None:
    """Uneven cells lie at their true places, also where labels fall."""
    data = study()
    wishes = Wishes(kind="heatmap", x="a", y="b", fixed={"k": "q", "seed": 1})
    mesh = drawn_by(plain_code_of(data, resolve(data, wishes), "data"), data)
    np.testing.assert_allclose(mesh.interface.coords(mesh, "a", edges=True), [-0.5, 0.5, 3, 7])
    np.testing.assert_allclose(mesh.dimension_values("z", flat=False), data.z[:, ::-1, 1, 1].T)


@pytest.mark.parametrize(
    "wishes",
    [
        {"kind": "line", "x": "a", "by": "k", "aggregate": ["b", "seed"], "spread": "std"},
        {"kind": "parallel"},
        {"kind": "heatmap", "x": "a", "y": "b", "logy": True, "fixed": {"k": "q", "seed": 1}},
    ],
)
def test_what_hvplot_alone_cannot_draw_has_no_code(wishes: dict[str, Any]) -> None:
    """A view that would come out otherwise is not written."""
    data = study()
    assert plain_code_of(data, resolve(data, Wishes(**wishes)), "data") == ""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(datasets(most_dims=3), tables()), st.sampled_from([None, *PLOT_KINDS]))
def test_what_is_written_runs(data: xr.Dataset | pd.DataFrame, kind: str | None) -> None:
    """Whatever the data, the code is valid Python that draws something, or there is none."""
    try:
        spec = resolve(data, Wishes(kind=kind))
    except ValueError:
        return
    code = plain_code_of(data, spec, "data")
    if code:
        drawn = drawn_by(code, data)
        assert isinstance(drawn, pd.DataFrame) or hv.render(drawn, backend="bokeh")
