"""What a data file holds while nothing runs: how many of its cases are done, and how many failed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import XyzError
from xyzpy_widgets.onlooker import Onlooker
from xyzpy_widgets.store.identity import Identity, identity
from xyzpy_widgets.widgets.protocol import Counts

__all__ = ["Resting"]

_MOST_BYTES = 2**24
_NOTHING: Counts = {"total": 0, "done": 0, "failed": 0, "cancelled": 0, "elsewhere": 0, "running": 0}


class Resting:
    """Counts the cases in a data file, anew when it is another; nothing of one that is too large to be read for that.

    Parameters
    ----------
    path : pathlib.Path
        The file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Identity | None = None
        self._counts = _NOTHING

    def counts(self) -> Counts:
        """Return the counts as the file has them now; all 0 for one that cannot be read, or that is not there."""
        stands = identity(self._path)
        if stands != self._seen:
            self._seen, self._counts = stands, _NOTHING
            with suppress(XyzError, OSError):  # told as soon as somebody opens it
                if self._path.is_file() and self._path.stat().st_size <= _MOST_BYTES:
                    self._counts = _counted(self._path)
        return self._counts


def _counted(path: Path) -> Counts:
    states = Onlooker(path).look().states
    if states is None:
        return _NOTHING
    numbers = {status: int((states.values == status).sum()) for status in Status}
    return {
        **_NOTHING,
        "total": states.size,
        "done": numbers[Status.DONE],
        "failed": numbers[Status.FAILED],
        "cancelled": numbers[Status.CANCELLED],
    }
