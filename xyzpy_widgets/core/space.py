"""The space of parameters: combos (every combination of some values) times cases (rows of values).

`Combos` and `Cases` form a small algebra whose unit has one point and no arguments, so that "no combos" and "no cases"
need no branch of their own. Nothing here holds the product: memory grows with the sum of the axis lengths.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import distinct
from xyzpy_widgets.core.labels import checked_kinds, label_array
from xyzpy_widgets.errors import SpaceError

__all__ = ["Cases", "Combos", "ParameterSpace", "slabs"]


def slabs(axes: Sequence[Sequence[Any]], start: int, stop: int) -> Iterator[tuple[Sequence[Any], ...]]:
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
        yield from ((head[low : low + 1], *slab) for slab in slabs(rest, first, last))
        return
    if first:
        yield from ((head[low : low + 1], *slab) for slab in slabs(rest, first, inner))
        low += 1
    if low < high:
        yield (head[low:high], *rest)
    yield from ((head[high : high + 1], *slab) for slab in slabs(rest, 0, last))


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
        return Combos(self.names, tuple(map(_labels, self.names, self.values)))


def _labels(name: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the values each once, whole numbers beside floats as floats: each as its label."""
    kept = distinct(name, values)
    labels = label_array(name, kept)
    return tuple(labels.tolist()) if checked_kinds(name, kept) == {"int", "float"} else kept


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
        When an argument stands in both, or when there are more points than a platform integer can number.
    """

    cases: Cases = Cases()
    combos: Combos = Combos()

    def __post_init__(self) -> None:
        both = set(self.cases.names) & set(self.combos.names)
        if both:
            msg = f"{', '.join(sorted(both))} stands in the cases and in the combos; leave it in one of them"
            raise SpaceError(msg)
        size = math.prod(map(len, self.combos.values), start=self.cases.length)
        if size > sys.maxsize:
            msg = f"the space has {size:.3g} points, and {sys.maxsize:.3g} can be numbered; give fewer values"
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
            parts: Iterable[tuple[Sequence[Any], ...]] = slabs(self.combos.values, start, stop)
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
            for slab in slabs(self.combos.values, first, last):
                yield from product(*((value,) for value in row), *slab)
            start += last - first

    def args_at(self, points: NDArray[np.intp]) -> Iterator[tuple[Any, ...]]:
        """Yield the argument tuples of some points, in the order of `names`."""
        if not self.names:
            return iter([()] * len(points))
        columns = self.places(points)
        return zip(*(map(values.__getitem__, at.tolist()) for values, at in columns), strict=True)

    def places(self, points: NDArray[np.intp]) -> list[tuple[Sequence[Any], NDArray[np.intp]]]:
        """Return the values of each argument, in the order of `names`, and where those of some points stand in them."""
        case, combo = np.divmod(points, max(len(self.combos), 1))
        where = np.unravel_index(combo, tuple(map(len, self.combos.values))) if self.combos.names else ()
        return [*((column, case) for column in self.cases.columns), *zip(self.combos.values, where, strict=True)]
