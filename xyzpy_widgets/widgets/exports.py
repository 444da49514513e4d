"""What an explorer shows, as a file."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import xarray as xr

from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.store.netcdf import save_ds
from xyzpy_widgets.views.cells import rows_of
from xyzpy_widgets.views.inline import save_html
from xyzpy_widgets.views.plots import draw
from xyzpy_widgets.views.spec import ViewSpec
from xyzpy_widgets.widgets.protocol import ExportReply

__all__ = ["content_of", "exported"]

_FORMATS: Mapping[str, tuple[str, str]] = {
    "svg": ("svg", "image/svg+xml"),
    "html": ("html", "text/html"),
    "csv": ("csv", "text/csv"),
    "netcdf": ("nc", "application/x-netcdf"),
}
"""The suffix and the type of each format."""


def content_of(
    form: str,
    data: xr.Dataset | pd.DataFrame,
    picked: xr.Dataset | pd.DataFrame,
    spec: ViewSpec,
    drawn: tuple[xr.DataArray | None, str],
) -> bytes:
    """Return what is shown in one of the formats.

    Parameters
    ----------
    form : {"svg", "html", "csv", "netcdf"}
    data, picked : xarray.Dataset or pandas.DataFrame
        Everything, and what is picked out: all of it where nothing is.
    spec : ViewSpec
    drawn : (xarray.DataArray or None, str)
        The states of the cases, and the still picture.

    Raises
    ------
    ViewError
        Where there is no such file of it.
    """
    states, picture = drawn
    if form == "svg":
        if not picture:
            raise ViewError("there is no still picture of this view; save it as HTML")
        return picture.encode()
    if form == "csv":
        return str(rows_of(data, spec).to_csv(index=False)).encode()
    if form == "html":
        return _written("view.html", lambda path: save_html(draw(data, spec, states), path, spec.title))
    if form != "netcdf" or not isinstance(picked, xr.Dataset):
        raise ViewError(f"format={form!r} cannot hold this; choose among svg, html and csv")
    return _written("selection.nc", lambda path: save_ds(picked, path))


def exported(form: str, content: bytes, name: str) -> ExportReply:
    """Return a file as the page saves it."""
    suffix, kind = _FORMATS[form]
    return {"name": f"{name}.{suffix}", "type": kind, "content": base64.b64encode(content).decode()}


def _written(name: str, write: Callable[[Path], Any]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()
