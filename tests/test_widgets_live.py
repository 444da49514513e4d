"""A run that a cell waits for: what is shown while it goes on and when it is over, in real kernels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import xyzpy_widgets as xyz
from tests.front_end import FrontEnd
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.execution.progress import Progress
from xyzpy_widgets.registry import runs
from xyzpy_widgets.run import RUNNING
from xyzpy_widgets.widgets import live, route
from xyzpy_widgets.widgets.base import STILL_MIME
from xyzpy_widgets.widgets.live import LiveMonitor
from xyzpy_widgets.widgets.route import CONTROL_SUFFIX, ControlFile, heard_while_busy
from xyzpy_widgets.widgets.run_monitor import RunMonitor
from xyzpy_widgets.widgets.still import progress_html, progress_text

_gate, _begun = Event(), Event()


def gated(a: int) -> int:
    """Give it back once the test lets it."""
    assert _gate.wait(60)
    return a


def partly(a: int) -> int:
    """Give back one, fail with two, and wait for the test with three."""
    _begun.set()
    if a == 2:
        msg = "two"
        raise ValueError(msg)
    return a if a == 1 else gated(a)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was displayed, and what it was replaced by."""
    bundles: list[Any] = []

    class Handle:
        def update(self, bundle: Any, *, raw: bool) -> None:
            assert raw
            bundles.append(bundle)

    def display(bundle: Any, *, raw: bool, display_id: bool) -> Handle:
        assert raw
        assert display_id
        bundles.append(bundle)
        return Handle()

    monkeypatch.setattr(live, "display", display)
    return bundles


@pytest.fixture
def run() -> Iterator[xyz.Run]:
    """A run that waits for the test."""
    _gate.clear()
    yield xyz.Runner(gated, "out").submit({"a": [1, 2, 3]})
    _gate.set()


def long(run: xyz.Run) -> Progress:
    """The progress of a run, as if it had gone on for a while."""
    told = run.progress
    return Progress(told.state, told.total, told.done, told.failed, told.cancelled, told.running, elapsed=5.0)


def test_a_short_run_leaves_a_card_alone(shown: list[Any], run: xyz.Run) -> None:
    """A run of a moment opens no widget: a loop of a hundred of them stays light."""
    monitor = LiveMonitor(run)
    monitor(run.progress)
    _gate.set()
    run.result(60)
    monitor.close()
    assert [set(bundle) for bundle in shown] == [{"text/plain", "text/html"}] * 2
    assert shown[0]["text/plain"].startswith("gated(a): 0 of 3 done, as it stood after ")
    assert shown[-1]["text/plain"].startswith("gated(a): 3 of 3 done, after ")


def test_a_longer_run_is_a_widget_while_it_goes_on(front_end: FrontEnd, shown: list[Any], run: xyz.Run) -> None:
    """The widget takes the place of the card, obeys the page, and gives its place to words at the end."""
    monitor = LiveMonitor(run)
    monitor(long(run))
    view = shown[-1]["application/vnd.jupyter.widget-view+json"]
    widget = monitor._monitor  # noqa: SLF001 - the widget that is shown
    assert widget is not None
    assert view["model_id"] == widget.model_id
    assert shown[-1]["text/plain"].startswith("gated(a): 0 of 3 done, as it stood after ")
    assert {STILL_MIME, "text/html"} < set(shown[-1])
    run.listen(monitor)
    front_end.wait(lambda: run.progress.running == 1)
    front_end.send(widget, {"kind": "control", "word": "stop"})
    _gate.set()
    run.result(60)
    front_end.wait(lambda: front_end.state(widget)["progress"]["state"] == "stopped")
    monitor.close()
    assert set(shown[-1]) == {"text/plain", "text/html"}
    assert "1 of 3 done, stopped after" in shown[-1]["text/plain"]


def waits_for_the_second(run: xyz.Run) -> bool:
    """Whether the first case of a run has an end, and the second is under way."""
    return [run.states[0] != RUNNING, run.states[1] == RUNNING] == [True, True]


def test_a_case_of_a_blocking_run_is_told(front_end: FrontEnd, shown: list[Any]) -> None:
    """A click on the map tells what came of a case, or why it failed, while the cell still waits."""
    _gate.clear()
    runner = xyz.Runner(partly, "out", on_error="continue")
    for first, state in ((1, "done"), (2, "failed")):
        run = runner.submit({"a": [first, 3]})
        monitor = LiveMonitor(run)
        monitor(long(run))
        run.listen(monitor)
        widget: Any = monitor._monitor  # noqa: SLF001 - the widget that is shown
        front_end.wait(partial(waits_for_the_second, run))
        told, waits = (front_end.ask(widget, kind="case", number=number)["reply"] for number in range(2))
        assert (told["state"], waits["state"]) == (state, "running")
        assert told["results"] == ([{"name": "out", "text": "1"}] if state == "done" else [])
        if state == "failed":
            assert "ValueError: two" in told["failure"]["traceback"]
            assert told["failure"]["code"].strip().endswith(".fn(a=2)")
        run.stop()
        _gate.set()
        run.result(60)
        monitor.close()
        _gate.clear()
    assert "1 failed" in shown[-1]["text/plain"]


def test_what_is_stored_already_is_not_called_not_run(front_end: FrontEnd, shown: list[Any], tmp_path: Path) -> None:
    """The map of a run that fills what is missing shows what it leaves alone as it stands in the file."""
    _gate.set()
    harvester = xyz.Harvester(xyz.Runner(gated, "out", verbosity=0), tmp_path / "data.h5")
    harvester.harvest_combos({"a": [1]})
    _gate.clear()
    run = harvester.submit({"a": [1, 2]}, missing_only=True)
    monitor = LiveMonitor(run)
    monitor(long(run))
    widget: Any = monitor._monitor  # noqa: SLF001 - the widget that is shown
    assert front_end.state(widget)["states"][0] == Status.DONE
    told = front_end.ask(widget, kind="case", number=0)["reply"]
    assert (told["state"], told["results"]) == ("done", [{"name": "out", "text": "1"}])
    panel = harvester.panel()
    panel.run = run
    assert front_end.state(panel.monitor)["states"][0] == Status.DONE
    _gate.set()
    run.result(60)
    monitor.close()
    assert shown


def test_a_failure_of_a_plain_function_bears_code_too(front_end: FrontEnd, shown: list[Any]) -> None:
    """Where there is no Runner whose name could stand in the code, the function's own does."""
    _gate.clear()
    _begun.clear()
    combos = {"a": [2, 3]}
    caller = Thread(target=partial(xyz.combo_runner, partly, combos, on_error="continue", verbosity=0))
    caller.start()
    assert _begun.wait(60)
    run = runs()[-1]
    monitor = LiveMonitor(run)
    monitor(long(run))
    run.listen(monitor)
    front_end.wait(lambda: run.progress.failed == 1)
    widget: Any = monitor._monitor  # noqa: SLF001 - the widget that is shown
    assert run.sweep is None
    assert front_end.ask(widget, kind="case", number=0)["reply"]["failure"]["code"] == "partly(a=2)"
    _gate.set()
    caller.join(60)
    monitor.close()
    assert shown


def test_a_word_in_the_control_file_is_obeyed(
    front_end: FrontEnd, shown: list[Any], run: xyz.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a busy kernel hears no message, the page writes a word beside the notebook; the file does not stay."""
    folder = tmp_path / "work" / "deep"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", "77")
    (tmp_path / "jpserver-77.json").write_text(json.dumps({"root_dir": str(tmp_path / "work")}))
    monitor = LiveMonitor(run)
    monitor(long(run))
    assert monitor._monitor is not None  # noqa: SLF001 - the widget that is shown
    path = front_end.state(monitor._monitor)["control_path"]  # noqa: SLF001
    assert path.startswith("deep/run-")
    assert path.endswith(CONTROL_SUFFIX)
    obeyed = Event()
    run.listen(lambda progress: obeyed.set() if progress.state == "stopping" else None)
    (tmp_path / "work" / path).write_text("stop")
    assert obeyed.wait(60)
    _gate.set()
    run.result(60)
    monitor.close()
    assert list(folder.iterdir()) == []


def test_a_kernel_with_subshells_needs_no_control_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where messages reach a busy kernel, no file is written into the user's folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", "79")
    (tmp_path / "jpserver-79.json").write_text(json.dumps({"root_dir": str(tmp_path)}))
    assert ControlFile().path
    monkeypatch.setattr(route, "hears_while_busy", lambda: True)
    assert ControlFile().path == ""


def test_a_kernel_without_a_server_has_no_control_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where nobody knows the root of the server, or the folder lies outside of it, there is no path to write to."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", "78")
    assert ControlFile().path == ""
    (tmp_path / "jpserver-78.json").write_text(json.dumps({"root_dir": str(tmp_path / "elsewhere")}))
    assert ControlFile().path == ""
    assert ControlFile().take() == ""


def test_messages_stay_on_the_shell_that_the_page_names(front_end: FrontEnd) -> None:
    """The route of ipykernel, which sends them to the shell that spoke last, is the one thing that is changed."""
    widget = RunMonitor()
    heard_while_busy(widget)
    assert not hasattr(widget.comm, "_reply_subshell_for")
    widget.comm._reply_subshell_for = lambda _data, _default: "main"  # noqa: SLF001 - as ipykernel has it
    heard_while_busy(widget)
    assert widget.comm._reply_subshell_for({}, "subshell") == "subshell"  # noqa: SLF001


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress("done", 960, done=957, failed=3, elapsed=41), "957 of 960 done, 3 failed, after 41 s"),
        (Progress("stopped", 960, done=812, elapsed=90), "812 of 960 done, stopped after 1.5 min"),
        (Progress("running", 960, done=12), "12 of 960 done"),
        (Progress("held", 9, done=1, failed=5), "1 of 9 done, 5 failed, held"),
        (Progress("cancelled", 9, done=1, cancelled=2), "1 of 9 done, 2 cancelled, cancelled after 0 s"),
    ],
)
def test_a_run_reads_as_a_line(progress: Progress, text: str) -> None:
    """What stands in a saved notebook says how it ended."""
    assert progress_text(progress) == text
    html = progress_html("f(<a>)", progress, "<said>")
    assert "f(&lt;a&gt;)" in html
    assert "&lt;said&gt;" in html


def executed(cells: list[str], folder: Path) -> list[Any]:
    """The outputs of each of some cells, run in a fresh kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources, allow_errors=True).execute()
    return [cell.outputs for cell in notebook.cells]


def test_a_cell_shows_its_run_and_keeps_words(tmp_path: Path) -> None:
    """In a real kernel a run becomes a widget while its cell blocks, and a card of text and HTML afterwards."""
    slow = (
        "import time, xyzpy_widgets as xyz\n"
        "def slow(a):\n    time.sleep(0.2)\n    return a\n"
        "harvester = xyz.Harvester(xyz.Runner(slow, 'out'), 'data.h5')\n"
        "harvester.harvest_combos({'a': range(6)});"
    )
    interrupted = (
        "import _thread, threading\n"
        "def interrupt():\n"
        "    while not any(run.progress.total == 54 and run.progress.done for run in xyz.runs()):\n"
        "        time.sleep(0.01)\n"
        "    _thread.interrupt_main()\n"
        "threading.Thread(target=interrupt).start()\n"
        "harvester.harvest_combos({'a': range(6, 60)})"
    )
    counted = "int((harvester.status == 1).sum()) > 6, harvester.full_ds.sizes['a']"
    first, second, third = executed([slow, interrupted, counted], tmp_path)
    [card] = [out for out in first if out.output_type == "display_data"]
    assert card.data["text/plain"].startswith("slow(a): 6 of 6 done, after ")
    assert set(card.data) == {"text/plain", "text/html"}
    assert [out.ename for out in second if out.output_type == "error"] == ["KeyboardInterrupt"]
    [card] = [out for out in second if out.output_type == "display_data"]
    assert "of 54 done, stopped after" in card.data["text/plain"]
    assert third[0].data["text/plain"] == "(True, 60)"


def test_a_terminal_has_the_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a kernel a run is a bar of text."""
    xyz.Runner(lambda a: a, "out").run_combos({"a": [1, 2]})
    assert "2/2" in capsys.readouterr().err
