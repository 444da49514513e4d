"""Read data for drawing: arrays become numbers, times or text; axes have one place for each label.

Numbers are floats with nan for what is missing, whatever they were stored as: booleans, integers with holes in an
object array, complex numbers by their magnitude, time spans in seconds. Times are ``datetime64[ns]``. All else is text:
an object array of str, with None for what is missing. What is infinite is missing too: no axis has a place for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.errors import ViewError

__all__ = [
    "Axis",
    "Column",
    "Kind",
    "Label",
    "Subject",
    "as_dataset",
    "as_table",
    "axis_of",
    "column_of",
    "distinct_names",
    "flatten",
    "nature_of",
    "plain",
    "read",
    "shade_caption",
    "subject_of",
    "told",
]

Kind: TypeAlias = Literal["number", "time", "text"]
Label: TypeAlias = float | str

_NUMBERS = (bool, int, float, complex, np.bool_, np.number)
_OF_NUMBERS = "biufc"  # the kinds of dtype that are known to hold numbers before any is read
_CLOSE = 1e-12
_DAYS = 365.2425


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The plain values of a variable, in its own shape, and what to call it."""

    name: str
    kind: Kind
    values: NDArray[Any]
    caption: str
    groups: bool  # texts and booleans: they name groups rather than amounts

    def shades(self) -> NDArray[Any]:
        """Return the values as colours can tell them: times as years."""
        if self.kind != "time":
            return self.values
        days: NDArray[np.float64] = (self.values - np.datetime64("1970-01-01", "ns")) / np.timedelta64(1, "D")
        return 1970 + days / _DAYS

    def distinct(self) -> NDArray[Any]:
        """Return the values that occur, each once and in order."""
        flat = self.values.reshape(-1)
        return np.unique(flat[~pd.isna(flat)])


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """One dimension: a place for each of its labels, complete and distinct."""

    name: str
    kind: Kind
    places: NDArray[Any]
    caption: str

    @property
    def size(self) -> int:
        """The number of labels."""
        return int(self.places.size)

    def label(self, position: int) -> Label:
        """Return a label as a plain value; a time is its ISO text."""
        place = self.places[position]
        if self.kind == "time":
            return str(np.datetime_as_string(place, unit="auto"))
        return float(place) if self.kind == "number" else str(place)

    def find(self, label: Any) -> int | None:
        """Return the position of a label, None for what the axis does not have."""
        if self.kind == "text":
            hits = self.places == str(label)
        elif self.kind == "time":
            hits = self.places == pd.to_datetime(str(label), errors="coerce").to_datetime64()
        else:
            kind, (place,) = plain([label])
            hits = np.isclose(self.places, place if kind == "number" else np.nan, rtol=_CLOSE, atol=0)
        return int(np.flatnonzero(hits)[0]) if np.any(hits) else None


def plain(values: Any) -> tuple[Kind, NDArray[Any]]:
    """Return how values are drawn, and the values made so, in their own shape."""
    array = _as_numpy(values)
    kind = array.dtype.kind
    if kind in _OF_NUMBERS:
        return "number", _finite(array)
    if kind == "m":
        return "number", array / np.timedelta64(1, "s")
    if kind == "M":
        return _times(array)
    return _objects(array.astype(object))


def _as_numpy(values: Any) -> NDArray[Any]:
    if not isinstance(values, pd.Series):
        return np.asarray(values)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.dt.tz_convert(None).to_numpy()
    return values.to_numpy() if isinstance(values.dtype, np.dtype) else values.to_numpy(dtype=object)


def _finite(array: NDArray[Any]) -> NDArray[np.float64]:
    """Return numbers as floats; what is infinite is missing, for it has no place on an axis."""
    numbers = (np.abs(array) if array.dtype.kind == "c" else array).astype(np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _times(array: NDArray[Any]) -> tuple[Kind, NDArray[Any]]:
    """Read times; where nanoseconds cannot tell them, they are text."""
    known = array[~np.isnat(array)]
    if not known.size or (known.min() >= np.datetime64("1678") and known.max() < np.datetime64("2262")):
        return "time", array.astype("datetime64[ns]")
    texts = np.datetime_as_string(array).astype(object)
    texts[np.isnat(array)] = None
    return "text", texts


def _objects(array: NDArray[Any]) -> tuple[Kind, NDArray[Any]]:
    """Read objects: as numbers when each one that is there is a number."""
    there = ~np.asarray(pd.isna(array))
    present = array[there]
    if all(isinstance(value, _NUMBERS) for value in present):
        numbers = np.full(array.shape, np.nan)
        numbers[there] = [float(abs(value) if isinstance(value, complex) else value) for value in present]
        return "number", _finite(numbers)
    texts = np.full(array.shape, None, dtype=object)
    texts[there] = [value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in present]
    return "text", texts


def _has_bools(values: Any) -> bool:
    array = _as_numpy(values)
    if array.dtype.kind != "O":
        return array.dtype.kind == "b"
    return any(isinstance(value, (bool, np.bool_)) for value in array.reshape(-1))


def _caption(name: str, attrs: Any) -> str:
    """Return what stands beside an axis: ``long_name [units]``, the name where there is no long name."""
    if not isinstance(attrs, Mapping):
        return name
    title = str(attrs.get("long_name") or name)
    return f"{title} [{attrs['units']}]" if attrs.get("units") else title


def nature_of(data: xr.Dataset, name: str) -> tuple[Kind, bool]:
    """Return the kind of a variable's values and whether they name groups; numbers are not read for that."""
    dtype = data[name].dtype
    if dtype.kind in _OF_NUMBERS:
        return "number", dtype.kind == "b"
    column = column_of(data, name)
    return column.kind, column.groups


def column_of(data: xr.Dataset | pd.DataFrame, name: str) -> Column:
    """Read one variable of a dataset or one column of a table; a table keeps attributes in ``attrs[name]``."""
    source = data[name]
    attrs = source.attrs if isinstance(source, xr.DataArray) else data.attrs.get(name)
    values = source.to_numpy() if isinstance(source, xr.DataArray) else source
    kind, array = plain(values)
    return Column(name, kind, array, _caption(name, attrs), groups=kind == "text" or _has_bools(values))


def shade_caption(one: Column | Axis | Subject) -> str:
    """Return what stands beside the colours that tell something."""
    return f"{one.caption}, year" if one.kind == "time" else one.caption


def axis_of(data: xr.Dataset, dim: str) -> Axis:
    """Read one dimension: numbers and times at their places, all else as text.

    Labels without a place of their own on a line of numbers (nan, infinity, booleans, repeated ones) make it text.
    """
    coord = data.coords.get(dim)
    if coord is None:
        return Axis(dim, "number", np.arange(data.sizes[dim], dtype=np.float64), dim)
    labels = coord.to_numpy()
    kind, places = plain(labels)
    ordered = kind == "time" or (kind == "number" and not _has_bools(labels))
    if not ordered or not np.isfinite(places).all() or np.unique(places).size != places.size:
        kind, places = "text", _text_array(distinct_names(labels))
    return Axis(dim, kind, places, _caption(dim, coord.attrs))


def _text_array(texts: Sequence[str]) -> NDArray[Any]:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def distinct_names(names: Iterable[Any]) -> list[str]:
    """Return names as texts that differ and are not empty; a repeated one gets its count."""
    taken: dict[str, None] = {}
    for name in names:
        first = text = str(name) or "unnamed"
        count = 1
        while text in taken:
            count += 1
            text = f"{first} ({count})"
        taken[text] = None
    return list(taken)


def as_dataset(data: xr.Dataset | xr.DataArray) -> xr.Dataset:
    """Return a dataset whose names are all texts."""
    if isinstance(data, xr.DataArray):
        unnamed = data.name is None or data.name in data.coords or data.name in data.dims
        data = (data.rename("value") if unnamed else data).to_dataset(promote_attrs=False)
    names = list(dict.fromkeys([*data.dims, *data.variables]))
    texts = distinct_names(names)
    return data if texts == names else data.rename(dict(zip(names, texts, strict=True)))


def as_table(data: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose column names are all texts, its rows counted from 0."""
    table = data.set_axis(distinct_names(data.columns), axis=1).reset_index(drop=True)
    table.attrs = {str(name): attrs for name, attrs in data.attrs.items()}
    return table


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is drawn of a dataset, over the places of its axes.

    Numbers stay where they are, in a file too, until `read` makes them plain; all else is plain already.
    """

    data: xr.DataArray
    kind: Kind
    caption: str
    axes: Mapping[str, Axis]

    @property
    def name(self) -> str:
        """The name of the values."""
        return str(self.data.name)


def subject_of(data: xr.Dataset, names: Sequence[str]) -> Subject:
    """Read one variable over its axes; several lie along one more axis, that of their names.

    Raises `ViewError` for several that are not all numbers.
    """
    axes = {dim: axis_of(data, dim) for dim in dict.fromkeys(str(dim) for name in names for dim in data[name].dims)}
    subjects = [_over_axes(data[name], axes) for name in names]
    if len(names) == 1:
        return subjects[0]
    for one in subjects:
        if one.kind != "number":
            raise ViewError(f"{one.name!r} holds {one.kind}s and cannot share an axis with others; draw it alone")
    along, value = distinct_names([*axes, "variable", "value"])[-2:]
    labels = xr.DataArray(_text_array(names), dims=along, name=along)
    stacked = xr.concat(xr.broadcast(*(read(one.data) for one in subjects)), dim=labels).rename(value)
    units = {data[name].attrs.get("units") for name in names}
    attrs = {"units": units.pop()} if len(units) == 1 else {}
    axis = Axis(along, "text", _text_array(names), along)
    return Subject(stacked, "number", _caption(value, attrs), {along: axis, **axes})


def _over_axes(array: xr.DataArray, axes: Mapping[str, Axis]) -> Subject:
    places = {str(dim): axes[str(dim)].places for dim in array.dims}
    name, caption = str(array.name), _caption(str(array.name), array.attrs)
    if array.dtype.kind in _OF_NUMBERS:
        return Subject(array.reset_coords(drop=True).assign_coords(places), "number", caption, axes)
    kind, values = plain(array.to_numpy())
    return Subject(xr.DataArray(values, places, [*places], name), kind, caption, axes)


def read(array: xr.DataArray) -> xr.DataArray:
    """Return what is drawn as plain values, numbers as floats; what was left in a file is read."""
    if array.dtype.kind not in _OF_NUMBERS:
        return array
    return xr.DataArray(_finite(array.to_numpy()), array.coords, array.dims, array.name)


def flatten(arrays: Sequence[xr.DataArray]) -> pd.DataFrame:
    """Lay arrays out as a table: a row for each cell, a column for each array and each of their dimensions."""
    whole = xr.broadcast(*arrays)
    dims = [str(dim) for dim in whole[0].dims]
    places = np.meshgrid(*[whole[0][dim].to_numpy() for dim in dims], indexing="ij")
    columns = {dim: place.reshape(-1) for dim, place in zip(dims, places, strict=True)}
    return pd.DataFrame(columns | {str(array.name): array.to_numpy().reshape(-1) for array in whole})


def told(label: Label) -> str:
    """Return a label as a reader sees it."""
    return label if isinstance(label, str) else format(label, ".6g")
