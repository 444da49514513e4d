"""Watching: a run under way, or what a store knows, on the monitor and among the failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from threading import Event
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.execution.progress import Progress, duration
from xyzpy_widgets.failures import args_in
from xyzpy_widgets.labelling.coverage import STALE
from xyzpy_widgets.run import Run
from xyzpy_widgets.widgets.answers import answering
from xyzpy_widgets.widgets.case_map import axes_of, labels_picked, number_of, units_of
from xyzpy_widgets.widgets.failing import FailureList
from xyzpy_widgets.widgets.failures import Failures
from xyzpy_widgets.widgets.feed import Feed
from xyzpy_widgets.widgets.protocol import CaseReply
from xyzpy_widgets.widgets.route import ControlFile, heard_while_busy, obey
from xyzpy_widgets.widgets.run_monitor import RunMonitor
from xyzpy_widgets.widgets.subject import Subject
from xyzpy_widgets.widgets.told_case import STATES, CaseTeller

__all__ = ["Watching"]

_SECONDS_BETWEEN_FAILURES = 0.5
_SAID = {
    "held": "Look at the failures below, then continue or stop.",
    "paused": "Cases under way finish; no new ones begin.",
    "stopping": "Cases under way come to their end; what is finished is kept.",
    "cancelling": "Cases under way are ended where they can be; what is finished is kept.",
}
"""What a state means for the user."""


class Watching:
    """What is seen of a run, and how it is steered from the page.

    Parameters
    ----------
    subject : Subject
    panel : str
        The name that the widgets share.
    retry : callable
        Runs some cases again.
    go_on : callable
        Runs what the store lacks.
    changed : callable
        Called when there are failures to show.
    ended : callable
        Called when a run is over and all of it is told.
    """

    def __init__(
        self,
        subject: Subject,
        panel: str,
        retry: Callable[[list[dict[str, Any]]], None],
        go_on: Callable[[], None],
        changed: Callable[[], None],
        ended: Callable[[], None],
    ) -> None:
        self.subject = subject
        self.monitor = RunMonitor(panel=panel, title=subject.title)
        self.failed = Failures(panel=panel)
        self.run: Run | None = None
        self.constants: Mapping[str, Any] = {}
        self._plan = Plan(ParameterSpace())
        self._list = self._listed(None)
        self.failed.tell(groups=self._list.groups())
        self.told_found = self._said_found(Counter({Status.FAILED: len(self._list)})) if len(self._list) else ""
        self._feed: Feed | None = None
        self._retry, self._go_on, self._changed, self._ended = retry, go_on, changed, ended
        self._over = Event()
        self._over.set()
        self._told_failures, self._told_at = 0, 0.0
        for widget in (self.monitor, self.failed):
            heard_while_busy(widget)
            widget.on_msg(lambda _widget, content, _buffers: self._heard(content))
        answering(self.monitor, {"case": lambda request: self.case(int(request["number"]))})
        answering(
            self.failed,
            {
                "failures": lambda request: {
                    "cases": self._list.cases(str(request["group"]), int(request["offset"])),
                }
            },
        )

    @property
    def busy(self) -> bool:
        """Whether a run is under way."""
        return self.run is not None and not self.run.done()

    def attach(self, run: Run, constants: Mapping[str, Any], before: NDArray[np.uint8]) -> None:
        """Watch a run; ``before`` is what the points are that it does not come to (see `Feed`)."""
        self.run, self.constants, self._plan = run, constants, run.plan
        file = ControlFile()
        self.monitor.tell(control_path=file.path)
        self._list, self._told_failures = self._listed(run), 0
        self.failed.tell(groups=[], busy=True, held="")
        self._feed = Feed(self.monitor, run, self._said, before)
        self._over = over = Event()
        file.watch(partial(obey, run), over)
        run.listen(lambda progress: self._progressed(progress, over))

    def picked(self) -> dict[str, list[Any]]:
        """Return the labels that are picked out on the map."""
        return labels_picked(self._plan.space, self.monitor.selection)

    def settle(self) -> None:
        """Wait until the end of a run that is over has been told."""
        if not self.busy:
            self._over.wait()

    def _progressed(self, progress: Progress, over: Event) -> None:
        """Tell the page how far the run is; nobody waits for the end of one of which nothing more can be told."""
        try:
            self._tell(progress)
        except BaseException:
            over.set()
            raise
        if progress.over:
            over.set()

    def _tell(self, progress: Progress) -> None:
        """Tell how far the run is, and what failed: twice a second at the most, and at the end."""
        if self._feed is not None:
            self._feed.publish(progress)
        held = progress.state == "held"
        due = held or progress.over or monotonic() - self._told_at > _SECONDS_BETWEEN_FAILURES
        changed = due and progress.failed != self._told_failures
        if changed:
            self._told_failures, self._told_at = progress.failed, monotonic()
            self._list = self._listed(self.run)
        if progress.over and (self.subject.stores or self.subject.sampled) and not self._error():
            self._list, changed = self._listed(None), True  # what failed before is not done either
        groups = {"groups": self._list.groups()} if changed else {}
        self.failed.tell(**groups, held=self._said_held() if held else "", busy=not progress.over)
        if changed:
            self._changed()
        if progress.over:
            self._ended()

    def found(self, space: ParameterSpace, states: NDArray[np.uint8]) -> None:
        """Show what was found undone: the cases of a space, and the state of each."""
        self._plan = Plan(space)
        self._list = self._listed(None)
        self.failed.tell(groups=self._list.groups())
        counts = {code: int(np.count_nonzero(states == code)) for code in STATES}
        done = counts[Status.DONE] + counts[STALE]
        self.told_found = self._said_found({**counts, Status.DONE: done})
        self.monitor.tell(
            axes=axes_of(space, units_of(self.subject.runner.spec)),
            states=states.tobytes(),
            progress={
                **self.monitor.progress,
                "state": "found",
                "total": len(states),
                "done": done,
                "failed": counts[Status.FAILED],
                "cancelled": counts[Status.CANCELLED],
                "said": f"In {self.subject.place}." if self.subject.place else "",
            },
        )

    def _said_found(self, counts: Mapping[int, int]) -> str:
        words = (
            ("done", Status.DONE),
            ("failed", Status.FAILED),
            ("cancelled", Status.CANCELLED),
            ("not run yet", Status.MISSING),
        )
        parts = [f"{counts[code]} {word}" for word, code in words if counts[code]]
        return f"{', '.join(parts)} in {self.subject.place or 'memory'}"

    def _said_held(self) -> str:
        """Say why a run is held."""
        largest = self._list.groups()[0]
        return f"{largest['count']} cases failed with {largest['raised']}."

    def _said(self, progress: Progress) -> str:
        """Say what a state means for the user."""
        if not progress.over:
            return _SAID.get(progress.state, "")
        where = f" Results are in {self.subject.place}." if self.subject.place else ""
        error = self._error()
        if error:
            return f"{error} What was finished is kept."
        ended = {"done": "Finished", "stopped": "Stopped", "cancelled": "Cancelled"}.get(progress.state, "Ended")
        return f"{ended} after {duration(progress.elapsed)}.{where}"

    def _error(self) -> str:
        """Return what ended the run early, in one line."""
        if self.run is None or not self.run.done() or self.run.cancelled():
            return ""
        error = self.run.exception()
        return "" if error is None else f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}."

    def _listed(self, run: Run | None) -> FailureList:
        """List the failures of a run, or those that the store knows."""
        table = self.subject.failures() if run is None else run.failures
        names = args_in(table) if run is None else self._plan.space.names
        return FailureList(table, names, self._case_code, self._number)

    def _case_code(self, args: Mapping[str, Any]) -> str:
        return self.subject.case_code(args, self.constants)

    def _number(self, args: Mapping[str, Any]) -> int:
        return number_of(self._plan, args)

    def case(self, number: int) -> CaseReply:
        """Tell all that is known of one case."""
        feed = self._feed
        codes = feed.states() if feed is not None else np.frombuffer(self.monitor.states or b"", np.uint8)
        run = None if feed is None else feed.run
        teller = CaseTeller(self._plan, self.subject.runner.spec, self.subject.target, run)
        return teller.case(number, int(codes[number]), self._list.case)

    def _heard(self, content: Any) -> None:
        run = self.run
        match content:
            case {"kind": "control", "word": word} if run is not None:
                obey(run, word)
            case {"kind": "continue"} if run is not None:
                obey(run, "resume")
            case {"kind": "go_on"} if not self.busy:
                self._go_on()
            case {"kind": "retry", "group": str(group)} if not self.busy:
                self._retry(self._list.all_args(group))
            case {"kind": "watch", "view": str(view), "seen": bool(seen)} if self._feed is not None:
                self._feed.watch(view, seen=seen)
            case {"kind": "states"} if self._feed is not None:
                self._feed.whole()
