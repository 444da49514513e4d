"""Doors: what a room upstairs does for those below it, which may not import it.

A room below opens a door by its name. Who answers is said in one place, the ``__init__`` of the package, which knows
all rooms; the room upstairs is imported when its door is opened first.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["hang", "open_door"]

_ANSWERS: dict[str, tuple[str, str]] = {}


def hang(name: str, module: str, answer: str) -> None:
    """Let a door be answered by what bears a name in a module."""
    _ANSWERS[name] = (module, answer)


def open_door(name: str) -> Callable[..., Any]:
    """Return what answers a door."""
    module, answer = _ANSWERS[name]
    found: Callable[..., Any] = getattr(import_module(module), answer)
    return found
