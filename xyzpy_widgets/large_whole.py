"""`LargeWhole`: labelled data that stays in its file while it grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.left import boxes
from xyzpy_widgets.labelled_whole import LabelledWhole
from xyzpy_widgets.labelling.account import DONE
from xyzpy_widgets.labelling.axis import Joint
from xyzpy_widgets.labelling.columns import common_dtype, converted, exact_variable, unsettled
from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.grid import Addition
from xyzpy_widgets.labelling.ledger import Labelled
from xyzpy_widgets.labelling.overlaid import type_of_values
from xyzpy_widgets.labelling.revision import Revision, difference
from xyzpy_widgets.labelling.scaffold import Scaffold
from xyzpy_widgets.labelling.window import Window, opens, settled_whole
from xyzpy_widgets.store.inplace import Layout

if TYPE_CHECKING:  # which makes one of these
    from xyzpy_widgets.labelled_store import LabelledStore

__all__ = ["LargeWhole"]

_PART = 2**20  # cases that are looked at at a time


class LargeWhole:
    """Labelled data that stays in its file while it grows; a `Whole`.

    What is put in goes into a `Window`, for which the cells are read that it meets; the file is filled in place, or
    written anew part by part. Where that cannot be, for outputs of text or objects, values of another type, or an
    output of which only parts are there, all of it is loaded until it is written.

    Parameters
    ----------
    start : Labelled
        What is there, left in a file.
    stored : bool
        Whether the file holds just that.
    """

    def __init__(self, start: Labelled, *, stored: bool = False) -> None:
        self._layout: Layout | None = None
        self._begin(start, stored=stored)

    def _begin(self, start: Labelled, *, stored: bool) -> None:
        self._start, self._stored = start, stored
        self._scaffold = Scaffold.of(start)
        self._window: Window | None = None
        self._news: list[tuple[Labelled, OnConflict]] = []
        self._loaded: LabelledWhole | None = None
        self._merged: Labelled | None = None
        self._fitted: tuple[Labelled, Labelled] | None = None
        self.__dict__.pop("_has_cases", None)

    @property
    def value(self) -> Labelled:
        """What there is now."""
        if self._loaded is not None:
            return self._loaded.value
        if self._window is None or not self._news:
            return self._start
        if self._merged is None:
            self._merged = self._window.merged()
        return self._merged

    def addition(self, new: Labelled) -> Addition | None:
        """Say what new data is going to add, None where it changes more; see `Grid.addition`."""
        window = self._opened(new)
        if window is None:
            return self._all().addition(new)
        axes, joints = self._scaffold.axes, self._scaffold.joints(new)
        kept = all(axes[arg].is_like(joints[arg]) for arg in self._start.args)
        return window.grid.addition(self._fitting(new, joints)) if kept else None

    def revision(self, new: Labelled) -> Revision:
        """Return what takes back that new data is put in."""
        window = self._opened(new)
        if window is None or any(self._widens(new, name) for name in new.parts.outputs):
            return self._all().revision(new)
        labels = {arg: self.value.labels(arg).copy() for arg in self._start.args}
        types = {name: dtype.str for name, dtype in window.grid.types.items()}
        return replace(difference(window.grid.labelled, new), labels=labels, types=types)

    def check(self, new: Labelled) -> bool:
        """Raise what would keep the structure of new data from going together with what is there; see `Grid.check`."""
        window = self._opened(new)
        return self._all().check(new) if window is None else window.grid.check(self._fitting(new))

    def put(self, new: Labelled, on_conflict: OnConflict) -> None:
        """Take new data in; see `Grid.put`."""
        window = self._opened(new)
        if window is None:
            self._all().put(new, on_conflict)
            return
        window.grid.put(self._fitting(new), on_conflict)
        self._news.append((new, on_conflict))
        self._merged = self._fitted = None
        self._scaffold.forget()
        if not window.holds():
            self._all()

    def write(self, store: LabelledStore, segments: tuple[str, ...] = ()) -> None:
        """Bring what has changed since the last call into the file in place, or write it anew."""
        if self._loaded is not None or not opens(self._start):
            self._all().write(store, segments)
            self._layout = None
        elif self._stored and not self._news:
            return
        elif self._filled(store):
            self._window, self._news, self._merged = None, [], None
            return
        else:
            only_adds = self._stored and self._window is not None and self._window.only_adds
            extended = store.extend(self.value, self._layout) if only_adds and self._layout is not None else None
            self._layout = extended or store.write(settled_whole(self.value), growing=only_adds)
        found = store.read()
        if found is not None:
            self._begin(found, stored=True)

    def _filled(self, store: LabelledStore) -> bool:
        """Fill cells that have changed in place, if that can be."""
        changed = None if self._window is None or not self._stored else self._window.changed()
        if changed is None or self._window is None:
            return False
        self._layout = self._layout or store.layout()
        return self._layout is not None and store.fill(self._window.grid.labelled, changed[0], self._layout, changed[1])

    def _opened(self, new: Labelled) -> Window | None:
        """Return the window that has all cells which new data meets; None where all has to be loaded."""
        if self._loaded is not None or not opens(self._start):
            return None
        joints = self._scaffold.joints(new)
        if set(joints) - set(self._scaffold.axes):
            return None
        if self._window is None or not self._window.covers(joints):
            places = {arg: joints[arg].before for arg in self._start.args}
            if self._news and self._window is not None:
                places = {arg: np.concatenate([at, self._window.places[arg]]) for arg, at in places.items()}
            self._window = Window(self._start, self._scaffold.axes, {arg: np.unique(at) for arg, at in places.items()})
            for one, how in self._news:
                self._window.grid.put(self._fitting(one), how)
            self._fitted = None
        return self._window if self._window.fits else None

    def _fitting(self, new: Labelled, joints: Mapping[str, Joint] | None = None) -> Labelled:
        """Return new data with the labels that are there where it has others for the same, and with values as there."""
        if self._fitted is None or self._fitted[0] is not new:
            joints = self._scaffold.joints(new) if joints is None else joints
            parts = new.parts
            labels = {arg: _spelt(joints[arg]) for arg in new.args}
            spelt = {arg: one for arg, one in labels.items() if one is not None}
            values = {name: self._typed(name, one.to_numpy()) for name, one in parts.outputs.items()}
            typed = {name: one for name, one in values.items() if one is not None}
            if spelt or typed:
                coords = {name: _with(one, spelt.get(name)) for name, one in parts.coords.items()}
                outputs = {name: _with(one, typed.get(name)) for name, one in parts.outputs.items()}
                parts = replace(parts, coords=coords, outputs=outputs)
            self._fitted = new, Labelled.of(parts) if spelt or typed else new
        return self._fitted[1]

    def _widens(self, new: Labelled, name: str) -> bool:
        """Say whether new values change the kind of those that are there, so that none of them stays as it was."""
        old, present = self._start.parts.outputs.get(name), new.present(name)
        if old is None or not present.any():
            return False
        own, coming = type_of_values(old), unsettled(new.parts.outputs[name].to_numpy(), present)
        return own != coming.dtype and common_dtype(np.empty(0, own), coming).kind != own.kind

    def _typed(self, name: str, values: NDArray[Any]) -> NDArray[Any] | None:
        """Return values in the type that the file has for them; None where they have it, or it holds no such values."""
        old = self._start.parts.outputs.get(name)
        if old is None or values.dtype in (type_of_values(old), object):
            return None
        own = type_of_values(old)
        exact = common_dtype(np.empty(0, own), values) == own
        return converted(values, own) if exact and self._has_cases else None

    @cached_property
    def _has_cases(self) -> bool:
        """Whether any case is done, by which the types of the outputs are given."""
        status = self._start.ledger.variables["status"]
        return any(bool((status[box].to_numpy() == DONE).any()) for box in boxes(status.shape, _PART))

    def _all(self) -> LabelledWhole:
        """Load everything."""
        if self._loaded is None:
            self._loaded = LabelledWhole(self._start.loaded(), stored=self._stored)
            for new, how in self._news:
                self._loaded.put(new, how)
            self._window = self._merged = self._fitted = None
            self._news = []
        return self._loaded


def _spelt(joint: Joint) -> NDArray[Any] | None:
    """Return labels as an axis has them; None where they are spelt so."""
    if joint.labels is None or joint.given is None:
        return None
    labels = joint.labels[joint.places]
    same = labels.dtype == joint.given.dtype and all(map(_is_same, labels.tolist(), joint.given.tolist()))
    return None if same else labels


def _is_same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and bool(one == other))


def _with(variable: Any, values: NDArray[Any] | None) -> Any:
    return variable if values is None else exact_variable(tuple(map(str, variable.dims)), values, variable.attrs)
