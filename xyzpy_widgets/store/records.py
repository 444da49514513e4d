"""A file of records that all processes append to, one at a time under a lock: framed as a segment is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from xyzpy_widgets.store.atomic import replacing, reported
from xyzpy_widgets.store.disk import sync
from xyzpy_widgets.store.frames import HEADER, Record, frame, scan
from xyzpy_widgets.store.packing import pack

__all__ = ["RecordFile"]


class RecordFile:
    """A file of records; the caller keeps other processes out while it is changed.

    Parameters
    ----------
    path : pathlib.Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = (0, 0)  # the inode of the file when it was last looked at, and where its last whole record ended

    @property
    def size(self) -> int:
        """How many bytes it has, 0 where there is none."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def read(self) -> list[Record]:
        """Return what is whole; nothing where there is no file."""
        return [one for one in scan(self.path) if isinstance(one, Record)] if self.path.exists() else []

    def append(self, record: Mapping[str, Any], *, durable: bool) -> None:
        """Append a record behind the last whole one, in place of what a dying process has torn.

        Raises `EncodingError` for a value that cannot be kept, `StoreError` when the system refuses.
        """
        payload = pack(dict(record))
        with reported(self.path), self.path.open("a+b", buffering=0) as file:
            stat = os.fstat(file.fileno())
            end = self._end(stat)
            if end < stat.st_size:
                file.truncate(end)
            data = frame(payload, end) if end else HEADER + frame(payload, len(HEADER))
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
            if durable:
                sync(file.fileno())
            self._known = (stat.st_ino, end + len(data))

    def replace(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Put other records in the place of all."""
        with replacing(self.path) as temporary, temporary.open("wb") as file:
            file.write(HEADER)
            for record in records:
                file.write(frame(pack(dict(record)), file.tell()))

    def _end(self, stat: os.stat_result) -> int:
        """Return where the last whole record ends; only what was written since the last look is read."""
        inode, end = self._known
        if inode == stat.st_ino and end == stat.st_size:
            return end
        start = end if inode == stat.st_ino and end <= stat.st_size else 0
        return max((one.end for one in scan(self.path, start) if isinstance(one, Record)), default=start)
