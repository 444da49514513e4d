"""A field of cells, drawn through hvPlot: each at its true place, and a large one as an image of the same extent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.views.axes import edges, rastered
from xyzpy_widgets.views.cells import Content, Panel
from xyzpy_widgets.views.panels import laid_out
from xyzpy_widgets.views.reading import axis_of, distinct_names, told
from xyzpy_widgets.views.spec import ViewSpec
from xyzpy_widgets.views.states import Field

__all__ = ["draw_field", "field_content"]

_MOST_CELLS = 30_000
"""The most cells that are drawn one by one."""
_PIXELS = (400, 600)
"""The pixels along y and x of the image that is drawn of more."""


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


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """The cells of a panel: both sides, and in their order the values, and the states if known, as ``(y, x)``."""

    y: _Side
    x: _Side
    values: NDArray[Any]
    states: NDArray[np.int8] | None

    @property
    def many(self) -> bool:
        """Whether they are drawn as an image."""
        return self.values.size > _MOST_CELLS

    def field(self, spec: ViewSpec) -> Field:
        """Return where they lie on a plot."""
        y, x = self.y.places, self.x.places
        return Field(x, y, edges(x, log=spec.logx), edges(y, log=spec.logy))


def _cells_of(panel: Panel) -> _Cells:
    array, states = xr.DataArray(panel.data), None
    y, x = (_side(array, str(dim)) for dim in array.dims)
    order = np.ix_(y.order, x.order)
    if panel.states is not None:
        states = panel.states.broadcast_like(array.astype(bool)).transpose(*array.dims).to_numpy()[order]
    return _Cells(y, x, array.to_numpy()[order], states)


def field_content(panel: Panel, spec: ViewSpec) -> Content:
    """Return what a field holds once it is drawn; one without a value holds nothing."""
    import holoviews as hv

    cells = _cells_of(panel)
    named = [
        (side.name, tuple(side.labels), side.places.dtype.str, side.places.tobytes()) for side in (cells.y, cells.x)
    ]
    blank = bool(xr.DataArray(panel.data).isnull().all())
    frame = (panel.title, *named, cells.values.dtype.str, cells.states is None, blank)
    if blank:
        return Content(frame, [])
    field = cells.field(spec)
    if cells.many:
        columns: list[dict[str, Any]] = [{"image": [_pixels(cells.values, field, spec)[::-1]]}]
    else:
        name = distinct_names([cells.x.name, cells.y.name, spec.color])[2]
        columns = [{hv.core.util.dimension_sanitizer(name): cells.values.T.reshape(-1)}]
    return Content(frame, columns if cells.states is None else columns + field.marked(cells.states, cells.values))


def draw_field(panel: Panel, spec: ViewSpec, opts: Mapping[str, Any]) -> Any:
    """Draw an array over y and x as cells at their true places; one without a value is marked with its state."""
    cells = _cells_of(panel)
    field, states = cells.field(spec), cells.states
    drawn = (_image if cells.many else _boxes)(cells, field, spec, opts)
    hooks: list[Any] = [laid_out] if cells.many else [laid_out, _without_gaps]
    if states is not None:
        hooks.append(lambda plot, _: field.mark(plot.state, states, cells.values))
    return drawn.opts(hooks=hooks)


def _style(spec: ViewSpec, x: _Side, y: _Side) -> dict[str, Any]:
    style: dict[str, Any] = {"logx": spec.logx, "logy": spec.logy, "logz": spec.logz, "cmap": "viridis"}
    return style | {"xlabel": spec.xlabel, "ylabel": spec.ylabel, "clabel": spec.clabel} | x.ticks("x") | y.ticks("y")


def _boxes(cells: _Cells, field: Field, spec: ViewSpec, opts: Mapping[str, Any]) -> Any:
    import holoviews as hv
    from hvplot import hvPlot

    y, x, values = cells.y, cells.x, cells.values
    table = xr.Dataset({spec.color: ((y.name, x.name), values)}, {y.name: y.places, x.name: x.places})
    style = {**_style(spec, x, y), **opts}
    drawn = hvPlot(table).quadmesh(x=x.name, y=y.name, z=spec.color, dynamic=False, **style)
    names = distinct_names([x.name, y.name, spec.color, f"{x.name} label", f"{y.name} label"])
    rows, columns = np.meshgrid(y.labels, x.labels, indexing="ij")
    parts = (field.x_edges, field.y_edges, values, columns, rows)
    fields = [hv.core.util.dimension_sanitizer(name) for name in (*names[3:], names[2])]
    tooltips = [(name, f"@{{{field}}}") for name, field in zip(names[:3], fields, strict=True)]
    return drawn.clone(parts, vdims=names[2:]).opts(clim=style["clim"], hover_tooltips=tooltips)


def _without_gaps(plot: Any, _element: Any) -> None:
    """Draw each cell's border in its own colour: the browser would let the page shine through between cells."""
    glyph = plot.handles["glyph"]
    glyph.update(line_color=glyph.fill_color, line_alpha=glyph.fill_alpha, line_width=0.5)


def _image(cells: _Cells, field: Field, spec: ViewSpec, opts: Mapping[str, Any]) -> Any:
    """Draw many cells as an image: pixels that are even as the eye sees them, over the whole extent of the cells."""
    import holoviews as hv
    import hvplot  # noqa: F401 - it makes bokeh known to holoviews

    bounds = (field.x_edges[0], field.y_edges[0], field.x_edges[-1], field.y_edges[-1])
    names = distinct_names([cells.x.name, cells.y.name, spec.color])
    drawn = hv.Image(_pixels(cells.values, field, spec), names[:2], names[2], bounds=bounds)
    style = {**_style(spec, cells.x, cells.y), "colorbar": True, "tools": ["hover"], **opts}
    return drawn.opts(**style)


def _pixels(values: NDArray[Any], field: Field, spec: ViewSpec) -> NDArray[np.float32]:
    """Return the image of many cells, its top row first."""
    limits = [_even(field.y_edges, log=spec.logy), _even(field.x_edges, log=spec.logx)]
    shape = (min(values.shape[0], _PIXELS[0]), min(values.shape[1], _PIXELS[1]))
    return rastered(values, limits, shape)[::-1].astype(np.float32)


def _even(limits: NDArray[Any], *, log: bool) -> NDArray[np.float64]:
    """Return edges as numbers on a scale on which the axis is even."""
    numbers = limits.astype(np.int64) if limits.dtype.kind == "M" else limits
    return np.log10(numbers) if log else numbers.astype(np.float64)
