"""Draws that a panel offers for a Sampler: the distributions of numpy's Generator, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.grammar.typed import read_number
from xyzpy_widgets.widgets.protocol import Distribution

__all__ = ["DISTRIBUTIONS", "OWN", "Draw", "distributions_told", "draw_of"]

OWN = "own"
"""The draw that the sampler has by itself."""

DISTRIBUTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "uniform": ("uniform", ("low", "high")),
    "integers": ("whole numbers", ("low", "high")),
    "loguniform": ("log-uniform", ("low", "high")),
    "normal": ("normal", ("mean", "deviation")),
    "lognormal": ("log-normal", ("mean of log", "deviation of log")),
    "exponential": ("exponential", ("mean",)),
}
"""Each distribution: what it is called in the panel, and its parameters."""


def distributions_told() -> list[Distribution]:
    """Tell which draws are offered, the sampler's own first."""
    offered = {OWN: ("as the sampler draws it", ()), **DISTRIBUTIONS}
    return [{"name": name, "label": label, "parameters": list(words)} for name, (label, words) in offered.items()]


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw from a distribution; it takes the generator, as `draw_cases` wants it.

    Attributes
    ----------
    name : str
        One of `DISTRIBUTIONS`.
    parameters : tuple of float
    code : str
        A Python expression that makes the same draws.
    """

    name: str
    parameters: tuple[float, ...]
    code: str

    def __call__(self, rng: np.random.Generator) -> Any:
        """Draw one value."""
        if self.name == "loguniform":
            low, high = self.parameters
            return np.exp(rng.uniform(np.log(low), np.log(high)))
        if self.name == "integers":
            low, high = map(int, self.parameters)
            return int(rng.integers(low, high, endpoint=True))
        return getattr(rng, self.name)(*self.parameters)


def draw_of(name: str, parameters: Sequence[str]) -> Draw:
    """Read a distribution as it was typed; raise `SpaceError` for parameters that it cannot have."""
    _, words = DISTRIBUTIONS[name]
    given = [read_number(word, text) for word, text in zip(words, [*parameters, *[""] * len(words)], strict=False)]
    numbers, codes = [one.values[0] for one in given], [one.code for one in given]
    _check(name, numbers)
    if name == "loguniform":
        code = f"lambda rng: np.exp(rng.uniform(np.log({codes[0]}), np.log({codes[1]})))"
    elif name == "integers":
        low, high = map(int, numbers)
        code = f"lambda rng: int(rng.integers({low}, {high}, endpoint=True))"
    else:
        code = f"lambda rng: rng.{name}({', '.join(codes)})"
    return Draw(name, tuple(numbers), code)


def _check(name: str, numbers: Sequence[float]) -> None:
    """Raise `SpaceError` for what the distribution would refuse at its first draw."""
    if name in {"uniform", "integers", "loguniform"} and not numbers[0] <= numbers[1]:
        msg = "“low” is greater than “high”"
        raise SpaceError(msg)
    if name == "loguniform" and numbers[0] <= 0:
        msg = "a log-uniform draw begins above 0"
        raise SpaceError(msg)
    if name == "integers" and any(int(one) != one for one in numbers):
        msg = "give whole numbers for “low” and “high”"
        raise SpaceError(msg)
    if name in {"normal", "lognormal", "exponential"} and numbers[-1] < 0:
        msg = f"the last number is {numbers[-1]!r}; it cannot be below 0"
        raise SpaceError(msg)
