"""The ledger: what is done is told apart from what has a value."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given

from tests.strategies import spaces
from xyzpy_widgets.core.lattice import lattice_of
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.labelling.account import Account, blank
from xyzpy_widgets.labelling.columns import exact_variable
from xyzpy_widgets.labelling.ledger import Labelled, Parts, ledger_of, with_inferred_ledger

NAN = float("nan")


def account_with(states: list[Status]) -> Account:
    """Return the account of cases of which only the state is known."""
    account = blank([len(states)])
    account.status[:] = states
    return account


def test_the_states_follow_the_conventions() -> None:
    """A reader of the file finds the meaning of each number beside it (CF conventions, section 3.5)."""
    ledger = ledger_of(["a"], {"a": ("a", [1, 2])}, account_with([Status.DONE, Status.FAILED]), {}, {"k": 5})
    status = ledger["status"]
    assert status.dtype == np.int8
    assert status.attrs["flag_values"].tolist() == [0, 1, 2, 3]
    assert status.attrs["flag_meanings"] == "missing done failed cancelled"
    assert ledger.attrs["constants"] == {"k": 5}


def test_only_what_differs_from_the_states_is_kept() -> None:
    """An output that every done case has needs no mask of its own; one that lacks some has it."""
    account = account_with([Status.DONE, Status.FAILED])
    same = np.array([[True, True], [False, False]])
    less = np.array([[True, False], [False, False]])
    coords = {"a": ("a", [1, 2]), "x": ("x", ["u", "v"])}
    ledger = ledger_of(["a"], coords, account, {"y": (("a", "x"), same), "z": (("a", "x"), less)}, {})
    assert [name for name in ledger if str(name).startswith("present_")] == ["present_z"]
    data = xr.Dataset({"y": (("a", "x"), [[1.0, NAN], [NAN, NAN]]), "z": (("a", "x"), [[1.0, NAN], [NAN, NAN]])})
    labelled = Labelled(data, ledger)
    assert labelled.args == ("a",)
    assert labelled.done.tolist() == [True, False]
    assert labelled.present("y").tolist() == same.tolist()
    assert labelled.present("z").tolist() == less.tolist()


@given(space=spaces().map(ParameterSpace.labelled))
def test_the_dataset_is_the_one_that_its_constructor_makes(space: ParameterSpace) -> None:
    """What is made of parts without xarray's constructor is the same in all that xarray knows of a dataset."""
    lattice = lattice_of(space)
    coords = {name: exact_variable([name], labels, {"of": name}) for name, labels in lattice.labels().items()}
    outputs = {
        "y": exact_variable(lattice.names, np.arange(lattice.size).reshape(lattice.shape), {"units": "m"}),
        "z": exact_variable([*lattice.names, "x"], np.zeros((*lattice.shape, 2)), {}),
    }
    account, marks = (
        blank(lattice.shape),
        {"z": exact_variable([*lattice.names, "x"], np.zeros((*lattice.shape, 2)), {})},
    )
    parts = Parts(lattice.names, outputs, coords, {"title": "all"}, account, marks, {"k": 1})
    known = {**account.variables(lattice.names), "present_z": marks["z"]}
    ledger = xr.Dataset(known, coords, {"constants": {"k": 1}, **account.attrs()})
    assert_made(parts.ledger(), ledger)
    found, expected = parts.data(), xr.Dataset(outputs, coords, {"title": "all"})
    assert_made(found, expected)
    found["y"].attrs["units"] = found.attrs["title"] = "changed"
    xr.testing.assert_identical(parts.data(), expected)


def assert_made(found: xr.Dataset, expected: xr.Dataset) -> None:
    """Check that a dataset is as xarray's constructor has made it."""
    xr.testing.assert_identical(found, expected)
    assert list(found.variables) == list(expected.variables)
    assert list(found.xindexes) == list(expected.xindexes)
    for name, index in found.indexes.items():
        assert index.equals(expected.indexes[name])
        assert (index.dtype, index.name) == (expected.indexes[name].dtype, name)
        assert found[name].dtype == expected[name].dtype
        assert type(found.variables[name]) is type(expected.variables[name])


def test_data_without_a_ledger_is_done_where_it_has_values() -> None:
    """A case counts as done when any of its outputs has any value, in whatever order its dimensions come."""
    data = xr.Dataset(
        {
            "y": (("x", "b", "a"), [[[1.0, NAN, NAN]]]),
            "z": ("a", ["u", None, None]),
            "w": ("b", [NAN]),
            "v": (("x", "a"), [[NAN] * 3]),
        },
        {"a": [1, 2, 3], "b": [5]},
    )
    labelled = with_inferred_ledger(data, ("a", "b"))
    assert labelled.args == ("a", "b")
    assert labelled.done.tolist() == [[True], [False], [False]]
    assert labelled.data["y"].dims == ("a", "b", "x")
    assert labelled.present("y").shape == (3, 1, 1)
    assert labelled.present("z").tolist() == [True, False, False]
    assert labelled.present("w").tolist() == [False]
    assert labelled.present("v").shape == (3, 1)


@pytest.mark.parametrize(
    ("data", "args", "done"),
    [
        (xr.Dataset({"y": 1.0}), (), True),
        (xr.Dataset({"y": NAN}), (), False),
        (xr.Dataset({"y": ("a", [])}, {"a": []}), ("a",), []),
        (xr.Dataset({"y": (("a", "x"), np.empty((2, 0)))}, {"a": [1, 2]}), ("a",), [False, False]),
        (xr.Dataset({"y": ("x", [1.0])}), ("a",), True),
        (xr.Dataset(coords={"a": [1, 2]}), ("a",), [False, False]),
    ],
)
def test_small_and_empty_data_has_a_ledger(data: xr.Dataset, args: tuple[str, ...], done: object) -> None:
    """A single value, an empty axis and a dataset without outputs are data too."""
    assert with_inferred_ledger(data, args).done.tolist() == done


def test_a_doubled_label_is_refused() -> None:
    """Cases that cannot be told apart cannot be looked up."""
    with pytest.raises(SpaceError, match="a has the label 1 twice"):
        with_inferred_ledger(xr.Dataset({"y": ("a", [1, 2])}, {"a": [1, 1]}), ("a",))
