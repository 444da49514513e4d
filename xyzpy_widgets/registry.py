"""The runs of this process: listed as long as they go on or somebody holds them, and ended with the interpreter."""

from __future__ import annotations

import sys
import threading
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from xyzpy_widgets.doors import open_door

if TYPE_CHECKING:
    from xyzpy_widgets.run import Run

__all__ = ["began", "entered", "in_kernel", "keeps", "noted", "over", "runs"]

_PATIENCE_SECONDS = 5.0
"""How long the interpreter waits at its exit for cases that cannot be ended."""

_changed = threading.Condition()
_counted = count(1)
_known: WeakSet[Run] = WeakSet()
_under_way: dict[Run, bool] = {}
"""Those that go on, and whether they are past their cases."""


def runs() -> tuple[Run, ...]:
    """Return the runs of this process, oldest first: those under way, and those over that somebody still holds."""
    with _changed:
        return tuple(sorted(_known, key=lambda run: run.number))


def entered(run: Run) -> int:
    """List a run; return its number."""
    with _changed:
        _known.add(run)
        return next(_counted)


def began(run: Run) -> None:
    """Hold a run that is under way, whether anyone else does or not."""
    _set(run, keeps=False)


def keeps(run: Run) -> None:
    """Note that the cases of a run are over, and that it keeps what came of them now."""
    _set(run, keeps=True)


def _set(run: Run, *, keeps: bool) -> None:
    with _changed:
        _under_way[run] = keeps
        _changed.notify_all()


def over(run: Run) -> None:
    """Let go of a run."""
    with _changed:
        _under_way.pop(run, None)
        _changed.notify_all()


def noted(one: Any) -> None:
    """Have a new Harvester, Sampler or run told of beside the notebook, where there is one."""
    if in_kernel():
        open_door("board")(one)


def in_kernel() -> bool:
    """Say whether cells run this code."""
    shell_of = getattr(sys.modules.get("IPython"), "get_ipython", None)  # not there yet while another thread imports it
    return shell_of is not None and getattr(shell_of(), "kernel", None) is not None


def _leave() -> None:
    """End what is under way with the interpreter, and see that what it finished is kept, however long that takes."""
    for run in tuple(_under_way):
        run.cancel()
    with _changed:
        _changed.wait_for(lambda: all(_under_way.values()), _PATIENCE_SECONDS)
        _changed.wait_for(lambda: not any(_under_way.values()))


threading._register_atexit(_leave)  # type: ignore[attr-defined]  # noqa: SLF001 - atexit comes after h5py has closed
