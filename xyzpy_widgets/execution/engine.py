"""The engine: carries out a plan in batches and yields their outcomes as they come.

Work is handed out in batches whose size follows the measured time of a case, so that bookkeeping is paid once a batch:
about 20 ms of work when calls are made here, about 100 ms when they are shipped to workers. A slow function gets
batches of one case, and a batch that turns out slower than expected ends early, so that others take what is left of it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from threading import current_thread, main_thread

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.outcome import Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.execution.calls import Manner, call_batch
from xyzpy_widgets.execution.control import Control
from xyzpy_widgets.execution.executors import opened, ships
from xyzpy_widgets.execution.options import RunOptions
from xyzpy_widgets.execution.shipping import pickled
from xyzpy_widgets.execution.supply import Claim, Numbers, Sizes, Supply
from xyzpy_widgets.execution.work import Work

__all__ = ["check_sending", "execute"]

_SERIAL_SECONDS = 0.02
_SERIAL_END_SECONDS = 0.1
_PARALLEL_SECONDS = 0.1


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
        Asked with the numbers of some points before they are handed out for the first time; only the numbers that it
        returns run.

    Yields
    ------
    Outcome
        Of each batch, in the order of completion. With ``on_error="raise"`` no more is handed out after a failure;
        after `Control.cancel` they name the points that were ended.

    Raises
    ------
    FunctionError
        When the function cannot be sent to the workers, before anything runs, or cannot be loaded there.
    Exception
        What broke the caller's executor or kept a batch from the workers, after what was finished has been yielded.
    KeyboardInterrupt
        Likewise; the workers are ended.
    """
    control = control or Control()
    claim = claim or _all
    if options.backend == "serial":
        supply = Supply(plan, Sizes(_SERIAL_SECONDS), claim, options.retries)
        yield from _serially(supply, spec, options, control)
    elif len(plan):
        yield from _in_parallel(plan, spec, options, control, claim)


def check_sending(plan: Plan, spec: FunctionSpec, options: RunOptions) -> None:
    """Raise `FunctionError` when the function or a constant would have to leave this process and cannot."""
    if ships(options) and len(plan):
        pickled(spec.bound(plan.space.names))


def _all(numbers: Numbers) -> Numbers:
    return numbers


def _serially(supply: Supply, spec: FunctionSpec, options: RunOptions, control: Control) -> Iterator[Outcome]:
    plan = supply.plan
    call = spec.bound(plan.space.names)
    stop = options.on_error == "raise"
    while supply.more and control.may_go_on():
        numbers = supply.next()
        if not len(numbers):
            return
        manner = Manner(
            timed=supply.sizes.timed,
            stop_on_error=stop,
            capture=options.capture,
            within=_SERIAL_END_SECONDS,
            exits=current_thread() is main_thread(),
        )
        control.began(supply, numbers)
        calls = call_batch(call, plan.args(numbers), len(numbers), manner)
        control.ended(supply)
        outcome = supply.settle(numbers, calls)
        yield outcome
        if calls.interrupt is not None:
            raise calls.interrupt
        if outcome.failures and stop:
            return


def _in_parallel(
    plan: Plan, spec: FunctionSpec, options: RunOptions, control: Control, claim: Claim
) -> Iterator[Outcome]:
    pool = opened(options)
    supply = Supply(plan, Sizes(_PARALLEL_SECONDS, 2 * pool.width()), claim, options.retries)
    work = Work(supply, pool, options, control)
    finished = False
    try:
        yield from work.outcomes(spec.bound(plan.space.names))
        finished = not work.pending
    finally:
        work.leave(kill=not finished)
