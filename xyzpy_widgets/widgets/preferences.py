"""What a reader prefers for every panel, as the settings of JupyterLab have it; and the panels that are open."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol
from weakref import WeakKeyDictionary, WeakSet, ref

__all__ = ["Preferences", "newest_panel", "opened", "prefer", "preferred"]


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a panel is set to where neither its runner nor anybody in it has chosen.

    Attributes
    ----------
    backend : str
        Where cases run; empty for where the runner makes them by itself.
    workers : int or None
        On how many workers; None for as many as the runner takes.
    ask_cases : int or None
        A run of more cases asks first; None never asks for their number.
    ask_seconds : float or None
        A run that may take longer asks first; None never asks for its time.
    """

    backend: str = ""
    workers: int | None = None
    ask_cases: int | None = None
    ask_seconds: float | None = None


class Preferring(Protocol):
    """A panel that takes preferences over."""

    def prefer(self) -> None:
        """Take over what is preferred now."""


_guard = Lock()
_now = Preferences()
_panels: WeakSet[Any] = WeakSet()
_newest: WeakKeyDictionary[Any, ref[Any]] = WeakKeyDictionary()


def preferred() -> Preferences:
    """Return what is preferred."""
    return _now


def prefer(preferences: Preferences) -> None:
    """Prefer something else from now on, in the panels that are open, too."""
    global _now
    with _guard:
        changed, _now = preferences != _now, preferences
        panels = list(_panels)
    if changed:
        for panel in panels:
            panel.prefer()


def opened(panel: Preferring, target: Any) -> None:
    """Take note of a panel of a target."""
    with _guard:
        _panels.add(panel)
        _newest[target] = ref(panel)


def newest_panel(target: Any) -> Any:
    """Return the panel of a target that was opened last, None without one."""
    with _guard:
        found = _newest.get(target)
    return None if found is None else found()
