"""`Job`: what is asked for, read and checked, before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.cost import CostModel
from xyzpy_widgets.core.forms import as_cases, as_combos
from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.outcome import Outcome, Status
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.execution.control import Control
from xyzpy_widgets.execution.engine import execute
from xyzpy_widgets.execution.options import RunOptions
from xyzpy_widgets.labelling.extent import Extent

__all__ = ["Builder", "Job", "Known", "Sink", "as_space", "in_order", "standing_of", "with_constants"]

_BLOCK = 2**20


class Sink(Protocol):
    """What outcomes are placed in."""

    def add(self, outcome: Outcome) -> None:
        """Place a batch; what raises ends the run before the rest is computed."""


class Builder(Sink, Protocol):
    """A sink that makes something of what was placed."""

    def build(self) -> Any:
        """Return what it makes; one that keeps what was placed in a file does so here."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the points of a plan before it runs.

    Attributes
    ----------
    states : ndarray of int8 or None
        The state of each point of the space, see `states_of`; None where nothing is stored.
    extent : Extent or None
        How large the data becomes; None where its outputs are not known.
    file_bytes : int or None
        The size of the file now, 0 where it is yet to be made; None where there is to be none.
    """

    states: NDArray[np.int8] | None = None
    extent: Extent | None = None
    file_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What would run, and what becomes of it; making one runs nothing.

    Attributes
    ----------
    spec : FunctionSpec
        What is called.
    plan : Plan
        For which points, in which order.
    options : RunOptions
        Where and how.
    begin : callable
        Opens what the outcomes are placed in; it raises what would keep them from it. Its ``build`` is called at the
        end of the run, however that came.
    cost : CostModel or None
        How long cases take; None where none is timed.
    known : callable
        Returns what is known beforehand.
    carry : callable
        Carries the plan out; `execute`, or what shares the plan with other runs.
    elsewhere : callable
        Returns the points of the plan that other runs have brought to an end, each with its `Status`.
    sweep : Runner, Harvester, Sampler or None
        Who asks for it; None for a call of a plain function.
    """

    spec: FunctionSpec
    plan: Plan
    options: RunOptions
    begin: Callable[[], Builder]
    cost: CostModel | None = None
    known: Callable[[], Known] = Known
    carry: Callable[[Plan, FunctionSpec, RunOptions, Control], Generator[Outcome]] = execute
    elsewhere: Callable[[], Mapping[int, int]] = dict
    sweep: Any = None

    @property
    def in_turn(self) -> Plan:
        """The plan in the order in which it runs."""
        return self.plan if self.options.seed is None else self.plan.shuffled(self.options.seed)


def in_order(plan: Plan, options: RunOptions, cost: CostModel | None) -> Plan:
    """Return the plan with the cases first that are expected to take longest, where that is wished and known."""
    if cost is None or options.order != "longest":
        return plan
    order = np.argsort(-cost.expected(plan), kind="stable")
    return replace(plan, todo=order if plan.todo is None else plan.todo[:][order])


def standing_of(plan: Plan, states: NDArray[np.int8] | None) -> NDArray[np.uint8]:
    """Return the states of the points of a space that a plan does not come to; those that it comes to are missing."""
    standing = np.zeros(len(plan.space), dtype=np.uint8) if states is None else states.astype(np.uint8)
    for start in range(0, len(plan), _BLOCK):
        numbers = plan.numbers(start, min(start + _BLOCK, len(plan)))
        standing[np.asarray(numbers, dtype=np.intp)] = Status.MISSING
    return standing


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
