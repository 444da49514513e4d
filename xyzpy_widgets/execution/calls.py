"""Calling a function over a batch of arguments, with its exceptions caught case by case. Runs in the workers too."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import starmap
from time import perf_counter
from typing import Any

from xyzpy_widgets.errors import CaseError

__all__ = ["Calls", "call_batch", "call_listed", "call_shipped"]


@dataclass(slots=True)
class Calls:
    """What a batch of calls came to.

    Attributes
    ----------
    values : list
        One entry per call that was made; None where it raised.
    errors : list of (int, BaseException)
        The calls that raised, by their position.
    seconds : list of float
        How long each call took; empty when they were not timed singly.
    elapsed : float
        Seconds for the whole batch.
    interrupt : BaseException or None
        What stopped the batch from outside, after ``values``.
    """

    values: list[Any] = field(default_factory=list)
    errors: list[tuple[int, BaseException]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    interrupt: BaseException | None = None


def call_batch(
    call: Callable[..., Any], args: Iterator[tuple[Any, ...]], n: int, *, timed: bool, stop_on_error: bool
) -> Calls:
    """Make ``n`` calls one after another; never raises what the function raised."""
    calls = Calls()
    start = perf_counter()
    while len(calls.values) < n and calls.interrupt is None:
        try:
            calls.values.extend(_timed(call, args, calls.seconds) if timed else starmap(call, args))
            if len(calls.values) < n:
                _fail(calls, CaseError("the function raised StopIteration, which would end the run unseen"))
        except Exception as error:  # noqa: BLE001 - it becomes the outcome of its case
            _fail(calls, error)
        except BaseException as error:  # noqa: BLE001 - kept, so that the finished calls are; raised by the engine
            calls.interrupt = error
        if calls.errors and stop_on_error:
            break
    calls.elapsed = perf_counter() - start
    return calls


def _fail(calls: Calls, error: BaseException) -> None:
    calls.errors.append((len(calls.values), error))
    calls.values.append(None)


def _timed(call: Callable[..., Any], args: Iterator[tuple[Any, ...]], seconds: list[float]) -> Iterator[Any]:
    for values in args:
        start = perf_counter()
        try:
            value = call(*values)
        finally:
            seconds.append(perf_counter() - start)
        yield value


def call_listed(call: Callable[..., Any], args: list[tuple[Any, ...]], *, timed: bool, stop_on_error: bool) -> Calls:
    """Make the calls of a batch in a thread."""
    return call_batch(call, iter(args), len(args), timed=timed, stop_on_error=stop_on_error)


def call_shipped(shipped: bytes, args: list[tuple[Any, ...]], *, timed: bool, stop_on_error: bool) -> bytes:
    """Make the calls of a batch in another process: the function comes pickled, and so do the results go back."""
    import cloudpickle

    call = cloudpickle.loads(shipped)
    calls = call_listed(call, args, timed=timed, stop_on_error=stop_on_error)
    calls.errors = [(at, _portable(error)) for at, error in calls.errors]
    try:
        return cloudpickle.dumps(calls)  # type: ignore[no-any-return]
    except Exception:  # noqa: BLE001 - looked for case by case
        return cloudpickle.dumps(_without_unpicklable(calls))  # type: ignore[no-any-return]


def _portable(error: BaseException) -> BaseException:
    """Return the exception with its traceback as a note, or a `CaseError` that stands for it if it cannot travel."""
    import cloudpickle

    text = "".join(traceback.format_exception(error)).rstrip()
    try:
        cloudpickle.loads(cloudpickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever keeps it from travelling
        error = CaseError(f"{type(error).__name__}: {error}")
    error.add_note(f"In the worker:\n{text}")
    return error


def _without_unpicklable(calls: Calls) -> Calls:
    import cloudpickle

    for at, value in enumerate(calls.values):
        try:
            cloudpickle.dumps(value)
        except Exception as error:  # noqa: BLE001 - it becomes the outcome of its case
            calls.values[at] = None
            calls.errors.append((at, CaseError(f"the result {value!r:.200} cannot be pickled: {error}")))
    return calls
