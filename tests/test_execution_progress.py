"""The bar: it counts what has an end, and says nothing when it is asked to."""

from __future__ import annotations

import numpy as np
import pytest

from xyzpy_widgets.core.outcome import Failure, Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import Combos, ParameterSpace
from xyzpy_widgets.execution.progress import ProgressBar

PLAN = Plan(ParameterSpace(combos=Combos(("a", "b"), ((1, 2, 3), ("x", "y")))))


def shown(capsys: pytest.CaptureFixture[str], verbosity: int) -> str:
    """Return what a bar writes of one batch of three cases, of which one failed."""
    failure = Failure(2, {"a": 2, "b": "x"}, ValueError("bad"))
    with ProgressBar(PLAN, verbosity) as bar:
        bar.add(Outcome(range(2), [1, 2], np.zeros(2, dtype=np.float32), (failure,)))
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """Verbosity 0 writes nothing at all."""
    assert shown(capsys, 0) == ""


def test_the_bar_counts_good_and_bad_ends(capsys: pytest.CaptureFixture[str]) -> None:
    """A failed case is over like a finished one; the arguments stay out of the plain bar."""
    text = shown(capsys, 1)
    assert "3/6" in text
    assert "a=" not in text


def test_the_talkative_bar_shows_the_case(capsys: pytest.CaptureFixture[str]) -> None:
    """Verbosity 2 tells which case ended last, written like a call."""
    assert "a=1, b='y'" in shown(capsys, 2)
