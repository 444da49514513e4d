"""The shuffled order that is computed, not stored."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xyzpy_widgets.core.permutation import permuted


@given(st.integers(1, 300), st.integers(0, 2**63), st.data())
@settings(deadline=None, max_examples=100)
def test_every_slice_belongs_to_one_permutation(n: int, seed: int, data: st.DataObject) -> None:
    """Each number comes exactly once, wherever the order is cut."""
    whole = permuted(0, n, n, seed)
    assert sorted(whole.tolist()) == list(range(n))
    start = data.draw(st.integers(0, n))
    stop = data.draw(st.integers(start, n))
    assert permuted(start, stop, n, seed).tolist() == whole[start:stop].tolist()


@pytest.mark.parametrize("n", [10**9, 2**40 + 1, 2**62, 2**63 - 1])
def test_large_orders_stay_in_range_and_apart(n: int) -> None:
    """The order of a space too large to list is still one: in range, and without doubles."""
    found = permuted(n - 1000, n, n, 7)
    assert len(set(found.tolist())) == 1000
    assert found.min() >= 0
    assert found.max() < n


def test_seeds_give_orders_of_their_own() -> None:
    """A shuffled order is far from the order of the space, and another seed gives another one."""
    one, other = permuted(0, 1000, 1000, 1), permuted(0, 1000, 1000, 2)
    assert abs(np.corrcoef(one, np.arange(1000))[0, 1]) < 0.15
    assert (one == other).mean() < 0.02


def test_all_orders_of_few_points_occur() -> None:
    """Small spaces are shuffled too, not only rotated."""
    assert len({tuple(permuted(0, 3, 3, seed).tolist()) for seed in range(200)}) == 6
