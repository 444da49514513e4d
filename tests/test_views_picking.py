"""A box picks out what lies in it: the labels, on every kind of axis, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from xyzpy_widgets.views.document import Box
from xyzpy_widgets.views.picking import boxes_of, picked_places, picked_rows
from xyzpy_widgets.views.resolve import resolve
from xyzpy_widgets.views.spec import Wishes


def study() -> xr.Dataset:
    """A result over a logarithmic axis, a text, a time and a seed."""
    labels: dict[str, Any] = {
        "C": [100.0, 0.1, 1.0, 10.0],
        "k": ["p", "q", "r"],
        "t": pd.date_range("2020-01-01", periods=4),
        "seed": [0, 1],
    }
    values = np.arange(96.0).reshape(4, 3, 4, 2)
    return xr.Dataset({"z": (tuple(labels), values)}, labels)


def picked(box: Box, **wishes: Any) -> dict[str, list[Any]]:
    """The labels that a box picks out."""
    data = study()
    places = picked_places(data, resolve(data, Wishes(**wishes)), box)
    return {
        dim: (data[dim].to_numpy()[at].astype(str) if dim == "t" else data[dim].to_numpy()[at]).tolist()
        for dim, at in places.items()
    }


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_the_labels_between_the_ends_are_picked(one: float, other: float) -> None:
    """On a logarithmic axis whose labels jump, just those between the ends are picked, or the one whose cell it is."""
    low, high = sorted((one, other))
    found = picked(Box(0, (low, high), (-1, 9)), kind="heatmap", x="C", y="k", fixed={"t": "2020-01-01", "seed": 0})
    inside = {label for label in (100.0, 0.1, 1.0, 10.0) if low <= label <= high}
    assert set(found["C"]) == inside or (not inside and len(found["C"]) == 1)
    assert found["k"] == ["p", "q", "r"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_box_around_labels_picks_them(draws: st.DataObject) -> None:
    """The box that frames labels which lie side by side picks out just these, on every kind of axis."""
    data = study().sortby("C")
    x, y, other = draws.draw(st.permutations(["C", "k", "t"]))
    spec = resolve(data, Wishes(kind="heatmap", x=x, y=y, col="seed", aggregate=other))
    places = {}
    for dim in (x, y, "seed"):
        ends = sorted(draws.draw(st.tuples(*[st.integers(0, data.sizes[dim] - 1)] * 2)))
        places[dim] = np.arange(ends[0], ends[1] + 1)
    boxes = boxes_of(data, spec, places)
    assert [box.panel for box in boxes] == places["seed"].tolist()
    for box in boxes:
        found = picked_places(data, spec, box)
        assert {dim: found[dim].tolist() for dim in (x, y)} == {dim: places[dim].tolist() for dim in (x, y)}
        assert found["seed"].tolist() == [box.panel]


def test_labels_that_lie_apart_have_no_box() -> None:
    """What jumps over a label, or is not drawn, is framed nowhere; along an axis of values a box is open."""
    data = study()
    spec = resolve(data, Wishes(kind="heatmap", x="C", y="k", fixed={"t": "2020-01-01", "seed": 0}))
    assert boxes_of(data, spec, {"C": np.array([0, 1])}) == []
    assert boxes_of(data, spec, {"seed": np.array([1])}) == []
    assert boxes_of(data, resolve(data, Wishes(kind="table")), {}) == []
    line = resolve(data, Wishes(kind="line", x="k", by="seed", aggregate=["C", "t"]))
    (box,) = boxes_of(data, line, {"k": np.array([1, 2])})
    assert (box.y, box.names["x"]) == ((-np.inf, np.inf), ("q", "r"))


def test_texts_and_times_are_picked_by_their_places() -> None:
    """The second text lies at 1 on a heatmap, and a time at its milliseconds."""
    day = 86_400_000
    first = pd.Timestamp("2020-01-01").value / 1e6
    box = Box(0, (first + 0.5 * day, first + 2.5 * day), (0.6, 1.4))
    found = picked(box, kind="heatmap", x="t", y="k", slider={"seed": 1}, aggregate="C")
    assert found["k"] == ["q"]
    assert [time[:10] for time in found["t"]] == ["2020-01-02", "2020-01-03"]
    assert found["seed"] == [1]
    assert len(found["C"]) == 4


def test_a_box_picks_the_label_of_its_panel() -> None:
    """The third of four columns in the second row is one label of each."""
    found = picked(Box(4 + 2, (0.5, 20), (-1, 9)), kind="heatmap", x="C", y="seed", row="k", col="t")
    assert found["k"] == ["q"]
    assert [time[:10] for time in found["t"]] == ["2020-01-03"]
    assert found["C"] == [1.0, 10.0]


def test_curves_are_picked_by_their_marks() -> None:
    """Of several curves those are picked that have a mark in the box; all of them where none has."""
    wishes: dict[str, Any] = {"kind": "line", "x": "C", "by": "k", "fixed": {"t": "2020-01-01", "seed": 0}}
    assert picked(Box(0, (0.05, 0.2), (31.0, 33.0)), **wishes)["k"] == ["q"]
    assert picked(Box(0, (0.05, 0.2), (1e5, 2e5)), **wishes)["k"] == ["p", "q", "r"]


def test_names_are_picked_by_name() -> None:
    """On an axis of groups the box tells names."""
    found = picked(Box(0, (0, 1), (0, 100), {"x": ("q",)}), kind="box", x="k")
    assert found["k"] == ["q"]


@pytest.mark.parametrize(("ends", "rows"), [((0.0, 2.5), [True, True, False]), ((9, 10), [False] * 3)])
def test_rows_are_picked_by_their_marks(ends: tuple[float, float], rows: list[bool]) -> None:
    """Of a table those rows are picked whose mark lies in the box."""
    table = pd.DataFrame({"x": [1.0, 2, 3], "y": [5.0, 6, 7]})
    assert picked_rows(table, resolve(table), Box(0, ends, (0, 10))).tolist() == rows
