"""Choose the view of a table: which columns lie along the axes, and which give the colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.checks import (
    check_fit,
    check_log,
    check_panels,
    check_spread,
    check_values,
    kind_in,
    labels_in,
    name_in,
    names_in,
    title_of,
)
from xyzpy_widgets.views.reading import Axis, Column, Kind, Label, column_of, distinct_names, shade_caption
from xyzpy_widgets.views.spec import ViewSpec, Wishes

__all__ = ["melted", "table_view"]

_FEW = 10
"""The most colours that a view is given unasked."""
_MOST_AXES = 12
"""The most axes of parallel coordinates."""


def melted(data: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Return a table in which several columns stand under each other in the last one, with their names before it."""
    for name in names:
        if column_of(data, name).kind != "number":
            raise ViewError(f"{name!r} does not hold numbers and cannot share an axis with others; draw it alone")
    kept = [name for name in data.columns if name not in names]
    along, value = distinct_names([*kept, "variable", "value"])[-2:]
    values = np.concatenate([column_of(data, name).values for name in names])
    long = pd.concat([data[kept]] * len(names), ignore_index=True)
    long[along], long[value] = np.repeat(np.array(names, dtype=object), len(data)), values
    return long


def table_view(data: pd.DataFrame, wishes: Wishes) -> ViewSpec:
    """Choose the view of a table whose column names are texts; each row is one mark.

    Raises `ViewError` for wishes that do not fit.
    """
    names = names_in(wishes.var, "var", data.columns)
    if len(names) > 1:
        long = melted(data, names)
        along, value = long.columns[-2:]
        view = table_view(long, replace(wishes, var=None, y=value, by=along if wishes.by is None else wishes.by))
        return replace(view, var=names, title=wishes.title or ", ".join(names))
    columns = {str(name): column_of(data, str(name)) for name in data.columns}
    view = _wished(columns, wishes, names)
    if not columns:
        return replace(view, title=wishes.title or "nothing to draw: no columns")
    return _written(_filled(view, columns, wishes), columns, wishes)


def _wished(columns: Mapping[str, Column], wishes: Wishes, names: tuple[str, ...]) -> ViewSpec:
    """Return the view with the roles that are wished, and its kind."""
    wished = {role: getattr(wishes, role) for role in ("x", "y", "color", "row", "col", "err")}
    roles: dict[str, Any] = {role: name_in(name, role, columns) for role, name in wished.items() if name is not None}
    if names and roles.setdefault("y", names[0]) != names[0]:
        raise ViewError(f"y={roles['y']!r} and var={names!r} both name what is drawn; leave one out")
    by = names_in(wishes.by, "by", columns)
    asked = labels_in(wishes, columns)
    labels = {name: (role, _label(columns, name, label, role)) for name, (role, label) in asked.items()}
    slider, fixed = (
        tuple((name, label) for name, (taken, label) in labels.items() if taken == role) for role in ("slider", "fixed")
    )
    kind = kind_in(wishes) or ("hist" if len(columns) == 1 else "scatter")
    if kind == "hist" and "x" not in roles and "y" in roles:
        roles["x"] = roles.pop("y")  # a histogram has what is drawn along x
    view = ViewSpec(var=names, kind=kind, by=by, slider=slider, fixed=fixed, **roles)
    _check_once(view)
    _check(view, columns, wishes)
    return view


def _check_once(view: ViewSpec) -> None:
    """Refuse two roles for one column; the colours may tell again what an axis tells."""
    taken: dict[str, str] = {}
    for name, role in view.roles():
        if role != "color" and taken.setdefault(name, role) != role:
            raise ViewError(f"{taken[name]}={name!r} and {role}={name!r}: a column has one role; leave one out")


def _label(columns: Mapping[str, Column], name: str, label: Any, role: str) -> Label:
    """Return the label of which the rows are drawn: the wished one, else the first."""
    column = columns[name]
    axis = Axis(column.name, column.kind, column.distinct(), column.caption)
    position = axis.find(label) if label is not None else 0 if axis.size else None
    if position is None:
        labels = [str(axis.label(i)) for i in range(axis.size)]
        raise ViewError(f"{role}={{{name!r}: {label!r}}} is not among its values: {hint(str(label), labels[:_FEW])}")
    return axis.label(position)


def _check(view: ViewSpec, columns: Mapping[str, Column], wishes: Wishes) -> None:
    """Refuse what a table cannot show."""
    if view.kind == "heatmap" or wishes.aggregate is not None:
        told = "kind='heatmap'" if view.kind == "heatmap" else f"aggregate={wishes.aggregate!r}"
        raise ViewError(f"{told} needs dimensions, and a table has rows; draw its dataset, or choose kind='scatter'")
    given = {role: name for name, role in view.roles()} | ({"err": view.err} if view.err else {})
    check_spread(wishes.spread, view.kind, (), err=view.err)
    if view.kind in {"hist", "parallel", "table"}:
        kept = {"hist": "x", "parallel": "y", "table": "y"}[view.kind]
        check_fit(view.kind, {role: name for role, name in given.items() if role != kept})
    elif view.y is not None:
        check_values(view.kind, view.y, columns[view.y].kind)
    if view.err is not None:
        numbers = {columns[name].kind for name in (view.err, view.y) if name is not None} == {"number"}
        if not numbers or view.err in dict(view.roles()):
            raise ViewError(f"err={view.err!r} must hold numbers, beside a column of numbers along y; leave it out")


def _filled(view: ViewSpec, columns: Mapping[str, Column], wishes: Wishes) -> ViewSpec:
    """Give the axes and the colours that are not wished to the columns that suit them best."""
    if view.kind == "hist":
        return _with_bins(view, columns)
    if view.kind in {"parallel", "table"}:
        return _with_axes(view, columns)
    number: tuple[Kind, ...] = ("number",)
    kinds = {"line": (*number, "time"), "bar": number, "box": number}.get(view.kind, (*number, "time", "text"))
    kinds = kinds if view.err is None else number
    if view.y is None:
        view = replace(view, y=_amount(view, columns, kinds))
    if view.x is None:
        view = replace(view, x=_base(view, columns))
    if view.x is None or view.y is None:
        if wishes.kind is not None:
            raise ViewError(
                f"kind={view.kind!r} needs a column for each axis, and there are too few; choose kind='hist'"
            )
        return _with_bins(replace(view, kind="hist", x=view.x or view.y, y=None), columns)
    groups = [column.name for column in _free(view, columns) if column.groups and 1 < column.distinct().size <= _FEW]
    return view if wishes.by is not None or view.color or view.kind == "box" else replace(view, by=tuple(groups[:1]))


def _with_bins(view: ViewSpec, columns: Mapping[str, Column]) -> ViewSpec:
    """Give the axis of a histogram to a column."""
    x = view.x or _amount(view, columns, ("number", "time", "text"))
    if x is None:
        raise ViewError(f"no column is left to draw: {', '.join(map(repr, columns))}; give one no other role")
    check_fit("hist", {role: name for role, name in (("color", view.color), ("err", view.err)) if name is not None})
    return replace(view, x=x)


def _with_axes(view: ViewSpec, columns: Mapping[str, Column]) -> ViewSpec:
    """Give every column that has no other role an axis of parallel coordinates, or a column of the table.

    The column that most looks like a result is the last, and gives the colours.
    """
    last = view.y or _amount(view, columns, ("number", "time", "text"))
    if last is None:
        raise ViewError(f"no column is left to draw: {', '.join(map(repr, columns))}; give one no other role")
    view = replace(view, y=None, var=view.var or (last,))
    taken = {name for name, _ in view.roles()} | {last}
    varying = [name for name, column in columns.items() if column.distinct().size > 1] or list(columns)
    shown = columns if view.kind == "table" else varying[:_MOST_AXES]
    return replace(
        view,
        color=last if view.kind == "parallel" else None,
        pooled=tuple(name for name in shown if name not in taken),
    )


def _free(view: ViewSpec, columns: Mapping[str, Column]) -> list[Column]:
    taken = {name for name, _ in view.roles()} | {view.err}
    return [column for column in columns.values() if column.name not in taken]


def _amount(view: ViewSpec, columns: Mapping[str, Column], kinds: tuple[str, ...]) -> str | None:
    """Return the column that most looks like a result: of amounts, and late."""
    free = [column for column in _free(view, columns) if column.kind in kinds]
    ranked = sorted(free, key=lambda column: (column.kind == "number", not column.groups))
    return ranked[-1].name if ranked else None


def _base(view: ViewSpec, columns: Mapping[str, Column]) -> str | None:
    """Return the column that most looks like a parameter: with many amounts, or for bars with few groups, and early."""
    free = _free(view, columns)
    if view.kind in {"bar", "box"}:
        ranked = sorted(free, key=lambda column: (not column.groups, column.distinct().size))
    else:
        ranked = sorted(free, key=lambda column: (column.groups, -column.distinct().size))
    return ranked[0].name if ranked else None


def _written(view: ViewSpec, columns: Mapping[str, Column], wishes: Wishes) -> ViewSpec:
    """Complete a view with the axes' scales and with what is written beside them."""
    drawn = columns[view.y or view.x or view.var[0]]
    check_panels(view, {name: columns[name].distinct().size for name in view.panels})
    x, y = (None, view.y if view.kind == "box" else None) if view.kind in {"bar", "box"} else (view.x, view.y)
    for role, name in (("logx", x), ("logy", y), ("logz", None)):
        values = (columns[name].kind, columns[name].values) if name else ("text", drawn.values[:0])
        check_log(role, getattr(wishes, role), *values)
    first = wishes.title or (f"mean of {drawn.caption}" if view.kind == "bar" else drawn.caption)
    return replace(
        view,
        var=view.var or (drawn.name,),
        logx=bool(wishes.logx),
        logy=bool(wishes.logy),
        title=title_of(first if drawn.distinct().size else f"{first}: no values", (), view.chosen),
        xlabel=columns[view.x].caption if view.x else "",
        ylabel=columns[view.y].caption if view.y else "count" if view.kind == "hist" else "",
        clabel=shade_caption(columns[view.color]) if view.color else "",
    )
