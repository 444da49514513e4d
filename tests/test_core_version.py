"""The version of a function: what changes it, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from xyzpy_widgets.core.version import function_version

BASE = """
import math
SCALE = 2.0

def helper(x):
    return x + 1

def fn(a, b=3):
    return SCALE * helper(a) * math.sin(b)
"""


@pytest.fixture
def defined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[..., Any]]:
    """Return a maker of functions from the source of a module."""
    import importlib

    monkeypatch.syspath_prepend(tmp_path)
    made: list[ModuleType] = []

    def define(source: str) -> Callable[..., Any]:
        name = f"studied_{len(made)}_{tmp_path.name}"
        (tmp_path / f"{name}.py").write_text(source)
        importlib.invalidate_caches()
        made.append(importlib.import_module(name))
        return made[-1].fn  # type: ignore[no-any-return]

    return define


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def fn(a, b=3):\n", "def fn(a, b=3):\n    # a comment\n"),
        ("def fn(a, b=3):\n", 'def fn(a, b=3):\n    """A docstring."""\n'),
        ("def fn(a, b=3):\n", "def fn(a: float, b: float = 3) -> float:\n"),
        ("SCALE * helper(a) * math.sin(b)", "(SCALE  *  helper(a)\n            * math.sin(b))"),
        ("SCALE = 2.0\n", "SCALE = 2.0\nUNUSED = 7\n"),
    ],
)
def test_what_does_not_count(defined: Callable[[str], Callable[..., Any]], old: str, new: str) -> None:
    """Comments, docstrings, annotations, formatting and unused names leave the version alone."""
    assert function_version(defined(BASE)) == function_version(defined(BASE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("math.sin(b)", "math.cos(b)"),
        ("b=3", "b=4"),
        ("SCALE = 2.0", "SCALE = 2.5"),
        ("return x + 1", "return x + 2"),
    ],
)
def test_what_counts(defined: Callable[[str], Callable[..., Any]], old: str, new: str) -> None:
    """The body, a default, a global value and a called function of the same module change the version."""
    assert function_version(defined(BASE)) != function_version(defined(BASE.replace(old, new)))


def test_what_is_closed_over_counts() -> None:
    """Functions made by one factory differ by what they close over: numbers, arrays, functions."""

    def made(value: Any) -> Callable[[float], Any]:
        return lambda x: (x, value)

    values = [1, 2, 1.0, "1", np.arange(3), np.arange(4), [1, 2], (1, 2), {"a": 1}, {1, 2}, np.sin, len, made]
    versions = [function_version(made(value)) for value in values]
    assert len(set(versions)) == len(values)
    assert versions == [function_version(made(value)) for value in values]


@pytest.mark.parametrize(
    "body",
    ["[helper(i) for i in range(a)]", "sum(helper(i) for i in range(a))", "max(range(a), key=lambda i: helper(i))"],
)
def test_what_is_called_in_a_comprehension_or_a_lambda_counts(
    defined: Callable[[str], Callable[..., Any]], body: str
) -> None:
    """Globals that only an inner piece of code names change the version, with every version of Python."""
    source = f"def helper(x):\n    return x + 1\n\ndef fn(a):\n    return {body}\n"
    changed = source.replace("x + 1", "x + 2")
    assert function_version(defined(source)) == function_version(defined(source))
    assert function_version(defined(source)) != function_version(defined(changed))


def test_the_docstring_of_a_class_does_not_count(defined: Callable[[str], Callable[..., Any]]) -> None:
    """Of a class that a function uses what it does counts, and not what is said of it."""
    source = "class Model:\n    x = 1\n\ndef fn(a):\n    return Model.x * a\n"
    told = source.replace("    x", '    """A docstring."""\n\n    x')
    assert function_version(defined(source)) == function_version(defined(told))
    assert function_version(defined(source)) != function_version(defined(told.replace("x = 1", "x = 2")))


def test_what_is_closed_over_counts_beside_what_is_yet_to_be_bound() -> None:
    """An inner function that is defined later hides nothing of what else is closed over."""

    def made(value: int) -> str:
        def fn(x: int) -> Any:
            return later(x) + value

        version = function_version(fn)

        def later(x: int) -> int:
            return x

        return version

    assert made(1) == made(1) != made(2)


def test_lambdas_on_one_line_are_told_apart() -> None:
    """Two lambdas of one statement have versions of their own."""
    one, other = (lambda x: x + 1), (lambda x: x + 2)
    assert function_version(one) != function_version(other)


def test_partials_methods_and_callables_have_versions() -> None:
    """Whatever can be called has a version, and what it is bound to counts."""

    class Model:
        def __call__(self, x: int) -> int:
            return x

        def run(self, x: int) -> int:
            return x + 1

    given: list[Callable[..., Any]] = [partial(pow, 2), partial(pow, 3), Model(), Model().run, Model, np.sin, pow]
    assert len({function_version(fn) for fn in given}) == len(given)


def test_recursion_ends() -> None:
    """A function that calls itself, and a list that holds itself, have a version."""
    loop: list[Any] = []
    loop.append(loop)

    def fact(n: int) -> Any:
        return n * fact(n - 1) if n else loop

    assert function_version(fact) == function_version(fact)
