"""Where things lie on an axis: logarithmic or not, and the edges of cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["bins", "edges", "is_geometric", "rastered"]

_EVEN = 1.5
_BINS = 20


def is_geometric(places: NDArray[np.float64]) -> bool:
    """Say whether positive numbers are spaced by a factor rather than by a step, as in 1, 3, 10, 30."""
    if places.size < 3 or not np.all(places > 0):  # noqa: PLR2004 - two numbers have one distance
        return False
    ordered = np.sort(places)
    factors, steps = np.diff(np.log(ordered)), np.diff(ordered)
    return bool(factors.max() <= _EVEN * factors.min() and steps.max() > _EVEN * steps.min())


def edges(places: NDArray[Any], *, log: bool = False) -> NDArray[Any]:
    """Return the edges of the cells around ordered numbers or times, one more than there are places.

    An inner edge lies halfway between two places, at their geometric mean on a logarithmic axis. An outer cell reaches
    as far outwards as inwards. A single cell is 1 wide, a day for times, a decade on a logarithmic axis.
    """
    if log:
        return 10 ** edges(np.log10(places))
    if places.size == 1:
        half = np.timedelta64(12, "h") if places.dtype.kind == "M" else 0.5
        return np.concatenate([places - half, places + half])
    inner = places[:-1] + np.diff(places) / 2
    return np.concatenate([places[:1] - (inner[:1] - places[:1]), inner, places[-1:] + (places[-1:] - inner[-1:])])


def bins(values: NDArray[Any], *, log: bool = False) -> NDArray[Any]:
    """Return the edges of the bins in which numbers or times are counted, evenly spaced on their axis."""
    if log:
        return 10 ** bins(np.log10(values))
    low, high = edges(values[:1]) if values.min() == values.max() else (values.min(), values.max())
    if values.dtype.kind == "M":
        return np.linspace(low.astype(np.int64), high.astype(np.int64), _BINS + 1).astype("datetime64[ns]")
    return np.linspace(low, high, _BINS + 1)


def rastered(
    values: NDArray[np.float64], limits: Sequence[NDArray[np.float64]], shape: tuple[int, int]
) -> NDArray[Any]:
    """Return a field of cells as an image of even pixels with the same extent, at most of some shape ``(y, x)``.

    ``limits`` are the edges of the cells along y and along x, as numbers on a linear scale. A pixel is the mean of the
    cells that begin in it, or the cell in which it lies where cells are larger than pixels; holes are left out.
    """
    there = np.isfinite(values)
    sums, counts = np.where(there, values, 0.0), there.astype(np.float64)
    for axis, (limit, most) in enumerate(zip(limits, shape, strict=True)):
        starts = np.linspace(limit[0], limit[-1], most + 1)[:-1]
        cells = np.clip(np.searchsorted(limit, starts, side="right") - 1, 0, len(limit) - 2)
        sums, counts = np.add.reduceat(sums, cells, axis=axis), np.add.reduceat(counts, cells, axis=axis)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
