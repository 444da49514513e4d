"""A linear model of which columns may be left out, averaged over what the data leave open. Closed forms throughout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draws", "Posterior", "posterior_of"]

Floats = NDArray[np.float64]

_SIGMAS = np.geomspace(0.02, 2.0, 12)
_USUAL_SIGMA = 0.2
_ROUNDS = 4
_NEGLIGIBLE = 12.0
"""Models that are less likely than the best by this many powers of e are left out ("Occam's window")."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws of one model.

    Attributes
    ----------
    choice : tuple of int
        Which of its effects each argument has.
    rows : ndarray of intp
        Which of all draws these are, shape ``(n,)``.
    betas : tuple of ndarray
        The coefficients of each argument's effect, shape ``(n, n_columns)``.
    """

    choice: tuple[int, ...]
    rows: NDArray[np.intp]
    betas: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class _Fit:
    """One model, ready for every width of the noise."""

    choice: tuple[int, ...]
    evidence: Floats
    values: Floats
    vectors: Floats
    target: Floats


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of the coefficients.

    Attributes
    ----------
    blocks : sequence of sequence of slice
        Per argument and effect, its columns.
    size : int
        The number of columns.
    fits : tuple
        The models that are likely enough.
    """

    blocks: Sequence[Sequence[slice]]
    size: int
    fits: tuple[_Fit, ...]

    def _best(self) -> tuple[_Fit, float]:
        """Return the likeliest model, and the variance of its noise."""
        fit = max(self.fits, key=lambda one: float(one.evidence.max()))
        return fit, float(_SIGMAS[int(np.argmax(fit.evidence))] ** 2)

    def best(self) -> tuple[tuple[int, ...], Floats]:
        """Return the likeliest model, and its mean coefficients, those of all other columns being 0."""
        fit, variance = self._best()
        found = np.zeros(self.size)
        found[_columns(self.blocks, fit.choice)] = fit.vectors @ (fit.target / (fit.values + variance))
        return fit.choice, found

    def freedom(self) -> float:
        """Return how many coefficients the likeliest model has in effect, those being less that are shrunk."""
        fit, variance = self._best()
        return float((fit.values / (fit.values + variance)).sum())

    def draws(self, n: int, scales: Floats, rng: np.random.Generator) -> tuple[list[Draws], Floats]:
        """Draw models with their coefficients, and widths of the noise, each as likely as it is.

        ``scales`` are the prior standard deviations of the coefficients, by which they are multiplied.
        """
        evidence = np.stack([fit.evidence for fit in self.fits])
        weights = np.exp(evidence - evidence.max()).ravel()
        ends = np.cumsum(weights) / weights.sum()
        picked = np.minimum(np.searchsorted(ends, (np.arange(n) + rng.random()) / n), len(ends) - 1)
        picked = rng.permutation(picked)
        model, width = np.divmod(picked, len(_SIGMAS))
        sigmas = _SIGMAS[width]
        found = []
        for number in np.unique(model):
            fit, rows = self.fits[number], np.flatnonzero(model == number)
            spread = fit.values + np.square(sigmas[rows])[:, None]
            inner = fit.target / spread + sigmas[rows, None] * rng.standard_normal(spread.shape) / np.sqrt(spread)
            betas = inner @ fit.vectors.T * scales[_columns(self.blocks, fit.choice)]
            widths = [block[one].stop - block[one].start for block, one in zip(self.blocks, fit.choice, strict=True)]
            starts = [0, *accumulate(widths)]
            parts = tuple(betas[:, start : start + size] for start, size in zip(starts, widths, strict=False))
            found.append(Draws(fit.choice, rows, parts))
        return found, sigmas


def posterior_of(
    columns: Floats, y: Floats, weights: Floats, blocks: Sequence[Sequence[slice]], priors: Sequence[Sequence[float]]
) -> Posterior:
    """Compare the models whose arguments each have one of their effects.

    ``columns``, shape ``(n, k)``, are multiplied by the prior spread of their coefficients; they and ``y`` have the
    weighted mean 0. ``priors`` say how likely each effect of each argument is, on a log scale.
    """
    weighted = columns * weights[:, None]
    gram, target, total = weighted.T @ columns, weighted.T @ y, float(weights @ np.square(y))
    seen: dict[tuple[int, ...], _Fit] = {}

    def fitted(choice: tuple[int, ...]) -> _Fit:
        if choice not in seen:
            prior = sum(prior[one] for prior, one in zip(priors, choice, strict=True))
            seen[choice] = _fit(gram, target, (total, len(y), prior), choice, _columns(blocks, choice))
        return seen[choice]

    best = fitted((0,) * len(blocks))
    for _ in range(_ROUNDS):
        before = best.choice
        for argument, effects in enumerate(blocks):
            options = [(*best.choice[:argument], one, *best.choice[argument + 1 :]) for one in range(len(effects))]
            best = max(map(fitted, options), key=lambda fit: float(fit.evidence.max()))
        if best.choice == before:
            break
    least = best.evidence.max() - _NEGLIGIBLE
    kept = tuple(fit for fit in seen.values() if fit.evidence.max() >= least)
    return Posterior(blocks, columns.shape[1], kept)


def _columns(blocks: Sequence[Sequence[slice]], choice: Sequence[int]) -> NDArray[np.intp]:
    parts = [np.arange(block[one].start, block[one].stop) for block, one in zip(blocks, choice, strict=True)]
    return np.concatenate([np.empty(0, dtype=np.intp), *parts])


def _fit(
    gram: Floats, target: Floats, known: tuple[float, int, float], choice: tuple[int, ...], at: NDArray[np.intp]
) -> _Fit:
    """Work out how likely a model is for every width of the noise (a normal prior of variance 1, a flat level)."""
    total, n, prior = known
    values, vectors = np.linalg.eigh(gram[np.ix_(at, at)])
    values = np.maximum(values, 0)
    inner = vectors.T @ target[at]
    variance = np.square(_SIGMAS)[:, None]
    explained = (np.square(inner) / (values + variance)).sum(axis=1)
    variance = variance[:, 0]
    evidence = prior - (n - 1) * np.log(_SIGMAS) - 0.5 * (total - explained) / variance
    evidence -= 0.5 * np.log1p(values / variance[:, None]).sum(axis=1) + 0.5 * np.square(np.log(_SIGMAS / _USUAL_SIGMA))
    return _Fit(choice, evidence, values, vectors, inner)
