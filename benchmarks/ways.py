"""The ways in which a plot of a field changes while it is looked at, as a notebook shows and drives them.

Each is asked for by a function of the first values, and gives what the notebook shows and what is called with other
values. The others get BokehJS written into the notebook, so that no network takes part.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

Update = Callable[[xr.DataArray], Any]


def field(turn: int, size: int) -> xr.DataArray:
    """Return a field of cells that differs from turn to turn everywhere."""
    x = np.linspace(0, 6, size)
    values = np.sin(np.add.outer(x, x) + 2.0 * turn)
    return xr.DataArray(values, {"a": x, "b": x}, ["a", "b"], name="z")


def explorer(first: xr.DataArray) -> tuple[Any, Update]:
    """Draw through the explorer, which sends what differs."""
    import xyzpy_widgets  # noqa: F401 - it offers the accessor

    shown = first.to_dataset().xyz.explore(kind="heatmap")

    def update(values: xr.DataArray) -> None:
        shown.target["z"] = values
        shown.refresh()

    return shown, update


def quadmesh(data: xr.DataArray) -> Any:
    """Draw as the others do, through the accessor of hvPlot."""
    return data.hvplot.quadmesh(x="b", y="a", dynamic=False)


def output(first: xr.DataArray) -> tuple[Any, Update]:
    """Draw into an ``Output`` that is cleared: the whole figure goes out again."""
    import ipywidgets
    from IPython.display import display

    _bring_bokeh()
    shown = ipywidgets.Output()

    def update(values: xr.DataArray) -> None:
        with shown:
            shown.clear_output(wait=True)
            display(quadmesh(values))

    update(first)
    return shown, update


def pane(first: xr.DataArray) -> tuple[Any, Update]:
    """Draw in a pane of Panel, which gets another object."""
    import panel as pn

    _bring_bokeh()
    held = pn.pane.HoloViews(quadmesh(first))

    def update(values: xr.DataArray) -> None:
        held.object = quadmesh(values)

    return pn.ipywidget(held), update


def model(first: xr.DataArray) -> tuple[Any, Update]:
    """Draw a ``DynamicMap`` that a ``Pipe`` feeds, in a widget of jupyter_bokeh."""
    import holoviews as hv
    import jupyter_bokeh

    _bring_bokeh()
    pipe = hv.streams.Pipe(data=first)
    dynamic = hv.DynamicMap(quadmesh, streams=[pipe])
    return jupyter_bokeh.BokehModel(hv.renderer("bokeh").get_plot(dynamic).state), pipe.send


WAYS: dict[str, Callable[[xr.DataArray], tuple[Any, Update]]] = {
    "the explorer": explorer,
    "`Output`, `clear_output`": output,
    "`pn.ipywidget`": pane,
    "`jupyter_bokeh`": model,
}


def _bring_bokeh() -> None:
    """Write BokehJS into the output of the cell, as importing the accessor of hvPlot does when it is told so."""
    import holoviews as hv
    import panel as pn

    hv.extension.inline = True
    pn.config.inline = True
    import hvplot.xarray  # noqa: F401


def drive(update: Update, size: int, turns: range, seconds: float) -> None:
    """Update over and over, and print when each began, in seconds since 1970, and how many milliseconds it took."""
    began, took = [], []
    for turn in turns:
        values = field(turn, size)
        began.append(time.time())
        start = time.perf_counter()
        update(values)
        took.append(1000 * (time.perf_counter() - start))
        time.sleep(max(0.0, seconds - took[-1] / 1000))
    print(json.dumps({"began": began, "took": took}))
