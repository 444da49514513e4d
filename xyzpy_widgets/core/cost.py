"""How long cases take: told from cases that are timed, through a small model of the time over the arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.effects import SPARE, Values
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.regression import Learned, learned

__all__ = ["MOST_KNOWN", "CostModel"]

Floats = NDArray[np.float64]
Observed = Mapping[str, Sequence[Any] | NDArray[Any]]
Chances = tuple[Floats, Floats, Floats]
"""Numbers that stand for the noise of a sum, for the order of the cases, and for what no known case tells."""
Places = tuple[Sequence[Any], NDArray[np.intp]]

_SEED = 20
_DRAWS = 200
_INTERVAL = (0.07, 0.93)
"""What of the draws an 80 % interval spans: where few cases are known they are a little too sure."""
MOST_KNOWN = 512
_MOST_VALUES = 1024
_LEAST_SECONDS = 1e-9
_BLOCK = 2**20
_MOST_SAVED = 0.9
"""A case takes a tenth of its expected time at least, so that one more case always adds to a sum."""
_LARGEST, _LARGEST_EXPECTED = 300.0, 40.0
"""Bounds of the logarithm of a time, which keep sums of squares finite, in float64 and in float32."""


class CostModel:
    """How long cases take, with what is not known of it as draws; nothing is worked out before it is asked for.

    Parameters
    ----------
    columns : mapping of str to sequence or ndarray
        The values of each argument in some cases that are timed, n each; not to be written to afterwards.
    seconds : ndarray
        How long each of them took, shape ``(n,)``, n > 0.
    known : int
        How many cases are timed in all.

    Attributes
    ----------
    known : int
    usual : float
        The mean of the seconds.
    """

    def __init__(self, columns: Observed, seconds: Floats, known: int) -> None:
        self.known = known
        self.usual = float(seconds.mean())
        self._columns = columns
        self._seconds = np.maximum(seconds, _LEAST_SECONDS)

    @classmethod
    def fit(
        cls, columns: Observed, seconds: Sequence[float] | NDArray[Any], known: int | None = None
    ) -> CostModel | None:
        """Learn from cases that are timed.

        Parameters
        ----------
        columns : mapping of str to sequence or ndarray
            The values of each argument, n each; not to be written to afterwards.
        seconds : sequence of float
            How long each case took, shape ``(n,)``; cases whose time is not known (nan) are left out.
        known : int, optional
            How many cases are timed in all, where these are some of them.

        Returns
        -------
        CostModel or None
            None when no time is known. Of more than 512 cases, so many chosen at random are used.
        """
        times = np.asarray(seconds, dtype=np.float64)
        at = np.flatnonzero(np.isfinite(times))
        if not len(at):
            return None
        known = len(at) if known is None else known
        if len(at) > MOST_KNOWN:
            at = np.sort(np.random.default_rng(_SEED).choice(at, MOST_KNOWN, replace=False))
        if len(at) < len(times):
            columns = {name: [column[i] for i in at.tolist()] for name, column in columns.items()}
        return cls(columns, times[at], known)

    def is_like(self, other: CostModel) -> bool:
        """Say whether another model is learnt from the same cases."""
        same = self.known == other.known and np.array_equal(self._seconds, other._seconds)
        return same and self._cases == other._cases

    @cached_property
    def _cases(self) -> dict[str, list[Any]]:
        return {name: list(column) for name, column in self._columns.items()}

    @cached_property
    def _unit(self) -> float:
        return float(np.median(self._seconds))

    @cached_property
    def _learned(self) -> Learned:
        return learned(self._cases, np.log(self._seconds / self._unit), _DRAWS, np.random.default_rng(_SEED))

    @cached_property
    def _chances(self) -> Chances:
        rng = np.random.default_rng(_SEED + 1)
        return rng.standard_normal(_DRAWS), rng.random(_DRAWS), rng.standard_normal((_DRAWS, SPARE))

    @property
    def _level(self) -> float:
        """The logarithm of the expected time where no argument has an effect."""
        return float(self._learned.levels.mean() + np.log(self._learned.means.mean()))

    def expected(self, plan: Plan) -> NDArray[np.float32]:
        """Return the expected seconds of the points of a plan, in their order before any shuffle: 4 bytes for each.

        That is the typical time of each times the mean of the noise.
        """
        space, n_cases = plan.space, len(plan.space.cases.names)
        columns = (*space.cases.columns, *space.combos.values)
        effects = [self._typical(name, values) for name, values in zip(space.names, columns, strict=True)]
        if plan.todo is None:
            slowest = sum(effects[:n_cases], np.full(len(space.cases), self._level))
            logs: NDArray[np.float32] = slowest.astype(np.float32)
            for effect in effects[n_cases:]:
                logs = np.add.outer(logs, effect.astype(np.float32))
        else:
            logs = np.full(len(plan.todo), self._level, dtype=np.float32)
            for start in range(0, len(logs), _BLOCK):
                for effect, (_, at) in zip(effects, space.places(plan.todo[start : start + _BLOCK]), strict=True):
                    logs[start : start + _BLOCK] += effect[at]
        return np.asarray(
            np.exp(np.clip(logs, -_LARGEST_EXPECTED, _LARGEST_EXPECTED)).reshape(-1) * np.float32(self._unit)
        )

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
        bound = _LARGEST / (len(self._learned.effects) + 1)
        sums = np.exp(np.clip(self._learned.levels, -bound, bound))
        squares, longest, doubt = np.square(sums), sums, np.zeros(_DRAWS)
        for size, columns in _axes(plan):
            logs = sum((self._drawn(name, places) for name, places in columns.items()), np.zeros((_DRAWS, 1)))
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
        means, variances = self._learned.means, self._learned.variances
        chances, turns, _ = self._chances
        chances = np.maximum(chances, -_MOST_SAVED * means / np.sqrt(variances))
        spread = np.sqrt(variances * squares + np.square(means * sums) * np.maximum(doubt, 0))
        load = np.maximum(means * sums + chances * spread, 0)
        last = longest * (means + chances * np.sqrt(variances))
        wall = load if workers == 1 else np.maximum(last, load / workers + turns * (1 - 1 / workers) * last)
        low, high = self._unit * np.quantile(last if workers > 1 and n <= workers else wall, _INTERVAL)
        return float(low), float(high)

    def _drawn(self, name: str, places: Places) -> Floats:
        """Return the effect of an argument in every draw, shape ``(n_draws, n)``; none of one never recorded."""
        values, at = places
        if name not in self._learned.effects:
            return np.zeros((_DRAWS, len(at)))
        used, inverse = np.unique(at, return_inverse=True)
        found = np.empty((_DRAWS, len(used)))
        number = list(self._learned.effects).index(name)
        spare = np.roll(self._chances[2], 7 * number, axis=1)
        distinct = Values([values[i] for i in used.tolist()])
        for model in self._learned.models:
            effect = self._learned.effects[name][model.choice[number]]
            found[model.rows] = effect.drawn(distinct, model.betas[number], spare[model.rows])
        return np.take(found, inverse, axis=1)

    def _typical(self, name: str, given: Sequence[Any]) -> Floats:
        """Return the mean effect of an argument."""
        values, found = Values(given), np.zeros(len(given))
        if name in self._learned.effects:
            number = list(self._learned.effects).index(name)
            for one, effect in enumerate(self._learned.effects[name]):
                betas = [model.betas[number] for model in self._learned.models if model.choice[number] == one]
                if betas:
                    share = sum(map(len, betas)) / _DRAWS
                    mean = np.concatenate(betas).mean(axis=0, keepdims=True)
                    found += share * effect.drawn(values, mean, np.zeros((1, SPARE)))[0]
        return found


def _axes(plan: Plan) -> Iterator[tuple[int, dict[str, Places]]]:
    """Yield the parts whose product a plan is: how many points each has, and the places of those that are looked at."""
    space = plan.space
    if plan.todo is not None:
        yield len(plan.todo), dict(zip(space.names, space.places(plan.todo[_spread(len(plan.todo))]), strict=True))
        return
    at = _spread(len(space.cases))
    yield (
        len(space.cases),
        {name: (column, at) for name, column in zip(space.cases.names, space.cases.columns, strict=True)},
    )
    for name, values in zip(space.combos.names, space.combos.values, strict=True):
        yield len(values), {name: (values, _spread(len(values)))}


def _spread(n: int) -> NDArray[np.intp]:
    """Return some positions of n: all, or one at random from each of so many equal parts (stratified sampling)."""
    if n <= _MOST_VALUES:
        return np.arange(n)
    ends = np.linspace(0, n, _MOST_VALUES + 1)
    chances = np.random.default_rng(_SEED).random(_MOST_VALUES)
    return np.minimum(ends[:-1] + chances * np.diff(ends), n - 1).astype(np.intp)
