"""Datasets and tables of every shape and type that a view may meet, for hypothesis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from hypothesis import strategies as st

NAMES = ("a", "B", "two words", "index", "variable", "value", "x", "Größe µ", "{braces}", "50 %", "<b>", "a_b", "count")
_FLOATS = st.floats(-1e6, 1e6, width=32)
_RESULTS = st.one_of(_FLOATS, st.floats(-1e100, 1e100), st.just(np.inf))
_TIMES = st.datetimes(pd.Timestamp("1990-01-01").to_pydatetime(), pd.Timestamp("2050-01-01").to_pydatetime())
_TEXTS = st.text("abcäé<&{} ", max_size=5)


def _objects(values: list[Any]) -> np.ndarray[Any, Any]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _holes(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(elements, st.just(np.nan))


def _distinct(elements: st.SearchStrategy[Any], count: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(elements, min_size=count, max_size=count, unique=True)


def values(count: int) -> st.SearchStrategy[np.ndarray[Any, Any]]:
    """Values of one variable: numbers, times and texts, with holes or without."""
    floats = st.lists(_holes(_RESULTS), min_size=count, max_size=count).map(lambda v: np.array(v, dtype=float))
    objects = st.sampled_from([st.integers(-5, 5), st.booleans(), _TEXTS]).flatmap(
        lambda elements: st.lists(_holes(elements), min_size=count, max_size=count).map(_objects)
    )
    plain = st.sampled_from(["int64", "bool", "complex128", "timedelta64[s]", "U3"]).flatmap(
        lambda dtype: st.lists(st.integers(0, 9), min_size=count, max_size=count).map(
            lambda v: np.array(v, dtype="int64").astype(dtype)
        )
    )
    times = st.lists(_TIMES, min_size=count, max_size=count).map(
        lambda v: np.where(np.arange(count) % 3 == 1, np.datetime64("NaT", "ns"), np.array(v, dtype="datetime64[ns]"))
    )
    return st.one_of(floats, objects, plain, times, st.just(np.full(count, np.nan)))


def labels(count: int) -> st.SearchStrategy[np.ndarray[Any, Any] | None]:
    """Labels of one dimension, None for a dimension without labels."""
    mixed = [None, True, 2, 0.5, "x", np.nan, "nan", np.inf]
    return st.one_of(
        st.none(),
        _distinct(_FLOATS, count).map(lambda v: np.array(v, dtype=float)),
        _distinct(st.integers(-4, 4), count).map(lambda v: 10.0 ** np.array(v, dtype=float)),
        _distinct(st.integers(-99, 99), count).map(lambda v: np.array(v, dtype=np.int64)),
        _distinct(_TIMES, count).map(lambda v: np.array(v, dtype="datetime64[ns]")),
        _distinct(_TEXTS, count).map(lambda v: np.array(v, dtype=np.str_)),
        _distinct(st.sampled_from(mixed), count).map(_objects),
        st.lists(st.booleans(), min_size=count, max_size=count).map(lambda v: np.array(v, dtype=bool)),
    )


@st.composite
def datasets(draw: st.DrawFn, most_dims: int = 4, most_labels: int = 4) -> xr.Dataset:
    """Draw a dataset of one or two variables over up to four dimensions."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=most_dims + 2, max_size=most_dims + 2, unique=True))
    dims = names[: draw(st.integers(0, most_dims))]
    sizes = {dim: draw(st.integers(1, most_labels)) for dim in dims}
    if dims and draw(st.integers(0, 9)) == 0:
        sizes[dims[0]] = 0
    data = xr.Dataset()
    for dim in dims:
        found = draw(labels(sizes[dim]))
        if found is not None:
            data = data.assign_coords({dim: (dim, found)})
    for name in names[most_dims : most_dims + draw(st.integers(1, 2))]:
        own = [dim for dim in dims if draw(st.integers(0, 3))]
        shape = tuple(sizes[dim] for dim in own)
        data[name] = (own, draw(values(int(np.prod(shape, dtype=int)))).reshape(shape))
    return data


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a table of up to five columns."""
    names = draw(st.lists(st.sampled_from(NAMES), max_size=5, unique=True))
    rows = draw(st.integers(0, 8))
    return pd.DataFrame({name: draw(values(rows)) for name in names}, index=range(rows))
