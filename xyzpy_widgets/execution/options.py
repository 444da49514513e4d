"""How a plan is carried out: one value for all that the public calls take."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xyzpy_widgets.core.labels import shown
from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import FunctionError, OptionError
from xyzpy_widgets.execution.adapters import dask_client, is_mapping_pool, joblib_backends

__all__ = ["RunOptions", "as_run_options", "check_settings"]

_KINDS = ("serial", "threads", "processes")
_SAME = {"loky": "processes", "threading": "threads", "sequential": "serial"}
"""What joblib calls our own backends."""

_ON_ERROR = ("raise", "continue")
_ORDERS = ("given", "longest")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a plan is carried out.

    Attributes
    ----------
    backend : "serial", "threads", "processes", a name of joblib's, or a pool
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
    retries : int
        How often a case is tried again that raises, takes too long, or ends its worker.
    timeout : float or None
        The seconds after which a case is ended with its worker.
    capture : bool
        Whether a failure tells what the case wrote and warned of.
    """

    backend: Any = "serial"
    workers: int | None = None
    seed: int | None = None
    verbosity: int = 1
    on_error: str = "raise"
    order: str = "given"
    max_failures: int | None = None
    retries: int = 0
    timeout: float | None = None
    capture: bool = True


def as_run_options(  # noqa: PLR0913 - the friendly layer: each is a setting of the public calls
    *,
    parallel: bool | int | str = False,
    num_workers: int | None = None,
    executor: Any = None,
    shuffle: bool | int = False,
    verbosity: int = 1,
    on_error: str | None = None,
    order: str = "given",
    max_failures: int | None = None,
    retries: int = 0,
    timeout: float | None = None,
    capture: bool = True,
    **unknown: Any,
) -> RunOptions:
    """Read the run settings of the public calls.

    Parameters
    ----------
    parallel : bool, int, str or pool
        Whether to run in parallel, on how many workers, or where: as ``executor``.
    num_workers : int, optional
        The number of workers; giving one means parallel.
    executor : str or pool, optional
        Where the calls are made; giving one means parallel. ``"threads"``, ``"processes"``, the name of a backend that
        joblib knows (``"dask"``, ``"ray"``), any `concurrent.futures.Executor` (so of mpi4py and executorlib too), a
        Dask `Client`, or a pool of `multiprocessing`. A pool is left running.
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
    retries : int
        How often a case is tried again that raises, takes too long, or ends its worker.
    timeout : float, optional
        The seconds after which a case is ended with its worker, and fails with `TimeoutError`; for ``"processes"``.
    capture : bool
        Whether a failure tells the end of what the case wrote to ``sys.stdout`` and ``sys.stderr``, and of the warnings
        that Python showed of it; everything goes where it would have gone, too.

    Raises
    ------
    OptionError
        For anything else, with the choices.
    FunctionError
        For a setting of another name, with the near one.
    """
    check_settings(unknown)
    _check_count("num_workers", num_workers, 1, "workers")
    _check_count("retries", retries, 0, "tries")
    _check_count("max_failures", max_failures, 1, "failures")
    workers = num_workers
    if isinstance(parallel, (int, float, np.number)) and not isinstance(parallel, bool):
        _check_count("parallel", parallel, 1, "workers")
        workers = parallel if workers is None else workers
    if verbosity not in (0, 1, 2):
        msg = f"verbosity={verbosity!r}; choose 0 (none), 1 (a bar) or 2 (a bar with the current case)"
        raise OptionError(msg)
    backend = _backend(parallel, workers, executor)
    _check_timeout(timeout, backend)
    seed = _order(shuffle)
    _check_order(order, seed, shuffle)
    return RunOptions(
        backend,
        workers,
        seed,
        int(verbosity),
        _on_error(on_error, max_failures),
        order,
        max_failures,
        retries,
        timeout,
        bool(capture),
    )


def check_settings(given: Mapping[str, Any], fn_args: Collection[str] = (), others: Collection[str] = ()) -> None:
    """Raise `FunctionError` for a setting that there is not.

    Parameters
    ----------
    given : mapping of str to object
    fn_args : collection of str
        The arguments of the function, whose values have another place.
    others : collection of str
        What else the call takes by name.
    """
    known = [*(as_run_options.__kwdefaults__ or ()), *others]
    unknown = {name: value for name, value in given.items() if name not in known}
    swept = ", ".join(f"{name!r}: {_short(value)}" for name, value in unknown.items() if name in fn_args)
    for name in unknown:
        if name in fn_args:
            msg = f"{name!r} is an argument of the function, and no setting; give its values as combos: {{{swept}}}"
            raise FunctionError(msg)
        msg = f"there is no setting {name!r}; {hint(name, [*known, *fn_args])}"
        raise FunctionError(msg)


def _short(value: Any) -> str:
    """Write a value in one line, unless it is long."""
    text = " ".join(shown(value).split())
    return text if len(text) <= _LONGEST else "…"


def _on_error(given: str | None, max_failures: int | None) -> str:
    if given is None:
        return "raise" if max_failures is None else "continue"
    if given not in _ON_ERROR:
        msg = f"on_error={given!r}; choose one of {', '.join(map(repr, _ON_ERROR))}"
        raise OptionError(msg)
    if given == "raise" and max_failures is not None:
        msg = f"on_error='raise' ends the run with the first failure; drop it, or max_failures={max_failures}"
        raise OptionError(msg)
    return given


def _check_order(order: Any, seed: int | None, shuffle: Any) -> None:
    if order not in _ORDERS:
        msg = f"order={order!r}; choose one of {', '.join(map(repr, _ORDERS))}"
        raise OptionError(msg)
    if order != "given" and seed is not None:
        msg = f"order={order!r} and shuffle={shuffle!r} are two orders; give one of them"
        raise OptionError(msg)


def _check_count(word: str, count: Any, least: int, what: str) -> None:
    if count is None:
        return
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < least:
        msg = f"{word}={count!r}; give a whole number of {what}, from {least}"
        raise OptionError(msg)


def _check_timeout(timeout: Any, backend: Any) -> None:
    if timeout is None:
        return
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float, np.number)) or not 0 < timeout < math.inf:
        msg = f"timeout={timeout!r}; give the seconds that a case may take, more than 0"
        raise OptionError(msg)
    if backend != "processes":
        where = (
            f"{backend!r} runs cases in this process" if backend in ("serial", "threads") else f"{backend!r} is yours"
        )
        msg = f"timeout={timeout!r}: a case is ended with its worker process, and {where}; use parallel='processes'"
        raise OptionError(msg)


def _backend(parallel: Any, workers: int | None, executor: Any) -> Any:
    for word, given in (("executor", executor), ("parallel", parallel)):
        if isinstance(given, str):
            return _named(word, given)
        if given is None or isinstance(given, (bool, np.bool_)) or (word == "parallel" and isinstance(given, int)):
            continue
        if word == "parallel" and isinstance(given, np.integer):
            continue
        if not (callable(getattr(given, "submit", None)) or is_mapping_pool(given) or dask_client(given)):
            msg = f"{word}={given!r} is no Executor and no pool; choose one, or parallel=True"
            raise OptionError(msg)
        return given
    return "processes" if workers is not None or parallel else "serial"


def _named(word: str, name: str) -> str:
    name = _SAME.get(name, name)
    if name not in _KINDS and name not in (known := joblib_backends()):
        choices = ", ".join(map(repr, dict.fromkeys((*_KINDS, *known))))
        msg = f"{word}={name!r}; choose one of {choices}, or give an Executor"
        raise OptionError(msg)
    return name


def _order(shuffle: Any) -> int | None:
    if isinstance(shuffle, (bool, np.bool_)):
        return int(np.random.SeedSequence().generate_state(1)[0]) if shuffle else None
    if not isinstance(shuffle, (int, np.integer)) or shuffle < 0:
        msg = f"shuffle={shuffle!r}; give True, False or a seed from 0"
        raise OptionError(msg)
    return int(shuffle)
