"""`Window`: the part of labelled data into which new data is put, while all else stays in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from xyzpy_widgets.core.labels import label_key
from xyzpy_widgets.core.left import LEFT
from xyzpy_widgets.labelling.account import DONE, Account, case_key, latest, nothing_in
from xyzpy_widgets.labelling.axis import Axis, Joint, span
from xyzpy_widgets.labelling.columns import exact_variable, unsettled
from xyzpy_widgets.labelling.failing import is_among, label_keys
from xyzpy_widgets.labelling.grid import Addition, Grid
from xyzpy_widgets.labelling.ledger import Labelled, Parts, spread
from xyzpy_widgets.labelling.output import NUMBERS
from xyzpy_widgets.labelling.overlaid import Places, overlaid, settled_left, type_of_values
from xyzpy_widgets.labelling.revision import Revision

__all__ = ["Window", "opens", "reverted_left", "settled_whole", "without_left"]


def opens(full: Labelled) -> bool:
    """Say whether new data can be put into a part of what is left in a file, the rest of which is not looked at.

    It can where each output is of numbers of one type that are there exactly where the cases are done, and the only
    coordinates are the labels of dimensions.
    """
    if not full.is_left or full.parts.marks or any(one.dims != (name,) for name, one in full.parts.coords.items()):
        return False
    fields = full.parts.account.cases
    if not all(name in full.ledger.variables and LEFT in full.ledger.variables[name].encoding for name in fields):
        return False
    args = full.args
    return all(
        LEFT in one.encoding and type_of_values(one).kind in NUMBERS and tuple(map(str, one.dims[: len(args)])) == args
        for one in full.parts.outputs.values()
    )


class Window:
    """A part of labelled data, as it grows.

    Parameters
    ----------
    full : Labelled
        All there is, left in a file that `opens`.
    axes : mapping of str to Axis
        Those of all there is; they are not changed.
    places : dict of str to ndarray of intp
        Which labels of each argument the part has, rising. Its cells are read now.
    """

    def __init__(self, full: Labelled, axes: Mapping[str, Axis], places: dict[str, Places]) -> None:
        self.full, self._axes, self.places = full, axes, places
        box = self._box()
        known = {case_key(one["args"]) for one in box.account.failures}
        self._elsewhere = {case_key(one["args"]) for one in full.account.failures} - known
        self.grid = Grid(box)
        self.grid.settle()

    @property
    def fits(self) -> bool:
        """Whether the values of each output are of the type that those have which stay in the file."""
        types = self.grid.types
        return all(types[name] == type_of_values(one) for name, one in self.full.parts.outputs.items())

    def covers(self, joints: Mapping[str, Joint]) -> bool:
        """Say whether new data meets no cell that is there and not in the part."""
        return all(bool(np.isin(joints[arg].before, at).all()) for arg, at in self.places.items())

    def holds(self) -> bool:
        """Say whether what is in the part goes together with the rest as it stands in the file."""
        old, now, joints = self.full.parts, self.grid.labelled.parts, self._joints()
        if now.marks or now.outputs.keys() != old.outputs.keys() or now.coords.keys() != old.coords.keys():
            return False
        if any(now.sizes[dim] != size for dim, size in old.sizes.items() if dim not in joints):
            return False
        for name, one in old.outputs.items():
            if one.dims != now.outputs[name].dims:
                return False
        inner = {dim: one for dim, one in now.coords.items() if dim not in joints}
        return self.fits and all(self._axes[dim].attrs == one.attrs for dim, one in inner.items())

    def changed(self) -> tuple[Places, Places] | None:
        """Return the cells that have another content than in the file: where in the part they stand, and where in all.

        Both rise, in C order over the arguments. None where more has changed than the content of cells.
        """
        cells, sizes = self.grid.changed(), [self._axes[arg].size for arg in self.full.args]
        if cells is None or any(not joint.is_known for joint in self._joints().values()):
            return None
        if not self.full.args:
            return cells, cells
        where = np.unravel_index(cells, [len(self.places[arg]) for arg in self.full.args])
        stand = [self.places[arg][at] for arg, at in zip(self.full.args, where, strict=True)]
        return cells, np.ravel_multi_index(stand, sizes)

    @property
    def only_adds(self) -> bool:
        """Whether nothing has changed but that cells were added behind the last, in C order."""
        args, joints = self.full.args, self._joints()
        behind = bool(args) and all(
            one.moved is None and (one.is_known or arg == args[0]) for arg, one in joints.items()
        )
        return behind and (not len(self.places[args[0]]) or self.grid.only_adds)

    def merged(self, part: Labelled | None = None) -> Labelled:
        """Return all there is with the part over it, left in the file as far as it is there.

        ``part`` is another one in its place, over the same labels.
        """
        part = self.grid.labelled if part is None else part
        joints = self._joints()
        before = {arg: _before(self._axes[arg].size, joint) for arg, joint in joints.items()}
        within = {arg: _inverse(joint.places, joint.size) for arg, joint in joints.items()}
        labels = {arg: joint.labels for arg, joint in joints.items() if joint.labels is not None}
        coords = {
            name: exact_variable([name], labels[name], one.attrs) if name in labels else one
            for name, one in part.parts.coords.items()
        }

        old = self.full
        outputs = {
            name: overlaid(one, part.parts.outputs[name], before, within) for name, one in old.parts.outputs.items()
        }
        now = self._elsewhere | {case_key(one["args"]) for one in part.account.failures}
        stay = [one for one in old.account.failures if case_key(one["args"]) in now]
        account = replace(part.account, failures=latest([*stay, *part.account.failures]))
        fields = {
            name: overlaid(old.ledger.variables[name], one, before, within, nothing_in(name))
            for name, one in account.variables(old.args).items()
        }
        kept = {arg: coords[arg] for arg in old.args if arg in coords}
        told = {"constants": dict(part.constants), **account.attrs()}
        return Labelled(xr.Dataset(outputs, coords, dict(part.parts.attrs)), xr.Dataset(fields, kept, told))

    def _joints(self) -> dict[str, Joint]:
        """Say where the labels of the part stand among all."""
        return {
            arg: self._axes[arg].joint(len(labels), labels)
            for arg in self.full.args
            for labels in [self.grid.labelled.labels(arg)]
        }

    def _box(self) -> Labelled:
        """Read the part."""
        old, args = self.full.parts, self.full.args
        where = [span(self.places[arg]) for arg in args]
        cases = {name: self.full.ledger.variables[name][tuple(where)].to_numpy() for name in old.account.cases}
        done = cases["status"] == DONE
        outputs = {}
        for name, one in old.outputs.items():
            key = (*where, *(slice(None) for _ in one.dims[len(args) :]))
            values = one[key].to_numpy()
            if values.dtype == object and done.any():
                values = unsettled(values, spread(done, values.shape))
            elif values.dtype == object:
                values = np.zeros(values.shape, type_of_values(one))
            outputs[name] = exact_variable(tuple(map(str, one.dims)), values, one.attrs)
        coords = {
            name: exact_variable([name], one.to_numpy()[self.places[name]], one.attrs) if name in self.places else one
            for name, one in old.coords.items()
        }
        keys = label_keys({arg: coords[arg].to_numpy() for arg in args})
        failures = tuple(one for one in old.account.failures if is_among(one, keys))
        account = Account(cases, old.account.names, failures)
        return Labelled.of(Parts(args, outputs, coords, old.attrs, account, {}, old.constants))


def without_left(now: Labelled, addition: Addition) -> Labelled | None:
    """Take labels and cases away that were added to what is left in a file, and return what was there before.

    Returns None where that cannot be without reading all of it.
    """
    gone = label_keys(addition.new)
    kept = {arg: [label for label in now.labels(arg) if label_key(label) not in gone[arg]] for arg in now.args}
    window = _reopened(now, kept, addition.labels)
    return None if window is None else _replaced(window, window.grid.without(addition))


def reverted_left(now: Labelled, revision: Revision) -> Labelled | None:
    """Take a step back from what is left in a file, and return what was there before; as `without_left` does."""
    patch = revision.patch
    if now.args != revision.frame.args or now.parts.outputs.keys() != patch.parts.outputs.keys():
        return None
    window = _reopened(now, revision.labels, {arg: patch.labels(arg) for arg in patch.args})
    return None if window is None else _replaced(window, patch)


def _reopened(now: Labelled, before: Mapping[str, Any], touched: Mapping[str, Any]) -> Window | None:
    """Return a window on some labels of what was there before, without those that are there now; None for no window."""
    axes = {arg: Axis(arg, len(labels), labels, {}) for arg in now.args for labels in [now.labels(arg)]}
    kept = {arg: axes[arg].index.places(before[arg]) for arg in now.args}
    if any((one < 0).any() for one in kept.values()) or not opens(now):
        return None
    ledger = now.ledger.isel(kept)
    keys = label_keys(before)
    failures = [one for one in now.account.failures if is_among(one, keys)]
    left = Labelled(now.data.isel(kept), ledger.assign_attrs(failures=failures))
    axes = {arg: Axis(arg, len(labels), labels, {}) for arg in left.args for labels in [left.labels(arg)]}
    places = {arg: axes[arg].index.places(touched[arg]) for arg in left.args}
    known = {arg: np.sort(one[one >= 0]) for arg, one in places.items()}
    return Window(left, axes, known)


def _replaced(window: Window, part: Labelled) -> Labelled | None:
    """Put another part in the place of that of a window; None where its types are not those of the rest."""
    old, outputs = window.full.parts.outputs, part.parts.outputs
    same = all(one.dims == outputs[name].dims for name, one in old.items()) and not part.parts.marks
    if not same or any(not _is_of_type(part, name, type_of_values(one)) for name, one in old.items()):
        return None
    return window.merged(part)


def _is_of_type(part: Labelled, name: str, dtype: np.dtype[Any]) -> bool:
    """Say whether the values of an output that are there are of a type."""
    values, present = part.parts.outputs[name].to_numpy(), part.present(name)
    return unsettled(values, present).dtype == dtype or not present.any()


def settled_whole(full: Labelled) -> Labelled:
    """Return what is left in a file with all outputs in the types that they have once they are written."""
    left = {name: one for name, one in full.parts.outputs.items() if LEFT in one.encoding}
    settled = {name: settled_left(one) for name, one in left.items()}
    if all(one is left[name] for name, one in settled.items()):
        return full
    return Labelled(full.data.assign(settled), full.ledger)


def _before(size: int, joint: Joint) -> Places:
    """Say where the labels that there are then stood before, -1 for those that are new."""
    if joint.moved is not None:
        return _inverse(joint.moved, joint.size)
    return np.concatenate([np.arange(size), np.full(joint.size - size, -1)])


def _inverse(places: Places, size: int) -> Places:
    """Say which of some places each of ``size`` is, -1 for none."""
    inverse = np.full(size, -1)
    inverse[places] = np.arange(len(places))
    return inverse
