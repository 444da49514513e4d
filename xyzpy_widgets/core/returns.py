"""What a function returns, as far as that can be known before it runs."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from types import CodeType
from typing import Any

from xyzpy_widgets.errors import FunctionError

__all__ = ["check_returns"]


def check_returns(fn: Callable[..., Any], outputs: Sequence[str]) -> None:
    """Raise `FunctionError` for a function whose calls give no results, or none of the named outputs."""
    while isinstance(fn, partial):
        fn = fn.func
    name = getattr(fn, "__name__", repr(fn))
    if inspect.iscoroutinefunction(fn):
        msg = f"{name} is an async function, whose calls give no results; wrap it: asyncio.run({name}(...))"
        raise FunctionError(msg)
    if inspect.isgeneratorfunction(fn) or inspect.isasyncgenfunction(fn):
        msg = f"{name} is a generator, whose calls give no results; return a list instead of yielding its items"
        raise FunctionError(msg)
    code = getattr(fn, "__code__", None)
    if outputs and code is not None and _returns_nothing(code):
        msg = f"{name} returns nothing, and var_names names {list(outputs)}; let it return them"
        raise FunctionError(msg)


@lru_cache(maxsize=256)
def _returns_nothing(code: CodeType) -> bool:
    """Say whether each end of a function returns None; one that always raises has no end."""
    if code.co_name == "<lambda>":
        return False
    ends = [
        None if step.is_jump_target else step if step.opname == "RETURN_CONST" else before
        for before, step in pairwise(dis.get_instructions(code))
        if step.opname in {"RETURN_VALUE", "RETURN_CONST"}
    ]
    return bool(ends) and all(
        end is not None and end.opname in {"LOAD_CONST", "RETURN_CONST"} and end.argval is None for end in ends
    )
