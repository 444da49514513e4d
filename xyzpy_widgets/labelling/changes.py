"""What has changed in a grid since it was written: which cells, as long as nothing but cells has changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cells", "Changes"]

Cells = NDArray[np.intp]


class Changes:
    """The changes since `settle` was called last; before the first call, more than cells counts as changed."""

    def __init__(self) -> None:
        self._flat: list[Cells] | None = None
        self._blocks: list[tuple[NDArray[np.bool_] | None, list[Cells], tuple[int, ...]]] = []  # yet to be flattened
        self._settled = 0  # how many cells there were then
        self.reframed = False  # whether more than cells has changed, yet these lie where they lay

    def settle(self, size: int) -> None:
        """Begin anew, with so many cells."""
        self._flat, self._blocks = [], []
        self._settled = size
        self.reframed = False

    def lose(self) -> None:
        """Take note that cells do not lie any more where they lay, or hold something of another type."""
        self._flat = None

    def note(self, mask: NDArray[np.bool_] | None, places: list[Cells], shape: tuple[int, ...]) -> None:
        """Take note of the marked cells of a block, None for all: where it lies along each axis of a grid."""
        if self._flat is not None:
            self._blocks.append((mask, places, shape))

    @property
    def cells(self) -> Cells | None:
        """Their positions in C order, rising, each once; None when more has changed."""
        found = None if self.reframed else self._flattened()
        if found is None:
            return None
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.intp)

    @property
    def only_added(self) -> bool:
        """Whether all cells that `settle` found are as they were, and are the first of all now, in C order."""
        found = self._flattened()
        return found is not None and all(bool((cells >= self._settled).all()) for cells in found)

    def _flattened(self) -> list[Cells] | None:
        if self._flat is not None:
            self._flat += [_flat(*block) for block in self._blocks]
            self._blocks = []
        return self._flat


def _flat(mask: NDArray[np.bool_] | None, places: Sequence[Cells], shape: tuple[int, ...]) -> Cells:
    """Return the positions in a grid, in C order, of the marked cells of a block."""
    if not places:
        return np.arange(1) if mask is None else np.flatnonzero(mask)
    if mask is None:
        where: tuple[Cells, ...] = np.ix_(*places)
    else:
        where = tuple(at[index] for at, index in zip(places, np.nonzero(mask), strict=True))
    return np.asarray(np.ravel_multi_index(where, shape), dtype=np.intp).reshape(-1)
