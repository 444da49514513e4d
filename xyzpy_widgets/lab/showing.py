"""The widgets of a sweep in a view of their own, beside the notebook."""

from __future__ import annotations

from typing import Any, Literal

from IPython.display import display

from xyzpy_widgets.errors import OptionError
from xyzpy_widgets.lab.board import board
from xyzpy_widgets.lab.sweep import Sweep
from xyzpy_widgets.widgets.live import feed_of
from xyzpy_widgets.widgets.panel import Panel
from xyzpy_widgets.widgets.preferences import newest_panel
from xyzpy_widgets.widgets.run_monitor import RunMonitor

__all__ = ["show"]


def show(what: Literal["panel", "plan", "explorer"], key: str) -> None:
    """Display a widget of a sweep: its panel, which is that of the notebook where there is one; or a part of it.

    Parameters
    ----------
    what : {"panel", "plan", "explorer"}
    key : str
        The sweep, see `Sweep.key`.

    Raises
    ------
    OptionError
        For a sweep that is not there any more, or has no such widget.
    """
    try:
        sweep = board().find(key)
        found = sweep.kind == "function" or sweep.target is not None
    except KeyError:
        found = False
    if not found:
        msg = f"{key} is no sweep of this kernel any more; run the cell that makes it again"
        raise OptionError(msg)
    shown = _monitor(sweep) if sweep.kind == "function" else _part(_panel(sweep), what)
    display(shown)  # type: ignore[no-untyped-call]


def _panel(sweep: Sweep) -> Panel:
    """Return the panel of a sweep, which watches its newest run."""
    target, run = sweep.target, sweep.run
    panel: Panel = newest_panel(target) or Panel(target)
    if run is not None and not run.done() and panel.run is not run:
        panel.run = run
    return panel


def _part(panel: Panel, what: str) -> Any:
    parts: dict[str, Any] = {
        "panel": lambda: panel,
        "plan": lambda: panel.children[0],
        "explorer": panel.explore,
    }
    return parts[what]()


def _monitor(sweep: Sweep) -> RunMonitor:
    """Return a monitor of the run of a plain function."""
    run = sweep.run
    if run is None:
        msg = f"the run of {sweep.title} is over, and its call has returned what came of it"
        raise OptionError(msg)
    monitor = RunMonitor(title=sweep.title)
    run.listen(feed_of(monitor, run).publish)
    return monitor
