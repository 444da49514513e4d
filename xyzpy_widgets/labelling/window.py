"""`Window`: the part of labelled data into which new data is put, while all else stays in its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from xyzpy_widgets.core.labels import label_key
from xyzpy_widgets.core.left import LEFT
from xyzpy_widgets.labelling.account import Account, nothing_in
from xyzpy_widgets.labelling.axis import Axis, Joint, span
from xyzpy_widgets.labelling.columns import exact_variable
from xyzpy_widgets.labelling.failing import is_among, label_keys
from xyzpy_widgets.labelling.grid import Addition, Grid
from xyzpy_widgets.labelling.ledger import Labelled, Parts
from xyzpy_widgets.labelling.output import MARKED, NUMBERS, index_of
from xyzpy_widgets.labelling.revision import Revision
from xyzpy_widgets.labelling.roomy import nothing_of

__all__ = ["Window", "opens", "reverted_left", "without_left"]

Places = NDArray[np.intp]


def opens(full: Labelled) -> bool:
    """Say whether new data can be put into a part of what is left in a file, the rest of which is not looked at.

    It can where each output is of numbers that are there exactly where the cases are done, and the only coordinates are
    the labels of dimensions.
    """
    if not full.is_left or full.parts.marks or any(one.dims != (name,) for name, one in full.parts.coords.items()):
        return False
    fields = full.parts.account.cases
    if not all(name in full.ledger.variables and LEFT in full.ledger.variables[name].encoding for name in fields):
        return False
    args = full.args
    return all(
        LEFT in one.encoding and one.dtype.kind in NUMBERS and tuple(map(str, one.dims[: len(args)])) == args
        for one in full.parts.outputs.values()
    )


class _Overlaid(BackendArray):
    """Cells that are left in a file, at the same places or others, and a box of cells in the place of some.

    Parameters
    ----------
    base : xarray.Variable
        What is left in the file.
    box : ndarray
    before, within : sequence of ndarray
        Where each entry of each dimension stands in ``base``, and where in ``box``; -1 where it does not.
    nothing : scalar
        What is in cells that are in neither.
    """

    def __init__(
        self, base: xr.Variable, box: NDArray[Any], before: Sequence[Places], within: Sequence[Places], nothing: Any
    ) -> None:
        self._base, self._box, self._before, self._within = base, box, before, within
        self._nothing = nothing
        self.shape, self.dtype = tuple(map(len, before)), base.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        """Read a part."""
        outer = indexing.IndexingSupport.OUTER
        part: NDArray[Any] = indexing.explicit_indexing_adapter(key, self.shape, outer, self._part)
        return part

    def _part(self, key: tuple[int | slice | Places, ...]) -> NDArray[Any]:
        places = [np.arange(size)[one] for size, one in zip(self.shape, key, strict=True)]
        wanted = [np.atleast_1d(one) for one in places]
        part = np.full([len(one) for one in wanted], self._nothing, dtype=self.dtype)
        for source, stand in ((self._base, self._before), (self._box, self._within)):
            found = [at[one] for at, one in zip(stand, wanted, strict=True)]
            here = [np.flatnonzero(one >= 0) for one in found]
            if all(map(len, here)):
                there = [one[at] for one, at in zip(found, here, strict=True)]
                if isinstance(source, xr.Variable):
                    part[index_of(here)] = source[tuple(map(span, there))].to_numpy()
                else:
                    part[index_of(here)] = source[index_of(there)]
        return part.reshape([len(one) for one in places if one.ndim])


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
        self._failures = [one for one in full.account.failures if one not in box.account.failures]
        self.grid = Grid(box)
        self.grid.settle()

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
            if one.dtype != now.outputs[name].dtype or one.dims != now.outputs[name].dims:
                return False
            if one.dtype.kind not in MARKED and not _is_full(joints, old.sizes):
                return False
        return all(self._axes[dim].attrs == one.attrs for dim, one in now.coords.items() if dim not in joints)

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

        def over(base: xr.Variable, box: xr.Variable, nothing: Any) -> xr.Variable:
            same = {str(dim): np.arange(size) for dim, size in base.sizes.items()}
            stand = [[{**same, **own}[str(dim)] for dim in base.dims] for own in (before, within)]
            array = indexing.LazilyIndexedArray(_Overlaid(base, box.to_numpy(), stand[0], stand[1], nothing))
            return xr.Variable(base.dims, array, box.attrs, {LEFT: base.encoding[LEFT]})

        old = self.full
        outputs = {
            name: over(one, part.parts.outputs[name], nothing_of(one.dtype)) for name, one in old.parts.outputs.items()
        }
        account = replace(part.account, failures=(*self._failures, *part.account.failures))
        fields = {
            name: over(old.ledger.variables[name], one, nothing_in(name))
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
        outputs = {}
        for name, one in old.outputs.items():
            key = (*where, *(slice(None) for _ in one.dims[len(args) :]))
            outputs[name] = exact_variable(tuple(map(str, one.dims)), one[key].to_numpy(), one.attrs)
        cases = {name: self.full.ledger.variables[name][tuple(where)].to_numpy() for name in old.account.cases}
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
    same = all(one.dtype == outputs[name].dtype and one.dims == outputs[name].dims for name, one in old.items())
    return window.merged(part) if same and not part.parts.marks else None


def _is_full(joints: Mapping[str, Joint], old: Mapping[str, int]) -> bool:
    """Say whether a part has all cells of the labels that are new in it."""
    grown = {arg for arg, joint in joints.items() if joint.size > old[arg]}
    return all(len(joint.places) == joint.size for arg, joint in joints.items() if grown - {arg})


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
