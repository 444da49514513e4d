"""A worker process begins as the process that started it is, and takes nothing of it away."""

from __future__ import annotations

import subprocess
import sys
from multiprocessing import current_process, resource_tracker
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import pytest

from xyzpy_widgets import Runner


def on_a_worker(fn: Any, **constants: Any) -> Any:
    """Return what a function returns in a worker process."""
    runner = Runner(fn, "found", constants=constants, num_workers=1, verbosity=0)
    return runner.run_combos({"a": [1]})["found"].item()


def taken_over(a: int) -> str:
    """Tell what a process has of the one that started it."""
    return repr((bytes(current_process().authkey), sys.argv, [entry for entry in sys.path if entry], str(Path.cwd())))


def test_a_worker_takes_over_what_this_process_imports_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Modules are found there as here, also those beside a program or in the folder where it runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "modules"))
    monkeypatch.setattr(sys, "argv", ["study.py", "--fast"])
    assert on_a_worker(taken_over) == taken_over(1)


def test_a_worker_takes_over_how_python_was_started(tmp_path: Path) -> None:
    """Assertions that are left out here are left out there, and a warning that is an error here is one there."""
    program = tmp_path / "flags.py"
    program.write_text(
        "import sys\n"
        "from xyzpy_widgets import Runner\n"
        "def flags(a):\n"
        "    return repr((sys.flags.optimize, sys.warnoptions))\n"
        "found = Runner(flags, 'found', num_workers=1, verbosity=0).run_combos({'a': [1]})['found'].item()\n"
        "sys.exit(found != flags(1) or not sys.flags.optimize)\n"
    )
    assert not subprocess.run([sys.executable, "-O", "-W", "error::BytesWarning", program], check=False).returncode


def loaded(a: int) -> bool:
    """Say whether a heavy library is there that nobody asked for."""
    return bool({"numpy", "pandas", "xarray", "joblib", "IPython"} & set(sys.modules))


def test_a_worker_loads_no_library_that_the_function_does_not_use() -> None:
    """It would be the better part of the time until the first case begins."""
    loaded.__module__ = "__main__"  # so that it travels by itself, without the modules of the tests
    assert not on_a_worker(loaded)


def looked_at(a: int, memory: SharedMemory) -> bool:
    """Say whether this process has begun to watch over memory that it was given."""
    return memory.size > 0 and resource_tracker._resource_tracker._pid is not None  # type: ignore[attr-defined]  # noqa: SLF001 - nothing else tells


@pytest.mark.skipif(sys.platform == "win32", reason="shared memory is not tracked there")
def test_shared_memory_outlives_the_worker_that_was_given_it() -> None:
    """A worker with a tracker of its own would remove, at its end, memory of this process."""
    memory = SharedMemory(create=True, size=16)
    try:
        assert not on_a_worker(looked_at, memory=memory)
    finally:
        memory.close()
        memory.unlink()
