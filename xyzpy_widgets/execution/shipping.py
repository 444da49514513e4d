"""Shipping: functions, arguments and results between processes, so that what cannot travel costs its own case only."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from xyzpy_widgets.errors import CaseError, FunctionError, SpaceError
from xyzpy_widgets.execution.calls import Calls, call_listed

__all__ = ["call_shipped", "received", "shipped", "shipped_args"]

_PLAIN = {type(None), bool, int, float, complex, str, bytes, np.float64, np.int64, np.bool_}
"""Types whose values surely travel."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A value that is pickled by itself, so that it fails by itself."""

    content: bytes


def shipped(call: Callable[..., Any]) -> bytes:
    """Pickle a function; raise `FunctionError` for one that cannot leave this process."""
    import cloudpickle

    try:
        return cloudpickle.dumps(call)  # type: ignore[no-any-return]
    except Exception as error:
        msg = f"{call!r} cannot be sent to another process ({error}); run it with parallel='threads'"
        raise FunctionError(msg) from error


def shipped_args(args: list[tuple[Any, ...]]) -> bytes:
    """Pickle the arguments of a batch; raise `SpaceError` for those that cannot leave this process."""
    import cloudpickle

    try:
        return cloudpickle.dumps(args)  # type: ignore[no-any-return]
    except Exception as error:
        msg = f"an argument among {args!r:.200} cannot be sent to another process ({error}); use parallel='threads'"
        raise SpaceError(msg) from error


def call_shipped(call: bytes, args: bytes, *, timed: bool, stop_on_error: bool) -> bytes:
    """Make the calls of a batch in another process, and pickle what they came to."""
    import cloudpickle

    calls = call_listed(cloudpickle.loads(call), cloudpickle.loads(args), timed=timed, stop_on_error=stop_on_error)
    for at, value in enumerate(calls.values):
        if not _is_plain(value):
            _pack(calls, at, value)
    calls.errors = [(at, _portable(error)) for at, error in calls.errors]
    return cloudpickle.dumps(calls)  # type: ignore[no-any-return]


def received(content: bytes) -> Calls:
    """Unpickle what `call_shipped` returned; a value that cannot be is the failure of its case."""
    import cloudpickle

    calls: Calls = cloudpickle.loads(content)
    for at, value in enumerate(calls.values):
        if type(value) is _Parcel:
            try:
                calls.values[at] = cloudpickle.loads(value.content)
            except Exception as error:  # noqa: BLE001 - it becomes the outcome of its case
                _replace(calls, at, f"the result cannot be unpickled: {error!r}")
    return calls


def _is_plain(value: Any) -> bool:
    cls = type(value)
    return cls in _PLAIN or (cls is tuple and all(type(item) in _PLAIN for item in value))


def _pack(calls: Calls, at: int, value: Any) -> None:
    import cloudpickle

    try:
        calls.values[at] = _Parcel(cloudpickle.dumps(value))
    except Exception as error:  # noqa: BLE001 - it becomes the outcome of its case
        _replace(calls, at, f"the result of type {type(value).__name__} cannot be pickled: {error!r}")


def _replace(calls: Calls, at: int, message: str) -> None:
    calls.values[at] = None
    calls.errors.append((at, CaseError(message)))


def _portable(error: BaseException) -> Any:
    """Return what arrives as the same exception, its traceback as a note, or as a `CaseError` in its place."""
    import cloudpickle

    error.add_note("In the worker:\n" + "".join(traceback.format_exception(error)).rstrip())
    for carrier in (error, _Rebuilt(error)):
        try:
            cloudpickle.loads(cloudpickle.dumps(carrier))
        except Exception:  # noqa: BLE001, S112 - whatever keeps it from travelling, the next may do
            continue
        return carrier
    stand_in = CaseError(f"{type(error).__name__}: {error.args}")
    stand_in.add_note(error.__notes__[-1])
    return stand_in


class _Rebuilt:
    """Pickles an exception without its ``__init__``, which often takes other arguments than it keeps."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __reduce__(self) -> tuple[Any, ...]:
        """Give its class, what it was made of and what it holds."""
        return _rebuilt, (type(self._error), self._error.args, vars(self._error))


def _rebuilt(cls: type[BaseException], args: tuple[Any, ...], held: dict[str, Any]) -> BaseException:
    error = cls.__new__(cls, *args)
    vars(error).update(held)
    return error
