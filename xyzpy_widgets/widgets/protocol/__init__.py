"""The values in the traits and the messages of the widgets, as ``src/protocol/`` says them, which explains each.

A test compares the names and the types of the two.
"""

from xyzpy_widgets.widgets.protocol.board import Board, SweepKind, SweepLine
from xyzpy_widgets.widgets.protocol.explorer import (
    Dimension,
    DimensionRole,
    ExportReply,
    Picked,
    PlotKind,
    Proposal,
    RegionAction,
    Shelf,
    ViewCodes,
)
from xyzpy_widgets.widgets.protocol.failures import FailedCase, FailureGroup, FailuresReply
from xyzpy_widgets.widgets.protocol.figure import FigureReply, LibraryReply
from xyzpy_widgets.widgets.protocol.plan import Ask, CasesReply, Choice, Code, Counted, Plan, Trial, Wishes
from xyzpy_widgets.widgets.protocol.run import (
    CaseReply,
    CaseState,
    ControlWord,
    Counts,
    Current,
    MapAxis,
    Named,
    Progress,
    RunState,
)
from xyzpy_widgets.widgets.protocol.space import Argument, Distribution, Kind, Row, RowVerdict, Spacing, Verdict

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
    "Counts",
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
    "ViewCodes",
    "Wishes",
]
