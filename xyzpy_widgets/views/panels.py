"""One panel of a view, drawn through hvPlot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.views.axes import bins, edges
from xyzpy_widgets.views.cells import ALONE
from xyzpy_widgets.views.reading import axis_of, column_of, distinct_names, told
from xyzpy_widgets.views.spec import ViewSpec

__all__ = ["draw_array", "draw_blank", "draw_frame"]

_MOST_MARKED = 100
"""The most points of a curve that are marked one by one."""
_MOST_BARS = 30
"""The most points of a curve that have error bars; more have a band."""
_COLORS = (
    *("#30a2da", "#fc4f30", "#e5ae38", "#6d904f", "#8b8b8b", "#17becf"),
    *("#9467bd", "#d62728", "#1f77b4", "#e377c2", "#8c564b", "#bcbd22"),
)
_SIZES = ("width", "height", "frame_width", "frame_height")
_SHARED = (*_SIZES, "padding", "legend", "logx", "logy", "xlabel", "ylabel", "xlim", "ylim", "color")
"""The options of hvPlot that hold for everything that lies in one panel."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The rows of a panel, the columns that they are drawn by, and the options of hvPlot."""

    frame: pd.DataFrame
    x: str
    y: str
    err: str
    groups: list[str]
    opts: dict[str, Any]

    def call(self, kind: str, **more: Any) -> Any:
        """Draw the rows as one kind of plot of hvPlot."""
        from hvplot import hvPlot

        return getattr(hvPlot(self.frame), kind)(**{"by": self.groups or None, **more, **self.opts})

    def beside(self, frame: pd.DataFrame) -> _Rows:
        """Return other rows that are drawn over these."""
        opts = {name: self.opts[name] for name in _SHARED if name in self.opts}
        return replace(self, frame=frame, opts=opts)

    def with_bars(self, frame: pd.DataFrame) -> _Rows:
        """Return the rows of a bar chart: hvPlot gives bars their colours and writes the groups under them."""
        return replace(self, frame=frame, opts={name: value for name, value in self.opts.items() if name != "color"})


def draw_blank(spec: ViewSpec, opts: Mapping[str, Any]) -> Any:
    """Draw empty axes."""
    import holoviews as hv
    import hvplot  # noqa: F401 - it makes bokeh known to holoviews

    size = {name: opts[name] for name in _SIZES if name in opts}
    return hv.Curve([], "x", "y").opts(
        xlabel=spec.xlabel or " ", ylabel=spec.ylabel or " ", show_grid=True, hooks=[_sized_by_frame], **size
    )


def _sized_by_frame(plot: Any, _element: Any) -> None:
    """Let the frame alone give the size: holoviews also asks for the size of the whole, which nobody has given."""
    if plot.state.width is None or plot.state.height is None:
        plot.state.sizing_mode = None


def draw_frame(frame: pd.DataFrame, spec: ViewSpec, groups: pd.MultiIndex | None, opts: Mapping[str, Any]) -> Any:
    """Draw the rows of a table as curves, points, bars or bins; each of the groups has its colour in every panel."""
    names = [] if groups is None else [str(name) for name in groups.names]
    style: dict[str, Any] = {"xlabel": spec.xlabel, "ylabel": spec.ylabel, "logx": spec.logx, "logy": spec.logy}
    style |= {"grid": True, **({"padding": 0.05} if spec.kind in {"line", "scatter"} else {})}
    graded = spec.kind == "scatter" and spec.color is not None and spec.color not in names
    if graded and frame[spec.color].notna().any():
        style |= {"c": spec.color, "clabel": spec.clabel, "cmap": "viridis"}
    if spec.kind == "line":
        frame = frame.sort_values(spec.x or ALONE, kind="stable")
    if groups is not None:
        places = groups.get_indexer(pd.MultiIndex.from_frame(frame[names]))
        frame = frame.iloc[np.argsort(places, kind="stable")]
        style["color"] = [_COLORS[place % len(_COLORS)] for place in np.unique(places)]
    for role, log, name in (("xlim", spec.logx, spec.x), ("ylim", spec.logy, spec.y)):
        if log and name is not None and frame[name].min() == frame[name].max():
            style[role] = (frame[name].min() / 10**0.5, frame[name].max() * 10**0.5)  # a decade around one value
    rows = _Rows(frame, spec.x or ALONE, spec.y or "", spec.err or "", names, {**style, **opts})
    drawn = {"line": _lines, "scatter": _points, "bar": _bars, "hist": _bins}[spec.kind](rows)
    return drawn.opts(hooks=[_sized_by_frame], **_legend(drawn, names))


def _legend(drawn: Any, names: list[str]) -> dict[str, Any]:
    """Return the title of the legend, if there is one: the names of what it tells."""
    import holoviews as hv

    return {"legend_opts": {"title": ", ".join(names)}} if names and isinstance(drawn, hv.core.CompositeOverlay) else {}


def _lines(rows: _Rows) -> Any:
    drawn = rows.call("line", x=rows.x, y=rows.y)
    longest = int(rows.frame.groupby(rows.groups).size().max()) if rows.groups else len(rows.frame)
    if longest <= _MOST_MARKED or rows.frame[rows.y].isna().any():
        drawn = drawn * rows.beside(rows.frame).call("scatter", x=rows.x, y=rows.y)
    return _with_errors(drawn, rows, band=longest > _MOST_BARS)


def _points(rows: _Rows) -> Any:
    known = {rows.x, rows.y, rows.opts.get("c"), ALONE, *rows.groups}
    hovered = [name for name in rows.frame.columns if name not in known]
    drawn = rows.call("scatter", x=rows.x, y=rows.y, hover_cols=hovered)
    return _with_errors(drawn, rows, band=False)


def _bars(rows: _Rows) -> Any:
    means = rows.frame.groupby([rows.x, *rows.groups], sort=False)[rows.y].mean().reset_index()
    means[rows.x] = [told(place) for place in means[rows.x]]
    return rows.with_bars(means).call("bar", x=rows.x, y=rows.y)


def _bins(rows: _Rows) -> Any:
    if column_of(rows.frame, rows.x).kind != "text":
        known = rows.frame.dropna(subset=[rows.x])
        edges_of_bins = bins(known[rows.x].to_numpy(), log=rows.opts["logx"])
        return replace(rows, frame=known).call("hist", y=rows.x, bins=edges_of_bins)
    count = distinct_names([rows.x, *rows.groups, "count"])[-1]
    counts = rows.frame.groupby([rows.x, *rows.groups], sort=False).size().reset_index(name=count)
    return rows.with_bars(counts).call("bar", x=rows.x, y=count)


def _with_errors(drawn: Any, rows: _Rows, *, band: bool) -> Any:
    """Add the uncertainty to curves or points, as bars or as a band."""
    known = rows.frame.dropna(subset=[rows.x, rows.y, rows.err]) if rows.err else rows.frame[:0]
    if known.empty:
        return drawn
    if not band:
        return drawn * rows.beside(known).call("errorbars", x=rows.x, y=rows.y, yerr1=rows.err)
    low, high = distinct_names([*known.columns, "low", "high"])[-2:]
    edges_of_band = {low: known[rows.y] - known[rows.err], high: known[rows.y] + known[rows.err]}
    area = {"x": rows.x, "y": low, "y2": high, "stacked": False, "alpha": 0.2}
    return drawn * rows.beside(known.assign(**edges_of_band)).call("area", **area)


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One side of a field of cells: its places in increasing order, and their labels."""

    name: str
    order: NDArray[np.intp]
    places: NDArray[Any]
    labels: NDArray[Any]
    named: bool

    def ticks(self, role: str) -> dict[str, Any]:
        """Return the ticks of an axis of texts, which lie side by side."""
        return (
            {f"{role}ticks": list(zip(self.places.tolist(), self.labels.tolist(), strict=True))} if self.named else {}
        )


def _side(array: xr.DataArray, dim: str) -> _Side:
    axis = axis_of(array.to_dataset(), dim)
    labels = np.array([*(told(axis.label(i)) for i in range(axis.size)), None], dtype=object)[:-1]
    if axis.kind == "text":
        return _Side(dim, np.arange(axis.size), np.arange(axis.size, dtype=np.float64), labels, named=True)
    order = np.argsort(axis.places)
    return _Side(dim, order, axis.places[order], labels[order], named=False)


def draw_array(array: xr.DataArray, spec: ViewSpec, opts: Mapping[str, Any]) -> Any:
    """Draw an array over y and x as cells at their true places; a missing one stays blank."""
    import holoviews as hv
    from hvplot import hvPlot

    y, x = (_side(array, str(dim)) for dim in array.dims)
    values = array.to_numpy()[np.ix_(y.order, x.order)]
    table = xr.Dataset({spec.color: ((y.name, x.name), values)}, {y.name: y.places, x.name: x.places})
    style: dict[str, Any] = {"logx": spec.logx, "logy": spec.logy, "logz": spec.logz, "cmap": "viridis"}
    style |= {"xlabel": spec.xlabel, "ylabel": spec.ylabel, "clabel": spec.clabel} | x.ticks("x") | y.ticks("y")
    drawn = hvPlot(table).quadmesh(x=x.name, y=y.name, z=spec.color, dynamic=False, **{**style, **opts})
    names = distinct_names([x.name, y.name, spec.color, f"{x.name} label", f"{y.name} label"])
    rows, columns = np.meshgrid(y.labels, x.labels, indexing="ij")
    cells = (edges(x.places, log=spec.logx), edges(y.places, log=spec.logy), values, columns, rows)
    fields = [hv.core.util.dimension_sanitizer(name) for name in (*names[3:], names[2])]
    tooltips = [(name, f"@{{{field}}}") for name, field in zip(names[:3], fields, strict=True)]
    return drawn.clone(cells, vdims=names[2:]).opts(hover_tooltips=tooltips, hooks=[_sized_by_frame, _without_gaps])


def _without_gaps(plot: Any, _element: Any) -> None:
    """Draw each cell's border in its own colour: the browser would let the page shine through between cells."""
    glyph = plot.handles["glyph"]
    glyph.update(line_color=glyph.fill_color, line_alpha=glyph.fill_alpha, line_width=0.5)
