"""Planning: what a sheet would run, judged and counted while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock
from typing import Any

from xyzpy_widgets.errors import SpaceError, XyzError
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.widgets.arguments import Argument
from xyzpy_widgets.widgets.latest import Latest
from xyzpy_widgets.widgets.plan_card import PlanCard
from xyzpy_widgets.widgets.planned import plan_told, wishes_told
from xyzpy_widgets.widgets.sheet import Call, Sheet
from xyzpy_widgets.widgets.space_editor import SpaceEditor
from xyzpy_widgets.widgets.subject import Subject
from xyzpy_widgets.widgets.verdict import has_problem, sentence, verdict_on

__all__ = ["Planning"]

_AT_ONCE = 20_000
"""So many cases are planned while the page waits; more of them beside it."""


class Planning:
    """Plans what a panel is set to, and tells the page.

    Parameters
    ----------
    subject : Subject
    editor : SpaceEditor
        Is told what is wrong, and how many values there are.
    card : PlanCard
        Is told the plan, and the code that does the same.
    guard : RLock
        What whoever changes the panel holds.

    Attributes
    ----------
    call : Call or None
        What the sheet says; None while that cannot be meant.
    preview : Preview or None
        What it would run; None while that is not known.
    """

    def __init__(self, subject: Subject, editor: SpaceEditor, card: PlanCard, guard: RLock) -> None:
        self.call: Call | None = None
        self.preview: Preview | None = None
        self._subject, self._editor, self._card, self._guard = subject, editor, card, guard
        self._latest = Latest()
        self._sheet = Sheet()
        self._made = 0

    def tell(self, sheet: Sheet, arguments: Sequence[Argument]) -> None:
        """Judge a sheet, and plan it: at once where that is quick."""
        self.preview = self.call = None
        self._sheet = sheet
        subject = self._subject
        verdict = verdict_on(sheet, arguments, self._editor.revision, sampled=subject.sampled)
        self._editor.tell(verdict=verdict)
        try:
            call = subject.call(sheet, arguments)
        except SpaceError as error:
            return self._refused(str(error) if has_problem(verdict) else "")
        self._card.tell(code={"python": subject.code(call), "magic": subject.line(sheet, arguments)})
        if verdict["problem"]:
            return self._refused(verdict["problem"])
        self.call = call
        if verdict["total"] is not None and verdict["total"] <= _AT_ONCE:
            return self._plan(call)
        self._card.tell(plan=None, reason="")
        return self._latest.ask(lambda: self._plan(call))

    def now(self, sheet: Sheet, arguments: Sequence[Argument]) -> Preview:
        """Return the plan of a sheet that was told, made now where there is none; raise what keeps it from running."""
        if self.preview is not None:
            return self.preview
        call = self._subject.call(sheet, arguments)
        preview = self._subject.preview(call)
        self._planned(call, preview)
        return preview

    def is_current(self, name: object) -> bool:
        """Say whether the plan that stands on the page bears a name."""
        plan: Any = self._card.plan
        return plan is not None and bool(plan["id"] == name)

    def settle(self) -> None:
        """Wait until the plan is that of the sheet."""
        self._latest.settle()

    def _plan(self, call: Call) -> None:
        """Plan, perhaps in another thread; a sheet that has changed meanwhile is planned by who changed it."""
        try:
            preview = self._subject.preview(call)
        except (XyzError, OSError) as error:
            with self._guard:
                if self.call is call:
                    self._refused(str(error))
            return
        with self._guard:
            if self.call is call:
                self._planned(call, preview)

    def _planned(self, call: Call, preview: Preview) -> None:
        self.call, self.preview = call, preview
        self._made += 1
        wishes = wishes_told(self._sheet, self._subject.own_backend)
        self._card.tell(plan=plan_told(preview, str(self._made), wishes), reason="")

    def _refused(self, reason: str) -> None:
        names = (one["name"] for one in self._editor.arguments)
        self._card.tell(plan=None, reason=sentence(reason, *names) if reason else "")
