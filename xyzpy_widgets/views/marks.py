"""The marks of a figure as SVG: what the glyphs of Bokeh draw, in pixels."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.views.scales import Floats, Frame, Scale, numbers_of

__all__ = ["marks_of", "palette_color"]

_MOST_MARKS = 250
"""The most marks that are drawn one by one; more are painted as pixels, which keeps a picture small."""
_DENSITY = 2
"""Painted pixels for each pixel of the picture."""


def marks_of(renderer: Any, frame: Frame) -> str | None:
    """Return the marks of a renderer or an annotation of Bokeh as SVG; None for those of an unknown kind."""
    glyph = getattr(renderer, "glyph", renderer)
    draw = _DRAWN.get(type(glyph).__name__)
    if draw is None:
        return None
    source = getattr(renderer, "source", None) if glyph is renderer else renderer.data_source
    return draw(glyph, {} if source is None else dict(source.data), frame)


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
    numbers, low, high = numbers_of(values), float(mapper.low), float(mapper.high)
    if "Log" in type(mapper).__name__:
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers, low, high = np.log(numbers), np.log(low), np.log(high)
    share = (numbers - low) / ((high - low) or 1.0)
    places = np.clip(np.nan_to_num(share) * len(palette), 0, len(palette) - 1).astype(int)
    return [palette[place] if there else "none" for place, there in zip(places, np.isfinite(share), strict=True)]


def _line(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    x, y = frame.x(_column(glyph.x, data)), frame.y(_column(glyph.y, data))
    return f'<path d="{_path(x, y)}" fill="none" {_stroke(glyph, data)}/>'


def _stroke(glyph: Any, data: dict[str, Any]) -> str:
    """Return how the lines of a glyph are drawn, all alike."""
    color, width = _colors(glyph.line_color, data, 1)[0], _column(glyph.line_width, data)
    alpha, dashes = _column(glyph.line_alpha, data), " ".join(map(str, _column(glyph.line_dash, data)))
    more = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'stroke="{color}" stroke-width="{width}" stroke-opacity="{alpha}"{more}'


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
    if getattr(glyph.marker, "value", glyph.marker) == "triangle":
        return "".join(
            f'<path d="M{px:.1f} {py - radius:.1f}l{radius:.1f} {2 * radius:.1f}h{-2 * radius:.1f}Z" fill="{color}"/>'
            for px, py, color in places
            if np.isfinite([px, py]).all()
        )
    return "".join(
        f'<circle cx="{px:.1f}" cy="{py:.1f}" r="{radius:.1f}" fill="{color}"/>'
        for px, py, color in places
        if np.isfinite(px) and np.isfinite(py)
    )


def _segments(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    x0, x1 = (frame.x(_column(end, data)) for end in (glyph.x0, glyph.x1))
    y0, y1 = (frame.y(_column(end, data)) for end in (glyph.y0, glyph.y1))
    ends = np.column_stack([x0, y0, x1, y1])
    strokes = "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for a, b, c, d in ends[np.isfinite(ends).all(axis=1)])
    return f'<path d="{strokes}" fill="none" stroke="{_colors(glyph.line_color, data, 1)[0]}"/>'


def _multi_line(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    lines = zip(_column(glyph.xs, data), _column(glyph.ys, data), strict=True)
    colors = _colors(glyph.line_color, data, len(_column(glyph.xs, data)))
    alpha, width = _column(glyph.line_alpha, data), _column(glyph.line_width, data)
    paths = [_path(frame.x(x), frame.y(y)) for x, y in lines]
    drawn = "".join(f'<path d="{path}" stroke="{color}"/>' for path, color in zip(paths, colors, strict=True))
    return f'<g fill="none" stroke-opacity="{alpha}" stroke-width="{width}">{drawn}</g>'


def _dots(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    x, y = frame.x(_column(glyph.x, data)), frame.y(_column(glyph.y, data))
    color = _colors(glyph.fill_color, data, 1)[0]
    places = [(px, py) for px, py in zip(x, y, strict=True) if np.isfinite([px, py]).all()]
    return "".join(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2.5" fill="{color}"/>' for px, py in places)


def _raster(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    """Draw an image whose pixels are even in the frame."""
    image = np.asarray(_column(glyph.image, data)[0])
    x, y = (np.atleast_1d(_column(place, data))[0] for place in (glyph.x, glyph.y))
    dw, dh = (np.atleast_1d(_column(size, data))[0] for size in (glyph.dw, glyph.dh))
    left, right = frame.x.pixels(np.array([x, x + dw]))
    bottom, top = frame.y.pixels(np.array([y, y + dh]))
    colors = np.array(palette_color(glyph.color_mapper, image.reshape(-1)))
    values, codes = np.unique(colors, return_inverse=True)
    table = np.array([_rgba(str(value)) for value in values], dtype=np.uint8)
    place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
    return f'<image {place} preserveAspectRatio="none" href="{_address(table[codes].reshape(*image.shape, 4)[::-1])}"/>'


def _rgba(color: str) -> tuple[int, ...]:
    return (*bytes.fromhex(color.lstrip("#")), 255) if color.startswith("#") else (0, 0, 0, 0)


def _address(pixels: NDArray[np.uint8]) -> str:
    return f"data:image/png;base64,{base64.b64encode(_png(pixels)).decode()}"


def _quads(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    x = [frame.x(_column(side, data)) for side in (glyph.left, glyph.right)]
    y = [frame.y(_column(side, data)) for side in (glyph.top, glyph.bottom)]
    sides = list(np.broadcast_arrays(*x, *y))
    pattern = getattr(glyph.hatch_pattern, "value", glyph.hatch_pattern)
    if pattern is not None:
        return _hatched(sides, str(pattern), _colors(glyph.hatch_color, data, 1)[0])
    drawn = _boxes(sides, _colors(glyph.fill_color, data, len(sides[0])), frame)
    alpha = getattr(glyph.fill_alpha, "value", None)
    return drawn if alpha is None else f'<g opacity="{alpha}">{drawn}</g>'


def _bars(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    middle = frame.x.numbers(_column(glyph.x, data))
    half = np.asarray(_column(glyph.width, data), dtype=np.float64) / 2
    top = frame.y(_column(glyph.top, data))
    bottom = np.broadcast_to(frame.y(_column(glyph.bottom, data)), top.shape)
    sides = [frame.x.pixels(middle - half), frame.x.pixels(middle + half)]
    ends = np.column_stack([*sides, top]) if glyph.line_color is not None else np.empty((0, 3))
    border = "".join(f"M{a:.1f} {y:.1f}H{b:.1f}" for a, b, y in ends[np.isfinite(ends).all(axis=1)])
    drawn = _boxes([*sides, top, bottom], _colors(glyph.fill_color, data, len(top)), frame)
    return f'{drawn}<path d="{border}" stroke="#333"/>'


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


_STROKES = {"right_diagonal_line": "M0 8L8 0", "cross": "M0 4H8M4 0V8", "dot": "M3 4h2"}


def _hatched(sides: list[Floats], pattern: str, color: str) -> str:
    """Draw boxes filled with a pattern of strokes."""
    if not len(sides[0]):
        return ""
    left, right = np.sort(sides[:2], axis=0)
    top, bottom = np.sort(sides[2:], axis=0)
    places = zip(left, top, right, bottom, strict=True)
    path = "".join(
        f"M{a:.1f} {b:.1f}H{c:.1f}V{d:.1f}H{a:.1f}Z" for a, b, c, d in places if np.isfinite([a, b, c, d]).all()
    )
    strokes = f'<path d="{_STROKES[pattern]}" stroke="{color}" stroke-opacity="0.55" fill="none"/>'
    tile = f'<pattern id="{pattern}" width="8" height="8" patternUnits="userSpaceOnUse">{strokes}</pattern>'
    return f'<defs>{tile}</defs><path d="{path}" fill="url(#{pattern})"/>'


def _painted(sides: list[Floats], colors: list[str], frame: Frame) -> str:
    """Paint boxes as the pixels of an image that fills the frame."""
    x0, x1 = sorted((frame.x.near, frame.x.far))
    y0, y1 = sorted((frame.y.near, frame.y.far))
    pixels = np.zeros((round((y1 - y0) * _DENSITY), round((x1 - x0) * _DENSITY), 4), dtype=np.uint8)
    known = np.isfinite(sides).all(axis=0) & (np.array(colors) != "none")
    across = np.clip(np.round((np.sort(sides[:2], axis=0) - x0) * _DENSITY), 0, pixels.shape[1])[:, known].astype(int)
    down = np.clip(np.round((np.sort(sides[2:], axis=0) - y0) * _DENSITY), 0, pixels.shape[0])[:, known].astype(int)
    values = {color: _rgba(color) for color in set(colors)}
    for left, right, top, bottom, color in zip(*across, *down, np.array(colors)[known], strict=True):
        pixels[top : max(bottom, top + 1), left : max(right, left + 1)] = values[color]
    place = f'x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}"'
    return f'<image {place} href="{_address(pixels)}"/>'


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


def _span(span: Any, data: dict[str, Any], frame: Frame) -> str:
    """Draw a line across the whole frame."""
    upright = span.dimension == "height"
    places = (frame.x if upright else frame.y)([] if span.location is None else [span.location])
    return _across(places, frame, _stroke(span, data), upright=upright)


def _spans(glyph: Any, data: dict[str, Any], frame: Frame) -> str:
    """Draw several lines across the whole frame."""
    upright = hasattr(glyph, "x")
    places = frame.x(_column(glyph.x, data)) if upright else frame.y(_column(glyph.y, data))
    return _across(places, frame, _stroke(glyph, data), upright=upright)


def _across(places: Floats, frame: Frame, how: str, *, upright: bool) -> str:
    known = places[np.isfinite(places)]
    ends = frame.y if upright else frame.x
    line = "M{0:.1f} {1:.1f}V{2:.1f}" if upright else "M{1:.1f} {0:.1f}H{2:.1f}"
    return f'<path d="{"".join(line.format(place, ends.near, ends.far) for place in known)}" {how}/>'


def _band(box: Any, data: dict[str, Any], frame: Frame) -> str:
    """Draw a box; a side that is no place on an axis lies at the end of the frame."""
    sides = [(frame.x, box.left, box.right), (frame.y, box.top, box.bottom)]
    (left, right), (top, bottom) = (np.sort([_end(axis, low), _end(axis, high, far=True)]) for axis, low, high in sides)
    place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
    return f'<rect {place} fill="{box.fill_color}" fill-opacity="{box.fill_alpha}" {_stroke(box, data)}/>'


def _end(axis: Scale, value: Any, *, far: bool = False) -> float:
    if isinstance(value, (int, float, str, np.generic)):
        return float(axis([value])[0])
    return axis.far if far else axis.near


_DRAWN: dict[str, Callable[[Any, dict[str, Any], Frame], str]] = {
    "BoxAnnotation": _band,
    "Circle": _dots,
    "HSpan": _spans,
    "Image": _raster,
    "Line": _line,
    "MultiLine": _multi_line,
    "Patch": _area,
    "Quad": _quads,
    "Scatter": _points,
    "Segment": _segments,
    "Span": _span,
    "VBar": _bars,
    "VSpan": _spans,
    "Whisker": _whiskers,
}
