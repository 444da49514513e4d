"""Nothing that is stored, named or raised becomes code: neither when a file is opened, nor in a page that shows it."""

from __future__ import annotations

import ast
import json
import pickle
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import xyzpy_widgets as xyz
from tests.front_end import FrontEnd
from tests.ipython import Notebook
from xyzpy_widgets.errors import RecoveryWarning, XyzError
from xyzpy_widgets.views.inline import figure_html, save_html
from xyzpy_widgets.widgets.still import progress_html

HOSTILE = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>"
FORBIDDEN = {"pickle.find_class", "os.system", "os.exec", "os.posix_spawn", "subprocess.Popen"}


def is_our_own(event: str, args: tuple[Any, ...]) -> bool:
    """Say whether it is how a damaged file is read in a process apart: this interpreter, and what it answers."""
    if event in {"subprocess.Popen", "os.posix_spawn"}:  # the one by means of the other, from Python 3.13 on
        return bool(args[0] == sys.executable)
    return event == "pickle.find_class" and args[0].partition(".")[0] in {"xyzpy_widgets", "numpy", "xarray", "pandas"}


class Watch:
    """Records what Python tells of code that a file brings; it cannot be taken off again, only told to look away."""

    def __init__(self) -> None:
        self.looks = False
        self.seen: list[str] = []
        sys.addaudithook(self)

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        """Take note of an event."""
        if self.looks and event in FORBIDDEN and not is_our_own(event, args):
            self.seen.append(f"{event}: {args[:2]!r:.100}")

    @contextmanager
    def on(self) -> Iterator[None]:
        """Let nothing of the kind happen within."""
        self.seen, self.looks = [], True
        try:
            yield
        finally:
            self.looks = False
        assert self.seen == []


@pytest.fixture(scope="module")
def watch() -> Watch:
    """One for all tests."""
    return Watch()


class Bomb:
    """What becomes a call when a pickle of it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Be a call of `print`."""
        return print, ("this must not run",)


PAYLOAD = pickle.dumps(Bomb())
TEXTS = (
    "__import__('os').system('true')",
    '{"numpy": ["|O", "x"]}',
    "!!python/object:os.system",
    "=1+1",
    "cos\nsystem\n.",
)
"""What a careless reader might take for code, or for an object."""


def test_the_watch_sees_what_it_is_there_for(watch: Watch) -> None:
    """The tests below can fail: a pickle that is read is seen."""
    with pytest.raises(AssertionError, match=r"pickle\.find_class"), watch.on():
        pickle.loads(PAYLOAD)  # noqa: S301 - what must never happen elsewhere


def opened(path: Path) -> list[Any]:
    """Open a file in every way there is; an error of the library, or its warning, is an answer too."""
    runner = xyz.Runner(str, "out", ["a"], verbosity=0)
    table = path.suffix in {".csv", ".json", ".parquet"}
    ways = {
        True: (xyz.load_df, lambda path: xyz.Sampler(runner, path).full_df, xyz.recover),
        False: (
            xyz.load_ds,
            lambda path: xyz.Harvester(runner, path).full_ds,
            lambda path: xyz.Harvester(runner, path).history,
            xyz.recover,
        ),
    }
    found: list[Any] = []
    with warnings.catch_warnings(action="ignore", category=RecoveryWarning):
        for way in ways[table]:
            try:
                found.append(way(path))
            except XyzError as error:
                found.append(error)
    return found


@pytest.mark.parametrize("suffix", [".h5", ".zarr"])
def test_opening_a_dataset_runs_no_code(suffix: str, tmp_path: Path, watch: Watch) -> None:
    """Attributes, labels and values of a file that someone sent are data, whatever they look like."""
    path = tmp_path / f"sent{suffix}"
    attrs = {f"attr{number}": text for number, text in enumerate(TEXTS)}
    payload = {"payload": np.frombuffer(PAYLOAD, dtype=np.uint8)}
    values, labels = np.array(TEXTS, dtype=object), [f"{number} {text}" for number, text in enumerate(TEXTS)]
    xyz.save_ds(xr.Dataset({"out": ("a", values, attrs | payload)}, {"a": labels}, attrs), path)
    with watch.on():
        first, *_ = opened(path)
    assert first["out"].values.tolist() == list(TEXTS)
    assert bytes(first["out"].attrs["payload"]) == PAYLOAD


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet"])
def test_opening_a_table_runs_no_code(suffix: str, tmp_path: Path, watch: Watch) -> None:
    """Cells of a table that someone sent are data; only a pickle, which is asked for by name, is more."""
    path = tmp_path / f"sent{suffix}"
    xyz.save_df(pd.DataFrame({"a": TEXTS, "out": range(len(TEXTS))}), path)
    with watch.on():
        first, *_ = opened(path)
    assert first["a"].tolist() == list(TEXTS)


@pytest.mark.parametrize("suffix", [".h5", ".csv", ".json", ".parquet"])
def test_a_pickle_under_another_name_is_not_read(suffix: str, tmp_path: Path, watch: Watch) -> None:
    """A pickle is refused by every format that is none, and recovering it does not read it."""
    path = tmp_path / f"sent{suffix}"
    path.write_bytes(PAYLOAD)
    with watch.on():
        found = opened(path)
    assert isinstance(found[0], XyzError)


def test_a_forged_schema_runs_no_code(tmp_path: Path, watch: Watch) -> None:
    """The place where a file says what its values were can be forged; it is refused then, or data."""
    import h5py

    path = tmp_path / "sent.h5"
    xyz.save_ds(xr.Dataset({"out": ("a", [1.5, 2.5])}, {"a": [1, 2]}), path)
    with h5py.File(path, "r+") as file:
        schema = json.loads(file["ledger/schema"][()])
        schema["data"]["attrs"] = [[{"object": "os.system"}, {"call": ["os.system", "true"]}]]
        schema["data"]["variables"][0]["dtype"] = "__import__('os')"
        del file["ledger/schema"]
        file["ledger"].create_dataset("schema", data=json.dumps(schema))
    with watch.on():
        found = opened(path)
    assert isinstance(found[0], XyzError)


def test_a_forged_journal_runs_no_code(tmp_path: Path, watch: Watch) -> None:
    """What stands in a journal, in a history or in notes beside a file is read as data, or left where it is."""
    path = tmp_path / "sent.h5"
    xyz.save_ds(xr.Dataset({"out": ("a", [1.5, 2.5])}, {"a": [1, 2]}), path)
    journal = path.with_name(f"{path.name}.journal")
    journal.mkdir()
    for name in ("00000000000000000001-h-1-a.log", "00000000000000000002-h-1-a.claims", "folding.json"):
        (journal / name).write_bytes(b"\x89XYZLOG\n" + PAYLOAD)
    path.with_name(f"{path.name}.history").write_bytes(PAYLOAD)
    with watch.on():
        first, *_ = opened(path)
    assert first["out"].values.tolist() == [1.5, 2.5]


class Page(HTMLParser):
    """What a browser would make of a piece of HTML: its scripts, and what else could run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self._inside: str | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element brings."""
        self._inside = tag
        found = [f"{tag} {name}={value}" for name, value in attrs if name.startswith("on")]
        found += [f"{tag} {name}" for name, value in attrs if (value or "").strip().lower().startswith("javascript:")]
        self.handlers += found

    def handle_data(self, data: str) -> None:
        """Note what a script says."""
        if self._inside == "script":
            self.scripts.append(data)


def runs_in(text: str) -> list[str]:
    """Return what of the hostile text would run in a page."""
    page = Page(text)
    return page.handlers + [script for script in page.scripts if script.lstrip().startswith("alert(")]


def test_a_hostile_text_is_seen() -> None:
    """The check below can fail: unescaped, the text is found to run, in both of its ways."""
    assert len(runs_in(f"<p>{HOSTILE}</p>")) == 2
    assert runs_in("<p>&lt;img src=x onerror=alert(1)&gt;</p>") == []


def hostile_harvester(folder: Path | None = None) -> xyz.Harvester:
    """Return a harvester whose names, labels, units, constants, failures and file are hostile."""

    def study(**arguments: Any) -> float:
        if arguments["b"] == 2:
            raise ValueError(HOSTILE)
        return float(arguments["b"])

    study.__name__ = HOSTILE
    runner = xyz.Runner(
        study,
        HOSTILE.replace("/", ""),
        ["a", "b", "k"],
        constants={"k": HOSTILE},
        attrs={"title": HOSTILE},
        arg_attrs={"a": {"long_name": HOSTILE, "units": HOSTILE}},
        var_attrs={HOSTILE.replace("/", ""): {"long_name": HOSTILE, "units": HOSTILE}},
        verbosity=0,
    )
    name = None if folder is None else folder / f"{HOSTILE.replace('/', '')}.h5"
    harvester = xyz.Harvester(runner, name)
    harvester.harvest_combos({"a": [HOSTILE, "plain"], "b": [1, 2, 3]}, on_error="continue")
    return harvester


def stored(widget: Any) -> str:
    """Return the HTML that a notebook keeps of a widget."""
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    return str(data["text/html"])


def test_what_a_notebook_shows_is_text(tmp_path: Path, front_end: FrontEnd) -> None:
    """No name, label, unit, constant, path or message becomes an element of the page, wherever it is shown."""
    harvester = hostile_harvester(tmp_path)
    run = harvester.submit({"a": [HOSTILE], "b": [2, 5]}, on_error="continue", overwrite=True)
    run.result()
    panel, explorer = harvester.panel(), harvester.explore()
    panel.space = {"a": [HOSTILE], "b": [7]}
    shown = {
        "harvester": harvester._repr_html_(),
        "runner": harvester.runner._repr_html_(),
        "sampler": xyz.Sampler(harvester.runner)._repr_html_(),
        "plan": harvester.plan({"a": [HOSTILE], "b": [9]})._repr_html_(),
        "panel": stored(panel),
        "explorer": stored(explorer),
        "monitor": progress_html(HOSTILE, run.progress, HOSTILE),
        "failures": harvester.failures.to_html(),
        "figure": figure_html(harvester.plot(title=HOSTILE), library=False),
        "panels": figure_html(harvester.plot("b", col="a", title=HOSTILE), library=False),
        "page": save_html({HOSTILE: harvester.plot()}, tmp_path / "page.html", HOSTILE).read_text(encoding="utf-8"),
    }
    assert {name: found for name, text in shown.items() if (found := runs_in(text))} == {}
    assert all("alert(1)" in text for name, text in shown.items() if name not in {"explorer", "figure", "panels"})


def test_what_a_magic_shows_is_text(notebook: Notebook) -> None:
    """A name that stands in a line, or in what it refers to, is shown and does not run."""
    notebook.shell.user_ns["study"] = hostile_harvester()
    shown = [notebook.run(line)._repr_html_() for line in ("%xyz plan study a=[1] b=[2]", "%xyz code study", "%xyz")]
    assert [runs_in(text) for text in shown] == [[], [], []]


def test_the_code_that_a_panel_shows_is_what_was_chosen(front_end: FrontEnd) -> None:
    """A label cannot break out of the Python that is offered to be inserted into a cell."""
    label = "x'])\nimport os; os.system('true')\n#"
    panel = xyz.Harvester(xyz.Runner(lambda a: a, "out", verbosity=0)).panel()
    panel.space = {"a": [label]}
    constants = [node.value for node in ast.walk(ast.parse(panel.code)) if isinstance(node, ast.Constant)]
    assert label in constants
    assert not [node for node in ast.walk(ast.parse(panel.code)) if isinstance(node, ast.Import)]


def test_the_front_end_writes_no_html() -> None:
    """In the page every text goes through the framework, which escapes it; nothing puts a string in as markup."""
    source = Path(__file__).parents[1] / "src"
    ways = ("innerHTML", "outerHTML", "insertAdjacentHTML", "dangerouslySetInnerHTML", "document.write", "eval(")
    found = [
        (path.name, way) for path in source.rglob("*.ts*") for way in ways if way in path.read_text(encoding="utf-8")
    ]
    assert found == []


@pytest.mark.parametrize("name", ["a b", "ünï-漢字", "#%25&?", "[x]*", "'q\"", "-rf", "$HOME;true", "a\nb", ".hidden"])
def test_a_path_may_have_odd_characters(name: str, tmp_path: Path) -> None:
    """A folder and a file are found again under the very name that was given, with all that stands beside them."""
    folder = tmp_path / name
    folder.mkdir()
    runner = xyz.Runner(lambda a: a + 1, "out", verbosity=0)
    xyz.Harvester(runner, folder / f"{name}.h5").harvest_combos({"a": [1, 2]})
    again = xyz.Harvester(runner, folder / f"{name}.h5")
    again.harvest_combos({"a": [2, 3]}, missing_only=True)
    again.undo()
    assert xyz.load_ds(folder / f"{name}.h5")["out"].values.tolist() == [2, 3]
    assert {path.name for path in tmp_path.iterdir()} == {name}
