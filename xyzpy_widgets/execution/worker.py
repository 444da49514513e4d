"""What a worker process does: it takes batches from the process that started it, and ends with it."""

from __future__ import annotations

import mmap
import os
import pickle
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from xyzpy_widgets.execution.calls import Calls, note_in
from xyzpy_widgets.execution.shipping import call_shipped, forget, packed

__all__ = ["CUT", "FORGET", "NOTE_BYTES", "mapped", "serve"]

FORGET = b""
"""A message without an answer: let go of what the last run has left."""

CUT = b"\1"
"""A message before the end: hand over what is finished of the batch under way. The answer, if there is a batch, is the
same word, and in a second message the calls that have ended."""

NOTE_BYTES = 16
_IDLE_SECONDS = 300


def mapped(path: str) -> memoryview[float]:
    """Map the file in which a worker notes what it does: the position of its case, and when that began."""
    with Path(path).open("r+b") as file:
        return memoryview(mmap.mmap(file.fileno(), NOTE_BYTES)).cast("d")


def serve(messages: Connection, path: str) -> None:
    """Answer batches until nobody needs this process any more.

    It leads a group of its own: an interrupt from the keyboard does not reach it, as what becomes of it is decided by
    the process that started it, and what it has started ends with it.
    """
    signal.signal(signal.SIGINT, lambda *_: None)  # where there are no groups; what it starts does not inherit that
    note_in(mapped(path))
    with suppress(OSError):  # where a file in use cannot be removed, the process that made it does it later
        Path(path).unlink()
    _Server(messages).serve()


class _Server:
    """Answers one batch after the other, and is heard in a thread of its own meanwhile."""

    def __init__(self, messages: Connection) -> None:
        self._messages = messages
        self._waiting: SimpleQueue[bytes] = SimpleQueue()
        self._answering = Lock()
        self._calls: Calls | None = None

    def serve(self) -> None:
        """Answer until nothing has come for some minutes."""
        Thread(target=self._receive, daemon=True).start()
        with suppress(Empty):
            while True:
                content = self._waiting.get(timeout=_IDLE_SECONDS)
                if content == FORGET:
                    forget()
                else:
                    self._answer(content)

    def _answer(self, content: bytes) -> None:
        self._calls = Calls()
        token, function, args, manner = pickle.loads(content)  # noqa: S301 - made by our own process
        answer = call_shipped(token, function, args, manner, self._calls)
        with self._answering:
            self._calls = None
            self._messages.send_bytes(answer)

    def _receive(self) -> None:
        """Take messages; without the other end, this process and what it has started end, whatever is under way."""
        try:
            while True:
                content = self._messages.recv_bytes()
                if content == CUT:
                    self._hand_over()
                else:
                    self._waiting.put(content)
        except (EOFError, OSError):
            if hasattr(os, "killpg"):
                os.killpg(0, signal.SIGKILL)
            os._exit(1)

    def _hand_over(self) -> None:
        """Send what is finished of the batch under way; it is never answered as a whole then."""
        with self._answering:
            if self._calls is not None:
                finished = packed(self._calls.so_far())
                self._messages.send_bytes(CUT)
                self._messages.send_bytes(finished)
