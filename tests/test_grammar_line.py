"""Lines of %xyz: any line can be written and read back, and every slip is found where it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xyzpy_widgets.errors import LineError
from xyzpy_widgets.grammar.line import Line, read_line
from xyzpy_widgets.grammar.verbs import SWEEP, VERBS, manual, manual_of
from xyzpy_widgets.grammar.words import Said, as_word, begun_words, split_words, unquoted

TEXTS = st.text(min_size=1, max_size=8).map(repr)
VALUES = st.one_of(
    st.sampled_from(["0.5:4:40", "1:64", "[16, 32, 64]", "log(1e-3, 1, 7)", "...", "temperatures[::2]", "(1, 'a b')"]),
    TEXTS,
    st.lists(TEXTS, min_size=1, max_size=3).map(lambda texts: f"[{', '.join(texts)}]"),
)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Any line of a verb that takes axes, with options of every kind."""
    verb = VERBS[draw(st.sampled_from(["plan", "run", "sample"]))]
    words = ["ising", *(["1000"] if verb.name == "sample" else [])]
    names = draw(st.lists(st.sampled_from(["T", "L", "p", "größe"]), unique=True))
    axes = tuple(Said(as_word(draw(VALUES)), name) for name in names)
    chosen = draw(st.lists(st.sampled_from(verb.options), max_size=4, unique_by=lambda one: one.name))
    options = tuple(Said(f"k={as_word(draw(VALUES))}" if one.value else "", one.name) for one in chosen)
    return Line(verb.name, tuple(map(Said, words)), axes, options)


@given(lines())
def test_every_line_is_written_and_read_back(line: Line) -> None:
    """The law of the grammar: what is written says what was meant, whatever texts, brackets and blanks are in it."""
    assert read_line(str(line).removeprefix("%xyz ")) == line


@given(lines(), st.randoms(use_true_random=False))
def test_options_stand_before_or_after_axes(line: Line, random: object) -> None:
    """The order of the parts of a line has no meaning."""
    parts = [f"{one.name}={one.text}" for one in line.axes]
    parts += [f"{one.name} {one.text}".strip() for one in line.options]
    random.shuffle(parts)  # type: ignore[attr-defined]
    read = read_line(" ".join([line.verb, *(one.text for one in line.words), *parts]))
    assert set(read.axes) == set(line.axes)
    assert set(read.options) == set(line.options)


def test_quotes_around_a_word_are_stripped() -> None:
    """A habit of shells does no harm, and braces and dollars stand for themselves."""
    read = read_line("""run 'ising' 'a=linspace(0, 1, 5)' "b=[1, 2]" --on 'threads' --workers="2" c={x} d=$x""")
    assert [word.text for word in read.words] == ["ising"]
    assert [(one.name, one.text) for one in read.axes] == [
        ("a", "linspace(0, 1, 5)"),
        ("b", "[1, 2]"),
        ("c", "{x}"),
        ("d", "$x"),
    ]
    assert [(one.name, one.text) for one in read.options] == [("--on", "threads"), ("--workers", "2")]


def test_a_text_keeps_its_quotes_and_blanks() -> None:
    """What stands in quotes behind a name is a text."""
    assert read_line("run f a='b c' d=[\"e ]\", 'f']").axes == (Said("'b c'", "a"), Said("[\"e ]\", 'f']", "d"))


@pytest.mark.parametrize(
    ("line", "said", "at"),
    [
        ("", "a verb is missing; write one of plan, run", None),
        ("runn ising", "runn is no verb; did you mean: %xyz run NAME", 0),
        ("frobnicate", "is no verb; write one of plan, run, sample", 0),
        ("run", "a name is missing; write %xyz run NAME .* for example %xyz run ising", None),
        ("run ising T=[1, 2", "a “]” is missing for this “\\[”", 12),
        ("run ising T=(1, 2]", "this “\\]” closes nothing", 17),
        ("run ising T=1)", "this “\\)” closes nothing", 13),
        ("run ising T='cold", "this ' is not closed", 12),
        ("run ising T=1 T=2", "T stands twice; give all its values at once", 14),
        ("run ising --wokers 3", "--wokers is no option; did you mean --workers", 10),
        ("run ising --workers", "--workers needs a value; write --workers N", 10),
        ("run ising --workers --all", "--workers needs a value", 10),
        ("run ising --all=3", "--all takes no value; write --all alone", 10),
        ("run ising missing", "missing is too much; did you mean --missing", 10),
        ("run ising T 1", "T is too much; write %xyz run .* as T=0.5:4:40", 10),
        ("run ising T = 0.5:4:40", "leave no blanks around “=”: T=0.5:4:40", 12),
        ("run ising T= 3 L=2", "leave no blanks around “=”: T=3", 10),
        ("run ising T =3", "leave no blanks around “=”: T=3", 12),
        ("run ising method=fast mode", 'or put a text in quotes: method="fast mode"', 22),
        ("run ising T=1:3,L=2", "write axes apart: T=1:3 L=2", 10),
        ("run ising T=1 > out.txt", "> is too much; write %xyz run", 14),
        ("RUN ising", "RUN is no verb; did you mean: %xyz run NAME", 0),
        ("run ising --workers 2 --workers 3", "--workers stands twice; leave one of them out", 22),
        ("run ising --constants k=2 --constants k=3", "--constants k stands twice", 26),
        ("run ising --constants k", "--constants k; write --constants k=2", 22),
        ("run ising --parallel", "--parallel is no option; run takes --constants, ", 10),
        ("run ising comment", "comment is too much; write %xyz run", 10),
        ("--workers 2 run ising", "--workers is no verb; write one of plan, .* first", 0),
        ("plan('ising', T=1)", "is no verb; did you mean: %xyz plan NAME", 0),
        ("pause ising T=1", "T=1 is an axis, which pause does not take", 12),
        ("pause ising --all", "--all is no option; pause takes none", 12),
    ],
)
def test_a_slip_is_found_where_it_is(line: str, said: str, at: int | None) -> None:
    """Each mistake tells its place, and the nearest right form."""
    with pytest.raises(LineError, match=said) as found:
        read_line(line)
    assert found.value.at == at


def test_a_choice_that_there_is_not_names_the_nearest() -> None:
    """An option of few words tells them."""
    with pytest.raises(LineError, match="--as harvestr: did you mean harvester"):
        read_line("sweep ising --as harvestr", {"sweep": SWEEP})


def test_a_cell_has_one_verb() -> None:
    """What begins a cell otherwise is told that verb, or that it stands in a line."""
    with pytest.raises(LineError, match="ising is no verb; did you mean: %%xyz sweep NAME"):
        read_line("ising -o energy", {"sweep": SWEEP})
    with pytest.raises(LineError, match="plan takes no cell: write %xyz plan NAME"):
        read_line("plan ising", {"sweep": SWEEP})


def test_outputs_may_have_blanks_behind_their_commas() -> None:
    """A list of outputs is written as one writes a list."""
    read = read_line("sweep ising -o energy[J], mag -f ising.h5", {"sweep": SWEEP})
    assert [(one.name, one.text) for one in read.options] == [("--outputs", "energy[J], mag"), ("--file", "ising.h5")]
    assert read_line("sweep ising -o energy,", {"sweep": SWEEP}).options == (Said("energy,", "--outputs"),)


def test_a_comment_ends_a_line() -> None:
    """A line may say why, as one of Python may; within a word a “#” is what it is."""
    read = read_line("run ising T=1 'a#b'  # as in [the paper", {"run": replace(VERBS["run"], words=(1, 2))})
    assert (read.axes, [word.text for word in read.words]) == ((Said("1", "T"),), ["ising", "a#b"])


@given(lines())
def test_a_line_that_is_being_written_falls_into_the_same_words(line: Line) -> None:
    """Completion and reading see the same words, whatever brackets and texts are in them."""
    text = str(line)
    assert [unquoted(word) or word for word in begun_words(f"{text} ")] == [
        *(word.text for word in split_words(text)),
        "",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", [""]),
        ("run isi", ["run", "isi"]),
        ("run ising ", ["run", "ising", ""]),
        ("run ising T=[1, 2", ["run", "ising", "T=[1, 2"]),
        ("run ising T='a b", ["run", "ising", "T='a b"]),
        (r"run ising T='\' b", ["run", "ising", r"T='\' b"]),
        (r"run ising T='\\' b", ["run", "ising", r"T='\\'", "b"]),
        ("run ising T=1)", ["run", "ising", "T=1)"]),
        ("run ising # T", []),
    ],
)
def test_what_is_open_yet_belongs_to_the_word_at_the_cursor(text: str, words: list[str]) -> None:
    """A bracket or a quote that is not closed yet is no mistake while a line is being written."""
    assert begun_words(text) == words


def test_the_short_spelling_of_an_option_is_the_long_one() -> None:
    """What reads a line knows one spelling."""
    read = read_line("sweep ising -o energy[J],mag -f=ising.h5", {"sweep": SWEEP})
    assert [(one.name, one.text) for one in read.options] == [("--outputs", "energy[J],mag"), ("--file", "ising.h5")]


def test_places_are_those_of_the_line() -> None:
    """Each part of a line knows where it begins."""
    assert [word.at for word in split_words("run  ising T=[1, 2] 'p=1'")] == [0, 5, 11, 21]


def test_the_help_shows_every_verb_with_an_example_that_can_be_read() -> None:
    """Help and grammar cannot part."""
    told = manual()
    for verb in VERBS.values():
        assert f"%xyz {verb.usage} " in told
        assert f"    %xyz {verb.example}" in told
        assert read_line(verb.example).verb == verb.name
        assert all(option.name in manual_of(verb) or option.short for option in verb.options)
    assert read_line(SWEEP.example, {"sweep": SWEEP}).words[0].text == "ising(T, L, p=0.5)"
    assert max(map(len, told.splitlines())) <= 120
