"""The floors of the house: who may import whom. The tables below are the only place where they are written down."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "xyzpy_widgets"
ROOT = Path(__file__).parents[1]

# Each row is one floor, lowest first; a room imports only from the rows above its own row.
FLOORS = (
    {"_version", "doors", "errors"},
    {"core"},
    {"grammar"},
    {"execution", "labelling", "store", "views"},
    {"runner"},
    {"archive"},
    {"harvester", "sampler"},
    {"decorator"},
    {"widgets"},
    {"lab", "magics"},
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

# Modules that live in the room of another module.
LODGERS = {
    "again": "runner",
    "awaited": "runner",
    "collection": "archive",
    "drawn": "archive",
    "growth": "archive",
    "held": "archive",
    "history": "archive",
    "leftovers": "archive",
    "harvest": "harvester",
    "harvested": "harvester",
    "labelled_store": "harvester",
    "labelled_whole": "harvester",
    "large_whole": "harvester",
    "leases": "harvester",
    "onlooker": "harvester",
    "recovery": "harvester",
    "case_runners": "runner",
    "combo_runners": "runner",
    "drawing": "runner",
    "failed_draws": "sampler",
    "failures": "runner",
    "job": "runner",
    "keeping": "runner",
    "launch": "runner",
    "log": "runner",
    "preview": "runner",
    "registry": "runner",
    "run": "runner",
    "summary": "runner",
    "table_growth": "archive",
    "tally": "runner",
}

# Libraries that may be used from one floor upwards, and those that stay in the rooms named here.
LOWEST_FLOOR = {"numpy": 1, "pandas": 2, "xarray": 2}
HOME = {
    "IPython": {"lab", "magics", "widgets"},
    "anywidget": {"widgets"},
    "bokeh": {"views"},
    "cloudpickle": {"execution"},
    "comm": {"lab", "widgets"},
    "dask": {"labelling", "store"},
    "distributed": {"execution"},
    "h5netcdf": {"store"},
    "h5py": {"store"},
    "holoviews": {"views"},
    "hvplot": {"views"},
    "ipywidgets": {"widgets"},
    "joblib": {"execution"},
    "jupyter_core": {"widgets"},
    "marimo": {"widgets"},
    "msgpack": {"store"},
    "netCDF4": {"store"},
    "pyarrow": {"store"},
    "tqdm": {"execution"},
    "traitlets": {"magics", "widgets"},
    "zarr": {"store"},
}
LOADED_LATE = ("IPython", "anywidget", "bokeh", "distributed", "holoviews", "hvplot", "ipywidgets", "joblib")


def modules() -> list[Path]:
    """Every module but the top ``__init__.py``, which names the public face of all rooms."""
    top = ROOT / PACKAGE
    return [path.relative_to(ROOT) for path in sorted(top.rglob("*.py")) if path != top / "__init__.py"]


def absolute(node: ast.ImportFrom, path: Path) -> str:
    """The dotted name behind ``from``, also where it is spelt with leading dots."""
    package = path.parts[: len(path.parts) - node.level] if node.level else ()
    return ".".join([*package, *([node.module] if node.module else [])])


def imported(source: str, path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of all that a source imports, at its top, inside functions, and for its types alone."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(names=names):
                base = absolute(node, path)
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def room_of(name: str) -> str:
    """The room that a module of the package belongs to."""
    return LODGERS.get(name, name)


def objection(room: str, name: str) -> str | None:
    """Why a room must not import a dotted name, or None where it may."""
    library, _, rest = name.partition(".")
    floor = FLOOR_OF[room]
    if library == PACKAGE:
        target = room_of(rest.partition(".")[0])
        if target not in FLOOR_OF:
            return f"no floor for {target or PACKAGE}"
        return None if target == room or FLOOR_OF[target] < floor else f"{target} is not below {room}"
    if library in sys.stdlib_module_names or room in HOME.get(library, ()) or floor >= LOWEST_FLOOR.get(library, 99):
        return None
    return f"{library} has no place in {room}"


def objections(source: str, path: Path) -> list[str]:
    """All that is wrong with the imports of one source, each with its place."""
    room = room_of(path.with_suffix("").parts[1])
    if room not in FLOOR_OF:
        return [f"{path}: no floor for {room}"]
    found = ((line, objection(room, name)) for line, name in imported(source, path))
    return [f"{path}:{line}: {text}" for line, text in found if text]


def tree() -> dict[str, set[str]]:
    """The modules of each folder of the package, as the tree in CONTRIBUTING.md names them."""
    drawn = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1]
    package = drawn.partition(f"{PACKAGE}/\n")[2].partition("\nsrc/")[0]
    found: dict[str, set[str]] = {}
    folder = PACKAGE
    for line in package.splitlines():
        head = re.match(r"  (\S+)", line)
        if head:
            folder = f"{PACKAGE}/{head[1].removesuffix('/')}" if head[1].endswith("/") else PACKAGE
        found.setdefault(folder, set()).update(re.findall(r"\w+\.py", line))
    return found


def test_the_tree_names_every_module_and_no_other() -> None:
    """Who reads CONTRIBUTING.md first finds everything where it says."""
    named, there = tree(), defaultdict[str, set[str]](set)
    for path in modules():
        if path.parent.name != "protocol" and path.name not in {"__init__.py", "_version.py"}:
            there[path.parent.as_posix()].add(path.name)
    assert {folder: names - {"__init__.py"} for folder, names in named.items()} == there


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_imports_only_what_its_floor_allows(path: Path) -> None:
    """The rooms stay free of each other, so that each can be read, tested and replaced alone."""
    assert objections((ROOT / path).read_text(encoding="utf-8"), path) == []


@pytest.mark.parametrize(
    ("module", "source", "text"),
    [
        ("core/space.py", "from xyzpy_widgets.runner import Runner", "runner is not below core"),
        ("core/space.py", "def f():\n    from ..store import netcdf", ":2: store is not below core"),
        ("core/space.py", "import xarray as xr", "xarray has no place in core"),
        ("errors.py", "import numpy", "numpy has no place in errors"),
        ("execution/engine.py", "from xyzpy_widgets import store", "store is not below execution"),
        ("execution/engine.py", "if TYPE_CHECKING:\n    from xyzpy_widgets.views.spec import ViewSpec", "views"),
        ("sampler.py", "from .harvester import Harvester", "harvester is not below sampler"),
        ("run.py", "import joblib", "joblib has no place in runner"),
        ("store/netcdf.py", "import_module('hvplot.xarray')", "hvplot has no place in store"),
        ("store/netcdf.py", "importlib.import_module('hvplot')", "hvplot has no place in store"),
        ("widgets/panel.py", "from xyzpy_widgets import Runner", "no floor for Runner"),
        ("widgets/panel.py", "import xyzpy_widgets", "no floor for xyzpy_widgets"),
        ("widgets/panel.py", "import somelib.part", "somelib has no place in widgets"),
        ("cellar.py", "", "no floor for cellar"),
    ],
)
def test_a_breach_of_the_floors_is_found(module: str, source: str, text: str) -> None:
    """The check itself sees every spelling of a forbidden import; a blind check would pass for ever."""
    [found] = objections(source, Path(PACKAGE, module))
    assert text in found


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core/space.py", "import math\nimport numpy as np\nfrom .labels import tidy\nfrom ..errors import SpaceError"),
        ("execution/engine.py", "import joblib\nfrom xyzpy_widgets.core.plan import Plan"),
        ("run.py", "from .runner import Runner\nfrom xyzpy_widgets.labelling import dataset\nimport xarray"),
        ("views/plots.py", "def draw():\n    import hvplot.xarray"),
        ("magics.py", "from IPython.core.magic import Magics\nfrom xyzpy_widgets.widgets.panel import Panel"),
    ],
)
def test_what_the_floors_allow_passes(module: str, source: str) -> None:
    """The check does not forbid the downward imports that the house is built on."""
    assert objections(source, Path(PACKAGE, module)) == []


def test_no_module_needs_at_its_top_what_needs_it() -> None:
    """The imports go round in no circle, so that any module can be the first that a process imports."""
    files = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in modules()}
    needs: dict[str, set[str]] = {}
    for module, path in files.items():
        body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
        top = "\n".join(ast.unparse(node) for node in body if isinstance(node, (ast.Import, ast.ImportFrom)))
        names = [name for _, name in imported(top, path)]
        needs[module] = {name if name in files else name.rpartition(".")[0] for name in names}
    graphlib.TopologicalSorter(needs).prepare()


def test_importing_the_package_loads_no_heavy_library() -> None:
    """Importing the package stays quick: plots, widgets and pools are loaded by those who use them."""
    code = f"import sys, {PACKAGE}; print(*(name for name in {LOADED_LATE} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
