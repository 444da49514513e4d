"""Parallel coordinates: an axis for each column, side by side, and a line for each row.

Each axis runs from the least to the greatest value of its column; texts lie on it in the order of their names. The
colour tells the last column. (A. Inselberg, The Visual Computer 1, 69, 1985.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xyzpy_widgets.views.panels import laid_out
from xyzpy_widgets.views.reading import Column, column_of
from xyzpy_widgets.views.spec import ViewSpec

__all__ = ["draw_parallel", "thinned"]

_MOST_ROWS = 1000
"""The most rows that are drawn; of more, as many are drawn evenly."""
_LONGEST = 14


def thinned(frame: pd.DataFrame) -> pd.DataFrame:
    """Return not more rows than can be told apart, evenly from all of them."""
    if len(frame) <= _MOST_ROWS:
        return frame
    return frame.iloc[np.unique(np.linspace(0, len(frame) - 1, _MOST_ROWS).astype(int))]


def draw_parallel(frame: pd.DataFrame, spec: ViewSpec, opts: Mapping[str, Any]) -> Any:
    """Draw rows as lines across the axes of their columns."""
    import holoviews as hv
    import hvplot  # noqa: F401 - it makes bokeh known to holoviews

    names = [*spec.pooled, str(spec.color)]
    columns = [column_of(frame, name) for name in names]
    shares, spans = zip(*map(_share, columns), strict=True)
    shade, ticks = _shade(columns[-1])
    kept = thinned(frame.assign(**{str(spec.color): shade}).loc[np.isfinite(shade)])
    heights = np.stack(shares, axis=1)[kept.index.to_numpy()]
    lines = [
        {"axis": np.arange(len(names), dtype=float), "share": height, "value": value}
        for height, value in zip(heights, kept[str(spec.color)], strict=True)
    ]
    tall = [name if spec.panels else f"{name}\n{spans[i][0]} … {spans[i][1]}" for i, name in enumerate(names)]
    marks = [(float(i), text) for i, text in enumerate(tall)]
    style: dict[str, Any] = {"cmap": "viridis", "colorbar": True, "clabel": spec.clabel}
    style |= {"cticks": ticks} if ticks else {}
    style |= {"xticks": marks, "yaxis": None, "xlabel": "", "padding": 0.05, "alpha": 0.6, "show_grid": True}
    drawn = hv.Contours(lines, ["axis", "share"], "value").opts(color="value", line_width=1.2, tools=[])
    taken = {name: value for name, value in {**style, **opts}.items() if name not in {"legend", "logx", "logy"}}
    return drawn.opts(hooks=[laid_out, _without_rungs], **taken)


def _without_rungs(plot: Any, _element: Any) -> None:
    """Leave of the grid the lines at the axes."""
    for grid in plot.state.ygrid:
        grid.visible = False


def _share(column: Column) -> tuple[NDArray[np.float64], tuple[str, str]]:
    """Return how high values lie on their axis, 0 to 1, and what stands at its ends."""
    found = column.distinct()
    if column.kind == "text":
        places = {value: i for i, value in enumerate(found)}
        numbers = np.array([places.get(value, np.nan) for value in column.values], dtype=np.float64)
        ends = [str(found[0]), str(found[-1])] if found.size else ["", ""]
    else:
        numbers = column.shades()
        known = numbers[np.isfinite(numbers)]
        if column.kind == "time" and found.size:
            ends = [str(np.datetime_as_string(one, unit="D")) for one in (found[0], found[-1])]
        else:
            ends = [f"{end:.3g}" for end in (known.min(), known.max())] if known.size else ["", ""]
    low, high = (np.nanmin(numbers), np.nanmax(numbers)) if np.isfinite(numbers).any() else (0.0, 1.0)
    share = (numbers - low) / (high - low) if high > low else np.where(np.isfinite(numbers), 0.5, np.nan)
    first, last = (end if len(end) <= _LONGEST else f"{end[: _LONGEST - 1]}…" for end in ends)
    return share, (first, last)


def _shade(column: Column) -> tuple[NDArray[np.float64], list[tuple[float, str]]]:
    """Return values as colours can tell them; texts as numbers, with the names of these."""
    if column.kind != "text":
        return column.shades(), []
    found = column.distinct()
    places = {value: float(i) for i, value in enumerate(found)}
    shade = np.array([places.get(value, np.nan) for value in column.values], dtype=np.float64)
    return shade, [(float(i), str(name)) for i, name in enumerate(found)]
