"""JupyterLab for the browser tests, in folders of its own that each run finds empty.

It asks for no password, so it listens on this machine alone, and nobody should work with it.
"""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config import Config

    def get_config() -> Config:
        """The configuration that is being read; whoever reads this file defines the function."""


def offer_kernel(name: str, display: str, program: str, places: list[Path]) -> None:
    """Offer a kernel of a Python, which finds packages in some places before its own."""
    spec = {
        "argv": [program, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": display,
        "language": "python",
        "env": {"PYTHONPATH": os.pathsep.join(map(str, places))},
    }
    file = folder / "jupyter" / "kernels" / name / "kernel.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(spec), encoding="utf-8")


folder = Path(__file__).parent / "results" / "server"
work = folder / "work"
work.mkdir(parents=True, exist_ok=True)
quiet = folder / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
quiet.parent.mkdir(parents=True, exist_ok=True)
quiet.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}), encoding="utf-8")

libraries = Path(sysconfig.get_path("purelib"))
older = folder / "older" / "xyzpy_widgets"
older.mkdir(parents=True, exist_ok=True)
(older / "__init__.py").write_text('__version__ = "0.0.1"\n', encoding="utf-8")
outer = getattr(sys, "_base_executable", sys.executable)  # it does not have the editable packages of this environment
offer_kernel("bare", "Without the package", outer, [libraries])
offer_kernel("older", "With an old version", outer, [older.parent, libraries])
offer_kernel("earlier", "With ipykernel 6", sys.executable, [Path(sys.prefix) / "earlier"])
os.environ["JUPYTER_PATH"] = str(folder / "jupyter")

c = get_config()
c.Application.log_level = "WARN"
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = int(os.environ["XYZPY_UI_PORT"])
c.ServerApp.port_retries = 0
c.ServerApp.base_url = "/behind/a-prefix/"
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
c.ServerApp.root_dir = str(work)
c.IdentityProvider.token = ""
c.LabApp.expose_app_in_browser = True
c.JupyterNotebookApp.expose_app_in_browser = True
c.LabApp.user_settings_dir = str(folder / "settings")
c.LabApp.workspaces_dir = str(folder / "workspaces")
