"""`Held`: the segments of the journal that this process writes, until the results in them are in the file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from xyzpy_widgets.store.frames import Record, scan
from xyzpy_widgets.store.journal import SET_ASIDE
from xyzpy_widgets.store.segment import Segment

__all__ = ["Held"]


class Held:
    """The segments of one archive; the caller sees to it that only one thread at a time uses it.

    Several runs may stand in one segment, one after the other: a run gets the segment of an earlier one whose results
    wait for the file, so that many small runs do not make many files.

    Parameters
    ----------
    folder : pathlib.Path
        The journal.
    shared : bool
        Whether a segment may have several runs.
    """

    def __init__(self, folder: Path, *, shared: bool) -> None:
        self._folder = folder
        self._shared = shared
        self._busy: dict[Segment, int] = {}  # the run that is under way in a segment
        self._waiting: dict[Segment, list[int]] = {}  # the runs in a segment whose results wait for the file
        self._final: set[Segment] = set()  # those that must not come back after a power cut

    def __bool__(self) -> bool:
        """Say whether some results wait for the file."""
        return bool(self._waiting)

    @property
    def names(self) -> list[str]:
        """The names of the segments with results that wait."""
        return [segment.path.name for segment in self._waiting]

    @property
    def open(self) -> set[str]:
        """The names of the segments that this process may still write to, which a forked child may not."""
        return {one.path.name for one in (*self._busy, *self._waiting) if one.usable}

    def begin(self) -> Segment:
        """Return a segment for a run, whose records begin where it ends now."""
        free = [one for one in self._waiting if self._shared and one not in self._busy and one.usable]
        segment = free[0] if free else Segment.create(self._folder)
        self._busy[segment] = segment.size
        return segment

    def own(self, segment: Segment | None) -> Segment | None:
        """Return the segment of a run under way; None for that of a parent, in whose run this process was forked."""
        return segment if segment in self._busy else None

    def take(self, segment: Segment, *, repeatable: bool) -> None:
        """Let the results of a run that is over wait for the file.

        Parameters
        ----------
        segment : Segment
        repeatable : bool
            Whether they may be taken up a second time at any later time: that changes nothing then.
        """
        self._final |= set() if repeatable else {segment}
        self._waiting.setdefault(segment, []).append(self._busy.pop(segment))

    def drop(self, segment: Segment) -> None:
        """Forget a run that gave nothing."""
        run = self._busy.pop(segment)
        if segment in self._waiting:
            segment.append({"settled": [run]})
        else:
            segment.remove()

    def sync(self) -> None:
        """Return when all that waits is on the disk; raise `StoreError` when the system refuses."""
        for segment in self._waiting:
            segment.sync()

    def forget(self, names: Collection[str]) -> None:
        """Take note that what waited in some segments is in the file."""
        for segment in [one for one in self._waiting if one.path.name in names]:
            runs = self._waiting.pop(segment)
            if segment in self._busy:
                segment.append({"settled": runs})
            else:
                segment.remove(durably=segment in self._final)
            self._final.discard(segment)

    def leave(self, segment: Segment | None) -> None:
        """Leave a run whose results cannot be joined now to whoever looks next, this process among them."""
        own = self.own(segment)
        if own is not None:
            self.take(own, repeatable=True)
            self._apart(own)

    def set_aside(self, segment: Segment) -> Path:
        """Keep the run that was taken last where nothing takes it up by itself; return where."""
        path = self._apart(segment)
        return path.rename(path.with_suffix(SET_ASIDE))

    def _apart(self, segment: Segment) -> Path:
        """Let the run that was taken last stand in a segment of its own that nobody writes; return where that is."""
        *others, run = self._waiting.pop(segment)
        if others:
            self._waiting[segment] = others
            aside = Segment.create(self._folder)
            for one in scan(segment.path, run):
                if isinstance(one, Record):
                    aside.append(one.value)
            segment.append({"settled": [run]})
        else:
            aside = segment
        aside.close()
        return aside.path
