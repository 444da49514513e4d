"""One more dimension around what is left in a file, of which nothing is read for that."""

from __future__ import annotations

from typing import Any

import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from xyzpy_widgets.core.left import LEFT

__all__ = ["deepened"]


class _Deeper(BackendArray):
    """An array with a first axis of one entry before those that a variable has."""

    def __init__(self, variable: xr.Variable) -> None:
        self._variable = variable
        self.shape, self.dtype = (1, *variable.shape), variable.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        """Read a part."""
        outer = indexing.IndexingSupport.OUTER
        part: NDArray[Any] = indexing.explicit_indexing_adapter(key, self.shape, outer, self._part)
        return part

    def _part(self, key: tuple[Any, ...]) -> NDArray[Any]:
        first, *rest = key
        part: NDArray[Any] = self._variable[tuple(rest)].to_numpy()[None][first]
        return part


def deepened(dataset: xr.Dataset, name: str, label: Any) -> xr.Dataset:
    """Return a dataset with another first dimension, of one label, along which all its data variables are."""
    left = {key: one.variable for key, one in dataset.data_vars.items() if LEFT in one.variable.encoding}
    rest = dataset.drop_vars(left)
    grown = rest.expand_dims({name: [label]})
    deeper = {
        key: xr.Variable((name, *one.dims), indexing.LazilyIndexedArray(_Deeper(one)), one.attrs, dict(one.encoding))
        for key, one in left.items()
    }
    variables = {key: deeper[key] if key in deeper else grown.variables[key] for key in dataset.data_vars}
    return xr.Dataset(variables, grown.coords, grown.attrs)
