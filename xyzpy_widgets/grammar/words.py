"""A line in its words, each with its place: split at blanks, but not within brackets and quotes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from xyzpy_widgets.errors import LineError

__all__ = ["Said", "as_said", "as_word", "begun_words", "split_words", "unquoted"]

_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a line says.

    Attributes
    ----------
    text : str
        A word; the values of an axis; the value of an option, empty for one that takes none.
    name : str
        The argument or the option; empty for a word.
    at : int
        Where it begins in the line, from 0.
    """

    text: str
    name: str = ""
    at: int = field(default=0, compare=False)


def split_words(text: str) -> Iterator[Said]:
    """Split a line at its blanks, but not within brackets and quotes; a word that is all in quotes loses them.

    What follows a “#” that begins a word is a comment.

    Raises
    ------
    LineError
        For a bracket or a quote that is not closed, with its place.
    """
    start: int | None = None
    opened: list[int] = []
    at = 0
    while at < len(text):
        mark = text[at]
        if mark.isspace() and not opened:
            if start is not None:
                yield as_said(text[start:at], start)
            start = None
        elif mark == "#" and start is None:
            return
        else:
            start = at if start is None else start
            if mark in "'\"":
                at = _quote_end(text, at)
            elif mark in _CLOSING:
                opened.append(at)
            elif mark in _CLOSING.values():
                _close(text, at, opened)
        at += 1
    if opened:
        msg = f"a “{_CLOSING[text[opened[-1]]]}” is missing for this “{text[opened[-1]]}”"
        raise LineError(msg, opened[-1])
    if start is not None:
        yield as_said(text[start:], start)


def begun_words(text: str) -> list[str]:
    """Split a line that is not written to its end yet, at the blanks outside of brackets and quotes.

    Returns
    -------
    list of str
        Words as they stand; the last is the one that is being written, empty behind a blank. Empty in a comment.
    """
    words, depth, quote, escaped = [""], 0, "", False
    for mark in text:
        if mark.isspace() and not depth and not quote:
            words.append("")
            continue
        if mark == "#" and not words[-1]:
            return []
        if quote or mark in "'\"":
            quote = mark if not quote else "" if mark == quote and not escaped else quote
            escaped = mark == "\\" and not escaped
        else:
            depth = max(0, depth + (mark in _CLOSING) - (mark in _CLOSING.values()))
        words[-1] += mark
    return [*(word for word in words[:-1] if word), words[-1]]


def _close(text: str, at: int, opened: list[int]) -> None:
    if not opened or _CLOSING[text[opened[-1]]] != text[at]:
        msg = f"this “{text[at]}” closes nothing"
        raise LineError(msg, at)
    opened.pop()


def _quote_end(text: str, at: int) -> int:
    """Return where a quoted text ends."""
    end = at + 1
    while end < len(text) and text[end] != text[at]:
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        msg = f"this {text[at]} is not closed"
        raise LineError(msg, at)
    return end


def as_said(text: str, at: int) -> Said:
    """Return a word that begins at a place, without the quotes that are around all of it."""
    inner = unquoted(text)
    return Said(text, at=at) if inner is None else Said(inner, at=at + 1)


def unquoted(text: str) -> str | None:
    """Return what stands in quotes; None for a text that is not all in one pair of them."""
    if text[:1] not in {"'", '"'} or len(text) < 2 or _quote_end(text, 0) != len(text) - 1:  # noqa: PLR2004 - a pair
        return None
    try:
        inner = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text[1:-1]
    return str(inner)


def as_word(text: str) -> str:
    """Write a text so that it is one word of a line: in brackets where it would fall apart."""
    try:
        whole = len(list(split_words(f"x={text}"))) == 1
    except LineError:
        whole = False
    return text if whole else f"({text})"
