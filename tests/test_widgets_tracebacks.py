"""What IPython shows of an error: of one that is raised on purpose the user's own lines, of any other everything."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ipython import Notebook
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.widgets.tracebacks import own_lines

STUDY = """
import xyzpy_widgets as xyz
def model(T, L=1):
    if T == 13:
        raise ValueError("unlucky")
    return T * L
def asked(**given):
    return study.harvest_combos(given["values"], **given.get("more", {}))
study = xyz.Harvester(xyz.Runner(model, "e", verbosity=0))
"""
OURS = "xyzpy_widgets/"


@pytest.fixture
def study(notebook: Notebook) -> Iterator[Notebook]:
    """A notebook with a harvester, and a function of the user's that calls it."""
    notebook.run(STUDY)
    yield notebook
    notebook.run("%xmode Context")


def told(notebook: Notebook, capsys: pytest.CaptureFixture[str], cell: str) -> str:
    """What the notebook shows of a cell that fails, without its colours."""
    capsys.readouterr()
    notebook.shell.run_cell(cell)  # type: ignore[no-untyped-call]
    shown = capsys.readouterr()
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.out + shown.err)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("asked(values={'TT': [1]})", "FunctionError: model has no argument 'TT'; did you mean 'T'?"),
        ("asked(values={'T': [1, 1]})", "SpaceError: T has the value 1 twice"),
        ("asked(values={'T': [1]}, more={'mising_only': True})", "FunctionError: there is no setting 'mising_only'"),
    ],
)
def test_a_users_mistake_shows_their_own_lines_and_what_is_wrong(
    study: Notebook, capsys: pytest.CaptureFixture[str], cell: str, said: str
) -> None:
    """Not a screen of what the library did before it noticed."""
    shown = told(study, capsys, cell)
    assert said in shown
    assert cell in shown
    assert 'study.harvest_combos(given["values"]' in shown
    assert OURS not in shown


def test_what_ran_in_another_thread_shows_the_line_that_asked_for_it(
    study: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    """A result that does not fit is told where the user waits for it."""
    study.run("bad = xyz.Runner(lambda a: (1, 2, 3), ['x', 'y'], verbosity=0)")
    shown = told(study, capsys, "bad.submit({'a': [1]}).result(60)")
    assert "ResultError: the function returned 3 outputs" in shown
    assert "bad.submit({'a': [1]}).result(60)" in shown
    assert OURS not in shown


def test_what_the_users_function_raises_is_shown_whole(study: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """The frames of the function are those that matter; also behind an error of ours that it caused."""
    shown = told(study, capsys, "asked(values={'T': [13]})")
    assert 'raise ValueError("unlucky")' in shown
    assert "ValueError: unlucky" in shown
    shown = told(study, capsys, "asked(values={'T': [13]}, more={'max_failures': 1})")
    assert 'raise ValueError("unlucky")' in shown
    assert "BudgetError: max_failures=1" in shown


def test_a_fault_of_the_library_is_shown_whole(study: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """What was not raised on purpose tells all that a report needs."""
    study.run("study.runner = None")
    shown = told(study, capsys, "asked(values={'T': [1]})")
    assert "AttributeError" in shown
    assert OURS in shown


def test_everything_is_there_for_who_wants_it(study: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    """The exception itself keeps its traceback, which a debugger walks and the verbose mode shows."""
    done = study.shell.run_cell("asked(values={'T': [1, 1]})")  # type: ignore[no-untyped-call]
    error: Any = done.error_in_exec
    files = []
    step = error.__traceback__
    while step is not None:
        files.append(step.tb_frame.f_code.co_filename)
        step = step.tb_next
    assert any(OURS in file for file in files)
    study.run("%xmode Verbose")
    assert OURS in told(study, capsys, "asked(values={'T': [1, 1]})")


def test_a_notebook_pays_for_it_when_there_is_an_error() -> None:
    """To import the library in IPython loads no library for data."""
    code = "import sys, IPython, xyzpy_widgets; print({'pandas', 'numpy', 'xarray'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"


def test_an_error_that_was_never_raised_is_shown_too(notebook: Notebook) -> None:
    """It has no lines at all."""
    assert own_lines(SpaceError("odd"))[-1].endswith(": odd")
