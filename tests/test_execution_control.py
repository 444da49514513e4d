"""Control: a run obeys from any thread, wherever its calls are made, and nothing finished is lost by it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.core.outcome import Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import Combos, ParameterSpace
from xyzpy_widgets.execution.control import Control
from xyzpy_widgets.execution.engine import execute
from xyzpy_widgets.execution.options import as_run_options
from xyzpy_widgets.execution.supply import Numbers

BACKENDS = ["serial", "threads", "processes"]


def over(n: int) -> Plan:
    """A plan over the numbers below ``n``."""
    return Plan(ParameterSpace(combos=Combos(("i",), (tuple(range(n)),))))


def done(found: Iterator[Outcome]) -> list[int]:
    """The numbers of all that came out well, in order."""
    return sorted(int(number) for outcome in found for number in outcome.numbers)


def itself(i: int) -> int:
    """Cost nothing."""
    return i


def hang(i: int, folder: str) -> int:
    """Say that it began, then wait for what never comes."""
    if i:
        Path(folder, str(i)).touch()
        threading.Event().wait()
    return i


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_stopped_run_finishes_what_is_under_way(backend: str) -> None:
    """After a stop the batches that are out come home, nothing else is handed out, and the stream ends by itself."""
    control = Control()
    claimed: list[int] = []

    def claim(numbers: Numbers) -> Numbers:
        assert control.state == "running"
        claimed.extend(map(int, numbers))
        return numbers

    options = as_run_options(executor=backend, num_workers=2)
    found = execute(over(10**6), as_function_spec(itself), options, control, claim)
    first = next(found)
    control.stop()
    assert {*first.numbers, *done(found)} <= set(claimed)
    assert len(claimed) < 10**6
    assert control.running == ()
    control.resume()
    assert control.state == "stopping"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_paused_run_goes_on_where_it_was(backend: str) -> None:
    """Nothing is handed out during a pause; afterwards every case has been run once."""
    control = Control()
    claimed: list[int] = []

    def claim(
        numbers: range | np.ndarray[tuple[int], np.dtype[np.intp]],
    ) -> range | np.ndarray[tuple[int], np.dtype[np.intp]]:
        assert control.state == "running"
        claimed.extend(map(int, numbers))
        return numbers

    options = as_run_options(executor=backend, num_workers=2)
    found = execute(over(5000), as_function_spec(itself), options, control, claim)
    some = list(next(found).numbers)
    control.pause()
    resumer = threading.Timer(0.01, control.resume)
    resumer.start()
    rest = done(found)
    resumer.join()
    assert sorted(some + rest) == sorted(claimed) == list(range(5000))


@pytest.mark.parametrize("backend", BACKENDS)
def test_only_what_is_claimed_runs(backend: str) -> None:
    """A case that somebody else has taken in the meantime is left to them."""
    options = as_run_options(executor=backend, num_workers=2)
    found = execute(
        over(1000), as_function_spec(itself), options, claim=lambda numbers: np.array([i for i in numbers if i % 3])
    )
    assert done(found) == [i for i in range(1000) if i % 3]


def test_a_cancelled_run_ends_cases_that_hang(tmp_path: Path) -> None:
    """Processes are ended in the middle of a case; what was finished is kept and what was ended is named."""
    control = Control()
    spec = as_function_spec(hang, constants={"folder": str(tmp_path)})
    found = execute(over(8), spec, as_run_options(num_workers=2), control)
    assert list(next(found).numbers) == [0]
    control.cancel()
    rest = list(found)
    assert done(iter(rest)) == []
    ended = {int(number) for outcome in rest for number in outcome.cancelled}
    assert {int(path.name) for path in tmp_path.iterdir()} <= ended
    assert control.running == ()
