"""Failures as the panel shows them: in groups of one kind, each case with the code that calls it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from xyzpy_widgets.failures import args_in, raised_at, told_columns
from xyzpy_widgets.widgets.case_map import case_text, is_same
from xyzpy_widgets.widgets.protocol import FailedCase, FailureGroup

__all__ = ["FailureList"]

_FEW = 3
_PAGE = 50
_LONGEST = 300


class FailureList:
    """Cases that failed, grouped by what they raised and where.

    Parameters
    ----------
    table : pandas.DataFrame
        A row for each, as `failure_table` has it.
    names : sequence of str
        The arguments.
    code : callable
        Returns the code that calls the function with some arguments.
    number : callable
        Returns the number of the point with some arguments.
    """

    def __init__(
        self,
        table: pd.DataFrame,
        names: Sequence[str],
        code: Callable[[Mapping[str, Any]], str],
        number: Callable[[Mapping[str, Any]], int],
    ) -> None:
        self._columns: dict[str, list[Any]] = {str(name): table[name].tolist() for name in table.columns}
        self._length = len(table)
        args = args_in(table)
        self._names = [name for name in names if name in args]
        self._told = {
            name: self._columns.get(column, [None] * self._length) for name, column in told_columns(args).items()
        }
        self._code, self._number = code, number
        self._rows: dict[str, list[int]] = {}
        for at, key in enumerate(map(self._key, range(self._length))):
            self._rows.setdefault(key, []).append(at)

    def __len__(self) -> int:
        """Count the cases."""
        return self._length

    def _key(self, at: int) -> str:
        return f"{self._cell(at, 'raised')} at {self._place(at)}"

    def _cell(self, at: int, name: str) -> str:
        """Return a text of a row, nothing where it has none."""
        value = self._told[name][at]
        return value if isinstance(value, str) else ""

    def _place(self, at: int) -> str:
        return self._cell(at, "place") or raised_at(self._cell(at, "traceback"))

    def groups(self) -> list[FailureGroup]:
        """Return the groups, the largest first, each with its first cases."""
        ordered = sorted(self._rows.items(), key=lambda item: -len(item[1]))
        return [
            {
                "id": key,
                "raised": self._cell(rows[0], "raised"),
                "said": _cut(self._cell(rows[0], "said")),
                "place": _told_place(self._place(rows[0]), self._cell(rows[0], "traceback")),
                "count": len(rows),
                "cases": [self._case(at) for at in rows[:_FEW]],
            }
            for key, rows in ordered
        ]

    def cases(self, group: str, offset: int) -> list[FailedCase]:
        """Return some more of the cases of a group."""
        return [self._case(at) for at in self._rows.get(group, [])[offset : offset + _PAGE]]

    def case(self, args: Mapping[str, Any]) -> FailedCase | None:
        """Return the failure of one case, None when it did not fail."""
        for at in range(self._length):
            if all(is_same(found, args.get(name)) for name, found in self.args(at).items()):
                return self._case(at)
        return None

    def all_args(self, group: str = "") -> list[dict[str, Any]]:
        """Return the arguments of every case of a group, or of all."""
        rows = self._rows.get(group, []) if group else range(self._length)
        return [self.args(at) for at in rows]

    def args(self, at: int) -> dict[str, Any]:
        """Return the arguments of one case."""
        return {name: self._columns[name][at] for name in self._names}

    def _case(self, at: int) -> FailedCase:
        args = self.args(at)
        tries = self._told["tries"][at]
        return {
            "number": self._number(args),
            "text": case_text(args),
            "tries": int(tries) if pd.notna(tries) else 1,
            "traceback": self._cell(at, "traceback"),
            "output": self._cell(at, "output"),
            "code": self._code(args),
        }


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _told_place(place: str, traceback: str) -> str:
    """Write ``file:line`` for a reader: ``energy(), model.py, line 31``; a cell has no file worth naming."""
    if not place:
        return "at an unknown place"
    file, _, line = place.rpartition(":")
    found = re.search(rf'File "{re.escape(file)}", line {line}, in (\S+)', traceback)
    named = [f"{found[1]}()"] if found else []
    return ", ".join([*named, *([Path(file).name] if Path(file).exists() else []), f"line {line}"])
