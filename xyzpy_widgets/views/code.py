"""A view as code: the call that draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pandas as pd

from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.resolve import Data, resolve
from xyzpy_widgets.views.roles import wishes_of
from xyzpy_widgets.views.spec import ViewSpec, Wishes

__all__ = ["code_of"]

_LINE = 100


def code_of(data: Data, spec: ViewSpec, name: str = "ds") -> str:
    """Return the Python that draws a view, with no more said than is needed.

    Parameters
    ----------
    data : xarray.Dataset, xarray.DataArray or pandas.DataFrame
        What is drawn.
    spec : ViewSpec
        The view.
    name : str
        What the data are called.

    Returns
    -------
    str
        One call, which gives the hvPlot object; with its import for a table, which has no accessor.
    """
    wishes = wishes_of(data, spec)
    goal = resolve(data, wishes)
    for one in fields(Wishes):
        fewer = replace(wishes, **{one.name: None})
        if one.name != "kind" and getattr(wishes, one.name) is not None and _gives(data, fewer, goal):
            wishes = fewer
    given = {one.name: getattr(wishes, one.name) for one in fields(Wishes)}
    words = [f"{key}={_shown(value)}" for key, value in given.items() if value is not None]
    words += [f"title={spec.title!r}"] if spec.title != goal.title else []
    table = isinstance(data, pd.DataFrame)
    head, call = ("from xyzpy_widgets.views.plots import plot\n\n", "plot(") if table else ("", f"{name}.xyz.plot(")
    words = [name, *words] if table else words
    line = f"{call}{', '.join(words)})"
    if len(line) > _LINE:
        line = f"{call}\n{''.join(f'    {word},{chr(10)}' for word in words)})"
    return head + line


def _gives(data: Data, wishes: Wishes, goal: ViewSpec) -> bool:
    try:
        return resolve(data, wishes) == goal
    except ViewError:
        return False


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return repr(dict(value))
    several = isinstance(value, tuple)
    return repr(value[0] if several and len(value) == 1 else list(value) if several else value)
