"""What lies in a box that was drawn on a view: the labels of each dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.views.axes import edges
from xyzpy_widgets.views.cells import panels_of
from xyzpy_widgets.views.document import Box
from xyzpy_widgets.views.reading import Axis, column_of, subject_of, told
from xyzpy_widgets.views.scales import numbers_of
from xyzpy_widgets.views.spec import ViewSpec

__all__ = ["boxes_of", "picked_places", "picked_rows"]

Places = Mapping[str, NDArray[np.intp]]


def picked_places(data: xr.Dataset, spec: ViewSpec, box: Box) -> dict[str, NDArray[np.intp]]:
    """Return which labels of each dimension of the drawn variable a box picks out, as positions.

    Along an axis those whose place lies in the box, or the one whose cell it lies in. A box on a panel picks the label
    of that panel, and of what has a slider or is fixed the label that is drawn. Of curves and points those are picked
    that have a mark in the box; all of them where none has. Of what is aggregated or pooled all labels are picked.
    """
    axes = subject_of(data, spec.var).axes
    found = {dim: np.arange(axis.size) for dim, axis in axes.items()}
    for dim, label in spec.chosen:
        if dim in axes:
            found[dim] = np.array([axes[dim].find(label)])
    grid = [axes[name].size for name in spec.panels if name in axes]
    for name, position in zip(spec.panels, np.unravel_index(box.panel, grid) if grid else (), strict=False):
        found[name] = np.array([position])
    for role, ends, log in (("x", box.x, spec.logx), ("y", box.y, spec.logy)):
        name = getattr(spec, role)
        if name in axes:
            texts = box.names.get(role)
            found[name] = _inside(axes[name], ends, log=log) if texts is None else _named(axes[name], texts)
    for name in spec.by:
        marked = _marked(data, spec, box, name) if spec.y in spec.var else []
        if marked and name in axes:
            found[name] = _named(axes[name], marked)
    return found


def boxes_of(data: xr.Dataset, spec: ViewSpec, places: Mapping[str, NDArray[np.intp]]) -> list[Box]:
    """Return the boxes that show where labels lie on a view, one on each panel that draws some of them.

    Parameters
    ----------
    data : xarray.Dataset
    spec : ViewSpec
    places : mapping of str to ndarray of int
        The positions of the labels of each dimension; of one that is not named all are meant.

    Returns
    -------
    list of Box
        Empty where what is drawn is none of them, and where the labels along an axis do not lie side by side.
    """
    axes = subject_of(data, spec.var).axes if spec.var and spec.kind != "table" else {}
    picked = {dim: places.get(dim, np.arange(axis.size)) for dim, axis in axes.items()}
    if any(dim in axes and axes[dim].find(label) not in picked[dim] for dim, label in spec.chosen):
        return []
    sides, names = {}, {}
    for role, log in (("x", spec.logx), ("y", spec.logy)):
        name = getattr(spec, role)
        if name in axes:
            sides[role] = _span(axes[name], picked[name], log=log)
            names[role] = tuple(told(axes[name].label(i)) for i in picked[name])
    if not sides or None in sides.values():
        return []
    x, y = (sides.get(role) or (-np.inf, np.inf) for role in ("x", "y"))
    grid = [name for name in spec.panels if name in axes]
    return [
        Box(number, x, y, names)
        for number, at in enumerate(np.ndindex(*(axes[name].size for name in grid)))
        if all(place in picked[name] for name, place in zip(grid, at, strict=True))
    ]


def _span(axis: Axis, picked: NDArray[np.intp], *, log: bool) -> tuple[float, float] | None:
    """Return from which edge to which some labels reach; None where they do not lie side by side."""
    places = np.arange(axis.size, dtype=float) if axis.kind == "text" else axis.places
    order = np.argsort(places)
    ranks = np.sort(np.argsort(order)[picked])
    if not ranks.size or ranks[-1] - ranks[0] + 1 != np.unique(ranks).size:
        return None
    limits = numbers_of(edges(places[order], log=log))
    return float(limits[ranks[0]]), float(limits[ranks[-1] + 1])


def _inside(axis: Axis, ends: tuple[float, float], *, log: bool) -> NDArray[np.intp]:
    """Return the labels whose places lie between two ends, or the one in whose cell the middle of these lies."""
    places = np.arange(axis.size, dtype=float) if axis.kind == "text" else axis.places
    numbers = numbers_of(places)
    inside = np.flatnonzero((numbers >= ends[0]) & (numbers <= ends[1]))
    if inside.size or not axis.size:
        return inside
    order = np.argsort(numbers)
    limits = numbers_of(edges(places[order], log=log))
    middle = np.sqrt(ends[0]) * np.sqrt(ends[1]) if log and ends[0] > 0 else sum(ends) / 2
    cell = int(np.clip(np.searchsorted(limits, middle, side="right") - 1, 0, axis.size - 1))
    return order[[cell]]


def _named(axis: Axis, texts: Any) -> NDArray[np.intp]:
    """Return the labels that a reader sees as one of some texts."""
    seen = {*texts}
    return np.array([i for i in range(axis.size) if {told(axis.label(i)), str(axis.label(i))} & seen], dtype=np.intp)


def _marked(data: xr.Dataset, spec: ViewSpec, box: Box, name: str) -> list[str]:
    """Return the labels of a dimension that have a mark in the box."""
    panel = panels_of(data, spec)[box.panel]
    frame = pd.DataFrame(panel.data)
    kept = _rows_inside(frame, replace(spec, by=()), box)
    return [one if isinstance(one, str) else told(float(one)) for one in frame.loc[kept, name].unique()]


def _rows_inside(frame: pd.DataFrame, spec: ViewSpec, box: Box) -> NDArray[np.bool_]:
    """Return which rows have their mark in a box."""
    kept = np.ones(len(frame), dtype=bool)
    for role, ends in (("x", box.x), ("y", box.y)):
        name = getattr(spec, role)
        if name is None or name not in frame:
            continue
        column = column_of(frame, name)
        if role in box.names:
            texts = [value if isinstance(value, str) else told(value) for value in frame[name]]
            kept &= np.isin(texts, list(box.names[role]))
        elif column.kind != "text":
            numbers = numbers_of(column.values)
            kept &= (numbers >= ends[0]) & (numbers <= ends[1])
    return kept


def picked_rows(data: pd.DataFrame, spec: ViewSpec, box: Box) -> NDArray[np.bool_]:
    """Return which rows of a table have their mark in a box."""
    panel = pd.DataFrame(panels_of(data, spec)[box.panel].data)
    found = np.zeros(len(data), dtype=bool)
    found[panel.index[_rows_inside(panel, spec, box)]] = True
    return found
