"""What IPython shows of an error that is raised on purpose: the user's own lines, and what is wrong there.

IPython lets an exception show itself, by ``_render_traceback_``. Only what this library raises of its own accord does:
an exception of the user's function, and a fault of this library, are shown as ever. Nothing is taken from the exception
itself, so that ``%debug`` and logs have it whole; ``%xmode Verbose`` shows all of it.
"""

from __future__ import annotations

import traceback
from types import TracebackType

from IPython.core.getipython import get_ipython

from xyzpy_widgets.errors import XyzError

__all__ = ["own_lines", "without_ours"]

_PACKAGE = __name__.partition(".")[0]


def own_lines(error: XyzError) -> list[str]:
    """Return the lines that IPython shows of an error."""
    shell = get_ipython()
    if shell is None:
        return traceback.format_exception(error)
    whole = error.__traceback__
    shown = whole if shell.InteractiveTB.mode == "Verbose" else without_ours(whole)
    lines: list[str] = shell.InteractiveTB.structured_traceback(type(error), error, shown)
    return lines


def without_ours(whole: TracebackType | None) -> TracebackType | None:
    """Return a traceback up to the first frame of this library, and of what that called only the user's own frames."""
    from xyzpy_widgets.failures import is_own

    steps = []
    entered = False
    while whole is not None:
        entered = entered or whole.tb_frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE
        if not entered or is_own(whole.tb_frame.f_code.co_filename):
            steps.append(whole)
        whole = whole.tb_next
    shown: TracebackType | None = None
    for step in reversed(steps):
        shown = TracebackType(shown, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return shown


XyzError._render_traceback_ = own_lines  # type: ignore[attr-defined]
