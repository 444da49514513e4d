"""Constants: how arguments that do not vary are written down, and whether two records agree."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np

from xyzpy_widgets.core.labels import bare, kind_of

__all__ = ["differing", "holds", "recorded"]

_LARGEST = 1024
"""An array with more entries is recorded by its digest: attributes are for reading."""
_NOWHERE_KEPT = (np.longdouble, np.clongdouble, np.ma.MaskedArray)
"""What no file holds as it is."""
_NUMBERS = "?bBhHiIlLqQefdFD"
"""The types of arrays that files hold, as numpy's characters."""


def recorded(constants: Mapping[str, Any]) -> dict[str, Any]:
    """Return constants as attributes can hold them: plain values as they are, anything else as its type and digest."""
    return {name: _recorded(value) for name, value in constants.items()}


def _recorded(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if _is_kept(value):
        return bare(value)
    if type(value) is np.ndarray and value.dtype.char in _NUMBERS and value.ndim == 1 and value.size <= _LARGEST:
        return value.copy()
    if isinstance(value, (list, tuple)) and len(value) <= _LARGEST and all(map(_is_kept, value)):
        return tuple(map(bare, value)) if type(value) is tuple else list(map(bare, value))
    return _described(value)


def _is_kept(value: Any) -> bool:
    """Say whether a file holds a value that is no container, or what it is at heart."""
    if kind_of(value) is None or isinstance(value, _NOWHERE_KEPT):
        return False
    zone = getattr(value, "tzinfo", None)
    return zone is None or (type(zone) is dt.timezone and not hasattr(value, "to_numpy"))


def _described(value: Any) -> str:
    name = getattr(value, "__qualname__", None) or type(value).__qualname__
    content = io.BytesIO()
    pickler = pickle.Pickler(content, protocol=4)
    pickler.fast = True  # without back references, which tell objects that are one from objects that are equal
    try:
        pickler.dump(_ordered(value))
    except Exception:  # noqa: BLE001 - pickling runs code of the object; without a digest its name must do
        return f"<{name}>"
    return f"<{name} sha256:{hashlib.sha256(content.getvalue()).hexdigest()[:12]}>"


def _ordered(value: Any) -> Any:
    """Give the sets within plain containers an order, which is another one in each process."""
    if type(value) in {set, frozenset}:
        return type(value).__name__, sorted(map(_ordered, value), key=repr)
    if type(value) in {list, tuple}:
        return [type(value).__name__, *map(_ordered, value)]
    if type(value) is dict:
        return {key: _ordered(item) for key, item in value.items()}
    return value


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """List the constants that stand in both records with other values."""
    return [name for name in old if name in new and not _same(old[name], new[name])]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, (np.ndarray, list, tuple)) or isinstance(other, (np.ndarray, list, tuple)):
        return np.shape(one) == np.shape(other) and all(map(_same, list(one), list(other)))
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 - nan is what differs from itself


def holds(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> bool:
    """Say whether a record has everything that another has, of the same types."""
    return all(name in old and _identical(old[name], value) for name, value in new.items())


def _identical(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return bool(one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes())
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_identical, one, other))
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(map(_identical, one.values(), other.values()))
    return bool(one == other)
