"""Interrupts from the keyboard: they end the case that is under way, and nothing between cases.

Python raises `KeyboardInterrupt` between any two steps of the main thread, so also between the end of a case and the
place where its result is kept. While a run holds interrupts, they are raised only while cases are called; at any other
moment they end the run in good order, and are raised once everything is kept.
"""

from __future__ import annotations

import signal
from _thread import start_new_thread
from collections.abc import Callable, Iterable
from threading import current_thread, main_thread
from time import monotonic
from types import FrameType
from typing import Any

__all__ = ["Interrupts", "gather"]

_INSISTING_SECONDS = 2.0
"""Who interrupts again after so long insists; sooner, the key was pressed several times."""


def gather(values: list[Any], results: Iterable[Any]) -> None:
    """Append what calls return, as they return it: no interrupt comes between a call and its place in the list."""
    holder = _holder()
    if holder is not None and (holder.asked or holder.raised) and current_thread() is main_thread():
        raise KeyboardInterrupt
    values.extend(results)


class Interrupts:
    """Holds interrupts from the keyboard while something is done.

    Parameters
    ----------
    end : callable
        Called in another thread at the first interrupt that does not fall into a case; it is to bring what is done to
        its end.

    Attributes
    ----------
    asked : bool
        Whether there was such an interrupt.
    raised : bool
        Whether one was raised in a case. Python drops what is raised where it cleans up, in a weak reference's callback
        or a ``__del__``, so that such a case may go on: it is the last.
    """

    def __init__(self, end: Callable[[], object]) -> None:
        self.asked = self.raised = False
        self._since = 0.0
        self._end = end

    def hold(self, act: Callable[[], None]) -> None:
        """Do something; raise `KeyboardInterrupt` afterwards if there was one meanwhile.

        One that comes two seconds after that is raised wherever it falls. Nothing is held outside the main thread,
        where no interrupt is raised, and where somebody has put a handler of his own.
        """
        before = signal.getsignal(signal.SIGINT)
        ours = before is signal.default_int_handler or _holder() is not None
        if not ours or current_thread() is not main_thread():
            act()
            return
        signal.signal(signal.SIGINT, self._heard)
        try:
            act()
        finally:
            signal.signal(signal.SIGINT, before)
        if self.asked:
            raise KeyboardInterrupt

    def _heard(self, _: int, frame: FrameType | None) -> None:
        if _calls(frame) or (self.asked and monotonic() - self._since >= _INSISTING_SECONDS):
            self.raised = True
            raise KeyboardInterrupt
        if not self.asked:
            self.asked, self._since = True, monotonic()
            start_new_thread(self._end, ())  # this one may hold any lock


def _holder() -> Interrupts | None:
    """Return who holds interrupts now."""
    holder = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    return holder if isinstance(holder, Interrupts) else None


def _calls(frame: FrameType | None) -> bool:
    """Say whether a case is under way in a frame, rather than what the innermost holder does around it."""
    while frame is not None and frame.f_code is not Interrupts.hold.__code__:
        if frame.f_code is gather.__code__:
            return True
        frame = frame.f_back
    return False
