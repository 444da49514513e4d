"""The progress of a run as a bar: a real one in a notebook, text in a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from xyzpy_widgets.core.outcome import Outcome
from xyzpy_widgets.core.plan import Plan

__all__ = ["ProgressBar"]

_CASE = 2
"""The verbosity that shows the current case."""


class ProgressBar:
    """A bar that counts the cases as they end, with the time left.

    Parameters
    ----------
    plan : Plan
        What runs.
    verbosity : {0, 1, 2}
        No progress, a bar, a bar with the case that ended last.
    """

    def __init__(self, plan: Plan, verbosity: int) -> None:
        from tqdm.auto import tqdm

        self._plan = plan
        self._verbosity = verbosity
        self._bar: Any = tqdm(total=len(plan), disable=verbosity == 0, dynamic_ncols=True)

    def __enter__(self) -> Self:
        """Start the clock."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bar as it stands."""
        self._bar.close()

    def add(self, outcome: Outcome) -> None:
        """Count a batch."""
        if self._verbosity >= _CASE and len(outcome.numbers):
            self._bar.set_description_str(str(self._plan.point(int(outcome.numbers[-1]))), refresh=False)
        self._bar.update(len(outcome))
