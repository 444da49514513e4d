"""Draws: how the arguments of a Sampler get their random values."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xyzpy_widgets.core.forms import as_values
from xyzpy_widgets.core.space import Cases
from xyzpy_widgets.errors import SeedWarning, SpaceError

__all__ = ["DrawIds", "as_draws", "draw_cases"]


@dataclass(frozen=True, slots=True)
class DrawIds:
    """What the draws of a run are called, so that each is known wherever something is told of it.

    Attributes
    ----------
    token : str
        What no other run has.
    again : tuple of str
        The ids of those that are tried again, which are the first points of the space.
    """

    token: str
    again: tuple[str, ...] = ()

    def of(self, number: int) -> str:
        """Return the id of a point: one that is tried again keeps its own."""
        return self.again[number] if number < len(self.again) else f"{self.token}-{number}"

    def retried(self, numbers: Iterable[int]) -> dict[int, str]:
        """Return which of some points are tried again: their ids, by their places among these."""
        if not self.again:
            return {}
        return {at: self.again[number] for at, number in enumerate(numbers) if number < len(self.again)}


def as_draws(given: Any) -> dict[str, Any]:
    """Read draws from a mapping or pairs; what can be gone through only once is listed, for it is drawn from often."""
    if given is None:
        return {}
    try:
        draws = dict(given)
    except (TypeError, ValueError) as error:
        msg = f"combos must be a mapping or pairs of names and draws, not {given!r}"
        raise SpaceError(msg) from error
    once = [name for name, draw in draws.items() if isinstance(draw, Iterator) and not callable(draw)]
    return {**draws, **{name: list(draws[name]) for name in once}}


def draw_cases(n: Any, draws: Mapping[str, Any], rng: np.random.Generator, *, seeded: bool) -> Cases:
    """Draw the values of every argument.

    Parameters
    ----------
    n : int
        The number of cases.
    draws : mapping of str to draw
        For each argument one of: an iterable, of which each case gets one value, all equally likely; a frozen
        ``scipy.stats`` distribution; a callable with one required argument, which gets the
        generator; any other callable, which is called without arguments and draws from its own source; a single value.
    rng : numpy.random.Generator
        Where the draws come from, argument by argument.
    seeded : bool
        Whether the caller expects the same cases again: a `SeedWarning` then names the draws that cannot follow.

    Returns
    -------
    Cases
        Of length ``n``, with an argument per draw, in their order.

    Raises
    ------
    SpaceError
        For an ``n`` that is not a count, for a draw without any values, and for a distribution of several variables.
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
        msg = f"n={n!r} is not a number of samples; give a whole number from 0"
        raise SpaceError(msg)
    columns = tuple(tuple(_draw(name, draw, int(n), rng, seeded=seeded)) for name, draw in draws.items())
    return Cases(tuple(draws), columns, int(n))


def _draw(name: str, draw: Any, n: int, rng: np.random.Generator, *, seeded: bool) -> list[Any]:
    if hasattr(draw, "rvs"):
        values = np.asarray(draw.rvs(size=n, random_state=rng))
        if values.shape != (n,):
            msg = f"{name} draws values of shape {values.shape}, and {n} single numbers are wanted; draw each by itself"
            raise SpaceError(msg)
        return list(values.tolist())
    if callable(draw):
        return _called(name, draw, n, rng, seeded=seeded)
    return _chosen(name, draw, n, rng)


def _called(name: str, draw: Callable[..., Any], n: int, rng: np.random.Generator, *, seeded: bool) -> list[Any]:
    if _takes_generator(draw):
        return [draw(rng) for _ in range(n)]
    if seeded:
        msg = f"the seed does not reach {name}: {draw!r} draws from its own source; let it take one: lambda rng: …"
        warnings.warn(msg, SeedWarning, stacklevel=2)
    return [draw() for _ in range(n)]


def _takes_generator(draw: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(draw).parameters.values()
    except (TypeError, ValueError):  # a builtin that does not tell its parameters
        return False
    positional = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    required = [p for p in parameters if p.kind in positional and p.default is inspect.Parameter.empty]
    return len(required) == 1


def _chosen(name: str, draw: Any, n: int, rng: np.random.Generator) -> list[Any]:
    values = as_values(name, draw)
    if not values and n:
        msg = f"{name} has no values to draw from; give at least one"
        raise SpaceError(msg)
    return [values[i] for i in rng.integers(len(values), size=n).tolist()] if n else []
