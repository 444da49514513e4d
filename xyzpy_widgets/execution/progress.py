"""The progress of a run as a bar: a real one in a notebook, text in a terminal."""

from __future__ import annotations

import sys
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
        self._shown: Any = None
        off = verbosity == 0
        if off or not _in_notebook(tqdm):
            self._bar: Any = tqdm(total=len(plan), disable=off, dynamic_ncols=True)
            return
        from IPython.display import display

        self._bar = tqdm(total=len(plan), display=False)
        self._shown = display(self._bar.container, display_id=True)  # type: ignore[no-untyped-call]

    def __enter__(self) -> Self:
        """Start the clock."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bar as it stands; a notebook is saved with its last state, not with its first."""
        self._bar.close()
        if self._shown is not None:
            self._shown.update(self._bar.container)

    def add(self, outcome: Outcome) -> None:
        """Count a batch."""
        if self._verbosity >= _CASE and len(outcome.numbers):
            self._bar.set_description_str(str(self._plan.point(int(outcome.numbers[-1]))), refresh=False)
        self._bar.update(len(outcome))


def _in_notebook(bar: type) -> bool:
    """Say whether tqdm has chosen the bar that is a widget."""
    notebook = sys.modules.get("tqdm.notebook")
    return notebook is not None and issubclass(bar, notebook.tqdm)
