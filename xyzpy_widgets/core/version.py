"""The version of a function: a hash of what it computes with.

It is made of the function's syntax tree, so that comments, formatting, docstrings, and the annotations and decorators
of functions do not count, of its defaults, and of what it closes over and calls from its own module, as far as that can
be known: functions and classes by their own syntax trees, plain values and arrays by content, modules by name, anything
else by type.
Without source the byte code is taken, which differs between versions of Python.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

__all__ = ["function_version", "globals_of"]

_DEEPEST = 6
_PLAIN = (type(None), bool, int, float, complex, str, bytes)


def function_version(fn: Callable[..., Any]) -> str:
    """Return 12 hexadecimal digits that change when what the function computes may have changed.

    Parameters
    ----------
    fn : callable

    Returns
    -------
    str

    Examples
    --------
    >>> function_version(len) == function_version(len) != function_version(max)
    True
    """
    digest = hashlib.sha256()
    for part in _parts(fn, seen=set(), depth=0):
        digest.update(part.encode(errors="surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()[:12]


def _parts(value: Any, seen: set[int], depth: int) -> Iterator[str]:
    """Yield the texts that stand for a value, each function once."""
    if isinstance(value, _PLAIN):
        yield f"{type(value).__name__}:{value!r}"
    elif id(value) in seen or depth > _DEEPEST:
        yield "again"
    elif isinstance(value, FunctionType):
        seen.add(id(value))
        yield from _function(value, seen, depth)
    elif isinstance(value, MethodType):
        yield from _parts(value.__func__, seen, depth)
        yield from _parts(value.__self__, seen, depth + 1)
    elif isinstance(value, partial):
        yield from _parts((value.func, value.args, value.keywords), seen, depth)
    else:
        yield from _other(value, seen, depth)


def _other(value: Any, seen: set[int], depth: int) -> Iterator[str]:
    if isinstance(value, ModuleType):
        yield f"module:{value.__name__}"
    elif isinstance(value, (list, tuple, set, frozenset, dict)):
        seen.add(id(value))
        yield from _container(value, seen, depth)
    elif isinstance(value, np.ndarray) and value.dtype != object:
        yield f"array:{value.dtype}:{value.shape}:{hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"
    elif isinstance(value, type):
        seen.add(id(value))
        yield f"class:{value.__qualname__}"
        yield _class_text(value)
    elif callable(value) and hasattr(value, "__qualname__"):
        yield f"builtin:{getattr(value, '__module__', None)}:{value.__qualname__}"
    else:
        yield f"object:{type(value).__module__}:{type(value).__qualname__}"
        yield from _parts(getattr(type(value), "__call__", None), seen, depth + 1)  # noqa: B004 - its code is wanted


def _container(value: Any, seen: set[int], depth: int) -> Iterator[str]:
    yield f"{type(value).__name__}:{len(value)}"
    if isinstance(value, dict):
        items = [item for pair in value.items() for item in pair]
    else:
        items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else list(value)
    for item in items:
        yield from _parts(item, seen, depth + 1)


def _function(fn: FunctionType, seen: set[int], depth: int) -> Iterator[str]:
    yield _tree_text(fn) or _code_text(fn.__code__)
    yield from _parts(fn.__defaults__, seen, depth + 1)
    yield from _parts(fn.__kwdefaults__, seen, depth + 1)
    for name, value in sorted(_surroundings(fn).items()):
        yield name
        yield from _parts(value, seen, depth + 1)


def _surroundings(fn: FunctionType) -> dict[str, Any]:
    """Return what a function closes over, and what of its own module it names."""
    own = {name: value for name, value in globals_of(fn).items() if _belongs(value, fn)}
    cells = zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True)
    return {**own, **{name: cell.cell_contents for name, cell in cells if not _is_empty(cell)}}


def globals_of(fn: FunctionType) -> dict[str, Any]:
    """Return the globals that a function names, also in its comprehensions and in the functions that stand in it."""
    names = dict.fromkeys(_names(fn.__code__))
    return {name: fn.__globals__[name] for name in names if name in fn.__globals__}


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _names(one)


def _is_empty(cell: CellType) -> bool:
    """Say whether what a cell is for is yet to be bound."""
    try:
        _ = cell.cell_contents
    except ValueError:
        return True
    return False


def _belongs(value: Any, fn: FunctionType) -> bool:
    """Say whether a global is of the function's own making: another library's code is taken by name."""
    return not callable(value) or getattr(value, "__module__", None) == fn.__module__


def _tree_text(fn: FunctionType) -> str | None:
    """Return the function's source without comments, docstrings and decorators, None without source."""
    inner = inspect.unwrap(fn)
    return _text_of(inner.__code__, fn.__name__ == "<lambda>") if isinstance(inner, FunctionType) else None


@lru_cache(maxsize=256)
def _text_of(code: CodeType, is_lambda: bool) -> str | None:  # noqa: FBT001 - part of the key
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    except (OSError, TypeError, SyntaxError):
        return None
    wanted = ast.Lambda if is_lambda else (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(tree) if isinstance(node, wanted)]
    if isinstance(wanted, type) and len(found) != 1:
        return None  # several lambdas on one line: their byte code tells them apart
    return ast.unparse(_Bare().visit(found[0])) if found else None


def _class_text(cls: type) -> str:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):
        return cls.__module__
    return ast.unparse(_Bare().visit(tree))


class _Bare(ast.NodeTransformer):
    """Takes away what does not change what is computed."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Drop the docstring, the decorators and the annotations of a function."""
        return self._bare(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Drop the docstring, the decorators and the annotations of a function."""
        return self._bare(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Drop the docstring of a class; its decorators and annotations make it what it is."""
        return self._undocumented(node)

    def _bare(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.decorator_list = []
        node.returns = None
        for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg):
            if arg is not None:
                arg.annotation = None
        return self._undocumented(node)

    def _undocumented(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> ast.AST:
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        self.generic_visit(node)
        return node


def _code_text(code: CodeType) -> str:
    """Return what a code object does, without its place in a file."""
    constants = [_code_text(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return f"{code.co_code.hex()}:{constants}:{code.co_names}:{code.co_varnames}"
