"""A real IPython for tests, of the kind that runs in a terminal."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

__all__ = ["Notebook", "notebook", "shell"]


class Notebook:
    """Cells that are run one after another.

    Parameters
    ----------
    shell : InteractiveShell
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell

    def run(self, cell: str) -> Any:
        """Run a cell; return what it shows, raise what it raises."""
        done = self.shell.run_cell(cell)  # type: ignore[no-untyped-call]
        done.raise_error()
        return done.result

    def __getitem__(self, name: str) -> Any:
        """Return what a name stands for."""
        return self.shell.user_ns[name]


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    """An IPython that a module's tests share."""
    main, hook = sys.modules["__main__"], sys.displayhook
    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    yield shell
    shell.atexit_operations()  # type: ignore[no-untyped-call]
    atexit.unregister(shell.atexit_operations)
    InteractiveShell.clear_instance()
    sys.modules["__main__"], sys.displayhook = main, hook


@pytest.fixture
def notebook(shell: InteractiveShell) -> Iterator[Notebook]:
    """An IPython without any names of the user's, that has just loaded the extension."""
    found = Notebook(shell)
    found.run("%load_ext xyzpy_widgets")
    yield found
    found.run("%unload_ext xyzpy_widgets")
    for name in set(shell.user_ns) - set(shell.user_ns_hidden):
        del shell.user_ns[name]
