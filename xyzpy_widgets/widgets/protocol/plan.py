"""The plan card: what would run, how it is to be carried out, and the cases behind its counts."""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = ["Ask", "CasesReply", "Choice", "Code", "Counted", "Plan", "Trial", "Wishes"]

Choice = Literal["new", "new_failed", "all"]
Counted = Literal["total", "stored", "failed", "new", "stale"]


class Wishes(TypedDict):
    """How a plan is to be carried out."""

    choice: Choice
    stale: bool
    backend: str
    workers: int | None


class Plan(TypedDict):
    """What would run."""

    id: str
    wishes: Wishes
    total: int
    stored: int
    failed: int
    new: int
    stale: int | None
    to_run: int
    seconds: tuple[float, float] | None
    timings: int
    memory_bytes: int | None
    disk_bytes: int | None


class Trial(TypedDict):
    """The one case that is tried before the others."""

    state: Literal["none", "running", "done", "failed"]
    said: str


class Code(TypedDict):
    """Code that does what the panel is set to do."""

    python: str
    magic: str


class CasesReply(TypedDict):
    """Some of the cases behind a count, as a table."""

    columns: list[str]
    rows: list[list[str]]
    offset: int
    total: int


class Ask(TypedDict):
    """From what size on a run asks first."""

    cases: int | None
    seconds: float | None
