"""The supply: which cases are still to be handed out, in batches of which size, and what became of those handed out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.outcome import Failure, Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.execution.calls import Calls, Raised

__all__ = ["Claim", "Numbers", "Sizes", "Supply", "cancelled", "failed"]

_GROWTH = 128
_MOST = 8192
"""So many cases in a batch cost next to nothing in time, and more of them would cost memory for their results."""

_BYTES_PER_SECOND = 1e8
"""Results travel at about this speed: large ones go in small batches, however quick the function is."""

_MOST_ASKED = 4096
_TIMED_SECONDS = 1e-4
"""A call longer than this is timed singly; for a shorter one the clock would cost more than a trivial function."""

Numbers = range | NDArray[np.intp]
Claim = Callable[[Numbers], Numbers]


@dataclass(slots=True)
class Sizes:
    """How many cases the next batch takes.

    Attributes
    ----------
    target : float
        The seconds that a batch is to take.
    shares : int
        Into how many batches at least what remains is divided.
    last : int
        The cases of the last batch that told how long one takes.
    per_case : float
        The seconds that one takes.
    """

    target: float
    shares: int = 1
    last: int = 0
    per_case: float = 0.0

    def next(self, remaining: int) -> int:
        """Aim at the target time, at most so many times the last, the tail divided among the workers."""
        if not self.last:
            return min(1, remaining)
        return max(1, min(self._wanted, self.last * _GROWTH, _MOST, -(-remaining // self.shares)))

    def learn(self, calls: Calls, size: int) -> None:
        """Take the time of a batch that was large enough, or long enough, to tell it; ``size`` bytes travelled.

        One of the size that is aimed at is large enough: one that the machine held up keeps only the next small.
        """
        n = len(calls.values)
        elapsed = max(calls.elapsed, size / _BYTES_PER_SECOND)
        if n and (n >= min(self.last, self._wanted) or elapsed >= self.target):
            self.last, self.per_case = n, elapsed / n

    @property
    def _wanted(self) -> int:
        """How many cases the target time holds."""
        return int(self.target / max(self.per_case, 1e-9))

    @property
    def timed(self) -> bool:
        """Whether calls are long enough to be timed singly."""
        return not self.last or self.per_case > _TIMED_SECONDS


class Supply:
    """The cases of a plan that are still to be handed out.

    Parameters
    ----------
    plan : Plan
    sizes : Sizes
    claim : callable
        Asked before cases are handed out for the first time; only the numbers that it returns are.
    retries : int
        How often a case that fails is tried again.
    """

    def __init__(self, plan: Plan, sizes: Sizes, claim: Claim, retries: int) -> None:
        self.plan = plan
        self.sizes = sizes
        self._claim = claim
        self._retries = retries
        self._at = 0
        self._again: deque[Numbers] = deque()
        self._tries: dict[int, int] = {}

    @property
    def more(self) -> bool:
        """Whether there may be cases left."""
        return bool(self._again) or self._at < len(self.plan)

    def next(self) -> Numbers:
        """Return the next batch; it is empty only when nothing is left."""
        asked = n = self.sizes.next(len(self.plan) - self._at + sum(map(len, self._again)))
        while not self._again and self._at < len(self.plan):
            wanted = self.plan.numbers(self._at, min(self._at + asked, len(self.plan)))
            self._at += len(wanted)
            claimed = self._claim(wanted)
            if len(claimed):
                self._again.append(claimed)
            asked = min(2 * asked, max(n, _MOST_ASKED))
        if not self._again:
            return range(0)
        numbers = self._again.popleft()
        self.give_back(numbers[n:])
        return numbers[:n]

    def give_back(self, numbers: Numbers) -> None:
        """Take cases that have not run; they are the next."""
        if len(numbers):
            self._again.appendleft(numbers)

    def settle(self, numbers: Numbers, calls: Calls, size: int = 0) -> Outcome:
        """Put the calls of a batch under the numbers of their points; take back what has not run, or is tried again.

        ``size`` counts the bytes in which they came.
        """
        n = len(calls.values)
        self.sizes.learn(calls, size)
        self.give_back(numbers[n:])
        seconds = np.full(n, calls.elapsed / max(n, 1), dtype=np.float32)
        seconds[: len(calls.seconds)] = calls.seconds[:n]
        numbers = numbers[:n]
        if not calls.errors:
            return Outcome(numbers, calls.values, seconds, finished=time())
        good = np.delete(np.arange(n), [raised.at for raised in calls.errors])
        points = np.asarray(numbers, dtype=np.intp)
        values = [calls.values[at] for at in good]
        return Outcome(points[good], values, seconds[good], self._failures(points, calls.errors), time())

    def _failures(self, points: NDArray[np.intp], errors: Sequence[Raised]) -> tuple[Failure, ...]:
        again = []
        failures = []
        for raised in errors:
            number = int(points[raised.at])
            failure = self.failed(number, raised.error, raised.output, raised.warnings)
            if failure is None:
                again.append(number)
            else:
                failures.append(failure)
        self.give_back(np.array(again, dtype=np.intp))
        return tuple(failures)

    def failed(self, number: int, error: BaseException, output: str = "", warnings: str = "") -> Failure | None:
        """Return the failure of a case, or None when it is to be tried again."""
        tries = self._tries.pop(number, 0) + 1
        if tries <= self._retries:
            self._tries[number] = tries
            return None
        point = self.plan.point(number)
        error.add_note(f"in the case {point}")
        return Failure(number, point.args, error, None, output, warnings, tries)

    def span(self, numbers: Numbers) -> str:
        """Say which cases some numbers are."""
        first, last = self.plan.point(int(numbers[0])), self.plan.point(int(numbers[-1]))
        return str(first) if len(numbers) == 1 else f"{first} to {last}"


def failed(failure: Failure) -> Outcome:
    """Return the outcome of one failure."""
    return Outcome(range(0), [], _none(), (failure,), time())


def cancelled(numbers: Sequence[Numbers]) -> Outcome:
    """Return the outcome of batches that were ended from outside."""
    ended: Any = [np.asarray(one, dtype=np.intp) for one in numbers]
    return Outcome(range(0), [], _none(), cancelled=np.concatenate(ended))


def _none() -> NDArray[np.float32]:
    return np.zeros(0, dtype=np.float32)
