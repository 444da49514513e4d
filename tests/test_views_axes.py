"""Cells lie where their labels are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xyzpy_widgets.views.axes import bins, edges, is_geometric

PLACES = st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=20, unique=True).map(sorted)


@given(PLACES)
def test_edges_are_midpoints(places: list[int]) -> None:
    """Each inner edge is halfway between two labels, each label lies in its own cell."""
    found = edges(np.array(places, dtype=float))
    assert found.size == len(places) + 1
    np.testing.assert_allclose(found[1:-1], [(a + b) / 2 for a, b in pairwise(places)])
    assert np.all((found[:-1] < places) & (places < found[1:]))


@given(PLACES)
def test_edges_of_logarithmic_axes_are_geometric_midpoints(places: list[int]) -> None:
    """On a logarithmic axis a cell reaches as far to both sides as the eye sees it, and never to zero."""
    numbers = np.exp(np.array(places) / 1000)
    found = edges(numbers, log=True)
    np.testing.assert_allclose(found[1:-1], np.sqrt(numbers[:-1] * numbers[1:]))
    assert found[0] > 0


def test_edges_of_times_and_single_labels() -> None:
    """Times have edges in time; one label alone has a cell of one, a day or a decade."""
    days = np.array(["2020-01-01", "2020-01-03"], dtype="datetime64[ns]")
    assert edges(days).astype("datetime64[D]").astype(str).tolist() == ["2019-12-31", "2020-01-02", "2020-01-04"]
    assert (edges(days[:1])[1] - edges(days[:1])[0]) == np.timedelta64(1, "D")
    assert edges(np.array([3.0])).tolist() == [2.5, 3.5]
    np.testing.assert_allclose(edges(np.array([10.0]), log=True), [np.sqrt(10), np.sqrt(1000)])


@pytest.mark.parametrize(
    ("places", "answer"),
    [
        ([1, 10, 100], True),
        ([1, 3, 10, 30, 100], True),
        ([0.25, 0.5, 1], True),
        ([100, 1, 10], True),
        ([1, 2, 3, 4], False),
        ([2, 3, 4], False),
        ([0, 1, 10], False),
        ([-1, 1, 10], False),
        ([1, 10], False),
        ([1, 2, 50, 51], False),
    ],
)
def test_spacing_by_a_factor_is_seen(places: list[float], answer: bool) -> None:  # noqa: FBT001 - a row of a table
    """A logarithmic axis is proposed for labels that grow by a factor, for no others."""
    assert is_geometric(np.array(places, dtype=float)) is answer


def test_bins_are_even_on_their_axis() -> None:
    """Bins span the values, by a step, a factor or a time; one value alone has bins around it."""
    np.testing.assert_allclose(bins(np.array([0.0, 20])), np.arange(21.0))
    factors = bins(np.array([1.0, 1e4]), log=True)
    np.testing.assert_allclose(factors[1:] / factors[:-1], 10**0.2)
    days = bins(np.array(["2020-01-01", "2020-01-21"], dtype="datetime64[ns]"))
    assert np.unique(np.diff(days)).tolist() == [np.timedelta64(1, "D").astype("timedelta64[ns]").astype(int)]
    assert (bins(np.array([3.0]))[0], bins(np.array([3.0]))[-1]) == (2.5, 3.5)
