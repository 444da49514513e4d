"""One worker process, and the way to it: a batch there and its answer back, or word of how the process ended."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path
from time import perf_counter, time
from typing import Any

from xyzpy_widgets.execution.starting import started
from xyzpy_widgets.execution.worker import CUT, FORGET, NOTE_BYTES, mapped

__all__ = ["HANDING_OVER_SECONDS", "WorkerEnded", "WorkerProcess"]

HANDING_OVER_SECONDS = 0.8
"""So long a worker may take to hand over what it has finished: at once, but for a machine that is busy, or a case that
holds the interpreter lock; and a cancelled run is over within a second."""

_LOOK_SECONDS = 1.0
_CLOCK_SECONDS = 0.05
_NOTHING = -1.0
_THREADS = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "NUMBA")


class WorkerEnded(Exception):  # noqa: N818 - no error of anybody until it is known which case it was
    """A worker process ended before its batch did.

    Parameters
    ----------
    at : int or None
        The position of the case that was under way; None when that is not known.
    late : bool
        Whether it was ended because that case took too long.
    finished : bytes or None
        What it handed over before it was ended, as `packed`; the case after that was under way.
    exitcode : int or None
        Of the process, as `multiprocessing.Process.exitcode`.
    """

    def __init__(
        self, at: int | None, exitcode: int | None = None, *, late: bool = False, finished: bytes | None = None
    ) -> None:
        super().__init__(at, exitcode, late)
        self.at = at
        self.exitcode = exitcode
        self.late = late
        self.finished = finished

    @property
    def how(self) -> str:
        """How the process ended, in words."""
        if self.exitcode is not None and self.exitcode < 0:
            return f"killed by {signal.Signals(-self.exitcode).name}, as by the system when memory runs out"
        return f"exit code {self.exitcode}"


class WorkerProcess:
    """A process that answers batches, one at a time.

    Parameters
    ----------
    nature : tuple
        What it takes over when it starts, see `suits`; the first is the process that starts it.
    threads : int
        How many threads numerical libraries may use there.
    """

    def __init__(self, nature: tuple[Any, ...], threads: int) -> None:
        self.nature = nature
        self._started = time()
        self._ending = threading.Lock()
        self._sending = threading.Lock()
        descriptor, self._path = tempfile.mkstemp(prefix="xyzpy_widgets-", suffix=".note")
        os.truncate(descriptor, NOTE_BYTES)
        os.close(descriptor)
        self._note = mapped(self._path)
        self._messages, theirs = Pipe()
        env = {f"{name}_NUM_THREADS": str(threads) for name in _THREADS if f"{name}_NUM_THREADS" not in os.environ}
        self._process = started(self._messages, theirs, self._path, env)
        _live.add(self)

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def suits(self, nature: tuple[Any, ...], edited: float) -> bool:
        """Whether it is as a new one would be: nothing that it may have imported was edited since it began."""
        return self.nature == nature and self._started > edited and self.alive

    def ask(self, content: bytes, timeout: float | None) -> bytes:
        """Return the answer to a message; raise `WorkerEnded` when none will come."""
        self._note[0] = _NOTHING
        late = None
        try:
            self._send(content)
            while late is None and not self._messages.poll(_LOOK_SECONDS if timeout is None else _CLOCK_SECONDS):
                if timeout is not None and (late := self._late(timeout)) is not None:
                    self.cut()
                elif not self.alive:
                    break
            if late is not None and not self._messages.poll(HANDING_OVER_SECONDS):
                self.end()
                same = late == self._note[0]
                raise WorkerEnded(late if same else None, late=same)
            answer = self._messages.recv_bytes()
            if answer != CUT:
                return answer
            finished = self._messages.recv_bytes()
        except (EOFError, OSError):
            self.end()
            at = int(self._note[0])
            raise WorkerEnded(at if at >= 0 else None, self._process.returncode) from None
        self.end()
        raise WorkerEnded(late, late=late is not None, finished=finished)

    def cut(self) -> None:
        """Have what is finished of the batch under way handed over; who waits for its answer gets that instead."""
        if not self._sending.acquire(timeout=HANDING_OVER_SECONDS):
            return  # a batch is still on its way there, and nothing finished
        try:
            with suppress(OSError):  # it has ended
                self._messages.send_bytes(CUT)
        finally:
            self._sending.release()

    def _send(self, content: bytes) -> None:
        with self._sending:
            self._messages.send_bytes(content)

    def _late(self, timeout: float) -> int | None:
        """Return the position of the case under way if it takes too long."""
        at = self._note[0]
        return int(at) if at >= 0 and perf_counter() - self._note[1] > timeout else None

    def forget(self) -> None:
        """Let the process let go of what the run has left there."""
        with suppress(OSError):  # it has ended, and nobody takes it up again
            self._send(FORGET)

    def end(self) -> None:
        """End the process and all that it has started."""
        with self._ending:
            if self not in _live:
                return
            pid = self._process.pid
            if not hasattr(os, "killpg"):
                command = ["taskkill", "/F", "/T", "/PID", str(pid)]
                subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - a program of Windows
            elif self.alive or not _is_taken(pid):
                with suppress(ProcessLookupError, PermissionError):  # it has left none
                    os.killpg(pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
            _live.discard(self)
            Path(self._path).unlink(missing_ok=True)

    def close(self) -> None:
        """Let the process end by itself, and end it where it does not."""
        self._messages.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LOOK_SECONDS)
        self.end()


def _is_taken(pid: int) -> bool:
    """Whether a process has the number of one that has ended: a stranger, as no number of a group is given again."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


_live: set[WorkerProcess] = set()


@atexit.register
def _end_all() -> None:
    """Leave no process behind; `multiprocessing` would wait for those that are busy."""
    for worker in list(_live):
        if worker.nature[0] == os.getpid():  # those of the process that this one was forked from are not its own
            worker.end()
