"""Arrays with room to grow: what is added along an axis costs about what is added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Roomy", "nothing_of"]

_SPARE = 1.5
"""How much longer an axis becomes than it has to when its room is used up."""
_NOTHING = {"f": np.nan, "c": complex(np.nan, np.nan), "M": "NaT", "m": "NaT", "U": "", "S": b"", "T": ""}


def nothing_of(dtype: np.dtype[Any]) -> Any:
    """Return what stands in an array of a type where nothing is: the mark of the type, or 0 for one that has none."""
    return _NOTHING.get(dtype.kind, 0)


class Roomy:
    """An array with spare room along the axes that have grown.

    Parameters
    ----------
    values : ndarray
        What is there; it is taken as it is, and written to.
    nothing : scalar
        What stands in cells that are new.
    """

    __slots__ = ("_buffer", "_nothing", "values")

    def __init__(self, values: NDArray[Any], nothing: Any) -> None:
        self._buffer = values
        self._nothing = nothing
        self.values = values

    def grow(self, shape: Sequence[int], moved: Sequence[NDArray[np.intp] | None]) -> None:
        """Take another shape, no axis shorter; ``moved`` says per axis where the old entries go, None to stay."""
        if all(places is None for places in moved):
            if any(size > room for size, room in zip(shape, self._buffer.shape, strict=True)):
                self._make_room(shape)
            self.values = self._buffer[tuple(map(slice, shape))]
            return
        old = self.values
        self._buffer = self.values = np.full(shape, self._nothing, dtype=old.dtype)
        where = [np.arange(size) if at is None else at for size, at in zip(old.shape, moved, strict=True)]
        self.values[np.ix_(*where)] = old

    def _make_room(self, shape: Sequence[int]) -> None:
        """Move into a buffer that is longer along each axis that is too short."""
        old = self.values
        room = [
            max(size, int(_SPARE * have)) if size > have else have
            for size, have in zip(shape, self._buffer.shape, strict=True)
        ]
        self._buffer = np.full(room, self._nothing, dtype=old.dtype)
        self._buffer[tuple(map(slice, old.shape))] = old
