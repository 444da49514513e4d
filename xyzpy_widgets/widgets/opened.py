"""Explorers of files, as JupyterLab opens them: without a line of code, and without a change to any file."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Event, Thread

from IPython.display import display

from xyzpy_widgets.errors import DamageError, FormatError, StoreError, XyzError
from xyzpy_widgets.onlooker import Onlooker
from xyzpy_widgets.widgets.results_explorer import ResultsExplorer

__all__ = ["explore_file", "explorer_of", "rename_file"]

_SECONDS_BETWEEN_LOOKS = 1.0
_LOG = logging.getLogger("xyzpy_widgets")
_open: dict[Path, tuple[ResultsExplorer, Onlooker]] = {}


def explore_file(name: str) -> None:
    """Display the explorer of a data file: that of an earlier call, as it was left.

    Parameters
    ----------
    name : str
        The file, or the folder of zarr, as seen from the working folder of this process.

    Raises
    ------
    FormatError, StoreError
        When it cannot be read, or holds no labelled data; the message says what it is.
    """
    path = Path(name).absolute()
    if not path.exists():
        raise StoreError(f"this kernel sees no {path}; open it with a kernel that works where the file is")
    try:
        explorer = explorer_of(path)
    except DamageError:
        raise
    except FormatError as error:
        raise FormatError(f"{error}. To look at it in another way, choose Open With in its context menu.") from error
    display(explorer)  # type: ignore[no-untyped-call]


def rename_file(name: str, now: str) -> None:
    """Go on with the explorer of a file, as it was left, under the name that the file has now; see `explore_file`."""
    path = Path(now).absolute()
    found = _open.pop(Path(name).absolute(), None)
    if found is not None:
        explorer, onlooker = _open[path] = found
        onlooker.move(path)
        explorer.tell(title=path.name)
        explorer.refresh()


def explorer_of(path: Path) -> ResultsExplorer:
    """Return the one explorer of a file in this process: it offers no runs, and follows what others write there."""
    if path not in _open or _open[path][0].comm is None:  # it was closed
        onlooker = Onlooker(path)
        explorer = ResultsExplorer(onlooker)
        _open[path] = explorer, onlooker
        Thread(target=_follow, args=(explorer, onlooker), name=f"follow {path.name}", daemon=True).start()
    return _open[path][0]


def _follow(explorer: ResultsExplorer, onlooker: Onlooker) -> None:
    """Draw what is new until the explorer is closed."""
    rest = Event()
    while explorer.comm is not None:
        rest.wait(_SECONDS_BETWEEN_LOOKS)
        try:
            if explorer.comm is not None and onlooker.changed:
                explorer.refresh()
        except (XyzError, ValueError) as error:
            explorer.tell(problem=str(error))
        except Exception:  # noqa: BLE001 - told to the log; what is written into the file next is drawn all the same
            _LOG.exception("what is new in the file of %r could not be drawn", explorer)
