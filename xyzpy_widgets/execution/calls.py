"""Calling a function over a batch of arguments, with its exceptions caught case by case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import starmap
from time import perf_counter
from typing import Any

from xyzpy_widgets.errors import CaseError

__all__ = ["Calls", "call_batch", "call_listed"]

_STOPPED = "the function raised StopIteration, which would end a loop unseen"


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
                _fail(calls, CaseError(_STOPPED))
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
        except StopIteration as error:
            raise CaseError(_STOPPED) from error
        finally:
            seconds.append(perf_counter() - start)
        yield value


def call_listed(call: Callable[..., Any], args: list[tuple[Any, ...]], *, timed: bool, stop_on_error: bool) -> Calls:
    """Make the calls of a batch in a thread."""
    return call_batch(call, iter(args), len(args), timed=timed, stop_on_error=stop_on_error)
