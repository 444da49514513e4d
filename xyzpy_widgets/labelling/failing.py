"""Failures of cases, told by labels as the axes spell them: which of them still stand, and which are of some. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.labels import label_key
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.labelling.account import latest
from xyzpy_widgets.labelling.axis import Axis

__all__ = ["is_among", "label_keys", "still_failed"]


def still_failed(
    failures: Sequence[dict[str, Any]], axes: Sequence[Axis], status: NDArray[Any]
) -> tuple[dict[str, Any], ...]:
    """Return the latest failure of each case that has failed and is not done.

    Their arguments come as the axes spell them: 0.1 + 0.2 is the 0.3 for which it was taken.

    Parameters
    ----------
    failures : sequence of dict
        The oldest first.
    axes : sequence of Axis
    status : ndarray
        The state of each case, over the axes in their order.
    """
    spelt = []
    for one in failures:
        places = _places(one["args"], axes)
        if places is not None and status[places] == Status.FAILED:
            args = {axis.name: (axis, at) for axis, at in zip(axes, places, strict=True)}
            spelt.append({**one, "args": {name: _spelt(value, *args[name]) for name, value in one["args"].items()}})
    return latest(spelt)


def label_keys(labels: Mapping[str, Iterable[Any]]) -> dict[str, set[Any]]:
    """Return what makes some labels of each argument themselves, for `is_among`."""
    return {arg: set(map(label_key, some)) for arg, some in labels.items()}


def is_among(failure: Mapping[str, Any], keys: Mapping[str, set[Any]]) -> bool:
    """Say whether a failed case is of some labels of each argument."""
    return all(label_key(value) in keys.get(arg, ()) for arg, value in failure["args"].items())


def _places(args: dict[str, Any], axes: Sequence[Axis]) -> tuple[int, ...] | None:
    if set(args) != {axis.name for axis in axes}:
        return None
    found = [axis.index.find(args[axis.name]) for axis in axes]
    return None if None in found else tuple(at for at in found if at is not None)


def _spelt(value: Any, axis: Axis, at: int) -> Any:
    label = value if axis.labels is None else axis.labels[at]
    if label_key(label) == label_key(value):
        return value
    return label.item() if isinstance(label, np.generic) else label
