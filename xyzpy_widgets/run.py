"""`Run`: the handle of a run under way, like a `concurrent.futures.Future`, and what carries it out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Future, wait
from contextlib import closing
from dataclasses import replace
from itertools import count
from time import time
from typing import Any
from weakref import WeakSet

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xyzpy_widgets.core.outcome import Outcome, Status
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.execution.clock import Clock
from xyzpy_widgets.execution.control import Control
from xyzpy_widgets.execution.executors import workers_of
from xyzpy_widgets.execution.listeners import Listener, Listeners
from xyzpy_widgets.execution.pace import Pace
from xyzpy_widgets.execution.progress import Progress, State
from xyzpy_widgets.failures import Budget, failure_table, told_of
from xyzpy_widgets.job import Job
from xyzpy_widgets.keeping import Keeping

__all__ = ["RUNNING", "Run", "runs"]

RUNNING = len(Status)
"""The state of a point that is with a worker now; unlike those of `Status` it is never stored."""

_STATES: dict[str, State] = {
    "running": "running",
    "paused": "paused",
    "stopping": "stopping",
    "cancelling": "stopping",
}
_ENDINGS: dict[str, State] = {"stopping": "stopped", "cancelling": "cancelled"}
_SHORT_SECONDS, _TRIVIAL_SECONDS = 0.2, 1e-4
_PATIENCE_SECONDS = 5.0
"""How long the interpreter waits at its exit for cases that cannot be ended."""


class Run:
    """A run under way: a value to wait for, to look at and to steer, from any thread.

    It is made by ``submit`` of a `Runner`, a `Harvester` or a `Sampler`, and goes on whether anyone looks or not. At
    the end its results are kept as those of a blocking call are (merged, written), and only then is it done. When the
    interpreter exits, runs under way are cancelled, and what they finished is kept.

    Attributes
    ----------
    plan : Plan
        What runs.
    spec : FunctionSpec
        What is called.
    name : str
        The name of the function.
    number : int
        Which run of this process it is, from 1.
    started : float
        When it began, in seconds since the epoch.

    Examples
    --------
    >>> from xyzpy_widgets import Runner
    >>> run = Runner(lambda a: a**2, "square").submit({"a": [1, 2, 3]})
    >>> run.result()["square"].values.tolist()
    [1, 4, 9]
    """

    def __init__(self, job: Job, *, holds: bool) -> None:
        self.plan: Plan = job.in_turn
        self.name = job.spec.name
        self.options = job.options
        self.started = time()
        self.spec = job.spec
        self._carry = job.carry
        self._builder = job.begin()
        self._holds = holds
        self._control = Control()
        self._future: Future[Any] = Future()
        self._future.set_running_or_notify_cancel()
        self._listeners = Listeners(lambda: self.progress)
        self._budget = Budget(job.options.max_failures)
        self._pace = _pace(self.plan, job)
        self._guard = threading.Lock()
        self._placing = threading.Lock()
        self._states = np.zeros(len(self.plan.space), dtype=np.uint8)
        self._failed: list[dict[str, Any]] = []
        self._done = self._cancelled = 0
        self._clock = Clock()
        self._held = False
        self._spent: BaseException | None = None
        self._end: State | None = None
        self.number = _entered(self)

    def done(self) -> bool:
        """Say whether the run is over and its results are kept."""
        return self._future.done()

    def running(self) -> bool:
        """Say whether the run is under way; one that is paused or held is, too."""
        return not self._future.done()

    def cancelled(self) -> bool:
        """Say whether the run was ended by `cancel`."""
        return self._end == "cancelled"

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the end and return what the blocking call would return.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most.

        Returns
        -------
        xarray.Dataset, pandas.DataFrame or tuple
            Of all cases; after `stop`, of those that were finished.

        Raises
        ------
        TimeoutError
            When the run is not over by then; it goes on.
        concurrent.futures.CancelledError
            After `cancel`. What was finished is kept in the file and in ``last_ds`` or ``last_df``.
        Exception
            What ended the run, as the blocking call would raise it.
        """
        return self._future.result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the end and return what ended the run early, None where nothing did.

        Raises
        ------
        TimeoutError
            When the run is not over in ``timeout`` seconds.
        concurrent.futures.CancelledError
            After `cancel`.
        """
        error = self._future.exception(timeout)
        if isinstance(error, CancelledError):
            raise error
        return error

    def add_done_callback(self, fn: Callable[[Run], object]) -> None:
        """Call ``fn(run)`` when the run is over, at once if it is; as for `concurrent.futures.Future`."""
        self._future.add_done_callback(lambda _: fn(self))

    def __await__(self) -> Generator[Any, None, Any]:
        """Wait for the end in asyncio; to cancel the task that awaits it leaves the run going."""
        from asyncio import shield, wrap_future

        return shield(wrap_future(self._future)).__await__()

    def pause(self) -> None:
        """Begin no more cases until `resume`; those that run finish."""
        self._control.pause()

    def resume(self) -> None:
        """Go on after `pause`, or after the run was held, with its whole budget of failures again."""
        with self._guard:
            self._held = False
            self._budget.renew()
        self._control.resume()

    def stop(self) -> None:
        """Let the cases that run finish, and end; `result` returns what was finished."""
        self._control.stop()

    def cancel(self) -> bool:
        """End the cases that run, where they can be ended (in processes), and the run; what was finished is kept.

        Returns
        -------
        bool
            Whether the run was still under way.
        """
        self._control.cancel()
        return not self.done()

    def listen(self, fn: Listener) -> Callable[[], None]:
        """Have ``fn(progress)`` called when something changes.

        It is called in another thread, at most 10 times a second, and with the last `Progress` in any case, once the
        run is done; a listener that comes later gets that at once. What it raises is logged by the logger
        ``xyzpy_widgets``, as for the callbacks of a Future, and it is called no more; the run does not notice.

        Returns
        -------
        callable
            Ends it.
        """
        return self._listeners.add(fn)

    @property
    def progress(self) -> Progress:
        """How far the run is, as a value that does not change."""
        under_way = self._control.running
        now = time()
        with self._guard:
            done, failed, cancelled = self._done, len(self._failed), self._cancelled
            busy, elapsed = self._clock.busy, self._clock.elapsed
            left = None if self._end else self._pace.left(busy, [now - one.since for one in under_way])
        ended = done + failed
        return Progress(
            state=self._state,
            total=len(self.plan),
            done=done,
            failed=failed,
            cancelled=cancelled,
            running=sum(len(one.numbers) for one in under_way),
            elapsed=elapsed,
            rate=ended / busy if ended and busy > 0 else float("nan"),
            left=left,
            current=tuple(self.plan.point(int(one.numbers[0])) for one in under_way),
        )

    @property
    def _state(self) -> State:
        if self._end is not None:
            return self._end
        state = _STATES[self._control.state]
        return "held" if self._held and state == "paused" else state

    @property
    def failures(self) -> pd.DataFrame:
        """The cases that failed so far, one row each.

        Their arguments; what was raised (its type) and said; the place in the user's code (``file:line``); how often it
        was tried; the traceback; what was written to stdout and stderr.
        """
        with self._guard:
            return failure_table(self._failed)

    @property
    def states(self) -> NDArray[np.uint8]:
        """The state of each point of ``plan.space``: a `Status` or `RUNNING`, shape ``(len(plan.space),)``."""
        with self._guard:
            states = self._states.copy()
            for one in self._control.running:
                at = _index(one.numbers)
                states[at] = np.where(states[at] == Status.MISSING, RUNNING, states[at])
        return states

    def so_far(self) -> Any:
        """Return what has come so far, without keeping it: labelled data or a table; None once the run is over."""
        with self._placing:
            builder = getattr(self, "_builder", None)
            return builder.so_far() if isinstance(builder, Keeping) else None

    def __repr__(self) -> str:
        """Tell what runs and how far it is."""
        return f"<Run {self.name}: {self.progress}>"

    def carry_out(self) -> None:
        """Carry the plan out, keep what came of it, then say how it ended; called once, in the thread that does it."""
        try:
            error = self._driven()
            value = None
            try:
                value = self._builder.build()
            except BaseException as unkept:  # noqa: BLE001 - raised by result()
                if error is not None:
                    unkept.add_note(f"the run itself was ended by {error!r}")
                error = unkept
            self._finish(value, error)
        finally:
            with self._placing:
                del self._builder
            _left(self)

    def _driven(self) -> BaseException | None:
        """Place what comes; return what ended the run early."""
        error: BaseException | None = None
        try:
            with (
                self._control.telling(self._turned),
                closing(self._carry(self.plan, self.spec, self.options, self._control)) as outcomes,
            ):
                for outcome in map(_recorded, outcomes):
                    self._place(outcome)
                    found = self._count(outcome)
                    error = error or found
        except BaseException as stopped:  # noqa: BLE001 - raised by result(), once the results are kept
            return stopped
        return self._budget.error(self._spent) if error is None and self._spent and not self._holds else error

    def _place(self, outcome: Outcome) -> None:
        """Place a batch; an interrupt in the middle of it costs no result."""
        with self._placing:
            try:
                self._builder.add(outcome)
            except KeyboardInterrupt:
                self._builder.add(outcome)
                raise

    def _count(self, outcome: Outcome) -> BaseException | None:
        """Count a batch; return what ends the run."""
        told = [told_of(failure) for failure in outcome.failures]
        with self._guard:
            self._states[_index(outcome.numbers)] = Status.DONE
            self._states[[failure.number for failure in outcome.failures]] = Status.FAILED
            self._states[_index(outcome.cancelled)] = Status.CANCELLED
            self._done += len(outcome.values)
            self._cancelled += len(outcome.cancelled)
            self._failed += told
            self._pace.add(outcome)
            beyond = [at for at, one in enumerate(told) if self._budget.spent(one)]
            if beyond:
                self._held = self._holds
                self._spent = outcome.failures[beyond[0]].exception
        if beyond:
            (self._control.pause if self._holds else self._control.stop)()
        self._listeners.changed()
        return outcome.failures[0].exception if outcome.failures and self.options.on_error == "raise" else None

    def _turned(self) -> None:
        """Take note that the run was paused, or goes on."""
        with self._guard:
            self._clock.turn(on=self._control.state != "paused")
        self._listeners.changed()

    def _finish(self, value: Any, error: BaseException | None) -> None:
        """Say how the run ended, to those who wait and to those who listen."""
        with self._guard:
            self._clock.end()
            self._end = self._ending(error)
        if self._end == "cancelled":
            self._future.set_exception(CancelledError())
        elif error is not None:
            self._future.set_exception(error)
        else:
            self._future.set_result(value)
        self._listeners.close()

    def _ending(self, error: BaseException | None) -> State:
        if error is not None:
            return "stopped" if isinstance(error, KeyboardInterrupt) else "failed"
        if self._done + len(self._failed) == len(self.plan):
            return "done"
        return _ENDINGS.get(self._control.state, "done")


def _pace(plan: Plan, job: Job) -> Pace:
    """Return the pace of a run, with what timed cases tell of it unless it is short or its cases are trivial."""
    cost = job.cost
    if cost is None or cost.usual < _TRIVIAL_SECONDS or cost.usual * len(plan) < _SHORT_SECONDS:
        return Pace(plan)
    return Pace(plan, cost.expected(Plan(plan.space)), cost.total(plan, workers_of(job.options)))


def _recorded(outcome: Outcome) -> Outcome:
    """Let each failure be written out once, whoever asks for it afterwards."""
    if not outcome.failures:
        return outcome
    return replace(outcome, failures=tuple(replace(one, record=one.told()) for one in outcome.failures))


def _index(numbers: range | NDArray[np.intp]) -> slice | NDArray[np.intp]:
    return slice(numbers.start, numbers.stop) if isinstance(numbers, range) else numbers


_registry = threading.Lock()
_counted = count(1)
_known: WeakSet[Run] = WeakSet()
_under_way: set[Run] = set()


def runs() -> tuple[Run, ...]:
    """Return the runs of this process, oldest first: those under way, and those over that somebody still holds."""
    with _registry:
        return tuple(sorted(_known, key=lambda run: run.number))


def _entered(run: Run) -> int:
    with _registry:
        _known.add(run)
        _under_way.add(run)
        return next(_counted)


def _left(run: Run) -> None:
    with _registry:
        _under_way.discard(run)


def _leave() -> None:
    """End what is under way with the interpreter, and see that what it finished is kept."""
    with _registry:
        last = tuple(_under_way)
    for run in last:
        run.cancel()
    wait([run._future for run in last], _PATIENCE_SECONDS)  # noqa: SLF001 - one module


threading._register_atexit(_leave)  # type: ignore[attr-defined]  # noqa: SLF001 - atexit comes after h5py has closed
