"""Labels: the values along an axis, kept as they were given, in one array.

Labels of one kind make a typed array; integers beside floats become floats when every integer is exactly one; any other
mixture of plain values (``None``, bool, number, text) is kept as it is in an object array, unless two of them compare
equal (``1``, ``True`` and ``1.0``), for then no reader could tell them apart.

A moment is kept to the nanosecond where it lies in the range of that unit (the years 1678 to 2261), else in the finest
unit that reaches it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.errors import SpaceError

__all__ = [
    "bare",
    "checked_kinds",
    "int_array",
    "kind_of",
    "kind_of_type",
    "label_array",
    "label_key",
    "object_array",
    "short",
    "shown",
    "text_array",
]

_KINDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("none", (type(None),)),
    ("bool", (bool, np.bool_)),
    ("timedelta", (dt.timedelta, np.timedelta64)),
    ("int", (int, np.integer)),
    ("float", (float, np.floating)),
    ("complex", (complex, np.complexfloating)),
    ("str", (str,)),
    ("datetime", (dt.date, np.datetime64)),
)
_BARE: dict[type, Callable[[Any], Any]] = {
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
    str: str.__str__,
    bytes: bytes.__bytes__,
    dt.datetime: lambda of: dt.datetime.combine(bare(of.date()), of.timetz()),
    dt.date: lambda of: dt.date(of.year, of.month, of.day),
    dt.timedelta: lambda of: dt.timedelta(of.days, of.seconds, of.microseconds),
}
"""What takes a value out of a class that inherits from one of these, whatever that class makes of it."""
_LONGEST = 60  # characters of a value that is written in a few words
_MIXABLE = {"none", "bool", "int", "float", "str"}
_ATTOSECONDS = {
    "W": 604_800 * 10**18,
    "D": 86_400 * 10**18,
    "h": 3_600 * 10**18,
    "m": 60 * 10**18,
    "s": 10**18,
    "ms": 10**15,
    "us": 10**12,
    "ns": 10**9,
    "ps": 10**6,
    "fs": 10**3,
    "as": 1,
}


@lru_cache(maxsize=256)
def kind_of_type(cls: Any) -> str | None:
    """Name the kind of the labels of a type, None for one whose values cannot be labels."""
    return next((kind for kind, types in _KINDS if issubclass(cls, types)), None)


def kind_of(value: Any) -> str | None:
    """Name the kind of a label, None for what cannot be one."""
    cls: Any = type(value)
    return kind_of_type(cls)


def shown(value: Any) -> str:
    """Write a value as in source code: a number of numpy's like a plain one."""
    return repr(value.item()) if isinstance(value, (np.bool_, np.number, np.str_)) else repr(value)


def short(value: Any) -> str:
    """Write any value in a few words: of an array its shape, of what is long the beginning."""
    text = f"array of shape {value.shape}" if hasattr(value, "shape") and value.shape else shown(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def bare(value: Any) -> Any:
    """Return what a value of a class of its own is at heart, such as a member of an IntEnum; any other as it is.

    A span of pandas becomes one of numpy's, which has its nanoseconds, and so does its NaT.
    """
    cls: Any = type(value)
    if cls in _BARE or issubclass(cls, np.generic):
        return value
    base = next((base for base in _BARE if issubclass(cls, base)), None)
    if base is None or cls is bool:
        return value
    if not hasattr(cls, "to_numpy"):
        return _BARE[base](value)
    return value.to_numpy() if base is dt.timedelta or value != value else value  # noqa: PLR0124 - NaT is not itself


def label_key(value: Any) -> tuple[str | None, Any]:
    """Return what makes a label itself: its kind and value, with one key for every nan and every unit of time."""
    kind = kind_of(value)
    if kind in {"float", "complex"} and value != value:  # noqa: PLR0124 - nan is what differs from itself
        return kind, "nan"
    if kind in {"datetime", "timedelta"}:
        return kind, _attoseconds(_time64(value))
    return kind, value


def _time64(value: Any) -> Any:
    """Return a moment or a span as numpy's, every digit of it."""
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return value
    if hasattr(value, "to_numpy"):  # a Timestamp, Timedelta or NaT of pandas, which numpy would cut to microseconds
        return value.to_numpy()
    return np.datetime64(value) if kind_of(value) == "datetime" else np.timedelta64(value)


def _attoseconds(time: Any) -> int | str:
    """Return how long after 1970 a moment is, or how long a span, in Python's integers, which do not overflow."""
    if np.isnat(time):
        return "nat"
    unit, count = np.datetime_data(time.dtype)
    if unit in {"Y", "M"} and time.dtype.kind == "M":
        unit, count, time = "D", 1, time.astype("datetime64[D]")
    if unit not in _ATTOSECONDS:
        msg = f"{time!r} is no definite span of time; give it in days or a smaller unit"
        raise SpaceError(msg)
    return int(time.astype(np.int64)) * count * _ATTOSECONDS[unit]


def label_array(name: str, values: Sequence[Any]) -> NDArray[Any]:
    """Make the 1-D array of an axis from its distinct values.

    Raises `SpaceError` for what cannot be a label, and for labels that compare equal across kinds.
    """
    if not len(values):
        return np.empty(0)
    kinds = checked_kinds(name, values)
    if kinds == {"int", "float"}:
        return _floats(name, values)
    if len(kinds) > 1:
        return _mixed(name, values, kinds)
    (kind,) = kinds
    return _typed(kind, values)


def checked_kinds(name: str, values: Sequence[Any]) -> set[str]:
    """Return the kinds of some labels; raise `SpaceError` for what cannot be one."""
    kinds = {kind_of_type(cls) for cls in set(map(type, values))}
    if None in kinds:
        value = next(value for value in values if kind_of(value) is None)
        msg = (
            f"{name}={value!r} cannot be a label: it is of type {type(value).__name__}; sweep over names or numbers "
            "instead and look the object up in the function"
        )
        raise SpaceError(msg)
    if "datetime" in kinds and any(getattr(value, "tzinfo", None) is not None for value in values):
        value = next(value for value in values if getattr(value, "tzinfo", None) is not None)
        msg = f"{name}={value!r} has a time zone, which a label cannot keep; convert it to UTC and drop the zone"
        raise SpaceError(msg)
    return {kind for kind in kinds if kind is not None}


def _typed(kind: str, values: Sequence[Any]) -> NDArray[Any]:
    if kind == "int":
        return int_array(values)
    if kind == "str":
        return text_array(values)
    if kind == "none":
        return object_array(values)
    if kind in {"datetime", "timedelta"}:
        return _times(kind, values)
    return np.array(values)


def _times(kind: str, values: Sequence[Any]) -> NDArray[Any]:
    """Make an array of moments or spans in the finest unit of xarray's that keeps each of them."""
    times = [_time64(value) for value in values]
    keys = [_attoseconds(time) for time in times]
    for unit in ("ns", "us", "ms", "s"):
        try:
            array = np.array(times, dtype=f"{kind}64[{unit}]")
        except OverflowError:  # numpy before 2.5 gives another time instead
            continue
        if [_attoseconds(time) for time in array] == keys:
            return array
    msg = f"{values[0]!r} to {values[-1]!r}: no unit of time from ns to s keeps all of these exactly; round them"
    raise SpaceError(msg)


def int_array(values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """Make an integer array that keeps every digit, of objects where no integer type is wide enough."""
    array = np.array(values)
    if array.dtype.kind in "iu":
        return array
    low, high = min(values), max(values)
    if low >= -(2**63) and high < 2**63:
        return np.array(values, dtype=np.int64)
    if low >= 0 and high < 2**64:
        return np.array(values, dtype=np.uint64)
    return object_array(values)


def text_array(values: Sequence[str] | NDArray[Any]) -> NDArray[Any]:
    """Make a text array, of objects where numpy would drop a trailing NUL."""
    texts = [str.__str__(value) for value in values]  # the text of an enum's member is its value, not its name
    return object_array(texts) if any(text.endswith("\0") for text in texts) else np.array(texts, dtype=np.str_)


def object_array(values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """Make a 1-D array that holds the objects themselves."""
    return np.fromiter(values, dtype=object, count=len(values))


def _floats(name: str, values: Sequence[Any]) -> NDArray[Any]:
    for value in values:
        if kind_of(value) == "int" and not _is_float(int(value)):
            msg = f"{name}={value!r} stands among floats, and no float is exactly that; give all values one type"
            raise SpaceError(msg)
    return np.array([float(value) for value in values])


def _is_float(value: int) -> bool:
    """Say whether a float is exactly this whole number."""
    try:
        return int(float(value)) == value
    except OverflowError:
        return False


def _mixed(name: str, values: Sequence[Any], kinds: set[str]) -> NDArray[Any]:
    if not kinds <= _MIXABLE:
        msg = f"{name} mixes labels of the kinds {', '.join(sorted(kinds))}; give all values one type"
        raise SpaceError(msg)
    seen: dict[Any, Any] = {}
    for value in values:
        other = seen.setdefault(value, value)
        if other is not value and label_key(other) != label_key(value):
            msg = f"{name} has the labels {shown(other)} and {shown(value)}, which compare equal; keep one of them"
            raise SpaceError(msg)
    return object_array([value.item() if isinstance(value, np.generic) else value for value in values])
