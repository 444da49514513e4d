"""The widget that shows a run under way, and steers it."""

from __future__ import annotations

from typing import Any

from traitlets import Bytes, Dict, Int, List, Unicode

from xyzpy_widgets.widgets.base import STATIC, Widget

__all__ = ["RunMonitor"]


class RunMonitor(Widget):
    """How far a run is, and a map of its cases.

    Attributes
    ----------
    title : str
        What is run.
    progress : Progress
    axes : list of MapAxis
    states : bytes or None
        The state of every point, one byte each, as of the delta with the number `states_serial`.
    states_serial : int
    selection : dict of str to (int, int)
        The cases that are picked out on the map: for each axis the first and the last place.
    control_path : str
        A file, relative to the root of the Jupyter server, in which a busy kernel reads a control word; may be empty.
    """

    _esm = STATIC / "run_monitor.js"
    _css = STATIC / "run_monitor.css"

    title = Unicode("").tag(sync=True)
    progress: Dict[str, Any] = Dict(
        default_value={
            "state": "idle",
            "total": 0,
            "done": 0,
            "failed": 0,
            "cancelled": 0,
            "elsewhere": 0,
            "running": 0,
            "elapsed": 0,
            "rate": None,
            "left": None,
            "current": [],
            "said": "",
        },
    ).tag(sync=True)
    axes = List(Dict()).tag(sync=True)
    states = Bytes(default_value=None, allow_none=True).tag(sync=True)
    states_serial = Int(0).tag(sync=True)
    selection = Dict().tag(sync=True)
    control_path = Unicode("").tag(sync=True)
