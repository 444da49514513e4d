"""Killing a program in every way that it can be killed, and telling what it had reported by then.

A program is Python source with a function ``work(folder, acknowledge)``, which works in the folder and calls
``acknowledge(value)`` with what it holds finished. What its function ``prepare(folder)`` does before, if it has one, is
not killed. It is loaded once, in a process of its own, and forked for each trial; when this file runs as a script, it
is that process.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

WITHOUT_COMPILER = sys.platform != "linux" or shutil.which("cc") is None
"""Whether `at_every_call` cannot be used: on Linux it makes, with a C compiler, a library that is loaded first."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a program that was killed, or that came to its end.

    Attributes
    ----------
    folder : pathlib.Path
        Where it worked.
    what : str
        When it was killed.
    killed : bool
        Whether it was, before its end.
    acknowledged : list
        What it had reported.
    """

    folder: Path
    what: str
    killed: bool
    acknowledged: list[Any]


def at_every_call(program: str, folder: Path) -> Iterator[Trial]:
    """Kill a program before each call that changes its folder, and in the middle of each write."""
    compiler = shutil.which("cc") or "cc"
    library = folder / "kill_points.so"
    source = Path(__file__).with_suffix(".c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    yield from _trials(program, {"folder": str(folder)}, {"LD_PRELOAD": str(library)})


def after_reports(program: str, folder: Path, trials: int) -> Iterator[Trial]:
    """Kill a program at random moments after it has reported something."""
    yield from _trials(program, {"folder": str(folder), "trials": trials}, {})


def _trials(program: str, order: dict[str, Any], environment: dict[str, str]) -> Iterator[Trial]:
    """Run the process that makes the trials, and read what it tells."""
    command = [sys.executable, __file__]
    done = subprocess.run(
        command,
        input=json.dumps({"program": program, **order}),
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for line in done.stdout.splitlines():
        told = json.loads(line)
        yield Trial(**{**told, "folder": Path(told["folder"])})


class _Child:
    """A forked program, and the pipe on which it reports."""

    def __init__(self, names: dict[str, Any], folder: Path, kill_at: tuple[int, bool] | None) -> None:
        folder.mkdir()
        self.folder = folder
        reading, writing = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(reading)
            _run(names, folder, writing, kill_at)
        os.close(writing)
        self.reports = os.fdopen(reading)

    def end(self, what: str, heard: list[Any]) -> dict[str, Any]:
        """Wait for the end, and tell of it; raise when the program failed by itself."""
        heard += map(json.loads, self.reports)
        self.reports.close()
        _, status = os.waitpid(self.process, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not killed and status != 0:
            raise RuntimeError(f"the program failed by itself with status {status}: {what}")
        return {"folder": str(self.folder), "what": what, "killed": killed, "acknowledged": heard}


def _run(names: dict[str, Any], folder: Path, writing: int, kill_at: tuple[int, bool] | None) -> None:
    """Be the program."""
    status = 1
    try:
        names.get("prepare", lambda _: None)(folder)
        if kill_at is not None:
            number, torn = kill_at
            ctypes.CDLL(None).kill_at(ctypes.c_long(number), ctypes.c_int(torn), bytes(folder) + b"/")
        names["work"](folder, lambda value: os.write(writing, json.dumps(value).encode() + b"\n"))
        status = 0
    except Exception:  # noqa: BLE001 - whatever it is, it must not go on here
        traceback.print_exc()
    finally:
        os._exit(status)


def _kill_at_every_call(names: dict[str, Any], folder: Path) -> Iterator[dict[str, Any]]:
    for torn in (False, True):
        for number in itertools.count(1):
            what = f"{'in the middle of write' if torn else 'before change'} {number}"
            told = _Child(names, folder / f"{torn}-{number}", (number, torn)).end(what, [])
            yield told
            if not told["killed"]:
                break


def _kill_after_reports(names: dict[str, Any], folder: Path, trials: int) -> Iterator[dict[str, Any]]:
    numbers = random.Random(1)
    for trial in range(trials):
        count = numbers.randrange(1, 200)
        child = _Child(names, folder / str(trial), None)
        heard = [json.loads(line) for line in itertools.islice(child.reports, count)]
        os.kill(child.process, signal.SIGKILL)
        yield child.end(f"after report {count}", heard)


def _main() -> None:
    order = json.load(sys.stdin)
    names: dict[str, Any] = {}
    exec(compile(order["program"], "program", "exec"), names)  # noqa: S102 - the tests' own text
    folder = Path(order["folder"])
    if "trials" in order:
        told = _kill_after_reports(names, folder, order["trials"])
    else:
        told = _kill_at_every_call(names, folder)
    for one in told:
        sys.stdout.write(json.dumps(one) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
