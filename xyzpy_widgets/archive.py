"""`Archive`: what a Harvester or a Sampler has, in memory, in its journal and in its file, kept as one.

Every result goes into the journal before anything else happens to it (`begin`), and from there into the file (`add`),
under a lock that keeps other writers out. What a process that died has left in the journal is found by the next that
looks at the data, and goes into the file with its next write.
"""

from __future__ import annotations

import errno
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from xyzpy_widgets.errors import ConflictError, FormatError, RecoveryWarning, StoreError
from xyzpy_widgets.history import RECOVERED, History, Step
from xyzpy_widgets.labelling.merge import OnConflict
from xyzpy_widgets.log import Replay, replay
from xyzpy_widgets.store.atomic import remove, replacing
from xyzpy_widgets.store.claims import clear_claims
from xyzpy_widgets.store.frames import Damage, Record, scan
from xyzpy_widgets.store.identity import Identity, identity
from xyzpy_widgets.store.journal import discard, segments
from xyzpy_widgets.store.lock import lock_file, locked
from xyzpy_widgets.store.segment import Segment

__all__ = ["Archive", "Growth", "Keeper", "Whole"]

_UNREAD = "unread"
_NOTE = "folding.json"
_SET_ASIDE = ".conflict"
_DAMAGED = ".damaged"

T = TypeVar("T")
S = TypeVar("S", bound="Keeper[Any]")
S_contra = TypeVar("S_contra", bound="Keeper[Any]", contravariant=True)


class Keeper(Protocol[T]):
    """A store of one kind of value."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def engine(self) -> str:
        """Its format."""

    def check(self) -> None:
        """Raise what would keep `write` from keeping a value."""

    def read(self) -> T | None:
        """Return what is there."""

    def write(self, value: T) -> object:
        """Replace what is there."""

    def delete(self) -> None:
        """Remove what is there."""


class Whole(Protocol[T, S_contra]):
    """All there is of one kind of value, as it grows."""

    @property
    def value(self) -> T:
        """What there is now; it may be a view, which changes with the whole."""

    def check(self, new: T) -> bool:
        """Raise what would keep a value of the structure of a new one from being put in; say whether that is known."""

    def put(self, new: T, on_conflict: OnConflict) -> None:
        """Take a new value in; raise `ConflictError`, and change nothing, where it contradicts, if so wished."""

    def write(self, store: S_contra) -> None:
        """Bring the file to what there is now; nobody else has written it since the whole was read from it."""


class Growth(Protocol[T, S_contra]):
    """How one kind of value grows."""

    @property
    def repeatable(self) -> bool:
        """Whether putting a value in a second time changes nothing."""

    def whole(self, value: T) -> Whole[T, S_contra]:
        """Begin with a value, which nobody else has."""

    def copied(self, value: T) -> T:
        """Return a value with which the same can be begun again."""

    def rebuilt(self, told: Replay) -> T:
        """Make what a run would have given from what its log tells."""


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
        self._adopted: set[Path] = set()
        self._contradicting: set[Path] = set()
        self._unsaved: list[tuple[T, OnConflict, str]] = [] if start is None else [(start, "raise", "full_ds")]
        self._whole: Whole[T, S] | None = None if start is None else growth.whole(growth.copied(start))
        self._held: list[Segment] = []
        self._seen: Identity | str | None = _UNREAD

    @property
    def where(self) -> str:
        """Where the data is, for a repr."""
        return "in memory" if self.store is None else f"{self.store.path} [{self.store.engine}]"

    @property
    def _journal(self) -> Path:
        """The folder of the journal; there is none without a file."""
        path = Path() if self.store is None else self.store.path
        return path.with_name(f"{path.name}.journal")

    def begin(self) -> Segment:
        """Begin a segment of the journal for a run, which hands it over with its results (`add`)."""
        return Segment.create(self._journal)

    def current(self) -> T | None:
        """Return all there is: the file, what dead processes left in the journal, and what is not written yet.

        A file that has vanished takes nothing with it: what it held is written again with the next call that writes.
        Raises `StoreError` for a file that cannot be read, and `MergeError` when another process has written values
        that contradict those not written yet.
        """
        with self._guard:
            if self.store is not None:
                left, seen = self._left_behind(), identity(self.store.path)
                if seen != self._seen or left != self._adopted:
                    self._read_again(self.store, left)
                    self._seen = seen
            return None if self._whole is None else self._whole.value

    @property
    def is_read(self) -> bool:
        """Whether what is there is what was read from the file, or written to it, last."""
        return self.store is not None and self._seen is not None and identity(self.store.path) == self._seen

    def _read_again(self, store: S, left: set[Path]) -> None:
        stored = store.read()
        if stored is None and isinstance(self._seen, tuple) and self._whole is not None:
            self._unsaved = [(self._growth.copied(self._whole.value), "raise", "the file had vanished")]
        self._whole = None if stored is None else self._growth.whole(stored)
        if self._history is not None:
            self._history.forget_pending()
        self._adopt(left)
        for new, on_conflict, note in self._unsaved:
            self._put(new, on_conflict, note)

    def _put(self, new: T, on_conflict: OnConflict, note: str) -> None:
        step = None if self._history is None else self._history.step(self._whole, new, note)
        if self._whole is None:
            self._whole = self._growth.whole(self._growth.copied(new))
        else:
            self._whole.put(new, on_conflict)
        if self._history is not None:
            self._history.add(step)

    def check(self, new: T) -> bool:
        """Raise what would keep a value of the structure of a new one from being added.

        Returns whether this structure is known: whether what is there has it already, but for the content of cells.
        """
        with self._guard:
            return self._whole is not None and self._whole.check(new)

    def _left_behind(self) -> set[Path]:
        """List the segments of dead writers that are not in the file yet."""
        folded = self._folded()
        return {one.path for one in segments(self._journal) if not one.live and one.path.name not in folded}

    def _adopt(self, left: set[Path]) -> None:
        """Join what dead processes left behind; where it contradicts the file, the file wins."""
        self._adopted = set()
        for path in sorted(left):
            told = self._told(path)
            if told is None:
                continue
            self._adopted.add(path)
            value = self._growth.rebuilt(told)
            try:
                self._put(value, told.on_conflict, RECOVERED)
            except ConflictError as error:
                self._put(value, "keep", RECOVERED)
                if path not in self._contradicting:
                    msg = f"a run that was cut off contradicts {self.where}; its values are kept in {path}: {error}"
                    warnings.warn(msg, RecoveryWarning, stacklevel=5)
                self._contradicting.add(path)

    def _told(self, path: Path) -> Replay | None:
        """Read a log back, None when it tells nothing; what is damaged is said, and the rest is kept."""
        try:
            found = list(scan(path))
        except StoreError as error:
            if error.errno == errno.ENOENT:  # another process has just put it into the file
                return None
            raise
        damaged = sum(one.end - one.offset for one in found if isinstance(one, Damage))
        if damaged:
            warnings.warn(f"{path}: {damaged} damaged bytes were passed over", RecoveryWarning, stacklevel=6)
        try:
            told = replay(one.value for one in found if isinstance(one, Record))
        except FormatError as error:
            aside = path.rename(path.with_suffix(_DAMAGED))
            warnings.warn(f"{aside} cannot be taken up: {error}", RecoveryWarning, stacklevel=6)
            return None
        if told is None:
            discard(path)
        return told

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads out, and other writers of the file."""
        with self._guard:
            if self.store is None:
                yield
            else:
                with locked(self.store.path):
                    yield

    def add(
        self, new: T, on_conflict: OnConflict, *, sync: bool, segment: Segment | None = None, note: str = "harvest"
    ) -> None:
        """Join new data to the old, and write the file if ``sync``; a failing write leaves it for the next one.

        The segment of the run is held until its results are in the file.

        Raises `ConflictError` where old and new contradict one another; the segment of the run is set aside then.
        """
        with self._guard:
            self.current()
            self._held += [] if segment is None else [segment]
            try:
                self._put(new, on_conflict, note)
            except ConflictError as error:
                if segment is not None:
                    error.add_note(f"they are kept in {self._set_aside(segment)} too")
                raise
            self._unsaved.append((new, on_conflict, note))
            if sync:
                self.save()
            else:
                for held in self._held:
                    held.sync()

    def save(self) -> None:
        """Write everything that is not in the file yet, if there is one; what cannot be written stays in the journal.

        Raises `StoreError` when the system refuses.
        """
        try:
            with self._alone():
                self._write_all()
        except BaseException:
            for held in self._held:
                held.sync()
            raise

    def change(self, how: Callable[[T], T], note: str) -> None:
        """Put something else in the place of everything there is, and write the file."""
        with self._alone():
            full = self.current()
            if full is not None:
                changed = self._growth.whole(self._growth.copied(how(full)))
                if self._history is not None:
                    self._history.add(self._history.step(self._whole, None, note))
                self._write(changed)

    def steps(self) -> list[tuple[Step, bool]]:
        """Return the steps that led to what is there, oldest first, each with whether `undo` reaches it."""
        with self._alone():
            self._write_all()
            return [] if self._history is None else self._history.steps(self._identity())

    def undo(self) -> Step:
        """Go back to what was there before the last step, and write the file; return the step.

        Raises `StoreError` where it is not known what was there.
        """
        with self._alone():
            self._write_all()
            steps = [] if self._history is None else self._history.steps(self._identity())
            if self._history is None or not steps or not steps[-1][1]:
                raise StoreError(_no_way_back(self.where, steps))
            step = steps[-1][0]
            before = self._history.reverted(self.current(), step)
            self._history.begin_undo(self._identity())
            self._whole = None if before is None else self._growth.whole(before)
            if self.store is not None and self._whole is not None:
                self._whole.write(self.store)
            elif self.store is not None:
                self.store.delete()
            self._seen = self._identity()
            self._history.end_undo(self._seen)
            return step

    def _write_all(self) -> None:
        """Write everything that is not in the file yet; the caller keeps others out."""
        self.current()
        if self._whole is not None and (self._unsaved or self._held or self._adopted):
            self._write(self._whole)

    def _identity(self) -> Identity | None:
        return None if self.store is None else identity(self.store.path)

    def _write(self, whole: Whole[T, S]) -> None:
        """Write the file, then forget what the journal has of it."""
        if self._history is not None:
            self._history.begin(self._identity())
        if self.store is None:
            self._whole, self._unsaved = whole, []
            return
        for name in self._folded():
            discard(self._journal / name)
        if not self._growth.repeatable and (self._held or self._adopted):
            self._take_note(self.store.path)
        whole.write(self.store)
        self._seen = identity(self.store.path)
        self._whole, self._unsaved = whole, []
        if self._history is not None:
            self._history.end(self._identity())
        self._forget()

    def _forget(self) -> None:
        """Remove from the journal what is in the file now; what contradicts it stays under another name."""
        for segment in self._held:
            segment.remove()
        for path in self._adopted:
            if path in self._contradicting:
                path.rename(path.with_suffix(_SET_ASIDE))
            else:
                discard(path)
        self._held, self._adopted = [], set()
        if (self._journal / _NOTE).exists():
            discard(self._journal / _NOTE)
        clear_claims(self._journal)

    def _take_note(self, path: Path) -> None:
        """Write down which segments go into the file now, so that a process that dies in between is understood."""
        names = [one.name for one in (*(segment.path for segment in self._held), *self._adopted)]
        with replacing(self._journal / _NOTE) as temporary:
            temporary.write_text(json.dumps({"before": identity(path), "segments": names}))

    def _folded(self) -> set[str]:
        """Return the segments that are in the file already, although they are still there."""
        try:
            note = json.loads((self._journal / _NOTE).read_text())
        except FileNotFoundError:
            return set()
        now = None if self.store is None else identity(self.store.path)
        return set() if note["before"] == (None if now is None else list(now)) else set(note["segments"])

    def _set_aside(self, segment: Segment) -> Path:
        """Keep results that contradict the data where nothing takes them up by itself."""
        self._held.remove(segment)
        segment.close()
        return segment.path.rename(segment.path.with_suffix(_SET_ASIDE))

    def delete(self) -> None:
        """Remove the file and its journal, and forget the data."""
        with self._alone():
            for segment in self._held:
                segment.remove()
            if self.store is not None:
                self.store.delete()
                remove(self._journal)
                remove(lock_file(self.store.path))
            if self._history is not None:
                self._history.delete()
            self._whole = None
            self._held, self._adopted, self._unsaved = [], set(), []
            self._seen = _UNREAD


def _no_way_back(where: str, steps: list[tuple[Step, bool]]) -> str:
    """Say why the last step cannot be taken back."""
    if not steps:
        return f"there is no step to take back in {where}"
    if steps[-1][0].data is None:
        return f"what the last step replaced in {where} was too large to be kept; raise history_bytes before the next"
    return f"{where} was changed by another program since the last step, which cannot be taken back from here"
