"""Control: how a run under way is steered from other threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition
from time import time
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Batch", "Control", "State"]

State = Literal["running", "paused", "stopping", "cancelling"]
"""``stopping`` lets running cases finish; ``cancelling`` ends them where they can be ended, in processes of our own."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Cases that were handed out together and are under way.

    Attributes
    ----------
    numbers : range or ndarray of intp
        The points, shape ``(n,)``.
    since : float
        When they were handed out, in seconds since the epoch.
    """

    numbers: range | NDArray[np.intp]
    since: float


class Control:
    """Steers one run; every method may be called from any thread at any time."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._state: State = "running"
        self._running: dict[object, Batch] = {}
        self._listeners: list[Callable[[], None]] = []

    @property
    def state(self) -> State:
        """What was asked for last; what is stopping or cancelling never runs again."""
        return self._state

    @property
    def running(self) -> tuple[Batch, ...]:
        """The batches under way."""
        with self._changed:
            return tuple(self._running.values())

    def pause(self) -> None:
        """Hand out no more cases; those under way finish."""
        self._change("paused", only=("running",))

    def resume(self) -> None:
        """Go on after a pause."""
        self._change("running", only=("paused",))

    def stop(self) -> None:
        """Let the cases under way finish, then end the run."""
        self._change("stopping", only=("running", "paused"))

    def cancel(self) -> None:
        """End the cases under way where they can be ended, and the run."""
        self._change("cancelling", only=("running", "paused", "stopping"))

    def _change(self, state: State, only: tuple[State, ...]) -> None:
        with self._changed:
            if self._state not in only:
                return
            self._state = state
            self._changed.notify_all()
            listeners = list(self._listeners)
        for told in listeners:
            told()

    def may_go_on(self) -> bool:
        """Wait while the run is paused; say whether it is to hand out more."""
        with self._changed:
            self._changed.wait_for(lambda: self._state != "paused")
            return self._state == "running"

    def began(self, key: object, numbers: range | NDArray[np.intp]) -> None:
        """Note that a batch is under way."""
        with self._changed:
            self._running[key] = Batch(numbers, time())

    def ended(self, key: object) -> None:
        """Note that a batch is under way no longer."""
        with self._changed:
            self._running.pop(key, None)

    @contextmanager
    def telling(self, told: Callable[[], None]) -> Iterator[None]:
        """Call ``told`` after each change of the state, in the thread that asked for it."""
        with self._changed:
            self._listeners.append(told)
        try:
            yield
        finally:
            with self._changed:
                self._listeners.remove(told)
