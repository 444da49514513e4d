"""Bring a figure that is shown to the state of a new one, by changing only what differs.

A figure that shows the same kinds of things in the same arrangement is kept with all its parts, so that the page draws
new data into the canvas that is there. What a reader did to the figure stays: the part that is zoomed to, the box that
is drawn, the curves that are muted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

__all__ = ["Shown", "bring_columns", "has_columns"]

_OWN = frozenset(
    {"toolbar", "toolbars", "selected", "muted", "subscribed_events", "js_property_callbacks", "js_event_callbacks"}
)
"""What belongs to the reader, or to the page."""
_ENDS = ("start", "end")
_VALUES = ("_property_values", "_unstable_default_values", "_unstable_themed_values")
"""Where a part of bokeh keeps what is not as its kind has it by default."""


@dataclass(slots=True)
class Shown:
    """A figure on its way to readers.

    Attributes
    ----------
    root : bokeh.models.UIElement
        The figure, or the grid of figures.
    """

    root: Any
    _ends: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note to where each axis reaches, so that a later zoom is known as one."""
        self._note()

    def bring_to(self, new: Any) -> bool:
        """Let the figure show what a new one shows; False, with nothing changed, where they are built differently."""
        pairs: dict[Any, Any] = {}
        if not _pair(self.root, new, pairs):
            return False
        zoomed = {old.id for old in pairs if self._is_zoomed(old)}
        for old, fresh in pairs.items():
            _carry(old, fresh, _ENDS if old.id in zoomed else ())
            if old.id not in zoomed and old.id in self._ends:
                self._ends[old.id] = (old.start, old.end)
        return True

    def reach(self, axis: Any, low: float, high: float) -> None:
        """Let an axis of numbers reach from one to another; what a reader zoomed to stays until it is reset."""
        ends = {} if self._is_zoomed(axis) else {"start": low, "end": high}
        axis.update(reset_start=low, reset_end=high, **ends)
        if ends:
            self._ends[axis.id] = (low, high)

    def zoom_like(self, before: Shown) -> None:
        """Zoom to where another figure was zoomed to, as far as the two have the same panels."""
        both = zip(_ranges(self.root), _ranges(before.root), strict=False)
        for mine, other in both:
            if before._is_zoomed(other) and type(mine) is type(other):
                mine.update(start=other.start, end=other.end)

    def _note(self) -> None:
        self._ends = {one.id: (one.start, one.end) for one in _ranges(self.root)}

    def _is_zoomed(self, model: Any) -> bool:
        ends = self._ends.get(model.id)
        return ends is not None and not all(
            _same(now, then) for now, then in zip((model.start, model.end), ends, strict=True)
        )


def _ranges(root: Any) -> list[Any]:
    """Return the ranges of numbers of all figures, each once and in order."""
    from bokeh.models import Plot, Range1d

    figures = [root] if isinstance(root, Plot) else _in_order(root.select({"type": Plot}))
    found = [one for figure in figures for one in (figure.x_range, figure.y_range) if isinstance(one, Range1d)]
    return list(dict.fromkeys(found))


def _in_order(models: Iterable[Any]) -> list[Any]:
    return sorted(models, key=lambda model: int("".join(filter(str.isdigit, model.id)) or 0))


def _pair(old: Any, new: Any, pairs: dict[Any, Any]) -> bool:
    """Note which part of the old figure is which of the new one; False where they are not built alike."""
    from bokeh.model import Model

    if isinstance(old, Model) or isinstance(new, Model):
        if type(old) is not type(new):
            return False
        if old in pairs:
            return bool(pairs[old] is new)
        pairs[old] = new
        names = _holders(old.__class__) & _given(old, new)
        return all(_pair(getattr(old, name), getattr(new, name), pairs) for name in sorted(names))
    mine, other = list(_parts(old)), list(_parts(new))
    if len(mine) != len(other):
        return not any(isinstance(part, Model) for part in (*_flat(mine), *_flat(other)))
    return all(_pair(one, another, pairs) for one, another in zip(mine, other, strict=True))


@cache
def _carried(kind: Any) -> frozenset[str]:
    """Return the properties of a kind of part that are carried over."""
    return frozenset(name for name in kind.properties() - _OWN if not kind.lookup(name).readonly)


@cache
def _holders(kind: Any) -> frozenset[str]:
    """Return those of them that may hold other parts."""
    return _carried(kind).intersection(kind.properties_with_refs())


def _given(*models: Any) -> set[str]:
    """Return the properties in which one of some parts may differ from what its kind has by default."""
    # to ask for all values, as bokeh offers it, would make every default anew: most of the time of a comparison
    return {name for one in models for held in _VALUES for name in vars(one)[held]}


def _parts(value: Any) -> Iterable[Any]:
    """Return what a value that is no model is made of, as far as models may be in it."""
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, (list, tuple)):
        return value
    transform = getattr(value, "transform", None)
    return [transform] if hasattr(transform, "properties") else []


def _flat(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        yield value
        yield from _flat(_parts(value))


def _carry(old: Any, new: Any, but: Iterable[str]) -> None:
    """Give a part the properties that its twin has, as far as they hold no parts themselves."""
    from bokeh.model import Model

    changes = {}
    for name in sorted(_carried(old.__class__) & _given(old, new)):
        mine, other = getattr(old, name), getattr(new, name)
        if name == "data" and isinstance(other, Mapping) and mine.keys() == other.keys():
            bring_columns(old, other)
            continue
        held = isinstance(mine, Model) or any(isinstance(part, Model) for part in _flat(_parts(mine)))
        if name not in but and not held and not _same(mine, other):
            changes[name] = dict(other) if isinstance(other, Mapping) else other
    if changes:
        old.update(**changes)


def has_columns(source: Any, columns: Mapping[str, Any]) -> bool:
    """Say whether a source of data has some columns, with the same values."""
    return all(key in source.data and _same(source.data[key], value) for key, value in columns.items())


def bring_columns(source: Any, columns: Mapping[str, Any]) -> None:
    """Give a source other columns of those that it has; of one length with the others, those that differ alone."""
    mine = source.data
    if any(len(mine[key]) != len(value) for key, value in columns.items()):
        source.data = {**mine, **columns}
        return
    changed = {key: value for key, value in columns.items() if not _same(mine[key], value)}
    if changed:
        mine.update(changed)  # what is the same is not sent again


def _same(one: Any, other: Any) -> bool:
    """Say whether two values are the same; a nan is the same as a nan."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        first, second = np.asarray(one), np.asarray(other)
        if first.shape != second.shape or first.dtype != second.dtype:
            return False
        if first.dtype == object:
            return all(map(_same, first.reshape(-1), second.reshape(-1)))
        return first.tobytes() == second.tobytes()
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))  # noqa: PLR0124 - nan
