"""Calls: a batch keeps what was finished and catches what was raised, here and in another process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from xyzpy_widgets.errors import CaseError, FunctionError, SpaceError
from xyzpy_widgets.execution.calls import Calls, Manner, call_batch
from xyzpy_widgets.execution.shipping import UNKNOWN, call_shipped, forget, received, shipped, shipped_args


def called(fn: Callable[[int], Any], n: int = 5, *, timed: bool = False, stop: bool = False) -> Calls:
    """Make calls over ``range(n)`` here."""
    return call_batch(fn, ((i,) for i in range(n)), n, Manner(timed=timed, stop_on_error=stop, exits=True))


def sent(fn: Callable[[int], Any], n: int = 5) -> Calls:
    """Make calls over ``range(n)`` by way of bytes, as workers do."""
    args = shipped_args([(i,) for i in range(n)])
    function = shipped(fn)
    return received(call_shipped(function.token, function, args, Manner()))


class Failed(Exception):  # noqa: N818 - a name from somebody's own code
    """An exception that cannot be made again from what it keeps."""

    def __init__(self, place: str, code: int) -> None:
        super().__init__(f"{place}: {code}")
        self.code = code


class Locked(Exception):  # noqa: N818 - a name from somebody's own code
    """An exception that cannot travel."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lock = threading.Lock()


class Unreadable:
    """A value that can be pickled and not unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Give what fails on arrival."""
        return int, ("x",)


def odd(make: Callable[[], BaseException]) -> Callable[[int], int]:
    """Return a function that raises on odd numbers."""

    def fn(i: int) -> int:
        if i % 2:
            raise make()
        return i

    return fn


@pytest.mark.parametrize("timed", [True, False])
def test_a_batch_goes_on_after_an_error(timed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Each case gets its own value or its own exception, and its own time where it was measured."""
    calls = called(odd(lambda: ValueError("bad")), timed=timed)
    assert calls.values == [0, None, 2, None, 4]
    assert [(raised.at, type(raised.error)) for raised in calls.errors] == [(1, ValueError), (3, ValueError)]
    assert len(calls.seconds) == (5 if timed else 0)


@pytest.mark.parametrize("timed", [True, False])
def test_a_batch_stops_where_it_is_asked_to(timed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Nothing runs after the first error, and what ran before is kept."""
    calls = called(odd(lambda: ValueError("bad")), timed=timed, stop=True)
    assert calls.values == [0, None]
    assert [raised.at for raised in calls.errors] == [1]


@pytest.mark.parametrize("timed", [True, False])
def test_stop_iteration_is_an_error_like_any_other(timed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A function that lets a StopIteration out does not end the run unseen."""
    calls = called(odd(lambda: StopIteration("spent")), timed=timed)
    assert calls.values == [0, None, 2, None, 4]
    assert [(raised.at, type(raised.error)) for raised in calls.errors] == [(1, CaseError), (3, CaseError)]


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)], ids=repr)
def test_an_interrupt_ends_the_batch_and_keeps_it(error: BaseException, timed: bool) -> None:  # noqa: FBT001 - as above
    """What was finished before an interrupt is handed back with it."""
    calls = called(odd(lambda: error), timed=timed)
    assert (calls.values, calls.errors, calls.interrupt) == ([0], [], error)


def test_calls_by_way_of_bytes_are_the_same_calls() -> None:
    """A closure goes to another process and its values come back equal, plain or not."""
    offset = 10
    for fn in (lambda i: i + offset, lambda i: (i, "x"), lambda i: {"i": [i]}, lambda i: (i, [offset])):
        assert sent(fn).values == [fn(i) for i in range(5)]


def test_an_exception_arrives_as_itself() -> None:
    """Type, arguments, attributes and the worker's traceback come home, whatever its ``__init__`` takes."""
    calls = sent(odd(lambda: Failed("here", 3)))
    for error in (raised.error for raised in calls.errors):
        assert isinstance(error, Failed)
        assert (str(error), error.code) == ("here: 3", 3)
        assert "In the worker:" in error.__notes__[0]
        assert ", in fn" in error.__notes__[0]


def test_an_exception_that_cannot_travel_sends_a_stand_in() -> None:
    """Its name, its words and its traceback arrive even then."""
    calls = sent(odd(lambda: Locked("shut")))
    assert calls.values == [0, None, 2, None, 4]
    for error in (raised.error for raised in calls.errors):
        assert isinstance(error, CaseError)
        assert "Locked" in str(error)
        assert "shut" in str(error)
        assert "In the worker:" in error.__notes__[0]


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (threading.Lock, "the result of type lock cannot be pickled"),
        (Unreadable, "the result cannot be unpickled: ValueError"),
        (lambda: (1, threading.Lock()), "the result of type tuple cannot be pickled"),
    ],
)
def test_a_result_that_cannot_travel_costs_its_case_only(made: Callable[[], Any], message: str) -> None:
    """The other results of the batch arrive."""
    calls = sent(lambda i: made() if i == 2 else i)
    assert calls.values == [0, 1, None, 3, 4]
    [raised] = calls.errors
    assert raised.at == 2
    assert isinstance(raised.error, CaseError)
    assert message in str(raised.error)


def test_an_interrupt_in_a_worker_comes_home() -> None:
    """An interrupt that hits a worker ends the run here, with what the worker had finished."""
    calls = sent(odd(KeyboardInterrupt))
    assert calls.values == [0]
    assert isinstance(calls.interrupt, KeyboardInterrupt)


def test_what_cannot_be_sent_is_said_before_it_runs() -> None:
    """A function or an argument that is bound to this process is named, with the remedy."""
    lock = threading.Lock()
    with pytest.raises(FunctionError, match=r"cannot be sent to another process.*parallel='threads'"):
        shipped(lambda i: (lock, i))
    with pytest.raises(SpaceError, match=r"an argument among .*lock.* cannot be sent to another process"):
        shipped_args([(lock,)])


def test_a_function_is_known_by_its_token() -> None:
    """It is carried once; a process that does not know it, or has let go of it, says so."""
    function, args = shipped(lambda i: 3 * i), shipped_args([(2,)])
    assert call_shipped(function.token, None, args, Manner()) == UNKNOWN
    assert received(call_shipped(function.token, function, args, Manner())).values == [6]
    assert received(call_shipped(function.token, None, args, Manner())).values == [6]
    forget()
    assert call_shipped(function.token, None, args, Manner()) == UNKNOWN


def test_a_large_function_stands_in_a_file() -> None:
    """Where the workers see the same files; its arrays are not copied, and what is written into them stays apart."""
    table = np.ones(100_000)
    carried, mapped = shipped(lambda: table), shipped(lambda: table, local=True)
    assert carried.path is None
    assert len(mapped.content) == 0
    one, two = mapped.load()(), mapped.load()()
    mapped.discard()
    one[:] = 2
    assert (one.sum(), two.sum()) == (200_000, 100_000)
    assert carried.load()().sum() == 100_000


def test_a_function_that_cannot_be_loaded_is_said() -> None:
    """The worker's own words come home."""
    function = replace(shipped(itself), content=b"no pickle")
    with pytest.raises(FunctionError, match=r"cannot load the function(.|\n)*UnpicklingError"):
        received(call_shipped(function.token, function, shipped_args([(1,)]), Manner()))


def itself(i: int) -> int:
    """Cost nothing."""
    return i


def test_a_batch_that_takes_too_long_ends_early() -> None:
    """What is left of it goes to others, whether calls are timed or not; no case begins after its time."""
    for timed in (True, False):
        calls = call_batch(itself, ((i,) for i in range(10**7)), 10**7, Manner(timed=timed, within=0.0))
        assert calls.values == list(range(len(calls.values)))
        assert 0 < len(calls.values) < 10**7
        assert calls.errors == []
