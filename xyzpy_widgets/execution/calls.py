"""Calling a function over a batch of arguments, with its exceptions caught case by case."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import compress, starmap
from time import perf_counter
from typing import Any

from xyzpy_widgets.core.deadlines import after
from xyzpy_widgets.errors import CaseError
from xyzpy_widgets.execution.capture import Recorder, recording
from xyzpy_widgets.execution.interrupts import gather

__all__ = ["Calls", "Manner", "Raised", "call_batch", "call_listed", "note_in"]

_STOPPED = "the function raised StopIteration, which would end a loop unseen"
_note: Any = None


def note_in(note: Any) -> None:
    """Note the position and the start of each case that is timed in ``note[0]`` and ``note[1]``.

    The process that started this one reads it, to know which case killed it and which one takes too long.
    """
    global _note  # noqa: PLW0603 - a process has one case under way
    _note = note


@dataclass(frozen=True, slots=True)
class Manner:
    """How the calls of a batch are made.

    Attributes
    ----------
    timed : bool
        Whether each call is timed, and noted, by itself.
    stop_on_error : bool
        Whether the batch ends with the first call that raises.
    capture : bool
        Whether a call that raises comes with what it wrote and warned of.
    within : float
        The seconds after which no further call begins; the batch then ends early.
    exits : bool
        Whether ``SystemExit`` ends the batch as an interrupt does; otherwise it is the failure of its case.
    """

    timed: bool = False
    stop_on_error: bool = False
    capture: bool = True
    within: float = math.inf
    exits: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """A call that raised.

    Attributes
    ----------
    at : int
        Its position in the batch.
    error : BaseException
    output, warnings : str
        The end of what it wrote and warned of.
    """

    at: int
    error: BaseException
    output: str = ""
    warnings: str = ""


@dataclass(slots=True)
class Calls:
    """What a batch of calls came to.

    Attributes
    ----------
    values : list
        One entry per call that was made; None where it raised.
    errors : list of Raised
        The calls that raised.
    seconds : list of float
        How long each call took; empty when they were not timed singly.
    elapsed : float
        Seconds for the whole batch.
    interrupt : BaseException or None
        What stopped the batch from outside, after ``values``.
    """

    values: list[Any] = field(default_factory=list)
    errors: list[Raised] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    interrupt: BaseException | None = None

    def so_far(self) -> Calls:
        """Return the calls that have ended, asked from another thread while the next is under way."""
        n = len(self.values)
        errors = [raised for raised in self.errors if raised.at < n]
        seconds = self.seconds[:n]
        return Calls(self.values[:n], errors, seconds, sum(seconds))


def call_batch(
    call: Callable[..., Any], args: Iterator[tuple[Any, ...]], n: int, manner: Manner, calls: Calls | None = None
) -> Calls:
    """Make ``n`` calls one after another; never raises what the function raised.

    ``calls`` takes what they come to, as they end; another thread may look at it meanwhile.
    """
    calls = Calls() if calls is None else calls
    recorder = Recorder(calls.values)
    with recording(recorder) if manner.capture else nullcontext(), _ending(n, manner) as going:
        start = perf_counter()
        while len(calls.values) < n:
            try:
                if manner.timed:
                    _gather_timed(call, args, calls, start + manner.within)
                else:
                    gather(calls.values, starmap(call, compress(args, going)))
            except BaseException as error:  # noqa: BLE001 - the outcome of its case, or raised by the engine
                if _interrupts(error, manner):
                    calls.interrupt = error
                    break
                _fail(calls, error, recorder)
            else:
                if manner.timed or len(going) < n:
                    break
                if len(calls.values) < n:
                    _fail(calls, CaseError(_STOPPED), recorder)
            if manner.stop_on_error:
                break
        calls.elapsed = perf_counter() - start
    return calls


@contextmanager
def _ending(n: int, manner: Manner) -> Iterator[bytearray]:
    """Give one sign for each call that may begin; once the time of the batch is over, those but the first are gone."""
    going = bytearray(b"\1") * n
    if n == 1 or manner.timed or manner.within == math.inf:
        yield going
        return
    call_off = after(manner.within, partial(going.__delitem__, slice(1, None)))
    try:
        yield going
    finally:
        call_off()


def _interrupts(error: BaseException, manner: Manner) -> bool:
    return isinstance(error, KeyboardInterrupt) or (manner.exits and isinstance(error, SystemExit))


def _fail(calls: Calls, error: BaseException, recorder: Recorder) -> None:
    if isinstance(error, SystemExit):
        exited = CaseError(f"the function called sys.exit({error.code!r})")
        error = exited.with_traceback(error.__traceback__)
    at = len(calls.values)
    calls.errors.append(Raised(at, error, *recorder.of(at)))
    calls.values.append(None)


def _gather_timed(call: Callable[..., Any], args: Iterator[tuple[Any, ...]], calls: Calls, until: float) -> None:
    """Make calls until the time is over, each of them timed, and noted before it begins."""
    note, values, seconds = _note, calls.values, calls.seconds
    for given in args:
        at = len(values)
        start = perf_counter()
        if note is not None:
            note[1] = start
            note[0] = at
        try:
            gather(values, starmap(call, (given,)))
        finally:
            end = perf_counter()
            seconds.append(end - start)
        if len(values) == at:
            raise CaseError(_STOPPED)
        if end > until:
            return


def call_listed(
    call: Callable[..., Any], args: list[tuple[Any, ...]], manner: Manner, calls: Calls | None = None
) -> Calls:
    """Make the calls of a batch in a thread."""
    return call_batch(call, iter(args), len(args), manner, calls)
