"""One panel of a view, drawn through hvPlot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xyzpy_widgets.views.axes import bins
from xyzpy_widgets.views.cells import ALONE, HIGH, LOW, Content, Panel
from xyzpy_widgets.views.reading import column_of, distinct_names, told
from xyzpy_widgets.views.spec import ViewSpec
from xyzpy_widgets.views.states import failed_along, failed_columns, mark_failed

__all__ = ["PADDING", "curves_content", "draw_blank", "draw_frame", "laid_out"]

PADDING = 0.05
"""The share of its extent by which an axis reaches beyond curves and points, at each end."""
_TITLE_STANDOFF = 8
"""How far the title of a colour bar stands off the bar, in pixels."""
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
        xlabel=spec.xlabel or " ", ylabel=spec.ylabel or " ", show_grid=True, hooks=[laid_out], **size
    )


def laid_out(plot: Any, _element: Any) -> None:
    """Let the frame alone give the size, and let no words cover others.

    Holoviews also asks for the size of the whole, which nobody has given. Of the labels of an axis, those that would
    overlap are left out; the title of a colour bar keeps off the bar.
    """
    from bokeh.models.annotations.legends import ColorBar
    from bokeh.models.labeling import NoOverlap

    figure = plot.state
    if figure.width is None or figure.height is None:
        figure.sizing_mode = None
    for axis in figure.axis:
        axis.major_label_policy = NoOverlap()
    for bar in figure.select({"type": ColorBar}):
        bar.title_standoff = _TITLE_STANDOFF


def draw_frame(panel: Panel, spec: ViewSpec, groups: pd.MultiIndex | None, opts: Mapping[str, Any]) -> Any:
    """Draw the rows of a table as curves, points, bars, boxes or bins; a group has its colour in every panel."""
    frame, failed = pd.DataFrame(panel.data), _failed(panel, spec)
    names = [] if groups is None else [str(name) for name in groups.names]
    style: dict[str, Any] = {"xlabel": spec.xlabel, "ylabel": spec.ylabel, "logx": spec.logx, "logy": spec.logy}
    style |= {"grid": True, **({"padding": PADDING} if spec.kind in {"line", "scatter"} else {})}
    graded = spec.kind == "scatter" and spec.color is not None and spec.color not in names
    if graded and frame[spec.color].notna().any():
        style |= {"c": spec.color, "clabel": spec.clabel, "cmap": "viridis"}
    frame, places = _arranged(frame, spec, groups)
    if places is not None:
        style["color"] = [_COLORS[place % len(_COLORS)] for place in np.unique(places)]
    for role, log, name in (("xlim", spec.logx, spec.x), ("ylim", spec.logy, spec.y)):
        if log and name is not None and frame[name].min() == frame[name].max():
            style[role] = (frame[name].min() / 10**0.5, frame[name].max() * 10**0.5)  # a decade around one value
    rows = _Rows(frame, spec.x or ALONE, spec.y or "", spec.err or "", names, {**style, **opts})
    drawn = {"line": _lines, "scatter": _points, "bar": _bars, "hist": _bins, "box": _boxes}[spec.kind](rows)
    hooks: list[Any] = [laid_out, *([_dotted] if spec.kind == "box" else [])]
    if failed is not None:
        hooks.append(lambda plot, _: mark_failed(plot.state, failed))
    return drawn.opts(hooks=hooks, **_legend(drawn, names))


def _failed(panel: Panel, spec: ViewSpec) -> NDArray[Any] | None:
    """Return the places along x at which a case failed, None where failed cases are not marked."""
    if panel.states is None or spec.kind not in {"line", "scatter"} or spec.x not in panel.states.dims:
        return None
    return failed_along(panel.states, str(spec.x))


def _arranged(
    frame: pd.DataFrame, spec: ViewSpec, groups: pd.MultiIndex | None
) -> tuple[pd.DataFrame, NDArray[np.intp] | None]:
    """Return rows in the order in which they are drawn, and the places of their groups."""
    if spec.kind == "line":
        frame = frame.sort_values(spec.x or ALONE, kind="stable")
    if groups is None:
        return frame, None
    places = groups.get_indexer(pd.MultiIndex.from_frame(frame[[str(name) for name in groups.names]]))
    return frame.iloc[np.argsort(places, kind="stable")], places


def curves_content(panel: Panel, spec: ViewSpec, groups: pd.MultiIndex | None) -> Content | None:
    """Return what curves hold once they are drawn; None where more of them than their values may differ."""
    import holoviews as hv

    frame, places = _arranged(pd.DataFrame(panel.data), spec, groups)
    x, y, failed = spec.x or ALONE, str(spec.y), _failed(panel, spec)
    values = frame[y].to_numpy()
    if spec.err or LOW in frame or values.dtype.kind not in "iuf" or frame[x].isna().any() or np.isnan(values).all():
        return None
    order = np.zeros(len(frame), dtype=np.intp) if places is None else np.sort(places)
    parts = np.split(values, np.flatnonzero(np.diff(order)) + 1)
    marked = _are_marked(max(map(len, parts)), frame[y])
    columns = [{hv.core.util.dimension_sanitizer(y): part} for part in parts] * (2 if marked else 1)
    names = [] if groups is None else list(groups)
    same = (panel.title, *_told(frame[x].to_numpy()), order.tobytes(), *names, values.dtype.str, marked, failed is None)
    return Content(same, columns if failed is None else [*columns, failed_columns(failed)])


def _told(values: NDArray[Any]) -> tuple[Any, ...]:
    """Return values as something that can be compared at once."""
    return tuple(values) if values.dtype == object else (values.dtype.str, values.tobytes())


def _are_marked(longest: int, values: pd.Series) -> bool:
    """Say whether the points of curves are marked one by one; beside a hole one may have no line."""
    return longest <= _MOST_MARKED or bool(values.isna().any())


def _legend(drawn: Any, names: list[str]) -> dict[str, Any]:
    """Return the title of the legend, if there is one: the names of what it tells."""
    import holoviews as hv

    return {"legend_opts": {"title": ", ".join(names)}} if names and isinstance(drawn, hv.core.CompositeOverlay) else {}


def _lines(rows: _Rows) -> Any:
    drawn = rows.call("line", x=rows.x, y=rows.y)
    longest = int(rows.frame.groupby(rows.groups).size().max()) if rows.groups else len(rows.frame)
    if _are_marked(longest, rows.frame[rows.y]):
        drawn = drawn * rows.beside(rows.frame).call("scatter", x=rows.x, y=rows.y)
    spread = LOW in rows.frame and not rows.err
    return _with_errors(drawn, rows, band=spread or longest > _MOST_BARS)


def _points(rows: _Rows) -> Any:
    known = {rows.x, rows.y, rows.opts.get("c"), ALONE, *rows.groups}
    hovered = [name for name in rows.frame.columns if name not in known | {LOW, HIGH}]
    drawn = rows.call("scatter", x=rows.x, y=rows.y, hover_cols=hovered)
    return _with_errors(drawn, rows, band=False)


def _bars(rows: _Rows) -> Any:
    means = rows.frame.groupby([rows.x, *rows.groups], sort=False)[rows.y].mean().reset_index()
    means[rows.x] = [told(place) for place in means[rows.x]]
    return rows.with_bars(means).call("bar", x=rows.x, y=rows.y)


def _boxes(rows: _Rows) -> Any:
    known = rows.frame.dropna(subset=[rows.y]).sort_values(rows.x, kind="stable", key=_in_order)
    names = list(dict.fromkeys([rows.x, *rows.groups]))
    known = known.assign(**{name: [told(place) for place in known[name]] for name in names})
    box = rows.with_bars(known)
    return replace(box, groups=[]).call("box", y=rows.y, by=names, legend=False).opts(outlier_color="#888888")


def _in_order(labels: pd.Series) -> pd.Series:
    """Return what numbers and times are sorted by; texts keep their order."""
    return pd.Series(0, index=labels.index) if labels.dtype.kind not in "iufM" else labels


def _dotted(plot: Any, _element: Any) -> None:
    """Draw the values that lie far out as dots of one size: holoviews gives them a radius on the axis of texts."""
    for renderer in plot.state.renderers:
        if type(renderer.glyph).__name__ == "Circle":
            renderer.glyph.update(radius=2.5, radius_units="screen")


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
    if rows.err:
        ends = {LOW: rows.frame[rows.y] - rows.frame[rows.err], HIGH: rows.frame[rows.y] + rows.frame[rows.err]}
        rows = replace(rows, frame=rows.frame.assign(**ends))
    if LOW not in rows.frame:
        return drawn
    known = rows.frame.dropna(subset=[rows.x, rows.y, LOW, HIGH])
    if known.empty:
        return drawn
    if not band:
        down, up = distinct_names([*known.columns, "down", "up"])[-2:]
        known = known.assign(**{down: known[rows.y] - known[LOW], up: known[HIGH] - known[rows.y]})
        return drawn * rows.beside(known).call("errorbars", x=rows.x, y=rows.y, yerr1=down, yerr2=up)
    area = {"x": rows.x, "y": LOW, "y2": HIGH, "stacked": False, "alpha": 0.2}
    return drawn * rows.beside(known).call("area", **area)
