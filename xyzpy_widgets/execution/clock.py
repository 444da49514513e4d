"""The clock of a run, which can be paused."""

from __future__ import annotations

from time import monotonic

__all__ = ["Clock"]


class Clock:
    """Measures how long a run takes, with and without its pauses."""

    def __init__(self) -> None:
        self._began = self._since = monotonic()
        self._before = 0.0
        self._on = True
        self._ended: float | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the start, up to the end."""
        return (monotonic() if self._ended is None else self._ended) - self._began

    @property
    def busy(self) -> float:
        """Seconds since the start without the pauses."""
        return self._before + (self._began + self.elapsed - self._since if self._on else 0.0)

    def turn(self, *, on: bool) -> None:
        """Begin or end a pause."""
        self._before = self.busy
        self._since = monotonic()
        self._on = on

    def end(self) -> None:
        """Stop."""
        self._ended = monotonic()
