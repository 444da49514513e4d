"""A line of ``%xyz``: words, axes and options, each with its place, read without knowing what they mean."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from xyzpy_widgets.errors import LineError
from xyzpy_widgets.grammar.verbs import VERBS, Option, Verb

__all__ = ["Line", "Said", "as_word", "read_line", "split_words", "unquoted"]

_AXIS = re.compile(r"(?P<name>[^\W\d]\w*)=(?!=)(?P<text>.*)", re.DOTALL)
_OPTION = re.compile(r"(?P<name>--[a-z][\w-]*|-[a-z])(?:=(?P<text>.*))?", re.DOTALL | re.IGNORECASE)
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


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says.

    Attributes
    ----------
    verb : str
    words : tuple of Said
        What stands by its position; the name of the sweep first.
    axes : tuple of Said
        Arguments with the text of their values.
    options : tuple of Said
    """

    verb: str
    words: tuple[Said, ...] = ()
    axes: tuple[Said, ...] = ()
    options: tuple[Said, ...] = ()

    def option(self, name: str) -> Said | None:
        """Return what an option says, the last of several; None without it."""
        return next((one for one in reversed(self.options) if one.name == name), None)

    def every(self, name: str) -> tuple[Said, ...]:
        """Return all that an option says which may stand several times."""
        return tuple(one for one in self.options if one.name == name)

    def __str__(self) -> str:
        """Write the line; `read_line` reads it back."""
        parts = ["%xyz", self.verb, *(one.text for one in self.words)]
        parts += [f"{one.name}={one.text}" for one in self.axes]
        parts += [f"{one.name} {one.text}".strip() for one in self.options]
        return " ".join(parts)


def read_line(text: str, verbs: Mapping[str, Verb] = VERBS) -> Line:
    """Read a line, which begins with its verb.

    Raises
    ------
    LineError
        With the place, and the nearest right form.
    """
    words = list(split_words(text))
    if not words:
        msg = f"a verb is missing; write one of {', '.join(verbs)}"
        raise LineError(msg)
    first, rest = words[0], words[1:]
    if first.text not in verbs:
        near = get_close_matches(first.text, verbs, n=1)
        form = (
            f"did you mean: {verbs[near[0]].magic} {verbs[near[0]].usage}"
            if near
            else f"write one of {', '.join(verbs)}"
        )
        msg = f"{first.text} is no verb; {form}"
        raise LineError(msg, first.at)
    return _sorted_out(verbs[first.text], rest)


def _sorted_out(verb: Verb, rest: list[Said]) -> Line:
    """Tell options, axes and words apart; they may stand in any order."""
    words: list[Said] = []
    axes: list[Said] = []
    options: list[Said] = []
    left = iter(rest)
    for word in left:
        option, axis = _OPTION.fullmatch(word.text), _AXIS.fullmatch(word.text)
        if option:
            options.append(_option(verb, word, option, left))
        elif axis and verb.axes:
            _check_new(axis["name"], axes, word)
            axes.append(Said(axis["text"], axis["name"], word.at))
        elif axis:
            msg = f"{word.text} is an axis, which {verb.name} does not take; write {verb.magic} {verb.usage}"
            raise LineError(msg, word.at)
        else:
            words.append(word)
    least, most = verb.words
    if len(words) < least:
        msg = f"a name is missing; write {verb.magic} {verb.usage}, for example {verb.magic} {verb.example}"
        raise LineError(msg)
    if len(words) > most:
        over = words[int(most)]
        msg = f"{over.text} is too much; {_remedy(verb, over.text)}"
        raise LineError(msg, over.at)
    return Line(verb.name, tuple(words), tuple(axes), tuple(options))


def _remedy(verb: Verb, text: str) -> str:
    """Say what one may have meant by a word that has no place."""
    flags = [option.name for option in verb.options]
    near = get_close_matches(f"--{text}", flags, n=1)
    if near:
        return f"did you mean {near[0]}?"
    if verb.axes:
        return f"write %xyz {verb.usage}, with an argument's values as T=0.5:4:40"
    return f"write {verb.magic} {verb.usage}, for example {verb.magic} {verb.example}"


def _check_new(name: str, axes: Iterable[Said], word: Said) -> None:
    if any(one.name == name for one in axes):
        msg = f"{name} stands twice; give all its values at once: {name}=[1, 2]"
        raise LineError(msg, word.at)


def _option(verb: Verb, word: Said, match: re.Match[str], left: Iterator[Said]) -> Said:
    """Read an option with its value, which stands behind ``=`` or is the next word."""
    option = _known_option(verb, word, match["name"])
    text = match["text"]
    if not option.value:
        if text is not None:
            msg = f"{option.name} takes no value; write {option.name} alone"
            raise LineError(msg, word.at)
        return Said("", option.name, word.at)
    value = next(left, None) if text is None else _word(text, word.at + len(match["name"]) + 1)
    if value is None or (text is None and _OPTION.fullmatch(value.text)):
        msg = f"{option.name} needs a value; write {option.name} {option.value}"
        raise LineError(msg, word.at)
    if option.choices and value.text not in option.choices:
        near = get_close_matches(value.text, option.choices, n=1)
        form = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(option.choices)}"
        msg = f"{option.name} {value.text}: {form}"
        raise LineError(msg, value.at)
    return Said(value.text, option.name, value.at)


def _known_option(verb: Verb, word: Said, name: str) -> Option:
    for option in verb.options:
        if name in {option.name, option.short}:
            return option
    names = [option.name for option in verb.options]
    near = get_close_matches(name, names, n=1)
    there = f"{verb.name} takes {', '.join(names)}" if names else f"{verb.name} takes none"
    msg = f"{name} is no option; {f'did you mean {near[0]}?' if near else there}"
    raise LineError(msg, word.at)


def split_words(text: str) -> Iterator[Said]:
    """Split a line at its blanks, but not within brackets and quotes; a word that is all in quotes loses them.

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
                yield _word(text[start:at], start)
            start = None
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
        yield _word(text[start:], start)


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


def _word(text: str, at: int) -> Said:
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
