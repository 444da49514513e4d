"""One harvest: what is asked for, read against what is stored, and which of it runs. Pure; nothing is run here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.labels import bare, kind_of
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import Combos, ParameterSpace
from xyzpy_widgets.errors import OptionError
from xyzpy_widgets.job import as_space, with_constants
from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.coverage import STALE
from xyzpy_widgets.labelling.ledger import Labelled

__all__ = ["Asked", "Wishes", "as_on_conflict", "as_wishes", "asked_told", "chosen", "read_asked"]

_MOST_VALUES = 10_000
"""A space that takes more values to tell is not remembered: the record would cost more than what it is good for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a harvest is asked for, as people write it."""

    combos: Any
    cases: Any = None
    fn_args: Any = None
    constants: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which cases are to run, and what is to be done with their results."""

    on_conflict: OnConflict = "raise"
    sync: bool = True
    missing_only: bool = False
    retry_failed: bool | None = None
    stale: bool = False

    @property
    def selective(self) -> bool:
        """Whether only some of the cases are to run, by their states."""
        return self.missing_only or bool(self.retry_failed) or self.stale

    @property
    def failed_too(self) -> bool:
        """Whether cases that failed run: without a wish they do where those that are not done run."""
        return self.missing_only if self.retry_failed is None else self.retry_failed


_WISHES = ("sync", "missing_only", "stale")


def as_wishes(given: Mapping[str, Any]) -> tuple[Wishes, dict[str, Any]]:
    """Read wishes among the keywords of a call; return the others beside them. Raises `OptionError`."""
    rest = dict(given)
    on_conflict = as_on_conflict(rest.pop("overwrite", None))
    retry = rest.pop("retry_failed", None)
    wishes = {name: bool(rest.pop(name)) for name in _WISHES if name in rest}
    return Wishes(on_conflict, retry_failed=None if retry is None else bool(retry), **wishes), rest


def as_on_conflict(overwrite: Any) -> OnConflict:
    """Read ``overwrite``; raise `OptionError` for anything but None, True and False."""
    if overwrite is None:
        return "raise"
    if not isinstance(overwrite, (bool, np.bool_)):
        msg = f"overwrite={overwrite!r}; choose None (raise on a conflict), True (the new win) or False (the old win)"
        raise OptionError(msg)
    return "replace" if overwrite else "keep"


def read_asked(asked: Asked, spec: FunctionSpec, old: Labelled | None) -> tuple[FunctionSpec, ParameterSpace]:
    """Read what is asked for; an argument that is a stored dimension is swept, be it over one value."""
    stored = {} if old is None else {arg: old.labels(arg) for arg in old.args}
    spec = with_constants(spec, asked.constants)
    space = as_space(asked.combos, asked.cases, asked.fn_args, spec, stored)
    fixed = spec.effective(space.names)
    single = {arg: fixed[arg] for arg in stored if arg not in space.names and arg in fixed}
    if single:
        spec = replace(spec, constants={name: value for name, value in spec.constants.items() if name not in single})
        values = (*space.combos.values, *((value,) for value in single.values()))
        space = ParameterSpace(space.cases, Combos((*space.combos.names, *single), values))
    return spec, space.labelled()


def asked_told(space: ParameterSpace, constants: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Tell what is asked for as plain values, to be remembered: combos, cases and constants by their names.

    Returns None for what is too large for that, and for constants that are no labels.
    """
    fixed = dict(constants or {})
    values = sum(map(len, space.combos.values)) + len(space.cases) * len(space.cases.names)
    if values > _MOST_VALUES or any(kind_of(value) is None for value in fixed.values()):
        return None
    return {
        "combos": dict(zip(space.combos.names, map(_plain, space.combos.values), strict=True)),
        "cases": dict(zip(space.cases.names, map(_plain, space.cases.columns), strict=True)),
        "constants": {name: bare(value) for name, value in fixed.items()},
    }


def _plain(labels: Sequence[Any]) -> list[Any]:
    """Return labels with numpy's numbers as plain ones, and so what is of a class of its own."""
    classes = set(map(type, labels))
    numbers = {cls for cls in classes if issubclass(cls, (np.bool_, np.number))} - {np.timedelta64}
    if numbers == classes and len(classes) == 1:  # the quick way of a linspace
        plain: list[Any] = np.array(labels).tolist()
        return plain
    return [label.item() if type(label) in numbers else bare(label) for label in labels]


def chosen(space: ParameterSpace, states: NDArray[np.int8] | None, wishes: Wishes) -> Plan:
    """Plan what is asked for, without what is there, except for what is wished to run again.

    ``states`` are those of the points (see `states_of`); None where nothing is stored.
    """
    plan = Plan(space)
    if not wishes.selective:
        return plan
    if states is None:
        return plan if wishes.missing_only else plan.without(np.ones(len(space), dtype=bool))
    left = np.ones(len(space), dtype=bool)
    if wishes.missing_only:
        left &= states != Status.MISSING
    if wishes.failed_too:
        left &= states != Status.FAILED
    if wishes.stale:
        left &= states != STALE
    return plan.without(left)
