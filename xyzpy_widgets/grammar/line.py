"""A line of ``%xyz``: words, axes and options, each with its place, read without knowing what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from xyzpy_widgets.errors import LineError
from xyzpy_widgets.grammar.verbs import VERBS, Option, Verb
from xyzpy_widgets.grammar.words import Said, as_said, split_words

__all__ = ["Line", "read_line"]

_AXIS = re.compile(r"(?P<name>[^\W\d]\w*)=(?!=)(?P<text>.*)", re.DOTALL)
_OPTION = re.compile(r"(?P<name>--[a-z][\w-]*|-[a-z])(?:=(?P<text>.*))?", re.DOTALL | re.IGNORECASE)
_NAME = re.compile(r"[^\W\d][\w-]*")
_RUN_ON = re.compile(r"(?P<text>[^()\[\]{}'\"]*),\s*(?P<next>[^\W\d]\w*=(?!=).*)", re.DOTALL)
_NEAR = 0.7
"""How like an option a word must be to be taken for it."""


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
        msg = f"{first.text} is no verb; {_verb_meant(first.text, verbs)}"
        raise LineError(msg, first.at)
    return _sorted_out(verbs[first.text], rest)


def _verb_meant(text: str, verbs: Mapping[str, Verb]) -> str:
    """Say what one may have meant by a word that is no verb."""
    if text in VERBS:
        return f"{text} takes no cell: write {VERBS[text].magic} {VERBS[text].usage} alone"
    near = [*verbs] if len(verbs) == 1 else get_close_matches(text.partition("(")[0].lower(), verbs, n=1)
    if text.startswith("-") or not near:
        return f"write one of {', '.join(verbs)}{' first' if text.startswith('-') else ''}"
    return f"did you mean: {verbs[near[0]].magic} {verbs[near[0]].usage}"


def _sorted_out(verb: Verb, rest: list[Said]) -> Line:
    """Tell options, axes and words apart; they may stand in any order."""
    words: list[Said] = []
    axes: list[Said] = []
    options: list[Said] = []
    if verb.axes:
        _check_blanks(rest)
    left = iter(rest)
    for word in left:
        option, axis = _OPTION.fullmatch(word.text), _AXIS.fullmatch(word.text)
        if option:
            said = _option(verb, word, option, left)
            _check_once(verb, said, options, word)
            options.append(said)
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
        before = max((one for one in rest if one.at < over.at), key=lambda one: one.at, default=over)
        msg = f"{over.text} is too much; {_remedy(verb, over.text, before.text)}"
        raise LineError(msg, over.at)
    return Line(verb.name, tuple(words), tuple(axes), tuple(options))


def _remedy(verb: Verb, text: str, before: str) -> str:
    """Say what one may have meant by a word that has no place, behind another."""
    flags = [option.name for option in verb.options]
    near = get_close_matches(f"--{text}", flags, n=1, cutoff=_NEAR) if len(text) > 2 and _NAME.fullmatch(text) else []  # noqa: PLR2004 - one or two letters are like anything
    axis = _AXIS.fullmatch(before)
    if near:
        return f"did you mean {near[0]}?"
    if verb.axes and axis and _NAME.fullmatch(text):
        return f'leave no blanks within values, or put a text in quotes: {axis["name"]}="{axis["text"]} {text}"'
    if verb.axes:
        return f"write %xyz {verb.usage}, with an argument's values as T=0.5:4:40"
    return f"write {verb.magic} {verb.usage}, for example {verb.magic} {verb.example}"


def _check_blanks(rest: list[Said]) -> None:
    """Raise for an axis with blanks around its “=”, as an assignment may have them."""
    texts = [word.text for word in rest]
    for word, before, behind in zip(rest, ["", *texts], [*texts[1:], ""], strict=False):
        name, sign, text = word.text.partition("=")
        value = text or ("" if _OPTION.fullmatch(behind) else behind)
        run_on = _RUN_ON.fullmatch(text)
        if run_on and _NAME.fullmatch(name):
            msg = f"write axes apart: {name}={run_on['text']} {run_on['next']}"
            raise LineError(msg, word.at)
        if sign and value and not (name and text) and _NAME.fullmatch(name or before):
            msg = f"leave no blanks around “=”: {name or before}={value}"
            raise LineError(msg, word.at)


def _check_once(verb: Verb, said: Said, options: Iterable[Said], word: Said) -> None:
    """Raise for an option that stands twice; one whose value has a name may, with another name."""
    named = any(option.named for option in verb.options if option.name == said.name)
    name = said.text.partition("=")[0] if named else ""
    if any(one.name == said.name and (not named or one.text.partition("=")[0] == name) for one in options):
        msg = f"{f'{said.name} {name}'.rstrip()} stands twice; leave one of them out"
        raise LineError(msg, word.at)


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
    value = next(left, None) if text is None else as_said(text, word.at + len(match["name"]) + 1)
    if value is None or (text is None and _OPTION.fullmatch(value.text)):
        msg = f"{option.name} needs a value; write {option.name} {option.value}"
        raise LineError(msg, word.at)
    if option.listed:
        value = _continued(value, left)
    if option.named and not _AXIS.fullmatch(value.text):
        msg = f"{option.name} {value.text}; write {option.name} {option.value}"
        raise LineError(msg, value.at)
    if option.choices and value.text not in option.choices:
        near = get_close_matches(value.text, option.choices, n=1)
        form = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(option.choices)}"
        msg = f"{option.name} {value.text}: {form}"
        raise LineError(msg, value.at)
    return Said(value.text, option.name, value.at)


def _continued(value: Said, left: Iterator[Said]) -> Said:
    """Take the words behind a comma to a list."""
    while value.text.endswith(","):
        more = next(left, None)
        if more is None:
            return value
        value = Said(f"{value.text} {more.text}", at=value.at)
    return value


def _known_option(verb: Verb, word: Said, name: str) -> Option:
    for option in verb.options:
        if name in {option.name, option.short}:
            return option
    names = [option.name for option in verb.options]
    near = get_close_matches(name, names, n=1, cutoff=_NEAR)
    there = f"{verb.name} takes {', '.join(names)}" if names else f"{verb.name} takes none"
    msg = f"{name} is no option; {f'did you mean {near[0]}?' if near else there}"
    raise LineError(msg, word.at)
