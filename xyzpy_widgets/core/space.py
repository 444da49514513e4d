"""The space of parameters: combos (every combination of some values) times cases (rows of values).

`Combos` and `Cases` form a small algebra whose unit has one point and no arguments, so that "no combos" and "no cases"
need no branch of their own. Nothing here holds the product: memory grows with the sum of the axis lengths.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import distinct
from xyzpy_widgets.core.labels import label_array
from xyzpy_widgets.errors import SpaceError

__all__ = ["Cases", "Combos", "ParameterSpace", "as_cases", "as_combos", "boxes"]


def boxes(axes: Sequence[Sequence[Any]], start: int, stop: int) -> Iterator[tuple[Sequence[Any], ...]]:
    """Cut the points ``start`` to ``stop`` of a product in C order into at most ``2 * ndim`` products of slices."""
    if start >= stop:
        return
    if not axes:
        yield ()
        return
    head, rest = axes[0], axes[1:]
    inner = math.prod(map(len, rest))
    (low, first), (high, last) = divmod(start, inner), divmod(stop, inner)
    if low == high:
        yield from ((head[low : low + 1], *box) for box in boxes(rest, first, last))
        return
    if first:
        yield from ((head[low : low + 1], *box) for box in boxes(rest, first, inner))
        low += 1
    if low < high:
        yield (head[low:high], *rest)
    yield from ((head[high : high + 1], *box) for box in boxes(rest, 0, last))


@dataclass(frozen=True, slots=True)
class Combos:
    """Every combination of the values of some arguments, the last argument running fastest.

    Attributes
    ----------
    names : tuple of str
        The arguments.
    values : tuple of tuple
        The values of each argument, in the order in which they were given.
    """

    names: tuple[str, ...] = ()
    values: tuple[tuple[Any, ...], ...] = ()

    def __len__(self) -> int:
        """Count the combinations; there is one of no arguments."""
        return math.prod(map(len, self.values))

    def labelled(self) -> Combos:
        """Return the combos with values that can be labels, each once; raise `SpaceError` for the others."""
        values = []
        for name, given in zip(self.names, self.values, strict=True):
            kept = distinct(name, given) if given else given
            labels = label_array(name, kept)
            values.append(tuple(labels.tolist()) if labels.dtype == float and int in set(map(type, kept)) else kept)
        return Combos(self.names, tuple(values))

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the combos as a dict of lists, which `as_combos` reads back."""
        return {name: list(values) for name, values in zip(self.names, self.values, strict=True)}


@dataclass(frozen=True, slots=True)
class Cases:
    """Rows of values, held by column.

    Attributes
    ----------
    names : tuple of str
        The arguments.
    columns : tuple of tuple
        The values of each argument, one per case.
    length : int
        The number of cases.
    """

    names: tuple[str, ...] = ()
    columns: tuple[tuple[Any, ...], ...] = ()
    length: int = 1

    def __len__(self) -> int:
        """Count the cases; there is one of no arguments."""
        return self.length

    def rows(self, start: int, stop: int) -> Iterator[tuple[Any, ...]]:
        """Yield the cases of a slice as tuples."""
        if not self.names:
            return islice(iter([()] * self.length), start, stop)
        return zip(*(column[start:stop] for column in self.columns), strict=True)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the cases as a list of dicts, which `as_cases` reads back."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows(0, self.length)]


@dataclass(frozen=True, slots=True)
class ParameterSpace:
    """Cases times combos: for each case, every combination.

    Points are numbered from 0 in the order in which they run: the last combo argument fastest, the cases slowest.

    Attributes
    ----------
    cases : Cases
    combos : Combos

    Raises
    ------
    SpaceError
        When an argument stands in both.
    """

    cases: Cases = Cases()
    combos: Combos = Combos()

    def __post_init__(self) -> None:
        both = set(self.cases.names) & set(self.combos.names)
        if both:
            msg = f"{', '.join(sorted(both))} stands in the cases and in the combos; leave it in one of them"
            raise SpaceError(msg)

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments: those of the cases, then those of the combos."""
        return self.cases.names + self.combos.names

    def __len__(self) -> int:
        """Count the points."""
        return len(self.cases) * len(self.combos)

    def labelled(self) -> ParameterSpace:
        """Return the space with values that can be labels; raise `SpaceError` for the others."""
        return ParameterSpace(self.cases, self.combos.labelled())

    def args(self, start: int, stop: int) -> Iterator[tuple[Any, ...]]:
        """Yield the argument tuples of the points ``start`` to ``stop``, in the order of `names`."""
        if not self.cases.names and self.cases.length == 1:
            parts: Iterable[tuple[Sequence[Any], ...]] = boxes(self.combos.values, start, stop)
            return chain.from_iterable(product(*part) for part in parts)
        if not self.combos.names:
            return self.cases.rows(start, stop)
        return self._mixed_args(start, stop)

    def _mixed_args(self, start: int, stop: int) -> Iterator[tuple[Any, ...]]:
        inner = len(self.combos)
        while start < stop:
            case, first = divmod(start, inner)
            last = min(inner, first + stop - start)
            (row,) = self.cases.rows(case, case + 1)
            for box in boxes(self.combos.values, first, last):
                yield from product(*((value,) for value in row), *box)
            start += last - first

    def args_at(self, points: NDArray[np.intp]) -> Iterator[tuple[Any, ...]]:
        """Yield the argument tuples of some points, in the order of `names`."""
        if not self.names:
            return iter([()] * len(points))
        case, combo = np.divmod(points, max(len(self.combos), 1))
        where = np.unravel_index(combo, tuple(map(len, self.combos.values))) if self.combos.names else ()
        columns = [(column, case) for column in self.cases.columns]
        columns += list(zip(self.combos.values, where, strict=True))
        return zip(*(map(values.__getitem__, at.tolist()) for values, at in columns), strict=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the space as plain dicts and lists."""
        return {"cases": self.cases.to_dict() if self.cases.names else None, "combos": self.combos.to_dict()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> ParameterSpace:
        """Make the space that `to_dict` wrote."""
        return cls(as_cases(plain["cases"]), as_combos(plain["combos"]))


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
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            msg = f"the combos name {name!r} twice; give all its values once"
            raise SpaceError(msg)
    known = stored or {}
    values = (known[name] if given is ... and name in known else given for name, given in pairs)
    return Combos(tuple(names), tuple(_as_values(name, one) for name, one in zip(names, values, strict=True)))


def _pairs(given: Any) -> Iterable[Any]:
    if isinstance(given, Mapping):
        return given.items()
    if isinstance(given, str) or not isinstance(given, Iterable):
        msg = f"combos must be a mapping or pairs of names and values, not {given!r}"
        raise SpaceError(msg)
    items = list(given)
    return [tuple(items)] if len(items) == 2 and isinstance(items[0], str) else items  # noqa: PLR2004 - a pair


def _as_pair(pair: Any) -> tuple[str, Any]:
    try:
        name, values = pair
    except (TypeError, ValueError):
        msg = f"combos must be pairs of a name and its values, and {pair!r} is none"
        raise SpaceError(msg) from None
    if not isinstance(name, str):
        msg = f"the combos name an argument {name!r}; a name must be text"
        raise SpaceError(msg)
    return name, values


def _as_values(name: str, values: Any) -> tuple[Any, ...]:
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
        return tuple(sorted(values, key=lambda value: (type(value).__name__, value)))
    return tuple(values)


def as_cases(given: Any, fn_args: str | Sequence[str] | None = None) -> Cases:
    """Read cases in every form in which people write them.

    Parameters
    ----------
    given : DataFrame, mapping, iterable of mappings, iterable of tuples, iterable of scalars, Cases or None
        One mapping is one case. Tuples and scalars need ``fn_args``.
    fn_args : str or sequence of str, optional
        The arguments that the entries of a tuple stand for, in order; a table is cut to these columns.

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
    names = (fn_args,) if isinstance(fn_args, str) else None if fn_args is None else tuple(fn_args)
    if hasattr(given, "columns") and hasattr(given, "iloc"):
        return _table_cases(given)
    rows = [given] if isinstance(given, Mapping) else _listed(given)
    if not rows:
        return Cases(names or (), tuple(() for _ in names or ()), 0)
    if isinstance(rows[0], Mapping):
        return _mapping_cases(rows)
    return _tuple_cases(rows, names)


def _listed(given: Any) -> list[Any]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        msg = f"cases must be a list of cases or a table, not {given!r}"
        raise SpaceError(msg)
    return list(given)


def _table_cases(table: Any) -> Cases:
    names = tuple(table.columns)
    for name in names:
        if not isinstance(name, str):
            msg = f"the table of cases has a column {name!r}; a column must bear the name of an argument"
            raise SpaceError(msg)
    return Cases(names, tuple(tuple(table[name]) for name in names), len(table))


def _mapping_cases(rows: list[Any]) -> Cases:
    names = tuple(rows[0])
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping) or set(row) != set(names):
            msg = f"case {i} is {row!r}, and the first case has the arguments {names}; give each case the same ones"
            raise SpaceError(msg)
    return Cases(names, tuple(tuple(row[name] for row in rows) for name in names), len(rows))


def _tuple_cases(rows: list[Any], names: tuple[str, ...] | None) -> Cases:
    if names is None:
        msg = f"the case {rows[0]!r} does not say which arguments it gives; pass fn_args, or cases as dicts"
        raise SpaceError(msg)
    if len(names) == 1 and not all(isinstance(row, (tuple, list)) and len(row) == 1 for row in rows):
        return Cases(names, (tuple(rows),), len(rows))
    for i, row in enumerate(rows):
        if isinstance(row, str) or not isinstance(row, Iterable) or len(tuple(row)) != len(names):
            msg = f"case {i} is {row!r}, and fn_args has {len(names)} names {names}; give a value for each"
            raise SpaceError(msg)
    return Cases(names, tuple(zip(*rows, strict=True)), len(rows))
