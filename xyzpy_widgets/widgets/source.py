"""Everything as code: the Python that does what a panel is set to do."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from typing import Any

from xyzpy_widgets.widgets.sheet import Call

__all__ = ["name_in", "source_of"]

_LINE = 80
_INDENT = "    "
_MODULES = {"np": "import numpy as np", "pd": "import pandas as pd", "datetime": "import datetime"}


def source_of(call: Call, name: str, method: str, *, positional: Collection[str] = ("n", "combos")) -> str:
    """Write a call as Python.

    Parameters
    ----------
    call : Call
        What is given.
    name, method : str
        What is called.
    positional : collection of str
        What stands by position; it comes first.

    Returns
    -------
    str
        Source that runs where ``name`` is bound; what else it needs it imports.
    """
    args = [code if key in positional else f"{key}={code}" for key, code in call.code.items()]
    line = f"{name}.{method}({', '.join(args)})"
    if len(line) > _LINE:
        line = f"{name}.{method}(\n{''.join(f'{_INDENT}{_broken(arg)},{chr(10)}' for arg in args)})"
    used = {node.id for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)}
    imports = [statement for module, statement in sorted(_MODULES.items()) if module in used] + list(call.imports)
    head = [f"{statement}\n" for statement in sorted(imports)]
    return f"{''.join(head)}{chr(10) if head else ''}{line}\n"


def _broken(arg: str) -> str:
    """Write an argument that is a long dict with a line for each of its items."""
    tree = ast.parse(f"f({arg})", mode="eval").body
    given = [*getattr(tree, "args", []), *(one.value for one in getattr(tree, "keywords", []))]
    if len(arg) <= _LINE - len(_INDENT) or not given or not isinstance(given[0], ast.Dict):
        return arg
    parts = [(ast.get_source_segment(f"f({arg})", one) or "") for one in (*given[0].keys, *given[0].values) if one]
    half = len(parts) // 2
    items = [f"{2 * _INDENT}{key}: {value},\n" for key, value in zip(parts[:half], parts[half:], strict=True)]
    return f"{arg.partition('{')[0]}{{\n{''.join(items)}{_INDENT}}}"


def name_in(names: Mapping[str, Any], value: Any) -> str | None:
    """Return the name that a value has among the user's names, None without one; the shortest of several."""
    found = [name for name, one in list(names.items()) if one is value and not name.startswith("_")]
    return min(found, key=lambda name: (len(name), name), default=None)
