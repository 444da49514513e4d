"""Axes that grow: where labels stand is known without looking through all of them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import LabelIndex, are_same, rises, union
from xyzpy_widgets.errors import MergeError
from xyzpy_widgets.labelling.columns import exact_variable

__all__ = ["Axis", "Joint", "span"]


def span(places: NDArray[np.intp]) -> NDArray[np.intp] | slice:
    """Return places that follow on one another as a slice, others as they are."""
    if not len(places):
        return slice(0, 0)
    first, last = int(places[0]), int(places[-1])
    follow = last - first + 1 == len(places) and (len(places) == 1 or bool((places[1:] - places[:-1] == 1).all()))
    return slice(first, last + 1) if follow else places


@dataclass(slots=True, eq=False)
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
    given : ndarray or None
        Those of the new side.
    """

    size: int
    places: NDArray[np.intp]
    known: NDArray[np.bool_]
    before: NDArray[np.intp]
    moved: NDArray[np.intp] | None
    labels: NDArray[Any] | None
    given: NDArray[Any] | None
    _where: NDArray[np.intp] | slice | None = None

    @property
    def where(self) -> NDArray[np.intp] | slice:
        """The places as an index: a slice where they follow on one another."""
        if self._where is None:
            self._where = span(self.places)
        return self._where

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
        self._whole: tuple[NDArray[np.intp], NDArray[np.bool_]] | None = None  # all places, and that all are known

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
        if are_same(self.labels, labels):
            self._whole = places, known = self._whole or (np.arange(self.size), np.ones(self.size, dtype=bool))
            return Joint(self.size, places, known, places, None, self.labels, labels, slice(0, self.size))
        found = self.index.places(labels)
        known = found >= 0
        if known.all() and _are_distinct(found):
            self.index.tell_rounded()
            return Joint(self.size, found, known, found, None, self.labels, labels)
        before, fresh = found[known], labels[~known]
        if self._goes_behind(fresh):
            self.index.tell_rounded()
            found[~known] = np.arange(self.size, self.size + len(fresh))
            grown = np.concatenate([self.labels, fresh])
            return Joint(int(found.max()) + 1, found, known, before, None, grown, labels)
        grown = union(self.name, self.labels, list(labels))
        index = LabelIndex(self.name, grown)
        places, moved = index.places(labels), index.places(self.labels)
        return Joint(len(grown), places, known, before, moved, grown, labels)

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
        return Joint(max(size, self.size), places, known, places[known], None, grown, labels)

    def _goes_behind(self, labels: NDArray[Any]) -> bool:
        """Say whether labels just continue the axis: numbers of its type, which rise beyond its last."""
        own = self.labels
        if own is None or not len(own) or not len(labels) or own.dtype != labels.dtype or own.dtype.kind not in "iuf":
            return False
        if self._rises is None:
            self._rises = rises(own)
        return self._rises and rises(np.concatenate([own[-1:], labels]))

    def take(self, joint: Joint, attrs: Mapping[Any, Any] | None) -> None:
        """Become what a joint says; ``attrs`` are those of the new side's labels."""
        self.attrs.update(attrs or {})
        if joint.labels is None or self.labels is joint.labels:
            self.size = joint.size
            return
        self._whole = None
        if joint.moved is not None or self.labels is None:
            self._index = self._rises = None
        elif self._index is not None:
            for label in joint.labels[self.size :]:
                self._index.add(label)
        self.size, self.labels = joint.size, joint.labels


def _are_distinct(places: NDArray[np.intp]) -> bool:
    return len(places) == 1 or bool((places[1:] > places[:-1]).all()) or len(np.unique(places)) == len(places)
