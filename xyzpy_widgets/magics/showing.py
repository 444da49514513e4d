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
    if getattr(shell, "kernel", None) is None:
        return False
    monitor = LiveMonitor(run)
    run.listen(_seldom(monitor, refresh))
    return True


def _seldom(display: Display, seconds: float) -> Callable[[Progress], None]:
    """Return a listener that lets a display be drawn that often, and closes it at the end."""
    last = -seconds

    def listener(progress: Progress) -> None:
        nonlocal last
        if progress.over:
            display(progress)
            display.close()
        elif monotonic() - last >= seconds:
            last = monotonic()
            display(progress)

    return listener


class _Nothing:
    """Shows nothing; a `Display`."""

    def __call__(self, progress: Progress) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Leave nothing."""


def wait_for(run: Run, shell: InteractiveShell, refresh: float, *, shown: bool) -> None:
    """Wait until a run is over, or is held and asks; an interrupt cancels it, and is raised when all is kept."""
    halted = Event()
    try:
        bar = shown and not show(run, shell, refresh)
        display = ProgressBar(run.plan, run.options.verbosity) if bar else _Nothing()
        ended = run.listen(_seldom(display, refresh))
        run.listen(lambda progress: halted.set() if progress.over or progress.state == "held" else None)
        halted.wait()
        if not run.done():
            ended()
            display.close()
    except KeyboardInterrupt:
        run.cancel()
        with suppress(CancelledError):
            run.exception()
        raise
    if run.done() and not run.cancelled():
        run.result()
