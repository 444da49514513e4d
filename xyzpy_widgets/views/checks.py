"""Check wishes against what the data has, and say what is drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.reading import Kind, Label, told
from xyzpy_widgets.views.spec import MEANS, PLOT_KINDS, SPREADS, PlotKind, ViewSpec, Wishes

__all__ = [
    "check_fit",
    "check_log",
    "check_panels",
    "check_spread",
    "check_values",
    "kind_in",
    "labels_in",
    "means_in",
    "misfits",
    "name_in",
    "names_in",
    "title_of",
]

_MOST_PANELS = 100


def name_in(value: Any, role: str, known: Collection[str]) -> str:
    """Return a wished name as the data has it."""
    if str(value) not in known:
        raise ViewError(f"{role}={value!r} is not in the data: {hint(str(value), known)}")
    return str(value)


def names_in(values: Any, role: str, known: Collection[str]) -> tuple[str, ...]:
    """Return wished names, given as one or as several, as the data has them."""
    if values is None:
        return ()
    several = values if isinstance(values, (list, tuple, set, frozenset)) else [values]
    return tuple(dict.fromkeys(name_in(value, role, known) for value in several))


def kind_in(wishes: Wishes) -> PlotKind | None:
    """Return the wished kind of plot."""
    for kind in PLOT_KINDS:
        if wishes.kind == kind or (kind == "heatmap" and wishes.kind == "quadmesh"):
            return kind
    if wishes.kind is None:
        return None
    raise ViewError(f"kind={wishes.kind!r} is not a kind of plot: {hint(str(wishes.kind), PLOT_KINDS)}")


def means_in(values: Any, known: Collection[str]) -> dict[str, str]:
    """Return the dimensions to aggregate, each with the way."""
    pairs = values if isinstance(values, Mapping) else dict.fromkeys(names_in(values, "aggregate", known), "mean")
    for name, how in pairs.items():
        if how not in MEANS:
            raise ViewError(f"aggregate={{{name!r}: {how!r}}} is not a way to aggregate: {hint(str(how), MEANS)}")
    return {name_in(name, "aggregate", known): str(how) for name, how in pairs.items()}


def labels_in(wishes: Wishes, known: Collection[str]) -> dict[str, tuple[str, Any]]:
    """Return what one label is drawn of: for each name the role, and the wished label or None."""
    slider = wishes.slider
    pairs = slider if isinstance(slider, Mapping) else dict.fromkeys(names_in(slider, "slider", known))
    found = {name_in(name, "slider", known): ("slider", label) for name, label in pairs.items()}
    for name, label in (wishes.fixed or {}).items():
        text = name_in(name, "fixed", known)
        if text in found:
            raise ViewError(f"slider={text!r} and fixed={{{text!r}: ...}}: one has one role; leave one out")
        found[text] = ("fixed", label)
    return found


def check_spread(spread: str | None, kind: PlotKind, aggregated: Collection[str], *, err: object) -> str:
    """Return how the spread is drawn; refuse it where nothing is aggregated or no place is for it."""
    if spread is None:
        return ""
    if spread not in SPREADS:
        raise ViewError(f"spread={spread!r} is not a way to draw a spread: {hint(str(spread), SPREADS)}")
    if kind not in {"line", "scatter"} or err is not None:
        beside = f"beside err={err!r}" if err is not None else f"in kind={kind!r}"
        raise ViewError(f"spread={spread!r} has no place {beside}; choose kind='line', or leave it out")
    if not aggregated:
        raise ViewError(f"spread={spread!r} tells how aggregated values spread, and none are; give aggregate=...")
    return spread


_MISFITS: Mapping[PlotKind, tuple[str, ...]] = {
    "line": ("y",),
    "scatter": (),
    "bar": ("y", "err"),
    "heatmap": ("by", "color", "err"),
    "hist": ("x", "y", "color", "err"),
    "box": ("y", "color", "err"),
    "parallel": ("x", "y", "by", "color", "err"),
    "table": ("x", "y", "by", "color", "row", "col", "err"),
}


def misfits(kind: str) -> tuple[str, ...]:
    """Return the roles that a kind of plot does not have."""
    return next((roles for one, roles in _MISFITS.items() if one == kind), ())


def check_fit(kind: PlotKind, given: Mapping[str, str]) -> None:
    """Refuse roles that a kind of plot does not have."""
    for role in _MISFITS[kind]:
        if role in given:
            raise ViewError(
                f"{role}={given[role]!r} has no place in kind={kind!r}; choose another role or another kind"
            )


def check_values(kind: PlotKind, name: str, values: Kind) -> None:
    """Refuse to draw values as what they cannot be."""
    if kind in {"text": ("line", "bar", "heatmap", "box"), "time": ("bar", "heatmap", "box"), "number": ()}[values]:
        raise ViewError(f"kind={kind!r} draws numbers, and {name!r} holds {values}s; choose kind='scatter'")


def check_log(role: str, wished: object, kind: Kind, values: NDArray[Any]) -> None:
    """Refuse a logarithmic axis for what has no logarithm."""
    if not wished:
        return
    if kind != "number":
        raise ViewError(f"{role}=True needs numbers, and here are {kind}s; leave {role} out")
    least = values[values <= 0]
    if least.size:
        raise ViewError(f"{role}=True has no place for the value {np.min(least):g}; leave {role} out")


def check_panels(spec: ViewSpec, sizes: Mapping[str, int]) -> None:
    """Refuse more panels than anyone can read."""
    count = int(np.prod([sizes[name] for name in spec.panels], initial=1))
    if count > _MOST_PANELS:
        roles = " and ".join(f"{role}={name!r}" for role, name in (("row", spec.row), ("col", spec.col)) if name)
        remedy = f"fix a label with fixed={{{spec.panels[0]!r}: ...}}, or choose another role"
        raise ViewError(f"{roles} would draw {count} panels; {remedy}")


_SPREADS = {"": "", "std": " ± standard deviation", "range": " (min to max)"}


def title_of(
    first: str, aggregate: Iterable[tuple[str, str]], fixed: Sequence[tuple[str, Label]], spread: str = ""
) -> str:
    """Return a title that says which dimensions are aggregated and fixed."""
    over: dict[str, list[str]] = {}
    for name, how in aggregate:
        over.setdefault(how, []).append(name)
    means = [f"{how}{_SPREADS[spread]} over {_listed(names)}" for how, names in over.items()]
    labels = [f"{name} = {told(label)}" for name, label in fixed]
    return ", ".join(part for part in (first, *means, *labels) if part)


def _listed(names: Sequence[str]) -> str:
    """Write some names so that nobody takes what follows for another one."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
