"""The tally of a run: what came of its cases so far, and what that tells of the rest."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from time import time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xyzpy_widgets.core.outcome import Outcome, Status
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.errors import BudgetError
from xyzpy_widgets.execution.clock import Clock
from xyzpy_widgets.execution.control import Batch
from xyzpy_widgets.execution.executors import workers_of
from xyzpy_widgets.execution.pace import Pace
from xyzpy_widgets.execution.progress import Progress, State
from xyzpy_widgets.failures import Budget, failure_table, told_of
from xyzpy_widgets.job import Job

__all__ = ["RUNNING", "Tally"]

RUNNING = len(Status)
"""The state of a point that is with a worker now; unlike those of `Status` it is never stored."""

_SHORT_SECONDS, _TRIVIAL_SECONDS = 0.2, 1e-4


class Tally:
    """Counts what comes of the cases of a run; every method from any thread, at any time.

    Parameters
    ----------
    job : Job
    """

    def __init__(self, job: Job) -> None:
        self._plan = job.in_turn
        self._elsewhere = job.elsewhere
        self._guard = threading.Lock()
        self._states = np.zeros(len(self._plan.space), dtype=np.uint8)
        self._failed: list[dict[str, Any]] = []
        self._done = self._cancelled = 0
        self._budget = Budget(job.options.max_failures)
        self._spent: BaseException | None = None
        self._pace = _pace(self._plan, job)
        self._clock = Clock()

    @property
    def whole(self) -> bool:
        """Whether every case has an end of its own, good or bad, here or elsewhere."""
        return self._done + len(self._failed) + len(self._elsewhere()) == len(self._plan)

    @property
    def failures(self) -> pd.DataFrame:
        """The cases that failed, one row each."""
        with self._guard:
            return failure_table(self._failed)

    def add(self, outcome: Outcome) -> bool:
        """Count a batch; say whether it used up the budget of failures."""
        told = [told_of(failure) for failure in outcome.failures]
        with self._guard:
            self._states[_index(outcome.numbers)] = Status.DONE
            self._states[_index(outcome.cancelled)] = Status.CANCELLED
            for failure in outcome.failures:
                self._states[failure.number] = Status.FAILED
            self._done += len(outcome.values)
            self._cancelled += len(outcome.cancelled)
            self._failed += told
            self._pace.add(outcome)
            beyond = [at for at, one in enumerate(told) if self._budget.spent(one)]
            if beyond:
                self._spent = outcome.failures[beyond[0]].exception
        return bool(beyond)

    def renew_budget(self) -> None:
        """Forget the failures as far as the budget goes."""
        with self._guard:
            self._budget.renew()

    def budget_error(self) -> BudgetError | None:
        """Return the error that says that the budget was used up, if it was."""
        return self._budget.error(self._spent) if self._spent else None

    def turn(self, *, on: bool) -> None:
        """Begin or end a pause."""
        with self._guard:
            self._clock.turn(on=on)

    def end(self) -> None:
        """Stop the clock."""
        with self._guard:
            self._clock.end()

    def progress(self, state: State, under_way: tuple[Batch, ...]) -> Progress:
        """Return how far the run is, in some state, with some batches under way."""
        now = time()
        with self._guard:
            busy, ended = self._clock.busy, self._done + len(self._failed)
            shown = Progress(
                state=state,
                total=len(self._plan),
                done=self._done,
                failed=len(self._failed),
                cancelled=self._cancelled,
                elsewhere=len(self._elsewhere()),
                running=sum(len(one.numbers) for one in under_way),
                elapsed=self._clock.elapsed,
                rate=ended / busy if ended and busy > 0 else float("nan"),
                current=tuple(self._plan.point(int(one.numbers[0])) for one in under_way),
            )
            ages = [now - one.since for one in under_way]
            return shown if shown.over else replace(shown, left=self._pace.left(busy, ages))

    def states(self, under_way: Iterable[Batch]) -> NDArray[np.uint8]:
        """Return the state of each point of the space, with some batches under way."""
        with self._guard:
            states = self._states.copy()
        for number, end in self._elsewhere().items():
            states[number] = end
        for one in under_way:
            at = _index(one.numbers)
            states[at] = np.where(states[at] == Status.MISSING, RUNNING, states[at])
        return states


def _pace(plan: Plan, job: Job) -> Pace:
    """Return the pace of a run, with what timed cases tell of it unless it is short or its cases are trivial."""
    cost, workers = job.cost, workers_of(job.options)
    if cost is None or cost.usual < _TRIVIAL_SECONDS or cost.usual * len(plan) < _SHORT_SECONDS:
        return Pace(plan, workers=workers)
    return Pace(plan, cost.expected(Plan(plan.space)), cost.total(plan, workers), workers)


def _index(numbers: range | NDArray[np.intp]) -> slice | NDArray[np.intp]:
    return slice(numbers.start, numbers.stop) if isinstance(numbers, range) else numbers
