"""What people type into a field, read into values without running any of it as code.

A field holds values as one would write them in Python, with or without brackets: ``16, 32, 64``, ``linspace(0, 1, 5)``,
``log(1e-3, 1, 7)``, ``range(4)``, ``relu, tanh``, ``pi/2``, ``datetime64("2020-01-01")``. The text is parsed into a
syntax tree of which only literals, arithmetic and the calls of a short table are evaluated. Whatever was read can be
written again: as Python source that gives the same values (`Typed.code`).
"""

from __future__ import annotations

import ast
import math
import operator
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from xyzpy_widgets.core.labels import kind_of
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.grammar.known import AXES, CONSTANTS, SCALARS, called_as

__all__ = ["Typed", "check_size", "quoted", "read_number", "read_value", "read_values", "written"]

_MOST_VALUES = 10_000_000
_LONGEST_TEXT = 200_000
_LARGEST_POWER = 300
_LARGEST_BITS = 4096
_NUMBERS = (int, float, complex, np.number)
_LISTS = (ast.Tuple, ast.List, ast.Set)
_PLAIN = (np.float64, np.int64, np.bool_, np.str_)

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What a text was read as.

    Attributes
    ----------
    values : tuple
        The values, in their order.
    code : str
        A Python expression that gives them; it knows numpy as ``np`` and pandas as ``pd``.
    """

    values: tuple[Any, ...]
    code: str


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a text: a value, or the several values of a call."""

    value: Any
    code: str
    several: bool = False


def read_values(text: str, *, texts: bool = False) -> Typed:
    """Read the values of a field.

    Parameters
    ----------
    text : str
        What stands in the field.
    texts : bool
        Whether the values are texts, so that everything between two commas is one, with or without quotes.

    Returns
    -------
    Typed

    Raises
    ------
    SpaceError
        For what cannot be read, with a plain sentence; nothing is run to find out.
    """
    lines = [line.strip().rstrip(",") for line in text.strip().splitlines()]
    source = ", ".join(line for line in lines if line) if len(lines) > 1 else text.strip().rstrip(",")
    if not source:
        msg = "give at least one value"
        raise SpaceError(msg)
    items = _texts(source) if texts else _items(_tree(source))
    values = tuple(value for item in items for value in (item.value if item.several else (item.value,)))
    check_size(len(values))
    if len(items) == 1 and items[0].several:
        return Typed(values, items[0].code)
    return Typed(values, f"[{', '.join(f'*{item.code}' if item.several else item.code for item in items)}]")


def check_size(values: int) -> None:
    """Raise `SpaceError` for more values than an axis takes, before there are any."""
    if values > _MOST_VALUES:
        msg = f"{values:,} values on one axis; {_MOST_VALUES:,} are the most"
        raise SpaceError(msg)


def read_value(text: str, *, texts: bool = False) -> Typed:
    """Read the one value of a field; its code is that of the value alone. Raises `SpaceError` as `read_values` does."""
    if texts and not _is_quoted(text):
        return Typed((text,), quoted(text))
    tree = _tree(text.strip())
    if isinstance(tree, _LISTS) or (item := _item(tree)).several:
        msg = f"{text.strip()} is more than one value; choose “List” for several"
        raise SpaceError(msg)
    return Typed((item.value,), item.code)


def read_number(word: str, text: str) -> Typed:
    """Read one finite number, which is called by a word; raise `SpaceError` for anything else."""
    if not text.strip():
        msg = f"“{word}” is empty"
        raise SpaceError(msg)
    typed = read_value(text)
    if kind_of(typed.values[0]) not in {"int", "float"} or not abs(typed.values[0]) <= sys.float_info.max:
        msg = f"“{text.strip()}” is not a number"
        raise SpaceError(msg)
    return typed


def written(value: Any) -> str:
    """Write a value as a text that `read_value` reads back; raise `SpaceError` for one that cannot be written.

    Numbers of numpy's that Python has itself are written like Python's.
    """
    plain = value.item() if isinstance(value, _PLAIN) else value
    text = f"pd.{plain!r}" if isinstance(plain, (pd.Timestamp, pd.Timedelta)) else repr(plain)
    try:
        read = _item(_tree(text))
    except SpaceError:
        read = None
    if read is None or read.several or not _same(read.value, plain):
        msg = f"{value!r} cannot be written into a field; give numbers, texts or moments"
        raise SpaceError(msg)
    return text


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other or (one != one and other != other))  # noqa: PLR0124 - nan


def quoted(text: str) -> str:
    """Write a text as Python source, in double quotes where nothing in it needs others."""
    return f'"{text}"' if text.isprintable() and not set(text) & set('\\"') else repr(text)


def _tree(source: str) -> ast.expr:
    if len(source) > _LONGEST_TEXT:
        msg = f"{len(source):,} characters are too many for a field; give the values from Python: panel.space = {{…}}"
        raise SpaceError(msg)
    try:
        return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise SpaceError(_misread(source)) from None


def _misread(source: str) -> str:
    """Say what is wrong with a text that Python cannot parse."""
    words = source.split()
    if len(words) > 1 and "," not in source and not set("()[]'\"") & set(source):
        return f"put a comma between values: {', '.join(words)}"
    for opening, closing in ("()", "[]"):
        if source.count(opening) != source.count(closing):
            missing = closing if source.count(opening) > source.count(closing) else opening
            return f"a “{missing}” is missing"
    return f"“{_short(source)}” is not a list of values, such as 1, 2, 3 or linspace(0, 1, 5)"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - what fits beside a field


def _is_quoted(text: str) -> bool:
    return text.strip()[:1] in {"'", '"'}


def _texts(source: str) -> list[_Item]:
    """Read texts: as they stand between the commas, unless quotes say where they begin and end."""
    if any(mark in source for mark in "'\""):
        items = _items(_tree(source))
        for item in items:
            if not isinstance(item.value, str):
                msg = f"{item.code} stands beside texts in quotes; put quotes around it too"
                raise SpaceError(msg)
        return items
    inner = source[1:-1] if source.startswith("[") and source.endswith("]") else source
    return [_Item(word.strip(), quoted(word.strip())) for word in inner.split(",") if word.strip()]


def _items(tree: ast.expr) -> list[_Item]:
    if isinstance(tree, _LISTS):
        return [item for element in tree.elts for item in _element(element)]
    return _element(tree)


def _element(tree: ast.expr) -> list[_Item]:
    """Read what stands between two commas, which is no list of its own."""
    if isinstance(tree, _LISTS):
        msg = f"{_short(ast.unparse(tree))} cannot be a label; give numbers, texts or moments"
        raise SpaceError(msg)
    return _items(tree.value) if isinstance(tree, ast.Starred) else [_item(tree)]


def _item(tree: ast.expr) -> _Item:
    try:
        return _evaluated(tree)
    except RecursionError:
        msg = "this is nested too deeply to be read"
        raise SpaceError(msg) from None


def _evaluated(tree: ast.expr) -> _Item:
    match tree:
        case ast.Constant(value=value) if value is not ...:
            return _Item(value, quoted(value) if isinstance(value, str) else repr(value))
        case ast.Name(id=name):
            code, value = CONSTANTS.get(name, (quoted(name), name))
            return _Item(value, code)
        case ast.Attribute(value=ast.Name(id="np" | "numpy" | "math"), attr=name) if name in CONSTANTS:
            return _evaluated(ast.Name(name))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _counted(tree, op, _number(operand))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _counted(tree, op, _number(left), _number(right))
        case ast.Call(func=func, args=args, keywords=keywords):
            return _called(called_as(func), args, keywords)
    msg = f"“{_short(ast.unparse(tree))}” is not a value; put quotes around it if it is a text"
    raise SpaceError(msg)


def _number(tree: ast.expr) -> _Item:
    item = _evaluated(tree)
    if not isinstance(item.value, _NUMBERS) or isinstance(item.value, bool):
        msg = f"one cannot calculate with {_short(item.code)}; put quotes around the text if it is one"
        raise SpaceError(msg)
    return item


def _counted(tree: ast.expr, op: ast.AST, *operands: _Item) -> _Item:
    """Calculate; the signs and brackets of what was typed stay in the code."""
    large = isinstance(op, ast.Pow) and abs(operands[1].value) > _LARGEST_POWER
    try:
        value = None if large else _OPERATORS[type(op)](*(operand.value for operand in operands))
    except (ArithmeticError, TypeError, ValueError) as error:
        msg = f"{_short(ast.unparse(tree))} cannot be calculated: {error}"
        raise SpaceError(msg) from None
    if large or (isinstance(value, int) and value.bit_length() > _LARGEST_BITS):
        msg = f"{_short(ast.unparse(tree))} is too large a number; write it as a float, such as 1e300"
        raise SpaceError(msg)
    sign = ast.unparse(ast.UnaryOp(op, ast.Name("x")))[0] if len(operands) == 1 else ""  # type: ignore[arg-type]
    if sign:
        inner = operands[0].code
        simple = inner.replace(".", "").isalnum()
        return _Item(value, f"{sign}{inner if simple else f'({inner})'}")
    symbol = ast.unparse(ast.BinOp(ast.Name("x"), op, ast.Name("y")))[1:-1].strip()  # type: ignore[arg-type]
    left, right = (one.code if one.code.replace(".", "").isalnum() else f"({one.code})" for one in operands)
    return _Item(value, f"{left} {symbol} {right}")


def _called(name: str, args: Iterable[ast.expr], keywords: Iterable[ast.keyword]) -> _Item:
    if name not in AXES and name not in SCALARS:
        near = get_close_matches(name, [*AXES, *SCALARS], n=1) or ["linspace, log, range, arange"]
        msg = f"{_short(name)}(…) is not among the calls that a field reads; did you mean {near[0]}?"
        raise SpaceError(msg)
    given = [_evaluated(arg) for arg in args]
    named = {str(one.arg): _evaluated(one.value) for one in keywords}
    code = ", ".join([*(item.code for item in given), *(f"{key}={item.code}" for key, item in named.items())])
    values, named_values = [item.value for item in given], {key: item.value for key, item in named.items()}
    if name in AXES:
        return _axis(name, values, named_values, code)
    try:
        return _Item(SCALARS[name](*values, **named_values), f"{name}({code})")
    except (TypeError, ValueError, OverflowError) as error:
        msg = f"{name}({code}): {error}"
        raise SpaceError(msg) from None


def _axis(name: str, values: list[Any], named: dict[str, Any], code: str) -> _Item:
    """Call what gives several values, once it is known that they are not too many."""
    spelt, function, most = AXES[name]
    numbers = [*values, *named.values()]
    if not numbers or len(values) > most or not all(isinstance(one, (int, float)) for one in numbers):
        msg = f"write {name} with numbers: {_EXAMPLES.get(name, f'{name}(from, to, number)')}"
        raise SpaceError(msg)
    try:
        if _size(name, values, named) > _MOST_VALUES:
            msg = f"{name}({code}) has too many values; {_MOST_VALUES:,} are the most on one axis"
            raise SpaceError(msg)
        with np.errstate(all="ignore"):
            found = function(*values, **named)
    except (TypeError, ValueError, ArithmeticError) as error:
        if isinstance(error, SpaceError):
            raise
        msg = f"{name}({code}): {error}; write {_EXAMPLES.get(name, f'{name}(from, to, number)')}"
        raise SpaceError(msg) from None
    return _Item(found if name == "range" else tuple(found), f"{spelt}({code})", several=True)


_EXAMPLES = {"range": "range(from, to, step)", "arange": "arange(from, to, step)"}


def _size(name: str, values: list[Any], named: dict[str, Any]) -> float:
    """Return about how many values a call gives, before it is made."""
    if name == "range":
        return len(range(*values))
    if name == "arange":
        start, stop, step = (0, *values, 1) if len(values) == 1 else (*values, 1, 1)[:3]
        return abs((stop - start) / step) if step else math.inf
    return float(named.get("num", values[2] if len(values) > 2 else 50))  # noqa: PLR2004 - numpy's own default
