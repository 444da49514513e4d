"""The progress of a run: a snapshot of it, and a bar that shows it in a terminal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from xyzpy_widgets.core.plan import Plan, Point

__all__ = ["Display", "Progress", "ProgressBar", "State", "duration"]

_CASE = 2
"""The verbosity that shows the current case."""

State = Literal[
    "queued", "running", "paused", "held", "stopping", "cancelling", "done", "stopped", "cancelled", "failed"
]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    state : str
        "queued" until it begins; "running"; "paused"; "held", which is paused by its budget of failures; "stopping"
        while what is under way comes to its end, "cancelling" while it is ended; then "done", "stopped", "cancelled"
        or "failed".
    total : int
        How many cases run.
    done, failed, cancelled : int
        How many came out well, raised, and were ended from outside.
    elsewhere : int
        How many came to an end in another run that is about the same file.
    running : int
        How many are with a worker now.
    elapsed : float
        Seconds since the start.
    rate : float
        Cases per second, without the pauses; nan before the first is over.
    left : (float, float) or None
        The interval that holds the seconds left with a probability of 80 %, see `Pace`; None where nothing is known.
    current : tuple of Point
        The first case of each batch that is with a worker now.
    """

    state: State
    total: int
    done: int = 0
    failed: int = 0
    cancelled: int = 0
    elsewhere: int = 0
    running: int = 0
    elapsed: float = 0.0
    rate: float = math.nan
    left: tuple[float, float] | None = None
    current: tuple[Point, ...] = ()

    @property
    def ended(self) -> int:
        """How many cases have an end, good or bad."""
        return self.done + self.failed + self.cancelled + self.elsewhere

    @property
    def over(self) -> bool:
        """Whether the run has an end."""
        return self.state in {"done", "stopped", "cancelled", "failed"}

    def __str__(self) -> str:
        """Write it as a line: ``27/50 done, 2 failed, 3.2 min left (2 min to 5 min)``."""
        parts = [f"{self.done}/{self.total} done", *self.others]
        if self.over:
            parts.append(f"{self.state} after {duration(self.elapsed)}")
        elif self.state != "running":
            parts.append(self.state)
        elif self.left is not None:
            parts.append(self._time_left(self.left))
        return ", ".join(parts)

    @property
    def others(self) -> list[str]:
        """What came of cases that are not done here, in words."""
        counts = ((self.failed, "failed"), (self.cancelled, "cancelled"), (self.elsewhere, "in another run"))
        return [f"{count} {word}" for count, word in counts if count]

    def _time_left(self, left: tuple[float, float]) -> str:
        low, high = left
        return f"{duration(math.sqrt(low * high))} left ({duration(low)} to {duration(high)})"


_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def duration(seconds: float) -> str:
    """Write a span of time in one unit: ``0.2 s``, ``41 s``, ``3 min``, ``2.5 h``."""
    for size, unit in _UNITS:
        if seconds >= 1.5 * size:
            return f"{_rounded(seconds / size, 2)} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{_rounded(seconds, 1)} s"  # noqa: PLR2004 - two digits are enough


def _rounded(value: float, digits: int) -> str:
    """Write a number with so many digits that count, and without an exponent."""
    return f"{float(f'{value:.{digits}g}'):g}"


class Display(Protocol):
    """What shows a run that is waited for."""

    def __call__(self, progress: Progress) -> None:
        """Show how far it is."""

    def close(self) -> None:
        """Leave the last state as it stands."""


class ProgressBar:
    """A bar that counts the cases as they end, with the time left.

    Parameters
    ----------
    plan : Plan
        What runs.
    verbosity : {1, 2}
        A bar, or a bar with the case that runs.
    """

    def __init__(self, plan: Plan, verbosity: int) -> None:
        from tqdm import tqdm

        self._verbosity = verbosity
        form = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}{postfix}]"
        self._bar: Any = tqdm(total=len(plan), dynamic_ncols=True, bar_format=form, delay=1)
        self._bar.delay = 0  # drawn when there is something to tell, a run that is over at once only once

    def __call__(self, progress: Progress) -> None:
        """Show how far it is."""
        if self._verbosity >= _CASE and progress.current:
            self._bar.set_description_str(", ".join(map(str, progress.current[:1])), refresh=False)
        self._bar.n = progress.ended
        self._bar.postfix = _remarks(progress)
        if not progress.over:  # else `close` shows it
            self._bar.refresh()

    def close(self) -> None:
        """Show how far it is, and leave the bar as it stands."""
        self._bar.close()


def _remarks(progress: Progress) -> str:
    """Return what stands behind the count: rate, what went wrong, the time left."""
    return ", ".join(str(progress).split(", ")[1:])
