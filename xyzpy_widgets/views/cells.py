"""The data that a view draws: what is fixed is taken out, what is aggregated is reduced, each panel stands apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from xyzpy_widgets.views.reading import Axis, Column, Subject, column_of, flatten, read, subject_of, told
from xyzpy_widgets.views.spec import ViewSpec
from xyzpy_widgets.views.states import states_of
from xyzpy_widgets.views.table import melted

__all__ = ["ALONE", "HIGH", "LOW", "Content", "Panel", "groups_of", "panels_of", "rows_of"]

ALONE = " "
"""The column along x of a view that has nothing there."""
LOW, HIGH = " low", " high"
"""The columns that hold the ends of a spread."""

_HOVERED_ROWS = 2000
"""The most rows of a table of which the pointer tells every column: each one makes the plot larger."""

_WHOLE = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """The data of one panel, what it is called, and the row and column where it stands; the states of its cases."""

    data: xr.DataArray | pd.DataFrame
    title: str
    row: int
    column: int
    states: xr.DataArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What the figure of a panel holds once it is drawn.

    Attributes
    ----------
    frame : tuple
        What is the same in panels that differ by their values and states alone.
    columns : list of dict of str to sequence
        The columns that differ, for each renderer in the order in which they are drawn.
    """

    frame: tuple[Any, ...]
    columns: list[dict[str, Any]]


def panels_of(data: xr.Dataset | pd.DataFrame, spec: ViewSpec, states: xr.DataArray | None = None) -> list[Panel]:
    """Return the panels of a view, row by row.

    Those of a heatmap hold an array over y and x, all others the rows of a table.
    """
    if states is not None and isinstance(data, xr.Dataset):
        axes = subject_of(data, spec.var).axes
        known = states_of(states, data, axes, spec)
        parts = [known.isel({dim: i for dim, i in at.items() if dim in known.dims}) for at in _positions(axes, spec)]
        return [replace(panel, states=part) for panel, part in zip(panels_of(data, spec), parts, strict=True)]
    if spec.kind == "heatmap" and isinstance(data, xr.Dataset):
        subject = subject_of(data, spec.var)
        whole = _reduced(subject.data, subject.axes, spec).transpose(..., spec.y, spec.x)
        return [_panel(whole.isel(at), subject.axes, at, spec) for at in _positions(subject.axes, spec)]
    frame, axes = _grid_frame(data, spec) if isinstance(data, xr.Dataset) else _table_frame(data, spec)
    if spec.x is None and spec.kind not in {"parallel", "table"}:
        frame = frame.assign(**{ALONE: spec.ylabel})
    if spec.color is not None:
        frame = frame.assign(**{spec.color: column_of(frame, spec.color).shades()})
    if spec.kind == "scatter":
        frame = frame.dropna(subset=[spec.x or ALONE, spec.y, *groups_of(frame, spec)])
    return [_panel(frame[_mask(frame, axes, at)], axes, at, spec) for at in _positions(axes, spec)]


def rows_of(data: xr.Dataset | pd.DataFrame, spec: ViewSpec) -> pd.DataFrame:
    """Return what a view draws as a table: a row for each cell or row that is there, with the labels as they are.

    What is aggregated is reduced, and of the dimensions of which one label is drawn only that one stands in it.
    """
    if isinstance(data, pd.DataFrame):
        kept = _kept(pd.DataFrame({name: column_of(data, name).values for name, _ in spec.chosen}), spec)
        return data[kept.to_numpy()] if spec.chosen else data
    subject = subject_of(data, spec.var)
    names = [name for name in (spec.x, spec.color, spec.err) if name in data.data_vars and name not in spec.var]
    beside = [subject_of(data, [str(name)]) for name in dict.fromkeys(names)]
    axes = {dim: axis for one in (subject, *beside) for dim, axis in one.axes.items()}
    reduced = [_reduced(one.data, axes, spec) for one in (subject, *beside)] + _spread(subject, axes, spec)
    told_as = {dim: data[dim] for dim in axes if dim in data.coords}
    frame = flatten([one.assign_coords({dim: told_as[dim] for dim in one.dims if dim in told_as}) for one in reduced])
    return frame.dropna(subset=[subject.name]).reset_index(drop=True)


def groups_of(frame: pd.DataFrame, spec: ViewSpec) -> list[str]:
    """Return the columns whose values have a colour each: those of the curves, and texts that the colours tell."""
    told_by_color = spec.color is not None and spec.kind == "scatter" and column_of(frame, spec.color).kind == "text"
    return [*spec.by, *([str(spec.color)] if told_by_color else [])]


def _positions(axes: Mapping[str, Axis], spec: ViewSpec) -> list[dict[str, int]]:
    """Return where each panel lies along the dimensions that give panels."""
    shape = [axes[name].size for name in spec.panels]
    return [dict(zip(spec.panels, index, strict=True)) for index in np.ndindex(*shape)]


def _panel(data: Any, axes: Mapping[str, Axis], at: Mapping[str, int], spec: ViewSpec) -> Panel:
    title = ", ".join(f"{name} = {told(axes[name].label(position))}" for name, position in at.items())
    return Panel(data, title, at.get(spec.row or "", 0), at.get(spec.col or "", 0))


def _reduced(array: xr.DataArray, axes: Mapping[str, Axis], spec: ViewSpec) -> xr.DataArray:
    for dim, label in spec.chosen:
        if dim in array.dims:
            array = array.isel({dim: axes[dim].find(label)}, drop=True)
    array = read(array)
    for dim, how in spec.aggregate:
        if dim in array.dims:
            array = getattr(array, how)(dim, skipna=True, **({"min_count": 1} if how == "sum" else {}))
    return array


def _spread(subject: Subject, axes: Mapping[str, Axis], spec: ViewSpec) -> list[xr.DataArray]:
    """Return the lower and the upper end of the spread of what is aggregated, if it is drawn."""
    if not spec.spread:
        return []
    over = [dim for dim, _ in spec.aggregate if dim in subject.data.dims]
    each = _reduced(subject.data, axes, replace(spec, aggregate=()))
    if spec.spread == "range":
        return [each.min(over).rename(LOW), each.max(over).rename(HIGH)]
    middle, deviation = _reduced(subject.data, axes, spec), each.std(over)
    return [(middle - deviation).rename(LOW), (middle + deviation).rename(HIGH)]


def _grid_frame(data: xr.Dataset, spec: ViewSpec) -> tuple[pd.DataFrame, dict[str, Axis]]:
    """Return a row for each cell that is drawn, and the axes of the panels."""
    subject = subject_of(data, spec.var)
    names = [name for name in (spec.x, spec.color, spec.err) if name in data.data_vars and name not in spec.var]
    subjects = [subject, *(subject_of(data, [str(name)]) for name in dict.fromkeys(names))]
    axes = {dim: axis for one in subjects for dim, axis in one.axes.items()}
    frame = flatten([*(_reduced(one.data, axes, spec) for one in subjects), *_spread(subject, axes, spec)])
    return frame.assign(**{name: _groups(column_of(frame, name)) for name in spec.by}), axes


def _table_frame(data: pd.DataFrame, spec: ViewSpec) -> tuple[pd.DataFrame, dict[str, Axis]]:
    """Return the rows that are drawn, with plain values, and the axes of the panels."""
    if len(spec.var) > 1:
        data = melted(data, spec.var)
    drawn = {name for name, _ in spec.roles()} | {spec.err}
    columns = [column_of(data, str(name)) for name in data.columns if name in drawn or len(data) <= _HOVERED_ROWS]
    frame = pd.DataFrame({column.name: column.values for column in columns})
    kept = _kept(frame, spec)
    naming = {*spec.by, *spec.panels} | ({spec.x} if spec.kind in {"bar", "box"} else set())
    frame = frame.assign(**{column.name: _groups(column) for column in columns if column.name in naming})[kept]
    return frame.sort_values([*spec.panels, *spec.by], kind="stable"), {n: _occurring(frame, n) for n in spec.panels}


def _kept(frame: pd.DataFrame, spec: ViewSpec) -> pd.Series:
    """Return which rows have the labels that are drawn; none where a label does not occur."""
    kept = pd.Series(data=True, index=frame.index)
    for name, label in spec.chosen:
        axis = _occurring(frame, name)
        position = axis.find(label)
        kept &= False if position is None else frame[name] == axis.places[position]
    return kept


def _groups(column: Column) -> pd.Series:
    """Return values as the names of groups, none of them missing: booleans as words, whole numbers without a point."""
    values = pd.Series(column.values)
    if column.kind == "time":
        values = pd.Series(np.datetime_as_string(column.values)).where(values.notna(), np.nan)
    if column.kind == "number" and column.groups:
        values = values.map({0.0: "False", 1.0: "True"})
    if values.isna().any():
        return values.map(str, na_action="ignore").astype(object).fillna("missing")
    whole = column.kind == "number" and not column.groups and bool((values % 1 == 0).all())
    return values.astype(int) if whole and values.abs().max() < _WHOLE else values


def _occurring(frame: pd.DataFrame, name: str) -> Axis:
    """Return an axis of the values that occur in a column."""
    column = column_of(frame, name)
    return Axis(name, column.kind, column.distinct(), column.caption)


def _mask(frame: pd.DataFrame, axes: Mapping[str, Axis], at: Mapping[str, int]) -> pd.Series:
    mask = pd.Series(data=True, index=frame.index)
    for name, position in at.items():
        mask &= frame[name] == axes[name].places[position]
    return mask
