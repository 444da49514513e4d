"""A view as the call of hvPlot that draws it where this library is not installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.views.code import call_of
from xyzpy_widgets.views.plots import literal
from xyzpy_widgets.views.reading import Axis, axis_of, column_of, subject_of
from xyzpy_widgets.views.spec import ViewSpec

__all__ = ["plain_code_of"]

_BINS = 20


def plain_code_of(data: xr.Dataset | pd.DataFrame, spec: ViewSpec, name: str) -> str:
    """Return Python that draws a view by hvPlot alone; empty where hvPlot alone cannot draw the same.

    That is so for cells and bins on logarithmic axes, whose edges it puts at arithmetic means, for what has a spread or
    an uncertainty, for several variables at once, for parallel axes, and where labels or values are anything but plain
    numbers, times and texts.

    Parameters
    ----------
    data : xarray.Dataset or pandas.DataFrame
        What is drawn.
    spec : ViewSpec
        The view.
    name : str
        The data as code.
    """
    if len(spec.var) != 1 or spec.err or spec.spread or spec.kind == "parallel" or not _is_plain(data, spec):
        return ""
    if isinstance(data, pd.DataFrame):
        kinds = {one: column_of(data, one).kind for one in map(str, data.columns)}
        return _of_rows(_rows_of_table(data, spec, name), spec, kinds)
    subject = subject_of(data, spec.var)
    if any(one not in {None, subject.name, *subject.axes} for one in (spec.x, spec.color)):
        return ""  # another variable beside it
    values = _values_of(data, spec, name, subject.axes)
    kinds = {dim: axis.kind for dim, axis in subject.axes.items()} | {subject.name: subject.kind}
    if spec.kind == "heatmap" and "text" not in {kinds[str(spec.x)], kinds[str(spec.y)]}:
        return "" if spec.logx or spec.logy else _of_cells(values, spec)
    return _of_rows(f"{values}.to_dataframe({spec.var[0]!r}).reset_index()", spec, kinds)


def _is_plain(data: xr.Dataset | pd.DataFrame, spec: ViewSpec) -> bool:
    """Say whether what is drawn is numbers, and everything beside it plain numbers, times and texts without holes."""
    if isinstance(data, pd.DataFrame):
        names = {name for name, _ in spec.roles()} | {*spec.var}
        columns = [data[name].to_numpy() for name in names if name in data]
        return all(_are_numbers(values) or _are_texts(values) for values in columns)
    array = data[spec.var[0]]
    chosen = {dim: axis_of(data, dim).find(label) or 0 for dim, label in spec.chosen if dim in array.dims}
    drawn = array.isel(chosen).to_numpy()
    left = {*array.dims} - {name for name, _ in (*spec.chosen, *spec.aggregate)}
    labelled = bool(left) and all(dim in data.indexes and data.indexes[dim].is_unique for dim in array.dims)
    return labelled and _are_numbers(drawn) and all(_are_labels(array[dim]) for dim in array.dims)


def _are_labels(labels: xr.DataArray) -> bool:
    return labels.dtype.kind in "iufMU" and not bool(labels.isnull().any())


def _are_numbers(values: NDArray[Any]) -> bool:
    return values.dtype.kind in "iuf" and bool(np.isfinite(values).any()) and not np.isinf(values).any()


def _are_texts(values: NDArray[Any]) -> bool:
    return values.size > 0 and all(isinstance(value, str) for value in values)


def _values_of(data: xr.Dataset, spec: ViewSpec, name: str, axes: Mapping[str, Axis]) -> str:
    """Return the values that are drawn: what is chosen is taken out, what is aggregated reduced."""
    parts = [f"{name}[{spec.var[0]!r}]"]
    labels: dict[str, Any] = {}
    places: dict[str, int] = {}
    for dim, label in spec.chosen:
        if dim in axes:
            place = axes[dim].find(label) or 0
            known = _plain_label(data, dim, place)
            if known is None:
                places[dim] = place
            else:
                labels[dim] = known
    parts += [f".{how}({_named(given)}drop=True)" for how, given in (("sel", labels), ("isel", places)) if given]
    parts += [f".{how}({dim!r}{', min_count=1' if how == 'sum' else ''})" for dim, how in spec.aggregate if dim in axes]
    ordered = [dim for dim in (spec.x, spec.y) if dim in data.indexes and axes[str(dim)].kind != "text"]
    jumping = [dim for dim in ordered if not data.indexes[dim].is_monotonic_increasing]
    return "".join([*parts, f".sortby({jumping!r})" if jumping else ""])


def _plain_label(data: xr.Dataset, dim: str, place: int) -> Any:
    """Return a label as Python writes it; None where it is told by its place instead."""
    if dim not in data.indexes or not data.indexes[dim].is_unique:
        return None
    label = data[dim].to_numpy()[place]
    label = label.item() if isinstance(label, (np.integer, np.floating, np.str_)) else label
    return label if type(label) in {int, float, str} and label == label else None  # noqa: PLR0124 - nan


def _named(given: Mapping[str, Any]) -> str:
    if all(name.isidentifier() for name in given):
        return "".join(f"{name}={value!r}, " for name, value in given.items())
    return f"{dict(given)!r}, "


def _rows_of_table(data: pd.DataFrame, spec: ViewSpec, name: str) -> str:
    """Return the rows of a table that are drawn."""
    for column, label in spec.chosen:
        same = [value for value in data[column] if value == label or str(value) == str(label)]
        plain = getattr(same[0], "item", lambda same=same: same[0])() if same else label
        name = f"{name}[{name}[{column!r}] == {plain!r}]"
    return name


def _of_cells(values: str, spec: ViewSpec) -> str:
    """Draw values over two axes of numbers or times."""
    words = {"x": spec.x, "y": spec.y, "cmap": "viridis", "logz": spec.logz, "row": spec.row, "col": spec.col}
    return _written("import hvplot.xarray", f"{values}.hvplot.quadmesh", {**words, "title": literal(spec.title)})


def _of_rows(rows: str, spec: ViewSpec, kinds: Mapping[str, str]) -> str:
    """Draw the rows of a table, a pandas object as code."""
    if spec.kind == "table":
        return f"{rows}.dropna(subset={[*spec.var]!r})"
    words: dict[str, Any] = {"x": spec.x, "y": spec.y, "by": [*spec.by], "logx": spec.logx, "logy": spec.logy}
    if spec.kind == "heatmap":
        words = {"x": spec.x, "y": spec.y, "C": spec.var[0], "cmap": "viridis", "logz": spec.logz}
    elif spec.kind == "hist":
        words = {"y": spec.x, "by": [*spec.by], "bins": _BINS}
    elif spec.kind == "box":
        words = {"y": spec.y, "by": [*dict.fromkeys([spec.x, *spec.by])], "logy": spec.logy}
    elif spec.kind == "bar":
        keys = [*dict.fromkeys([spec.x, *spec.by, *spec.panels])]
        rows = f"{rows}.groupby({keys!r}, sort=False)[{spec.y!r}].mean().reset_index()"
    elif spec.kind == "scatter" and spec.color is not None:
        named = kinds.get(spec.color) == "text"
        words |= {"by": [*spec.by, spec.color]} if named else {"c": spec.color, "cmap": "viridis"}
    if not _can_be_drawn(spec, kinds):
        return ""
    words |= {"row": spec.row, "col": spec.col, "title": literal(spec.title)}
    return _written("import hvplot.pandas", f"{rows}.hvplot.{spec.kind}", words)


def _can_be_drawn(spec: ViewSpec, kinds: Mapping[str, str]) -> bool:
    """Say whether hvPlot draws rows as this library does."""
    if spec.kind == "hist":
        return kinds.get(str(spec.x)) == "number" and not spec.logx
    if spec.kind == "heatmap":
        return not spec.logx and not spec.logy
    return spec.x is not None and kinds.get(str(spec.y)) == "number"


def _written(head: str, called: str, words: Mapping[str, Any]) -> str:
    """Write a call with what is said of it."""
    line = call_of(called, [f"{name}={value!r}" for name, value in words.items() if value])
    return f"{head}\n\n{line}"
