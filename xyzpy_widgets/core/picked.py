"""The numbers of the points that a mask picks out, in their order: a byte per point, and no list of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Picked"]

_BLOCK = 2**14


class Picked:
    """The positions of the true entries of a mask, as a sequence that is looked up rather than stored.

    Parameters
    ----------
    mask : ndarray of bool
        Shape ``(n,)``; it is kept, and must not be changed.
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        self.mask = mask
        starts = range(0, len(mask), _BLOCK)
        counts = [int(np.count_nonzero(mask[start : start + _BLOCK])) for start in starts]
        self._before = np.concatenate([[0], np.cumsum(counts, dtype=np.intp)])

    def __len__(self) -> int:
        """Count the true entries."""
        return int(self._before[-1])

    def __getitem__(self, at: slice | NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the positions of the true entries of a slice without a step, or of some of them in any order."""
        if isinstance(at, slice):
            start, stop, _ = at.indices(len(self))
            return self._between(start, stop)
        blocks = np.searchsorted(self._before, at, side="right") - 1
        found = np.empty(len(at), dtype=np.intp)
        for block in np.unique(blocks).tolist():
            own = blocks == block
            inside = np.flatnonzero(self.mask[block * _BLOCK : (block + 1) * _BLOCK])
            found[own] = block * _BLOCK + inside[at[own] - self._before[block]]
        return found

    def _between(self, start: int, stop: int) -> NDArray[np.intp]:
        if start >= stop:
            return np.empty(0, dtype=np.intp)
        first = int(np.searchsorted(self._before, start, side="right")) - 1
        last = int(np.searchsorted(self._before, stop, side="left"))
        found = first * _BLOCK + np.flatnonzero(self.mask[first * _BLOCK : last * _BLOCK])
        return found[start - self._before[first] : stop - self._before[first]]
