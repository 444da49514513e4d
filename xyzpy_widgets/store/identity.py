"""Which version of a file stands under a path: what tells a reader that somebody else has written it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["Identity", "identity"]

Identity = tuple[int, int, int]


def identity(path: Path) -> Identity | None:
    """Return the inode, size and time of modification in ns of what stands under a path, None when nothing does."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
