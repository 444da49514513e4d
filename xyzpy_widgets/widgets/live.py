"""A run that a cell waits for: a monitor while it goes on, a static card when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from threading import Event
from typing import Any

from IPython.display import display

from xyzpy_widgets.execution.progress import Progress, duration
from xyzpy_widgets.run import Run
from xyzpy_widgets.summary import called
from xyzpy_widgets.widgets.answers import answering
from xyzpy_widgets.widgets.base import with_still
from xyzpy_widgets.widgets.case_map import number_of
from xyzpy_widgets.widgets.failing import FailureList
from xyzpy_widgets.widgets.feed import Feed
from xyzpy_widgets.widgets.protocol import CaseReply
from xyzpy_widgets.widgets.route import ControlFile, heard_while_busy, obey
from xyzpy_widgets.widgets.run_monitor import RunMonitor
from xyzpy_widgets.widgets.still import bundle, progress_html, progress_text
from xyzpy_widgets.widgets.subject import Subject
from xyzpy_widgets.widgets.told_case import CaseTeller

__all__ = ["LiveMonitor", "feed_of"]

_A_MOMENT_SECONDS = 0.4
_VIEW = "application/vnd.jupyter.widget-view+json"


class LiveMonitor:
    """Shows a run that is waited for, and lets the page steer it meanwhile; a `Display`.

    A run that is over in a moment leaves a card alone; for one that goes on a widget takes the place of the card.

    Parameters
    ----------
    run : Run
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._file = ControlFile()
        self._over = Event()
        self._monitor: RunMonitor | None = None
        self._feed: Feed | None = None
        self._shown: Any = display(self._still(), raw=True, display_id=True)  # type: ignore[no-untyped-call]

    def __call__(self, progress: Progress) -> None:
        """Show how far it is."""
        if self._feed is None and progress.elapsed >= _A_MOMENT_SECONDS and not progress.over:
            self._feed = self._opened()
        if self._feed is not None:
            self._feed.publish(progress)

    def _opened(self) -> Feed:
        """Put the widget in the place of the card."""
        self._monitor = monitor = RunMonitor(title=called(self._run.spec), control_path=self._file.path)
        feed = feed_of(monitor, self._run)
        view = {_VIEW: {"version_major": 2, "version_minor": 0, "model_id": monitor.model_id}}
        if self._shown is not None:
            self._shown.update(with_still(view, *self._told()), raw=True)
        self._file.watch(partial(obey, self._run), self._over)
        return feed

    def close(self) -> None:
        """Leave a card that reads true in a saved notebook, without a kernel."""
        self._over.set()
        if self._shown is not None:
            self._shown.update(self._still(), raw=True)
        if self._monitor is not None:
            self._monitor.close()

    def _still(self) -> dict[str, str]:
        return bundle(*self._told())

    def _told(self) -> tuple[str, str]:
        """Tell how far the run is, as text and as a card, which may be the last that is heard of it."""
        progress, title = self._run.progress, called(self._run.spec)
        when = "" if progress.over else f"as it stood after {duration(progress.elapsed)}"
        text = f"{title}: {progress_text(progress)}"
        return f"{text}, {when}" if when else text, progress_html(title, progress, when)


def feed_of(monitor: RunMonitor, run: Run) -> Feed:
    """Return what feeds a monitor that shows a run by itself: the run is steered from there, and its cases are told."""
    heard_while_busy(monitor)
    feed = Feed(monitor, run, lambda _: "", run.standing())
    monitor.on_msg(lambda _widget, content, _buffers: _heard(run, feed, content))
    answering(monitor, {"case": lambda request: _case(run, feed, int(request["number"]))})
    return feed


def _case(run: Run, feed: Feed, number: int) -> CaseReply:
    """Tell all that is known of one case."""
    failed = FailureList(run.failures, run.plan.space.names, partial(_code, run), partial(number_of, run.plan))
    return CaseTeller(run.plan, run.spec, run.sweep, run).case(number, int(feed.states()[number]), failed.case)


def _code(run: Run, args: Mapping[str, Any]) -> str:
    """Return the code that calls the function with some arguments, by its own name where nobody else has one."""
    if run.sweep is not None:
        return Subject(run.sweep).case_code(args, run.spec.constants)
    return f"{run.name}({', '.join(f'{name}={value!r}' for name, value in args.items())})"


def _heard(run: Run, feed: Feed, content: Any) -> None:
    match content:
        case {"kind": "control", "word": word}:
            obey(run, word)
        case {"kind": "watch", "view": str(view), "seen": bool(seen)}:
            feed.watch(view, seen=seen)
        case {"kind": "states"}:
            feed.whole()
