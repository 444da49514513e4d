"""Python, numpy and xarray values as bytes, exactly: value and type come back, and reading runs no code.

The bytes are one MessagePack value. None, bool, float, text, bytes, lists, dicts and integers of 64 bits stand for
themselves. Everything else is an array that begins with a mark, an extension without content whose type says what the
rest of the array is::

    1   tuple           its items
    2   set             its items
    3   frozenset       its items
    4   scalar          one item: its JSON as in `literal` (complex, datetime, Decimal, integers of any size ...)
    5   numpy scalar    dtype, bytes; of text and bytes: dtype, the text or bytes itself
    6   numpy array     dtype, shape, bytes in C order; of objects and variable-width text: dtype, shape, list of items
    7   xarray.Variable     dims, data, attributes
    8   xarray.DataArray    variable, coordinates, names of those with an index, name
    9   xarray.Dataset      variables, coordinates, names of those with an index, attributes

A dtype is spelt as numpy's ``dtype.str``, byte order first; ``"T"`` is variable-width text. Lone surrogates in text are
written as UTF-8 would write them. Only these types themselves are held, not what inherits from them; a memoryview comes
back as bytes, data in dask comes back computed, and what xarray keeps in ``encoding`` is left out.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np
import xarray as xr

from xyzpy_widgets.errors import EncodingError, FormatError
from xyzpy_widgets.store import parts
from xyzpy_widgets.store.literal import from_json, to_json

__all__ = ["pack", "unpack"]


def pack(value: Any) -> bytes:
    """Return a value as bytes.

    Parameters
    ----------
    value : object
        Anything made of None, bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, datetime, date,
        time, timedelta, Decimal, Fraction, pandas.Timestamp, numpy scalars and arrays, and xarray objects.

    Returns
    -------
    bytes
        One MessagePack value, as the module describes it.

    Raises
    ------
    EncodingError
        For anything else: the message names the value, its type and its place inside the whole.
    """
    try:
        return _pack(value)
    except TypeError as error:
        msg = (
            f"{_objection(value, '', error)} cannot be kept in a journal; return numbers, text, times,"
            " lists, tuples or dicts of them, or plain numpy and xarray data"
        )
        raise EncodingError(msg) from error
    except ValueError as error:
        msg = f"{reprlib.repr(value)} cannot be kept in a journal: {error}; return it flatter, or in smaller parts"
        raise EncodingError(msg) from error


def unpack(packed: bytes) -> Any:
    """Return the value that bytes from `pack` stand for.

    Parameters
    ----------
    packed : bytes
        What `pack` gave.

    Returns
    -------
    object
        The value; arrays are new and may be written to.

    Raises
    ------
    FormatError
        When the bytes are no packed value.
    """
    revival = _Revival()
    try:
        value = msgpack.unpackb(
            packed,
            ext_hook=revival.mark,
            list_hook=revival.revive,
            strict_map_key=False,
            unicode_errors="surrogatepass",
        )
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, MemoryError) as error:
        msg = f"{reprlib.repr(packed)} is no packed value ({error}); it was written by another program or version"
        raise FormatError(msg) from error
    if revival.waiting:
        msg = f"{reprlib.repr(packed)} is no packed value (a mark out of place); it was written by another program"
        raise FormatError(msg)
    return value


def _pack(value: Any) -> bytes:
    packed: bytes = msgpack.packb(value, default=_marked, strict_types=True, unicode_errors="surrogatepass")
    return packed


@dataclass(frozen=True, slots=True)
class _Mark:
    """What stands at the head of an array, how a value becomes the rest of it, and how that becomes the value."""

    head: msgpack.ExtType
    write: Callable[[Any], Iterable[Any]]
    read: Callable[..., Any]


class _Revival:
    """Makes values of marked arrays, and counts the marks that are still waiting for the end of their array."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting = 0

    def mark(self, code: int, content: bytes) -> _Mark:
        """Return the mark of a type of extension."""
        if content:
            raise ValueError("an extension with content")
        self.waiting += 1
        return _BY_CODE[code]

    def revive(self, items: list[Any]) -> Any:
        """Return what an array stands for."""
        if items and type(items[0]) is _Mark:
            self.waiting -= 1
            return items[0].read(*items[1:])
        return items


def _marked(value: Any) -> list[Any]:
    """Return the marked array of what MessagePack has no word for; raise TypeError when there is none."""
    mark = _BY_TYPE.get(type(value))
    if mark is None:
        mark = _NUMPY_SCALAR if isinstance(value, np.generic) else _SCALAR
    return [mark.head, *mark.write(value)]


def _objection(value: Any, place: str, error: TypeError) -> str:
    """Say what it is, and where, that keeps a value from being packed, down to its innermost part."""
    for step, part in _parts(value):
        try:
            _pack(part)
        except TypeError as inner:
            return _objection(part, place + step, inner)
        except ValueError:
            continue
    return f"{place}: {error}" if place else str(error)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Return what a value is made of, and how one gets there."""
    match value:
        case dict():
            yield from ((f" key {reprlib.repr(key)}", key) for key in value)
            yield from ((f"[{reprlib.repr(key)}]", part) for key, part in value.items())
        case list() | tuple():
            yield from ((f"[{index}]", part) for index, part in enumerate(value))
        case set() | frozenset():
            yield from (("{}", part) for part in value)
        case np.ndarray() if value.dtype.kind == "O":
            yield from ((str(list(index)), part) for index, part in np.ndenumerate(value))
        case xr.Variable():
            yield from ((".data", value.compute().data), (".attrs", dict(value.attrs)))
        case xr.DataArray():
            yield from ((f"[{name!r}]", part) for name, part in parts.variables(value.coords).items())
            yield from (("", value.variable.to_base_variable()), (".name", value.name))
        case xr.Dataset():
            arrays = {**value.coords, **value.data_vars}
            yield from ((f"[{name!r}]", part) for name, part in parts.variables(arrays).items())
            yield ".attrs", dict(value.attrs)


def _mark(code: int, write: Callable[[Any], Iterable[Any]], read: Callable[..., Any]) -> _Mark:
    return _Mark(msgpack.ExtType(code, b""), write, read)


_SCALAR = _mark(4, lambda value: (to_json(value),), from_json)
_NUMPY_SCALAR = _mark(5, parts.scalar_parts, parts.scalar)
_BY_TYPE: dict[type, _Mark] = {
    tuple: _mark(1, tuple, lambda *items: items),
    set: _mark(2, tuple, lambda *items: set(items)),
    frozenset: _mark(3, tuple, lambda *items: frozenset(items)),
    np.ndarray: _mark(6, parts.array_parts, parts.array),
    xr.Variable: _mark(7, parts.variable_parts, parts.variable),
    xr.DataArray: _mark(8, parts.data_array_parts, parts.data_array),
    xr.Dataset: _mark(9, parts.dataset_parts, parts.dataset),
}
_BY_CODE = {mark.head.code: mark for mark in (*_BY_TYPE.values(), _SCALAR, _NUMPY_SCALAR)}
