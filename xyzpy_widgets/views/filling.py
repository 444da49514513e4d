"""Fill fields of cells anew without drawing them: a figure that is there gets what depends on their values alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xarray as xr

from xyzpy_widgets.views.cells import panels_of
from xyzpy_widgets.views.fields import content_of
from xyzpy_widgets.views.patching import bring_columns, has_columns
from xyzpy_widgets.views.resolve import Data, named
from xyzpy_widgets.views.spec import ViewSpec

__all__ = ["Filling", "filling_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """What the figures of some fields hold.

    Attributes
    ----------
    frame : tuple
        What is the same where one filling can take the place of another.
    columns : list of list of dict of str to sequence
        The columns that differ, for each figure and each of its renderers.
    limits : (float, float)
        The limits of the colours.
    """

    frame: tuple[Any, ...]
    columns: list[list[dict[str, Any]]]
    limits: tuple[float, float]

    def is_in(self, figures: Sequence[Any]) -> bool:
        """Say whether this is what some figures were drawn from."""
        if [len(one.renderers) for one in figures] != [len(columns) or 1 for columns in self.columns]:
            return False
        held = all(has_columns(source, columns) for source, columns in self._sources(figures))
        return held and all((one.low, one.high) == self.limits for one in self._mappers(figures))

    def fill(self, figures: Sequence[Any]) -> None:
        """Give figures in which another filling of the same frame is what differs."""
        for source, columns in self._sources(figures):
            bring_columns(source, columns)
        for mapper in self._mappers(figures):
            mapper.update(low=self.limits[0], high=self.limits[1])

    def _sources(self, figures: Sequence[Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        for figure, several in zip(figures, self.columns, strict=True):
            for renderer, columns in zip(figure.renderers, several, strict=False):
                yield renderer.data_source, columns

    def _mappers(self, figures: Sequence[Any]) -> Iterator[Any]:
        """Return what gives each figure its colours; one without values has none."""
        for figure, several in zip(figures, self.columns, strict=True):
            if several:
                glyph = figure.renderers[0].glyph
                yield glyph.color_mapper if hasattr(glyph, "color_mapper") else glyph.fill_color.transform


def filling_of(data: Data, spec: ViewSpec, states: xr.DataArray | None, opts: Mapping[str, Any]) -> Filling | None:
    """Return what the figures hold that `draw` makes of the same; None where they show more than fields of cells.

    The options have the limits of the colours, ``clim``.
    """
    limits = opts.get("clim")
    if spec.kind != "heatmap" or not spec.var or limits is None or (spec.logz and limits[0] <= 0):
        return None
    contents = [content_of(panel, spec) for panel in panels_of(named(data), spec, states)]
    others = sorted((name, value) for name, value in opts.items() if name != "clim")
    frame = (spec, *others, *(one.frame for one in contents))
    return Filling(frame, [one.columns for one in contents], limits)
