"""A table of cases as people paste it: columns by tab, comma or semicolon, the names in the first line."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from xyzpy_widgets.core.labels import kind_of
from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.grammar.typed import Typed, quoted, read_value
from xyzpy_widgets.widgets.arguments import Argument

__all__ = ["CaseTable", "read_cases"]


@dataclass(frozen=True, slots=True)
class CaseTable:
    """What a table was read as.

    Attributes
    ----------
    names : tuple of str
        The arguments; empty for no table.
    cases : list of dict, or any other form of cases
    code : str
        A Python expression for `cases`.
    """

    names: tuple[str, ...] = ()
    cases: Any = None
    code: str = ""


def read_cases(text: str, arguments: Sequence[Argument]) -> CaseTable:
    """Read a table; raise `SpaceError` for what is none, with the line."""
    if not text.strip():
        return CaseTable()
    known = {argument.name: argument for argument in arguments}
    lines = [cells for cells in csv.reader(StringIO(text.strip()), delimiter=_delimiter(text)) if any(cells)]
    names = tuple(name.strip() for name in lines[0])
    for name in names:
        if name not in known or names.count(name) > 1:
            lack = "stands twice" if name in known else f"is no argument that may vary; {hint(name, known)}"
            msg = f"cases, first line: “{name}” {lack}"
            raise SpaceError(msg)
    cases, code = [], []
    for at, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(names):
            msg = f"cases, line {at}: {len(cells)} values for {len(names)} columns"
            raise SpaceError(msg)
        typed = [_cell(at, known[name], cell.strip()) for name, cell in zip(names, cells, strict=True)]
        cases.append({name: one.values[0] for name, one in zip(names, typed, strict=True)})
        code.append(f"{{{', '.join(f'{quoted(name)}: {one.code}' for name, one in zip(names, typed, strict=True))}}}")
    if not cases:
        msg = "cases: give a line for each case below the names"
        raise SpaceError(msg)
    return CaseTable(names, cases, f"[{', '.join(code)}]")


def _delimiter(text: str) -> str:
    first = text.strip().splitlines()[0]
    return next((mark for mark in "\t;" if mark in first), ",")


def _cell(line: int, argument: Argument, text: str) -> Typed:
    """Read one cell: a text without quotes is a text where one may stand."""
    wanted = {"int": {"int"}, "float": {"int", "float"}, "bool": {"bool"}}.get(argument.takes)
    try:
        typed = read_value(text, texts=argument.takes == "str")
    except SpaceError as error:
        if argument.takes == "any" and text:
            return Typed((text,), quoted(text))
        numeric = argument.takes in {"int", "float"}
        said = "give a value" if not text else f"“{text}” is not a number" if numeric else str(error)
        msg = f"cases, line {line}, {argument.name}: {said}"
        raise SpaceError(msg) from None
    if wanted is not None and kind_of(typed.values[0]) not in wanted:
        msg = f"cases, line {line}: {argument.name} cannot be {typed.values[0]!r}"
        raise SpaceError(msg)
    return typed
