"""What a case writes and warns of, kept for the case that fails; all of it goes where it would have gone, too.

While a batch is under way the streams of the process are replaced by ones that pass everything on. They cost nothing
to a function that is silent: which case writes is read from the number of results that are there.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import ref

__all__ = ["Recorder", "recording"]

_LONGEST = 10_000
"""Characters kept of each case; the last are worth the most."""


class Recorder:
    """Keeps the end of what the current case wrote and warned of.

    Parameters
    ----------
    values : sequence
        The results so far: their number is the position of the case that is under way.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values
        self._at = -1
        self._kept = {"output": "", "warnings": ""}

    def keep(self, kind: str, text: str) -> None:
        """Add to what the current case wrote, or to its warnings."""
        if self._at != len(self._values):
            self._at = len(self._values)
            self._kept = {"output": "", "warnings": ""}
        self._kept[kind] = (self._kept[kind] + text)[-_LONGEST:]

    def of(self, at: int) -> tuple[str, str]:
        """Return what the case at a position wrote, and its warnings."""
        return (self._kept["output"], self._kept["warnings"]) if at == self._at else ("", "")


_current = threading.local()
_lock = threading.Lock()
_users = 0
_replaced: dict[str, Any] = {}
_passing: list[_Passing] = []
"""Those in the place of streams, never freed, and used again once their stream is gone: CPython's `print` does not hold
what it writes to, and crashes the process when another thread puts back the old one and this is freed meanwhile."""


def _keep(kind: str, text: str) -> None:
    recorder: Recorder | None = getattr(_current, "recorder", None)
    if recorder is not None:
        recorder.keep(kind, text)


class _Passing:
    """A stream that passes everything on, and lets the case at work in this thread keep what is written."""

    def __init__(self, stream: Any) -> None:
        self.take(stream)

    def take(self, stream: Any) -> None:
        """Pass on to another stream from now on."""
        self.held, self._known = stream, _known(stream)

    @property
    def stream(self) -> Any:
        """The stream; None for one that is not held here, and that nobody else has any more."""
        return self._known() if self.held is None else self.held

    def write(self, text: str) -> Any:
        """Keep a text and pass it on."""
        if isinstance(text, str):
            _keep("output", text)
        stream = self.stream
        return len(text) if stream is None else stream.write(text)

    def writelines(self, lines: Any) -> None:
        """Keep texts and pass them on."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _known(stream: Any) -> Callable[[], Any]:
    """Return what gives a stream as long as somebody has it; for ever one to which there is no weak reference."""
    try:
        return ref(stream)
    except TypeError:
        return lambda: stream


def _warn(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None
) -> None:
    """Keep a warning that Python shows, and show it."""
    _keep("warnings", warnings.formatwarning(message, category, filename, lineno, line))
    _replaced["showwarning"](message, category, filename, lineno, file, line)


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Record what this thread writes and warns of."""
    _install()
    _current.recorder = recorder
    try:
        yield
    finally:
        _current.recorder = None
        _remove()


def _passing_to(stream: Any) -> _Passing:
    """Return what passes on to a stream, the same one each time."""
    for one in _passing:
        if one.stream is stream:
            one.held = stream
            return one
    free = next((one for one in _passing if one.stream is None), None)
    if free is None:
        _passing.append(_Passing(stream))
        return _passing[-1]
    free.take(stream)
    return free


def _install() -> None:
    global _users  # noqa: PLW0603 - the streams belong to the process, and so does the count of those who need them
    with _lock:
        _users += 1
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is not None and not isinstance(stream, _Passing):
                setattr(sys, name, _passing_to(stream))
                _replaced[name] = stream
        if warnings.showwarning is not _warn:
            _replaced["showwarning"] = warnings.showwarning
            warnings.showwarning = _warn


def _remove() -> None:
    """Put back what was replaced, where nobody else has replaced it since."""
    global _users  # noqa: PLW0603 - as above
    with _lock:
        _users -= 1
        if _users:
            return
        for name in ("stdout", "stderr"):
            if isinstance(getattr(sys, name), _Passing):
                setattr(sys, name, _replaced[name])
        for one in _passing:
            one.held = None
        if warnings.showwarning is _warn:
            warnings.showwarning = _replaced["showwarning"]
