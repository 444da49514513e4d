"""The verdict: what is to say of each row while it is typed, before anything is planned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from xyzpy_widgets.core.axes import LabelIndex
from xyzpy_widgets.core.labels import kind_of
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.views.card import span_of
from xyzpy_widgets.widgets.arguments import Argument
from xyzpy_widgets.widgets.cases import CaseTable, read_cases
from xyzpy_widgets.widgets.protocol import RowVerdict, Verdict
from xyzpy_widgets.widgets.rows import Reading, Row, read_shown
from xyzpy_widgets.widgets.sheet import Sheet, read_draws

__all__ = ["has_problem", "places_of", "sentence", "verdict_on"]

_MOST_PLACES = 64
_MOST_LOOKED_UP = 20_000
_MOST_POINTS = 2**63 - 1


def verdict_on(sheet: Sheet, arguments: Sequence[Argument], revision: int, *, sampled: bool = False) -> Verdict:
    """Judge all that a sheet says.

    Returns
    -------
    Verdict
        With one problem per row at most, and the total where every row can be counted.
    """
    known = {argument.name: argument for argument in arguments}
    table, cases = _judged_cases(sheet.cases, arguments)
    read = None if cases["problem"] else table
    rows = {row.name: _judged(row, known[row.name], read, sampled=sampled) for row in sheet.rows}
    draws = _judged_draws(sheet.draws) if sampled else _said()
    counts = [one["count"] for one in (*rows.values(), *([cases] if table.names or cases["problem"] else []))]
    if sampled:
        counts = [draws["count"]]
    known_counts = [count for count in counts if count is not None]
    total = math.prod(known_counts) if len(known_counts) == len(counts) else None
    problem = ""
    if total is not None and total > _MOST_POINTS:
        problem, total = f"{total:.3g} cases are more than can be numbered; give fewer values", None
    return {"revision": revision, "rows": rows, "cases": cases, "draws": draws, "problem": problem, "total": total}


def has_problem(verdict: Verdict) -> bool:
    """Say whether something is wrong, rather than not yet typed."""
    said = (
        verdict["problem"],
        *(one["problem"] for one in (*verdict["rows"].values(), verdict["cases"], verdict["draws"])),
    )
    return any(said)


def _said(*, problem: str = "", note: str = "", count: int | None = None) -> RowVerdict:
    return {"problem": problem, "note": note, "count": count, "places": [], "span": ""}


def sentence(said: str, *names: str) -> str:
    """Write what is wrong as a sentence of the page; the name of an argument at its beginning keeps its letters."""
    named = any(said.startswith((f"{name} ", f"{name}:", f"{name}=")) for name in names)
    first = said[:1] if named else said[:1].upper()
    return f"{first}{said[1:]}{'' if said.endswith(('.', '?', '!')) else '.'}"


def _judged_cases(text: str, arguments: Sequence[Argument]) -> tuple[CaseTable, RowVerdict]:
    try:
        table = read_cases(text, arguments)
    except SpaceError as error:
        return CaseTable(), _said(problem=sentence(str(error).removeprefix("cases, ").removeprefix("cases: ")))
    return table, _said(count=len(table.cases) if table.cases else None)


def _judged_draws(text: str) -> RowVerdict:
    try:
        return _said(count=read_draws(text))
    except SpaceError as error:
        return _said(problem=sentence(str(error)))


def _judged(row: Row, argument: Argument, table: CaseTable | None, *, sampled: bool) -> RowVerdict:
    """Judge a row beside the table of cases, None where that cannot be read."""
    if row.kind == "cases" if table is None else row.name in table.names:
        return _said(note="from the table of cases", count=1)
    if row.kind == "cases":
        return _said(problem=f"The table of cases has no column {row.name}.")
    try:
        reading = read_shown(row, argument, sampled=sampled)
    except SpaceError as error:
        return _said(note="no values yet") if row.blank else _said(problem=sentence(str(error), row.name))
    return _counted(reading, argument, sampled=sampled)


def _counted(reading: Reading, argument: Argument, *, sampled: bool) -> RowVerdict:
    """Count the values of a row that can be read, and say where they lie."""
    if reading.how == "drawn" or (sampled and reading.how == "default" and reading.values[0] is argument.draw):
        return _said(note="drawn anew for each case")
    values = reading.values
    note = "the default" if reading.how == "default" else reading.note
    if reading.how == "swept" and argument.stored:
        note = ", ".join(filter(None, (note, _new_note(values, argument))))
    if reading.how in {"default", "fixed"}:
        return _said(note=note, count=1)
    return {
        "problem": "",
        "note": note,
        "count": len(values),
        "places": places_of(values),
        "span": span_of(np.array(values)) if kind_of(values[0]) != "str" else span_of(list(values)),
    }


def _new_note(values: Sequence[Any], argument: Argument) -> str:
    """Say how many values the store lacks, unless they are too many to look up while somebody types."""
    if len(values) > _MOST_LOOKED_UP:
        return ""
    new = int((LabelIndex(argument.name, argument.stored).places(values) < 0).sum())
    return f"{new} of them new" if new else ""


def places_of(values: Sequence[Any]) -> list[float]:
    """Return where numbers or moments lie between the least (0) and the greatest (1), at most 64 of them."""
    kinds = {kind_of(value) for value in values}
    if not kinds or not (kinds <= {"int", "float"} or kinds <= {"datetime"}):
        return []
    at = np.unique(np.linspace(0, len(values) - 1, min(len(values), _MOST_PLACES)).round().astype(int))
    picked = [values[i] for i in at]
    numbers = np.array(picked, dtype="datetime64[us]").astype(np.int64) if kinds == {"datetime"} else np.array(picked)
    lies = numbers.astype(np.float64)
    lies = lies[np.isfinite(lies)]
    if not lies.size:
        return []
    width = np.ptp(lies)
    return [round(float(one), 4) for one in ((lies - lies.min()) / width if width else np.full(lies.size, 0.5))]
