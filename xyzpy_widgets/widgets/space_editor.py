"""The widget in which the values of every argument are chosen."""

from __future__ import annotations

from typing import Any

from traitlets import Bool, Dict, Int, List, Unicode

from xyzpy_widgets.widgets.base import STATIC, Widget

__all__ = ["SpaceEditor"]


def _unjudged() -> dict[str, Any]:
    return {"problem": "", "note": "", "count": None, "places": [], "span": ""}


class SpaceEditor(Widget):
    """A row for each argument.

    Attributes
    ----------
    arguments : list of Argument
    rows : list of Row
        One for each swept argument, in the order in which they vary, the last fastest.
    cases : str
        The table of cases, as it was pasted.
    sampled : bool
        Whether values are drawn at random.
    draws : str
        How many draws, as it was typed.
    distributions : list of Distribution
    revision : int
        Grows with every edit on the page.
    verdict : Verdict
        What is to say of the revision that it names.
    """

    _esm = STATIC / "space_editor.js"
    _css = STATIC / "space_editor.css"

    arguments = List(Dict()).tag(sync=True)
    rows = List(Dict()).tag(sync=True)
    cases = Unicode("").tag(sync=True)
    sampled = Bool(default_value=False).tag(sync=True)
    draws = Unicode("").tag(sync=True)
    distributions = List(Dict()).tag(sync=True)
    revision = Int(0).tag(sync=True)
    verdict = Dict(
        default_value={
            "revision": -1,
            "rows": {},
            "cases": _unjudged(),
            "draws": _unjudged(),
            "problem": "",
            "total": None,
        },
    ).tag(sync=True)
