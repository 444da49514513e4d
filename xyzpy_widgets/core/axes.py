"""Axes: labels side by side, each once, and where they stand.

Two floats are one label when they agree to `CLOSE` (relative): 0.3 and 0.1 + 0.2, or one grid written as ``linspace``
and as a running sum. The first spelling stays, and a `LabelWarning` tells it.
"""

from __future__ import annotations

import bisect
import math
import struct
import warnings
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.labels import checked_kinds, kind_of, label_array, label_key, shown
from xyzpy_widgets.errors import LabelWarning, SpaceError

__all__ = ["CLOSE", "LabelIndex", "are_same", "check_distinct", "distinct", "rises", "sort_labels", "union"]

CLOSE = 2.0**-46
"""Relative distance below which two float labels are one: 64 units in the last place. Time stamps in seconds stay apart
down to 0.1 ms, and running sums of a few thousand steps together."""

_EXACT = 2**53
"""Whole numbers up to here are exactly one float each."""

_DOUBLE, _BITS = struct.Struct("<d"), struct.Struct("<q")
_ALIKE = 7
"""Two numbers that are `CLOSE` are 128 floats apart at the most: their bits without these last ones are the same, or
follow on one another."""


def distinct(name: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the values of an axis, each label once.

    Raises `SpaceError` for what cannot be a label and for one that stands twice; labels that are `CLOSE` are taken as
    the first of them, with a `LabelWarning`.
    """
    if not checked_kinds(name, values) or _surely_distinct(values):
        return tuple(values)
    index = LabelIndex(name)
    for value in values:
        if index.has(value):
            msg = f"{name} has the value {shown(value)} twice; give each value once"
            raise SpaceError(msg)
        index.add(value)
    index.tell_rounded()
    return tuple(index.labels)


def are_same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Say quickly whether labels are the same; objects of other kinds may be equal, so they are looked at singly."""
    return len(one) == len(other) and one.dtype == other.dtype != object and bool((one == other).all())


def check_distinct(name: str, labels: NDArray[Any]) -> None:
    """Raise `SpaceError` where a label stands twice on an axis."""
    if labels.dtype.kind not in "iuf" or not rises(labels):
        LabelIndex(name, labels)


def rises(labels: NDArray[Any]) -> bool:
    """Say whether numbers are finite and rise, each farther from the one before than two spellings of one label."""
    if labels.dtype.kind != "f":
        return bool(np.all(labels[1:] > labels[:-1]))
    if not np.isfinite(labels).all():
        return False
    with np.errstate(over="ignore"):
        return bool(np.all(np.diff(labels) > CLOSE * np.maximum(np.abs(labels[1:]), np.abs(labels[:-1]))))


def _surely_distinct(values: Sequence[Any]) -> bool:
    """Say quickly whether numbers of one type all lie apart, and not so far that their distance is infinite."""
    if len(values) == 1:
        return True
    kind = kind_of(values[0]) if len(set(map(type, values))) == 1 else None
    if kind == "int":
        return len(set(values)) == len(values)
    ordered = np.sort(np.array(values)) if kind == "float" else np.empty(0)
    if not ordered.size or not np.isfinite(float(ordered[-1]) - float(ordered[0])):
        return False
    return bool(np.all(ordered[1:] - ordered[:-1] > CLOSE * np.abs(ordered[1:])))


def union(name: str, old: NDArray[Any], new: Iterable[Any]) -> NDArray[Any]:
    """Return the labels of an axis that has grown: as they were when nothing is new, else sorted where they can be.

    Raises `SpaceError` for labels that cannot stand on one axis, and where a side has a label twice; tells what was
    rounded with a `LabelWarning`.
    """
    listed = old.tolist() if old.dtype == object else list(old)
    index = LabelIndex(name, listed)
    taken = set()
    for value in new:
        place = index.add(value)
        if place in taken:
            msg = f"{name}={shown(value)} stands on the axis already, as {shown(index.labels[place])}; keep one of them"
            raise SpaceError(msg)
        taken.add(place)
    index.tell_rounded()
    return old if len(index.labels) == len(old) else label_array(name, sort_labels(index.labels))


def sort_labels(values: Sequence[Any]) -> list[Any]:
    """Sort labels of one ordered kind; leave others in their order."""
    kinds = {kind_of(value) for value in values}
    if kinds <= {"int", "float"}:
        return sorted(values, key=_nan_last if "float" in kinds else None)
    if kinds in ({"datetime"}, {"timedelta"}):
        return sorted(values, key=_nat_last)
    return sorted(values) if kinds in ({"bool"}, {"str"}) else list(values)


def _nat_last(value: Any) -> tuple[bool, Any]:
    key = label_key(value)[1]
    return (True, 0) if key == "nat" else (False, key)


def _nan_last(value: Any) -> tuple[bool, Any]:
    return (True, 0.0) if value != value else (False, value)  # noqa: PLR0124 - nan is what differs from itself


class LabelIndex:
    """Where each label of an axis stands; float labels are found within `CLOSE`.

    Parameters
    ----------
    name : str
        The axis, for messages.
    labels : iterable
        The labels in their order; `SpaceError` is raised for one that stands twice.
    """

    def __init__(self, name: str, labels: Iterable[Any] = ()) -> None:
        self.name = name
        self.labels: list[Any] = []
        self._positions: dict[Hashable, int] = {}
        self._alike: dict[int, list[int]] | None = None  # positions by the first bits of the number; when it is asked
        self._rounded: dict[Hashable, str] = {}
        for label in labels:
            if self.has(label):
                msg = f"{name} has the label {shown(label)} twice; keep one of them"
                raise SpaceError(msg)
            self._append(label)

    def _append(self, label: Any) -> None:
        if self._alike is not None and _is_near_able(label):
            self._alike.setdefault(_first_bits(float(label)), []).append(len(self.labels))
        self._positions[_key(label)] = len(self.labels)
        self.labels.append(label)

    def _near_to(self, number: float) -> list[tuple[float, int]]:
        """Return the numbers that may be close to one, and where they stand; rising."""
        if self._alike is None:
            self._alike = {}
            for position, label in enumerate(self.labels):
                if _is_near_able(label):
                    self._alike.setdefault(_first_bits(float(label)), []).append(position)
        bits, alike = _first_bits(number), self._alike
        found = [*alike.get(bits - 1, ()), *alike.get(bits, ()), *alike.get(bits + 1, ())]
        return sorted((float(self.labels[position]), position) for position in found)

    def has(self, value: Any) -> bool:
        """Say whether the axis has exactly this label."""
        return _key(value) in self._positions

    def find(self, value: Any) -> int | None:
        """Return the position of a label, None when the axis does not have it."""
        found = self._positions.get(_key(value))
        return self._near(value) if found is None else found

    def places(self, values: Iterable[Any]) -> NDArray[np.intp]:
        """Return the positions of some labels, shape ``(n,)``; -1 for those that the axis does not have."""
        found = map(self.find, values)
        return np.array([-1 if at is None else at for at in found], dtype=np.intp)

    def _near(self, value: Any) -> int | None:
        """Return the position of a label that differs by rounding, which two whole numbers never do."""
        if not _is_near_able(value):
            return None
        number = float(value)
        numbers = self._near_to(number)
        at = bisect.bisect_left(numbers, (number, 0))
        for label, position in numbers[max(at - 1, 0) : at + 1]:
            if "float" not in {kind_of(value), kind_of(self.labels[position])}:
                continue
            if abs(label - number) <= CLOSE * abs(number):
                self._rounded[number] = f"{self.name}={shown(value)} is taken as {shown(self.labels[position])}"
                return position
        return None

    def add(self, value: Any) -> int:
        """Return the position of a label, which is appended when the axis does not have it."""
        found = self.find(value)
        if found is not None:
            return found
        self._append(value)
        return len(self.labels) - 1

    def tell_rounded(self) -> None:
        """Warn of the labels that were found by rounding since the last call, if there were any."""
        if self._rounded:
            first, *others = self._rounded.values()
            self._rounded = {}
            more = f", and {len(others)} more likewise" if others else ""
            warnings.warn(f"{first}: they differ by rounding only{more}", LabelWarning, stacklevel=2)


def _key(value: Any) -> Hashable:
    """Return the key of a label on an axis, where 1 and 1.0 are the same place."""
    kind, plain = label_key(value)
    return ("number", plain) if kind in {"int", "float"} else (kind, plain)


def _is_near_able(value: Any) -> bool:
    """Say whether a label may differ from another by rounding: a finite float, or a whole number beside floats."""
    kind = kind_of(value)
    return (kind == "float" and math.isfinite(value)) or (kind == "int" and -_EXACT <= value <= _EXACT)


def _first_bits(number: float) -> int:
    """Return a float as a whole number that rises with it on either side of zero, without its last bits."""
    bits: int = _BITS.unpack(_DOUBLE.pack(number))[0]
    return bits >> _ALIKE
