"""The explorer, spoken to as the page speaks to it: with real runs and real figures."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import textwrap
from threading import Event
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from bokeh.models import BoxSelectTool

import xyzpy_widgets as xyz
from tests.front_end import FrontEnd
from xyzpy_widgets.core.region import RegionAction
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.spec import ViewSpec
from xyzpy_widgets.widgets.base import STILL_MIME
from xyzpy_widgets.widgets.plan_card import PlanCard
from xyzpy_widgets.widgets.results_explorer import ResultsExplorer

pytestmark = pytest.mark.usefixtures("front_end")


def study() -> xr.Dataset:
    """A result over a logarithmic axis, a text and a seed."""
    labels: dict[str, Any] = {"C": [0.1, 1.0, 10.0, 100.0], "k": ["p", "q", "r"], "seed": [0, 1]}
    return xr.Dataset({"z": (tuple(labels), np.arange(24.0).reshape(4, 3, 2)), "n": ("C", np.ones(4))}, labels)


def harvester() -> xyz.Harvester:
    """Something that multiplies, and fails at one place, harvested in part."""

    def product(a: float, b: int) -> float:
        if (a, b) == (2.0, 3):
            raise ValueError("not here")
        return a * b

    found = xyz.Harvester(xyz.Runner(product, "out", verbosity=0, on_error="continue"))
    found.harvest_combos({"a": [1.0, 2.0, 4.0], "b": [1, 3]})
    found.harvest_combos({"a": [8.0], "b": [1]})
    return found


def box(front_end: FrontEnd, explorer: ResultsExplorer, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Draw a box on the plot, as the page does."""
    figure = explorer.figure.root
    sides = {"type": "rect", "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1]}
    geometry = {"type": "map", "entries": [list(one) for one in sides.items()]}
    entries = [["model", {"id": figure.id}], ["geometry", geometry], ["final", True]]
    event = {"type": "event", "name": "selectiongeometry", "values": {"type": "map", "entries": entries}}
    events = [{"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}]
    front_end.send(explorer, {"kind": "patch", "view": "one", "content": json.dumps({"events": events})})


def shown_roles(explorer: ResultsExplorer) -> dict[str, str]:
    """The role of each dimension, as the page shows it."""
    assert explorer.shelf is not None
    return {one["name"]: one["role"] for one in explorer.shelf["dimensions"]}


def test_roles_are_given_from_the_page(front_end: FrontEnd) -> None:
    """What is chosen on the shelf is the view, as a value that can be set again."""
    explorer = ResultsExplorer(study(), kind="heatmap", x="C", y="k", slider="seed")
    front_end.send(explorer, {"kind": "label", "name": "seed", "position": 1})
    assert explorer.view is not None
    assert dict(explorer.view.slider) == {"seed": 1.0}
    front_end.send(explorer, {"kind": "role", "name": "seed", "role": "aggregate", "how": "max"})
    assert dict(explorer.view.aggregate) == {"seed": "max"}
    front_end.send(explorer, {"kind": "show", "what": "kind", "value": "line"})
    front_end.send(explorer, {"kind": "show", "what": "spread", "value": "range"})
    assert (explorer.view.kind, explorer.view.spread) == ("line", "range")
    kept = json.loads(json.dumps(explorer.view.to_dict()))
    front_end.send(explorer, {"kind": "show", "what": "kind", "value": "table"})
    assert explorer.rows is not None
    assert explorer.rows["columns"] == ["C", "k", "z"]
    explorer.view = kept
    assert explorer.view == ViewSpec.from_dict(kept)
    assert shown_roles(explorer) == {"C": "x", "k": "color", "seed": "aggregate"}


def test_another_variable_keeps_what_it_can(front_end: FrontEnd) -> None:
    """A variable with fewer dimensions is drawn as far as the view fits it, and the first is drawn again as before."""
    explorer = ResultsExplorer(study(), kind="line", x="C", by="k", aggregate="seed")
    front_end.send(explorer, {"kind": "show", "what": "variable", "value": "n"})
    assert shown_roles(explorer) == {"C": "x"}
    front_end.send(explorer, {"kind": "show", "what": "variable", "value": "z"})
    assert shown_roles(explorer)["C"] == "x"


def test_what_cannot_be_drawn_is_said_and_changes_nothing(front_end: FrontEnd) -> None:
    """A wish that does not fit is answered with a sentence, and the plot stays."""
    explorer = ResultsExplorer(study(), kind="line", x="C", by="k", aggregate="seed")
    before, revision = explorer.view, explorer.revision
    front_end.send(explorer, {"kind": "role", "name": "C", "role": "y", "how": ""})
    assert "y='C' has no place in kind='line'" in explorer.problem
    assert (explorer.view, explorer.revision) == (before, revision)
    front_end.send(explorer, {"kind": "role", "name": "seed", "role": "slider", "how": ""})
    assert explorer.problem == ""


def test_a_box_becomes_a_value_and_a_plan(front_end: FrontEnd) -> None:
    """What is picked out can be had as labels and as data; what would run in it is told before it does."""
    found = harvester()
    explorer = found.explore(kind="heatmap", x="a", y="b")
    box(front_end, explorer, (1.5, 9.0), (0.0, 4.0))
    assert explorer.selection == {"a": [2.0, 4.0, 8.0], "b": [1, 3]}
    assert explorer.ds.sizes == {"a": 3, "b": 2}
    assert explorer.picked["parts"] == ["a 2, 4, 8", "b 1, 3"]
    assert [explorer.picked[word] for word in ("cases", "done", "failed", "missing")] == [6, 4, 1, 1]
    front_end.send(explorer, {"kind": "act", "action": "refine"})
    assert explorer.proposal["to_run"] == 10
    assert explorer.proposal["parts"][0] == "a 5 values, 2 of them new: 2.82843, 5.65685"
    assert len(explorer.plan().plan) == 10
    assert explorer.run is None
    front_end.send(explorer, {"kind": "run", "plan": "another"})
    assert explorer.run is None
    front_end.send(explorer, {"kind": "run", "plan": explorer.proposal["id"]})
    run: Any = explorer.run
    run.result()
    explorer.settle()
    assert found.full_ds is not None
    np.testing.assert_allclose(found.full_ds["a"], [1, 2, 8**0.5, 4, 32**0.5, 8])
    assert explorer.selection["b"] == [1, 2, 3]
    assert explorer.picked["cases"] == 15


@pytest.mark.parametrize(
    ("action", "ran"),
    [("fill", {(8.0, 3)}), ("retry", {(2.0, 3)}), ("recompute", {(2.0, 3), (4.0, 3), (8.0, 3)})],
)
def test_exactly_the_cases_inside_run(action: RegionAction, ran: set[tuple[float, int]]) -> None:
    """Filling runs what never ran in the region, retrying what failed there, recomputing all there; nothing outside."""
    found = harvester()
    explorer = found.explore()
    explorer.selection = {"a": [2.0, 4.0, 8.0], "b": [3]}
    explorer.propose(action)
    plan = explorer.plan().plan
    assert {(point.args["a"], point.args["b"]) for point in plan.points()} == ran


def test_a_step_can_be_handed_over() -> None:
    """In a panel the proposal becomes what the panel is set to, and the explorer runs nothing."""
    steps: list[Any] = []
    explorer = ResultsExplorer(harvester(), steps.append)
    explorer.selection = {"a": [1.0, 2.0]}
    step = explorer.propose("refine")
    assert steps == [step]
    assert explorer.proposal is not None
    assert (explorer.proposal["to_run"], explorer.proposal["own"]) == (5, False)
    with pytest.raises(ViewError, match="nothing is proposed"):
        explorer.start()


def test_in_a_panel_a_step_is_what_the_panel_is_set_to(front_end: FrontEnd) -> None:
    """What is proposed below stands in the rows above, is planned there, and is drawn when it runs."""
    found = harvester()
    panel = found.panel()
    explorer = panel.explore(kind="heatmap", x="a", y="b")
    front_end.send(explorer, {"kind": "watch", "view": "one", "seen": True})
    explorer.selection = {"a": [2.0, 4.0], "b": [3]}
    explorer.propose("refine")
    panel.settle()
    assert sorted(point.args["b"] for point in panel.plan.plan.points()) == [2, 2, 2, 3]
    panel.start().result()
    panel.settle()
    explorer.settle()
    assert found.full_ds is not None
    assert found.full_ds.sizes == {"a": 5, "b": 3}
    assert explorer.shelf is not None
    assert [one["size"] for one in explorer.shelf["dimensions"]] == [5, 3]


def test_a_section_draws_nothing_before_it_is_seen(front_end: FrontEnd) -> None:
    """A panel shows its results once there are some, and draws them only for who looks: unfolded, and within sight."""
    found = xyz.Harvester(xyz.Runner(lambda a: a * 2.0, "out", verbosity=0))
    panel = found.panel()
    results = panel.results
    assert (results.layout.display, results.unfolded) == ("none", True)
    panel.space = {"a": [1, 2, 3]}
    panel.start().result()
    results.settle()
    assert (results.layout.display, results.said, results.shelf) == (None, "3 done", None)
    front_end.set(results, unfolded=False)
    front_end.send(results, {"kind": "watch", "view": "one", "seen": True})
    results.settle()
    assert results.shelf is None
    front_end.set(results, unfolded=True)
    results.settle()
    assert shown_roles(results) == {"a": "x"}


def test_a_panel_loads_no_plots_before_its_results_are_seen() -> None:
    """Opening a panel costs none of the time that the libraries of plots take to load."""
    code = textwrap.dedent("""
        import sys, xyzpy_widgets as xyz
        found = xyz.Harvester(xyz.Runner(lambda a: a * 2.0, 'out', verbosity=0))
        found.harvest_combos({'a': [1, 2]})
        panel = found.panel()
        assert panel.results.layout.display is None
        assert not {'bokeh', 'holoviews', 'hvplot'} & {*sys.modules}
    """)
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_picked_out_on_the_map_is_picked_out_of_the_results(front_end: FrontEnd) -> None:
    """The map and the plot pick out one and the same region; labels that no result has yet are left out."""
    found = harvester()
    panel = found.panel()
    front_end.set(panel.monitor, selection={"a": [1, 2], "b": [1, 1]})
    assert panel.results.selection == {"a": [2.0, 4.0], "b": [3]}
    assert panel.results.picked["parts"] == ["a 2, 4", "b 3"]
    front_end.send(panel.results, {"kind": "act", "action": "retry"})
    panel.settle()
    assert [point.args for point in panel.plan.plan.points()] == [{"a": 2.0, "b": 3}]
    front_end.set(panel.monitor, selection={})
    assert panel.results.picked is None
    panel.results.mark({"a": [2.0, 3.0]})
    assert panel.results.selection["a"] == [2.0]
    panel.results.mark({"a": [3.0]})
    assert panel.results.selection == {}


def test_a_wish_that_does_not_fit_leaves_the_view() -> None:
    """What a panel is asked to draw is drawn, or refused with the view as it was."""
    panel = harvester().panel()
    results = panel.explore(kind="line", x="a", by="b")
    with pytest.raises(ViewError, match="q"):
        panel.explore(x="q")
    assert (results.view.kind, results.view.x) == ("line", "a")
    assert panel.explore(kind="heatmap").view.kind == "heatmap"


def boxes_shown(explorer: ResultsExplorer) -> list[tuple[float, ...]]:
    """The boxes that are drawn on the plot: left, right, bottom, top of each."""
    overlays = [tool.overlay for tool in explorer.figure.root.select({"type": BoxSelectTool})]
    shown = [(one.left, one.right, one.bottom, one.top) for one in overlays if one.visible]
    return [tuple(side if isinstance(side, float) else np.inf for side in sides) for sides in shown]


def test_labels_that_are_picked_out_are_framed() -> None:
    """A selection from Python shows as a box where its labels lie side by side, on every view, and goes with it."""
    explorer = study().xyz.explore(kind="heatmap", x="C", y="k", slider="seed")
    explorer.selection = {"C": [1.0, 10.0], "k": ["q"]}
    np.testing.assert_allclose(boxes_shown(explorer), [(10**-0.5, 10**1.5, 0.5, 1.5)])
    explorer.selection = {"C": [0.1, 10.0]}
    assert boxes_shown(explorer) == []
    explorer.selection = {"C": [1.0, 10.0], "seed": [1]}
    assert boxes_shown(explorer) == []
    explorer.view = {"var": ["z"], "kind": "line", "x": "C", "by": ["k"], "col": "seed", "logx": True}
    np.testing.assert_allclose(boxes_shown(explorer), [(10**-0.5, 10**1.5, np.inf, np.inf)])
    explorer.selection = {}
    assert boxes_shown(explorer) == []


def test_a_run_is_drawn_as_it_comes() -> None:
    """While cases run, what they gave is drawn into the figure that is there; at the end it is as a fresh one."""
    gate, reached = Event(), Event()

    def slow(a: int, b: int) -> float:
        if (a, b) == (2, 3):
            reached.set()
            assert gate.wait(60)
        return float(a * b)

    found = xyz.Harvester(xyz.Runner(slow, "out", verbosity=0))
    found.harvest_combos({"a": [1, 2, 3], "b": [1]})
    explorer = found.explore(kind="heatmap", x="a", y="b")
    run = found.submit({"a": [1, 2, 3], "b": [1, 2, 3]}, missing_only=True)
    explorer.follow(run)
    assert reached.wait(60)
    explorer.refresh()
    revision = explorer.revision
    assert explorer.busy
    assert isinstance(explorer.ds, xr.Dataset)
    assert float(explorer.ds["out"].sel(a=1, b=2)) == 2
    gate.set()
    run.result()
    explorer.settle()
    assert (explorer.busy, explorer.said, explorer.revision) == (False, "9 done", revision)
    assert values(explorer) == values(found.explore(kind="heatmap", x="a", y="b"))
    assert values(explorer)[-1] == 9


def values(explorer: ResultsExplorer) -> list[float]:
    """The values of the cells that are drawn."""
    return [float(value) for value in explorer.figure.root.renderers[0].data_source.data["out"]]


def test_the_limits_of_colours_only_grow_during_a_run() -> None:
    """A mean that falls while values come in does not make the colours flicker; at the end they fit again."""
    data = study()
    explorer = ResultsExplorer(data, kind="heatmap", x="C", y="k", aggregate="seed")
    explorer.busy = True
    explorer.refresh()
    data["z"] /= 2
    explorer.refresh()
    mapper = explorer.figure.root.renderers[0].glyph.fill_color.transform
    assert (mapper.low, mapper.high) == (0.25, 22.5)
    explorer.busy = False
    explorer.refresh()
    assert (mapper.low, mapper.high) == (0.25, 11.25)


@pytest.mark.parametrize(
    ("form", "first"), [("svg", b"<svg"), ("html", b"<!doctype html>"), ("csv", b"C,k,z"), ("netcdf", b"\x89HDF")]
)
def test_what_is_shown_can_be_saved(form: str, first: bytes, front_end: FrontEnd) -> None:
    """Each file has what is shown: as a picture, a page, a table, or the data that are picked out."""
    explorer = ResultsExplorer(study(), kind="heatmap", x="C", y="k", slider="seed")
    explorer.selection = {"C": [1.0, 10.0]}
    reply = front_end.ask(explorer, kind="export", format=form)["reply"]
    content = base64.b64decode(reply["content"])
    assert content.startswith(first)
    if form == "svg":
        assert b"z, seed = 0" in content
    if form == "csv":
        assert len(pd.read_csv(io.BytesIO(content))) == 12
    if form == "netcdf":
        with xr.open_dataset(io.BytesIO(content), engine="h5netcdf") as saved:
            assert saved["C"].values.tolist() == [1.0, 10.0]


def test_the_page_gets_the_figure_and_its_library(front_end: FrontEnd) -> None:
    """A view asks for BokehJS and for the figure as it is now, and hears of each change after that."""
    explorer = ResultsExplorer(study(), kind="heatmap", x="C", y="k", slider="seed")
    assert base64.b64decode(front_end.ask(explorer, kind="library")["reply"]["packed"])[:2] == b"\x1f\x8b"
    before = front_end.ask(explorer, kind="figure")["reply"]
    front_end.send(explorer, {"kind": "label", "name": "seed", "position": 1})
    patches = [(content, buffers) for content, buffers in front_end.sent(explorer) if content["kind"] == "patch"]
    assert [content["serial"] for content, _ in patches] == [before["serial"] + 1]
    assert len(patches[0][0]["ids"]) == len(patches[0][1]) > 0
    assert json.loads(before["json"])["roots"]


def test_a_table_is_explored_by_its_rows(front_end: FrontEnd) -> None:
    """Of a table rows are picked out, and nothing can be run."""
    table = pd.DataFrame({"x": [1.0, 2, 3], "y": [5.0, 6, 7], "fn": ["a", "b", "a"]})
    explorer = ResultsExplorer(table)
    box(front_end, explorer, (0.0, 2.5), (0.0, 9.0))
    assert isinstance(explorer.ds, pd.DataFrame)
    assert explorer.ds["x"].tolist() == [1.0, 2.0]
    assert explorer.picked == {"parts": [], "cases": 2, "done": 0, "failed": 0, "missing": 0, "actions": []}
    with pytest.raises(ViewError, match="nothing is picked out"):
        explorer.propose("fill")


def test_rows_that_came_while_nobody_looked_are_picked_out_too(front_end: FrontEnd) -> None:
    """What lies in the box is had of all rows there are, though the plot is not drawn anew."""
    sampler = xyz.Sampler(xyz.Runner(lambda a: a, "out", verbosity=0), default_combos={"a": [1, 2, 3]}, seed=1)
    sampler.sample(5).result(60)
    explorer = sampler.explore(kind="scatter", x="a", y="out")
    box(front_end, explorer, (1.5, 9.0), (1.5, 9.0))
    front_end.send(explorer, {"kind": "watch", "view": "one", "seen": False})
    sampler.sample(20).result(60)
    explorer.settle()
    rows = sampler.full_df
    assert rows is not None
    inside = rows[rows["a"] > 1]
    assert len(explorer.ds) == len(inside)
    assert explorer.ds["a"].tolist() == inside["a"].tolist()


def test_nothing_yet_is_said_and_fills_in() -> None:
    """A harvester that has harvested nothing opens an empty explorer, which draws as soon as there is something."""
    found = xyz.Harvester(xyz.Runner(lambda a: a * 2.0, "out", verbosity=0))
    explorer = found.explore()
    assert explorer.shelf is None
    assert "Nothing is there" in explorer.said
    found.harvest_combos({"a": [1, 2]})
    explorer.refresh()
    assert shown_roles(explorer) == {"a": "x"}


def test_a_single_label_is_picked_out_by_itself() -> None:
    """One label needs no list around it, be it there or not."""
    explorer = study().xyz.explore()
    explorer.selection = {"C": 1.0, "k": "q"}
    assert (explorer.selection["C"], explorer.selection["k"]) == ([1.0], ["q"])
    for wished in (5.0, "no such"):
        with pytest.raises(ViewError, match=f"C={wished!r} is not among its labels"):
            explorer.selection = {"C": wished}


def test_labels_that_are_not_there_cannot_be_picked() -> None:
    """The message names the dimension and the label."""
    explorer = study().xyz.explore()
    with pytest.raises(ViewError, match=r"C=5.0 is not among its labels"):
        explorer.selection = {"C": [5.0]}
    with pytest.raises(ViewError, match="'q' is not among the dimensions"):
        explorer.selection = {"q": [1]}
    with pytest.raises(ViewError, match=r"3 cannot be explored"):
        ResultsExplorer(3)  # type: ignore[arg-type]


def test_a_notebook_keeps_a_still_picture() -> None:
    """Without a kernel the notebook shows the picture; with it the widget."""
    data, _ = study().xyz.explore(kind="line", x="C", by="k", fixed={"seed": 0})._repr_mimebundle_()
    assert "image/svg+xml;base64" in data["text/html"]
    assert data["text/plain"] == "<Explorer of a dataset: z, seed = 0>"
    assert {"application/vnd.jupyter.widget-view+json", STILL_MIME} < set(data)
    assert "run the cell again" in data["text/html"]
    assert len(data["text/html"]) < 20_000


def test_every_widget_has_words_for_where_it_does_not_live() -> None:
    """A part that is shown alone leaves no error in a notebook that is opened again."""
    data, _ = PlanCard()._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", STILL_MIME} < set(data)
    assert data["text/html"] == "<div><b>PlanCard</b>: run the cell again to see it</div>"
