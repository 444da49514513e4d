"""Control: a run obeys from any thread, wherever its calls are made, and nothing finished is lost by it."""

from __future__ import annotations

import fcntl
import math
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from time import time

import numpy as np
import pytest

from tests.programs import PATIENCE
from tests.test_execution_engine import Inline
from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.core.outcome import Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import Combos, ParameterSpace
from xyzpy_widgets.execution import calls, process, work
from xyzpy_widgets.execution.control import Control
from xyzpy_widgets.execution.engine import execute
from xyzpy_widgets.execution.options import as_run_options
from xyzpy_widgets.execution.supply import Numbers

BACKENDS = ["serial", "threads", "processes"]


def over(n: int) -> Plan:
    """A plan over the numbers below ``n``."""
    return Plan(ParameterSpace(combos=Combos(("i",), (tuple(range(n)),))))


def done(found: Iterator[Outcome]) -> list[int]:
    """The numbers of all that came out well, in order."""
    return sorted(int(number) for outcome in found for number in outcome.numbers)


def itself(i: int) -> int:
    """Cost nothing."""
    return i


def hang(i: int, folder: str) -> int:
    """Say that it began, then wait for what never comes."""
    if i:
        Path(folder, str(i)).touch()
        threading.Event().wait()
    return i


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_stopped_run_finishes_what_is_under_way(backend: str) -> None:
    """After a stop the batches that are out come home, nothing else is handed out, and the stream ends by itself."""
    control = Control()
    claimed: list[int] = []

    def claim(numbers: Numbers) -> Numbers:
        assert control.state == "running"
        claimed.extend(map(int, numbers))
        return numbers

    options = as_run_options(executor=backend, num_workers=2)
    found = execute(over(10**6), as_function_spec(itself), options, control, claim)
    first = next(found)
    control.stop()
    assert {*first.numbers, *done(found)} <= set(claimed)
    assert len(claimed) < 10**6
    assert control.running == ()
    control.resume()
    assert control.state == "stopping"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_paused_run_goes_on_where_it_was(backend: str) -> None:
    """Nothing is handed out during a pause; afterwards every case has been run once."""
    control = Control()
    claimed: list[int] = []

    def claim(
        numbers: range | np.ndarray[tuple[int], np.dtype[np.intp]],
    ) -> range | np.ndarray[tuple[int], np.dtype[np.intp]]:
        assert control.state == "running"
        claimed.extend(map(int, numbers))
        return numbers

    options = as_run_options(executor=backend, num_workers=2)
    found = execute(over(5000), as_function_spec(itself), options, control, claim)
    some = list(next(found).numbers)
    control.pause()
    resumer = threading.Timer(0.01, control.resume)
    resumer.start()
    rest = done(found)
    resumer.join()
    assert sorted(some + rest) == sorted(claimed) == list(range(5000))


@pytest.mark.parametrize("backend", BACKENDS)
def test_only_what_is_claimed_runs(backend: str) -> None:
    """A case that somebody else has taken in the meantime is left to them."""
    options = as_run_options(executor=backend, num_workers=2)
    found = execute(
        over(1000), as_function_spec(itself), options, claim=lambda numbers: np.array([i for i in numbers if i % 3])
    )
    assert done(found) == [i for i in range(1000) if i % 3]


def test_a_cancelled_run_ends_cases_that_hang(tmp_path: Path) -> None:
    """Processes are ended in the middle of a case; what was finished is kept and what was ended is named."""
    control = Control()
    spec = as_function_spec(hang, constants={"folder": str(tmp_path)})
    found = execute(over(8), spec, as_run_options(num_workers=2), control)
    assert list(next(found).numbers) == [0]
    control.cancel()
    rest = list(found)
    assert done(iter(rest)) == []
    ended = {int(number) for outcome in rest for number in outcome.cancelled}
    assert {int(path.name) for path in tmp_path.iterdir()} <= ended
    assert control.running == ()


def test_what_has_come_home_is_taken_in_however_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine so busy that the time of grace is over at once costs no result that is there."""
    monkeypatch.setattr(work, "_GRACE_SECONDS", -1.0)
    control = Control()
    executor = Inline()
    found = execute(over(10**5), as_function_spec(itself), as_run_options(executor=executor), control)
    came = [next(found) for _ in range(3)]
    control.cancel()
    came += found
    assert sum(1 for outcome in came if len(outcome.numbers)) == executor.submitted > 3
    assert not any(len(outcome.cancelled) for outcome in came)


class Gate:
    """Holds cases in whatever process they run, and is told which have begun."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder)
        os.mkfifo(folder / "began")
        self._began = os.open(folder / "began", os.O_RDWR)
        self._lock = (folder / "gate").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def wait(self, n: int) -> list[int]:
        """Wait until so many cases have begun."""
        numbers: list[int] = []
        while len(numbers) < n:
            numbers += map(int, os.read(self._began, 1000).split())
        return sorted(numbers)

    def open(self) -> None:
        """Let them go on."""
        self._lock.close()


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """Hold cases until the test lets them go on."""
    gate = Gate(tmp_path)
    yield gate
    gate.open()
    os.close(gate._began)  # noqa: SLF001 - its own end


def held(i: int, folder: str) -> int:
    """Tell that the case has begun, and wait at the gate."""
    with Path(folder, "began").open("a") as began:
        began.write(f"{i}\n")
    with Path(folder, "gate").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
    return i


@pytest.mark.parametrize("backend", ["threads", "processes"])
def test_a_cancelled_run_leaves_the_others_alone(gate: Gate, backend: str) -> None:
    """Runs that are under way in threads of one process have workers of their own."""
    options = as_run_options(executor=backend, num_workers=2)
    spec = as_function_spec(held, constants={"folder": gate.path})
    results: list[int] = []
    other = threading.Thread(target=lambda: results.extend(done(execute(over(4), spec, options))))
    other.start()
    assert gate.wait(2) == [0, 1]
    control = Control()
    found = execute(over(10**6), as_function_spec(itself), options, control)
    next(found)
    control.cancel()
    assert len(done(found)) < 10**6
    gate.open()
    other.join()
    assert results == [0, 1, 2, 3]


def test_what_is_under_way_is_told(gate: Gate) -> None:
    """Only cases that are with a worker are running, not those that wait for one."""
    control = Control()
    spec = as_function_spec(held, constants={"folder": gate.path})
    results: list[int] = []
    options = as_run_options(num_workers=2)
    thread = threading.Thread(target=lambda: results.extend(done(execute(over(9), spec, options, control))))
    thread.start()
    assert gate.wait(2) == [0, 1]
    assert sorted(int(number) for batch in control.running for number in batch.numbers) == [0, 1]
    assert all(batch.since <= time() for batch in control.running)
    gate.open()
    thread.join()
    assert results == list(range(9))
    assert control.running == ()


def test_a_case_that_hangs_is_cancelled_from_another_thread(gate: Gate) -> None:
    """A run whose every worker hangs ends when it is told to, and names what it has ended."""
    control = Control()
    spec = as_function_spec(held, constants={"folder": gate.path})
    found: list[Outcome] = []
    thread = threading.Thread(
        target=lambda: found.extend(execute(over(9), spec, as_run_options(num_workers=2), control))
    )
    thread.start()
    assert gate.wait(2) == [0, 1]
    control.cancel()
    thread.join()
    assert sorted(int(number) for outcome in found for number in outcome.cancelled) == [0, 1]


def begun_long_ago() -> None:
    """Have the case under way in this worker look as if it took longer than any time that is allowed."""
    calls._note[1] = -math.inf  # noqa: SLF001 - what the process reads that started this one


def written(i: int, folder: str) -> int:
    """Write down every case that is finished; tell of one that is among quick ones, and hang there."""
    if i == 150:
        begun_long_ago()
        if Path(folder, "began").exists():
            with Path(folder, "began").open("a") as began:
                began.write(f"{i}\n")
        threading.Event().wait()
    with Path(folder, "finished").open("a") as finished:
        finished.write(f"{i}\n")
    return i


def test_what_a_worker_has_finished_comes_home_before_it_is_ended(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a batch that is cancelled in the middle, the cases that are over are kept, and the one under way is named."""
    monkeypatch.setattr(work, "HANDING_OVER_SECONDS", PATIENCE)
    control = Control()
    spec = as_function_spec(written, constants={"folder": gate.path})
    found: list[Outcome] = []
    thread = threading.Thread(
        target=lambda: found.extend(execute(over(200), spec, as_run_options(num_workers=1), control))
    )
    thread.start()
    assert gate.wait(1) == [150]
    control.cancel()
    thread.join()
    finished = sorted(map(int, (tmp_path / "finished").read_text().split()))
    assert finished == list(range(150))
    assert done(iter(found)) == finished
    assert [int(number) for outcome in found for number in outcome.cancelled] == [150]


def test_a_case_that_takes_too_long_costs_the_others_of_its_batch_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was finished before it is kept, and what comes after it runs: each case once."""
    monkeypatch.setattr(process, "HANDING_OVER_SECONDS", PATIENCE)
    spec = as_function_spec(written, constants={"folder": str(tmp_path)})
    options = as_run_options(num_workers=1, timeout=10 * PATIENCE, on_error="continue")
    found = list(execute(over(200), spec, options))
    expected = [i for i in range(200) if i != 150]
    assert done(iter(found)) == expected
    assert sorted(map(int, (tmp_path / "finished").read_text().split())) == expected
    assert [type(failure.exception) for outcome in found for failure in outcome.failures] == [TimeoutError]
