"""The panel, spoken to as the page speaks to it: every message, with real runs and real files."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import xyzpy_widgets as xyz
from tests.front_end import FrontEnd
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.widgets.case_map import grid_axes
from xyzpy_widgets.widgets.panel import Panel
from xyzpy_widgets.widgets.sheet import Call, Sheet
from xyzpy_widgets.widgets.subject import Subject
from xyzpy_widgets.widgets.watching import Watching

pytestmark = pytest.mark.usefixtures("front_end")

_gate = Event()
_broken = {"on": True}
_offset = {"by": 0}


def product(a: int, b: int = 1) -> int:
    """Multiply."""
    return a * b


def gated(a: int, b: int = 1) -> int:
    """Multiply once the test lets it."""
    assert _gate.wait(60)
    return a * b


def brittle(a: int, b: int = 1) -> int:
    """Multiply what can be multiplied as long as something is broken."""
    if _broken["on"] and b == 2:
        print("looking at", a)  # noqa: T201 - what a study prints
        return a // 0
    if _broken["on"] and b == 3:
        raise KeyError("no three")
    return a * b


@pytest.fixture(autouse=True)
def _gates() -> Iterator[None]:
    """Every test begins with closed gates and broken things, and leaves nobody waiting."""
    _gate.clear()
    _broken["on"] = True
    yield
    _gate.set()


def harvester_of(fn: Callable[..., Any], path: Path | None = None, **settings: Any) -> xyz.Harvester:
    """A harvester of one output."""
    return xyz.Harvester(xyz.Runner(fn, "out", arg_attrs={"a": {"units": "m"}}, **settings), path)


def row(panel: Panel, name: str, **changes: Any) -> list[dict[str, Any]]:
    """The rows of the editor, with one of them changed as if somebody had typed."""
    rows: Any = panel.editor.rows
    return [{**one, **changes} if one["name"] == name else one for one in rows]


def start_on_page(page: FrontEnd, panel: Panel) -> None:
    """Press the primary button."""
    page.send(panel.card, {"kind": "run", "plan": page.state(panel.card)["plan"]["id"]})


def finish(panel: Panel) -> None:
    """Wait for the end of the run, and until all of it is told."""
    assert panel.run is not None
    panel.run.exception(60)
    panel.settle()


class Map:
    """The case map as the page keeps it: whole states, then deltas by their numbers."""

    def __init__(self, page: FrontEnd, monitor: Any) -> None:
        self.page, self.monitor = page, monitor

    def states(self) -> Any:
        """Put the deltas on the whole that came before them."""
        found = self.page.state(self.monitor)
        states, serial = np.frombuffer(found["states"], np.uint8).copy(), found["states_serial"]
        for content, buffers in self.page.sent(self.monitor):
            if content["kind"] == "delta" and content["serial"] > serial:
                assert content["serial"] == serial + 1
                serial += 1
                states[np.frombuffer(buffers[0], "<u4")] = np.frombuffer(buffers[1], np.uint8)
        return states


def test_a_fresh_panel_says_what_is_missing(front_end: FrontEnd) -> None:
    """Nothing is an error before anybody has typed; the card says what it waits for."""
    panel = harvester_of(product).panel()
    editor, card = front_end.state(panel.editor), front_end.state(panel.card)
    assert [one["name"] for one in editor["arguments"]] == ["a", "b"]
    assert editor["arguments"][0]["units"] == "m"
    assert editor["rows"][1]["kind"] == "fixed"
    assert editor["verdict"]["rows"]["a"]["problem"] == ""
    assert card["plan"] is None
    assert card["reason"] == ""
    assert panel.monitor.layout.display == "none"
    with pytest.raises(SpaceError, match="a has no values yet"):
        _ = panel.plan


def test_constants_and_resources_are_shown_and_not_offered(front_end: FrontEnd) -> None:
    """What does not vary stands in the editor with its value, or with its type alone."""
    runner = xyz.Runner(lambda a, c, big: a, "out", constants={"c": 3}, resources={"big": np.zeros(9)})
    told = {one["name"]: one for one in front_end.state(xyz.Harvester(runner).panel().editor)["arguments"]}
    assert (told["c"]["role"], told["c"]["value"]) == ("constant", "3")
    assert (told["big"]["role"], told["big"]["value"]) == ("resource", "ndarray")


def test_what_is_typed_is_judged_planned_and_written_as_code(front_end: FrontEnd) -> None:
    """One edit on the page gives verdict, plan and code, each for that edit."""
    panel = harvester_of(product).panel()
    front_end.set(panel.editor, rows=row(panel, "a", kind="list", values="1, 2, 3"), revision=1)
    verdict, card = front_end.state(panel.editor)["verdict"], front_end.state(panel.card)
    assert (verdict["revision"], verdict["total"]) == (1, 3)
    assert (card["plan"]["new"], card["plan"]["to_run"], card["reason"]) == (3, 3, "")
    assert '{"a": [1, 2, 3]}' in card["code"]["python"]
    front_end.set(panel.editor, rows=row(panel, "a", values="1, 1"), revision=2)
    assert "twice" in front_end.state(panel.editor)["verdict"]["rows"]["a"]["problem"]
    assert front_end.state(panel.card)["plan"] is None
    json.dumps({name: value for name, value in front_end.state(panel.card).items() if name[0] != "_"}, default=str)


def test_the_space_is_a_value_that_python_sets(front_end: FrontEnd) -> None:
    """Combos set the rows on the page, and the sheet can be kept and set again."""
    panel = harvester_of(product).panel()
    panel.space = {"a": [1, 2], "b": [5]}
    kept = panel.space
    assert isinstance(kept, Sheet)
    assert front_end.state(panel.editor)["rows"][0]["values"] == "1, 2"
    panel.space = {"a": [9]}
    panel.space = kept
    assert panel.plan.total == 2
    with pytest.raises(SpaceError, match="'c' cannot vary here"):
        panel.space = {"c": [1]}
    assert panel.space == kept


@pytest.mark.parametrize(
    "wishes",
    [
        {"combos": {"a": [1, 2, 3], "b": [1, 2]}, "missing_only": True, "retry_failed": False},
        {"combos": {"a": [1, 2, 3], "b": [1, 2]}, "missing_only": True, "retry_failed": True},
        {"combos": {"a": [1, 2, 3], "b": [1, 2]}, "overwrite": True},
        {"combos": {"b": [1, 2]}, "cases": [{"a": 1}, {"a": 7}], "missing_only": True},
        {"combos": {"a": [1, 5]}, "constants": {"b": 2}, "missing_only": True},
    ],
)
def test_the_plan_is_a_value_that_python_sets(wishes: dict[str, Any]) -> None:
    """A plan that was made in a cell is what the panel is set to: the same cases, and the same of them run."""
    harvester = harvester_of(brittle, on_error="continue", verbosity=0)
    harvester.harvest_combos({"a": [1, 2], "b": [1, 2]})
    panel = harvester.panel()
    wanted = harvester.plan(**wishes)
    panel.plan = wanted
    for which in ("total", "run"):
        pd.testing.assert_frame_equal(
            panel.plan.cases(which), wanted.cases(which)[list(panel.plan.cases(which))], check_dtype=False
        )


def test_a_plan_of_something_else_is_refused() -> None:
    """A plan of another function, and one whose values are drawn anew, change nothing."""
    panel = harvester_of(product).panel()
    before = panel.space
    with pytest.raises(SpaceError, match=r"a plan of gated\(a, b\), and the panel runs product\(a, b\)"):
        panel.plan = harvester_of(gated).plan({"a": [1]})
    assert panel.space == before
    sampler = xyz.Sampler(xyz.Runner(product, "out"), default_combos={"a": [1, 2]})
    with pytest.raises(SpaceError, match="draws its cases anew"):
        sampler.panel().plan = sampler.plan(3)


def test_the_button_runs_what_was_read(front_end: FrontEnd, tmp_path: Path) -> None:
    """A plan that is out of date does not run; the one that stands on the card does, into the file."""
    panel = harvester_of(product, tmp_path / "data.h5").panel()
    panel.space = {"a": [1, 2]}
    old = front_end.state(panel.card)["plan"]["id"]
    panel.space = {"a": [1, 2, 3], "b": [4, 5]}
    front_end.send(panel.card, {"kind": "run", "plan": old})
    assert panel.run is None
    start_on_page(front_end, panel)
    finish(panel)
    assert xyz.load_ds(tmp_path / "data.h5")["out"].sel(a=3, b=5) == 15
    card, monitor = front_end.state(panel.card), front_end.state(panel.monitor)
    assert (card["busy"], card["plan"]["stored"], card["plan"]["to_run"]) == (False, 6, 0)
    assert card["reason"] == ""
    assert (monitor["progress"]["state"], monitor["progress"]["done"]) == ("done", 6)
    assert "data.h5" in monitor["progress"]["said"]
    assert panel.monitor.layout.display is None
    assert "6 of 6 done" in repr(panel)


def test_the_map_follows_every_case(front_end: FrontEnd) -> None:
    """Whole states and deltas together are the states of the run, at the end and for one who asks anew."""
    panel = harvester_of(brittle, on_error="continue").panel()
    panel.space = {"a": range(40), "b": [1, 2]}
    run = panel.start()
    finish(panel)
    assert Map(front_end, panel.monitor).states().tolist() == run.states.tolist()
    axes = front_end.state(panel.monitor)["axes"]
    assert [(axis["name"], axis["size"], axis["stride"], axis["units"]) for axis in axes] == [
        ("a", 40, 2, "m"),
        ("b", 2, 1, ""),
    ]
    before = front_end.count(panel.monitor)
    front_end.send(panel.monitor, {"kind": "states"})
    assert front_end.count(panel.monitor) > before
    assert Map(front_end, panel.monitor).states().tolist() == run.states.tolist()


def test_no_two_labels_of_an_axis_read_alike() -> None:
    """A reader who points at a cell is told which one it is: short where that suffices, in full where it does not."""
    near = (1.0, 1.0 + 2**-40)
    first, second = grid_axes(("a", "b"), (near, (1 / 3, 2.5)), {})
    assert first["labels"] == [repr(value) for value in near]
    assert second["labels"] == ["0.333333", "2.5"]


def test_the_map_shows_what_was_stored_before(front_end: FrontEnd) -> None:
    """Cases that a run leaves alone, because they are there, do not look as if they had never run."""
    _gate.set()
    panel = harvester_of(gated).panel()
    panel.space = {"a": [1, 2], "b": [1, 2]}
    panel.start()
    finish(panel)
    panel.space = {"a": [1, 2, 3], "b": [1, 2]}
    run = panel.start()
    finish(panel)
    assert run.progress.total == 2
    assert Map(front_end, panel.monitor).states().tolist() == [Status.DONE] * 6
    assert front_end.ask(panel.monitor, kind="case", number=0)["reply"]["state"] == "done"


def test_a_case_of_a_run_under_way_is_told_as_it_came(front_end: FrontEnd) -> None:
    """What a run has finished is told before it is kept, and what was kept before is not told for it."""

    def grow(a: int, b: int = 1) -> int:
        if b == 2:
            assert _gate.wait(60)
        return a + _offset["by"]

    _offset["by"] = 0
    harvester = harvester_of(grow, verbosity=0)
    harvester.harvest_combos({"a": [1], "b": [1, 3]})
    _offset["by"] = 100
    panel = harvester.panel()
    panel.space = {"a": [1, 2], "b": [1, 2, 3]}
    panel.space = replace(panel.space, choice="all")
    run = panel.start()
    front_end.wait(lambda: (run.progress.done, run.progress.running > 0) == (1, True))

    def told(number: int) -> Any:
        reply = front_end.ask(panel.monitor, kind="case", number=number)["reply"]
        return reply["state"], [one["text"] for one in reply["results"]]

    assert told(0) == ("done", ["101"])
    assert told(1) == ("running", [])
    _gate.set()
    finish(panel)
    assert told(0) == told(2) == ("done", ["101"])
    reply = front_end.ask(panel.monitor, kind="case", number=0)["reply"]
    assert reply["args"][0] == {"name": "a", "text": "1 m"}
    assert reply["seconds"] >= 0


def test_a_run_is_steered_from_the_page(front_end: FrontEnd) -> None:
    """Pause, resume and stop reach the run; what is finished is kept, and a word that comes twice is harmless."""
    harvester = harvester_of(gated)
    panel = harvester.panel()
    panel.space = {"a": [1, 2, 3]}
    run = panel.start()
    assert front_end.state(panel.card)["busy"] is True
    front_end.wait(lambda: run.progress.running == 1)
    for word in ("pause", "pause", "nonsense", "stop", "stop"):
        front_end.send(panel.monitor, {"kind": "control", "word": word})
    _gate.set()
    finish(panel)
    assert run.progress.state == "stopped"
    assert front_end.state(panel.monitor)["progress"]["state"] == "stopped"
    assert int((harvester.status == Status.DONE).sum()) == run.progress.done == 1
    front_end.send(panel.monitor, {"kind": "control", "word": "cancel"})
    assert front_end.state(panel.card)["plan"]["new"] == 2


def test_nothing_is_sent_while_nobody_looks_but_the_end(front_end: FrontEnd) -> None:
    """A hidden page costs nothing; it is told everything when it is seen again, and the end in any case."""
    panel = harvester_of(gated).panel()
    panel.space = {"a": [1, 2]}
    panel.start()
    front_end.wait(lambda: front_end.state(panel.monitor)["progress"]["running"] == 1)
    front_end.send(panel.monitor, {"kind": "watch", "view": "v", "seen": True})
    front_end.send(panel.monitor, {"kind": "watch", "view": "v", "seen": False})
    before = front_end.count(panel.monitor)
    assert panel.run is not None
    panel.run.pause()
    assert panel._watching._feed is not None  # noqa: SLF001 - told as the run tells it ten times a second
    panel._watching._feed.publish(panel.run.progress)  # noqa: SLF001
    assert front_end.count(panel.monitor) == before
    front_end.send(panel.monitor, {"kind": "watch", "view": "v", "seen": True})
    assert front_end.state(panel.monitor)["progress"]["state"] == "paused"
    panel.run.resume()
    front_end.send(panel.monitor, {"kind": "watch", "view": "v", "seen": False})
    _gate.set()
    finish(panel)
    assert front_end.state(panel.monitor)["progress"]["state"] == "done"
    assert Map(front_end, panel.monitor).states().tolist() == [1, 1]


def test_failures_come_in_groups_with_the_code_that_reproduces_them(front_end: FrontEnd) -> None:
    """Each kind of failure stands once, with its cases, and the code of a case raises what the case raised."""
    harvester = harvester_of(brittle, on_error="continue")
    panel = harvester.panel()
    panel.space = {"a": range(9), "b": [1, 2, 3]}
    panel.start()
    finish(panel)
    groups = front_end.state(panel.failed)["groups"]
    assert {(group["raised"], group["count"]) for group in groups} == {("ZeroDivisionError", 9), ("KeyError", 9)}
    [zero] = [group for group in groups if group["raised"] == "ZeroDivisionError"]
    assert zero["place"].startswith("brittle(), test_widgets_panel.py, line")
    case = zero["cases"][0]
    assert (case["number"], case["text"]) == (1, "a=0, b=2")
    with pytest.raises(ZeroDivisionError):
        exec(case["code"], {"harvester": harvester})  # noqa: S102 - our own code is what is tested
    more = front_end.ask(panel.failed, kind="failures", group=zero["id"], offset=3)["reply"]["cases"]
    assert [one["number"] for one in more] == [10, 13, 16, 19, 22, 25]
    told = front_end.ask(panel.monitor, kind="case", number=1)["reply"]
    assert (told["state"], told["failure"]["text"]) == ("failed", "a=0, b=2")


def test_many_failures_of_one_kind_hold_the_run_and_ask(front_end: FrontEnd) -> None:
    """After five of a kind nothing new begins; the reader goes on, or stops with what is finished kept."""
    harvester = harvester_of(brittle)
    panel = harvester.panel()
    panel.space = {"b": [2, 1], "a": range(5000)}
    assert "max_failures=5" in panel.code
    panel.start()
    front_end.wait(lambda: front_end.state(panel.failed)["held"])
    assert front_end.state(panel.monitor)["progress"]["state"] == "held"
    first = front_end.state(panel.failed)["groups"][0]["count"]
    assert 5 <= first < 5000
    front_end.send(panel.failed, {"kind": "continue"})
    front_end.wait(lambda: front_end.state(panel.failed)["groups"][0]["count"] > first)
    front_end.wait(lambda: front_end.state(panel.failed)["held"])
    front_end.send(panel.failed, {"kind": "control", "word": "stop"})
    finish(panel)
    assert front_end.state(panel.monitor)["progress"]["state"] == "stopped"
    assert int((harvester.status == Status.FAILED).sum()) == front_end.state(panel.failed)["groups"][0]["count"] < 5000


def test_what_failed_is_run_again_and_nothing_else(front_end: FrontEnd) -> None:
    """Retry of one group runs its cases alone; retry of all runs what is left."""
    harvester = harvester_of(brittle)
    panel = harvester.panel()
    panel.space = {"a": [1, 2], "b": [1, 2, 3]}
    panel.start()
    finish(panel)
    _broken["on"] = False
    [zero] = [one for one in front_end.state(panel.failed)["groups"] if one["raised"] == "ZeroDivisionError"]
    front_end.send(panel.failed, {"kind": "retry", "group": zero["id"]})
    finish(panel)
    assert panel.run is not None
    assert panel.run.progress.total == 2
    assert int((harvester.status == Status.FAILED).sum()) == 2
    assert [(one["raised"], one["count"]) for one in front_end.state(panel.failed)["groups"]] == [("KeyError", 2)]
    panel = harvester.panel()
    front_end.send(panel.failed, {"kind": "retry", "group": ""})
    finish(panel)
    assert harvester.full_ds is not None
    assert harvester.full_ds["out"].values.tolist() == [[1, 2, 3], [2, 4, 6]]


def test_a_new_kernel_goes_on_with_what_was_asked_for_last(front_end: FrontEnd, tmp_path: Path) -> None:
    """The panel comes back with the space that was wanted, not with what there is of it; one click runs the rest."""
    before = harvester_of(gated, tmp_path / "data.h5")
    run = before.submit({"a": [1, 2, 5], "b": [4]})
    while not run.progress.running:
        pass
    run.stop()
    _gate.set()
    run.result(60)
    panel = harvester_of(gated, tmp_path / "data.h5").panel()
    told = front_end.state(panel.monitor)["progress"]
    done = told["done"]
    assert (told["state"], told["total"], told["failed"]) == ("found", 3, 0)
    assert 0 < done < 3
    assert [one["values"] for one in front_end.state(panel.editor)["rows"]] == ["1, 2, 5", "4"]
    assert (panel.plan.total, len(panel.plan.plan)) == (3, 3 - done)
    assert f"{3 - done} not run yet in data.h5" in repr(panel)
    panel.space = {"a": [7], "b": [7]}
    front_end.send(panel.monitor, {"kind": "go_on"})
    finish(panel)
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values.tolist() == [[4], [8], [20]]
    assert front_end.state(harvester_of(gated, tmp_path / "data.h5").panel().monitor)["progress"]["state"] == "idle"


def test_holes_of_a_grid_that_nobody_asked_for_are_not_unfinished(front_end: FrontEnd) -> None:
    """A study along a diagonal is whole; a panel that offered the rest of the square would mislead."""
    harvester = harvester_of(brittle)
    harvester.harvest_cases([{"a": 1, "b": 1}, {"a": 2, "b": 4}], verbosity=0)
    assert front_end.state(harvester.panel().monitor)["progress"]["state"] == "idle"
    harvester.harvest_cases([{"a": 7, "b": 2}, {"a": 8, "b": 5}], constants=None, on_error="continue", verbosity=0)
    panel = harvester.panel()
    assert front_end.state(panel.monitor)["progress"]["total"] == 2
    assert front_end.state(panel.editor)["cases"] == "a\tb\n7\t2\n8\t5\n"
    _broken["on"] = False
    front_end.send(panel.monitor, {"kind": "go_on"})
    finish(panel)
    assert int((harvester.status == Status.DONE).sum()) == 4


def test_without_a_history_a_new_kernel_finds_what_the_grid_lacks(front_end: FrontEnd, tmp_path: Path) -> None:
    """Where nobody knows what was wanted, the panel tells what is done, failed and missing of what is stored."""
    before = harvester_of(brittle, tmp_path / "data.h5")
    before.harvest_combos({"a": [1, 2], "b": [1, 2]}, on_error="continue", verbosity=0)
    before.harvest_combos({"a": [3], "b": [1]}, verbosity=0)
    before.add_ds(xyz.load_ds(tmp_path / "data.h5"))
    _broken["on"] = False
    panel = harvester_of(brittle, tmp_path / "data.h5").panel()
    told = front_end.state(panel.monitor)
    assert told["progress"]["state"] == "found"
    assert (told["progress"]["total"], told["progress"]["done"], told["progress"]["failed"]) == (6, 3, 2)
    assert told["progress"]["said"] == "In data.h5."
    assert "3 done, 2 failed, 1 not run yet in data.h5" in repr(panel)
    assert told["states"] == bytes([5, 2, 5, 2, 5, 0])  # the function was mended since, so what is done is stale
    assert front_end.state(panel.failed)["groups"][0]["count"] == 2
    assert front_end.ask(panel.monitor, kind="case", number=0)["reply"]["results"] == [{"name": "out", "text": "1"}]
    front_end.send(panel.monitor, {"kind": "go_on"})
    finish(panel)
    assert panel.run is not None
    assert panel.run.progress.total == 3
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values.tolist() == [[1, 2], [2, 4], [3, 6]]


def test_a_store_that_is_whole_offers_nothing_to_go_on_with(front_end: FrontEnd) -> None:
    """Where everything is done the monitor stays away, and the rows take what is stored."""
    harvester = harvester_of(product)
    harvester.harvest_combos({"a": [1, 2]}, verbosity=0)
    panel = harvester.panel()
    assert front_end.state(panel.monitor)["progress"]["state"] == "idle"
    assert front_end.state(panel.editor)["rows"][0]["kind"] == "stored"
    assert front_end.state(panel.card)["plan"]["to_run"] == 0


def test_wishes_of_the_page_change_what_runs(front_end: FrontEnd) -> None:
    """New leaves out what failed, new and failed takes it, all runs everything; the code says the same."""
    harvester = harvester_of(brittle)
    harvester.harvest_combos({"a": [1, 2], "b": [1, 2]}, on_error="continue", verbosity=0)
    panel = harvester.panel()
    panel.space = {"a": [1, 2, 3], "b": [1, 2]}
    found = {}
    for choice in ("new", "new_failed", "all"):
        wishes = {"choice": choice, "stale": False, "backend": "threads", "workers": 2}
        front_end.set(panel.card, wishes=wishes)
        card = front_end.state(panel.card)
        assert card["plan"]["wishes"] == wishes
        assert 'executor="threads"' in card["code"]["python"]
        found[choice] = card["plan"]["to_run"]
    assert found == {"new": 2, "new_failed": 4, "all": 6}


def test_the_cases_behind_a_count_are_listed(front_end: FrontEnd) -> None:
    """Each number on the card opens the very cases that it counts."""
    harvester = harvester_of(brittle)
    harvester.harvest_combos({"a": [1, 2], "b": [1, 2]}, on_error="continue", verbosity=0)
    panel = harvester.panel()
    panel.space = {"a": [1, 2, 3], "b": [1, 2]}
    replies = {
        of: front_end.ask(panel.card, kind="cases", of=of, offset=0)["reply"] for of in ("stored", "failed", "new")
    }
    assert replies["failed"] == {"columns": ["a", "b"], "rows": [["1", "2"], ["2", "2"]], "offset": 0, "total": 2}
    assert replies["stored"]["rows"] == [["1", "1"], ["2", "1"]]
    assert replies["new"]["total"] == 2
    assert front_end.ask(panel.card, kind="nothing")["kind"] == "refusal"


def test_one_case_is_tried_before_the_others(front_end: FrontEnd) -> None:
    """A try runs one case, keeps its result, and the plan knows the time of it."""
    harvester = harvester_of(product)
    panel = harvester.panel()
    panel.space = {"a": range(8)}
    front_end.send(panel.card, {"kind": "try_one"})
    front_end.wait(lambda: front_end.state(panel.card)["trial"]["state"] == "done")
    assert front_end.state(panel.card)["trial"]["said"].startswith("a=4 took")
    assert panel.plan.stored == 1
    panel = harvester_of(brittle).panel()
    panel.space = {"a": [1], "b": [2]}
    front_end.send(panel.card, {"kind": "try_one"})
    front_end.wait(lambda: front_end.state(panel.card)["trial"]["state"] == "failed")
    assert "ZeroDivisionError" in front_end.state(panel.card)["trial"]["said"]


def test_a_large_space_is_planned_beside_the_page(front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million cases do not hold up the message that asked for them; the last of several edits is what is planned."""
    preview = Subject.preview

    def held(subject: Subject, call: Call) -> Preview:
        assert _gate.wait(60)
        return preview(subject, call)

    panel = harvester_of(product).panel()
    monkeypatch.setattr(Subject, "preview", held)
    for stop in (500_000, 750_000, 1_000_000):
        rows = row(panel, "a", kind="range", start="1", stop=str(stop), num=str(stop))
        front_end.set(panel.editor, rows=rows, revision=stop)
        assert front_end.state(panel.card)["plan"] is None
    _gate.set()
    panel.settle()
    assert front_end.state(panel.card)["plan"]["total"] == 1_000_000
    assert panel.plan.total == 1_000_000


def test_a_large_space_is_planned_anew_at_the_end_of_its_run(front_end: FrontEnd) -> None:
    """Who has waited for a panel finds the plan of what is left, also where that is made beside the page."""
    panel = harvester_of(product).panel()
    panel.space = {"a": range(150), "b": range(150)}
    panel.start()
    finish(panel)
    assert front_end.state(panel.card)["plan"]["to_run"] == 0


def test_what_keeps_a_plan_from_running_is_said_on_the_card(front_end: FrontEnd, tmp_path: Path) -> None:
    """A constant that differs is a sentence, not a traceback, and there before anybody presses a button."""
    before = xyz.Harvester(xyz.Runner(product, "out", constants={"b": 2}), tmp_path / "data.h5")
    before.harvest_combos({"a": [1]}, verbosity=0)
    panel = xyz.Harvester(xyz.Runner(product, "out", constants={"b": 3}), tmp_path / "data.h5").panel()
    panel.space = {"a": [2]}
    assert front_end.state(panel.card)["plan"] is None
    reason = front_end.state(panel.card)["reason"]
    assert "b=3, and the stored data was made with b=2" in reason
    assert "\n" not in reason


def test_a_run_that_began_elsewhere_can_be_watched(front_end: FrontEnd) -> None:
    """`panel.run` takes any run, and shows it to its end."""
    harvester = harvester_of(gated)
    panel = harvester.panel()
    panel.run = harvester.submit({"a": [1, 2]})
    assert front_end.state(panel.card)["busy"] is True
    _gate.set()
    finish(panel)
    assert front_end.state(panel.monitor)["progress"]["done"] == 2


def test_nobody_waits_for_an_end_that_cannot_be_told() -> None:
    """What breaks while a run is told is logged; a cell that waits for the page goes on."""

    def breaks() -> None:
        raise OSError("the file has gone")

    runner = xyz.Runner(product, "out", verbosity=0)
    watching = Watching(Subject(runner), "p", lambda _: None, lambda: None, lambda: None, breaks)
    run = runner.submit({"a": [1, 2]})
    watching.attach(run, {}, np.zeros(2, np.uint8))
    run.result(60)
    waiting = Thread(target=watching.settle, daemon=True)
    waiting.start()
    waiting.join(60)
    assert not waiting.is_alive()


def test_a_sampler_has_a_panel(front_end: FrontEnd) -> None:
    """Draws are chosen by distribution, counted, and run into the table; the sampler's own draws are kept."""
    sampler = xyz.Sampler(xyz.Runner(product, "out"), default_combos={"b": lambda rng: int(rng.integers(5))}, seed=1)
    panel = sampler.panel()
    editor = front_end.state(panel.editor)
    assert editor["sampled"] is True
    assert [one["name"] for one in editor["distributions"]][:2] == ["own", "uniform"]
    rows = row(panel, "a", kind="distribution", distribution="integers", parameters=["1", "6"])
    front_end.set(panel.editor, rows=rows, draws="25", revision=1)
    card = front_end.state(panel.card)
    assert card["plan"]["to_run"] == 25
    assert card["choices"] == []
    assert "integers(1, 6, endpoint=True)" in card["code"]["python"]
    start_on_page(front_end, panel)
    finish(panel)
    assert sampler.full_df is not None
    assert len(sampler.full_df) == 25
    assert set(sampler.full_df["a"]) <= {1, 2, 3, 4, 5, 6}


def test_the_failed_draws_of_a_sampler_are_retried(front_end: FrontEnd) -> None:
    """Those of one group run again with the arguments that they had, each a row once it is done, and no others."""
    broken = {2, 3}

    def mended(a: int, b: int) -> int:
        if b in broken:
            raise ArithmeticError(b) if b == 2 else ValueError(b)
        return a * b

    sampler = xyz.Sampler(xyz.Runner(mended, "out"), default_combos={"a": [1], "b": [2, 3, 4]}, seed=1)
    panel = sampler.panel()
    front_end.set(panel.editor, draws="12", revision=1)
    start_on_page(front_end, panel)
    finish(panel)
    assert sampler.last_df is not None
    drawn = Counter(sampler.failures["b"]) + Counter(sampler.last_df["b"])
    assert set(drawn) == {2, 3, 4}
    groups = {one["raised"]: one for one in front_end.state(panel.failed)["groups"]}
    assert {raised: one["count"] for raised, one in groups.items()} == {
        "ArithmeticError": drawn[2],
        "ValueError": drawn[3],
    }
    assert groups["ArithmeticError"]["cases"][0]["code"] == "sampler.fn(a=1, b=2)\n"
    broken.clear()
    front_end.send(panel.failed, {"kind": "retry", "group": groups["ArithmeticError"]["id"]})
    finish(panel)
    assert sampler.full_df is not None
    assert Counter(sampler.full_df["b"]) == {4: drawn[4], 2: drawn[2]}
    assert Counter(sampler.failures["b"]) == {3: drawn[3]}
    (group,) = front_end.state(panel.failed)["groups"]  # what failed before is no row yet
    assert (group["raised"], group["count"]) == ("ValueError", drawn[3])


def test_a_panel_offers_the_failed_draws_of_the_file(front_end: FrontEnd, tmp_path: Path) -> None:
    """What failed in a process that is gone is told at once, and is tried again at a click."""
    broken = True

    def fn(a: int, b: tuple[int, int]) -> int:
        if broken:
            raise ArithmeticError(a)
        return a + sum(b)

    def opened() -> xyz.Sampler:
        runner = xyz.Runner(fn, "out", verbosity=0, on_error="continue")
        return xyz.Sampler(runner, tmp_path / "table.pkl", {"a": [1], "b": [(1, 2)]})

    assert repr(opened().panel()) == "<Panel of fn(a, b): nothing has run yet>"
    opened().sample_combos(3)
    sampler = opened()
    panel = sampler.panel()
    assert repr(panel) == "<Panel of fn(a, b): 3 failed in table.pkl>"
    (group,) = front_end.state(panel.failed)["groups"]
    assert (group["raised"], group["count"], panel.failed.layout.display) == ("ArithmeticError", 3, None)
    broken = False
    front_end.send(panel.failed, {"kind": "retry", "group": group["id"]})
    finish(panel)
    assert sampler.last_df is not None
    assert sampler.last_df["out"].tolist() == [4, 4, 4]
    assert opened().failures.empty
    assert front_end.state(panel.failed)["groups"] == []


def test_a_sampler_may_draw_what_is_no_label(front_end: FrontEnd) -> None:
    """Draws of arrays have a place on the map each, are told when they fail, and run again as what they were."""
    broken = [True]

    def summed(x: NDArray[np.float64], k: float) -> float:
        if x[0] > 0 and broken:
            raise ValueError
        return float(x.sum())

    draws = {"x": lambda rng: rng.normal(size=3), "k": [float("nan")]}
    sampler = xyz.Sampler(xyz.Runner(summed, "out"), default_combos=draws, seed=1)
    panel = sampler.panel()
    front_end.set(panel.editor, draws="12", revision=1)
    start_on_page(front_end, panel)
    finish(panel)
    [axis] = front_end.state(panel.monitor)["axes"]
    assert (axis["name"], axis["size"]) == ("case", 12)
    [group] = front_end.state(panel.failed)["groups"]
    states = front_end.state(panel.monitor)["states"]
    assert [states[one["number"]] for one in group["cases"]] == [Status.FAILED] * len(group["cases"])
    assert group["cases"][0]["text"] == "x=array of shape (3,), k=nan"
    assert group["count"] == len(sampler.failures) > 1
    broken.clear()
    front_end.send(panel.failed, {"kind": "retry", "group": group["id"]})
    finish(panel)
    assert sampler.full_df is not None
    assert (len(sampler.full_df), len(sampler.failures)) == (12, 0)


def test_a_runner_and_a_plain_function_have_a_panel(front_end: FrontEnd) -> None:
    """Without a store everything runs each time, and the result is the runner's last dataset."""
    runner = xyz.Runner(product, "out")
    panel = runner.panel()
    panel.space = {"a": [1, 2]}
    panel.start()
    finish(panel)
    assert runner.last_ds is not None
    assert front_end.state(panel.card)["plan"]["to_run"] == 2
    assert front_end.state(panel.card)["choices"] == []
    assert front_end.ask(panel.monitor, kind="case", number=1)["reply"]["results"][0]["text"] == "2"
    other = xyz.panel(lambda x: {"y": x})
    other.space = {"x": [1.5]}
    assert other.plan.new == 1


def test_marimo_lays_the_parts_out_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook that knows no boxes of ipywidgets is given every part of the panel."""
    stand_in = ModuleType("marimo")
    vars(stand_in).update(hstack=lambda items, **_: list(items), vstack=list)
    monkeypatch.setitem(sys.modules, "marimo", stand_in)
    panel = harvester_of(product).panel()
    shown: Any = panel._display_()
    assert shown == [[panel.editor, panel.card], panel.monitor, panel.failed, panel.results]


def test_a_panel_reads_as_text_where_no_widget_lives() -> None:
    """The notebook keeps words beside the widget: plain ones and a static card."""
    panel = harvester_of(product).panel()
    bundle = panel._repr_mimebundle_()
    assert bundle["text/plain"] == "<Panel of product(a, b): nothing has run yet>"
    assert "run the cell again" in bundle["text/html"]
    assert "<script" not in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle
