"""Draws of a Sampler that failed: kept until they are made good, so that they can be tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from xyzpy_widgets.core.labels import kind_of, label_key
from xyzpy_widgets.core.space import Cases
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.failures import failure_table

__all__ = ["FailedDraws", "Told", "put_first", "rows_of"]

Told = Mapping[str, Any]
"""What is known of a failed draw: its ``args``, and what `Failure.told` says."""


class FailedDraws:
    """The draws that failed and were not made good since, in the order in which they failed; from any thread.

    A run that tries some again has them to itself, so that none of them becomes two rows.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._all: list[Told] = []

    def table(self) -> pd.DataFrame:
        """Return one row per draw, see `failure_table`."""
        with self._guard:
            return failure_table(self._all)

    def picked(self, wanted: Any) -> tuple[Told, ...]:
        """Return all, none, or those in some rows of the table; raise `SpaceError` for a row that is not there."""
        with self._guard:
            known = tuple(self._all)
        if isinstance(wanted, (bool, np.bool_)):
            return known if wanted else ()
        rows = list(wanted) if isinstance(wanted, Sequence) and not isinstance(wanted, str) else [wanted]
        for row in rows:
            if isinstance(row, bool) or not isinstance(row, (int, np.integer)) or not 0 <= row < len(known):
                msg = f"retry_failed={wanted!r}; give True, or rows of the table of {len(known)} failures, from 0"
                raise SpaceError(msg)
        return tuple(known[row] for row in dict.fromkeys(map(int, rows)))

    def take(self, some: Sequence[Told]) -> None:
        """Take some out; raise `SpaceError`, and take none, where another run has taken one of them."""
        with self._guard:
            left = [one for one in self._all if not any(one is other for other in some)]
            if len(self._all) - len(left) < len(some):
                msg = "another run tries these failed draws again; wait for it, and give retry_failed anew"
                raise SpaceError(msg)
            self._all = left

    def add(self, some: Sequence[Told]) -> None:
        """Keep some more."""
        with self._guard:
            self._all += some


def rows_of(table: pd.DataFrame, cases: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the rows of a table of failures that have the arguments of some cases."""
    wanted = {_key(case) for case in cases}
    names = [[name for name in case if name in table] for case in cases[:1]]
    rows = zip(*(table[name] for name in names[0]), strict=True) if names else ()
    return [at for at, row in enumerate(rows) if _key(dict(zip(names[0], row, strict=True))) in wanted]


def _key(args: Mapping[str, Any]) -> frozenset[tuple[str, Any]]:
    """Return what makes a draw itself; what is no label is the same only where it is the same object."""
    return frozenset(
        (name, label_key(value) if kind_of(value) is not None else id(value)) for name, value in args.items()
    )


def put_first(some: Sequence[Told], drawn: Cases) -> Cases:
    """Return failed draws, then those that were drawn; raise `SpaceError` where their arguments are not the same.

    Where nothing was drawn, the arguments are those of the failed ones.
    """
    if not some:
        return drawn
    names = drawn.names if len(drawn) else tuple(some[0]["args"])
    for one in some:
        if set(one["args"]) != set(names):
            msg = f"the failed draw {one['args']} has other arguments than {names}; give retry_failed the rows of some"
            raise SpaceError(msg)
    columns = drawn.columns if len(drawn) else ((),) * len(names)
    again = (tuple(one["args"][name] for one in some) for name in names)
    return Cases(names, tuple(map(tuple.__add__, again, columns)), len(some) + len(drawn))
