"""What is written is true: the examples in docstrings run, and so do the notebooks."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import xyzpy_widgets as xyz

ROOT = Path(__file__).parent.parent
MODULES = sorted(found.name for found in pkgutil.walk_packages(xyz.__path__, "xyzpy_widgets."))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

REDUCED = {
    "04_explore": """coarse = {
        "drive": [0.8, 1.1, 1.4],
        "omega": [0.4, 0.6, 0.8],
        "damping": [0.25, 0.5],
        "angle": [0.0, 1.5],
        "speed": [0.0],
    }""",
    "06_ising": "sizes = [4, 8]\nreplicas, sweeps = 4, 60",
}
"""What stands in the cell of parameters in the place of a study of minutes."""


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    """Each example of a docstring gives what is written under it."""
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_some_docstrings_have_examples() -> None:
    """The test above has something to run."""
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(path: Path, tmp_path: Path) -> None:
    """Each notebook runs from top to bottom in a fresh kernel, without an error; the long ones in a reduced size."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    parameters = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    assert bool(parameters) == (path.stem in REDUCED)
    for cell in parameters:
        cell.source = REDUCED[path.stem]
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_keep_their_outputs(path: Path) -> None:
    """A notebook is committed as it ran: every cell that shows something has its output, and none an error."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    assert sum(bool(cell.outputs) for cell in cells) >= len(cells) // 2
    assert not [out for cell in cells for out in cell.outputs if out.output_type == "error"]


def test_the_digits_study_runs_from_the_terminal(tmp_path: Path) -> None:
    """The main job leaves a file that holds the whole grid and a page with its plots, and says where."""
    import subprocess
    import sys

    study = ROOT / "notebooks" / "digits_study.py"
    done = subprocess.run([sys.executable, study, tmp_path], check=True, capture_output=True, text=True)
    harvested = xyz.load_ds(tmp_path / "digits.h5")
    assert dict(harvested.sizes) == {"C": 4, "gamma": 7, "kernel": 2, "true": 10, "predicted": 10}
    assert not harvested["accuracy"].isnull().any()
    assert "42/42" in done.stderr
    assert str(tmp_path / "digits.h5") in done.stdout
    page = (tmp_path / "digits.html").read_text(encoding="utf-8")
    assert "bk-Figure" in page or "Bokeh" in page
