"""What is picked out on a view, what would run in it, and what a table shows: as the page reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
import xarray as xr

from xyzpy_widgets.core.axes import LabelIndex
from xyzpy_widgets.core.forms import as_values
from xyzpy_widgets.core.labels import short
from xyzpy_widgets.core.region import ACTIONS, RegionAction, Step
from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.views.card import span_of
from xyzpy_widgets.widgets.case_map import label_text
from xyzpy_widgets.widgets.protocol import CasesReply, Picked, Proposal

__all__ = ["known_labels", "labels_at", "picked_told", "places_of", "proposal_told", "rows_told"]

_MOST_ROWS = 200
_MOST_LABELS = 3


def labels_at(data: xr.Dataset, places: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the labels at some places: plain values, but times as numpy has them."""
    found = {}
    for name, at in places.items():
        labels = data[name].to_numpy() if name in data.coords else np.arange(data.sizes[name])
        picked = labels[np.asarray(at, dtype=np.intp)]
        found[name] = list(picked) if picked.dtype.kind in "mM" else picked.tolist()
    return found


def places_of(data: xr.Dataset, labels: Mapping[str, Any]) -> dict[str, Any]:
    """Return where labels stand; of a dimension that is not named, all are meant.

    Raises
    ------
    ViewError
        For a name or a label that the data do not have.
    """
    found = {str(dim): np.arange(size) for dim, size in data.sizes.items()}
    for name, several in labels.items():
        if name not in data.dims:
            raise ViewError(f"{name!r} is not among the dimensions: {hint(name, map(str, data.dims))}")
        index = _index_of(data, name)
        wanted = as_values(name, several)
        places = [index.find(one) for one in wanted]
        if None in places:
            wished = wanted[places.index(None)]
            known = hint(str(wished), map(str, index.labels))
            raise ViewError(f"{name}={wished!r} is not among its labels: {known}")
        found[name] = np.array(places, dtype=np.intp)
    return found


def _index_of(data: xr.Dataset, name: str) -> LabelIndex:
    axis = data[name].to_numpy() if name in data.coords else np.arange(data.sizes[name])
    return LabelIndex(name, axis if axis.dtype.kind in "mM" else axis.tolist())


def known_labels(data: xr.Dataset, labels: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Return those of some labels that the data have; of a name that is none of its dimensions nothing is told."""
    index = {name: _index_of(data, name) for name in labels if name in data.dims}
    return {name: [one for one in labels[name] if known.find(one) is not None] for name, known in index.items()}


def picked_told(labels: Mapping[str, Sequence[Any]], counts: Mapping[str, int], *, runs: bool) -> Picked:
    """Tell what is picked out, and what can be done about it."""
    missing = counts.get("missing", 0) + counts.get("cancelled", 0)
    possible: dict[RegionAction, bool] = {
        "fill": missing > 0,
        "refine": True,
        "retry": counts.get("failed", 0) > 0,
        "recompute": counts.get("done", 0) > 0,
    }
    return {
        "parts": [_part(name, values) for name, values in labels.items()],
        "cases": counts.get("cases", 0),
        "done": counts.get("done", 0),
        "failed": counts.get("failed", 0),
        "missing": missing,
        "actions": [action for action in ACTIONS if runs and possible[action]],
    }


def _part(name: str, values: Sequence[Any]) -> str:
    if len(values) <= _MOST_LABELS:
        return f"{name} {', '.join(map(label_text, values))}"
    return f"{name} {span_of(values)} ({len(values)})"


def proposal_told(
    action: RegionAction, step: Step, stored: Mapping[str, Sequence[Any]], preview: Preview, *, own: bool
) -> Proposal:
    """Tell what would run; ``own`` where the explorer runs it, and no panel around it."""
    parts = []
    for name, values in step.combos.items():
        known = {*map(str, stored.get(name, ()))}
        new = [value for value in values if str(value) not in known]
        words = f"{name} {label_text(values[0])}" if len(values) == 1 else f"{name} {len(values)} values"
        parts.append(f"{words}, {len(new)} of them new: {_listed(new)}" if new else words)
    return {
        "id": uuid4().hex,
        "action": action,
        "parts": parts,
        "to_run": len(preview.plan),
        "stored": preview.total - len(preview.plan),
        "seconds": preview.seconds,
        "own": own,
    }


def _listed(values: Sequence[Any]) -> str:
    return ", ".join([*map(label_text, values[:_MOST_LABELS]), *(["…"] if len(values) > _MOST_LABELS else [])])


def rows_told(frame: pd.DataFrame) -> CasesReply:
    """Tell the first rows of a table."""
    first = frame.head(_MOST_ROWS)
    rows = [[_cell(value) for value in row] for row in first.itertuples(index=False, name=None)]
    return {"columns": [str(name) for name in frame.columns], "rows": rows, "offset": 0, "total": len(frame)}


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else short(value)
