"""One run: a plan is carried out and its outcomes are placed, whatever form the results take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import pandas as pd
import xarray as xr

from xyzpy_widgets.core.forms import as_cases, as_combos
from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.outcome import Outcome, RunReport
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.execution.engine import execute
from xyzpy_widgets.execution.options import RunOptions, as_run_options
from xyzpy_widgets.execution.progress import ProgressBar

Data = TypeVar("Data", xr.Dataset, pd.DataFrame)

__all__ = ["Builder", "Sink", "as_space", "built", "carry_out", "needed", "with_constants"]


class Sink(Protocol):
    """What outcomes are placed in."""

    def add(self, outcome: Outcome) -> None:
        """Place a batch."""


class Builder(Sink, Protocol):
    """A sink that makes something of what was placed."""

    def build(self) -> Any:
        """Return what the outcomes make."""


def carry_out(
    plan: Plan,
    spec: FunctionSpec,
    options: RunOptions,
    sink: Sink,
    on_first: Callable[[], None] | None = None,
) -> RunReport:
    """Carry out a plan into a sink.

    Parameters
    ----------
    plan : Plan
    spec : FunctionSpec
    options : RunOptions
    sink : Sink
    on_first : callable, optional
        Called once the first results are placed: what it raises ends the run before the rest is computed.

    Returns
    -------
    RunReport
        With what ended the run early, if anything did: the caller keeps the results, then raises it.
    """
    done, failed, error = 0, 0, None
    plan = plan if options.seed is None else plan.shuffled(options.seed)
    with ProgressBar(plan, options.verbosity) as bar, closing(execute(plan, spec, options)) as outcomes:
        try:
            for outcome in outcomes:
                sink.add(outcome)
                if not done and outcome.values and on_first is not None:
                    on_first()
                done, failed = done + len(outcome.values), failed + len(outcome.failures)
                bar.add(outcome)
                if outcome.failures and options.on_error == "raise" and error is None:
                    error = outcome.failures[0].exception
        except BaseException as stopped:  # noqa: BLE001 - handed to the caller, who keeps the results and raises it
            error = stopped
    return RunReport(done, failed, error)


def built(space: ParameterSpace, spec: FunctionSpec, builder: Builder, settings: Mapping[str, Any]) -> Any:
    """Run a whole space into a builder and return what it makes; raise what ended the run early."""
    report = carry_out(Plan(space), spec, as_run_options(**settings), builder)
    if report.error is not None:
        raise report.error
    return builder.build()


def as_space(
    combos: Any,
    cases: Any,
    fn_args: str | Sequence[str] | None,
    spec: FunctionSpec,
    stored: Mapping[str, Iterable[Any]] | None = None,
) -> ParameterSpace:
    """Read combos and cases, and check that the function can be called with them."""
    given = as_combos(combos, stored)
    remaining = [name for name in spec.fn_args if name not in spec.fixed and name not in given.names]
    space = ParameterSpace(as_cases(cases, fn_args, remaining), given)
    if len(space):
        spec.check_call(space.names)
    return space


def with_constants(spec: FunctionSpec, constants: Mapping[str, Any] | None) -> FunctionSpec:
    """Return the description with the constants of one call added."""
    return replace(spec, constants={**spec.constants, **dict(constants)}) if constants else spec


def needed(data: Data | None, remedy: str) -> Data:
    """Return the data that a view is of; raise `ViewError` where there is none yet."""
    if data is None:
        msg = f"there is no data to draw yet; call {remedy} first"
        raise ViewError(msg)
    return data
