"""Forms: every way in which people write combos and cases, read once into `Combos` and `Cases`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from xyzpy_widgets.core.space import Cases, Combos
from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import SpaceError

__all__ = ["as_cases", "as_combos", "as_values"]


def as_combos(given: Any, stored: Mapping[str, Iterable[Any]] | None = None) -> Combos:
    """Read combos in every form in which people write them.

    Parameters
    ----------
    given : mapping, iterable of pairs, one bare pair, Combos or None
        Names with values. Values are any iterable; a single number, text or None stands for itself.
    stored : mapping, optional
        The values that ``...`` means, for each argument that has some.

    Returns
    -------
    Combos

    Raises
    ------
    SpaceError
        When it is none of these, when a name stands twice, or for ``...`` where no stored data is at hand.
    """
    if isinstance(given, Combos):
        return given
    if given is None:
        return Combos()
    pairs = [_as_pair(pair) for pair in _pairs(given)]
    names = _names("the combos name an argument", [name for name, _ in pairs])
    known = stored or {}
    values = (known[name] if given is ... and name in known else given for name, given in pairs)
    return Combos(names, tuple(as_values(name, one) for name, one in zip(names, values, strict=True)))


def _names(where: str, given: Iterable[Any]) -> tuple[str, ...]:
    """Check the names of arguments."""
    names = tuple(given)
    for name in names:
        if not isinstance(name, str):
            msg = f"{where} {name!r}; an argument must be named by text"
            raise SpaceError(msg)
        if names.count(name) > 1:
            msg = f"{list(names)} name {name!r} twice; name it once"
            raise SpaceError(msg)
    return names


def _pairs(given: Any) -> Iterable[Any]:
    if isinstance(given, Mapping):
        return given.items()
    if _is_table(given):
        msg = f"combos is a table of {list(given.columns)}, and a table lists cases; give it to the call for cases"
        raise SpaceError(msg)
    if isinstance(given, str) or not isinstance(given, Iterable):
        msg = f"combos must be a mapping or pairs of names and values, not {given!r}"
        raise SpaceError(msg)
    items = list(given)
    return [tuple(items)] if len(items) == 2 and isinstance(items[0], str) else items  # noqa: PLR2004 - a pair


def _as_pair(pair: Any) -> tuple[Any, Any]:
    items = tuple(pair) if isinstance(pair, Iterable) and not isinstance(pair, str) else ()
    if len(items) != 2:  # noqa: PLR2004 - a pair
        cases = isinstance(pair, Mapping)
        remedy = "a list of cases goes to the call for cases" if cases else "write them as {'a': [1, 2], 'b': [3, 4]}"
        msg = f"combos must be pairs of a name and its values, and {pair!r} is none; {remedy}"
        raise SpaceError(msg)
    return items


def as_values(name: str, values: Any) -> tuple[Any, ...]:
    """Read the values of one argument or dimension: any iterable; a scalar or text stands for itself."""
    if values is ...:
        msg = f"{name}=... means every stored value of {name}, and nothing is stored here; list the values"
        raise SpaceError(msg)
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        return (values,)
    if hasattr(values, "__array__"):
        values = np.asarray(values)
        if values.ndim > 1:
            msg = f"{name} has values of shape {values.shape}; an axis has one dimension: flatten them first"
            raise SpaceError(msg)
        return tuple(values.reshape(-1))
    if isinstance(values, (set, frozenset)):
        return tuple(_sorted(values))
    return tuple(values)


def _sorted(values: Iterable[Any]) -> list[Any]:
    """Sort the values of a set, so that they come in one order in every process."""
    try:
        return sorted(values, key=lambda value: (type(value).__name__, value))
    except TypeError:  # such as complex numbers
        return sorted(values, key=repr)


def as_cases(given: Any, fn_args: str | Sequence[str] | None = None, remaining: Sequence[str] | None = None) -> Cases:
    """Read cases in every form in which people write them.

    Parameters
    ----------
    given : DataFrame, mapping, iterable of mappings, iterable of tuples, iterable of scalars, Cases or None
        One mapping is one case.
    fn_args : str or sequence of str, optional
        The arguments that the entries of a tuple stand for, in order; a table is cut to these columns.
    remaining : sequence of str, optional
        What the entries of a tuple stand for where ``fn_args`` does not say it.

    Returns
    -------
    Cases

    Raises
    ------
    SpaceError
        When a case has other arguments than the first, or another length than ``fn_args``.
    """
    if isinstance(given, Cases):
        return given
    if given is None:
        return Cases()
    wanted = (
        None
        if fn_args is None
        else _names("fn_args names an argument", (fn_args,) if isinstance(fn_args, str) else fn_args)
    )
    if _is_table(given):
        return _table_cases(given, wanted)
    names = wanted or tuple(remaining or ())
    rows = [given] if isinstance(given, Mapping) else _listed(given)
    if not rows:
        return Cases(names, tuple(() for _ in names), 0)
    if isinstance(rows[0], Mapping):
        return _mapping_cases(rows)
    return _tuple_cases(rows, names)


def _is_table(given: Any) -> bool:
    return hasattr(given, "columns") and hasattr(given, "iloc")


def _listed(given: Any) -> list[Any]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        msg = f"cases must be a list of cases or a table, not {given!r}"
        raise SpaceError(msg)
    return list(given)


def _table_cases(table: Any, wanted: tuple[str, ...] | None) -> Cases:
    names = _names("the table of cases has a column", table.columns if wanted is None else wanted)
    for name in names:
        if name not in table.columns:
            msg = f"the table of cases has no column {name!r}; {hint(name, table.columns)}"
            raise SpaceError(msg)
    return Cases(names, tuple(tuple(table[name]) for name in names), len(table))


def _mapping_cases(rows: list[Any]) -> Cases:
    names = _names("the cases name an argument", rows[0])
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping) or set(row) != set(names):
            msg = f"case {i} is {row!r}, and the first case has the arguments {names}; give each case the same ones"
            raise SpaceError(msg)
    return Cases(names, tuple(tuple(row[name] for row in rows) for name in names), len(rows))


def _tuple_cases(given: list[Any], names: tuple[str, ...]) -> Cases:
    if not names and any(given):
        msg = f"the case {given[0]!r} does not say which arguments it gives; pass fn_args, or cases as dicts"
        raise SpaceError(msg)
    if len(names) == 1 and not all(isinstance(row, (tuple, list)) and len(row) == 1 for row in given):
        return Cases(names, (tuple(given),), len(given))
    rows = [row if isinstance(row, (str, Mapping)) or not isinstance(row, Iterable) else tuple(row) for row in given]
    for i, row in enumerate(rows):
        if not isinstance(row, tuple) or len(row) != len(names):
            msg = f"case {i} is {given[i]!r}, and fn_args has {len(names)} names {names}; give a value for each"
            raise SpaceError(msg)
    return Cases(names, tuple(zip(*rows, strict=True)), len(rows))
