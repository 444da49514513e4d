"""How a plan is carried out: one value for all that the public calls take."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from xyzpy_widgets.errors import OptionError

__all__ = ["RunOptions", "as_run_options"]

_KINDS = ("serial", "threads", "processes")
_ON_ERROR = ("raise", "continue")
_ORDERS = ("given", "longest")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a plan is carried out.

    Attributes
    ----------
    backend : "serial", "threads", "processes" or Executor
        Where the calls are made.
    workers : int or None
        How many calls are under way at once; None for one per core.
    seed : int or None
        The shuffled order of the points, None for the order of the space.
    verbosity : {0, 1, 2}
        No progress, a bar, a bar with the current case.
    on_error : {"raise", "continue"}
        Whether the first failing case ends the run.
    order : {"given", "longest"}
        Whether the cases that are expected to take longest run first.
    max_failures : int or None
        How many cases may fail in one way, with the same type of exception from the same place; so many hold the run.
    """

    backend: str | Executor = "serial"
    workers: int | None = None
    seed: int | None = None
    verbosity: int = 1
    on_error: str = "raise"
    order: str = "given"
    max_failures: int | None = None


def as_run_options(  # noqa: PLR0913 - the public spelling
    *,
    parallel: bool | int | str = False,
    num_workers: int | None = None,
    executor: Executor | str | None = None,
    shuffle: bool | int = False,
    verbosity: int = 1,
    on_error: str | None = None,
    order: str = "given",
    max_failures: int | None = None,
) -> RunOptions:
    """Read the run settings of the public calls.

    Parameters
    ----------
    parallel : bool, int or {"threads", "processes"}
        Whether to run in parallel, on how many workers, or on workers of which kind.
    num_workers : int, optional
        The number of workers; giving one means parallel.
    executor : concurrent.futures.Executor or {"threads", "processes"}, optional
        Where the calls are made; giving one means parallel. An executor is left running.
    shuffle : bool or int
        Run in a random order; an int names the order. No global random state is touched.
    verbosity : {0, 1, 2}
        No progress, a bar, a bar with the current case.
    on_error : {"raise", "continue"}, optional
        Whether the first failing case ends the run; by default it does, unless ``max_failures`` is given.
    order : {"given", "longest"}
        Run the cases in their order, or those first that are expected to take longest, so that no worker is left with a
        long one at the end (Graham, SIAM J. Appl. Math. 17, 1969). What is expected comes from cases that are timed;
        without any the order is as given.
    max_failures : int, optional
        How many cases may fail in one way, with the same type of exception from the same place in the function: so many
        end a run that is waited for with a `BudgetError` that shows what failed, and hold a submitted one (`Run`).

    Raises
    ------
    OptionError
        For anything else, with the choices.
    """
    _check_number("num_workers", num_workers, "workers")
    _check_number("max_failures", max_failures, "failures")
    workers = num_workers
    if not isinstance(parallel, (bool, np.bool_, str)):
        _check_number("parallel", parallel, "workers")
        workers = parallel if workers is None else workers
    if verbosity not in (0, 1, 2):
        msg = f"verbosity={verbosity!r}; choose 0 (none), 1 (a bar) or 2 (a bar with the current case)"
        raise OptionError(msg)
    if on_error is None:
        on_error = "raise" if max_failures is None else "continue"
    if on_error not in _ON_ERROR:
        msg = f"on_error={on_error!r}; choose one of {', '.join(map(repr, _ON_ERROR))}"
        raise OptionError(msg)
    if on_error == "raise" and max_failures is not None:
        msg = f"on_error='raise' ends the run with the first failure; drop it, or max_failures={max_failures}"
        raise OptionError(msg)
    if order not in _ORDERS:
        msg = f"order={order!r}; choose one of {', '.join(map(repr, _ORDERS))}"
        raise OptionError(msg)
    seed = _order(shuffle)
    if order != "given" and seed is not None:
        msg = f"order={order!r} and shuffle={shuffle!r} are two orders; give one of them"
        raise OptionError(msg)
    return RunOptions(
        _backend(parallel, workers, executor), workers, seed, int(verbosity), on_error, order, max_failures
    )


def _check_number(word: str, given: Any, things: str) -> None:
    if given is None:
        return
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or given < 1:
        msg = f"{word}={given!r}; give a whole number of {things}, from 1"
        raise OptionError(msg)


def _backend(parallel: Any, workers: int | None, executor: Any) -> str | Executor:
    for word, given in (("executor", executor), ("parallel", parallel)):
        if isinstance(given, str) and given not in _KINDS:
            msg = f"{word}={given!r}; choose one of {', '.join(map(repr, _KINDS))}, or give an Executor"
            raise OptionError(msg)
    if isinstance(executor, (str, Executor)):
        return executor
    if executor is not None:
        msg = f"executor={executor!r} is no concurrent.futures.Executor; choose one, or parallel=True"
        raise OptionError(msg)
    if isinstance(parallel, str):
        return parallel
    return "processes" if workers is not None or parallel else "serial"


def _order(shuffle: Any) -> int | None:
    if isinstance(shuffle, (bool, np.bool_)):
        return int(np.random.SeedSequence().generate_state(1)[0]) if shuffle else None
    if not isinstance(shuffle, (int, np.integer)) or shuffle < 0:
        msg = f"shuffle={shuffle!r}; give True, False or a seed from 0"
        raise OptionError(msg)
    return int(shuffle)
