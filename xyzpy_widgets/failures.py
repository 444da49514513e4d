"""Failures of a run: where in the user's code each was raised, what they come to in kinds, and how many may be."""

from __future__ import annotations

import os
import re
import sysconfig
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from xyzpy_widgets.core.outcome import Failure, Outcome
from xyzpy_widgets.errors import BudgetError

__all__ = ["Budget", "args_in", "failure_table", "is_own", "raised_at", "recorded", "told_columns", "told_of"]

_FRAME = re.compile(r'^ *File "(?P<file>.+)", line (?P<line>\d+), in ', re.MULTILINE)
_FOREIGN = tuple(
    f"{path}{os.sep}" for path in (Path(__file__).parent, *map(sysconfig.get_path, ("stdlib", "purelib", "platlib")))
)

_COLUMNS = ("raised", "said", "place", "tries", "traceback", "output", "warnings")


def is_own(file: str) -> bool:
    """Say whether a file of code is the user's: neither of this library nor installed."""
    return not file.startswith(_FOREIGN)


def raised_at(traceback: str) -> str:
    """Return ``file:line`` of the innermost frame of the user's own code in a traceback, "" for one without frames.

    Own is what is neither of this library nor installed; where nothing is, it is the innermost frame of all.
    """
    frames = [(match["file"], match["line"]) for match in _FRAME.finditer(traceback)]
    own = [frame for frame in frames if is_own(frame[0])]
    return ":".join((own or frames)[-1]) if frames else ""


def told_of(failure: Failure) -> dict[str, Any]:
    """Return what is known of a failure, without the exception, which would keep the user's objects alive."""
    told = dict(failure.told())
    return {"args": failure.args, **told, "place": raised_at(told["traceback"])}


def failure_table(told: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return one row per failure: its arguments, then what was raised, where, after how many tries, and its output.

    Where an argument has the name of what is told, the column of that ends in an underscore, see `told_columns`.
    """
    whole = [{"place": raised_at(one["traceback"]), **one} for one in told]
    args = dict.fromkeys(name for one in whole for name in one["args"])
    columns = {name: column for name, column in told_columns(args).items() if any(name in one for one in whole)}
    rows = [{**one["args"], **{columns[name]: one[name] for name in columns if name in one}} for one in whole]
    return pd.DataFrame(rows, columns=[*args, *columns.values()])


def told_columns(args: Iterable[str]) -> dict[str, str]:
    """Return the columns that tell of failures, by what they tell: no argument has the name of one of them."""
    taken = set(args)
    return {name: next(column for more in count() if (column := name + "_" * more) not in taken) for name in _COLUMNS}


def args_in(table: pd.DataFrame) -> list[str]:
    """Return the arguments of a `failure_table`: the columns before those that tell what was raised."""
    names = [str(name) for name in table.columns]
    return names[: max((at for at, name in enumerate(names) if name.rstrip("_") == _COLUMNS[0]), default=len(names))]


def recorded(outcome: Outcome) -> Outcome:
    """Let each failure be written out once, whoever asks for it afterwards."""
    if not outcome.failures:
        return outcome
    return replace(outcome, failures=tuple(replace(one, record=one.told()) for one in outcome.failures))


class Budget:
    """How many failures of one kind, of the same type from the same place, a run may have.

    Parameters
    ----------
    most : int or None
        So many end it; None for any number.
    """

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._counts: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], str] = {}

    def spent(self, told: Mapping[str, Any]) -> bool:
        """Count a failure; say whether its kind has used up the budget."""
        kind = (told["raised"], told["place"])
        self._counts[kind] += 1
        self._examples.setdefault(kind, told["said"])
        return self._most is not None and self._counts[kind] >= self._most

    def renew(self) -> None:
        """Begin to count anew."""
        self._counts.clear()

    def error(self, cause: BaseException) -> BudgetError:
        """Return the error that shows what failed, by kind; what was raised last is its cause."""
        kinds = [
            f"  {count} x {raised} at {place or 'an unknown place'}: {self._examples[raised, place]}"
            for (raised, place), count in self._counts.most_common()
        ]
        msg = f"max_failures={self._most} failures of one kind are reached; what was finished is kept:\n"
        error = BudgetError(msg + "\n".join(kinds))
        error.__cause__ = cause
        return error
