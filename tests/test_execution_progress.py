"""The progress of a run as a line and as a bar."""

from __future__ import annotations

import pytest

from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import Combos, ParameterSpace
from xyzpy_widgets.execution.progress import Progress, ProgressBar, duration

PLAN = Plan(ParameterSpace(combos=Combos(("a", "b"), ((1, 2, 3), ("x", "y")))))


def shown(capsys: pytest.CaptureFixture[str], verbosity: int, progress: Progress) -> str:
    """Return what a bar writes when it is told how far a run is."""
    bar = ProgressBar(PLAN, verbosity)
    bar(progress)
    bar.close()
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_the_bar_counts_good_and_bad_ends(capsys: pytest.CaptureFixture[str]) -> None:
    """A failed case is over like a finished one, and said; the arguments stay out of the plain bar."""
    text = shown(capsys, 1, Progress("running", 6, done=2, failed=1, left=(120.0, 300.0), current=(PLAN.point(1),)))
    assert "3/6" in text
    assert "1 failed, 3.2 min left (2 min to 5 min)" in text
    assert "a=" not in text


def test_the_talkative_bar_shows_the_case(capsys: pytest.CaptureFixture[str]) -> None:
    """Verbosity 2 tells which case runs, written like a call."""
    assert "a=1, b='y'" in shown(capsys, 2, Progress("running", 6, done=1, current=(PLAN.point(1),)))


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress("queued", 50), "0/50 done, queued"),
        (Progress("running", 50, done=27, failed=2, left=(0.0, 0.0)), "27/50 done, 2 failed, 0 s left (0 s to 0 s)"),
        (Progress("held", 50, done=17, failed=5), "17/50 done, 5 failed, held"),
        (Progress("cancelled", 9, done=2, cancelled=1, elapsed=7200), "2/9 done, 1 cancelled, cancelled after 2 h"),
        (Progress("done", 9, done=9, elapsed=41), "9/9 done, done after 41 s"),
    ],
)
def test_a_snapshot_reads_as_one_line(progress: Progress, line: str) -> None:
    """What a repr, a bar and a status line say of a run is one text, with the counts first."""
    assert str(progress) == line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (0.004, "0.004 s"),
        (0.23, "0.2 s"),
        (9.6, "10 s"),
        (41.3, "41 s"),
        (5000.0, "83 min"),
        (9e6, "100 d"),
    ],
)
def test_a_span_of_time_is_written_in_figures(seconds: float, text: str) -> None:
    """A time left is never told with an exponent."""
    assert duration(seconds) == text
