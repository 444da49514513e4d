"""Tables as CSV, where each cell says by its spelling what it is.

The file is ordinary CSV (RFC 4180) in UTF-8 with a line of names. A cell is

- empty where nothing is (None, nan and NaT alike);
- ``True`` or ``False``; digits for an integer; a number with a point, an exponent or ``inf`` for a float; a complex
  number in parentheses, such as ``(1+2j)``;
- a time as ``YYYY-MM-DDThh:mm:ss``, with a fraction where there is one;
- anything else for text. A text that is empty, reads as one of the above, or begins with an apostrophe, gets an
  apostrophe before it, as in a spreadsheet: ``'1``.

A column is of the type that all its cells have, and of objects where they have several. What CSV does not keep: None
and nan apart, the width of numbers (int64 and float64 come back), the unit of times (microseconds come back, or
nanoseconds where they are given) and their zones, categories, and an index.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import pandas as pd

from xyzpy_widgets.errors import EncodingError, FormatError
from xyzpy_widgets.store.objects import is_readable

__all__ = ["lines", "read_csv", "write_csv"]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How values of one kind are spelled.

    Attributes
    ----------
    pattern : str
        What their cells match, and those of no other kind.
    read : callable
        Reads a cell.
    dtype : str
        The type of a column of them.
    nothing : object
        What stands for a missing cell in such a column; None where the type has no such value.
    """

    pattern: str
    read: Callable[[str], Any]
    dtype: str
    nothing: Any = None


def _time(cell: str) -> np.datetime64:
    return np.datetime64(cell, "ns" if len(cell) > len("2000-01-01T00:00:00.000000") else "us")


_KINDS = (
    _Kind(r"[+-]?\d+", int, "i8"),
    _Kind(r"[+-]?(?:\d+\.\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|\d+e[+-]?\d+|inf)", float, "f8", np.nan),
    _Kind(r"True|False", "True".__eq__, "?"),
    _Kind(r"\([-+.\dinfae]+j\)", complex, "c16", np.nan),
    _Kind(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?", _time, "M8", np.datetime64("NaT", "us")),
)
_SPECIAL = re.compile('[,"\r\n]')
_TYPED = re.compile("|".join(f"(?:{kind.pattern})" for kind in _KINDS), re.ASCII)


def write_csv(frame: pd.DataFrame, file: IO[bytes]) -> None:
    """Write a table; raise `EncodingError` for a column that CSV cannot hold."""
    file.write(_joined([[_quoted(name)] for name in frame.columns]))
    file.write(lines(frame))


def lines(frame: pd.DataFrame) -> bytes:
    """Return the lines of some rows, each as it would stand in a file of all; raises as `write_csv` does."""
    return _joined([_cells(name, frame[name]) for name in frame.columns])


def _joined(columns: list[list[str]]) -> bytes:
    """Return the lines of some columns."""
    if len(columns) == 1:
        columns = [[cell or '""' for cell in columns[0]]]  # or it would be an empty line, which readers skip
    return "".join(f"{','.join(row)}\n" for row in zip(*columns, strict=True)).encode()


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""')) if _SPECIAL.search(text) else text


def _cells(name: str, column: pd.Series[Any]) -> list[str]:
    """Spell the cells of a column."""
    values = column.tolist()
    if column.dtype.kind in "biu":
        return list(map(str, values))
    missing = column.isna().tolist()
    if column.dtype.kind == "f":
        return ["" if nothing else repr(value) for value, nothing in zip(values, missing, strict=True)]
    spelled = ["" if nothing else _spelled(value) for value, nothing in zip(values, missing, strict=True)]
    if None in spelled:
        value = values[spelled.index(None)]
        msg = f"column {name!r}: {value!r} of type {type(value).__name__} does not fit into CSV; choose engine='json'"
        raise EncodingError(msg)
    return [cell for cell in spelled if cell is not None]


def _spelled(value: Any) -> str | None:
    """Spell a value that is there; None for what has no spelling."""
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        return _quoted(f"'{value}" if _is_ambiguous(value) else value) if is_readable(value) else None
    if isinstance(value, (bool, int, float, complex)):
        return str(value) if not isinstance(value, complex) or str(value)[0] == "(" else f"({value})"
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value.isoformat()
    return None


def _is_ambiguous(text: str) -> bool:
    return not text or text[0] == "'" or _TYPED.fullmatch(text) is not None


def read_csv(file: IO[bytes]) -> pd.DataFrame:
    """Read a table; raise `FormatError` where the lines do not make one."""
    try:
        text = file.read().decode("utf-8-sig")
        names, *rows = filter(None, csv.reader(io.StringIO(text, newline=""), strict=True))
    except (ValueError, csv.Error) as error:
        msg = f"it is not CSV with a line of names: {error}"
        raise FormatError(msg) from error
    if "\0" in text:
        raise FormatError("it is not text")
    if len(set(names)) < len(names):
        msg = f"two of the columns {names} have one name"
        raise FormatError(msg)
    for number, row in enumerate(rows, start=2):
        if len(row) != len(names):
            msg = f"row {number} has {len(row)} cells, and there are {len(names)} columns"
            raise FormatError(msg)
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return pd.DataFrame({name: _column(cells) for name, cells in zip(names, columns, strict=True)})


def _column(cells: Sequence[str]) -> Any:
    """Give the cells of a column their type, where they have one."""
    present = [cell for cell in cells if cell]
    if not present:
        return np.full(len(cells), np.nan)
    for kind in _KINDS:
        if (kind.nothing is not None or len(present) == len(cells)) and _all_match(kind.pattern, present):
            return _typed(kind, cells)
    known: dict[str, Any] = {cell: _value(cell) for cell in set(cells)}
    values = [known[cell] for cell in cells]
    only_text = all(isinstance(value, str) for cell, value in known.items() if cell)
    return pd.Series(values) if only_text else pd.Series(values, dtype=object)


def _all_match(pattern: str, cells: Sequence[str]) -> bool:
    """Tell whether all cells match, in one go over all of them once the first does."""
    if re.fullmatch(pattern, cells[0], re.ASCII) is None:
        return False
    return re.fullmatch(rf"(?>(?:{pattern})\n)*", "\n".join((*cells, "")), re.ASCII) is not None


def _typed(kind: _Kind, cells: Sequence[str]) -> Any:
    """Read the cells of a column of one kind."""
    values = [kind.read(cell) if cell else kind.nothing for cell in cells]
    if kind.read is int and not -(2**63) <= min(values) <= max(values) < 2**63:
        return np.array(values, dtype=np.uint64 if 0 <= min(values) <= max(values) < 2**64 else object)
    return np.array(values, dtype=kind.dtype)


def _value(cell: str) -> Any:
    """Read a cell by itself."""
    if not cell:
        return np.nan
    if cell[0] == "'":
        return cell[1:]
    return next((kind.read(cell) for kind in _KINDS if re.fullmatch(kind.pattern, cell, re.ASCII)), cell)
