"""The plan in the words of the page."""

from __future__ import annotations

from xyzpy_widgets.core.region import Step
from xyzpy_widgets.execution.progress import duration
from xyzpy_widgets.failures import args_in, told_columns
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.run import Run
from xyzpy_widgets.widgets.case_map import label_text
from xyzpy_widgets.widgets.preferences import Preferences
from xyzpy_widgets.widgets.protocol import Ask, CasesReply, Choice, Counted, Plan, Trial, Wishes
from xyzpy_widgets.widgets.sheet import Sheet

__all__ = [
    "ask_told",
    "cases_reply",
    "choice_of",
    "first_case",
    "plan_told",
    "trial_told",
    "wishes_told",
]

_PAGE = 100


def plan_told(preview: Preview, name: str, wishes: Wishes) -> Plan:
    """Tell a plan under a name, with the wishes that it was made for."""
    seconds = preview.seconds
    return {
        "id": name,
        "wishes": wishes,
        "total": preview.total,
        "stored": preview.stored,
        "failed": preview.failed,
        "new": preview.new,
        "stale": preview.stale,
        "to_run": len(preview.plan),
        "seconds": None if seconds is None else (float(seconds[0]), float(seconds[1])),
        "timings": preview.timings,
        "memory_bytes": preview.memory_bytes,
        "disk_bytes": preview.disk_bytes,
    }


def wishes_told(sheet: Sheet, backend: str) -> Wishes:
    """Tell how a sheet wishes a plan to be carried out."""
    return {
        "choice": sheet.choice,
        "stale": sheet.stale,
        "backend": sheet.backend or backend,
        "workers": sheet.workers,
    }


def ask_told(preferences: Preferences) -> Ask:
    """Tell from what size on a run asks first."""
    return {"cases": preferences.ask_cases, "seconds": preferences.ask_seconds}


def choice_of(step: Step) -> Choice:
    """Return which of the cases of a step are to run."""
    if step.wishes.get("overwrite"):
        return "all"
    return "new_failed" if step.wishes.get("retry_failed") else "new"


def first_case(run: Run) -> str:
    """Write the arguments of the first case of a run."""
    (number,) = run.plan.numbers(0, 1)
    return str(run.plan.point(int(number)))


def trial_told(run: Run, case: str, error: BaseException | None) -> Trial:
    """Tell how the one case came out that was tried."""
    if len(run.failures):
        failure, told = run.failures.iloc[0], told_columns(args_in(run.failures))
        return {"state": "failed", "said": f"{case} raised {failure[told['raised']]}: {failure[told['said']]}"}
    if error is not None:
        return {"state": "failed", "said": f"{type(error).__name__}: {error}"}
    return {"state": "done", "said": f"{case} took {duration(run.progress.elapsed)}."}


def cases_reply(preview: Preview | None, of: Counted, offset: int) -> CasesReply:
    """List some of the cases behind a count."""
    if preview is None:
        return {"columns": [], "rows": [], "offset": offset, "total": 0}
    table = preview.cases(of, offset=offset, limit=_PAGE)
    rows = [[label_text(value) for value in row] for row in table.itertuples(index=False, name=None)]
    total = preview.total if of == "total" else getattr(preview, of)
    return {"columns": [str(name) for name in table.columns], "rows": rows, "offset": offset, "total": total}
