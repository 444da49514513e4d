"""Conflicts: where old and new values of the same cells differ, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.labels import kind_of, shown

__all__ = ["SHOWN", "OnConflict", "described", "message", "unequal", "unlike"]

OnConflict = Literal["raise", "keep", "replace"]

SHOWN = 5
"""How many cells a message lists."""
_NUMBERS = {"int", "float", "complex"}


def unequal(one: NDArray[Any], other: NDArray[Any], both: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say where two arrays differ; nan equals nan, and objects are equal only within one type."""
    if one.dtype == object:
        differ = np.zeros(one.shape, dtype=bool)
        differ[both] = [not _same(a, b) for a, b in zip(one[both], other[both], strict=True)]
        return differ
    differ = one != other
    if one.dtype.kind in "fcmM":
        differ &= ~(np.isnan(one) & np.isnan(other))
    return np.asarray(differ & both)


def _same(one: Any, other: Any) -> bool:
    kinds = {kind_of(one), kind_of(other)}
    if len(kinds) > 1 and not kinds <= _NUMBERS:
        return False
    one, other = (value.item() if isinstance(value, np.number) else value for value in (one, other))
    try:
        return bool(one == other) or bool(one != one and other != other)  # noqa: PLR0124 - nan differs from itself
    except (TypeError, ValueError):  # what cannot be compared is not known to be the same
        return False


def described(
    name: str,
    new: tuple[xr.Dataset, Sequence[str]],
    values: tuple[NDArray[Any], NDArray[Any]],
    differ: NDArray[np.bool_],
    limit: int,
) -> list[str]:
    """Write some conflicting cells, each with its labels, its old and its new value.

    Parameters
    ----------
    name : str
        The output.
    new : tuple of Dataset and dimensions
        Where the labels of the new side are, and the dimensions of the arrays.
    values : tuple of ndarray
        The old and the new values, each in the shape of ``differ``.
    differ : ndarray of bool
        Where they differ.
    limit : int
        How many cells to write.
    """
    data, dims = new
    lines = []
    for at in np.argwhere(differ)[:limit]:
        cell = tuple(at)
        labels = ", ".join(_label(data, dim, int(i)) for dim, i in zip(dims, at, strict=True))
        lines.append(f"{name}({labels}): {shown(values[0][cell])} -> {shown(values[1][cell])}")
    return lines


def _label(data: xr.Dataset, dim: str, at: int) -> str:
    return f"{dim}={shown(data[dim].to_numpy()[at])}" if dim in data.coords else f"{dim}[{at}]"


def unlike(args: Sequence[str], new: Sequence[str], known: tuple[Mapping[str, Any], Mapping[str, Any]]) -> str:
    """Say which arguments only one side sweeps, and what to do about it.

    Parameters
    ----------
    args, new : sequence of str
        The arguments of the stored and of the new data.
    known : tuple of mapping
        The constants of each side, which tell the value of an argument that only the other one sweeps.
    """
    said = []
    for name in sorted(set(new) - set(args)):
        value = shown(known[0][name]) if name in known[0] else "the value that it was made with"
        said.append(f"the stored data has no dimension {name!r}; add it before: expand_dims({name!r}, {value})")
    for name in sorted(set(args) - set(new)):
        value = f"[{shown(known[1][name])}]" if name in known[1] else "[its value]"
        said.append(f"the new data has no dimension {name!r}; sweep over it too: {{{name!r}: {value}}}")
    return ", and ".join(said)


def message(conflicts: int, lines: list[str]) -> str:
    """Say how many values are in conflict, with some of them."""
    shown_lines = "\n  ".join(lines)
    more = f"\n  … and {conflicts - len(lines)} more" if conflicts > len(lines) else ""
    return (
        f"{conflicts} values are stored already with another value (old -> new):\n  {shown_lines}{more}\n"
        "choose overwrite=True (the new win) or overwrite=False (the old win); the new results are in last_ds"
    )
