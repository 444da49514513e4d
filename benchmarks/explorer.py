"""What one live update of a plot costs, beside other ways in the same run: ``python benchmarks/explorer.py``.

A heatmap is drawn anew with other values, over and over, in turns: each way once, then each again, and the least time
of each counts. Counted is the work of the kernel for one update: drawing, and making what is sent; and how many bytes
that is. No browser takes part. Needs the optional dependencies ``benchmarks``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Any

import holoviews as hv
import hvplot.xarray  # noqa: F401 - the others draw through its accessor
import jupyter_bokeh
import numpy as np
import panel as pn
import xarray as xr
from bokeh.core.json_encoder import serialize_json
from bokeh.protocol import Protocol

from xyzpy_widgets.views.document import FigureDocument
from xyzpy_widgets.views.plots import draw
from xyzpy_widgets.views.resolve import resolve

Update = Callable[[xr.DataArray], int]


def data(turn: int, size: int) -> xr.DataArray:
    """Return a field of cells that differs from turn to turn."""
    x = np.linspace(0, 6, size)
    values = np.sin(np.add.outer(x, x) + turn)
    return xr.DataArray(values, {"a": x, "b": x}, ["a", "b"], name="z")


def patched(document: Any) -> tuple[list[int], Any]:
    """Count the bytes of the patches of a document, as its front end would get them."""
    sent: list[int] = []

    class Listener:
        def _document_patched(self, event: Any) -> None:
            message: Any = Protocol().create("PATCH-DOC", [event])
            sent.append(len(message.content_json) + sum(len(one.to_bytes()) for one in message.buffers))

    listener = Listener()
    document.on_change_dispatch_to(listener)
    return sent, listener


def ours(size: int) -> Update:
    """Update through `FigureDocument`, which sends what differs."""
    sent: list[int] = []
    document = FigureDocument(
        lambda patch: sent.append(len(patch.content) + sum(map(len, patch.buffers))), lambda _: None
    )
    view = resolve(data(0, size))

    def update(values: xr.DataArray) -> int:
        sent.clear()
        document.show(draw(values, view))
        return sum(sent)

    return update


def output(size: int) -> Update:
    """Update through an ``Output`` widget with ``clear_output``: the whole figure goes out again."""
    del size
    renderer = hv.renderer("bokeh")

    def update(values: xr.DataArray) -> int:
        bundle, _ = renderer.components(values.hvplot.quadmesh(x="b", y="a", dynamic=False))
        return sum(len(str(part)) for part in bundle.values())

    return update


def pane(size: int) -> Update:
    """Update through ``pn.ipywidget(pane)``: the pane gets another object."""
    shown = pn.pane.HoloViews(data(0, size).hvplot.quadmesh(x="b", y="a", dynamic=False))
    widget = pn.ipywidget(shown)

    def update(values: xr.DataArray) -> int:
        shown.object = values.hvplot.quadmesh(x="b", y="a", dynamic=False)
        return len(serialize_json(widget._document.to_json(deferred=False)))  # noqa: SLF001 - it sends its new root

    return update


def model(size: int) -> Update:
    """Update through jupyter_bokeh: a ``DynamicMap`` that a ``Pipe`` feeds."""
    pipe = hv.streams.Pipe(data=data(0, size))
    dynamic = hv.DynamicMap(lambda data: data.hvplot.quadmesh(x="b", y="a", dynamic=False), streams=[pipe])
    widget = jupyter_bokeh.BokehModel(hv.renderer("bokeh").get_plot(dynamic).state)
    sent, listener = patched(widget._document)  # noqa: SLF001 - where its patches come from

    def update(values: xr.DataArray, _kept: Any = listener) -> int:
        sent.clear()
        pipe.send(values)
        return sum(sent)

    return update


WAYS: dict[str, Callable[[int], Update]] = {
    "xyzpy_widgets, what differs": ours,
    "Output with clear_output": output,
    "pn.ipywidget, another object": pane,
    "jupyter_bokeh, DynamicMap": model,
}


def measured(size: int, turns: int) -> Iterator[tuple[str, float, int]]:
    """Update in turns, and yield the least time of each way in milliseconds and the bytes of its last update."""
    updates = {name: make(size) for name, make in WAYS.items()}
    times: dict[str, list[float]] = {name: [] for name in updates}
    sizes = dict.fromkeys(updates, 0)
    for turn in range(1, turns + 1):
        values = data(turn, size)
        for name, update in updates.items():
            start = time.perf_counter()
            sizes[name] = update(values)
            times[name].append(time.perf_counter() - start)
    for name, several in times.items():
        yield name, 1000 * min(several), sizes[name]


def main() -> None:
    """Print a table for each size of the field."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=15, help="how often each way updates")
    turns = parser.parse_args().turns
    for size in (10, 60, 150):
        print(f"\n{size} x {size} cells")
        for name, milliseconds, sent in measured(size, turns):
            print(f"  {name:32} {milliseconds:8.1f} ms {sent / 1000:10.1f} kB")


if __name__ == "__main__":
    main()
