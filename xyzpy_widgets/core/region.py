"""A region of a grid, and what can be done about it: fill it, refine it, run what failed in it, or all of it, again.

Pure: each action is turned into combos and the wishes of a harvest, and nothing runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from xyzpy_widgets.core.axes import CLOSE
from xyzpy_widgets.core.labels import kind_of

__all__ = ["ACTIONS", "RegionAction", "Step", "between", "refined", "step_of"]

RegionAction: TypeAlias = Literal["fill", "refine", "retry", "recompute"]
ACTIONS: tuple[RegionAction, ...] = get_args(RegionAction)

_WISHES: Mapping[RegionAction, Mapping[str, bool]] = {
    "fill": {"missing_only": True, "retry_failed": False},
    "refine": {"missing_only": True, "retry_failed": False},
    "retry": {"retry_failed": True},
    "recompute": {"overwrite": True},
}
Labels: TypeAlias = Sequence[Any]
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Step:
    """What a harvest is to do.

    Attributes
    ----------
    combos : dict of str to tuple
        The labels of each argument.
    wishes : dict of str to bool
        Of ``missing_only``, ``retry_failed`` and ``overwrite`` those that hold.
    """

    combos: Mapping[str, tuple[Any, ...]]
    wishes: Mapping[str, bool]


def step_of(
    action: RegionAction,
    axes: Mapping[str, Labels],
    picked: Mapping[str, Labels],
    refine: Collection[str] = (),
    geometric: Collection[str] = (),
) -> Step:
    """Return what a harvest is to do about a region.

    Parameters
    ----------
    action : {"fill", "refine", "retry", "recompute"}
        Run what has not run, put labels between those that are there, run what failed again, or run everything again.
    axes : mapping of str to sequence
        All labels of each argument.
    picked : mapping of str to sequence
        The labels in the region; of an argument that it does not name, all are.
    refine : collection of str
        The arguments that become twice as fine; those of texts and truth values stay as they are.
    geometric : collection of str
        Of these, those whose new labels are geometric means.

    Returns
    -------
    Step
        With the combos in the order of ``axes``.
    """
    combos = {name: tuple(picked.get(name, labels)) for name, labels in axes.items()}
    if action == "refine":
        finer = {
            name: refined(axes[name], combos[name], geometric=name in geometric) for name in combos if name in refine
        }
        return Step({**combos, **finer}, _WISHES[action])
    return Step(combos, _WISHES[action])


def refined(labels: Labels, picked: Labels, *, geometric: bool) -> tuple[Any, ...]:
    """Return the labels of a part of an axis and one between each two neighbours, in order.

    A single label gets one between it and each of its neighbours. Whole numbers stay whole: between 1 and 2 there is
    none.
    """
    ordered = _ordered(labels)
    if ordered is None:
        return tuple(picked)
    among = set(picked)
    inside = [i for i, label in enumerate(ordered) if label in among]
    if len(inside) == 1:
        inside = [i for i in range(inside[0] - 1, inside[0] + 2) if 0 <= i < len(ordered)]
        chosen = [ordered[i] for i in inside]
    else:
        chosen = [ordered[i] for i in range(inside[0], inside[-1] + 1)] if inside else []
    found = [between(low, high, geometric=geometric) for low, high in pairwise(chosen)]
    kept = [label for label in ordered if label in among]
    return tuple(_ordered([*kept, *(label for label in found if label is not None)]) or ())


def _ordered(labels: Labels) -> list[Any] | None:
    """Return labels from least to greatest; None where nothing lies between two of them."""
    kinds = {kind_of(label) for label in labels}
    if not (kinds <= {"int", "float"} or kinds in ({"datetime"}, {"timedelta"})):
        return None
    return sorted(label for label in labels if label == label)  # noqa: PLR0124 - nan is nowhere


def between(low: Any, high: Any, *, geometric: bool) -> Any:
    """Return the label halfway between two: their mean, or the geometric one where both are positive; None without."""
    kind = kind_of(low)
    if kind in {"datetime", "timedelta"}:
        middle = low + (high - low) / 2
        return None if middle in {low, high} else middle
    whole = kind == "int" and kind_of(high) == "int"
    if whole:
        middle = round(float(np.sqrt(float(low) * float(high)))) if geometric and low > 0 else (low + high) // 2
        return middle if low < middle < high else None
    first, last = float(low), float(high)
    middle = float(np.sqrt(first) * np.sqrt(last)) if geometric and first > 0 else first + (last - first) / 2
    middle = _short(middle)
    return middle if first < middle < last and middle - first > _CLOSE * abs(middle) else None


def _short(number: float) -> float:
    """Return a number without the rounding of its last digits: 0.95 for 0.9500000000000001."""
    short = float(f"{number:.12g}")
    return short if abs(short - number) <= CLOSE * abs(number) else number
