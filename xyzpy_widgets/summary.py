"""What a Runner, Harvester or Sampler tells of itself in a notebook."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.labels import short
from xyzpy_widgets.labelling.ledger import Labelled
from xyzpy_widgets.views.card import AxisRow, Card, span_of

__all__ = ["called", "defined_at", "harvest_card", "runner_card", "table_card"]


def runner_card(spec: FunctionSpec) -> Card:
    """Tell the function, its arguments and outputs."""
    return Card("Runner", called(spec), defined_at(spec.fn), _rows(spec))


def harvest_card(spec: FunctionSpec, where: str, full: Labelled | None) -> Card:
    """Tell how much of the grid is there too."""
    rows = (*_rows(spec), ("data", where))
    if full is None:
        return Card("Harvester", called(spec), defined_at(spec.fn), (*rows, ("cases", "none harvested yet")))
    axes = tuple(AxisRow(arg, len(labels := full.labels(arg)), span_of(labels)) for arg in full.args)
    done = full.done
    return Card("Harvester", called(spec), defined_at(spec.fn), rows, axes, int(done.sum()), int(done.size))


def table_card(spec: FunctionSpec, where: str, n_rows: int) -> Card:
    """Tell how many rows there are too."""
    rows = (*_rows(spec), ("data", where), ("rows", str(n_rows)))
    return Card("Sampler", called(spec), defined_at(spec.fn), rows)


def called(spec: FunctionSpec) -> str:
    """Write a function as in its signature."""
    return f"{spec.name}({', '.join(spec.fn_args)})"


def defined_at(fn: Callable[..., Any]) -> str:
    """Return the file and line of a function, nothing for one without source."""
    try:
        file, (_, line) = inspect.getsourcefile(fn), inspect.getsourcelines(fn)
    except (OSError, TypeError):
        return ""
    return f"{Path(file).name}:{line}" if file and Path(file).exists() else f"cell, line {line}"


def _rows(spec: FunctionSpec) -> tuple[tuple[str, str], ...]:
    outputs = [f"{one.name}[{', '.join(one.dims)}]" if one.dims else one.name for one in spec.variables or ()]
    constants = [f"{name}={short(value)}" for name, value in spec.constants.items()]
    return (
        ("outputs", ", ".join(outputs) or "named by each result"),
        ("constants", ", ".join(constants)),
        ("not recorded", ", ".join(spec.resources)),
    )
