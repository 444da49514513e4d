"""Worker processes of our own, one batch at a time each, so that one of them can die or be ended alone.

They outlive a run, and wait some minutes for the next one; each belongs to one run at a time, so
that runs that are under way together never end each other's cases.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from xyzpy_widgets.execution.process import WorkerProcess
from xyzpy_widgets.execution.shares import Share, cores

__all__ = ["Workers"]

_lock = threading.Lock()
_idle: list[WorkerProcess] = []


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


def _hired(threads: int) -> WorkerProcess:
    """Return the worker that was used last of those that nobody uses, or a new one."""
    nature, edited = _nature(threads), _edited()
    with _lock:
        for worker in reversed(_idle):
            if worker.suits(nature, edited):
                _idle.remove(worker)
                return worker
    return WorkerProcess(nature, threads)


def _released(worker: WorkerProcess) -> None:
    """Keep a worker for the next run, unless there are enough."""
    worker.forget()
    with _lock:
        _idle.append(worker)
        excess = _idle[: -2 * (os.cpu_count() or 1)]
        del _idle[: len(excess)]
    for one in excess:
        one.close()


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
        self._n = n
        self._share = Share(n)
        self._timeout = timeout
        self._threads = max(1, cores() // n)
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._lanes: list[threading.Thread] = []
        self._busy: set[WorkerProcess] = set()
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
        worker: WorkerProcess | None = None
        while (task := self._tasks.get()) is not None:
            with self._share.one():
                worker = self._do(task, worker)
        if worker is not None:
            self._lose(worker)
            if self._ending:
                worker.end()
            else:
                _released(worker)

    def _do(self, task: _Task, worker: WorkerProcess | None) -> WorkerProcess | None:
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

    def _hire(self) -> WorkerProcess:
        worker = _hired(self._threads)
        with self._changed:
            self._busy.add(worker)
            late = self._ending
        if late:
            worker.end()
        return worker

    def _lose(self, worker: WorkerProcess | None) -> None:
        with self._changed:
            self._busy.discard(worker)

    def cut(self) -> None:
        """Let every batch under way end with what is finished of it."""
        with self._changed:
            busy = list(self._busy)
        for worker in busy:
            worker.cut()

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
