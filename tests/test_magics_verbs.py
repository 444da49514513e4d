"""The verbs of %xyz in a real IPython: each does what the method of its name does, and says what is wrong in a line."""

from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.error import UsageError

import xyzpy_widgets as xyz
from tests.ipython import Notebook
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.execution.progress import ProgressBar
from xyzpy_widgets.magics import showing
from xyzpy_widgets.magics.showing import Text
from xyzpy_widgets.magics.verbs import Overview

STUDY = """
import threading
begun, gate, limit = threading.Event(), threading.Event(), 99
def energy(T: float, L: int, p=0.5, k=1):
    if T > limit:
        raise ValueError("too hot")
    return T * L * k
def gated(T):
    begun.set()
    gate.wait(60)
    return T
import xyzpy_widgets as xyz
ising = xyz.Harvester(xyz.Runner(energy, "e"))
plain = xyz.Runner(energy, "e")
slow = xyz.Harvester(xyz.Runner(gated, "e"))
trial = xyz.Sampler(xyz.Runner(energy, "e"), seed=1)
"""


@pytest.fixture
def study(notebook: Notebook) -> Notebook:
    """An IPython with a Harvester, a Runner and a Sampler."""
    notebook.run(STUDY)
    return notebook


def test_plan_counts_and_runs_nothing(study: Notebook) -> None:
    """A plan is the Preview that the method gives, and keeps no result."""
    preview: Any = study.run("%xyz plan ising T=0.5:4:4 L=[16,32,64]")
    assert isinstance(preview, xyz.Preview)
    assert (preview.total, preview.new) == (12, 12)
    ising: Any = study["ising"]
    assert ising.full_ds is None
    assert (
        preview.plan.space.combos.values
        == ising.plan({"T": np.linspace(0.5, 4, 4), "L": [16, 32, 64]}).plan.space.combos.values
    )
    study.run("kept = %xyz plan ising --all L=8 T=1:2 --constants k=2")
    assert isinstance(study["kept"], xyz.Preview)


def test_run_gives_the_handle_of_what_was_planned(study: Notebook) -> None:
    """A line without axes runs those of the line before, and what is there is not run again."""
    study.run("%xyz plan ising T=[1, 2] L=8,16")
    study.run("r = %xyz run ising")
    run: Any = study["r"]
    assert isinstance(run, xyz.Run)
    assert run.result(60)["e"].values.tolist() == [[8, 16], [16, 32]]
    again: Any = study.run("%xyz run ising")
    assert isinstance(again, xyz.Run)
    again.result(60)
    assert len(again.plan) == 0
    more: Any = study.run("%xyz run ising T=... L=32")
    assert len(more.plan) == 2
    more.result(60)
    everything: Any = study.run("%xyz run ising --all T=... L=... --constants 'k=1'")
    assert len(everything.plan) == 6
    everything.result(60)
    with pytest.raises(UsageError, match="k=3, and the stored data was made with k=1"):
        study.shell.run_line_magic("xyz", "run ising T=1 L=8 --constants k=3")


def test_arguments_that_a_line_does_not_name_keep_their_default(study: Notebook) -> None:
    """A line says all that is not usual, as a call does."""
    preview: Any = study.run("%xyz plan ising T=1 L=2")
    assert preview.plan.space.names == ("T", "L")
    with pytest.raises(UsageError, match=r"L has no values yet; write L=0\.5:4:40"):
        study.shell.run_line_magic("xyz", "plan ising T=1")
    study.run("r = %xyz run ising T=1 L=2,4\nr.result(60)")
    preview = study.run("%xyz plan ising T=1:3")
    assert (preview.total, preview.stored) == (6, 2)


def test_a_semicolon_shows_nothing(study: Notebook) -> None:
    """A cell that ends quietly is quiet, and an assignment keeps its handle with a semicolon too."""
    assert study.run("%xyz run ising T=1 L=1;") is None
    assert study.run("%xyz plan ising;") is None
    study.run("r = %xyz run ising T=2 L=1;")
    run: Any = study["r"]
    assert isinstance(run, xyz.Run)
    run.result(60)


def test_wait_waits_and_leaves_a_bar(study: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """In a terminal a run that is waited for is a bar, and an assignment shows nothing."""
    assert study.run("%xyz run ising T=1:3 L=1 --wait") is None
    assert "3/3" in capsys.readouterr().err
    study.run("r = %xyz run ising T=4:6 L=1 --wait")
    assert capsys.readouterr().err == ""
    run: Any = study["r"]
    assert run.done()
    ising: Any = study["ising"]
    assert ising.full_ds.sizes["T"] == 6


def test_a_run_is_steered_by_its_name(study: Notebook) -> None:
    """Pause, resume, stop and cancel are the methods of the handle, found by the sweep or by the handle's own name."""
    study.run("r = %xyz run slow T=1:4")
    run: Any = study["r"]
    assert study.run("%xyz pause slow") is run
    assert run.progress.state == "paused"
    study.run("%xyz resume r")
    assert run.progress.state == "running"
    assert "0/4 done" in repr(study.run("%xyz"))
    assert study["begun"].wait(60)
    study.run("%xyz stop slow")
    study.run("gate.set()")
    assert run.result(60)["e"].sizes["T"] >= 1
    study.run("gate.clear()\nr = %xyz run slow T=5:9")
    study.run("%xyz cancel slow\ngate.set()")
    run = study["r"]
    with pytest.raises(CancelledError):
        run.result(60)
    assert run.cancelled()


def test_of_two_runs_the_one_that_goes_on_is_steered(study: Notebook) -> None:
    """A run that has come to its end does not stand before another one that has not."""
    study.run("one = %xyz run slow T=1:4\ntwo = %xyz run slow T=[] --wait")
    assert study["two"].done()
    assert study.run("%xyz cancel slow") is study["one"]
    study.run("gate.set()")
    with pytest.raises(CancelledError):
        study["one"].result(60)


def test_an_interrupt_ends_a_run_that_is_waited_for(study: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C keeps what is finished, and nothing goes on behind the user's back."""
    study.shell.user_ns["waited_for"] = waited_for = Event()

    class Bar(ProgressBar):
        def __init__(self, plan: Plan, verbosity: int) -> None:
            super().__init__(plan, verbosity)
            waited_for.set()

    monkeypatch.setattr(showing, "ProgressBar", Bar)
    study.run(
        "import os, signal\n"
        "def interrupting(a):\n"
        "    if a == 2:\n"
        "        xyz.runs()[-1].listen(lambda progress: gate.set() if progress.state == 'cancelling' else None)\n"
        "        assert waited_for.wait(60)\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        assert gate.wait(60)\n"
        "    return a\n"
        "cut = xyz.Harvester(xyz.Runner(interrupting, 'out'))"
    )
    with pytest.raises(KeyboardInterrupt):
        study.run("%xyz run cut a=1:50000 --wait")
    assert xyz.runs()[-1].cancelled()
    assert 1 in study["cut"].full_ds["out"].values


def test_a_run_that_is_held_gives_the_prompt_back(study: Notebook) -> None:
    """Many failures of one kind do not let the user wait for ever: the run is held, and asks."""
    study.run("limit = 0")
    run = study.run("%xyz run ising T=1:2000 L=1 --wait")
    assert run.progress.state == "held"
    study.run("limit = 9999\n%xyz stop ising")
    run.result(60)
    assert len(study.run("%xyz failures ising")) >= 5
    study.run("%xyz retry ising --wait")
    assert len(study.run("%xyz failures ising")) == 0


def test_failures_are_listed_and_tried_again(study: Notebook) -> None:
    """What failed is a table; all of it or some by number is run again, once the function is mended."""
    study.run("limit = 2")
    study.run("%xyz run ising T=1:4 L=1 --wait")
    table: Any = study.run("%xyz failures ising")
    assert isinstance(table, pd.DataFrame)
    assert table["T"].tolist() == [3, 4]
    assert table["said"].tolist() == ["too hot"] * 2
    with pytest.raises(UsageError, match="7 is no case of the table of failures; give numbers from 0 to 1"):
        study.shell.run_line_magic("xyz", "retry ising 7")
    study.run("limit = 99")
    study.run("%xyz retry ising 1 --wait")
    assert study.run("%xyz failures ising")["T"].tolist() == [3]
    assert type(xyz.runs()[-1].plan.point(0).args["L"]) is int
    assert study.run("%xyz code ising") == "ising.retry(1, max_failures=5)\n"
    study.run("%xyz retry ising --wait --workers 2")
    assert study.run("%xyz code ising") == "ising.retry(num_workers=2, max_failures=5)\n"
    with pytest.raises(UsageError, match="nothing of ising has failed"):
        study.shell.run_line_magic("xyz", "retry ising")
    ising: Any = study["ising"]
    assert ising.full_ds["e"].values.tolist() == [[1], [2], [3], [4]]


def test_the_failures_of_a_runner_are_those_of_its_last_run(study: Notebook) -> None:
    """What keeps nothing still knows what its newest run did."""
    study.run("limit = 2\n%xyz run plain T=1:3 L=1 --wait")
    assert study.run("%xyz failures plain")["T"].tolist() == [3]
    study.run("limit = 99\n%xyz run plain T=1:2 L=1 --constants k=2 --wait\nlimit = 2")
    study.run("%xyz run plain T=2:3 L=1 --constants k=2 --wait\nlimit = 99")
    study.run("%xyz plan plain T=1 L=1 --constants k=3\n%xyz retry plain --wait")
    assert study["plain"].last_ds["e"].values.tolist() == [[6]]
    with pytest.raises(UsageError, match="--failed: plain keeps nothing from run to run; make it a Harvester"):
        study.shell.run_line_magic("xyz", "run plain --failed T=1 L=1")


def test_sample_draws(study: Notebook) -> None:
    """A Sampler is drawn from, with the same rows for the same seed."""
    study.run("%xyz sample trial 20 T=uniform(0,1) L=[1,2] --seed 3 --wait")
    trial: Any = study["trial"]
    first = trial.full_df.copy()
    assert len(first) == 20
    study.run("%xyz sample trial 20 --seed 3 T=uniform(0,1) L=[1,2] --wait")
    assert trial.full_df.iloc[20:].reset_index(drop=True).equals(first)
    preview: Any = study.run("%xyz plan trial 5")
    assert preview.total == 5
    assert study.run("many = 7\n%xyz plan trial many").total == 7
    assert "rng.uniform(0, 1)" in repr(study.run("%xyz code trial"))
    with pytest.raises(UsageError, match="trial is a Sampler; write %xyz sample trial 1000"):
        study.shell.run_line_magic("xyz", "run trial T=1 L=1")
    with pytest.raises(UsageError, match="ising is no Sampler; write %xyz run ising"):
        study.shell.run_line_magic("xyz", "sample ising 10")


def test_code_is_python_that_asks_for_the_same(study: Notebook) -> None:
    """The line can be left behind: its code plans the very same points."""
    preview: Any = study.run("%xyz plan ising T=0.5:4:4 L=2**3,16 --constants k=2 --workers 2 --on threads")
    code = study.run("%xyz code ising")
    assert isinstance(code, Text)
    assert repr(code) == code
    assert '"k": 2' in code
    study.run(code.replace("ising.harvest_combos", "again = ising.plan"))
    again: Any = study["again"]
    assert again.plan.space.combos == preview.plan.space.combos
    assert again.spec.constants == preview.spec.constants
    with pytest.raises(UsageError, match="nothing was asked of plain yet; write %xyz plan plain"):
        study.shell.run_line_magic("xyz", "code plain")


def test_plot_draws_what_is_wished(study: Notebook) -> None:
    """The wishes of a line are those of the method."""
    study.run("%xyz run ising T=1:3 L=1,2 --wait")
    drawn = study.run("%xyz plot ising e --x T --by L --kind line")
    assert "Overlay" in type(drawn).__name__
    with pytest.raises(UsageError, match="ee is no output of ising; did you mean 'e'"):
        study.shell.run_line_magic("xyz", "plot ising ee")
    with pytest.raises(UsageError, match="TT"):
        study.shell.run_line_magic("xyz", "plot ising e --x TT")
    with pytest.raises(UsageError, match="no data to draw yet"):
        study.shell.run_line_magic("xyz", "plot slow")


def test_explore_opens_an_explorer_with_what_is_wished(study: Notebook) -> None:
    """The wishes for the first view are those of plot."""
    study.run("%xyz run ising T=1:3 L=1,2 --wait")
    explorer = study.run("explorer = %xyz explore ising e --x L\nexplorer")
    assert type(explorer).__name__ == "ResultsExplorer"
    assert explorer.view.x == "L"


def test_panel_opens_with_the_axes_of_the_last_line(study: Notebook) -> None:
    """Line and panel share one plan, and the panel shows a line that says it."""
    study.run("%xyz plan ising T=0.5:4:4 L=[16,32] --constants p=0.25")
    panel: Any = study.run("panel = %xyz panel ising\npanel")
    assert (panel.space.row("T").kind, panel.space.row("L").values) == ("range", "16, 32")
    assert panel.plan.total == 8
    assert panel.card.code["magic"] == "%xyz run ising T=0.5:4.0:4 L=[16, 32] --constants p=0.25 --new"


def test_the_overview_tells_sweeps_stores_and_runs(study: Notebook, notebook: Notebook) -> None:
    """A bare line says what is there; where nothing is, what to write."""
    study.run("%xyz run ising T=1:3 L=1 --wait")
    found = study.run("%xyz")
    assert isinstance(found, Overview)
    rows = found.table.set_index("name")
    assert set(rows.index) == {"ising", "plain", "slow", "trial"}
    assert rows.loc["ising", "stored"] == "3 cases"
    assert str(rows.loc["ising", "run"]).startswith("3/3 done")
    assert "Sampler" in repr(found)
    assert "<table" in found._repr_html_()
    notebook.run("del ising, plain, slow, trial")
    assert "No sweep yet. Make one: %%xyz sweep NAME" in repr(notebook.run("%xyz"))


def test_failed_draws_run_again_by_their_numbers(study: Notebook) -> None:
    """A line tries again what a Sampler drew and could not do: some by their rows of the table, or all."""
    study.run(
        "broken = {1, 2}\n"
        "def sometimes(a):\n"
        "    if a in broken:\n"
        "        raise ValueError(a)\n"
        "    return a\n"
        "drawn = xyz.Sampler(xyz.Runner(sometimes, 'e'))"
    )
    study.run("%xyz sample drawn 30 a=[0,1,2] --seed 1 --wait")
    drawn: Any = study["drawn"]
    failed = study.run("%xyz failures drawn")
    assert failed["a"].tolist() == drawn.failures["a"].tolist()
    study.run("broken.remove(1)")
    row = failed["a"].tolist().index(1)
    study.run(f"%xyz retry drawn {row} --wait")
    assert len(drawn.failures) == len(failed) - 1
    study.run("%xyz retry drawn --wait")
    assert set(drawn.failures["a"]) == {2}
    study.run("broken.clear()")
    study.run("%xyz retry drawn --wait")
    assert drawn.failures.empty
    assert len(drawn.full_df) == 30


def test_failed_draws_run_again_after_a_restart(study: Notebook, tmp_path: Path) -> None:
    """A line lists, and tries again, what failed in a kernel that is gone."""
    study.run(
        "def no(a):\n"
        "    if broken:\n"
        "        raise ValueError(a)\n"
        "    return a\n"
        "broken = True\n"
        "runner = xyz.Runner(no, 'e', on_error='continue', verbosity=0)\n"
        f"opened = lambda: xyz.Sampler(runner, {str(tmp_path / 't.csv')!r})\n"
        "opened().sample_combos(2, {'a': [1]})\n"
        "broken, again = False, opened()"
    )
    assert study.run("%xyz failures again")["said"].tolist() == ["1", "1"]
    study.run("%xyz retry again --wait")
    assert study.run("%xyz failures again").empty
    again: Any = study["again"]
    assert again.full_df["e"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("runn ising", r"runn is no verb; did you mean: %xyz run NAME .*\(at character 6: runn ising\)"),
        ("run isin", r"there is no sweep isin; did you mean 'ising'\? \(at character 10: isin\)"),
        ("run gate", "gate is no sweep but a Event"),
        ("run energy", r"energy is a plain function; write energy = xyz\.Harvester"),
        ("run ising(T=1, L=2)", "write ising without brackets, and its axes behind it: ising T=0.5:4:40"),
        ("run ising t=1 L=2", r"t is no argument that may vary; did you mean 'T'\?"),
        ("run ising TT=1", r"TT is no argument that may vary; did you mean 'T'\? \(at character 16: TT=1\)"),
        ("run ising T=[1,2 L=3", "a “]” is missing for this “\\[” \\(at character 18"),
        ("run ising T=0.5:4:x", r"T=0.5:4:x: x is not defined.*write T=0.5:4:40|T=0.5:4:x: x is not defined"),
        ("run ising T=1 L=0.5", "L=0.5: takes whole numbers, and 0.5 is not"),
        ("run ising T=1 L=1 --workers many", r"--workers many: give a whole number from 1"),
        ("run ising T=1 L=1 --on thread", "executor='thread'; choose one of"),
        ("run ising T=1 L=1 --all --new", "--all and --new are two choices"),
        ("run ising T=1 L=1 --seed 1", "--seed is no option"),
        ("plan ising T=1 L=1 --seed 1", "ising draws nothing"),
        ("plan ising 100 T=1", "ising is no Sampler; write %xyz plan ising with axes"),
        ("run ising T=1 L=1 --constants k", "--constants k; write --constants k=2"),
        ("run ising T=1 L=1 --constants T=2", "T stands twice"),
        ("run ising L=1 --cases [{'TT':1}]", "TT is no argument"),
        ("pause ising", "ising has not run yet; write %xyz run ising"),
        ("retry trial", "nothing of trial has failed"),
        ("sweep ising", "sweep takes a whole cell; write %%xyz sweep"),
        ("ising T=1", "ising is a sweep, and a line begins with its verb; did you mean: %xyz run ising T=1 "),
        ("trial 100", "trial is a sweep, .*did you mean: %xyz sample trial 100 "),
        ("plan ising L=1 T=fast mode", "mode is too much; write values without blanks, and a text in quotes"),
        ("retry ising 0", "nothing of ising has failed"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(study: Notebook, line: str, said: str) -> None:
    """No traceback for a slip, and the nearest right form beside it."""
    with pytest.raises(UsageError, match=said) as found:
        study.shell.run_line_magic("xyz", line)
    assert "\n" not in str(found.value)
    assert found.value.__suppress_context__


def test_cases_come_from_the_notebook(study: Notebook) -> None:
    """A list of cases or a DataFrame is named in the line, and multiplies the axes."""
    study.run("import pandas as pd\ntable = pd.DataFrame({'L': [1, 2], 'k': [3, 4]})")
    preview: Any = study.run("%xyz plan ising T=1:3 --cases table")
    assert preview.total == 6
    assert (study.run("%xyz plan ising --cases '[dict(L=1, T=2)]'")).total == 1


def test_the_defaults_are_configured(study: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """%config XyzMagics says once on how many workers and where; a line says otherwise."""
    study.run("%config XyzMagics.workers = 2\n%config XyzMagics.backend = 'threads'")
    study.run("%xyz plan ising T=1 L=1")
    assert 'executor="threads", num_workers=2' in str(study.run("%xyz code ising")).replace("\n    ", " ").replace(
        ",  ", ", "
    )
    study.run("%xyz plan ising T=1 L=1 --workers 3 --on processes")
    code = str(study.run("%xyz code ising"))
    assert 'executor="processes"' in code
    assert "num_workers=3" in code
    study.run("%config XyzMagics")
    assert "Seconds between two pictures" in capsys.readouterr().out
    study.run("from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)")
    study.run("%xyz run ising --on pool T=1 L=1 --wait\npool.shutdown()")
    assert "executor=pool" in str(study.run("%xyz code ising"))


def test_braces_and_dollars_are_left_alone(study: Notebook) -> None:
    """IPython replaces nothing in a line."""
    study.run("x = 3")
    with pytest.raises(UsageError, match=r"T=\$x: "):
        study.shell.run_line_magic("xyz", "plan ising T=$x L=1")
    assert study.run("%xyz plan ising T={x} L=1").plan.space.combos.values[0] == (3,)


def test_names_of_a_function_are_seen(study: Notebook) -> None:
    """A line within a function takes what is local there."""
    line = "get_ipython().run_line_magic('xyz', 'plan ising T=local L=1')"
    study.run(f"def count():\n    local = [1, 2, 3]\n    return {line}.total")
    assert study.run("count()") == 3


def test_help_tells_the_verbs(study: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """The help is where IPython's users look for it."""
    study.run("%xyz?")
    assert "%xyz run ising --workers 4" in capsys.readouterr().out
    assert "--failed" in repr(study.run("%xyz run --help"))
    assert repr(study.run("%xyz help run")) == repr(study.run("%xyz -h run")) == repr(study.run("%xyz run -h"))
    assert "-f FILE" in repr(study.run("%xyz sweep --help"))


def test_the_extension_is_unloaded_and_loaded_again(study: Notebook) -> None:
    """Loading twice leaves one magic, one matcher and one set of settings."""
    study.run("%reload_ext xyzpy_widgets")
    study.run("%reload_ext xyzpy_widgets")
    names = [type(one).__name__ for one in study.shell.configurables]
    assert names.count("XyzMagics") == 1
    assert len(study.shell.Completer.custom_matchers) == 1
    study.run("%unload_ext xyzpy_widgets")
    assert "xyz" not in study.shell.magics_manager.magics["line"]
    assert not study.shell.Completer.custom_matchers
    study.run("%load_ext xyzpy_widgets")


def test_a_store_in_a_file_is_told_by_its_name(study: Notebook, tmp_path: Path) -> None:
    """The overview says where results are."""
    study.shell.user_ns["path"] = tmp_path / "ising.h5"
    study.run("kept = xyz.Harvester(energy, path)")
    assert "ising.h5" in repr(study.run("%xyz"))
