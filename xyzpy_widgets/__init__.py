"""One function over many parameters, into one labelled dataset that only grows.

The public names resolve when they are first used (PEP 562), so that importing the package stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xyzpy_widgets import doors as _doors
from xyzpy_widgets._version import __version__

if TYPE_CHECKING:
    from xyzpy_widgets import errors
    from xyzpy_widgets.case_runners import case_runner, case_runner_to_df, case_runner_to_ds
    from xyzpy_widgets.combo_runners import combo_runner, combo_runner_to_df, combo_runner_to_ds
    from xyzpy_widgets.decorator import label
    from xyzpy_widgets.harvester import Harvester
    from xyzpy_widgets.labelling.coverage import find_missing_cases
    from xyzpy_widgets.preview import Preview
    from xyzpy_widgets.recovery import recover
    from xyzpy_widgets.registry import runs
    from xyzpy_widgets.run import Run
    from xyzpy_widgets.runner import Runner
    from xyzpy_widgets.sampler import Sampler
    from xyzpy_widgets.store.netcdf import load_ds, save_ds
    from xyzpy_widgets.store.table import load_df, save_df
    from xyzpy_widgets.widgets.panel import panel

__all__ = [
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

_ROOMS = {
    "Harvester": "harvester",
    "Preview": "preview",
    "Run": "run",
    "Runner": "runner",
    "Sampler": "sampler",
    "case_runner": "case_runners",
    "case_runner_to_df": "case_runners",
    "case_runner_to_ds": "case_runners",
    "combo_runner": "combo_runners",
    "combo_runner_to_df": "combo_runners",
    "combo_runner_to_ds": "combo_runners",
    "find_missing_cases": "labelling.coverage",
    "label": "decorator",
    "load_ipython_extension": "magics.extension",
    "load_df": "store.table",
    "load_ds": "store.netcdf",
    "panel": "widgets.panel",
    "recover": "recovery",
    "runs": "registry",
    "save_df": "store.table",
    "save_ds": "store.netcdf",
    "unload_ipython_extension": "magics.extension",
}

_doors.hang("board", f"{__name__}.lab.board", "noted")
_doors.hang("explore", f"{__name__}.widgets.results_explorer", "ResultsExplorer")
_doors.hang("monitor", f"{__name__}.widgets.live", "LiveMonitor")
_doors.hang("panel", f"{__name__}.widgets.panel", "Panel")
_doors.follow("IPython", f"{__name__}.widgets.tracebacks")
_doors.follow("xarray", f"{__name__}.views.accessor")


def __getattr__(name: str) -> Any:
    """Import a public name where it stands."""
    if name not in _ROOMS:
        from difflib import get_close_matches

        near = get_close_matches(name, __all__, n=1)
        msg = f"module {__name__!r} has no attribute {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
        raise AttributeError(msg)
    value = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
