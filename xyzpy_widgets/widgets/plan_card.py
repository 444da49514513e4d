"""The widget that tells what would run, and runs it."""

from __future__ import annotations

from traitlets import Bool, Dict, List, Unicode

from xyzpy_widgets.widgets.base import STATIC, Widget

__all__ = ["PlanCard"]


class PlanCard(Widget):
    """A plan, how it is to be carried out, and the code that does the same.

    Attributes
    ----------
    title, store : str
        What is run, and where its results go.
    wishes : Wishes
    choices : list of str
        Which of the cases can be chosen; empty where no case is stored one by one, so that all of them run.
    backends : list of str
    plan : Plan or None
    reason : str
        Why nothing can run now; empty when it can.
    busy : bool
        Whether a run is under way.
    trial : Trial
    code : Code
    ask : Ask
        From what size on a run asks first.
    """

    _esm = STATIC / "plan_card.js"
    _css = STATIC / "plan_card.css"

    title = Unicode("").tag(sync=True)
    store = Unicode("").tag(sync=True)
    wishes = Dict(
        default_value={"choice": "new", "stale": False, "backend": "serial", "workers": None},
    ).tag(sync=True)
    choices = List(Unicode(), default_value=["new", "new_failed", "all"]).tag(sync=True)
    backends = List(Unicode(), default_value=["serial"]).tag(sync=True)
    plan = Dict(default_value=None, allow_none=True).tag(sync=True)
    reason = Unicode("").tag(sync=True)
    busy = Bool(default_value=False).tag(sync=True)
    trial = Dict(default_value={"state": "none", "said": ""}).tag(sync=True)
    code = Dict(default_value={"python": "", "magic": ""}).tag(sync=True)
    ask = Dict(default_value={"cases": None, "seconds": None}).tag(sync=True)
