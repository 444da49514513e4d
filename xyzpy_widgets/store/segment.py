"""A segment of the journal, seen by its writer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from xyzpy_widgets.core.deadlines import Deadlines
from xyzpy_widgets.errors import StoreError
from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.disk import sync, sync_folder
from xyzpy_widgets.store.frames import HEADER, frame
from xyzpy_widgets.store.growing import GrowingFile
from xyzpy_widgets.store.journal import discard, fresh_name
from xyzpy_widgets.store.packing import pack

__all__ = ["Segment"]

_DISKS: dict[int, Deadlines] = {}
"""What brings records to the disk in the background, by the disk: a slow one holds up no other."""


class Segment:
    """A segment and its only writer, which is this process; its threads may share it.

    A record has left the process when `append` returns: whatever happens to the process after that, the record is
    read by the next who looks. It is on the disk a tenth of a second later, or when `sync` returns: then it outlives a
    power cut too.

    Parameters
    ----------
    file : GrowingFile
        The file, with its header; use `create`.
    interval : float
        The longest time, in seconds, that a record waits for being brought to the disk.

    Notes
    -----
    When somebody removes the file or its folder, it is made again with all that was in it as soon as records are
    brought to the disk: `interval` after the next `append`, or by `sync`. A forked child has no part in the segment:
    what it tries raises `StoreError`.
    """

    def __init__(self, file: GrowingFile, interval: float) -> None:
        self._file = file
        self._interval = interval
        self._process = os.getpid()
        self._synced = (0, 0)  # of which copy of the file how many bytes are known to be on the disk
        self._failure: StoreError | None = None  # of the disk, which may have forgotten what it was given
        self._missing = False  # whether the file, which somebody removed, could not be made again yet
        self._writing = threading.Lock()
        self._syncing = threading.Lock()
        self._disk = _disk_of(file.descriptor)
        self._call_off: Callable[[], None] | None = None  # what is going to bring records to the disk

    @classmethod
    def create(cls, folder: Path, *, interval: float = 0.1) -> Self:
        """Begin a segment under a name of its own.

        Parameters
        ----------
        folder : pathlib.Path
            The journal; it is made when it is not there.
        interval : float, default 0.1
            The longest time, in seconds, that a record waits for being brought to the disk in the background.

        Returns
        -------
        Segment
            One without a record; close it, or use it in a ``with`` block.

        Raises
        ------
        StoreError
            When the folder around the journal is missing, full or may not be written to.
        """
        path = folder / fresh_name()
        with reported(path):
            return cls(GrowingFile.create(path, HEADER), interval)

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    @property
    def size(self) -> int:
        """The number of bytes that were written: the ``end`` of the last record."""
        return self._file.size

    @property
    def usable(self) -> bool:
        """Whether this process can write to it, as far as is known."""
        return not self._file.closed and self._failure is None

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a record in one call of the system, so that it outlives this process.

        Parameters
        ----------
        record : mapping of str
            What `pack` takes.

        Raises
        ------
        EncodingError
            When a value cannot be kept.
        StoreError
            When the system refuses this record, or what was done in the background since the last call. This record
            is not in the segment then; those that were appended before are.
        """
        payload = pack(dict(record))
        self._check()
        if self._missing:
            self._settled()
        with self._writing:
            try:
                self._file.settle()
                self._file.append(frame(payload, self._file.size))
                if self._call_off is None:
                    self._sync_later()
            except OSError:
                with reported(self.path):
                    raise

    def sync(self) -> None:
        """Return when all records that were appended before are on the disk.

        Raises
        ------
        StoreError
            When the system refuses, now or in the background before.
        """
        self._check()
        with self._syncing:
            self._check()
            self._bring_to_disk()

    def close(self) -> None:
        """Bring everything to the disk, and let the segment go; raises as `sync` does. The file stays."""
        if self._file.closed:
            return
        try:
            self.sync()
        finally:
            self._end()

    def remove(self, *, durably: bool = True) -> None:
        """Remove the file, whose records are kept elsewhere, and the journal when nothing else is in it.

        Unless ``durably``, it may be there again after a power cut.

        Raises
        ------
        StoreError
            When the system refuses, or in a forked child.
        """
        if os.getpid() != self._process:
            self._check()
        self._end()
        discard(self.path, durably=durably)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _check(self) -> None:
        """Raise what keeps this process from writing; a forked child stops here, not at a lock."""
        if self._file.closed:
            whose = "closed" if os.getpid() == self._process else f"that of the parent process {self._process}"
            msg = f"{self.path} is {whose}; begin another segment"
            raise StoreError(msg)
        if self._failure is not None:
            msg = f"{self._failure}; the last records may not outlive a power cut: begin another segment"
            raise StoreError(msg) from self._failure

    def _bring_to_disk(self) -> None:
        """Return when all that was written before is on the disk, and its name as well; one thread at a time."""
        copies, size = self._settled()
        if self._synced == (copies, size):
            return
        try:
            with reported(self.path):
                sync(self._file.descriptor)
                if self._synced[0] != copies or self._synced[1] == 0:
                    self._bring_name_to_disk()
        except StoreError as error:
            self._failure = error
            raise
        self._synced = copies, size

    def _settled(self) -> tuple[int, int]:
        """See to it that the file is there as a whole; return how often it was made again, and its size."""
        with self._writing, reported(self.path):
            self._missing = True
            self._file.settle()
            self._file.restore()
            self._missing = False
            return self._file.copies, self._file.size

    def _bring_name_to_disk(self) -> None:
        with suppress(FileNotFoundError):  # the folder was removed just now, and is going to be made again
            sync_folder(self.path.parent)
            sync_folder(self.path.parent.parent)

    def _sync_later(self) -> None:
        """See to it that what was written is brought to the disk in time."""
        try:
            self._call_off = self._disk.after(self._interval, self._sync_now)
        except RuntimeError:  # the system gives no more threads
            sync(self._file.descriptor)

    def _sync_now(self) -> None:
        """Bring records to the disk, in the background; what cannot be made again is tried again after a while."""
        with self._syncing:
            with self._writing:
                self._call_off = None
            if self.usable:
                with suppress(StoreError):  # the next call raises it
                    self._bring_to_disk()
            with self._writing:
                if self.usable and self._missing and self._call_off is None:
                    self._sync_later()

    def _end(self) -> None:
        """Let the file go, once nobody brings anything of it to the disk any more."""
        with self._syncing, self._writing:
            if self._call_off is not None:
                self._call_off()
            self._file.close()


def _disk_of(descriptor: int) -> Deadlines:
    """Return what brings the files of the disk that an open one is on to it."""
    device = os.fstat(descriptor).st_dev
    return _DISKS.get(device) or _DISKS.setdefault(device, Deadlines("xyzpy_widgets-sync"))
