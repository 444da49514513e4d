"""What is left in a file with some cells put over it, and values that lack some as they are held then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from xyzpy_widgets.core.left import LEFT, TYPE, boxes
from xyzpy_widgets.labelling.axis import span
from xyzpy_widgets.labelling.columns import converted
from xyzpy_widgets.labelling.output import MARKED, index_of
from xyzpy_widgets.labelling.roomy import nothing_of

__all__ = ["Places", "overlaid", "settled_left", "type_of_values"]

_PART = 2**15  # values that are looked at at a time

Places = NDArray[np.intp]


@dataclass(eq=False)
class _Overlaid(BackendArray):
    """Cells that are left in a file, at the same places or others, and a box of cells in the place of some.

    Attributes
    ----------
    base : xarray.Variable
        What is left in the file.
    box : ndarray
    before, within : sequence of ndarray
        Where each entry of each dimension stands in ``base``, and where in ``box``; -1 where it does not.
    nothing : scalar
        What is in cells that are in neither.
    dtype : numpy.dtype
        The type in which values are given: that of objects where some are missing that no mark tells of.
    """

    base: xr.Variable
    box: NDArray[Any]
    before: Sequence[Places]
    within: Sequence[Places]
    nothing: Any
    dtype: np.dtype[Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each dimension."""
        return tuple(map(len, self.before))

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        """Read a part."""
        outer = indexing.IndexingSupport.OUTER
        part: NDArray[Any] = indexing.explicit_indexing_adapter(key, self.shape, outer, self._part)
        return part

    def _part(self, key: tuple[int | slice | Places, ...]) -> NDArray[Any]:
        places = [np.arange(size)[one] for size, one in zip(self.shape, key, strict=True)]
        wanted = [np.atleast_1d(one) for one in places]
        part = np.full([len(one) for one in wanted], self.nothing, dtype=self.dtype)
        for source, stand in ((self.base, self.before), (self.box, self.within)):
            found = [at[one] for at, one in zip(stand, wanted, strict=True)]
            here = [np.flatnonzero(one >= 0) for one in found]
            if all(map(len, here)):
                there = [one[at] for one, at in zip(found, here, strict=True)]
                if isinstance(source, xr.Variable):
                    values = source[tuple(map(span, there))].to_numpy()
                else:
                    values = source[index_of(there)]
                part[index_of(here)] = _held(values, type_of_values(self.base), self.dtype)
        return part.reshape([len(one) for one in places if one.ndim])


def _held(array: NDArray[Any], own: np.dtype[Any], held: np.dtype[Any]) -> NDArray[Any]:
    """Return values of one type, or objects of it with nan among them, as they are given; 0 for nan where typed."""
    if array.dtype == held and held.kind != "O":
        return array
    there = ~np.asarray(pd.isna(array))
    given = np.full(array.shape, np.nan if held.kind == "O" else nothing_of(held), dtype=held)
    given[there] = converted(array[there].astype(own), held)
    return given


def type_of_values(variable: xr.Variable) -> np.dtype[Any]:
    """Return the type of the values of a variable that is left in a file, whatever some that are missing make of it."""
    found: np.dtype[Any] = variable.encoding.get(TYPE, variable.dtype)
    return found


def overlaid(
    base: xr.Variable,
    box: xr.Variable,
    before: Mapping[str, Places],
    within: Mapping[str, Places],
    nothing: Any = None,
) -> xr.Variable:
    """Put a box of cells over a variable that is left in a file.

    Parameters
    ----------
    base, box : xarray.Variable
        Of the same dimensions, and of values of the same type.
    before, within : dict of str to ndarray
        Where the entries of some dimensions stand in each, -1 where they do not; of others all are in both.
    nothing : scalar, optional
        What is in cells that are in neither; by default what tells of the type that a value is missing.
    """
    own, encoding = type_of_values(base), {LEFT: base.encoding[LEFT]}
    same = {str(dim): np.arange(size) for dim, size in base.sizes.items()}
    stand = [[{**same, **one}[str(dim)] for dim in base.dims] for one in (before, within)]
    cells = partial(_Overlaid, base, box.to_numpy(), stand[0], stand[1])
    if nothing is None and own.kind not in MARKED:
        held = cells(np.nan, np.dtype(object))
        found = xr.Variable(base.dims, indexing.LazilyIndexedArray(held), box.attrs, {**encoding, TYPE: own})
        if _lacks_some(found, base, box, stand):
            return found
    typed = cells(nothing_of(own) if nothing is None else nothing, own)
    return xr.Variable(base.dims, indexing.LazilyIndexedArray(typed), box.attrs, encoding)


def _lacks_some(found: xr.Variable, base: xr.Variable, box: xr.Variable, stand: list[list[Places]]) -> bool:
    """Say whether values are missing; only where they are missing in the file has that to be looked for."""
    grown = {at for at, one in enumerate(stand[0]) if (one < 0).any()}
    if box.dtype == object or any((one < 0).any() for at, one in enumerate(stand[1]) if grown - {at}):
        return True
    if not found.size:
        return bool(base.dtype.kind == "O")
    looked_at = boxes(found.shape, _PART) if TYPE in base.encoding else ()
    return any(bool(pd.isna(found[part].to_numpy()).any()) for part in looked_at)


def settled_left(variable: xr.Variable) -> xr.Variable:
    """Return a variable that is left in a file in the type of its values, or of objects where some are missing."""
    if TYPE not in variable.encoding:
        return variable
    nowhere = {str(dim): np.full(size, -1) for dim, size in variable.sizes.items()}
    empty = xr.Variable(variable.dims, np.empty([0] * variable.ndim, type_of_values(variable)), variable.attrs)
    return overlaid(variable, empty, {}, nowhere)
