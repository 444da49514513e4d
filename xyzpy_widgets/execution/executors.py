"""Where calls are made: every backend as a `concurrent.futures.Executor`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from xyzpy_widgets.execution.options import RunOptions

__all__ = ["Pool", "opened", "workers_of"]

_IDLE_SECONDS = 300
"""How long workers wait for the next run; a worker that left while another has a long case would cost a warning."""


@dataclass(frozen=True, slots=True)
class Pool:
    """An executor at work.

    Attributes
    ----------
    executor : concurrent.futures.Executor
    workers : int
        How many calls it makes at once, as far as is known.
    ships : bool
        Whether calls leave this process, so that functions and results must be pickled.
    ours : bool
        Whether its processes are ended with a run that does not come to its own end.
    """

    executor: Executor
    workers: int
    ships: bool
    ours: bool = False


def workers_of(options: RunOptions) -> int:
    """Return how many calls are under way at once."""
    if options.backend == "serial":
        return 1
    import joblib

    own = getattr(options.backend, "_max_workers", None)  # what the pools of the standard library and loky call it
    return int(options.workers or own or joblib.cpu_count())


@contextmanager
def opened(options: RunOptions) -> Iterator[Pool]:
    """Open the backend of some options; what leaves it early ends its processes, but no executor of the caller's."""
    workers = workers_of(options)
    if isinstance(options.backend, Executor):
        yield Pool(options.backend, workers, ships=not isinstance(options.backend, ThreadPoolExecutor))
    elif options.backend == "threads":
        with ThreadPoolExecutor(workers) as executor:
            yield Pool(executor, workers, ships=False)
    else:
        from joblib.externals.loky import get_reusable_executor

        executor = get_reusable_executor(max_workers=workers, timeout=_IDLE_SECONDS)
        try:
            yield Pool(executor, workers, ships=True, ours=True)
        except BaseException:
            executor.shutdown(wait=True, kill_workers=True)
            raise
