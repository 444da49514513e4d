"""One output of a grid: its values where they are, and how new ones are put among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.labelling.account import DONE
from xyzpy_widgets.labelling.axis import Joint, span
from xyzpy_widgets.labelling.columns import common_dtype, converted, settled, unsettled
from xyzpy_widgets.labelling.conflicts import unequal
from xyzpy_widgets.labelling.ledger import Labelled, spread
from xyzpy_widgets.labelling.roomy import Roomy, nothing_of

__all__ = ["MARKED", "NUMBERS", "Output", "Side", "index_of"]

NUMBERS = "biufcMm"
"""The kinds of types of numbers, truth values and times."""
MARKED = "fcMm"
"""Those of them with a mark for what is missing."""

Mask = NDArray[np.bool_]


def index_of(places: Sequence[NDArray[np.intp] | slice]) -> tuple[Any, ...]:
    """Return the index of numpy's for every combination of some places: slices where each follows on the one before."""
    spans = [one if isinstance(one, slice) else span(one) for one in places]
    if all(isinstance(one, slice) for one in spans):
        return tuple(spans) or (...,)
    return np.ix_(*(np.arange(one.start, one.stop) if isinstance(one, slice) else one for one in spans))


@dataclass(frozen=True, slots=True)
class Side:
    """One output of new data, and where it belongs in the grid.

    Attributes
    ----------
    dims : tuple of str
        The dimensions, in the order of the grid.
    values, present : ndarray
        Over these.
    joints : tuple of Joint
        One per dimension.
    follows : bool
        Whether a value is present exactly where its case is done.
    attrs : mapping
    """

    dims: tuple[str, ...]
    values: NDArray[Any]
    present: Mask
    joints: tuple[Joint, ...]
    follows: bool
    attrs: Mapping[Any, Any]

    @classmethod
    def of(cls, new: Labelled, name: str, dims: tuple[str, ...], joints: Mapping[str, Joint]) -> Side:
        """Return one output of new data, its dimensions in another order."""
        variable = new.parts.outputs[name]
        order = [variable.dims.index(dim) for dim in dims]
        present = new.present(name).transpose(order)
        values = unsettled(variable.values.transpose(order), present)
        follows = new.follows(name) and set(dims[: len(new.args)]) == set(new.args)
        return cls(dims, values, present, tuple(joints[dim] for dim in dims), follows, variable.attrs)

    def fits(self, n_args: int) -> bool:
        """Say whether each case has a value for every entry of the dimensions behind the arguments, and no new ones."""
        return all(one.is_known and len(one.places) == one.size for one in self.joints[n_args:])


class Output:
    """The values of one output of a grid.

    Parameters
    ----------
    dims : tuple of str
        The arguments that the output varies with, then its own dimensions.
    values : ndarray
        Typed where it can be; what stands where nothing is present is `nothing_of` the type.
    present : ndarray of bool or None
        Which values are there; None for those of the cases that are done.
    status : Roomy
        The state of each case.
    attrs : mapping
    """

    def __init__(
        self,
        dims: tuple[str, ...],
        values: NDArray[Any],
        present: Mask | None,
        status: Roomy,
        attrs: Mapping[Any, Any] | None = None,
    ) -> None:
        self.dims = dims
        self.attrs = dict(attrs or {})
        self._status = status
        self._cells = Roomy(values, nothing_of(values.dtype))
        self._present = None if present is None else Roomy(present, nothing=False)
        self._whole = False  # whether nothing is missing, when it was presented last

    @classmethod
    def of(cls, labelled: Labelled, name: str, dims: tuple[str, ...], status: Roomy) -> Output:
        """Take over one output, its dimensions in another order."""
        variable = labelled.parts.outputs[name]
        order = [variable.dims.index(dim) for dim in dims]
        present = labelled.present(name).transpose(order)
        values = unsettled(variable.values.transpose(order), present)
        values = values if values.flags.writeable else values.copy()
        follows = labelled.follows(name) and dims[: len(labelled.args)] == labelled.args
        return cls(dims, values, None if follows else present.copy(), status, variable.attrs)

    @classmethod
    def empty(cls, side: Side, shape: Sequence[int], status: Roomy) -> Output:
        """Return an output of which nothing is there yet, for what a side brings."""
        values = np.full(shape, nothing_of(side.values.dtype), dtype=side.values.dtype)
        return cls(side.dims, values, np.zeros(shape, dtype=bool), status)

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each dimension."""
        return self._cells.values.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the values, whatever some that are missing make of it."""
        return self._cells.values.dtype

    @property
    def follows(self) -> bool:
        """Whether a value is there exactly where its case is done."""
        return self._present is None

    @property
    def present(self) -> Mask:
        """Which values are there."""
        return spread(self._status.values == DONE, self.shape) if self._present is None else self._present.values

    def _present_at(self, places: list[NDArray[np.intp]]) -> Mask:
        """Return which values are there at every combination of some places."""
        if self._present is not None:
            return np.asarray(self._present.values[index_of(places)])
        done = self._status.values[index_of(places[: self._status.values.ndim])] == DONE
        return spread(np.asarray(done), tuple(map(len, places)))

    def part(self) -> None:
        """Keep from now on which values are there, apart from which cases are done."""
        if self._present is None:
            self._present = Roomy(self.present.copy(), nothing=False)

    def rejoin(self) -> None:
        """Keep it no longer where it can be told from which cases are done."""
        status = self._status.values
        if self._present is not None and self.shape[: status.ndim] == status.shape:
            done = spread(status == DONE, self.shape)
            self._present = None if np.array_equal(done, self._present.values) else self._present

    def grow(self, shape: Sequence[int], moved: Sequence[NDArray[np.intp] | None]) -> None:
        """Take another shape; see `Roomy.grow`."""
        self._cells.grow(shape, moved)
        if self._present is not None:
            self._present.grow(shape, moved)

    def conflicts(self, side: Side) -> tuple[NDArray[Any], Mask] | None:
        """Return the old values and where the new ones differ from them, in the shape of the side; None for nowhere."""
        known = index_of([np.flatnonzero(one.known) for one in side.joints])
        both = self._present_at([one.before for one in side.joints]) & side.present[known]
        if not both.any():
            return None
        values = self._cells.values
        before = index_of([one.before for one in side.joints])
        dtype = common_dtype(values, side.values)
        differ = unequal(converted(values[before], dtype), converted(side.values[known], dtype), both)
        if not differ.any():
            return None
        old = np.full(side.values.shape, nothing_of(values.dtype), dtype=values.dtype)
        where = np.zeros(side.values.shape, dtype=bool)
        old[known], where[known] = values[before], differ
        return old, where

    def takes(self, new: Labelled, name: str, args: tuple[str, ...], joints: Mapping[str, Joint]) -> bool:
        """Say whether values of new cases are numbers of the same type, and there exactly where these are done."""
        variable, dtype = new.parts.outputs[name], self._cells.values.dtype
        given = variable.values
        if given.dtype == object:
            given = unsettled(given, new.present(name))
        follows = self.follows and new.follows(name) and self.dims[: len(args)] == args
        whole = all(
            joints[dim].is_known and len(joints[dim].places) == joints[dim].size for dim in self.dims[len(args) :]
        )
        return follows and whole and dtype == given.dtype and dtype.kind in NUMBERS

    def add(self, variable: xr.Variable, joints: Mapping[str, Joint], done: Mask | None) -> bool:
        """Write the values that it `takes` where there are none; ``done`` are the cases that have some, None for all.

        Returns as `put` does.
        """
        values = self._cells.values
        dtype = values.dtype
        where = index_of([joints[dim].where for dim in self.dims])
        coming = variable.values.transpose([variable.dims.index(dim) for dim in self.dims])
        if done is not None:
            there = spread(done, coming.shape)
            coming = np.where(there, converted(unsettled(coming, there), dtype), values[where])
        values[where] = coming
        return dtype.kind in MARKED or self._whole

    def clear(self, where: tuple[Any, ...], mask: Mask) -> None:
        """Take away the values of some cases, which are no longer done; the index and the mask are over the arguments.

        Only for an output whose values are there where its cases are done.
        """
        region = self._cells.values[where]
        region[mask] = nothing_of(region.dtype)
        self._cells.values[where] = region

    def put(self, side: Side, *, replace: bool) -> bool:
        """Write the values of a side, before the state of its cases is.

        Returns
        -------
        bool
            Whether nothing but the content of cells has changed: `settled` gives the same array as before.
        """
        self.attrs.update(side.attrs)
        if not side.present.any():
            return self._present is None
        dtype = self._widen(side.values)
        places = [one.places for one in side.joints]
        where, there = index_of(places), self._present_at(places)
        take = side.present & (~there | replace)
        region = self._cells.values[where]
        region[take] = converted(side.values, self._cells.values.dtype)[take]
        self._cells.values[where] = region
        if self._present is not None:
            self._present.values[where] = there | side.present
        kind = self._cells.values.dtype.kind
        same = self._cells.values.dtype == dtype and self._present is None
        return same and kind in NUMBERS and (kind in MARKED or self._whole)

    def _widen(self, new: NDArray[Any]) -> np.dtype[Any]:
        """Let the array hold new values too; return the type that it had."""
        old = self._cells.values
        if old.dtype == new.dtype:
            return old.dtype
        if not self.present.any():
            self._cells = Roomy(np.full(old.shape, nothing_of(new.dtype), dtype=new.dtype), nothing_of(new.dtype))
        elif (dtype := common_dtype(old, new)) != old.dtype:
            wide = converted(old, dtype)
            wide[~self.present] = nothing_of(dtype)
            self._cells = Roomy(wide, nothing_of(dtype))
        return old.dtype

    def retype(self) -> None:
        """Give text and objects the type that all of them have together."""
        if self._cells.values.dtype.kind not in NUMBERS:
            present = self.present
            values = unsettled(settled(self._cells.values, present), present)
            self._cells = Roomy(values, nothing_of(values.dtype))

    def settled(self) -> NDArray[Any]:
        """Return the values as a dataset holds them; numbers are a view."""
        values = self._cells.values
        if values.dtype.kind in MARKED:
            return values
        present = self.present
        self._whole = bool(present.all())
        return settled(values, present)
