"""Draws of a Sampler that failed, chosen to be tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from xyzpy_widgets.core.labels import kind_of, label_key, shown
from xyzpy_widgets.core.space import Cases
from xyzpy_widgets.drawn import Told
from xyzpy_widgets.errors import EncodingError, SpaceError
from xyzpy_widgets.labelling.constants import differing, recorded
from xyzpy_widgets.store.packing import pack

__all__ = ["constants_for", "not_recorded", "picked", "put_first", "rows_of"]


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


def constants_for(
    some: Sequence[Told], own: Mapping[str, Any], given: Mapping[str, Any] | None, *, alone: bool
) -> dict[str, Any]:
    """Return the constants of a call that tries failed draws again: those that are given, and those that they ran with.

    Parameters
    ----------
    some : sequence of dict
        The failed draws.
    own : mapping
        The constants of the function.
    given : mapping or None
        Those of the call, which hold whatever was before.
    alone : bool
        Whether nothing else runs; what does runs with the constants of its own call.

    Raises
    ------
    SpaceError
        Where a draw ran with others than it would run with now, and nobody says which are meant.
    """
    fixed = dict(given or {})
    known = recorded({**own, **fixed})
    for one in some:
        for name, value in one["constants"].items():
            if name in (given or {}):
                continue
            if alone and name not in known and not _is_digest(value):
                fixed[name] = known[name] = value
            if name not in known or differing({name: value}, known):
                now = f"{name}={shown(known[name])}" if name in known else f"no {name!r}"
                msg = f"the failed draw {one['args']} ran with {name}={shown(value)}, and this call has {now}"
                raise SpaceError(f"{msg}; give constants={{{name!r}: …}}, or retry_failed the rows of some")
    return fixed


def not_recorded(constants: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of some constants that no draw can tell that ran with them."""
    return {name: constants[name] for name, value in recorded(constants).items() if _is_digest(value)}


def _is_digest(value: Any) -> bool:
    """Say whether something was recorded of a constant that is not its value."""
    return isinstance(value, str) and value.startswith("<") and value.endswith(">")


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
