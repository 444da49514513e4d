"""Cases whose time is known, and what they tell of the time of others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.cost import CostModel
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.labelling.ledger import Labelled

__all__ = ["CostMemory", "cost_of_points"]

_MOST = 512


class CostMemory:
    """Learns how long cases take from those that are stored, once for the same data."""

    def __init__(self) -> None:
        self._learnt: tuple[Labelled | None, CostModel | None] = (None, None)

    def __call__(self, labelled: Labelled | None) -> CostModel | None:
        """Return the model, None where no case is timed."""
        if labelled is not self._learnt[0]:
            self._learnt = (labelled, None if labelled is None else _learnt(labelled))
        return self._learnt[1]


def _learnt(labelled: Labelled) -> CostModel | None:
    seconds = labelled.account.cases["seconds"].reshape(-1)
    picked, known = _picked(seconds)
    places = np.unravel_index(picked, labelled.done.shape) if labelled.args else ()
    columns = {arg: list(labelled.data[arg].to_numpy()[at]) for arg, at in zip(labelled.args, places, strict=True)}
    return _fitted(columns, seconds[picked], known)


def cost_of_points(space: ParameterSpace, seconds: NDArray[np.float32]) -> Callable[[], CostModel | None]:
    """Return what learns, when it is asked, from the seconds of each point of a space, nan where that is not known.

    ``seconds`` has shape ``(len(space),)``; neither it nor the space is kept.
    """
    picked, known = _picked(seconds)
    times = seconds[picked]
    columns = dict(zip(space.names, zip(*space.args_at(picked), strict=True), strict=False))
    return cache(lambda: _fitted(columns, times, known))


def _picked(seconds: NDArray[np.float32]) -> tuple[NDArray[np.intp], int]:
    """Return the places of the times that are known, of many some at random, always the same; and how many they are."""
    known = np.flatnonzero(np.isfinite(seconds))
    if len(known) <= _MOST:
        return known, len(known)
    return np.sort(np.random.default_rng(0).choice(known, _MOST, replace=False)), len(known)


def _fitted(columns: Mapping[str, Sequence[Any]], seconds: NDArray[np.float32], known: int) -> CostModel | None:
    model = CostModel.fit(columns, seconds)
    return None if model is None else replace(model, known=known)
