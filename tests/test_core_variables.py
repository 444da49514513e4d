"""The outputs of a function: every form of their names and dimensions is read, and what does not fit is named."""

from __future__ import annotations

from typing import Any

import pytest

from xyzpy_widgets.core.variables import Variable, as_variables, hint
from xyzpy_widgets.errors import FunctionError


@pytest.mark.parametrize("names", ["out", ["out"], ("out",), {"out": 1}.keys(), iter(["out"])])
def test_one_output_is_named_in_every_form(names: Any) -> None:
    """A name alone is a name, not its letters."""
    assert as_variables(names) == (Variable("out"),)


@pytest.mark.parametrize(
    "var_dims",
    [
        {"B": ["x"], "C": ["x", "t"]},
        {"B": "x", "C": ("x", "t")},
        {"A": (), "B": ("x",), "C": ["x", "t"]},
        {"A": None, "B": "x", ("C",): ["x", "t"]},
        {"B": "x", "C": ["x", "t"]}.items(),
        [("B", "x"), ("C", ["x", "t"])],
        [["B", ["x"]], ["C", ("x", "t")]],
        [[], ["x"], ["x", "t"]],
        ((), "x", ("x", "t")),
        [None, "x", ["x", "t"]],
        iter([None, "x", ["x", "t"]]),
    ],
)
def test_every_form_of_dimensions_is_read(var_dims: Any) -> None:
    """A dict, pairs, or a list beside the names say the same."""
    assert as_variables(["A", "B", "C"], var_dims) == (
        Variable("A"),
        Variable("B", ("x",)),
        Variable("C", ("x", "t")),
    )


@pytest.mark.parametrize("var_dims", [{("A", "B"): "x"}, [(("A", "B"), ["x"])], ["x", "x"], [["x"], ["x"]]])
def test_one_key_serves_several_outputs(var_dims: Any) -> None:
    """Outputs of one shape need not be written twice."""
    assert as_variables(["A", "B"], var_dims) == (Variable("A", ("x",)), Variable("B", ("x",)))


@pytest.mark.parametrize("var_dims", [["x", "t"], ("x", "t"), [["x", "t"]], [("A", ["x", "t"])], {"A": ("x", "t")}])
def test_the_dimensions_of_a_single_output_need_no_name(var_dims: Any) -> None:
    """With one output a list of names is its dimensions."""
    assert as_variables("A", var_dims) == (Variable("A", ("x", "t")),)
    assert as_variables("A", "x") == (Variable("A", ("x",)),)


def test_a_function_may_name_its_outputs_itself() -> None:
    """No names are not an empty list of names."""
    assert as_variables(None) is None


@pytest.mark.parametrize(
    ("names", "var_dims", "message"),
    [
        (["a", "a"], None, "'a' must be a name of its own"),
        ([1], None, "1 must be a name"),
        ([""], None, "'' must be a name"),
        ([None], None, "None must be a name"),
        ([], None, r"var_names=\[\] names no output"),
        (5, None, "var_names must be a name or names, not 5"),
        (None, "x", "var_dims='x' needs var_names"),
        (["alpha"], {"alphb": "x"}, "'alphb', which is no output; did you mean 'alpha'"),
        (["a", "b"], "x", "does not say which"),
        (["a", "b"], 5, "var_dims must be a name or names, not 5"),
        (["a", "b"], ["x", "y", "z"], "has 3 entries for 2 outputs"),
        (["a"], {"a": 5}, "the dimensions of 'a' must be a name or names, not 5"),
        (["a"], {"a": ["x", "x"]}, r"the dimensions of 'a' are \['x', 'x'\]"),
        (["a"], {"a": [1]}, r"the dimensions of 'a' are \[1\]"),
        (["a"], {5: "x"}, "a key of var_dims must be a name or names, not 5"),
    ],
)
def test_what_does_not_fit_is_named(names: Any, var_dims: Any, message: str) -> None:
    """A bad description stands in the message, with what there is."""
    with pytest.raises(FunctionError, match=message):
        as_variables(names, var_dims)


@pytest.mark.parametrize(
    ("name", "known", "text"),
    [("tempo", ["temp", "x"], "did you mean 'temp'?"), ("q", ["a", "b"], "there is 'a', 'b'"), ("q", [], "nothing")],
)
def test_a_hint_is_the_near_name_or_all(name: str, known: list[str], text: str) -> None:
    """A slip is corrected; a stranger is shown what there is."""
    assert text in hint(name, known)
