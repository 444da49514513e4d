"""Labelled data on its way to and from a file, and how it grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.dataset import DatasetBuilder
from xyzpy_widgets.labelling.grid import Addition, Grid
from xyzpy_widgets.labelling.ledger import Labelled, with_inferred_ledger
from xyzpy_widgets.labelling.revision import Revision, difference, replaced, revert, without
from xyzpy_widgets.log import Added, Told
from xyzpy_widgets.store.disk import size_of
from xyzpy_widgets.store.inplace import Layout
from xyzpy_widgets.store.netcdf import NetCDFStore

__all__ = ["LabelledGrowth", "LabelledStore", "LabelledWhole"]


class LabelledWhole:
    """Labelled data as it grows, and where in the file it is; a `Whole`.

    Parameters
    ----------
    start : Labelled
        What is there. Until more is put in, it stays as it is, and left in the file where it is left there.
    stored : bool
        Whether the file holds just that.
    """

    def __init__(self, start: Labelled, *, stored: bool = False) -> None:
        self._start = start
        self._stored = stored
        self._grid: Grid | None = None
        self._layout: Layout | None = None

    @property
    def value(self) -> Labelled:
        """What there is now: a view."""
        return self._start if self._grid is None else self._grid.labelled

    def addition(self, new: Labelled) -> Addition | None:
        """Say what new data is going to add, None where it changes more; see `Grid.addition`."""
        return self._growing().addition(new)

    def check(self, new: Labelled) -> bool:
        """Raise what would keep the structure of new data from going together with what is there; see `Grid.check`."""
        return self._growing().check(new)

    def put(self, new: Labelled, on_conflict: OnConflict) -> None:
        """Take new data in; see `Grid.put`."""
        self._growing().put(new, on_conflict)

    def write(self, store: LabelledStore, segments: tuple[str, ...] = ()) -> None:
        """Bring what has changed since the last call into the file in place, or write it anew."""
        del segments  # putting them in a second time changes nothing
        grid = self._growing()
        if self._stored and grid.changed() is not None:
            self._layout = store.layout()
        self._stored = False
        self._layout = self._changed_in_place(grid, store) or store.write(grid.labelled, growing=grid.only_adds)
        grid.settle()

    def _changed_in_place(self, grid: Grid, store: LabelledStore) -> Layout | None:
        """Fill cells that have changed, or add what came behind; return where it is, None where that cannot be."""
        cells, layout = grid.changed(), self._layout
        if layout is None:
            return None
        if cells is not None:
            return layout if store.fill(grid.labelled, cells, layout) else None
        return store.extend(grid.labelled, layout) if grid.only_adds else None

    def _growing(self) -> Grid:
        if self._grid is None:
            self._grid = Grid(self._start)
            if self._stored:
                self._grid.settle()
        return self._grid


class LabelledGrowth:
    """How labelled data grows: by merging; a `Growth`."""

    repeatable = True

    def whole(self, value: Labelled, *, stored: bool = False) -> LabelledWhole:
        """Begin with what is there."""
        return LabelledWhole(value, stored=stored)

    def copied(self, value: Labelled) -> Labelled:
        """Return the same with arrays of its own."""
        return value.copy()

    def told(self, new: Labelled) -> dict[str, Any]:
        """Tell which versions of the function made new data, on which hosts, and how many cases have an end."""
        names = new.account.names
        ended = int(new.account.ended.sum())
        return {"version": ", ".join(names["versions"]), "host": ", ".join(names["hosts"]), "new": ended}

    def step(self, whole: LabelledWhole, new: Labelled | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what takes back that new data is joined to the old, or that something else takes its place (None)."""
        added = None if new is None else whole.addition(new)
        if added is not None:
            data = {"labels": added.labels, "ended": added.ended, "new": added.new}
            return {"new": int(added.ended.sum()), "changed": 0, "conflicts": 0}, {"added": data}
        old = whole.value
        revision = replaced(old) if new is None else difference(old, new)
        counts = {"new": revision.new, "changed": revision.changed, "conflicts": revision.conflicts}
        frame, patch = revision.frame, revision.patch
        data = {"labels": revision.labels, "types": revision.types}
        return counts, {**data, "frame": [frame.data, frame.ledger], "patch": [patch.data, patch.ledger]}

    def undone(self, now: Labelled, data: Mapping[str, Any]) -> Labelled:
        """Take a step back."""
        if "added" in data:
            return without(now, Addition(**data["added"]))
        frame, patch = (Labelled(*data[part]) for part in ("frame", "patch"))
        return revert(now, Revision(frame, data["labels"], data["types"], patch))

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
    def engine(self) -> str:
        """Its format."""
        return self.file.engine

    @property
    def size(self) -> int:
        """How many bytes it has; 0 where it is yet to be made."""
        return size_of(self.file.path)

    def check(self, *, read: bool = False) -> None:
        """Raise what would keep `write` from keeping data; see `NetCDFStore.check`."""
        self.file.check(read=read)

    def check_encodable(self, labelled: Labelled) -> None:
        """Raise `EncodingError` for what the format cannot hold."""
        self.file.check_encodable(labelled.data)

    def read(self) -> Labelled | None:
        """Return what is there, None without a file."""
        found = self.file.read()
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

    def fill(self, value: Labelled, cells: NDArray[np.intp], layout: Layout) -> bool:
        """Write the content of some cells in place, if that can be; see `NetCDFStore.fill`."""
        return self.file.fill(value.data, value.ledger, cells, layout)

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
