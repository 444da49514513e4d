"""Hypothesis strategies that several rooms share, and the plain loops that they are held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st

from xyzpy_widgets.core.labels import kind_of
from xyzpy_widgets.core.outcome import Failure, Outcome
from xyzpy_widgets.core.space import Cases, Combos, ParameterSpace

__all__ = [
    "KINDS_OF_LABELS",
    "NAMES",
    "axes",
    "batches",
    "cases_of",
    "combos_of",
    "every_case",
    "outcome",
    "result_values",
    "same",
    "spaces",
]

NAMES = ("a", "b", "fn", "self", "args")
"""Names of arguments, among them those that careless code takes for its own."""

KINDS_OF_LABELS: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(-(2**63), 2**64),
    "numpy int": st.integers(-100, 100).map(np.int8),
    "float": st.floats(-1e6, 1e6, width=32),
    "bool": st.booleans(),
    "str": st.text(max_size=4),
    "complex": st.complex_numbers(max_magnitude=100, width=64),
    "datetime": st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)),  # noqa: DTZ001 - labels have no zone
    "mixed": st.one_of(st.none(), st.integers(2, 9), st.text("xyz", max_size=2)),
}


def axes(max_size: int = 4) -> st.SearchStrategy[list[Any]]:
    """Distinct labels of one kind."""
    kinds = st.sampled_from(list(KINDS_OF_LABELS.values()))
    return kinds.flatmap(lambda kind: st.lists(kind, max_size=max_size, unique=True))


@st.composite
def combos_of(draw: st.DrawFn, names: tuple[str, ...], max_size: int = 4) -> Combos:
    """Combos over some names."""
    return Combos(names, tuple(tuple(draw(axes(max_size))) for _ in names))


@st.composite
def cases_of(draw: st.DrawFn, names: tuple[str, ...], max_size: int = 4) -> Cases:
    """Distinct cases over some names; those of no names are the unit."""
    if not names:
        return Cases()
    pools = [draw(axes(max_size)) or [0] for _ in names]
    rows = draw(st.lists(st.sampled_from(list(product(*pools))), max_size=max_size + 2, unique=True))
    return Cases(names, tuple(tuple(row[i] for row in rows) for i in range(len(names))), len(rows))


@st.composite
def spaces(draw: st.DrawFn, max_size: int = 4) -> ParameterSpace:
    """Cases times combos over up to four arguments."""
    names = draw(st.permutations(NAMES))[:4]
    n_cases, n_combos = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    cases = draw(cases_of(tuple(names[:n_cases]), max_size))
    return ParameterSpace(cases, draw(combos_of(tuple(names[n_cases : n_cases + n_combos]), max_size)))


def every_case(space: ParameterSpace) -> list[dict[str, Any]]:
    """List the points of a space the plain way."""
    cases: list[dict[str, Any]] = [{}]
    if space.cases.names:
        rows = zip(*space.cases.columns, strict=True)
        cases = [dict(zip(space.cases.names, row, strict=True)) for row in rows]
    combos = [dict(zip(space.combos.names, row, strict=True)) for row in product(*space.combos.values)]
    return [{**case, **combo} for case in cases for combo in combos]


def same(found: Any, value: Any) -> bool:
    """Say whether a stored value is the one that came: equal, nan for nan, and of its kind, numbers being one kind."""
    found, value = (one.item() if isinstance(one, np.number) else one for one in (found, value))
    kinds = {kind_of(found), kind_of(value)}
    if len(kinds) > 1 and not kinds <= {"int", "float", "complex"}:
        return False
    return bool(found == value) or bool(found != found and value != value)  # noqa: PLR0124 - nan differs from itself


def outcome(
    numbers: Sequence[int], values: Sequence[Any], failed: Sequence[int] = (), args: Mapping[str, Any] | None = None
) -> Outcome:
    """A batch as the engine makes it; all that failed has these arguments."""
    failures = tuple(Failure(number, dict(args or {}), ValueError("bad")) for number in failed)
    return Outcome(np.array(numbers, dtype=np.intp), list(values), np.zeros(len(values), dtype=np.float32), failures)


@st.composite
def batches(draw: st.DrawFn, numbers: Sequence[int]) -> list[list[int]]:
    """Cut some numbers into batches, in any order."""
    left = draw(st.permutations(list(numbers)))
    found = []
    while left:
        n = draw(st.integers(1, len(left)))
        found.append(left[:n])
        left = left[n:]
    return found


result_values: st.SearchStrategy[Any] = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True),
    st.booleans(),
    st.text(max_size=3),
    st.complex_numbers(allow_nan=False, allow_infinity=False),
    st.none(),
    st.integers(0, 2**40).map(lambda seconds: np.datetime64(seconds, "s")),
    st.floats(width=32).map(np.float32),
    st.integers(-128, 127).map(np.int8),
)
"""What a function may return as one scalar."""
