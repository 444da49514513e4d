"""`Keeper`, `Whole` and `Growth`: what an archive asks of a store, of what there is, and of how it grows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.log import Told
from xyzpy_widgets.store.identity import Identity

__all__ = ["Growth", "Keeper", "Whole"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
S_contra = TypeVar("S_contra", bound="Keeper[Any]", contravariant=True)


class Keeper(Protocol[T_co]):
    """A store of one kind of value."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def name(self) -> str:
        """The name that stands for it."""

    @property
    def engine(self) -> str:
        """Its format."""

    def identity(self) -> Identity | None:
        """Return what tells what is there from other versions of it, None for nothing."""

    def check(self) -> None:
        """Raise what would keep a value from being written."""

    def read(self) -> T_co | None:
        """Return what is there."""

    def delete(self) -> None:
        """Remove what is there."""

    def settle(self) -> frozenset[str] | None:
        """Finish the write of which a note is left, and remove the segments that went into the file with it.

        Returns their names; None where there is no such write, or nothing came of it.
        """

    def forget(self) -> None:
        """Forget which segments were put into the file: they are gone."""


class Whole(Protocol[T, S_contra]):
    """All there is of one kind of value, as it grows."""

    @property
    def value(self) -> T:
        """What there is now; it may be a view, which changes with the whole."""

    def check(self, new: T) -> bool:
        """Raise what would keep a value of the structure of a new one from being put in; say whether that is known."""

    def put(self, new: T, on_conflict: OnConflict) -> None:
        """Take a new value in; raise `ConflictError`, and change nothing, where it contradicts, if so wished."""

    def write(self, store: S_contra, segments: tuple[str, ...] = ()) -> None:
        """Bring the file to what there is now; nobody else has written it since the whole was read from it.

        The segments are those of the journal that go into it: a store that cannot take their content in a second time
        writes their names down first.
        """


class Growth(Protocol[T, S_contra]):
    """How one kind of value grows."""

    @property
    def repeatable(self) -> bool:
        """Whether putting a value in a second time changes nothing."""

    def whole(self, value: T, *, stored: bool = False) -> Whole[T, S_contra]:
        """Begin with a value, which nobody else has, and which may be just what is ``stored`` in the file."""

    def copied(self, value: T) -> T:
        """Return a value with which the same can be begun again."""

    def record(self, new: T) -> Mapping[str, Any]:
        """Tell a log of a value that was made elsewhere; raise `EncodingError` for one that a log cannot hold."""

    def rebuilt(self, told: Told) -> T:
        """Make the value of which a log tells: what a run would have given, or what was made elsewhere."""
