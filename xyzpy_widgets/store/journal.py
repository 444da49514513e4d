"""The journal of a store: every record on its way into the data file, kept from the moment that it is finished.

The journal of ``NAME`` is the folder ``NAME.journal``. Each writer has a file of its own in it, a segment, which only
grows (`frames` says what is in it): nobody waits for anybody, and what a dying writer tears cannot hurt the records of
another. A writer holds a lock on its segment, which the kernel frees when the writer dies; by that others know which
segments never change again.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import time
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.disk import sync_folder
from xyzpy_widgets.store.frames import HEADER
from xyzpy_widgets.store.lock import try_lock

__all__ = ["DAMAGED", "SET_ASIDE", "SUFFIX", "SegmentFile", "discard", "fresh_name", "segments"]

SUFFIX = ".log"
"""What the name of a segment ends with."""

SET_ASIDE = ".conflict"
"""What the name of one ends with that is kept, and that nothing takes up by itself: it contradicts the data file."""

DAMAGED = ".damaged"
"""Likewise of one that has lost a part of what it tells."""

_GRACE = 60.0  # seconds without a change after which a writer counts as dead where no lock says so


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A segment that is in a journal.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    size : int
        Its size in bytes.
    live : bool
        Whether its writer may still append to it. A segment that is not live never changes again.
    """

    path: Path
    size: int
    live: bool


def fresh_name(suffix: str = SUFFIX) -> str:
    """Return a name that no other writer has; names sort in the order in which they were made, by the clocks."""
    host = re.sub(r"[^\w.]", "_", socket.gethostname())[:64]
    return f"{time.time_ns():020d}-{host}-{os.getpid()}-{secrets.token_hex(4)}{suffix}"


def segments(
    folder: Path, *, grace: float = _GRACE, suffix: str = SUFFIX, besides: Container[str] = ()
) -> list[SegmentFile]:
    """Return the segments of a journal, in the order in which they were begun.

    Parameters
    ----------
    folder : pathlib.Path
        The journal, which need not be there.
    grace : float, default 60
        Where the file system has no locks: the time without a change, in seconds, after which a writer counts as dead.
    suffix : str, default ".log"
        What their names end with.
    besides : container of str, optional
        The names of those that need not be looked at.

    Returns
    -------
    list of SegmentFile
        Those of this process among them.

    Raises
    ------
    StoreError
        When the folder cannot be read.
    """
    with reported(folder):
        try:
            paths = sorted(one for one in folder.iterdir() if one.suffix == suffix and one.name not in besides)
        except FileNotFoundError:
            return []
        found = [_looked_at(path, grace) for path in paths]
    return [one for one in found if one is not None]


def discard(path: Path, *, durably: bool = True) -> None:
    """Remove a segment whose writer is gone and whose records are kept elsewhere, durably.

    Parameters
    ----------
    path : pathlib.Path
        The segment; it may be gone already. The journal goes with its last segment.
    durably : bool, default True
        Whether it must not be there again after a power cut.

    Raises
    ------
    StoreError
        When the system refuses.
    """
    folder = path.parent
    with reported(path), suppress(FileNotFoundError):
        path.unlink(missing_ok=True)
        try:
            folder.rmdir()
        except FileNotFoundError:
            raise
        except OSError:  # there is more in it
            changed = folder
        else:
            changed = folder.parent
        if durably:
            sync_folder(changed)


def _looked_at(path: Path, grace: float) -> SegmentFile | None:
    """Return what can be told of a segment from outside, None when it is gone."""
    try:
        file = path.open("rb", buffering=0)
    except FileNotFoundError:
        return None
    with file:
        free = try_lock(file.fileno(), shared=True)
        stat = os.fstat(file.fileno())
    if free is False:
        return SegmentFile(path, stat.st_size, live=True)
    young = time.time() - stat.st_mtime < grace
    lockless = free is None or stat.st_size < len(HEADER)  # no locks here, or not locked yet
    return SegmentFile(path, stat.st_size, live=lockless and young)
