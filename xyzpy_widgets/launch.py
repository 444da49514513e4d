"""Carrying jobs out: in a thread of their own, or in that of the caller, who looks at a bar."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Thread
from typing import Any

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.doors import open_door
from xyzpy_widgets.execution.engine import check_sending
from xyzpy_widgets.execution.options import as_run_options
from xyzpy_widgets.execution.progress import Display, ProgressBar
from xyzpy_widgets.job import Builder, Job
from xyzpy_widgets.registry import in_kernel
from xyzpy_widgets.run import Run

__all__ = ["built", "carried_out", "submitted"]


def submitted(job: Job) -> Run:
    """Carry a job out in a thread of its own, and return its handle at once; what cannot run there is refused here."""
    check_sending(job.plan, job.spec, job.options)
    run = Run(job, holds=True)
    Thread(target=run.carry_out, name=f"xyzpy_widgets-run-{run.number}", daemon=True).start()
    return run


def carried_out(job: Job) -> Any:
    """Carry a job out in this thread, where Ctrl-C reaches it, with a display; return what it gives, or raise."""
    run = Run(job, holds=False)
    display = _display(run) if job.options.verbosity else None
    try:
        if display is not None:
            run.listen(display)
        run.carry_out()
    finally:
        if display is not None:
            display.close()
    try:
        return run.result()
    finally:
        del run  # else what it raises would hold itself, through its traceback


def built(space: ParameterSpace, spec: FunctionSpec, builder: Builder, settings: Mapping[str, Any]) -> Any:
    """Run a whole space into a builder and return what it makes; raise what ended the run early."""
    options = as_run_options(**settings)
    return carried_out(Job(spec, Plan(space), options, lambda: builder))


def _display(run: Run) -> Display:
    """Show a run as a monitor in a notebook, as a bar elsewhere."""
    if not in_kernel():
        return ProgressBar(run.plan, run.options.verbosity)
    monitor: Display = open_door("monitor")(run)
    return monitor
