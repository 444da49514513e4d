"""A widget that shows data in a view: a figure or a table, with a role for each dimension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import xarray as xr
from traitlets import Bool, Dict, Unicode

from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.cells import rows_of
from xyzpy_widgets.views.filling import filling_of
from xyzpy_widgets.views.plots import draw, limits_of
from xyzpy_widgets.views.resolve import resolve
from xyzpy_widgets.views.spec import ViewSpec, Wishes
from xyzpy_widgets.widgets.bokeh_view import FigureWidget
from xyzpy_widgets.widgets.explored import Explored, Seen, Target
from xyzpy_widgets.widgets.exports import content_of, exported
from xyzpy_widgets.widgets.picked import rows_told
from xyzpy_widgets.widgets.shelf import redrawn, shelf_of, size_of
from xyzpy_widgets.widgets.viewcode import codes_of

__all__ = ["ViewWidget"]


class ViewWidget(FigureWidget):
    """A view of what there is to see of a target.

    Parameters
    ----------
    target : Dataset, DataArray, DataFrame, Runner, Harvester or Sampler, optional
        Without one there is nothing to see.
    wishes : Wishes
        What is wished of the first view.

    Attributes
    ----------
    target
        What is seen.
    """

    title = Unicode("").tag(sync=True)
    heading = Unicode("").tag(sync=True)
    shelf = Dict(default_value=None, allow_none=True).tag(sync=True)
    said = Unicode("").tag(sync=True)
    problem = Unicode("").tag(sync=True)
    busy = Bool(default_value=False).tag(sync=True)
    codes = Dict(default_value={"plot": "", "hvplot": "", "explore": ""}).tag(sync=True)
    rows = Dict(default_value=None, allow_none=True).tag(sync=True)

    def __init__(self, target: Target | None, wishes: Wishes) -> None:
        super().__init__()
        self.target = target
        self._explored = Explored(xr.Dataset() if target is None else target)
        self._wishes = wishes
        self._view: ViewSpec | None = None
        self._limits: tuple[float, float] | None = None

    @property
    def code(self) -> str:
        """The Python that draws the view; empty while there is nothing to draw."""
        return str(self.codes["plot"])

    @property
    def view(self) -> ViewSpec | None:
        """The view as a value, None while there is nothing to draw; set it to another, or to what `to_dict` gave."""
        return self._view

    @view.setter
    def view(self, given: ViewSpec | Mapping[str, Any]) -> None:
        spec = given if isinstance(given, ViewSpec) else ViewSpec.from_dict(given)
        self._change(lambda data, _: redrawn(data, spec))

    def refresh(self) -> None:
        """Draw what there is now; what the reader did to the plot stays."""
        with self._guard:
            seen = self._explored.seen()
            if seen.data is None:
                self._told_of(seen)
                return
            before = self._view
            view = resolve(seen.data, self._wishes) if before is None else redrawn(seen.data, before)
            self._draw(seen, view)

    def wish(self, **wishes: Any) -> None:
        """Draw another view.

        Parameters
        ----------
        **wishes
            What is wished of it, as for ``Dataset.xyz.plot``; without any the view stays.

        Raises
        ------
        ViewError
            For wishes that do not fit the data.
        """
        with self._guard:
            before = self._wishes, self._view
            if wishes:
                self._wishes, self._view, self._limits = Wishes(**wishes), None, None
            try:
                self.refresh()
            except ViewError:
                self._wishes, self._view = before
                raise

    def _change(self, change: Callable[[Any, ViewSpec], ViewSpec]) -> None:
        """Draw another view of what there is."""
        with self._guard:
            seen, before = self._explored.seen(), self.view
            if seen.data is None or before is None:
                raise ViewError("there is nothing to draw yet; run some cases first")
            view = change(seen.data, before)
            self._limits = None
            self._left()
            self._draw(seen, view)

    def _draw(self, seen: Seen, view: ViewSpec) -> None:
        data: Any = seen.data
        table = rows_told(rows_of(data, view)) if view.kind == "table" and view.var else None
        new = other = view != self._view
        if view.kind != "table":
            untitled = replace(view, title="")  # the page writes the title above: a figure would cut it off
            opts = {**self._steady(data, view), **size_of(data, view)}
            filling = filling_of(data, untitled, seen.states, opts)
            if not self.figure.fill(filling):
                drawn = draw(data, untitled, seen.states, **opts)
                new |= self.show(drawn, wraps=view.row is None, filling=filling)
        self._view = view
        self._drawn(seen, anew=new)
        if other or not self.busy:
            self.tell(codes=codes_of(self.target, data, view))
        self.tell(
            shelf=shelf_of(data, view),
            heading=view.title,
            rows=table,
            problem="",
        )

    def _left(self) -> None:
        """Take note that another view is about to be drawn."""

    def _drawn(self, seen: Seen, *, anew: bool) -> None:
        """Take note of what was drawn; ``anew`` where it is not the figure that was there, with the same view."""

    def _told_of(self, seen: Seen) -> None:
        """Tell how many cases there are of each state."""
        said = "Nothing is there to draw yet." if seen.data is None else self._explored.said(seen)
        self.tell(said=said, **({"shelf": None} if seen.data is None else {}))

    def _steady(self, data: Any, view: ViewSpec) -> dict[str, Any]:
        """Return the colours' limits: while a run goes on they only grow."""
        limits, before = limits_of(data, view), self._limits
        if limits is not None and before is not None and self.busy:
            limits = (min(limits[0], before[0]), max(limits[1], before[1]))
        self._limits = limits
        return {} if limits is None else {"clim": limits}

    @property
    def ds(self) -> xr.Dataset | pd.DataFrame | None:
        """The data, None while there are none."""
        return self._explored.seen().data

    def _exported(self, request: Mapping[str, Any]) -> Any:
        with self._guard:
            seen, form, part = self._explored.seen(), str(request["format"]), self.ds
            if seen.data is None or self._view is None or part is None:
                raise ViewError("there is nothing to save yet; run some cases first")
            drawn = (seen.states, self.figure.picture(self._view.title))
            content = content_of(form, seen.data, part, self._view, drawn)
            return exported(form, content, "-".join(self._view.var) or "view")
