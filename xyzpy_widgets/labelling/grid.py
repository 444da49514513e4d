"""`Grid`: labelled data that grows in place, at a cost of about what is added to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.labels import shown
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import ConflictError, MergeError
from xyzpy_widgets.labelling.account import Account, nothing_in, put, united
from xyzpy_widgets.labelling.axis import Axis, Joint
from xyzpy_widgets.labelling.columns import exact_variable
from xyzpy_widgets.labelling.conflicts import SHOWN, OnConflict, described, message, unlike
from xyzpy_widgets.labelling.constants import differing, holds
from xyzpy_widgets.labelling.failing import still_failed
from xyzpy_widgets.labelling.ledger import Labelled, Parts, marks_of
from xyzpy_widgets.labelling.output import Output, Side, index_of
from xyzpy_widgets.labelling.roomy import Roomy

__all__ = ["Addition", "Grid"]

Cells = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Addition:
    """Cases that were added where there were none, and the labels that came with them.

    Attributes
    ----------
    labels : dict of str to ndarray
        The labels of each argument that the cases are of.
    ended : ndarray of bool
        Which of the combinations are added, over the arguments in the order of ``labels``.
    new : dict of str to ndarray
        The labels that were not there.
    """

    labels: dict[str, NDArray[Any]]
    ended: NDArray[np.bool_]
    new: dict[str, NDArray[Any]]


class Grid:
    """Labelled data that grows in place.

    Parameters
    ----------
    labelled : Labelled
        What is there. Its arrays become those of the grid, which writes to them: give a `Labelled.copy` where somebody
        else has them.

    Notes
    -----
    The labels of each axis are indexed once, and an axis that grows gets room to spare. So what `put` costs does not
    depend on what is there already, unless labels go in between others, a type widens, or an output is of text or of
    objects, which have their type from all their cells together.
    """

    def __init__(self, labelled: Labelled) -> None:
        parts, account = labelled.parts, labelled.account
        self._args = labelled.args
        self._axes = {dim: _axis(parts, dim, size) for dim, size in parts.sizes.items()}
        others = [name for name in parts.coords if name not in self._axes]
        self._others = {name: labelled.data.coords[name] for name in others}
        self._fields = {name: Roomy(_writable(values), nothing_in(name)) for name, values in account.cases.items()}
        self._names, self._failures = account.names, account.failures
        self._columns: dict[str, Output] = {}
        for name in parts.outputs:
            status, dims = self._fields["status"], self._dims(labelled, name)
            self._columns[name] = Output.of(labelled, name, dims, status)
        self._attrs, self._constants = dict(parts.attrs), dict(labelled.constants)
        self._labelled: Labelled | None = None
        self._changed: list[Cells] | None = None
        self._reframed = False  # whether more than cells has changed, yet these lie where they lay
        self._settled = 0  # how many cells there were when `settle` was called last

    @property
    def labelled(self) -> Labelled:
        """What is there now: a view, which changes with the grid."""
        if self._labelled is None:
            self._labelled = self._presented()
        return self._labelled

    def changed(self) -> Cells | None:
        """Return which cells have another content than when `settle` was called last.

        Returns
        -------
        ndarray of intp or None
            Their positions over the arguments in C order, rising, each once. None when more has changed than the
            content of cells: labels, types, attributes, or what is known beside the cells.
        """
        if self._changed is None or self._reframed:
            return None
        return np.unique(np.concatenate(self._changed)) if self._changed else np.empty(0, dtype=np.intp)

    def settle(self) -> None:
        """Take what is there now as that from which `changed` counts."""
        self._changed, self._reframed = [], False
        self._settled = self._fields["status"].values.size

    @property
    def only_adds(self) -> bool:
        """Whether all cells that `settle` found are as they were, and are the first of all now, in C order."""
        return self._changed is not None and all(bool((cells >= self._settled).all()) for cells in self._changed)

    def check(self, new: Labelled) -> bool:
        """Raise what would keep the structure of new data from going together with what is there, whatever its values.

        Returns
        -------
        bool
            Whether a file that takes what is there takes new data too, but for the content of its cells.

        Raises
        ------
        MergeError
            For dimensions or constants.
        SpaceError
            For labels that cannot stand on one axis.
        """
        self._check_dims(new)
        joints = self._joints(new)
        self._check_constants(new)
        return self._keeps_rest(new) and all(self._axes[dim].takes(joint) for dim, joint in joints.items())

    def put(self, new: Labelled, on_conflict: OnConflict = "raise") -> None:
        """Take new data in, which is not changed.

        Parameters
        ----------
        new : Labelled
            Over the same arguments; its labels may be others. Axes that grow are sorted.
        on_conflict : {"raise", "keep", "replace"}
            What to do with cells that both have, with other values. A nan is a value: it conflicts with any other.

        Raises
        ------
        MergeError, SpaceError
            As `check` does.
        ConflictError
            When cells conflict and ``on_conflict="raise"``: it lists them with their old and new values.
            Nothing has changed then.
        """
        self._check_dims(new)
        joints = self._joints(new)
        self._check_constants(new)
        sides = {name: Side.of(new, name, self._dims(new, name), joints) for name in new.parts.outputs}
        if on_conflict == "raise":
            self._check_conflicts(new, sides)
        same = self._keeps_frame(new, joints)
        stays = same or self._continues(new, joints)
        if not same:
            self._reframe(new, joints)
        stays &= not self._part(new, sides)
        for name, side in sides.items():
            stays &= self._column(name, side).put(side, replace=on_conflict == "replace")
        if not stays:
            self._changed = None
        same &= self._put_account(new, joints, keep=on_conflict == "keep") and stays
        for column in self._columns.values():
            column.retype()
        if not same:
            self._labelled, self._reframed = None, True

    def addition(self, new: Labelled) -> Addition | None:
        """Say what new data is going to add, None where it does more than to add labels and cases.

        Parameters
        ----------
        new : Labelled
            What is going to be put in.
        """
        if not self._keeps_rest(new) or set(new.parts.outputs) != set(self._columns):
            return None
        joints, given = self._joints(new), new.account
        ended = given.status.transpose([new.args.index(arg) for arg in self._args]) != Status.MISSING
        known = [np.flatnonzero(joints[arg].known) for arg in self._args]
        before = self._fields["status"].values[index_of([joints[arg].before for arg in self._args])]
        if (before[ended[index_of(known)]] != Status.MISSING).any() or united(self._names, given.names) != self._names:
            return None
        if not all(self._takes(name, new, joints) for name in self._columns):
            return None
        labels = {arg: new.labels(arg) for arg in self._args}
        if any(not self._axes[arg].is_like(joints[arg]) for arg in self._args):
            return None
        return Addition(labels, ended, {arg: labels[arg][~joints[arg].known] for arg in self._args})

    def _takes(self, name: str, new: Labelled, joints: Mapping[str, Joint]) -> bool:
        """Say whether an output takes the values of new cases as what it is, and knows by their state that they are."""
        column, dims = self._columns[name], self._dims(new, name)
        side = Side.of(new, name, dims, joints)
        return column.follows and side.follows and side.fits(len(self._args)) and column.is_like(side)

    def without(self, addition: Addition) -> Labelled:
        """Return what was there before an addition; the grid is of no use then."""
        places = [[self._axes[arg].index.find(label) for label in addition.labels[arg]] for arg in self._args]
        here = [np.array([at is not None for at in found], dtype=bool) for found in places]
        where = index_of([np.array([at for at in found if at is not None], dtype=np.intp) for found in places])
        order = [list(addition.labels).index(arg) for arg in self._args]
        ended = addition.ended.transpose(order)[index_of([np.flatnonzero(one) for one in here])]
        for name, field in self._fields.items():
            region = field.values[where]
            region[ended] = nothing_in(name)
            field.values[where] = region
        for column in self._columns.values():
            column.clear(where, ended)
        self._failures = self._still_failed(self._failures)
        return self._presented()

    def _check_dims(self, new: Labelled) -> None:
        if set(self._args) != set(new.args):
            raise MergeError(unlike(self._args, new.args, (self._constants, new.constants)))
        for name, output in new.parts.outputs.items():
            column = self._columns.get(name)
            if column is not None and set(column.dims) != set(output.dims):
                told = f"{name!r} has the dimensions {output.dims}, and {column.dims} in the stored data"
                raise MergeError(f"{told}; give it these (var_dims), or use another data_name")

    def _check_constants(self, new: Labelled) -> None:
        for name in differing(self._constants, new.constants):
            before, now = shown(self._constants[name]), shown(new.constants[name])
            msg = (
                f"{name}={now}, and the stored data was made with {name}={before}; make it a dimension first: "
                f"expand_dims({name!r}, {before}), or use another data_name"
            )
            raise MergeError(msg)

    def _joints(self, new: Labelled) -> dict[str, Joint]:
        """Say for each dimension of new data where its entries belong."""
        parts, joints = new.parts, {}
        for dim, size in parts.sizes.items():
            labels = parts.coords[dim].values if dim in parts.coords else None
            axis = self._axes.get(dim) or Axis(dim, 0, None, {})
            joints[dim] = axis.joint(size, labels)
        return joints

    def _dims(self, new: Labelled, name: str) -> tuple[str, ...]:
        """Return the dimensions of an output in the order of the grid."""
        column = self._columns.get(name)
        own = tuple(map(str, new.parts.outputs[name].dims)) if column is None else column.dims
        return (*(arg for arg in self._args if arg in own), *(dim for dim in own if dim not in self._args))

    def _check_conflicts(self, new: Labelled, sides: Mapping[str, Side]) -> None:
        count, lines = 0, list[str]()
        for name, side in sides.items():
            found = self._columns[name].conflicts(side) if name in self._columns else None
            if found is not None:
                old, differ = found
                count += int(differ.sum())
                lines += described(name, (new.data, side.dims), (old, side.values), differ, SHOWN - len(lines))
        if count:
            raise ConflictError(message(count, lines))

    def _keeps_frame(self, new: Labelled, joints: Mapping[str, Joint]) -> bool:
        """Say whether new data has nothing but other content for cells that are there."""
        known = all(dim in self._axes and joint.is_known for dim, joint in joints.items())
        return known and self._keeps_rest(new)

    def _continues(self, new: Labelled, joints: Mapping[str, Joint]) -> bool:
        """Say whether new data has nothing new but labels behind the last of the first argument."""
        first = self._args[0] if self._args else None
        known = all(joint.is_known or dim == first for dim, joint in joints.items())
        return known and all(joint.moved is None for joint in joints.values()) and self._keeps_rest(new)

    def _keeps_rest(self, new: Labelled) -> bool:
        """Say whether new data has no dimension, coordinate, output, attribute or constant that is not there."""
        parts = new.parts
        return (
            all(dim in self._axes for dim in parts.sizes)
            and all(name in self._axes for name in parts.coords)
            and not self._others
            and all(name in self._columns for name in parts.outputs)
            and holds(self._attrs, parts.attrs)
            and holds(self._constants, parts.constants)
            and all(holds(self._axes[dim].attrs, one.attrs) for dim, one in parts.coords.items())
            and all(holds(self._columns[name].attrs, one.attrs) for name, one in parts.outputs.items())
        )

    def _reframe(self, new: Labelled, joints: Mapping[str, Joint]) -> None:
        """Take the axes, coordinates and attributes of new data in; its cells are empty yet."""
        self._others = self._grown_others(new, joints)
        sizes = {dim: (joint.size, joint.moved) for dim, joint in joints.items()}
        inner = {dim for dim, joint in joints.items() if dim in self._axes and joint.size > self._axes[dim].size}
        for column in self._columns.values():
            if inner & set(column.dims) - set(self._args):
                column.part()
            shape = [sizes.get(dim, (size, None)) for dim, size in zip(column.dims, column.shape, strict=True)]
            column.grow([size for size, _ in shape], [moved for _, moved in shape])
        for field in self._fields.values():
            field.grow([sizes[arg][0] for arg in self._args], [sizes[arg][1] for arg in self._args])
        for dim, joint in joints.items():
            axis = self._axes.setdefault(dim, Axis(dim, 0, None, {}))
            axis.take(joint, new.parts.coords[dim].attrs if dim in new.parts.coords else None)
        self._attrs.update(new.parts.attrs)
        self._constants.update(new.constants)

    def _grown_others(self, new: Labelled, joints: Mapping[str, Joint]) -> dict[str, xr.DataArray]:
        """Return the coordinates of both sides that are no dimension, over the axes to come: xarray aligns them."""
        added = {name: new.data.coords[name] for name in new.parts.coords if name not in joints}
        if not added and not self._others:
            return {}
        axes = {
            **{dim: axis.labels for dim, axis in self._axes.items()},
            **{d: one.labels for d, one in joints.items()},
        }
        united = xr.Dataset(coords={dim: labels for dim, labels in axes.items() if labels is not None})
        names = dict.fromkeys((*added, *self._others))
        found = {}
        for name in names:
            sides = [side[name] for side in (self._others, added) if name in side]
            known = sides[0].combine_first(sides[-1]) if len(sides) > 1 else sides[0]
            found[name] = known.reindex_like(united)
        return found

    def _part(self, new: Labelled, sides: Mapping[str, Side]) -> bool:
        """Let outputs that new cases do not have as a whole remember what is there; say whether there were some."""
        whole = {name for name, side in sides.items() if side.follows and side.fits(len(self._args))}
        parting = [column for name, column in self._columns.items() if name not in whole and column.follows]
        if not parting or not new.done.any():
            return False
        for column in parting:
            column.part()
        return True

    def _column(self, name: str, side: Side) -> Output:
        """Return an output, which is made when it is new."""
        if name not in self._columns:
            shape = [self._axes[dim].size for dim in side.dims]
            self._columns[name] = Output.empty(side, shape, self._fields["status"])
        return self._columns[name]

    def _put_account(self, new: Labelled, joints: Mapping[str, Joint], *, keep: bool) -> bool:
        """Put the account of new cases among the others; say whether only the content of cells has changed."""
        order = [new.args.index(arg) for arg in self._args]
        given = new.account
        theirs = Account({name: one.transpose(order) for name, one in given.cases.items()}, given.names, ())
        places = [joints[arg].places for arg in self._args]
        names = united(self._names, given.names)
        cases = {name: field.values for name, field in self._fields.items()}
        written = put(cases, names, theirs, index_of(places), keep=keep)
        if self._changed is not None:
            self._changed.append(_flat(written, places, cases["status"].shape))
        failures = self._still_failed((*self._failures, *given.failures)) if self._failures or given.failures else ()
        same = names == self._names and failures == self._failures
        self._names, self._failures = names, failures
        return same

    def _still_failed(self, failures: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        """Return the latest failure of each case that has failed and is not done."""
        return still_failed(failures, [self._axes[arg] for arg in self._args], self._fields["status"].values)

    def _presented(self) -> Labelled:
        """Put together what is there."""
        variables, present = {}, {}
        for name, column in self._columns.items():
            column.rejoin()
            variables[name] = exact_variable(column.dims, column.settled(), column.attrs)
            if not column.follows:
                present[name] = (column.dims, column.present)
        coords: dict[str, Any] = {dim: one.variable() for dim, one in self._axes.items() if one.labels is not None}
        coords |= {name: coord.variable for name, coord in self._others.items()}
        account = Account({name: one.values for name, one in self._fields.items()}, self._names, self._failures)
        marks = marks_of(self._args, account, present)
        return Labelled.of(
            Parts(self._args, variables, coords, dict(self._attrs), account, marks, dict(self._constants))
        )


def _axis(parts: Parts, dim: str, size: int) -> Axis:
    if dim not in parts.coords:
        return Axis(dim, size, None, {})
    return Axis(dim, size, parts.coords[dim].values, parts.coords[dim].attrs)


def _writable(array: NDArray[Any]) -> NDArray[Any]:
    return array if array.flags.writeable else array.copy()


def _flat(mask: NDArray[np.bool_], places: list[Cells], shape: tuple[int, ...]) -> Cells:
    """Return the positions in a grid, in C order, of the marked cells of a block."""
    if not places:
        return np.flatnonzero(mask)
    where = tuple(at[index] for at, index in zip(places, np.nonzero(mask), strict=True))
    return np.asarray(np.ravel_multi_index(where, shape), dtype=np.intp)
