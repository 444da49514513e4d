"""The body of a cell as a function."""

from __future__ import annotations

import ast
import inspect
import symtable
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from xyzpy_widgets.core.version import globals_of
from xyzpy_widgets.errors import LineError
from xyzpy_widgets.magics.names import Names

__all__ = ["Made", "made_of"]

_SUSPENDING = (ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith)


@dataclass(frozen=True, slots=True)
class Made:
    """A function that was made of a body.

    Attributes
    ----------
    fn : callable
    borrowed : tuple of str
        The values of the notebook that it uses as they are, functions and modules aside.
    """

    fn: Callable[..., Any]
    borrowed: tuple[str, ...] = ()


def made_of(body: str, name: str, signature: str | None, shell: InteractiveShell, before: Collection[str] = ()) -> Made:
    """Make a function of the body of a cell.

    A body that ends with a ``def`` is run, and the function is that one. Any other is the inside of a function: its
    last expression, or what it returns, is the result.

    Parameters
    ----------
    body : str
        The cell without its first line.
    name : str
        The name of the function.
    signature : str or None
        The arguments as in a ``def``. None: those names of the body that mean nothing in the notebook, in their order.
    shell : InteractiveShell
    before : collection of str
        What were arguments when the cell ran before; they still are, whatever the notebook has of their names.

    Returns
    -------
    Made

    Raises
    ------
    LineError
        For a body that is no Python, is empty, or has no result.
    """
    tree = _parsed(body)
    last = tree.body[-1]
    if isinstance(last, ast.FunctionDef):
        if signature is not None:
            msg = f"the body defines {last.name} with arguments of its own; write %%xyz sweep {name}"
            raise LineError(msg)
        fn = _run(body, last.name, shell, keep=last.name != name)
    else:
        _check_result(tree)
        text = _as_function(body, tree, f"def {name}():")
        if signature is None:
            signature = ", ".join(_arguments(text, tree, Names(shell.user_ns), before))
            _check_arguments(signature, name, last)
        fn = _defined(_as_function(body, tree, f"def {name}({signature}):"), name, shell)
    return Made(fn, _borrowed(inspect.unwrap(fn)))


def _borrowed(fn: Callable[..., Any]) -> tuple[str, ...]:
    """Return the values of the notebook that a function uses as they are."""
    used = globals_of(fn).items() if isinstance(fn, FunctionType) else ()
    return tuple(name for name, value in used if not callable(value) and not isinstance(value, ModuleType))


def _parsed(body: str) -> ast.Module:
    try:
        tree = ast.parse(body)
    except SyntaxError as error:
        msg = f"line {(error.lineno or 0) + 1} of the cell: {error.msg}: {(error.text or '').strip()}"
        raise LineError(msg) from error
    if not tree.body:
        msg = "the cell has no body; write the function below the first line"
        raise LineError(msg)
    return tree


def _check_arguments(signature: str, name: str, last: ast.stmt) -> None:
    """Raise where nothing of a body is an argument."""
    if not signature:
        made = "makes a function, and does not call it" if _is_function(last) else "names nothing that is not defined"
        msg = f"the body {made}; say what varies: %%xyz sweep {name}(a, b)"
        raise LineError(msg)


def _is_function(last: ast.stmt) -> bool:
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Lambda)


def _check_result(tree: ast.Module) -> None:
    if not isinstance(tree.body[-1], ast.Expr) and not any(_returns(node) for node in tree.body):
        msg = "the body has no result; end it with an expression, such as: energy, mag"
        raise LineError(msg)
    odd = next((node for node in _own_nodes(tree) if isinstance(node, _SUSPENDING)), None)
    if odd is not None:
        msg = f"line {odd.lineno + 1} of the cell: a body neither yields nor awaits; end it with all that it gives"
        raise LineError(msg)


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a body, without those of functions that stand in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from _own_nodes(child)


def _returns(node: ast.AST) -> bool:
    """Say whether a statement returns from the function that it stands in."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
        return False
    return isinstance(node, ast.Return) or any(map(_returns, ast.iter_child_nodes(node)))


def _as_function(body: str, tree: ast.Module, head: str) -> str:
    """Write a body below a head, so that each line keeps its number in the cell and each text its blanks."""
    lines = body.splitlines()
    last = tree.body[-1]
    if isinstance(last, ast.Expr):
        line = lines[last.lineno - 1].encode()
        lines[last.lineno - 1] = (line[: last.col_offset] + b"return " + line[last.col_offset :]).decode()
    kept = {
        at
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)))
        for at in range(node.lineno, node.end_lineno or node.lineno)
    }
    return "\n".join([head, *(line if at in kept else f"    {line}" for at, line in enumerate(lines))]) + "\n"


def _arguments(text: str, tree: ast.Module, names: Names, before: Collection[str]) -> Iterator[str]:
    """Yield the names that are to be arguments, in the order in which the body names them."""
    (table,) = symtable.symtable(text, "<body>", "exec").get_children()
    taken, changed = set(_globals(table)), _changed(tree)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    ordered = dict.fromkeys(node.id for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)))
    for name in ordered:
        if name in changed or (name in taken and (name in before or (name not in names and names.unknown({name})))):
            yield name


def _changed(tree: ast.Module) -> set[str]:
    """Return the names that a body reads before it sets them itself: ``T = T + 273``. Only arguments can be these."""
    is_set: set[str] = set()
    first_read: set[str] = set()
    for name, sets in _touched(tree):
        if sets:
            is_set.add(name)
        elif name not in is_set:
            first_read.add(name)
    return first_read & is_set


def _touched(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield the names that a body reads, and those that it sets, in the order in which it does so."""
    match node:
        case ast.Name(id=name, ctx=context):
            yield name, not isinstance(context, ast.Load)
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield from ((name, False), *_touched(value), (name, True))
        case ast.Assign(value=value, targets=targets):
            yield from (one for part in (value, *targets) for one in _touched(part))
        case ast.AnnAssign(value=value, target=target) | ast.NamedExpr(value=value, target=target):
            yield from (one for part in (value, target) if part is not None for one in _touched(part))
        case ast.For(iter=given, target=target, body=body, orelse=orelse):
            yield from (one for part in (given, target, *body, *orelse) for one in _touched(part))
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            parts = [one for child in ast.iter_child_nodes(node) for one in _touched(child)]
            own = {name for name, sets in parts if sets}
            yield from (one for one in parts if one[0] not in own)
        case ast.FunctionDef() | ast.ClassDef() | ast.Lambda():
            return  # has names of its own, and may read others later
        case _:
            yield from (one for child in ast.iter_child_nodes(node) for one in _touched(child))


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names that a scope, or one within it, takes from outside."""
    for symbol in table.get_symbols():
        if symbol.is_global() and symbol.is_referenced() and not symbol.is_declared_global():
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals(child)


def _defined(text: str, name: str, shell: InteractiveShell) -> Callable[..., Any]:
    """Define a function in the notebook without binding its name there."""
    found: dict[str, Any] = {}
    _executed(text, shell, found)
    fn: Callable[..., Any] = found[name]
    return fn


def _run(body: str, name: str, shell: InteractiveShell, *, keep: bool) -> Callable[..., Any]:
    """Run a body that defines a function, and give its name back to what had it before; ``keep`` it if nothing had."""
    there, before = name in shell.user_ns, shell.user_ns.get(name)
    _executed(f"\n{body}", shell, None)
    fn: Callable[..., Any] = shell.user_ns[name]
    if there:
        shell.user_ns[name] = before
    elif not keep:
        del shell.user_ns[name]
    return fn


def _executed(text: str, shell: InteractiveShell, into: dict[str, Any] | None) -> None:
    """Run a text whose lines tracebacks can show."""
    file = shell.compile.cache(text, shell.execution_count)
    try:
        code = compile(text, file, "exec", flags=shell.compile.flags, dont_inherit=True)
    except SyntaxError as error:
        msg = f"line {error.lineno} of the cell: {error.msg}"
        raise LineError(msg) from error
    exec(code, shell.user_ns, into)  # noqa: S102 - the user's own cell
