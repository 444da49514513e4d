"""`LabelledWhole`: labelled data as it grows in memory, and where in the file it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.grid import Addition, Grid
from xyzpy_widgets.labelling.ledger import Labelled
from xyzpy_widgets.labelling.revision import Revision, difference
from xyzpy_widgets.store.inplace import Layout

if TYPE_CHECKING:  # which makes one of these
    from xyzpy_widgets.labelled_store import LabelledStore

__all__ = ["LabelledWhole"]


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

    def revision(self, new: Labelled) -> Revision:
        """Return what takes back that new data is put in."""
        return difference(self.value, new)

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
