"""The accessor is at hand and light."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
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


@pytest.mark.parametrize("first", ["xarray", "xyzpy_widgets"])
def test_the_accessor_is_there_with_xarray_and_not_before(first: str) -> None:
    """Whoever has imported both has it, in either order; whoever runs no xarray, as workers do, does not load it."""
    code = f"""
import sys, {first}
assert ("xarray" in sys.modules) == ({first!r} == "xarray")
import xyzpy_widgets, xarray, importlib, json
assert xarray.Dataset({{"a": 1}}).xyz.plot
assert type(xarray.__spec__.loader) is type(json.__spec__.loader)
assert importlib.reload(xarray).Dataset is not None
print("there")
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("there\n", "")
