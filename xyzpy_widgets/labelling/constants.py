"""Constants: how arguments that do not vary are written down, and whether two records agree."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np

from xyzpy_widgets.core.labels import kind_of

__all__ = ["differing", "recorded"]

_LARGEST = 1024
"""An array with more entries is recorded by its digest: attributes are for reading."""


def recorded(constants: Mapping[str, Any]) -> dict[str, Any]:
    """Return constants as attributes can hold them: plain values as they are, anything else as its type and digest."""
    return {name: _recorded(value) for name, value in constants.items()}


def _recorded(value: Any) -> Any:
    if kind_of(value) is not None:
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc" and value.ndim <= 1 and value.size <= _LARGEST:
        return value.copy()
    if isinstance(value, (list, tuple)) and len(value) <= _LARGEST and all(kind_of(item) is not None for item in value):
        return type(value)(value) if type(value) in {list, tuple} else list(value)
    return _described(value)


def _described(value: Any) -> str:
    name = getattr(value, "__qualname__", None) or type(value).__qualname__
    try:
        digest = hashlib.sha256(pickle.dumps(value, protocol=4)).hexdigest()[:12]
    except Exception:  # noqa: BLE001 - pickling runs code of the object; without a digest its name must do
        return f"<{name}>"
    return f"<{name} sha256:{digest}>"


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """List the constants that stand in both records with other values."""
    return [name for name in old if name in new and not _same(old[name], new[name])]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, (np.ndarray, list, tuple)) or isinstance(other, (np.ndarray, list, tuple)):
        return np.shape(one) == np.shape(other) and all(map(_same, list(one), list(other)))
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 - nan is what differs from itself
