"""The accessor is at hand and light."""

from __future__ import annotations

import inspect
import subprocess
import sys

import xarray as xr

import xyzpy_widgets.views.accessor  # noqa: F401 - it registers the accessor
from xyzpy_widgets.views.plots import plot


def test_datasets_and_arrays_are_drawn_by_their_accessor() -> None:
    """``ds.xyz.plot`` takes what ``plot`` takes, on a Dataset and on a DataArray."""
    array = xr.DataArray([1.0, 2, 3], {"t": [0, 1, 2]}, ["t"], name="out")
    for data in (array, array.to_dataset()):
        assert str(data.xyz.plot("t", title="T")) == str(plot(data, "t", title="T"))
    wanted = list(inspect.signature(plot).parameters)[1:]
    assert list(inspect.signature(array.xyz.plot).parameters) == wanted


def test_the_accessor_loads_no_plotting_library() -> None:
    """Whoever does not plot does not wait for hvplot."""
    code = (
        "import sys, xyzpy_widgets.views.accessor; print({'hvplot', 'holoviews', 'bokeh', 'panel'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
