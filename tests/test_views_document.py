"""A shown figure follows new data by changes alone, and ends where a fresh one would be."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import holoviews as hv
import numpy as np
import pytest
import xarray as xr
from bokeh.model import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.document import Box, FigureDocument, Patch
from xyzpy_widgets.views.filling import filling_of
from xyzpy_widgets.views.inline import apart, packed_library
from xyzpy_widgets.views.plots import draw, limits_of
from xyzpy_widgets.views.resolve import resolve
from xyzpy_widgets.views.spec import Wishes

KINDS: tuple[dict[str, Any], ...] = (
    {"kind": "heatmap"},
    {"kind": "heatmap", "col": "k"},
    {"kind": "line", "x": "C", "by": "k"},
    {"kind": "line", "x": "g", "col": "k", "aggregate": "C", "spread": "range"},
    {"kind": "scatter", "x": "C"},
    {"kind": "bar", "x": "k"},
    {"kind": "hist"},
    {"kind": "box", "x": "k"},
    {"kind": "parallel"},
)


def data(scale: float = 1.0) -> xr.DataArray:
    """Values over two numbers and a text."""
    labels: dict[str, Any] = {"C": [0.1, 1.0, 10.0], "g": [1, 2, 4], "k": ["p", "q"]}
    return xr.DataArray(scale * np.arange(1.0, 19).reshape(3, 3, 2) ** 2, labels, list(labels), name="z")


class Views:
    """What the views of a document are told."""

    def __init__(self) -> None:
        self.patches: list[Patch] = []
        self.boxes: list[Box] = []
        self.document = FigureDocument(self.patches.append, self.boxes.append)

    def figure(self, number: int = 0) -> Any:
        """One of the figures."""
        root = self.document.root
        return root if hasattr(root, "renderers") else root.children[number][0]

    def do(self, *events: dict[str, Any]) -> None:
        """Do something in a view."""
        self.document.apply(json.dumps({"events": list(events)}), "view")

    def box(self, figure: Any, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Draw a box in a view."""
        sides = {"type": "rect", "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1]}
        geometry = {"type": "map", "entries": list(sides.items())}
        entries = [["model", {"id": figure.id}], ["geometry", geometry], ["final", True]]
        event = {"type": "event", "name": "selectiongeometry", "values": {"type": "map", "entries": entries}}
        self.do({"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event})


def told(root: Any) -> list[Any]:
    """All that a figure says, without the names of its parts and what belongs to the reader."""
    own = {"toolbar", "subscribed_events", "js_event_callbacks", "sizing_mode", "width"}
    own |= {f"{side}_{length}" for side in ("inner", "outer") for length in ("width", "height")}
    names: dict[str, int] = {}

    def plain(value: Any) -> Any:
        if isinstance(value, Model):
            known = value.id in names
            place = names.setdefault(value.id, len(names))
            if known:
                return place
            return [
                place,
                type(value).__name__,
                {name: plain(getattr(value, name)) for name in sorted(value.properties() - own)},
            ]
        if isinstance(value, dict):
            return {str(key): plain(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(one) for one in value]
        if isinstance(value, np.ndarray):
            return [str(value.dtype), *map(repr, value.tolist())]
        transform = getattr(value, "transform", None)
        return [str(getattr(value, "field", "")), plain(transform)] if isinstance(transform, Model) else repr(value)

    return [plain(root)]


@pytest.mark.parametrize("wishes", KINDS, ids=lambda wishes: "-".join(map(str, wishes.values())))
def test_a_figure_brought_to_a_state_says_what_a_fresh_one_says(wishes: dict[str, Any]) -> None:
    """However data come in, the figure at the end equals a fresh plot of them, and it was never replaced."""
    views, view = Views(), resolve(data(), Wishes(**wishes))
    states = xr.ones_like(data(), dtype=int)
    assert views.document.show(draw(data(), view, states))
    partial = data(2.0)
    partial[0, 1:] = np.nan
    assert not views.document.show(draw(partial, view, states.where(partial.notnull(), 0)))
    assert not views.document.show(draw(data(3.0), view, states))
    _, fresh = apart(hv.render(draw(data(3.0), view, states), backend="bokeh"))
    assert told(views.document.root) == told(fresh)


def test_only_what_differs_is_sent() -> None:
    """The same data again send nothing; other values send one patch with the values and the limits of the colours."""
    views, view = Views(), resolve(data(), Wishes(kind="heatmap", col="k"))
    views.document.show(draw(data(), view))
    views.document.show(draw(data(), view))
    assert views.patches == []
    views.document.show(draw(data(2.0), view))
    (patch,) = views.patches
    events = json.loads(patch.content)["events"]
    assert {event["attr"] for event in events} == {"data", "high", "low"}
    assert len(patch.ids) == len(patch.buffers) > 0
    assert (patch.serial, patch.origin) == (1, "")


def test_a_zoom_is_kept() -> None:
    """Data that come in leave a reader where he looks; the button that resets the plot leads to all of them."""
    views, view = Views(), resolve(data(), Wishes(kind="line", x="C", by="g", fixed={"k": "p"}))
    views.document.show(draw(data(), view))
    figure = views.figure()
    views.do({"kind": "ModelChanged", "model": {"id": figure.x_range.id}, "attr": "start", "new": 0.5})
    views.document.show(draw(data(9.0), view))
    assert figure.x_range.start == 0.5
    assert figure.y_range.end > 1000
    views.document.show(draw(data(9.0), resolve(data(), Wishes(kind="line", x="C", by="g", fixed={"k": "q"}))))
    assert views.figure().x_range.start == 0.5


def test_a_figure_of_another_kind_replaces_the_first() -> None:
    """Where the parts differ, views fetch the figure anew, and its zoom is that of the one before."""
    views = Views()
    assert views.document.show(draw(data(), resolve(data(), Wishes(kind="heatmap", col="k"))))
    first = views.document.root
    assert views.document.show(draw(data(), resolve(data(), Wishes(kind="line", x="C", by="k"))))
    assert views.document.root is not first
    json.loads(views.document.to_json()[0])


def test_what_is_done_in_one_view_is_told_the_others() -> None:
    """A pan in one view reaches Python, and goes out with its origin, so that the view itself need not hear of it."""
    views = Views()
    views.document.show(draw(data(), resolve(data(), Wishes(kind="heatmap", fixed={"k": "p"}))))
    changed = {"kind": "ModelChanged", "model": {"id": views.figure().x_range.id}, "attr": "end", "new": 7.0}
    views.do(changed)
    assert views.figure().x_range.end == 7.0
    assert {patch.origin for patch in views.patches} == {"view"}


def test_a_box_is_told_with_its_panel() -> None:
    """A box on the second panel is told as such, also after the figure was replaced; one box is kept at a time."""
    views = Views()
    for kind in ("heatmap", "line"):
        views.document.show(draw(data(), resolve(data(), Wishes(kind=kind, x="C", col="k"))))
        views.box(views.figure(1), (5.0, 0.5), (0.0, 3.0))
        assert views.boxes.pop() == Box(1, (0.5, 5.0), (0.0, 3.0))


def test_a_box_on_an_axis_of_texts_has_their_names() -> None:
    """On an axis of texts a box encloses names; one that encloses none has the nearest."""
    views = Views()
    views.document.show(draw(data(), resolve(data(), Wishes(kind="box", x="k"))))
    views.box(views.figure(), (0.2, 0.9), (0, 100))
    assert dict(views.boxes[-1].names) == {"x": ("p",)}
    views.box(views.figure(), (1.9, 1.95), (0, 100))
    assert dict(views.boxes[-1].names) == {"x": ("q",)}


def test_the_library_is_that_of_bokeh() -> None:
    """BokehJS comes from the installed package, packed to less than half a megabyte."""
    packed = base64.b64decode(packed_library())
    assert packed[:2] == b"\x1f\x8b"
    assert len(packed) < 500_000


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_view_follows_any_other(drawn: st.DataObject) -> None:
    """From any view to any other, with holes anywhere, the figure ends as a fresh one."""
    views = Views()
    for _ in range(3):
        holes = np.array(drawn.draw(st.lists(st.booleans(), min_size=18, max_size=18))).reshape(3, 3, 2)
        values = data(drawn.draw(st.sampled_from([1.0, 5.0]))).where(~holes)
        try:
            view = resolve(values, Wishes(**drawn.draw(st.sampled_from(KINDS))))
        except ViewError:
            continue
        views.document.show(draw(values, view))
        _, fresh = apart(hv.render(draw(values, view), backend="bokeh"))
        assert told(views.document.root) == told(fresh)


def large(scale: float) -> xr.DataArray:
    """More cells than are drawn one by one."""
    labels = {"a": np.linspace(0, 1, 180), "b": np.geomspace(1, 10, 170)}
    return xr.DataArray(scale * np.arange(180.0 * 170).reshape(180, 170), labels, ["a", "b"], name="z")


def show(views: Views, values: xr.DataArray, wishes: dict[str, Any], states: xr.DataArray | None) -> bool:
    """Show values in a view as it can be done with the least work; say whether they were filled in."""
    view = resolve(values, Wishes(**wishes))
    limits = limits_of(values, view)
    opts = {} if limits is None else {"clim": limits}
    filling = filling_of(values, view, states, opts)
    filled = views.document.fill(filling)
    if not filled:
        views.document.show(draw(values, view, states, **opts), filling=filling)
    _, fresh = apart(hv.render(draw(values, view, states, **opts), backend="bokeh"))
    assert told(views.document.root) == told(fresh)
    return filled


@pytest.mark.parametrize(
    ("wishes", "make"),
    [
        ({"kind": "heatmap", "col": "k"}, data),
        ({"kind": "heatmap", "fixed": {"k": "p"}, "logz": True}, data),
        ({"kind": "heatmap", "aggregate": "g"}, data),
        ({"kind": "heatmap"}, large),
        ({"kind": "line", "x": "C", "by": "k"}, data),
        ({"kind": "line", "x": "C", "by": "k", "fixed": {"g": 1}, "logy": True}, data),
        ({"kind": "line", "x": "g", "col": "k", "aggregate": "C"}, data),
    ],
    ids=["panels", "log", "texts", "image", "curves", "log curves", "panels of curves"],
)
def test_plots_are_filled_without_being_drawn(wishes: dict[str, Any], make: Callable[[float], xr.DataArray]) -> None:
    """Other values and states alone are filled in, in one patch, and make what a fresh plot is."""
    views, states = Views(), xr.ones_like(make(1.0), dtype=int)
    assert not show(views, make(1.0), wishes, states)
    holes = make(2.0).where(make(1.0) != make(1.0)[0, 1])
    assert show(views, holes, wishes, states.where(holes.notnull(), 2))
    assert show(views, make(3.0), wishes, states)
    assert len(views.patches) == 2
    assert not show(views, make(3.0), wishes, None)


def test_a_zoom_is_kept_where_curves_are_filled() -> None:
    """A reader stays where he looks, and the button that resets the plot leads to all of the curves."""
    views = Views()
    wishes: dict[str, Any] = {"kind": "line", "x": "C", "by": "g", "fixed": {"k": "p"}}
    assert not show(views, data(), wishes, None)
    axis = views.figure().y_range
    views.do({"kind": "ModelChanged", "model": {"id": axis.id}, "attr": "end", "new": 50.0})
    view = resolve(data(), Wishes(**wishes))
    for scale in (2.0, 3.0):
        assert views.document.fill(filling_of(data(scale), view, None, {}))
        assert axis.end == 50.0
        assert axis.reset_end > 100 * scale


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_is_filled_ends_as_a_fresh_figure(drawn: st.DataObject) -> None:
    """With holes anywhere, in any state, after other labels, kinds and whole panels without a value."""
    views = Views()
    for _ in range(4):
        codes = np.array(drawn.draw(st.lists(st.integers(0, 4), min_size=18, max_size=18))).reshape(3, 3, 2)
        values = data(drawn.draw(st.sampled_from([-1.0, 1.0, 5.0]))).where(codes != 0)
        if drawn.draw(st.booleans()):
            values[:, :, 1] = np.nan
        if drawn.draw(st.integers(0, 4)) == 0:
            values = values.assign_coords(C=[0.2, 1.0, 5.0])
        states = values.copy(data=codes) if drawn.draw(st.booleans()) else None
        try:
            show(views, values, drawn.draw(st.sampled_from(KINDS[:4])), states)
        except ViewError:
            continue
