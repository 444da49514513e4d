"""Reading what may be damaged in a process of its own, which may hang or die and does this one no harm."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xyzpy_widgets.errors import DamageError
from xyzpy_widgets.store.disk import size_of

__all__ = ["apart"]

_SECONDS, _BYTES_PER_SECOND = 60.0, 2**24  # far more time than reading takes, on a machine that is busy too

_CHILD = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
call, given = pickle.load(sys.stdin.buffer)
try:
    told = True, call(*given)
except Exception as error:
    told = False, error
pickle.dump(told, sys.stdout.buffer)
"""


def _time_for(path: Path) -> float:
    """Return the seconds after which reading a file is taken to go round in circles."""
    return _SECONDS + size_of(path) / _BYTES_PER_SECOND


def apart(path: Path, call: Callable[..., Any], *given: Any, seconds: float | None = None) -> Any:
    """Call a function that reads a file, in a process of its own, and return what it returns.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    call : callable
        A function of a module. It, what it is given and what it returns are pickled; nothing of the file is.
    *given
        Its arguments.
    seconds : float, optional
        How long it may take; by default what its size allows.

    Raises
    ------
    DamageError
        When the time is over, or the process has died.
    Exception
        What the function raises.
    """
    limit = _time_for(path) if seconds is None else seconds
    order = pickle.dumps(sys.path) + pickle.dumps((call, given))
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, and our own program
            [sys.executable, "-c", _CHILD], input=order, capture_output=True, timeout=limit, check=True
        )
    except subprocess.TimeoutExpired as error:
        msg = f"{path} is damaged: what reads its format did not come to an end in {limit:.0f} s"
        raise DamageError(msg) from error
    except subprocess.CalledProcessError as error:
        msg = f"{path} is damaged: what reads its format ended its process with status {error.returncode}"
        raise DamageError(msg) from error
    fine, told = pickle.loads(done.stdout)  # noqa: S301 - our own process wrote it
    if not fine:
        raise told
    return told
