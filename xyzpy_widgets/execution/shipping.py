"""Shipping: functions, arguments and results between processes, so that what cannot travel costs its own case only.

A function goes to each process once, with its constants: a batch names it by a token, and carries it only where it is
not known yet. A large one is written into a file once, which the processes of this machine map into their memory.
"""

from __future__ import annotations

import mmap
import os
import pickle
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from xyzpy_widgets.core.trace import trace_of
from xyzpy_widgets.errors import CaseError, FunctionError, SpaceError
from xyzpy_widgets.execution.calls import Calls, Manner, Raised, call_listed

__all__ = [
    "UNKNOWN",
    "Function",
    "call_shipped",
    "forget",
    "packed",
    "pickled",
    "received",
    "shipped",
    "shipped_args",
]

UNKNOWN = b""
"""What a process answers that does not know the function of a batch."""

_LARGE = 256 * 1024
_ALIGNED = 64
_REMEMBERED = 4
_PLAIN = {type(None), bool, int, float, complex, str, bytes}
"""Types whose values surely travel."""

_known: OrderedDict[str, Callable[..., Any]] = OrderedDict()


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A value that is pickled by itself, so that it fails by itself."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Function:
    """A function on its way.

    Attributes
    ----------
    token : str
        Its name among the functions that a process knows.
    content : bytes
        Its pickle; empty when it stands in the file.
    path : str or None
        A file with its pickle and then its arrays.
    spans : tuple of (int, int)
        Where in the file each of them begins and ends.
    """

    token: str
    content: bytes = b""
    path: str | None = None
    spans: tuple[tuple[int, int], ...] = ()

    def load(self) -> Callable[..., Any]:
        """Unpickle it; its arrays are views of the file, and what is written into them stays in this process."""
        if self.path is None:
            return pickle.loads(self.content)  # type: ignore[no-any-return]  # noqa: S301 - made by our own process
        with Path(self.path).open("r+b") as file:
            view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        first, *others = (view[start:stop] for start, stop in self.spans)
        return pickle.loads(first, buffers=others)  # type: ignore[no-any-return]  # noqa: S301 - as above

    def discard(self) -> None:
        """Remove the file; the processes that have mapped it keep what they have."""
        if self.path is not None:
            Path(self.path).unlink(missing_ok=True)


def pickled(call: Callable[..., Any]) -> list[memoryview]:
    """Pickle a function, the content of its arrays apart; raise `FunctionError` if it cannot leave this process."""
    import cloudpickle

    arrays: list[pickle.PickleBuffer] = []
    try:
        content = cloudpickle.dumps(call, 5, buffer_callback=arrays.append)
        return [memoryview(content), *(array.raw() for array in arrays)]
    except Exception as error:
        msg = f"{call!r} cannot be sent to another process ({error}); run it with parallel='threads'"
        raise FunctionError(msg) from error


def shipped(call: Callable[..., Any], *, local: bool = False) -> Function:
    """Pickle a function, as `pickled`, a large one into a file if it stays on this machine."""
    import cloudpickle

    parts = pickled(call)
    if local and sum(part.nbytes for part in parts) > _LARGE:
        return _written(parts)
    return Function(uuid4().hex, bytes(parts[0]) if len(parts) == 1 else cloudpickle.dumps(call))


def _written(parts: list[memoryview]) -> Function:
    spans, at = [], 0
    descriptor, path = tempfile.mkstemp(prefix="xyzpy_widgets-", suffix=".function")
    with os.fdopen(descriptor, "wb") as file:
        for part in parts:
            at = -(-at // _ALIGNED) * _ALIGNED
            file.seek(at)
            file.write(part)
            spans.append((at, at + part.nbytes))
            at += part.nbytes
        file.truncate(at + 1)
    return Function(uuid4().hex, path=path, spans=tuple(spans))


def shipped_args(args: list[tuple[Any, ...]]) -> bytes:
    """Pickle the arguments of a batch; raise `SpaceError` for those that cannot leave this process."""
    import cloudpickle

    try:
        return cloudpickle.dumps(args)  # type: ignore[no-any-return]
    except Exception as error:
        msg = f"an argument among {args!r:.200} cannot be sent to another process ({error}); use parallel='threads'"
        raise SpaceError(msg) from error


def call_shipped(
    token: str, function: Function | None, args: bytes, manner: Manner, calls: Calls | None = None
) -> bytes:
    """Make the calls of a batch in another process, as `call_batch`, and pickle what they came to, or `UNKNOWN`."""
    import cloudpickle

    try:
        call = _called(token, function)
        given = None if call is None else pickle.loads(args)  # noqa: S301 - made by our own process
    except Exception as error:  # noqa: BLE001 - whatever keeps a function from this process is told where it came from
        told = trace_of(error).rstrip()
        return cloudpickle.dumps(FunctionError(f"the worker cannot load the function or its arguments:\n{told}"))  # type: ignore[no-any-return]
    if call is None or given is None:
        return UNKNOWN
    return packed(call_listed(call, given, manner, calls))


def packed(calls: Calls) -> bytes:
    """Pickle what the calls of a batch came to; what cannot travel is the failure of its case."""
    import cloudpickle

    errors = [replace(raised, error=_portable(raised.error)) for raised in calls.errors]
    travelling = replace(calls, values=list(calls.values), errors=errors)
    for at, value in enumerate(calls.values):
        if not _is_plain(value):
            _pack(travelling, at, value)
    return cloudpickle.dumps(travelling)  # type: ignore[no-any-return]


def _called(token: str, function: Function | None) -> Callable[..., Any] | None:
    if token in _known:
        _known.move_to_end(token)
    elif function is None:
        return None
    else:
        _known[token] = function.load()
        if len(_known) > _REMEMBERED:
            _known.popitem(last=False)
    return _known[token]


def forget() -> None:
    """Let go of the functions that this process knows, and of what they hold."""
    _known.clear()


def received(content: bytes) -> Calls:
    """Unpickle what `call_shipped` returned; a value that cannot be is the failure of its case.

    Raises `FunctionError` when the process could not load the function.
    """
    import cloudpickle

    calls = cloudpickle.loads(content)
    if not isinstance(calls, Calls):
        raise calls
    for at, value in enumerate(calls.values):
        if type(value) is _Parcel:
            try:
                calls.values[at] = cloudpickle.loads(value.content)
            except Exception as error:  # noqa: BLE001 - it becomes the outcome of its case
                _replace(calls, at, f"the result cannot be unpickled: {error!r}")
    return calls


def _is_plain(value: Any) -> bool:
    cls = type(value)
    return (
        cls in _PLAIN
        or (cls is tuple and all(map(_is_plain, value)))
        or (cls.__module__ == "numpy" and hasattr(value, "dtype") and not value.dtype.hasobject)
    )


def _pack(calls: Calls, at: int, value: Any) -> None:
    import cloudpickle

    try:
        calls.values[at] = _Parcel(cloudpickle.dumps(value))
    except Exception as error:  # noqa: BLE001 - it becomes the outcome of its case
        _replace(calls, at, f"the result of type {type(value).__name__} cannot be pickled: {error!r}")


def _replace(calls: Calls, at: int, message: str) -> None:
    calls.values[at] = None
    calls.errors.append(Raised(at, CaseError(message)))


def _portable(error: BaseException) -> Any:
    """Return what arrives as the same exception, its traceback as a note, or as a `CaseError` in its place."""
    import cloudpickle

    error.add_note("In the worker:\n" + trace_of(error).rstrip())
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
