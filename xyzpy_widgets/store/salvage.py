"""What is left of a damaged file: every block of it whose checksum holds, and what the library of the format reads.

A file of this library tells by its checksums which of its values are whole. One that lost its schema, or that another
program wrote, has nothing to tell it by: there, what lies behind the end of a file that was cut off is known to be
gone, and the rest is taken as it reads. Nothing of the file is run, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.errors import FormatError
from xyzpy_widgets.store.cells import decode_cells
from xyzpy_widgets.store.decoding import Schema, assemble, attrs_of, read_schema
from xyzpy_widgets.store.image import Remains, Source, checksums, count_checksums
from xyzpy_widgets.store.literal import Json

__all__ = ["Part", "Salvage", "salvaged"]

_BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, IndexError)  # by damaged content


@dataclass(frozen=True, slots=True)
class Part:
    """What is left of a dataset or of a ledger.

    Attributes
    ----------
    dataset : xarray.Dataset
        All variables that could be read, with anything in the cells that are damaged.
    damaged : dict of str to ndarray of bool
        Of each variable that has damaged cells, which these are.
    lost : dict of str to str
        The variables that could not be read at all, and why.
    """

    dataset: xr.Dataset
    damaged: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Salvage:
    """What is left of a file.

    Attributes
    ----------
    data : Part
        The dataset.
    ledger : Part or None
        The ledger; None in a file that has none, or has lost it.
    verified : bool
        Whether checksums told what is whole.
    """

    data: Part
    ledger: Part | None
    verified: bool


def salvaged(path: Path, backend: ModuleType) -> Salvage:
    """Read what is left of a file.

    Parameters
    ----------
    path : pathlib.Path
    backend : module
        `hdf5` or `zarr_folder`.

    Returns
    -------
    Salvage

    Raises
    ------
    FormatError
        When nothing of it can be read.
    StoreError
        When the system does not let it be read.
    """
    try:
        with backend.opened(path, cut_off=True) as source:
            if source.group is not None:
                return _verified(source)
    except FormatError:  # without a schema there are still the plain variables
        pass
    return Salvage(_unverified(path, backend.remains(path)), None, verified=False)


def _verified(source: Source) -> Salvage:
    """Read a file whose schema is whole, and compare every block with its checksum."""
    schema = read_schema(source)
    groups = [(None, schema.data)] + ([] if schema.ledger is None else [(source.group, schema.ledger)])
    found = [_plain(source, group, entry["name"]) for group, known in groups for entry in known["variables"]]
    masks = _damaged_cells(found, schema)
    n = len(schema.data["variables"])
    data = _part(schema.data, found[:n], masks[:n], {})
    if schema.ledger is None:
        return Salvage(data, None, verified=True)
    shared = {name: data.dataset.variables[name] for name in schema.ledger["coords"] if name in data.dataset.variables}
    return Salvage(data, _part(schema.ledger, found[n:], masks[n:], shared), verified=True)


def _plain(source: Source, group: str | None, name: str) -> NDArray[Any] | str:
    """Read the plain values of a variable; return why, where they cannot be read."""
    try:
        return source.read(group, name)
    except _BROKEN as error:
        return str(error)


def _damaged_cells(found: list[NDArray[Any] | str], schema: Schema) -> list[NDArray[np.bool_] | None]:
    """Say of each variable which cells are damaged; None where that cannot be known.

    The checksums stand in one row. How many belong to a variable that cannot be read is not known, so those behind it
    are counted from the end, and between two such variables nothing is known.
    """
    masks: list[NDArray[np.bool_] | None] = [None] * len(found)
    sums, block = schema.checksums, schema.block
    at = 0
    for position, values in enumerate(found):
        if isinstance(values, str):
            break
        count = count_checksums(values.dtype, values.size, block)
        masks[position] = _compared(values, sums[at : at + count], block)
        at += count
    else:
        return masks
    at = len(sums)
    for position in range(len(found) - 1, -1, -1):
        values = found[position]
        if isinstance(values, str):
            return masks
        start = at - count_checksums(values.dtype, values.size, block)
        masks[position] = _compared(values, sums[start:at], block)
        at = start
    return masks


def _compared(values: NDArray[Any], sums: tuple[int, ...], size: int) -> NDArray[np.bool_]:
    """Return which cells stand in a block that does not match its checksum."""
    bad = [block for block, crc in enumerate(checksums(values, size)) if block >= len(sums) or crc != sums[block]]
    mask = np.zeros(values.size, dtype=bool)
    for block in bad:
        first, last = block * size, (block + 1) * size
        within = slice(first // values.itemsize, -(-last // values.itemsize))
        mask[slice(None) if values.dtype == object else within] = True
    return mask.reshape(values.shape)


def _part(
    known: dict[str, Json],
    found: list[NDArray[Any] | str],
    masks: list[NDArray[np.bool_] | None],
    shared: Mapping[str, xr.Variable],
) -> Part:
    """Put together what a part of the schema describes."""
    entries, variables = [], []
    damaged: dict[str, NDArray[np.bool_]] = {}
    lost: dict[str, str] = {}
    for entry, values, mask in zip(known["variables"], found, masks, strict=True):
        name = entry["name"]
        try:
            if isinstance(values, str) or mask is None:
                raise FormatError(values if isinstance(values, str) else "its checksums cannot be told from others")
            variable = xr.Variable(entry["dims"], decode_cells(values, entry), attrs_of(entry), fastpath=True)
        except _BROKEN as error:
            lost[name] = str(error)
            continue
        if mask.any():
            damaged[name] = mask
        entries.append(entry)
        variables.append(variable)
    return Part(assemble({**known, "variables": entries}, variables, shared), damaged, lost)


def _unverified(path: Path, remains: Remains) -> Part:
    """Decode the variables of a file that has no checksums as any reader does."""
    try:
        dataset = xr.decode_cf(xr.Dataset(remains.variables)).load().drop_encoding()
    except _BROKEN as error:
        msg = f"{path}: what is left in it does not go together: {error}"
        raise FormatError(msg) from error
    damaged = {name: mask for name, mask in remains.cut.items() if mask.any()}
    return Part(dataset, damaged, remains.lost)
