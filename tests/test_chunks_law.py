"""With chunks or without: whatever is done to a harvest, the same comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xyzpy_widgets as xyz
from tests.exact import assert_exact
from xyzpy_widgets.errors import MergeError, SpaceError, StoreError

KINDS: dict[str, Callable[[int, int], Any]] = {
    "real": lambda a, b: a / 3 + b,
    "int": lambda a, b: 10 * a + b,
    "int8": lambda a, b: np.int8(10 * a + b),
    "uint64": lambda a, b: np.uint64(2**64 - 1 - 10 * a - b),
    "lowest": lambda a, b: -(2**63) + 10 * a + b,
    "bool": lambda a, b: (a + b) % 2 == 0,
    "complex": lambda a, b: a + b * 1j,
    "moment": lambda a, b: np.datetime64(10 * a + b, "s"),
    "text": lambda a, b: "é" * a + str(b),
    "bytes": lambda a, b: b"x" * a + bytes([65 + b]),
    "mixed": lambda a, b: [None, a, f"{b}"][(a + b) % 3],
}
"""A value of each kind."""
INNER = {"real", "int", "bool", "text"}
"""The kinds that are tried as vectors too."""

labels = st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("combos"), labels, labels, st.sampled_from(["missing", "keep", "replace", "unsynced"])),
        st.tuples(st.just("cases"), labels, labels),
        st.tuples(st.just("add"), labels, labels),
        st.tuples(st.just("drop"), labels, st.sampled_from("ab")),
        st.tuples(st.sampled_from(["undo", "again", "deepen", "delete"])),
    ),
    min_size=1,
    max_size=6,
)


def made(kind: str, *, inner: bool, failing: set[tuple[int, int]]) -> xyz.Runner:
    """Return what makes values of a kind, beside numbers that are always there."""

    def fn(a: int, b: int) -> Any:
        if (a, b) in failing:
            raise ValueError("not here")
        value = KINDS[kind](a, b)
        return ([value, KINDS[kind](a, b + 1)] if inner else value), a / 7

    dims: dict[str, Any] = {"var_dims": {"y": "t"}, "var_coords": {"t": [1, 2]}} if inner else {}
    return xyz.Runner(fn, ("y", "x"), verbosity=0, on_error="continue", **dims)


def done(one: xyz.Harvester, step: tuple[Any, ...]) -> None:
    """Carry one step out."""
    what, *given = step
    if what == "combos":
        how: dict[str, dict[str, Any]] = {"keep": {"overwrite": False}, "replace": {"overwrite": True}}
        wishes = how.get(given[2], {"missing_only": True, "sync": given[2] == "missing"})
        one.harvest_combos({"a": given[0], "b": given[1]}, **wishes)
    elif what == "cases":
        one.harvest_cases([{"a": a, "b": b} for a, b in zip(given[0], given[1], strict=False)], missing_only=True)
    elif what == "add":
        one.add_ds(one.runner.run_combos({"a": given[0], "b": given[1]}), overwrite=False)
    elif what == "drop":
        one.drop_sel({given[1]: given[0]}, errors="ignore")
    elif what == "deepen":
        one.expand_dims("c", 5)
    elif what == "undo":
        one.undo()
    elif what == "delete":
        one.delete_ds()


def came_of(one: xyz.Harvester, step: tuple[Any, ...]) -> str:
    """Carry one step out; return what was raised."""
    try:
        done(one, step)
    except (MergeError, SpaceError, StoreError, KeyError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


@pytest.mark.parametrize(
    ("kind", "suffix"), [*((kind, "h5") for kind in KINDS), ("real", "zarr"), ("int", "zarr"), ("text", "zarr")]
)
@given(st.data())
@settings(deadline=None, max_examples=6)
def test_the_same_comes_of_it(kind: str, suffix: str, data: st.DataObject) -> None:
    """Values, types, labels, states, failures, what is raised and what is written are those of a loaded file."""
    failing = {(a, b) for a, b in data.draw(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=4))}
    runner = made(kind, inner=kind in INNER and data.draw(st.booleans()), failing=failing)
    chunks = data.draw(st.sampled_from([{}, {"a": 2}, 1, "auto"]))
    with TemporaryDirectory() as folder:
        plain, lazy = Path(folder, f"plain.{suffix}"), Path(folder, f"lazy.{suffix}")
        one, other = xyz.Harvester(runner, plain), xyz.Harvester(runner, lazy, chunks=chunks)
        for step in data.draw(steps):
            if step == ("again",):
                one, other = xyz.Harvester(runner, plain), xyz.Harvester(runner, lazy, chunks=chunks)
            raised = came_of(one, step)
            assert came_of(other, step).replace("lazy", "plain") == raised
            assert_same(one, other)
            if plain.exists():
                assert_exact(xyz.load_ds(plain), xyz.load_ds(lazy))


def assert_same(one: xyz.Harvester, other: xyz.Harvester) -> None:
    """Compare what two harvesters have."""
    full, found = one.full_ds, other.full_ds
    if full is None or found is None:
        assert full is found is None
        return
    assert_exact(full, found)
    for name, variable in full.variables.items():
        assert found.variables[name].dtype == variable.dtype
    assert one.status.identical(other.status.load())
    assert one.failures.equals(other.failures)
    told = ["note", "new", "changed", "conflicts"]
    assert one.history[told].equals(other.history[told])
