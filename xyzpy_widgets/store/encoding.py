"""A dataset and its ledger as the plain variables of a file.

The root group of the file is the dataset, with the same dimensions, coordinates and variables, in types that every
netCDF reader knows (see `cells`); what is missing is marked by ``_FillValue``, so that it is missing for every reader.
The group ``ledger`` (with underscores behind it, should a variable have that name) holds the variables of the ledger
over the same dimensions, and these:

``schema``
    A JSON text. ``format`` is "xyzpy_widgets", ``version`` is 3. ``data`` and ``ledger`` (null where there is none)
    each have ``attrs`` and ``variables``; a variable has ``name``, ``dims``, ``coord`` (whether it is a coordinate),
    ``attrs``, ``dtype`` (its type in memory), and the notes of `cells` and `objects` on what its plain form does not
    say. ``ledger`` also has ``coords``: those of the dataset that it shares. Attributes are pairs of key and value;
    they and odd values are written as in `literal`.
``checksums``
    CRC-32 (uint32) of the schema, then of each variable of the root and of the ledger in the order of the schema: one
    number for each 4096 bytes of its values in C order (16384 in version 1), and a last one for the rest. Text counts
    as one block: all strings in UTF-8, joined by NUL.
``pending``
    Room for what is being written when cells are filled in place; see `inplace`.

A variable of the ledger whose cells are all the same takes no room (since version 3): HDF5 has no address for it then,
and every reader finds its fill value in each cell. It has the checksums that the cells would have.

Nothing in the file is code, and reading it runs none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xarray.indexes import PandasMultiIndex

from xyzpy_widgets.core.left import LEFT, TYPE
from xyzpy_widgets.errors import EncodingError
from xyzpy_widgets.store.attributes import plain_attrs
from xyzpy_widgets.store.cells import encode_cells
from xyzpy_widgets.store.image import Image, PlainVariable, Values, count_checksums, ledger_group
from xyzpy_widgets.store.literal import Json, to_json
from xyzpy_widgets.store.objects import Encoded, Where, encode_left, is_readable
from xyzpy_widgets.store.streamed import Streamed, parts_of

__all__ = ["VERSION", "encode"]

VERSION = 3
_OURS = ("schema", "checksums", "pending")
_NUMBERS = "biufcMm"


def encode(data: xr.Dataset, ledger: xr.Dataset | None) -> Image:
    """Return what stands in the file, with zeros for the checksums; raise `EncodingError` for what cannot.

    `image.seal` puts the checksums there.
    """
    _check_names(data)
    root, data_json = _encode_group(data, (), _left_cells)
    book: dict[str, PlainVariable] = {}
    ledger_json = None
    if ledger is not None:
        shared = _shared_coords(data, ledger)
        book, ledger_json = _encode_group(ledger, shared, _left_or_uniform)
        ledger_json["coords"] = list(shared)
    schema = {"format": "xyzpy_widgets", "version": VERSION, "data": data_json, "ledger": ledger_json}
    text = np.array(json.dumps(schema, allow_nan=False), dtype=object)
    group = ledger_group(lambda name: name in data.variables or name in data.dims)
    plain = (text, *(one.values for part in (root, book) for one in part.values()))
    sums = np.zeros(sum(count_checksums(one.dtype, one.size) for one in plain), dtype="<u4")
    dim = "checksum_blocks"
    while dim in data.dims:
        dim += "_"
    book["schema"] = PlainVariable((), text, {"long_name": "what gives the exact dataset back, in JSON"})
    book["checksums"] = PlainVariable((dim,), sums, {"long_name": "CRC-32 of the schema and of the data"})
    return Image(root, {**plain_attrs(data.attrs), **_loose_coords(data)}, group, book)


def _check_names(data: xr.Dataset) -> None:
    """Refuse names that a file cannot have."""
    for name in (*data.variables, *data.dims):
        if not isinstance(name, str) or name in {"", ".", ".."} or "/" in name or not is_readable(name):
            msg = f"{name!r} cannot be the name of a variable or dimension in a file; rename it to text without '/'"
            raise EncodingError(msg)
    for name, variable in data.variables.items():
        if isinstance(data.xindexes.get(name), PandasMultiIndex):
            msg = f"{name!r} is a level of a MultiIndex, which a file cannot have; call .reset_index first"
            raise EncodingError(msg)
        if not isinstance(variable.dtype, np.dtype):
            msg = f"{name!r} is of type {variable.dtype}, which a file cannot have; convert it with .astype(object)"
            raise EncodingError(msg)


def _shared_coords(data: xr.Dataset, ledger: xr.Dataset) -> tuple[str, ...]:
    """Return the coordinates that the ledger shares with the data; they are kept once."""
    for dim, size in ledger.sizes.items():
        if data.sizes.get(dim, size) != size:
            msg = f"the ledger has {size} labels along {dim!r}, the data {data.sizes[dim]}; give them the same labels"
            raise EncodingError(msg)
    for name in ledger.data_vars:
        if name in _OURS:
            msg = f"the ledger has a variable {name!r}, a name that the file uses for itself; rename it"
            raise EncodingError(msg)
    known = data.coords
    same = (name for name, one in ledger.coords.items() if name in known and one.variable.equals(known[name].variable))
    return tuple(map(str, same))


def _encode_group(
    dataset: xr.Dataset, shared: tuple[str, ...], left: Callable[[xr.Variable], tuple[Encoded, Values]]
) -> tuple[dict[str, PlainVariable], dict[str, Json]]:
    """Encode the variables of a dataset, those that are ``left`` in a file so; return them and what the schema says."""
    variables: dict[str, PlainVariable] = {}
    entries: list[Json] = []
    beside = _coords_of(dataset)
    for key, variable in dataset.variables.items():
        name = str(key)
        if name in shared:
            continue
        axis = variable.dims == (name,)
        if LEFT in variable.encoding and (TYPE in variable.encoding or variable.dtype.kind in _NUMBERS):
            encoded, values = left(variable)
        else:
            encoded = encode_cells(variable.to_numpy(), _place(dataset, name), axis=axis)
            values = encoded.values
        attrs = {**plain_attrs(variable.attrs), **encoded.marks}
        if beside.get(name):
            attrs["coordinates"] = " ".join(beside[name])
        dims = tuple(map(str, variable.dims))
        variables[name] = PlainVariable(dims, values, attrs, encoded.note)
        known = {"name": name, "dims": list(dims), "coord": name in dataset.coords}
        entries.append({**known, "attrs": _exact_attrs(variable.attrs, f"variable {name!r}"), **encoded.note})
    return variables, {"attrs": _exact_attrs(dataset.attrs, "the dataset"), "variables": entries}


def _left_cells(variable: xr.Variable) -> tuple[Encoded, Streamed]:
    """Return how cells are encoded that are left in a file, and these, when they are asked for."""
    if variable.dtype == object:
        kind, encode = encode_left(partial(parts_of, variable), variable.encoding[TYPE])
        return kind, Streamed(variable, kind.values.dtype, encode)
    nothing = np.full(1, "NaT", variable.dtype) if variable.dtype.kind in "Mm" else np.empty(0, variable.dtype)
    kind = encode_cells(nothing, _unnamed)

    def plain(part: NDArray[Any]) -> NDArray[Any]:
        return encode_cells(part, _unnamed).values

    return kind, Streamed(variable, kind.values.dtype, plain)


def _left_or_uniform(variable: xr.Variable) -> tuple[Encoded, Values]:
    """Do so, unless all of them are the same."""
    encoded, streamed = _left_cells(variable)
    uniform = streamed.uniform()
    return encoded, streamed if uniform is None else uniform


def _unnamed(_: int | None) -> str:
    return "a cell"


def _listed_coords(dataset: xr.Dataset) -> list[str]:
    """Return the coordinates that other readers must be told of, those without spaces, by which the list is split."""
    return [str(name) for name in dataset.coords if name not in dataset.dims and " " not in str(name)]


def _coords_of(dataset: xr.Dataset) -> dict[str, list[str]]:
    """Return the coordinates that belong to each data variable, after the CF conventions."""
    listed, known = _listed_coords(dataset), dataset.variables
    return {
        str(name): [coord for coord in listed if set(known[coord].dims) <= set(known[name].dims)]
        for name in dataset.data_vars
    }


def _loose_coords(dataset: xr.Dataset) -> dict[str, str]:
    """Return the attribute that names the coordinates which belong to no variable."""
    claimed = {coord for coords in _coords_of(dataset).values() for coord in coords}
    loose = [coord for coord in _listed_coords(dataset) if coord not in claimed]
    return {"coordinates": " ".join(loose)} if loose else {}


def _place(dataset: xr.Dataset, name: str) -> Where:
    """Return what names a cell of a variable by its labels."""

    def where(position: int | None) -> str:
        variable = dataset.variables[name]
        if position is None or not variable.dims or variable.dims == (name,):
            return f"variable {name!r}"
        indices = np.unravel_index(position, variable.shape)
        labels = (_label(dataset, dim, int(index)) for dim, index in zip(variable.dims, indices, strict=True))
        return f"variable {name!r} at {', '.join(labels)}"

    return where


def _label(dataset: xr.Dataset, dim: Any, index: int) -> str:
    if dim not in dataset.coords:
        return f"{dim}[{index}]"
    label = dataset.coords[dim].to_numpy()[index]
    plain = label.item() if isinstance(label, np.generic) and label.dtype.kind not in "Mm" else label
    return f"{dim}={plain!r}"


def _exact_attrs(attrs: Mapping[Any, Any], owner: str) -> Json:
    """Return attributes in JSON, each by itself so that a message can name it."""
    pairs = []
    for key, value in attrs.items():
        try:
            pairs.append([to_json(key), to_json(value)])
        except (TypeError, RecursionError) as error:
            msg = f"attribute {key!r} of {owner}: {error} cannot be kept in a file; give text, numbers or lists"
            raise EncodingError(msg) from error
    return pairs
