"""`Archive`: what a Harvester or a Sampler has, in memory, in its journal and in its file, kept as one.

Every result goes into the journal before anything else happens to it (`begin`), and from there into the file (`add`),
under a lock that keeps other writers out. What a process that died has left in the journal is found by the next that
looks at the data, and goes into the file with its next write.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from xyzpy_widgets.errors import EncodingError, StoreError, XyzError
from xyzpy_widgets.growth import Growth, Keeper, Whole
from xyzpy_widgets.held import Held
from xyzpy_widgets.history import RECOVERED, History, Step, no_way_back
from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.leftovers import Leftovers
from xyzpy_widgets.log import Told, added_record
from xyzpy_widgets.store.atomic import remove
from xyzpy_widgets.store.claims import clear_claims
from xyzpy_widgets.store.identity import Identity
from xyzpy_widgets.store.lock import lock_file, locked
from xyzpy_widgets.store.segment import Segment

__all__ = ["Archive"]

_UNREAD = "unread"

R = TypeVar("R")
T = TypeVar("T")
S = TypeVar("S", bound=Keeper[Any])


@dataclass(frozen=True, slots=True)
class _Unsaved(Generic[T]):
    """Data that is not in the file yet, how it joins what is there, and where it comes from."""

    new: T
    on_conflict: OnConflict
    note: str
    asked: Mapping[str, Any] | None = None
    logged: bool = False  # whether a segment has it too


class Archive(Generic[T, S]):
    """Labelled data that only grows.

    Parameters
    ----------
    store : Keeper or None
        The file; None keeps everything in memory.
    growth : Growth
        How the data grows.
    start : optional
        What is there before anything is added; it is written with the first call that writes.
    history : History, optional
        Keeps the way back.
    """

    def __init__(
        self, store: S | None, growth: Growth[T, S], start: T | None = None, history: History[T] | None = None
    ) -> None:
        self.store = store
        self._history = history
        self._growth = growth
        self._guard = threading.RLock()
        self._unsaved: list[_Unsaved[T]] = [] if start is None else [_Unsaved(start, "raise", "full_ds")]
        self._whole: Whole[T, S] | None = None if start is None else growth.whole(growth.copied(start))
        self._journal = Path() if store is None else store.path.with_name(f"{store.path.name}.journal")
        self._held = Held(self._journal, shared=growth.repeatable)
        self._leftovers = Leftovers(self._journal)
        self._seen: Identity | str | None = _UNREAD
        self._process = os.getpid()
        self._in_doubt = False  # whether it is not known what came of the last write

    @property
    def where(self) -> str:
        """Where the data is, for a repr."""
        return "in memory" if self.store is None else f"{self.store.name} [{self.store.engine}]"

    def begin(self) -> Segment:
        """Return a segment of the journal for a run, which hands it over with its results (`add`), or drops it."""
        with self._guard:
            return self._held.begin()

    def drop(self, segment: Segment) -> None:
        """Take the segment of a run back that gave nothing."""
        with self._guard:
            if self._held.own(segment) is not None:
                self._held.drop(segment)

    @property
    def waiting(self) -> list[str]:
        """The names of the segments of runs that are over, whose results are not in the file yet."""
        with self._guard:
            return self._held.names

    def current(self) -> T | None:
        """Return all there is: the file, what dead processes left in the journal, and what is not written yet.

        A file that has vanished takes nothing with it: what it held is written again with the next call that writes.
        Raises `StoreError` for a file that cannot be read, and `MergeError` when another process has written values
        that contradict those not written yet.
        """
        with self._guard:
            self.refresh()
            return None if self._whole is None else self._whole.value

    def refresh(self) -> None:
        """Take in what others have written since the last look; raises as `current` does."""
        with self._guard:
            if self.store is not None:
                if os.getpid() != self._process:
                    self._leave_to_the_parent()
                self._settle(self.store)
                left, seen = self._leftovers.found(self._held.open), self._identity()
                if seen != self._seen or left != self._leftovers.adopted:
                    self._read_again(self.store, left)
                    self._seen = seen

    def _leave_to_the_parent(self) -> None:
        """Begin anew in a forked child: what waits in the journal of its parent is for that one to write."""
        self._process, self._seen = os.getpid(), _UNREAD
        self._unsaved = [one for one in self._unsaved if not one.logged]
        self._held = Held(self._journal, shared=self._growth.repeatable)
        self._leftovers = Leftovers(self._journal)

    @property
    def is_read(self) -> bool:
        """Whether what is there is what was read from the file, or written to it, last."""
        return self._seen is not None and self._identity() == self._seen

    def _settle(self, store: S) -> None:
        """Finish the write that was cut off, if there is one; what came about of an own one is in the file."""
        gone = store.settle()
        if gone is not None and self._in_doubt:
            self._held.forget(gone)
            self._unsaved = []
        self._in_doubt = False

    def _read_again(self, store: S, left: set[Path]) -> None:
        stored = store.read()
        if stored is None and isinstance(self._seen, tuple) and self._whole is not None:
            self._unsaved = [_Unsaved(self._growth.copied(self._whole.value), "raise", "the file had vanished")]
        self._seen = _UNREAD  # until all of it is taken in
        self._whole = None if stored is None else self._growth.whole(stored, stored=True)
        if self._history is not None:
            self._history.forget_pending()
        self._leftovers.adopt(left, self._put_again, self.where)
        for one in self._unsaved:
            self._put(one)

    def _put(self, one: _Unsaved[T]) -> None:
        """Join new data to what is there; where that is cut off in the middle, the file is read again."""
        seen, self._seen = self._seen, _UNREAD
        try:
            self._join(one)
        except XyzError:  # nothing has changed
            self._seen = seen
            raise
        self._seen = seen

    def _join(self, one: _Unsaved[T]) -> None:
        step = None if self._history is None else self._history.step(self._whole, one.new, one.note, one.asked)
        if self._whole is None:
            self._whole = self._growth.whole(self._growth.copied(one.new))
        else:
            self._whole.put(one.new, one.on_conflict)
        if self._history is not None:
            self._history.add(step)

    def _put_in(self, one: _Unsaved[T]) -> None:
        """Put in what is among the unsaved; where another writer came in between, with them, to what it wrote."""
        try:
            self._put(one)
        except StoreError:  # of what is left in the file, of which parts are read only now
            if self.store is None or self.is_read:
                raise
            with self.alone():
                self.refresh()

    def lasting(self, how: Callable[[], R]) -> R:
        """Do what reads parts of what is left in the file; look, and do it again, where that was replaced meanwhile."""
        while True:
            try:
                return how()
            except StoreError:
                if self.store is None or self.is_read:
                    raise
                self.refresh()

    def _put_again(self, told: Told, on_conflict: OnConflict) -> None:
        """Take in what the log of a process that died tells."""
        self._put(_Unsaved(self._growth.rebuilt(told), on_conflict, RECOVERED, told.asked))

    def check(self, new: T) -> bool:
        """Raise what would keep a value of the structure of a new one from being added.

        Returns whether this structure is known: whether what is there has it already, but for the content of cells.
        """
        with self._guard:
            return self.lasting(lambda: self._whole is not None and self._whole.check(new))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads out, and other writers of the file."""
        with self._guard:
            if self.store is None:
                yield
            else:
                with locked(self.store.path):
                    yield

    def add(
        self,
        new: T,
        on_conflict: OnConflict,
        *,
        sync: bool,
        segment: Segment | None = None,
        asked: Mapping[str, Any] | None = None,
    ) -> None:
        """Join new data to the old, and write the file if ``sync``; a failing write leaves it for the next one.

        The segment of the run is held until its results are in the file; ``asked`` is what the run was asked for.

        Raises `MergeError` where old and new do not go together, `ConflictError` where they contradict one another; the
        segment of the run is set aside then. Raises as `current` does; it is left for the next look then.
        """
        with self._guard:
            try:
                self.refresh()
            except BaseException:
                self._held.leave(segment)
                raise
            segment = self._held.own(segment)
            self._take_in(_Unsaved(new, on_conflict, "harvest", asked, segment is not None), segment, sync=sync)

    def _take_in(self, one: _Unsaved[T], segment: Segment | None, *, sync: bool) -> None:
        """Join new data to what was just looked at."""
        if segment is not None:
            self._held.take(segment, repeatable=self._growth.repeatable and one.on_conflict != "replace")
        self._unsaved.append(one)
        try:
            self._put_in(one)
        except XyzError as error:
            del self._unsaved[-1]
            if segment is not None:
                error.add_note(f"they are kept in {self._held.set_aside(segment)} too")
            raise
        if sync:
            self.save()
        else:
            self._held.sync()

    def add_made(
        self, new: T, on_conflict: OnConflict, *, sync: bool, note: str, check: Callable[[T], None] | None = None
    ) -> None:
        """Join data that was made elsewhere; what is not written into the file at once goes into the journal first.

        What a journal cannot hold is written at once. Raises as `add` does, and before that what ``check`` raises.
        """
        with self._guard:
            self.refresh()
            if check is not None:
                check(new)
            segment = None if sync or self.store is None else self._told(new, on_conflict)
            one = _Unsaved(new, on_conflict, note, logged=segment is not None)
            self._take_in(one, segment, sync=segment is None)

    def _told(self, new: T, on_conflict: OnConflict) -> Segment | None:
        """Write data into the journal, and return where; None for what a journal cannot hold."""
        segment = self._held.begin()
        try:
            segment.append(added_record(self._growth.record(new), on_conflict, segment.size))
        except BaseException as error:
            self._held.drop(segment)
            if isinstance(error, EncodingError):
                return None
            raise
        return segment

    def save(self) -> None:
        """Write everything that is not in the file yet, if there is one; what cannot be written stays in the journal.

        Raises `StoreError` when the system refuses.
        """
        try:
            with self.alone():
                self._write_all()
        except BaseException:
            self._held.sync()
            raise

    def change(self, how: Callable[[T], T], note: str) -> None:
        """Put something else in the place of everything there is, and write the file."""
        with self.alone():
            full = self.current()
            if full is not None:
                changed = self._growth.whole(self._growth.copied(how(full)))
                step = None if self._history is None else self._history.step(self._whole, None, note)
                try:
                    if self._history is not None:
                        self._history.add(step)
                    self._write(changed)
                except BaseException:
                    if self._history is not None:
                        self._history.drop(step)
                    raise

    def steps(self) -> list[tuple[Step, bool]]:
        """Return the steps that led to what is there, oldest first, each with whether `undo` reaches it."""
        with self.alone():
            self._write_all()
            return [] if self._history is None else self._history.steps(self._identity())

    def asked(self) -> list[Mapping[str, Any]]:
        """Return what was asked for in the last steps, the newest first, back to one of which that is not known."""
        with self._guard:
            self.refresh()
            return [] if self._history is None else self._history.asked(self._identity())

    def undo(self) -> Step:
        """Go back to what was there before the last step, and write the file; return the step.

        Raises `StoreError` where it is not known what was there.
        """
        with self.alone():
            self._write_all()
            steps = [] if self._history is None else self._history.steps(self._identity())
            if self._history is None or not steps or not steps[-1][1]:
                raise StoreError(no_way_back(self.where, steps))
            step = steps[-1][0]
            before = self._history.reverted(self.current(), step)
            self._history.begin_undo(self._identity())
            whole = None if before is None else self._growth.whole(before)
            if self.store is not None and whole is not None:
                whole.write(self.store)
            elif self.store is not None:
                self.store.delete()
            self._whole, self._seen = whole, self._identity()
            self._history.end_undo(self._seen)
            return step

    def _write_all(self) -> None:
        """Write everything that is not in the file yet; the caller keeps others out."""
        self.refresh()
        if self._whole is not None and (self._unsaved or self._held or self._leftovers.adopted):
            self._write(self._whole)

    def _identity(self) -> Identity | None:
        return None if self.store is None else self.store.identity()

    def _write(self, whole: Whole[T, S]) -> None:
        """Write the file, then forget what the journal has of it."""
        if self._history is not None:
            self._history.begin(self._identity())
        if self.store is None:
            self._whole, self._unsaved = whole, []
            return
        self._in_doubt = True
        try:
            whole.write(self.store, (*self._held.names, *self._leftovers.names))
        except BaseException:
            self._settle(self.store)
            raise
        self._in_doubt = False
        self._seen = self._identity()
        self._whole, self._unsaved = whole, []
        if self._history is not None:
            self._history.end(self._identity())
        self._held.forget(self._held.names)
        self._leftovers.forget()
        self.store.forget()
        clear_claims(self._journal)

    def delete(self) -> None:
        """Remove the file and its journal, and forget the data."""
        with self.alone():
            self._held.forget(self._held.names)
            if self.store is not None:
                self.store.delete()
                remove(self._journal)
                remove(lock_file(self.store.path))
            if self._history is not None:
                self._history.delete()
            self._whole = None
            self._unsaved = []
            self._leftovers.adopted = set()
            self._seen = _UNREAD
