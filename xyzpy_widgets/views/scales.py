"""Where things lie in a figure: the scales of its two directions, in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "Frame", "Scale", "factor_places", "numbers_of", "scale_of"]

Floats: TypeAlias = NDArray[np.float64]

_GROUP_GAP = 1.4
"""The gap that Bokeh leaves between the groups of a nested axis, in widths of one label."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How one direction of a figure maps to pixels.

    Attributes
    ----------
    low, high : float
        The ends of the axis: numbers, milliseconds since 1970 for times, counts for texts.
    near, far : float
        The pixels of these ends.
    log : bool
        Whether the axis is logarithmic.
    factors : tuple
        The texts of an axis of texts; pairs where they are nested.
    """

    low: float
    high: float
    near: float
    far: float
    log: bool = False
    factors: tuple[Any, ...] = ()

    def __call__(self, values: Any) -> Floats:
        """Return the pixels of values."""
        return self.pixels(self.numbers(values))

    def numbers(self, values: Any) -> Floats:
        """Return values as numbers along the axis."""
        if self.factors:
            places = factor_places(self.factors)
            keys = [tuple(value) if isinstance(value, (list, tuple)) else value for value in values]
            return np.array([_place(places, key) for key in keys], dtype=np.float64)
        return numbers_of(values)

    def pixels(self, numbers: Floats) -> Floats:
        """Return the pixels of numbers along the axis."""
        ends = np.array([self.low, self.high])
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                numbers, ends = np.log10(numbers), np.log10(ends)
        share: Floats = (numbers - ends[0]) / (ends[1] - ends[0])
        return self.near + share * (self.far - self.near)


def numbers_of(values: Any) -> Floats:
    """Return numbers as floats, times as milliseconds since 1970."""
    array = np.asarray(values)
    if array.dtype.kind == "M":
        return array.astype("datetime64[ns]").astype(np.int64) / 1e6
    return array.astype(np.float64)


def factor_places(factors: Sequence[Any]) -> dict[Any, float]:
    """Return where the texts of an axis lie; those of one group lie together."""
    places: dict[Any, float] = {}
    gap = 0.0
    for i, factor in enumerate(factors):
        if i and isinstance(factor, tuple) and factor[0] != factors[i - 1][0]:
            gap += _GROUP_GAP
        places[factor] = i + 0.5 + gap
    return places


def _place(places: dict[Any, float], key: Any) -> float:
    """Return where a text lies; a text with a number beside it lies so much farther."""
    if isinstance(key, tuple) and isinstance(key[-1], float):
        return places.get(key[:-1] if len(key) > 2 else key[0], np.nan) + key[-1]  # noqa: PLR2004 - a pair and a number
    return places.get(key, np.nan)


def scale_of(bounds: Any, near: float, far: float, *, log: bool) -> Scale | None:
    """Return the scale of one direction of a figure; None where the figure leaves its ends open."""
    factors = tuple(getattr(bounds, "factors", None) or ())
    if factors:
        return Scale(0.0, max(factor_places(factors).values()) + 0.5, near, far, factors=factors)
    if bounds.start is None or bounds.end is None:
        return None
    low, high = float(numbers_of(np.array(bounds.start))), float(numbers_of(np.array(bounds.end)))
    usable = np.isfinite([low, high]).all() and low < high and (low > 0 or not log)
    return Scale(low, high, near, far, log) if usable else None


@dataclass(frozen=True, slots=True)
class Frame:
    """The field of a figure in which the marks lie."""

    x: Scale
    y: Scale
