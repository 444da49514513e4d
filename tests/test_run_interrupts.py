"""Ctrl-C and the end of the interpreter: what is finished is kept, and no process stays behind."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import xyzpy_widgets as xyz
from tests.programs import Program, started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tells sessions as Linux does")

HEAD = """
import os, signal, sys, time, xyzpy_widgets as xyz
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its background jobs ignore it
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


@contextmanager
def under_way(code: str, name: Path, backend: str) -> Iterator[Program]:
    """Start code, and wait until it has begun some cases."""
    with started(HEAD + code, name, backend) as program:
        assert len(program.lines(6)) == 6
        yield program


@pytest.mark.parametrize("whole", [False, True], ids=["the kernel's interrupt", "Ctrl-C in a terminal"])
@pytest.mark.parametrize("backend", ["serial", "threads", "processes"])
def test_an_interrupt_keeps_what_is_finished_and_leaves_no_process(
    backend: str, tmp_path: Path, *, whole: bool
) -> None:
    """An interrupt comes back at once as KeyboardInterrupt, with every finished case in memory and in the file."""
    with under_way(BLOCKING, tmp_path / "data.h5", backend) as program:
        (os.killpg if whole else os.kill)(program.pid, signal.SIGINT)
        told = program.rest()
        word, done, status, stored = told.splitlines()[-1].split()
        assert word == "interrupted", told
        assert 1 <= int(done) < 1000
        assert done == status == stored
        assert program.ended() == 0
        assert program.left() == []


@pytest.mark.parametrize("backend", ["serial", "processes"])
def test_the_end_of_the_interpreter_keeps_what_submitted_runs_finished(backend: str, tmp_path: Path) -> None:
    """A script that ends while a run is under way ends it, and its finished cases are in the file."""
    with under_way(AT_EXIT, tmp_path / "data.h5", backend) as program:
        assert program.process.stdin is not None
        program.process.stdin.close()
        said = program.rest().split()
        assert all(map(str.isdigit, said)), said
        assert program.ended() == 0
        assert program.left() == []
    assert xyz.load_ds(tmp_path / "data.h5")["out"].count() >= 1
    assert not (tmp_path / "data.h5.journal").exists()
