"""Figures show in a notebook and on a page of their own, without a network."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import holoviews as hv
import pytest
import xarray as xr

from xyzpy_widgets.views.inline import figure_html, save_html
from xyzpy_widgets.views.plots import plot

DATA = xr.DataArray([1.0, 3, 2], {"t": [0, 1, 2]}, ["t"], name="out")
LIBRARY = 'class="xyz-library"'


def block(source: str, name: str) -> str:
    """The text of one block of a figure."""
    (found,) = re.findall(rf'class="{name}">(.*?)</script>', source, re.DOTALL)
    return str(found)


def test_a_figure_is_its_data_and_a_picture() -> None:
    """A figure is small, holds the drawn values, and asks nobody for anything."""
    source = figure_html(plot(DATA), library=False)
    assert len(source) < 60_000
    assert json.loads(block(source, "xyz-figure"))["doc"]["roots"]
    assert '<img alt="" style="max-width: 100%" src="data:image/svg+xml;base64,' in source
    assert re.findall(r"""(?:src|href)=["'](?!data:)""", source) == []


def test_the_library_is_the_installed_one() -> None:
    """BokehJS goes along unchanged, at less than half of its size."""
    source = figure_html(plot(DATA), library=True)
    installed = resources.files("bokeh").joinpath("server/static/js/bokeh.min.js").read_bytes()
    packed = block(source, "xyz-library")
    assert gzip.decompress(base64.b64decode(packed)) == installed
    assert len(packed) < len(installed) / 2


def test_hostile_texts_do_not_leave_their_places() -> None:
    """Names that look like tags end no script and open no element, alone or in the title of panels."""
    hostile = "</script><script>alert(1)</script><img src=x>"
    data = xr.DataArray([[1.0, 2], [3, 4]], {hostile: ["<b>", "</b>"]}, [hostile, "t"], name=hostile)
    plain = figure_html(plot(DATA), library=False)
    for drawn in (plot(data), plot(data, x="t", by=hostile), plot(data, x="t", col=hostile)):
        source = figure_html(drawn, library=False)
        assert source.count("<script") == source.count("</script>") == plain.count("<script")
        assert source.count("<img") == 1
        assert "<b>" not in source


def test_a_page_stands_alone(tmp_path: Path) -> None:
    """A page has every plot under its heading, BokehJS once, and no address of another file."""
    page = save_html({"First": plot(DATA), "<i>": plot(DATA, kind="hist")}, tmp_path / "page.html", "Plots & more")
    source = page.read_text(encoding="utf-8")
    assert source.count('class="xyz-figure"') == 2
    assert source.count(LIBRARY) == 1
    assert "<title>Plots &amp; more</title>" in source
    assert "<h2>&lt;i&gt;</h2>" in source
    assert re.findall(r"""(?:src|href)=["'](?!data:)""", source) == []
    one = save_html(plot(DATA), str(tmp_path / "one.html"), "One")
    assert one.read_text(encoding="utf-8").count('class="xyz-figure"') == 1
    several = save_html([plot(DATA), plot(DATA)], tmp_path / "two.html", "Two")
    assert several.read_text(encoding="utf-8").count(LIBRARY) == 1


def test_a_figure_without_a_picture_says_so() -> None:
    """Where no script runs, a figure that has no picture is at least told."""
    source = figure_html(plot(DATA) * hv.Slope(2, 0), library=False)
    assert "This figure has no still picture" in source


class Kernel:
    """A kernel that runs cells and returns what they show."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, cell: str, code: str) -> dict[str, Any]:
        """Run a cell as JupyterLab does and return what it shows."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        request = self.client.session.msg("execute_request", content, metadata={"cellId": cell})
        self.client.shell_channel.send(request)
        shown: dict[str, Any] = {}
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request["header"]["msg_id"]:
                continue
            assert message["msg_type"] != "error", "\n".join(message["content"]["traceback"])
            shown |= message["content"].get("data", {})
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return shown


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """A running kernel with a plot to show."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    kernel = Kernel(client)
    kernel.run("start", "import numpy as np, xarray as xr\nimport xyzpy_widgets.views.accessor")
    kernel.run("data", "data = xr.DataArray(np.arange(3.), dims=['t'], name='out')")
    yield kernel
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_the_first_figure_of_a_notebook_brings_the_library(kernel: Kernel) -> None:
    """BokehJS is in a saved notebook once, and again when the cell that held it has run again."""
    assert LIBRARY in kernel.run("a", "data.xyz.plot()")["text/html"]
    assert LIBRARY not in kernel.run("b", "data.xyz.plot()")["text/html"]
    assert LIBRARY in kernel.run("a", "data.xyz.plot(title='again')")["text/html"]
    kernel.run("a", "1 + 1")
    assert LIBRARY in kernel.run("b", "data.xyz.plot()")["text/html"]
    assert LIBRARY not in kernel.run("a", "data.xyz.plot()")["text/html"]


def test_everything_of_holoviews_shows(kernel: Kernel) -> None:
    """What is made of plots shows too; what needs a running server is left to holoviews."""
    kernel.run("c", "data.xyz.plot()")
    made = kernel.run("d", "data.xyz.plot() * data.xyz.plot().opts(width=400) + data.xyz.plot(kind='hist')")
    assert 'class="xyz-figure"' in made["text/html"]
    moving = kernel.run("e", "import holoviews as hv; hv.HoloMap({1: hv.Curve([1, 2]), 2: hv.Curve([2, 1])})")
    assert set(moving) == {"text/plain"}


def test_holoviews_set_up_by_the_user_shows_itself(kernel: Kernel) -> None:
    """Where hv.extension was called, it shows the figures as before."""
    kernel.run("f", "import holoviews as hv; hv.extension('bokeh')")
    shown = kernel.run("g", "data.xyz.plot()")
    assert "application/vnd.holoviews_exec.v0+json" in shown
    assert 'class="xyz-figure"' not in shown["text/html"]
