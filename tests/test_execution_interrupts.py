"""Interrupts from the keyboard, wherever they fall: they end a case at once, and lose nothing that is finished."""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import xyzpy_widgets as xyz
from tests.test_execution_engine import Inline
from xyzpy_widgets import registry
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.execution import interrupts as interrupts_module
from xyzpy_widgets.execution.interrupts import Interrupts, gather

PACKAGE = Path(xyz.__file__).parent
TRACED = tuple(map(str, (PACKAGE / "execution", PACKAGE / "run.py", PACKAGE / "tally.py", PACKAGE / "labelling")))
BETWEEN = str(PACKAGE / "execution")


class Falling:
    """Sends an interrupt to this process in the step of the library that has a number, and some more soon after it."""

    def __init__(self, at: int, armed: Callable[[], bool], times: int = 1) -> None:
        self.at = range(at, at + 13 * times, 13)
        self.armed = armed
        self.steps = 0

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        """Count a step; in the package that carries out, one for each instruction."""
        if not frame.f_code.co_filename.startswith(TRACED):
            return None
        frame.f_trace_opcodes = frame.f_code.co_filename.startswith(BETWEEN)
        if event in ("line", "opcode") and self.armed():
            self.steps += 1
            if self.steps in self.at:
                signal.raise_signal(signal.SIGINT)
        return self


def traced(tracer: Falling, act: Callable[[], object]) -> bool:
    """Do something under a tracer; say whether it was interrupted."""
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        act()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


FINISHED: list[int] = []


def finishing(a: int) -> int:
    """Note that the case is over."""
    FINISHED.append(a)
    return a


@pytest.mark.parametrize("times", [1, 4], ids=["once", "hammered"])
@pytest.mark.parametrize(("where", "stride"), [("serial", 17), (Inline(), 101)], ids=["serial", "shipped"])
def test_an_interrupt_between_cases_loses_nothing_wherever_it_falls(
    where: Any, stride: int, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the end of the first case to the end of the run, in one step of many: what has returned is in the result."""
    monkeypatch.setattr(interrupts_module, "_INSISTING_SECONDS", math.inf)
    step, came = 1, True
    while came:
        FINISHED.clear()
        runner = xyz.Runner(finishing, "out", verbosity=0, executor=where, num_workers=1)
        came = traced(Falling(step, lambda: bool(FINISHED), times), partial(runner.run_combos, {"a": range(3)}))
        assert runner.last_ds is not None
        assert runner.last_ds["a"].values[runner.last_ds["out"].notnull()].tolist() == FINISHED
        assert came or FINISHED == [0, 1, 2]
        assert not registry._under_way  # noqa: SLF001 - the interpreter waits at its end for those that are
        step += stride
    assert step > 100


def test_an_interrupt_in_a_case_is_raised_there() -> None:
    """A case need not come to its end, and the cases before it are kept."""

    def fn(a: int) -> int:
        if a == 2:
            signal.raise_signal(signal.SIGINT)
            FINISHED.append(a)
        return a

    FINISHED.clear()
    runner = xyz.Runner(fn, "out", verbosity=0)
    with pytest.raises(KeyboardInterrupt):
        runner.run_combos({"a": range(4)})
    assert FINISHED == []
    assert runner.last is not None
    assert runner.last.ledger["status"].values.tolist() == [Status.DONE] * 2 + [Status.MISSING] * 2


def test_a_case_that_drops_an_interrupt_is_the_last() -> None:
    """Python drops what is raised while it cleans up, and a function may catch anything: the run ends all the same."""

    def fn(a: int) -> int:
        if a == 2:
            with suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        return a

    runner = xyz.Runner(fn, "out", verbosity=0)
    with pytest.raises(KeyboardInterrupt):
        runner.run_combos({"a": range(10**5)})
    assert runner.last_ds is not None
    assert 3 <= runner.last_ds["out"].count() < 10**5


def test_an_interrupt_that_comes_again_later_is_raised_wherever_it_falls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who insists is not kept waiting for what takes too long between cases; the handler is put back."""
    ended: list[bool] = []
    now = [0.0]
    monkeypatch.setattr(interrupts_module, "monotonic", lambda: now[0])

    def act() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        ended.append(False)
        now[0] = math.inf
        signal.raise_signal(signal.SIGINT)
        ended.append(True)

    interrupts = Interrupts(lambda: None)
    with pytest.raises(KeyboardInterrupt):
        interrupts.hold(act)
    assert (ended, interrupts.asked) == ([False], True)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_no_case_begins_once_there_was_an_interrupt() -> None:
    """It ends the run before the next case, not after it."""

    def act() -> None:
        signal.raise_signal(signal.SIGINT)
        gather(FINISHED, map(int, "12"))

    FINISHED.clear()
    with pytest.raises(KeyboardInterrupt):
        Interrupts(lambda: None).hold(act)
    assert FINISHED == []


def test_a_run_within_a_case_is_held_by_itself() -> None:
    """A function that runs something itself: its run keeps what it has finished, and then both end."""
    inner = xyz.Runner(finishing, "out", verbosity=0)

    def outer(a: int) -> int:
        FINISHED.clear()
        came = traced(Falling(5, lambda: a == 1 and bool(FINISHED)), lambda: inner.run_combos({"a": range(3)}))
        if came:
            raise KeyboardInterrupt
        return a

    runner = xyz.Runner(outer, "out", verbosity=0)
    with pytest.raises(KeyboardInterrupt):
        runner.run_combos({"a": range(3)})
    assert inner.last_ds is not None
    assert inner.last_ds["out"].count() == len(FINISHED) < 3
    assert runner.last_ds is not None
    assert runner.last_ds["out"].count() == 1


def test_a_handler_of_somebody_elses_is_left_alone() -> None:
    """Who handles interrupts in his own way does so during a run, too."""
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        Interrupts(lambda: None).hold(lambda: signal.raise_signal(signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]
