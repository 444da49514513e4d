"""Beside the values, what is known of each case: which never ran, which run, which failed, which gave a nan.

A cell that never ran is hatched, one under way is dotted, one that was ended from outside is crossed, one that failed
has a red triangle, and one whose function returned no number is grey. Under curves and points, a red triangle on the
axis marks each place where a case failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.views.reading import Axis
from xyzpy_widgets.views.spec import ViewSpec

__all__ = ["UNDER_WAY", "Field", "failed_along", "failed_columns", "mark_failed", "rectangles", "states_of"]

UNDER_WAY = len(Status)
"""The code of a case that runs."""
_ORDER = np.array([Status.MISSING, Status.CANCELLED, Status.FAILED, UNDER_WAY, Status.DONE], dtype=np.int8)
"""What is said of several cases at once: the last of these that holds for one of them."""
_FAILED, _FAINT = "#d62728", "#888888"
_HATCHES = {int(Status.MISSING): "right_diagonal_line", int(Status.CANCELLED): "cross", UNDER_WAY: "dot"}
_SHARE = "share"
_MOST_RECTANGLES, _MOST_TRIANGLES = 4000, 400


def states_of(states: xr.DataArray, data: xr.Dataset, axes: Mapping[str, Axis], spec: ViewSpec) -> xr.DataArray:
    """Return the states of what a view draws, over the places of its axes.

    Several cases that are aggregated are done when one of them is. A case that nothing is told of never ran.
    """
    known = {dim: data[dim] for dim in states.dims if dim in axes and dim in data.coords and dim in states.coords}
    states = states.reindex(known, fill_value=int(Status.MISSING))
    for dim, label in spec.chosen:
        if dim in states.dims:
            states = states.isel({dim: axes[dim].find(label)}, drop=True)
    ranks = np.argsort(_ORDER)[states.to_numpy().astype(np.int8)]
    over = [dim for dim in states.dims if dim not in axes or dim in dict(spec.aggregate)]
    reduced = states.copy(data=ranks).max(over)
    places = {str(dim): axes[str(dim)].places for dim in reduced.dims}
    return xr.DataArray(_ORDER[reduced.to_numpy()], dims=list(map(str, reduced.dims)), coords=places)


def failed_along(states: xr.DataArray, dim: str) -> NDArray[Any]:
    """Return the places along a dimension at which a case failed."""
    if dim not in states.dims:
        return np.empty(0)
    failed = (states == Status.FAILED).any([other for other in states.dims if other != dim])
    places: NDArray[Any] = states[dim].to_numpy()[failed.to_numpy()]
    return places


def mark_failed(figure: Any, places: NDArray[Any]) -> None:
    """Draw a red triangle on the x axis of a figure at each place."""
    from bokeh.models import Range1d

    figure.extra_y_ranges = {**figure.extra_y_ranges, _SHARE: Range1d(start=0, end=1)}
    _triangles(figure, failed_columns(places), y_range_name=_SHARE)


def failed_columns(places: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return where the triangles at some places lie."""
    return {"x": places, "y": np.full(places.size, 0.025)}


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of cells: the places of their labels along x and y in increasing order, and the edges around them."""

    x: NDArray[Any]
    y: NDArray[Any]
    x_edges: NDArray[Any]
    y_edges: NDArray[Any]

    def sides(self, which: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
        """Return the sides of rectangles that cover just some cells; ``which`` has the shape ``(y, x)``."""
        bottom, top, left, right = np.array(rectangles(which), dtype=np.intp).reshape(-1, 4).T
        across, up = self.x_edges, self.y_edges
        return {"left": across[left], "right": across[right], "bottom": up[bottom], "top": up[top]}

    def marked(self, states: NDArray[np.int8], values: NDArray[Any]) -> list[dict[str, NDArray[Any]]]:
        """Return where the marks of cells that have no number lie, for each kind of mark in the order of `mark`."""
        blank = ~np.isfinite(values)
        boxes = [self.sides(blank & (states == code)) for code in (*_HATCHES, Status.DONE)]
        row, column = np.nonzero(states == Status.FAILED)
        step = 1 + row.size // _MOST_TRIANGLES
        return [*boxes, {"x": self.x[column[::step]], "y": self.y[row[::step]]}]

    def mark(self, figure: Any, states: NDArray[np.int8], values: NDArray[Any]) -> None:
        """Mark the cells that have no number; ``states`` and ``values`` have the shape ``(y, x)``."""
        *hatched, done, failed = self.marked(states, values)
        for pattern, sides in zip(_HATCHES.values(), hatched, strict=True):
            hatch = {"hatch_pattern": pattern, "hatch_color": _FAINT, "hatch_alpha": 0.55, "hatch_scale": 8.0}
            _boxes(figure, sides, {"fill_color": None, **hatch})
        _boxes(figure, done, {"fill_color": _FAINT, "fill_alpha": 0.35})
        _triangles(figure, failed)


def rectangles(which: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Cover just the cells that hold with rectangles: from which row to which, and from which column to which.

    Runs of a row that lie one above the other and are of one extent are one rectangle. Beyond some thousands of them
    nothing is covered: what is so scattered is told by its colours alone.
    """
    found: list[tuple[int, int, int, int]] = []
    begun: dict[tuple[int, int], int] = {}
    for row in range(which.shape[0] + 1):
        runs = _runs(which[row]) if row < which.shape[0] else set()
        ended = begun.keys() - runs
        found += [(begun.pop(run), row, *run) for run in sorted(ended)]
        begun.update(dict.fromkeys(runs - begun.keys(), row))
        if len(found) + len(begun) > _MOST_RECTANGLES:
            return []
    return found


def _runs(line: NDArray[np.bool_]) -> set[tuple[int, int]]:
    """Return the places from which to which all hold."""
    ends = np.flatnonzero(np.diff(line.astype(np.int8), prepend=0, append=0)).tolist()
    return {*zip(ends[::2], ends[1::2], strict=True)}


def _boxes(figure: Any, sides: dict[str, NDArray[Any]], style: Mapping[str, Any]) -> None:
    from bokeh.models import ColumnDataSource, Quad

    glyph = Quad(left="left", right="right", bottom="bottom", top="top", line_color=None, **style)
    figure.add_glyph(ColumnDataSource(data=sides), glyph)


def _triangles(figure: Any, places: dict[str, NDArray[Any]], **more: Any) -> None:
    from bokeh.models import ColumnDataSource, Scatter

    glyph = Scatter(x="x", y="y", marker="triangle", size=9, fill_color=_FAILED, line_color=None)
    figure.add_glyph(ColumnDataSource(data=places), glyph, **more)
