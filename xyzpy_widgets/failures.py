"""Failures of a run: where in the user's code each was raised, what they come to in kinds, and how many may be."""

from __future__ import annotations

import os
import re
import sysconfig
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from xyzpy_widgets.core.outcome import Failure, Outcome
from xyzpy_widgets.errors import BudgetError

__all__ = ["Budget", "failure_table", "is_own", "raised_at", "recorded", "told_of"]

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
    """Return one row per failure: its arguments, then what was raised, where, after how many tries, and its output."""
    whole = [{"place": raised_at(one["traceback"]), **one} for one in told]
    return pd.DataFrame([{**one["args"], **{name: one[name] for name in _COLUMNS if name in one}} for one in whole])


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
