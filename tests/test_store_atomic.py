"""Replacing files and folders: the old whole or the new whole, whatever happens in between."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.exact import assert_exact
from xyzpy_widgets.errors import EncodingError, StoreError
from xyzpy_widgets.store.atomic import check_writable, replacing, replacing_folder, restore
from xyzpy_widgets.store.netcdf import NetCDFStore, load_ds, save_ds
from xyzpy_widgets.store.table import TableStore

ROOT = Path(__file__).parents[1]


def content(path: Path) -> str:
    """Return what stands in a file, or in the one file of a folder."""
    return (path / "inside" if path.is_dir() else path).read_text()


def fill(path: Path, text: str) -> None:
    """Write a text to a file, or into a folder."""
    (path / "inside" if path.is_dir() else path).write_text(text)


def half(path: Path, error: type[BaseException]) -> None:
    """Begin to write, and fail."""
    fill(path, "half")
    raise error


class ReplacingContract:
    """What holds for files and for folders."""

    def replace(self, path: Path) -> AbstractContextManager[Path]:
        """Return the block that replaces."""
        raise NotImplementedError

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """Return a name under which the text "old" stands."""
        path = tmp_path / "name"
        with self.replace(path) as new:
            fill(new, "old")
        return path

    def test_the_new_version_appears_when_it_is_whole(self, path: Path) -> None:
        """Until the block ends the old version is there; afterwards the new one, and nothing else."""
        with self.replace(path) as new:
            fill(new, "new")
            assert content(path) == "old"
            assert new.parent == path.parent
        assert content(path) == "new"
        assert list(path.parent.iterdir()) == [path]

    def test_an_exception_leaves_the_old_version(self, path: Path) -> None:
        """Half a version is removed, and the exception is the caller's own."""
        with pytest.raises(ZeroDivisionError), self.replace(path) as new:
            half(new, ZeroDivisionError)
        assert content(path) == "old"
        assert list(path.parent.iterdir()) == [path]

    def test_an_interrupt_leaves_the_old_version(self, path: Path) -> None:
        """An interrupt is no exception of the ordinary kind, and cleans up all the same."""
        with pytest.raises(KeyboardInterrupt), self.replace(path) as new:
            half(new, KeyboardInterrupt)
        assert content(path) == "old"
        assert list(path.parent.iterdir()) == [path]

    def test_what_the_system_says_names_the_path_and_the_remedy(self, path: Path) -> None:
        """An OSError becomes a StoreError with the same number, and the original behind it."""
        with pytest.raises(StoreError, match=r"name: No space left.*; make room") as caught, self.replace(path):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        assert caught.value.errno == errno.ENOSPC
        assert isinstance(caught.value.__cause__, OSError)
        assert content(path) == "old"

    def test_an_error_of_our_own_passes_unchanged(self, path: Path) -> None:
        """A message that names its place is not wrapped in another."""
        with pytest.raises(EncodingError, match=r"^mine$"), self.replace(path):
            raise EncodingError("mine")

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        """The remedy for a missing folder is to make it."""
        with (
            pytest.raises(StoreError, match=r"absent.*make the folder first"),
            self.replace(tmp_path / "absent" / "name"),
        ):
            pass

    def test_two_writers_do_not_meet(self, path: Path) -> None:
        """Each has a place of its own; the later one wins, whole."""
        with self.replace(path) as one:
            fill(one, "one")
            with self.replace(path) as other:
                assert other != one
                fill(other, "other")
            assert content(path) == "other"
        assert content(path) == "one"

    def test_a_link_stays_a_link(self, path: Path) -> None:
        """What a link points to is replaced, not the link."""
        link = path.with_name("link")
        link.symlink_to(path.name)
        with self.replace(link) as new:
            fill(new, "new")
        assert link.is_symlink()
        assert content(path) == "new"


class TestFile(ReplacingContract):
    """Files."""

    def replace(self, path: Path) -> AbstractContextManager[Path]:
        """Replace a file."""
        return replacing(path)

    def test_the_rights_of_the_file_are_kept(self, path: Path) -> None:
        """A file that the group may write stays one."""
        path.chmod(0o664)
        with replacing(path) as new:
            fill(new, "new")
        assert stat.S_IMODE(path.stat().st_mode) == 0o664

    def test_a_new_file_has_the_usual_rights(self, path: Path) -> None:
        """It is not private, as temporary files often are."""
        usual = path.with_name("usual")
        usual.touch()
        with replacing(path.with_name("new")) as new:
            fill(new, "new")
        assert path.with_name("new").stat().st_mode == usual.stat().st_mode


class TestFolder(ReplacingContract):
    """Folders."""

    def replace(self, path: Path) -> AbstractContextManager[Path]:
        """Replace a folder."""
        return replacing_folder(path)

    def test_a_version_that_stepped_aside_comes_back(self, path: Path) -> None:
        """A process that died between the two renames leaves nothing lost."""
        path.rename(path.with_name(".name.old"))
        restore(path)
        assert content(path) == "old"
        assert list(path.parent.iterdir()) == [path]

    def test_a_version_that_was_replaced_goes(self, path: Path) -> None:
        """A process that died after the second rename leaves the new version and no rubbish."""
        aside = path.with_name(".name.old")
        aside.mkdir()
        fill(aside, "older")
        restore(path)
        assert content(path) == "old"
        assert list(path.parent.iterdir()) == [path]


def test_rubbish_of_dead_processes_is_swept_once_it_is_old(tmp_path: Path) -> None:
    """A killed process does not fill the disk for ever, and one that still writes is left alone."""
    fresh, stale = tmp_path / ".name.1-aa.tmp", tmp_path / ".name.2-bb.tmp"
    other = tmp_path / ".other.2-bb.tmp"
    for one in (fresh, stale, other):
        one.touch()
    for one in (stale, other):
        os.utime(one, (0, 0))
    check_writable(tmp_path / "name")
    assert set(tmp_path.iterdir()) == {fresh, other}


def test_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    """Finding out whether a file can be written does not write one."""
    check_writable(tmp_path / "name")
    check_writable(tmp_path / "name", folder=True)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_known_is_still_looked_at(tmp_path: Path) -> None:
    """A folder that has gone since, or a name that is taken, is noticed where nothing is tried out any more."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "name").touch()
    check_writable(folder / "name", known=True)
    (folder / "name").unlink()
    (folder / "name").mkdir()
    with pytest.raises(StoreError, match="name is a folder"):
        check_writable(folder / "name", known=True)
    (folder / "name").rmdir()
    folder.rmdir()
    with pytest.raises(StoreError, match="there is no folder"):
        check_writable(folder / "name", known=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of one megabyte, where that is allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False)  # noqa: S607
    if mount.returncode:
        pytest.skip("needs the right to mount a disk")
    yield disk
    subprocess.run(["umount", disk], check=True)  # noqa: S607


@pytest.mark.parametrize("engine", ["h5netcdf", "zarr"])
def test_a_full_disk_keeps_the_old_dataset(small_disk: Path, engine: str) -> None:
    """What does not fit is reported with a remedy, and what was there can be read and written again."""
    store = NetCDFStore.named(small_disk / "study", engine)
    old = xr.Dataset({"y": ("x", np.arange(1000.0))})
    store.write(old, None)
    with pytest.raises(StoreError, match=r"study.*No space left on device; make room"):
        store.write(xr.Dataset({"y": ("x", np.random.default_rng(0).random(200_000))}), None)
    assert_exact(old, load_ds(store.path))
    store.write(old, None)
    assert [one.name for one in small_disk.iterdir()] == [store.path.name]


def test_a_full_disk_is_noticed_before_anything_runs(small_disk: Path) -> None:
    """No case is computed for a disk that cannot take its result."""
    with (small_disk / "filler").open("wb") as filler, pytest.raises(OSError, match="No space"):
        filler.write(bytes(2**21))
    for store in (NetCDFStore.named(small_disk / "study"), TableStore.named(small_disk / "table")):
        with pytest.raises(StoreError, match="No space left on device; make room"):
            store.check()
    with pytest.raises(StoreError, match="No space left on device; make room"):
        check_writable(small_disk / "study", known=True)


def test_a_full_disk_keeps_the_old_table(small_disk: Path) -> None:
    """Tables are replaced in the same way."""
    for suffix in (".pkl", ".csv", ".json", ".parquet", ".parquet/"):
        store = TableStore.named(f"{small_disk}/table{suffix}")
        old = pd.DataFrame({"y": np.arange(100.0)})
        store.write(old)
        with pytest.raises(StoreError, match="No space left on device; make room"):
            store.write(pd.DataFrame({"y": np.random.default_rng(0).random(200_000)}))
        found = store.read()
        assert found is not None
        pd.testing.assert_frame_equal(old, found)
        store.delete()


@pytest.fixture
def locked_folder(tmp_path: Path) -> Iterator[Path]:
    """Make a folder that not even root may change, where that can be."""
    folder = tmp_path / "locked"
    folder.mkdir()
    save_ds(xr.Dataset({"y": 1}), folder / "study")
    folder.chmod(0o555)
    if os.geteuid() == 0:
        locked = subprocess.run(["chattr", "+i", folder], capture_output=True, check=False)  # noqa: S607
        if locked.returncode:
            pytest.skip("rights do not bind root, and the file system has no other lock")
    yield folder
    if os.geteuid() == 0:
        subprocess.run(["chattr", "-i", folder], check=True)  # noqa: S607
    folder.chmod(0o755)


def test_a_read_only_folder_is_noticed_before_anything_runs(locked_folder: Path) -> None:
    """The message names the path and says what to do, in the check and in the write; reading goes on."""
    store = NetCDFStore.named(locked_folder / "study")
    acts: tuple[Callable[[], object], ...] = (store.check, lambda: store.write(xr.Dataset(), None))
    for act in acts:
        with pytest.raises(
            StoreError, match=r"study\.h5: (Permission denied|Operation not permitted); choose a folder"
        ):
            act()
    assert load_ds(store.path)["y"].item() == 1


def spawn(code: str, *args: Any) -> int:
    """Run code in a process of its own; return how it ended."""
    return subprocess.run([sys.executable, "-c", code, *map(str, args)], cwd=ROOT, check=False).returncode


DYING = """
import os, signal, sys
from pathlib import Path
from xyzpy_widgets.store.atomic import replacing, replacing_folder
path, kind = Path(sys.argv[1]), sys.argv[2]
with (replacing_folder if kind == "folder" else replacing)(path) as new:
    (new / "inside" if kind == "folder" else new).write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_process_that_is_killed_leaves_the_old_version(tmp_path: Path, kind: str) -> None:
    """A process that dies without a word leaves the old version under the name."""
    path = tmp_path / "name"
    with (replacing_folder if kind == "folder" else replacing)(path) as new:
        fill(new, "old")
    assert spawn(DYING, path, kind) == -9
    assert content(path) == "old"


STEPS = """
import os, sys
from pathlib import Path
from xyzpy_widgets.store.atomic import replacing, replacing_folder, restore

EVENTS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "shutil.rmtree")
path, kind = Path(sys.argv[1]), sys.argv[2]

def inside(path):
    return path / "inside" if kind == "folder" else path

def write(text):
    with (replacing_folder if kind == "folder" else replacing)(path) as new:
        inside(new).write_text(text)

def die_after(last):
    steps = 0
    def count(event, args):
        nonlocal steps
        if event in EVENTS:
            steps += 1
            if steps > last:
                os._exit(9)
    sys.addaudithook(count)

write("old")
for last in range(1000):
    child = os.fork()
    if not child:
        die_after(last)
        write("new")
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if kind == "folder":
        restore(path)
    if inside(path).read_text() not in (["new"] if ended == 0 else ["old", "new"]):
        sys.exit(f"not whole after step {last}")
    if ended == 0:
        sys.exit(0 if last > 5 else "no steps were seen")
"""


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_process_may_die_before_any_step(tmp_path: Path, kind: str) -> None:
    """Before each opening, renaming and removing in turn: the old version is there or the new one, whole."""
    assert spawn(STEPS, tmp_path / "name", kind) == 0
