"""`Archive`: what a Harvester has, in memory and in its file, kept as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from xyzpy_widgets.labelling.ledger import Labelled, with_inferred_ledger
from xyzpy_widgets.labelling.merge import OnConflict, merge
from xyzpy_widgets.store.identity import Identity, identity
from xyzpy_widgets.store.netcdf import NetCDFStore

__all__ = ["Archive"]

_UNREAD = "unread"


class Archive:
    """One labelled dataset that only grows.

    Parameters
    ----------
    store : NetCDFStore or None
        The file; None keeps everything in memory.
    args : sequence of str
        The arguments, which tell the dimensions of the cases in a file that came without a ledger.
    start : Labelled, optional
        What is there before anything is added; it is written with the first call that writes.
    """

    def __init__(self, store: NetCDFStore | None, args: Sequence[str], start: Labelled | None = None) -> None:
        self.store = store
        self._args = tuple(args)
        self._full = start
        self._unsaved = start
        self._seen: Identity | str | None = _UNREAD

    def current(self) -> Labelled | None:
        """Return all there is: what the file holds now, with what is not written yet merged in.

        A file that has vanished takes nothing with it: what it held is written again with the next call that writes.

        Raises `StoreError` for a file that cannot be read, and `MergeError` when another process has written values
        that contradict those not written yet.
        """
        seen = None if self.store is None else identity(self.store.path)
        if self.store is None or seen == self._seen:
            return self._full
        stored = self._read()
        if stored is None:
            self._unsaved = self._full
        else:
            self._full = stored if self._unsaved is None else merge(stored, self._unsaved)
        self._seen = seen
        return self._full

    def _read(self) -> Labelled | None:
        found = None if self.store is None else self.store.read()
        if found is None:
            return None
        data, ledger = found
        return with_inferred_ledger(data, self._args) if ledger is None else Labelled(data, ledger)

    def add(self, new: Labelled, on_conflict: OnConflict, *, sync: bool) -> None:
        """Merge new data into the old, and write the file if ``sync``; a failing write leaves it for the next one."""
        old = self.current()
        self._full = new if old is None else merge(old, new, on_conflict)
        self._unsaved = new if self._unsaved is None else merge(self._unsaved, new, "replace")
        if sync:
            self.save()

    def replace(self, full: Labelled | None, *, sync: bool = True) -> None:
        """Put something else in the place of everything."""
        self._full = self._unsaved = full
        if sync:
            self.save()

    def save(self) -> None:
        """Write everything into the file, if there is one."""
        if self.store is None or self._full is None:
            return
        self.store.write(self._full.data, self._full.ledger)
        self._unsaved = None
        self._seen = identity(self.store.path)

    def delete(self) -> None:
        """Remove the file, and forget the data."""
        if self.store is not None:
            self.store.delete()
        self._full = self._unsaved = None
        self._seen = _UNREAD

    def use(self, **changes: Any) -> None:
        """Change how the file is opened; values of None change nothing."""
        changes = {name: value for name, value in changes.items() if value is not None}
        if self.store is not None and changes:
            self.store = replace(self.store, **changes)
