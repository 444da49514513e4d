"""The panel: choose, see the plan, run, watch, mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from threading import RLock
from typing import Any
from uuid import uuid4

import ipywidgets
import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.region import Step
from xyzpy_widgets.errors import XyzError
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.run import Run
from xyzpy_widgets.runner import Runner, as_runner
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.widgets.answers import answering
from xyzpy_widgets.widgets.base import with_still
from xyzpy_widgets.widgets.draws import distributions_told
from xyzpy_widgets.widgets.plan_card import PlanCard
from xyzpy_widgets.widgets.planned import ask_told, cases_reply, choice_of, first_case, trial_told, wishes_told
from xyzpy_widgets.widgets.planning import Planning
from xyzpy_widgets.widgets.preferences import opened, preferred
from xyzpy_widgets.widgets.protocol import Trial
from xyzpy_widgets.widgets.results_explorer import ResultsExplorer
from xyzpy_widgets.widgets.route import heard_while_busy
from xyzpy_widgets.widgets.sheet import Call, Sheet, row_read, row_told, with_combos
from xyzpy_widgets.widgets.space_editor import SpaceEditor
from xyzpy_widgets.widgets.still import panel_card, progress_text
from xyzpy_widgets.widgets.subject import Subject
from xyzpy_widgets.widgets.unfinished import sheet_of_plan, unfinished
from xyzpy_widgets.widgets.watching import Watching

__all__ = ["Panel", "panel"]

_NO_TRIAL: Trial = {"state": "none", "said": ""}


class Panel(ipywidgets.VBox):
    """A panel of a function: its space, the plan, the run and what failed.

    Parameters
    ----------
    target : Harvester, Runner, Sampler or callable
        What runs; a plain function is taken as a Runner whose results name their own outputs.

    Attributes
    ----------
    editor, card, monitor, failed, results : widgets
        The parts, which may be shown elsewhere one by one; what is proposed in the results is what the panel is set to.

    Examples
    --------
    >>> import xyzpy_widgets as xyz
    >>> panel = xyz.Harvester(xyz.Runner(lambda a, b: a * b, "product")).panel()
    >>> panel.space = {"a": [1, 2], "b": [3, 4, 5]}
    >>> panel.plan.new
    6
    >>> panel.start().result()["product"].sizes["b"]
    3
    """

    def __init__(self, target: Harvester | Runner | Sampler | Callable[..., Any]) -> None:
        subject = Subject(target if isinstance(target, (Harvester, Runner, Sampler)) else as_runner(target))
        name, wanted = uuid4().hex, preferred()
        self._subject = subject
        self._guard = RLock()
        self._arguments = subject.arguments()
        self._sheet = self._first = subject.first_sheet()
        self._telling = False
        self.editor = SpaceEditor(
            panel=name, sampled=subject.sampled, distributions=distributions_told() if subject.sampled else []
        )
        self.card = PlanCard(
            panel=name,
            title=subject.title,
            store=subject.place,
            choices=subject.choices,
            backends=subject.backends,
            ask=ask_told(wanted),
        )
        self._planning = Planning(subject, self.editor, self.card, self._guard)
        self._watching = Watching(subject, name, self._retry, self._go_on, self._lay_out, self._ended)
        self.monitor, self.failed = self._watching.monitor, self._watching.failed
        for widget in (self.editor, self.card):
            heard_while_busy(widget)
        answering(self.card, {"cases": lambda one: cases_reply(self._planning.preview, one["of"], int(one["offset"]))})
        self.card.on_msg(lambda _widget, content, _buffers: self._heard(content))
        self.editor.observe(self._edited, "revision")
        self.card.observe(self._wished, "wishes")
        self.results = ResultsExplorer(subject.target, self._take, section=True, panel=name)
        self.monitor.observe(lambda _: self.results.mark(self._watching.picked()), "selection")
        super().__init__(self._laid_out(), layout=ipywidgets.Layout(width="100%"))
        self._unfinished = unfinished(subject, self._sheet, self._arguments)
        if self._unfinished is not None:
            self._sheet = self._unfinished.sheet if self._unfinished.asked else self._sheet
            self._watching.found(self._unfinished.space, self._unfinished.states)
        self._lay_out()
        self._show()
        self._tell()
        opened(self, subject.target)
        if preferred() != wanted:  # by a message that came meanwhile
            self.prefer()

    @property
    def space(self) -> Sheet:
        """What the panel is set to; set it to a `Sheet`, or to combos as people write them."""
        return self._sheet

    @space.setter
    def space(self, given: Any) -> None:
        with self._guard:
            self._sheet = given if isinstance(given, Sheet) else with_combos(self._sheet, self._arguments, given)
            self._show()
            self._tell()

    @property
    def plan(self) -> Preview:
        """What would run; made anew where that is needed. Raises what keeps it from running.

        Set it to what ``plan`` of the same Harvester or Runner returned, to be set to run just that.
        """
        with self._guard:
            return self._planning.now(self._sheet, self._arguments)

    @plan.setter
    def plan(self, given: Preview) -> None:
        with self._guard:
            self.space = sheet_of_plan(given, self._subject, self._sheet, self._arguments)

    @property
    def run(self) -> Run | None:
        """The run that is watched, None before the first; set it to any other to watch that."""
        return self._watching.run

    @run.setter
    def run(self, run: Run) -> None:
        self._attach(run, {}, run.standing())

    @property
    def code(self) -> str:
        """The Python that does what the panel is set to do."""
        return self._subject.code(self._subject.call(self._sheet, self._arguments))

    def start(self) -> Run:
        """Run what the plan says, and return the handle at once.

        Raises
        ------
        SpaceError, FunctionError, OptionError, StoreError, MergeError
            What keeps it from running.
        """
        with self._guard:
            call = self._subject.call(self._sheet, self._arguments)
            return self._submitted(call)

    def explore(self, **wishes: Any) -> ResultsExplorer:
        """Unfold the explorer below the other parts, draw it, and return it.

        Parameters
        ----------
        **wishes
            What is wished of its view, as for ``Dataset.xyz.plot``; without any it stays as it is.

        Raises
        ------
        ViewError
            For wishes that do not fit the data.
        """
        self.results.wish(**wishes)
        return self.results

    def _take(self, step: Step) -> None:
        """Be set to what was proposed in the explorer."""
        with self._guard:
            sheet = with_combos(self._sheet, self._arguments, step.combos)
            self._sheet = replace(sheet, choice=choice_of(step), stale=False)
            self._show()
            self._tell()

    def prefer(self) -> None:
        """Take over what the reader prefers for every panel, where nothing else was chosen in this one."""
        with self._guard:
            before, now = self._first, self._subject.first_sheet()
            self._first = now
            self.card.tell(ask=ask_told(preferred()))
            if (self._sheet.backend, self._sheet.workers) == (before.backend, before.workers):
                self._sheet = replace(self._sheet, backend=now.backend, workers=now.workers)
                self._show()
                self._tell()

    def settle(self) -> None:
        """Wait until the plan is that of the space, and the end of a run that is over has been told."""
        self._watching.settle()  # at the end of a run the space is planned anew
        self._planning.settle()

    def _submitted(self, call: Call) -> Run:
        before = self._subject.preview(call).standing()
        run = self._subject.submit(call)
        self._attach(run, call.given.get("constants", {}), before)
        return run

    def _attach(self, run: Run, constants: Mapping[str, Any], before: NDArray[np.uint8]) -> None:
        with self._guard:
            self.card.tell(busy=True, trial=_NO_TRIAL)
            self._watching.attach(run, constants, before)
            self._lay_out()
        self.results.follow(run)

    def _ended(self) -> None:
        """Plan anew, against what is stored now."""
        with self._guard:
            self._arguments = self._subject.arguments()
            self.card.tell(busy=self._watching.busy)
            self._show()
            self._tell()
            self._lay_out()

    def _edited(self, _: Any) -> None:
        """Take over what was typed on the page."""
        with self._guard:
            if not self._telling:
                rows = tuple(row_read(one) for one in self.editor.rows)
                self._sheet = replace(self._sheet, rows=rows, cases=self.editor.cases, draws=self.editor.draws)
                self._tell()

    def _wished(self, _: Any) -> None:
        """Take over what was chosen on the page."""
        with self._guard:
            if not self._telling:
                wishes: Any = self.card.wishes
                own = wishes["backend"] == self._subject.own_backend
                self._sheet = replace(
                    self._sheet,
                    choice=wishes["choice"],
                    stale=wishes["stale"],
                    backend="" if own else wishes["backend"],
                    workers=wishes["workers"],
                )
                self._tell()

    def _show(self) -> None:
        """Set the widgets to the sheet."""
        self._telling = True
        try:
            self.editor.tell(
                arguments=self._subject.told(self._arguments),
                rows=[row_told(row) for row in self._sheet.rows],
                cases=self._sheet.cases,
                draws=self._sheet.draws,
            )
            self.card.tell(wishes=wishes_told(self._sheet, self._subject.own_backend))
        finally:
            self._telling = False

    def _tell(self) -> None:
        """Judge what is typed, and plan it."""
        self._planning.tell(self._sheet, self._arguments)

    def _heard(self, content: Any) -> None:
        with self._guard:
            match content:
                case {"kind": "run", "plan": name} if self._planning.is_current(name) and not self._watching.busy:
                    self._begin(lambda: self._submitted(self._planning.call or Call()))
                case {"kind": "try_one"}:
                    self._begin(self._try_one)

    def _begin(self, step: Callable[[], object]) -> None:
        """Do what the page asked for; what keeps it from being done is told there."""
        try:
            step()
        except (XyzError, OSError) as error:
            self.card.tell(reason=str(error))

    def _try_one(self) -> None:
        """Run one case in the middle of those that would run."""
        preview, call = self._planning.preview, self._planning.call
        if preview is None or call is None or not len(preview.plan):
            return
        if self._subject.sampled:
            trial = replace(call, given={**call.given, "n": 1})
        else:
            middle = preview.plan.numbers(len(preview.plan) // 2, len(preview.plan) // 2 + 1)
            case = preview.plan.point(int(middle[0])).args
            trial = self._subject.again([case], call.given.get("constants", {}), self._sheet)
        run = self._subject.submit(trial)
        self.card.tell(trial={"state": "running", "said": f"{first_case(run)} is under way."})
        run.add_done_callback(self._tried)

    def _tried(self, run: Run) -> None:
        with self._guard:
            error = None if run.cancelled() else run.exception()
            self.card.tell(trial=trial_told(run, first_case(run), error))
            self._ended()

    def _retry(self, cases: list[dict[str, Any]]) -> None:
        """Run cases again that failed."""
        with self._guard:
            if cases:
                constants = self._watching.constants
                self._begin(lambda: self._submitted(self._subject.again(cases, constants, self._sheet)))

    def _go_on(self) -> None:
        """Run what was found undone."""
        with self._guard:
            if self._unfinished is not None:
                self._sheet = self._unfinished.sheet
            self._show()
            self._tell()
            self._begin(self.start)

    def _lay_out(self) -> None:
        """Show the parts that have something to show, from then on."""
        if self.monitor.progress["state"] != "idle":
            self.monitor.layout.display = None
        if self.failed.groups:
            self.failed.layout.display = None

    def _laid_out(self) -> tuple[ipywidgets.Widget, ...]:
        """Return the parts: side by side where there is room, below one another where there is not."""
        for widget in (self.monitor, self.failed):
            widget.layout.display = "none"
        for widget, flex in ((self.editor, "3 1 26em"), (self.card, "2 1 20em")):
            widget.layout = ipywidgets.Layout(flex=flex, min_width="0")
        row = ipywidgets.Box((self.editor, self.card), layout=ipywidgets.Layout(flex_flow="row wrap", grid_gap="8px"))
        return (row, self.monitor, self.failed, self.results)

    def __repr__(self) -> str:
        """Tell what the panel is of, and how far its run is."""
        return f"<Panel of {self._subject.title}: {self._standing()}>"

    def _standing(self) -> str:
        if self._watching.run is not None:
            return progress_text(self._watching.run.progress)
        return self._watching.told_found or "nothing has run yet"

    def _display_(self) -> Any:
        """Return the parts as marimo lays them out, which does not know the boxes of ipywidgets."""
        marimo: Any = import_module("marimo")
        row, *others = self.children
        across = marimo.hstack(row.children, widths=[3, 2], wrap=True, align="start")
        return marimo.vstack([across, *others])

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget, and words for where no widget lives."""
        shown: dict[str, Any] = super()._repr_mimebundle_(**kwargs) or {}
        verdict: Any = self.editor.verdict
        return with_still(
            shown, repr(self), panel_card(self._subject, verdict, self._planning.preview, self._watching.run)
        )


def panel(function: Harvester | Runner | Sampler | Callable[..., Any]) -> Panel:
    """Return a `Panel` of a function, or of a Runner, Harvester or Sampler."""
    return Panel(function)
