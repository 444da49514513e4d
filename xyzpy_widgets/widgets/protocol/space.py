"""The space editor: what is known of each argument, how each varies, and what is said of it."""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = ["Argument", "Distribution", "Kind", "Row", "RowVerdict", "Spacing", "Verdict"]

Kind = Literal["fixed", "list", "range", "stored", "choices", "distribution", "cases"]
Spacing = Literal["linear", "log"]


class Argument(TypedDict):
    """What is known of one argument before anything is chosen."""

    name: str
    role: Literal["swept", "constant", "resource"]
    type: Literal["float", "int", "bool", "str", "any"]
    kinds: list[Kind]
    choices: list[str]
    units: str
    description: str
    value: str
    stored: int


class Row(TypedDict):
    """How one argument varies, as it was typed."""

    name: str
    kind: Kind
    value: str
    values: str
    start: str
    stop: str
    num: str
    spacing: Spacing
    chosen: list[int]
    distribution: str
    parameters: list[str]


class Distribution(TypedDict):
    """A distribution that a sampler offers."""

    name: str
    label: str
    parameters: list[str]


class RowVerdict(TypedDict):
    """What is to say of one row."""

    problem: str
    note: str
    count: int | None
    places: list[float]
    span: str


class Verdict(TypedDict):
    """What is to say of all that the editor is set to, at one revision of it."""

    revision: int
    rows: dict[str, RowVerdict]
    cases: RowVerdict
    draws: RowVerdict
    problem: str
    total: int | None
