"""Programs that tests start: what they say is waited for with patience, not for ever, and nothing of them stays."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import psutil

__all__ = ["PATIENCE", "Program", "running", "started"]

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0
"""Seconds after which what never comes is a failure; a machine that is busy takes many for a process to start."""


class Program:
    """A program in a session of its own, its errors among what it says."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.pid = process.pid
        self._said = b""

    def lines(self, n: int) -> list[str]:
        """Return the next lines that it says; fewer only when it ends, or says nothing for too long."""
        while self._said.count(b"\n") < n and self._more():
            pass
        *lines, self._said = self._said.split(b"\n", n)
        return [line.decode() for line in lines]

    def rest(self) -> str:
        """Return all that it and what it has started still say, up to the end of the last of them."""
        while self._more():
            pass
        said, self._said = self._said.decode(), b""
        return said

    def ended(self) -> int:
        """Return its exit code."""
        return self.process.wait(PATIENCE)

    def _more(self) -> bool:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            raise TimeoutError(f"after {self._said!r} it says nothing")
        more = os.read(self.process.stdout.fileno(), 65536)
        self._said += more
        return bool(more)

    def members(self) -> list[psutil.Process]:
        """Return the processes of its session that have not ended."""
        return [one for one in psutil.process_iter() if _session(one) == self.pid]

    def left(self) -> list[psutil.Process]:
        """Return the processes of its session that do not end by themselves."""
        return psutil.wait_procs(self.members(), PATIENCE)[1]


def _session(process: psutil.Process) -> int | None:
    try:
        return None if process.status() == psutil.STATUS_ZOMBIE else os.getsid(process.pid)
    except (psutil.NoSuchProcess, ProcessLookupError):
        return None


@contextlib.contextmanager
def running(program: str, *arguments: Any) -> Iterator[subprocess.Popen[str]]:
    """Run Python code that ends at the end of its input; a line can be read as soon as it is written."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import os, sys\nfrom pathlib import Path\n" + program, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process


@contextlib.contextmanager
def started(code: str, *arguments: Any) -> Iterator[Program]:
    """Start Python code; in the end it is ended with all that it has started."""
    with subprocess.Popen(
        [sys.executable, "-c", dedent(code), *map(str, arguments)],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        program = Program(process)
        try:
            yield program
        finally:
            for one in program.members():
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
