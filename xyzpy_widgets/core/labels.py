"""Labels: the values along an axis, kept as they were given.

An axis has one array of labels. Labels of one kind make a typed array; integers beside floats become floats when every
integer is exactly one; any other mixture of plain values (``None``, bool, number, text) is kept as it is in an object
array, unless two of them compare equal (``1``, ``True`` and ``1.0``), for then no reader could tell them apart.

Two floats are one label when they agree to `CLOSE` (relative): 0.3 and 0.1 + 0.2, or one grid written as ``linspace``
and as a running sum. The first spelling stays.
"""

from __future__ import annotations

import bisect
import datetime as dt
import warnings
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.errors import LabelWarning, SpaceError

__all__ = [
    "CLOSE",
    "LabelIndex",
    "distinct",
    "int_array",
    "kind_of",
    "label_array",
    "label_key",
    "sort_labels",
    "union",
]

CLOSE = 1e-12
"""Relative distance below which two float labels are one: thousands of ulps, far below any grid that is meant."""

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
_MIXABLE = {"none", "bool", "int", "float", "str"}


def _kind_of_type(cls: type) -> str | None:
    return next((kind for kind, types in _KINDS if issubclass(cls, types)), None)


def kind_of(value: object) -> str | None:
    """Name the kind of a label, None for what cannot be one."""
    return _kind_of_type(type(value))


def label_key(value: Any) -> tuple[str | None, Any]:
    """Return what makes a label itself: its kind and value, with one key for every nan and every unit of time."""
    kind = kind_of(value)
    if kind in {"float", "complex"} and value != value:  # noqa: PLR0124 - nan is what differs from itself
        return kind, "nan"
    if kind in {"datetime", "timedelta"}:
        return kind, _nanoseconds(value)
    return kind, value


def _nanoseconds(value: Any) -> int:
    unit = "datetime64[ns]" if kind_of(value) == "datetime" else "timedelta64[ns]"
    return int(np.asarray(value, dtype=unit).astype(np.int64))


def label_array(name: str, values: Sequence[Any]) -> NDArray[Any]:
    """Make the 1-D array of an axis from its distinct values.

    Raises `SpaceError` for what cannot be a label, and for labels that compare equal across kinds.
    """
    if not len(values):
        return np.empty(0)
    kinds = _checked_kinds(name, values)
    if kinds == {"int", "float"}:
        return _floats(name, values)
    if len(kinds) > 1:
        return _mixed(name, values, kinds)
    (kind,) = kinds
    return _typed(kind, values)


def _checked_kinds(name: str, values: Sequence[Any]) -> set[str]:
    kinds = {_kind_of_type(cls) for cls in set(map(type, values))}
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
    if kind == "datetime" and any(np.datetime64(value) != np.datetime64(value, "ns") for value in values):
        return np.array(values, dtype="datetime64[us]")  # out of the range of nanoseconds
    if kind in {"datetime", "timedelta"}:
        return np.array(values, dtype=f"{kind}64[ns]")
    return np.array(values)


def int_array(values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """Make an integer array that keeps every digit, of objects where no integer type is wide enough."""
    low, high = min(values), max(values)
    if all(isinstance(value, np.integer) for value in values):
        common = np.result_type(*{value.dtype for value in values})
        if common.kind in "iu":
            return np.array(values, dtype=common)
    if low >= -(2**63) and high < 2**63:
        return np.array(values, dtype=np.int64)
    if low >= 0 and high < 2**64:
        return np.array(values, dtype=np.uint64)
    return object_array(values)


def text_array(values: Sequence[str] | NDArray[Any]) -> NDArray[Any]:
    """Make a text array, of objects where numpy would drop a trailing NUL."""
    if any(value.endswith("\0") for value in values):
        return object_array(values)
    return np.array(values, dtype=np.str_)


def object_array(values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """Make a 1-D array that holds the objects themselves."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _floats(name: str, values: Sequence[Any]) -> NDArray[Any]:
    for value in values:
        if kind_of(value) == "int" and int(float(value)) != int(value):
            msg = f"{name}={value!r} stands among floats, and no float is exactly that; give all values one type"
            raise SpaceError(msg)
    return np.array([float(value) for value in values])


def _mixed(name: str, values: Sequence[Any], kinds: set[str]) -> NDArray[Any]:
    if not kinds <= _MIXABLE:
        msg = f"{name} mixes labels of the kinds {', '.join(sorted(kinds))}; give all values one type"
        raise SpaceError(msg)
    seen: dict[Any, Any] = {}
    for value in values:
        other = seen.setdefault(value, value)
        if other is not value and label_key(other) != label_key(value):
            msg = f"{name} has the labels {other!r} and {value!r}, which compare equal; keep one of them"
            raise SpaceError(msg)
    return object_array(values)


def distinct(name: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the values of an axis, each label once.

    Raises `SpaceError` for a label that stands twice; labels that are `CLOSE` are taken as the first of them, with a
    `LabelWarning`.
    """
    _checked_kinds(name, values)
    if _surely_distinct(values):
        return tuple(values)
    index = LabelIndex(name)
    for value in values:
        if index.has(value):
            msg = f"{name} has the value {value!r} twice; give each value once"
            raise SpaceError(msg)
        index.add(value)
    return tuple(index.labels)


def _surely_distinct(values: Sequence[Any]) -> bool:
    """Say quickly whether numbers of one type all lie apart."""
    if len(set(map(type, values))) != 1 or kind_of(values[0]) not in {"int", "float"}:
        return False
    ordered = np.sort(np.array(values))
    if ordered.dtype.kind not in "iuf" or not np.isfinite(ordered[-1]):
        return False
    step = CLOSE * np.abs(ordered[1:]) if ordered.dtype.kind == "f" else 0
    return bool(np.all(np.diff(ordered) > step))


def union(name: str, old: NDArray[Any], new: Iterable[Any]) -> NDArray[Any]:
    """Return the labels of an axis that has grown: as they were when nothing is new, else sorted where they can be."""
    index = LabelIndex(name, old.tolist() if old.dtype == object else list(old))
    grown = [value for value in new if index.add(value)]
    if not grown:
        return old
    return label_array(name, sort_labels([*old, *grown]))


def sort_labels(values: Sequence[Any]) -> list[Any]:
    """Sort labels of one ordered kind; leave others in their order."""
    kinds = {kind_of(value) for value in values}
    if kinds <= {"int", "float"}:
        return sorted(values, key=_nan_last if "float" in kinds else None)
    if kinds in ({"datetime"}, {"timedelta"}):
        return sorted(values, key=_nanoseconds)
    return sorted(values) if kinds in ({"bool"}, {"str"}) else list(values)


def _nan_last(value: Any) -> tuple[bool, Any]:
    return (True, 0.0) if value != value else (False, value)  # noqa: PLR0124 - nan is what differs from itself


@dataclass(slots=True)
class _Sorted:
    """Float labels in order, each with its position."""

    values: list[float]
    positions: list[int]

    def near(self, value: float) -> int | None:
        """Find the position of the label that is close to a value."""
        at = bisect.bisect_left(self.values, value)
        for i in (at - 1, at):
            if 0 <= i < len(self.values) and abs(self.values[i] - value) <= CLOSE * abs(value):
                return self.positions[i]
        return None


class LabelIndex:
    """Where each label of an axis stands; float labels are found within `CLOSE`.

    Parameters
    ----------
    name : str
        The axis, for messages.
    labels : iterable
        The labels in their order.
    """

    def __init__(self, name: str, labels: Iterable[Any] = ()) -> None:
        self.name = name
        self.labels: list[Any] = list(labels)
        self._positions = {self._key(label): i for i, label in enumerate(self.labels)}
        floats = sorted((float(v), i) for i, v in enumerate(self.labels) if kind_of(v) == "float" and np.isfinite(v))
        self._sorted = _Sorted([v for v, _ in floats], [i for _, i in floats])

    def _key(self, value: Any) -> Hashable:
        """Return the key of a label; on an axis of numbers, 1 and 1.0 are the same place."""
        kind, plain = label_key(value)
        return ("number", plain) if kind in {"int", "float"} else (kind, plain)

    def has(self, value: Any) -> bool:
        """Say whether the axis has exactly this label."""
        return self._key(value) in self._positions

    def find(self, value: Any) -> int | None:
        """Return the position of a label, None when the axis does not have it."""
        found = self._positions.get(self._key(value))
        if found is not None or kind_of(value) != "float":
            return found
        near = self._sorted.near(float(value))
        if near is not None:
            msg = f"{self.name}={float(value)!r} is taken as {float(self.labels[near])!r}: they differ by rounding only"
            warnings.warn(msg, LabelWarning, stacklevel=2)
        return near

    def add(self, value: Any) -> bool:
        """Append a label that the axis does not have; say whether it was new."""
        if self.find(value) is not None:
            return False
        position = len(self.labels)
        self.labels.append(value)
        self._positions[self._key(value)] = position
        if kind_of(value) == "float" and np.isfinite(value):
            at = bisect.bisect_left(self._sorted.values, float(value))
            self._sorted.values.insert(at, float(value))
            self._sorted.positions.insert(at, position)
        return True
