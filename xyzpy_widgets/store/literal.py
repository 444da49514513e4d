"""Plain Python and numpy values as JSON, exactly: value and type come back, and reading runs no code.

``null``, ``true``, ``false``, strings, finite floats and lists stand for themselves, and so do integers up to 2**53,
which every reader of JSON keeps. Everything else is an object with one member, whose name says what it is::

    {"int": "0x…"}                an integer beyond 2**53, in hexadecimal digits
    {"float": "nan"}              nan, inf or -inf
    {"complex": [re, im]}         two floats, each as above
    {"bytes": "…"}                base64
    {"tuple": […]}                also "set" and "frozenset"
    {"dict": [[k, v], …]}         keys and values are written by these rules themselves
    {"datetime": "…"}             ISO 8601, with an offset where there is one; also "date" and "time";
                                  ["…", 1] for the second of two hours that the clock shows twice
    {"timedelta": [d, s, us]}     days, seconds, microseconds
    {"decimal": "…"}
    {"fraction": "0x…/0x…"}
    {"timestamp": ["…", unit]}    a pandas.Timestamp without a time zone
    {"numpy": [dtype, v]}         a numpy scalar; of a datetime64 or timedelta64, v counts the units
    {"array": {"dtype": …, "shape": […], "values": […]}}    in C order

Only these types themselves are held, not what inherits from them: a subclass would not come back as what it was.
"""

from __future__ import annotations

import base64
import datetime as dt
import math
import reprlib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Json", "from_json", "to_json"]

Json = Any

_EXACT = 2**53
_SELF = {type(None), bool, str}


def to_json(value: Any) -> Json:
    """Return what stands for a value in JSON; raise TypeError, saying what the value is, when nothing does."""
    cls = type(value)
    if cls in _SELF:
        return value
    write = _WRITERS.get(cls)
    if write is not None:
        return write(value)
    if isinstance(value, np.generic):
        return {"numpy": [_dtype_text(value.dtype), _scalar(value)]}
    raise TypeError(_unholdable(value))


def from_json(json: Json) -> Any:
    """Return the value that JSON from `to_json` stands for; raise ValueError for anything else."""
    if isinstance(json, list):
        return list(map(from_json, json))
    if not isinstance(json, dict):
        return json
    try:
        ((tag, content),) = json.items()
        return _READERS[tag](content)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        msg = f"{reprlib.repr(json)} stands for no value"
        raise ValueError(msg) from error


def _unholdable(value: Any) -> str:
    return f"{reprlib.repr(value)} of type {type(value).__module__}.{type(value).__qualname__}"


def _int(value: int) -> Json:
    return value if -_EXACT <= value <= _EXACT else {"int": hex(value)}


def _float(value: float) -> Json:
    return value if math.isfinite(value) else {"float": str(value)}


def _complex(value: complex) -> Json:
    return {"complex": [_float(value.real), _float(value.imag)]}


def _bytes(value: bytes) -> Json:
    return {"bytes": base64.b64encode(value).decode("ascii")}


def _dict(value: dict[Any, Any]) -> Json:
    return {"dict": [[to_json(key), to_json(item)] for key, item in value.items()]}


def _moment(tag: str) -> Callable[[Any], Json]:
    """Return the writer of a date or time, which refuses a zone that is more than an offset."""

    def write(value: Any) -> Json:
        zone = getattr(value, "tzinfo", None)
        if zone is not None and type(zone) is not dt.timezone:
            msg = f"{_unholdable(value)} with the time zone {zone}"
            raise TypeError(msg)
        return {tag: [value.isoformat(), 1] if getattr(value, "fold", 0) else value.isoformat()}

    return write


def _read_moment(cls: type[Any], content: Json) -> Any:
    if isinstance(content, str):
        return cls.fromisoformat(content)
    return cls.fromisoformat(content[0]).replace(fold=content[1])


def _timestamp(value: pd.Timestamp) -> Json:
    if value.tzinfo is not None:
        msg = f"{_unholdable(value)} with the time zone {value.tzinfo}"
        raise TypeError(msg)
    return {"timestamp": [value.isoformat(), value.unit]}


def _array(value: NDArray[Any]) -> Json:
    return {"array": {"dtype": _dtype_text(value.dtype), "shape": list(value.shape), "values": _items(value)}}


def _dtype_text(dtype: np.dtype[Any]) -> str:
    wide = dtype.kind in "fc" and dtype.itemsize > (8 if dtype.kind == "f" else 16)
    if dtype.kind not in "biufcSUMmO" or wide or dtype.fields is not None:
        msg = f"numpy data of type {dtype}"
        raise TypeError(msg)
    return dtype.str


def _scalar(value: np.generic) -> Json:
    return to_json(int(value.astype(np.int64)) if value.dtype.kind in "Mm" else value.item())


def _items(array: NDArray[Any]) -> list[Json]:
    """Return the JSON of each item, in C order."""
    return list(map(to_json, (array.astype(np.int64) if array.dtype.kind in "Mm" else array).ravel().tolist()))


def _read_array(content: Json) -> NDArray[Any]:
    values = list(map(from_json, content["values"]))
    dtype, shape = np.dtype(content["dtype"]), tuple(content["shape"])
    if dtype.kind != "O":
        return _typed(values, dtype).reshape(shape)
    array = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        array[index] = value
    return array.reshape(shape)


def _read_numpy(content: Json) -> np.generic:
    dtype, value = np.dtype(content[0]), from_json(content[1])
    scalar: np.generic = _typed([value], dtype)[0] if dtype.kind in "Mm" else dtype.type(value)
    return scalar


def _typed(values: list[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    return np.array(values, dtype=np.int64).astype(dtype) if dtype.kind in "Mm" else np.array(values, dtype=dtype)


_WRITERS: dict[type, Callable[[Any], Json]] = {
    int: _int,
    float: _float,
    complex: _complex,
    bytes: _bytes,
    list: lambda value: list(map(to_json, value)),
    tuple: lambda value: {"tuple": list(map(to_json, value))},
    set: lambda value: {"set": list(map(to_json, value))},
    frozenset: lambda value: {"frozenset": list(map(to_json, value))},
    dict: _dict,
    dt.datetime: _moment("datetime"),
    dt.date: _moment("date"),
    dt.time: _moment("time"),
    dt.timedelta: lambda value: {"timedelta": [value.days, value.seconds, value.microseconds]},
    Decimal: lambda value: {"decimal": str(value)},
    Fraction: lambda value: {"fraction": f"{value.numerator:#x}/{value.denominator:#x}"},
    pd.Timestamp: _timestamp,
    np.ndarray: _array,
}

_READERS: dict[str, Callable[[Any], Any]] = {
    "int": lambda content: int(content, 16),
    "float": float,
    "complex": lambda content: complex(*map(from_json, content)),
    "bytes": lambda content: base64.b64decode(content, validate=True),
    "tuple": lambda content: tuple(map(from_json, content)),
    "set": lambda content: set(map(from_json, content)),
    "frozenset": lambda content: frozenset(map(from_json, content)),
    "dict": lambda content: {from_json(key): from_json(value) for key, value in content},
    "datetime": lambda content: _read_moment(dt.datetime, content),
    "date": dt.date.fromisoformat,
    "time": lambda content: _read_moment(dt.time, content),
    "timedelta": lambda content: dt.timedelta(*content),
    "decimal": Decimal,
    "fraction": lambda content: Fraction(*(int(part, 16) for part in content.split("/"))),
    "timestamp": lambda content: pd.Timestamp(content[0]).as_unit(content[1]),
    "numpy": _read_numpy,
    "array": _read_array,
}
