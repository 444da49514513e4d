"""A run is a value: waited for like a Future, steered from anywhere, and never at odds with what is kept."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from queue import Queue
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import xyzpy_widgets as xyz
from tests.programs import PATIENCE
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import BudgetError, ConflictError, FunctionError, OptionError, ResultError, SpaceError
from xyzpy_widgets.execution import listeners
from xyzpy_widgets.execution.progress import Progress
from xyzpy_widgets.registry import in_kernel
from xyzpy_widgets.run import RUNNING


class Steered:
    """A function whose first case does something to the run that it is part of; the first batch is one case."""

    def __init__(self, act: Callable[[xyz.Run], object]) -> None:
        self._act = act
        self._known = threading.Event()
        self.run: xyz.Run | None = None

    def __call__(self, a: int) -> int:
        """Act in the first case."""
        if a == 0:
            assert self._known.wait(PATIENCE)
            assert self.run is not None
            self._act(self.run)
        return 10 * a

    def submitted(self, submit: Callable[..., xyz.Run], n: int = 5, **settings: Any) -> xyz.Run:
        """Begin the run, then let the function know it."""
        self.run = submit({"a": range(n)}, **settings)
        self._known.set()
        return self.run


def seen(run: xyz.Run, what: Callable[[Progress], bool]) -> threading.Event:
    """Return an event that is set when a listener is told of what is waited for."""
    event = threading.Event()
    run.listen(lambda progress: event.set() if what(progress) else None)
    return event


def test_a_run_ends_like_a_future() -> None:
    """What is known of a Future holds here: done, result, exception, callbacks that get the run, and await."""
    run = xyz.Runner(lambda a: a + 1, "out").submit({"a": [1, 2]})
    called: Queue[xyz.Run] = Queue()
    run.add_done_callback(called.put)
    assert run.result(PATIENCE)["out"].values.tolist() == [2, 3]
    assert (run.done(), run.running(), run.cancelled(), run.exception()) == (True, False, False, None)
    assert called.get(timeout=PATIENCE) is run
    run.add_done_callback(called.put)
    assert called.get_nowait() is run
    assert asyncio.run(awaited(run)).identical(run.result())
    assert repr(run).startswith("<Run <lambda>: 2/2 done, done after ")


async def awaited(run: xyz.Run) -> Any:
    """Wait for a run in asyncio."""
    return await run


def test_what_can_be_known_is_raised_where_it_is_asked_for(tmp_path: Path) -> None:
    """A slip is an error of the call that submits, as it is of the blocking call, and nothing runs."""
    runner = xyz.Runner(lambda a: a, "out")
    harvester = xyz.Harvester(runner, tmp_path / "none" / "data.h5")
    slips: tuple[tuple[Any, Any, type[Exception]], ...] = (
        (runner.submit, {"b": [1]}, FunctionError),
        (runner.submit, {"a": [[1]]}, SpaceError),
        (harvester.submit, {"a": [1]}, OSError),
        (xyz.Sampler(runner, default_combos={"a": [1]}).submit, -1, SpaceError),
    )
    for submit, asked, error in slips:
        with pytest.raises(error):
            submit(asked)
    with pytest.raises(OptionError, match="overwrite='yes'"):
        xyz.Harvester(runner).submit({"a": [1]}, overwrite="yes")
    assert not [run for run in xyz.runs() if run.running()]


@pytest.mark.parametrize("where", [{"num_workers": 2}, {"executor": "loky"}, {"executor": "multiprocessing"}], ids=str)
def test_what_cannot_be_sent_is_refused_where_it_is_submitted(where: dict[str, Any]) -> None:
    """A function or a constant that is bound to this process is an error of the call that submits."""
    runner = xyz.Runner(lambda a, lock: a, "out", constants={"lock": threading.Lock()})
    with pytest.raises(FunctionError, match=r"cannot be sent to another process .* parallel='threads'"):
        runner.submit({"a": [1]}, **where)
    assert not [run for run in xyz.runs() if run.running()]
    assert runner.submit({"a": [1]}, executor="threads").result(PATIENCE)["out"].item() == 1


def test_a_result_that_does_not_fit_costs_its_own_case_only(tmp_path: Path) -> None:
    """The others of its batch are kept, in the file and in the states too."""
    ready = threading.Event()

    def fn(a: int) -> Any:
        assert ready.wait(PATIENCE)
        return [a] if a == 5 else a

    for name in (tmp_path / "data.h5", None):
        harvester = xyz.Harvester(xyz.Runner(fn, "out"), name)
        ready.clear()
        run = harvester.submit({"a": range(12)})
        ready.set()
        with pytest.raises(ResultError, match="described as a scalar") as caught:
            run.result(PATIENCE)
        assert "in the case a=5" in caught.value.__notes__
        kept = [a for a, status in enumerate(run.states) if status == Status.DONE]
        assert 5 not in kept
        assert len(kept) >= 5
        assert run.progress.done == len(kept)
        assert harvester.full_ds is not None
        assert harvester.full_ds["out"].dropna("a")["a"].values.tolist() == kept


def test_a_failing_case_is_raised_by_the_result() -> None:
    """The function's own exception comes out where the result is asked for, the finished cases are kept."""
    runner = xyz.Runner(lambda a: 1 // a, "out")
    run = runner.submit({"a": [1, 0, 2]})
    with pytest.raises(ZeroDivisionError) as caught:
        run.result(PATIENCE)
    assert caught.value.__notes__ == ["in the case a=0"]
    assert isinstance(run.exception(), ZeroDivisionError)
    assert run.progress.state == "failed"
    assert runner.last_ds is not None
    assert runner.last_ds["out"].sel(a=1).item() == 1


def test_a_run_that_is_not_over_in_time_goes_on() -> None:
    """A timeout ends the waiting, not the run."""
    gate = threading.Event()
    run = xyz.Runner(lambda a: gate.wait(PATIENCE), "out").submit({"a": [1]})
    with pytest.raises(TimeoutError):
        run.result(0)
    with pytest.raises(TimeoutError):
        run.exception(0)
    assert run.running()
    gate.set()
    assert run.result(PATIENCE)["out"].values.tolist() == [True]


@pytest.mark.parametrize("backend", ["serial", "threads"])
def test_pausing_begins_no_more_cases(backend: str) -> None:
    """A paused run stays where it is, says so, and goes on as if nothing had been."""
    steered = Steered(lambda run: run.pause())
    run = steered.submitted(xyz.Runner(steered, "out").submit, executor=backend, num_workers=1)
    assert seen(run, lambda progress: progress.state == "paused" and progress.running == 0).wait(PATIENCE)
    assert run.progress.done < 5
    assert not run.done()
    assert ", paused>" in repr(run)
    run.resume()
    assert run.result(PATIENCE)["out"].values.tolist() == [0, 10, 20, 30, 40]


def test_stopping_keeps_and_returns_what_is_finished(tmp_path: Path) -> None:
    """After stop the running case finishes, the result is what there is, and the file has it."""
    steered = Steered(lambda run: run.stop())
    harvester = xyz.Harvester(xyz.Runner(steered, "out"), tmp_path / "data.h5")
    run = steered.submitted(harvester.submit)
    result = run.result(PATIENCE)
    assert run.progress.state == "stopped"
    assert not run.cancelled()
    assert run.states.tolist() == [Status.DONE, *[Status.MISSING] * 4]
    assert pd.notna(result["out"].to_numpy()).tolist() == [True, *[False] * 4]
    assert xyz.load_ds(tmp_path / "data.h5")["out"].count() == 1
    assert not (tmp_path / "data.h5.journal").exists()


def test_how_a_run_comes_to_its_end_is_told() -> None:
    """Whoever looks sees whether cases under way finish or are ended, and can still change the one for the other."""
    told: list[str] = []

    def act(run: xyz.Run) -> None:
        run.stop()
        told.append(run.progress.state)
        run.cancel()
        told.append(run.progress.state)

    run = (steered := Steered(act)).submitted(xyz.Runner(steered, "out").submit)
    with pytest.raises(CancelledError):
        run.result(PATIENCE)
    assert [*told, run.progress.state] == ["stopping", "cancelling", "cancelled"]


def test_cancelling_keeps_what_is_finished_and_raises(tmp_path: Path) -> None:
    """After cancel nobody gets a result by mistake, and no finished case is lost."""
    steered = Steered(lambda run: run.cancel())
    harvester = xyz.Harvester(xyz.Runner(steered, "out"), tmp_path / "data.h5")
    run = steered.submitted(harvester.submit)
    for wait in (run.result, run.exception):
        with pytest.raises(CancelledError):
            wait(PATIENCE)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(awaited(run))
    assert run.cancelled()
    assert not run.cancel()
    assert xyz.load_ds(tmp_path / "data.h5")["out"].count() == 1


def test_a_run_that_was_finished_first_is_not_stopped() -> None:
    """Stop and cancel that come with the last case change nothing: the result is whole."""
    for act in (xyz.Run.stop, xyz.Run.cancel):
        steered = Steered(act)
        run = steered.submitted(xyz.Runner(steered, "out").submit, n=1)
        assert run.result(PATIENCE)["out"].values.tolist() == [0]
        assert run.progress.state == "done"


def test_cases_under_way_are_shown() -> None:
    """While a case runs, the states and the snapshot say which."""
    looked: list[tuple[list[int], Progress]] = []
    steered = Steered(lambda run: looked.append((run.states.tolist(), run.progress)))
    steered.submitted(xyz.Runner(steered, "out").submit, n=3).result(PATIENCE)
    ((states, progress),) = looked
    assert states == [RUNNING, Status.MISSING, Status.MISSING]
    assert (progress.running, progress.done, progress.left) == (1, 0, None)
    assert [str(point) for point in progress.current] == ["a=0"]


def test_listeners_are_told_of_the_end_in_any_case() -> None:
    """Whether it listens from the start, late or no longer: the last word is that of the end, and only once asked."""
    gate = threading.Event()
    run = xyz.Runner(lambda a: gate.wait(PATIENCE), "out").submit({"a": [1, 2]})
    early: list[Progress] = []
    left: list[Progress] = []
    told = threading.Event()
    run.listen(early.append)
    run.listen(lambda progress: told.set() if progress.over else None)
    run.listen(left.append)()
    gate.set()
    run.result(PATIENCE)
    assert told.wait(PATIENCE)
    late: list[Progress] = []
    run.listen(late.append)
    assert early[-1] == late[0] == run.progress
    assert early[-1].done == 2
    assert len(late) == 1
    assert all(not progress.over for progress in left)


def test_listeners_are_told_seldom_however_much_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two words lies a time, here longer than the run: of all that happens in it the end alone is told."""
    monkeypatch.setattr(listeners, "_SECONDS_BETWEEN", 2 * PATIENCE)
    gate = threading.Event()
    run = xyz.Runner(lambda a: gate.wait(PATIENCE), "out").submit({"a": range(500)})
    told: list[Progress] = []
    begun, ended = threading.Event(), threading.Event()

    def note(progress: Progress) -> None:
        told.append(progress)
        (ended if progress.over else begun).set()

    run.listen(note)
    assert begun.wait(PATIENCE)
    gate.set()
    assert ended.wait(PATIENCE)
    assert [progress.over for progress in told] == [False, True]
    assert told[-1].done == 500


def test_the_end_is_told_once_though_the_run_is_over_a_moment_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who hears of the end may ask for the result, and nobody does twice what the end calls for."""
    for name in ("_SECONDS_BEFORE", "_SECONDS_BETWEEN", "_HEARTBEAT_SECONDS"):
        monkeypatch.setattr(listeners, name, 0.001)
    now, looks, told = [Progress("running", 1)], threading.Semaphore(0), list[str]()

    def snapshot() -> Progress:
        looks.release()
        return now[0]

    some = listeners.Listeners(snapshot)
    some.add(lambda progress: told.append(progress.state))
    assert looks.acquire(timeout=PATIENCE)
    now[0] = Progress("done", 1, done=1)
    for _ in range(3):
        assert looks.acquire(timeout=PATIENCE)
    assert "done" not in told
    some.close()
    some.add(lambda progress: told.append(f"{progress.state}, late"))
    assert told[-2:] == ["done", "done, late"]
    assert told.count("done") == 1


def test_a_listener_that_raises_does_not_hurt_the_run(caplog: pytest.LogCaptureFixture) -> None:
    """Its exception goes to the log, as that of a Future's callback does; the run and the others do not notice."""
    calls: list[Progress] = []

    def broken(progress: Progress) -> None:
        calls.append(progress)
        raise RuntimeError("broken pipe")

    gate = threading.Event()
    run = xyz.Runner(lambda a: gate.wait(PATIENCE), "out").submit({"a": [1, 2]})
    with caplog.at_level(logging.ERROR, "xyzpy_widgets"):
        run.listen(broken)
        others = seen(run, lambda progress: progress.over)
        assert seen(run, lambda progress: progress.running > 0).wait(PATIENCE)
        gate.set()
        assert run.result(PATIENCE)["out"].all()
        assert others.wait(PATIENCE)
    assert len(calls) == 1
    assert "broken pipe" in caplog.text


def test_a_listener_may_wait_for_the_result() -> None:
    """What a listener does to the run from within ends in no deadlock."""
    got: list[Any] = []
    run = xyz.Runner(lambda a: a, "out").submit({"a": [1, 2]})
    done = threading.Event()

    def waiting(_: Progress) -> None:
        got.append(run.result(PATIENCE))
        done.set()

    run.listen(waiting)
    assert done.wait(PATIENCE)
    assert got[0].identical(run.result())


def broken_below(limit: list[int]) -> Callable[[int], float]:
    """Return a function that fails for what is below a limit that may change."""

    def fn(a: int) -> float:
        if a < limit[0]:
            raise ValueError(f"{a} is too small")
        return 1 / a

    return fn


def test_a_budget_ends_a_run_that_is_waited_for_and_shows_the_kinds() -> None:
    """So many failures of one kind end the run; the error groups them, and what was finished is kept."""
    runner = xyz.Runner(broken_below([0]), "out", verbosity=0)
    assert runner.run_combos({"a": [1, 0, 2]}, max_failures=2)["out"].count() == 2
    runner = xyz.Runner(broken_below([3]), "out", verbosity=0)
    with pytest.raises(
        BudgetError, match=r"max_failures=2 .*\n  \d x ValueError at .*test_run\.py:\d+: 0 is too"
    ) as caught:
        runner.run_combos({"a": range(2000)}, max_failures=2)
    assert isinstance(caught.value.__cause__, ValueError)
    assert runner.last_ds is not None


def test_a_budget_counts_by_kind() -> None:
    """Failures of other types and places do not use up one another's budget."""

    def fn(a: int) -> float:
        if a % 3 == 0:
            raise KeyError(a)
        if a % 3 == 1:
            raise ValueError(a)
        return a

    run = xyz.Runner(fn, "out").submit({"a": range(6)}, max_failures=3)
    run.result(PATIENCE)
    assert run.progress.state == "done"
    assert run.failures["raised"].tolist() == ["KeyError", "ValueError"] * 2
    assert run.failures["place"].nunique() == 2


def test_a_submitted_run_is_held_by_its_budget_and_goes_on() -> None:
    """Held, nothing new is started; resumed after the function was mended, the rest runs with a fresh budget."""
    limit = [1000]
    run = xyz.Runner(broken_below(limit), "out").submit({"a": range(1, 1000)}, max_failures=3)
    assert seen(run, lambda progress: progress.state == "held").wait(PATIENCE)
    failed = run.progress.failed
    assert 3 <= failed < 999
    assert not run.done()
    assert ", held>" in repr(run)
    limit[0] = 0
    run.resume()
    result = run.result(PATIENCE)
    assert run.progress.state == "done"
    assert result["out"].count() == 999 - failed
    assert len(run.failures) == failed


def test_a_held_run_can_be_stopped() -> None:
    """Stop ends a run that is held, with what was finished as the result."""
    run = xyz.Runner(broken_below([1000]), "out").submit({"a": range(1, 1000)}, max_failures=1)
    assert seen(run, lambda progress: progress.state == "held").wait(PATIENCE)
    run.stop()
    assert run.result(PATIENCE)["out"].isnull().all()
    assert run.progress.state == "stopped"


SPACE = {"a": list(range(4)), "b": list(range(3))}


@settings(deadline=None)  # the first example pays for imports
@given(failing=st.sets(st.integers(0, 11)), backend=st.sampled_from(["serial", "threads"]), shuffle=st.booleans())
def test_states_failures_and_result_are_those_of_a_plain_loop(
    failing: set[int], backend: str, *, shuffle: bool
) -> None:
    """Whatever fails, wherever and in whichever order it runs, each point has exactly its own end."""

    def fn(a: int, b: int) -> float:
        if 3 * a + b in failing:
            raise LookupError(f"{a}, {b}")
        return a + 0.25 * b

    how: dict[str, Any] = {"on_error": "continue", "shuffle": shuffle, "executor": backend, "num_workers": 2}
    runner = xyz.Runner(fn, "out", verbosity=0, **how)
    run = runner.submit(SPACE)
    result = run.result(PATIENCE)
    expected = [Status.FAILED if number in failing else Status.DONE for number in range(12)]
    assert run.states.tolist() == expected
    assert run.states.dtype == np.uint8
    assert (run.progress.done, run.progress.failed) == (12 - len(failing), len(failing))
    assert {
        3 * a + b for a, b in run.failures.get(["a", "b"], pd.DataFrame({"a": [], "b": []})).itertuples(index=False)
    } == failing
    xr.testing.assert_identical(result, runner.run_combos(SPACE))


def test_many_runs_of_one_harvester_lose_nothing(tmp_path: Path) -> None:
    """Runs that are under way at once merge into one file, whichever ends first, and no journal is torn away."""
    gate = threading.Event()

    def fn(a: int, w: int) -> int:
        assert gate.wait(PATIENCE)
        return 100 * w + a

    harvester = xyz.Harvester(xyz.Runner(fn, "out"), tmp_path / "data.h5")
    first = harvester.submit({"a": range(20), "w": [0]})
    gate.set()
    under_way = [first, *(harvester.submit({"a": range(20), "w": [w]}) for w in range(1, 6))]
    for run in under_way:
        run.result(PATIENCE)
    stored = xyz.load_ds(tmp_path / "data.h5")["out"].transpose("a", "w")
    assert np.array_equal(stored, np.add.outer(range(20), 100 * np.arange(6)))
    assert not (tmp_path / "data.h5.journal").exists()


def test_a_run_under_way_keeps_its_journal_while_another_is_written(tmp_path: Path) -> None:
    """The write of one run leaves alone what another has in the journal: its process may die before its end."""
    steered = Steered(lambda run: run.pause())
    harvester = xyz.Harvester(xyz.Runner(steered, "out"), tmp_path / "data.h5")
    run = steered.submitted(harvester.submit)
    assert seen(run, lambda progress: progress.state == "paused" and progress.done == 1).wait(PATIENCE)
    harvester.submit({"a": [7]}).result(PATIENCE)
    assert len(list((tmp_path / "data.h5.journal").glob("*.log"))) == 1
    run.resume()
    run.result(PATIENCE)
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values.tolist() == [0, 10, 20, 30, 40, 70]


def test_a_conflict_is_raised_by_the_result(tmp_path: Path) -> None:
    """What is found out when the results are kept comes out of the run too."""
    offset = [0]
    harvester = xyz.Harvester(xyz.Runner(lambda a: a + offset[0], "out"), tmp_path / "data.h5")
    harvester.submit({"a": [1]}).result(PATIENCE)
    offset[0] = 5
    with pytest.raises(ConflictError):
        harvester.submit({"a": [1]}).result(PATIENCE)


def test_a_sampler_submits_the_table_that_it_samples() -> None:
    """The same seed gives the same rows, waited for or not."""
    runner = xyz.Runner(lambda a, b: a * b, "out", verbosity=0)
    combos = {"a": [1, 2, 3], "b": lambda rng: rng.normal()}
    sampler = xyz.Sampler(runner, seed=3)
    pd.testing.assert_frame_equal(
        sampler.submit(50, combos).result(PATIENCE), xyz.Sampler(runner, seed=3).sample_combos(50, combos)
    )
    assert sampler.full_df is not None
    assert len(sampler.full_df) == 50


def test_runs_are_listed_while_they_run_or_are_held() -> None:
    """A run under way is found by anyone; one that is over only as long as somebody holds it."""
    gate = threading.Event()
    runner = xyz.Runner(lambda a: gate.wait(PATIENCE), "out")
    first, second = runner.submit({"a": [1]}), runner.submit({"a": [2]})
    numbers = (first.number, second.number)
    del second
    assert [run.number for run in xyz.runs()][-2:] == list(numbers)
    gate.set()
    xyz.runs()[-1].result(PATIENCE)
    first.result(PATIENCE)
    for thread in threading.enumerate():
        if thread.name.startswith("xyzpy_widgets-run"):
            thread.join(PATIENCE)
    gc.collect()
    listed = [run.number for run in xyz.runs()]
    assert first.number in listed
    assert numbers[1] not in listed


def test_a_run_begins_while_another_thread_imports_ipython(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is loaded in part is no kernel yet."""
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    assert not in_kernel()


def test_a_blocking_serial_call_stays_in_the_main_thread() -> None:
    """Functions that need the main thread, as plots and signals do, run there; a submitted run has its own."""
    runner = xyz.Runner(lambda a: threading.current_thread() is threading.main_thread(), "out", verbosity=0)
    assert runner.run_combos({"a": [1, 2]})["out"].all()
    assert not runner.submit({"a": [1, 2]}).result(PATIENCE)["out"].any()
