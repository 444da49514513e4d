"""The ways in which one argument may change the logarithm of the time of a case.

A number may act as a power (linear in its logarithm), as an exponential (linear in itself), either with one bend, or
not at all; anything else acts by level. Each way is a few columns of a linear model with a normal prior: it has

- ``log_prior``: how likely it is before any time is known, on a log scale;
- ``scales``: the prior standard deviations of its coefficients;
- ``means``: what is taken from each column, so that the effect is 0 in the mean over the known cases; () for nothing;
- ``columns(values)``: the columns, shape ``(n, len(scales))``;
- ``drawn(values, betas, spare)``: the effect for draws of the coefficients, shape ``(n_draws, n)``; ``spare`` holds
  normal numbers, shape ``(n_draws, SPARE)``, for what the known cases say nothing of.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.labels import kind_of, label_key

__all__ = ["SPARE", "Effect", "Levels", "Nothing", "Slope", "Values", "effects_of"]

Floats = NDArray[np.float64]

_POWER_SD = 2.0
"""Prior spread of an exponent: costs grow like n, n log n, n^2, n^3."""
_RANGE_SD = 3.0
"""Prior spread of the logarithm of the ratio of times over the whole range of an argument."""
_BEND_SD = 0.5
"""Prior spread of the change of an exponent, and of a slope over the whole range."""
_UNKNOWN_CHANGE = 0.12
"""By which part a slope may change where no case is known: 2 standard deviations let n log n be taken for a power."""
_LEVEL_SD = 1.0
"""Prior spread of the logarithms of the times of levels."""
_STRAIGHT, _BENT, _EXPONENTIAL, _BY_LEVEL = -0.7, -0.7, -0.7, -2.0
"""How likely the ways in which a number acts are beside none, on a log scale."""
SPARE = 64
"""How many normal numbers each draw has for levels never seen."""
_MOST_LEVELS = 64
_LARGEST, _FARTHEST = 1e150, 1e6
"""Bounds of a number, and of how far it lies from the known ones, which keep what is made of them finite."""
_KNOWN_FOR_BEND = 4


class Values:
    """The values of an argument in some cases, as numbers and as levels, each of which is worked out once."""

    def __init__(self, given: Sequence[Any]) -> None:
        self._given = given

    def __len__(self) -> int:
        """Count the cases."""
        return len(self._given)

    @cached_property
    def numbers(self) -> Floats:
        """The values as floats, nan for all that is no number of a usual size."""
        if set(map(type, self._given)) <= {float}:
            found = np.array(self._given, dtype=np.float64)
        else:
            found = np.array([_number(value) for value in self._given], dtype=np.float64)
        found[~(np.abs(found) <= _LARGEST)] = np.nan
        return found

    @cached_property
    def levels(self) -> list[Hashable]:
        """What makes each value the level that it is; what is no label is one of its type."""
        return [
            label_key(value) if kind_of(value) is not None else (None, type(value).__qualname__)
            for value in self._given
        ]


@dataclass(frozen=True, slots=True)
class Nothing:
    """The argument does not matter."""

    log_prior: float = 0.0
    scales: tuple[float, ...] = ()
    means: tuple[float, ...] = ()

    def columns(self, values: Values) -> Floats:
        """No column."""
        return np.empty((len(values), 0))

    def drawn(self, values: Values, betas: Floats, spare: Floats) -> Floats:  # noqa: ARG002 - as others have it
        """Nothing."""
        return np.zeros((len(betas), len(values)))


@dataclass(frozen=True, slots=True)
class Slope:
    """A number acts along a line, of one slope or of two.

    Attributes
    ----------
    logarithmic : bool
        Whether the line is over the logarithm of the number.
    centre, spread : float
        What is taken from the number, or its logarithm, and by what it is divided.
    ends : tuple of float
        The least and the greatest known number, on the scale so made.
    knot : float or None
        Where the slope changes, on the scale so made.
    sign : int
        1 where the time may only rise with the number, -1 where it may only fall, 0 where the data do not say.
    """

    logarithmic: bool
    centre: float
    spread: float
    ends: tuple[float, float]
    knot: float | None
    log_prior: float
    scales: tuple[float, ...]
    means: tuple[float, ...] = ()
    sign: int = 0

    def columns(self, values: Values) -> Floats:
        """One column, and one that begins at the knot; zero for what is no number."""
        return self._centred(self._raw(values))

    def _centred(self, raw: Floats) -> Floats:
        found: Floats = np.nan_to_num(raw - np.array(self.means or 0.0), nan=0.0)
        return found

    def _raw(self, values: Values) -> Floats:
        x = values.numbers
        if self.logarithmic:
            x = np.log(np.where(x > 0, x, np.nan))
        with np.errstate(over="ignore"):
            x = np.clip((x - self.centre) / self.spread, -_FARTHEST, _FARTHEST)
        return x[:, None] if self.knot is None else np.stack([x, np.maximum(x - self.knot, 0)], axis=1)

    def drawn(self, values: Values, betas: Floats, spare: Floats) -> Floats:
        """Draws that contradict a known direction are flattened; what is no number is like a level never seen.

        Beyond the known numbers the slope is less certain than the known cases make it: no law is exact.
        """
        slopes = np.cumsum(betas, axis=1)
        if self.sign:
            slopes = self.sign * np.maximum(self.sign * slopes, 0)
        raw = self._raw(values)
        effect = np.diff(slopes, axis=1, prepend=0) @ self._centred(raw).T
        x = raw[:, 0]
        for number, beyond, slope in ((1, x - self.ends[1], slopes[:, -1]), (2, self.ends[0] - x, slopes[:, 0])):
            outside = np.flatnonzero(beyond > 0)
            effect[:, outside] += np.outer(_UNKNOWN_CHANGE * slope * spare[:, number], beyond[outside])
        effect[:, np.isnan(x)] = _LEVEL_SD * spare[:, :1]
        return effect


@dataclass(frozen=True, slots=True)
class Levels:
    """Each value acts by itself, all being draws from one population, towards whose mean they are shrunk."""

    places: dict[Hashable, int]
    log_prior: float
    scales: tuple[float, ...]
    means: tuple[float, ...] = ()

    def columns(self, values: Values) -> Floats:
        """One column per level; zeros for a level never seen."""
        at = self._at(values)
        found = np.zeros((len(values), len(self.places)))
        known = at >= 0
        found[np.flatnonzero(known), at[known]] = 1.0
        if self.means:
            found[known] -= np.array(self.means)
        return found

    def _at(self, values: Values) -> NDArray[np.intp]:
        return np.array([self.places.get(level, -1) for level in values.levels], dtype=np.intp)

    def drawn(self, values: Values, betas: Floats, spare: Floats) -> Floats:
        """A level never seen gets a number of its own, as spread as those of the known ones."""
        at = self._at(values)
        offsets = betas - (betas @ np.array(self.means or (0.0,) * betas.shape[1]))[:, None]
        spread = np.sqrt((np.square(betas).sum(axis=1) + _LEVEL_SD**2) / (betas.shape[1] + 1))
        effect: Floats = np.take(offsets, at, axis=1)
        for i in np.flatnonzero(at < 0).tolist():
            effect[:, i] = spread * spare[:, crc32(repr(values.levels[i]).encode()) % SPARE]
        return effect


Effect = Nothing | Slope | Levels


def effects_of(values: Values) -> list[Effect]:
    """Return the ways in which an argument with these known values may act, the absence of any first."""
    if np.isnan(values.numbers).any():
        return [Nothing(), *_levels(values, 0.0)]
    return [Nothing(), *_slopes(values.numbers), *_levels(values, _BY_LEVEL)]


def _slopes(x: Floats) -> list[Slope]:
    distinct = np.unique(x)
    low, high = distinct[[0, -1]]
    slopes: list[Slope] = []
    scales: list[tuple[bool, Floats, float, float]] = []
    if low > 0:
        scales.append((True, np.log(distinct), 1.0, _POWER_SD))
    if high > low or not scales:
        scales.append((False, distinct, float(high - low) or max(abs(float(low)), 1.0), _RANGE_SD))
    for logarithmic, axis, spread, sd in scales:
        centre = float(axis.mean())
        ends = (float((axis[0] - centre) / spread), float((axis[-1] - centre) / spread))
        prior = 0.0 if logarithmic else _EXPONENTIAL
        slopes.append(Slope(logarithmic, centre, spread, ends, None, _STRAIGHT + prior, (sd,)))
        if len(distinct) >= _KNOWN_FOR_BEND:
            knot = float((np.median(axis) - centre) / spread)
            slopes.append(Slope(logarithmic, centre, spread, ends, knot, _BENT + prior, (sd, _BEND_SD)))
    return slopes


def _levels(values: Values, log_prior: float) -> list[Levels]:
    """Return the effect by level; of numbers only where they repeat."""
    keys = values.levels
    distinct = dict.fromkeys(keys)
    if log_prior and not 1 < len(distinct) <= len(keys) // 2:
        return []
    places = {key: place for place, key in enumerate(list(distinct)[:_MOST_LEVELS])}
    return [Levels(places, log_prior, (_LEVEL_SD,) * len(places))]


def _number(value: Any) -> float:
    try:
        return float(value) if kind_of(value) in {"int", "float"} else np.nan
    except OverflowError:
        return np.nan
