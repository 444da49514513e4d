"""Results: what the calls returned, split into one column of values per output and checked against its description."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.labels import kind_of
from xyzpy_widgets.core.variables import Variable
from xyzpy_widgets.errors import ResultError
from xyzpy_widgets.labelling.columns import common_dtype, converted, typed

__all__ = ["Piece", "arrays", "labels_of", "named", "pieces_of", "scalars"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One output of some cases.

    Attributes
    ----------
    name : str
    dims : tuple of str
        The dimensions of one value.
    values : ndarray
        Shape ``(n_cases, *sizes)``.
    coords : dict
        Labels along ``dims``, where the results bring them.
    attrs : dict
        Attributes, where the results bring them.
    """

    name: str
    dims: tuple[str, ...]
    values: NDArray[Any]
    coords: dict[str, NDArray[Any]]
    attrs: dict[str, Any]


def named(values: Sequence[Any], variables: tuple[Variable, ...]) -> Iterator[tuple[Variable, Sequence[Any]]]:
    """Split results into the values of each described output; raise `ResultError` where they do not match the names."""
    n, types = len(variables), set(map(type, values))
    if n == 1 and not any(issubclass(cls, Mapping) for cls in types):
        return iter([(variables[0], values)])
    if n > 1 and types == {tuple} and set(map(len, values)) == {n}:
        return ((variable, list(map(itemgetter(at), values))) for at, variable in enumerate(variables))
    rows = [_row(value, variables) for value in values]
    return zip(variables, zip(*rows, strict=True), strict=True)


def _row(value: Any, variables: tuple[Variable, ...]) -> Sequence[Any] | NDArray[Any]:
    names = [variable.name for variable in variables]
    if isinstance(value, Mapping):
        if set(value) != set(names):
            msg = f"the function returned the outputs {list(value)}, and var_names is {names}; name exactly these"
            raise ResultError(msg)
        return [value[name] for name in names]
    if len(names) == 1:
        return [value]
    several = isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim > 0)
    if not several or len(value) != len(names):
        count = len(value) if several else 1
        msg = f"the function returned {count} outputs, and var_names names {len(names)}: {names}; got {value!r:.200}"
        raise ResultError(msg)
    return value  # type: ignore[no-any-return]


def scalars(name: str, values: Sequence[Any]) -> NDArray[Any]:
    """Make the column of an output without dimensions; raise `ResultError` for what has a shape."""
    types = set(map(type, values))
    suspects = [cls for cls in types if not _plain(cls)]
    if suspects:
        return typed([_scalar(name, value) if type(value) in suspects else value for value in values])
    return typed(values, types)


def _plain(cls: type) -> bool:
    return issubclass(cls, (bool, int, float, complex, str, bytes, np.generic, type(None)))


def _scalar(name: str, value: Any) -> Any:
    shape = getattr(value, "shape", None)
    if shape == ():
        return np.asarray(value)[()]
    if isinstance(shape, tuple) or isinstance(value, (list, tuple, Mapping, set, frozenset)):
        found = f"shape {shape}" if isinstance(shape, tuple) else f"a {type(value).__name__}"
        msg = (
            f"the output {name!r} is described as a scalar, and the function returned {found}: {value!r:.200}; "
            f"name its dimensions: var_dims={{{name!r}: [...]}}"
        )
        raise ResultError(msg)
    if isinstance(value, (Iterator, Awaitable)):
        msg = f"the output {name!r} is {value!r:.200}, which is yet to be carried out; return what comes of it"
        raise ResultError(msg)
    return value


def arrays(variable: Variable, values: Sequence[Any], sizes: Mapping[str, int]) -> NDArray[Any]:
    """Stack the values of an output with dimensions; raise `ResultError` for one of another shape."""
    expected = tuple(sizes.get(dim) for dim in variable.dims)
    stacked = [_array(variable, value) for value in values]
    wanted = tuple(size if size is not None else have for size, have in zip(expected, stacked[0].shape, strict=False))
    for array in stacked:
        if array.ndim != len(variable.dims) or array.shape != wanted:
            sizes_known = (
                f"{dim}: {'?' if size is None else size}" for dim, size in zip(variable.dims, expected, strict=True)
            )
            said = f"the output {variable.name!r} is described with ({', '.join(sizes_known)})"
            raise ResultError(f"{said}, and a result has shape {array.shape}; return that, or correct var_dims")
    return _stacked(stacked)


def _stacked(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    """Stack arrays of one shape, each value kept as it is."""
    places: dict[np.dtype[Any], list[int]] = {}
    for at, array in enumerate(arrays):
        places.setdefault(array.dtype, []).append(at)
    whole, *others = (np.stack([arrays[at] for at in alike]) for alike in places.values())
    if not others:
        return whole
    for part in others:
        dtype = common_dtype(whole, part)
        whole = np.concatenate([converted(whole, dtype), converted(part, dtype)])
    return whole[np.argsort([at for alike in places.values() for at in alike])]


def _array(variable: Variable, value: Any) -> NDArray[Any]:
    if isinstance(value, xr.DataArray):
        if set(value.dims) != set(variable.dims):
            said = f"the output {variable.name!r} is described with {variable.dims}, and a result has {value.dims}"
            raise ResultError(f"{said}; return that, or correct var_dims")
        return value.transpose(*variable.dims).to_numpy()
    try:
        array = np.asarray(value)
    except ValueError as error:
        said = f"the output {variable.name!r} is described with {variable.dims}, and a result is ragged: {value!r:.200}"
        raise ResultError(f"{said}; return rows of one length") from error
    leaves = _leaves(value) if isinstance(value, (list, tuple)) else list(array.flat) if array.dtype == object else None
    if leaves is None or len(leaves) != array.size:
        return array
    return typed(leaves).reshape(array.shape)


def _leaves(value: Any) -> list[Any]:
    """List the leaves of nested sequences: numpy would turn a number beside a text into text, a bool into a number."""
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _leaves(item)]
    return list(value.flat) if isinstance(value, np.ndarray) else [value]


def labels_of(array: xr.DataArray) -> dict[str, NDArray[Any]]:
    """Return the labels that a result brings along its dimensions."""
    return {str(dim): array.coords[dim].to_numpy() for dim in array.dims if dim in array.coords}


def pieces_of(values: Sequence[Any]) -> Iterator[tuple[list[int], Piece]]:
    """Split results that name their own outputs; with each piece come the positions of the results that have it.

    A result is an `xarray.Dataset` or a mapping of names to scalars, DataArrays or ``(dims, array[, attrs])``; a bare
    scalar is the output ``out``.
    """
    columns: dict[str, tuple[list[int], list[Any]]] = {}
    for at, value in enumerate(values):
        for name, one in _items(value):
            where, found = columns.setdefault(name, ([], []))
            where.append(at)
            found.append(one)
    for name, (where, found) in columns.items():
        yield from _grouped(name, where, found)


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, xr.DataArray) and value.name is not None:
        value = value.to_dataset()
    if isinstance(value, xr.Dataset):
        return ((str(name), value[name]) for name in value.variables if name not in value.dims)
    if isinstance(value, Mapping):
        return ((str(name), one) for name, one in value.items())
    if isinstance(value, (tuple, list, np.ndarray)):
        msg = f"the function returned {value!r:.200}; name its outputs: var_names=[...]"
        raise ResultError(msg)
    return iter([("out", value)])


def _grouped(name: str, where: list[int], found: list[Any]) -> Iterator[tuple[list[int], Piece]]:
    """Give scalars as one piece, and each array as a piece of its own."""
    flat = [i for i, one in enumerate(found) if not _has_shape(one)]
    if flat:
        column = scalars(name, [found[i] for i in flat])
        yield [where[i] for i in flat], Piece(name, (), column, {}, {})
    for i, one in enumerate(found):
        if _has_shape(one):
            yield [where[i]], _piece(name, one)


def _has_shape(one: Any) -> bool:
    return isinstance(one, (xr.DataArray, xr.Variable)) or (
        isinstance(one, tuple) and len(one) > 1 and kind_of(one) is None and _is_dims(one[0])
    )


def _is_dims(dims: Any) -> bool:
    return isinstance(dims, str) or (isinstance(dims, (tuple, list)) and all(isinstance(dim, str) for dim in dims))


def _piece(name: str, one: Any) -> Piece:
    try:
        array = one if isinstance(one, xr.DataArray) else xr.DataArray(xr.as_variable(one))
    except (TypeError, ValueError) as error:
        msg = f"the output {name!r} is {one!r:.200}, which is no pair of dimensions and an array: {error}"
        raise ResultError(msg) from error
    dims = tuple(map(str, array.dims))
    return Piece(name, dims, array.to_numpy()[np.newaxis], labels_of(array), dict(array.attrs))
