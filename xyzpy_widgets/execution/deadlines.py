"""Deadlines: what is to be done after a while unless it is called off, in one thread for the whole process.

A thread of its own for each, as `threading.Timer` has one, would cost more than a thousand calls of a trivial function.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic

__all__ = ["after"]


class _Deadlines:
    """What is due, and the thread that does it; that thread is woken only for what is due sooner than all else."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._due: dict[object, tuple[float, Callable[[], object]]] = {}
        self._next = math.inf
        self._sooner: SimpleQueue[None] = SimpleQueue()
        self._thread: Thread | None = None

    def add(self, seconds: float, act: Callable[[], object]) -> Callable[[], None]:
        key, due = object(), monotonic() + seconds
        with self._guard:
            self._due[key] = due, act
            sooner = due < self._next
            self._next = min(due, self._next)
            if self._thread is None:
                self._thread = Thread(target=self._serve, name="xyzpy_widgets-deadlines", daemon=True)
                self._thread.start()
        if sooner:
            self._sooner.put(None)
        return lambda: self._drop(key)

    def _drop(self, key: object) -> None:
        with self._guard:
            self._due.pop(key, None)

    def _serve(self) -> None:
        while True:
            with self._guard:
                now = monotonic()
                over = [key for key, (due, _) in self._due.items() if due <= now]
                acts = [self._due.pop(key)[1] for key in over]
                self._next = min((due for due, _ in self._due.values()), default=math.inf)
                left = None if self._next == math.inf else self._next - now
            for act in acts:
                act()
            if not acts:
                with suppress(Empty):
                    self._sooner.get(timeout=left)


def after(seconds: float, act: Callable[[], object]) -> Callable[[], None]:
    """Call ``act`` in another thread after some seconds; it is to be quick, and to raise nothing.

    Returns
    -------
    callable
        Calls it off; one that is just being called is not waited for.
    """
    return _deadlines.add(seconds, act)


def _renew() -> None:
    """Begin anew in a process that was forked, which has no threads but its own."""
    global _deadlines  # noqa: PLW0603 - a process has one
    _deadlines = _Deadlines()


_deadlines = _Deadlines()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
