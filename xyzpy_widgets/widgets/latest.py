"""`Latest`: does the last of what it was asked to do, beside everything else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Condition, Thread

__all__ = ["Latest"]

_LOG = logging.getLogger("xyzpy_widgets")
_REST_SECONDS = 0.15


class Latest:
    """Does one thing after another in a thread of its own; of those that come while it is busy, only the last.

    Before each it rests a moment, so that what is asked at every key stroke is done once. The thread ends when there is
    nothing to do.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._next: Callable[[], None] | None = None
        self._busy = False

    def ask(self, step: Callable[[], None]) -> None:
        """Have something done soon, in the place of what is still waiting."""
        with self._changed:
            self._next = step
            if not self._busy:
                Thread(target=self._serve, name="xyzpy_widgets-planning", daemon=True).start()
                self._busy = True

    def settle(self) -> None:
        """Wait until there is nothing more to do."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)

    def _serve(self) -> None:
        while True:
            with self._changed:
                last = None
                while self._next is not last:
                    last = self._next
                    self._changed.wait(_REST_SECONDS)
                if last is None:
                    self._busy = False
                    self._changed.notify_all()
                    return
                self._next = None
            try:
                last()
            except Exception:  # noqa: BLE001 - logged; what is asked for next is done all the same
                _LOG.exception("what a panel was asked to do failed")
