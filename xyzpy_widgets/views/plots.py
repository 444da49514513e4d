"""Draw data: from data and wishes to an object of hvPlot, which joins others by ``*`` and ``+``."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from xyzpy_widgets.views.cells import ALONE, Panel, groups_of, panels_of, rows_of
from xyzpy_widgets.views.fields import draw_field
from xyzpy_widgets.views.inline import show_inline
from xyzpy_widgets.views.panels import draw_blank, draw_frame
from xyzpy_widgets.views.parallel import draw_parallel
from xyzpy_widgets.views.reading import column_of
from xyzpy_widgets.views.resolve import Data, named, resolve
from xyzpy_widgets.views.spec import ViewSpec, Wishes

__all__ = ["color_groups", "draw", "limits_of", "literal", "plot"]

_SINGLE = {"width": 620, "height": 360}
_PANEL = {"frame_width": 185, "frame_height": 170}
_WIDEST_ROW = 3
_TITLE_WIDTH = 90
_GRADED = frozenset({"heatmap", "scatter", "parallel"})
"""The kinds of plots whose colours may tell amounts."""


def plot(  # noqa: PLR0913 - the friendly face: one word for each role
    data: Data,
    x: Any = None,
    y: Any = None,
    *,
    var: Any = None,
    kind: str | None = None,
    by: Any = None,
    color: Any = None,
    row: Any = None,
    col: Any = None,
    err: Any = None,
    aggregate: Any = None,
    spread: str | None = None,
    slider: Any = None,
    fixed: Mapping[Any, Any] | None = None,
    logx: bool | None = None,
    logy: bool | None = None,
    logz: bool | None = None,
    title: str | None = None,
    **opts: Any,
) -> Any:
    """Draw data; what is not given is chosen from the data.

    Parameters
    ----------
    data : xarray.Dataset, xarray.DataArray or pandas.DataFrame
        What is drawn; it is never changed.
    x, y : str, optional
        A dimension, a variable or a column for each axis.
    var : str or sequence of str, optional
        The variables to draw.
    kind : {"line", "scatter", "bar", "heatmap", "hist", "box", "parallel", "table"}, optional
        The kind of plot; ``"quadmesh"`` is another word for ``"heatmap"``, ``"parallel"`` are parallel coordinates.
    by : str or sequence of str, optional
        One curve, set of points or bar for each label.
    color : str, optional
        What the colours tell.
    row, col : str, optional
        One panel for each label.
    err : str, optional
        The variable that holds the uncertainty: error bars on few points, a band on many.
    aggregate : str, sequence of str or mapping, optional
        Dimensions to average, or the way for each: mean, median, min, max, sum or std.
    spread : {"std", "range"}, optional
        Draw how the aggregated values spread: by a standard deviation, or from the least to the greatest.
    slider : str, sequence of str or mapping, optional
        Dimensions or columns of which one label is drawn; an explorer has a slider for each.
    fixed : mapping, optional
        Dimensions or columns of which one label is drawn.
    logx, logy, logz : bool, optional
        Logarithmic axes, and colours of a heatmap; axes whose labels are spaced by a factor are so by themselves.
    title : str, optional
        The title; what is aggregated and fixed is added to it.
    **opts
        Options of hvPlot, such as ``width``, ``height`` or ``cmap``.

    Returns
    -------
    holoviews.Element, holoviews.Overlay or holoviews.Layout
        Shown inline in a notebook, without network access; a `pandas.DataFrame` for ``kind="table"``.

    Raises
    ------
    ViewError
        For wishes that do not fit the data.
    """
    wishes = Wishes(
        var=var,
        kind=kind,
        x=x,
        y=y,
        by=by,
        color=color,
        row=row,
        col=col,
        err=err,
        aggregate=aggregate,
        spread=spread,
        slider=slider,
        fixed=fixed,
        logx=logx,
        logy=logy,
        logz=logz,
        title=title,
    )
    return draw(data, resolve(data, wishes), **opts)


def draw(data: Data, spec: ViewSpec, states: xr.DataArray | None = None, **opts: Any) -> Any:
    """Draw a view of data.

    Parameters
    ----------
    data : xarray.Dataset, xarray.DataArray or pandas.DataFrame
        The data that the view was resolved for, or data with the same names and labels.
    spec : ViewSpec
        The view.
    states : xarray.DataArray, optional
        The state of each case, as `Harvester.status` tells it: what has no value is marked with its state.
    **opts
        Options of hvPlot.

    Returns
    -------
    holoviews.Element, holoviews.Overlay or holoviews.Layout
        A `pandas.DataFrame` for a view of the kind ``"table"``.
    """
    if spec.kind == "table":
        return rows_of(named(data), spec) if spec.var else pd.DataFrame()
    show_inline()
    title = literal("\n".join(textwrap.fill(line, _TITLE_WIDTH) for line in spec.title.split("\n")))
    panels = panels_of(named(data), spec, states) if spec.var else []
    limits = _color_limits(panels, spec)
    common: dict[str, Any] = {} if limits is None else {"clim": limits}
    groups = None if spec.kind in {"heatmap", "parallel"} or not panels else color_groups(panels, spec)
    if not spec.panels or not panels:
        common |= _size(_SINGLE, opts)
        return _drawn(panels[0] if panels else None, spec, groups, {**common, **opts}).opts(title=title)
    import holoviews as hv

    common |= _size(_PANEL, opts)
    columns = 1 + max(panel.column for panel in panels)
    columns = columns if spec.row else min(columns, _WIDEST_ROW)
    keyed = "colorbar" if spec.kind in {"heatmap", "parallel"} else "legend"
    keys = _key_panels(panels, spec, groups, columns)
    drawn = []
    for panel in panels:
        key = {} if panel in keys else {keyed: False}
        name = panel.title if _has_values(panel, spec) else f"{panel.title}: no values"
        drawn.append(_drawn(panel, spec, groups, {**common, **key, **opts}).opts(title=literal(name)))
    return hv.Layout(drawn).cols(columns).opts(title=html.escape(title))


def color_groups(panels: Sequence[Panel], spec: ViewSpec) -> pd.MultiIndex | None:
    """Return the groups that have a colour each, in the order in which they come."""
    frame = pd.concat([panel.data for panel in panels if isinstance(panel.data, pd.DataFrame)])
    names = groups_of(frame, spec)
    return pd.MultiIndex.from_frame(frame[names].drop_duplicates()) if names else None


def _key_panels(panels: Sequence[Panel], spec: ViewSpec, groups: pd.MultiIndex | None, columns: int) -> list[Panel]:
    """Return the panels beside which the colours are told: one at the right, if it has every group, else all."""
    whole = [panel for panel in panels if _has_values(panel, spec)]
    if groups is not None:
        names = list(groups.names)
        counts = [len(pd.DataFrame(panel.data[names]).drop_duplicates()) for panel in whole]
        whole = [panel for panel, count in zip(whole, counts, strict=True) if count == len(groups)] or whole
        if max(counts, default=0) < len(groups):
            return whole
    at_right = [panel for number, panel in enumerate(panels, start=1) if number % columns == 0 and panel in whole]
    return (at_right or whole[-1:])[:1]


def _size(size: Mapping[str, int], opts: Mapping[str, Any]) -> dict[str, int]:
    """Return the usual size, except along the sides whose size is wished."""
    return {name: value for name, value in size.items() if name.removeprefix("frame_") not in opts}


def literal(title: str) -> str:
    """Return a title in which holoviews finds nothing to fill in."""
    return title.replace("{", "{{").replace("}", "}}")


def _drawn(panel: Panel | None, spec: ViewSpec, groups: pd.MultiIndex | None, opts: Mapping[str, Any]) -> Any:
    """Draw one panel; one without values is drawn as empty axes."""
    if panel is None or not _has_values(panel, spec):
        return draw_blank(spec, opts)
    if spec.kind == "parallel":
        return draw_parallel(pd.DataFrame(panel.data).reset_index(drop=True), spec, opts)
    if isinstance(panel.data, pd.DataFrame):
        return draw_frame(panel, spec, groups, opts)
    return draw_field(panel, spec, opts)


def _has_values(panel: Panel, spec: ViewSpec) -> bool:
    named = [spec.color] if spec.kind == "parallel" else [spec.x or ALONE, spec.y]
    drawn = [name for name in named if name is not None]
    values = panel.data[drawn].notna().all(axis=1) if isinstance(panel.data, pd.DataFrame) else ~panel.data.isnull()
    return bool(np.any(values))


def limits_of(data: Data, spec: ViewSpec) -> tuple[float, float] | None:
    """Return the limits of the colours of a view of some data; None where colours tell no amounts."""
    graded = spec.var and spec.kind in _GRADED
    return _color_limits(panels_of(named(data), spec), spec) if graded else None


def _color_limits(panels: Sequence[Panel], spec: ViewSpec) -> tuple[float, float] | None:
    """Return the limits of the colours, the same for every panel; None where colours tell no amounts."""
    if spec.kind == "heatmap":
        parts = [np.asarray(panel.data).reshape(-1) for panel in panels]
    elif spec.kind in {"scatter", "parallel"} and spec.color is not None:
        columns = [column_of(pd.DataFrame(panel.data), spec.color) for panel in panels]
        if any(column.kind == "text" for column in columns):
            return None
        parts = [column.values for column in columns]
    else:
        return None
    values = np.concatenate([*parts, np.empty(0)]).astype(np.float64)
    values = values[np.isfinite(values)]
    if not values.size:
        return (1.0, 10.0) if spec.logz else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if low < high:
        return low, high
    return (low / 2, low * 2) if spec.logz else (low - 0.5, low + 0.5)
