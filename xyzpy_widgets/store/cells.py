"""Arrays of any type as plain arrays that every netCDF reader understands, and back exactly.

::

    in memory           in the file             attributes
    bool                int8                    dtype="bool"
    int, uint           the same
    float16             float32
    float32, float64    the same
    complex             compound of r and i     (the type of netCDF's own support for complex numbers)
    str, bytes          text                    (bytes as Latin-1)
    datetime64          int64                   units="… since 1970-01-01", calendar, _FillValue where NaT
    timedelta64         int64                   units, dtype="timedelta64[…]", _FillValue where NaT
    object              see `objects`           _FillValue where nothing is

The note beside it holds the type in memory (``dtype``), and what the plain form does not say.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.errors import EncodingError
from xyzpy_widgets.store.literal import Json, from_json
from xyzpy_widgets.store.objects import (
    Encoded,
    Where,
    decode_objects,
    encode_objects,
    is_readable,
    odd_note,
    readable,
)

__all__ = ["decode_cells", "empty_cells", "encode_cells"]

_WIDEST = {"f": 8, "c": 16}
_UNITS = {("s", 1): "seconds", ("ms", 1): "milliseconds", ("us", 1): "microseconds", ("ns", 1): "nanoseconds"}
_NAT = np.int64(-(2**63))


def encode_cells(values: NDArray[Any], where: Where, *, axis: bool = False) -> Encoded:
    """Encode an array; with ``axis`` it holds labels, which any reader must find present and distinct.

    Raises `EncodingError` for a type or a cell that cannot be held; ``where`` names the place.
    """
    dtype = values.dtype
    kind = dtype.kind
    if kind == "O":
        return encode_objects(values, where, axis=axis)
    if kind == "b":
        return Encoded(values.astype(np.int8), {"dtype": "bool"}, {"dtype": dtype.str})
    if kind in {"U", "S", "T"} and not hasattr(dtype, "na_object"):
        return _encode_text(values, where)
    if kind in {"M", "m"} and np.datetime_data(dtype) in _UNITS:
        return _encode_times(values)
    if kind in {"i", "u", "f", "c"} and dtype.itemsize <= _WIDEST.get(kind, 8):
        plain = np.dtype("<f4") if dtype == np.float16 else dtype.newbyteorder("<")
        return Encoded(np.asarray(values, dtype=plain, order="C"), {}, {"dtype": dtype.str})
    msg = f"{where(None)}: data of type {dtype} cannot be kept in a file; convert it with .astype(float) or (object)"
    raise EncodingError(msg)


def _encode_text(values: NDArray[Any], where: Where) -> Encoded:
    flat = values.ravel().tolist()
    texts = [value.decode("latin-1") for value in flat] if values.dtype.kind == "S" else flat
    odd = [] if is_readable("".join(texts)) else [i for i, text in enumerate(texts) if not is_readable(text)]
    plain = np.empty(len(texts), dtype=object)
    plain[:] = texts
    for index in odd:
        plain[index] = readable(texts[index])
    name = "text" if values.dtype.kind == "T" else values.dtype.str
    return Encoded(plain.reshape(values.shape), {}, {"dtype": name, **odd_note(texts, odd, where)})


def _encode_times(values: NDArray[Any]) -> Encoded:
    plain = np.asarray(values, dtype=values.dtype.newbyteorder("<"), order="C").view("<i8")
    words = _UNITS[np.datetime_data(values.dtype)]
    if values.dtype.kind == "M":
        marks: dict[str, Any] = {"units": f"{words} since 1970-01-01", "calendar": "proleptic_gregorian"}
    else:
        marks = {"units": words, "dtype": str(values.dtype.newbyteorder("="))}
    if plain.size and (plain.flat[0] == _NAT or (plain == _NAT).any()):
        marks["_FillValue"] = _NAT
    return Encoded(plain, marks, {"dtype": values.dtype.str})


def decode_cells(plain: NDArray[Any], note: dict[str, Json]) -> NDArray[Any]:
    """Give the array back that was encoded, from its plain form and its note."""
    if note["dtype"] == "object":
        return decode_objects(plain, note)
    if plain.dtype.kind in "OTU" or note["dtype"] == "text":
        return _decode_text(plain, note)
    dtype = np.dtype(note["dtype"])
    if dtype.kind in "Mm":
        plain = plain.view(dtype.newbyteorder("<"))
    return plain.astype(dtype, copy=False)


def empty_cells(note: dict[str, Json]) -> NDArray[Any]:
    """Return an empty array of the type in memory."""
    return np.empty(0, dtype=np.dtypes.StringDType() if note["dtype"] == "text" else np.dtype(note["dtype"]))


def _decode_text(plain: NDArray[Any], note: dict[str, Json]) -> NDArray[Any]:
    texts = plain.ravel().tolist()
    for index, value in zip(*note.get("odd", ([], [])), strict=True):
        texts[index] = from_json(value)
    if note["dtype"] == "text":
        return np.array(texts, dtype=np.dtypes.StringDType()).reshape(plain.shape)
    dtype = np.dtype(note["dtype"])
    cells = [text.encode("latin-1") for text in texts] if dtype.kind == "S" else texts
    return np.array(cells, dtype=dtype).reshape(plain.shape)
