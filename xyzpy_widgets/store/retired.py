"""Getting a broken file out of the way without losing it."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.disk import sync_folder

__all__ = ["retire"]


def retire(path: Path) -> Path:
    """Rename a file or folder to ``NAME.damaged``, or ``NAME.damaged-2`` and so on, and return where it stands now.

    Raises `StoreError` when the system refuses; it stands where it stood then.
    """
    for number in count(1):
        kept = path.with_name(f"{path.name}.damaged" + (f"-{number}" if number > 1 else ""))
        if not kept.exists():
            break
    with reported(path):
        path.rename(kept)
        sync_folder(path.parent)
    return kept
