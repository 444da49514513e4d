"""`Grid`: labelled data that grows in place, at a cost of about what is added to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.errors import ConflictError
from xyzpy_widgets.labelling.account import Account, nothing_in, put, put_new, united
from xyzpy_widgets.labelling.axis import Joint
from xyzpy_widgets.labelling.changes import Cells, Changes
from xyzpy_widgets.labelling.columns import exact_variable
from xyzpy_widgets.labelling.conflicts import SHOWN, OnConflict, described, message
from xyzpy_widgets.labelling.failing import still_failed
from xyzpy_widgets.labelling.ledger import Labelled, Parts, marks_of
from xyzpy_widgets.labelling.output import Output, Side, index_of
from xyzpy_widgets.labelling.roomy import Roomy
from xyzpy_widgets.labelling.scaffold import Scaffold

__all__ = ["Addition", "Grid"]


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


@dataclass(frozen=True, slots=True, eq=False)
class _Arrival:
    """New data that is going to be put in.

    Attributes
    ----------
    new : Labelled
    joints : dict of str to Joint
        Where the entries of each dimension belong.
    given : Account
        The account of its cases, over the arguments in the order of the grid.
    keeps : bool
        Whether it has nothing beside its cells and labels that is not there.
    addition : Addition or None
        What it adds, None where it does more than that.
    """

    new: Labelled
    joints: dict[str, Joint]
    given: Account
    keeps: bool
    addition: Addition | None


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
        account = labelled.account
        self._scaffold = scaffold = Scaffold.of(labelled)
        self._args, self._axes, self._columns = scaffold.args, scaffold.axes, scaffold.columns
        self._fields = {name: Roomy(_writable(values), nothing_in(name)) for name, values in account.cases.items()}
        self._names, self._failures = account.names, account.failures
        for name in labelled.parts.outputs:
            self._columns[name] = Output.of(labelled, name, scaffold.dims(labelled, name), self._fields["status"])
        self._labelled: Labelled | None = None
        self._arrival: _Arrival | None = None
        self._changes = Changes()

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
        return self._changes.cells

    @property
    def types(self) -> dict[str, np.dtype[Any]]:
        """The types of the values of the outputs, whatever some that are missing make of them."""
        return {name: column.dtype for name, column in self._columns.items()}

    def settle(self) -> None:
        """Take what is there now as that from which `changed` counts."""
        self._changes.settle(self._fields["status"].values.size)

    @property
    def only_adds(self) -> bool:
        """Whether all cells that `settle` found are as they were, and are the first of all now, in C order."""
        return self._changes.only_added

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
        joints = self._scaffold.joints(new)
        return self._scaffold.keeps(new, joints) and all(self._axes[dim].takes(joint) for dim, joint in joints.items())

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
        arrival = self._arriving(new)
        try:
            if arrival.addition is None:
                self._merge(arrival, on_conflict)
            else:
                self._add(arrival, arrival.addition)
        finally:
            self._arrival = None
            self._scaffold.forget()

    def addition(self, new: Labelled) -> Addition | None:
        """Say what new data is going to add, None where it does more than to add labels and cases.

        Parameters
        ----------
        new : Labelled
            What is going to be put in, and is not changed before; raises as `check` does.
        """
        return self._arriving(new).addition

    def _arriving(self, new: Labelled) -> _Arrival:
        """Say how new data goes together with what is there; it is worked out once for what is put in next."""
        if self._arrival is None or self._arrival.new is not new:
            joints, given = self._scaffold.joints(new), new.account
            if new.args != self._args:
                order = [new.args.index(arg) for arg in self._args]
                given = replace(given, cases={name: one.transpose(order) for name, one in given.cases.items()})
            keeps = self._scaffold.keeps(new, joints)
            addition = self._addition(new, joints, given) if keeps else None
            self._arrival = _Arrival(new, joints, given, keeps, addition)
        return self._arrival

    def _addition(self, new: Labelled, joints: Mapping[str, Joint], given: Account) -> Addition | None:
        if len(new.parts.outputs) != len(self._columns) or united(self._names, given.names) != self._names:
            return None
        known = [joints[arg].where if joints[arg].is_known else joints[arg].before for arg in self._args]
        before = self._fields["status"].values[index_of(known)]
        ended = given.ended
        if before.any():
            those = index_of([np.flatnonzero(joints[arg].known) for arg in self._args])
            if before[ended[those]].any():
                return None
        if not all(self._columns[name].takes(new, name, self._args, joints) for name in self._columns):
            return None
        if any(not self._axes[arg].is_like(joints[arg]) for arg in self._args):
            return None
        labels = {arg: new.labels(arg) for arg in self._args}
        return Addition(labels, ended, {arg: labels[arg][~joints[arg].known] for arg in self._args})

    def _add(self, arrival: _Arrival, addition: Addition) -> None:
        """Put cases in where there are none."""
        new, joints, given = arrival.new, arrival.joints, arrival.given
        same = self._scaffold.is_known(joints)
        stays = same or self._scaffold.is_continued(joints)
        if not same:
            self._grow(new, joints)
        done, ended = (None, None) if given.done.all() else (given.done, addition.ended)
        for name, column in self._columns.items():
            stays &= column.add(new.parts.outputs[name], joints, done)
        places = [joints[arg].places for arg in self._args]
        where = index_of([joints[arg].where for arg in self._args])
        put_new({name: one.values for name, one in self._fields.items()}, self._names, given, where, ended)
        self._note(ended, places, same=same, stays=stays, failures=given.failures)

    def _merge(self, arrival: _Arrival, on_conflict: OnConflict) -> None:
        """Put cases in, some of which may be there, or whatever else is new."""
        new, joints, given = arrival.new, arrival.joints, arrival.given
        scaffold = self._scaffold
        sides = {name: Side.of(new, name, scaffold.dims(new, name), joints) for name in new.parts.outputs}
        if on_conflict == "raise":
            self._check_conflicts(new, sides)
        same = arrival.keeps and scaffold.is_known(joints)
        stays = same or (arrival.keeps and scaffold.is_continued(joints))
        if not same:
            self._grow(new, joints)
        stays &= not self._part(new, sides)
        for name, side in sides.items():
            stays &= self._column(name, side).put(side, replace=on_conflict == "replace")
        names = united(self._names, given.names)
        same &= names == self._names
        self._names = names
        places = [joints[arg].places for arg in self._args]
        cases = {name: field.values for name, field in self._fields.items()}
        written = put(cases, names, given, index_of(places), keep=on_conflict == "keep")
        self._note(written, places, same=same, stays=stays, failures=given.failures)
        for column in self._columns.values():
            column.retype()

    def without(self, addition: Addition) -> Labelled:
        """Return what was there before an addition; the grid is of no use then."""
        places = [self._axes[arg].index.places(addition.labels[arg]) for arg in self._args]
        here = [found >= 0 for found in places]
        where = index_of([found[one] for found, one in zip(places, here, strict=True)])
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

    def _grow(self, new: Labelled, joints: Mapping[str, Joint]) -> None:
        """Take the axes, coordinates and attributes of new data in; its cells are empty yet."""
        self._scaffold.grow(new, joints)
        for field in self._fields.values():
            field.grow([joints[arg].size for arg in self._args], [joints[arg].moved for arg in self._args])

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

    def _note(
        self,
        written: NDArray[np.bool_] | None,
        places: list[Cells],
        *,
        same: bool,
        stays: bool,
        failures: tuple[dict[str, Any], ...],
    ) -> None:
        """Take note of what was written, whether nothing but cells is new, and whether these lie where they lay."""
        status = self._fields["status"].values
        if stays:
            self._changes.note(written, places, status.shape)
        else:
            self._changes.lose()
        if self._failures or failures:
            left = self._still_failed((*self._failures, *failures))
            same &= left == self._failures
            self._failures = left
        if not (same and stays):
            self._labelled, self._changes.reframed = None, True

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
        coords |= {name: coord.variable for name, coord in self._scaffold.others.items()}
        account = Account({name: one.values for name, one in self._fields.items()}, self._names, self._failures)
        marks = marks_of(self._args, account, present)
        return Labelled.of(
            Parts(
                self._args,
                variables,
                coords,
                dict(self._scaffold.attrs),
                account,
                marks,
                dict(self._scaffold.constants),
            )
        )


def _writable(array: NDArray[Any]) -> NDArray[Any]:
    return array if array.flags.writeable else array.copy()
