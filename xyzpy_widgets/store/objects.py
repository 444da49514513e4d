"""Arrays of Python objects as plain typed arrays, with a note of what the type does not say.

The plain array is what any reader of the file sees: integers, floats, complex numbers, truth values or text, whichever
holds all cells. The note names the one type that most cells have (``cells``), the number or text that stands where
nothing is (``fill``), and the cells that are something else (``odd``: their positions in C order, and their values as
in `literal`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.errors import EncodingError
from xyzpy_widgets.store.literal import Json, from_json, to_json

__all__ = [
    "Encoded",
    "Where",
    "decode_objects",
    "encode_left",
    "encode_objects",
    "is_readable",
    "odd_note",
    "readable",
    "type_of_left",
]

Encode = Callable[[NDArray[Any]], NDArray[Any]]
Where = Callable[[int | None], str]
"""Says where the cell at a position in C order is, for a message; None stands for the whole array."""

_INTS = (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64)
_KINDS: dict[type, str] = {
    bool: "bool",
    np.bool_: "bool",
    int: "int",
    **dict.fromkeys(_INTS, "int"),
    float: "real",
    np.float16: "real",
    np.float32: "real",
    np.float64: "real",
    complex: "complex",
    np.complex64: "complex",
    np.complex128: "complex",
    str: "text",
    np.str_: "text",
}
_NAMES = {cls: f"numpy.{cls.__name__}" if issubclass(cls, np.generic) else cls.__name__ for cls in _KINDS}
_BY_NAME = {name: cls for cls, name in _NAMES.items()}
_PYTHON = {"bool": bool, "int": int, "real": float, "complex": complex, "text": str}
_NUMERIC = ("int", "real", "complex")
_WITH_NAN = ("real", "complex")


@dataclass(frozen=True, slots=True)
class Encoded:
    """An array in its plain form.

    Attributes
    ----------
    values : ndarray
        What any reader sees: numbers in the byte order of the file, or text as an array of str.
    marks : dict
        The attributes that tell any reader how to see it, after the CF conventions and those of xarray.
    note : dict
        What gives the exact array back, in JSON.
    """

    values: NDArray[Any]
    marks: dict[str, Any] = field(default_factory=dict)
    note: dict[str, Json] = field(default_factory=dict)


def encode_objects(values: NDArray[Any], where: Where, *, axis: bool) -> Encoded:
    """Encode an object array; on an axis every label stays present and distinct for any reader.

    Raises `EncodingError` for a cell that cannot be held.
    """
    flat = values.ravel().tolist()
    counts = Counter(map(type, flat))
    holes = [] if axis or float not in counts else [index for index, value in enumerate(flat) if _is_hole(value)]
    if len(holes) == counts[float]:
        del counts[float]
    kind = _common_kind(flat, counts, axis=axis)
    base = max((cls for cls in counts if _KINDS.get(cls) == kind), key=counts.__getitem__, default=_PYTHON[kind])
    odd = _odd(flat, base, () if kind in _WITH_NAN else holes)
    plain = _plain(flat, {*odd, *holes}, kind)
    if axis and len(counts) > 1 and kind == "text" and len(set(plain)) < len(plain):
        for index in odd:
            plain[index] = f"{plain[index]} ({type(flat[index]).__name__})"
    missing = [] if axis or kind in _WITH_NAN else [*holes, *(index for index in odd if flat[index] is None)]
    note = {"dtype": "object", "cells": _NAMES[base], **odd_note(flat, odd, where)}
    return _filled(_array(plain, kind), missing, note, values.shape)


def _is_hole(value: Any) -> bool:
    return type(value) is float and value != value  # noqa: PLR0124 - nan is what differs from itself


def _odd(flat: Sequence[Any], base: type, holes: Iterable[int]) -> list[int]:
    """Return where the cells are that a plain array of the base type does not give back."""
    nothing = set(holes)
    odd = [index for index, value in enumerate(flat) if type(value) is not base and index not in nothing]
    if not issubclass(base, str) or is_readable("".join(value for value in flat if isinstance(value, str))):
        return odd
    return sorted({*odd, *(i for i, value in enumerate(flat) if type(value) is base and not is_readable(value))})


def _common_kind(flat: Sequence[Any], counts: Counter[type], *, axis: bool) -> str:
    """Name the kind of plain array that holds every cell."""
    kinds = {_KINDS.get(cls, "text") for cls in counts if axis or cls is not type(None)}
    if len(kinds) > 1 and not kinds <= set(_NUMERIC):
        return "text"
    kind = max(kinds, key=_NUMERIC.index) if len(kinds) > 1 else next(iter(kinds), "real")
    if kind == "int" and not _one_int_type(flat):
        kind = "real"
    if axis and len(counts) > 1 and len(set(_plain(flat, range(len(flat)), kind))) < len(flat):
        return "text"
    return kind


def _one_int_type(flat: Sequence[Any]) -> bool:
    """Tell whether one integer type holds all the integers among the cells."""
    ints = [int(value) for value in flat if _KINDS.get(type(value)) == "int"]
    low, high = min(ints), max(ints)
    return low >= -(2**63) and high < (2**63 if low < 0 else 2**64)


def is_readable(text: str) -> bool:
    """Tell whether a file can hold a text as it is: without NUL, and in Unicode that can be encoded."""
    if "\0" in text:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def readable(text: str) -> str:
    """Return a text as a file can hold it."""
    if is_readable(text):
        return text
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def _plain(flat: Sequence[Any], replaced: Iterable[int], kind: str) -> list[Any]:
    """Replace the cells that are odd or missing by what other readers see in their place."""
    plain = list(flat)
    for index in replaced:
        plain[index] = _rendition(plain[index], kind)
    return plain


def _rendition(value: Any, kind: str) -> Any:
    if kind == "text":
        return readable(str(value))
    if kind not in _WITH_NAN:
        return 0 if value is None or _is_hole(value) else int(value)
    try:
        return float("nan") if value is None else complex(value) if kind == "complex" else float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _array(plain: list[Any], kind: str) -> NDArray[Any]:
    """Return the plain array of a kind."""
    if kind == "text":
        array = np.empty(len(plain), dtype=object)
        array[:] = list(map(str, plain))  # some writers want one type of text
        return array
    if kind != "int":
        return np.array(plain, dtype={"bool": "<i1", "real": "<f8", "complex": "<c16"}[kind])
    return np.array(plain, dtype="<i8" if max(plain, default=0) < 2**63 else "<u8")


def _filled(flat: NDArray[Any], missing: list[int], note: dict[str, Json], shape: tuple[int, ...]) -> Encoded:
    """Put a value that is not in use where nothing is."""
    marks: dict[str, Any] = {"dtype": "bool"} if flat.dtype == np.int8 and not missing else {}
    if missing:
        fill = _unused(np.delete(flat, missing))
        flat[missing] = fill
        marks["_FillValue"] = fill
        note["fill"] = to_json(fill.item() if isinstance(fill, np.generic) else fill)
    return Encoded(flat.reshape(shape), marks, note)


def _unused(values: NDArray[Any]) -> Any:
    """Return a value of the array's type that does not occur in it."""
    if values.dtype == object:
        texts, number = set(values), 0
        while (text := "<missing>" if not number else f"<missing {number}>") in texts:
            number += 1
        return text
    candidate, step = _first_unused(values.dtype)
    while (values == candidate).any():
        candidate += step
    return values.dtype.type(candidate)


def _first_unused(dtype: np.dtype[Any]) -> tuple[int, int]:
    """Return the number of a type that is least likely to be in use, and the step to the next."""
    limits = np.iinfo(dtype)
    if dtype == np.int8:
        return -1, 1
    return (limits.min, 1) if limits.min else (limits.max, -1)


def type_of_left(note: Mapping[str, Json], plain: np.dtype[Any]) -> np.dtype[Any] | None:
    """Return the type of the objects that a note tells of, if all are whole numbers or truth values; else None."""
    cls = _BY_NAME.get(note.get("cells", ""))
    if note["dtype"] != "object" or "odd" in note or cls is None or _KINDS[cls] not in {"int", "bool"}:
        return None
    return plain.newbyteorder("=") if cls is int else np.dtype(cls)


def encode_left(parts: Callable[[], Iterable[NDArray[Any]]], dtype: np.dtype[Any]) -> tuple[Encoded, Encode]:
    """Encode objects of which not all are in memory at once: values of a type, and nan where nothing is.

    Returns the form of an empty array, and what makes an array of plain numbers of each part. They are looked through
    for a number that is not in use.
    """
    plain = np.dtype("<i1" if dtype.kind == "b" else "<u8" if dtype == np.uint64 else "<i8")
    (fill, step), taken = _first_unused(plain), True
    while taken:
        taken = False
        for part in parts():
            numbers = part[~_is_nothing(part)].astype(plain)
            while (numbers == fill).any():
                fill, taken = fill + step, True
    mark = plain.type(fill)
    note = {"dtype": "object", "cells": _NAMES[dtype.type], "fill": to_json(fill)}

    def encode(part: NDArray[Any]) -> NDArray[Any]:
        numbers, there = np.full(part.shape, mark, dtype=plain), ~_is_nothing(part)
        numbers[there] = part[there]
        return numbers

    return Encoded(np.empty(0, plain), {"_FillValue": mark}, note), encode


def _is_nothing(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(values != values, dtype=bool)  # noqa: PLR0124 - nan is what differs from itself


def odd_note(flat: Sequence[Any], odd: Sequence[int], where: Where) -> dict[str, Json]:
    """Note the cells that the plain array does not hold exactly; raise `EncodingError` where nothing holds one."""
    values = []
    for index in odd:
        try:
            values.append(to_json(flat[index]))
        except (TypeError, RecursionError) as error:
            msg = f"{where(index)}: {error} cannot be kept in a file; return numbers, text, times, or lists of them"
            raise EncodingError(msg) from error
    return {"odd": [list(odd), values]} if values else {}


def decode_objects(plain: NDArray[Any], note: dict[str, Json]) -> NDArray[Any]:
    """Give the object array back that was encoded."""
    flat = np.empty(plain.size, dtype=object)
    cls = _BY_NAME[note["cells"]]
    if issubclass(cls, np.str_):
        flat[:] = list(map(np.str_, plain.ravel()))
    elif issubclass(cls, np.generic):
        flat[:] = list(plain.ravel().astype(cls))
    else:
        flat[:] = plain.ravel().astype(bool).tolist() if cls is bool else plain.ravel().tolist()
    if "fill" in note:
        flat[plain.ravel() == from_json(note["fill"])] = np.nan
    for index, value in zip(*note.get("odd", ([], [])), strict=True):
        flat[index] = from_json(value)
    return flat.reshape(plain.shape)
