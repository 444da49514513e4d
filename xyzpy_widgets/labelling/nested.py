"""From outcomes to plain tuples: nested by argument, or flat in the order of the cases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from xyzpy_widgets.core.labels import kind_of
from xyzpy_widgets.core.lattice import lattice_of
from xyzpy_widgets.core.outcome import Outcome
from xyzpy_widgets.core.space import ParameterSpace

__all__ = ["FlatBuilder", "NestedBuilder", "fill_like"]

_HOLE = object()


def fill_like(value: Any) -> Any:
    """Return what stands for a result that is missing, in the shape of one that is there."""
    if isinstance(value, (tuple, list)):
        return tuple(np.full(np.shape(item), np.nan) for item in value)
    if isinstance(value, (xr.Dataset, xr.DataArray)):
        return xr.full_like(value, np.nan, dtype=float)
    if isinstance(value, np.ndarray):
        return np.full(value.shape, np.nan)
    if isinstance(value, Mapping):
        return {name: fill_like(item) for name, item in value.items()}
    return np.nan if kind_of(value) in {"int", "float", "complex"} else None


class FlatBuilder:
    """Lists the results in the order of the points.

    Parameters
    ----------
    space : ParameterSpace
    """

    def __init__(self, space: ParameterSpace) -> None:
        self._values: list[Any] = [_HOLE] * len(space)

    def add(self, outcome: Outcome) -> None:
        """Place a batch."""
        for number, value in zip(outcome.numbers, outcome.values, strict=True):
            self._values[number] = value

    def build(self) -> tuple[Any, ...]:
        """Return one entry per point, with a fill where none came out."""
        return _filled(self._values)


class NestedBuilder:
    """Nests the results, one level per argument.

    Parameters
    ----------
    space : ParameterSpace
    """

    def __init__(self, space: ParameterSpace) -> None:
        self._lattice = lattice_of(space)
        self._values: list[Any] = [_HOLE] * self._lattice.size

    def add(self, outcome: Outcome) -> None:
        """Place a batch."""
        cells = self._lattice.cells(outcome.numbers)
        if isinstance(cells, slice):
            self._values[cells] = outcome.values
            return
        for cell, value in zip(cells.tolist(), outcome.values, strict=True):
            self._values[cell] = value

    def build(self) -> Any:
        """Return the nested tuples, with a fill in the cells that were not run; the bare result when nothing varies."""
        shape = self._lattice.shape
        level = _filled(self._values)
        for axis in reversed(range(1, len(shape))):
            size = shape[axis]
            level = tuple(level[i * size : (i + 1) * size] for i in range(math.prod(shape[:axis])))
        return level if shape else level[0]


def _filled(values: list[Any]) -> tuple[Any, ...]:
    example = next((value for value in values if value is not _HOLE), None)
    fill = fill_like(example)
    return tuple(fill if value is _HOLE else value for value in values)
