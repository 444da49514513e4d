"""Draws of a Sampler that failed, chosen to be tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from xyzpy_widgets.core.labels import kind_of, label_key
from xyzpy_widgets.core.space import Cases
from xyzpy_widgets.drawn import Told
from xyzpy_widgets.errors import EncodingError, SpaceError
from xyzpy_widgets.store.packing import pack

__all__ = ["picked", "put_first", "rows_of"]


def picked(known: Sequence[Told], wanted: Any) -> tuple[Told, ...]:
    """Return all, none, or some failed draws by their rows; raise `SpaceError` for a row that is not there."""
    if isinstance(wanted, (bool, np.bool_)):
        return tuple(known) if wanted else ()
    rows = list(wanted) if isinstance(wanted, Sequence) and not isinstance(wanted, str) else [wanted]
    for row in rows:
        if isinstance(row, bool) or not isinstance(row, (int, np.integer)) or not 0 <= row < len(known):
            msg = f"retry_failed={wanted!r}; give True, or rows of the table of {len(known)} failures, from 0"
            raise SpaceError(msg)
    return tuple(known[row] for row in dict.fromkeys(map(int, rows)))


def rows_of(table: pd.DataFrame, cases: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the rows of a table of failures that have the arguments of some cases."""
    wanted = {_key(case) for case in cases}
    names = [[name for name in case if name in table] for case in cases[:1]]
    rows = zip(*(table[name] for name in names[0]), strict=True) if names else ()
    return [at for at, row in enumerate(rows) if _key(dict(zip(names[0], row, strict=True))) in wanted]


def _key(args: Mapping[str, Any]) -> frozenset[tuple[str, Any]]:
    """Return what makes a draw itself."""
    return frozenset(
        (name, label_key(value) if kind_of(value) is not None else _content(value)) for name, value in args.items()
    )


def _content(value: Any) -> bytes | int:
    """Return what makes a value that is no label itself: its content, or that it is this object where it has none."""
    try:
        return pack(value)
    except EncodingError:
        return id(value)


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
