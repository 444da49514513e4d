"""Read the wishes for a view of a dataset: each name is found in the data and put where it belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xarray as xr

from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.checks import kind_in, labels_in, means_in, name_in, names_in
from xyzpy_widgets.views.reading import nature_of
from xyzpy_widgets.views.spec import PlotKind, Wishes

__all__ = ["Request", "request_of"]


@dataclass(frozen=True, slots=True)
class Request:
    """Wishes in the names of a dataset.

    Attributes
    ----------
    var : tuple of str
        The variables to draw; empty when the dataset has none.
    kind : str or None
        The wished kind of plot.
    dims : tuple of (str, str)
        Roles, each with the dimension that shall have it.
    beside : mapping of str to str
        The variables that stand beside the drawn one: along ``x``, in the ``color``, as its ``err``.
    aggregate : mapping of str to str
        The dimensions to aggregate, and how.
    labels : mapping of str to a label or None
        The dimensions of which one label is drawn, with the wished one.
    """

    var: tuple[str, ...]
    kind: PlotKind | None
    dims: tuple[tuple[str, str], ...]
    beside: Mapping[str, str]
    aggregate: Mapping[str, str]
    labels: Mapping[str, Any]


def request_of(data: xr.Dataset, wishes: Wishes) -> Request:
    """Read wishes; raises `ViewError` for a name that the dataset does not have, or two for one thing."""
    dims, variables = [str(dim) for dim in data.dims], [str(name) for name in data.data_vars]
    wished = {role: getattr(wishes, role) for role in ("x", "y", "color")}
    names = {role: name_in(name, role, [*dims, *variables]) for role, name in wished.items() if name is not None}
    aggregate = means_in(wishes.aggregate, dims)
    placed = [(role, name) for role, name in names.items() if name in dims]
    placed += [(role, name) for role in ("by", "row", "col") for name in names_in(getattr(wishes, role), role, dims)]
    placed += [("aggregate", name) for name in aggregate]
    labels = labels_in(wishes, dims)
    placed += [(role, name) for name, (role, _) in labels.items()]
    beside = {role: name for role, name in names.items() if name not in dims}
    var = _named(names_in(wishes.var, "var", variables), beside) or _first(data, [dim for _, dim in placed])
    if wishes.err is not None:
        beside["err"] = name_in(wishes.err, "err", variables)
    return Request(
        var, kind_in(wishes), tuple(placed), beside, aggregate, {name: label for name, (_, label) in labels.items()}
    )


def _named(var: tuple[str, ...], beside: dict[str, str]) -> tuple[str, ...]:
    """Return the variables that are named, by ``var``, ``y`` or ``color``, and take them from those beside."""
    named = beside.pop("y", None)
    if named is not None and var not in {(), (named,)}:
        raise ViewError(f"y={named!r} and var={var!r} both name what is drawn; leave one out")
    if named is not None:
        var = (named,)
    if "color" in beside and "x" not in beside and var in {(), (beside["color"],)}:
        var = (beside.pop("color"),)
    return var


def _first(data: xr.Dataset, dims: Sequence[str]) -> tuple[str, ...]:
    """Return the first variable that has the wished dimensions, one of numbers if there is one."""
    names = [str(name) for name in data.data_vars]
    fitting = [name for name in names if set(dims) <= set(data[name].dims)] or names
    natures = {name: nature_of(data, name) for name in fitting}
    return tuple(sorted(fitting, key=lambda name: (natures[name][0] != "number", natures[name][1]))[:1])
