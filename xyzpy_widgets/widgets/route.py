"""How messages of the page reach a kernel that is busy: over a subshell, or else through a file."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import anywidget

__all__ = ["ControlFile", "heard_while_busy"]

_counted = count(1)


def heard_while_busy(widget: anywidget.AnyWidget) -> None:
    """Let the messages of a widget be handled while a cell runs, where page and kernel can do that.

    JupyterLab names a subshell in every message of a widget, whose thread handles it beside the cell. From 7.4 on
    ipykernel sends it to the shell that spoke last instead, which is the busy one; for this widget it is left where the
    page sends it. Elsewhere nothing changes.
    """
    if hasattr(widget.comm, "_reply_subshell_for"):
        widget.comm._reply_subshell_for = lambda _data, default: default  # noqa: SLF001 - ipykernel has no public way


class ControlFile:
    """A file beside the notebook into which the page writes a control word that a busy kernel cannot be told.

    Attributes
    ----------
    path : str
        Where it is, relative to the root of the Jupyter server; empty where that is not known.
    """

    def __init__(self) -> None:
        folder, root = Path.cwd(), _server_root()
        name = f"xyzpy-control-{os.getpid()}-{next(_counted)}.txt"
        self._file = folder / name
        inside = root is not None and folder.is_relative_to(root)
        self.path = (folder.relative_to(root) / name).as_posix() if root is not None and inside else ""

    def take(self) -> str:
        """Return the word that was written, nothing without one; the file is removed."""
        try:
            word = self._file.read_text(encoding="utf-8").strip()
        except OSError:
            return ""
        if word:
            self.remove()
        return word

    def remove(self) -> None:
        """Leave no file behind."""
        with suppress(OSError):
            self._file.unlink()


def _server_root() -> Path | None:
    """Return the root folder of the Jupyter server that this kernel belongs to, None where there is none."""
    from jupyter_core.paths import jupyter_runtime_dir

    about = Path(jupyter_runtime_dir()) / f"jpserver-{os.environ.get('JPY_PARENT_PID', '')}.json"
    try:
        told: dict[str, Any] = json.loads(about.read_text(encoding="utf-8"))
        return Path(told["root_dir"]).resolve()
    except (OSError, ValueError, KeyError):
        return None
