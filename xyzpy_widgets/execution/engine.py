"""The engine: carries out a plan in batches and yields their outcomes as they come.

Work is handed out in batches whose size follows the measured time of a case, so that bookkeeping is paid once a batch:
about 20 ms of work when calls are made here, about 100 ms when they are shipped to workers. A slow function gets
batches of one case.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from time import monotonic, sleep, time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.outcome import Failure, Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.execution.calls import Calls, call_batch, call_listed
from xyzpy_widgets.execution.control import Control
from xyzpy_widgets.execution.executors import Pool, opened
from xyzpy_widgets.execution.options import RunOptions
from xyzpy_widgets.execution.shipping import call_shipped, received, shipped, shipped_args

__all__ = ["execute"]

_SERIAL_SECONDS = 0.02
_PARALLEL_SECONDS = 0.1
_PATIENCE_SECONDS = 1.0
_POLL_SECONDS = 0.1
_GROWTH = 16
_MOST = 8192
_TIMED_SECONDS = 1e-4
"""A call longer than this is timed singly; for a shorter one the clock would cost more than a trivial function."""

Numbers = range | NDArray[np.intp]
Claim = Callable[[Numbers], Numbers]


@dataclass(slots=True)
class _Sizes:
    """How many cases the next batch takes."""

    target: float
    shares: int = 1
    last: int = 0
    per_case: float = 0.0

    def next(self, remaining: int) -> int:
        """Aim at the target time, at most so many times the last, the tail divided among the workers."""
        if not self.last:
            return min(1, remaining)
        wanted = int(self.target / max(self.per_case, 1e-9))
        return max(1, min(wanted, self.last * _GROWTH, _MOST, -(-remaining // self.shares)))

    def learn(self, calls: Calls) -> None:
        """Take the time of a batch that was large enough, or long enough, to tell it."""
        n = len(calls.values)
        if n and (n >= self.last or calls.elapsed >= self.target):
            self.last, self.per_case = n, calls.elapsed / n

    @property
    def timed(self) -> bool:
        return not self.last or self.per_case > _TIMED_SECONDS


def execute(
    plan: Plan, spec: FunctionSpec, options: RunOptions, control: Control | None = None, claim: Claim | None = None
) -> Generator[Outcome, None, None]:
    """Carry out a plan.

    Parameters
    ----------
    plan : Plan
        The points and their order.
    spec : FunctionSpec
        What is called for each of them.
    options : RunOptions
        Where and how.
    control : Control, optional
        Steers the run from other threads.
    claim : callable, optional
        Asked with the numbers of a batch right before it is handed out; only the numbers that it returns run.

    Yields
    ------
    Outcome
        Of each batch, in the order of completion. With ``on_error="raise"`` the last one holds the failure; with
        `Control.cancel` the last one names the points that were ended.

    Raises
    ------
    FunctionError
        When the function cannot be sent to the workers, before anything runs.
    Exception
        What ended the workers or kept a batch from them, after what was finished has been yielded.
    KeyboardInterrupt
        Likewise; the workers are ended.
    """
    control = control or Control()
    claim = claim or _all
    if options.backend == "serial":
        yield from _serially(plan, spec, control, claim, stop_on_error=options.on_error == "raise")
    elif len(plan):
        yield from _in_parallel(plan, spec, options, control, claim)


def _all(numbers: Numbers) -> Numbers:
    return numbers


def _serially(
    plan: Plan, spec: FunctionSpec, control: Control, claim: Claim, *, stop_on_error: bool
) -> Iterator[Outcome]:
    call = spec.bound(plan.space.names)
    sizes = _Sizes(_SERIAL_SECONDS)
    at = 0
    while at < len(plan) and control.may_go_on():
        wanted = plan.numbers(at, at + sizes.next(len(plan) - at))
        at += len(wanted)
        numbers = claim(wanted)
        if not len(numbers):
            continue
        control.began(control, numbers)
        calls = call_batch(call, plan.args(numbers), len(numbers), timed=sizes.timed, stop_on_error=stop_on_error)
        control.ended(control)
        yield _outcome(plan, numbers, calls)
        if calls.interrupt is not None:
            raise calls.interrupt
        if calls.errors and stop_on_error:
            return
        sizes.learn(calls)


class _Cancelled(BaseException):
    """Ends the processes of a run on its way out."""


def _in_parallel(
    plan: Plan, spec: FunctionSpec, options: RunOptions, control: Control, claim: Claim
) -> Iterator[Outcome]:
    try:
        with opened(options) as pool:
            work = _Work(plan, spec, pool, control, claim, options.on_error == "raise")
            try:
                yield from work.outcomes()
            finally:
                work.leave()
    except _Cancelled:
        pending = [np.asarray(numbers, dtype=np.intp) for numbers in work.pending.values()]
        for future in work.pending:
            control.ended(future)
        if pending:
            yield Outcome(range(0), [], np.zeros(0, dtype=np.float32), cancelled=np.concatenate(pending))


@dataclass(slots=True)
class _Work:
    """Batches under way in a pool."""

    plan: Plan
    spec: FunctionSpec
    pool: Pool
    control: Control
    claim: Claim
    stop_on_error: bool
    at: int = 0
    pending: dict[Future[Any], Numbers] = field(default_factory=dict)
    sizes: _Sizes = field(init=False)
    function: Any = field(init=False)

    def __post_init__(self) -> None:
        self.sizes = _Sizes(_PARALLEL_SECONDS, 2 * self.pool.workers)
        call = self.spec.bound(self.plan.space.names)
        self.function = shipped(call) if self.pool.ships else call

    def outcomes(self) -> Iterator[Outcome]:
        """Keep every worker busy, with one batch waiting for each; yield what is done, then raise what went wrong."""
        stopped: BaseException | None = None
        lost: list[Numbers] = []
        while stopped is None and (self.pending or self.at < len(self.plan)):
            try:
                self._obey()
                self._submit()
                wait(self.pending, _POLL_SECONDS, FIRST_COMPLETED)
            except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - raised once what is done is yielded
                stopped = error
            for future in [future for future in self.pending if future.done()]:
                numbers = self.pending.pop(future)
                self.control.ended(future)
                try:
                    calls = received(future.result()) if self.pool.ships else future.result()
                except Exception as error:  # noqa: BLE001 - raised once what is done is yielded
                    stopped = stopped or error
                    lost.append(numbers)
                    continue
                stopped = stopped or calls.interrupt
                self._learn(calls)
                yield _outcome(self.plan, numbers, calls)
        if stopped is not None:
            for numbers in lost:
                stopped.add_note(f"lost: {_span(self.plan, numbers)}")
            raise stopped

    def _obey(self) -> None:
        """Do what was asked for from outside."""
        if self.control.state == "cancelling" and self.pool.ours:
            raise _Cancelled
        if not self.pending and not self.control.may_go_on():
            self.at = len(self.plan)

    def _submit(self) -> None:
        while (
            self.control.state == "running" and self.at < len(self.plan) and len(self.pending) < 2 * self.pool.workers
        ):
            wanted = self.plan.numbers(self.at, self.at + self.sizes.next(len(self.plan) - self.at))
            self.at += len(wanted)
            numbers = self.claim(wanted)
            if len(numbers):
                future = self._future(numbers)
                self.pending[future] = numbers
                self.control.began(future, numbers)

    def _future(self, numbers: Numbers) -> Future[Any]:
        args: Any = list(self.plan.args(numbers))
        calling: Any = call_listed
        if self.pool.ships:
            calling, args = call_shipped, shipped_args(args)
        how = {"timed": self.sizes.timed, "stop_on_error": self.stop_on_error}
        return self.pool.executor.submit(calling, self.function, args, **how)

    def _learn(self, calls: Calls) -> None:
        self.sizes.learn(calls)
        if calls.errors and self.stop_on_error:
            self.at = len(self.plan)
            self._take_back()

    def _take_back(self) -> None:
        """Cancel the batches that have not begun; processes of our own have all of them at hand."""
        for future in list(self.pending):
            if not self.pool.ours and future.cancel():
                del self.pending[future]

    def leave(self) -> None:
        """Leave nothing that may still begin.

        Loky ends its workers between two messages, as it must; but its thread dies of a batch that is cancelled, or
        that it has not passed on yet. So none of ours is cancelled, and it gets the moment that it needs.
        """
        self._take_back()
        last = monotonic() + _PATIENCE_SECONDS
        while self.pool.ours and monotonic() < last and not all(map(_has_begun, self.pending)):
            sleep(0.001)


def _has_begun(future: Future[Any]) -> bool:
    return future.running() or future.done()


def _outcome(plan: Plan, numbers: Numbers, calls: Calls) -> Outcome:
    """Put the calls of a batch under the numbers of their points."""
    n = len(calls.values)
    seconds = np.full(n, calls.elapsed / max(n, 1), dtype=np.float32)
    if calls.seconds:
        seconds[:] = calls.seconds[:n]
    numbers = numbers[:n]
    if not calls.errors:
        return Outcome(numbers, calls.values, seconds, finished=time())
    bad = [at for at, _ in calls.errors]
    good = np.delete(np.arange(n), bad)
    failures = tuple(_failure(plan, int(numbers[at]), error) for at, error in calls.errors)
    points = np.asarray(numbers, dtype=np.intp)[good]
    return Outcome(points, [calls.values[at] for at in good], seconds[good], failures, time())


def _failure(plan: Plan, number: int, error: BaseException) -> Failure:
    point = plan.point(number)
    error.add_note(f"in the case {point}")
    return Failure(number, point.args, error)


def _span(plan: Plan, numbers: Numbers) -> str:
    first, last = plan.point(int(numbers[0])), plan.point(int(numbers[-1]))
    return str(first) if len(numbers) == 1 else f"{first} to {last}"
