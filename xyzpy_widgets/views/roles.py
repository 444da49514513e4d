"""Roles on a shelf: which role each dimension of a view has, and the wishes that give it another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias, get_args

import pandas as pd
import xarray as xr

from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.reading import Axis, Label, column_of, subject_of, told
from xyzpy_widgets.views.resolve import named, resolve
from xyzpy_widgets.views.spec import MEANS, PlotKind, ViewSpec, Wishes

__all__ = ["ROLES", "Dimension", "DimensionRole", "dimensions_of", "wishes_of", "with_label", "with_role"]

DimensionRole: TypeAlias = Literal["x", "y", "color", "row", "col", "slider", "aggregate", "each", "fixed"]
ROLES: tuple[DimensionRole, ...] = get_args(DimensionRole)
"""What a dimension can be: ``each`` is a mark or a line of its own for each label, or a count in a bin."""

_PLAIN: Mapping[str, DimensionRole] = {"by": "color", "pooled": "each", **{role: role for role in ROLES}}
_SINGLE = ("x", "y", "row", "col")
_MISFITS: Mapping[PlotKind, tuple[str, ...]] = {
    "line": ("y", "each"),
    "scatter": ("aggregate",),
    "bar": ("y", "each"),
    "heatmap": ("color", "each"),
    "hist": ("x", "y", "aggregate"),
    "box": ("y", "aggregate"),
    "parallel": ("x", "y", "color"),
    "table": ("x", "y", "color", "row", "col"),
}
"""The roles that a kind of plot does not offer."""
_MOST_LABELS = 400
"""The most labels that are told one by one."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension or column on the shelf.

    Attributes
    ----------
    name, caption : str
        What it is called in the data, and beside an axis.
    size : int
        How many labels it has.
    role : str
        One of `ROLES`.
    how : str
        How it is aggregated, one of `MEANS`; empty where it is not.
    roles : tuple of str
        What it can be in this kind of plot.
    labels : tuple of str
        Its labels as a reader sees them; empty where they are too many.
    position : int
        Which of them is drawn, where one is.
    """

    name: str
    caption: str
    size: int
    role: DimensionRole
    how: str
    roles: tuple[DimensionRole, ...]
    labels: tuple[str, ...]
    position: int


def dimensions_of(data: xr.Dataset | pd.DataFrame, spec: ViewSpec) -> list[Dimension]:
    """Return every dimension of what a view of a dataset draws; of a table the columns that have a role."""
    axes = _axes(data, spec)
    offered = tuple(role for role in ROLES if role not in _MISFITS[spec.kind])
    if isinstance(data, pd.DataFrame):
        offered = tuple(role for role in offered if role != "aggregate")
    labels = dict(spec.chosen)
    found = []
    for name, axis in axes.items():
        role, how = _role_of(name, spec)
        texts = tuple(told(axis.label(i)) for i in range(axis.size)) if axis.size <= _MOST_LABELS else ()
        position = axis.find(labels[name]) if name in labels else 0
        roles = tuple(one for one in ROLES if one in offered or one == role)
        found.append(Dimension(name, axis.caption, axis.size, role, how, roles, texts, position or 0))
    return found


def _axes(data: xr.Dataset | pd.DataFrame, spec: ViewSpec) -> Mapping[str, Axis]:
    if isinstance(data, xr.Dataset):
        names = [name for name in (spec.x, spec.color) if name in data.data_vars and name not in spec.var]
        subjects = [subject_of(data, spec.var), *(subject_of(data, [str(name)]) for name in names)] if spec.var else []
        return {dim: axis for one in subjects for dim, axis in one.axes.items()}
    columns = [column_of(data, name) for name in map(str, data.columns) if name not in spec.var]
    return {one.name: Axis(one.name, one.kind, one.distinct(), one.caption) for one in columns}


def _role_of(name: str, spec: ViewSpec) -> tuple[DimensionRole, str]:
    for taken, role in spec.roles():
        if taken == name and role != "aggregate":
            return _PLAIN.get(role, "each"), ""
    how = dict(spec.aggregate).get(name)
    return ("aggregate", how) if how else ("each", "")


def wishes_of(data: Any, spec: ViewSpec) -> Wishes:
    """Return wishes that leave nothing of a view of some data to choose, but for its title."""
    read = named(data)
    known = (
        {*map(str, read.columns)}
        if isinstance(read, pd.DataFrame)
        else {*map(str, read.variables), *map(str, read.dims)}
    )
    plain = {one.name: getattr(spec, one.name) for one in fields(Wishes) if one.name not in {"title", "var"}}
    plain |= {
        name: {key: value for key, value in plain[name] if key in known} for name in ("aggregate", "slider", "fixed")
    }
    for role in ("x", "y", "color", "row", "col"):
        if plain[role] in spec.var or plain[role] not in known:
            plain[role] = None
    plain["aggregate"] = plain["aggregate"] or None
    by = tuple(name for name in spec.by if name in known)
    return Wishes(**{**plain, "var": spec.var, "by": by, "spread": spec.spread or None})


def with_role(data: Any, spec: ViewSpec, name: str, role: DimensionRole, how: str = "mean") -> ViewSpec:
    """Give a dimension another role; what had it takes the one that becomes free.

    Raises
    ------
    ViewError
        Where the view cannot be drawn so, with the reason.
    """
    before, _ = _role_of(name, spec)
    bare = _without(spec, name)
    wishes = wishes_of(data, bare)
    occupant = getattr(bare, role, None) if role in _SINGLE else _colored(bare, name) if role == "color" else None
    if occupant is not None and occupant != name and role in {*_SINGLE, "color"}:
        wishes = _given(wishes_of(data, _without(bare, occupant)), occupant, _fallback(before, spec.kind))
    return _kept_scales(data, spec, _given(wishes, name, role, how))


def _fallback(role: DimensionRole, kind: PlotKind) -> DimensionRole:
    """Return the role that something takes over; a single label where a kind has no place for that role."""
    return role if role not in _MISFITS[kind] else "slider"


def _colored(spec: ViewSpec, name: str) -> str | None:
    """Return the dimension that gives the colours now."""
    taken = [*spec.by, *([spec.color] if spec.color and spec.color not in spec.var else [])]
    return next((one for one in taken if one != name), None)


def _without(spec: ViewSpec, name: str) -> ViewSpec:
    """Return a view in which a dimension has no role."""
    plain: dict[str, Any] = {role: None for role in ("x", "y", "color", "row", "col") if getattr(spec, role) == name}
    plain |= {role: tuple(one for one in getattr(spec, role) if one != name) for role in ("by", "pooled")}
    pairs = ("aggregate", "slider", "fixed")
    plain |= {role: tuple(pair for pair in getattr(spec, role) if pair[0] != name) for role in pairs}
    left = plain["aggregate"]
    return replace(spec, **plain, spread=spec.spread if left else "")


def _given(wishes: Wishes, name: str, role: DimensionRole, how: str = "mean") -> Wishes:
    """Return wishes in which a dimension has a role."""
    if role == "aggregate":
        return replace(wishes, aggregate={**(wishes.aggregate or {}), name: how if how in MEANS else "mean"})
    if role == "slider":
        return replace(wishes, slider={**(wishes.slider or {}), name: None})
    if role == "fixed":
        return replace(wishes, fixed={**(wishes.fixed or {}), name: None})
    if role == "color":
        grades = wishes.kind == "scatter" and wishes.y is not None
        return replace(wishes, color=name) if grades else replace(wishes, by=(*(wishes.by or ()), name))
    single: dict[str, Any] = {} if role == "each" else {role: name}
    return replace(wishes, **single)


def with_label(data: Any, spec: ViewSpec, name: str, position: int) -> ViewSpec:
    """Draw another label of a dimension of which one is drawn.

    Raises
    ------
    ViewError
        Where the dimension has no such label, or all of them are drawn.
    """
    axis = _axes(named(data), spec).get(name)
    if axis is None or name not in dict(spec.chosen) or not 0 <= position < axis.size:
        raise ViewError(f"{name!r} has no label number {position} that could be drawn alone")
    label: Label = axis.label(position)
    moved: dict[str, Any] = {
        role: tuple((one, label if one == name else old) for one, old in getattr(spec, role))
        for role in ("slider", "fixed")
    }
    return resolve(data, wishes_of(data, replace(spec, **moved)))


def _kept_scales(data: Any, spec: ViewSpec, wishes: Wishes) -> ViewSpec:
    """Resolve wishes; an axis that shows something else than before has the scale that suits it."""
    free = replace(wishes, logx=None, logy=None)
    found = resolve(data, free)
    changes = {
        role: getattr(spec, role)
        for role, axis in (("logx", "x"), ("logy", "y"))
        if getattr(found, axis) == getattr(spec, axis)
    }
    return resolve(data, replace(free, **changes)) if changes else found
