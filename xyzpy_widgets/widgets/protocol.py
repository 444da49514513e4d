"""The values in the traits and the messages of the widgets, as ``src/protocol.ts`` says them, which explains each.

A test compares the names and the types of the two.
"""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = [
    "Argument",
    "Ask",
    "Board",
    "CaseReply",
    "CaseState",
    "CasesReply",
    "Choice",
    "Code",
    "ControlWord",
    "Counted",
    "Current",
    "Dimension",
    "DimensionRole",
    "Distribution",
    "ExportReply",
    "FailedCase",
    "FailureGroup",
    "FailuresReply",
    "FigureReply",
    "Kind",
    "LibraryReply",
    "MapAxis",
    "Named",
    "Picked",
    "Plan",
    "PlotKind",
    "Progress",
    "Proposal",
    "RegionAction",
    "Row",
    "RowVerdict",
    "RunState",
    "Shelf",
    "Spacing",
    "SweepKind",
    "SweepLine",
    "Trial",
    "Verdict",
    "Wishes",
]

Kind = Literal["fixed", "list", "range", "stored", "choices", "distribution", "cases"]
Spacing = Literal["linear", "log"]
Choice = Literal["new", "new_failed", "all"]
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
PlotKind = Literal["line", "scatter", "bar", "heatmap", "hist", "box", "parallel", "table"]
DimensionRole = Literal["x", "y", "color", "row", "col", "slider", "aggregate", "each", "fixed"]
RegionAction = Literal["fill", "refine", "retry", "recompute"]
Counted = Literal["total", "stored", "failed", "new", "stale"]
SweepKind = Literal["harvester", "sampler", "runner", "function"]


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


class Current(TypedDict):
    """A case under way."""

    number: int
    text: str
    seconds: float


class Progress(TypedDict):
    """How far a run is."""

    state: RunState
    total: int
    done: int
    failed: int
    cancelled: int
    running: int
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


class FailedCase(TypedDict):
    """One case that failed."""

    number: int
    text: str
    tries: int
    traceback: str
    output: str
    code: str


class FailureGroup(TypedDict):
    """The cases that failed in one way."""

    id: str
    raised: str
    said: str
    place: str
    count: int
    cases: list[FailedCase]


class CasesReply(TypedDict):
    """Some of the cases behind a count, as a table."""

    columns: list[str]
    rows: list[list[str]]
    offset: int
    total: int


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


class Dimension(TypedDict):
    """A dimension or column on the shelf."""

    name: str
    caption: str
    size: int
    role: DimensionRole
    how: str
    roles: list[DimensionRole]
    labels: list[str]
    position: int


class Shelf(TypedDict):
    """What is drawn, and what else could be."""

    variables: list[str]
    variable: str
    kind: PlotKind
    dimensions: list[Dimension]
    logs: dict[str, bool]
    spread: str | None


class Picked(TypedDict):
    """What is picked out by a box."""

    parts: list[str]
    cases: int
    done: int
    failed: int
    missing: int
    actions: list[RegionAction]


class Proposal(TypedDict):
    """What would run in a region."""

    id: str
    action: RegionAction
    parts: list[str]
    to_run: int
    stored: int
    seconds: tuple[float, float] | None


class LibraryReply(TypedDict):
    """BokehJS, packed with gzip and written in base 64."""

    packed: str


class FigureReply(TypedDict):
    """Bokeh's document, with all patches up to a serial number in it."""

    json: str
    serial: int


class ExportReply(TypedDict):
    """A file to save, its bytes in base 64."""

    name: str
    type: str
    content: str


class FailuresReply(TypedDict):
    """More of the cases of a group of failures."""

    cases: list[FailedCase]


class Ask(TypedDict):
    """From what size on a run asks first."""

    cases: int | None
    seconds: float | None


class SweepLine(TypedDict):
    """One sweep of a kernel, and how its newest run goes."""

    id: str
    name: str
    title: str
    kind: SweepKind
    run: int
    state: RunState
    total: int
    done: int
    failed: int
    cancelled: int
    running: int
    elapsed: float
    left: tuple[float, float] | None
    said: str
    store: str
    path: str
    control_path: str
    key: str


class Board(TypedDict):
    """The sweeps of a kernel."""

    version: str
    serial: int
    hears: bool
    lines: list[SweepLine]
