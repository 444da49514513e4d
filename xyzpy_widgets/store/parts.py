"""numpy and xarray values as parts that are easily written down, and back; see `packing` for the form of each."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xarray.indexes import PandasIndex

__all__ = [
    "array",
    "array_parts",
    "data_array",
    "data_array_parts",
    "dataset",
    "dataset_parts",
    "scalar",
    "scalar_parts",
    "variable",
    "variable_parts",
    "variables",
]

_RAW = "biufcSUMm"
_TEXT = np.dtypes.StringDType()


def _dtype_text(dtype: np.dtype[Any], kinds: str) -> str:
    """Return the spelling of a type of one of some kinds that means the same on every machine."""
    if dtype.kind == "T" and "T" in kinds and dtype == _TEXT:
        return "T"
    if dtype.kind not in kinds.replace("T", "") or dtype.char in "gG":
        raise TypeError(f"numpy data of type {dtype}")
    return dtype.str


def _dtype(text: str, kinds: str) -> np.dtype[Any]:
    """Return the type of one of some kinds that a spelling stands for."""
    dtype: np.dtype[Any] = _TEXT if text == "T" else np.dtype(str(text))
    if dtype.kind not in kinds:
        raise ValueError(f"numpy data of type {text}")
    return dtype


def scalar_parts(value: np.generic) -> tuple[str, Any]:
    """Return the dtype of a scalar, and its bytes, or what it is itself when it is text or bytes."""
    dtype = _dtype_text(value.dtype, _RAW)
    if isinstance(value, np.str_):
        return dtype, str.__str__(value)  # numpy's own way to text drops NULs at the end
    return dtype, bytes(value) if isinstance(value, np.bytes_) else value.tobytes()


def scalar(text: str, content: Any) -> np.generic:
    """Return the scalar of which these are the parts."""
    dtype = _dtype(text, _RAW)
    if dtype.kind in "SU":
        text_or_bytes: np.generic = dtype.type(content)
        return text_or_bytes
    number: np.generic = np.ndarray((), dtype, content).flat[0]
    return number


def array_parts(value: NDArray[Any]) -> tuple[str, list[int], Any]:
    """Return the dtype and shape of an array, and its bytes or its items."""
    dtype = _dtype_text(value.dtype, _RAW + "OT")
    return dtype, list(value.shape), value.ravel().tolist() if value.dtype.kind in "OT" else value.tobytes()


def array(text: str, shape: list[int], content: Any) -> NDArray[Any]:
    """Return the array of which these are the parts."""
    dtype = _dtype(text, _RAW + "OT")
    if dtype.kind not in "OT":
        return np.ndarray(shape, dtype, content).copy()
    if not isinstance(content, list) or len(content) != math.prod(shape):
        raise ValueError(f"{shape} items are not there")
    flat = np.empty(len(content), dtype)
    for index, item in enumerate(content):
        flat[index] = item
    return flat.reshape(shape)


def variable_parts(value: xr.Variable) -> tuple[list[Hashable], Any, dict[Any, Any]]:
    """Return the dimensions, data and attributes of a variable."""
    data = value.data
    return list(value.dims), data if type(data) is np.ndarray else value.compute().data, dict(value.attrs)


def variable(dims: list[Hashable], data: Any, attrs: dict[Any, Any]) -> xr.Variable:
    """Return the variable of which these are the parts; xarray leaves the data as they are."""
    if type(data) is not np.ndarray:
        raise ValueError("a variable without an array")
    return xr.Variable(dims, data, attrs, fastpath=True)


def data_array_parts(value: xr.DataArray) -> tuple[Any, ...]:
    """Return the variable of a DataArray, its coordinates, the names of those with an index, and its own name."""
    return value.variable.to_base_variable(), variables(value.coords), _indexed(value), value.name


def data_array(data: xr.Variable, coords: dict[Any, xr.Variable], indexed: list[Any], name: Hashable) -> xr.DataArray:
    """Return the DataArray of which these are the parts."""
    value = xr.DataArray(data, xr.Coordinates(coords, indexes={}), name=name)
    for coord in indexed:
        value = value.set_xindex(coord)
    return value


def dataset_parts(value: xr.Dataset) -> tuple[Any, ...]:
    """Return the variables of a Dataset, its coordinates, the names of those with an index, and its attributes."""
    return variables(value.data_vars), variables(value.coords), _indexed(value), dict(value.attrs)


def dataset(
    data: dict[Any, xr.Variable], coords: dict[Any, xr.Variable], indexed: list[Any], attrs: dict[Any, Any]
) -> xr.Dataset:
    """Return the Dataset of which these are the parts."""
    value = xr.Dataset(data, xr.Coordinates(coords, indexes={}), attrs)
    for coord in indexed:
        value = value.set_xindex(coord)
    return value


def variables(arrays: Mapping[Any, xr.DataArray]) -> dict[Any, xr.Variable]:
    """Return the bare variables of arrays by name."""
    return {name: one.variable.to_base_variable() for name, one in arrays.items()}


def _indexed(value: xr.DataArray | xr.Dataset) -> list[Hashable]:
    """Return the names of the coordinates that have an index; raise TypeError when one is more than its labels."""
    for name, index in value.xindexes.items():
        if type(index) is not PandasIndex or index.dim != name:
            raise TypeError(f"an index of type {type(index).__name__}")
    return list(value.xindexes)
