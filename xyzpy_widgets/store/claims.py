"""Claims: what the runs under way have taken for themselves, so that two which want the same share it out.

Each such run has a file of its own in the journal, framed like a segment (`frames`), and holds a lock on it, which the
kernel frees when the run dies: then its claims are void. Where the file system has no locks, a file that has not been
touched for a minute is that of a dead run, and a run touches its own three times a minute. Claims are made one run at
a time, under the lock of the data file; so the files tell everybody the same. They say nothing that the log of a run
does not prove, and need not outlive a power cut.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.frames import HEADER, Record, frame, scan
from xyzpy_widgets.store.growing import GrowingFile
from xyzpy_widgets.store.journal import fresh_name, segments
from xyzpy_widgets.store.lock import locked, try_lock
from xyzpy_widgets.store.packing import pack

__all__ = ["CLAIMS", "Claims", "clear_claims"]

CLAIMS = ".claims"
"""What the name of a file of claims ends with."""

_HEARTBEAT = 20.0  # seconds between two touches where the file system has no locks


class Claims:
    """The claims of one run, and what it has seen of those of others.

    Parameters
    ----------
    file : GrowingFile
        The file, with its header; use `join`.
    data : pathlib.Path
        The data file.
    """

    def __init__(self, file: GrowingFile, data: Path) -> None:
        self._file = file
        self._data = data
        self._process = os.getpid()
        self._read: dict[Path, int] = {}  # how far each file of another run was read
        self._ended = threading.Event()
        self._toucher: threading.Thread | None = None
        if try_lock(file.descriptor) is None:
            self._toucher = threading.Thread(target=self._beat, name=f"touch {file.path.name}", daemon=True)
            self._toucher.start()

    @classmethod
    def join(cls, data: Path) -> Self:
        """Begin a file of claims beside a data file; from now on nobody removes what others have claimed.

        Raises
        ------
        StoreError
            When the folder is missing, full or may not be written to.
        """
        path = data.with_name(f"{data.name}.journal") / fresh_name(CLAIMS)
        with locked(data), reported(path):
            return cls(GrowingFile.create(path, HEADER), data)

    @property
    def folder(self) -> Path:
        """The journal."""
        return self._file.path.parent

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep all others from claiming, and from writing the data file."""
        with locked(self._data):
            yield

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a record; raise `StoreError` when the system refuses."""
        payload = pack(dict(record))
        with reported(self._file.path):
            self._file.settle()
            self._file.append(frame(payload, self._file.size))

    def news(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield what others have written since the last call, each record with the file that it is from."""
        found: list[Path] = []
        with reported(self.folder), suppress(FileNotFoundError):
            found = sorted(path for path in self.folder.iterdir() if path.suffix == CLAIMS)
        for path in found:
            if path == self._file.path:
                continue
            start = self._read.get(path, 0)
            with suppress(FileNotFoundError):
                if path.stat().st_size > start:
                    for one in scan(path, start):
                        if isinstance(one, Record):
                            self._read[path] = one.end
                            yield path, one.value

    def living(self) -> set[Path]:
        """Return the files of the other runs that are under way."""
        found = segments(self.folder, suffix=CLAIMS)
        return {one.path for one in found if one.live and one.path != self._file.path}

    def leave(self) -> None:
        """Give all claims back. The file stays while others are under way, who may not have read it yet."""
        if self._file.closed or os.getpid() != self._process:
            return
        with self.alone():
            self._ended.set()
            if self._toucher is not None:
                self._toucher.join()  # it uses the open file
            self._file.close()
            clear_claims(self.folder)

    def _beat(self) -> None:
        """Show that the run is alive."""
        while not self._ended.wait(_HEARTBEAT):
            with suppress(OSError):  # the file is made again when the next record is written
                os.utime(self._file.descriptor)


def clear_claims(folder: Path) -> None:
    """Remove the claims of runs that are over from a journal, unless another is under way; call it under the lock."""
    found = segments(folder, suffix=CLAIMS)
    if not found or any(one.live for one in found):
        return
    with reported(folder), suppress(FileNotFoundError):
        for one in found:
            one.path.unlink(missing_ok=True)
        with suppress(OSError):  # there are segments in it
            folder.rmdir()
