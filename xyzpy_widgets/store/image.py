"""What stands in a file, as plain values: between the datasets in memory and the libraries that write files."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.store.attributes import Plain
from xyzpy_widgets.store.literal import Json

if TYPE_CHECKING:  # which is made of what is here
    from xyzpy_widgets.store.streamed import Streamed

__all__ = [
    "BLOCK",
    "Image",
    "Key",
    "PlainVariable",
    "Reader",
    "Remains",
    "Source",
    "Stretch",
    "Values",
    "checksums",
    "count_checksums",
    "is_uniform",
    "ledger_group",
    "raw",
    "rescue",
    "seal",
    "uniform_checksums",
    "variables_of",
]

BLOCK = 4096
"""The bytes that share a checksum."""
Key = tuple[str, str]
"""The group ("/" or that of the ledger) and the name of a variable."""
Values: TypeAlias = "NDArray[Any] | Streamed"
"""Plain values, in memory or made part by part."""
SumsOf = Callable[[Key, Values], Sequence[int] | NDArray[np.uint32]]


@dataclass(frozen=True, slots=True)
class PlainVariable:
    """A variable as it stands in the file."""

    dims: tuple[str, ...]
    values: Values
    attrs: Mapping[str, Plain]
    note: Mapping[str, Json] = field(default_factory=dict)
    """What the schema says of its type."""


@dataclass(frozen=True, slots=True)
class Image:
    """All that stands in a file.

    Attributes
    ----------
    variables : dict of str to PlainVariable
        The root group.
    attrs : dict
        The attributes of the root group.
    group : str
        The name of the group for the ledger.
    ledger : dict of str to PlainVariable
        That group.
    """

    variables: dict[str, PlainVariable]
    attrs: dict[str, Plain]
    group: str
    ledger: dict[str, PlainVariable]


class Stretch(NamedTuple):
    """Where the numbers of a variable are in a file.

    Attributes
    ----------
    offset : int or None
        Their first byte; None where every cell is ``cell``, and none stands in the file.
    size : int
        How many bytes they have, or would have.
    dtype : numpy.dtype
        Their type.
    attrs : frozenset of str
        The names of their attributes.
    shape : tuple of int
    cell : bytes
        What stands in each cell, where none stands in the file.
    """

    offset: int | None
    size: int
    dtype: np.dtype[Any]
    attrs: frozenset[str]
    shape: tuple[int, ...]
    cell: bytes = b""


class Reader(Protocol):
    """Reads parts of the numbers of a variable, also when the source is closed."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Their type."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each dimension."""

    def __call__(self, low: int, high: int) -> bytes:
        """Read some of their bytes, counted in C order; raise `StoreError` where something else is there by now."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is open for reading.

    Attributes
    ----------
    path : pathlib.Path
        For messages.
    names : frozenset of str
        The variables in the root group.
    group : str or None
        The group that has the schema; None in a file of another program.
    read : callable
        Reads the plain values of a variable, given its group (None for the root) and name; raises `FormatError`.
    room : slice or None
        The bytes that are left for what is pending, see `inplace`; None where there are none.
    stretch : callable or None
        Tells where the numbers of a variable are in the file, see `Stretch`, and None of one that does not stand in one
        piece; None where the format cannot.
    reader : callable or None
        Gives what reads parts of the numbers of a variable, None of one that has none; None for a file, where `stretch`
        tells how.
    """

    path: Path
    names: frozenset[str]
    group: str | None
    read: Callable[[str | None, str], NDArray[Any]]
    room: slice | None = None
    stretch: Callable[[str | None, str], Stretch | None] | None = None
    reader: Callable[[str | None, str], Reader | None] | None = None


@dataclass(frozen=True, slots=True)
class Remains:
    """What any reader sees of a damaged file.

    Attributes
    ----------
    variables : dict of str to xarray.Variable
        Those of the root group that can be read, as they stand in the file.
    cut : dict of str to ndarray of bool
        Of some of them, which cells are known to be gone.
    lost : dict of str to str
        The variables that cannot be read, and why.
    """

    variables: dict[str, xr.Variable] = field(default_factory=dict)
    cut: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)


def ledger_group(taken: Callable[[str], bool]) -> str:
    """Return the name of the group for the ledger: that of no variable and no dimension."""
    group = "ledger"
    while taken(group):
        group += "_"
    return group


def is_uniform(values: Values) -> bool:
    """Say whether there are numbers, and all are known to be the same, bit by bit."""
    if values.dtype.kind not in "iuf" or not values.size or not isinstance(values, np.ndarray):
        return False
    if not any(values.strides):
        return True
    words = values.reshape(-1).view(f"u{values.itemsize}")
    return bool(words[0] == words[-1] and (words == words[0]).all())


def raw(values: Values, first: int = 0) -> memoryview:
    """Return the bytes of numbers in C order, from the ``first`` on."""
    if not isinstance(values, np.ndarray):
        return memoryview(b"".join(values.parts(first)))
    flat = values.reshape(-1)
    if flat.flags.c_contiguous:
        return flat.view(np.uint8).data[first:]
    begin = first // flat.itemsize  # one number, said many times
    return memoryview(flat[:1].tobytes() * (flat.size - begin))[first - begin * flat.itemsize :]


def checksums(values: Values, block: int = BLOCK, first: int = 0) -> list[int]:
    """Return the CRC-32 of each block of numbers in C order, from the ``first`` on; or that of all texts, with NULs."""
    if isinstance(values, np.ndarray) and values.dtype == object:
        return [zlib.crc32("\0".join(values.ravel().tolist()).encode("utf-8"))]
    buffer, crc32 = raw(values, first * block), zlib.crc32
    return [crc32(buffer[start : start + block]) for start in range(0, len(buffer), block)]


def uniform_checksums(values: NDArray[Any], block: int = BLOCK) -> list[int]:
    """Return the checksums of numbers that are all the same."""
    whole, rest = divmod(values.nbytes, block)
    one = np.ascontiguousarray(values.reshape(-1)[: block // values.itemsize]).view(np.uint8).data
    return [zlib.crc32(one)] * whole + [zlib.crc32(one[:rest])] * bool(rest)


def variables_of(image: Image) -> dict[Key, PlainVariable]:
    """Return all variables of an image, those of the ledger last."""
    root = {("/", name): one for name, one in image.variables.items()}
    return root | {(f"/{image.group}", name): one for name, one in image.ledger.items()}


def seal(image: Image, sums_of: SumsOf = lambda _, values: checksums(values)) -> None:
    """Put the checksums of all that an image holds into it.

    ``sums_of`` returns those of a variable, given its key and its values; by default they are computed.
    """
    variables, book = variables_of(image), f"/{image.group}"
    sums = variables.pop((book, "checksums")).values
    schema = variables.pop((book, "schema")).values
    every = (checksums(schema), *(sums_of(key, one.values) for key, one in variables.items()))
    np.concatenate([np.asarray(one, dtype="<u4") for one in every], out=np.asarray(sums))


def count_checksums(dtype: np.dtype[Any], size: int, block: int = BLOCK) -> int:
    """Return how many checksums so many plain values have."""
    return 1 if dtype.kind in "OTU" else -(-size * dtype.itemsize // block)


def rescue(path: Path) -> str:
    """Return what to do with a damaged file."""
    return f"xyz.recover({str(path)!r}) gives back all of it that is whole, and keeps the old file"
