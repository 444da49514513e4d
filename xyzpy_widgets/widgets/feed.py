"""The feed of a monitor: what a page is told of a run, as it goes on."""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import RLock
from time import time

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.execution.progress import Progress
from xyzpy_widgets.run import Run
from xyzpy_widgets.widgets.case_map import axes_of, case_text, units_of
from xyzpy_widgets.widgets.protocol import Counts, Current
from xyzpy_widgets.widgets.protocol import Progress as ProgressTold
from xyzpy_widgets.widgets.run_monitor import RunMonitor

__all__ = ["Feed", "counts_of"]

_MOST_CURRENT = 8


class Feed:
    """Tells a monitor of one run: nothing while no view is seen, and the end in any case.

    `publish` listens to the run, which calls it at most 10 times a second (see `Run.listen`).

    Parameters
    ----------
    monitor : RunMonitor
    run : Run
    said : callable
        Returns the sentence for a state of the run.
    before : ndarray of uint8, optional
        What the points are that the run does not come to, shape ``(len(run.plan.space),)`` (see `Run.standing`).
    """

    def __init__(
        self,
        monitor: RunMonitor,
        run: Run,
        said: Callable[[Progress], str],
        before: NDArray[np.uint8] | None = None,
    ) -> None:
        self.run = run
        self._before = before
        self._monitor = monitor
        self._said = said
        self._guard = RLock()
        self._views: dict[str, bool] = {}
        self._since: dict[int, float] = {}
        self._serial = monitor.states_serial
        self._states: NDArray[np.uint8] = self.states()
        monitor.tell(axes=axes_of(run.plan.space, units_of(run.spec)), progress=self._told(run.progress))
        self._whole()

    def states(self) -> NDArray[np.uint8]:
        """Return the state of each point now: what the run made of it, or else what it was before."""
        states = self.run.states
        return states if self._before is None else np.where(states == Status.MISSING, self._before, states)

    @property
    def seen(self) -> bool:
        """Whether a view is seen; until one has told, that is taken for granted."""
        return not self._views or any(self._views.values())

    def publish(self, progress: Progress) -> None:
        """Tell how far the run is."""
        with self._guard:
            if not self.seen and not progress.over:
                return
            self._changes()
            self._monitor.tell(progress=self._told(progress))
            if progress.over:
                self._whole()

    def watch(self, view: str, *, seen: bool) -> None:
        """Note that a view is seen, or no longer; a new one is told everything."""
        with self._guard:
            new, before = view not in self._views, self.seen
            self._views[view] = seen
            if seen and (new or not before):
                self.publish(self.run.progress)
                if new:
                    self._whole()

    def whole(self) -> None:
        """Send the states of all points anew."""
        with self._guard:
            self._states, self._serial = self.states(), self._serial + 1
            self._whole()

    def _whole(self) -> None:
        """Send the states of all points, also where the trait is what it was: the page has changed them since."""
        states = self._states.tobytes()
        same = states == self._monitor.states
        self._monitor.tell(states=states, states_serial=self._serial)
        if same:
            self._monitor.send_state(["states", "states_serial"])

    def _changes(self) -> None:
        """Send what changed since the last time."""
        states = self.states()
        numbers = np.flatnonzero(states != self._states)
        if len(numbers):
            self._states = states
            self._serial += 1
            self._monitor.send(
                {"kind": "delta", "serial": self._serial},
                buffers=[numbers.astype("<u4").tobytes(), states[numbers].tobytes()],
            )

    def _told(self, progress: Progress) -> ProgressTold:
        now = time()
        current = progress.current[:_MOST_CURRENT]
        self._since = {point.number: self._since.get(point.number, now) for point in current}
        points: list[Current] = [
            {
                "number": point.number,
                "text": case_text(point.args),
                "seconds": round(now - self._since[point.number], 1),
            }
            for point in current
        ]
        return _told_progress(progress, points, self._said(progress))


def counts_of(progress: Progress) -> Counts:
    """Write how many cases a run has, and how many of them came to which end."""
    return {
        "total": progress.total,
        "done": progress.done,
        "failed": progress.failed,
        "cancelled": progress.cancelled,
        "elsewhere": progress.elsewhere,
        "running": progress.running,
    }


def _told_progress(progress: Progress, current: list[Current], said: str) -> ProgressTold:
    """Write a snapshot of a run in the words of the page."""
    return {
        "state": progress.state,
        **counts_of(progress),
        "elapsed": round(progress.elapsed, 3),
        "rate": None if math.isnan(progress.rate) else progress.rate,
        "left": progress.left,
        "current": current,
        "said": said,
    }
