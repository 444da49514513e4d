"""What a field knows by name: calls and constants that are read without running code, and how Python spells them."""

from __future__ import annotations

import ast
import datetime as dt
import math
from collections.abc import Callable, Container
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["AXES", "CONSTANTS", "SCALARS", "called_as", "reads_call", "several", "spelt"]

AXES: dict[str, tuple[str, Callable[..., Any], int]] = {
    "linspace": ("np.linspace", np.linspace, 3),
    "log": ("np.geomspace", np.geomspace, 3),
    "geomspace": ("np.geomspace", np.geomspace, 3),
    "logspace": ("np.logspace", np.logspace, 3),
    "arange": ("np.arange", np.arange, 3),
    "range": ("range", range, 3),
}
"""Calls that give several values: what is written for them, what is called, and their number of arguments."""

SCALARS: dict[str, Any] = {
    **{
        f"np.{cls.__name__}": cls
        for cls in (np.float16, np.float32, np.float64, np.int8, np.int16, np.int32, np.int64, np.bool_, np.str_)
    },
    **{f"np.{cls.__name__}": cls for cls in (np.uint8, np.uint16, np.uint32, np.uint64, np.complex64, np.complex128)},
    "np.datetime64": np.datetime64,
    "np.timedelta64": np.timedelta64,
    "datetime.datetime": dt.datetime,
    "datetime.date": dt.date,
    "datetime.timedelta": dt.timedelta,
    "pd.Timestamp": pd.Timestamp,
    "pd.Timedelta": pd.Timedelta,
}
"""Calls that give one value, by the name that is written."""

CONSTANTS = {
    "pi": ("np.pi", math.pi),
    "e": ("np.e", math.e),
    "inf": ("np.inf", math.inf),
    "nan": ("np.nan", math.nan),
    "true": ("True", True),
    "false": ("False", False),
}


def called_as(func: ast.expr) -> str:
    """Return the name of what is called, in the spelling of the tables."""
    name = ast.unparse(func).replace("numpy.", "np.").replace("pandas.", "pd.")
    for known in SCALARS:
        if known.partition(".")[2] == name:
            return known
    plain = name.removeprefix("np.")
    return plain if plain in AXES else name


def reads_call(tree: ast.Call) -> bool:
    """Say whether a call is one of those that are read without running code: of numbers and texts, not of lists."""
    given = [*tree.args, *(one.value for one in tree.keywords)]
    lists = any(isinstance(node, (ast.List, ast.Tuple, ast.Set)) for one in given for node in ast.walk(one))
    name = called_as(tree.func)
    return name in SCALARS or (name in AXES and not (lists and isinstance(tree.func, ast.Attribute)))


def several(tree: ast.expr) -> bool:
    """Say whether an expression calls for several values that are read without running code."""
    return any(isinstance(node, ast.Call) and called_as(node.func) in AXES for node in ast.walk(tree))


_SPELLINGS: dict[str, str] = {
    **{name: spelling for name, (spelling, _, _) in AXES.items()},
    **{name: spelling for name, (spelling, _) in CONSTANTS.items()},
}


class _Spelling(ast.NodeTransformer):
    """Spells what only a field knows as Python does, but for names that are the user's own."""

    def __init__(self, own: Container[str]) -> None:
        self._own = own

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self._own or _SPELLINGS.get(node.id, node.id) == node.id:
            return node
        module, _, name = _SPELLINGS[node.id].rpartition(".")
        return ast.Attribute(ast.Name(module, node.ctx), name, node.ctx) if module else ast.Name(name, node.ctx)


def spelt(text: str, own: Container[str] = ()) -> str:
    """Write an expression as Python reads it, where it uses what only a field knows: ``2 * linspace(0, 1, 5)``."""
    tree = ast.parse(text.strip(), mode="eval")
    before = ast.dump(tree)
    after = _Spelling(own).visit(tree)
    return text.strip() if ast.dump(after) == before else ast.unparse(after)
