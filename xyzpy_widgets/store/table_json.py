"""Tables as JSON after the Table Schema of the Frictionless standards: ``pandas.read_json(orient="table")`` reads it.

``schema.fields`` names the columns, each with the ``type`` of the standard and its ``dtype`` in memory; ``data`` has
one object per row, on a line of its own. A missing cell is null; times are ISO 8601, durations counts of their unit;
what JSON has no word for (complex numbers, objects of other types, nan in a column of objects) is written as in
`literal`, so that every value comes back as it was. What JSON does not keep: categories, time zones, and an index.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import IO, Any

import numpy as np
import pandas as pd

from xyzpy_widgets.errors import EncodingError, FormatError
from xyzpy_widgets.store.literal import Json, from_json, to_json

__all__ = ["read_json", "write_json"]

_TYPES = {"b": "boolean", "i": "integer", "u": "integer", "f": "number", "M": "datetime", "m": "integer"}
_VERSION = "1.4.0"  # of pandas' own description of a table, which its reader wants to see


def write_json(frame: pd.DataFrame, file: IO[bytes]) -> None:
    """Write a table; raise `EncodingError` for a column that JSON cannot hold."""
    names = [str(name) for name in frame.columns]
    fields = [_field(name, frame[name].dtype) for name in names]
    columns = [_cells(name, frame[name]) for name in names]
    head = json.dumps({"fields": fields, "pandas_version": _VERSION})
    rows = (json.dumps(dict(zip(names, row, strict=True)), allow_nan=False) for row in zip(*columns, strict=True))
    file.write(f'{{"schema": {head},\n"data": [\n'.encode())
    file.write(",\n".join(rows).encode())
    file.write(b"\n]}\n")


def _field(name: str, dtype: Any) -> Json:
    if isinstance(dtype, np.dtype):
        return {"name": name, "type": _TYPES.get(dtype.kind, "any"), "dtype": dtype.str}
    if isinstance(dtype, pd.StringDtype):
        return {"name": name, "type": "string", "dtype": "str"}
    msg = f"column {name!r} is of type {dtype}, which JSON does not keep; convert it with .astype(object)"
    raise EncodingError(msg)


def _cells(name: str, column: pd.Series[Any]) -> list[Json]:
    """Return the cells of a column in JSON."""
    kind = column.dtype.kind
    if kind == "M":
        return [None if value is pd.NaT else value.isoformat() for value in column]
    if kind == "m":
        counts = column.to_numpy().astype(np.int64).tolist()
        return [None if missing else count for count, missing in zip(counts, column.isna(), strict=True)]
    values = column.tolist()
    if kind == "f" or isinstance(column.dtype, pd.StringDtype):
        return [None if missing else to_json(value) for value, missing in zip(values, column.isna(), strict=True)]
    try:
        return list(map(to_json, values))
    except (TypeError, RecursionError) as error:
        msg = f"column {name!r}: {error} cannot be kept in JSON; return numbers, text, times, or lists of them"
        raise EncodingError(msg) from error


def read_json(file: IO[bytes]) -> pd.DataFrame:
    """Read a table; raise `FormatError` for JSON that is none of ours."""
    try:
        content = json.load(file)
        fields, rows = content["schema"]["fields"], content["data"]
        return pd.DataFrame({field["name"]: _column(field, [row[field["name"]] for row in rows]) for field in fields})
    except (ValueError, KeyError, TypeError) as error:
        msg = f"it is not JSON with a table in the form of orient='table': {error}; read it with pandas.read_json"
        raise FormatError(msg) from error


def _column(field: Json, cells: list[Json]) -> Any:
    """Give a column its type back."""
    if field["dtype"] == "str":
        return pd.Series(cells, dtype="str")
    dtype = np.dtype(field["dtype"])
    read = _READERS.get(dtype.kind)
    if read is not None:
        return read(cells, dtype)
    values = list(map(from_json, cells))
    if dtype.kind != "O":
        return np.array(values, dtype=dtype)
    column = np.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        column[index] = value
    return column


def _durations(cells: list[Json], dtype: np.dtype[Any]) -> Any:
    return np.array([np.iinfo(np.int64).min if cell is None else cell for cell in cells]).astype(dtype)


_READERS: dict[str, Callable[[list[Json], np.dtype[Any]], Any]] = {
    "f": lambda cells, dtype: np.array([np.nan if cell is None else from_json(cell) for cell in cells], dtype=dtype),
    "M": lambda cells, dtype: np.array(["NaT" if cell is None else cell for cell in cells], dtype=dtype),
    "m": _durations,
}
