"""The shelf of an explorer: what is drawn, what else could be, and how a view follows a wish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import xarray as xr

from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.checks import misfits
from xyzpy_widgets.views.reading import column_of
from xyzpy_widgets.views.resolve import resolve
from xyzpy_widgets.views.roles import dimensions_of, wishes_of
from xyzpy_widgets.views.spec import PLOT_KINDS, ViewSpec, Wishes
from xyzpy_widgets.widgets.protocol import Dimension, Shelf

__all__ = ["redrawn", "shelf_of", "shown_as", "size_of"]

_WIDTH, _BESIDE = 760, 62
"""The width of several panels side by side, and what each of them takes besides its frame, in pixels."""
_NARROWEST, _WIDEST, _WIDEST_ROW = 150, 400, 3

_LOGS: Mapping[str, tuple[str, ...]] = {
    "line": ("logx", "logy"),
    "scatter": ("logx", "logy"),
    "heatmap": ("logx", "logy", "logz"),
    "hist": ("logx",),
    "box": ("logy",),
}
"""The scales that can be logarithmic in each kind of plot."""


def shelf_of(data: xr.Dataset | pd.DataFrame, spec: ViewSpec) -> Shelf:
    """Return what a page shows of a view."""
    dimensions: list[Dimension] = [
        {
            "name": one.name,
            "caption": one.caption,
            "size": one.size,
            "role": one.role,
            "how": one.how,
            "roles": list(one.roles),
            "labels": list(one.labels),
            "position": one.position,
        }
        for one in dimensions_of(data, spec)
    ]
    names = data.columns if isinstance(data, pd.DataFrame) else data.data_vars
    spreads = spec.kind in {"line", "scatter"} and bool(spec.aggregate) and spec.err is None
    return {
        "variables": [str(name) for name in names],
        "variable": spec.var[0] if len(spec.var) == 1 else ", ".join(spec.var),
        "kind": spec.kind,
        "dimensions": dimensions,
        "logs": {name: bool(getattr(spec, name)) for name in _LOGS.get(spec.kind, ())},
        "spread": spec.spread if spreads else None,
    }


def size_of(data: xr.Dataset | pd.DataFrame, spec: ViewSpec) -> dict[str, int]:
    """Return the size of a figure, or of each panel of several that stand side by side, as options of hvPlot."""
    if not spec.panels:
        return {"height": 400}
    sizes = {one.name: one.size for one in dimensions_of(data, spec)}
    columns = sizes.get(spec.col or "", 1) if spec.row or not spec.col else min(sizes.get(spec.col, 1), _WIDEST_ROW)
    width = min(max(_WIDTH // max(columns, 1) - _BESIDE, _NARROWEST), _WIDEST)
    return {"frame_width": width, "frame_height": max(width * 3 // 4, _NARROWEST)}


def redrawn(data: xr.Dataset | pd.DataFrame, spec: ViewSpec) -> ViewSpec:
    """Return a view for data that may have grown since: with the same roles where that is possible."""
    return _first(data, _loosened(wishes_of(data, spec)))


def shown_as(data: xr.Dataset | pd.DataFrame, spec: ViewSpec, what: str, value: str) -> ViewSpec:
    """Return a view of another variable or kind, or with another scale or spread, as like the present one as can be.

    Raises
    ------
    ViewError
        Where there is none, with the reason.
    """
    wishes = wishes_of(data, spec)
    if what == "kind":
        if value not in PLOT_KINDS:
            raise ViewError(f"kind={value!r} is not a kind of plot: {hint(str(value), PLOT_KINDS)}")
        roles = {role: None for role in misfits(value) if role in {"x", "y", "by", "color", "row", "col", "err"}}
        plain: dict[str, Any] = {**roles, "kind": value, "logx": None, "logy": None, "logz": None, "spread": None}
        return _first(data, _loosened(replace(wishes, **plain)))
    if what == "variable":
        plain = {"var": value, "logy": None, "logz": None, "err": None}
        if isinstance(data, pd.DataFrame):
            column_of(data, value)
            plain |= {"y": None, **({"x": None} if wishes.x == value else {})}
        return _first(data, _loosened(replace(wishes, **plain), Wishes(var=value)))
    changed: dict[str, Any] = {what: value or None if what == "spread" else bool(value)}
    return resolve(data, replace(wishes, **changed))


def _loosened(wishes: Wishes, *last: Wishes) -> Iterator[Wishes]:
    """Return wishes and others that ask for less and less."""
    yield wishes
    yield replace(wishes, slider=wishes.slider and dict.fromkeys(wishes.slider), fixed=None)
    yield replace(wishes, aggregate=None, spread=None, row=None, col=None, fixed=None)
    yield Wishes(var=wishes.var, kind=wishes.kind, x=wishes.x)
    yield Wishes(var=wishes.var, kind=wishes.kind)
    yield from last


def _first(data: xr.Dataset | pd.DataFrame, several: Iterator[Wishes]) -> ViewSpec:
    """Return the view of the first wishes that can be met; raise why the last cannot."""
    failed = ViewError("there is nothing to draw")
    for wishes in several:
        try:
            return resolve(data, wishes)
        except ViewError as error:
            failed = error
    raise failed
