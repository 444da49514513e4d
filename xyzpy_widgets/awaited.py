"""The end of a run, for those who wait for it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Future
from typing import Any, Self

__all__ = ["Awaited"]


class Awaited:
    """What gives a value once it is over, or raises what ended it, like a `concurrent.futures.Future`."""

    def __init__(self) -> None:
        self._future: Future[Any] = Future()
        self._future.set_running_or_notify_cancel()

    def done(self) -> bool:
        """Say whether the run is over and its results are kept."""
        return self._future.done()

    def running(self) -> bool:
        """Say whether the run is under way; one that is paused or held is, too."""
        return not self._future.done()

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the end and return what the blocking call would return.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait at most.

        Returns
        -------
        xarray.Dataset, pandas.DataFrame or tuple
            Of all cases; after `stop`, of those that were finished.

        Raises
        ------
        TimeoutError
            When the run is not over by then; it goes on.
        concurrent.futures.CancelledError
            After `cancel`. What was finished is kept in the file and in ``last_ds`` or ``last_df``.
        Exception
            What ended the run, as the blocking call would raise it.
        """
        return self._future.result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the end and return what ended the run early, None where nothing did.

        Raises
        ------
        TimeoutError
            When the run is not over in ``timeout`` seconds.
        concurrent.futures.CancelledError
            After `cancel`.
        """
        error = self._future.exception(timeout)
        if isinstance(error, CancelledError):
            raise error
        return error

    def add_done_callback(self, fn: Callable[[Self], object]) -> None:
        """Call ``fn(run)`` when the run is over, at once if it is; as for `concurrent.futures.Future`."""
        self._future.add_done_callback(lambda _: fn(self))

    def __await__(self) -> Generator[Any, None, Any]:
        """Wait for the end in asyncio; to cancel the task that awaits it leaves the run going."""
        from asyncio import shield, wrap_future

        return shield(wrap_future(self._future)).__await__()
