"""How long cases take: told from cases that are timed, through a small model of the time over the arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.effects import SPARE
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.regression import Learned, learned

__all__ = ["CostModel"]

Floats = NDArray[np.float64]
Columns = Mapping[str, Sequence[Any]]

_SEED = 20
_DRAWS = 200
_INTERVAL = (0.08, 0.92)
"""What of the draws an 80 % interval spans: where few cases are known they are a little too sure."""
_MOST_KNOWN = 512
_MOST_VALUES = 1024
_LEAST_SECONDS = 1e-9
_LARGEST = 300.0
"""Bound of the logarithm of a time, which keeps sums finite."""


@dataclass(frozen=True, slots=True)
class CostModel:
    """How long cases take, with what is not known of it as draws.

    Attributes
    ----------
    known : int
        From how many timed cases it is learnt.
    learned : Learned
        The effects of the arguments, and the noise, shape ``(n_draws, ...)``.
    chances, places, spare : ndarray
        Numbers that stand for the noise of a sum and for the order of the cases, shape ``(n_draws,)``, and for what the
        known cases say nothing of, shape ``(n_draws, SPARE)``.
    """

    known: int
    learned: Learned
    chances: Floats
    places: Floats
    spare: Floats

    @classmethod
    def fit(cls, columns: Columns, seconds: Sequence[float] | NDArray[Any]) -> CostModel | None:
        """Learn from cases that are timed.

        Parameters
        ----------
        columns : mapping of str to sequence
            The values of each argument, n each.
        seconds : sequence of float
            How long each case took, shape ``(n,)``; cases whose time is not known (nan) are left out.

        Returns
        -------
        CostModel or None
            None when no time is known. Of more than 512 cases, so many chosen at random are used.
        """
        times = np.asarray(seconds, dtype=np.float64)
        known = np.flatnonzero(np.isfinite(times))
        if not len(known):
            return None
        rng, n_known = np.random.default_rng(_SEED), len(known)
        if len(known) > _MOST_KNOWN:
            known = np.sort(rng.choice(known, _MOST_KNOWN, replace=False))
        values = {name: [column[i] for i in known.tolist()] for name, column in columns.items()}
        found = learned(values, np.log(np.maximum(times[known], _LEAST_SECONDS)), _DRAWS, rng)
        return cls(
            n_known, found, rng.standard_normal(_DRAWS), rng.random(_DRAWS), rng.standard_normal((_DRAWS, SPARE))
        )

    def predict(self, columns: Columns) -> Floats:
        """Return the expected seconds of each case, shape ``(n,)``: the typical time times the mean of the noise."""
        n = max(map(len, columns.values()), default=1)
        typical = np.full(n, self.learned.levels.mean())
        for name in columns.keys() & self.learned.effects.keys():
            typical += self._typical(name, columns[name])
        return np.asarray(np.exp(np.clip(typical, -_LARGEST, _LARGEST)) * self.learned.means.mean())

    def expected(self, plan: Plan) -> NDArray[np.float32]:
        """Return the expected seconds of the points of a plan, in their order before any shuffle; 4 bytes for each."""
        space = plan.space
        axes = [np.zeros(len(space.cases))]
        for name, column in zip(space.cases.names, space.cases.columns, strict=True):
            axes[0] += self._typical(name, column)
        axes += map(self._typical, space.combos.names, space.combos.values)
        logs = np.full((), self.learned.levels.mean() + np.log(self.learned.means.mean()), dtype=np.float32)
        for axis in axes:
            logs = np.add.outer(logs, axis.astype(np.float32))
        found = np.exp(np.clip(logs, -80, 80)).reshape(-1)
        return found if plan.todo is None else found[plan.todo]

    def total(self, plan: Plan, workers: int = 1) -> tuple[float, float]:
        """Return an 80 % interval of the time until all cases of a plan are done.

        Parameters
        ----------
        plan : Plan
            A product is summed axis by axis; of an axis, of a list of cases and of a part of a space with more than
            1024 values, so many are looked at.
        workers : int
            How many cases run at once. No worker idles while cases wait, and no case is split, so that the time lies
            between the mean load and that plus the longest case (Graham, SIAM J. Appl. Math. 17, 1969).

        Returns
        -------
        low, high : float
            Seconds, without what handing out cases costs.
        """
        if not len(plan):
            return 0.0, 0.0
        bound = _LARGEST / (len(self.learned.effects) + 1)
        sums = np.exp(np.clip(self.learned.levels, -bound, bound))
        squares, longest, doubt = np.square(sums), sums, np.zeros(_DRAWS)
        for size, columns in _axes(plan):
            logs = sum((self._drawn(name, values) for name, values in columns.items()), np.zeros((_DRAWS, 1)))
            costs = np.exp(np.clip(logs, -bound, bound))
            mean, square = costs.mean(axis=1), np.square(costs).mean(axis=1)
            seen = costs.shape[1] if columns else size
            doubt = doubt + (square / np.square(mean) - 1) * (1 / seen - 1 / size)
            sums, squares, longest = sums * mean * size, squares * square * size, longest * costs.max(axis=1)
        return self._interval(sums, squares, longest, (len(plan), workers), doubt)

    def _interval(
        self, sums: Floats, squares: Floats, longest: Floats, how: tuple[int, int], doubt: Floats
    ) -> tuple[float, float]:
        """Add the noise, and let workers share the sum."""
        n, workers = how
        chances = np.maximum(self.chances, -self.learned.means / np.sqrt(self.learned.variances))
        spread = np.sqrt(self.learned.variances * squares + np.square(self.learned.means * sums) * np.maximum(doubt, 0))
        load = np.maximum(self.learned.means * sums + chances * spread, 0)
        last = longest * (self.learned.means + chances * np.sqrt(self.learned.variances))
        wall = load if workers == 1 else np.maximum(last, load / workers + self.places * (1 - 1 / workers) * last)
        low, high = np.quantile(last if workers > 1 and n <= workers else wall, _INTERVAL)
        return float(low), float(high)

    def _drawn(self, name: str, values: Sequence[Any]) -> Floats:
        """Return the effect of an argument in every draw, shape ``(n_draws, n)``; none of one never recorded."""
        found = np.zeros((_DRAWS, len(values)))
        if name in self.learned.effects:
            at = list(self.learned.effects).index(name)
            spare = np.roll(self.spare, 7 * at, axis=1)
            for model in self.learned.models:
                effect = self.learned.effects[name][model.choice[at]]
                found[model.rows] = effect.drawn(values, model.betas[at], spare[model.rows])
        return found

    def _typical(self, name: str, values: Sequence[Any]) -> Floats:
        """Return the mean effect of an argument."""
        found = np.zeros(len(values))
        if name in self.learned.effects:
            at = list(self.learned.effects).index(name)
            for model in self.learned.models:
                effect = self.learned.effects[name][model.choice[at]]
                mean = model.betas[at].mean(axis=0, keepdims=True)
                found += len(model.rows) / _DRAWS * effect.drawn(values, mean, np.zeros((1, SPARE)))[0]
        return found


def _axes(plan: Plan) -> Iterator[tuple[int, dict[str, Sequence[Any]]]]:
    """Yield the parts whose product a plan is: how many values each has, and those that are looked at, by argument."""
    space = plan.space
    if plan.todo is not None:
        numbers = np.asarray(plan.todo[_spread(len(plan.todo))])
        columns = zip(*space.args_at(numbers), strict=True)
        yield len(plan.todo), dict(zip(space.names, columns, strict=True))
        return
    at = _spread(len(space.cases))
    names = space.cases.names
    yield len(space.cases), {name: [c[i] for i in at] for name, c in zip(names, space.cases.columns, strict=True)}
    for name, values in zip(space.combos.names, space.combos.values, strict=True):
        yield len(values), {name: [values[i] for i in _spread(len(values))]}


def _spread(n: int) -> NDArray[np.intp]:
    """Return some positions of n: all, or one at random from each of so many equal parts (stratified sampling)."""
    if n <= _MOST_VALUES:
        return np.arange(n)
    ends = np.linspace(0, n, _MOST_VALUES + 1)
    chances = np.random.default_rng(_SEED).random(_MOST_VALUES)
    return np.minimum(ends[:-1] + chances * np.diff(ends), n - 1).astype(np.intp)
