"""The plan: which points of a space run, and in which order. Making one runs nothing and lists nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.labels import shown
from xyzpy_widgets.core.permutation import permuted
from xyzpy_widgets.core.picked import Picked
from xyzpy_widgets.core.space import ParameterSpace

__all__ = ["Plan", "Point"]


@dataclass(frozen=True, slots=True)
class Point:
    """One case to run.

    Attributes
    ----------
    number : int
        Where it stands in its space.
    args : dict
        The swept arguments of this case.
    """

    number: int
    args: dict[str, Any]

    def __str__(self) -> str:
        """Write the arguments as in a call."""
        return ", ".join(f"{name}={shown(value)}" for name, value in self.args.items())


@dataclass(frozen=True, slots=True)
class Plan:
    """Points of a space in the order in which they run.

    Attributes
    ----------
    space : ParameterSpace
        Where the points come from.
    todo : ndarray of intp, Picked or None
        The numbers of the points that run, shape ``(n,)``; None for every point of the space.
    seed : int or None
        Which shuffled order to take; None for the order of the space.
    """

    space: ParameterSpace
    todo: NDArray[np.intp] | Picked | None = None
    seed: int | None = None

    def __len__(self) -> int:
        """Count the points that run."""
        return len(self.space) if self.todo is None else len(self.todo)

    def numbers(self, start: int, stop: int) -> range | NDArray[np.intp]:
        """Return the numbers of the points at the positions ``start`` to ``stop`` of the order."""
        if self.seed is None:
            return range(start, stop) if self.todo is None else self.todo[start:stop]
        positions = permuted(start, stop, len(self), self.seed)
        return positions if self.todo is None else self.todo[positions]

    def args(self, numbers: range | NDArray[np.intp]) -> Iterator[tuple[Any, ...]]:
        """Yield the argument tuples of some points, in the order of ``space.names``."""
        if isinstance(numbers, range):
            return self.space.args(numbers.start, numbers.stop)
        return self.space.args_at(numbers)

    def point(self, number: int) -> Point:
        """Return the point of a number."""
        (values,) = self.space.args(number, number + 1)
        return Point(int(number), dict(zip(self.space.names, values, strict=True)))

    def points(self, start: int = 0, stop: int | None = None) -> Iterator[Point]:
        """Yield the points at some positions of the order."""
        numbers = self.numbers(start, len(self) if stop is None else stop)
        return (self.point(int(number)) for number in numbers)

    def without(self, covered: NDArray[np.bool_]) -> Plan:
        """Leave out the points that are covered; ``covered`` has shape ``(len(space),)``."""
        if not covered.any():
            return self
        if isinstance(self.todo, np.ndarray):
            return replace(self, todo=self.todo[~covered[self.todo]])
        return replace(self, todo=Picked(~covered if self.todo is None else self.todo.mask & ~covered))

    def shuffled(self, seed: int) -> Plan:
        """Run the same points in the shuffled order that a seed names; 8 bytes for each where some are left out."""
        return replace(self, todo=None if self.todo is None else self.todo[:], seed=seed)
