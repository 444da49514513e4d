"""The public face: which names there are, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import xyzpy_widgets as xyz

PUBLIC = [
    "Harvester",
    "Preview",
    "Run",
    "Runner",
    "Sampler",
    "__version__",
    "case_runner",
    "case_runner_to_df",
    "case_runner_to_ds",
    "combo_runner",
    "combo_runner_to_df",
    "combo_runner_to_ds",
    "errors",
    "find_missing_cases",
    "label",
    "load_df",
    "load_ds",
    "panel",
    "recover",
    "runs",
    "save_df",
    "save_ds",
]


def test_the_public_names_are_these() -> None:
    """A name comes or goes only on purpose."""
    assert sorted(PUBLIC) == xyz.__all__ == dir(xyz)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_resolves(name: str) -> None:
    """What is promised is there, and callables are documented."""
    value = getattr(xyz, name)
    assert value is not None
    assert not callable(value) or value.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    """Resolving names lazily hides no misspelling."""
    with pytest.raises(AttributeError, match="no attribute 'Harvestor'"):
        getattr(xyz, "Harvestor")  # noqa: B009 - the name must not exist


def test_a_public_name_is_never_shadowed_by_a_module() -> None:
    """Importing every module of the package leaves each public name what it is."""
    code = (
        "import pkgutil, importlib, xyzpy_widgets as xyz\n"
        "for found in pkgutil.walk_packages(xyz.__path__, 'xyzpy_widgets.'):\n"
        "    importlib.import_module(found.name)\n"
        "modules = [n for n in xyz.__all__ if type(getattr(xyz, n)).__name__ == 'module' and n != 'errors']\n"
        "assert not modules, modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_any_module_that_the_accessor_needs_can_be_imported_first() -> None:
    """A module that imports xarray gets the accessor with it, which may find no module half loaded.

    Each is tried in a fork of one process that has loaded all other libraries, and is to import xarray anew.
    """
    code = """
import importlib, os, sys
import xyzpy_widgets.views.accessor
names = [name for name in sys.modules if name.partition(".")[0] == "xyzpy_widgets"]
for name in ["xarray", *names]:
    del sys.modules[name]
failed = []
for name in names:
    child = os.fork()
    if child == 0:
        importlib.import_module(name)
        os._exit(0)
    failed += [name] if os.waitpid(child, 0)[1] else []
sys.exit(f"{failed} of {len(names)}" if failed or len(names) < 20 else 0)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
