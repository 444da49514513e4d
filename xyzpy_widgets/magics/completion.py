"""Completion of a ``%xyz`` line: verbs, sweeps, arguments, options and variables, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from xyzpy_widgets.errors import XyzError
from xyzpy_widgets.grammar.line import Said
from xyzpy_widgets.grammar.verbs import SWEEP, VERBS, Option, Verb
from xyzpy_widgets.magics.names import Names
from xyzpy_widgets.magics.sweeps import Sweeps, is_sweep
from xyzpy_widgets.run import Run
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.views.spec import PLOT_KINDS
from xyzpy_widgets.widgets.subject import BACKENDS, Subject

__all__ = ["matcher_for", "matches"]

_LINE = re.compile(r"^\s*(?:[^\W\d]\w*\s*=\s*)?(?P<cell>%%?)xyz(?P<rest>\s.*|)$")
_STEERED = {"pause", "resume", "stop", "cancel"}
_PLOTTED = {"--x", "--y", "--by", "--color", "--row", "--col"}
_DRAWING = {"plot", "explore"}
_ONE_KIND = {"run", "sample"}


def matcher_for(sweeps: Sweeps, names: Callable[[], Names]) -> Callable[[CompletionContext], SimpleMatcherResult]:
    """Return a matcher for a notebook's completer."""

    @context_matcher(priority=1000, identifier="xyzpy_widgets.xyz")  # type: ignore[untyped-decorator]
    def xyz_matcher(context: CompletionContext) -> SimpleMatcherResult:
        line = context.line_with_cursor[: context.cursor_position]
        word = re.split(r"\s", line)[-1]
        found = [SimpleCompletion(text=text, type=kind) for text, kind in matches(line, sweeps, names())]
        return {"completions": found, "suppress": bool(found), "matched_fragment": word}

    return xyz_matcher  # type: ignore[no-any-return]


def matches(line: str, sweeps: Sweeps, names: Names) -> list[tuple[str, str]]:
    """Return what may stand where the cursor is, at the end of a text, each with what it is.

    Values of an axis are any expression, and left to the completion of Python.
    """
    match = _LINE.match(line)
    if match is None or not match["rest"]:
        return []
    words = match["rest"].split()
    word = "" if match["rest"][-1:].isspace() or not words else words.pop()
    verbs = {SWEEP.name: SWEEP} if match["cell"] == "%%" else VERBS
    if not words:
        return _beginning(word, ((name, "keyword") for name in verbs))
    verb = verbs.get(words[0])
    if verb is None or ("=" in word and not word.startswith("-")):
        return []
    option = next((one for one in verb.options if words[-1] in {one.name, one.short} and one.value), None)
    if option is not None:
        return _beginning(word, _values(option, words, sweeps, names))
    return _beginning(word, _next(verb, words, word, sweeps, names))


def _beginning(word: str, found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(text, kind) for text, kind in found if text.startswith(word)]


def _next(verb: Verb, words: list[str], word: str, sweeps: Sweeps, names: Names) -> Iterator[tuple[str, str]]:
    """Yield what may come after some words."""
    said = _positional(verb, words[1:])
    if not said and not word.startswith("-") and verb is not SWEEP:
        yield from _sweeps(verb, names)
    subject = _subject(said, sweeps, names)
    if subject is not None and not word.startswith("-"):
        if verb.axes:
            given = {one.partition("=")[0] for one in words}
            yield from ((f"{one.name}=", "param") for one in subject.arguments() if one.name not in given)
        if verb.name in _DRAWING and len(said) == 1:
            yield from ((name, "instance") for name in subject.runner.var_names or ())
    if said or word.startswith("-"):
        yield from ((one.name, "magic option") for one in verb.options if one.name not in words)


def _positional(verb: Verb, words: list[str]) -> list[str]:
    """Return the words that are no options, no values of options and no axes."""
    taking = {spelt for one in verb.options if one.value for spelt in (one.name, one.short) if spelt}
    before = ["", *words]
    return [
        word
        for last, word in zip(before, words, strict=False)
        if not word.startswith("-") and last not in taking and "=" not in word
    ]


def _sweeps(verb: Verb, names: Names) -> Iterator[tuple[str, str]]:
    """Yield the names that a verb can take."""
    for name, value in names:
        fits = is_sweep(value) and (isinstance(value, Sampler) == (verb.name == "sample") or verb.name not in _ONE_KIND)
        if fits or (verb.name in _STEERED and isinstance(value, Run)):
            yield name, "instance"


def _subject(said: list[str], sweeps: Sweeps, names: Names) -> Subject | None:
    if not said:
        return None
    try:
        return sweeps.find(Said(said[0]), names)
    except XyzError:  # what is typed so far names nothing yet
        return None


def _values(option: Option, words: list[str], sweeps: Sweeps, names: Names) -> Iterator[tuple[str, str]]:
    """Yield what an option may be."""
    verb = VERBS.get(words[0], SWEEP)
    subject = _subject(_positional(verb, words[1:]), sweeps, names)
    if option.choices or option.name == "--kind":
        yield from ((one, "keyword") for one in option.choices or PLOT_KINDS)
    elif option.name == "--on":
        yield from ((one, "keyword") for one in BACKENDS)
    elif option.name == "--constants" and subject is not None:
        yield from ((f"{one.name}=", "param") for one in subject.arguments())
    elif option.name in _PLOTTED and subject is not None:
        yield from ((one.name, "param") for one in subject.arguments())
        yield from ((name, "instance") for name in subject.runner.var_names or ())
