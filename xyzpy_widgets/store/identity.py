"""Which version of a file stands under a path: what tells a reader that somebody else has written it."""

from __future__ import annotations

import os
import stat
import zlib
from pathlib import Path

__all__ = ["Identity", "identity", "stamps"]

Identity = tuple[int, int, int]


def identity(path: Path) -> Identity | None:
    """Return the inode, size and time of modification in ns of what stands under a path, None when nothing does.

    For the size of a folder stands a checksum of the `stamps` in it.
    """
    try:
        told = path.stat()
        size = zlib.crc32(repr(sorted(stamps(path).items())).encode()) if stat.S_ISDIR(told.st_mode) else told.st_size
    except FileNotFoundError:
        return identity(path) if path.exists() else None  # another folder has just taken its place
    return told.st_ino, size, told.st_mtime_ns


def stamps(folder: Path) -> dict[str, Identity]:
    """Return the identities of what lies directly in a folder, by name."""
    while True:
        try:
            with os.scandir(folder) as entries:
                told = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
        except FileNotFoundError:
            if not folder.exists():
                raise
            continue  # another folder has taken its place while it was looked through
        return {name: (one.st_ino, one.st_size, one.st_mtime_ns) for name, one in told.items()}
