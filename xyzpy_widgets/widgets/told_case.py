"""One case as the page shows it: its arguments, what came of it, how long it took, and why it failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.labels import short, shown
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.labelling.coverage import STALE
from xyzpy_widgets.labelling.ledger import Labelled
from xyzpy_widgets.run import RUNNING, Run
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.widgets.case_map import units_of
from xyzpy_widgets.widgets.protocol import CaseReply, CaseState, FailedCase, Named

__all__ = ["STATES", "CaseTeller"]

STATES: dict[int, CaseState] = {
    Status.MISSING: "missing",
    Status.DONE: "done",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
    RUNNING: "running",
    STALE: "stale",
}
"""The word for each code of a state."""


@dataclass(frozen=True, slots=True)
class CaseTeller:
    """Tells of single cases.

    Attributes
    ----------
    plan : Plan
        What numbers the cases.
    spec : FunctionSpec
        What they call.
    target : Harvester, Runner, Sampler or None
        What keeps their results.
    run : Run or None
        What they are run by; what it has finished comes before what is kept, which may be older.
    """

    plan: Plan
    spec: FunctionSpec
    target: Any
    run: Run | None

    def case(self, number: int, code: int, failure: Callable[[Mapping[str, Any]], FailedCase | None]) -> CaseReply:
        """Tell of one case, whose state has this code; ``failure`` finds how a case failed by its arguments."""
        args = self.plan.point(number).args
        state, units = STATES.get(code, "missing"), units_of(self.spec)
        results, seconds = self._outcome(number, args) if state in {"done", "stale"} else ([], None)
        return {
            "number": number,
            "state": state,
            "args": [{"name": name, "text": _with(units.get(name), value)} for name, value in args.items()],
            "results": results,
            "seconds": seconds,
            "failure": failure(args) if state == "failed" else None,
        }

    def _outcome(self, number: int, args: Mapping[str, Any]) -> tuple[list[Named], float | None]:
        """Return the outputs of a case that is done, and how long it took."""
        args = {**(self.spec if self.run is None else self.run.spec).constants, **args}
        part = self.run.so_far() if self.run is not None and self.run.states[number] == Status.DONE else None
        found = _found(part, args) if isinstance(part, Labelled) else None
        found = found or _found(_kept(self.target), args)
        return found or ([], None)


def _kept(target: Any) -> Labelled | None:
    """Return what a target holds, and what is known of each case of it."""
    if isinstance(target, Harvester):
        full = target.full_ds
        known = {} if full is None else {"status": target.status, "seconds": target.timings}
        return None if full is None else Labelled(full, xr.Dataset(known))
    return target.last if isinstance(target, Runner) else None


def _found(kept: Labelled | None, args: Mapping[str, Any]) -> tuple[list[Named], float | None] | None:
    """Return the outputs and the seconds of a case, None where they are not there."""
    if kept is None:
        return None
    with suppress(KeyError, ValueError):
        known = kept.ledger.sel({name: value for name, value in args.items() if name in kept.ledger.dims})
        if known["status"].ndim == 0 and int(known["status"]) == Status.DONE:
            data = kept.data.sel({name: value for name, value in args.items() if name in kept.data.dims})
            seconds = float(known["seconds"])
            results: list[Named] = [{"name": str(name), "text": _told(one)} for name, one in data.data_vars.items()]
            return results, seconds if np.isfinite(seconds) else None
    return None


def _with(units: str | None, value: Any) -> str:
    return f"{shown(value)} {units}" if units else shown(value)


def _told(value: xr.DataArray) -> str:
    text = short(value.item()) if value.ndim == 0 else f"{value.dtype} of shape {value.shape}"
    units = str(value.attrs.get("units", ""))
    return f"{text} {units}" if units and value.ndim == 0 else text
