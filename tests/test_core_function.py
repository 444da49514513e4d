"""What is run: the description is checked before the first call, and each call gets its own arguments."""

from __future__ import annotations

import functools
import math
import pickle
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.errors import FunctionError, SpaceError


def plain(fn: Any, self: Any, args: Any = "default") -> Any:
    """Arguments whose names careless code takes for its own."""
    return fn, self, args


def keyword_only(fn: Any, *, self: Any, args: Any = "default") -> Any:
    """Arguments that cannot be given by position."""
    return fn, self, args


def positional_only(fn: Any, self: Any, args: Any = "default", /) -> Any:
    """Arguments that cannot be given by name."""
    return fn, self, args


def mixed(fn: Any, /, self: Any, *, args: Any = "default") -> Any:
    """One argument of each kind."""
    return fn, self, args


def open_ended(fn: Any, **others: Any) -> Any:
    """Arguments that the signature does not name."""
    return fn, others["self"], others.get("args", "default")


class Callable3:
    """An object that is called like a function."""

    def __call__(self, /, fn: Any, args: Any = "default", **others: Any) -> Any:
        """Take its own name for ``self`` among the others."""
        return fn, others["self"], args

    def method(self, fn: Any, names: Any, values: Any = "default") -> Any:
        """A bound method."""
        return fn, names, values


FUNCTIONS: list[Callable[..., Any]] = [plain, keyword_only, positional_only, mixed, open_ended, Callable3()]
VALUES = {"fn": 1, "self": 2, "args": 3}


@pytest.mark.parametrize("fn", FUNCTIONS, ids=lambda fn: getattr(fn, "__name__", "object"))
@pytest.mark.parametrize("swept", [order for n in (0, 1, 2, 3) for order in permutations(VALUES, n)], ids=str)
def test_each_value_reaches_its_argument(fn: Callable[..., Any], swept: tuple[str, ...]) -> None:
    """Whatever the arguments are called, in whatever order they are swept, and whichever of them are constants."""
    for with_args in (True, False):
        names = [name for name in VALUES if with_args or name != "args" or name in swept]
        constants = {name: VALUES[name] for name in names if name not in swept}
        spec = as_function_spec(fn, constants=constants)
        spec.check_call(swept)
        call = pickle.loads(pickle.dumps(spec.bound(swept)))  # noqa: S301 - our own bytes
        expected = (1, 2, 3 if "args" in names else "default")
        assert call(*(VALUES[name] for name in swept)) == expected


def test_the_quick_call_is_positional() -> None:
    """Arguments that are swept in the order of the signature cost no call by name."""
    assert as_function_spec(plain).bound(("fn", "self")) is plain
    assert isinstance(as_function_spec(plain, resources={"args": 3}).bound(("fn", "self")), functools.partial)


def test_a_default_fills_the_gap_before_a_positional_argument() -> None:
    """An argument by position reaches its place though one before it is not given."""

    def gap(a: int, b: int = 5, c: int = 6, /, d: int = 7) -> tuple[int, ...]:
        return a, b, c, d

    assert as_function_spec(gap).bound(("c", "a"))(3, 1) == (1, 5, 3, 7)
    assert as_function_spec(gap, constants={"c": 3, "d": 4}).bound(("a",))(1) == (1, 5, 3, 4)


def test_methods_and_partials_are_functions() -> None:
    """What is bound already is no argument any more."""
    method = as_function_spec(Callable3().method)
    assert method.fn_args == ("fn", "names", "values")
    assert method.bound(("names", "fn"))(2, 1) == (1, 2, "default")
    part = as_function_spec(functools.partial(plain, self=2))
    part.check_call(("fn",))
    assert part.bound(("fn",))(1) == (1, 2, "default")


def test_builtins_without_a_signature_are_called_by_position() -> None:
    """The order is that of ``fn_args``, else that of the sweep: no value goes to another argument."""
    assert as_function_spec(getattr).bound(("object", "name"))(1, "real") == 1
    assert as_function_spec(getattr, fn_args=("object", "name")).bound(("name", "object"))("real", 1) == 1
    assert as_function_spec(getattr, fn_args=("object", "name"), constants={"object": 1}).bound(("name",))("real") == 1
    assert as_function_spec(max, fn_args=("a", "b"), constants={"key": abs}).bound(("b", "a"))(1, -2) == -2
    assert as_function_spec(math.atan2).bound(("x", "y"))(1.0, 0.0) == 0.0
    with pytest.raises(FunctionError, match="getattr needs the argument 'name'"):
        as_function_spec(getattr, fn_args=("object", "name")).check_call(("object",))


@pytest.mark.parametrize(
    ("swept", "fixed", "message"),
    [
        (("fn",), {}, "plain needs the argument 'self'"),
        (("fn", "self", "arg"), {}, "plain has no argument 'arg'; did you mean 'args'"),
        (("fn", "self"), {"constants": {"zzz": 1}}, "plain has no argument 'zzz'; there is 'fn', 'self', 'args'"),
        (("fn", "self"), {"constants": {"self": 1}}, r"'self' is swept and is a constant too \(1\)"),
        (("fn", "self"), {"resources": {"self": 1}}, "'self' is swept and is a resource too"),
        (("fn", "self"), {"var_names": "fn"}, "the output 'fn' bears the name of a swept argument"),
        (("fn", "self"), {"var_names": "y", "var_dims": "fn"}, "'y' has the dimension 'fn', which is swept"),
    ],
)
def test_a_call_that_cannot_work_is_refused(swept: tuple[str, ...], fixed: dict[str, Any], message: str) -> None:
    """Missing, unknown and doubled arguments are found before anything runs, each with a remedy."""
    with pytest.raises(FunctionError, match=message):
        as_function_spec(plain, **fixed).check_call(swept)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"fn": 5}, FunctionError, "5 cannot be called"),
        ({"constants": 5}, FunctionError, "constants must be a mapping of names, not 5"),
        ({"attrs": "title"}, FunctionError, "attrs must be a mapping"),
        ({"constants": {"self": 1}, "resources": {"self": 2}}, FunctionError, "'self' is a constant and a resource"),
        ({"var_attrs": {"ot": {}}}, FunctionError, "'ot', which is no output; did you mean 'out'"),
        ({"arg_attrs": {"sel": {}}}, FunctionError, "'sel', which is no argument; did you mean 'self'"),
        ({"var_coords": {"x": [1]}}, FunctionError, "'x', which no output has as a dimension"),
        ({"var_coords": 5}, FunctionError, "var_coords must be a mapping"),
        ({"var_names": ["x", "y"], "var_dims": {"y": "x"}}, FunctionError, "'x' is an output and a dimension"),
        ({"var_dims": "x", "var_coords": {"x": [1, 1]}}, SpaceError, "x has the value 1 twice"),
        ({"var_dims": "x", "var_coords": {"x": [[1]]}}, SpaceError, r"x=\[1\] cannot be a label"),
        ({"var_dims": "x", "var_coords": {"x": np.ones((2, 2))}}, SpaceError, r"x has values of shape \(2, 2\)"),
    ],
)
def test_a_description_that_cannot_be_meant_is_refused(
    given: dict[str, Any], error: type[Exception], message: str
) -> None:
    """A description is checked when it is made, not after the last run."""
    with pytest.raises(error, match=message):
        as_function_spec(given.pop("fn", plain), **{"var_names": "out", **given})


def test_a_constant_that_names_a_dimension_gives_its_labels() -> None:
    """Such a constant is a coordinate and no attribute; explicit coordinates go first."""
    constants = {"args": np.linspace(0, 1, 3), "self": 2}
    spec = as_function_spec(plain, "y", var_dims=["args", "x"], var_coords={"x": iter("uv")}, constants=constants)
    labels = spec.coords()
    assert {name: axis.tolist() for name, axis in labels.items()} == {"args": [0.0, 0.5, 1.0], "x": ["u", "v"]}
    assert spec.coords()["x"].tolist() == ["u", "v"]
    assert spec.recorded() == {"self": 2}
    assert spec.effective(("fn",)) == {"self": 2}


def test_what_does_not_vary_includes_the_defaults() -> None:
    """A default that changes is a constant that changes; resources are never recorded."""
    assert as_function_spec(plain).effective(("fn", "self")) == {"args": "default"}
    assert as_function_spec(plain, constants={"args": 1}).effective(("fn",)) == {"args": 1}
    assert as_function_spec(plain, resources={"args": 1}).effective(("fn",)) == {}
    assert as_function_spec(max).effective(()) == {}


def test_the_callers_mappings_are_copied() -> None:
    """What the caller changes later does not change the description."""
    constants = {"self": 1}
    spec = as_function_spec(plain, constants=constants)
    constants["self"] = 2
    assert spec.constants == {"self": 1}
