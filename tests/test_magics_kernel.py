"""%xyz in a kernel: completion through its protocol, and whole notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

STUDY = """
%load_ext xyzpy_widgets
import xyzpy_widgets as xyz
def energy(T, L, path_to=1):
    return T * L, 1
ising = xyz.Harvester(xyz.Runner(energy, ["energy", "mag"]))
islet = xyz.Sampler(energy)
isotherm = 3
trend = [1, 2]
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    """A kernel that has loaded the extension."""
    manager, client = start_new_kernel(kernel_name="python3")
    client.execute_interactive(STUDY, timeout=60)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def completed(kernel: BlockingKernelClient, code: str) -> tuple[list[str], str]:
    """What the kernel offers at the end of some code, and what of it would be replaced."""
    reply: Any = kernel.complete(code, reply=True, timeout=60)
    content = reply["content"]
    return content["matches"], code[content["cursor_start"] : content["cursor_end"]]


@pytest.mark.parametrize(
    ("code", "matches", "word"),
    [
        ("%xyz p", ["pause", "plan", "plot", "panel"], "p"),
        ("x = 1\nr = %xyz ru", ["run"], "ru"),
        ("%%xyz s", ["sweep"], "s"),
        ("%xyz plan is", ["ising", "islet"], "is"),
        ("%xyz run is", ["ising"], "is"),
        ("%xyz sample ", ["islet"], ""),
        ("%xyz run ising ", ["T=", "L=", "path_to=", "--constants", "--cases", "--missing", "--new"], ""),
        ("%xyz run ising T=1 pa", ["path_to="], "pa"),
        ("%xyz run ising T=1 --w", ["--workers", "--wait"], "--w"),
        ("%xyz run ising --all T=1 --a", [], "--a"),
        ("%xyz run ising --on ", ["serial", "threads", "processes"], ""),
        ("%xyz run ising --constants p", ["path_to="], "p"),
        ("%xyz plot ising e", ["energy"], "e"),
        ("%xyz plot ising --x ", ["T", "L", "path_to", "energy", "mag"], ""),
        ("%xyz plot ising energy --kind h", ["heatmap", "hist"], "h"),
        ("%%xyz sweep new -o a --as ", ["harvester", "runner", "sampler"], ""),
        ("%xyz help pl", ["plan", "plot"], "pl"),
        ("%xyz run ising --on=thr", ["threads"], "thr"),
        ("%xyz plot ising --x=en", ["energy"], "en"),
        ("%xyz run ising T=tren", ["trend"], "tren"),
        ("%xyz run ising T=[1, tr", ["trend"], "tr"),
        ("%xyz run ising T=2*li", ["linspace("], "li"),
        ("%xyz sample islet 9 T=uni", ["uniform("], "uni"),
        ("%xyz run ising --cases tr", ["trend"], "tr"),
        ("%xyz run ising --constants path_to=tr", ["trend"], "tr"),
    ],
)
def test_tab_completes_what_may_stand_there_and_nothing_else(
    kernel: BlockingKernelClient, code: str, matches: list[str], word: str
) -> None:
    """The kernel answers a front end with the words of the line alone; no file, no builtin, no other magic."""
    found, replaced = completed(kernel, code)
    assert set(matches) <= set(found)
    assert replaced == word or not matches
    known = {*matches, "--stale", "--failed", "--all", "--workers", "--on", "--wait"}
    assert set(found) <= known or not matches


@pytest.mark.parametrize(
    "code",
    [
        "%xyz code ising ",
        "%xyz frob ",
        "%xyz run ising --workers ",
        "%%xyz sweep ",
        "%%xyz sweep f -f ",
        "%xyz run ising T=1 # is",
    ],
)
def test_tab_offers_nothing_where_nothing_can_be_known(kernel: BlockingKernelClient, code: str) -> None:
    """No other completer of the kernel speaks in a line of %xyz."""
    found, _ = completed(kernel, code)
    assert found == []


def test_python_completes_what_stands_behind_a_dot(kernel: BlockingKernelClient) -> None:
    """The attributes of the notebook's own objects are Python's to know, and other cells are completed as ever."""
    assert "var_names" in "".join(completed(kernel, "%xyz run ising T=ising.runner.var_n")[0])
    assert "isotherm" in completed(kernel, "isoth")[0]
    assert "%xyz" in completed(kernel, "%xy")[0]


def executed(cells: list[str], folder: Path, *, allow_errors: bool = False) -> list[list[Any]]:
    """The outputs of some cells in a notebook of their own."""
    notebook = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources=resources, allow_errors=allow_errors
    ).execute()
    return [cell.outputs for cell in notebook.cells]


def text_of(outputs: list[Any]) -> str:
    """All that outputs say in plain text."""
    parts = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in outputs]
    return "\n".join(parts)


def test_the_whole_loop_in_a_notebook(tmp_path: Path) -> None:
    """Describe, plan, run, watch, mend and draw: every verb in a real notebook, with what each leaves there."""
    cells = [
        "%load_ext xyzpy_widgets",
        "%%xyz sweep ising(T, L) -o energy[J],mag -f ising.h5\nassert T < limit, 'too hot'\nT * L, 1 / T",
        "limit = 3",
        "%xyz plan ising T=1:4:4 L=[16,32]",
        "%xyz run ising --wait",
        "%xyz failures ising",
        "limit = 9\n%xyz retry ising --wait",
        "r = %xyz run ising L=64 T=... ",
        "%xyz run ising L=128 T=...",
        "r.result().sizes['L']",
        "%xyz plot ising energy --x T --by L",
        "%xyz code ising",
        "%xyz panel ising",
        "%xyz explore ising",
        "%xyz",
        "%%xyz sweep ising(T, L) -o energy[J],mag -f ising.h5\nT * L, 2 / T",
        "%%xyz sweep trial -o out -f trial.csv\na * 2",
        "%xyz sample trial 10 a=uniform(0,1) --seed 1 --wait",
        "%xyz pause trial\n%xyz resume trial\n%xyz cancel trial",
    ]
    outputs = executed(cells, tmp_path)
    texts = [text_of(one) for one in outputs]
    assert "in ising.h5: 0 cases stored" in texts[1]
    assert "8 = 8 new" in texts[3]
    assert "4 of 8 done, 4 failed" in texts[4]
    assert "too hot" in texts[5]
    assert "done" in texts[6]
    assert outputs[7] == []
    assert "ising(T, L): " in texts[8]
    assert "1" in texts[9]
    assert "Overlay" in texts[10]
    assert "ising.harvest_combos" in texts[11]
    assert "<Panel of ising(T, L)" in texts[12]
    assert "Explorer" in texts[13]
    assert "ising.h5" in texts[14]
    assert "come from another version of the function" in texts[15]
    assert "trial(a)" in texts[17]


def test_a_mistake_leaves_one_line_and_no_traceback(tmp_path: Path) -> None:
    """The page shows the sentence alone."""
    outputs = executed(["%load_ext xyzpy_widgets", "%xyz runn ising"], tmp_path, allow_errors=True)
    (told,) = outputs[1]
    assert told["output_type"] == "stream"
    assert told["text"].startswith("UsageError: runn is no verb; did you mean: %xyz run")
    assert told["text"].count("\n") == 1
