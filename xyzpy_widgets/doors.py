"""Doors: what a room upstairs does for those below it, which may not import it.

A room below opens a door by its name. Who answers is said in one place, the ``__init__`` of the package, which knows
all rooms; the room upstairs is imported when its door is opened first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

__all__ = ["follow", "hang", "open_door"]

_ANSWERS: dict[str, tuple[str, str]] = {}


def hang(name: str, module: str, answer: str) -> None:
    """Let a door be answered by what bears a name in a module."""
    _ANSWERS[name] = (module, answer)


def open_door(name: str) -> Callable[..., Any]:
    """Return what answers a door."""
    module, answer = _ANSWERS[name]
    found: Callable[..., Any] = getattr(import_module(module), answer)
    return found


def follow(library: str, module: str) -> None:
    """Import a module of ours when somebody imports a library to which it adds something; now if it is there."""
    if library in sys.modules:
        import_module(module)
    else:
        sys.meta_path.insert(0, _Follower(library, module))


class _Follower(MetaPathFinder, Loader):
    """Finds and loads a library as it would be found and loaded, then imports a module."""

    def __init__(self, library: str, module: str) -> None:
        self._library = library
        self._module = module

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002 - what importlib gives
        """Find the library, once."""
        if name != self._library or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            self._loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Make the module as its own loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Load the library as its own loader does, then follow."""
        spec = module.__spec__
        if spec is not None:
            spec.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        import_module(self._module)
