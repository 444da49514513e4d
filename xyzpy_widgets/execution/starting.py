"""Starting a worker process, so that it stands ready soon: it loads no more than what it needs to answer.

What `multiprocessing` and loky start takes two to four times as long: it runs the user's program again, or loads all of
joblib and numpy, and helpers of theirs are started beside it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import current_process
from multiprocessing.connection import Connection
from multiprocessing.util import _args_from_interpreter_flags  # type: ignore[attr-defined]  # as its own processes
from pathlib import Path
from typing import Any

__all__ = ["started"]

_PROGRAM = """\
import os, sys
from multiprocessing import connection, current_process
messages = connection.{end}({handle})
environment, sys.path[:], sys.argv[:], current_process().authkey, tracker, path = messages.recv()
os.environ.update(environment)
if tracker is not None:
    from multiprocessing import resource_tracker
    resource_tracker._resource_tracker._fd = tracker
from xyzpy_widgets.execution.worker import serve
serve(messages, path)
"""
"""What the process runs. It shares the tracker of memory that several processes use, as processes of `multiprocessing`
do: one of its own would take away, at its end, what it has only looked at."""


def started(ours: Connection, theirs: Connection, path: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a process that serves one end of a pipe, as `serve` does, and leads a group of its own.

    Parameters
    ----------
    ours, theirs : Connection
        The ends of the pipe; theirs is closed here.
    path : str
        Of the note, see `mapped`.
    environment : mapping of str to str
        Variables over those of this process.
    """
    inherited: dict[str, Any] = {}
    tracker = None
    if sys.platform == "win32":
        import os

        os.set_handle_inheritable(theirs.fileno(), True)  # noqa: FBT003 - by position only
        inherited["startupinfo"] = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [theirs.fileno()]})
    else:
        from multiprocessing.resource_tracker import getfd

        tracker = getfd()
        inherited |= {"pass_fds": (theirs.fileno(), tracker), "process_group": 0}
    program = _PROGRAM.format(end=type(theirs).__name__, handle=theirs.fileno())
    command = [sys.executable, *_args_from_interpreter_flags(), "-c", program]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **inherited)  # noqa: S603 - itself
    theirs.close()
    here = [entry or str(Path.cwd()) for entry in sys.path]
    with suppress(OSError):  # it has ended; who asks it for something is told so
        ours.send((dict(environment), here, sys.argv, bytes(current_process().authkey), tracker, path))
    return process
