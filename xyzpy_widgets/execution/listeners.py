"""Who is told of changes: often enough to follow, seldom enough to cost nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread

from xyzpy_widgets.core.deadlines import after
from xyzpy_widgets.execution.progress import Progress

__all__ = ["Listener", "Listeners"]

_LOG = logging.getLogger("xyzpy_widgets")
_SECONDS_BEFORE = 0.1
"""A run that is over sooner tells its listeners of the end only, and needs no thread for it."""
_SECONDS_BETWEEN = 0.1
_HEARTBEAT_SECONDS = 1.0

Listener = Callable[[Progress], None]


class Listeners:
    """Tells listeners of a run, from a thread of its own, how far it is.

    They are told at most 10 times a second, once a second where nothing changes, and of the end in any case. What a
    listener raises is logged, as by the callbacks of `concurrent.futures.Future`, and it is told no more.

    Parameters
    ----------
    snapshot : callable
        Returns how far the run is.
    """

    def __init__(self, snapshot: Callable[[], Progress]) -> None:
        self._snapshot = snapshot
        self._all: dict[object, Listener] = {}
        self._guard = Lock()
        self._due = Event()
        self._over = Event()
        self._thread: Thread | None = None
        self._call_off: Callable[[], None] | None = None

    def add(self, listener: Listener) -> Callable[[], None]:
        """Tell a listener from now on; return what ends that. After the end it is told once, at once."""
        key = object()
        with self._guard:
            closed = self._over.is_set()
            if not closed:
                self._all[key] = listener
                if self._call_off is None:
                    self._call_off = after(_SECONDS_BEFORE, self._start)
        if closed:
            self._tell(key, listener, at_end=True)
        else:
            self._due.set()
        return lambda: self._drop(key)

    def _start(self) -> None:
        with self._guard:
            if not self._over.is_set():
                self._thread = Thread(target=self._serve, name="xyzpy_widgets-listeners", daemon=True)
                self._thread.start()

    def changed(self) -> None:
        """Note that there is something to tell."""
        if not self._due.is_set():
            self._due.set()

    def close(self) -> None:
        """Tell everyone of the end; nobody hears of it before, though the run is over already."""
        with self._guard:
            self._over.set()
            if self._call_off is not None:
                self._call_off()
        self._due.set()
        if self._thread is not None:
            self._thread.join()
        self._tell_all(at_end=True)

    def _serve(self) -> None:
        while not self._over.is_set():
            self._due.wait(_HEARTBEAT_SECONDS)
            self._due.clear()
            if self._over.is_set():
                return
            self._tell_all(at_end=False)
            self._over.wait(_SECONDS_BETWEEN)

    def _tell_all(self, *, at_end: bool) -> None:
        with self._guard:
            listeners = list(self._all.items())
        for key, listener in listeners:
            if key in self._all:
                self._tell(key, listener, at_end=at_end)

    def _tell(self, key: object, listener: Listener, *, at_end: bool) -> None:
        try:
            progress = self._snapshot()
            if at_end or not progress.over:
                listener(progress)
        except Exception:  # noqa: BLE001 - told to the log, as Future does; a listener is no part of the run
            _LOG.exception("%r raised, and is told no more", listener)
            self._drop(key)

    def _drop(self, key: object) -> None:
        with self._guard:
            self._all.pop(key, None)
