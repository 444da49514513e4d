"""The engine: wherever it runs, what comes out is what a plain loop gives, and what is finished is never lost."""

from __future__ import annotations

import os
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.strategies import every_case, spaces
from xyzpy_widgets.core.function import FunctionSpec, as_function_spec
from xyzpy_widgets.core.outcome import Failure, Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import Combos, ParameterSpace
from xyzpy_widgets.errors import CaseError, FunctionError
from xyzpy_widgets.execution import engine
from xyzpy_widgets.execution.calls import Calls
from xyzpy_widgets.execution.engine import execute
from xyzpy_widgets.execution.options import as_run_options
from xyzpy_widgets.execution.supply import Sizes


class Odd(Exception):  # noqa: N818 - a name from somebody's own code
    """What the study raises."""


def study(modulus: int, /, **args: Any) -> tuple[str, int]:
    """Fail for about one case in ``modulus``, whatever the arguments are."""
    text = repr(sorted(args.items()))
    if zlib.crc32(text.encode()) % modulus == 0:
        raise Odd(text)
    return text, len(args)


class Inline(Executor):
    """An executor that makes each call at once; from the ``lost``-th on, its calls are lost like a dead worker's."""

    def __str__(self) -> str:
        """Name it among the backends."""
        return "shipped"

    def __init__(self, lost: int = 10**9, refused: int = 10**9) -> None:
        self.submitted = 0
        self.lost = lost
        self.refused = refused

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Make the call, or lose it."""
        self.submitted += 1
        if self.submitted > self.refused:
            msg = "no more"
            raise RuntimeError(msg)
        future: Future[Any] = Future()
        if self.submitted > self.lost:
            future.set_exception(OSError("the worker died"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def itself(i: int) -> int:
    """Cost nothing."""
    return i


Backend = str | Executor
BACKENDS: list[Backend] = ["serial", "threads", "processes", Inline()]


def over(n: int) -> Plan:
    """A plan over the numbers below ``n``."""
    return Plan(ParameterSpace(combos=Combos(("i",), (tuple(range(n)),))))


def outcomes(plan: Plan, spec: FunctionSpec, backend: Backend, on_error: str = "continue") -> Iterator[Outcome]:
    """Carry out a plan on two workers."""
    return execute(plan, spec, as_run_options(executor=backend, num_workers=2, on_error=on_error))


def gathered(found: Iterator[Outcome]) -> tuple[dict[int, Any], list[Failure], BaseException | None]:
    """Take what comes until it ends, good or bad."""
    values: dict[int, Any] = {}
    failures: list[Failure] = []
    try:
        for outcome in found:
            assert len(outcome.seconds) == len(outcome.values) == len(outcome.numbers)
            assert (outcome.seconds >= 0).all()
            assert not values.keys() & set(map(int, outcome.numbers))
            values.update(zip(map(int, outcome.numbers), outcome.values, strict=True))
            failures.extend(outcome.failures)
    except BaseException as error:  # noqa: BLE001 - looked at by the test
        return values, failures, error
    return values, failures, None


def assert_like_a_plain_loop(space: ParameterSpace, modulus: int, backend: Backend, data: st.DataObject) -> None:
    """Hold the outcome set of a plan against a loop with a try in it."""
    cases = every_case(space)
    covered = np.array([data.draw(st.booleans()) for _ in cases], dtype=bool)
    plan = data.draw(st.sampled_from([Plan(space), Plan(space).without(covered), Plan(space).shuffled(3)]))
    values, errors = {}, {}
    for number, case in enumerate(cases):
        if plan.todo is None or number in plan.todo[:]:
            try:
                values[number] = study(modulus, **case)
            except Odd as error:
                errors[number] = case, str(error)
    spec = as_function_spec(study, resources={"modulus": modulus})
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_SERIAL_SECONDS", "_PARALLEL_SECONDS"):
            patch.setattr(engine, name, data.draw(st.sampled_from([1e-9, 1e-5, 0.1])))
        found, failures, stopped = gathered(outcomes(plan, spec, backend))
    assert stopped is None
    assert found == values
    assert {failure.number: (failure.args, str(failure.exception)) for failure in failures} == errors
    assert len(failures) == len(errors)
    for failure in failures:
        assert type(failure.exception) is Odd
        assert failure.exception.__notes__[-1] == f"in the case {plan.point(failure.number)}"


@pytest.mark.parametrize("backend", ["serial", "threads", Inline()], ids=["serial", "threads", "shipped"])
@given(space=spaces(), modulus=st.integers(1, 6), data=st.data())
@settings(deadline=None, max_examples=60)
def test_the_outcomes_are_those_of_a_plain_loop(
    backend: Backend, space: ParameterSpace, modulus: int, data: st.DataObject
) -> None:
    """Any space, any order, any size of batches, any failing subset: each case has exactly its own end."""
    assert_like_a_plain_loop(space, modulus, backend, data)


@given(space=spaces(), modulus=st.integers(1, 6), data=st.data())
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_the_outcomes_of_other_processes_are_those_of_a_plain_loop(
    space: ParameterSpace, modulus: int, data: st.DataObject
) -> None:
    """Crossing to workers and back changes nothing."""
    assert_like_a_plain_loop(space, modulus, "processes", data)


@pytest.mark.parametrize("backend", BACKENDS, ids=str)
@pytest.mark.parametrize("n", [0, 1, 100_000])
def test_batches_of_any_size_cover_the_plan(backend: Backend, n: int) -> None:
    """From no case to a hundred thousand quick ones, shuffled: each once, in far fewer batches than cases."""
    found = list(outcomes(over(n).shuffled(1), as_function_spec(itself), backend))
    numbers = np.concatenate([np.asarray(outcome.numbers) for outcome in found]) if found else np.array([])
    assert sorted(numbers.tolist()) == list(range(n))
    assert all(list(outcome.numbers) == outcome.values for outcome in found)
    assert len(found) <= max(n / 50, 10)


def test_a_batch_that_is_held_up_makes_the_next_one_small_and_no_other() -> None:
    """A machine that was busy for a moment does not cost the rest of the run its large batches."""
    sizes = Sizes(target=0.02)

    def took(n: int, seconds: float) -> int:
        sizes.learn(Calls(values=[None] * n, elapsed=seconds), 0)
        return sizes.next(10**9)

    assert (sizes.next(10**9), took(1, 1e-6), took(128, 1e-4)) == (1, 128, 8192)
    held_up = took(8192, 0.2)
    assert 700 < held_up < 900
    assert took(held_up // 2, 1e-4) == held_up
    assert took(held_up, 1e-3) == 8192


@pytest.mark.parametrize("backend", BACKENDS, ids=str)
def test_a_failure_that_ends_the_run_loses_nothing(backend: Backend) -> None:
    """The exception keeps its type and names its case; every finished case is there, and the rest does not run."""
    spec = as_function_spec(study, resources={"modulus": 7})
    expected = {i: i for i in range(50_000)}
    values, failures, stopped = gathered(outcomes(over(50_000), spec, backend, on_error="raise"))
    assert stopped is None
    assert failures
    for failure in failures:
        assert type(failure.exception) is Odd
        assert failure.exception.__notes__[-1] == f"in the case i={failure.number}"
    assert all(value == (f"[('i', {expected[number]})]", 1) for number, value in values.items())
    assert len(values) + len(failures) < 50_000
    if backend == "serial":
        assert list(values) == list(range(failures[0].number))


def interrupted(i: int) -> int:
    """Be interrupted at the seventh case."""
    if i == 7:
        raise KeyboardInterrupt
    return i


@pytest.mark.parametrize("backend", BACKENDS, ids=str)
@pytest.mark.parametrize("first", [0, 7])
def test_an_interrupt_comes_after_what_was_finished(backend: Backend, first: int) -> None:
    """What was finished is handed out, then the interrupt ends the run, in the first case of all too."""
    plan = over(10_000).without(np.arange(10_000) < first)
    values, failures, stopped = gathered(outcomes(plan, as_function_spec(interrupted), backend))
    assert type(stopped) is KeyboardInterrupt
    assert failures == []
    assert 7 not in values
    if backend == "serial":
        assert list(values) == list(range(first, 7))


def pid_or_interrupt(i: int) -> int:
    """Tell which process runs, and be interrupted late."""
    if i == 2000:
        raise KeyboardInterrupt
    return os.getpid()


def is_alive(pid: int) -> bool:
    """Say whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupt_leaves_no_worker_behind() -> None:
    """After an interrupt nothing goes on computing in the background."""
    values, _, stopped = gathered(outcomes(over(10_000), as_function_spec(pid_or_interrupt), "processes"))
    assert type(stopped) is KeyboardInterrupt
    pids = set(values.values())
    assert pids
    assert os.getpid() not in pids
    assert not any(map(is_alive, pids))


@pytest.mark.parametrize("backend", BACKENDS, ids=str)
def test_a_run_that_is_given_up_stops(backend: Backend) -> None:
    """Closing the stream of outcomes ends the run, and its own workers with it."""
    found = execute(over(10**6), as_function_spec(pid_or_interrupt), as_run_options(executor=backend, num_workers=2))
    pids = set(next(found).values)
    found.close()
    assert list(found) == []
    assert backend != "processes" or not any(map(is_alive, pids))


def large(i: int) -> bytes:
    """Keep the way home busy."""
    return bytes(10_000_000)


def test_workers_are_ended_while_they_send() -> None:
    """A worker that is ended halfway through a large result leaves nobody waiting for the other half.

    Large results travel one by one, however quick the function is.
    """
    for n in range(1, 5):
        found = execute(over(10**6), as_function_spec(large), as_run_options(parallel=2))
        assert all(len(outcome.values) == 1 for outcome in islice(found, n))
        found.close()


def die(i: int) -> int:
    """End the worker's process at the fifth case."""
    if i == 5:
        os._exit(1)
    return i


def test_a_worker_that_dies_takes_its_own_case_with_it() -> None:
    """The case that ended the worker fails and says how; every other one comes out, in fresh workers."""
    values, [failure], stopped = gathered(outcomes(over(50), as_function_spec(die), "processes"))
    assert stopped is None
    assert values == {i: i for i in range(50) if i != 5}
    assert failure.number == 5
    assert "the worker process ended in this case (exit code 1)" in str(failure.exception)


def test_an_executor_that_refuses_work_loses_nothing() -> None:
    """What stops the run is raised after the outcomes of the batches that came home."""
    values, _, stopped = gathered(outcomes(over(100), as_function_spec(itself), Inline(refused=3)))
    assert type(stopped) is RuntimeError
    assert values == {i: i for i in range(3)}


def test_an_executor_that_loses_batches_loses_their_cases_only() -> None:
    """What the executor says becomes the failure of each case, once it has been lost alone."""
    values, failures, stopped = gathered(outcomes(over(100), as_function_spec(itself), Inline(lost=3)))
    assert stopped is None
    assert values == {i: i for i in range(3)}
    assert sorted(failure.number for failure in failures) == list(range(3, 100))
    assert {type(failure.exception) for failure in failures} == {OSError}


@pytest.mark.parametrize(
    "make",
    [
        lambda: ThreadPoolExecutor(1),
        lambda: ProcessPoolExecutor(1, mp_context=get_context("spawn")),
    ],
    ids=["threads", "processes"],
)
def test_the_callers_executor_is_left_running(make: Callable[[], Executor]) -> None:
    """A pool that was given belongs to who gave it, after good and bad ends; closures and lambdas go through it."""
    offset = 3
    with make() as executor:
        values, _, _ = gathered(outcomes(over(20), as_function_spec(lambda i: i + offset), executor))
        assert values == {i: i + 3 for i in range(20)}
        plan = Plan(ParameterSpace(combos=Combos(("i",), ((lambda: 5, lambda: 6),))))
        values, _, _ = gathered(outcomes(plan, as_function_spec(lambda i: i()), executor))
        assert values == {0: 5, 1: 6}
        _, failures, _ = gathered(outcomes(over(20), as_function_spec(lambda i: 1 / (i - 5)), executor, "raise"))
        assert [type(failure.exception) for failure in failures] == [ZeroDivisionError]
        *_, stopped = gathered(outcomes(over(20), as_function_spec(interrupted), executor))
        assert type(stopped) is KeyboardInterrupt
        assert executor.submit(int, "3").result() == 3


def test_as_many_calls_are_under_way_as_the_pool_has_workers() -> None:
    """A pool of the caller's that is wider than the machine is used in its width."""
    executor = Inline()
    executor._max_workers = 8  # type: ignore[attr-defined]  # noqa: SLF001 - as the pools of the standard library have it
    found = execute(over(100), as_function_spec(itself), as_run_options(executor=executor))
    next(found)
    assert executor.submitted == 16
    found.close()


def test_a_function_that_cannot_be_sent_is_refused() -> None:
    """It is said before anything runs, with the remedy."""
    spec = as_function_spec(lambda i, lock: i, constants={"lock": threading.Lock()})
    values, _, stopped = gathered(outcomes(over(3), spec, "processes"))
    assert values == {}
    assert isinstance(stopped, FunctionError)
    assert "parallel='threads'" in str(stopped)


@pytest.mark.parametrize("backend", BACKENDS, ids=str)
def test_stop_iteration_is_a_failure_of_its_case(backend: Backend) -> None:
    """A function that lets a StopIteration out ends neither the run nor its batch unseen."""
    values, failures, stopped = gathered(outcomes(over(40), as_function_spec(spent), backend))
    assert stopped is None
    assert values == {i: i for i in range(40) if i % 10}
    assert sorted((failure.number, type(failure.exception)) for failure in failures) == [
        (i, CaseError) for i in range(0, 40, 10)
    ]


def spent(i: int) -> int:
    """Let a StopIteration out of every tenth case."""
    return i if i % 10 else next(iter(()))


def test_a_billion_cases_start_at_once() -> None:
    """Nothing grows with the cases that have not run."""
    axis = tuple(range(1000))
    plan = Plan(ParameterSpace(combos=Combos(("a", "b", "c"), (axis, axis, axis)))).shuffled(5)
    spec = as_function_spec(lambda a, b, c: a + b + c)
    tracemalloc.start()
    try:
        found = execute(plan, spec, as_run_options())
        first, second = islice(found, 2)
        assert len(first) == 1
        assert 1 <= len(second) <= 128
        found.close()
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()
