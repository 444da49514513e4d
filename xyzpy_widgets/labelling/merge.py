"""Merging: old and new data into one, nothing invented and nothing lost. Pure: neither side is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import LabelIndex, union
from xyzpy_widgets.core.labels import kind_of, shown
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import ConflictError, MergeError
from xyzpy_widgets.labelling.account import Account, merged
from xyzpy_widgets.labelling.collect import positions
from xyzpy_widgets.labelling.columns import common_dtype, converted, exact_variable, settled, unsettled
from xyzpy_widgets.labelling.constants import differing
from xyzpy_widgets.labelling.ledger import Labelled, ledger_of

__all__ = ["OnConflict", "check_mergeable", "merge"]

OnConflict = Literal["raise", "keep", "replace"]

_SHOWN = 5
_NUMBERS = {"int", "float", "complex"}

Places = dict[str, NDArray[np.intp]]


def check_mergeable(old: Labelled, new: Labelled) -> None:
    """Raise `MergeError` where the structure of two datasets does not go together, whatever their values are."""
    if set(old.args) != set(new.args):
        extra, lacking = set(new.args) - set(old.args), set(old.args) - set(new.args)
        said = [f"the stored data has no dimension {', '.join(map(repr, sorted(extra)))}"] if extra else []
        said += [f"the new data has no dimension {', '.join(map(repr, sorted(lacking)))}"] if lacking else []
        msg = f"{' and '.join(said)}; add it with expand_dims(name, value) before"
        raise MergeError(msg)
    for name in old.data.data_vars:
        if name in new.data and set(old.data[name].dims) != set(new.data[name].dims):
            msg = f"{name!r} has the dimensions {new.data[name].dims}, and {old.data[name].dims} in the stored data"
            raise MergeError(msg)
    for dim in set(old.data.dims) & set(new.data.dims):
        _check_dim(str(dim), old.data, new.data)
    check_constants(old, new)


def _check_dim(dim: str, old: xr.Dataset, new: xr.Dataset) -> None:
    """Raise unless labels can share an axis, or lengths agree; a dimension that no result has filled goes with any."""
    if dim in old.coords and dim in new.coords:
        union(dim, old[dim].to_numpy(), list(new[dim].to_numpy()))
        return
    unlabelled = {side.sizes[dim] for side in (old, new) if dim not in side.coords} - {0}
    if len(unlabelled) > (dim not in old.coords and dim not in new.coords):
        msg = (
            f"{dim!r} has {new.sizes[dim]} entries, and {old.sizes[dim]} in the stored data, and not both have labels; "
            "give them some (var_coords)"
        )
        raise MergeError(msg)


def check_constants(old: Labelled, new: Labelled) -> None:
    """Raise `MergeError` when an argument that does not vary had another value before."""
    for name in differing(old.constants, new.constants):
        before, now = shown(old.constants[name]), shown(new.constants[name])
        msg = (
            f"{name}={now}, and the stored data was made with {name}={before}; make it a dimension first: "
            f"expand_dims({name!r}, {before}), or use another data_name"
        )
        raise MergeError(msg)


def merge(old: Labelled, new: Labelled, on_conflict: OnConflict = "raise") -> Labelled:
    """Put two labelled datasets together.

    Parameters
    ----------
    old, new : Labelled
        Over the same arguments; their labels may differ. Axes that grow are sorted.
    on_conflict : {"raise", "keep", "replace"}
        What to do with cells that both have, with other values. A nan is a value: it conflicts with any other.

    Returns
    -------
    Labelled

    Raises
    ------
    MergeError
        When dimensions or constants do not go together.
    ConflictError
        When cells conflict and ``on_conflict="raise"``: it lists them with their old and new values.
    """
    check_mergeable(old, new)
    axes = _Axes(old.data, new.data)
    variables: dict[str, Any] = {}
    present = {}
    conflicts = 0
    lines: list[str] = []
    for name in dict.fromkeys([*map(str, old.data.data_vars), *map(str, new.data.data_vars)]):
        dims = _dims(name, old, new)
        sides = [_side(one, name, dims, at) for one, at in ((old, axes.old), (new, axes.new)) if name in one.data]
        combined = _combined(sides, axes.shape(dims), replace=on_conflict == "replace")
        if on_conflict == "raise" and combined.conflicts is not None:
            conflicts += int(combined.conflicts.sum())
            lines += _described(name, old, sides, combined.conflicts, _SHOWN - len(lines))
        attrs = {key: value for side in (old, new) if name in side.data for key, value in side.data[name].attrs.items()}
        variables[name] = exact_variable(dims, settled(combined.array, combined.present), attrs)
        present[name] = (dims, combined.present)
    if conflicts:
        raise ConflictError(_message(conflicts, lines))
    coords = axes.coords()
    data = xr.Dataset(variables, coords, {**old.data.attrs, **new.data.attrs})
    account = _merged_account(old, new, axes, keep=on_conflict == "keep")
    return Labelled(data, ledger_of(old.args, coords, account, present, {**old.constants, **new.constants}))


class _Axes:
    """The united labels of two datasets, and where those of each stand among them."""

    def __init__(self, old: xr.Dataset, new: xr.Dataset) -> None:
        self._sizes = {
            str(dim): max(side.sizes.get(dim, 0) for side in (old, new)) for dim in {**old.sizes, **new.sizes}
        }
        self._coords: dict[str, Any] = {}
        self.old: Places = {}
        self.new: Places = {}
        for dim in self._sizes:
            sides = [side[dim] for side in (old, new) if dim in side.coords]
            if sides:
                labels = union(dim, sides[0].to_numpy(), list(sides[-1].to_numpy()))
                self._sizes[dim] = len(labels)
                self._coords[dim] = exact_variable([dim], labels, {**sides[0].attrs, **sides[-1].attrs})
            for side, where in ((old, self.old), (new, self.new)):
                if dim in side.coords:
                    where[dim] = positions(dim, labels, side[dim].to_numpy())
                elif dim in side.sizes:
                    where[dim] = np.arange(side.sizes[dim])
        self._add_other_coords(old, new)

    def _add_other_coords(self, old: xr.Dataset, new: xr.Dataset) -> None:
        """Carry the coordinates over that are no dimension: xarray aligns them."""
        united = xr.Dataset(coords=dict(self._coords))
        for side in (new, old):
            for name, coord in side.coords.items():
                if str(name) not in self._coords:
                    both = name in old.coords and name in new.coords
                    known = old.coords[name].combine_first(new.coords[name]) if both else coord
                    self._coords[str(name)] = known.reindex_like(united).variable

    def shape(self, dims: tuple[str, ...]) -> tuple[int, ...]:
        """Return the sizes of some dimensions."""
        return tuple(self._sizes[dim] for dim in dims)

    def labels(self, dim: str) -> NDArray[Any]:
        """Return the labels of a dimension."""
        labels: NDArray[Any] = self._coords[dim].to_numpy()
        return labels

    def coords(self) -> dict[str, Any]:
        """Return all coordinates."""
        return dict(self._coords)


class _Side(NamedTuple):
    """One output of one of the datasets, and where it stands in the united grid."""

    array: NDArray[Any]
    present: NDArray[np.bool_]
    places: list[NDArray[np.intp]]
    labelled: Labelled

    @property
    def where(self) -> tuple[Any, ...]:
        """The index of this side into the united grid."""
        return _index(self.places)


class _Combined(NamedTuple):
    """Both sides in one array; ``conflicts`` marks, in the shape of the new side, where they disagree."""

    array: NDArray[Any]
    present: NDArray[np.bool_]
    conflicts: NDArray[np.bool_] | None


def _dims(name: str, old: Labelled, new: Labelled) -> tuple[str, ...]:
    first = old if name in old.data else new
    own = tuple(map(str, first.data[name].dims))
    return (*(arg for arg in old.args if arg in own), *(dim for dim in own if dim not in old.args))


def _side(labelled: Labelled, name: str, dims: tuple[str, ...], where: Places) -> _Side:
    variable = labelled.data[name].variable
    order = [variable.dims.index(dim) for dim in dims]
    present = labelled.present(name).transpose(order)
    array = unsettled(variable.to_numpy().transpose(order), present)
    return _Side(array, present, [where[dim] for dim in dims], labelled)


def _index(places: list[NDArray[np.intp]]) -> tuple[Any, ...]:
    return np.ix_(*places) if places else (...,)


def _combined(sides: list[_Side], shape: tuple[int, ...], *, replace: bool) -> _Combined:
    sides = [side for side in sides if side.present.any()] or sides[:1]
    array = np.zeros(shape, dtype=sides[0].array.dtype)
    present = np.zeros(shape, dtype=bool)
    array[sides[0].where], present[sides[0].where] = sides[0].array, sides[0].present
    if len(sides) == 1:
        return _Combined(array, present, None)
    new = sides[1]
    dtype = common_dtype(array, new.array)
    array = converted(array, dtype)
    region, there, values = array[new.where], present[new.where], converted(new.array, dtype)
    both = there & new.present
    differ = both & _unequal(region, values, both)
    take = new.present & (~there | replace)
    region[take] = values[take]
    array[new.where], present[new.where] = region, there | new.present
    return _Combined(array, present, differ if differ.any() else None)


def _unequal(one: NDArray[Any], other: NDArray[Any], both: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say where two arrays differ; nan equals nan, and objects are equal only within one type."""
    if one.dtype == object:
        differ = np.zeros(one.shape, dtype=bool)
        differ[both] = [not _same(a, b) for a, b in zip(one[both], other[both], strict=True)]
        return differ
    differ = one != other
    if one.dtype.kind in "fcmM":
        differ &= ~(np.isnan(one) & np.isnan(other))
    return np.asarray(differ)


def _same(one: Any, other: Any) -> bool:
    kinds = {kind_of(one), kind_of(other)}
    if len(kinds) > 1 and not kinds <= _NUMBERS:
        return False
    one, other = (value.item() if isinstance(value, np.number) else value for value in (one, other))
    try:
        return bool(one == other) or bool(one != one and other != other)  # noqa: PLR0124 - nan differs from itself
    except (TypeError, ValueError):  # what cannot be compared is not known to be the same
        return False


def _described(name: str, old: Labelled, sides: list[_Side], differ: NDArray[np.bool_], limit: int) -> list[str]:
    """Write some conflicting cells, each with its labels, its old and its new value."""
    before, new = sides
    dims = _dims(name, old, new.labelled)
    place_in_old = [{int(at): i for i, at in enumerate(where)} for where in before.places]
    lines = []
    for at in np.argwhere(differ)[:limit]:
        cell = tuple(place[int(where[i])] for place, where, i in zip(place_in_old, new.places, at, strict=True))
        labels = ", ".join(_label(new.labelled.data, dim, int(i)) for dim, i in zip(dims, at, strict=True))
        lines.append(f"{name}({labels}): {shown(before.array[cell])} -> {shown(new.array[tuple(at)])}")
    return lines


def _label(data: xr.Dataset, dim: str, at: int) -> str:
    return f"{dim}={shown(data[dim].to_numpy()[at])}" if dim in data.coords else f"{dim}[{at}]"


def _message(conflicts: int, lines: list[str]) -> str:
    shown_lines = "\n  ".join(lines)
    more = f"\n  … and {conflicts - len(lines)} more" if conflicts > len(lines) else ""
    return (
        f"{conflicts} values are stored already with another value (old -> new):\n  {shown_lines}{more}\n"
        "choose overwrite=True (the new win) or overwrite=False (the old win); the new results are in last_ds"
    )


def _merged_account(old: Labelled, new: Labelled, axes: _Axes, *, keep: bool) -> Account:
    """Put the accounts together; of failures only those of cases that still have failed stay."""
    order = [new.args.index(dim) for dim in old.args]
    given = new.account
    theirs = Account({name: one.transpose(order) for name, one in given.cases.items()}, given.names, given.failures)
    where = _index([axes.old[dim] for dim in old.args]), _index([axes.new[dim] for dim in old.args])
    account = merged(old.account, theirs, axes.shape(old.args), where, keep=keep)
    indices = [LabelIndex(dim, axes.labels(dim)) for dim in old.args]

    def failed(args: Mapping[str, Any]) -> bool:
        at = tuple(index.find(args[index.name]) for index in indices)
        return bool(None not in at and account.status[at] == Status.FAILED)

    still = tuple(one for one in account.failures if set(one["args"]) == set(old.args) and failed(one["args"]))
    return Account(account.cases, account.names, still)
