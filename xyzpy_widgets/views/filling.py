"""Fill plots anew without drawing them: a figure that is there gets what depends on the values alone.

That holds for fields of cells, and for curves without an uncertainty. A filling foretells what the figures of some data
hold; where the figures that are drawn bear that out, others of the same frame take its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from xyzpy_widgets.views.cells import Content, Panel, panels_of
from xyzpy_widgets.views.fields import field_content
from xyzpy_widgets.views.panels import PADDING, curves_content
from xyzpy_widgets.views.patching import Shown, bring_columns, has_columns
from xyzpy_widgets.views.plots import color_groups
from xyzpy_widgets.views.resolve import Data, named
from xyzpy_widgets.views.spec import ViewSpec

__all__ = ["Filling", "filling_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """What some figures hold.

    Attributes
    ----------
    frame : tuple
        What is the same where one filling can take the place of another.
    columns : list of list of dict of str to sequence
        The columns that differ, for each figure and each of its renderers.
    limits : (float, float) or None
        The limits of the colours, where they tell amounts.
    ends : (float, float) or None
        From where to where y reaches, where that depends on the values.
    """

    frame: tuple[Any, ...]
    columns: list[list[dict[str, Any]]]
    limits: tuple[float, float] | None
    ends: tuple[float, float] | None

    def is_in(self, figures: Sequence[Any]) -> bool:
        """Say whether this is what some figures hold, and all of it."""
        if [len(one.renderers) for one in figures] != [len(columns) or 1 for columns in self.columns]:
            return False
        return (
            all(has_columns(source, columns) for source, columns in self._sources(figures))
            and all((one.low, one.high) == self.limits for one in self._mappers(figures))
            and (self.ends is None or all(_whole(one.y_range) == self.ends for one in figures))
        )

    def fill(self, shown: Shown, figures: Sequence[Any]) -> None:
        """Give figures that hold another filling of the same frame what differs."""
        for source, columns in self._sources(figures):
            bring_columns(source, columns)
        if self.limits is not None:
            for mapper in self._mappers(figures):
                mapper.update(low=self.limits[0], high=self.limits[1])
        if self.ends is not None:
            for axis in dict.fromkeys(one.y_range for one in figures):
                shown.reach(axis, *self.ends)

    def _sources(self, figures: Sequence[Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        for figure, several in zip(figures, self.columns, strict=True):
            for renderer, columns in zip(figure.renderers, several, strict=False):
                yield renderer.data_source, columns

    def _mappers(self, figures: Sequence[Any]) -> Iterator[Any]:
        """Return what gives each figure its colours; one without values has none."""
        for figure, several in zip(figures, self.columns, strict=True):
            if several and self.limits is not None:
                glyph = figure.renderers[0].glyph
                yield glyph.color_mapper if hasattr(glyph, "color_mapper") else glyph.fill_color.transform


def _whole(axis: Any) -> tuple[float, float]:
    """Return from where to where an axis reaches when nobody has zoomed."""
    return axis.reset_start, axis.reset_end


def filling_of(data: Data, spec: ViewSpec, states: xr.DataArray | None, opts: Mapping[str, Any]) -> Filling | None:
    """Return what the figures hold that `draw` makes of the same; None where that cannot be foretold.

    For colours that tell amounts, the options have their limits, ``clim``.
    """
    limits, ends = opts.get("clim"), None
    if spec.kind not in {"heatmap", "line"} or not spec.var:
        return None
    panels = panels_of(named(data), spec, states)
    contents: Sequence[Content | None]
    if spec.kind == "line":
        ends = _ends(panels, spec)
        groups = None if ends is None else color_groups(panels, spec)
        contents = [None if ends is None else curves_content(panel, spec, groups) for panel in panels]
    elif limits is None or (spec.logz and limits[0] <= 0):
        return None
    else:
        contents = [field_content(panel, spec) for panel in panels]
    known = [one for one in contents if one is not None]
    if len(known) < len(contents):
        return None
    others = sorted((name, value) for name, value in opts.items() if name != "clim")
    return Filling((spec, *others, *(one.frame for one in known)), [one.columns for one in known], limits, ends)


def _ends(panels: Sequence[Panel], spec: ViewSpec) -> tuple[float, float] | None:
    """Return from where to where y reaches in panels of curves; None where their values do not tell."""
    import holoviews as hv

    values = np.concatenate([np.asarray(panel.data[spec.y]).reshape(-1) for panel in panels])
    if values.dtype.kind not in "iuf" or np.isinf(values).any() or np.isnan(values).all():
        return None
    low, high = np.nanmin(values), np.nanmax(values)
    if not low < high or (spec.logy and low <= 0):
        return None
    ends: tuple[float, float] = hv.core.util.range_pad(low, high, PADDING, spec.logy)
    return ends
