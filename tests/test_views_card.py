"""Cards are small, static and safe."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xyzpy_widgets.views.card import AxisRow, Card, card_html, span_of

TYPICAL = Card(
    title="Harvester",
    function="train",
    place="digits_study.py, line 12",
    rows=(
        ("parameters", "C, gamma, kernel"),
        ("constants", "seed = 0"),
        ("store", "digits.h5 [h5netcdf]"),
        ("none", ""),
    ),
    axes=(AxisRow("C", 5, "0.1 … 1000"), AxisRow("kernel", 3, "linear, poly, rbf")),
    done=30,
    total=60,
)


class Reader(HTMLParser):
    """What a browser makes of a piece of HTML: its tags, their attributes and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


def test_a_card_tells_everything() -> None:
    """The function with its place, the rows, the axes and how much is there."""
    text = Reader(card_html(TYPICAL)).text
    for part in (
        "Harvester",
        "train",
        "line 12",
        "digits.h5",
        "(5)",
        "0.1 … 1000",
        "linear, poly, rbf",
        "30 of 60, 50 %",
    ):
        assert part in text
    assert "none" not in text


def test_a_card_is_small_and_alone() -> None:
    """A typical card is below 6 kB, has no script and asks for nothing else."""
    source = card_html(TYPICAL)
    assert len(source) < 6000
    assert set(Reader(source).tags) <= {"div", "b", "span", "table", "tr", "th", "td"}
    assert Reader(source).attributes == {"style"}


@given(st.text(max_size=30), st.text(max_size=30))
def test_every_text_is_escaped(first: str, second: str) -> None:
    """Whatever names and values are, they add no tag and no attribute."""
    hostile = f'<script>alert(1)</script>" onclick="{first}'
    content = Card(
        hostile, hostile, hostile, ((hostile, hostile), (first, second)), (AxisRow(hostile, 1, second),), 1, 2
    )
    plain = Card("t", "f", "p", (("a", "b"), ("c", "d" if second else "")), (AxisRow("n", 1, "s"),), 1, 2)
    assert Reader(card_html(content)).tags == Reader(card_html(plain)).tags
    assert Reader(card_html(content)).attributes == {"style"}


def test_long_values_and_many_axes_are_cut() -> None:
    """A card stays a card, whatever it tells."""
    content = Card(
        "Runner", "f", rows=(("constants", "x" * 10_000),), axes=tuple(AxisRow(f"a{i}", 2) for i in range(50))
    )
    source = card_html(content)
    assert len(source) < 8000
    assert "and 38 more" in source


@pytest.mark.parametrize(
    ("done", "total", "words"), [(0, 9, "0 %"), (1, 9999, "1 %"), (9998, 9999, "99 %"), (9, 9, "100 %")]
)
def test_only_what_is_whole_is_a_hundred_percent(done: int, total: int, words: str) -> None:
    """Rounding never claims that all or nothing is there."""
    assert f"{done} of {total}, {words}" in card_html(Card("Harvester", "f", done=done, total=total))


def test_nothing_to_cover_has_no_bar() -> None:
    """A grid without cases, and a card without a grid, tell no share."""
    assert "%<div" not in card_html(Card("Harvester", "f", done=0, total=0))
    assert "<table" not in card_html(Card("Runner", "f"))


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([1, 10, 5], "1 … 10"),
        ([3], "3"),
        (["b", "a"], "b, a"),
        (list("abcdefgh"), "a, b, c, d, e, f, …"),
        ([0.1, np.nan], "0.1"),
        ([], ""),
        (pd.date_range("2020-01-01", periods=3), "2020-01-01 … 2020-01-03"),
        ([True, False], "0 … 1"),
        (np.array([None, 1, "x"], dtype=object), "None, 1, x"),
    ],
)
def test_spans_are_short(labels: object, words: str) -> None:
    """Numbers and times span from the least to the greatest, texts are told."""
    assert span_of(labels) == words
