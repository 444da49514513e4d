"""Ctrl-C and the end of the interpreter: what is finished is kept, and no process stays behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import xyzpy_widgets as xyz

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="lists processes as Linux does")

PATIENCE = 300.0
"""Seconds after which what never comes is a failure; a machine that is busy takes many for a process to start."""

HEAD = """
import os, signal, sys, time, xyzpy_widgets as xyz
def fn(a):
    os.write(1, b"%d\\n" % a)
    time.sleep(0.05)
    return a
harvester = xyz.Harvester(xyz.Runner(fn, "out", verbosity=0), sys.argv[1])
"""
BLOCKING = """
try:
    harvester.harvest_combos({"a": range(1000)}, executor=sys.argv[2], num_workers=2)
except KeyboardInterrupt:
    done = int(harvester.full_ds["out"].count())
    print("interrupted", done, int((harvester.status == 1).sum()), xyz.load_ds(sys.argv[1])["out"].count().item())
"""
AT_EXIT = """
run = harvester.submit({"a": range(1000)}, executor=sys.argv[2], num_workers=2)
sys.stdin.readline()
"""


def members(session: int) -> list[int]:
    """List the processes of a session that are not zombies."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its = stat.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(its) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found


def left_behind(session: int) -> list[int]:
    """List the processes of a session that do not end by themselves in a moment."""
    for process in members(session):
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        select.select([descriptor], [], [], PATIENCE)
        os.close(descriptor)
    return members(session)


def started(code: str, name: Path, backend: str) -> subprocess.Popen[str]:
    """Start code in a session of its own, and wait until it has begun some cases."""
    process = subprocess.Popen(
        [sys.executable, "-c", HEAD + code, str(name), backend],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for _ in range(6):
        assert process.stdout.readline()
    return process


@pytest.mark.parametrize("whole", [False, True], ids=["the kernel's interrupt", "Ctrl-C in a terminal"])
@pytest.mark.parametrize("backend", ["serial", "threads", "processes"])
def test_an_interrupt_keeps_what_is_finished_and_leaves_no_process(
    backend: str, tmp_path: Path, *, whole: bool
) -> None:
    """An interrupt comes back at once as KeyboardInterrupt, with every finished case in memory and in the file."""
    process = started(BLOCKING, tmp_path / "data.h5", backend)
    (os.killpg if whole else os.kill)(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    word, done, status, stored = out.splitlines()[-1].split()
    assert word == "interrupted", err
    assert 1 <= int(done) < 1000
    assert done == status == stored
    assert process.returncode == 0
    assert left_behind(process.pid) == []


@pytest.mark.parametrize("backend", ["serial", "processes"])
def test_the_end_of_the_interpreter_keeps_what_submitted_runs_finished(backend: str, tmp_path: Path) -> None:
    """A script that ends while a run is under way ends it, and its finished cases are in the file."""
    process = started(AT_EXIT, tmp_path / "data.h5", backend)
    _, err = process.communicate("\n", timeout=PATIENCE)
    assert process.returncode == 0
    assert err == ""
    assert xyz.load_ds(tmp_path / "data.h5")["out"].count() >= 1
    assert left_behind(process.pid) == []
    assert not (tmp_path / "data.h5.journal").exists()
