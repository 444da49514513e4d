"""Runs that want the same cases share them out: each case is done once, and nothing waits for the dead."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xyzpy_widgets as xyz
from tests.programs import PATIENCE
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import XyzWarning
from xyzpy_widgets.store.claims import Claims, clear_claims
from xyzpy_widgets.store.growing import GrowingFile

SIDE = 8
GRID = {"a": range(SIDE), "b": range(SIDE)}
TRUE = np.add.outer(np.arange(SIDE), 10 * np.arange(SIDE))

# Each call is a line in a file that all share; it says when it begins and when it is over.
CODE = """
import os, sys, time, xyzpy_widgets as xyz
name, calls, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
def note(text):
    with open(calls, "ab", buffering=0) as file:
        file.write(text.encode())
def fn(a, b):
    note(f"begin {os.getpid()} {a} {b}\\n")
    time.sleep(seconds)
    note(f"end {os.getpid()} {a} {b}\\n")
    return a + 10 * b
harvester = xyz.Harvester(xyz.Runner(fn, "out", verbosity=0), name)
"""
RUN = CODE + "harvester.harvest_combos({'a': range(8), 'b': range(8)}, missing_only=True)\n"
CHECK = "assert (harvester.status == 1).all() and harvester.status.size == 64, harvester.status\n"


def started(code: str, folder: Path, seconds: float = 0.01) -> subprocess.Popen[bytes]:
    """Start a process that notes its calls."""
    return subprocess.Popen([sys.executable, "-c", code, folder / "data.h5", folder / "calls", str(seconds)])


def noted(folder: Path, what: str = "begin") -> list[tuple[int, tuple[int, int]]]:
    """Return the process and the case of each call."""
    path = folder / "calls"
    lines = path.read_text().splitlines() if path.exists() else []
    words = [line.split() for line in lines if line.startswith(what)]
    return [(int(process), (int(a), int(b))) for _, process, a, b in words]


def assert_whole(folder: Path) -> None:
    """Hold the file against what the function gives; nothing else is left of the runs."""
    assert np.array_equal(xyz.load_ds(folder / "data.h5")["out"], TRUE)
    assert not (folder / "data.h5.journal").exists()


def test_two_processes_do_each_case_once(tmp_path: Path) -> None:
    """Two that are started together do each case once, both take part, and both have everything when they return."""
    until_both_have_begun = "while len({line.split()[1] for line in open(calls)}) < 2: time.sleep(0.01)"
    code = RUN.replace("time.sleep(seconds)", until_both_have_begun)
    both = [started(code + CHECK, tmp_path) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    calls = noted(tmp_path)
    assert Counter(case for _, case in calls) == Counter((a, b) for a in range(SIDE) for b in range(SIDE))
    assert len({process for process, _ in calls}) == 2
    assert_whole(tmp_path)


KERNEL = """
import sys
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="python3")
try:
    reply = client.execute_interactive(sys.argv[1], timeout=60)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
sys.exit(reply["content"]["status"] != "ok")
"""


def test_two_kernels_do_each_case_once(tmp_path: Path) -> None:
    """Two notebooks that harvest one grid are two such processes."""
    arguments = repr((str(tmp_path / "data.h5"), str(tmp_path / "calls"), 0.01))
    code = CODE.replace("sys.argv[1], sys.argv[2], float(sys.argv[3])", arguments)
    code += "_ = harvester.harvest_combos({'a': range(8), 'b': range(8)}, missing_only=True)\n" + CHECK
    both = [subprocess.Popen([sys.executable, "-c", KERNEL, code]) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert Counter(case for _, case in noted(tmp_path)) == Counter((a, b) for a in range(SIDE) for b in range(SIDE))
    assert_whole(tmp_path)


def test_what_a_killed_process_left_is_taken_over(tmp_path: Path) -> None:
    """One of two is killed in the middle: the other does what is left, and repeats nothing that was over."""
    code = RUN.replace("time.sleep(seconds)", "print(flush=True); time.sleep(seconds)")
    arguments: list[str | Path] = [sys.executable, "-c", code, tmp_path / "data.h5", tmp_path / "calls", "0.02"]
    dying = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    assert dying.stdout is not None
    for _ in range(3):
        dying.stdout.readline()
    other = started(RUN + CHECK, tmp_path, 0.02)
    for _ in range(9):
        dying.stdout.readline()
    dying.kill()
    dying.wait()
    dying.stdout.close()
    assert other.wait() == 0
    begun, over = noted(tmp_path), noted(tmp_path, "end")
    assert {case for _, case in over} == {(a, b) for a in range(SIDE) for b in range(SIDE)}
    twice = [case for case, count in Counter(case for _, case in begun).items() if count > 1]
    assert len(twice) <= 1  # what was under way when the process died
    assert_whole(tmp_path)


class Calls:
    """A function that notes its calls, in threads of this process."""

    def __init__(self, fails: Any = ()) -> None:
        self.fails = set(fails)
        self.made: list[tuple[int, int]] = []

    def __call__(self, a: int, b: int) -> int:
        """Note the case, and give its value or fail."""
        self.made.append((a, b))
        if (a, b) in self.fails:
            msg = "bad"
            raise ValueError(msg)
        return a + 10 * b


def harvester(calls: Any, folder: Path, **settings: Any) -> xyz.Harvester:
    """Return a harvester over the shared file."""
    return xyz.Harvester(xyz.Runner(calls, "out", fn_args=["a", "b"], verbosity=0, **settings), folder / "data.h5")


def together(*harvests: Any) -> list[Any]:
    """Let threads begin at one time, and return what each raised or None."""
    gate = threading.Barrier(len(harvests))
    ends: list[Any] = [None] * len(harvests)

    def run(number: int) -> None:
        gate.wait()
        try:
            harvests[number]()
        except ValueError as error:
            ends[number] = error

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(harvests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def test_threads_do_each_case_once(tmp_path: Path) -> None:
    """Harvesters in threads of one process are runs like any other."""
    calls = Calls()
    three = [harvester(calls, tmp_path) for _ in range(3)]
    together(*(lambda one=one: one.harvest_combos(GRID, missing_only=True) for one in three))
    assert Counter(calls.made) == Counter((a, b) for a in range(SIDE) for b in range(SIDE))
    for one in three:
        assert one.full_ds is not None
        assert np.array_equal(one.full_ds["out"], TRUE)
    assert_whole(tmp_path)


def test_overlapping_grids_share_what_they_have_in_common(tmp_path: Path) -> None:
    """Labels are compared as on an axis: other orders, other sizes, and floats that differ by rounding."""
    calls = Calls()
    grids = [{"a": [0.1, 0.3, 0.7], "b": [0, 1]}, {"b": [1, 2, 0], "a": [0.1 + 0.2, 0.9]}]
    both = [harvester(calls, tmp_path) for _ in grids]
    with pytest.warns(xyz.errors.LabelWarning):
        together(
            *(
                lambda one=one, grid=grid: one.harvest_combos(grid, missing_only=True)
                for one, grid in zip(both, grids, strict=True)
            )
        )
    cases = [(round(a, 9), b) for a, b in calls.made]
    assert len(cases) == len(set(cases)) == 3 * 2 + 2 * 3 - 2


def test_failed_cases_are_retried_once(tmp_path: Path) -> None:
    """Two that retry what failed share it out, and neither tries again what failed with the other."""
    calls = Calls(fails=[(a, 0) for a in range(6)])
    harvester(calls, tmp_path, on_error="continue").harvest_combos({"a": range(6), "b": [0, 1]})
    calls.made.clear()
    both = [harvester(calls, tmp_path, on_error="continue") for _ in range(2)]
    together(*(lambda one=one: one.harvest_combos({"a": range(6), "b": [0, 1]}, retry_failed=True) for one in both))
    assert sorted(calls.made) == [(a, 0) for a in range(6)]
    assert (both[0].status.sel(b=0) == Status.FAILED).all()


def test_what_an_error_left_undone_is_taken_over(tmp_path: Path) -> None:
    """A run that ends at its first failure gives its claims back; the other does all but what has failed."""
    failing, calm = Calls(fails=[(0, 0)]), Calls()
    held = threading.Event()

    def waits(a: int, b: int) -> int:
        if (a, b) == (0, 1):
            held.wait(PATIENCE)
        return calm(a, b)

    first, second = harvester(failing, tmp_path), harvester(waits, tmp_path, on_error="continue")

    def fail() -> None:
        try:
            first.harvest_combos({"a": [0], "b": [0, 2, 3]}, missing_only=True)
        finally:
            held.set()

    ends = together(fail, lambda: second.harvest_combos({"a": [0], "b": [1, 3, 2]}, missing_only=True))
    assert isinstance(ends[0], ValueError)
    assert sorted(calm.made) == [(0, 1), (0, 2), (0, 3)]
    status = second.status.sel(a=0)
    assert status.sel(b=0) == Status.FAILED
    assert (status.sel(b=[1, 2, 3]) == Status.DONE).all()


def test_results_that_are_not_synced_are_seen_by_the_other(tmp_path: Path) -> None:
    """What the other has finished and only in its journal comes from its log, and is not run again."""
    calls = Calls()
    first, second = harvester(calls, tmp_path), harvester(calls, tmp_path)
    together(
        lambda: first.harvest_combos(GRID, missing_only=True, sync=False),
        lambda: second.harvest_combos(GRID, missing_only=True),
    )
    assert len(calls.made) == SIDE**2
    assert second.full_ds is not None
    assert np.array_equal(second.full_ds["out"], TRUE)
    first.delete_ds()


def test_a_run_that_waits_for_another_can_be_stopped(tmp_path: Path) -> None:
    """Waiting is no trap: stop() ends it, and what was finished is kept."""
    gate, begun = threading.Event(), threading.Event()

    def waits(a: int, b: int) -> int:
        begun.set()
        gate.wait(PATIENCE)
        return a + 10 * b

    slow = harvester(waits, tmp_path).submit({"a": [0], "b": [0]}, missing_only=True)
    assert begun.wait(PATIENCE)
    calls = Calls()
    second = harvester(calls, tmp_path)
    run = second.submit({"a": [0], "b": [0, 1]}, missing_only=True)
    done = threading.Event()
    run.listen(lambda progress: done.set() if progress.done else None)
    assert done.wait(PATIENCE)
    assert not run.done()
    run.stop()
    run.result(PATIENCE)
    assert calls.made == [(0, 1)]
    gate.set()
    slow.result(PATIENCE)
    assert second.full_ds is not None
    assert second.full_ds["out"].values.tolist() == [[0, 10]]


@pytest.mark.parametrize("end", [Status.DONE, Status.FAILED])
def test_a_run_tells_what_another_brought_to_an_end(tmp_path: Path, end: Status) -> None:
    """Cases that ended in another run are neither waiting nor lost: they are counted, and stand on the map."""
    gate, begun = threading.Event(), threading.Event()

    def waits(a: int, b: int) -> int:
        if b == 0:
            begun.set()
            gate.wait(PATIENCE)
            if end is Status.FAILED:
                raise ValueError(a)
        return a + 10 * b

    slow = harvester(waits, tmp_path).submit({"a": [0], "b": [0]}, missing_only=True, on_error="continue")
    assert begun.wait(PATIENCE)
    run = harvester(waits, tmp_path).submit({"a": [0], "b": [0, 1, 2]}, missing_only=True)
    shared = threading.Event()
    run.listen(lambda progress: shared.set() if progress.done == 2 else None)
    assert shared.wait(PATIENCE)
    assert (run.progress.elsewhere, run.progress.ended) == (0, 2)
    gate.set()
    slow.result(PATIENCE)
    run.result(PATIENCE)
    assert (run.progress.elsewhere, run.progress.ended, run.progress.state) == (1, 3, "done")
    assert str(run.progress).startswith("2/3 done, 1 in another run, done after ")
    assert run.states.tolist() == [end, Status.DONE, Status.DONE]


def test_a_harvest_of_everything_takes_no_leases(tmp_path: Path) -> None:
    """Who runs all again gets all again, whatever others are about."""
    gate, begun = threading.Event(), threading.Event()

    def waits(a: int, b: int) -> int:
        begun.set()
        gate.wait(PATIENCE)
        return a + 10 * b

    slow = harvester(waits, tmp_path).submit({"a": [0, 1], "b": [0]}, missing_only=True)
    assert begun.wait(PATIENCE)
    calls = Calls()
    harvester(calls, tmp_path).harvest_combos({"a": [0, 1], "b": [0]})
    assert calls.made == [(0, 0), (1, 0)]
    gate.set()
    slow.result(PATIENCE)
    assert not (tmp_path / "data.h5.journal").exists()


def test_claims_stay_until_all_have_read_them(tmp_path: Path) -> None:
    """The claims of a run that is over are kept while another is under way, and go with the last of them."""
    data = tmp_path / "data.h5"
    first, second = Claims.join(data), Claims.join(data)
    first.append({"args": [[1]]})
    first.leave()
    assert [record for _, record in second.news()] == [{"args": [[1]]}]
    assert list(second.news()) == []
    assert second.living() == set()
    second.leave()
    assert not second.folder.exists()


def test_claims_of_the_dead_go_with_the_next_write(tmp_path: Path) -> None:
    """A killed run leaves no file for ever: the next harvest of any kind removes it, unless a run is under way."""
    code = CODE + "import signal\nfrom xyzpy_widgets.store.claims import Claims\nfrom pathlib import Path\n"
    code += "Claims.join(Path(name)); os.kill(os.getpid(), signal.SIGKILL)\n"
    started(code, tmp_path).wait()
    journal = tmp_path / "data.h5.journal"
    assert len(list(journal.glob("*.claims"))) == 1
    living = Claims.join(tmp_path / "data.h5")
    clear_claims(journal)
    assert len(list(journal.glob("*.claims"))) == 2
    living.leave()
    started(code, tmp_path).wait()
    harvester(Calls(), tmp_path).harvest_combos({"a": [1], "b": [1]})
    assert not journal.exists()


def test_without_locks_a_run_lives_for_as_long_as_it_is_touched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the file system has no locks, the claims of a run hold while its file is young, and are void later."""
    touched = threading.Event()
    touch = os.utime

    def utime(*args: Any, **settings: Any) -> None:
        touch(*args, **settings)
        touched.set()

    for module in ("claims", "journal", "lock"):
        monkeypatch.setattr(f"xyzpy_widgets.store.{module}.try_lock", lambda *_, **__: None)
    monkeypatch.setattr("xyzpy_widgets.store.claims._HEARTBEAT", 0.001)
    monkeypatch.setattr(os, "utime", utime)
    warnings.filterwarnings("ignore", ".*no locks", XyzWarning)  # it is said at each lock
    one, other = (Claims.join(tmp_path / "data.h5") for _ in range(2))
    (path,) = one.living()
    touch(path, (0, 0))
    while one.living() != {path}:  # until the other is touched: both are, in turns
        touched.clear()
        assert touched.wait(60)
    other.leave()
    touch(path, (0, 0))
    assert one.living() == set()
    one.leave()
    for left in (tmp_path / "data.h5.journal").iterdir():
        touch(left, (0, 0))
    clear_claims(tmp_path / "data.h5.journal")
    assert not (tmp_path / "data.h5.journal").exists()


def test_nothing_touches_claims_that_are_given_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file is closed when nobody touches it any more: its number may be that of another file by then."""
    close, seen = GrowingFile.close, []

    def touching() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name.startswith("touch ")]

    def closing(file: GrowingFile) -> None:
        seen.append(touching())
        close(file)

    with monkeypatch.context() as without_locks:
        without_locks.setattr("xyzpy_widgets.store.claims.try_lock", lambda *_, **__: None)
        claims = Claims.join(tmp_path / "data.h5")
    assert len(touching()) == 1
    monkeypatch.setattr(GrowingFile, "close", closing)
    claims.leave()
    assert seen == [[]]
