"""Deadlines: what is to be done after a while unless it is called off, in one thread for many.

A thread of its own for each, as `threading.Timer` has one, would cost more than a thousand calls of a trivial function.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable
from contextlib import suppress
from operator import itemgetter
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from weakref import WeakSet

__all__ = ["Deadlines", "after"]

_LOG = logging.getLogger("xyzpy_widgets")


class Deadlines:
    """What is due, and the thread that does it, in order; it is woken only for what is due sooner than all else.

    Parameters
    ----------
    name : str
        That of the thread.
    clock : callable, optional
        Returns the time in seconds, from whenever on.
    """

    def __init__(self, name: str, clock: Callable[[], float] = monotonic) -> None:
        self._name = name
        self._clock = clock
        self._begin()
        _EVERY.add(self)

    def _begin(self) -> None:
        self._guard = Lock()
        self._due: dict[object, tuple[float, Callable[[], object]]] = {}
        self._next = math.inf
        self._sooner: SimpleQueue[None] = SimpleQueue()
        self._thread: Thread | None = None

    def after(self, seconds: float, act: Callable[[], object]) -> Callable[[], None]:
        """Call ``act`` in the thread after some seconds; what it raises is logged, and holds up nothing else.

        Returns
        -------
        callable
            Calls it off; one that is just being called is not waited for.

        Raises
        ------
        RuntimeError
            When the system gives no more threads.
        """
        key, due = object(), self._clock() + seconds
        with self._guard:
            if self._thread is None:
                thread = Thread(target=self._serve, name=self._name, daemon=True)
                thread.start()
                self._thread = thread
            self._due[key] = due, act
            sooner = due < self._next
            self._next = min(due, self._next)
        if sooner:
            self._sooner.put(None)
        return lambda: self._drop(key)

    def _drop(self, key: object) -> None:
        with self._guard:
            self._due.pop(key, None)

    def _serve(self) -> None:
        while True:
            with self._guard:
                now, acts = self._clock(), []
                if self._next <= now:  # not before, though it may be called off: the next would wake the thread again
                    late = [key for key, (due, _) in self._due.items() if due <= now]
                    acts = [act for _, act in sorted(map(self._due.pop, late), key=itemgetter(0))]
                    self._next = min((due for due, _ in self._due.values()), default=math.inf)
                left = None if self._next == math.inf else self._next - now
            for act in acts:
                try:
                    act()
                except Exception:  # noqa: BLE001 - whatever it is, others are due too
                    _LOG.exception("%s: what was due could not be done", self._name)
            if not acts:
                with suppress(Empty):
                    self._sooner.get(timeout=left)


def after(seconds: float, act: Callable[[], object]) -> Callable[[], None]:
    """Call ``act`` in another thread after some seconds, see `Deadlines.after`; it is to be quick."""
    return _deadlines.after(seconds, act)


def _renew() -> None:
    """Begin anew in a process that was forked, which has no threads but its own."""
    for one in _EVERY:
        one._begin()  # noqa: SLF001 - nobody else may


_EVERY: WeakSet[Deadlines] = WeakSet()
_deadlines = Deadlines("xyzpy_widgets-deadlines")
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
