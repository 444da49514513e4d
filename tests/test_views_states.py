"""What never ran, what failed and what gave a nan look different."""

from __future__ import annotations

from typing import Any

import holoviews as hv
import numpy as np
import xarray as xr
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays

from tests.test_views_plots import figures
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.views.picture import picture
from xyzpy_widgets.views.plots import draw
from xyzpy_widgets.views.resolve import resolve
from xyzpy_widgets.views.spec import Wishes
from xyzpy_widgets.views.states import UNDER_WAY, rectangles


def grid() -> tuple[xr.DataArray, xr.DataArray]:
    """A 2 x 3 grid in which each kind of hole stands once, and its states."""
    data = xr.DataArray([[np.nan, np.nan, 1], [np.nan, np.nan, np.nan]], {"a": [1, 2], "b": [0, 1, 3]}, ["a", "b"])
    states = [
        [Status.MISSING, Status.FAILED, Status.DONE],
        [Status.DONE, UNDER_WAY, Status.CANCELLED],
    ]
    return data.rename("z"), xr.DataArray(np.array(states), data.coords, data.dims)


def marked(figure: Any) -> dict[str, list[tuple[float, float]]]:
    """Where a figure has hatched, grey and red cells, each by its lower left corner or its place."""
    found: dict[str, list[tuple[float, float]]] = {}
    for renderer in figure.renderers:
        source, glyph = dict(renderer.data_source.data), renderer.glyph
        pattern = getattr(glyph, "hatch_pattern", None)
        if type(glyph).__name__ == "Scatter" and glyph.marker == "triangle":
            found["failed"] = list(zip(source["x"].tolist(), source["y"].tolist(), strict=True))
        elif pattern is not None:
            found[pattern] = list(zip(source["left"].tolist(), source["bottom"].tolist(), strict=True))
        elif getattr(glyph, "fill_color", None) == "#888888":
            found["nan"] = list(zip(source["left"].tolist(), source["bottom"].tolist(), strict=True))
    return found


def test_holes_are_told_apart() -> None:
    """Never run is hatched, under way dotted, ended crossed, failed red, and a nan that was returned grey."""
    data, states = grid()
    (figure,) = figures(draw(data, resolve(data, Wishes(kind="heatmap", x="b", y="a")), states=states))
    assert marked(figure) == {
        "right_diagonal_line": [(-0.5, 0.5)],
        "cross": [(2.0, 1.5)],
        "dot": [(0.5, 1.5)],
        "nan": [(-0.5, 1.5)],
        "failed": [(1.0, 1.0)],
    }
    assert "url(#right_diagonal_line)" in (
        picture(hv.render(draw(data, resolve(data, Wishes(kind="heatmap")), states=states))) or ""
    )


def test_states_follow_what_is_fixed_and_aggregated() -> None:
    """Of one label its own states are shown; a mean over cases has a state as soon as one of them is done."""
    data, states = grid()
    more = xr.concat([data, data * 2], xr.DataArray([0, 1], dims="seed", name="seed"))
    both = xr.concat([states, xr.full_like(states, Status.MISSING)], more.seed)
    view = Wishes(kind="heatmap", x="b", y="a", fixed={"seed": 1})
    (figure,) = figures(draw(more, resolve(more, view), states=both))
    assert marked(figure)["right_diagonal_line"] == [(-0.5, 0.5), (-0.5, 1.5)]
    mean = Wishes(kind="heatmap", x="b", y="a", aggregate="seed")
    (figure,) = figures(draw(more, resolve(more, mean), states=both))
    assert marked(figure)["failed"] == [(1.0, 1.0)]
    assert marked(figure)["nan"] == [(-0.5, 1.5)]


def test_states_find_their_labels() -> None:
    """States over fewer labels than the data, or in another order, mark the cells that bear their labels."""
    data, states = grid()
    view = resolve(data, Wishes(kind="heatmap", x="b", y="a"))
    (figure,) = figures(draw(data, view, states=states.isel(a=[1], b=[2, 0, 1])))
    assert marked(figure)["right_diagonal_line"] == [(-0.5, 0.5)]
    (hatched,) = (one for one in figure.renderers if getattr(one.glyph, "hatch_pattern", "") == "right_diagonal_line")
    assert hatched.data_source.data["right"].tolist() == [2.0]
    assert marked(figure)["dot"] == [(0.5, 1.5)]


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=8)))
def test_rectangles_cover_each_cell_once(which: np.ndarray[Any, Any]) -> None:
    """What is hatched are just the cells of a state, none twice."""
    covered = np.zeros(which.shape, dtype=int)
    for bottom, top, left, right in rectangles(which):
        covered[bottom:top, left:right] += 1
    np.testing.assert_array_equal(covered, which)


def test_a_large_field_has_its_marks_too() -> None:
    """Where cells are so many that they are an image, what never ran is hatched and what failed is marked."""
    values = np.ones((300, 200))
    states = np.full(values.shape, Status.DONE)
    states[:, 150:], states[7, 5] = Status.MISSING, Status.FAILED
    values[states != Status.DONE] = np.nan
    data = xr.DataArray(values, dims=["a", "b"], name="z")
    (figure,) = figures(draw(data, resolve(data, Wishes(kind="heatmap", x="b", y="a")), data.copy(data=states)))
    found = marked(figure)
    assert found["right_diagonal_line"] == [(149.5, -0.5)]
    assert found["failed"] == [(5.0, 7.0)]
    assert rectangles(np.indices((300, 300)).sum(axis=0) % 2 == 0) == []


def test_failures_are_marked_under_curves() -> None:
    """A curve has a gap where a case failed, and a red triangle on the axis below it."""
    data, states = grid()
    (figure,) = figures(draw(data, resolve(data, Wishes(kind="line", x="b", by="a")), states=states))
    assert [x for x, _ in marked(figure)["failed"]] == [1.0]
