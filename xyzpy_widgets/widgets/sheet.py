"""The sheet: all that a panel is set to, as one value; and the call that does what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from xyzpy_widgets.core.forms import as_combos
from xyzpy_widgets.core.labels import kind_of
from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.grammar.typed import quoted, read_value
from xyzpy_widgets.widgets.arguments import NOTHING, Argument
from xyzpy_widgets.widgets.cases import CaseTable, read_cases
from xyzpy_widgets.widgets.protocol import Choice
from xyzpy_widgets.widgets.rows import Reading, Row, first_row, read_shown, row_of

__all__ = [
    "Call",
    "Sheet",
    "call_of",
    "call_with",
    "first_sheet",
    "going_on",
    "read_draws",
    "row_read",
    "row_told",
    "with_combos",
]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a panel is set to.

    Attributes
    ----------
    rows : tuple of Row
        One for each argument that may vary, in the order in which they vary, the last fastest.
    cases : str
        A table of cases, as it was pasted; empty for none.
    draws : str
        For a Sampler: how many draws, as it was typed.
    seed : int or None
        For a Sampler: where the draws come from.
    choice : {"new", "new_failed", "all"}
        For a Harvester: which cases run: those that never ran, those and the ones that failed, or all of them.
    stale : bool
        For a Harvester: whether results of another version of the function run again too.
    backend : str
        Where the calls are made; empty for where the runner makes them by itself.
    workers : int or None
        On how many workers; None for as many as the runner takes by itself.
    """

    rows: tuple[Row, ...] = ()
    cases: str = ""
    draws: str = "100"
    seed: int | None = None
    choice: Choice = "new"
    stale: bool = False
    backend: str = ""
    workers: int | None = None

    def row(self, name: str) -> Row:
        """Return the row of an argument."""
        return next(row for row in self.rows if row.name == name)


@dataclass(frozen=True, slots=True)
class Call:
    """What a call is given: each value by keyword, and the code that is written for it.

    Attributes
    ----------
    given : dict of str to object
        The first of them may be given by position.
    code : dict of str to str
    imports : tuple of str
        Lines that the code needs beside numpy and pandas.
    """

    given: dict[str, Any] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)
    imports: tuple[str, ...] = ()

    def having(self, **more: Any) -> Call:
        """Return the call with plain values added; those that are None are not said."""
        said = {name: value for name, value in more.items() if value is not None}
        code = {name: quoted(value) if isinstance(value, str) else repr(value) for name, value in said.items()}
        return replace(self, given={**self.given, **said}, code={**self.code, **code})


def first_sheet(arguments: Iterable[Argument], *, sampled: bool = False) -> Sheet:
    """Return what a panel is set to before anybody has decided."""
    return Sheet(tuple(first_row(argument, sampled=sampled) for argument in arguments))


def call_of(sheet: Sheet, arguments: Sequence[Argument], *, sampled: bool = False) -> Call:
    """Return the combos, constants and cases that a sheet says; raise `SpaceError` for what cannot be meant."""
    table = read_cases(sheet.cases, arguments)
    readings = {row.name: reading for row, reading in _readings(sheet, arguments, table, sampled=sampled)}
    draws = (read_draws(sheet.draws), sheet.seed) if sampled else None
    return call_with(readings, table, draws)


def call_with(readings: Mapping[str, Reading], table: CaseTable, draws: tuple[int, int | None] | None = None) -> Call:
    """Return the call that gives some arguments as they were read; ``draws`` are how many, and their seed."""
    varied = {name: one for name, one in readings.items() if one.how in {"swept", "stored", "drawn"}}
    fixed = {name: one for name, one in readings.items() if one.how == "fixed"}
    combos = {name: ... if one.how == "stored" else _given(one) for name, one in varied.items()}
    call = Call({"combos": combos}, {"combos": _dict_code(varied)}, _imports(readings.values()))
    if draws is not None:
        n, seed = draws
        call = replace(call, given={"n": n, **call.given}, code={"n": repr(n), **call.code}).having(seed=seed)
    if fixed:
        constants = {name: one.values[0] for name, one in fixed.items()}
        code = {**call.code, "constants": _dict_code(fixed)}
        call = replace(call, given={**call.given, "constants": constants}, code=code)
    if table.names:
        code = {**call.code, "cases": table.code}
        call = replace(call, given={**call.given, "cases": table.cases}, code=code)
    return call


def _given(reading: Reading) -> Any:
    return reading.values[0] if reading.how == "drawn" else reading.values


def _dict_code(readings: Mapping[str, Reading]) -> str:
    return f"{{{', '.join(f'{quoted(name)}: {one.code}' for name, one in readings.items())}}}"


def _imports(readings: Iterable[Reading]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for one in readings for line in one.imports))


def _readings(
    sheet: Sheet, arguments: Sequence[Argument], table: CaseTable, *, sampled: bool
) -> Iterable[tuple[Row, Reading]]:
    known = {argument.name: argument for argument in arguments}
    for row in sheet.rows:
        if row.name in table.names:
            continue
        if row.kind == "cases":
            msg = f"{row.name}: the table of cases has no column {row.name}"
            raise SpaceError(msg)
        try:
            yield row, read_shown(row, known[row.name], sampled=sampled)
        except SpaceError as error:
            told = str(error) if str(error).startswith(f"{row.name} ") else f"{row.name}: {error}"
            msg = f"{row.name} has no values yet" if row.blank else told
            raise SpaceError(msg) from None


def read_draws(text: str) -> int:
    """Read how many draws; raise `SpaceError` for what is no count."""
    n: Any = read_value(text).values[0] if text.strip() else None
    if kind_of(n) != "int" or n < 0:
        msg = "give a whole number of draws"
        raise SpaceError(msg)
    return int(n)


def with_combos(sheet: Sheet, arguments: Sequence[Argument], combos: Any) -> Sheet:
    """Return the sheet with rows that say some combos, as people write them.

    An argument that they do not name goes back to its default; one without a default keeps its row.

    Raises
    ------
    SpaceError
        For an argument that there is not, and for a value that cannot be written into a field.
    """
    known = {argument.name: argument for argument in arguments}
    read = as_combos(combos, dict.fromkeys(known, (...,)))
    for name in read.names:
        if name not in known:
            msg = f"{name!r} cannot vary here; {hint(name, known)}"
            raise SpaceError(msg)
    rows = {row.name: row for row in sheet.rows}
    pairs = zip(read.names, read.values, strict=True)
    said = [row_of(known[name], ... if values[:1] == (...,) else values, rows[name]) for name, values in pairs]
    left = [_back(row, known[row.name]) for row in sheet.rows if row.name not in read.names]
    return replace(sheet, rows=(*said, *left), cases="")


def going_on(sheet: Sheet, arguments: Sequence[Argument]) -> Sheet:
    """Return the sheet that says what the store lacks of the values that it has."""
    stored = {argument.name for argument in arguments if argument.stored}
    rows = tuple(replace(row, kind="stored") if row.name in stored else row for row in sheet.rows)
    return replace(sheet, rows=rows, cases="", choice="new_failed")


def _back(row: Row, argument: Argument) -> Row:
    return row if argument.default is NOTHING else replace(row, kind="fixed", value=argument.default_text)


def row_told(row: Row) -> dict[str, Any]:
    """Write a row in the words of the page."""
    return {**asdict(row), "chosen": list(row.chosen), "parameters": list(row.parameters)}


def row_read(told: Mapping[str, Any]) -> Row:
    """Read a row in the words of the page."""
    return Row(**{**told, "chosen": tuple(told["chosen"]), "parameters": tuple(told["parameters"])})
