"""The ledger of data that came without one and is left in its file: it is told of each part by what has a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from xyzpy_widgets.core.left import LEFT, boxes
from xyzpy_widgets.labelling.account import DONE, blank, nothing_in
from xyzpy_widgets.labelling.axis import span

__all__ = ["inferred_left"]

_PART = 2**17  # values that are looked at at a time


@dataclass(eq=False)
class _Status(BackendArray):
    """The state of each case: done is what has a value.

    Attributes
    ----------
    output : xarray.Variable
        Over the arguments, then its own dimensions.
    n_args : int
    """

    output: xr.Variable
    n_args: int
    dtype = np.dtype(np.int8)

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each argument."""
        return self.output.shape[: self.n_args]

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        """Read a part."""
        outer = indexing.IndexingSupport.OUTER
        part: NDArray[Any] = indexing.explicit_indexing_adapter(key, self.shape, outer, self._part)
        return part

    def _part(self, key: tuple[Any, ...]) -> NDArray[np.int8]:
        places = [np.arange(size)[one] for size, one in zip(self.shape, key, strict=True)]
        wanted = [np.atleast_1d(one) for one in places]
        status = np.full([len(one) for one in wanted], nothing_in("status"), self.dtype)
        for box in boxes((*status.shape, *self.output.shape[self.n_args :]), _PART):
            cases, inner = box[: self.n_args], box[self.n_args :]
            where = (*(span(one[at]) for one, at in zip(wanted, cases, strict=True)), *inner)
            there = ~np.asarray(pd.isna(self.output[where].to_numpy()))
            done = status[cases] if cases else status
            done[there.any(axis=tuple(range(self.n_args, there.ndim)))] = DONE
        return status.reshape([len(one) for one in places if one.ndim])


@dataclass(eq=False)
class _Blank(BackendArray):
    """A field of which nothing is known of any case."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    nothing: Any

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        """Make a part."""
        outer = indexing.IndexingSupport.OUTER
        part: NDArray[Any] = indexing.explicit_indexing_adapter(key, self.shape, outer, self._part)
        return part

    def _part(self, key: tuple[Any, ...]) -> NDArray[Any]:
        places = (np.arange(size)[one] for size, one in zip(self.shape, key, strict=True))
        return np.full([len(one) for one in places if one.ndim], self.nothing, self.dtype)


def inferred_left(
    outputs: Mapping[str, xr.Variable], order: Sequence[str], coords: Mapping[str, Any]
) -> xr.Dataset | None:
    """Return the ledger of what is left in a file, left there too.

    Parameters
    ----------
    outputs : mapping of str to xarray.Variable
    order : sequence of str
        The arguments that are dimensions.
    coords : mapping
        Their labels.

    Returns
    -------
    xarray.Dataset or None
        None where the ledger has to say more than that: for an output that does not vary with all arguments, and in
        this order, or that has some values of a case and not all, or not those of the same cases as another.
    """
    args = tuple(order)
    if not outputs or any(one.dims[: len(args)] != args or LEFT not in one.encoding for one in outputs.values()):
        return None
    states = [xr.Variable(args, indexing.LazilyIndexedArray(_Status(one, len(args)))) for one in outputs.values()]
    if not _agree(list(outputs.values()), states):
        return None
    first = next(iter(outputs.values())).encoding[LEFT]
    told = {dim: one for dim, one in first.items() if dim in args} if isinstance(first, Mapping) else first
    fields = {}
    for name, one in blank([0] * len(args)).variables(args).items():
        values = _Blank(states[0].shape, one.dtype, nothing_in(name))
        array = states[0] if name == "status" else xr.Variable(args, indexing.LazilyIndexedArray(values))
        fields[name] = xr.Variable(args, array._data, one.attrs, {LEFT: told})  # noqa: SLF001 - `data` reads it
    return xr.Dataset(fields, coords, {"constants": {}, "versions": [], "hosts": [], "failures": []})


def _agree(outputs: Sequence[xr.Variable], states: Sequence[xr.Variable]) -> bool:
    """Say whether each output has all values of just the same cases."""
    for part in boxes(max(outputs, key=lambda one: one.size).shape, _PART):
        cases = part[: states[0].ndim]
        done = states[0][cases].to_numpy() == DONE
        for one in outputs:
            there = ~np.asarray(pd.isna(one[cases].to_numpy()))
            if not (there == done.reshape(done.shape + (1,) * (there.ndim - done.ndim))).all():
                return False
    return True
