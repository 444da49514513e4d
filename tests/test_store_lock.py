"""Locks: one at a time, between threads and processes, and nobody waits for the dead."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.programs import running
from xyzpy_widgets.errors import StoreError, XyzWarning
from xyzpy_widgets.store.lock import locked

COUNT = """
from xyzpy_widgets.store.lock import locked
path, counter = Path(sys.argv[1]), Path(sys.argv[2])
for _ in range(50):
    with locked(path):
        counter.write_text(str(int(counter.read_text()) + 1))
"""
HOLD = """
from xyzpy_widgets.store.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
FORK = """
import signal
from xyzpy_widgets.store.lock import locked
with locked(Path(sys.argv[1])):
    if os.fork():
        signal.pause()
    print("held", flush=True)
    os.read(0, 1)
    os._exit(0)
"""


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "study.h5"


def heard(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process writes."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def is_free(path: Path) -> bool:
    """Tell whether the lock can be had at once."""
    try:
        with locked(path, timeout=0):
            return True
    except StoreError:
        return False


def test_no_update_is_lost_between_processes(path: Path, tmp_path: Path) -> None:
    """Three processes that read, change and write the same file 50 times each see each other's changes."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    with (
        running(COUNT, path, counter) as one,
        running(COUNT, path, counter) as two,
        running(COUNT, path, counter) as three,
    ):
        assert [process.wait() for process in (one, two, three)] == [0, 0, 0]
    assert counter.read_text() == "150"


def test_no_update_is_lost_between_threads(path: Path, tmp_path: Path) -> None:
    """The same holds for the threads of one process, which have nothing but the path in common."""
    counter = tmp_path / "counter"
    counter.write_text("0")

    def work() -> None:
        for turn in range(50):
            with locked(path, timeout=60 if turn % 2 else None):
                counter.write_text(str(int(counter.read_text()) + 1))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.read_text() == "200"


def test_a_killed_holder_frees_the_lock(path: Path) -> None:
    """Nobody has to remove a lock file by hand after a crash."""
    with running(HOLD, path) as holder:
        assert heard(holder) == "held"
        assert not is_free(path)
        holder.kill()
        holder.wait()
        assert is_free(path)


def test_a_killed_holder_frees_the_lock_though_its_forked_child_lives(path: Path) -> None:
    """A worker that was started inside the block does not hold the lock on."""
    with running(FORK, path) as parent:
        assert heard(parent) == "held"
        assert not is_free(path)
        parent.kill()
        parent.wait()
        assert is_free(path)


def test_a_waiter_gives_up_when_its_time_is_over(path: Path) -> None:
    """The message names the file, the time and what to do; the holder keeps the lock."""
    text = r"\.study\.h5\.lock is still locked after 0\.01 s: another process is writing study\.h5; wait for it, end it"
    with locked(path):
        with pytest.raises(StoreError, match=text), locked(path, timeout=0.01):
            pytest.fail("two were in at once")
        assert not is_free(path)
    assert is_free(path)


def test_a_waiter_gets_in_when_the_holder_leaves(path: Path) -> None:
    """Waiting ends with the wait, not with the time allowed for it."""
    order: list[str] = []
    inside = threading.Event()

    def wait() -> None:
        inside.wait()
        with locked(path, timeout=600):
            order.append("second")

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    with locked(path):
        inside.set()
        order.append("first")
    thread.join(60)
    assert order == ["first", "second"]


def test_an_exception_frees_the_lock(path: Path) -> None:
    """A failed write does not lock everybody out."""
    with pytest.raises(ZeroDivisionError), locked(path):
        _ = 1 / 0
    assert is_free(path)


def test_two_names_of_one_file_have_one_lock(path: Path, tmp_path: Path) -> None:
    """Who comes through a symbolic link is kept out as well."""
    path.touch()
    link = tmp_path / "link.h5"
    link.symlink_to(path)
    with locked(link):
        assert not is_free(path)
    assert [one.name for one in sorted(tmp_path.iterdir())] == [".study.h5.lock", "link.h5", "study.h5"]


def test_a_lock_file_that_is_removed_meanwhile_locks_nobody_in_twice(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who deletes a store takes the lock file along; who had it open already locks the new one, as everybody does."""
    calls: list[int] = []

    def meanwhile_removed(descriptor: int, operation: int, flock: Callable[[int, int], None] = fcntl.flock) -> None:
        calls.append(descriptor)
        if len(calls) == 1:
            path.with_name(".study.h5.lock").unlink()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", meanwhile_removed)
    with locked(path):
        assert len(calls) == 2
        assert not is_free(path)


def test_without_locks_the_block_runs_with_a_warning(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that has none is no reason to lose results, but the user has to know."""

    def unavailable(*_: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unavailable)
    ran = []
    for timeout in (None, 1):
        with (
            pytest.warns(XyzWarning, match=r"\.study\.h5\.lock: this file system has no locks; let only one") as warned,
            locked(path, timeout),
        ):
            ran.append(timeout)
        assert [warning.filename for warning in warned] == [__file__]
    assert ran == [None, 1]


def test_other_errors_of_the_system_are_reported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong in locking is not taken for a file system without locks."""

    def broken(*_: Any) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(fcntl, "flock", broken)
    with pytest.raises(StoreError, match=r"\.study\.h5\.lock: the disk is broken"), locked(path):
        pytest.fail("went on without a lock")


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    """A mistyped path gives a message with a remedy."""
    with pytest.raises(StoreError, match=r"nowhere.*make the folder first"), locked(tmp_path / "nowhere" / "study.h5"):
        pytest.fail("went on without a lock")
