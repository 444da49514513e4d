"""The region of an explorer: labels of a dataset, or rows of a table, that are picked out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.region import RegionAction, Step, step_of
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.document import Box
from xyzpy_widgets.views.picking import boxes_of, picked_places, picked_rows
from xyzpy_widgets.views.spec import ViewSpec
from xyzpy_widgets.widgets.explored import Explored
from xyzpy_widgets.widgets.picked import labels_at, picked_told, places_of
from xyzpy_widgets.widgets.protocol import Picked

__all__ = ["Region"]


class Region:
    """What is picked out of what is explored; at first nothing is.

    Parameters
    ----------
    explored : Explored

    Attributes
    ----------
    box : Box or None
        The box by which it was picked out, None where that was done by labels.
    labels : dict of str to list
        The labels of each dimension of a dataset; empty where nothing is picked out, and for a table.
    """

    def __init__(self, explored: Explored) -> None:
        self._explored = explored
        self.box: Box | None = None
        self.labels: dict[str, list[Any]] = {}
        self._rows: NDArray[np.bool_] | None = None
        self._view: ViewSpec | None = None

    def __bool__(self) -> bool:
        """Say whether something is picked out."""
        return bool(self.labels) or self._rows is not None

    def clear(self) -> None:
        """Pick nothing out."""
        self.box, self.labels, self._rows = None, {}, None

    def name(self, labels: Mapping[str, Any]) -> None:
        """Pick labels out; of a dimension that is not named all are meant.

        Raises
        ------
        ViewError
            For a name or a label that the data do not have, and where there are no labels.
        """
        data = self._explored.seen().data
        if not isinstance(data, xr.Dataset):
            raise ViewError("only labels of a dataset can be picked out by name; draw a box on the plot of a table")
        found = labels_at(data, places_of(data, labels))
        self.box, self.labels, self._rows = None, found, None

    def enclose(self, view: ViewSpec, box: Box) -> None:
        """Pick out what lies in a box on a view."""
        data, self._view = self._explored.seen().data, view
        if isinstance(data, pd.DataFrame):
            self.box, self.labels, self._rows = box, {}, picked_rows(data, view, box)
        elif data is not None:
            self.box, self.labels, self._rows = box, labels_at(data, picked_places(data, view, box)), None

    def again(self, view: ViewSpec | None) -> None:
        """Pick the same out of data that may have grown: what lies in the box, or the same labels."""
        if self.box is not None and view is not None:
            self.enclose(view, self.box)

    def selection(self) -> dict[str, list[Any]]:
        """Return the labels that are picked out, for each argument; empty where nothing is."""
        data = self._explored.seen().data
        args = self._explored.args(data) if isinstance(data, xr.Dataset) else ()
        return {name: list(labels) for name, labels in self.labels.items() if name in args}

    def part(self) -> xr.Dataset | pd.DataFrame | None:
        """Return the part of the data that is picked out, all of it where nothing is."""
        data = self._explored.seen().data
        if isinstance(data, pd.DataFrame):
            if self._rows is None or self._view is None or self.box is None:
                return data
            if len(self._rows) != len(data):  # more came while nobody looked
                self._rows = picked_rows(data, self._view, self.box)
            return data[self._rows]
        if data is None or not self.labels:
            return data
        return data.isel({dim: at for dim, at in places_of(data, self.labels).items() if dim in data.dims})

    def boxes(self, view: ViewSpec) -> list[Box]:
        """Return the boxes that show on a view what is picked out: the one that was drawn, or where the labels lie."""
        data = self._explored.seen().data
        if self.box is not None:
            return [self.box]
        if not self.labels or not isinstance(data, xr.Dataset):
            return []
        return boxes_of(data, view, places_of(data, self.labels))

    def told(self) -> Picked | None:
        """Tell the page what is picked out, and what can be done about it."""
        if self._rows is not None:
            return picked_told({}, {"cases": int(np.count_nonzero(self._rows))}, runs=False)
        if not self.labels:
            return None
        seen = self._explored.seen()
        places = places_of(cast("xr.Dataset", seen.data), self.labels)
        counts = self._explored.counted(seen.states, places)
        cases = {"cases": int(np.prod([len(at) for at in places.values()]))}
        return picked_told(self.selection(), counts or cases, runs=self._explored.runs)

    def step(self, action: RegionAction, view: ViewSpec | None) -> tuple[Step, dict[str, list[Any]]]:
        """Return what a harvest is to do about it, and all labels of each argument.

        What is refined are the arguments along the axes of the view; without any, those that are picked out.

        Raises
        ------
        ViewError
            When nothing is picked out of a dataset.
        """
        data = self._explored.seen().data
        if not self.labels or not isinstance(data, xr.Dataset):
            raise ViewError("nothing is picked out; draw a box on the plot, or set selection")
        args = self._explored.args(data)
        axes = labels_at(data, {name: np.arange(data.sizes[name]) for name in args})
        scales = {} if view is None else {view.x: view.logx, view.y: view.logy}
        refine = [name for name in args if name in scales] or [name for name in args if name in self.labels]
        geometric = [name for name in refine if scales.get(name)]
        return step_of(action, axes, self.selection(), refine, geometric), axes
