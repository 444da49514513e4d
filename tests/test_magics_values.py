"""The values of an axis: those of a panel, and those of the notebook's own expressions."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xyzpy_widgets as xyz
from tests.exact import fingerprint
from tests.strategies import combos_of
from tests.test_widgets_sheet import ARGUMENTS, Lattice, Method, energy, sheets
from xyzpy_widgets.core.labels import kind_of
from xyzpy_widgets.core.space import Combos
from xyzpy_widgets.errors import LineError, SpaceError
from xyzpy_widgets.grammar.line import read_line
from xyzpy_widgets.grammar.words import Said
from xyzpy_widgets.magics.asking import Where, asked
from xyzpy_widgets.magics.names import Names
from xyzpy_widgets.magics.sweeps import Last
from xyzpy_widgets.magics.values import read_axis, read_constant
from xyzpy_widgets.widgets.arguments import Argument
from xyzpy_widgets.widgets.sheet import Sheet, call_of, first_sheet, with_combos
from xyzpy_widgets.widgets.spoken import line_of
from xyzpy_widgets.widgets.subject import Subject

NOTEBOOK = Names({"np": np, "temps": [1.0, 2.0], "tmax": 4, "n": 3, "relu": max, "Method": Method, "words": ["u", "v"]})
ANY, FLOAT, INT = Argument("T"), Argument("T", "float"), Argument("T", "int")
TEXT = Argument("T", "str")


def values_of(text: str, argument: Argument = ANY) -> tuple[Any, ...]:
    """The values that a text gives."""
    reading = read_axis(Said(text, argument.name), argument, NOTEBOOK)
    assert reading.how == "swept"
    return tuple(reading.values)


@pytest.mark.parametrize(
    ("text", "values", "argument"),
    [
        ("2.5", (2.5,), ANY),
        ("0.5:4:8", tuple(np.linspace(0.5, 4, 8)), FLOAT),
        ("0.5:4:8", tuple(np.linspace(0.5, 4, 8)), ANY),
        ("1:4", (1, 2, 3, 4), INT),
        ("4:1", (4, 3, 2, 1), ANY),
        ("8:32:4", (8, 16, 24, 32), INT),
        ("1:4", (1.0, 2.0, 3.0, 4.0), FLOAT),
        ("0:tmax:n", (0, 2, 4), ANY),
        ("0:2*tmax:n", (0, 4, 8), ANY),
        ("log(1, 100, 3)", (1, 10, 100), INT),
        ("log(1e-3,1,4)", tuple(np.geomspace(1e-3, 1, 4)), FLOAT),
        ("log(1,tmax,3)", tuple(np.geomspace(1, 4, 3)), FLOAT),
        ("linspace(0, 1, 5)", tuple(np.linspace(0, 1, 5)), ANY),
        ("'linspace(0, 1, 5)'", tuple(np.linspace(0, 1, 5)), FLOAT),
        ("'linspace(0, 1, 5)'", ("linspace(0, 1, 5)",), ANY),
        ("np.arange(0, 1, 0.25)", tuple(np.arange(0, 1, 0.25)), ANY),
        ("range(3)", (0, 1, 2), ANY),
        ("16,32,64", (16, 32, 64), INT),
        ("[16, 32, 64]", (16, 32, 64), ANY),
        ("temps", (1.0, 2.0), ANY),
        ("temps[::-1]", (2.0, 1.0), ANY),
        ("[2*t for t in temps]", (2.0, 4.0), ANY),
        ("sorted([3, 1, 2])", (1, 2, 3), ANY),
        ("np.array([1, 2])**2", (1, 4), INT),
        ("2**np.arange(3)", (1, 2, 4), INT),
        ("2**arange(3)", (1, 2, 4), INT),
        ("-linspace(0, 1, 3)", (-0.0, -0.5, -1.0), FLOAT),
        ("np.logspace(0, 2, 3)*pi", tuple(np.logspace(0, 2, 3) * np.pi), FLOAT),
        ("np.log([1, 2])", tuple(np.log([1, 2])), FLOAT),
        ("0.5:4:8,", tuple(np.linspace(0.5, 4, 8)), ANY),
        ("16,", (16,), ANY),
        ("'None','a'", ("None", "a"), TEXT),
        ("'a b'", ("a b",), ANY),
        ("tanh,gelu", ("tanh", "gelu"), TEXT),
        ("words", ("u", "v"), TEXT),
        ("12:30", ("12:30",), TEXT),
        ("True,None", (True, None), ANY),
        ("pi/2", (np.pi / 2,), ANY),
        ("datetime64('2020-01-01')", (np.datetime64("2020-01-01"),), ANY),
        ("datetime.date(2020, 1, 1)", (dt.date(2020, 1, 1),), ANY),
        ("Lattice.KAGOME", (Lattice.KAGOME,), Argument("T", "any", tuple(Lattice))),
    ],
)
def test_a_text_gives_these_values(text: str, values: tuple[Any, ...], argument: Argument) -> None:
    """The grammar that the help shows, value by value and type by type."""
    assert values_of(text, argument) == values
    assert list(map(kind_of, values_of(text, argument))) == list(map(kind_of, values))


@pytest.mark.parametrize(
    ("text", "said", "argument"),
    [
        ("", "there are no values; write T=0.5:4:40", ANY),
        ("0.5:4", "a:b takes whole numbers; write T=0.5:4:40 for 40 values", FLOAT),
        ("0.5:4:x", "x is not defined; T takes numbers", FLOAT),
        ("x", 'x is not defined; write "x" in quotes if it is a text', ANY),
        ("T", 'T=T: T is not defined; write "T" in quotes', ANY),
        ("0.5:4:2.5", r"a:b:n gives n values; for steps of 2.5 write T=arange\(0.5, 4, 2.5\)", FLOAT),
        ("0.5:4:0.5", "for steps of 0.5 write T=0.5:4:8", FLOAT),
        ("0:1:1e9", "the number of values must be a whole number from 1, not 1e9; write T=0.5:4:40", FLOAT),
        (":4", "a number is missing beside a “:”; write T=0.5:4:40", FLOAT),
        ("1:1000000000", "1,000,000,000 values on one axis; 10,000,000 are the most", ANY),
        ("range(tmax*10**9)", "4,000,000,000 values on one axis", ANY),
        ("[(1, 2), (3, 4)]", r"\(1, 2\) cannot be a label; give numbers, texts or moments", ANY),
        ("'hot'", "takes numbers, and 'hot' is not; write T=0.5:4:40", FLOAT),
        ("'yes'", "takes True or False, and 'yes' is not; write T=True or T=True,False", Argument("T", "bool")),
        ("yes", "yes is not defined; T takes True or False", Argument("T", "bool")),
        ("None", 'takes texts, and None is not; write T="None" for the text', TEXT),
        ("np.linspace(0, 1, 5) * 1j + relu", "raised TypeError", ANY),
        ("0:1:-3", "the number of values must be a whole number", FLOAT),
        ("tempps", "tempps is not defined", ANY),
        ("relu", "cannot be a label; write T='relu' for the text", TEXT),
        ("[relu]", "an object of type builtin_function_or_method cannot be a label; give it as a constant", ANY),
        ("temps,5", r"lists cannot be labels; put all values into one list: T=\[\*a, 5\]", ANY),
        ("1/0", "cannot be calculated", ANY),
        ("temps[7]", "raised IndexError", ANY),
        ("0.5,1", "takes whole numbers, and 0.5 is not; write|takes whole numbers, and 0.5 is not", INT),
        ("cold,'hot'", "cold is not defined", FLOAT),
        ("16,16", "16 twice", INT),
        ("log(0,1,3)", "above 0", FLOAT),
        ("...", "no values of T are stored", FLOAT),
        ("linspacee(0,1,5)", "linspacee", FLOAT),
    ],
)
def test_what_cannot_be_meant_is_said_with_a_right_form(text: str, said: str, argument: Argument) -> None:
    """A slip in the values names them, and shows what one may write."""
    with pytest.raises(LineError, match=said) as found:
        read_axis(Said(text, "T", 11), argument, NOTEBOOK)
    assert found.value.at == 11
    assert str(found.value).startswith(f"T={text}: ")


@pytest.mark.parametrize("text", ["2**arange(3)", "-log(1, 100, 3)", "linspace(0, 1, 3)*pi"])
def test_what_only_a_field_knows_is_code_that_python_runs(text: str) -> None:
    """The Python that does the same as a line runs where nothing but numpy is known."""
    reading = read_axis(Said(text, "T"), ANY, NOTEBOOK)
    assert tuple(eval(reading.code, {"np": np})) == tuple(reading.values)  # noqa: S307 - our own code is what is tested


def test_a_constant_may_be_anything_of_the_notebook() -> None:
    """A constant is one value: a literal, or any object that the notebook has."""
    assert read_constant(Said("2"), ANY, NOTEBOOK).values == (2,)
    assert read_constant(Said("relu"), ANY, NOTEBOOK).values == (max,)
    assert read_constant(Said("Method.FAST"), ANY, NOTEBOOK).values == (Method.FAST,)
    with pytest.raises(LineError, match="T=: "):
        read_constant(Said(""), ANY, NOTEBOOK)
    with pytest.raises(LineError, match="mist is not defined"):
        read_constant(Said("mist"), ANY, NOTEBOOK)


def test_a_sampler_takes_draws() -> None:
    """The distributions of a panel by their words, and whatever else a Sampler takes, from the notebook."""
    drawn = read_axis(Said("uniform(0, tmax)"), ANY, NOTEBOOK, sampled=True)
    assert (drawn.how, drawn.values[0].name, drawn.values[0].parameters) == ("drawn", "uniform", (0, 4))
    own = read_axis(Said("lambda rng: rng.normal()"), ANY, NOTEBOOK, sampled=True)
    assert callable(own.values[0])
    assert read_axis(Said("[1, 2]"), ANY, NOTEBOOK, sampled=True).values == (1, 2)
    with pytest.raises(LineError, match="“low” is greater than “high”"):
        read_axis(Said("uniform(2, 1)"), ANY, NOTEBOOK, sampled=True)


@pytest.fixture(scope="module")
def harvester() -> xyz.Harvester:
    """A harvester with some cases."""
    found = xyz.Harvester(xyz.Runner(energy, "e", verbosity=0))
    found.harvest_combos({"L": [16, 32, 64], "T": [0.5, 1.0], "lattice": [Lattice.SQUARE]})
    return found


@settings(max_examples=100, deadline=None)
@given(
    sheet=sheets(),
    choice=st.sampled_from(["new", "new_failed", "all"]),
    stale=st.booleans(),
    workers=st.sampled_from([None, 2]),
    backend=st.sampled_from(["", "serial", "threads"]),
)
def test_any_panel_is_a_line_that_asks_for_the_same(
    harvester: xyz.Harvester, sheet: Sheet, choice: Any, backend: str, workers: int | None, *, stale: bool
) -> None:
    """The law of the two doors: the line that a panel shows asks for exactly the call that the panel makes."""
    subject = Subject(harvester)
    sheet = replace(sheet, choice=choice, stale=stale, workers=workers, backend=backend)
    call = subject.call(sheet, subject.arguments())
    line = subject.line(sheet, subject.arguments())
    read = asked(
        read_line(line.removeprefix("%xyz ")),
        Subject(harvester),
        named(subject.name, harvester),
        Last(harvester),
        Where(),
    )
    assert ordered(read.given) == ordered(call.given)


def named(name: str, target: Any) -> Names:
    """A notebook that has a sweep, and what the annotations of its function name."""
    return Names({name: target})


def ordered(given: Any) -> Any:
    """What a call is given, in comparable form; constants have no order."""
    plain = {key: given[key] for key in sorted(given)}
    combos = given["combos"].items()
    plain["combos"] = {key: values if values is ... or callable(values) else tuple(values) for key, values in combos}
    if "constants" in plain:
        plain["constants"] = {key: plain["constants"][key] for key in sorted(plain["constants"])}
    if "cases" in plain:
        plain["cases"] = [dict(case) for case in plain["cases"]]
    return fingerprint(plain)


@settings(max_examples=40, deadline=None)
@given(sheets(sampled=True))
def test_any_panel_of_a_sampler_is_a_line(sheet: Sheet) -> None:
    """Draws, their number and their seed are said too."""
    sampler = xyz.Sampler(xyz.Runner(energy, "e"), default_combos={"free": [1, 2]})
    subject = Subject(sampler)
    arguments = subject.arguments()
    try:
        call = subject.call(sheet, arguments)
    except SpaceError:
        return
    line = str(line_of(sheet, arguments, "sampler", sampled=True))
    read = asked(read_line(line.removeprefix("%xyz ")), subject, named("sampler", sampler), Last(sampler), Where())
    assert ordered(read.given) == ordered(call.given)


@settings(max_examples=100, deadline=None)
@given(combos_of(("a", "b", "self")))
def test_any_combos_are_a_line_that_gives_the_identical_plan(combos: Combos) -> None:
    """Whatever labels people use, numbers, texts, moments and none among them: the line plans the very same points."""
    runner = xyz.Runner(lambda a, b, self: 0, "e")
    subject = Subject(runner)
    arguments = subject.arguments()
    try:
        sheet = with_combos(first_sheet(arguments), arguments, combos)
        call = call_of(sheet, arguments)
    except SpaceError:
        return
    line = subject.line(sheet, arguments)
    read = asked(read_line(line.removeprefix("%xyz ")), subject, named(subject.name, runner), Last(runner), Where())
    plan, again = runner.plan(**call.given).plan, runner.plan(**read.given).plan
    assert again.space.names == plan.space.names
    assert fingerprint(again.space.combos.values) == fingerprint(plan.space.combos.values)


def test_the_arguments_of_the_panel_tests_are_those_of_this_module() -> None:
    """The strategy for sheets fits the function here."""
    assert list(ARGUMENTS) == [one.name for one in Subject(xyz.Runner(energy, "e")).arguments()]
