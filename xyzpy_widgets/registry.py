"""The runs of this process: listed as long as they go on or somebody holds them, and ended with the interpreter."""

from __future__ import annotations

import threading
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from xyzpy_widgets.run import Run

__all__ = ["began", "entered", "over", "runs"]

_PATIENCE_SECONDS = 5.0
"""How long the interpreter waits at its exit for cases that cannot be ended."""

_guard = threading.Condition()
_counted = count(1)
_known: WeakSet[Run] = WeakSet()
_under_way: set[Run] = set()


def runs() -> tuple[Run, ...]:
    """Return the runs of this process, oldest first: those under way, and those over that somebody still holds."""
    with _guard:
        return tuple(sorted(_known, key=lambda run: run.number))


def entered(run: Run) -> int:
    """List a run; return its number."""
    with _guard:
        _known.add(run)
        return next(_counted)


def began(run: Run) -> None:
    """Hold a run that is under way, whether anyone else does or not."""
    with _guard:
        _under_way.add(run)


def over(run: Run) -> None:
    """Let go of a run."""
    with _guard:
        _under_way.discard(run)
        _guard.notify_all()


def _leave() -> None:
    """End what is under way with the interpreter, and see that what it finished is kept."""
    with _guard:
        last = tuple(_under_way)
    for run in last:
        run.cancel()
    until = monotonic() + _PATIENCE_SECONDS
    with _guard:
        _guard.wait_for(lambda: not _under_way, until - monotonic())


threading._register_atexit(_leave)  # type: ignore[attr-defined]  # noqa: SLF001 - atexit comes after h5py has closed
