"""Whether two things are the same in value and in type, nan and all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr


def fingerprint(value: Any) -> Any:
    """Return something that is equal for two values only when nothing tells them apart."""
    if isinstance(value, np.ndarray):
        cells = [fingerprint(cell) for cell in value.ravel().tolist()] if value.dtype == object else value.tobytes()
        return "array", value.dtype.str, value.shape, cells if value.dtype.kind != "T" else value.tolist()
    if isinstance(value, (list, tuple)):
        return type(value), [fingerprint(item) for item in value]
    if isinstance(value, Mapping):
        return type(value), [(fingerprint(key), fingerprint(item)) for key, item in value.items()]
    return type(value), repr(value)


def assert_exact(one: xr.Dataset, other: xr.Dataset) -> None:
    """Compare two datasets: dimensions, coordinates, types, every cell, every attribute."""
    assert dict(one.sizes) == dict(other.sizes)
    assert list(one.data_vars) == list(other.data_vars)
    assert list(one.coords) == list(other.coords)
    assert fingerprint(one.attrs) == fingerprint(other.attrs)
    for name, variable in one.variables.items():
        found = other.variables[name]
        assert found.dims == variable.dims, name
        assert fingerprint(found.to_numpy()) == fingerprint(variable.to_numpy()), name
        assert fingerprint(found.attrs) == fingerprint(variable.attrs), name
