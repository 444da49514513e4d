"""The board: the sweeps of a kernel, told to every page that listens."""

from __future__ import annotations

from typing import Literal, TypedDict

from xyzpy_widgets.widgets.protocol.run import Counts, RunState

__all__ = ["Board", "SweepKind", "SweepLine"]

SweepKind = Literal["harvester", "sampler", "runner", "function"]


class SweepLine(Counts):
    """One run of a sweep of a kernel, or a sweep without one."""

    id: str
    name: str
    title: str
    kind: SweepKind
    run: int
    state: RunState
    elapsed: float
    left: tuple[float, float] | None
    said: str
    store: str
    path: str
    key: str


class Board(TypedDict):
    """The sweeps of a kernel."""

    version: str
    serial: int
    hears: bool
    lines: list[SweepLine]
