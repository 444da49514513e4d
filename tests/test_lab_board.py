"""The board: the sweeps of a kernel, as pages are told of them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import comm
import pytest

from tests.front_end import FrontEnd
from xyzpy_widgets import Harvester, Runner, Sampler
from xyzpy_widgets.errors import OptionError
from xyzpy_widgets.execution.progress import Progress
from xyzpy_widgets.lab import board as board_module
from xyzpy_widgets.lab import resting, showing
from xyzpy_widgets.lab.board import BOARD, Board
from xyzpy_widgets.lab.sweep import Sweep
from xyzpy_widgets.widgets.panel import Panel
from xyzpy_widgets.widgets.plan_card import PlanCard
from xyzpy_widgets.widgets.preferences import Preferences, opened, prefer


class Page:
    """A page that hears the board and speaks to it."""

    def __init__(self, front_end: FrontEnd, board: Board) -> None:
        self._front_end = front_end
        self.board = board

    @property
    def heard(self) -> list[Any]:
        """What was sent over the comm of the board."""
        return [data for _, data, _ in self._front_end.over(BOARD)]

    @property
    def lines(self) -> list[Any]:
        """The lines that were told last."""
        told = [said["board"]["lines"] for said in self.heard if said["kind"] == "board"]
        return told[-1] if told else []

    def say(self, **said: Any) -> None:
        """Say something to the board."""
        comm.get_comm_manager().comms[BOARD].handle_msg({"content": {"comm_id": BOARD, "data": said}})

    def wait(self, condition: Callable[[], Any]) -> None:
        """Wait until a condition holds of what was sent."""
        self._front_end.wait(condition)


@pytest.fixture
def page(front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page that listens to a new board, which says what it has to say at once."""
    monkeypatch.setattr(board_module, "SECONDS_BETWEEN", 0.01)
    board = Board()
    monkeypatch.setattr(board_module, "_made", lambda: board)
    yield Page(front_end, board)
    prefer(Preferences())


class Gate:
    """A function whose cases wait until they are let through; the second raises."""

    def __init__(self) -> None:
        self.open = Event()

    def __call__(self, case: int) -> dict[str, int]:
        """Wait, then return."""
        assert self.open.wait(60)
        if case == 1:
            raise ValueError(case)
        return {"out": case}


def test_a_page_is_told_how_a_run_goes_from_its_beginning_to_its_end(page: Page, tmp_path: Path) -> None:
    """The side area shows the counts that the run itself has, and where the results are."""
    gate = Gate()
    harvester = Harvester(gate, tmp_path / "a.h5")
    page.board.note(harvester)
    page.wait(lambda: page.lines and page.lines[0]["state"] == "idle")
    run = harvester.submit({"case": range(4)}, on_error="continue")
    page.board.note(run)
    page.wait(lambda: page.lines[0]["state"] == "running")
    gate.open.set()
    run.result()
    page.wait(lambda: page.lines[0]["state"] == "done")
    [line] = page.lines
    assert (line["total"], line["done"], line["failed"]) == (4, 3, 1)
    assert (line["kind"], line["run"], line["store"]) == ("harvester", run.number, str(tmp_path / "a.h5"))


def test_a_sweep_that_rests_is_told_with_what_its_file_holds(page: Page, tmp_path: Path) -> None:
    """A reader sees what is stored before anything runs, and what another process has added since."""
    file = tmp_path / "a.h5"
    gate = Gate()
    gate.open.set()
    Harvester(gate, file).harvest_combos({"case": range(4)}, on_error="continue", verbosity=0)
    harvester = Harvester(gate, file)
    page.board.note(harvester)
    page.wait(lambda: page.lines)
    [line] = page.lines
    assert (line["run"], line["state"]) == (0, "idle")
    assert (line["total"], line["done"], line["failed"]) == (4, 3, 1)
    Harvester(gate, file).harvest_combos({"case": range(2, 6)}, missing_only=True, verbosity=0)
    page.board.tell()
    assert (page.lines[0]["total"], page.lines[0]["done"]) == (6, 5)


@pytest.mark.parametrize("kept", ["a.csv", "a.parquet/"])
def test_a_table_that_rests_is_told_by_what_failed(page: Page, tmp_path: Path, kept: str) -> None:
    """A reader sees how many draws wait to be tried again, until they are rows; the table itself is not read."""
    wrong = {1, 2}

    def fn(a: int) -> int:
        if a in wrong:
            raise ValueError(a)
        return a

    def opened() -> Sampler:
        numbers = count()
        runner = Runner(fn, "out", verbosity=0, on_error="continue")
        return Sampler(runner, f"{tmp_path}/{kept}", {"a": lambda: next(numbers)})

    opened().sample_combos(4)
    resting_sampler = opened()
    page.board.note(resting_sampler)
    page.wait(lambda: page.lines)
    assert [(line["state"], line["total"], line["failed"]) for line in page.lines] == [("idle", 0, 2)]
    wrong.remove(1)
    opened().sample_combos(0, retry_failed=True)
    page.board.tell()
    assert page.lines[0]["failed"] == 1


@pytest.mark.parametrize("content", [b"no results", b""], ids=["text", "empty"])
def test_a_file_that_cannot_be_read_is_told_without_counts(page: Page, tmp_path: Path, content: bytes) -> None:
    """One bad file keeps no sweep from being listed."""
    file = tmp_path / "a.h5"
    harvester = Harvester(Gate(), file)
    file.write_bytes(content)
    page.board.note(harvester)
    page.wait(lambda: page.lines)
    assert {page.lines[0][name] for name in ("total", "done", "failed")} == {0}


def test_a_file_that_is_too_large_is_not_read_for_its_counts(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a file to be read for one line of the side area."""
    gate = Gate()
    gate.open.set()
    harvester = Harvester(gate, tmp_path / "a.h5")
    harvester.harvest_combos({"case": [0]}, verbosity=0)
    monkeypatch.setattr(resting, "_MOST_BYTES", 100)
    page.board.note(harvester)
    page.wait(lambda: page.lines)
    assert page.lines[0]["total"] == 0


def test_nothing_is_told_when_nothing_changes(page: Page) -> None:
    """A kernel whose sweeps rest sends nothing."""
    harvester = Harvester(Gate())
    page.board.note(harvester)
    page.wait(lambda: page.lines)
    told = len(page.heard)
    gc.collect()
    page.board.note(harvester.submit({"case": []}))
    page.wait(lambda: page.lines[0]["state"] == "done")
    assert len(page.heard) > told
    told = len(page.heard)
    page.say(kind="control", sweep="1", run=page.lines[0]["run"], word="stop")
    assert len(page.heard) == told


def test_a_page_that_comes_later_is_told_everything(page: Page) -> None:
    """What was told before a page listened is told again."""
    page.board.note(Harvester(held := Gate()))
    runner = Runner(held)
    page.board.note(runner.submit({"case": []}))
    page.wait(lambda: [line["state"] for line in page.lines] == ["done"])
    told = len(page.heard)
    page.say(kind="watch", page="late", every=1)
    assert len(page.heard) == told + 1
    assert page.lines[0]["kind"] == "runner"


def test_a_run_is_steered_over_the_board(page: Page) -> None:
    """The side area stops a run whose notebook is closed, and what was finished is kept."""
    gate = Gate()
    run = Runner(gate).submit({"case": range(100)}, on_error="continue")
    page.board.note(run)
    page.wait(lambda: page.lines)
    page.say(kind="control", sweep=page.lines[0]["id"], run=run.number, word="stop")
    gate.open.set()
    run.result()
    page.wait(lambda: page.lines[0]["state"] == "stopped")


def test_runs_of_one_sweep_that_are_under_way_together_are_told_apart(page: Page) -> None:
    """Neither hides the other: each has its counts and can be stopped, and both ends are told."""
    gates = [Gate(), Gate()]
    runner = Runner(lambda which, case: gates[which](case), "out")
    runs = [runner.submit({"which": [which], "case": range(2 + which)}, on_error="continue") for which in (0, 1)]
    for run in runs:
        page.board.note(run)
    page.wait(lambda: [line["total"] for line in page.lines] == [2, 3])
    assert [line["run"] for line in page.lines] == [run.number for run in runs]
    assert len({line["id"] for line in page.lines}) == 1
    gates[0].open.set()
    page.wait(lambda: [line["state"] for line in page.lines] == ["done", "running"])
    page.say(kind="control", sweep=page.lines[1]["id"], run=runs[1].number, word="stop")
    gates[1].open.set()
    page.wait(lambda: [line["state"] for line in page.lines] == ["done", "stopped"])
    page.board.note(runner.submit({"which": [0], "case": [0]}))
    page.wait(lambda: [line["total"] for line in page.lines] == [1])


def test_a_page_that_nobody_sees_is_told_of_beginnings_and_ends_alone(page: Page) -> None:
    """Hidden pages cost no traffic, but a notification still comes."""
    page.say(kind="watch", page="hidden", every=None)
    gate = Gate()
    run = Runner(gate).submit({"case": range(3)}, on_error="continue")
    page.board.note(run)
    page.wait(lambda: page.lines and page.lines[0]["state"] == "running")
    gate.open.set()
    run.result()
    page.wait(lambda: page.lines[0]["state"] == "done")
    states = [said["board"]["lines"][0]["state"] for said in page.heard if said["board"]["lines"]]
    assert states == ["running", "done"]


def test_a_sweep_that_nobody_holds_is_listed_no_more(page: Page) -> None:
    """What a cell replaced does not stay in the side area for ever."""
    harvester = Harvester(Gate())
    page.board.note(harvester)
    page.wait(lambda: page.lines)
    del harvester
    gc.collect()
    page.wait(lambda: not page.lines)


def test_a_sweep_that_is_made_again_takes_the_place_of_the_earlier(page: Page, tmp_path: Path) -> None:
    """A cell that is run twice gives one line, though IPython holds on to what it showed before."""
    made = [Harvester(Gate(), tmp_path / "a.h5") for _ in range(2)]
    for harvester in made:
        page.board.note(harvester)
    page.wait(lambda: page.lines)
    assert [line["id"] for line in page.board.lines()] == ["2"]


def test_the_error_that_ended_a_run_is_told(page: Page) -> None:
    """Somebody who was away reads what happened."""
    gate = Gate()
    gate.open.set()
    runner = Runner(gate)
    run = runner.submit({"case": range(3)})
    page.board.note(run)
    assert run.exception() is not None
    page.wait(lambda: page.lines and page.lines[0]["state"] == "failed")
    assert page.lines[0]["said"] == "ValueError: 1"


def test_a_run_that_is_over_when_it_is_listed_is_told_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page reads that it failed without reading why, though nothing more is heard of the run."""
    gate = Gate()
    gate.open.set()
    runner = Runner(gate)
    run = runner.submit({"case": [1]})
    assert run.exception() is not None
    monkeypatch.setattr(run, "listen", lambda _: None)
    sweep = Sweep(1, runner, runner.spec)
    sweep.watch(run, Event())
    assert [(line["state"], line["said"]) for line in sweep.lines()] == [("failed", "ValueError: 1")]


def test_the_panel_in_a_tab_is_that_of_the_notebook(
    page: Page, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two views of one sweep stay in step, for they have one model."""
    shown: list[Any] = []
    monkeypatch.setattr(showing, "display", shown.append)
    harvester = Harvester(Gate(), tmp_path / "a.h5")
    page.board.note(harvester)
    panel = Panel(harvester)
    key = page.board.lines()[0]["key"]
    showing.show("panel", key)
    showing.show("plan", key)
    assert shown[0] is panel
    assert panel.card in shown[1].children


def test_the_panel_in_a_tab_watches_the_run_that_a_cell_waits_for(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """A blocking harvest can be looked at from beside its notebook."""
    shown: list[Any] = []
    monkeypatch.setattr(showing, "display", shown.append)
    gate = Gate()
    harvester = Harvester(gate)
    run = harvester.submit({"case": range(3)}, on_error="continue")
    page.board.note(run)
    showing.show("panel", page.board.lines()[0]["key"])
    assert shown[0].run is run
    gate.open.set()
    run.result()
    shown[0].settle()


def test_a_sweep_that_is_gone_is_refused_with_the_remedy(page: Page) -> None:
    """A tab that is found again says what to do."""
    with pytest.raises(OptionError, match="run the cell that makes it again"):
        showing.show("panel", "nothing")


def test_panels_begin_with_what_the_reader_prefers(page: Page) -> None:
    """The settings of JupyterLab reach panels that are open and panels that are made later; a choice stays."""
    runner = Runner(Gate())
    early, chosen = Panel(runner), Panel(runner)
    wishes: Any = {"choice": "new", "stale": False, "backend": "threads", "workers": 2}
    chosen.card.wishes = wishes
    page.say(kind="prefer", backend="processes", workers=3, ask={"cases": 5, "seconds": 60})
    late, own = Panel(runner), Panel(Runner(Gate(), num_workers=7))
    cards: list[PlanCard] = [panel.card for panel in (early, late, chosen, own)]
    found = [(card.wishes["backend"], card.wishes["workers"]) for card in cards]
    assert found == [("processes", 3), ("processes", 3), ("threads", 2), ("processes", 7)]
    assert all(card.ask == {"cases": 5, "seconds": 60} for card in cards)


def test_a_panel_that_is_being_made_hears_what_the_reader_prefers(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that arrive while a cell makes a panel reach that panel, too."""

    def late(*panel: Any) -> None:
        page.say(kind="prefer", backend="processes", workers=3, ask={"cases": 5, "seconds": 60})
        opened(*panel)

    monkeypatch.setattr("xyzpy_widgets.widgets.panel.opened", late)
    card = Panel(Runner(Gate())).card
    assert (card.wishes["backend"], card.wishes["workers"]) == ("processes", 3)
    assert card.ask == {"cases": 5, "seconds": 60}


def test_the_code_of_a_sweep_is_that_of_its_panel(page: Page) -> None:
    """What is shown beside the notebook does what the panel is set to do."""
    harvester = Harvester(Gate())
    page.board.note(harvester)
    [line] = page.board.lines()
    page.say(kind="code", id="q", sweep=line["id"])
    assert page.heard[-1] == {"kind": "code", "id": "q", "code": "harvester.panel()\n"}
    Panel(harvester).space = {"case": [1, 2]}
    page.say(kind="code", id="q", sweep=line["id"])
    assert "harvester.harvest_combos(" in page.heard[-1]["code"]


def test_a_board_that_cannot_speak_costs_no_run(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with a page is written into the log; the run goes on, and so does the board."""
    told = Event()

    def fail() -> None:
        told.set()
        raise OSError

    monkeypatch.setattr(page.board, "tell", fail)
    gate = Gate()
    gate.open.set()
    run = Runner(gate).submit({"case": [0]})
    page.board.note(run)
    assert told.wait(60)
    assert isinstance(run.progress, Progress)
    assert run.result()["out"].item() == 0
