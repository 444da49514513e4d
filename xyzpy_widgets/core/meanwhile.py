"""`meanwhile`: work that goes on beside that of the caller."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

__all__ = ["meanwhile"]

T = TypeVar("T")


def meanwhile(work: Callable[[], T]) -> Callable[[], T]:
    """Begin some work in a thread of its own; where the system gives no more threads, do it at once.

    Returns
    -------
    callable
        Waits for its end; it returns what the work does, and raises what the work raises.
    """
    end: Future[T] = Future()

    def carry_out() -> None:
        try:
            end.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            end.set_exception(error)

    try:
        Thread(target=carry_out, name="xyzpy_widgets-meanwhile", daemon=True).start()
    except RuntimeError:
        carry_out()
    return end.result
