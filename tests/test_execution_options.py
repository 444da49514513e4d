"""Run options: what people type is read once, and what is no choice is named with the choices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from xyzpy_widgets.errors import OptionError
from xyzpy_widgets.execution.options import as_run_options


@pytest.mark.parametrize(
    ("given", "backend", "workers"),
    [
        ({}, "serial", None),
        ({"parallel": False}, "serial", None),
        ({"parallel": None}, "serial", None),
        ({"parallel": True}, "processes", None),
        ({"parallel": np.True_}, "processes", None),
        ({"parallel": 3}, "processes", 3),
        ({"parallel": np.int64(3)}, "processes", 3),
        ({"parallel": "threads"}, "threads", None),
        ({"parallel": "threads", "num_workers": 2}, "threads", 2),
        ({"parallel": "serial"}, "serial", None),
        ({"num_workers": 1}, "processes", 1),
        ({"parallel": 3, "num_workers": 2}, "processes", 2),
        ({"executor": "threads"}, "threads", None),
        ({"executor": "threads", "parallel": 4}, "threads", 4),
        ({"executor": "loky"}, "processes", None),
        ({"parallel": "threading"}, "threads", None),
        ({"executor": "multiprocessing"}, "multiprocessing", None),
        ({"parallel": "dask"}, "dask", None),
    ],
)
def test_every_way_to_ask_for_workers_is_read(given: dict[str, Any], backend: str, workers: int | None) -> None:
    """A flag, a number or a word: each says where the calls are made and how many at once."""
    options = as_run_options(**given)
    assert (options.backend, options.workers) == (backend, workers)


def test_an_executor_is_taken_as_it_is() -> None:
    """The caller's own pool is where the calls go."""
    with ThreadPoolExecutor(1) as executor:
        assert as_run_options(executor=executor).backend is executor
        assert as_run_options(parallel=executor).backend is executor


def test_a_budget_of_failures_lets_the_run_go_on() -> None:
    """The first failure ends a run unless something else is said, and a budget says something else."""
    assert as_run_options().on_error == "raise"
    assert as_run_options(max_failures=5).on_error == "continue"
    assert as_run_options(max_failures=5, on_error="continue").max_failures == 5


def test_an_order_has_a_seed() -> None:
    """A named shuffle is the same each time, an unnamed one is new, and no global random state is asked."""
    state = repr(np.random.get_state())  # noqa: NPY002 - the state that must not change
    assert as_run_options().seed is None
    seven: Any = np.int64(7)
    assert as_run_options(shuffle=7).seed == as_run_options(shuffle=seven).seed == 7
    assert as_run_options(shuffle=0).seed == 0
    assert as_run_options(shuffle=True).seed != as_run_options(shuffle=True).seed
    assert repr(np.random.get_state()) == state  # noqa: NPY002 - the state that must not change


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"parallel": 0}, "parallel=0; give a whole number"),
        ({"parallel": 1.5}, r"parallel=1\.5; give a whole number"),
        ({"parallel": "cluster"}, "parallel='cluster'; choose one of 'serial', 'threads', 'processes'"),
        ({"num_workers": 0}, "num_workers=0; give a whole number"),
        ({"num_workers": True}, "num_workers=True"),
        ({"num_workers": "2"}, "num_workers='2'"),
        ({"executor": "cluster"}, "executor='cluster'; choose one of"),
        ({"executor": 5}, "executor=5 is no Executor and no pool"),
        ({"parallel": object()}, "is no Executor and no pool"),
        ({"retries": -1}, "retries=-1; give a whole number of tries, from 0"),
        ({"max_failures": 0.5}, r"max_failures=0\.5; give a whole number of failures, from 1"),
        ({"timeout": 0, "parallel": 2}, "timeout=0; give the seconds"),
        ({"timeout": "1", "parallel": 2}, "timeout='1'; give the seconds"),
        ({"verbosity": 3}, "verbosity=3; choose 0"),
        ({"verbosity": "loud"}, "verbosity='loud'"),
        ({"on_error": "ignore"}, "on_error='ignore'; choose one of 'raise', 'continue'"),
        ({"max_failures": 0}, "max_failures=0; give a whole number of failures, from 1"),
        ({"max_failures": 5, "on_error": "raise"}, "on_error='raise' ends the run with the first failure; drop it"),
        ({"shuffle": -1}, "shuffle=-1; give True, False or a seed"),
        ({"shuffle": "yes"}, "shuffle='yes'"),
    ],
)
def test_what_is_no_choice_is_named(given: dict[str, Any], message: str) -> None:
    """A slip in an option is found before anything runs, with what can be chosen."""
    with pytest.raises(OptionError, match=message):
        as_run_options(**given)
