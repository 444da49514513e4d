"""The JupyterLab extension, as it is installed in the environment of these tests."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from xyzpy_widgets.widgets.base import STATIC

EXTENSION = Path(sys.prefix, "share", "jupyter", "labextensions", "xyzpy-widgets")


def test_jupyterlab_lists_the_extension_as_enabled() -> None:
    """Whoever installs the package finds its commands in JupyterLab, in the same version, without a further step."""
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    listing = re.sub(r"\x1b\[\d+m", "", done.stdout + done.stderr)
    assert f"xyzpy-widgets v{version('xyzpy_widgets')} enabled OK (python, xyzpy_widgets)" in listing


def test_the_installed_extension_is_complete() -> None:
    """The page finds the script and the style that the extension's own description promises."""
    build = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))["jupyterlab"]["_build"]
    assert (EXTENSION / build["load"]).is_file()
    assert (EXTENSION / "static" / "style.js").is_file()
    assert build["style"] == "./style"


@pytest.mark.parametrize("name", ["failures", "plan_card", "run_monitor", "space_editor"])
def test_a_widget_is_one_small_module_that_loads_nothing(name: str) -> None:
    """A notebook without a network shows the widgets, and is not slowed by them: each sends its script along."""
    script = (STATIC / f"{name}.js").read_text(encoding="utf-8")
    style = (STATIC / f"{name}.css").read_text(encoding="utf-8")
    assert re.search(r"\bimport\s*[({*\w\"']", script) is None
    assert "url(" not in style
    assert len(script) + len(style) < 60_000
