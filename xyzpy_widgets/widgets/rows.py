"""Rows: how one argument varies, as it was typed, and what that means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Literal

import numpy as np

from xyzpy_widgets.core.axes import distinct
from xyzpy_widgets.core.labels import kind_of, label_array
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.grammar.typed import Typed, check_size, quoted, read_number, read_value, read_values, written
from xyzpy_widgets.widgets.arguments import NOTHING, Argument
from xyzpy_widgets.widgets.draws import OWN, draw_of
from xyzpy_widgets.widgets.protocol import Kind, Spacing

__all__ = ["Reading", "Row", "check_type", "first_row", "read_row", "read_shown", "row_of"]

_FEWEST_OF_A_RANGE = 3
_LARGEST_WHOLE = 2**53
"""Up to here every whole number is a float too."""
_MOST_OF_A_RANGE = 1_000_000
"""So many values of a range are still read between two key strokes; the page knows this number too."""


@dataclass(frozen=True, slots=True)
class Row:
    """How one argument varies. Only the fields of its `kind` count; the others keep what was typed before.

    Attributes
    ----------
    name : str
        The argument.
    kind : {"fixed", "list", "range", "stored", "choices", "distribution", "cases"}
    value : str
        fixed: one value; empty for the default.
    values : str
        list: the values.
    start, stop, num : str
        range: from, to and number of values, ends included.
    spacing : {"linear", "log"}
    chosen : tuple of int
        choices: the chosen ones, by their places.
    distribution : str
        distribution: its name.
    parameters : tuple of str
        Its parameters in order.
    """

    name: str
    kind: Kind = "list"
    value: str = ""
    values: str = ""
    start: str = ""
    stop: str = ""
    num: str = ""
    spacing: Spacing = "linear"
    chosen: tuple[int, ...] = ()
    distribution: str = ""
    parameters: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether nothing is typed yet where something must be."""
        fields = {"fixed": (self.value,), "list": (self.values,), "range": (self.start, self.stop)}
        return self.kind in fields and not any(text.strip() for text in fields[self.kind])


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row means.

    Attributes
    ----------
    how : {"swept", "fixed", "default", "stored", "drawn", "cases"}
        Whether the argument is swept over `values`, has the one value, keeps its default, takes what is stored, is
        drawn, or stands in the table of cases.
    values : tuple
        The values; the one draw for ``"drawn"``, the values of the store for ``"stored"``.
    code : str
        A Python expression for what the call is given; empty where it is given nothing.
    imports : tuple of str
        Lines that the expression needs.
    note : str
        What is worth knowing of how it was read; may be empty.
    """

    how: Literal["swept", "fixed", "default", "stored", "drawn", "cases"]
    values: tuple[Any, ...] = ()
    code: str = ""
    imports: tuple[str, ...] = ()
    note: str = ""


def read_row(row: Row, argument: Argument, *, sampled: bool = False) -> Reading:
    """Say what a row means; raise `SpaceError` with one plain sentence for what cannot be meant."""
    readers: dict[str, Callable[[Row, Argument], Reading]] = {
        "fixed": _fixed,
        "list": _listed,
        "range": _range,
        "stored": _stored,
        "choices": _chosen,
        "distribution": _drawn,
    }
    reading = readers[row.kind](row, argument) if row.kind in readers else Reading("cases")
    if reading.how == "swept":
        label_array(row.name, distinct(row.name, reading.values) if not sampled else list(reading.values))
    return reading


def read_shown(row: Row, argument: Argument, *, sampled: bool = False) -> Reading:
    """Say what a row of the page means, as `read_row` does; one too long to be read as it is typed is refused."""
    if row.kind == "range" and row.num.strip() and (num := _count(row.num)) > _MOST_OF_A_RANGE:
        msg = f"{num:,} values are too many; a range has at most a million"
        raise SpaceError(msg)
    return read_row(row, argument, sampled=sampled)


def _fixed(row: Row, argument: Argument) -> Reading:
    if not row.value.strip() and argument.takes != "str":
        if argument.default is NOTHING:
            msg = "give a value"
            raise SpaceError(msg)
        return Reading("default", (argument.default,))
    if row.value.strip() in argument.choice_labels:
        return _chosen_one(argument, argument.choices[argument.choice_labels.index(row.value.strip())])
    typed = read_value(row.value, texts=argument.takes == "str")
    check_type(argument, typed.values)
    (value,) = typed.values
    if argument.default is not NOTHING and _is_same(value, argument.default):
        return Reading("default", (argument.default,))
    return Reading("fixed", typed.values, typed.code)


def _chosen_one(argument: Argument, value: Any) -> Reading:
    """Read the one of its choices that an argument has."""
    if value is argument.default or _is_same(value, argument.default):
        return Reading("default", (argument.default,))
    code, line = _choice_code(value)
    return Reading("fixed", (value,), code, (line,) if line else ())


def _is_same(value: Any, default: Any) -> bool:
    """Say whether a value is the default, of which anything may be: an array has no plain truth."""
    return type(value) is type(default) and bool(np.all(value == default))


def _listed(row: Row, argument: Argument) -> Reading:
    typed = read_values(row.values, texts=argument.takes == "str")
    check_type(argument, typed.values)
    return Reading("swept", typed.values, typed.code)


def check_type(argument: Argument, values: Sequence[Any]) -> None:
    """Raise `SpaceError` for a value of another type than the argument takes, as far as that is told."""
    wanted = {
        "int": ({"int"}, "whole numbers"),
        "float": ({"int", "float"}, "numbers"),
        "bool": ({"bool"}, "True or False"),
    }.get(argument.takes)
    if wanted is None:
        return
    for cls in dict.fromkeys(map(type, values)):
        value = next(one for one in values if type(one) is cls)
        if kind_of(value) not in wanted[0]:
            msg = f"{argument.name} takes {wanted[1]}, and {value!r} is not"
            raise SpaceError(msg)


def _range(row: Row, argument: Argument) -> Reading:
    start, stop, num = read_number("From", row.start), read_number("To", row.stop), _count(row.num)
    first, last = start.values[0], stop.values[0]
    if row.spacing == "log" and not (first > 0 and last > 0):
        msg = "a logarithmic range needs both ends above 0"
        raise SpaceError(msg)
    if num > 1 and first == last:
        msg = f"from and to are both {row.start.strip()}; set the number to 1, or move one end"
        raise SpaceError(msg)
    if argument.takes == "int":
        check_type(argument, (first, last))
    whole = kind_of(first) == kind_of(last) == "int" and argument.takes in {"int", "any"}
    if whole and row.spacing == "linear" and num > 1 and not (last - first) % (num - 1):
        return _whole_range(first, last, (last - first) // (num - 1))
    if argument.takes == "int" and max(abs(first), abs(last)) > _LARGEST_WHOLE:
        msg = f"{row.start.strip()} … {row.stop.strip()} is too wide for whole numbers; give them as a list"
        raise SpaceError(msg)
    typed = read_values(f"{'geomspace' if row.spacing == 'log' else 'linspace'}({start.code}, {stop.code}, {num})")
    if not np.isfinite(np.array(typed.values)).all():
        msg = f"{row.start.strip()} … {row.stop.strip()} is too wide for a range; bring its ends together"
        raise SpaceError(msg)
    if argument.takes != "int":
        return Reading("swept", typed.values, typed.code)
    rounded = np.unique(np.array(typed.values).round().astype(int)).tolist()
    note = "" if set(typed.values) == set(rounded) else "rounded to whole numbers"
    return Reading("swept", tuple(rounded), f"np.unique({typed.code}.round().astype(int)).tolist()", note=note)


def _whole_range(first: int, last: int, step: int) -> Reading:
    """Return evenly spaced whole numbers as a plain range."""
    check_size((last - first) // step + 1)
    past = last + (1 if step > 0 else -1)
    return Reading(
        "swept", tuple(range(first, past, step)), f"range({first}, {past}{'' if step == 1 else f', {step}'})"
    )


def _count(text: str) -> int:
    """Read how many values a range has."""
    typed = read_value(text) if text.strip() else Typed((None,), "")
    num = typed.values[0]
    if kind_of(num) != "int" or num < 1:
        msg = f"the number of values must be a whole number from 1, not {text.strip() or 'empty'}"
        raise SpaceError(msg)
    return int(num)


def _stored(row: Row, argument: Argument) -> Reading:
    if not argument.stored:
        msg = f"no values of {row.name} are stored yet; choose another way to give them"
        raise SpaceError(msg)
    return Reading("stored", argument.stored, "...")


def _chosen(row: Row, argument: Argument) -> Reading:
    values = tuple(argument.choices[at] for at in row.chosen if 0 <= at < len(argument.choices))
    if not values:
        msg = "choose at least one"
        raise SpaceError(msg)
    written_values, imports = zip(*map(_choice_code, values), strict=True)
    needs = tuple(dict.fromkeys(line for line in imports if line))
    if kind_of(values[0]) is not None:
        return Reading("swept", values, f"[{', '.join(written_values)}]", needs)
    if len(values) > 1:
        name = type(values[0]).__name__
        msg = f"members of {name} cannot be labels: choose one, or derive {name} from str or int (StrEnum, IntEnum)"
        raise SpaceError(msg)
    return Reading("fixed", values, written_values[0], needs)


def _choice_code(value: Any) -> tuple[str, str]:
    """Return the code of a choice, and the line that it needs."""
    if not isinstance(value, Enum):
        return quoted(value) if isinstance(value, str) else written(value), ""
    cls = type(value)
    top = cls.__qualname__.partition(".")[0]
    line = "" if cls.__module__ == "__main__" else f"from {cls.__module__} import {top}"
    return f"{cls.__qualname__}.{value.name}", line


def _drawn(row: Row, argument: Argument) -> Reading:
    if row.distribution in {"", OWN}:
        if argument.draw is NOTHING:
            msg = f"the sampler has no draw of its own for {row.name}; choose a distribution"
            raise SpaceError(msg)
        return Reading("default", (argument.draw,))
    draw = draw_of(row.distribution, row.parameters)
    return Reading("drawn", (draw,), draw.code)


def first_row(argument: Argument, *, sampled: bool = False) -> Row:
    """Return the row of an argument about which nobody has decided yet: what needs the least typing."""
    every = tuple(range(len(argument.choices)))
    blank = Row(argument.name, value=argument.default_text, num="5", chosen=every)
    if sampled:
        return (
            replace(blank, kind="distribution", distribution=OWN)
            if argument.draw is not NOTHING
            else _needed(blank, argument)
        )
    return replace(blank, kind="stored") if argument.stored else _needed(blank, argument)


def _needed(blank: Row, argument: Argument) -> Row:
    if argument.default is not NOTHING:
        chosen = tuple(
            at for at, one in enumerate(argument.choices) if one is argument.default or one == argument.default
        )
        return replace(blank, kind="fixed", chosen=chosen or blank.chosen)
    if argument.choices:
        return replace(blank, kind="choices")
    return replace(blank, kind="range" if argument.takes in {"float", "int"} else "list")


def row_of(argument: Argument, values: Any, blank: Row) -> Row:
    """Return the row that gives some values, keeping of ``blank`` what does not count.

    Raises `SpaceError` for a value that cannot be written into a field.
    """
    if values is ...:
        return replace(blank, kind="stored")
    values = tuple(values)
    if argument.choices and all(any(one is value for one in argument.choices) for value in values):
        places = tuple(next(at for at, one in enumerate(argument.choices) if one is value) for value in values)
        return replace(blank, kind="choices", chosen=places)
    ranged = _as_range(values)
    if ranged is not None and argument.takes != "int":
        start, stop, spacing = ranged
        return replace(blank, kind="range", start=start, stop=stop, num=str(len(values)), spacing=spacing)
    return replace(blank, kind="list", values=", ".join(map(written, values)))


def _as_range(values: tuple[Any, ...]) -> tuple[str, str, Spacing] | None:
    """Return the ends and the spacing of values that are exactly those of a range of floats."""
    if len(values) < _FEWEST_OF_A_RANGE or {kind_of(value) for value in values} != {"float"}:
        return None
    start, stop = written(values[0]), written(values[-1])
    with np.errstate(all="ignore"):
        if np.array_equal(np.linspace(values[0], values[-1], len(values)), values):
            return start, stop, "linear"
        if min(values[0], values[-1]) > 0 and np.array_equal(np.geomspace(values[0], values[-1], len(values)), values):
            return start, stop, "log"
    return None
