"""A figure in step with its views on pages: as JSON, and as patches in both directions.

The messages are those of Bokeh's own server: the document as JSON, then patches of it, with the large arrays beside
them as bytes.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from xyzpy_widgets.views.filling import Filling
from xyzpy_widgets.views.inline import apart
from xyzpy_widgets.views.patching import Shown
from xyzpy_widgets.views.picture import picture
from xyzpy_widgets.views.scales import factor_places

__all__ = ["WRAPS", "Box", "FigureDocument", "Patch", "bokeh_version"]

T = TypeVar("T")

WRAPS = "wraps"
"""The tag of a grid whose panels may stand in other rows, as a view has room."""
_SIDES = ("left", "right", "top", "bottom")


def bokeh_version() -> str:
    """Return the version of Bokeh."""
    import bokeh

    return str(bokeh.__version__)


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A change of a figure.

    Attributes
    ----------
    content : str
        The events, as JSON.
    ids : list of str
        The names by which the events refer to the buffers.
    buffers : list of bytes
    origin : str
        The view where the change was made, and which needs not be told; may be empty.
    serial : int
        Counts the patches of a figure, also from one figure to the next.
    """

    content: str
    ids: list[str]
    buffers: list[bytes]
    origin: str
    serial: int


@dataclass(frozen=True, slots=True)
class Box:
    """A box that was drawn on a panel.

    Attributes
    ----------
    panel : int
        The panel, counted from 0 in the order in which they are drawn.
    x, y : (float, float)
        From where to where, as numbers along the axes: milliseconds since 1970 for times.
        Infinite ends lie at the ends of the panel.
    names : dict of str to tuple of str
        On an axis of texts, ``x`` or ``y``, those that lie in the box.
    """

    panel: int
    x: tuple[float, float]
    y: tuple[float, float]
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class FigureDocument:
    """A figure that can be drawn by any number of views, and follows what is done in them.

    Parameters
    ----------
    send : callable
        Called with each `Patch`, from whichever thread changed the figure.
    chosen : callable
        Called with each `Box` that is drawn.
    """

    def __init__(self, send: Callable[[Patch], None], chosen: Callable[[Box], None]) -> None:
        self._send, self._chosen = send, chosen
        self._lock = threading.RLock()
        self._document: Any = None
        self._shown: Shown | None = None
        self._filling: Filling | None = None
        self._collected: list[Any] | None = None
        self._serial = 0
        self._figures: list[Any] = []
        self._tools: list[Any] = []
        self.title = ""

    @property
    def root(self) -> Any:
        """The figure, or the grid of figures; None before the first."""
        return None if self._shown is None else self._shown.root

    def show(self, drawn: Any, *, wraps: bool = False, filling: Filling | None = None) -> bool:
        """Show what holoviews draws; say whether the figure is a new one, which views must fetch.

        With ``wraps``, several panels may stand in as many rows as the width of a view makes of them. A filling that
        is what the figures were drawn from lets them be filled with others.
        """
        import holoviews as hv

        title, root = apart(hv.render(drawn, backend="bokeh"))
        if getattr(root, "frame_width", 0) is None:
            root.update(sizing_mode="stretch_width", width=None)  # one figure alone is as wide as the page lets it be
        root.tags = [WRAPS] if wraps else []
        with self._lock:
            shown = self._shown
            new = shown is None or title != self.title or not self._at_once(lambda: shown.bring_to(root))
            if new:
                self._replace(root)
                self.title = title
            self._filling = filling if filling is not None and filling.is_in(self._figures) else None
            return new

    def fill(self, filling: Filling | None) -> bool:
        """Fill the figure with other values; False, with nothing changed, where it must be drawn for that."""
        with self._lock:
            shown, before = self._shown, self._filling
            if shown is None or filling is None or before is None or filling.frame != before.frame:
                return False
            self._filling = filling
            self._at_once(lambda: filling.fill(shown, self._figures))
            return True

    def _at_once(self, change: Callable[[], T]) -> T:
        """Change the figure, and tell the views in one patch."""
        self._collected = []
        try:
            return change()
        finally:
            events, self._collected = self._collected, None
            if events:
                self._publish(events, "")

    def _replace(self, root: Any) -> None:
        from bokeh.document import Document
        from bokeh.models import Plot, ToolProxy

        before, self._shown = self._shown, Shown(root)
        if before is not None:
            self._shown.zoom_like(before)
            self._document.remove_on_change(self)
            self._document.clear()
        self._figures = [root] if isinstance(root, Plot) else [child[0] for child in root.children]
        self._tools = tools = [_with_box(figure, number, self._drawn) for number, figure in enumerate(self._figures)]
        if not isinstance(root, Plot):
            root.toolbar.tools = [*root.toolbar.tools, ToolProxy(tools=tools)]
            root.toolbar.active_drag = root.toolbar.tools[-1]
        self._document = Document()
        self._document.add_root(root)
        self._document.on_change_dispatch_to(self)

    def draw_boxes(self, boxes: Iterable[Box]) -> None:
        """Draw boxes as if a reader had drawn them, and take away all others."""
        with self._lock:
            self._clear_boxes()
            for box in boxes:
                overlay = self._tools[box.panel].overlay
                overlay.update(**dict.fromkeys(_SIDES, math.nan))  # sides that are the same again would not be sent
                overlay.update(visible=True, **_sides(self._figures[box.panel], box))

    def _clear_boxes(self, but: int | None = None) -> None:
        """Take away the boxes that were drawn, those of one panel excepted."""
        for number, tool in enumerate(self._tools):
            if number != but:
                tool.overlay.visible = True  # a view does not tell that it shows one: what is hidden twice is not sent
                tool.overlay.visible = False

    def _drawn(self, box: Box) -> None:
        """Keep one box at a time."""
        with self._lock:
            self._clear_boxes(but=box.panel)
        self._chosen(box)

    def to_json(self) -> tuple[str, int]:
        """Return the figure as it is now, as JSON, and the number of the last patch in it; nothing before the first."""
        from bokeh.core.json_encoder import serialize_json

        with self._lock:
            if self._document is None:
                return "", self._serial
            return str(serialize_json(self._document.to_json(deferred=False))), self._serial

    def picture(self, title: str = "") -> str:
        """Return a still picture of the figure as an SVG document, under a title; empty where there is none."""
        with self._lock:
            return (picture(self.root, title) or "") if self.root is not None else ""

    def apply(self, content: str, origin: str) -> None:
        """Do what was done in a view."""
        with self._lock:
            if self._document is not None:
                self._document.apply_json_patch(json.loads(content), setter=origin)

    def _document_patched(self, event: Any) -> None:
        """Tell the views of a change; called by Bokeh."""
        if self._collected is not None:
            self._collected.append(event)
            return
        self._publish([event], event.setter if isinstance(event.setter, str) else "")

    def _publish(self, events: list[Any], origin: str) -> None:
        from bokeh.protocol import Protocol

        message: Any = Protocol().create("PATCH-DOC", events)
        buffers = list(message.buffers)
        ids, parts = [str(one.id) for one in buffers], [bytes(one.to_bytes()) for one in buffers]
        self._serial += 1
        self._send(Patch(message.content_json, ids, parts, origin, self._serial))


def _with_box(figure: Any, number: int, chosen: Callable[[Box], None]) -> Any:
    """Give a figure a tool that draws a box, which tells what it encloses and fades nothing; return the tool."""
    from bokeh.events import SelectionGeometry
    from bokeh.models import BoxSelectTool

    tool = BoxSelectTool(renderers=[], persistent=True)
    tool.overlay.fill_alpha = 0.2  # what lies in it is still to be seen
    figure.add_tools(tool)

    def heard(event: Any) -> None:
        geometry: Mapping[str, Any] = event.geometry or {}
        if not event.final or geometry.get("type") != "rect":
            return
        x, y = (sorted((float(geometry[f"{axis}0"]), float(geometry[f"{axis}1"]))) for axis in "xy")
        ranges = {"x": (figure.x_range, x), "y": (figure.y_range, y)}
        names = {axis: _names(one.factors, *ends) for axis, (one, ends) in ranges.items() if hasattr(one, "factors")}
        chosen(Box(number, (x[0], x[1]), (y[0], y[1]), names))

    figure.on_event(SelectionGeometry, heard)
    figure.toolbar.active_drag = tool
    return tool


def _names(factors: Iterable[Any], low: float, high: float) -> tuple[str, ...]:
    """Return the texts that lie between two places of an axis, of nested ones the outer; else the nearest."""
    places = factor_places(list(factors))
    inside = [factor for factor, place in places.items() if low <= place <= high]
    nearest = sorted(places, key=lambda factor: abs(places[factor] - (low + high) / 2))[:1]
    texts = [str(factor[0] if isinstance(factor, tuple) else factor) for factor in inside or nearest]
    return tuple(dict.fromkeys(texts))


def _sides(figure: Any, box: Box) -> dict[str, Any]:
    """Return where the sides of a box lie on a figure: numbers along its axes, or the ends of its frame."""
    from bokeh.models.nodes import Node

    found: dict[str, Any] = {}
    for axis, given, sides in (("x", box.x, ("left", "right")), ("y", box.y, ("bottom", "top"))):
        ends = given
        bounds = getattr(figure, f"{axis}_range")
        if hasattr(bounds, "factors"):
            places = [
                place
                for factor, place in factor_places(bounds.factors).items()
                if str(factor[0] if isinstance(factor, tuple) else factor) in box.names.get(axis, ())
            ]
            ends = (min(places) - 0.5, max(places) + 0.5) if places else (-math.inf, math.inf)
        for end, side in zip(ends, sides, strict=True):
            found[side] = end if math.isfinite(end) else Node(target="frame", symbol=side)
    return found
