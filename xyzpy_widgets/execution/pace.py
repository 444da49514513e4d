"""The pace of a run: what the cases that are over tell of the time that the others will take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.outcome import Outcome
from xyzpy_widgets.core.plan import Plan

__all__ = ["Pace"]

_QUANTILE = 1.2816
"""80 % of a normal distribution lie within so many standard deviations of its mean."""
_DOUBT = 3.0
_DOUBTED = 2.0
"""To the cases seen, so many are added whose relative variance is this: few cases tell little of a spread."""
_UNSTEADY = 0.05
"""The pace of a machine itself varies by this much."""
_MARKS = 32
_ENOUGH, _BETTER = 6, 4.0
"""From so many stretches of a run it can be told that its cases are alike: where that explains these so much better."""


class Pace:
    """Learns how long cases take, and says how long the rest of them will.

    Parameters
    ----------
    plan : Plan
        What runs.
    expected : ndarray of float, optional
        What is known of the cost of each point of the space, shape ``(len(plan.space),)``, in any unit; without it, the
        cases that are left are taken to be like those that are over.
    prior : (float, float), optional
        What the time of the whole run was taken to be before it began, in seconds.
    workers : int, default 1
        How many calls there can be at once. How long a call took that failed is not told: it is taken to have taken as
        long as others, as far as there was time for that.

    Notes
    -----
    The seconds of a case are its expected cost times a ratio. The rest takes the ratio seen so far (a ratio estimator,
    Cochran, *Sampling Techniques*, 1977, section 6) times the cost that is left. Its spread is that of the cases, or
    that between stretches of the run where these differ by more, which they do when cases that follow one another are
    alike; the interval is that of a lognormal variable with this mean and spread, so that it never begins below zero.
    What is known of the cost counts until the run refutes it: until its stretches are far more alike than their costs.
    """

    def __init__(
        self,
        plan: Plan,
        expected: NDArray[np.floating[Any]] | None = None,
        prior: tuple[float, float] | None = None,
        workers: int = 1,
    ) -> None:
        self._expected = expected
        self._prior = prior
        self._workers = workers
        self._plain = None if expected is None else Pace(plan, workers=workers)
        costs: NDArray[np.floating[Any]] = np.ones(1)
        if expected is not None:
            costs = expected if plan.todo is None else expected[plan.todo[:]]
        times = len(plan) if expected is None else 1
        self._left = float(costs.sum(dtype=np.float64)) * times
        self._squares_left = float(np.einsum("i,i->", costs, costs, dtype=np.float64)) * times
        self._cost = self._squares = self._seconds = self._spread = self._failed = 0.0
        self._marks: list[tuple[float, float]] = [(0.0, 0.0)]
        self._between = 1
        self._batches = 0

    def add(self, outcome: Outcome) -> None:
        """Learn from a batch."""
        if self._plain is not None:
            self._plain.add(outcome)
        if outcome.failures:
            self._failed += self._leave(np.asarray([one.number for one in outcome.failures], dtype=np.intp))[1]
        if len(outcome.cancelled):
            self._leave(outcome.cancelled)
        n = len(outcome.values)
        if not n:
            return
        seconds = np.maximum(outcome.seconds, 1e-9, dtype=np.float64)
        costs, cost, squares = self._leave(outcome.numbers)
        self._cost += cost
        self._squares += squares
        self._seconds += float(seconds.sum())
        self._spread += float(seconds @ (seconds if costs is None else seconds / costs))
        self._batches += 1
        if self._batches % self._between == 0:
            self._mark()

    def _leave(self, numbers: range | NDArray[np.intp]) -> tuple[NDArray[np.float64] | None, float, float]:
        """Take points out of what is left; return their costs where they differ, the sum and that of the squares."""
        costs = None
        cost = squares = float(len(numbers))
        if self._expected is not None:
            at = slice(numbers.start, numbers.stop) if isinstance(numbers, range) else numbers
            costs = self._expected[at].astype(np.float64)
            cost, squares = float(costs.sum()), float(np.square(costs).sum())
        self._left -= cost
        self._squares_left -= squares
        return costs, cost, squares

    def _mark(self) -> None:
        """Note how far it is; of many marks every other is kept."""
        self._marks.append((self._cost, self._seconds))
        if len(self._marks) > _MARKS:
            self._marks = self._marks[::2]
            self._between *= 2

    def left(self, elapsed: float, ages: Sequence[float] = ()) -> tuple[float, float] | None:
        """Return the interval that holds the seconds left with a probability of 80 %.

        Parameters
        ----------
        elapsed : float
            Seconds that the run took so far, without its pauses.
        ages : sequence of float
            How long each call that is under way has taken already.

        Returns
        -------
        (float, float) or None
            As long as no case is done, what is left of the prior, and None without one or once it proved too short.
        """
        if not self._seconds or elapsed <= 0:
            low, high = self._prior or (0.0, 0.0)
            return (max(low - elapsed, 0.0), high - elapsed) if high > elapsed else None
        if self._left <= 0:
            return 0.0, 0.0
        if self._plain is not None and self._plain.off() * _BETTER < self.off() and len(self._marks) > _ENOUGH:
            return self._plain.left(elapsed, ages)
        ratio = self._seconds / self._cost
        usual = ratio * self._squares_left / self._left
        rest = max(ratio * self._left - sum(min(age, usual) for age in ages), 0.05 * usual)
        cases = self._left**2 / max(self._squares_left, 1e-300)
        at_once = self._at_once(ratio, elapsed, sum(ages))
        middle = rest / (min(at_once, max(cases, 1.0)) if at_once > 1 else at_once)
        wide = self._wide(ratio, cases)
        return middle * math.exp(-wide), middle * math.exp(wide)

    def _at_once(self, ratio: float, elapsed: float, under_way: float) -> float:
        """Return how many calls were under way at once, on average."""
        told = (self._seconds + under_way) / elapsed
        return max(told, min(told + ratio * self._failed / elapsed, self._workers))

    def _wide(self, ratio: float, cases: float) -> float:
        """Return half of the interval of the logarithm of the time left."""
        seen = self._cost**2 / self._squares
        own = max(self._spread / self._cost / ratio**2 - 1, 0.0)
        own = (seen * own + _DOUBT * _DOUBTED) / (seen + _DOUBT)
        variance = max(own / cases + own / seen, self._between_stretches())
        free = seen + _DOUBT - 1
        quantile = _QUANTILE * (1 + (_QUANTILE**2 + 1) / (4 * free))  # Student's t, first term of its expansion
        return quantile * math.sqrt(math.log1p(max(variance, _UNSTEADY**2)))

    def _between_stretches(self) -> float:
        """Return the relative variance of the rest, as far as stretches of the run differ."""
        n, off = len(self._marks) - 1, self.off()
        if n < 2:  # noqa: PLR2004 - one stretch differs from none
            return 0.0
        return off / (n - 1) + off * self._marks[-1][0] / n / self._left

    def off(self) -> float:
        """Return the relative variance of the pace between stretches of the run, 0 where that cannot be told."""
        costs, seconds = np.diff(np.asarray(self._marks), axis=0).T
        if not len(costs) or not costs.all():
            return 0.0
        return float(np.average((seconds / costs * (self._cost / self._seconds) - 1) ** 2, weights=costs))
