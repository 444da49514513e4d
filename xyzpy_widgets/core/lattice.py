"""The dense grid on which the points of a space lie: one axis per argument, one cell per combination of labels."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import LabelIndex, sort_labels
from xyzpy_widgets.core.labels import label_array
from xyzpy_widgets.core.space import Cases, ParameterSpace
from xyzpy_widgets.errors import SpaceError

__all__ = ["Lattice", "grid_of", "lattice_of"]

_MOST_CELLS = 2**30


@dataclass(frozen=True, slots=True)
class Lattice:
    """The axes of a space and where its points lie on them.

    Attributes
    ----------
    names : tuple of str
        The arguments, those of the cases first.
    values : tuple of sequence
        The values along each axis. Those of a case argument are the sorted union over the cases.
    case_cells : ndarray of intp or None
        For each case its flat position on the axes of the cases, shape ``(n_cases,)``; None when there are no cases,
        and every cell is a point.
    combo_size : int
        The number of combinations for each case.
    """

    names: tuple[str, ...]
    values: tuple[Sequence[Any], ...]
    case_cells: NDArray[np.intp] | None
    combo_size: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of values per axis."""
        return tuple(map(len, self.values))

    @property
    def size(self) -> int:
        """The number of cells."""
        return math.prod(self.shape)

    def labels(self) -> dict[str, NDArray[Any]]:
        """Return the labels of each axis, 1-D; raise `SpaceError` for what cannot be a label."""
        return {name: label_array(name, values) for name, values in zip(self.names, self.values, strict=True)}

    def cells(self, points: range | NDArray[np.intp]) -> slice | NDArray[np.intp]:
        """Return the flat positions of some points: a slice where they lie in a row."""
        if self.case_cells is None:
            return slice(points.start, points.stop) if isinstance(points, range) else points
        numbers = np.arange(points.start, points.stop) if isinstance(points, range) else points
        case, combo = np.divmod(numbers, max(self.combo_size, 1))
        cells: NDArray[np.intp] = self.case_cells[case] * self.combo_size + combo
        return cells


def lattice_of(space: ParameterSpace) -> Lattice:
    """Lay out the grid of a space.

    Raises `SpaceError` when a case stands twice, for then one cell would have two results, and when the grid of the
    cases is too large to be numbered.
    """
    combos = space.combos
    if not space.cases.names and len(space.cases) == 1:
        return Lattice(combos.names, combos.values, None, len(combos))
    axes, cells = _case_axes(space.cases, len(combos))
    return Lattice(space.names, (*axes, *combos.values), cells, len(combos))


def grid_of(space: ParameterSpace) -> Lattice:
    """Lay out the grid of a space whose every cell is held; raise `SpaceError`, also for more cells than memory has."""
    lattice = lattice_of(space)
    if lattice.size > _MOST_CELLS:
        sizes = " x ".join(
            f"{name} {len(values):,}" for name, values in zip(lattice.names, lattice.values, strict=True)
        )
        msg = f"{lattice.size:,} cases ({sizes}) are more than a dataset holds, {_MOST_CELLS:,}; give fewer values"
        raise SpaceError(msg)
    return lattice


def _case_axes(cases: Cases, combo_size: int) -> tuple[list[list[Any]], NDArray[np.intp]]:
    axes: list[list[Any]] = []
    cells = np.zeros(len(cases), dtype=np.intp)
    for name, column in zip(cases.names, cases.columns, strict=True):
        labels, codes = _coded(name, column)
        axes.append(labels)
        size = math.prod(map(len, axes), start=combo_size)
        if size > sys.maxsize:
            msg = f"the grid of all values of the {len(cases)} cases has {size:.3g} cells; make a table of them instead"
            raise SpaceError(msg)
        cells = cells * len(labels) + codes
    counts = np.unique(cells, return_counts=True, return_inverse=True)
    twice = np.flatnonzero(counts[2][counts[1]] > 1)
    if len(twice):
        (row,) = cases.rows(int(twice[-1]), int(twice[-1]) + 1)
        msg = f"the case {dict(zip(cases.names, row, strict=True))} stands twice; give each case once"
        raise SpaceError(msg)
    return axes, cells


def _coded(name: str, column: Sequence[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    """Return the sorted labels of a column of cases, and the position of each case's value among them."""
    index = LabelIndex(name)
    try:
        codes = np.array([index.add(value) for value in column], dtype=np.intp)
    except TypeError as error:
        msg = f"{name} has a value in the cases that is not hashable ({error}); sweep over names or numbers instead"
        raise SpaceError(msg) from error
    index.tell_rounded()
    labels = sort_labels(index.labels)
    place = {id(label): i for i, label in enumerate(labels)}
    rank = np.array([place[id(label)] for label in index.labels], dtype=np.intp)
    return labels, rank[codes] if len(rank) else codes
