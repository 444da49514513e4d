"""What the notebook knows: its names, and the values of its expressions."""

from __future__ import annotations

import ast
import builtins
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from xyzpy_widgets.errors import LineError

__all__ = ["Names", "expression"]

_MODULES = {"np": np, "numpy": np, "pd": pd, "pandas": pd, "datetime": dt}
"""What a line may call by these names, unless the notebook has others of that name."""


class Names:
    """The names of a notebook.

    Parameters
    ----------
    own : mapping of str to object
        What the notebook has defined.
    """

    def __init__(self, own: Mapping[str, Any]) -> None:
        self._own = own

    def __contains__(self, name: object) -> bool:
        """Say whether the notebook itself has defined a name."""
        return name in self._own

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Go through what a user has named, but not what IPython has."""
        return ((name, value) for name, value in list(self._own.items()) if not name.startswith("_"))

    def unknown(self, names: set[str]) -> set[str]:
        """Return the names that mean nothing here."""
        return {name for name in names if name not in self and name not in _MODULES and not hasattr(builtins, name)}

    def value(self, text: str, more: Mapping[str, Any] | None = None) -> Any:
        """Return the value of an expression, run as a cell would run it.

        Raises
        ------
        LineError
            With what it raised, in one line.
        """
        names = {**_MODULES, **(more or {}), **self._own}
        try:
            return eval(compile(text.strip(), "<%xyz>", "eval"), names)  # noqa: S307 - the user's own, in their notebook
        except Exception as error:
            msg = f"{text} raised {type(error).__name__}: {error}"
            raise LineError(msg) from error


def expression(text: str) -> ast.expr | None:
    """Return the syntax tree of an expression, None for a text that is none."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
