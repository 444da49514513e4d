"""Outcomes: a batch counts what has an end, and a state is never confused with another."""

from __future__ import annotations

import numpy as np

from xyzpy_widgets import Runner
from xyzpy_widgets.core.outcome import Failure, Outcome, Status


def test_a_batch_counts_good_and_bad_ends() -> None:
    """Progress counts a failed case like a finished one."""
    failure = Failure(2, {"a": 1}, ValueError("x"))
    assert len(Outcome(range(2), [1, 2], np.zeros(2, dtype=np.float32), (failure,))) == 3


def test_the_states_keep_their_numbers() -> None:
    """Files hold these numbers: zero is what never ran, and no number may change its meaning."""
    assert [(state.name, int(state)) for state in Status] == [
        ("MISSING", 0),
        ("DONE", 1),
        ("FAILED", 2),
        ("CANCELLED", 3),
    ]


def test_points_are_left_out_with_all_that_belongs_to_them() -> None:
    """What remains keeps its value and its time, in its order; failures stay."""
    failure = Failure(9, {}, ValueError())
    for numbers in (range(3, 7), np.array([6, 4, 3, 5])):
        outcome = Outcome(numbers, [f"v{one}" for one in numbers], np.array(numbers, dtype=np.float32), (failure,))
        left = outcome.without([4, 9])
        kept = [one for one in numbers if one != 4]
        assert list(left.numbers) == kept == left.seconds.tolist()
        assert left.values == [f"v{one}" for one in kept]
        assert left.failures == (failure,)


def test_a_traceback_begins_in_the_function() -> None:
    """A reader of a failure finds the own code first, not what called it."""

    def broken(a: int) -> float:
        return 1 / a

    for workers in (None, 1):
        run = Runner(broken, "out", num_workers=workers, on_error="continue").submit({"a": [0]})
        run.result()
        [trace] = run.failures["traceback"]
        assert trace.count('File "') == 1
        assert "in broken" in trace
