"""The run monitor: how far a run is, its cases on a map, and the words that steer it."""

from __future__ import annotations

from typing import Literal, TypedDict

from xyzpy_widgets.widgets.protocol.failures import FailedCase

__all__ = ["CaseReply", "CaseState", "ControlWord", "Counts", "Current", "MapAxis", "Named", "Progress", "RunState"]

RunState = Literal[
    "idle",
    "found",
    "queued",
    "running",
    "paused",
    "held",
    "stopping",
    "cancelling",
    "done",
    "stopped",
    "cancelled",
    "failed",
]
CaseState = Literal["missing", "done", "failed", "cancelled", "running", "stale"]
ControlWord = Literal["pause", "resume", "stop", "cancel"]


class Current(TypedDict):
    """A case under way."""

    number: int
    text: str
    seconds: float


class Counts(TypedDict):
    """The cases of a run."""

    total: int
    done: int
    failed: int
    cancelled: int
    elsewhere: int
    running: int


class Progress(Counts):
    """How far a run is."""

    state: RunState
    elapsed: float
    rate: float | None
    left: tuple[float, float] | None
    current: list[Current]
    said: str


class MapAxis(TypedDict):
    """One argument as an axis of the case map."""

    name: str
    units: str
    size: int
    stride: int
    codes: list[int]
    labels: list[str]


class Named(TypedDict):
    """A name and a value."""

    name: str
    text: str


class CaseReply(TypedDict):
    """All that is known of one case."""

    number: int
    state: CaseState
    args: list[Named]
    results: list[Named]
    seconds: float | None
    failure: FailedCase | None
