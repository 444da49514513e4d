"""The explorer: see all of it, live, and act on what is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import xarray as xr
from traitlets import Bool, Dict

from xyzpy_widgets.core.region import ACTIONS, RegionAction, Step
from xyzpy_widgets.errors import ViewError, XyzError
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.run import Run
from xyzpy_widgets.views.document import Box
from xyzpy_widgets.views.roles import with_label, with_role
from xyzpy_widgets.views.spec import Wishes
from xyzpy_widgets.widgets.answers import answering
from xyzpy_widgets.widgets.base import STATIC
from xyzpy_widgets.widgets.explored import Seen, Target
from xyzpy_widgets.widgets.following import Following
from xyzpy_widgets.widgets.picked import known_labels, proposal_told
from xyzpy_widgets.widgets.region import Region
from xyzpy_widgets.widgets.route import heard_while_busy
from xyzpy_widgets.widgets.shelf import shown_as
from xyzpy_widgets.widgets.viewing import ViewWidget

__all__ = ["ResultsExplorer"]


class ResultsExplorer(ViewWidget):
    """Labelled data on a plot whose every dimension has a role; a box on it picks out what is to run.

    Parameters
    ----------
    target : xarray.Dataset, xarray.DataArray, pandas.DataFrame, Runner, Harvester or Sampler
        What is explored.
    hand_over : callable, optional
        Takes each `Step` that is proposed, in the place of what would run it from here.
    section : bool, optional
        Whether this is a part of a panel: it can be folded, is hidden as long as there is nothing to draw, and draws
        nothing before it is seen.
    panel : str, optional
        The panel that it belongs to.
    **wishes
        What is wished of the first view, as for ``Dataset.xyz.plot``.

    Attributes
    ----------
    target
        What is explored.
    unfolded : bool or None
        Whether a section is unfolded; None for what stands alone.

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

    unfolded = Bool(default_value=None, allow_none=True).tag(sync=True)
    picked = Dict(default_value=None, allow_none=True).tag(sync=True)
    proposal = Dict(default_value=None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        target: Target | None = None,
        hand_over: Callable[[Step], None] | None = None,
        *,
        section: bool = False,
        panel: str = "",
        **wishes: Any,
    ) -> None:
        super().__init__(target, Wishes(**wishes))
        self.panel = panel
        self._hand_over = hand_over
        self._region = Region(self._explored)
        self._step: Step | None = None
        self._following = Following(self._come, self._ended)
        self._views: dict[str, bool] = {}
        self._late = False
        heard_while_busy(self)
        replies = {"library": self.library_reply, "figure": self.figure_reply}
        answering(self, {**{kind: _plain(reply) for kind, reply in replies.items()}, "export": self._exported})
        if target is not None:
            self.tell(title=self._explored.title, **({"unfolded": True} if section else {}))
            self.observe(lambda _: self._catch_up(), "unfolded")
            self._come() if section else self.refresh()

    @property
    def run(self) -> Run | None:
        """The run that is followed, None before the first."""
        return self._following.run

    def wish(self, **wishes: Any) -> None:
        """Draw another view, and unfold a section; as `ViewWidget.wish`."""
        super().wish(**wishes)
        if self.unfolded is not None:
            self.tell(unfolded=True)

    def _left(self) -> None:
        """Forget a box: it says nothing about other axes."""
        if self._region.box is not None:
            self.selection = {}

    def _drawn(self, seen: Seen, *, anew: bool) -> None:
        self._late = False
        self._told_of(seen)
        if anew and self._region:
            self._frame()

    def _frame(self) -> None:
        """Draw a box around what is picked out, where it is one on this view."""
        if self._view is not None:
            self.figure.draw_boxes(self._region.boxes(self._view))

    def _told_of(self, seen: Seen) -> None:
        """Tell how many cases there are of each state; a section shows once there is something to see."""
        super()._told_of(seen)
        if self.unfolded is not None:
            layout: Any = self.layout
            layout.display = "none" if seen.data is None else None

    def _wanted(self) -> bool:
        """Say whether somebody sees it; of what stands alone that is taken for granted until a view has told."""
        seen = any(self._views.values())
        return (seen or not self._views) if self.unfolded is None else bool(self.unfolded and seen)

    def _come(self) -> None:
        """Draw what there is where somebody sees it, else once somebody does."""
        if self._wanted():
            self.refresh()
            return
        with self._guard:
            self._late = True
            if not self.busy or self.layout.display == "none":
                self._told_of(self._explored.seen())

    def _catch_up(self) -> None:
        """Draw what could not be seen before and can be now."""
        if self._late and self._wanted():
            self._following.soon(self._come)

    @property
    def selection(self) -> dict[str, list[Any]]:
        """The labels that are picked out, for each argument; empty where nothing is."""
        return self._region.selection()

    @selection.setter
    def selection(self, labels: Mapping[str, Any] | None) -> None:
        with self._guard:
            if labels:
                self._region.name(labels)
            else:
                self._region.clear()
            self._frame()
            self._told_picked()

    def mark(self, labels: Mapping[str, Any]) -> None:
        """Pick out labels as far as the data have them; nothing where they have none of an argument."""
        data = self._explored.seen().data
        if isinstance(data, xr.Dataset):
            known = known_labels(data, labels)
            self.selection = known if all(known.values()) else {}

    @property
    def ds(self) -> xr.Dataset | pd.DataFrame | None:
        """The part of the data that is picked out, all of it where nothing is."""
        return self._region.part()

    def _boxed(self, box: Box) -> None:
        """Take what lies in a box that was drawn."""
        with self._guard:
            if self._view is not None:
                self._region.enclose(self._view, box)
                self._told_picked()

    def _told_picked(self) -> None:
        self._step = None
        self.tell(picked=self._region.told(), proposal=None)

    def propose(self, action: RegionAction) -> Step:
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
            step, axes = self._region.step(action, self._view)
            own = self._hand_over is None
            preview = self._explored.preview(step)
            self._step = step if own else None
            self.tell(proposal=proposal_told(action, step, axes, preview, own=own), problem="")
        if self._hand_over is not None:
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
            self.follow(run)
            return run

    def follow(self, run: Run) -> None:
        """Draw what a run gives as it comes, two to three times a second at the most, and all of it at the end."""
        with self._guard:
            self._explored.follow(run)
            self.tell(busy=True, proposal=None)
        self._following.begin(run)

    def settle(self) -> None:
        """Wait until what was asked for is drawn, the end of a run that is over too."""
        self._following.settle()

    def _ended(self) -> None:
        with self._guard:
            self._explored.follow(None)
            self.tell(busy=False)
            self._come()
            self._region.again(self._view)
            if self._region:
                self._frame()
                self._told_picked()
            if not self._late:
                self.tell(picture=self.figure.picture())

    def _done(self, content: Any) -> None:
        """Do what was done on the page; what cannot be done is said there."""
        super()._done(content)
        try:
            self._heard(content)
        except (XyzError, ValueError, KeyError) as error:
            self.tell(problem=str(error))

    def _heard(self, content: Any) -> None:
        match content:
            case {"kind": "watch", "view": str(view), "seen": bool(seen)}:
                self._views[view] = seen
                self._catch_up()
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

    def still(self) -> tuple[str, str]:
        """Return what is explored, and a still picture of it."""
        shown = "nothing to draw" if self._view is None else self._view.title
        return f"<Explorer {self.title or 'of a dataset'}: {shown}>", super().still()[1]

    def _titled(self) -> str:
        return self.heading or super()._titled()


def _plain(reply: Callable[[], Any]) -> Callable[[Mapping[str, Any]], Any]:
    return lambda _request: reply()
