"""Boxes, parallel coordinates, tables, spreads and sliders say what the data say."""

from __future__ import annotations

from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.test_views_plots import columns, figures
from tests.views_strategies import datasets, tables
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.axes import edges, is_geometric, rastered
from xyzpy_widgets.views.picture import picture
from xyzpy_widgets.views.plots import draw, plot
from xyzpy_widgets.views.reading import axis_of
from xyzpy_widgets.views.resolve import resolve
from xyzpy_widgets.views.spec import PLOT_KINDS, Wishes


def study() -> xr.Dataset:
    """A result over a number, a text and a seed."""
    values = np.arange(24.0).reshape(3, 2, 4)
    return xr.Dataset({"out": (("a", "k", "seed"), values)}, {"a": [1, 2, 4], "k": ["p", "q"], "seed": [0, 1, 2, 3]})


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_whatever_is_asked_of_any_data_is_drawn_or_refused(data: st.DataObject) -> None:
    """Any data of up to seven dimensions gives, for every kind of plot, a plot or a sentence that says why not."""
    source = data.draw(st.one_of(datasets(most_dims=7, most_labels=2), datasets(), tables()))
    names = [*map(str, source.columns if isinstance(source, pd.DataFrame) else source.dims)]
    slider = data.draw(st.none() | st.sampled_from(names)) if names else None
    kind = data.draw(st.none() | st.sampled_from(PLOT_KINDS))
    try:
        view = resolve(source, Wishes(kind=kind, slider=slider))
    except ViewError as error:
        event(f"refused: {str(error)[:20]}")
        return
    drawn = draw(source, view)
    assert isinstance(drawn, pd.DataFrame) if view.kind == "table" else figures(drawn)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(datasets(most_dims=4, most_labels=4))
def test_drawn_edges_are_midpoints(data: xr.Dataset) -> None:
    """Whatever the axes, cells reach to the midpoints between labels, to the geometric ones on logarithmic axes."""
    try:
        view = resolve(data, Wishes(kind="heatmap"))
    except ViewError:
        return
    axes = {dim: axis_of(data, dim) for dim in (str(view.x), str(view.y)) if dim in data.dims}
    for figure in figures(draw(data, view)):
        for cells in columns(figure, "Quad"):
            for dim, low, high, log in ((view.x, "left", "right", view.logx), (view.y, "bottom", "top", view.logy)):
                axis = axes.get(str(dim))
                if axis is None or not axis.size:
                    continue
                places = np.arange(axis.size) if axis.kind == "text" else np.sort(axis.places)
                wanted = edges(np.asarray(places, dtype=float if axis.kind != "time" else None), log=log)
                found = np.array(sorted({*cells[low].tolist(), *cells[high].tolist()}))
                wanted = wanted.astype(np.int64) if axis.kind == "time" else wanted
                np.testing.assert_allclose(found.astype(float), wanted.astype(float), rtol=1e-9, atol=1e-9)
                assert not log or is_geometric(axis.places)


def test_a_box_tells_the_quartiles_over_what_is_left() -> None:
    """A box stands for all values at a label; whatever has no other role is in it."""
    (figure,) = figures(plot(study(), kind="box", x="a", fixed={"k": "p"}))
    upper, lower = columns(figure, "VBar")
    np.testing.assert_allclose(lower["bottom"], [1.5, 9.5, 17.5])
    np.testing.assert_allclose(upper["bottom"], [2.25, 10.25, 18.25])
    assert list(figure.x_range.factors) == ["1", "2", "4"]
    assert resolve(study(), Wishes(kind="box")).pooled == ("a", "seed")


def test_a_spread_reaches_from_the_least_to_the_greatest() -> None:
    """The band around a mean is the range of what it is the mean of, or a standard deviation to both sides."""
    view: dict[str, Any] = {"kind": "line", "x": "a", "fixed": {"k": "p"}, "aggregate": "seed"}
    (band,) = columns(figures(plot(study(), **view, spread="range"))[0], "Patch")
    assert sorted(set(band["out" if "out" in band else "y"].tolist())) == [0, 3, 8, 11, 16, 19]
    (band,) = columns(figures(plot(study(), **view, spread="std"))[0], "Patch")
    np.testing.assert_allclose(band["y"].min(), 1.5 - np.std([0, 1, 2, 3]))
    assert resolve(study(), Wishes(**view, spread="std")).title == ("out, mean ± standard deviation over seed, k = p")


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (
            {"spread": "iqr", "aggregate": "seed"},
            r"spread='iqr' is not a way to draw a spread: there is 'std', 'range'",
        ),
        ({"spread": "std", "kind": "line", "x": "a", "by": "k", "col": "seed"}, "none are; give aggregate"),
        ({"spread": "std", "kind": "bar", "aggregate": "seed"}, "no place in kind='bar'"),
        ({"slider": "k", "fixed": {"k": "p"}}, r"slider='k' and fixed=\{'k': ...\}"),
        ({"slider": {"k": "z"}}, r"slider=\{'k': 'z'\} is not among its labels: there is 'p', 'q'"),
        ({"kind": "parallel", "x": "a"}, r"x='a' has no place in kind='parallel'"),
        ({"kind": "table", "by": "a"}, r"by='a' has no place in kind='table'"),
    ],
)
def test_what_does_not_fit_is_refused(wishes: dict[str, Any], words: str) -> None:
    """Spreads, sliders and the newer kinds are refused with a remedy where they have no place."""
    with pytest.raises(ViewError, match=words):
        resolve(study(), Wishes(**wishes))


def test_a_slider_draws_one_label() -> None:
    """What has a slider is drawn at one label, which the title tells; the first where none is wished."""
    view = resolve(study(), Wishes(kind="line", x="a", by="k", slider="seed"))
    assert (view.slider, view.title) == ((("seed", 0.0),), "out, seed = 0")
    moved = resolve(study(), Wishes(kind="line", x="a", by="k", slider={"seed": 2}))
    (figure,) = figures(draw(study(), moved))
    assert [line["out"].tolist() for line in columns(figure, "Line")] == [[2, 10, 18], [6, 14, 22]]


def test_a_table_has_the_labels_as_they_are() -> None:
    """Whole numbers stay whole, texts texts; what is aggregated is reduced, and holes have no row."""
    data = study()
    data["out"][0, 0, :] = np.nan
    table = plot(data, kind="table", aggregate={"seed": "max"})
    assert table.to_dict("list") == {"a": [1, 2, 2, 4, 4], "k": ["q", "p", "q", "p", "q"], "out": [7, 11, 15, 19, 23]}
    rows = pd.DataFrame({"fn": ["cos", "sin"], "n": [1, 2], "out": [0.5, 1.5]})
    assert plot(rows, kind="table", fixed={"fn": "sin"}).to_dict("list") == {"fn": ["sin"], "n": [2], "out": [1.5]}


def test_parallel_coordinates_have_a_line_for_each_row() -> None:
    """Each axis runs from its least to its greatest value, and the colour tells the result."""
    rows = pd.DataFrame({"n": [1, 2, 3], "fn": ["b", "a", "b"], "out": [0.0, 5.0, 10.0]})
    (figure,) = figures(plot(rows, kind="parallel"))
    (lines,) = columns(figure, "MultiLine")
    assert [line.tolist() for line in lines["ys"]] == [[0, 1, 0], [0.5, 0, 0.5], [1, 1, 1]]
    assert lines["color"].tolist() == [0, 5, 10]
    ticks = figure.xaxis[0].major_label_overrides
    assert list(ticks.values()) == ["n\n1 … 3", "fn\na … b", "out\n0 … 10"]


def test_what_varies_with_nothing_comes_last() -> None:
    """A dimension along which all values are the same is averaged, and takes no axis from one that tells something."""
    data = xr.DataArray(np.multiply.outer(np.ones(9), np.arange(3.0)), dims=["idle", "a"], name="out")
    view = resolve(data)
    assert (view.kind, view.x, dict(view.aggregate)) == ("line", "a", {"idle": "mean"})


def test_one_label_is_chosen_where_most_is_there() -> None:
    """A dimension of which one label is drawn starts at the label with most values, not at an empty one."""
    data = study()
    data["out"][:, :, 0] = np.nan
    assert dict(resolve(data, Wishes(slider="seed")).slider) == {"seed": 1.0}


def test_many_cells_are_an_image_of_the_same_extent() -> None:
    """A large grid is an image that reaches from the first edge to the last, whose pixels are means of their cells."""
    x, y = np.logspace(0, 2, 400), np.linspace(0, 1, 200)
    data = xr.DataArray(np.add.outer(y, np.log10(x)), {"y": y, "x": x}, ["y", "x"], name="z")
    drawn = plot(data)
    (figure,) = figures(drawn)
    (image,) = columns(figure, "Image")
    left, right = edges(x, log=True)[[0, -1]]
    assert (image["x"][0], image["dw"][0]) == (pytest.approx(left), pytest.approx(right - left))
    assert (image["y"][0], image["dh"][0]) == (pytest.approx(-0.5 / 199), pytest.approx(200 / 199))
    np.testing.assert_allclose(image["image"][0], data.to_numpy(), atol=0.02)
    assert picture(hv.render(drawn, backend="bokeh")) is not None


def test_pixels_are_means_of_cells() -> None:
    """Several cells of one pixel give their mean without the holes; a cell of several pixels gives each its value."""
    values = np.array([[1.0, 3, np.nan, 4], [1, 1, np.nan, np.nan]])
    limits = [np.arange(3.0), np.arange(5.0)]
    np.testing.assert_array_equal(rastered(values, limits, (2, 2)), [[2, 4], [1, np.nan]])
    np.testing.assert_array_equal(rastered(values[:, :1], [limits[0], limits[1][:2]], (4, 1))[:, 0], [1, 1, 1, 1])
