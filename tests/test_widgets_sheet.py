"""The sheet: a panel's state as a value, what it means, and the code that does the same."""

from __future__ import annotations

import json
from dataclasses import replace
from enum import Enum, StrEnum
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xyzpy_widgets as xyz
from tests.exact import fingerprint
from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.core.sampling import draw_cases
from xyzpy_widgets.errors import SpaceError, XyzError
from xyzpy_widgets.harvest import asked_told
from xyzpy_widgets.widgets.arguments import NOTHING, Argument, arguments_of
from xyzpy_widgets.widgets.draws import DISTRIBUTIONS
from xyzpy_widgets.widgets.rows import Row, first_row, read_row, row_of
from xyzpy_widgets.widgets.sheet import Call, Sheet, call_of, first_sheet, row_read, row_told, with_combos
from xyzpy_widgets.widgets.source import name_in, source_of
from xyzpy_widgets.widgets.subject import Subject
from xyzpy_widgets.widgets.unfinished import sheet_of
from xyzpy_widgets.widgets.verdict import places_of, verdict_on


class Lattice(StrEnum):
    """Choices that may be labels."""

    SQUARE = "square"
    KAGOME = "kagome"


class Method(Enum):
    """Choices that may not."""

    FAST = (1,)
    EXACT = (2,)


def energy(  # type: ignore[no-untyped-def] # noqa: PLR0913 - one argument of each kind
    T: float,  # noqa: N803 - as its field calls it
    L: int,  # noqa: N803
    lattice: Lattice,
    kind: Literal["a", "b"] = "a",
    p=0.5,  # noqa: ANN001 - told by its default
    *,
    flag: bool = False,
    name: str = "x",
    method: Method = Method.FAST,
    free=None,  # noqa: ANN001 - anything at all
) -> float:
    """Give a number for every case."""
    return T * L


STORED = {"L": (16, 32, 64), "T": (0.5, 1.0)}
SPEC = as_function_spec(energy, "e", arg_attrs={"T": {"units": "K", "long_name": "temperature"}})
ARGUMENTS = {argument.name: argument for argument in arguments_of(SPEC, STORED)}


def test_arguments_are_told_by_signature_annotations_and_defaults() -> None:
    """Nobody types what the function already says of itself."""
    takes = {name: one.takes for name, one in ARGUMENTS.items()}
    assert takes == {
        "T": "float",
        "L": "int",
        "lattice": "any",
        "kind": "str",
        "p": "float",
        "flag": "bool",
        "name": "str",
        "method": "any",
        "free": "any",
    }
    assert ARGUMENTS["lattice"].choices == tuple(Lattice)
    assert ARGUMENTS["kind"].choices == ("a", "b")
    assert ARGUMENTS["flag"].choices == (False, True)
    assert ARGUMENTS["p"].default == 0.5
    assert ARGUMENTS["T"].default is NOTHING
    assert (ARGUMENTS["T"].units, ARGUMENTS["T"].description) == ("K", "temperature")
    assert ARGUMENTS["L"].stored == (16, 32, 64)


def test_a_whole_number_that_was_seen_asks_for_no_others() -> None:
    """A default or a stored value of 1 keeps nobody from 0.5, and no range is rounded to it; an annotation does."""
    spec = as_function_spec(lambda a, b=1: a * b, "e")
    stored, default = arguments_of(spec, {"a": (1, 2)})
    for argument in (stored, default):
        reading = read_row(Row(argument.name, "range", start="0", stop="1", num="5"), argument)
        assert tuple(reading.values) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert ARGUMENTS["L"].takes == "int"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([-100.0, -10.0, -1.0], "list"),
        ([-np.inf, 1.0, 2.0], "list"),
        ([-1.7e308, 0.0, 1.7e308], "list"),
        ([-2.0, -1.0, 0.0], "range"),
        ([1e200, 1.0, 1e-200], "range"),
    ],
)
def test_values_that_python_says_become_a_row_that_means_them(values: list[float], kind: str) -> None:
    """A range is one only where reading its row gives the values again."""
    row = row_of(Argument("x"), values, Row("x"))
    assert row.kind == kind
    assert list(read_row(row, Argument("x")).values) == values


def test_what_does_not_vary_has_no_row() -> None:
    """Constants and resources are shown, and not offered for a sweep, unless the store has several values of one."""
    spec = as_function_spec(energy, "e", constants={"p": 1.0, "kind": "b"}, resources={"free": object()})
    names = [argument.name for argument in arguments_of(spec, {"p": (1.0, 2.0)})]
    assert "kind" not in names
    assert "free" not in names
    assert "p" in names


def test_a_function_that_cannot_be_read_has_rows_nevertheless() -> None:
    """Annotations that name nothing, a builtin, an object with a call: none keeps a panel from opening."""

    def odd(a: Nowhere, b: 3 = 1) -> Nowhere:  # type: ignore[name-defined, valid-type] # noqa: F821
        """Have annotations that cannot be resolved."""
        return a

    assert [one.name for one in arguments_of(as_function_spec(odd, "y"))] == ["a", "b"]
    assert [one.name for one in arguments_of(as_function_spec(max, "y", fn_args=["a"]))] == ["a"]


def test_the_first_sheet_asks_for_as_little_as_can_be() -> None:
    """What has a default keeps it, what is stored is taken, and only the rest is open."""
    sheet = first_sheet(arguments_of(SPEC))
    kinds = {row.name: row.kind for row in sheet.rows}
    assert kinds["T"] == kinds["L"] == "range"
    assert kinds["lattice"] == "choices"
    assert {kinds[name] for name in ("kind", "p", "flag", "name", "method", "free")} == {"fixed"}
    assert {row.kind for row in first_sheet(ARGUMENTS.values()).rows[:2]} == {"stored"}


@pytest.mark.parametrize(
    ("row", "values", "code"),
    [
        (Row("T", "range", start="0.5", stop="4", num="8"), np.linspace(0.5, 4, 8), "np.linspace(0.5, 4, 8)"),
        (Row("T", "range", start="1e-3", stop="1", num="4", spacing="log"), np.geomspace(1e-3, 1, 4), None),
        (Row("L", "range", start="8", stop="32", num="4"), (8, 16, 24, 32), "range(8, 33, 8)"),
        (Row("L", "range", start="8", stop="6", num="3"), (8, 7, 6), "range(8, 5, -1)"),
        (Row("L", "range", start="1", stop="100", num="3", spacing="log"), (1, 10, 100), None),
        (Row("L", "range", start="0", stop="10", num="4"), (0, 3, 7, 10), None),
        (Row("free", "range", start="0", stop="4", num="3"), (0, 2, 4), "range(0, 5, 2)"),
        (Row("free", "range", start="0", stop="1", num="3"), np.linspace(0, 1, 3), "np.linspace(0, 1, 3)"),
        (Row("T", "range", start="2", stop="2", num="1"), np.linspace(2, 2, 1), None),
        (Row("kind", "choices", chosen=(1,)), ("b",), '["b"]'),
        (Row("lattice", "choices", chosen=(1, 0)), (Lattice.KAGOME, Lattice.SQUARE), None),
        (Row("name", "list", values="a b, c"), ("a b", "c"), '["a b", "c"]'),
    ],
)
def test_a_row_means_what_it_says(row: Row, values: Any, code: str | None) -> None:
    """Values are exactly those of the function that the code calls, whole numbers stay whole."""
    reading = read_row(row, ARGUMENTS[row.name])
    assert reading.how == "swept"
    assert fingerprint(tuple(reading.values)) == fingerprint(tuple(values))
    assert code in (None, reading.code)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Row("T", "range", start="", stop="4", num="8"), "“From” is empty"),
        (Row("T", "range", start="a", stop="4", num="8"), "“a” is not a number"),
        (Row("T", "range", start="10**400", stop="4", num="8"), "too large a number"),
        (Row("T", "range", start="0", stop="4", num="0"), "a whole number from 1, not 0"),
        (Row("T", "range", start="0", stop="4", num="2.5"), "a whole number from 1, not 2.5"),
        (Row("T", "range", start="0", stop="4", num="5", spacing="log"), "above 0"),
        (Row("T", "range", start="-1.7e308", stop="1.7e308", num="5"), "too wide"),
        (Row("T", "range", start="1", stop="1", num="3"), "from and to are both 1"),
        (Row("L", "range", start="0.5", stop="4", num="8"), "takes whole numbers, and 0.5 is not"),
        (Row("L", "list", values="1, 2.5"), "takes whole numbers, and 2.5 is not"),
        (Row("L", "list", values="16, 16"), "16 twice"),
        (Row("T", "list", values="cold, hot"), "takes numbers, and 'cold' is not"),
        (Row("free", "list", values="1 2"), "put a comma between values"),
        (Row("p", "fixed", value="1, 2"), "1, 2 is more than one value"),
        (Row("p", "fixed", value="range(3)"), "more than one value"),
        (Row("p", "stored"), "no values of p are stored"),
        (Row("L", "range", start="1", stop="10**25", num="5"), "too wide for whole numbers"),
        (Row("L", "range", start="2**60", stop="2**60 + 7", num="3"), "too wide for whole numbers"),
        (Row("kind", "choices"), "choose at least one"),
        (Row("method", "choices", chosen=(0, 1)), "members of Method cannot be labels"),
    ],
)
def test_what_a_row_cannot_mean_is_said_beside_it(row: Row, said: str) -> None:
    """Each mistake has a plain sentence, and it stands in the verdict of that row alone."""
    with pytest.raises(SpaceError, match=said):
        read_row(row, ARGUMENTS[row.name])
    other = Row("name", "fixed")
    verdict = verdict_on(Sheet((row, other)), list(ARGUMENTS.values()), 7)
    assert verdict["revision"] == 7
    assert verdict["rows"][row.name]["problem"]
    assert verdict["rows"]["name"]["problem"] == ""
    assert verdict["total"] is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Row("T", "range", start="a", stop="4", num="8"), "“a” is not a number."),
        (
            Row("T", "range", start="0", stop="4", num="10000000"),
            "10,000,000 values are too many; a range has at most a million.",
        ),
        (Row("L", "list", values="16, 16"), "L has the value 16 twice; give each value once."),
        (Row("kind", "choices"), "Choose at least one."),
    ],
)
def test_what_is_wrong_with_a_row_is_a_sentence(row: Row, said: str) -> None:
    """The page shows it as it stands, in the place of its own; the reason on the card names the row once."""
    verdict = verdict_on(Sheet((row,)), list(ARGUMENTS.values()), 0)
    assert verdict["rows"][row.name]["problem"] == said
    with pytest.raises(SpaceError) as told:
        call_of(Sheet((row,)), list(ARGUMENTS.values()))
    assert str(told.value).count(f"{row.name}:") + str(told.value).count(f"{row.name} ") == 1


def test_a_fixed_choice_is_a_member_and_not_its_name() -> None:
    """What is chosen in the list of an enumeration reaches the function as the member, and its default is shown."""
    method = ARGUMENTS["method"]
    assert first_row(method).value == "FAST"
    assert read_row(Row("method", "fixed", value="FAST"), method).how == "default"
    reading = read_row(Row("method", "fixed", value="EXACT"), method)
    assert (reading.how, reading.values) == ("fixed", (Method.EXACT,))
    assert reading.code == "Method.EXACT"


def test_a_range_of_whole_numbers_says_that_it_was_rounded() -> None:
    """Nobody wonders where the values of the range went that are no whole numbers."""
    verdict = verdict_on(Sheet((Row("L", "range", start="16", stop="64", num="6"),)), list(ARGUMENTS.values()), 0)
    assert verdict["rows"]["L"]["note"] == "rounded to whole numbers, 4 of them new"


def test_the_verdict_counts_and_places_what_is_typed() -> None:
    """While somebody types, each row tells how many values it has and where they lie."""
    rows = (
        Row("T", "list", values="0.5, 1.0, 4.5"),
        Row("L", "stored"),
        Row("kind", "choices", chosen=(0, 1)),
        Row("p", "fixed", value="0.5"),
    )
    verdict = verdict_on(Sheet(rows), list(ARGUMENTS.values()), 1)
    told = verdict["rows"]
    assert [told[name]["count"] for name in ("T", "L", "kind", "p")] == [3, 3, 2, 1]
    assert told["T"]["places"] == [0.0, 0.125, 1.0]
    assert told["T"]["span"] == "0.5 … 4.5"
    assert told["T"]["note"] == "1 of them new"
    assert told["p"]["note"] == "the default"
    assert verdict["total"] == 18
    json.dumps(verdict)


def test_places_are_few_and_between_the_ends() -> None:
    """A million values draw as quickly as a dozen, and texts have no place."""
    places = places_of(tuple(np.linspace(3, 9, 1_000_000)))
    assert len(places) == 64
    assert (places[0], places[-1]) == (0.0, 1.0)
    assert places_of(("a", "b")) == []
    assert places_of((5,)) == [0.5]
    assert places_of((1.0, float("inf"))) == [0.5]


def test_a_space_too_large_to_number_is_refused() -> None:
    """The product is checked before anything tries to walk through it."""
    rows = tuple(Row(name, "range", start="0", stop="1", num="10**6") for name in ("a", "b", "c", "d"))
    verdict = verdict_on(Sheet(rows), [Argument(name, "float") for name in "abcd"], 0)
    assert "more than can be numbered" in verdict["problem"]


def test_a_table_of_cases_is_read_as_it_is_pasted() -> None:
    """Cases from a spreadsheet take the place of their rows, and multiply the others."""
    rows = (Row("T", "list", values="1, 2"), Row("L", "fixed"), Row("name", "fixed"), Row("p", "fixed", value="0.1"))
    sheet = Sheet(rows, cases="L\tname\n16\ta b\n32\tc, d\n")
    call = call_of(sheet, list(ARGUMENTS.values()))
    assert call.given["cases"] == [{"L": 16, "name": "a b"}, {"L": 32, "name": "c, d"}]
    assert call.given["combos"] == {"T": (1, 2)}
    assert call.given["constants"] == {"p": 0.1}
    verdict = verdict_on(sheet, list(ARGUMENTS.values()), 0)
    assert verdict["total"] == 4
    assert verdict["rows"]["L"]["note"] == "from the table of cases"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("L,X\n1,2", "“X” is no argument"),
        ("L,L\n1,2", "“L” stands twice"),
        ("L,T\n1", "line 2: 1 values for 2 columns"),
        ("L\nmany", "line 2: L cannot be 'many'"),
        ("L\n1;2", "line 2, L"),
        ("L;T\n1;1,5", "line 2, T: “1,5” is not a number"),
        ("L", "a line for each case"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(table: str, said: str) -> None:
    """A slip in a pasted table is found by its line."""
    with pytest.raises(SpaceError, match=said):
        call_of(Sheet(cases=table), list(ARGUMENTS.values()))
    verdict = verdict_on(Sheet((Row("L", "cases"),), cases=table), list(ARGUMENTS.values()), 0)
    assert verdict["cases"]["problem"]
    assert verdict["rows"]["L"]["problem"] == ""  # the table is to blame, not what its rows are to come from


def test_a_row_that_waits_for_the_table_says_so() -> None:
    """An argument that is to come from cases has no value without a column."""
    with pytest.raises(SpaceError, match="no column T"):
        call_of(Sheet((Row("T", "cases"),)), list(ARGUMENTS.values()))


def test_ordinary_combos_become_rows() -> None:
    """What is set from Python stands in the editor as a person would have typed it."""
    arguments = list(ARGUMENTS.values())
    combos = {"T": np.linspace(0.5, 4, 40), "L": [16, 128], "p": ..., "lattice": Lattice.KAGOME, "free": ["u", 1]}
    arguments = [replace(one, stored=(0.5, 0.7)) if one.name == "p" else one for one in arguments]
    sheet = with_combos(first_sheet(arguments), arguments, combos)
    assert (sheet.row("T").kind, sheet.row("T").start, sheet.row("T").num) == ("range", "0.5", "40")
    assert (sheet.row("L").kind, sheet.row("L").values) == ("list", "16, 128")
    assert sheet.row("p").kind == "stored"
    assert sheet.row("lattice").chosen == (1,)
    assert sheet.row("flag").kind == "fixed"
    call = call_of(sheet, arguments)
    assert list(call.given["combos"]) == list(combos)
    assert fingerprint(tuple(call.given["combos"]["T"])) == fingerprint(tuple(np.linspace(0.5, 4, 40)))
    with pytest.raises(SpaceError, match="did you mean 'L'"):
        with_combos(sheet, arguments, {"LL": [1]})
    with pytest.raises(SpaceError, match="cannot be written into a field"):
        with_combos(sheet, arguments, {"free": [object()]})


TEXTS = {
    "float": ["0.5, 1.5", "linspace(0, 1, 3)", "1/3, 2/3, -1e-3", "log(1e-3, 1, 4)", "pi, e, 2", "arange(0, 1, 0.25)"],
    "int": ["1, 2, 3", "range(2, 9, 3)", "2**3, 2**4", "-5, 10**20"],
    "str": ["a, b c", "'x, y', \"it's\"", "1, true"],
    "bool": ["True, False"],
    "any": ["1, 2", "u, v", "True, None, 'x'", "0.1, 0.2", "datetime64('2020-01-01'), datetime64('2021-01-01')"],
}


@st.composite
def rows_of(draw: st.DrawFn, argument: Argument, *, sampled: bool) -> Row:
    """A row that can be read, of any kind that the argument may have."""
    kinds = ["list", *(["fixed"] if argument.default is not NOTHING else [])]
    kinds += ["stored"] if argument.stored and not sampled else []
    kinds += ["choices"] if argument.choices and argument.name != "method" else []
    kinds += ["range"] if argument.takes in {"float", "int", "any"} and not argument.choices else []
    kinds += ["distribution"] if sampled and argument.takes == "float" else []
    if argument.choices:
        kinds.remove("list")
    kind = draw(st.sampled_from(kinds))
    places = st.lists(st.integers(0, max(len(argument.choices) - 1, 0)), min_size=1, max_size=3, unique=True)
    spacing = draw(st.sampled_from(["linear", "log"]))
    ends = st.integers(1, 50) if argument.takes == "int" else st.floats(1e-3, 1e3)
    distribution = draw(st.sampled_from(sorted(DISTRIBUTIONS)))
    low, high = sorted((draw(st.integers(1, 9)), draw(st.integers(1, 9))))
    return Row(
        argument.name,
        kind,  # type: ignore[arg-type]
        value=draw(st.sampled_from(["", argument.default_text])),
        values=draw(st.sampled_from(TEXTS[argument.takes])),
        start=repr(draw(ends)),
        stop=repr(draw(ends.map(lambda one: one + 1000))),
        num=str(draw(st.integers(1, 6))),
        spacing=spacing,  # type: ignore[arg-type]
        chosen=tuple(draw(places)),
        distribution=distribution,
        parameters=(str(low), str(high)),
    )


@st.composite
def sheets(draw: st.DrawFn, *, sampled: bool = False) -> Sheet:
    """Any state of a panel that can be read."""
    rows = tuple(draw(rows_of(argument, sampled=sampled)) for argument in ARGUMENTS.values())
    table = draw(st.sampled_from(["", "L\tkind\n8\ta\n9\tb", "free,p\nu v,0.1\n3,0.2"])) if not sampled else ""
    return Sheet(
        tuple(draw(st.permutations(rows))),
        cases=table,
        draws=str(draw(st.integers(0, 20))),
        seed=draw(st.integers(0, 99)),
    )


class Recorder:
    """Takes the calls of generated code."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def harvest_combos(self, combos: Any, **others: Any) -> None:
        """Note what is asked for."""
        self.given = {"combos": combos, **others}

    def sample_combos(self, n: int, combos: Any, **others: Any) -> None:
        """Note what is asked for."""
        self.given = {"n": n, "combos": combos, **others}


def executed(call: Call, method: str) -> dict[str, Any]:
    """What the code of a call gives, run in a namespace that has the harvester and nothing else."""
    harvester = Recorder()
    names = {"harvester": harvester, "__name__": "clean"}
    exec(source_of(call, "harvester", method), names)  # noqa: S102 - our own code is what is tested
    return harvester.given


def plain(given: dict[str, Any]) -> dict[str, Any]:
    """Values in one form, be they a tuple, a range or an array."""
    combos = {name: values if values is ... else tuple(values) for name, values in given["combos"].items()}
    return {**given, "combos": combos}


@settings(max_examples=60, deadline=None)
@given(sheets())
def test_the_code_of_any_state_asks_for_the_same(sheet: Sheet) -> None:
    """The law of the code drawer: what it shows asks for exactly what the panel would run, values, types and order."""
    call = call_of(sheet, list(ARGUMENTS.values())).having(missing_only=True, executor="threads")
    assert fingerprint(plain(executed(call, "harvest_combos"))) == fingerprint(plain(call.given))


@pytest.fixture(scope="module")
def subject() -> Subject:
    """A harvester that has some cases already, as a panel sees it."""
    harvester = xyz.Harvester(xyz.Runner(energy, "e", verbosity=0))
    harvester.harvest_combos({"T": STORED["T"], "L": STORED["L"], "lattice": [Lattice.SQUARE]})
    return Subject(harvester)


@settings(max_examples=200, deadline=None)
@given(
    sheet=sheets(),
    choice=st.sampled_from(["new", "new_failed", "all"]),
    stale=st.booleans(),
    workers=st.sampled_from([None, 2]),
)
def test_the_code_of_any_state_makes_the_identical_plan(
    subject: Subject, sheet: Sheet, choice: Any, workers: int | None, *, stale: bool
) -> None:
    """Run in a clean namespace, the code plans the very points that the panel plans, in their order; 200 states."""
    sheet = replace(sheet, choice=choice, stale=stale, workers=workers, backend="threads")
    call = subject.call(sheet, list(ARGUMENTS.values()))
    names: dict[str, Any] = {"harvester": subject.target, "__name__": "clean"}
    code = source_of(call, "found = harvester", "plan")
    previews: list[Any] = []
    for make in (lambda: subject.preview(call), lambda: exec(code, names)):  # noqa: S102 - our own code is what is tested
        try:
            previews.append(make() or names["found"])
        except XyzError as error:
            previews.append(str(error))
    told = [
        one if isinstance(one, str) else fingerprint(list(one.plan.args(one.plan.numbers(0, min(len(one.plan), 60)))))
        for one in previews
    ]
    assert told[0] == told[1]
    if not isinstance(previews[0], str):
        assert len(previews[0].plan) == len(previews[1].plan)
        assert previews[0].plan.space.names == previews[1].plan.space.names
        assert (previews[0].new, previews[0].stored) == (previews[1].new, previews[1].stored)


@settings(max_examples=50, deadline=None)
@given(sheet=sheets())
def test_what_was_asked_for_comes_back_as_a_sheet(subject: Subject, sheet: Sheet) -> None:
    """A panel of a new kernel is set to what was asked for before: to the very points, in their order."""
    arguments = list(ARGUMENTS.values())
    call = subject.call(sheet, arguments)
    try:
        space = subject.preview(call).plan.space
    except XyzError:
        return
    told = asked_told(space, call.given.get("constants"))
    if told is None:
        return
    again = subject.preview(subject.call(sheet_of(told, subject.first_sheet(), arguments), arguments)).plan.space
    assert fingerprint(asked_told(again, None)) == fingerprint({**told, "constants": {}})


@settings(max_examples=60, deadline=None)
@given(sheets(sampled=True))
def test_the_code_of_any_draws_draws_the_same(sheet: Sheet) -> None:
    """With its seed the code makes the very cases that the panel draws."""
    call = call_of(sheet, list(ARGUMENTS.values()), sampled=True)
    found = executed(call, "sample_combos")
    assert found["n"] == call.given["n"]
    drawn = [
        draw_cases(one["n"], one["combos"], np.random.default_rng(one["seed"]), seeded=True)
        for one in (found, call.given)
    ]
    assert fingerprint(drawn[0].columns) == fingerprint(drawn[1].columns)


@settings(max_examples=30, deadline=None)
@given(sheets())
def test_a_state_is_plain_data(sheet: Sheet) -> None:
    """A sheet goes to the page and back as JSON and is the same value."""
    rows = json.loads(json.dumps([row_told(row) for row in sheet.rows]))
    again = tuple(row_read(row) for row in rows)
    assert again == sheet.rows


def test_the_name_of_a_value_is_found_among_the_users() -> None:
    """The code names the harvester as its owner does."""
    value = object()
    assert name_in({"_": value, "long_name": value, "h": value, "x": 1}, value) == "h"
    assert name_in({"x": 1}, value) is None
