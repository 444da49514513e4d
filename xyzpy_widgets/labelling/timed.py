"""Cases whose time is known, and what they tell of the time of others."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.cost import MOST_KNOWN, CostModel
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.labelling.ledger import Labelled

__all__ = ["CostMemory", "cost_of_points"]

_MOST_LOOKED_AT = 2**13
_FEW = 2**5
_STRATA = np.arange(_MOST_LOOKED_AT)
_JITTER, _LOT = (np.random.default_rng(seed).random(_MOST_LOOKED_AT) for seed in range(2))


class CostMemory:
    """Learns how long cases take from those that are stored, once for the same cases with the same times."""

    def __init__(self) -> None:
        self._model: CostModel | None = None

    def __call__(self, labelled: Labelled | None) -> CostModel | None:
        """Return the model, None where no case is timed."""
        model = None if labelled is None else _cost_of(labelled)
        if model is None or self._model is None or not model.is_like(self._model):
            self._model = model
        return self._model


def _cost_of(labelled: Labelled) -> CostModel | None:
    if labelled.is_left:
        return _cost_of_left(labelled)
    cases = labelled.account.cases["seconds"]
    seconds = cases.reshape(-1)
    picked, known = _picked(seconds)
    places = np.unravel_index(picked, cases.shape) if labelled.args else ()
    columns = {arg: labelled.labels(arg)[at] for arg, at in zip(labelled.args, places, strict=True)}
    return CostModel.fit(columns, seconds[picked], known)


def _cost_of_left(labelled: Labelled) -> CostModel | None:
    """Learn from a few cases that are read from the file one by one."""
    variable = labelled.ledger.variables["seconds"]
    size = variable.size
    looked_at = _looked_at(size)[:: max(min(size, _MOST_LOOKED_AT) // _FEW, 1)]
    places = np.unravel_index(looked_at, variable.shape) if labelled.args else ()
    read = [variable[tuple(map(int, at))].to_numpy() for at in zip(*places, strict=True)]
    seconds = np.array(read, dtype=np.float32)
    timed = np.isfinite(seconds)
    columns = {arg: labelled.labels(arg)[at][timed] for arg, at in zip(labelled.args, places, strict=True)}
    return CostModel.fit(columns, seconds[timed], round(size * timed.mean()) if len(timed) else 0)


def cost_of_points(space: ParameterSpace, seconds: NDArray[np.float32]) -> CostModel | None:
    """Learn from the seconds of each point of a space, shape ``(len(space),)``, nan where that is not known."""
    picked, known = _picked(seconds)
    columns = dict(zip(space.names, zip(*space.args_at(picked), strict=True), strict=False))
    return CostModel.fit(columns, seconds[picked], known)


def _picked(seconds: NDArray[np.float32]) -> tuple[NDArray[np.intp], int]:
    """Return where times are known, of many some at random and always the same; and about how many are known."""
    n = len(seconds)
    looked_at = _looked_at(n)
    found = looked_at[np.isfinite(seconds[looked_at])]
    known = len(found) if n <= _MOST_LOOKED_AT else round(n * len(found) / len(looked_at))
    return (found[_drawn(len(found))] if len(found) > MOST_KNOWN else found), known


def _drawn(n: int) -> NDArray[np.intp]:
    """Return which of n known times are used: those that drew the lowest numbers."""
    drawn: NDArray[np.intp] = np.sort(np.argpartition(_LOT[:n], MOST_KNOWN)[:MOST_KNOWN])
    return drawn


@lru_cache(maxsize=4)
def _looked_at(n: int) -> NDArray[np.intp]:
    """Return which of n cases are looked at: what a harvest into many takes shall not depend on how many they are."""
    if n <= _MOST_LOOKED_AT:
        return np.arange(n)
    return ((_STRATA + _JITTER) * (n / _MOST_LOOKED_AT)).astype(np.intp)  # one of each part, somewhere in it
