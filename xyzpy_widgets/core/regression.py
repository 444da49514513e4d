"""A regression of the logarithm of the time of cases on their arguments.

The logarithm of the time is a sum of one effect per argument (see `effects`) and of noise. Which effects act and how
wide the noise is are averaged over by their posterior probability (Bayesian model averaging; Hoeting, Madigan, Raftery
and Volinsky, Statistical Science 14, 1999), so that an interval is honest about laws that the known cases cannot tell
apart. Given them the coefficients are normal, shrunk to no effect. Outliers are weighed down as under a Student
distribution (Lange, Little and Taylor, JASA 84, 1989), and come back through the residuals when the noise is averaged
(Duan's smearing estimator, JASA 78, 1983, with the weights of the Bayesian bootstrap; Rubin, Annals of Statistics 9,
1981). An argument whose rank correlation with the time is clear acts in that direction only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.effects import Effect, Levels, Slope, Values, effects_of
from xyzpy_widgets.core.posterior import Draws, Posterior, posterior_of

__all__ = ["Learned", "learned"]

Floats = NDArray[np.float64]

_REFINEMENTS = 2
_STUDENT = 4.0
_NORMAL_MEDIAN = 0.6745
"""The median of the absolute value of a standard normal variable."""
_LEAST_SCALE = 1e-3
_STRANGE = 0.25
"""A case of less weight is an outlier: it may come again, or not."""
_CLEAR = 2.6
_KNOWN_FOR_RANKS = 6
_USUAL = 2.0
"""How many residuals the assumption of normal noise counts for."""
_LARGEST = 12.0
"""Bound of the logarithm of the factor by which the noise changes a time."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of the times, as draws.

    Attributes
    ----------
    effects : dict of str to list of Effect
        How each argument may act.
    models : list of Draws
        Which effects act, and how strongly.
    levels : ndarray
        The logarithm of the typical time, shape ``(n_draws,)``.
    means, variances : ndarray
        Of the factor by which the noise changes a time, shape ``(n_draws,)``.
    """

    effects: dict[str, list[Effect]]
    models: list[Draws]
    levels: Floats
    means: Floats
    variances: Floats


@dataclass(frozen=True, slots=True)
class _Fit:
    """A fit of all effects: their columns, prior spreads and places, and what the likeliest of them say and leave."""

    effects: dict[str, list[Effect]]
    blocks: list[list[slice]]
    columns: Floats
    scales: Floats
    level: float
    posterior: Posterior
    residuals: Floats


def learned(columns: Mapping[str, Sequence[Any]], y: Floats, n_draws: int, rng: np.random.Generator) -> Learned:
    """Learn from some cases: plainly, then with the directions that show and with outliers weighed down.

    ``columns`` are the values of each argument, n each; ``y`` the logarithms of the times, shape ``(n,)``, n > 0.
    """
    values = {name: Values(column) for name, column in columns.items()}
    effects = {name: effects_of(column) for name, column in values.items()}
    weights = np.ones(len(y))
    fit = _fitted(values, effects, y, weights)
    for _ in range(_REFINEMENTS):
        scale = max(float(np.median(np.abs(fit.residuals))) / _NORMAL_MEDIAN, _LEAST_SCALE)
        weights = (_STUDENT + 1) / (_STUDENT + np.square(fit.residuals / scale))
        fit = _fitted(values, _directed(values, fit), y, weights)
    models, sigmas = fit.posterior.draws(n_draws, fit.scales, rng)
    levels = fit.level + sigmas / np.sqrt(weights.sum()) * rng.standard_normal(n_draws)
    return Learned(fit.effects, models, levels, *_noise(fit.residuals, weights, sigmas, fit.posterior.freedom(), rng))


def _fitted(values: Mapping[str, Values], effects: Mapping[str, Sequence[Effect]], y: Floats, weights: Floats) -> _Fit:
    """Fit with weights; each effect gets the mean 0."""
    found: dict[str, list[Effect]] = {}
    blocks: list[list[slice]] = []
    parts: list[Floats] = [np.empty((len(y), 0))]
    scales: list[float] = []
    for name, ways in effects.items():
        found[name], ends = [], [len(scales)]
        for effect in ways:
            raw = replace(effect, means=()).columns(values[name])
            means = weights @ raw / weights.sum()
            found[name].append(replace(effect, means=tuple(means.tolist())))
            parts.append((raw - means) * effect.scales)
            scales += effect.scales
            ends.append(len(scales))
        blocks.append(list(starmap(slice, pairwise(ends))))
    columns = np.concatenate(parts, axis=1)
    level = float(weights @ y / weights.sum())
    priors = [[effect.log_prior for effect in ways] for ways in found.values()]
    posterior = posterior_of(columns, y - level, weights, blocks, priors)
    residuals = y - level - columns @ posterior.best()[1]
    return _Fit(found, blocks, columns, np.array(scales), level, posterior, residuals)


def _directed(values: Mapping[str, Values], fit: _Fit) -> dict[str, list[Effect]]:
    """Let the numbers whose rank correlation with the time is clear act in that direction only, and not by level."""
    choice, betas = fit.posterior.best()
    found = {}
    for (name, ways), block, one in zip(fit.effects.items(), fit.blocks, choice, strict=True):
        own = fit.columns[:, block[one]] @ betas[block[one]]
        sign = _direction(values[name].numbers, fit.residuals + own)
        directed = [replace(way, sign=sign) if isinstance(way, Slope) else way for way in ways]
        found[name] = [way for way in directed if not (sign and isinstance(way, Levels))]
    return found


def _direction(x: Floats, y: Floats) -> int:
    """Return the sign of a rank correlation (Spearman) that is clear, else 0."""
    if len(x) < _KNOWN_FOR_RANKS or np.isnan(x).any() or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0
    ranks = [np.unique(one, return_inverse=True)[1] for one in (x, y)]
    rho = float(np.asarray(np.corrcoef(np.array(ranks, dtype=np.float64)))[0, 1])
    return int(np.sign(rho)) if abs(rho) * np.sqrt(len(x) - 1) > _CLEAR else 0


def _noise(
    residuals: Floats, weights: Floats, sigmas: Floats, freedom: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw the mean and the variance of the factor by which the noise changes a time.

    What is drawn is how much each residual counts, how wide all of them truly are (``freedom`` coefficients were fitted
    to them), and whether outliers are a part of it: the more of them, the likelier.
    """
    n, n_draws, left = len(residuals), len(sigmas), max(len(residuals) - 1 - freedom, 1.0)
    widths = np.sqrt(n / np.maximum(rng.chisquare(left, n_draws), left / 4))[:, None]
    strange = weights < _STRANGE
    again = rng.random((n_draws, 1)) < strange.sum() / (strange.sum() + 2)
    shares = rng.standard_gamma([1.0] * n + [_USUAL], size=(n_draws, n + 1))
    shares[:, :-1] *= np.where(strange & ~again, weights, 1.0)
    shares /= shares.sum(axis=1, keepdims=True)
    usual = np.square(np.minimum(sigmas, 1.0))
    factors = np.exp(np.minimum(np.where(strange, residuals, residuals * widths), _LARGEST))
    means = (shares[:, :-1] * factors).sum(axis=1) + shares[:, -1] * np.exp(usual / 2)
    squares = (shares[:, :-1] * np.square(factors)).sum(axis=1) + shares[:, -1] * np.exp(2 * usual)
    return means, np.maximum(squares - np.square(means), 1e-6)
