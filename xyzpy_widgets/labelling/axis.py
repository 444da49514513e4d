"""Axes that grow: where labels stand is known without looking through all of them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import CLOSE, LabelIndex, union
from xyzpy_widgets.errors import MergeError
from xyzpy_widgets.labelling.columns import exact_variable

__all__ = ["Axis", "Joint"]


@dataclass(frozen=True, slots=True)
class Joint:
    """How the entries of a new side come to stand on an axis.

    Attributes
    ----------
    size : int
        The length of the axis then.
    places : ndarray of intp
        Where each new entry stands on it, shape ``(n_new,)``.
    known : ndarray of bool
        Which of the new entries the axis has already, shape ``(n_new,)``.
    before : ndarray of intp
        Where those stand now.
    moved : ndarray of intp or None
        Where the old entries go; None when they stay.
    labels : ndarray or None
        The labels then; None without labels.
    """

    size: int
    places: NDArray[np.intp]
    known: NDArray[np.bool_]
    before: NDArray[np.intp]
    moved: NDArray[np.intp] | None
    labels: NDArray[Any] | None

    @property
    def is_known(self) -> bool:
        """Whether the axis has all of the entries already."""
        return len(self.before) == len(self.places)


class Axis:
    """One dimension of a grid.

    Parameters
    ----------
    name : str
    size : int
    labels : ndarray or None
        Its labels in their order, None for an axis whose entries are told by their place.
    attrs : mapping
        What is said of the labels.
    """

    def __init__(self, name: str, size: int, labels: NDArray[Any] | None, attrs: Mapping[Any, Any]) -> None:
        self.name = name
        self.size = size
        self.labels = labels
        self.attrs = dict(attrs)
        self._index: LabelIndex | None = None
        self._rises: bool | None = None

    @property
    def index(self) -> LabelIndex:
        """Where each label stands."""
        if self._index is None:
            self._index = LabelIndex(self.name, () if self.labels is None else self.labels)
        return self._index

    def variable(self) -> xr.Variable:
        """Return the labels as a variable."""
        return exact_variable([self.name], np.empty(0) if self.labels is None else self.labels, self.attrs)

    def is_like(self, joint: Joint) -> bool:
        """Say whether labels stay of their type, and in their order, with those that come."""
        typed = self.labels is not None and joint.labels is not None and self.labels.dtype == joint.labels.dtype
        return typed and (joint.moved is None or bool((joint.moved[1:] > joint.moved[:-1]).all()))

    def takes(self, joint: Joint) -> bool:
        """Say whether labels that come are known, or numbers like those that are there."""
        return joint.is_known or (self.is_like(joint) and self.labels is not None and self.labels.dtype.kind in "biuf")

    def joint(self, size: int, labels: NDArray[Any] | None) -> Joint:
        """Say where the entries of a new side belong; nothing changes yet.

        Raises `MergeError` where lengths differ without labels, and `SpaceError` for labels that cannot stand on one
        axis; tells what was rounded with a `LabelWarning`.
        """
        if labels is None or self.labels is None:
            return self._joint_by_place(size, labels)
        found = self._found(labels)
        known = found >= 0
        before = found[known]
        if known.all() and _are_distinct(before):
            self.index.tell_rounded()
            return Joint(self.size, found, known, before, None, self.labels)
        if self._goes_behind(labels[~known]):
            self.index.tell_rounded()
            found[~known] = np.arange(self.size, self.size + len(labels) - len(before))
            return Joint(
                int(found.max()) + 1, found, known, before, None, np.concatenate([self.labels, labels[~known]])
            )
        grown = union(self.name, self.labels, list(labels))
        index = LabelIndex(self.name, grown)
        places, moved = _places(index, labels), _places(index, self.labels)
        return Joint(len(grown), places, known, before, moved, grown)

    def _joint_by_place(self, size: int, labels: NDArray[Any] | None) -> Joint:
        unlabelled = {have for have, given in ((self.size, self.labels), (size, labels)) if given is None} - {0}
        if len(unlabelled) > (labels is None and self.labels is None):
            msg = (
                f"{self.name!r} has {size} entries, and {self.size} in the stored data, and not both have labels; "
                "give them some (var_coords)"
            )
            raise MergeError(msg)
        places = np.arange(size)
        known = places < self.size
        grown = self.labels if labels is None else labels
        return Joint(max(size, self.size), places, known, places[known], None, grown)

    def _found(self, labels: NDArray[Any]) -> NDArray[np.intp]:
        """Return where labels stand, -1 for those that are not there."""
        own = self.labels
        if own is not None and own.dtype == labels.dtype != object and np.array_equal(own, labels):
            return np.arange(len(labels))
        return _places(self.index, labels)

    def _goes_behind(self, labels: NDArray[Any]) -> bool:
        """Say whether labels just continue the axis: numbers of its type, which rise beyond its last."""
        own = self.labels
        if own is None or not len(own) or not len(labels) or own.dtype != labels.dtype or own.dtype.kind not in "iuf":
            return False
        if self._rises is None:
            self._rises = _rise(own)
        return self._rises and _rise(np.concatenate([own[-1:], labels]))

    def take(self, joint: Joint, attrs: Mapping[Any, Any] | None) -> None:
        """Become what a joint says; ``attrs`` are those of the new side's labels."""
        self.attrs.update(attrs or {})
        if joint.labels is None or self.labels is joint.labels:
            self.size = joint.size
            return
        if joint.moved is not None or self.labels is None:
            self._index = self._rises = None
        elif self._index is not None:
            for label in joint.labels[self.size :]:
                self._index.add(label)
        self.size, self.labels = joint.size, joint.labels


def _are_distinct(places: NDArray[np.intp]) -> bool:
    return bool((places[1:] > places[:-1]).all()) or len(np.unique(places)) == len(places)


def _places(index: LabelIndex, labels: NDArray[Any]) -> NDArray[np.intp]:
    found = (index.find(label) for label in labels)
    return np.array([-1 if at is None else at for at in found], dtype=np.intp)


def _rise(labels: NDArray[Any]) -> bool:
    """Say whether numbers are finite and rise, each farther from the one before than two spellings of one label."""
    if labels.dtype.kind != "f":
        return bool(np.all(labels[1:] > labels[:-1]))
    if not np.isfinite(labels).all():
        return False
    with np.errstate(over="ignore"):
        return bool(np.all(np.diff(labels) > CLOSE * np.maximum(np.abs(labels[1:]), np.abs(labels[:-1]))))
