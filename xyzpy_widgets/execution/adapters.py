"""Pools of other libraries, each as one function that sends a message and returns a `concurrent.futures.Future`.

None of the libraries is imported unless what was given comes from it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Any

__all__ = ["DaskPool", "JoblibPool", "MappingPool", "dask_client", "is_mapping_pool", "joblib_backends"]

_LARGE = 256 * 1024
_RECOUNT_SECONDS = 1.0


def _settle(future: Future[Any], outcome: Callable[[], Any]) -> None:
    """Give a future what a call returns or raises."""
    try:
        result = outcome()
    except BaseException as error:  # noqa: BLE001 - it goes to the one who waits for the result
        future.set_exception(error)
    else:
        future.set_result(result)


def _under_way() -> Future[Any]:
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future


def is_mapping_pool(given: Any) -> bool:
    """Say whether something is a pool as `multiprocessing` has it."""
    send = getattr(given, "apply_async", None)
    return callable(send) and "error_callback" in inspect.signature(send).parameters


class MappingPool:
    """A pool with ``apply_async``: of `multiprocessing`, or of Ray."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def submit(self, fn: Callable[..., Any], *message: Any) -> Future[Any]:
        """Send a message."""
        future = _under_way()
        self._pool.apply_async(fn, message, callback=future.set_result, error_callback=future.set_exception)
        return future


def dask_client(given: Any) -> Any:
    """Return the Dask `Client` that was given, or that an executor of Dask's belongs to; None for anything else."""
    if not type(given).__module__.startswith("distributed."):
        return None
    client = getattr(given, "_client", given)
    return client if hasattr(client, "scheduler_info") else None


class DaskPool:
    """A Dask cluster; a function goes to each of its workers once, from one to the other."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._scattered: dict[str, Any] = {}
        self._workers = 0
        self._counted = 0.0

    @property
    def workers(self) -> int:
        """The threads of all workers now; the cluster may grow and shrink."""
        if not self._workers or monotonic() - self._counted > _RECOUNT_SECONDS:
            self._workers = sum(self._client.nthreads().values()) or 1
            self._counted = monotonic()
        return self._workers

    def submit(self, fn: Callable[..., Any], token: str, function: Any, *message: Any) -> Future[Any]:
        """Send a message; no two are taken as one."""
        if function is not None and len(function.content) > _LARGE:
            if token not in self._scattered:
                self._scattered[token] = self._client.scatter(function, hash=False)
            function = self._scattered[token]
        future = _under_way()
        sent = self._client.submit(fn, token, function, *message, pure=False)
        sent.add_done_callback(lambda done: _settle(future, done.result))
        return future


def joblib_backends() -> list[str]:
    """Return the names of all backends that joblib knows."""
    from joblib.parallel import BACKENDS, EXTERNAL_BACKENDS

    return sorted({*BACKENDS, *EXTERNAL_BACKENDS})


class JoblibPool:
    """A backend that is registered with joblib."""

    def __init__(self, name: str, workers: int | None) -> None:
        from joblib import Parallel, parallel_config
        from joblib.parallel import get_active_backend

        with parallel_config(backend=name, n_jobs=workers or -1):
            self._backend, n_jobs = get_active_backend()
            self._parallel = Parallel(n_jobs=n_jobs)
        self.workers = int(self._backend.configure(n_jobs=n_jobs, parallel=self._parallel))
        self._backend.start_call()

    def submit(self, fn: Callable[..., Any], *message: Any) -> Future[Any]:
        """Send a message, as a batch of one call."""
        from joblib.parallel import BatchedCalls

        future = _under_way()
        calls = BatchedCalls([(fn, message, {})], self._backend.get_nested_backend(), None, None)
        self._backend.submit(
            calls, callback=lambda done: _settle(future, lambda: self._backend.retrieve_result_callback(done)[0])
        )
        return future

    def close(self) -> None:
        """End what joblib has started."""
        self._backend.stop_call()
        self._backend.terminate()
