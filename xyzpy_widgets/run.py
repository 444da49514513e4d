"""`Run`: the handle of a run under way, like a `concurrent.futures.Future`, and what carries it out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import closing
from threading import Lock
from time import time
from typing import Any
from weakref import ref

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xyzpy_widgets.awaited import Awaited
from xyzpy_widgets.core.outcome import Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.errors import XyzError
from xyzpy_widgets.execution.control import Control
from xyzpy_widgets.execution.interrupts import Interrupts
from xyzpy_widgets.execution.listeners import Listener, Listeners
from xyzpy_widgets.execution.progress import Progress, State
from xyzpy_widgets.failures import recorded
from xyzpy_widgets.job import Job, Known, standing_of
from xyzpy_widgets.keeping import Keeping
from xyzpy_widgets.registry import began, entered, keeps, noted, over
from xyzpy_widgets.tally import RUNNING, Tally

__all__ = ["RUNNING", "Run"]

_ENDINGS: dict[str, State] = {"stopping": "stopped", "cancelling": "cancelled"}


class Run(Awaited):
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
    sweep : Runner, Harvester, Sampler or None
        Who runs; None for a call of a plain function, and once nobody else holds it.

    Examples
    --------
    >>> from xyzpy_widgets import Runner
    >>> run = Runner(lambda a: a**2, "square").submit({"a": [1, 2, 3]})
    >>> run.result()["square"].values.tolist()
    [1, 4, 9]
    """

    def __init__(self, job: Job, *, holds: bool) -> None:
        super().__init__()
        self.plan: Plan = job.in_turn
        self.name = job.spec.name
        self.options = job.options
        self.started = time()
        self.spec = job.spec
        self._carry = job.carry
        self._known: Callable[[], Known] = job.known
        self._sweep = None if job.sweep is None else ref(job.sweep)
        self._builder = builder = job.begin()
        self._so_far: Callable[[], Any] = builder.so_far if isinstance(builder, Keeping) else _nothing
        self._placing = Lock()
        self._holds = holds
        self._control = Control()
        self._interrupts = Interrupts(self._control.cancel)
        self._listeners = Listeners(lambda: self.progress)
        self._tally = Tally(job)
        self._held = False
        self._end: State | None = None
        self.number = entered(self)
        noted(self)

    @property
    def sweep(self) -> Any:
        """Who runs."""
        return None if self._sweep is None else self._sweep()

    def cancelled(self) -> bool:
        """Say whether the run was ended by `cancel`."""
        return self._end == "cancelled"

    def pause(self) -> None:
        """Begin no more cases until `resume`; those that run finish."""
        self._control.pause()

    def resume(self) -> None:
        """Go on after `pause`, or after the run was held, with its whole budget of failures again."""
        self._held = False
        self._tally.renew_budget()
        self._control.resume()

    def stop(self) -> None:
        """Let the cases that run finish, and end; `result` returns what was finished."""
        self._control.stop()

    def cancel(self) -> bool:
        """End the cases that run, where they can be ended (in processes), and the run; what was finished is kept.

        Quick cases are handed out together, and their results come home together: a worker that is ended hands over
        first what it has finished. Only where its case keeps Python from doing anything else (it holds the global
        interpreter lock) are results lost, of up to 0.2 seconds of work; they count as cancelled, too.

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
        return self._tally.progress(self._state, self._control.running)

    @property
    def _state(self) -> State:
        if self._end is not None:
            return self._end
        state = self._control.state
        return "held" if self._held and state == "paused" else state

    @property
    def failures(self) -> pd.DataFrame:
        """The cases that failed so far, one row each.

        Their arguments; what was raised (its type) and said; the place in the user's code (``file:line``); how often it
        was tried; the traceback; what was written to stdout and stderr. An argument keeps its name: beside one that is
        called ``output`` the column of what was written is ``output_``.
        """
        return self._tally.failures

    @property
    def states(self) -> NDArray[np.uint8]:
        """The state of each point of ``plan.space``: a `Status` or `RUNNING`, shape ``(len(plan.space),)``."""
        return self._tally.states(self._control.running)

    def standing(self) -> NDArray[np.uint8]:
        """Return the state of each point that the run does not come to; else, and once it is over, missing."""
        whole = len(self.plan) == len(self.plan.space)
        return standing_of(self.plan, None if whole else self._known().states)

    def so_far(self) -> Any:
        """Return what has come so far, without keeping it: labelled data or a table; None once the run is over."""
        with self._placing:
            return self._so_far()

    def __repr__(self) -> str:
        """Tell what runs and how far it is."""
        return f"<Run {self.name}: {self.progress}>"

    def carry_out(self) -> None:
        """Carry the plan out, keep what came of it, then say how it ended; called once, in the thread that does it.

        An interrupt from the keyboard ends the run, and is raised once everything is kept.
        """
        self._interrupts.hold(self._listed)

    def _listed(self) -> None:
        """Carry the plan out, listed as under way meanwhile."""
        began(self)
        try:
            self._carry_out()
        finally:
            over(self)

    def _carry_out(self) -> None:
        error = self._driven()
        keeps(self)
        value = None
        try:
            value = self._builder.build()
        except BaseException as unkept:  # noqa: BLE001 - raised by result()
            if error is not None:
                unkept.add_note(f"the run itself was ended by {error!r}")
            error = unkept
        with self._placing:
            self._so_far = _nothing
            del self._builder
        self._finish(value, error)

    def _driven(self) -> BaseException | None:
        """Place what comes; return what ended the run early."""
        error: BaseException | None = None
        try:
            with (
                self._control.telling(self._turned),
                closing(self._carry(self.plan, self.spec, self.options, self._control)) as outcomes,
            ):
                for outcome in map(recorded, outcomes):
                    self._place(outcome)
                    if outcome.failures and self.options.on_error == "raise":
                        error = error or outcome.failures[0].exception
        except BaseException as stopped:  # noqa: BLE001 - raised by result(), once the results are kept
            return stopped
        if error is None and self._interrupts.asked:
            return KeyboardInterrupt()
        return error or (None if self._holds else self._tally.budget_error())

    def _place(self, outcome: Outcome) -> None:
        """Place a batch and count it: what is wrong with one result costs the others of its batch nothing."""
        try:
            with self._placing:
                self._builder.add(outcome)
        except XyzError as error:
            self._count(outcome.without(error.numbers))
            raise
        self._count(outcome)

    def _count(self, outcome: Outcome) -> None:
        if self._tally.add(outcome):
            self._held = self._holds
            (self._control.pause if self._holds else self._control.stop)()
        self._listeners.changed()

    def _turned(self) -> None:
        """Take note that the run was paused, or goes on."""
        self._tally.turn(on=self._control.state != "paused")
        self._listeners.changed()

    def _finish(self, value: Any, error: BaseException | None) -> None:
        """Say how the run ended, to those who wait and to those who listen."""
        self._tally.end()
        self._known = Known  # what was there before is let go of
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
        return "done" if self._tally.whole else _ENDINGS.get(self._control.state, "done")


def _nothing() -> None:
    """Return nothing."""
