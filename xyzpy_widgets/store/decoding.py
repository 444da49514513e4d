"""The exact dataset and ledger from the plain variables of a file; the reverse of `encoding`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.errors import DamageError, FormatError
from xyzpy_widgets.store.cells import decode_cells
from xyzpy_widgets.store.encoding import VERSION
from xyzpy_widgets.store.image import BLOCK, Source, checksums, count_checksums, rescue
from xyzpy_widgets.store.inplace import Layout, Place
from xyzpy_widgets.store.literal import Json, from_json

__all__ = ["Leave", "NextSums", "Schema", "Sums", "assemble", "attrs_of", "decode", "layout_of", "read_schema"]

_OF_ALL = ("name", "dims", "coord", "attrs")  # what the schema says of each variable; the rest is of its type
_BLOCKS = {1: 16384, 2: BLOCK, VERSION: BLOCK}  # the bytes that share a checksum, in each version of the format


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file says of itself.

    Attributes
    ----------
    data : dict
        The JSON of the dataset, as `encoding` describes it.
    ledger : dict or None
        The JSON of the ledger.
    checksums : tuple of int
        Those of all variables, in the order of the schema.
    block : int
        How many bytes share one.
    """

    data: dict[str, Json]
    ledger: dict[str, Json] | None
    checksums: tuple[int, ...]
    block: int


@dataclass(slots=True)
class _Sums:
    """The checksums of the variables, in the order of the schema, and where those of the next one begin."""

    every: Sequence[int]
    block: int
    at: int = 0

    def next(self, dtype: np.dtype[Any], size: int) -> Sums:
        """Return those of the next variable, which has so many values."""
        first, self.at = self.at, self.at + count_checksums(dtype, size, self.block)
        return Sums(1 + first, np.array(self.every[first : self.at], dtype="<u4"), self.block)


def read_schema(source: Source) -> Schema:
    """Read the schema of a file that has one; raise `FormatError` where it does not describe the file."""
    text = source.read(source.group, "schema")
    own, *others = source.read(source.group, "checksums").tolist() or [None]
    if [own] != checksums(text):
        raise DamageError(_damaged(source, "schema"))
    schema: dict[str, Json] = json.loads(str(text[()]))
    if schema["version"] not in _BLOCKS:
        msg = f"{source.path} is of version {schema['version']} of the format, this program reads {VERSION}; upgrade it"
        raise FormatError(msg)
    strangers = source.names - {entry["name"] for entry in schema["data"]["variables"]}
    if strangers:
        msg = (
            f"{source.path} has {', '.join(map(repr, sorted(strangers)))}, which another program added; read it with "
            "xarray.load_dataset and save it anew with save_ds"
        )
        raise FormatError(msg)
    return Schema(schema["data"], schema["ledger"], tuple(others), _BLOCKS[schema["version"]])


class Sums(NamedTuple):
    """The checksums of one variable.

    Attributes
    ----------
    first : int
        Where they begin among all that stand in the file, the first of which is that of the schema.
    values : ndarray of uint32
    block : int
        How many bytes share one.
    """

    first: int
    values: NDArray[np.uint32]
    block: int


NextSums = Callable[[np.dtype[Any], int], Sums]
Leave = Callable[[str | None, dict[str, Json], NextSums], xr.Variable | None]


def decode(source: Source, leave: Leave | None = None) -> tuple[xr.Dataset, xr.Dataset | None]:
    """Read the dataset and its ledger, None where the file has none; raise `FormatError` for a damaged file.

    Given the group and the entry of a variable that can be decoded cell by cell, and what gives its checksums once its
    plain type and size are known, ``leave`` returns it where it is to stay in the file, or None.
    """
    schema = read_schema(source)
    sums = _Sums(schema.checksums, schema.block)
    variables = [_left_or_read(source, None, entry, sums, leave) for entry in schema.data["variables"]]
    data = assemble(schema.data, variables, {})
    if schema.ledger is None:
        return data, None
    variables = [_left_or_read(source, source.group, entry, sums, leave) for entry in schema.ledger["variables"]]
    return data, assemble(schema.ledger, variables, {name: data.variables[name] for name in schema.ledger["coords"]})


def layout_of(source: Source) -> Layout | None:
    """Say where everything is in a file that can be filled in place, None for any other."""
    if source.group is None or source.room is None or source.stretch is None:
        return None
    schema = read_schema(source)
    sums = source.stretch(source.group, "checksums")
    if schema.block != BLOCK or schema.ledger is None or sums is None or sums.offset is None:
        return None
    places: dict[tuple[str, str], Place] = {}
    book, first = f"/{source.group}", 1  # the first one is that of the schema
    for path, group, part in (("/", None, schema.data), (book, source.group, schema.ledger)):
        for entry in part["variables"]:
            found = source.stretch(group, entry["name"])
            if found is None:
                return None
            if found.dtype.kind != "O" and found.size:
                note = {key: value for key, value in entry.items() if key not in _OF_ALL}
                places[path, entry["name"]] = Place(
                    found.offset, found.size, found.dtype, note, found.attrs, first, found.size, found.cell
                )
            first += count_checksums(found.dtype, found.size // found.dtype.itemsize)
    return Layout(book, places, sums.offset, source.room)


def _read(source: Source, group: str | None, entry: dict[str, Json], sums: _Sums) -> xr.Variable:
    """Read a variable and compare it with its checksums."""
    plain = source.read(group, entry["name"])
    known = sums.next(plain.dtype, plain.size).values.tolist()
    wrong = [one != other for one, other in zip_longest(checksums(plain, sums.block), known)]
    if any(wrong):
        raise DamageError(_damaged(source, entry["name"], f" in {sum(wrong)} of {len(wrong)} blocks"))
    # the short way keeps objects such as datetimes as they are
    return xr.Variable(entry["dims"], decode_cells(plain, entry), attrs_of(entry), fastpath=True)


def _left_or_read(
    source: Source, group: str | None, entry: dict[str, Json], sums: _Sums, leave: Leave | None
) -> xr.Variable:
    """Leave a variable in the file, where that is wished and can be, or read it."""
    left = None if leave is None or entry["coord"] or "odd" in entry else leave(group, entry, sums.next)
    return _read(source, group, entry, sums) if left is None else left


def assemble(group: dict[str, Json], variables: list[xr.Variable], shared: Mapping[str, xr.Variable]) -> xr.Dataset:
    """Make the dataset that a part of the schema describes."""
    named = list(zip(group["variables"], variables, strict=True))
    coords = {entry["name"]: variable for entry, variable in named if entry["coord"]}
    outputs = {entry["name"]: variable for entry, variable in named if not entry["coord"]}
    return xr.Dataset(outputs, {**shared, **coords}, attrs_of(group))


def attrs_of(entry: dict[str, Json]) -> dict[Any, Any]:
    """Return the exact attributes of a variable, or of a dataset."""
    return {from_json(key): from_json(value) for key, value in entry["attrs"]}


def _damaged(source: Source, name: str, where: str = "") -> str:
    return (
        f"{source.path}: {name!r} does not match its checksum{where}; the file was damaged, or changed by another "
        f"program. {rescue(source.path)}"
    )
