"""The values of an axis: literals by the safe reader that panels use too, the rest as expressions of the notebook."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sized
from enum import Enum
from typing import Any

from xyzpy_widgets.core.axes import distinct
from xyzpy_widgets.core.forms import as_values
from xyzpy_widgets.core.labels import kind_of, label_array
from xyzpy_widgets.errors import LineError, SpaceError, XyzError
from xyzpy_widgets.grammar.known import CONSTANTS, reads_call, several, spelt
from xyzpy_widgets.grammar.typed import check_size, quoted, read_value, written
from xyzpy_widgets.grammar.words import Said, unquoted
from xyzpy_widgets.magics.names import Names, expression
from xyzpy_widgets.widgets.arguments import Argument
from xyzpy_widgets.widgets.draws import DISTRIBUTIONS
from xyzpy_widgets.widgets.rows import Reading, Row, check_type, read_row

__all__ = ["read_axis", "read_constant"]

_KNOWN = {*CONSTANTS, "np", "numpy", "math", "pd", "pandas", "datetime"}
"""Names that the safe reader knows."""

_NUMBERS = {"int": "whole numbers", "float": "numbers", "bool": "True or False"}
"""What an argument takes that takes no texts."""

_PARTS = (2, 3)
_EVEN = 1e-9


def read_axis(said: Said, argument: Argument, names: Names, *, sampled: bool = False) -> Reading:
    """Say what an axis of a line means.

    Parameters
    ----------
    said : Said
    argument : Argument
    names : Names
    sampled : bool
        Whether its values are drawn from.

    Raises
    ------
    LineError
        With the place, what is wrong there, and a right form.
    """
    try:
        return _read(said.text.strip(), argument, names, sampled=sampled)
    except XyzError as error:
        message = str(error) if isinstance(error, LineError) else str(error).removeprefix(f"{argument.name} ")
        form = "" if "; " in message else f"; write {_form(argument, sampled=sampled)}"
        msg = f"{argument.name}={said.text}: {message}{form}"
        raise LineError(msg, said.at) from error


def _form(argument: Argument, *, sampled: bool) -> str:
    """Show how values of an argument may be written."""
    own = {"str": ['"a"', '["a", "b"]'], "bool": ["True", "True,False"]}
    numbers = ["uniform(0,1)", "[1, 2, 4]"] if sampled else ["0.5:4:40", "[1, 2, 4]", "log(1e-3, 1, 7)"]
    forms = own.get(argument.takes, numbers)
    *most, last = (f"{argument.name}={form}" for form in forms)
    return f"{', '.join(most)} or {last}"


def read_constant(said: Said, argument: Argument, names: Names) -> Reading:
    """Say what ``--constants k=2`` means; raise `LineError` as `read_axis` does."""
    text = said.text.strip()
    try:
        if not text or _is_own(text, names) or _is_code(text, argument):
            value = names.value(text, _members(argument))
            check_type(argument, (value,))
            return Reading("fixed", (value,), text)
        if argument.takes != "str":
            _check_known(text, names, argument)
        return read_row(Row(argument.name, "fixed", value=text), argument)
    except XyzError as error:
        msg = f"{argument.name}={text}: {str(error).removeprefix(f'{argument.name} ')}"
        raise LineError(msg, said.at) from error


def _read(text: str, argument: Argument, names: Names, *, sampled: bool) -> Reading:
    text = text.rstrip(",").rstrip()  # one between two axes, as in a call
    if not text:
        msg = "there are no values"
        raise LineError(msg)
    inner = unquoted(text)
    if inner is not None and argument.takes in _NUMBERS:
        if names.unknown(_free(inner) - _KNOWN):
            check_type(argument, (inner,))
        return _read(inner, argument, names, sampled=sampled)
    row = _row(text, argument, names, sampled=sampled)
    if row is not None:
        return read_row(row, argument, sampled=sampled)
    if _is_own(text, names) or _is_code(text, argument):
        return _evaluated(text, argument, names, sampled=sampled)
    if argument.takes != "str":
        _check_known(text, names, argument)
    elif "None" in map(str.strip, _split(text.strip("[]"), ",")):
        msg = f'{argument.name} takes texts, and None is not; write {argument.name}="None" for the text'
        raise LineError(msg)
    return read_row(Row(argument.name, "list", values=text), argument, sampled=sampled)


def _row(text: str, argument: Argument, names: Names, *, sampled: bool) -> Row | None:
    """Return the row of a panel for what the grammar itself spells; None for other values."""
    name = argument.name
    if text == "...":
        return Row(name, "stored")
    tree = expression(text)
    match tree:
        case None if argument.takes != "str" and len(parts := _split(text, ":")) in _PARTS:
            return _range(parts, argument, names)
        case ast.Call(func=ast.Name(id="log"), args=[_, _, _], keywords=[]) if "log" not in names:
            ends = [_number(ast.unparse(one), argument, names) for one in tree.args]
            return Row(name, "range", start=ends[0], stop=ends[1], num=ends[2], spacing="log")
        case ast.Call(func=ast.Name(id=word)) if sampled and word in DISTRIBUTIONS and word not in names:
            numbers = tuple(_number(ast.unparse(one), argument, names) for one in tree.args)
            return Row(name, "distribution", distribution=word, parameters=numbers)
    return None


def _range(parts: list[str], argument: Argument, names: Names) -> Row:
    """Read ``a:b:n`` and ``a:b``, both ends included."""
    name = argument.name
    texts = [_number(part, argument, names) for part in parts]
    if not all(texts):
        msg = f"a number is missing beside a “:”; write {name}=0.5:4:40"
        raise SpaceError(msg)
    if len(texts) < len(_PARTS) + 1:
        first, last = (read_value(text).values[0] for text in texts)
        if kind_of(first) != "int" or kind_of(last) != "int":
            msg = f"a:b takes whole numbers; write {name}={':'.join(texts)}:40 for 40 values"
            raise SpaceError(msg)
        texts.append(str(abs(last - first) + 1))
    _check_no_step(texts, name)
    return Row(name, "range", start=texts[0], stop=texts[1], num=texts[2])


def _check_no_step(texts: list[str], name: str) -> None:
    """Raise `SpaceError` where the last of three numbers is meant for a step, with the line that has such steps."""
    start, stop, step = (read_value(text).values[0] for text in texts)
    if kind_of(step) != "float" or not 0 < step <= abs(stop - start):
        return
    number = abs(stop - start) / step
    even = abs(number - round(number)) < _EVEN
    way = f"{texts[0]}:{texts[1]}:{round(number) + 1}" if even else f"arange({', '.join(texts)})"
    msg = f"a:b:n gives n values; for steps of {texts[2]} write {name}={way}"
    raise SpaceError(msg)


def _number(text: str, argument: Argument, names: Names) -> str:
    """Write a number as the safe reader takes it, be it named in the notebook."""
    text = text.strip()
    if text and (_is_own(text, names) or _unreadable(text)):
        return written(names.value(text))
    _check_known(text, names, argument)
    return text


def _evaluated(text: str, argument: Argument, names: Names, *, sampled: bool) -> Reading:
    code = spelt(text, names)
    value = names.value(code, _members(argument))
    if sampled:
        return Reading("drawn", (value,), code)
    if isinstance(value, Sized):
        check_size(len(value))
    values = as_values(argument.name, value)
    odd = next((one for one in values if kind_of(one) is None), None)
    if odd is not None:
        raise SpaceError(_no_label(odd, text, argument.name))
    check_type(argument, values)
    label_array(argument.name, distinct(argument.name, values))
    return Reading("swept", values, code)


def _no_label(odd: Any, text: str, name: str) -> str:
    """Say that a value is no label, and what may be meant."""
    if isinstance(odd, Iterable) and not callable(odd):
        return f"{type(odd).__name__}s cannot be labels; put all values into one list: {name}=[*a, 5]"
    quote = f"write {name}={text!r} for the text, or " if text.isidentifier() else ""
    return (
        f"an object of type {type(odd).__name__} cannot be a label; {quote}give it as a constant: --constants {name}=…"
    )


def _members(argument: Argument) -> Mapping[str, Any]:
    """Return the classes of an argument's choices, which a line may name without an import."""
    return {type(one).__name__: type(one) for one in argument.choices if isinstance(one, Enum)}


def _is_own(text: str, names: Names) -> bool:
    """Say whether an expression uses something that the notebook has defined."""
    return any(name in names for name in _free(text))


def _is_code(text: str, argument: Argument) -> bool:
    """Say whether an expression is more than the safe reader takes."""
    tree = expression(text)
    return tree is not None and (_unreadable(text) or bool(_free(text) & set(_members(argument))))


def _unreadable(text: str) -> bool:
    tree = expression(text)
    odd = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Dict, ast.Subscript, ast.Compare)
    nodes = [] if tree is None else list(ast.walk(tree))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    counted = [node for node in nodes if isinstance(node, (ast.BinOp, ast.UnaryOp))]
    return (
        any(isinstance(node, (*odd, ast.IfExp, ast.BoolOp, ast.JoinedStr)) for node in nodes)
        or not all(map(reads_call, calls))
        or any(map(several, counted))
    )


def _free(text: str) -> set[str]:
    """Return the names that an expression uses, without those of calls that the safe reader makes by itself."""
    tree = expression(text)
    if tree is None:
        return set()
    nodes = list(ast.walk(tree))
    called = {
        id(one) for node in nodes if isinstance(node, ast.Call) and reads_call(node) for one in ast.walk(node.func)
    }
    return {node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called}


def _check_known(text: str, names: Names, argument: Argument) -> None:
    """Raise `LineError` for a name that means nothing."""
    unknown = names.unknown(_free(text) - _KNOWN)
    if unknown:
        name = min(unknown, key=text.find)
        takes = _NUMBERS.get(argument.takes)
        remedy = f"{argument.name} takes {takes}" if takes else f"write {quoted(name)} in quotes if it is a text"
        msg = f"{name} is not defined; {remedy}"
        raise LineError(msg)


def _split(text: str, mark: str) -> list[str]:
    """Split a text at a mark that stands outside of brackets."""
    parts, depth = [""], 0
    for one in text:
        depth += (one in "([{") - (one in ")]}")
        if one == mark and not depth:
            parts.append("")
        else:
            parts[-1] += one
    return parts
