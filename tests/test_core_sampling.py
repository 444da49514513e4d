"""Draws: seeded ones come again, and nobody else's random state is touched."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from xyzpy_widgets.core.sampling import draw_cases
from xyzpy_widgets.core.space import Cases
from xyzpy_widgets.errors import SeedWarning, SpaceError


def drawn(n: Any, draws: dict[str, Any], seed: int = 0, *, seeded: bool = True) -> Cases:
    """Draw with a generator of a seed."""
    return draw_cases(n, draws, np.random.default_rng(seed), seeded=seeded)


SEEDED: dict[str, Callable[[], Any]] = {
    "list": lambda: [1, 2, 3],
    "generator": lambda: (i for i in range(3)),
    "array": lambda: np.array([0.5, 1.5]),
    "set": lambda: {"x", "y", "z"},
    "scalar": lambda: 5,
    "text": lambda: "text",
    "none": lambda: None,
    "frozen": lambda: scipy.stats.norm(1, 2),
    "discrete": lambda: scipy.stats.randint(0, 9),
    "unfrozen": lambda: scipy.stats.uniform,
    "of a generator": lambda: lambda rng: rng.normal(),
    "method": lambda: np.random.Generator.random,
    "optional beside": lambda: lambda rng, scale=2.0, *more, **others: scale * rng.random(),
}


@pytest.mark.parametrize("name", SEEDED)
def test_the_same_seed_draws_the_same_cases(name: str) -> None:
    """A seeded table can be made again, and another seed makes another one."""
    one, same, other = (drawn(40, {"a": SEEDED[name]()}, seed) for seed in (1, 1, 2))
    assert one == same
    assert one.length == 40
    assert (one == other) == (name in {"scalar", "text", "none"})


@pytest.mark.parametrize("name", SEEDED)
def test_no_global_random_state_is_touched(name: str) -> None:
    """The user's own random numbers go on as if nothing had been drawn."""
    before = random.getstate(), repr(np.random.get_state())  # noqa: NPY002 - the state that must not change
    drawn(10, {"a": SEEDED[name]()})
    assert (random.getstate(), repr(np.random.get_state())) == before  # noqa: NPY002 - the state that must not change


@given(st.lists(st.one_of(st.integers(), st.text(max_size=2), st.none()), min_size=1, max_size=5), st.integers(0, 30))
@settings(deadline=None, max_examples=50)
def test_a_choice_gives_the_values_themselves(values: list[Any], n: int) -> None:
    """Each case gets one of the values as it is, and as many cases come as were asked for."""
    cases = drawn(n, {"a": values, "b": values})
    assert cases.names == ("a", "b")
    assert len(cases) == len(cases.columns[0]) == len(cases.columns[1]) == n
    assert all(any(found is value for value in values) for found in cases.columns[0])


def test_all_values_are_equally_likely() -> None:
    """A choice has no favourite."""
    (column,) = drawn(30_000, {"a": ["x", "y", "z"]}).columns
    assert all(abs(column.count(value) - 10_000) < 500 for value in "xyz")


def test_a_distribution_gives_plain_numbers() -> None:
    """A label from a distribution is a Python number, of the distribution's own shape."""
    (column,) = drawn(5000, {"a": scipy.stats.norm(10, 2)}).columns
    assert set(map(type, column)) == {float}
    assert abs(np.mean(column) - 10) < 0.2
    assert set(map(type, drawn(5, {"a": scipy.stats.randint(0, 9)}).columns[0])) == {int}


@pytest.mark.parametrize("draw", [random.random, lambda: random.gauss(0.0, 0.1), float, lambda *, scale=1: scale])
def test_a_draw_beyond_the_seed_is_told(draw: Callable[..., Any]) -> None:
    """A callable without a generator cannot follow a seed: it works, with a warning when a seed was given."""
    with pytest.warns(SeedWarning, match="the seed does not reach a"):
        assert len(drawn(3, {"a": draw}).columns[0]) == 3
    assert len(drawn(3, {"a": draw}, seeded=False).columns[0]) == 3


def test_no_cases_can_be_drawn() -> None:
    """Zero samples are an empty result, whatever the draws are."""
    cases = drawn(0, {"a": [], "b": scipy.stats.norm(), "c": lambda rng: rng.random()})
    assert cases == Cases(("a", "b", "c"), ((), (), ()), 0)


@pytest.mark.parametrize(
    ("n", "draw", "message"),
    [
        (1.5, [1], "n=1.5 is not a number of samples"),
        (-1, [1], "n=-1 is not"),
        (True, [1], "n=True is not"),
        ("3", [1], "n='3' is not"),
        (1, [], "a has no values to draw from"),
        (3, np.ones((2, 2)), r"a has values of shape \(2, 2\)"),
        (3, ..., r"a=\.\.\. means every stored value"),
        (3, scipy.stats.multivariate_normal([0, 0]), r"a draws values of shape \(3, 2\)"),
        (1, scipy.stats.multivariate_normal([0, 0]), r"a draws values of shape \(2,\)"),
    ],
)
def test_what_cannot_be_drawn_is_named(n: Any, draw: Any, message: str) -> None:
    """A bad number of samples or a draw without values is refused before anything runs."""
    with pytest.raises(SpaceError, match=message):
        drawn(n, {"a": draw})
