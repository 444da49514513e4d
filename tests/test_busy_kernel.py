"""A kernel whose cell runs: it is found, listened to and steered from outside, with and without subshells."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from xyzpy_widgets.lab.board import BOARD
from xyzpy_widgets.widgets.route import CONTROL_SUFFIX

# each case waits for a file, so that the cell does until the test lets it go
_CELL = """
import time
from pathlib import Path
import xyzpy_widgets as xyz

def waited(case):
    while not Path("go").exists():
        time.sleep(0.01)
    return case

harvester = xyz.Harvester(xyz.Runner(waited, "out", verbosity=1), "out.h5")
harvester.harvest_combos({"case": range(100)})
"""
_EARLIER = Path(sys.prefix) / "earlier"
"""An ipykernel without subshells; the Makefile puts it there."""


class Outside:
    """A client that comes when the kernel is busy already.

    Parameters
    ----------
    client : BlockingKernelClient
    """

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client

    def say(self, kind: str, **content: Any) -> str:
        """Send a message on the control channel; return its id."""
        message = self._client.session.msg(kind, content)
        self._client.control_channel.send(message)
        return str(message["header"]["msg_id"])

    def tell(self, **said: Any) -> None:
        """Say something to the board."""
        self.say("comm_msg", comm_id=BOARD, data=said)

    def connect(self) -> None:
        """Ask until something is heard: what a kernel says before it notices who listens is lost."""
        with suppress(Empty):
            self.say("kernel_info_request")
            self._client.get_iopub_msg(timeout=1)
            return
        self.connect()

    def has_board(self) -> bool:
        """Ask whether there is a board."""
        asked = self.say("comm_info_request", target_name=BOARD)
        while True:
            reply = self._client.get_control_msg(timeout=60)
            if reply["parent_header"]["msg_id"] == asked:
                return BOARD in reply["content"]["comms"]

    def heard(self, wanted: Callable[[dict[str, Any]], Any]) -> Any:
        """Return what is made of the first message that tells what is wanted."""
        while True:
            found = wanted(self._client.get_iopub_msg(timeout=60))
            if found:
                return found

    def line(self, *states: str) -> dict[str, Any]:
        """Wait until the board tells of a run in one of some states."""
        return dict(self.heard(lambda message: next((one for one in _lines(message) if one["state"] in states), None)))


def _lines(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    ours = message["msg_type"] == "comm_msg" and content["comm_id"] == BOARD
    return list(content["data"]["board"]["lines"]) if ours else []


@pytest.fixture(params=["this ipykernel", "ipykernel 6"])
def kernel(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BlockingKernelClient]:
    """A kernel of a Jupyter server that serves the folder, with the ipykernel that is installed or an earlier one."""
    if request.param == "ipykernel 6":
        if not _EARLIER.is_dir():
            pytest.skip(f"there is no ipykernel 6 in {_EARLIER}; `make {_EARLIER.name}` installs it")
        monkeypatch.setenv("PYTHONPATH", str(_EARLIER))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    (tmp_path / f"jpserver-{os.getpid()}.json").write_text(json.dumps({"root_dir": str(tmp_path)}))
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture
def outside(kernel: BlockingKernelClient) -> Iterator[Outside]:
    """Somebody who connects after the cell has begun to run its cases."""
    kernel.execute(_CELL)
    busy = Outside(kernel)
    busy.line("running")
    client = BlockingKernelClient()
    client.load_connection_info(kernel.get_connection_info())
    client.start_channels()
    other = Outside(client)
    yield other
    client.stop_channels()


def test_a_kernel_that_is_busy_already_is_found_and_steered(
    kernel: BlockingKernelClient, outside: Outside, tmp_path: Path
) -> None:
    """Whoever comes late learns of the run and pauses, resumes, stops and cancels it, while its cell still runs."""
    assert outside.has_board()
    outside.connect()
    outside.tell(kind="watch", page="late", every=1)
    line = outside.line("running")
    assert (line["total"], line["done"]) == (100, 0)
    for word, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopping")):
        outside.tell(kind="control", sweep=line["id"], run=line["run"], word=word)
        outside.line(state)
    outside.tell(kind="control", sweep=line["id"], run=line["run"], word="cancel")
    (tmp_path / "go").touch()
    assert outside.line("cancelled", "stopped")["done"] < 100
    assert kernel.get_shell_msg(timeout=60)["content"]["status"] in {"ok", "error"}


def test_the_last_word_of_a_page_holds(kernel: BlockingKernelClient, outside: Outside, tmp_path: Path) -> None:
    """A page that does not know yet where it is heard speaks on two channels, one of which a busy kernel reads late."""

    def prefer(backend: str) -> dict[str, Any]:
        return {"kind": "prefer", "backend": backend, "workers": None, "ask": {"cases": None, "seconds": None}}

    first = {"comm_id": BOARD, "data": prefer("serial")}
    kernel.shell_channel.send(kernel.session.msg("comm_msg", first))
    outside.say("comm_msg", **first)
    outside.tell(**prefer("threads"))
    assert outside.has_board()  # by then it has heard both
    (tmp_path / "go").touch()
    names = "from xyzpy_widgets.widgets.preferences import preferred"
    reply: Any = kernel.execute(names, user_expressions={"backend": "preferred().backend"}, reply=True, timeout=60)
    assert reply["content"]["user_expressions"]["backend"]["data"]["text/plain"] == "'threads'"


def test_a_busy_kernel_without_subshells_reads_its_control_file(kernel: BlockingKernelClient, tmp_path: Path) -> None:
    """The buttons below a cell work with ipykernel 6 too; where messages reach the kernel, there is no such file."""
    told: Any = kernel.kernel_info(reply=True, timeout=60)
    kernel.execute(_CELL)
    watcher = Outside(kernel)

    def control_path(message: dict[str, Any]) -> tuple[str] | None:
        state = message["content"].get("data", {}).get("state", {}) if message["msg_type"] == "comm_open" else {}
        return (state["control_path"],) if "control_path" in state else None

    (path,) = watcher.heard(control_path)
    if "kernel subshells" in told["content"].get("supported_features", ()):
        assert path == ""
        return
    assert path.endswith(CONTROL_SUFFIX)
    for word, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopping")):
        (tmp_path / path).write_text(word)
        watcher.line(state)
    (tmp_path / "go").touch()
    assert watcher.line("stopped")["done"] < 100
    assert not (tmp_path / path).exists()
