"""Datasets that are hard to keep: every type, with and without holes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

NAN = float("nan")


def objects(cells: Sequence[Any]) -> NDArray[Any]:
    """Make a 1-D array of the objects themselves."""
    array = np.empty(len(cells), dtype=object)
    for index, cell in enumerate(cells):
        array[index] = cell
    return array


def kept(dims: Any, cells: NDArray[Any], attrs: Any = None) -> xr.Variable:
    """Make a variable of cells as they are; by itself xarray turns None beside text into nan and converts datetimes."""
    return xr.Variable(dims, cells, attrs, fastpath=True)


OUTPUTS: dict[str, NDArray[Any]] = {
    "bool": np.array([True, False, True]),
    "bool with holes": objects([True, NAN, False]),
    "numpy bool with holes": objects([np.bool_(True), NAN, np.bool_(False)]),  # noqa: FBT003 - values
    "int64": np.array([2**60 + 1, -(2**63), 0]),
    "int with holes": objects([2**60 + 1, NAN, -(2**63)]),
    "int64 with holes": objects([np.int64(2**60 + 1), NAN, np.int64(0)]),
    "int32": np.array([1, -2, 3], dtype=np.int32),
    "int32 with holes": objects([np.int32(1), NAN, np.int32(3)]),
    "int8 in every value but one": np.arange(-128, 127, dtype=np.int8)[:3],
    "big-endian": np.array([1, 2, 3], dtype=">i4"),
    "uint64": np.array([2**63, 2**64 - 1, 0], dtype=np.uint64),
    "uint64 with holes": objects([2**63, NAN, 1]),
    "integers of any size": objects([2**70, NAN, -1]),
    "integers past any float": objects([10**400, NAN, 1]),
    "half": np.array([1, NAN, 65504], dtype=np.float16),
    "float32": np.array([0.1, NAN, np.inf], dtype=np.float32),
    "float64": np.array([0.1, NAN, -0.0]),
    "floats as objects": objects([1.5, NAN, None]),
    "complex64": np.array([1j, NAN, 2], dtype=np.complex64),
    "complex": np.array([complex("nan+0j"), complex("0+nanj"), 1j]),
    "complex with None": objects([1j, None, complex("nan+0j")]),
    "text": np.array(["x", "", "ünïcødé 日本 🎉"]),
    "text with holes": objects(["x", NAN, ""]),
    "numpy text with holes": objects([np.str_("x"), NAN, np.str_("")]),
    "text that is the mark": objects(["<missing>", NAN, "<missing 1>"]),
    "text with NUL": np.array(["a\0b", "\ud800", "plain"]),
    "text with NUL and holes": objects(["a\0", NAN, "\0"]),
    "variable-width text": np.array(["x", "", "a\0b"], dtype=np.dtypes.StringDType()),
    "bytes": np.array([b"a", b"\xff\x00b", b""]),
    "None": objects([None, None, None]),
    "nothing": objects([NAN, NAN, NAN]),
    "None and text": objects([None, "x", NAN]),
    "None and bool": objects([None, True, NAN]),
    "text and float": objects(["1.5", 1.5, NAN]),
    "int and float": objects([1, 1.5, NAN]),
    "bool and int": objects([True, 1, NAN]),
    "int and numpy int": objects([1, np.int64(1), np.uint8(1)]),
    "datetime64": np.array(["2020-01-01T00:00:00.000000001", "NaT", "1969-12-31"], dtype="datetime64[ns]"),
    "datetime64 in seconds": np.array(["0001-01-01", "NaT", "9999-12-31"], dtype="datetime64[s]"),
    "timedelta64": np.array([1, "NaT", -5], dtype="timedelta64[ms]"),
    "datetimes": objects([dt.datetime(2020, 1, 1, 12), None, NAN]),  # noqa: DTZ001 - a naive one
    "datetimes among others": objects([1, dt.datetime(2020, 1, 1, 12), dt.timedelta(1)]),  # noqa: DTZ001 - a naive one
    "ragged": objects([[1, 2], (3, None), np.arange(3.0)]),
    "mappings": objects([{"a": 1}, {1: [2]}, Decimal("1.10")]),
}
"""Cells of every type along one axis of three labels."""

LABELS: dict[str, NDArray[Any]] = {
    "int64": np.array([3, 1, 2]),
    "int32": np.array([3, 1, 2], dtype=np.int32),
    "uint64": np.array([2**63, 1, 2**64 - 1], dtype=np.uint64),
    "float with nan": np.array([0.1 + 0.2, NAN, 0.3]),
    "float32": np.array([0.1, 0.2, 0.3], dtype=np.float32),
    "bool": np.array([True, False]),
    "complex": np.array([1j, 2, 3 + 1j]),
    "text": np.array(["b", "", "ä"]),
    "text as objects": objects(["b", "", "a\0"]),
    "datetime64": np.array(["2020", "2021", "NaT"], dtype="datetime64[s]"),
    "timedelta64": np.array([1, 2, 3], dtype="timedelta64[ns]"),
    "None and numbers": objects([None, 3, 5]),
    "text and the number": objects(["1", 2, 1]),
    "None, its name and nan": objects([None, "None", NAN]),
    "bool, int and float": objects([True, 0, 0.5]),
    "integers of any size": objects([2**70, -1, 5]),
    "none at all": np.array([], dtype=np.int64),
    "no objects at all": objects([]),
}

ATTRS: dict[Any, Any] = {
    "title": "ünïcødé \0",
    "none": None,
    "true": True,
    "numpy bool": np.bool_(False),  # noqa: FBT003 - a value
    "int": 5,
    "big": 2**80,
    "float": 0.1,
    "nan": NAN,
    "complex": 1j,
    "list": [1, 2],
    "texts": ["a", "b"],
    "mixed": [None, 1, "a", [2.5]],
    "tuple": (1, "a"),
    "empty list": [],
    "empty text": "",
    "dict": {"a": {"b": (1, 2)}, 3: None},
    "array": np.arange(6.0).reshape(2, 3),
    "vector": np.array([1, 2], dtype=np.int16),
    "no array": np.array([]),
    "point": np.array(2.5),
    "scalar": np.float32(0.1),
    "moment": dt.datetime(2020, 1, 1, 12, 30),  # noqa: DTZ001 - a naive one
    "long list": list(range(5000)),
    "long text": "é" * 100_000,
    "many texts": ["a"] * 5000,
    "units": "seconds since yesterday",
    "_FillValue": 3,
    "scale_factor": "x",
    "coordinates": "no such thing",
    "dtype": "bool",
    "DIMENSION_LIST": 1,
    "_Netcdf4Dimid": "x",
    "_NCProperties": "x",
    "a/b": 1,
    "": 2,
    7: "seven",
}


def everything() -> xr.Dataset:
    """Return a dataset with cells, labels, coordinates, names and attributes of every kind."""
    data = xr.Dataset(
        {}, {"case": np.arange(3), "mixed": kept("mixed", objects([None, 3, "3"])), "b": [0.5, NAN]}, attrs=ATTRS
    )
    for number, (name, cells) in enumerate(OUTPUTS.items()):
        data[f"{number} {name}"] = kept("case", cells, ATTRS if number == 0 else {"units": "m"})
    data["over two"] = (("case", "b"), np.arange(6.0).reshape(3, 2))
    data["over the odd"] = ("mixed", [1, 2, 3])
    data["of its own"] = ("without labels", np.arange(4))
    data["scalar"] = 3.0
    data["scalar object"] = ((), objects(["q"])[0])
    data["empty"] = (("case", "empty"), np.zeros((3, 0)))
    data["ledger"] = ("case", [1, 2, 3])
    data["9 ünïcødé name"] = ("case", [1, 2, 3])
    data["beside"] = ("case", np.array(["u", "v", "w"]), {"long_name": "beside the case"})
    data["flat"] = (("case", "b"), np.ones((3, 2), dtype=bool))
    data["with space"] = ("case", [7, 8, 9])
    return data.set_coords(["beside", "flat", "with space", "scalar"])


def ledger_of(data: xr.Dataset, dims: tuple[str, ...]) -> xr.Dataset:
    """Return a ledger over some dimensions of a dataset."""
    shape = tuple(data.sizes[dim] for dim in dims)
    flags = {"flag_values": np.arange(4, dtype=np.int8), "flag_meanings": "missing done failed cancelled"}
    status = (np.arange(np.prod(shape)) % 4).astype(np.int8).reshape(shape)
    when = np.full(shape, np.datetime64("2026-01-01T00:00:00", "ns"))
    variables = {
        "status": (dims, status, flags),
        "seconds": (dims, np.linspace(0, 1, status.size).reshape(shape)),
        "when": (dims, np.where(status == 0, np.datetime64("NaT", "ns"), when)),
        "host": (dims, np.full(shape, "here")),
    }
    return xr.Dataset(variables, {dim: data.coords[dim] for dim in dims}, {"constants": {"t": [1, 2], "deep": None}})
