"""Explorers of files, as JupyterLab opens them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
import xarray as xr

from tests.front_end import FrontEnd
from tests.test_onlooker import harvested, harvesting
from xyzpy_widgets.errors import FormatError, StoreError, ViewError
from xyzpy_widgets.onlooker import Onlooker
from xyzpy_widgets.widgets import opened
from xyzpy_widgets.widgets.opened import explore_file, explorer_of, rename_file

pytestmark = pytest.mark.usefixtures("front_end")


@pytest.fixture(autouse=True)
def closed(front_end: FrontEnd) -> Iterator[None]:
    """Forget what was opened, after each test."""
    yield
    opened._open.clear()  # noqa: SLF001 - what the process holds for as long as it lives


def test_an_explorer_of_a_file_offers_no_runs(tmp_path: Path) -> None:
    """Opening a file can change nothing: what is picked out is counted by state, and cannot be run."""
    explorer = explorer_of(harvested(tmp_path / "ours.h5"))
    assert explorer.title == "ours.h5"
    assert explorer.said == "4 done, 1 failed (▲), 1 not run (hatched)"
    explorer.selection = {"a": [2, 4]}
    assert explorer.picked is not None
    assert (explorer.picked["failed"], explorer.picked["actions"]) == (1, [])
    with pytest.raises(ViewError, match="only a Harvester runs"):
        explorer.propose("fill")
    explorer.close()


def test_a_file_is_followed_to_the_end_of_its_harvest(tmp_path: Path) -> None:
    """What is on the page stays true without anybody asking for it."""
    path = tmp_path / "running.h5"
    with harvesting(path) as process:
        explorer = explorer_of(path)
        assert explorer.said.startswith("2 done. A process is adding")
        drawn = Event()
        explorer.observe(lambda change: drawn.set() if change.new == "3 done" else None, "said")
        process.communicate()
        assert drawn.wait(60)
    explorer.close()


def test_an_error_that_nobody_foresaw_does_not_end_the_following(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told to the log, and the next look is taken."""
    looks, again = list[str](), Event()

    def changed(_: Onlooker) -> bool:
        looks.append("look")
        if len(looks) == 1:
            raise RuntimeError("nobody foresaw it")
        again.set()
        return False

    monkeypatch.setattr(opened, "_SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(Onlooker, "changed", property(changed))
    explorer = explorer_of(harvested(tmp_path / "ours.h5"))
    assert again.wait(60)
    explorer.close()
    assert "nobody foresaw it" in caplog.text


def test_a_file_that_is_opened_again_is_shown_as_it_was_left(tmp_path: Path) -> None:
    """A reload of the page loses no choice of the reader: there is one explorer for each file."""
    path = tmp_path / "foreign.nc"
    xr.Dataset({"t": ("x", [1.0, 2.0])}).to_netcdf(path)
    explorer = explorer_of(path)
    assert explorer_of(path) is explorer
    assert explorer.said == ""
    explorer.close()
    again = explorer_of(path)
    assert (again is not explorer, again.comm is not None) == (True, True)  # one that was closed cannot be shown
    again.close()


def test_a_file_that_is_renamed_is_explored_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that the reader chose is lost with a name, and the file is not taken for one that is gone."""
    monkeypatch.chdir(tmp_path)
    path = harvested(tmp_path / "before.h5")
    explorer = explorer_of(path)
    explorer.wish(kind="table")
    path.rename("after.h5")
    rename_file("before.h5", "after.h5")
    assert (explorer.title, explorer.problem) == ("after.h5", "")
    assert explorer.view is not None
    assert explorer.view.kind == "table"
    assert explorer_of(tmp_path / "after.h5") is explorer
    harvested(tmp_path / "before.h5")
    assert explorer_of(path) is not explorer
    rename_file("never opened.h5", "whatever.h5")


def test_a_file_that_cannot_be_explored_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page shows the message alone, so the remedy stands in it."""
    monkeypatch.chdir(tmp_path)
    Path('it\'s "odd".h5').write_text("text", encoding="utf-8")
    with pytest.raises(FormatError, match="choose Open With"):
        explore_file('it\'s "odd".h5')
    with pytest.raises(StoreError, match=r"this kernel sees no .*gone\.h5"):
        explore_file("gone.h5")
