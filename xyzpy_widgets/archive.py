"""`Archive`: what a Harvester or a Sampler has, in memory and in its file, kept as one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from xyzpy_widgets.store.identity import Identity, identity

__all__ = ["Archive", "Keeper"]

_UNREAD = "unread"

T = TypeVar("T")


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

    def write(self, value: T) -> None:
        """Replace what is there."""

    def delete(self) -> None:
        """Remove what is there."""


class Archive(Generic[T]):
    """Labelled data that only grows.

    Parameters
    ----------
    store : Keeper or None
        The file; None keeps everything in memory.
    join : callable
        Puts old and new data together, and raises where they contradict one another.
    start : optional
        What is there before anything is added; it is written with the first call that writes.
    """

    def __init__(self, store: Keeper[T] | None, join: Callable[[T, T], T], start: T | None = None) -> None:
        self.store = store
        self._join = join
        self._full = start
        self._unsaved = start
        self._seen: Identity | str | None = _UNREAD

    @property
    def where(self) -> str:
        """Where the data is, for a repr."""
        return "in memory" if self.store is None else f"{self.store.path} [{self.store.engine}]"

    def current(self) -> T | None:
        """Return all there is: what the file holds now, with what is not written yet joined to it.

        A file that has vanished takes nothing with it: what it held is written again with the next call that writes.
        Raises `StoreError` for a file that cannot be read, and what ``join`` raises when another process has written
        values that contradict those not written yet.
        """
        seen = None if self.store is None else identity(self.store.path)
        if self.store is None or seen == self._seen:
            return self._full
        stored = self.store.read()
        if stored is None:
            self._unsaved = self._full
        else:
            self._full = stored if self._unsaved is None else self._join(stored, self._unsaved)
        self._seen = identity(self.store.path)
        return self._full

    def add(self, new: T, join: Callable[[T, T], T], *, sync: bool) -> None:
        """Join new data to the old, and write the file if ``sync``; a failing write leaves it for the next one."""
        old = self.current()
        self._full = new if old is None else join(old, new)
        self._unsaved = new if self._unsaved is None else join(self._unsaved, new)
        if sync:
            self.save()

    def replace(self, full: T) -> None:
        """Put something else in the place of everything, and write the file."""
        self._full = self._unsaved = full
        self.save()

    def save(self) -> None:
        """Write everything into the file, if there is one."""
        if self.store is None or self._full is None:
            return
        self.store.write(self._full)
        self._unsaved = None
        self._seen = identity(self.store.path)

    def delete(self) -> None:
        """Remove the file, and forget the data."""
        if self.store is not None:
            self.store.delete()
        self._full = self._unsaved = None
        self._seen = _UNREAD
