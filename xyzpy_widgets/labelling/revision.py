"""Revisions: what has to be known to take a step back, at a cost of about what the step changed. Pure.

A revision is an inverse patch: the labels that were there before, the cells that the step could change with what stood
in them, and a frame without cases that tells everything else: which outputs there were, their types and attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import LabelIndex
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.labelling.account import Account, blank
from xyzpy_widgets.labelling.columns import common_dtype, converted, exact_variable, settled, unsettled
from xyzpy_widgets.labelling.failing import is_among, label_keys
from xyzpy_widgets.labelling.grid import Addition, Grid
from xyzpy_widgets.labelling.ledger import Labelled, ledger_of

__all__ = ["Revision", "difference", "replaced", "revert", "widens", "without"]

Places = dict[str, NDArray[np.intp]]


@dataclass(frozen=True, slots=True)
class Revision:
    """A step, told by what it takes to go back.

    Attributes
    ----------
    frame : Labelled
        What was there before, without any case: outputs, types, attributes, constants.
    labels : dict of str to ndarray
        The labels of each argument before.
    types : dict of str to str
        Of each output the type of its values, which stand in a wider one where some are missing.
    patch : Labelled
        The cells that the step could change, as they were before.
    new, changed, conflicts : int
        How many cases came in, how many came in again that had ended likewise or were done already, and how many
        values were other ones then.
    """

    frame: Labelled
    labels: dict[str, NDArray[Any]]
    types: dict[str, str]
    patch: Labelled
    new: int = 0
    changed: int = 0
    conflicts: int = 0


def difference(old: Labelled, new: Labelled) -> Revision:
    """Return what takes back the merge of new data into old.

    Parameters
    ----------
    old : Labelled
        What is there before the merge.
    new : Labelled
        What is going to be merged, over the same arguments.
    """
    where: Places = {}
    for arg in old.args:
        found = LabelIndex(arg, old.data[arg].to_numpy()).places(new.data[arg].to_numpy())
        where[arg] = np.unique(found[found >= 0])
    widened = any(widens(old, new, str(name)) for name in new.data.data_vars)
    patch = old.copy() if widened else _selected(old, where)
    ended = int((new.ledger["status"].to_numpy() != Status.MISSING).sum())
    again = _known(old, new)
    return Revision(_frame(old), _labels(old), _types(old), patch, ended - again, again, _conflicts(old, new))


def replaced(old: Labelled) -> Revision:
    """Return what takes back a change of any kind: all that was there."""
    return Revision(_frame(old), _labels(old), _types(old), old.copy())


def revert(now: Labelled, revision: Revision) -> Labelled:
    """Take a step back.

    Parameters
    ----------
    now : Labelled
        What the step gave.
    revision : Revision
        The step.

    Returns
    -------
    Labelled
        What was there before it.
    """
    frame, patch = revision.frame, revision.patch
    data = frame.data
    args = frame.args
    if set(now.args) != set(args):  # the patch has all there was
        return patch
    sizes = {arg: len(labels) for arg, labels in revision.labels.items()}
    sizes |= {str(dim): size for dim, size in data.sizes.items() if dim not in sizes}
    kept, patched = (_placed(revision, side) for side in (now, patch))
    account = _account(revision, now, kept, patched)
    variables: dict[str, Any] = {}
    present = {}
    for name in map(str, data.data_vars):
        dims = tuple(map(str, data[name].dims))
        array, there = _column(revision, now, name, [kept, patched], tuple(sizes[dim] for dim in dims))
        variables[name] = exact_variable(dims, settled(array, there), data[name].attrs)
        present[name] = (dims, there)
    coords: dict[str, Any] = {str(name): one.variable for name, one in data.coords.items() if name not in sizes}
    coords |= {dim: data[dim].variable for dim in map(str, data.dims) if dim in data.coords and dim not in args}
    coords |= {arg: exact_variable([arg], revision.labels[arg], data[arg].attrs) for arg in args}
    order = {str(name): coords[str(name)] for name in data.coords}
    ledger = ledger_of(args, order, account, present, frame.constants)
    return Labelled(xr.Dataset(variables, order, dict(data.attrs)), ledger)


def without(now: Labelled, addition: Addition) -> Labelled:
    """Take labels and cases away that were added, and return what was there before."""
    kept = {arg: _others(arg, now.labels(arg), new) for arg, new in addition.new.items()}
    left = _selected(now, kept) if any(map(len, addition.new.values())) else now
    return Grid(left.copy()).without(addition)


def _others(name: str, labels: NDArray[Any], gone: NDArray[Any]) -> NDArray[np.intp]:
    """Say where the labels stand that are not among others, which may be of another type: 1 where 1.0 stands."""
    found = LabelIndex(name, labels).places(gone)
    return np.delete(np.arange(len(labels)), found[found >= 0])


def widens(old: Labelled, new: Labelled, name: str) -> bool:
    """Say whether new values change the kind of those that are there, so that none of them stays as it was."""
    if name not in old.data:
        return False
    before, coming = (_values(one, name) for one in (old, new))
    if before.dtype in (object, coming.dtype) or not new.present(name).any():
        return False
    return bool(common_dtype(np.asarray(before), np.asarray(coming)).kind != before.dtype.kind)


def _common(old: Labelled, new: Labelled) -> tuple[Places, Places]:
    """Say where the labels that both have stand in the old data, and where in the new."""
    before: Places = {}
    own: Places = {}
    for dim in set(map(str, old.data.dims)) & set(map(str, new.data.dims)):
        if dim not in old.data.coords or dim not in new.data.coords:
            own[dim] = before[dim] = np.arange(min(old.data.sizes[dim], new.data.sizes[dim]))
            continue
        before[dim], own[dim] = _shared(dim, old.data[dim].to_numpy(), new.data[dim].to_numpy())
    return before, own


def _shared(dim: str, labels: NDArray[Any], others: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Say where the labels that two axes share stand on the one, and where on the other."""
    found = LabelIndex(dim, labels).places(others)
    return found[found >= 0], np.flatnonzero(found >= 0)


def _known(old: Labelled, new: Labelled) -> int:
    """Count the new cases that have an end and had the same already, or were done, which no other end replaces."""
    before, own = _common(old, new)
    status = old.ledger["status"].to_numpy()[_index(before, old.args)]
    coming = new.ledger["status"].transpose(*old.args).to_numpy()[_index(own, old.args)]
    return int((((status == coming) | (status == Status.DONE)) & (coming != Status.MISSING)).sum())


def _conflicts(old: Labelled, new: Labelled) -> int:
    """Count the values that both have and that differ."""
    before, own = _common(old, new)
    count = 0
    for name in (str(name) for name in new.data.data_vars if name in old.data):
        dims = tuple(map(str, old.data[name].dims))
        order = [new.data[name].dims.index(dim) for dim in dims]
        both = old.present(name)[_index(before, dims)] & new.present(name).transpose(order)[_index(own, dims)]
        was = old.data[name].isel(before, missing_dims="ignore").to_numpy()[both]
        now = new.data[name].transpose(*dims).isel(own, missing_dims="ignore").to_numpy()[both]
        nothing = np.asarray(pd.isna(was)) & np.asarray(pd.isna(now))
        count += int((np.asarray(was != now, dtype=bool) & ~nothing).sum())
    return count


def _selected(labelled: Labelled, where: Places) -> Labelled:
    """Return some labels of each argument; of failures those of these cases."""
    data = labelled.data.isel({dim: at for dim, at in where.items() if dim in labelled.data.dims})
    ledger = labelled.ledger.isel(where)
    keys = label_keys({arg: data[arg].to_numpy() for arg in where})
    failures = [one for one in labelled.account.failures if is_among(one, keys)]
    return Labelled(data, ledger.assign_attrs(failures=failures))


def _frame(old: Labelled) -> Labelled:
    """Return labelled data without its cases."""
    nothing: Places = {arg: np.empty(0, dtype=np.intp) for arg in old.args}
    return (_selected(old, nothing) if nothing else Labelled(old.data, old.ledger.assign_attrs(failures=[]))).copy()


def _labels(old: Labelled) -> dict[str, NDArray[Any]]:
    return {arg: old.data[arg].to_numpy().copy() for arg in old.args}


def _values(labelled: Labelled, name: str) -> Any:
    """Return an array of the type that the values of an output have; only one of objects has to be looked at."""
    array = labelled.data[name]
    return array if array.dtype != object else unsettled(array.to_numpy(), labelled.present(name))


def _types(old: Labelled) -> dict[str, str]:
    """Return the type of the values of each output."""
    arrays = {name: _values(old, name) for name in map(str, old.data.data_vars)}
    return {name: array.dtype.str if array.dtype.kind != "T" else "T" for name, array in arrays.items()}


def _placed(revision: Revision, side: Labelled) -> tuple[Places, Places]:
    """Say where labels of a side stand among those before, and which of the side these are."""
    before: Places = {}
    own: Places = {}
    frame = revision.frame.data
    for dim in map(str, side.data.dims):
        labels = revision.labels.get(dim, frame[dim].to_numpy() if dim in frame.coords else None)
        if labels is None or dim not in side.data.coords:
            own[dim] = before[dim] = np.arange(min(side.data.sizes[dim], frame.sizes.get(dim, 0)))
            continue
        before[dim], own[dim] = _shared(dim, labels, side.data[dim].to_numpy())
    return before, own


def _column(
    revision: Revision, now: Labelled, name: str, sides: list[tuple[Places, Places]], shape: tuple[int, ...]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return an output as it was: what is there now, and over it the patch."""
    frame = revision.frame.data[name]
    dims = tuple(map(str, frame.dims))
    kind = revision.types[name]
    dtype = np.dtypes.StringDType() if kind == "T" else np.dtype(kind)
    array, there = np.zeros(shape, dtype=dtype), np.zeros(shape, dtype=bool)
    for labelled, (before, own) in zip((now, revision.patch), sides, strict=True):
        if name not in labelled.data:
            continue
        variable = labelled.data[name].variable
        order = [variable.dims.index(dim) for dim in dims]
        present = labelled.present(name).transpose(order)[_index(own, dims)]
        if labelled is now:
            present = present & ~_covered(sides[1][0], before, revision, dims)
        found = variable.to_numpy().transpose(order)[_index(own, dims)]
        values = found if dtype.kind == "O" else unsettled(found, present)
        region, marks = array[_index(before, dims)], there[_index(before, dims)]
        region[present] = converted(values, dtype)[present] if present.any() else region[present]
        marks[...] = present if labelled is revision.patch else marks | present
        array[_index(before, dims)], there[_index(before, dims)] = region, marks
    return array, there


def _covered(patched: Places, before: Places, revision: Revision, dims: tuple[str, ...]) -> NDArray[np.bool_]:
    """Say which of some cells the patch tells of, so that what is there now does not matter."""
    marks = [np.isin(before[dim], patched[dim]) for dim in dims if dim in revision.labels]
    shape = [len(before[dim]) if dim in revision.labels else 1 for dim in dims]
    covered = np.ones([len(mark) for mark in marks], dtype=bool)
    for axis, mark in enumerate(marks):
        covered &= mark.reshape([-1 if at == axis else 1 for at in range(len(marks))])
    return covered.reshape(shape)


def _index(places: Mapping[str, NDArray[np.intp]], dims: tuple[str, ...]) -> Any:
    return np.ix_(*(places[dim] for dim in dims)) if dims else (...,)


def _account(revision: Revision, now: Labelled, kept: tuple[Places, Places], patched: tuple[Places, Places]) -> Account:
    """Return the account as it was; positions of names stay, for a step only appends some."""
    args = revision.frame.args
    account = blank([len(revision.labels[arg]) for arg in args])
    for labelled, (before, own) in ((now, kept), (revision.patch, patched)):
        order = [labelled.args.index(arg) for arg in args]
        for field, values in labelled.account.cases.items():
            account.cases[field][_index(before, args)] = values.transpose(order)[_index(own, args)]
    covered = label_keys({arg: revision.labels[arg][patched[0][arg]] for arg in args})
    every = label_keys({arg: revision.labels[arg] for arg in args})
    others = [one for one in now.account.failures if is_among(one, every) and not is_among(one, covered)]
    names = revision.frame.account.names
    return Account(account.cases, names, (*others, *revision.patch.account.failures))
