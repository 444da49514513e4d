"""The marks of a figure as SVG: what the glyphs of Bokeh draw, in pixels."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Frame", "Scale", "marks_of", "palette_color", "scale_of"]

Floats: TypeAlias = NDArray[np.float64]

_MOST_MARKS = 250
"""The most marks that are drawn one by one; more are painted as pixels, which keeps a picture small."""
_GROUP_GAP = 1.4
"""The gap that Bokeh leaves between the groups of a nested axis, in widths of one label."""
_DENSITY = 2
"""Painted pixels for each pixel of the picture."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How one direction of a figure maps to pixels.

    Attributes
    ----------
    low, high : float
        The ends of the axis: numbers, milliseconds since 1970 for times, counts for texts.
    near, far : float
        The pixels of these ends.
    log : bool
        Whether the axis is logarithmic.
    factors : tuple
        The texts of an axis of texts; pairs where they are nested.
    """

    low: float
    high: float
    near: float
    far: float
    log: bool = False
    factors: tuple[Any, ...] = ()

    def __call__(self, values: Any) -> Floats:
        """Return the pixels of values."""
        return self.pixels(self.numbers(values))

    def numbers(self, values: Any) -> Floats:
        """Return values as numbers along the axis."""
        if self.factors:
            places = _factor_places(self.factors)
            keys = [tuple(value) if isinstance(value, (list, tuple)) else value for value in values]
            return np.array([places.get(key, np.nan) for key in keys], dtype=np.float64)
        return _numbers(values)

    def pixels(self, numbers: Floats) -> Floats:
        """Return the pixels of numbers along the axis."""
        ends = np.array([self.low, self.high])
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                numbers, ends = np.log10(numbers), np.log10(ends)
        share: Floats = (numbers - ends[0]) / (ends[1] - ends[0])
        return self.near + share * (self.far - self.near)


def _numbers(values: Any) -> Floats:
    array = np.asarray(values)
    if array.dtype.kind == "M":
        return array.astype("datetime64[ns]").astype(np.int64) / 1e6
    return array.astype(np.float64)


def _factor_places(factors: Sequence[Any]) -> dict[Any, float]:
    """Return where the texts of an axis lie; those of one group lie together."""
    places: dict[Any, float] = {}
    gap = 0.0
    for i, factor in enumerate(factors):
        if i and isinstance(factor, tuple) and factor[0] != factors[i - 1][0]:
            gap += _GROUP_GAP
        places[factor] = i + 0.5 + gap
    return places


def scale_of(bounds: Any, near: float, far: float, *, log: bool) -> Scale | None:
    """Return the scale of one direction of a figure; None where the figure leaves its ends open."""
    factors = tuple(getattr(bounds, "factors", None) or ())
    if factors:
        return Scale(0.0, max(_factor_places(factors).values()) + 0.5, near, far, factors=factors)
    if bounds.start is None or bounds.end is None:
        return None
    low, high = float(_numbers(np.array(bounds.start))), float(_numbers(np.array(bounds.end)))
    usable = np.isfinite([low, high]).all() and low < high and (low > 0 or not log)
    return Scale(low, high, near, far, log) if usable else None


@dataclass(frozen=True, slots=True)
class Frame:
    """The field of a figure in which the marks lie."""

    x: Scale
    y: Scale


def marks_of(renderer: Any, frame: Frame) -> str | None:
    """Return the marks of a renderer or an annotation of Bokeh as SVG; None for those of an unknown kind."""
    glyph = getattr(renderer, "glyph", renderer)
    draw = _DRAWN.get(type(glyph).__name__)
    if draw is None:
        return None
    source = renderer.source if glyph is renderer else renderer.data_source
    return draw(glyph, dict(source.data), frame)


def _column(spec: Any, data: dict[str, Any]) -> Any:
    """Return what a property of a glyph says: the column that it names, or its own value."""
    name = spec if isinstance(spec, str) else getattr(spec, "field", None)
    return data[name] if name is not None else getattr(spec, "value", spec)


def _colors(spec: Any, data: dict[str, Any], count: int) -> list[str]:
    """Return the colour of each mark; what is missing is clear."""
    mapper = getattr(spec, "transform", None)
    if not hasattr(mapper, "palette"):
        return [str(getattr(spec, "value", spec))] * count
    return palette_color(mapper, data[spec.field])


def palette_color(mapper: Any, values: Any) -> list[str]:
    """Return the colours that a colour mapper gives to values."""
    palette = list(mapper.palette)
    if hasattr(mapper, "factors"):
        known = {factor: palette[i % len(palette)] for i, factor in enumerate(mapper.factors)}
        return [known.get(str(value), "none") for value in values]
    numbers, low, high = _numbers(values), float(mapper.low), float(mapper.high)
    if "Log" in type(mapper).__name__:
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers, low, high = np.log(numbers), np.log(low), np.log(high)
    share = (numbers - low) / ((high - low) or 1.0)
    places = np.clip(np.nan_to_num(share) * len(palette), 0, len(palette) - 1).astype(int)
    return [palette[place] if there else "none" for place, there in zip(places, np.isfinite(share), strict=True)]


def _line(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    x, y = frame.x(_column(glyph.x, data)), frame.y(_column(glyph.y, data))
    color, width = _colors(glyph.line_color, data, 1)[0], _column(glyph.line_width, data)
    return f'<path d="{_path(x, y)}" fill="none" stroke="{color}" stroke-width="{width}"/>'


def _path(x: Floats, y: Floats) -> str:
    """Return a path that is interrupted where a place is missing; steps below half a pixel are left out."""
    known = np.isfinite(x) & np.isfinite(y)
    fine = np.round(np.column_stack([x, y]) * 2)
    moved = np.concatenate([[True], np.any(fine[1:] != fine[:-1], axis=1) | ~known[:-1]])
    parts = []
    pen_down = False
    for place_x, place_y, there in zip(x[moved | ~known], y[moved | ~known], known[moved | ~known], strict=True):
        if there:
            parts.append(f"{'L' if pen_down else 'M'}{place_x:.1f} {place_y:.1f}")
        pen_down = bool(there)
    return "".join(parts)


def _area(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    x, y = frame.x(_column(glyph.x, data)), frame.y(_column(glyph.y, data))
    color, alpha = _colors(glyph.fill_color, data, 1)[0], _column(glyph.fill_alpha, data)
    return f'<path d="{_path(x, y)}Z" fill="{color}" fill-opacity="{alpha}"/>'


def _points(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    x, y = frame.x(_column(glyph.x, data)), frame.y(_column(glyph.y, data))
    radius = float(np.max(_column(glyph.size, data))) / 2
    colors = _colors(glyph.fill_color, data, len(x))
    if len(x) > _MOST_MARKS:
        return _painted([x - radius, x + radius, y - radius, y + radius], colors, frame)
    places = zip(x, y, colors, strict=True)
    return "".join(
        f'<circle cx="{px:.1f}" cy="{py:.1f}" r="{radius:.1f}" fill="{color}"/>'
        for px, py, color in places
        if np.isfinite(px) and np.isfinite(py)
    )


def _quads(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    x = [frame.x(_column(side, data)) for side in (glyph.left, glyph.right)]
    y = [frame.y(_column(side, data)) for side in (glyph.top, glyph.bottom)]
    sides = list(np.broadcast_arrays(*x, *y))
    return _boxes(sides, _colors(glyph.fill_color, data, len(sides[0])), frame)


def _bars(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    middle = frame.x.numbers(_column(glyph.x, data))
    half = np.asarray(_column(glyph.width, data), dtype=np.float64) / 2
    top = frame.y(_column(glyph.top, data))
    bottom = np.broadcast_to(frame.y(_column(glyph.bottom, data)), top.shape)
    sides = [frame.x.pixels(middle - half), frame.x.pixels(middle + half)]
    return _boxes([*sides, top, bottom], _colors(glyph.fill_color, data, len(top)), frame)


def _boxes(sides: list[Floats], colors: list[str], frame: Frame) -> str:
    """Draw boxes given by left, right, top and bottom."""
    if len(colors) > _MOST_MARKS:
        return _painted(sides, colors, frame)
    left, right = np.sort(sides[:2], axis=0)
    top, bottom = np.sort(sides[2:], axis=0)
    places = zip(left, top, right - left, bottom - top, colors, strict=True)
    return "".join(
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}" stroke="{color}"'
        ' stroke-width="0.4"/>'
        for x, y, width, height, color in places
        if color != "none" and np.isfinite([x, y, width, height]).all()
    )


def _painted(sides: list[Floats], colors: list[str], frame: Frame) -> str:
    """Paint boxes as the pixels of an image that fills the frame."""
    x0, x1 = sorted((frame.x.near, frame.x.far))
    y0, y1 = sorted((frame.y.near, frame.y.far))
    pixels = np.zeros((round((y1 - y0) * _DENSITY), round((x1 - x0) * _DENSITY), 4), dtype=np.uint8)
    known = np.isfinite(sides).all(axis=0) & (np.array(colors) != "none")
    across = np.clip(np.round((np.sort(sides[:2], axis=0) - x0) * _DENSITY), 0, pixels.shape[1])[:, known].astype(int)
    down = np.clip(np.round((np.sort(sides[2:], axis=0) - y0) * _DENSITY), 0, pixels.shape[0])[:, known].astype(int)
    values = {color: (*bytes.fromhex(color.lstrip("#")), 255) for color in set(colors) if color.startswith("#")}
    for left, right, top, bottom, color in zip(*across, *down, np.array(colors)[known], strict=True):
        pixels[top : max(bottom, top + 1), left : max(right, left + 1)] = values[color]
    place = f'x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}"'
    return f'<image {place} href="data:image/png;base64,{base64.b64encode(_png(pixels)).decode()}"/>'


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Return an image of red, green, blue and alpha as a PNG file."""
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    framed = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def _whiskers(whisker: Any, data: dict[str, Any], frame: Frame) -> str:
    x = frame.x(_column(whisker.base, data))
    low, high = frame.y(_column(whisker.lower, data)), frame.y(_column(whisker.upper, data))
    color = _colors(whisker.line_color, data, 1)[0]
    strokes = "".join(
        f"M{px:.1f} {py:.1f}V{qy:.1f}M{px - 4:.1f} {py:.1f}h8M{px - 4:.1f} {qy:.1f}h8"
        for px, py, qy in zip(x, low, high, strict=True)
        if np.isfinite([px, py, qy]).all()
    )
    return f'<path d="{strokes}" fill="none" stroke="{color}"/>'


_DRAWN: dict[str, Callable[[Any, dict[str, Any], Frame], str]] = {
    "Line": _line,
    "Patch": _area,
    "Quad": _quads,
    "Scatter": _points,
    "VBar": _bars,
    "Whisker": _whiskers,
}
