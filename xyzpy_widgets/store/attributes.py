"""Attributes as other programs read them: a plain copy, beside the exact one that the schema keeps.

Numbers, text and flat lists of one of them stay what they are; a truth value becomes 0 or 1; everything else becomes
text. Keys that netCDF or the CF conventions give a meaning of their own are left out of the copy, for a reader would
act on them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.store.objects import readable

__all__ = ["Plain", "plain_attrs"]

Plain = str | np.generic | NDArray[Any] | list[str]
"""What netCDF has for an attribute."""

_LONGEST_LIST = 1024  # HDF5 has 64 kB for an attribute, and 16 bytes go into each text of a list
_LONGEST_TEXT = 16384
_ACTED_ON = {
    "CLASS",
    "DIMENSION_LABELS",
    "DIMENSION_LIST",
    "NAME",
    "REFERENCE_LIST",
    "_ARRAY_DIMENSIONS",
    "_FillValue",
    "_NCProperties",
    "_Netcdf4Coordinates",
    "_Netcdf4Dimid",
    "_Unsigned",
    "_nc3_strict",
    "add_offset",
    "bounds",
    "calendar",
    "coordinates",
    "dtype",
    "grid_mapping",
    "missing_value",
    "scale_factor",
}


def plain_attrs(attrs: Mapping[Any, Any]) -> dict[str, Plain]:
    """Return the copy of attributes that other programs read."""
    return {key: _plain(value) for key, value in attrs.items() if _may_stand(key, value)}


def _may_stand(key: Any, value: Any) -> bool:
    """Tell whether a reader would take an attribute for what it is."""
    if not isinstance(key, str) or not key or key in _ACTED_ON or "/" in key or readable(key) != key:
        return False
    return not (key == "units" and isinstance(value, str) and " since " in value)


def _plain(value: Any) -> Plain:
    scalar = _scalar(value)
    if scalar is not None:
        return _short(scalar) if isinstance(scalar, str) else scalar
    if isinstance(value, (list, tuple)) and value:
        return _sequence(value)
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "biufU" and value.size:
        return _sequence(list(value))
    return _short(_text(value))


def _scalar(value: Any) -> str | np.generic | None:
    """Return a value as one text or number of netCDF's, None where it is neither."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return np.int8(value)
    if isinstance(value, int):
        return np.int64(value) if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, np.float16) or type(value) is float:
        return np.float64(value)
    number = isinstance(value, (np.integer, np.floating)) and not isinstance(value, np.timedelta64)
    return value if number and value.dtype.itemsize <= np.dtype(np.float64).itemsize else None


def _sequence(values: list[Any] | tuple[Any, ...]) -> Plain:
    """Return a flat list of one kind as it is, any other as text."""
    scalars = [_scalar(value) for value in values] if len(values) <= _LONGEST_LIST else [None]
    if all(isinstance(one, str) for one in scalars):
        return [_short(str(one)) for one in scalars]
    if all(isinstance(one, np.generic) for one in scalars):
        array = np.array(scalars)
        if array.dtype.kind in "iuf":
            return array
    return _short(_text(values))


def _text(value: Any) -> str:
    """Return JSON where a value is made of what JSON has, and its usual text otherwise."""
    if isinstance(value, (dict, list, tuple)):
        try:
            return json.dumps(value, ensure_ascii=False, default=str)
        except (TypeError, ValueError):
            return str(value)
    return str(value)


def _short(text: str) -> str:
    return readable(text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…")
