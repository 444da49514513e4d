"""From data and wishes to a view: what is not wished is chosen from the data."""

from __future__ import annotations

from typing import TypeAlias

import pandas as pd
import xarray as xr

from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.grid import grid_view
from xyzpy_widgets.views.reading import as_dataset, as_table
from xyzpy_widgets.views.spec import ViewSpec, Wishes
from xyzpy_widgets.views.table import table_view

__all__ = ["Data", "named", "resolve"]

Data: TypeAlias = xr.Dataset | xr.DataArray | pd.DataFrame


def named(data: Data) -> xr.Dataset | pd.DataFrame:
    """Return data whose names are all texts; raises `ViewError` for what is no labelled data."""
    if isinstance(data, pd.DataFrame):
        return as_table(data)
    if isinstance(data, (xr.Dataset, xr.DataArray)):
        return as_dataset(data)
    raise ViewError(f"{data!r} cannot be drawn; give an xarray Dataset or DataArray, or a pandas DataFrame")


def resolve(data: Data, wishes: Wishes | None = None) -> ViewSpec:
    """Choose the view of some data.

    Numbers over one dimension of numbers or times make lines, over two a heatmap, over texts and booleans bars; texts
    make points, and so do the rows of a table. Each dimension gets one role that shows: curves for few labels, then
    columns and rows of panels, then the mean; the title says what is averaged and what is fixed.

    Parameters
    ----------
    data : xarray.Dataset, xarray.DataArray or pandas.DataFrame
        What is drawn; it is never changed.
    wishes : Wishes, optional
        What is wished of the view.

    Returns
    -------
    ViewSpec

    Raises
    ------
    ViewError
        For wishes that do not fit the data.
    """
    read = named(data)
    wishes = wishes or Wishes()
    return table_view(read, wishes) if isinstance(read, pd.DataFrame) else grid_view(read, wishes)
