"""Bringing what was written to the disk, past the cache of the drive where the system has a word for that."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["size_of", "sync", "sync_folder"]


def size_of(path: Path) -> int:
    """Return how many bytes a file has, or the files of a folder; 0 where there is none."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.exists() else 0


def sync(descriptor: int) -> None:
    """Return when the content of an open file, and what is needed to read it again, is on the disk."""
    try:
        from fcntl import F_FULLFSYNC, fcntl  # type: ignore[attr-defined, unused-ignore]
    except ImportError:
        getattr(os, "fdatasync", os.fsync)(descriptor)
    else:
        fcntl(descriptor, F_FULLFSYNC)


def sync_folder(path: Path) -> None:
    """Return when the names in a folder are on the disk, where the system lets a folder be opened."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)
