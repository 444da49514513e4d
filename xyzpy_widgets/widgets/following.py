"""Following: a run is drawn as it comes, seldom enough that drawing takes a small share of the time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic

from xyzpy_widgets.execution.progress import Progress
from xyzpy_widgets.run import Run
from xyzpy_widgets.widgets.latest import Latest

__all__ = ["Following"]

_SECONDS_BETWEEN_PICTURES = 0.4
_REST = 4
"""So many times as long as it took to draw, nothing is drawn."""


class Following:
    """Draws a run under way, two to three times a second at the most, and all of it once it is over.

    Parameters
    ----------
    draw : callable
        Draws what there is.
    ended : callable
        Draws what there is when the run is over.

    Attributes
    ----------
    run : Run or None
        The run that is followed.
    """

    def __init__(self, draw: Callable[[], None], ended: Callable[[], None]) -> None:
        self.run: Run | None = None
        self._draw, self._ended = draw, ended
        self._latest = Latest()
        self._next = 0.0
        self._told_end = Event()
        self._ends = False

    def begin(self, run: Run) -> None:
        """Follow a run from now on, and no other."""
        self.run, self._told_end, self._ends = run, Event(), False
        told_end = self._told_end
        run.listen(lambda progress: self._progressed(progress, told_end))

    def soon(self, step: Callable[[], None]) -> None:
        """Draw something else, beside everything else."""
        self._latest.ask(lambda: self._after_end(step))

    def settle(self) -> None:
        """Wait until what was asked for is drawn, the end of a run that is over too."""
        if self.run is not None and self.run.done():
            self._told_end.wait()
        self._latest.settle()

    def _progressed(self, progress: Progress, told_end: Event) -> None:
        now = monotonic()
        if told_end is not self._told_end:
            told_end.set()
            return
        if progress.over:
            self._ends = True
            self._latest.ask(self._end)
            told_end.set()
        elif now >= self._next:
            self._next = now + _SECONDS_BETWEEN_PICTURES
            self._latest.ask(self._timed)

    def _after_end(self, step: Callable[[], None]) -> None:
        """Draw something else, and before it the end of the run where it took the place of that."""
        self._end()
        step()

    def _end(self) -> None:
        if self._ends:
            self._ends = False
            self._ended()

    def _timed(self) -> None:
        began = monotonic()
        self._draw()
        self._next = max(self._next, monotonic() + _REST * (monotonic() - began))
