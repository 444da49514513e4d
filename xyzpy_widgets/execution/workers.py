"""Worker processes of our own, one batch at a time each, so that one of them can die or be ended alone.

They are started by loky, outlive a run, and wait some minutes for the next one; each belongs to one run at a time, so
that runs that are under way together never end each other's cases.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import Pipe
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter, time
from typing import Any

from xyzpy_widgets.execution.shares import Share, cores
from xyzpy_widgets.execution.worker import FORGET, NOTE_BYTES, mapped, serve

__all__ = ["WorkerEnded", "Workers"]

_LOOK_SECONDS = 1.0
_CLOCK_SECONDS = 0.05
_NOTHING = -1.0
_THREADS = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "NUMBA")


class WorkerEnded(Exception):  # noqa: N818 - no error of anybody until it is known which case it was
    """A worker process ended before its batch did.

    Parameters
    ----------
    at : int or None
        The position of the case that was under way; None when that is not known.
    late : bool
        Whether it was ended because that case took too long.
    exitcode : int or None
        Of the process, as `multiprocessing.Process.exitcode`.
    """

    def __init__(self, at: int | None, exitcode: int | None, *, late: bool = False) -> None:
        super().__init__(at, exitcode, late)
        self.at = at
        self.exitcode = exitcode
        self.late = late

    @property
    def how(self) -> str:
        """How the process ended, in words."""
        if self.exitcode is not None and self.exitcode < 0:
            return f"killed by {signal.Signals(-self.exitcode).name}, as by the system when memory runs out"
        return f"exit code {self.exitcode}"


class _Worker:
    """One process, and the way to it."""

    def __init__(self, nature: tuple[Any, ...], threads: int, context: Any) -> None:
        self.nature = nature
        self._started = time()
        self._ending = threading.Lock()
        descriptor, self._path = tempfile.mkstemp(prefix="xyzpy_widgets-", suffix=".note")
        os.truncate(descriptor, NOTE_BYTES)
        os.close(descriptor)
        self._note = mapped(self._path)
        self._messages, theirs = Pipe()
        env = {f"{name}_NUM_THREADS": str(threads) for name in _THREADS if f"{name}_NUM_THREADS" not in os.environ}
        self._process = context.Process(target=serve, args=(theirs, self._path), env=env)
        self._process.start()
        theirs.close()
        _live.add(self)

    @property
    def alive(self) -> bool:
        return self._process.exitcode is None

    def suits(self, nature: tuple[Any, ...], edited: float) -> bool:
        """Whether it is as a new one would be: nothing that it may have imported was edited since it began."""
        return self.nature == nature and self._started > edited and self.alive

    def ask(self, content: bytes, timeout: float | None) -> bytes:
        """Return the answer to a message; raise `WorkerEnded` when none will come."""
        self._note[0] = _NOTHING
        try:
            self._messages.send_bytes(content)
            while not self._messages.poll(_LOOK_SECONDS if timeout is None else _CLOCK_SECONDS):
                if timeout is not None and (late := self._late(timeout)) is not None:
                    self.end()
                    raise WorkerEnded(late if late == self._note[0] else None, None, late=late == self._note[0])
                if not self.alive:
                    break
            return self._messages.recv_bytes()
        except (EOFError, OSError):
            self.end()
            at = int(self._note[0])
            raise WorkerEnded(at if at >= 0 else None, self._process.exitcode) from None

    def _late(self, timeout: float) -> int | None:
        """Return the position of the case under way if it takes too long."""
        at = self._note[0]
        return int(at) if at >= 0 and perf_counter() - self._note[1] > timeout else None

    def forget(self) -> None:
        """Let the process let go of what the run has left there."""
        with suppress(OSError):  # it has ended, and nobody takes it up again
            self._messages.send_bytes(FORGET)

    def end(self) -> None:
        """End the process and all that it has started."""
        from joblib.externals.loky.backend.utils import kill_process_tree

        with self._ending:
            if self not in _live:
                return
            alive = self.alive
            if hasattr(os, "killpg") and (alive or not _is_taken(self._process.pid)):
                with suppress(ProcessLookupError, PermissionError):  # it has left none, or did not come to lead them
                    os.killpg(self._process.pid, signal.SIGKILL)
            if alive:
                kill_process_tree(self._process)
            _live.discard(self)
            Path(self._path).unlink(missing_ok=True)

    def close(self) -> None:
        """Let the process end by itself, and end it where it does not."""
        self._messages.close()
        self._process.join(_LOOK_SECONDS)
        self.end()


def _is_taken(pid: int) -> bool:
    """Whether a process has the number of one that has ended: a stranger, as no number of a group is given again."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


_lock = threading.Lock()
_idle: list[_Worker] = []
_live: set[_Worker] = set()


def _nature(threads: int) -> tuple[Any, ...]:
    """Return what a process takes over when it starts: one that took over something else is of no use."""
    return os.getpid(), Path.cwd(), tuple(sys.path), threads


def _edited() -> float:
    """Return when the last of the modules was edited that are not installed, in seconds since the epoch."""
    installed = (sys.prefix, sys.base_prefix)
    newest = 0.0
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not file.startswith(installed):
            with suppress(OSError):  # it is gone, or stands in an archive
                newest = max(newest, Path(file).stat().st_mtime)
    return newest


def _hired(threads: int, context: Any) -> _Worker:
    """Return a worker that nobody uses, or a new one."""
    nature, edited = _nature(threads), _edited()
    with _lock:
        for worker in _idle:
            if worker.suits(nature, edited):
                _idle.remove(worker)
                return worker
    return _Worker(nature, threads, context)


def _released(worker: _Worker) -> None:
    """Keep a worker for the next run, unless there are enough."""
    worker.forget()
    with _lock:
        _idle.append(worker)
        excess = _idle[: -2 * (os.cpu_count() or 1)]
        del _idle[: len(excess)]
    for one in excess:
        one.close()


@atexit.register
def _end_all() -> None:
    """Leave no process behind; `multiprocessing` would wait for those that are busy."""
    for worker in list(_live):
        if worker.nature[0] == os.getpid():  # those of the process that this one was forked from are not its own
            worker.end()


@dataclass(slots=True)
class _Task:
    content: bytes
    begun: Callable[[], None]
    future: Future[bytes] = field(default_factory=Future)


class Workers:
    """Up to ``n`` worker processes, hired when there is work for them.

    Parameters
    ----------
    n : int
    timeout : float, optional
        The seconds after which a case is ended with its worker.
    """

    def __init__(self, n: int, timeout: float | None = None) -> None:
        from joblib.externals.loky.backend import get_context  # not in a thread: joblib imports itself in a circle

        self._context = get_context("loky")
        self._n = n
        self._share = Share(n)
        self._timeout = timeout
        self._threads = max(1, cores() // n)
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._lanes: list[threading.Thread] = []
        self._busy: set[_Worker] = set()
        self._open = 0
        self._ending = False
        self._changed = threading.Lock()

    def submit(self, begun: Callable[[], None], *message: Any) -> Future[bytes]:
        """Send a message to the next worker that is free, and call ``begun`` when it is sent."""
        task = _Task(pickle.dumps(message), begun)
        with self._changed:
            self._open += 1
            if self._open > len(self._lanes) and len(self._lanes) < self._n:
                self._lanes.append(threading.Thread(target=self._drive, daemon=True))
                self._lanes[-1].start()
        self._tasks.put(task)
        return task.future

    def _drive(self) -> None:
        """Take one task after another to one worker, and to a new one when that has ended."""
        worker: _Worker | None = None
        while (task := self._tasks.get()) is not None:
            with self._share.one():
                worker = self._do(task, worker)
        if worker is not None:
            self._lose(worker)
            if self._ending:
                worker.end()
            else:
                _released(worker)

    def _do(self, task: _Task, worker: _Worker | None) -> _Worker | None:
        """Do a task unless it was cancelled; return the worker if it is fit for the next."""
        settle: Callable[[], None] | None = None
        if task.future.set_running_or_notify_cancel():
            try:
                worker = worker or self._hire()
                task.begun()
                settle = partial(task.future.set_result, worker.ask(task.content, self._timeout))
            except BaseException as error:  # noqa: BLE001 - it goes to the one who waits for the answer
                settle = partial(task.future.set_exception, error)
                self._lose(worker)
                if worker is not None:
                    worker.end()
                worker = None
        with self._changed:
            self._open -= 1
        if settle is not None:
            settle()
        return worker

    def _hire(self) -> _Worker:
        worker = _hired(self._threads, self._context)
        with self._changed:
            self._busy.add(worker)
            late = self._ending
        if late:
            worker.end()
        return worker

    def _lose(self, worker: _Worker | None) -> None:
        with self._changed:
            self._busy.discard(worker)

    def close(self, *, kill: bool) -> None:
        """Take no more tasks; release the workers once theirs are done, or end them."""
        if kill:
            with self._changed:
                self._ending = True
                busy = list(self._busy)
            for worker in busy:
                worker.end()
        self._share.close()
        for _ in self._lanes:
            self._tasks.put(None)
        for lane in self._lanes:
            lane.join()
