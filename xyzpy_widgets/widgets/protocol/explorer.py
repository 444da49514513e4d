"""The explorer: the shelf, what is picked out, what is proposed for it, and files."""

from __future__ import annotations

from typing import TypedDict

from xyzpy_widgets.core.region import RegionAction
from xyzpy_widgets.views.roles import DimensionRole
from xyzpy_widgets.views.spec import PlotKind

__all__ = [
    "Dimension",
    "DimensionRole",
    "ExportReply",
    "Picked",
    "PlotKind",
    "Proposal",
    "RegionAction",
    "Shelf",
    "ViewCodes",
]


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
    own: bool


class ViewCodes(TypedDict):
    """A view as Python."""

    plot: str
    hvplot: str
    explore: str


class ExportReply(TypedDict):
    """A file to save, its bytes in base 64."""

    name: str
    type: str
    content: str
