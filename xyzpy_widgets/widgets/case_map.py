"""The case map: how the points of a space lie on its arguments, in the words of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.labels import kind_of, label_key, short, shown
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.widgets.protocol import MapAxis

__all__ = [
    "axes_of",
    "case_text",
    "grid_axes",
    "is_same",
    "label_text",
    "labels_picked",
    "number_of",
    "units_of",
]

_MOST_LABELS = 2000
_MOST_CASES = 20_000


def units_of(spec: FunctionSpec) -> dict[str, str]:
    """Return the units of the arguments that have some."""
    return {name: str(attrs["units"]) for name, attrs in spec.arg_attrs.items() if "units" in attrs}


def axes_of(space: ParameterSpace, units: Mapping[str, str]) -> list[MapAxis]:
    """Return an axis for each argument, those of the cases first.

    Cases that are too many to be told apart by their values, and those of values that are no labels, as a Sampler may
    have them, lie along one axis of their own.
    """
    combos = grid_axes(space.combos.names, space.combos.values, units)
    stride = len(space.combos)
    if not space.cases.names:
        return combos
    columns = _coded_columns(space)
    grid = math.prod(len(labels) for labels, _ in columns.values())
    if not columns or grid > 4 * len(space.cases):
        return [_axis("case", "", range(1, len(space.cases) + 1), stride), *combos]
    cases = [
        {**_axis(name, units.get(name, ""), labels, stride), "codes": codes}
        for name, (labels, codes) in columns.items()
    ]
    return [*cases, *combos]  # type: ignore[list-item]


def grid_axes(names: Sequence[str], values: Sequence[Sequence[Any]], units: Mapping[str, str]) -> list[MapAxis]:
    """Return the axes of a grid whose points are numbered in C order."""
    sizes = [len(one) for one in values]
    strides = [math.prod(sizes[at + 1 :]) for at in range(len(sizes))]
    return [
        _axis(name, units.get(name, ""), one, stride) for name, one, stride in zip(names, values, strides, strict=True)
    ]


def labels_picked(space: ParameterSpace, picked: Mapping[str, Sequence[int]]) -> dict[str, list[Any]]:
    """Return the labels of what is picked out on a map: for each axis from the first to the last place.

    What lies along the axis of cases that has no labels tells none.
    """
    axes: dict[str, Sequence[Any]] = dict(zip(space.combos.names, space.combos.values, strict=True))
    axes |= {name: labels for name, (labels, _) in _coded_columns(space).items()}
    return {name: list(axes[name][first : last + 1]) for name, (first, last) in picked.items() if name in axes}


def _axis(name: str, units: str, labels: Sequence[Any], stride: int) -> MapAxis:
    texts = _texts(labels) if len(labels) <= _MOST_LABELS else []
    return {"name": name, "units": units, "size": len(labels), "stride": stride, "codes": [], "labels": texts}


def _texts(labels: Sequence[Any]) -> list[str]:
    """Write the labels of an axis, in full where short ones are not told apart."""
    texts = [label_text(label) for label in labels]
    if len(set(texts)) == len(texts):
        return texts
    return [label if isinstance(label, str) else shown(label) for label in labels]


def label_text(label: Any) -> str:
    """Write a label as a reader sees it."""
    if isinstance(label, (float, np.floating)):
        return format(float(label), ".6g")
    if kind_of(label) is None:
        return short(label)
    return str(label) if isinstance(label, str) else shown(label)


def case_text(args: Mapping[str, Any]) -> str:
    """Write the arguments of a case as a reader sees them."""
    return ", ".join(f"{name}={label_text(value)}" for name, value in args.items())


def _coded_columns(space: ParameterSpace) -> dict[str, tuple[list[Any], list[int]]]:
    """Return the columns of the cases, see `_coded`; none where they are too many, or no labels."""
    cases = space.cases
    if len(cases) > _MOST_CASES or any(kind_of(value) is None for column in cases.columns for value in column):
        return {}
    return {name: _coded(column) for name, column in zip(cases.names, cases.columns, strict=True)}


def _coded(column: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """Return the values of a column, each once and in order where they have one, and the place of each case's value."""
    places: dict[Any, Any] = {label_key(value): value for value in column}
    try:
        labels = sorted(places.values())
    except TypeError:
        labels = list(places.values())
    where = {label_key(label): at for at, label in enumerate(labels)}
    return labels, [where[label_key(value)] for value in column]


def number_of(plan: Plan, args: Mapping[str, Any]) -> int:
    """Return the number of the point with these arguments, -1 for none."""
    space = plan.space
    at = 0
    for name, values in zip(space.combos.names, space.combos.values, strict=True):
        place = next((i for i, value in enumerate(values) if is_same(value, args.get(name))), None)
        if place is None:
            return -1
        at = at * len(values) + place
    if not space.cases.names:
        return at
    wanted = [args.get(name) for name in space.cases.names]
    rows = enumerate(space.cases.rows(0, len(space.cases)))
    row = next((i for i, row in rows if all(map(is_same, row, wanted))), None)
    return -1 if row is None else row * len(space.combos) + at


def is_same(one: Any, other: Any) -> bool:
    """Say whether two values are one argument: the same label, nan like another, or else the very same object."""
    if kind_of(one) is None or kind_of(other) is None:
        return one is other
    return bool(one == other) or bool(one != one and other != other)  # noqa: PLR0124 - nan differs from itself
