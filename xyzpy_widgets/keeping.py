"""Where the outcomes of a run go: into the journal, into arrays, and at the end to what is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xyzpy_widgets.core.outcome import Outcome
from xyzpy_widgets.job import Builder, Sink
from xyzpy_widgets.log import Logged
from xyzpy_widgets.store.segment import Segment

__all__ = ["Keeping"]


class Keeping:
    """A `Builder` made of another one and of what keeps its content.

    Parameters
    ----------
    sink : Builder
        Where outcomes are placed.
    keep : callable
        Called at the end with the segment of the journal, if there is one; it returns what the run gives.
    log : Logged, optional
        Writes a batch down before it is placed in the sink.
    check : callable, optional
        Called with the first outcome that has a result: what it raises ends the run before the rest is computed.
    """

    def __init__(
        self,
        sink: Builder,
        keep: Callable[[Segment | None], Any],
        log: Logged | None = None,
        check: Callable[[Outcome], None] | None = None,
    ) -> None:
        self._made = sink
        self._sink: Sink = log or sink
        self._keep = keep
        self._log = log
        self._check = check

    def add(self, outcome: Outcome) -> None:
        """Place a batch."""
        self._sink.add(outcome)
        if outcome.values and self._check is not None:
            check, self._check = self._check, None
            check(outcome)

    def build(self) -> Any:
        """Keep everything."""
        return self._keep(None if self._log is None else self._log.segment)

    def so_far(self) -> Any:
        """Return what has been placed, without keeping it."""
        return self._made.build()
