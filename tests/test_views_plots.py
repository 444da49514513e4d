"""What is drawn is what the data say, at its true place."""

from __future__ import annotations

from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from bokeh.models import LinearColorMapper, Plot, Quad
from bokeh.models.annotations import ColorBar, Whisker
from bokeh.models.renderers import GlyphRenderer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.views_strategies import datasets, tables
from xyzpy_widgets.views.plots import draw, plot
from xyzpy_widgets.views.resolve import resolve


def figures(drawn: Any) -> list[Any]:
    """The figures that Bokeh draws, in their order."""
    root = hv.render(drawn, backend="bokeh")
    return [root] if isinstance(root, Plot) else sorted(root.select({"type": Plot}), key=lambda one: int(one.id[1:]))


def columns(figure: Any, glyph: str) -> list[dict[str, Any]]:
    """The data of all glyphs of one kind in a figure."""
    found = [one for one in figure.renderers if isinstance(one, GlyphRenderer) and type(one.glyph).__name__ == glyph]
    sources: list[Any] = [one.data_source for one in found]
    return [{name: np.asarray(values) for name, values in source.data.items()} for source in sources]


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(datasets(), tables()))
def test_whatever_the_data_a_plot_is_drawn(data: xr.Dataset | pd.DataFrame) -> None:
    """Numbers, texts, truths, times and holes over up to four dimensions never raise; the data stay as they were."""
    before = data.copy(deep=True)
    assert figures(plot(data))
    if isinstance(data, pd.DataFrame) and isinstance(before, pd.DataFrame):
        pd.testing.assert_frame_equal(data, before)
    else:
        xr.testing.assert_identical(data, before)


def test_cells_lie_at_their_true_places() -> None:
    """Uneven axes have edges at the midpoints of their labels, logarithmic ones at the geometric midpoints."""
    data = xr.DataArray(np.arange(9.0).reshape(3, 3), {"g": [1, 10, 100], "u": [0, 1, 5]}, ["g", "u"], name="z")
    (figure,) = figures(plot(data, x="u", y="g"))
    (cells,) = columns(figure, "Quad")
    np.testing.assert_allclose(sorted(set(cells["left"])), [-0.5, 0.5, 3])
    np.testing.assert_allclose(sorted(set(cells["right"])), [0.5, 3, 7])
    root = np.sqrt(10)
    np.testing.assert_allclose(sorted(set(np.round(cells["bottom"], 9))), np.round([1 / root, root, 10 * root], 9))
    at = {
        (left, round(bottom, 3)): z for left, bottom, z in zip(cells["left"], cells["bottom"], cells["z"], strict=True)
    }
    assert at[3, round(root, 3)] == data.sel(u=5, g=10)


def test_cells_are_in_their_places_in_whatever_order_the_labels_come() -> None:
    """Labels that fall or jump are drawn in order, each value with its label."""
    data = xr.DataArray([[1.0, 2, 3], [4, 5, 6]], {"a": [2, 1], "b": [30, 10, 20]}, ["a", "b"], name="z")
    (figure,) = figures(plot(data))
    (cells,) = columns(figure, "Quad")
    for label_b, label_a, value in zip(cells["b_label"], cells["a_label"], cells["z"], strict=True):
        assert value == data.sel(b=float(label_b), a=float(label_a))
    middle = {(x, y): z for x, y, z in zip(cells["b"], cells["a"], cells["z"], strict=True)}
    assert middle[10, 1] == 5


def test_the_pointer_tells_labels_and_not_middles() -> None:
    """The middle of an uneven cell is not its label; the pointer tells the label."""
    data = xr.DataArray([[1.0, 2, 3]] * 2, {"u": [0, 1, 5], "k": ["p", "q"]}, ["k", "u"], name="z")
    (figure,) = figures(plot(data, kind="heatmap"))
    (cells,) = columns(figure, "Quad")
    assert set(cells["u_label"]) == {"0", "1", "5"}
    assert set(cells["k_label"]) == {"p", "q"}
    assert figure.hover[0].tooltips == [("u", "@{u_label}"), ("k", "@{k_label}"), ("z", "@{z}")]


def test_a_missing_cell_is_blank() -> None:
    """A hole has no colour, also beside a zero."""
    data = xr.DataArray([[np.nan, 0.0, 1.0]] * 2, dims=["a", "b"], name="z")
    (figure,) = figures(plot(data, kind="heatmap"))
    (cells,) = columns(figure, "Quad")
    assert np.isnan(cells["z"]).sum() == 2
    (renderer,) = (one for one in figure.renderers if isinstance(one.glyph, Quad))
    assert renderer.glyph.fill_color.transform.nan_color in {"transparent", "rgba(0, 0, 0, 0)"}


def test_panels_share_their_colours() -> None:
    """One value has one colour in all panels of a heatmap, and one colour bar tells it."""
    data = xr.DataArray(np.arange(12.0).reshape(2, 3, 2), {"k": ["p", "q"]}, ["k", "a", "b"], name="z")
    found = figures(plot(data, col="k"))
    mappers = [mapper for figure in found for mapper in figure.select({"type": LinearColorMapper})]
    assert {(mapper.low, mapper.high) for mapper in mappers} == {(0, 11)}
    assert len([bar for figure in found for bar in figure.select({"type": ColorBar})]) == 1
    assert [figure.title.text for figure in found] == ["k = p", "k = q"]


def test_a_group_has_one_colour_in_every_panel() -> None:
    """A panel that lacks a group does not shift the colours of the others."""
    table = pd.DataFrame({"x": [1.0, 2, 3], "y": [1.0, 2, 3], "g": ["p", "q", "q"], "side": ["l", "l", "r"]})
    left, right = figures(plot(table, x="x", y="y", by="g", col="side"))
    colours = [[one.glyph.fill_color for one in figure.renderers] for figure in (left, right)]
    assert colours[0][1] == colours[1][0] != colours[0][0]


def test_lines_have_markers_and_gaps() -> None:
    """Each point of a short curve is marked, so a point between two holes shows; a hole interrupts the line."""
    data = xr.DataArray([1, np.nan, 3, np.nan, 5], {"t": [3, 1, 2, 0, 4]}, ["t"], name="out")
    (figure,) = figures(plot(data))
    (line,), (marks,) = columns(figure, "Line"), columns(figure, "Scatter")
    assert line["t"].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(line["out"], [np.nan, np.nan, 3, 1, 5])
    assert len(marks["t"]) == 5


def test_uncertainty_is_bars_on_few_points_and_a_band_on_many() -> None:
    """The uncertainty is drawn around the values."""
    few = xr.Dataset({"y": ("t", [1.0, 2, 3]), "dy": ("t", [0.5, 0.25, 0.125])}, {"t": [0, 1, 2]})
    (figure,) = figures(plot(few, var="y", err="dy"))
    (whisker,) = figure.select({"type": Whisker})
    np.testing.assert_allclose(whisker.source.data["lower"], [0.5, 1.75, 2.875])
    np.testing.assert_allclose(whisker.source.data["upper"], [1.5, 2.25, 3.125])
    many = xr.Dataset({"y": ("t", np.zeros(200)), "dy": ("t", np.ones(200))}, {"t": np.arange(200)})
    (band,) = columns(figures(plot(many, var="y", err="dy"))[0], "Patch")
    assert (band["y"].min(), band["y"].max()) == (-1, 1)


def test_reduced_dimensions_are_reduced_as_told() -> None:
    """Aggregates leave holes out; the sum of holes alone is a hole."""
    data = xr.DataArray([[1, np.nan], [3, np.nan], [5, 4]], {"t": [0, 1]}, ["seed", "t"], name="out")

    def drawn(how: str) -> list[float]:
        (line,) = columns(figures(plot(data, aggregate={"seed": how}))[0], "Line")
        return [float(value) for value in line["out"]]

    assert drawn("mean") == [3, 4]
    assert drawn("max") == [5, 4]
    assert drawn("sum") == [9, 4]
    holes = data.where(data.t == 0)
    assert np.isnan(columns(figures(plot(holes, aggregate={"seed": "sum"}))[0], "Line")[0]["out"][1])


def test_whole_numbers_and_truths_with_holes_are_drawn_as_numbers() -> None:
    """An int or bool result with holes, which is an object array, is drawn like one without."""
    values = np.array([3, np.nan, True, 5], dtype=object)
    (line,) = columns(figures(plot(xr.DataArray(values, dims=["t"], name="out")))[0], "Line")
    np.testing.assert_array_equal(line["out"], [3, np.nan, 1, 5])


def test_texts_are_told_by_colours() -> None:
    """Text results over two dimensions are points whose colours name them; a missing text is no point."""
    values = np.array([["low", "high"], ["low", np.nan]], dtype=object)
    (figure,) = figures(plot(xr.DataArray(values, {"a": [1, 2], "b": [1, 10]}, ["a", "b"], name="phase")))
    assert [item.label.value for item in figure.legend[0].items] == ["low", "high"]
    assert figure.legend[0].title == "phase"
    assert sum(len(points["a"]) for points in columns(figure, "Scatter")) == 3


def test_bars_are_the_means_of_rows() -> None:
    """Bars of a table are the means of its rows, and the title says so."""
    table = pd.DataFrame({"fn": ["cos", "sin", "cos"], "out": [1.0, 5, 3]})
    (figure,) = figures(plot(table, kind="bar"))
    (bars,) = columns(figure, "VBar")
    assert dict(zip(bars["fn"], bars["out"], strict=True)) == {"cos": 2, "sin": 5}
    assert figure.title.text == "mean of out"


def test_fixed_rows_alone_are_drawn() -> None:
    """A fixed value of a column leaves the rows that have it."""
    table = pd.DataFrame({"ok": [True, False, True], "x": [1.0, 2, 3], "out": [1.0, 5, 3]})
    (points,) = columns(figures(plot(table, fixed={"ok": True}))[0], "Scatter")
    assert points["x"].tolist() == [1, 3]


def test_nothing_to_draw_is_said() -> None:
    """Empty data, and data of holes alone, give empty axes whose title says so."""
    empty = xr.DataArray(np.empty((0, 3)), dims=["a", "b"], name="out")
    assert figures(plot(empty))[0].title.text == "out: no values"
    assert figures(plot(xr.Dataset()))[0].title.text == "nothing to draw: no variables"
    holes = xr.DataArray(
        np.where(np.eye(2) == 1, 1.0, np.nan)[:, None] * np.ones((2, 3, 1)), {"k": ["p", "q"]}, ["k", "t", "k2"]
    )
    assert figures(plot(holes.isel(k2=0).where(holes.k == "p"), x="t", col="k"))[1].title.text == "k = q: no values"


def test_one_value_has_a_logarithmic_axis_around_it() -> None:
    """A logarithmic axis of a single value is a decade around it, and does not reach to zero."""
    data = xr.DataArray([5.0, 5.0], {"t": [1, 2]}, ["t"], name="out")
    (figure,) = figures(plot(data, logy=True))
    np.testing.assert_allclose([figure.y_range.start, figure.y_range.end], [5 / 10**0.5, 5 * 10**0.5])


def test_options_of_hvplot_are_taken() -> None:
    """Sizes and colours go through to hvPlot, over what is usual here."""
    data = xr.DataArray(np.eye(3), dims=["a", "b"], name="z")
    (figure,) = figures(plot(data, width=321, height=222, cmap="magma"))
    assert (figure.width, figure.height, figure.frame_width) == (321, 222, None)


def test_plots_join_and_take_options() -> None:
    """What is returned is an object of holoviews: it lies over others, stands beside others and takes options."""
    data = xr.DataArray([1.0, 2, 3], dims=["t"], name="out")
    one = plot(data)
    assert len(figures(one + plot(data, kind="hist"))) == 2
    assert isinstance(one * hv.HLine(2), hv.Overlay)
    assert figures(one.opts(width=500))[0].width == 500


def test_a_stored_view_draws_grown_data() -> None:
    """A view chosen for some data draws other data with the same names."""
    data = xr.DataArray(np.eye(3), {"a": [0, 1, 2]}, ["a", "b"], name="z")
    grown = xr.DataArray(np.eye(4), {"a": [0, 1, 2, 3]}, ["a", "b"], name="z")
    (cells,) = columns(figures(draw(grown, resolve(data)))[0], "Quad")
    assert len(cells["z"]) == 16


@pytest.mark.parametrize("name", ["{a}", "<script>alert(1)</script>", "50 %", "a\nb"])
def test_hostile_names_are_only_text(name: str) -> None:
    """Braces, tags and percent signs in names and titles are written as they are."""
    data = xr.DataArray(np.eye(3), {name: [0, 1, 2]}, [name, "b"], name="out")
    assert figures(plot(data, title=name))[0].title.text == name
    assert figures(plot(data, x="b", kind="line", by=name))[0].legend[0].title == name
    assert len(figures(plot(data, x="b", kind="line", col=name, title=name))) == 3
