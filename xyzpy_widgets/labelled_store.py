"""Labelled data on its way to and from a file, and how it grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.labelled_whole import LabelledWhole
from xyzpy_widgets.labelling.dataset import DatasetBuilder
from xyzpy_widgets.labelling.grid import Addition
from xyzpy_widgets.labelling.ledger import Labelled, with_inferred_ledger
from xyzpy_widgets.labelling.revision import Revision, replaced, revert, without
from xyzpy_widgets.labelling.window import reverted_left, without_left
from xyzpy_widgets.large_whole import LargeWhole
from xyzpy_widgets.log import Added, Told
from xyzpy_widgets.store.disk import size_of
from xyzpy_widgets.store.identity import Identity, identity
from xyzpy_widgets.store.inplace import Layout
from xyzpy_widgets.store.netcdf import NetCDFStore

__all__ = ["LabelledGrowth", "LabelledStore"]


_KEPT = 2**25  # bytes of a file that is not loaded, up to which all of it is kept for going back


class LabelledGrowth:
    """How labelled data grows: by merging; a `Growth`.

    Parameters
    ----------
    large : bool
        Whether what the file holds stays in it.
    """

    repeatable = True

    def __init__(self, *, large: bool = False) -> None:
        self._large = large

    def whole(self, value: Labelled, *, stored: bool = False) -> LabelledWhole | LargeWhole:
        """Begin with what is there."""
        large = self._large or value.is_left
        return LargeWhole(value, stored=stored) if large else LabelledWhole(value, stored=stored)

    def copied(self, value: Labelled) -> Labelled:
        """Return the same with arrays of its own."""
        return value.copy()

    def told(self, new: Labelled) -> dict[str, Any]:
        """Tell which versions of the function made new data, on which hosts, and how many cases have an end."""
        names = new.account.names
        ended = int(new.account.ended.sum())
        return {"version": ", ".join(names["versions"]), "host": ", ".join(names["hosts"]), "new": ended}

    def step(
        self, whole: LabelledWhole | LargeWhole, new: Labelled | None
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Return what takes back that new data is joined to the old, or that something else takes its place (None)."""
        added = None if new is None else whole.addition(new)
        if added is not None:
            data = {"labels": added.labels, "ended": added.ended, "new": added.new}
            return {"new": int(added.ended.sum()), "changed": 0, "conflicts": 0}, {"added": data}
        if new is None and whole.value.is_left and whole.value.nbytes > _KEPT:
            return {"new": 0, "changed": 0, "conflicts": 0}, None
        revision = replaced(whole.value.loaded()) if new is None else whole.revision(new)
        counts = {"new": revision.new, "changed": revision.changed, "conflicts": revision.conflicts}
        frame, patch = revision.frame, revision.patch
        data = {"labels": revision.labels, "types": revision.types}
        return counts, {**data, "frame": [frame.data, frame.ledger], "patch": [patch.data, patch.ledger]}

    def undone(self, now: Labelled, data: Mapping[str, Any]) -> Labelled:
        """Take a step back."""
        if "added" in data:
            addition = Addition(**data["added"])
            before = without_left(now, addition) if now.is_left else None
            return without(now.loaded(), addition) if before is None else before
        frame, patch = (Labelled(*data[part]) for part in ("frame", "patch"))
        revision = Revision(frame, data["labels"], data["types"], patch)
        before = reverted_left(now, revision) if now.is_left else None
        return revert(now.loaded(), revision) if before is None else before

    def record(self, new: Labelled) -> dict[str, Any]:
        """Tell a log of a dataset that was made elsewhere: what `with_inferred_ledger` takes."""
        parts = new.parts
        return {"args": parts.args, "outputs": parts.outputs, "coords": parts.coords, "attrs": dict(parts.attrs)}

    def rebuilt(self, told: Told) -> Labelled:
        """Make the dataset of the cases that a log tells, or that was added."""
        if isinstance(told, Added):
            content = told.content
            data = xr.Dataset(content["outputs"], content["coords"], content["attrs"])
            return with_inferred_ledger(data, content["args"])
        builder = DatasetBuilder(told.space, told.spec, told.origin)
        for outcome in told.outcomes:
            builder.add(outcome)
        return builder.build()


@dataclass(frozen=True, slots=True)
class LabelledStore:
    """A `NetCDFStore` of labelled data; a `Keeper`.

    Attributes
    ----------
    file : NetCDFStore
    args : tuple of str
        The arguments, which tell the dimensions of the cases in a file that came without a ledger.
    """

    file: NetCDFStore
    args: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The file."""
        return self.file.path

    @property
    def name(self) -> str:
        """The name of it."""
        return str(self.file.path)

    @property
    def engine(self) -> str:
        """Its format."""
        return self.file.engine

    @property
    def size(self) -> int:
        """How many bytes it has; 0 where it is yet to be made."""
        return size_of(self.file.path)

    def identity(self) -> Identity | None:
        """Return what tells the file from other versions of it."""
        return identity(self.file.path)

    def check(self, *, read: bool = False) -> None:
        """Raise what would keep `write` from keeping data; see `NetCDFStore.check`."""
        self.file.check(read=read)

    def check_encodable(self, labelled: Labelled) -> None:
        """Raise `EncodingError` for what the format cannot hold."""
        self.file.check_encodable(labelled.data)

    def read(self) -> Labelled | None:
        """Return what is there, None without a file."""
        found = self.file.read_left()
        if found is None:
            return None
        data, ledger = found
        return with_inferred_ledger(data, self.args) if ledger is None else Labelled(data, ledger)

    def write(self, value: Labelled, *, growing: bool = False) -> Layout | None:
        """Replace what is there, with room for more where it is ``growing``; return what `fill` and `extend` need."""
        return self.file.write(value.data, value.ledger, value.args[0] if growing else None)

    def extend(self, value: Labelled, layout: Layout) -> Layout | None:
        """Add what came behind what is there, if that can be; see `NetCDFStore.extend`."""
        return self.file.extend(value.data, value.ledger, layout)

    def layout(self) -> Layout | None:
        """Return what `fill` needs for the file as it is; see `NetCDFStore.layout`."""
        return self.file.layout()

    def fill(
        self, value: Labelled, cells: NDArray[np.intp], layout: Layout, stand: NDArray[np.intp] | None = None
    ) -> bool:
        """Write the content of some cells in place, if that can be; see `NetCDFStore.fill`."""
        return self.file.fill(value.data, value.ledger, cells, layout, stand)

    def delete(self) -> None:
        """Remove the file."""
        self.file.delete()

    def settle(self) -> None:
        """Do nothing: what is put in a second time changes nothing."""

    def forget(self) -> None:
        """Do nothing: no segment was written down."""

    def using(self, **changes: Any) -> LabelledStore:
        """Return the store with another engine or other chunks; values of None change nothing."""
        changes = {name: value for name, value in changes.items() if value is not None}
        return replace(self, file=replace(self.file, **changes)) if changes else self
