"""How a line shows what it does: a run as a monitor or a bar, code and help as text."""

from __future__ import annotations

import ast
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from html import escape
from threading import Event
from time import monotonic

from IPython.core.interactiveshell import InteractiveShell

from xyzpy_widgets.execution.progress import Display, Progress, ProgressBar
from xyzpy_widgets.run import Run
from xyzpy_widgets.widgets.live import LiveMonitor

__all__ = ["Text", "is_shown", "show", "wait_for"]

_LOOK_SECONDS = 0.2


class Text(str):
    """A text that is shown as it stands, and is a str otherwise."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the text itself."""
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self)}</pre>"


def is_shown(shell: InteractiveShell, cell: str, line: str) -> bool:
    """Say whether a cell shows what its ``%xyz`` line gives, rather than to keep it: ``r = %xyz run ...``."""
    try:
        tree = ast.parse(shell.transform_cell(cell))  # type: ignore[no-untyped-call]
    except (SyntaxError, ValueError):
        return False
    return any(isinstance(node, ast.Expr) and _is_magic(node.value, line) for node in ast.walk(tree))


def _is_magic(node: ast.expr, line: str) -> bool:
    match node:
        case ast.Call(
            func=ast.Attribute(attr="run_line_magic"), args=[ast.Constant(value="xyz"), ast.Constant(value=str(said))]
        ):
            return said.strip() == line.strip()
    return False


def show(run: Run, shell: InteractiveShell, refresh: float) -> bool:
    """Show a run that goes on: as a monitor in a notebook, not at all in a terminal, where it would disturb the prompt.

    Returns
    -------
    bool
        Whether it is shown.
    """
    if not _in_notebook(shell):
        return False
    run.listen(_seldom(LiveMonitor(run), refresh))
    return True


def _in_notebook(shell: InteractiveShell) -> bool:
    return getattr(shell, "kernel", None) is not None


def _seldom(display: Display | None, seconds: float, halted: Event | None = None) -> Callable[[Progress], None]:
    """Return a listener that draws a display that often, closes it at the end, and tells of a halt after that."""
    last = -seconds

    def listener(progress: Progress) -> None:
        nonlocal last
        halts = progress.over or progress.state == "held"
        if display is not None and (halts or monotonic() - last >= seconds):
            last = monotonic()
            display(progress)
        if display is not None and progress.over:
            display.close()
        if halted is not None and halts:
            halted.set()

    return listener


def wait_for(run: Run, shell: InteractiveShell, refresh: float, *, shown: bool) -> None:
    """Wait until a run is over, or is held and asks; an interrupt cancels it, and is raised when all is kept."""
    halted = Event()
    try:
        bar = None if _in_notebook(shell) or not shown else ProgressBar(run.plan, run.options.verbosity)
        monitor = LiveMonitor(run) if _in_notebook(shell) and shown else None
        ended = run.listen(_seldom(bar or monitor, refresh, halted))
        while not halted.wait(_LOOK_SECONDS):
            pass  # an interrupt that the system tells another thread of is raised when this one awakes
        if bar is not None and not run.done():
            ended()
            bar.close()
    except KeyboardInterrupt:
        run.cancel()
        with suppress(CancelledError):
            run.exception()
        raise
    if run.done() and not run.cancelled():
        run.result()
