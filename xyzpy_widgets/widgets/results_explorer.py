"""The explorer: see all of it, live, and act on what is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from time import monotonic
from typing import Any, cast
from uuid import uuid4

import numpy as np
import pandas as pd
import xarray as xr
from traitlets import Bool, Dict, Unicode

from xyzpy_widgets.core.region import ACTIONS, Action, Step, step_of
from xyzpy_widgets.errors import ViewError, XyzError
from xyzpy_widgets.execution.progress import Progress
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.run import Run
from xyzpy_widgets.views.cells import rows_of
from xyzpy_widgets.views.code import code_of
from xyzpy_widgets.views.document import Box
from xyzpy_widgets.views.picking import picked_places, picked_rows
from xyzpy_widgets.views.plots import draw, limits_of
from xyzpy_widgets.views.resolve import resolve
from xyzpy_widgets.views.roles import with_label, with_role
from xyzpy_widgets.views.spec import ViewSpec, Wishes
from xyzpy_widgets.widgets.answers import answering
from xyzpy_widgets.widgets.base import STATIC
from xyzpy_widgets.widgets.bokeh_view import FigureWidget, still_html
from xyzpy_widgets.widgets.explored import Explored, Seen, Target
from xyzpy_widgets.widgets.exports import content_of, exported
from xyzpy_widgets.widgets.latest import Latest
from xyzpy_widgets.widgets.picked import labels_at, picked_told, places_of, proposal_told, rows_told
from xyzpy_widgets.widgets.route import heard_while_busy
from xyzpy_widgets.widgets.shelf import redrawn, shelf_of, shown_as, size_of

__all__ = ["ResultsExplorer"]

_SECONDS_BETWEEN_PICTURES = 0.4


class ResultsExplorer(FigureWidget):
    """Labelled data on a plot whose every dimension has a role; a box on it picks out what is to run.

    Parameters
    ----------
    target : xarray.Dataset, xarray.DataArray, pandas.DataFrame, Runner, Harvester or Sampler
        What is explored.
    hand_over : callable, optional
        Takes each `Step` that is proposed, in the place of a proposal below the plot.
    **wishes
        What is wished of the first view, as for ``Dataset.xyz.plot``.

    Attributes
    ----------
    target
        What is explored.
    run : Run or None
        The run that is followed.

    Raises
    ------
    ViewError
        For what cannot be explored, and for wishes that do not fit the data.

    Examples
    --------
    >>> import xyzpy_widgets as xyz
    >>> harvester = xyz.Harvester(xyz.Runner(lambda a, b: a * b, "product", verbosity=0))
    >>> _ = harvester.harvest_combos({"a": [1.0, 2.0], "b": [3.0, 4.0, 5.0]})
    >>> explorer = harvester.explore(kind="line", x="b")
    >>> explorer.selection = {"b": [4.0, 5.0]}
    >>> explorer.ds["product"].values.tolist()
    [[4.0, 5.0], [8.0, 10.0]]
    >>> explorer.propose("refine").combos["b"]
    (4.0, 4.5, 5.0)
    """

    _esm = STATIC / "results_explorer.js"
    _css = STATIC / "results_explorer.css"

    title = Unicode("").tag(sync=True)
    heading = Unicode("").tag(sync=True)
    shelf = Dict(default_value=None, allow_none=True).tag(sync=True)
    said = Unicode("").tag(sync=True)
    problem = Unicode("").tag(sync=True)
    picked = Dict(default_value=None, allow_none=True).tag(sync=True)
    proposal = Dict(default_value=None, allow_none=True).tag(sync=True)
    busy = Bool(default_value=False).tag(sync=True)
    code = Unicode("").tag(sync=True)
    rows = Dict(default_value=None, allow_none=True).tag(sync=True)

    def __init__(
        self, target: Target | None = None, hand_over: Callable[[Step], None] | None = None, **wishes: Any
    ) -> None:
        super().__init__()
        self.target = target
        self.run: Run | None = None
        self._explored = Explored(xr.Dataset() if target is None else target)
        self._hand_over = hand_over
        self._wishes = Wishes(**wishes)
        self._view: ViewSpec | None = None
        self._labels: dict[str, list[Any]] = {}
        self._box: Box | None = None
        self._kept: Any = None
        self._step: Step | None = None
        self._limits: tuple[float, float] | None = None
        self._latest = Latest()
        self._drawn_at = 0.0
        self._told_end = Event()
        heard_while_busy(self)
        replies = {"library": self.library_reply, "figure": self.figure_reply}
        answering(self, {**{kind: _plain(reply) for kind, reply in replies.items()}, "export": self._exported})
        if target is not None:
            self.tell(title=self._explored.title)
            self.refresh()

    @property
    def view(self) -> ViewSpec | None:
        """The view as a value, None while there is nothing to draw; set it to another, or to what `to_dict` gave."""
        return self._view

    @view.setter
    def view(self, given: ViewSpec | Mapping[str, Any]) -> None:
        spec = given if isinstance(given, ViewSpec) else ViewSpec.from_dict(given)
        with self._guard:
            self._change(lambda data, _: redrawn(data, spec))

    def refresh(self) -> None:
        """Draw what there is now; what the reader did to the plot stays."""
        with self._guard:
            seen = self._explored.seen()
            if seen.data is None:
                self.tell(said="Nothing is there to draw yet.", shelf=None)
                return
            before = self._view
            view = resolve(seen.data, self._wishes) if before is None else redrawn(seen.data, before)
            self._draw(seen, view)

    def _change(self, change: Callable[[Any, ViewSpec], ViewSpec]) -> None:
        """Draw another view of what there is."""
        seen = self._explored.seen()
        if seen.data is None or self._view is None:
            raise ViewError("there is nothing to draw yet")
        view = change(seen.data, self._view)
        self._limits = None
        if self._box is not None:
            self.selection = {}  # a box says nothing about other axes
        self._draw(seen, view)

    def _draw(self, seen: Seen, view: ViewSpec) -> None:
        data: Any = seen.data
        table = rows_told(rows_of(data, view)) if view.kind == "table" and view.var else None
        if view.kind != "table":
            self.show(draw(data, view, seen.states, **self._steady(data, view), **size_of(data, view)))
        self._view = view
        self.tell(
            shelf=shelf_of(data, view),
            heading=self.figure.title if view.kind != "table" else view.title,
            rows=table,
            said=self._counted(seen),
            code=code_of(data, view, "df" if isinstance(data, pd.DataFrame) else "ds"),
            problem="",
        )

    def _steady(self, data: Any, view: ViewSpec) -> dict[str, Any]:
        """Return the colours' limits: while a run goes on they only grow."""
        limits = limits_of(data, view)
        if limits is None or not self.busy:
            self._limits = limits
            return {}
        if self._limits is not None:
            limits = (min(limits[0], self._limits[0]), max(limits[1], self._limits[1]))
        self._limits = limits
        return {"clim": limits}

    def _counted(self, seen: Seen) -> str:
        counts = self._explored.counted(seen.states, {})
        words = {"done": "done", "failed": "failed (▲)", "cancelled": "cancelled", "missing": "not run (hatched)"}
        told = ", ".join(f"{counts[name]} {word}" for name, word in words.items() if counts.get(name))
        return ". ".join(filter(None, (told, seen.said)))

    @property
    def selection(self) -> dict[str, list[Any]]:
        """The labels that are picked out, for each argument; empty where nothing is."""
        data = self._explored.seen().data
        args = self._args(data) if isinstance(data, xr.Dataset) else ()
        return {name: list(labels) for name, labels in self._labels.items() if name in args}

    @selection.setter
    def selection(self, labels: Mapping[str, Any] | None) -> None:
        with self._guard:
            data = self._explored.seen().data
            if labels and not isinstance(data, xr.Dataset):
                raise ViewError("only labels of a dataset can be picked out by name")
            self._box = None
            self.figure.clear_box()
            self._pick({} if not labels else places_of(cast("xr.Dataset", data), labels))

    @property
    def ds(self) -> xr.Dataset | pd.DataFrame | None:
        """The part of the data that is picked out, all of it where nothing is."""
        data = self._explored.seen().data
        if isinstance(data, pd.DataFrame):
            return data if self._kept is None else data[self._kept]
        if data is None or not self._labels:
            return data
        return data.isel({dim: at for dim, at in places_of(data, self._labels).items() if dim in data.dims})

    def _args(self, data: xr.Dataset) -> tuple[str, ...]:
        return self._explored.args(data)

    def _boxed(self, box: Box) -> None:
        """Take what lies in a box that was drawn."""
        with self._guard:
            data = self._explored.seen().data
            if self._view is None or data is None:
                return
            self._box = box
            if isinstance(data, pd.DataFrame):
                self._kept = picked_rows(data, self._view, box)
                counts = {"cases": int(np.count_nonzero(self._kept))}
                self.tell(picked=picked_told({}, counts, runs=False), proposal=None)
            else:
                self._pick(picked_places(data, self._view, box))

    def _pick(self, places: Mapping[str, Any]) -> None:
        self._labels, self._step = {}, None
        if not places:
            self._kept = self._box = None
            self.tell(picked=None, proposal=None)
            return
        seen = self._explored.seen()
        self._labels = labels_at(cast("xr.Dataset", seen.data), places)
        counts = self._explored.counted(seen.states, places)
        if not counts:
            counts = {"cases": int(np.prod([len(at) for at in places.values()]))}
        self.tell(picked=picked_told(self.selection, counts, runs=self._explored.runs), proposal=None)

    def propose(self, action: Action) -> Step:
        """Propose what would run in the region that is picked out; nothing of it runs before `start`.

        Parameters
        ----------
        action : {"fill", "refine", "retry", "recompute"}
            Run what has not run, put labels between those that are there along the axes of the plot, run what failed
            again, or run everything again.

        Returns
        -------
        Step
            The combos, and the wishes of the harvest.

        Raises
        ------
        ViewError
            When nothing is picked out, or the target runs nothing.
        """
        with self._guard:
            data, view = self._explored.seen().data, self._view
            if not self._labels or view is None or not isinstance(data, xr.Dataset):
                raise ViewError("nothing is picked out; draw a box on the plot, or set selection")
            args = self._args(data)
            axes = labels_at(data, {name: np.arange(data.sizes[name]) for name in args})
            scales = {view.x: view.logx, view.y: view.logy}
            refine = [name for name in args if name in scales] or [name for name in args if name in self._labels]
            step = step_of(action, axes, self.selection, refine, [name for name in refine if scales.get(name)])
            preview = self._explored.preview(step)
            self._step = step
            if self._hand_over is None:
                self.tell(proposal={**proposal_told(action, step, axes, preview), "id": uuid4().hex}, problem="")
            else:
                self._hand_over(step)
            return step

    def plan(self) -> Preview:
        """Return what the proposal would run; raises `ViewError` without one."""
        if self._step is None:
            raise ViewError("nothing is proposed; call propose first")
        return self._explored.preview(self._step)

    def start(self) -> Run:
        """Run what is proposed, show it as it comes, and return the handle at once; raises `ViewError` without one."""
        with self._guard:
            if self._step is None:
                raise ViewError("nothing is proposed; call propose first")
            run = self._explored.submit(self._step)
            self._step = None
            self.tell(proposal=None)
            self.follow(run)
            return run

    def follow(self, run: Run) -> None:
        """Draw what a run gives as it comes, two to three times a second at the most, and all of it at the end."""
        self._told_end = told_end = Event()
        with self._guard:
            self.run = run
            self._explored.follow(run)
            self.tell(busy=True)
        run.listen(lambda progress: self._progressed(progress, told_end))

    def settle(self) -> None:
        """Wait until what was asked for is drawn, the end of a run that is over too."""
        if self.run is not None and self.run.done():
            self._told_end.wait()
        self._latest.settle()

    def _progressed(self, progress: Progress, told_end: Event) -> None:
        due = monotonic() - self._drawn_at >= _SECONDS_BETWEEN_PICTURES
        if progress.over:
            self._latest.ask(self._ended)
            told_end.set()
        elif due:
            self._drawn_at = monotonic()
            self._latest.ask(self.refresh)

    def _ended(self) -> None:
        with self._guard:
            self._explored.follow(None)
            self.tell(busy=False)
            self.refresh()
            self.tell(picture=self.figure.picture())
            if self._box is not None:
                self._boxed(self._box)
            elif self._labels:
                self._pick(places_of(cast("xr.Dataset", self._explored.seen().data), self._labels))

    def _done(self, content: Any) -> None:
        """Do what was done on the page; what cannot be done is said there."""
        super()._done(content)
        try:
            with self._guard:
                self._heard(content)
        except (XyzError, ValueError, KeyError) as error:
            self.tell(problem=str(error))

    def _heard(self, content: Any) -> None:
        match content:
            case {"kind": "role", "name": str(name), "role": str(role), "how": str(how)}:
                self._change(lambda data, view: with_role(data, view, name, role, how or "mean"))  # type: ignore[arg-type]
            case {"kind": "label", "name": str(name), "position": int(position)}:
                self._change(lambda data, view: with_label(data, view, name, position))
            case {"kind": "show", "what": str(what), "value": str(value)}:
                self._change(lambda data, view: shown_as(data, view, what, value))
            case {"kind": "act", "action": str(action)} if action in ACTIONS:
                self.propose(action)
            case {"kind": "drop", "what": "picked"}:
                self.selection = {}
            case {"kind": "drop", "what": "proposal"}:
                self._step = None
                self.tell(proposal=None)
            case {"kind": "run", "plan": str(plan)} if plan == (self.proposal or {}).get("id"):
                self.start()

    def _exported(self, request: Mapping[str, Any]) -> Any:
        with self._guard:
            seen, form = self._explored.seen(), str(request["format"])
            if seen.data is None or self._view is None or self.ds is None:
                raise ViewError("there is nothing to save yet")
            drawn = (seen.states, self.figure.picture())
            content = content_of(form, seen.data, self.ds, self._view, drawn)
            return exported(form, content, "-".join(self._view.var) or "view")

    def _repr_mimebundle_(self, **keywords: Any) -> Any:
        """Return the widget, and a still picture for wherever no kernel lives."""
        bundle: Any = super()._repr_mimebundle_(**keywords)
        data, meta = bundle
        shown = "nothing to draw" if self._view is None else self._view.title
        text = f"<Explorer {self.title or 'of a dataset'}: {shown}>"
        return {**data, "text/plain": text, "text/html": still_html(self.figure)}, meta


def _plain(reply: Callable[[], Any]) -> Callable[[Mapping[str, Any]], Any]:
    return lambda _request: reply()
