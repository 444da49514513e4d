"""What a data file holds while nothing runs: how many of its cases are done, and how many failed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import XyzError
from xyzpy_widgets.onlooker import Onlooker
from xyzpy_widgets.store.failed import FailedFile
from xyzpy_widgets.store.identity import Identity, identity
from xyzpy_widgets.store.names import place_of
from xyzpy_widgets.widgets.protocol import Counts

__all__ = ["Resting"]

_MOST_BYTES = 2**24
_NOTHING: Counts = {"total": 0, "done": 0, "failed": 0, "cancelled": 0, "elsewhere": 0, "running": 0}


class Resting:
    """Counts the cases in a data file, anew when it is another; nothing of one that is too large to be read for that.

    Of a table only what failed is counted, which is told beside it.

    Parameters
    ----------
    path : pathlib.Path
        The file; it need not be there.
    table : bool
        Whether it is a table.
    """

    def __init__(self, path: Path, *, table: bool = False) -> None:
        self._path = place_of(path)
        self._failed = FailedFile(self._path) if table else None
        self._seen: tuple[Identity | None, ...] = ()
        self._counts = _NOTHING

    def counts(self) -> Counts:
        """Return the counts as the file has them now; all 0 for one that cannot be read, or that is not there."""
        file = self._path if self._failed is None else self._failed.path
        stands = identity(self._path), identity(file)
        if stands != self._seen:
            self._seen, self._counts = stands, _NOTHING
            with suppress(XyzError, OSError):  # told as soon as somebody opens it
                if file.is_file() and file.stat().st_size <= _MOST_BYTES:
                    self._counts = _counted(file) if self._failed is None else _counted_beside(self._failed)
        return self._counts


def _counted_beside(table: FailedFile) -> Counts:
    found = table.read()
    return _NOTHING if found is None else {**_NOTHING, "failed": len(found[0])}


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
