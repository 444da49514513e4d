"""Columns: the values of one output over many cells, in one typed array, with what is missing kept apart.

A column never invents or changes a value: it starts with the type of the first values, widens where that keeps every
value exact, and holds the objects themselves where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.labels import bare, int_array, kind_of, kind_of_type, object_array, text_array

__all__ = ["Column", "common_dtype", "converted", "exact_variable", "settled", "typed", "unsettled"]

_EXACT = 2**53
_MAKERS: dict[str, Callable[[Any], NDArray[Any]]] = {
    "int": int_array,
    "str": text_array,
    "bool": np.array,
    "float": np.array,
    "complex": np.array,
}
_USUAL = {type(None), bool, int, float, complex, str, np.bool_, np.int64, np.float64, np.complex128, np.str_}
"""Types of which no value is one of a class of its own."""
_NUMBERS = {"int", "float", "complex"}
_NOTHING = {"f": np.nan, "c": complex(np.nan, np.nan), "M": "NaT", "m": "NaT"}


def typed(values: Sequence[Any] | NDArray[Any], types: AbstractSet[type] = frozenset()) -> NDArray[Any]:
    """Make a 1-D array of scalars: of their type where they have one, of the objects themselves otherwise.

    What is of a class of its own is what it is at heart, see `bare`. ``types`` are those of the values, where they are
    known.
    """
    values = values if isinstance(values, (list, tuple)) else list(values)
    types = types or set(map(type, values))
    if not types <= _USUAL:
        values = list(map(bare, values))
        types = set(map(type, values))
    kinds = {kind_of_type(cls) for cls in types}
    if len(kinds) == 1:
        (kind,) = kinds
        if kind in {"datetime", "timedelta"} and len(types) == 1:
            return _times(values)
        make: Callable[[Any], NDArray[Any]] = _MAKERS.get(kind or "", object_array)
        return make(values)
    if kinds and kinds <= _NUMBERS and all(-_EXACT <= value <= _EXACT for value in values if kind_of(value) == "int"):
        own = {value.dtype for value in values if isinstance(value, np.inexact)}
        return np.array(values, dtype=np.result_type(np.complex128 if "complex" in kinds else np.float64, *own))
    return object_array(values)


def _times(values: Sequence[Any]) -> NDArray[Any]:
    """Make an array of numpy's times in a unit of xarray's; leave others as the objects that they are."""
    if not isinstance(values[0], (np.datetime64, np.timedelta64)) or len({value.dtype for value in values}) > 1:
        return object_array(values)
    array = np.array(values)
    if np.datetime_data(array.dtype)[0] in {"s", "ms", "us", "ns"}:
        return array
    seconds = np.dtype(f"{array.dtype.kind}8[s]")
    return array.astype(seconds) if _keeps(array, seconds) else object_array(values)


def _keeps(array: NDArray[Any], dtype: np.dtype[Any]) -> bool:
    """Say whether times stay the same in another unit."""
    try:
        back = array.astype(dtype).astype(array.dtype)
    except OverflowError:  # numpy before 2.5 gives other times instead
        return False
    return np.can_cast(array.dtype, dtype) and bool(np.all(back.view(np.int64) == array.view(np.int64)))


def common_dtype(one: NDArray[Any], other: NDArray[Any]) -> np.dtype[Any]:
    """Return the type that holds the values of both arrays exactly; that of objects where there is none."""
    if one.dtype == other.dtype:
        return one.dtype
    kinds = {one.dtype.kind, other.dtype.kind}
    if kinds in ({"M"}, {"m"}):
        wide = np.result_type(one, other)
        return wide if _keeps(one, wide) and _keeps(other, wide) else np.dtype(object)
    if len(kinds) == 1 or kinds in ({"i", "u"}, {"f", "c"}):
        wide = np.result_type(one, other)
        return wide if wide.kind in kinds else np.dtype(object)
    if kinds <= set("iufc") and _is_exact(one) and _is_exact(other):
        own = [array.dtype for array in (one, other) if array.dtype.kind in "fc"]
        return np.result_type(np.float64, *own)
    return np.dtype(object)


def _is_exact(array: NDArray[Any]) -> bool:
    """Say whether all whole numbers of an array are floats too."""
    whole = array.dtype.kind in "iu" and array.size > 0
    return not whole or max(abs(int(array.max())), abs(int(array.min()))) <= _EXACT


class Column:
    """The values of one output over a number of cells.

    Parameters
    ----------
    size : int
        The number of cells.
    inner : tuple of int
        The shape that one value has by itself; ``()`` for a scalar.
    """

    def __init__(self, size: int, inner: tuple[int, ...] = ()) -> None:
        self.inner = inner
        self.present: NDArray[np.bool_] = np.zeros((size, *inner), dtype=bool)
        self.array: NDArray[Any] | None = None

    def put(self, where: tuple[Any, ...], values: NDArray[Any]) -> None:
        """Write values at an index of numpy's into ``(cell, *inner)``."""
        values = values.astype(object) if values.dtype.kind == "U" else values
        if self.array is None:
            self.array = np.zeros(self.present.shape, dtype=values.dtype)
        dtype = common_dtype(self.array, values)
        if dtype != self.array.dtype:
            self.array = converted(self.array, dtype)
        self.array[where] = converted(values, dtype)
        self.present[where] = True

    def settled(self) -> NDArray[Any]:
        """Return the values with what is missing marked as such, shape ``(size, *inner)``."""
        if self.array is None:
            return np.full(self.present.shape, np.nan)
        return settled(self.array, self.present)


def converted(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Convert exactly; the objects of a typed array are its numpy scalars, which remember their type."""
    if dtype.kind != "O" or array.dtype.kind == "O":
        return array.astype(dtype, copy=False)
    return object_array(list(array.reshape(-1))).reshape(array.shape)


def settled(array: NDArray[Any], present: NDArray[np.bool_]) -> NDArray[Any]:
    """Return what a dataset holds: typed where nothing is missing or the type has a mark for it, else objects, nan."""
    if array.dtype == object:
        array = array.copy()
        if present.all():
            return _retyped(array)
        array[~present] = np.nan
        return array
    if present.all():
        return array
    mark = _NOTHING.get(array.dtype.kind)
    array = array.copy() if mark is not None else converted(array, np.dtype(object))
    array[~present] = np.nan if mark is None else mark
    return array


def _retyped(array: NDArray[Any]) -> NDArray[Any]:
    """Give objects their common type back, where they have one."""
    flat = typed(array.reshape(-1)) if array.size else array.reshape(-1)
    return flat.reshape(array.shape)


def exact_variable(dims: Sequence[str], array: NDArray[Any], attrs: Mapping[str, Any]) -> xr.Variable:
    """Make a variable of the array as it is: the usual way leads objects through pandas, which turns None into nan."""
    return xr.Variable(tuple(dims), array, dict(attrs), fastpath=True)


def unsettled(array: NDArray[Any], present: NDArray[np.bool_]) -> NDArray[Any]:
    """Undo `settled`: return the values typed where they can be, with anything where nothing is present."""
    if array.dtype != object:
        return array
    values = typed(array[present])
    if values.dtype == object:
        return array
    plain = np.zeros(array.shape, dtype=values.dtype)
    plain[present] = values
    return plain
