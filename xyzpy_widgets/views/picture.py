"""A still picture of a figure, for wherever scripts do not run: an SVG document of what hvPlot draws.

The picture is made from the finished figure, so it tells what the figure tells. A figure with marks of other kinds than
lines, points, boxes, bars, areas, error bars, and lines and bands across the figure has no picture: one that leaves
something out would be wrong.
"""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np

from xyzpy_widgets.views.marks import marks_of, palette_color
from xyzpy_widgets.views.scales import Frame, Scale, scale_of
from xyzpy_widgets.views.ticks import linear_ticks, log_ticks, time_ticks

__all__ = ["picture"]

_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 14, 10, 48
_LINE = 16
_LETTER = 6.5
_KEY = 84
_INK, _FAINT = "#333", "#ddd"


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A piece of SVG and its size in pixels."""

    body: str
    width: float
    height: float


def picture(figure: Any, title: str = "") -> str | None:
    """Return a figure, or a grid of figures, as an SVG document; None where something in it is unknown.

    Parameters
    ----------
    figure : bokeh.models.Plot or bokeh.models.GridPlot
    title : str
        What is written above all of it, beside the titles that its parts have themselves.
    """
    cells = [(figure, 0, 0)] if hasattr(figure, "renderers") else getattr(figure, "children", [])
    if not cells or not all(isinstance(cell, tuple) and hasattr(cell[0], "renderers") for cell in cells):
        return None
    rows = max(row for _, row, _ in cells) + 1
    columns = max(column for _, _, column in cells) + 1
    widths, heights = [0.0] * columns, [0.0] * rows
    drawn = []
    for plot, row, column in cells:
        drawing = _drawing(plot)
        if drawing is None:
            return None
        widths[column], heights[row] = max(widths[column], drawing.width), max(heights[row], drawing.height)
        drawn.append((drawing.body, row, column))
    lines = [line for part in title.split("\n") for line in textwrap.wrap(part, int(sum(widths) / _LETTER))]
    top = _TOP + _LINE * len(lines) if lines else 0
    parts = [_text(line, _TOP, _TOP + _LINE * (i + 0.6), 'font-weight="bold"') for i, line in enumerate(lines)]
    for body, row, column in drawn:
        x, y = sum(widths[:column]), top + sum(heights[:row])
        parts.append(f'<g transform="translate({x:.0f} {y:.0f})">{body}</g>')
    width, height = f"{sum(widths):.0f}", f"{top + sum(heights):.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' font-family="Helvetica, Arial, sans-serif" font-size="11" fill="{_INK}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
    )


def _drawing(plot: Any) -> _Drawing | None:
    """Draw one figure, with its axes and keys."""
    lines = str(plot.title.text or "").split("\n") if plot.title else []
    keys = [key for key in (*plot.right, *plot.legend) if _tells(key)]
    top = _TOP + _LINE * len(lines)
    width = plot.frame_width or (plot.width or 600) - _LEFT - _RIGHT - _KEY * bool(keys)
    height = plot.frame_height or (plot.height or 400) - top - _BOTTOM
    x = scale_of(plot.x_range, 0.0, width, log=_is_log(plot.x_scale))
    y = scale_of(plot.y_range, height, 0.0, log=_is_log(plot.y_scale))
    if x is None or y is None:
        return None
    notes = [note for note in plot.center if type(note).__name__ not in {"Grid", "Legend"}]
    shares = Frame(x, Scale(0.0, 1.0, height, 0.0))
    beside = [getattr(one, "y_range_name", "default") != "default" for one in (*plot.renderers, *notes)]
    both = zip((*plot.renderers, *notes), beside, strict=True)
    marks = [marks_of(one, shares if apart else Frame(x, y)) for one, apart in both]
    if any(mark is None for mark in marks):
        return None
    parts = [_text(line, _LEFT, _TOP + _LINE * (i + 0.6), 'font-weight="bold"') for i, line in enumerate(lines)]
    parts.append(f'<g transform="translate({_LEFT} {top})">')
    parts += [_grid(plot, x, y), _x_axis(plot.xaxis[0], x, width, height), _y_axis(plot.yaxis[0], y, height)]
    parts.append(f'<svg width="{width}" height="{height}">{"".join(mark or "" for mark in marks)}</svg>')
    parts.append(f'<rect width="{width}" height="{height}" fill="none" stroke="#bbb"/>')
    parts += [_key(key, width + 12, height) for key in keys[:1]]
    return _Drawing("".join([*parts, "</g>"]), _LEFT + width + _RIGHT + _KEY * bool(keys), top + height + _BOTTOM)


def _is_log(scale: Any) -> bool:
    return type(scale).__name__ == "LogScale"


def _tells(key: Any) -> bool:
    """Say whether a thing beside a figure is a key that shows something."""
    return key.visible and (type(key).__name__ == "ColorBar" or bool(getattr(key, "items", None)))


def _ticks(axis: Any, scale: Scale) -> list[tuple[float, str]]:
    """Return the ticks of an axis in the numbers of its scale."""
    if scale.factors:
        names = [factor[-1] if isinstance(factor, tuple) else factor for factor in scale.factors]
        return list(zip(scale.numbers(scale.factors).tolist(), names, strict=True))
    fixed = getattr(axis.ticker, "ticks", None)
    if fixed:
        return [(float(tick), str(axis.major_label_overrides.get(tick, f"{tick:g}"))) for tick in fixed]
    if type(axis).__name__ == "DatetimeAxis":
        return time_ticks(scale.low, scale.high)
    return log_ticks(scale.low, scale.high) if scale.log else linear_ticks(scale.low, scale.high)


def _grid(plot: Any, x: Scale, y: Scale) -> str:
    """Draw the lines behind the marks, where the figure has them."""
    lines = ""
    if any(grid.visible and grid.grid_line_color is not None for grid in plot.xgrid):
        places = x.pixels(np.array([place for place, _ in _ticks(plot.xaxis[0], x)]))
        lines += "".join(f"M{place:.1f} 0V{y.near:.1f}" for place in places)
    if any(grid.visible and grid.grid_line_color is not None for grid in plot.ygrid):
        places = y.pixels(np.array([place for place, _ in _ticks(plot.yaxis[0], y)]))
        lines += "".join(f"M0 {place:.1f}H{x.far:.1f}" for place in places)
    return f'<path d="{lines}" stroke="{_FAINT}"/>'


def _x_axis(axis: Any, scale: Scale, width: float, height: float) -> str:
    ticks = _ticks(axis, scale)
    places = scale.pixels(np.array([place for place, _ in ticks]))
    centred = 'text-anchor="middle"'
    parts = [_text(name, place, height + 15, centred) for place, (_, name) in zip(places, ticks, strict=True)]
    groups: dict[str, list[float]] = {}
    for factor, place in zip(scale.factors, places, strict=False):
        if isinstance(factor, tuple):
            groups.setdefault(factor[0], []).append(float(place))
    parts += [_text(name, float(np.mean(group)), height + 29, centred) for name, group in groups.items()]
    parts.append(
        _text(axis.axis_label, width / 2, height + 43 if groups else height + 34, f'{centred} font-style="italic"')
    )
    return "".join(parts)


def _y_axis(axis: Any, scale: Scale, height: float) -> str:
    if not axis.visible:
        return ""
    ticks = _ticks(axis, scale)
    places = scale.pixels(np.array([place for place, _ in ticks]))
    parts = [_text(name, -6, place + 4, 'text-anchor="end"') for place, (_, name) in zip(places, ticks, strict=True)]
    turned = f'transform="rotate(-90 -48 {height / 2})" text-anchor="middle" font-style="italic"'
    return "".join([*parts, _text(axis.axis_label, -48, height / 2, turned)])


def _key(key: Any, x: float, height: float) -> str:
    """Draw a colour bar or a legend at the right of a figure."""
    if type(key).__name__ != "ColorBar":
        return _legend(key, x, height)
    mapper = key.color_mapper
    low, high, log = float(mapper.low), float(mapper.high), "Log" in type(mapper).__name__
    steps = np.linspace(height, 0, 33)
    values = np.geomspace(low, high, 32) if log else np.linspace(low, high, 32)
    parts = [
        f'<rect x="{x}" y="{top:.1f}" width="14" height="{bottom - top + 0.5:.1f}" fill="{color}"/>'
        for bottom, top, color in zip(steps, steps[1:], palette_color(mapper, values), strict=False)
    ]
    if low < high:
        scale = Scale(low, high, height, 0.0, log)
        ticks = log_ticks(low, high) if log else linear_ticks(low, high)
        parts += [_text(name, x + 19, float(scale.pixels(np.array(place))) + 4) for place, name in ticks]
    else:
        parts.append(_text(f"{low:.6g}", x + 19, height / 2))
    title = _text(key.title, x + 64, height / 2, f'transform="rotate(-90 {x + 64} {height / 2})" text-anchor="middle"')
    return "".join([*parts, title])


def _legend(legend: Any, x: float, height: float) -> str:
    parts = [_text(legend.title, x, 10, 'font-style="italic"')]
    for i, item in enumerate(legend.items[: int(height // _LINE) - 1]):
        glyph = item.renderers[0].glyph
        color = getattr(glyph, "fill_color", None) or glyph.line_color
        parts.append(f'<circle cx="{x + 5}" cy="{22 + _LINE * i}" r="4" fill="{getattr(color, "value", color)}"/>')
        parts.append(_text(getattr(item.label, "value", item.label), x + 14, 26 + _LINE * i))
    return "".join(parts)


def _text(text: Any, x: float, y: float, how: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {how}>{html.escape(str(text or ""))}</text>'
