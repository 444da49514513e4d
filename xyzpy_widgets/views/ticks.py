"""Ticks of the axes of a still picture."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["linear_ticks", "log_ticks", "time_ticks"]

_TARGET = 5
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400
_STEPS = (
    *(1, 5, 15, 30, _MINUTE, 5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR),
    *(_DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 30 * _DAY, 91 * _DAY, 182 * _DAY),
    *(_YEAR, 2 * _YEAR, 5 * _YEAR, 10 * _YEAR, 50 * _YEAR),
)
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def linear_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return round numbers between two, about as many as a small axis holds, each with its text."""
    if not low < high:
        return [(low, f"{low:.6g}")]
    rough = (high - low) / _TARGET
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * 0.999)
    places = np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step
    digits = math.floor(math.log10(max(abs(low), abs(high)))) - math.floor(math.log10(step)) + 1
    return [(float(place), f"{place:.{min(max(digits, 6), 15)}g}") for place in places]


def log_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return the powers of ten between two positive numbers; where there is none or one, round numbers."""
    powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
    stride = max(1, len(powers) // _TARGET)
    if len(powers) < 2:  # noqa: PLR2004 - one tick tells no scale
        return [tick for tick in linear_ticks(low, high) if tick[0] > 0]
    shown = [power for power in powers if power % stride == 0]
    return [(10.0**power, "10" + str(power).translate(_SUPERSCRIPTS)) for power in shown]


def time_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return round times between two, given and returned in milliseconds since 1970."""
    span = max(high - low, 1.0) / 1000
    step = next((step for step in _STEPS if span / step <= _TARGET + 1), _STEPS[-1])
    places = np.arange(math.ceil(low / 1000 / step), math.floor(high / 1000 / step) + 1) * step
    times = [np.datetime64(int(place), "s") for place in places]
    texts = [str(time.astype("datetime64[D]" if step >= _DAY else "datetime64[s]")) for time in times]
    return [(float(place) * 1000, text.replace("T", " ")) for place, text in zip(places, texts, strict=True)]
