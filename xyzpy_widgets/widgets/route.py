"""How messages of the page reach a kernel that is busy: in a subshell, on the control channel, or through a file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython

from xyzpy_widgets.run import Run

if TYPE_CHECKING:
    import anywidget  # whoever has a widget has imported it

__all__ = [
    "CONTROL_SUFFIX",
    "ControlFile",
    "heard_on_control",
    "heard_while_busy",
    "hears_while_busy",
    "obey",
    "within_server",
]

_counted = count(1)
CONTROL_SUFFIX = ".xyzpy-control"
_SECONDS_BETWEEN_LOOKS = 0.25
_LAST_SECONDS = 2.0


def heard_while_busy(widget: anywidget.AnyWidget) -> None:
    """Let the messages of a widget be handled while a cell runs, where page and kernel can do that.

    JupyterLab names a subshell in every message of a widget, whose thread handles it beside the cell. From 7.4 on
    ipykernel sends it to the shell that spoke last instead, which is the busy one; for this widget it is left where the
    page sends it. Elsewhere nothing changes.
    """
    comm: Any = widget.comm
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda _data, default: default  # noqa: SLF001 - ipykernel has no public way


def heard_on_control(comm_id: str, hear: Callable[[Any], None]) -> bool:
    """Hand on what is said to a comm over the control channel, also while a cell runs; say whether the kernel can.

    ipykernel hands each message on that channel to the handler of its type, in a thread of its own. Messages to comms
    have none there, and need no subshell this way, which ipykernel 6 does not have.
    """
    handlers = getattr(getattr(get_ipython(), "kernel", None), "control_handlers", None)
    if handlers is None:
        return False

    def handle(_stream: Any, _ident: Any, message: Any) -> None:
        if message["content"]["comm_id"] == comm_id:
            hear(message["content"]["data"])

    handlers.setdefault("comm_msg", handle)
    return True


def obey(run: Run, word: Any) -> None:
    """Do what a control word says; to hear it twice, or a word that is none, does nothing."""
    steps: dict[Any, Callable[[], Any]] = {
        "pause": run.pause,
        "resume": run.resume,
        "stop": run.stop,
        "cancel": run.cancel,
    }
    if word in steps and not run.done():
        steps[word]()


def hears_while_busy() -> bool:
    """Say whether the kernel has subshells, which handle messages while a cell runs (Jupyter messaging 5.5)."""
    kernel = getattr(get_ipython(), "kernel", None)
    return bool(getattr(kernel, "_supports_kernel_subshells", False))


class ControlFile:
    """A file beside the notebook into which the page writes a control word that a busy kernel cannot be told.

    Attributes
    ----------
    path : str
        Where it is, relative to the root of the Jupyter server; empty where that is not known, and where messages
        reach a busy kernel.
    """

    def __init__(self) -> None:
        self._file = Path.cwd() / f"run-{os.getpid()}-{next(_counted)}{CONTROL_SUFFIX}"
        self.path = "" if hears_while_busy() else within_server(self._file)

    def take(self) -> str:
        """Return the word that was written, nothing without one; the file is removed."""
        try:
            word = self._file.read_text(encoding="utf-8").strip()
        except OSError:
            return ""
        if word:
            self.remove()
        return word

    def watch(self, obey: Callable[[str], None], over: Event) -> None:
        """Hand on what is written, from a thread of its own, until it is over; then leave no file behind."""
        if self.path:
            Thread(target=self._watch, args=(obey, over), name="xyzpy_widgets-control", daemon=True).start()

    def _watch(self, obey: Callable[[str], None], over: Event) -> None:
        while not over.wait(_SECONDS_BETWEEN_LOOKS):
            obey(self.take())
        Event().wait(_LAST_SECONDS)  # a word that the page wrote last may come when it is over
        self.remove()

    def remove(self) -> None:
        """Remove the file."""
        with suppress(OSError):
            self._file.unlink()


def within_server(path: Path) -> str:
    """Return a path as the Jupyter server has it, relative to its root; empty for one that it does not serve."""
    root = _server_root()
    return path.relative_to(root).as_posix() if root is not None and path.is_relative_to(root) else ""


def _server_root() -> Path | None:
    """Return the root folder of the Jupyter server that this kernel belongs to, None where there is none."""
    from jupyter_core.paths import jupyter_runtime_dir

    about = Path(jupyter_runtime_dir()) / f"jpserver-{os.environ.get('JPY_PARENT_PID', '')}.json"
    try:
        told: dict[str, Any] = json.loads(about.read_text(encoding="utf-8"))
        return Path(told["root_dir"]).resolve()
    except (OSError, ValueError, KeyError):
        return None
