"""The panel: choose, see the plan, run, watch, mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from threading import RLock
from typing import Any
from uuid import uuid4

import ipywidgets
from IPython.core.getipython import get_ipython

from xyzpy_widgets.errors import SpaceError, XyzError
from xyzpy_widgets.execution.progress import Progress
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.run import Run
from xyzpy_widgets.runner import Runner, as_runner
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.widgets.answers import answering
from xyzpy_widgets.widgets.draws import DISTRIBUTIONS, OWN
from xyzpy_widgets.widgets.failures import Failures
from xyzpy_widgets.widgets.latest import Latest
from xyzpy_widgets.widgets.plan_card import PlanCard
from xyzpy_widgets.widgets.planned import cases_reply, plan_told
from xyzpy_widgets.widgets.route import heard_while_busy
from xyzpy_widgets.widgets.rows import Row
from xyzpy_widgets.widgets.run_monitor import RunMonitor
from xyzpy_widgets.widgets.sheet import Call, Sheet, with_combos
from xyzpy_widgets.widgets.source import name_in, source_of
from xyzpy_widgets.widgets.space_editor import SpaceEditor
from xyzpy_widgets.widgets.still import bundle
from xyzpy_widgets.widgets.subject import Subject
from xyzpy_widgets.widgets.verdict import verdict_on
from xyzpy_widgets.widgets.watching import Watching

__all__ = ["Panel"]

_AT_ONCE = 20_000
"""So many cases are planned while the page waits; more of them beside it."""


class Panel(ipywidgets.VBox):
    """A panel of a function: its space, the plan, the run and what failed.

    Parameters
    ----------
    target : Harvester, Runner, Sampler or callable
        What runs; a plain function is taken as a Runner whose results name their own outputs.

    Attributes
    ----------
    editor, card, monitor, failed : widgets
        The parts, which may be shown elsewhere one by one.

    Examples
    --------
    >>> import xyzpy_widgets as xyz
    >>> panel = xyz.Harvester(xyz.Runner(lambda a, b: a * b, "product")).panel()
    >>> panel.space = {"a": [1, 2], "b": [3, 4, 5]}
    >>> panel.plan.new
    6
    >>> panel.start().result()["product"].sizes["b"]
    3
    """

    def __init__(self, target: Harvester | Runner | Sampler | Callable[..., Any]) -> None:
        subject = Subject(target if isinstance(target, (Harvester, Runner, Sampler)) else as_runner(target))
        name = uuid4().hex
        self._subject = subject
        self._guard = RLock()
        self._latest = Latest()
        self._arguments = subject.arguments()
        self._sheet = subject.first_sheet()
        self._preview: Preview | None = None
        self._call: Call | None = None
        self._plans = 0
        self._telling = False
        self.editor = SpaceEditor(panel=name, sampled=subject.sampled, distributions=_distributions(subject))
        self.card = PlanCard(panel=name, title=subject.title, store=subject.place, backends=subject.backends)
        self._watching = Watching(subject, name, self._retry, self._go_on)
        self.monitor, self.failed = self._watching.monitor, self._watching.failed
        for widget in (self.editor, self.card):
            heard_while_busy(widget)
        answering(self.card, {"cases": self._cases})
        self.card.on_msg(lambda _widget, content, _buffers: self._heard(content))
        self.editor.observe(self._edited, "revision")
        self.card.observe(self._wished, "wishes")
        super().__init__(self._laid_out(), layout=ipywidgets.Layout(width="100%"))
        self._watching.found()
        self._show()
        self._tell()
