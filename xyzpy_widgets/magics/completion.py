"""Completion of a ``%xyz`` line: verbs, sweeps, arguments, options and variables, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from xyzpy_widgets.errors import XyzError
from xyzpy_widgets.grammar.known import AXES
from xyzpy_widgets.grammar.verbs import SWEEP, VERBS, Option, Verb
from xyzpy_widgets.grammar.words import Said, begun_words
from xyzpy_widgets.magics.names import Names
from xyzpy_widgets.magics.sweeps import Sweeps, is_sweep
from xyzpy_widgets.run import Run
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.views.spec import PLOT_KINDS
from xyzpy_widgets.widgets.draws import DISTRIBUTIONS
from xyzpy_widgets.widgets.subject import BACKENDS, Subject

__all__ = ["Offer", "matcher_for", "offered"]

_LINE = re.compile(r"^\s*(?:[^\W\d]\w*\s*=\s*)?(?P<cell>%%?)xyz(?P<rest>\s.*)$")
_OPTION = re.compile(r"(?P<name>--?[a-z][\w-]*)=(?P<word>.*)", re.DOTALL)
_PATH = re.compile(r"[\w.]*$")
_STEERED = {"pause", "resume", "stop", "cancel"}
_PLOTTED = {"--x", "--y", "--by", "--color", "--row", "--col"}
_DRAWING = {"plot", "explore"}
_ONE_KIND = {"run", "sample"}


@dataclass(frozen=True, slots=True)
class Offer:
    """What may stand where the cursor is.

    Attributes
    ----------
    word : str
        What of the line would be replaced.
    found : tuple of (str, str)
        What may stand there, each with what it is.
    open : bool
        Whether Python may offer more: behind a dot, or where it is none of these.
    """

    word: str
    found: tuple[tuple[str, str], ...] = ()
    open: bool = False


class _Silence(list[SimpleCompletion]):
    """No completions, with a length: IPython lets only a matcher that has some silence the others."""

    def __len__(self) -> int:
        """Say that there is one."""
        return 1


def matcher_for(sweeps: Sweeps, names: Callable[[], Names]) -> Callable[[CompletionContext], SimpleMatcherResult]:
    """Return a matcher for a notebook's completer, which lets no other answer in a line of ``%xyz``."""

    @context_matcher(priority=1000, identifier="xyzpy_widgets.xyz")  # type: ignore[untyped-decorator]
    def xyz_matcher(context: CompletionContext) -> SimpleMatcherResult:
        offer = offered(context.line_with_cursor[: context.cursor_position], sweeps, names())
        found = [SimpleCompletion(text=text, type=kind) for text, kind in offer.found] or _Silence()
        return {"completions": found, "suppress": not offer.open, "matched_fragment": offer.word}

    return xyz_matcher  # type: ignore[no-any-return]


def offered(line: str, sweeps: Sweeps, names: Names) -> Offer:
    """Return what may stand at the end of a text; where that is no line of ``%xyz``, whatever Python says."""
    match = _LINE.match(line)
    if match is None:
        return Offer("", open=True)
    *words, word = begun_words(match["rest"]) or ["#", ""]
    verbs = {SWEEP.name: SWEEP} if match["cell"] == "%%" else VERBS
    if not words or words == ["help"]:
        return _beginning(word, ((name, "keyword") for name in verbs))
    verb = verbs.get(words[0])
    if verb is None:
        return Offer(word)
    given = _OPTION.fullmatch(word)
    name, word = (given["name"], given["word"]) if given else (words[-1], word)
    option = next((one for one in verb.options if name in {one.name, one.short} and one.value), None)
    if option is not None:
        return _valued(option, [*words, name], word, sweeps, names)
    if "=" in word and verb.axes:
        return _expression(word.partition("=")[2], names, sampled=verb.name == "sample")
    return _beginning(word, _next(verb, words, word, sweeps, names))


def _beginning(word: str, found: Iterable[tuple[str, str]]) -> Offer:
    return Offer(word, tuple((text, kind) for text, kind in found if text.startswith(word)))


def _expression(text: str, names: Names, *, sampled: bool = False) -> Offer:
    """Offer the names of an expression; Python knows what stands behind a dot."""
    match = _PATH.search(text)
    word = match.group() if match else ""
    calls = [*AXES, *(DISTRIBUTIONS if sampled else ())]
    found = dict([*((f"{name}(", "function") for name in calls), *((name, "instance") for name, _ in names)])
    offer = _beginning(word, found.items())
    return offer if offer.found else Offer(word, open=True)


def _next(verb: Verb, words: list[str], word: str, sweeps: Sweeps, names: Names) -> Iterator[tuple[str, str]]:
    """Yield what may come after some words."""
    said = _positional(verb, words[1:])
    if not said and not word.startswith("-") and verb is not SWEEP:
        yield from _sweeps(verb, names)
    subject = _subject(said, sweeps, names)
    if subject is not None and not word.startswith("-"):
        if verb.axes:
            given = {one.partition("=")[0] for one in words}
            yield from ((f"{name}=", "param") for name in subject.argument_names() if name not in given)
        if verb.name in _DRAWING and len(said) == 1:
            yield from ((name, "instance") for name in subject.runner.var_names or ())
    if said or word.startswith("-"):
        yield from ((one.name, "magic option") for one in verb.options if one.named or one.name not in words)


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


def _valued(option: Option, words: list[str], word: str, sweeps: Sweeps, names: Names) -> Offer:
    """Offer what an option may be."""
    if option.name == "--cases" or (option.named and "=" in word):
        return _expression(word.partition("=")[2] if option.named else word, names)
    return _beginning(word, _values(option, words, sweeps, names))


def _values(option: Option, words: list[str], sweeps: Sweeps, names: Names) -> Iterator[tuple[str, str]]:
    """Yield what an option may be, of those that take no expression."""
    verb = VERBS.get(words[0], SWEEP)
    subject = _subject(_positional(verb, words[1:]), sweeps, names)
    if option.choices or option.name == "--kind":
        yield from ((one, "keyword") for one in option.choices or PLOT_KINDS)
    elif option.name == "--on":
        yield from ((one, "keyword") for one in BACKENDS)
    elif option.named and subject is not None:
        yield from ((f"{name}=", "param") for name in subject.argument_names())
    elif option.name in _PLOTTED and subject is not None:
        yield from ((name, "param") for name in subject.argument_names())
        yield from ((name, "instance") for name in subject.runner.var_names or ())
