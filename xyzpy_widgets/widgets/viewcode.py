"""A view as code, by the names that the user has for what is seen."""

from __future__ import annotations

from typing import Any

import pandas as pd
import xarray as xr
from IPython.core.getipython import get_ipython

from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.views.code import call_of, words_of
from xyzpy_widgets.views.plain_code import plain_code_of
from xyzpy_widgets.views.spec import ViewSpec
from xyzpy_widgets.widgets.protocol import ViewCodes
from xyzpy_widgets.widgets.source import name_in

__all__ = ["codes_of"]

_WORDS = {Harvester: ("harvester", "full_ds"), Sampler: ("sampler", "full_df"), Runner: ("runner", "last_ds")}
"""What the user's own is called where it has no name, and where its data are."""


def codes_of(target: Any, data: xr.Dataset | pd.DataFrame, view: ViewSpec) -> ViewCodes:
    """Return the Python that draws a view, that draws it without this library, and that opens an explorer on it.

    Parameters
    ----------
    target : Dataset, DataArray, DataFrame, Runner, Harvester or Sampler
    data : Dataset or DataFrame
        What of it is seen.
    view : ViewSpec
    """
    shell = get_ipython()
    name = name_in({} if shell is None else shell.user_ns, target)
    words = words_of(data, view)
    for kind, (word, attribute) in _WORDS.items():
        if isinstance(target, kind):
            name = name or word
            plot, explore = (call_of(f"{name}.{method}", words) for method in ("plot", "explore"))
            return {"plot": plot, "hvplot": plain_code_of(data, view, f"{name}.{attribute}"), "explore": explore}
    if isinstance(data, pd.DataFrame):
        name = name or "df"
        plot, explore = (
            f"from xyzpy_widgets.{module} import {word}\n\n{call_of(word, [name, *words])}"
            for module, word in (("views.plots", "plot"), ("widgets.results_explorer", "ResultsExplorer"))
        )
        return {"plot": plot, "hvplot": plain_code_of(data, view, name), "explore": explore}
    name = name or "ds"
    plot, explore = (call_of(f"{name}.xyz.{method}", words) for method in ("plot", "explore"))
    whole = f"{name}.to_dataset()" if isinstance(target, xr.DataArray) else name
    return {"plot": plot, "hvplot": plain_code_of(data, view, whole), "explore": explore}
