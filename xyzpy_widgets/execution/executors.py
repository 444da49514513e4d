"""Where calls are made: every backend as one thing that takes messages and gives futures."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from os import cpu_count
from typing import Any

from xyzpy_widgets.execution.adapters import DaskPool, JoblibPool, MappingPool, dask_client, is_mapping_pool
from xyzpy_widgets.execution.calls import call_listed
from xyzpy_widgets.execution.options import RunOptions
from xyzpy_widgets.execution.shares import cores
from xyzpy_widgets.execution.shipping import call_shipped
from xyzpy_widgets.execution.workers import Workers

__all__ = ["Pool", "opened", "ships", "workers_of"]

_HERE = (ThreadPoolExecutor, ThreadPool)

Send = Callable[..., Future[Any]]
"""``send(begun, *message)``: ``begun`` is called once the message is with a worker, as far as that is known."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Workers, whoever has started them.

    Attributes
    ----------
    send : callable
        ``send(begun, *message)`` returns the future of the answer.
    width : callable
        Returns how many calls are made at once, as far as is known.
    ships : bool
        Whether calls leave this process, so that functions and results must be pickled.
    local : bool
        Whether the workers surely see the files of this machine.
    ours : bool
        Whether they are ours, so that they can be ended, and one that ends costs only what it had.
    close : callable
        ``close(kill=...)`` leaves them; with ``kill`` those of ours are ended, in the middle of a case too.
    cut : callable
        Lets the batches that are with workers of ours end with what is finished of them.
    """

    send: Send
    width: Callable[[], int]
    ships: bool
    local: bool = False
    ours: bool = False
    close: Callable[..., None] = lambda *, kill: None  # noqa: ARG005 - a pool of the caller's is left as it is
    cut: Callable[[], None] = lambda: None


def opened(options: RunOptions) -> Pool:
    """Open the backend of some options."""
    backend = options.backend
    if backend == "processes":
        workers = Workers(options.workers or cores(), options.timeout)
        width = options.workers or cores()
        return Pool(
            workers.submit, lambda: width, ships=True, local=True, ours=True, close=workers.close, cut=workers.cut
        )
    if backend == "threads":
        return _threads(options.workers or cores())
    if isinstance(backend, str):
        return _named(backend, options.workers)
    return _given(backend, options.workers)


def ships(options: RunOptions) -> bool:
    """Say whether calls leave this process, so that what they need must be pickled."""
    return options.backend not in ("serial", "threads") and not isinstance(options.backend, _HERE)


def workers_of(options: RunOptions) -> int:
    """Return how many calls are under way at once, as far as is known before the backend is opened."""
    if options.backend == "serial":
        return 1
    client = dask_client(options.backend)
    if options.workers or isinstance(options.backend, str):
        return options.workers or cores()
    return _width(options.backend) if client is None else DaskPool(client).workers


def _threads(workers: int) -> Pool:
    executor = ThreadPoolExecutor(workers)

    def send(begun: Callable[[], None], *message: Any) -> Future[Any]:
        return executor.submit(_begun_then, begun, *message)

    def close(*, kill: bool) -> None:
        executor.shutdown(cancel_futures=kill)

    return Pool(send, lambda: workers, ships=False, close=close)


def _begun_then(begun: Callable[[], None], *message: Any) -> Any:
    begun()
    return call_listed(*message)


def _named(name: str, workers: int | None) -> Pool:
    """Open a backend of joblib's; Dask is spoken to directly."""
    if name == "dask":
        from distributed import get_client

        return _given(get_client(), workers)
    pool = JoblibPool(name, workers)

    def close(*, kill: bool) -> None:  # noqa: ARG001 - joblib's backends end their workers either way
        pool.close()

    return Pool(_sender(pool.submit, call_shipped), lambda: pool.workers, ships=True, close=close)


def _given(given: Any, workers: int | None) -> Pool:
    client = dask_client(given)
    if client is not None:
        cluster = DaskPool(client)
        return Pool(_sender(cluster.submit, call_shipped), lambda: workers or cluster.workers, ships=True)
    submit = MappingPool(given).submit if is_mapping_pool(given) else given.submit
    width = workers or _width(given)
    here = isinstance(given, _HERE)
    return Pool(_sender(submit, call_listed if here else call_shipped), lambda: width, ships=not here)


def _width(given: Any) -> int:
    """Read how wide a pool is, by the names that libraries have for it."""
    for name in ("_max_workers", "max_workers", "num_workers", "_processes"):
        width = getattr(given, name, None)
        if isinstance(width, int) and width > 0:
            return width
    return cpu_count() or 1


def _sender(submit: Send, fn: Callable[..., Any]) -> Send:
    def send(begun: Callable[[], None], *message: Any) -> Future[Any]:
        future = submit(fn, *message)
        begun()
        return future

    return send
