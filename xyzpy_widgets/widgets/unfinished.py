"""What a store has left undone, of what was asked for last or of the grid that it has; and sheets that ask for it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.space import Combos, ParameterSpace
from xyzpy_widgets.errors import SpaceError, XyzError
from xyzpy_widgets.grammar.typed import written
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.labelling.coverage import STALE
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.summary import called
from xyzpy_widgets.widgets.arguments import Argument
from xyzpy_widgets.widgets.protocol import Choice
from xyzpy_widgets.widgets.sheet import Sheet, going_on, with_combos
from xyzpy_widgets.widgets.subject import Subject

__all__ = ["Unfinished", "sheet_of", "sheet_of_plan", "unfinished"]

_MOST_TRIED = 5
"""So many harvests are looked back upon."""


@dataclass(frozen=True, slots=True, eq=False)
class Unfinished:
    """What is left undone.

    Attributes
    ----------
    sheet : Sheet
        What a panel is set to that goes on with it.
    space : ParameterSpace
        The cases that are done, and those that are left.
    states : ndarray of uint8
        The state of each.
    asked : bool
        Whether somebody asked for this space; the grid of a store may have holes that nobody wants filled.
    """

    sheet: Sheet
    space: ParameterSpace
    states: NDArray[np.uint8]
    asked: bool


def unfinished(subject: Subject, blank: Sheet, arguments: Sequence[Argument]) -> Unfinished | None:
    """Return what was asked for last of all that is not done; where nobody knows that, what the stored grid lacks."""
    target = subject.target
    if not isinstance(target, Harvester) or target.full_ds is None:
        return None
    asked = target.asked
    for one in islice(asked, _MOST_TRIED):
        found = _left_of(one, subject, blank, arguments)
        if found is not None:
            return found
    return None if asked else _left_of_grid(target, going_on(blank, arguments))


def sheet_of(asked: Mapping[str, Any], blank: Sheet, arguments: Sequence[Argument]) -> Sheet:
    """Return the sheet that asks for what was asked for; raise `SpaceError` for what cannot be written into a field."""
    known = {argument.name: argument for argument in arguments}
    fixed = {name: value for name, value in asked["constants"].items() if name in known}
    combos = {name: _chosen(values, known.get(name)) for name, values in asked["combos"].items()}
    sheet = with_combos(blank, arguments, combos)
    rows = tuple(
        replace(row, kind="fixed", value=written(fixed[row.name]))
        if row.name in fixed
        else replace(row, kind="cases")
        if row.name in asked["cases"]
        else row
        for row in sheet.rows
    )
    return replace(sheet, rows=rows, cases=_table(asked["cases"]), choice="new_failed")


def sheet_of_plan(preview: Preview, subject: Subject, blank: Sheet, arguments: Sequence[Argument]) -> Sheet:
    """Return the sheet that says what a plan would run; raise `SpaceError` for a plan that no sheet says."""
    if preview.spec.fn is not subject.runner.spec.fn or subject.sampled:
        other = "draws its cases anew" if subject.sampled else f"runs {subject.title}"
        msg = f"this is a plan of {called(preview.spec)}, and the panel {other}; set panel.space instead"
        raise SpaceError(msg)
    space = preview.plan.space
    asked = {
        "combos": dict(zip(space.combos.names, space.combos.values, strict=True)),
        "cases": dict(zip(space.cases.names, space.cases.columns, strict=True)),
        "constants": preview.spec.constants,
    }
    runs = _states_that_run(preview)
    choice: Choice = "all" if Status.DONE in runs else "new_failed" if Status.FAILED in runs else "new"
    return replace(sheet_of(asked, blank, arguments), choice=choice, stale=STALE in runs and choice != "all")


def _states_that_run(preview: Preview) -> set[int]:
    """Return the states of the cases that would run."""
    if preview.states is None:
        return {int(Status.MISSING)}
    numbers = np.asarray(preview.plan.numbers(0, len(preview.plan)), dtype=np.intp)
    return set(np.unique(preview.states[numbers]).tolist())


def _chosen(values: Sequence[Any], argument: Argument | None) -> list[Any]:
    """Return values as the choices of an argument where they are such: an enumeration is remembered as plain values."""
    choices = () if argument is None else argument.choices
    return [next((one for one in choices if one == value), value) for value in values]


def _table(columns: Mapping[str, Sequence[Any]]) -> str:
    """Write cases as people paste them."""
    if not columns:
        return ""
    text = StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([written(value) for value in row] for row in zip(*columns.values(), strict=True))
    return text.getvalue()


def _left_of(
    asked: Mapping[str, Any], subject: Subject, blank: Sheet, arguments: Sequence[Argument]
) -> Unfinished | None:
    """Return what is left of what was asked for; None for nothing, and for what cannot be asked for in a panel."""
    try:
        sheet = sheet_of(asked, blank, arguments)
        preview = subject.preview(subject.call(sheet, arguments))
    except XyzError:  # the function has changed since, or a value cannot be typed
        return None
    if not len(preview.plan) or preview.states is None:
        return None
    return Unfinished(sheet, preview.plan.space, preview.states.astype(np.uint8), asked=True)


def _left_of_grid(target: Harvester, sheet: Sheet) -> Unfinished | None:
    """Return what the stored grid lacks; None for nothing."""
    status = target.status
    names = tuple(map(str, status.dims))
    space = ParameterSpace(combos=Combos(names, tuple(tuple(status[name].to_numpy().tolist()) for name in names)))
    states = status.to_numpy().reshape(-1).astype(np.uint8)
    if (states == Status.DONE).all():
        return None
    states[target.stale.to_numpy().reshape(-1)] = STALE
    return Unfinished(sheet, space, states, asked=False)
