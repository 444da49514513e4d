"""What a notebook shows of a runner, a harvester or a sampler: a small static card, readable in light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from xyzpy_widgets.views.reading import plain, told

__all__ = ["AxisRow", "Card", "card_html", "span_of"]

_MOST_AXES = 12
_MOST_LABELS = 6
_LONGEST = 240
_FAINT = "var(--jp-ui-font-color2, GrayText)"
_LINE = "var(--jp-border-color2, #8886)"
_BAR = "var(--jp-brand-color1, #1976d2)"
_BOX = (
    f"border: 1px solid {_LINE}; border-radius: 4px; box-sizing: border-box; "
    "color: var(--jp-ui-font-color1, CanvasText); display: inline-block; "
    "font: 13px/1.5 var(--jp-ui-font-family, system-ui, sans-serif); max-width: 100%; padding: 8px 12px"
)
_CODE = "font-family: var(--jp-code-font-family, monospace)"
_HEAD = f"color: {_FAINT}; padding: 0 1em 0 0; text-align: left; vertical-align: top; white-space: nowrap"
_CELL = "overflow-wrap: anywhere; padding: 0; text-align: left; vertical-align: top"


@dataclass(frozen=True, slots=True)
class AxisRow:
    """One axis of a grid: its name, how many labels it has, and what they span (see `span_of`)."""

    name: str
    size: int
    span: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What there is to tell of a runner, a harvester or a sampler.

    Attributes
    ----------
    title : str
        What it is, for example ``"Harvester"``.
    function : str
        The name of the function that it runs.
    place : str
        The file and line where that function stands; may be empty.
    rows : tuple of (str, str)
        What else there is to tell, with a word before each; a row without a value is left out.
    axes : tuple of AxisRow
        The axes of the grid.
    done, total : int or None
        How many cases have results, and how many cases there are; without them there is no bar.
    """

    title: str
    function: str
    place: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    axes: tuple[AxisRow, ...] = ()
    done: int | None = None
    total: int | None = None


def card_html(card: Card) -> str:
    """Return a card as HTML: a few kilobytes, without scripts and resources, every text escaped."""
    place = f' <span style="color: {_FAINT}">{_text(card.place)}</span>' if card.place else ""
    head = f'<div><b>{_text(card.title)}</b> <span style="{_CODE}">{_text(card.function)}</span>{place}</div>'
    rows = [_row(name, _text(value)) for name, value in card.rows if value]
    rows += [_row("" if number else "axes", _axis(axis)) for number, axis in enumerate(card.axes[:_MOST_AXES])]
    if len(card.axes) > _MOST_AXES:
        rows.append(_row("", f"and {len(card.axes) - _MOST_AXES} more"))
    if card.done is not None and card.total:
        rows.append(_row("cases", _coverage(card.done, card.total)))
    table = f'<table style="border: 0; border-collapse: collapse; margin: 4px 0 0">{"".join(rows)}</table>'
    return f'<div style="{_BOX}">{head}{table if rows else ""}</div>'


def span_of(labels: Any) -> str:
    """Return what labels span: from the least to the greatest, or the first of them where they are texts."""
    kind, places = plain(labels)
    if kind == "text":
        texts = [str(place) for place in places[:_MOST_LABELS]]
        return ", ".join([*texts, "…"] if places.size > _MOST_LABELS else texts)
    known = places[~np.isnan(places)] if kind == "number" else places[~np.isnat(places)]
    if not known.size:
        return ""
    ends = [known.min(), known.max()][: known.size]
    texts = [told(float(end)) if kind == "number" else str(np.datetime_as_string(end, unit="auto")) for end in ends]
    return " … ".join(dict.fromkeys(texts))


def _text(text: str) -> str:
    """Return a text, escaped and not too long to read."""
    return escape(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def _row(name: str, value: str) -> str:
    head = f'<th style="{_HEAD}; font-weight: normal">{_text(name)}</th>'
    return f'<tr style="background: none">{head}<td style="{_CELL}">{value}</td></tr>'


def _axis(axis: AxisRow) -> str:
    size = f'<span style="color: {_FAINT}">({axis.size})</span>'
    return f'<span style="{_CODE}">{_text(axis.name)}</span> {size} {_text(axis.span)}'


def _coverage(done: int, total: int) -> str:
    """Return how much is there, in words and as a bar; only what is whole is 100 %."""
    share = 100 * done / total
    percent = round(share) if share in {0, 100} else min(max(round(share), 1), 99)
    bar = f'<div style="background: {_BAR}; height: 4px; width: {share:.1f}%"></div>'
    return f'{done} of {total}, {percent} %<div style="background: {_LINE}; width: 12em; max-width: 100%">{bar}</div>'
