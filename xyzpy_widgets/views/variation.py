"""Which dimensions matter: whether a variable varies along them, and where most of it is there."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.views.reading import Axis, read

__all__ = ["effects_of", "fullest", "sampled"]

_MOST = 2_000_000
"""The most values that are looked at to choose a view."""
_ENOUGH = 16
"""How many labels of a dimension are looked at, at least, where it has so many."""


def sampled(array: xr.DataArray) -> xr.DataArray:
    """Read values, and of very many those at every so many labels; the first dimensions are thinned out first.

    What lies side by side in a file stays together, so that little of it is read.
    """
    while array.size > _MOST:
        longest = max(array.dims, key=lambda dim: array.sizes[dim])
        dim = next((dim for dim in array.dims if array.sizes[dim] > _ENOUGH), longest)
        array = array.isel({dim: slice(None, None, 2)})
    return read(array)


def effects_of(sample: xr.DataArray) -> Mapping[str, float]:
    """Return how much values vary with each of their dimensions, 0 to 1.

    This is the total effect index of variance-based sensitivity analysis, E[Var(Y | X~i)] / Var(Y): the mean variance
    along a dimension while all others are fixed, as a share of the whole (Saltelli et al., Comput. Phys. Commun. 181,
    259, 2010). It is 0 only where values are known to be the same all along, and nan where no two can be compared.
    Texts count as codes.
    """
    numbers = _as_numbers(sample)
    whole = _variance(numbers, tuple(range(numbers.ndim)))
    return {str(dim): _effect(numbers, i, whole) for i, dim in enumerate(sample.dims)}


def fullest(sample: xr.DataArray, axis: Axis) -> int:
    """Return the position along an axis at which most values are there, as far as they were looked at; the first."""
    if axis.name not in sample.dims or not sample.size:
        return 0
    counts = sample.notnull().sum([dim for dim in sample.dims if dim != axis.name]).to_numpy()
    best = sample[axis.name].to_numpy()[counts.argmax()]
    return int(np.flatnonzero(axis.places == best)[0])


def _as_numbers(array: xr.DataArray) -> NDArray[np.float64]:
    """Return values as numbers; a text is the count of its kind."""
    values = array.to_numpy()
    if values.dtype.kind == "M":
        return np.where(np.isnat(values), np.nan, values.astype(np.int64).astype(np.float64))
    if values.dtype.kind == "O":
        there = array.notnull().to_numpy()
        codes = np.full(values.shape, np.nan)
        codes[there] = np.unique(values[there].astype(str), return_inverse=True)[1]
        return codes
    return np.asarray(values, dtype=np.float64)


def _variance(numbers: NDArray[np.float64], axis: tuple[int, ...]) -> NDArray[np.float64]:
    """Return variances in units of the greatest number: 0 only where all are the same, nan for fewer than two."""
    there = np.isfinite(numbers)
    scale = np.abs(numbers[there]).max(initial=0.0) or 1.0
    count = there.sum(axis=axis, keepdims=True)
    scaled = np.where(there, numbers / scale, 0.0)
    mean = scaled.sum(axis=axis, keepdims=True) / np.maximum(count, 1)
    squares = (np.where(there, scaled - mean, 0.0) ** 2).sum(axis=axis, keepdims=True)
    least = np.where(there, numbers, np.inf).min(axis=axis, keepdims=True, initial=np.inf)
    greatest = np.where(there, numbers, -np.inf).max(axis=axis, keepdims=True, initial=-np.inf)
    variance = np.where(least == greatest, 0.0, np.maximum(squares / np.maximum(count, 1), np.finfo(float).tiny))
    return np.where(count > 1, variance, np.nan)


def _effect(numbers: NDArray[np.float64], position: int, whole: NDArray[np.float64]) -> float:
    along = _variance(numbers, (position,))
    known = along[~np.isnan(along)]
    compared = bool(np.all(np.isfinite(numbers).sum(axis=position) != 1))
    if not known.size or not (known.any() or compared):
        return np.nan
    return min(float(known.mean() / whole.max()), 1.0) if known.any() else 0.0
