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
from threading import Thread

from xyzpy_widgets.execution.calls import note_in
from xyzpy_widgets.execution.shipping import call_shipped, forget

__all__ = ["FORGET", "NOTE_BYTES", "mapped", "serve"]

FORGET = b""
"""A message without an answer: let go of what the last run has left."""

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
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    note_in(mapped(path))
    with suppress(OSError):  # where a file in use cannot be removed, the process that made it does it later
        Path(path).unlink()
    waiting: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_receive, args=(messages, waiting), daemon=True).start()
    with suppress(Empty):
        while True:
            content = waiting.get(timeout=_IDLE_SECONDS)
            if content == FORGET:
                forget()
            else:
                messages.send_bytes(call_shipped(*pickle.loads(content)))  # noqa: S301 - made by our own process


def _receive(messages: Connection, waiting: SimpleQueue[bytes]) -> None:
    """Pass messages on; without the other end, this process and what it has started end, be a case under way or not."""
    try:
        while True:
            waiting.put(messages.recv_bytes())
    except (EOFError, OSError):
        if hasattr(os, "killpg"):
            os.killpg(0, signal.SIGKILL)
        os._exit(1)
