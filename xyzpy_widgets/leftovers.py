"""`Leftovers`: what processes that died have left in the journal, and how it comes to what is there."""

from __future__ import annotations

import errno
import warnings
from collections.abc import Callable, Container, Iterable
from pathlib import Path

from xyzpy_widgets.errors import ConflictError, RecoveryWarning, StoreError, XyzError
from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.log import Told, replays
from xyzpy_widgets.store.frames import Damage, Record, scan
from xyzpy_widgets.store.journal import DAMAGED, SET_ASIDE, discard, segments

__all__ = ["Leftovers"]


class Leftovers:
    """The segments of dead writers in the journal of one archive.

    Parameters
    ----------
    folder : pathlib.Path
        The journal.

    Attributes
    ----------
    adopted : set of pathlib.Path
        Those whose results are in what is there, but not in the file yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside: dict[Path, str] = {}  # those that are kept under another name, and what that ends with
        self.adopted: set[Path] = set()

    @property
    def names(self) -> list[str]:
        """The names of those that are adopted."""
        return sorted(path.name for path in self.adopted)

    def found(self, besides: Container[str] = ()) -> set[Path]:
        """List the segments of dead writers, besides some whose writer lives: this process."""
        return {one.path for one in segments(self._folder, besides=besides) if not one.live}

    def adopt(self, found: Iterable[Path], put: Callable[[Told, OnConflict], None], where: str) -> None:
        """Join what segments tell to what is there; where it contradicts that or does not fit, the file wins.

        Parameters
        ----------
        found : iterable of pathlib.Path
        put : callable
            Joins one run; raises `ConflictError` where it contradicts, if so wished, `XyzError` where it does not fit.
        where : str
            What is there, for a message.
        """
        self.adopted = set()
        for path in sorted(found):
            told = self._told(path)
            if told:
                self.adopted.add(path)
            for run in told:
                try:
                    put(run, run.on_conflict)
                except ConflictError as error:
                    put(run, "keep")
                    self._set_aside(path, f"contradicts {where}", error)
                except XyzError as error:
                    self._set_aside(path, f"does not go together with {where}", error)

    def _set_aside(self, path: Path, why: str, error: XyzError) -> None:
        """Say, once, that what is in a segment is kept apart."""
        if path not in self._aside:
            msg = f"a run that was cut off {why}; its values are kept in {path}: {error}"
            warnings.warn(msg, RecoveryWarning, stacklevel=7)
        self._aside[path] = SET_ASIDE

    def _told(self, path: Path) -> list[Told]:
        """Read a log back; what is damaged is said, and the rest is kept."""
        try:
            found = list(scan(path))
        except StoreError as error:
            if error.errno == errno.ENOENT:  # another process has just put it into the file
                return []
            raise
        damaged = sum(one.end - one.offset for one in found if isinstance(one, Damage))
        if damaged:
            warnings.warn(f"{path}: {damaged} damaged bytes were passed over", RecoveryWarning, stacklevel=7)
        told, lost = replays(one.value for one in found if isinstance(one, Record))
        if lost and path not in self._aside:
            msg = f"{path} cannot be taken up: the first record is damaged, which says what the {lost} others mean"
            warnings.warn(msg, RecoveryWarning, stacklevel=7)
        if lost and told:
            self._aside[path] = DAMAGED
        elif lost:
            path.rename(path.with_suffix(DAMAGED))
        elif not told:
            discard(path)
        return told

    def forget(self) -> None:
        """Remove what is in the file now; what contradicts it, or is damaged, stays under another name."""
        for path in self.adopted:
            if path in self._aside:
                path.rename(path.with_suffix(self._aside[path]))
            else:
                discard(path)
        self.adopted = set()
