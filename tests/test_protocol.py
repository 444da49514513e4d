"""The protocol between the kernel and the page: both sides say the same."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from anywidget import AnyWidget

from tests.front_end import FrontEnd
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.run import RUNNING
from xyzpy_widgets.widgets import protocol
from xyzpy_widgets.widgets.base import STILL_MIME, Widget
from xyzpy_widgets.widgets.bokeh_view import BokehView
from xyzpy_widgets.widgets.failures import Failures
from xyzpy_widgets.widgets.panel import Panel
from xyzpy_widgets.widgets.plan_card import PlanCard
from xyzpy_widgets.widgets.results_explorer import ResultsExplorer
from xyzpy_widgets.widgets.route import CONTROL_SUFFIX
from xyzpy_widgets.widgets.run_monitor import RunMonitor
from xyzpy_widgets.widgets.space_editor import SpaceEditor

ROOT = Path(__file__).parents[1]
WIDGETS: tuple[type[Widget], ...] = (SpaceEditor, PlanCard, RunMonitor, Failures, BokehView, ResultsExplorer)
ALIASES = {value: name for name, value in vars(protocol).items() if get_origin(value) is Literal}
TWINS = [vars(protocol)[name] for name in protocol.__all__ if is_typeddict(vars(protocol)[name])]
# what the page alone knows: names of types that only it has need of
ONE_SIDED = ("Traits", "Message", "Request", "Question", "Answer", "Refusal", "Sent", "Replies", "Detail", "Selection")


@pytest.fixture(scope="module")
def told() -> Any:
    """What src/protocol says, as the TypeScript compiler reads it."""
    node = shutil.which("node")
    assert node is not None, "the front end is built with Node.js; install it"
    done = subprocess.run([node, "scripts/protocol.mjs"], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def spelt(hint: Any) -> str:
    """Spell a Python type as TypeScript does."""
    if hint in ALIASES:
        return ALIASES[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " | ".join(f"'{word}'" for word in args)
    parts = [spelt(part) for part in args]
    compound = {
        list: "".join(parts) + "[]",
        tuple: f"[{', '.join(parts)}]",
        dict: f"Record<{', '.join(parts)}>",
        UnionType: " | ".join(parts),
    }
    plain = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}
    return compound[origin] if parts else plain.get(hint, hint.__name__)


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: widget.__name__)
def test_a_widget_has_the_traits_that_the_page_reads(widget: type[Widget], told: Any) -> None:
    """No trait is missing or misspelt on one side, and both begin with the same values."""
    own = set(widget.class_trait_names(sync=True)) - set(AnyWidget.class_trait_names(sync=True))
    shown = widget()
    assert {name: getattr(shown, name) for name in own} == told["values"]["DEFAULTS"][widget.__name__]


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.__name__)
def test_a_value_has_the_same_fields_and_types_on_both_sides(twin: Any, told: Any) -> None:
    """What the kernel puts into a trait or a reply is what the page takes out of it."""
    assert {name: spelt(hint) for name, hint in get_type_hints(twin).items()} == told["types"][twin.__name__]


@pytest.mark.parametrize(("alias", "name"), ALIASES.items(), ids=ALIASES.values())
def test_a_word_is_one_of_the_same_on_both_sides(alias: Any, name: str, told: Any) -> None:
    """The kernel sends no word that the page does not know, and the other way round."""
    words = {word.strip(" '") for word in told["types"][name].split("|")}
    assert words - {""} == set(get_args(alias))


def test_every_value_of_the_page_has_a_twin(told: Any) -> None:
    """What the page expects and Python has no type for is found."""
    shared = {name for name in told["types"] if not name.endswith(ONE_SIDED)}
    assert shared == set(protocol.__all__)


def heard() -> set[str]:
    """The kinds of message that the widgets of the kernel listen for."""
    found = set()
    for path in Path(protocol.__file__).parents[1].glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.MatchMapping(
                    keys=[ast.Constant(value="kind"), *_],
                    patterns=[ast.MatchValue(value=ast.Constant(value=str(kind))), *_],
                ):
                    found.add(kind)
    return found


def test_the_kernel_hears_what_the_page_may_send(told: Any) -> None:
    """No message is sent to nobody, and none is waited for that no page sends."""
    assert {kind for kinds in told["values"]["MESSAGES"].values() for kind in kinds} == heard()


def test_the_kernel_answers_what_the_page_may_ask(told: Any, front_end: FrontEnd) -> None:
    """Every kind of request of a widget has an answer, or a refusal of what it asks for and not of its kind."""
    panel = Panel(lambda a: a)
    parts = (panel.card, panel.monitor, panel.failed, panel.results, panel.editor, BokehView())
    assert {type(part).__name__ for part in parts} == told["values"]["REQUESTS"].keys()
    for part in parts:
        kinds = told["values"]["REQUESTS"][type(part).__name__]
        assert [one for one in kinds if front_end.ask(part, kind=one).get("said") == f"KeyError: {one!r}"] == []


def test_the_states_of_a_case_bear_the_codes_of_the_engine(told: Any) -> None:
    """The map colours a case by what became of it, not by a neighbouring number."""
    states = told["values"]["CASE_STATES"]
    assert states.index("running") == RUNNING
    assert set(states) == set(get_args(protocol.CaseState))
    assert {status.name.lower(): states.index(status.name.lower()) for status in Status} == {
        status.name.lower(): status.value for status in Status
    }


def test_the_control_file_is_named_alike(told: Any) -> None:
    """The page writes no file but one that the kernel looks for."""
    assert told["values"]["CONTROL_SUFFIX"] == CONTROL_SUFFIX


def test_what_stands_in_for_a_widget_is_marked_alike(told: Any) -> None:
    """An output whose widget is gone shows its card, not an error."""
    assert told["values"]["STILL_MIME"] == STILL_MIME
