"""Faults: whatever a case does to its worker, it costs that case, after its tries, and nothing else."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
import weakref
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.programs import PATIENCE, started
from tests.test_execution_control import begun_long_ago
from tests.test_execution_engine import Inline, gathered, over
from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.core.outcome import Failure
from xyzpy_widgets.errors import CaseError, OptionError
from xyzpy_widgets.execution import engine, process, workers
from xyzpy_widgets.execution.engine import execute
from xyzpy_widgets.execution.options import as_run_options

HERE = ["serial", "threads", "processes"]


def ran(
    fn: Callable[..., Any], n: int, where: Any = "processes", **settings: Any
) -> tuple[dict[int, Any], list[Failure], BaseException | None]:
    """Carry out a function over the numbers below ``n`` on two workers."""
    spec = as_function_spec(fn, constants=settings.pop("constants", None))
    options = as_run_options(**{"executor": where, "num_workers": 2, "on_error": "continue", **settings})
    return gathered(execute(over(n), spec, options))


def deadly(i: int) -> int:
    """Kill the worker, as the system does when memory runs out."""
    if i % 40 == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return i


def test_every_case_that_kills_is_found_among_quick_ones() -> None:
    """Cases too quick to be noted one by one run again one by one, once a worker has died of them."""
    values, failures, stopped = ran(deadly, 100)
    assert stopped is None
    assert sorted(failure.number for failure in failures) == [7, 47, 87]
    assert values == {i: i for i in range(100) if i % 40 != 7}
    for failure in failures:
        assert type(failure.exception) is CaseError
        assert "killed by SIGKILL" in str(failure.exception)
        assert failure.told()["tries"] == 1


def test_how_a_worker_ended_is_known_when_another_thread_is_told_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one thread is told of a process that ended; until it has noted that, the others wait for it."""
    first, ended_too, real, end = threading.Event(), threading.Event(), os.waitpid, os.killpg

    def told_slowly(pid: int, options: int) -> tuple[int, int]:
        told = real(pid, options)
        first.set()
        ended_too.wait(PATIENCE)
        return told

    def noted(group: int, number: int) -> None:
        ended_too.set()
        end(group, number)

    worker = process.WorkerProcess((os.getpid(),), 1)
    monkeypatch.setattr(os, "waitpid", told_slowly)
    monkeypatch.setattr(os, "killpg", noted)
    os.kill(worker._process.pid, signal.SIGKILL)  # noqa: SLF001 - as the system does
    other = threading.Thread(target=worker._process.wait)  # noqa: SLF001 - as a thread that ends it does
    other.start()
    assert first.wait(PATIENCE)
    with pytest.raises(process.WorkerEnded) as ended:
        worker.ask(b"", None)
    other.join()
    assert ended_too.is_set()
    assert ended.value.how.startswith("killed by SIGKILL")


def attempted(i: int, folder: str, how: str) -> int:
    """Fail the first two times, in one way or another."""
    path = Path(folder, str(i))
    tries = len(path.read_text()) if path.exists() else 0
    path.write_text("x" * (tries + 1))
    if i == 3 and tries < 2:
        if how == "dies":
            os._exit(1)
        if how == "hangs":
            begun_long_ago()
            threading.Event().wait()
        raise ValueError(i)
    return i


@pytest.mark.parametrize("how", ["raises", "dies", "hangs"])
@pytest.mark.parametrize("retries", [1, 2])
def test_a_case_has_its_tries(tmp_path: Path, how: str, retries: int) -> None:
    """A case that fails is tried again, whichever way it fails, and tells how often it was."""
    constants = {"folder": str(tmp_path), "how": how}
    timeout = 10 * PATIENCE if how == "hangs" else None
    values, failures, stopped = ran(attempted, 6, constants=constants, retries=retries, timeout=timeout)
    assert stopped is None
    assert values.keys() | {failure.number for failure in failures} == set(range(6))
    assert [failure.tries for failure in failures] == ([2] if retries == 1 else [])
    expected = {"raises": ValueError, "dies": CaseError, "hangs": TimeoutError}[how]
    assert all(type(failure.exception) is expected for failure in failures)


@pytest.mark.parametrize("where", HERE)
def test_retries_end_a_run_only_when_they_are_used_up(tmp_path: Path, where: str) -> None:
    """A case that comes out well at last fails nobody, with ``on_error="raise"`` too."""
    constants = {"folder": str(tmp_path), "how": "raises"}
    values, failures, stopped = ran(attempted, 20, where, constants=constants, retries=2, on_error="raise")
    assert (values, failures, stopped) == ({i: i for i in range(20)}, [], None)


def leave(i: int) -> int:
    """Call sys.exit in every fifth case."""
    if i % 5 == 0:
        sys.exit(f"no {i}")
    return i


@pytest.mark.parametrize("where", ["threads", "processes", Inline()], ids=str)
def test_a_function_that_exits_fails_alone(where: Any) -> None:
    """A worker survives sys.exit, and so does the run."""
    values, failures, stopped = ran(leave, 12, where)
    assert stopped is None
    assert values == {i: i for i in range(12) if i % 5}
    assert sorted(str(failure.exception) for failure in failures) == [
        f"the function called sys.exit('no {i}')" for i in (0, 10, 5)
    ]


def talk(i: int) -> int:
    """Write, warn, and fail in the end."""
    print("one", i)  # noqa: T201 - what is captured
    print("two", i, file=sys.stderr)  # noqa: T201 - what is captured
    if i % 2:
        warnings.warn(f"beware {i}", UserWarning, stacklevel=1)
        raise ValueError(i)
    return i


@pytest.mark.parametrize("where", [*HERE, Inline()], ids=str)
@pytest.mark.filterwarnings("default:beware")
def test_a_failure_tells_what_its_case_wrote(where: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own output and warnings, nobody else's; in this process all goes where it would have gone, too."""
    streams = sys.stdout, sys.stderr, warnings.showwarning
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        _, failures, _ = ran(talk, 10, where)
    assert sorted(failure.number for failure in failures) == [1, 3, 5, 7, 9]
    for failure in failures:
        told = failure.told()
        assert told["output"].startswith(f"one {failure.number}\ntwo {failure.number}\n")
        assert f"UserWarning: beware {failure.number}" in told["warnings"]
        assert "\nbeware" not in told["output"]
    if where != "processes":
        assert capsys.readouterr().out.splitlines() == [f"one {i}" for i in range(10)] or where == "threads"
        assert len(shown) == 5
    assert streams == (sys.stdout, sys.stderr, warnings.showwarning)


def test_streams_that_were_in_the_place_of_others_do_not_pile_up() -> None:
    """Whoever redirects the output of many runs keeps none of what they wrote, beside that of the last."""

    def redirected() -> weakref.ref[io.StringIO]:
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            ran(talk, 1, "serial")
        assert stream.getvalue() == "one 0\n"
        return weakref.ref(stream)

    streams = [redirected() for _ in range(5)]
    gc.collect()
    assert [stream() for stream in streams[:-1]] == [None] * 4


def test_who_kept_the_stream_of_a_case_writes_on_to_where_it_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    """What a case took for the standard output, as for a handler of a log, stands for the same when it is over."""
    kept: list[Any] = []

    def keep(i: int) -> int:
        kept.append(sys.stdout)
        return i

    ran(keep, 1, "serial")
    kept[0].write("afterwards")
    assert capsys.readouterr().out == "afterwards"


@pytest.mark.parametrize("where", ["serial", "processes"])
def test_what_is_captured_is_bounded(where: str) -> None:
    """A case that writes without end costs some kilobytes; without capture nothing."""

    def flood(i: int) -> None:
        for _ in range(2000):
            sys.stdout.write("0123456789" * 2)
        raise ValueError(i)

    _, [failure], _ = ran(flood, 1, where)
    assert failure.output == "0123456789" * 1000
    _, [failure], _ = ran(flood, 1, where, capture=False)
    assert failure.output == ""


@pytest.mark.parametrize("where", ["serial", "threads", "dask"])
def test_a_timeout_is_refused_where_no_case_can_be_ended(where: str) -> None:
    """It is said before anything runs, with the remedy."""
    with pytest.raises(OptionError, match=r"timeout=3: a case is ended with its worker.*parallel='processes'"):
        as_run_options(executor=where, timeout=3)


def breaks(i: int) -> int:
    """Break a pool of the standard library."""
    if i == 30:
        os._exit(1)
    return i


def test_a_broken_executor_of_the_callers_keeps_what_was_finished() -> None:
    """It cannot be mended here: the error names what was under way, and the remedy."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        values, failures, stopped = ran(breaks, 60, executor)
    assert isinstance(stopped, BrokenExecutor)
    assert failures == []
    assert values
    assert 30 not in values
    assert any(note.startswith("lost: i=") for note in stopped.__notes__)
    assert any("with parallel=N instead" in note for note in stopped.__notes__)


class Losing(Executor):
    """An executor that goes on when a batch has killed a worker, as those of clusters do."""

    def __init__(self, killers: set[int]) -> None:
        self.killers = killers
        self.under_way = 0
        self.alone = True

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Make the call unless one of its cases kills."""
        import pickle

        future: Future[Any] = Future()
        cases = {i for (i,) in pickle.loads(args[2])}  # noqa: S301 - our own
        if cases & self.killers:
            future.set_exception(OSError("KilledWorker"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


@given(killers=st.sets(st.integers(0, 299), max_size=4), seconds=st.sampled_from([1e-9, 1e-3, 0.1]))
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_halving_finds_exactly_the_cases_that_kill(
    killers: set[int], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the batches are, no innocent case is blamed and none is lost."""
    monkeypatch.setattr(engine, "_PARALLEL_SECONDS", seconds)
    values, failures, stopped = ran(lambda i: i, 300, Losing(killers))
    assert stopped is None
    assert sorted(failure.number for failure in failures) == sorted(killers)
    assert values == {i: i for i in range(300) if i not in killers}


def noted(i: int) -> int:
    """Start another process, say which ones are at work, and stay there."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    os.write(1, f"{os.getpid()} {child.pid}\n".encode())
    return child.wait()


WAITING = """
    import signal, sys, xyzpy_widgets as xyz
    from tests.test_execution_faults import noted

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its background jobs ignore it
    try:
        xyz.Runner(noted, "out", verbosity=0, num_workers=2).run_combos({"i": range(9)})
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        sys.stdin.readline()
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_program_that_ends(how: signal.Signals) -> None:
    """After Ctrl-C, and after a death too, neither workers nor what they have started go on."""
    with started(WAITING) as program:
        told = [[psutil.Process(int(pid)) for pid in line.split()] for line in program.lines(2)]
        assert [len(ours) for ours in told] == [2, 2]
        os.killpg(program.pid, how)
        if how == signal.SIGINT:
            assert program.lines(1) == ["interrupted"]
            assert psutil.wait_procs([one for ours in told for one in ours], PATIENCE)[1] == []
            assert program.process.stdin is not None
            program.process.stdin.close()
        assert program.rest() == ""
        assert program.ended() == (0 if how == signal.SIGINT else -how)
        assert program.left() == []


class Constant:
    """Counts in a folder how often it arrives in which process."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        with Path(folder, str(os.getpid())).open("a") as file:
            file.write("x")

    def __reduce__(self) -> tuple[Any, ...]:
        """Make it anew."""
        return Constant, (self.folder,)


def total(i: int, table: np.ndarray[Any, Any], other: Constant) -> float:
    """Write into a large constant."""
    table[0] = 5
    return float(table[i])


@pytest.mark.parametrize("size", [10, 200_000])
def test_constants_go_to_each_worker_once(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """They arrive once in each process, which has them for itself; the file of large ones is gone afterwards."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / "arrived"
    folder.mkdir()
    table = np.ones(size)
    options = as_run_options(num_workers=2)
    spec = as_function_spec(total, constants={"table": table, "other": Constant(str(folder))})
    (folder / str(os.getpid())).unlink()
    values, _, stopped = gathered(execute(over(10), spec, options))
    assert stopped is None
    assert values == {0: 5.0, **dict.fromkeys(range(1, 10), 1.0)}
    assert table.sum() == size
    assert {path.read_text() for path in folder.iterdir()} == {"x"}
    assert list(tmp_path.glob("*.function")) == []


def test_a_run_leaves_its_workers_to_the_next() -> None:
    """Processes are started once for many runs."""
    ran(lambda i: i, 50)
    first, second = (set(ran(lambda i: os.getpid(), 50, num_workers=1)[0].values()) for _ in range(2))
    assert first == second
    assert len(workers._idle) <= 2 * (os.cpu_count() or 1)  # noqa: SLF001 - what is kept


def test_a_worker_does_not_outlive_the_source_it_has_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was edited and loaded anew here runs anew in other processes too."""
    monkeypatch.syspath_prepend(tmp_path)
    source = tmp_path / "edited_study.py"
    for answer in (1, 22):
        source.write_text(f"def fn(i):\n    return {answer}\n")
        module = importlib.import_module("edited_study")
        importlib.reload(module)
        assert ran(module.fn, 3)[0] == dict.fromkeys(range(3), answer)
    del sys.modules["edited_study"]
