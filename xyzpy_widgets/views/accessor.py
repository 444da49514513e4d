"""The accessor ``xyz`` of xarray: ``ds.xyz.plot(...)`` and ``ds.xyz.explore(...)``."""

from __future__ import annotations

import functools
from typing import Any

import xarray as xr

from xyzpy_widgets.doors import open_door
from xyzpy_widgets.views import plots

__all__ = ["XyzAccessor"]


@xr.register_dataset_accessor("xyz")  # type: ignore[no-untyped-call]
@xr.register_dataarray_accessor("xyz")  # type: ignore[no-untyped-call]
class XyzAccessor:
    """What this library adds to a Dataset or DataArray.

    Parameters
    ----------
    data : xarray.Dataset or xarray.DataArray
        The data; it is never changed.
    """

    def __init__(self, data: xr.Dataset | xr.DataArray) -> None:
        self._data = data

    @functools.wraps(plots.plot)
    def plot(self, *args: Any, **kwargs: Any) -> Any:
        """Draw the data: `plots.plot` with the data given."""
        return plots.plot(self._data, *args, **kwargs)

    def explore(self, **wishes: Any) -> Any:
        """Open an explorer of the data: ``ds.xyz.explore(kind="line", x="t")``.

        Parameters
        ----------
        **wishes
            What is wished of the first view, by name, as for `plot`.

        Returns
        -------
        ResultsExplorer
            A widget that shows itself in a notebook; ``view``, ``selection`` and ``ds`` are what it is set to.
        """
        return open_door("explore")(self._data, **wishes)
