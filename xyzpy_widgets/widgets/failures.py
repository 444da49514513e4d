"""The widget that shows what failed, and offers to run it again."""

from __future__ import annotations

from traitlets import Bool, Dict, List, Unicode

from xyzpy_widgets.widgets.base import STATIC, Widget

__all__ = ["Failures"]


class Failures(Widget):
    """The cases that failed, grouped by what they raised and where.

    Attributes
    ----------
    groups : list of FailureGroup
    held : str
        Why the run is held; empty when it is not.
    busy : bool
        Whether a run is under way, so that nothing can be retried now.
    """

    _esm = STATIC / "failures.js"
    _css = STATIC / "failures.css"

    groups = List(Dict()).tag(sync=True)
    held = Unicode("").tag(sync=True)
    busy = Bool(default_value=False).tag(sync=True)
