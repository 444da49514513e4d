"""Filling cells in place: whatever dies in the middle, the file opens, and our readers find the cells as a whole."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

import h5netcdf
import h5py
import numpy as np
import pytest
import xarray as xr

import xyzpy_widgets as xyz
from tests.exact import assert_exact
from tests.kill_points import WITHOUT_COMPILER, Trial, at_every_call
from tests.store_samples import ledger_of
from xyzpy_widgets.errors import FormatError
from xyzpy_widgets.store.inplace import Layout
from xyzpy_widgets.store.lock import locked
from xyzpy_widgets.store.netcdf import NetCDFStore, load_ds

FILL = """
import numpy as np, xarray as xr
import pathlib, tempfile
from tests.store_samples import ledger_of
from xyzpy_widgets.store.lock import locked
from xyzpy_widgets.store.netcdf import NetCDFStore

def data(filled):
    y = np.arange(2000.0).reshape(40, 50)
    y[filled:] = np.nan
    return xr.Dataset({"y": (("a", "b"), y)}, {"a": np.arange(40), "b": np.arange(50)})

def prepare(folder):
    global store, layout
    store = NetCDFStore.named(folder / "study.h5")
    layout = store.write(data(10), ledger_of(data(10), ("a", "b")))

def work(folder, acknowledge):
    with locked(store.path):
        cells = np.arange(50 * 10, 50 * 12)
        assert store.fill(data(12), ledger_of(data(12), ("a", "b")), cells, layout)
        acknowledge(12)

with tempfile.TemporaryDirectory() as folder:  # what is imported on the way is imported once, not in every child
    prepare(pathlib.Path(folder))
"""
HARVEST = """
import xyzpy_widgets as xyz
import xyzpy_widgets.store.hdf5

# what is imported on the way is imported once, and not in every process that is forked
xyz.Harvester(xyz.Runner(lambda a: a, "y", verbosity=0)).harvest_combos({"a": [0]})

def fn(a, b):
    return a + 0.5 * b

def prepare(folder):
    global harvester
    harvester = xyz.Harvester(xyz.Runner(fn, "y", verbosity=0), folder / "study.h5")
    harvester.harvest_cases([{"a": 0, "b": 0}, {"a": 1, "b": 1}])

def work(folder, acknowledge):
    harvester.harvest_combos({"a": [0], "b": [1]})
    acknowledge([0, 1])
"""
needs_compiler = pytest.mark.skipif(
    WITHOUT_COMPILER, reason="a C compiler on Linux makes the library that kills the program: install cc"
)


def data(filled: int) -> xr.Dataset:
    """Return the data of `FILL` with so many rows."""
    y = np.arange(2000.0).reshape(40, 50)
    y[filled:] = np.nan
    return xr.Dataset({"y": (("a", "b"), y)}, {"a": np.arange(40), "b": np.arange(50)})


def check_fill(trial: Trial) -> None:
    """Open the file with other programs, then with ours, and compare it with what was acknowledged."""
    path = trial.folder / "study.h5"
    with h5netcdf.File(path) as file:
        assert file["y"].shape == (40, 50), trial.what
    with h5py.File(path) as file:
        assert np.array_equal(file["y"][:10], data(10)["y"].values[:10]), trial.what
    content = NetCDFStore.named(path).read()
    assert content is not None
    (filled,) = (filled for filled in (10, 12) if content[0].identical(data(filled)))
    assert filled >= max(trial.acknowledged, default=10), trial.what
    assert_exact(content[1], ledger_of(data(filled), ("a", "b"))) if content[1] is not None else pytest.fail(
        "no ledger"
    )
    assert load_ds(path).identical(data(filled)), trial.what


@needs_compiler
def test_a_program_may_die_at_every_call_while_it_fills_cells(tmp_path: Path) -> None:
    """Before each change of the disk, and in the middle of each write: cells are filled as a whole or not at all."""
    trials = list(at_every_call(FILL, tmp_path))
    for trial in trials:
        check_fill(trial)
    assert sum(trial.killed for trial in trials) > 15
    assert [trial.acknowledged[-1] for trial in trials if not trial.killed] == [12, 12]


@needs_compiler
def test_a_harvester_may_die_at_every_call(tmp_path: Path) -> None:
    """Journal, whole write, filling in place and forgetting: what was reported is in the file, the rest never wrong."""
    trials = list(at_every_call(HARVEST, tmp_path))
    for trial in trials:
        path = trial.folder / "study.h5"
        with xr.open_dataset(path, engine="h5netcdf") as stored:
            assert stored["y"].load().sel(a=1, b=1).item() == 1.5, trial.what
        harvester = xyz.Harvester(xyz.Runner(lambda a, b: a + 0.5 * b, "y", verbosity=0), path)
        full = harvester.full_ds
        assert full is not None, trial.what
        for a, b in [(0, 0), (1, 1), *trial.acknowledged]:
            assert full["y"].sel(a=a, b=b).item() == a + 0.5 * b, trial.what
        harvester.harvest_combos({"a": [0, 1], "b": [0, 1]}, missing_only=True)
        assert np.array_equal(load_ds(path)["y"], [[0.0, 0.5], [1.0, 1.5]]), trial.what
    assert sum(trial.killed for trial in trials) > 25
    assert [trial.acknowledged for trial in trials if not trial.killed] == [[[0, 1]]] * 2


@pytest.fixture
def store(tmp_path: Path) -> NetCDFStore:
    """Return a store in an empty folder."""
    return NetCDFStore.named(tmp_path / "study.h5")


def written(store: NetCDFStore, rows: int = 10) -> Layout:
    """Write the data, and return where everything is."""
    layout = store.write(data(rows), ledger_of(data(rows), ("a", "b")))
    assert layout is not None
    return layout


def fill(store: NetCDFStore, layout: Layout, before: int, after: int) -> bool:
    """Fill some rows."""
    with locked(store.path):
        return store.fill(data(after), ledger_of(data(after), ("a", "b")), np.arange(50 * before, 50 * after), layout)


def test_only_these_cells_change(store: NetCDFStore) -> None:
    """The file stays the same file, of the same size, and every other byte of its numbers stays as it was."""
    layout = written(store)
    before = store.path.stat()
    assert fill(store, layout, 10, 12)
    after = store.path.stat()
    assert (before.st_ino, before.st_size) == (after.st_ino, after.st_size)
    assert after.st_mtime_ns > before.st_mtime_ns
    content = store.read()
    assert content is not None
    assert content[0].identical(data(12))


def test_every_fill_can_be_told_by_the_time_of_change(store: NetCDFStore) -> None:
    """Two fills within one tick of the clock of the file system leave two times: others must see the second."""
    layout = written(store, 0)
    seen = {store.path.stat().st_mtime_ns}
    for rows in range(20):
        fill(store, layout, rows, rows + 1)
        seen.add(store.path.stat().st_mtime_ns)
    assert len(seen) == 21


@pytest.mark.parametrize("name", ["y", "ledger/status", "ledger/checksums"])
def test_a_flipped_bit_is_noticed_after_a_fill(name: str, store: NetCDFStore) -> None:
    """The checksums that were updated in place guard what was filled, and what was there."""
    assert fill(store, written(store), 10, 20)
    whole = store.path.read_bytes()
    with h5py.File(store.path) as file:
        start, size = file[name].id.get_offset(), file[name].id.get_storage_size()
    for bit in random.Random(0).sample(range(8 * start, 8 * (start + size)), 20):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        store.path.write_bytes(changed)
        with pytest.raises(FormatError, match="does not match its checksum"):
            store.read()


def test_a_flipped_bit_in_what_is_pending_is_not_carried_out(store: NetCDFStore) -> None:
    """What is pending has a checksum of its own: damaged, it is as if it were not there."""
    layout = written(store)
    whole = store.path.read_bytes()
    assert fill(store, layout, 10, 12)
    filled = bytearray(store.path.read_bytes())
    pending = bytearray(whole)
    pending[layout.room] = filled[layout.room]
    pending[layout.room.start + 200] ^= 1
    store.path.write_bytes(pending)
    assert load_ds(store.path).identical(data(10))


def test_what_does_not_fit_is_left_to_a_whole_write(store: NetCDFStore, tmp_path: Path) -> None:
    """More than the room takes, a new kind of value or another shape changes nothing in place."""
    layout = written(store)
    whole = store.path.read_bytes()
    small = Layout(layout.group, layout.places, layout.sums, slice(layout.room.start, layout.room.start + 100))
    assert not fill(store, small, 10, 12)
    texts = data(12)
    texts["y"] = texts["y"].astype(np.float32)
    cells = np.arange(500, 600)
    with locked(store.path):
        assert not store.fill(texts, ledger_of(data(12), ("a", "b")), cells, layout)
    assert store.path.read_bytes() == whole
    assert not (tmp_path / "study.h5.journal").exists()


def test_to_fill_no_cells_changes_nothing(store: NetCDFStore) -> None:
    """A run whose cases all came from others finds them in the file already, and touches nothing."""
    layout = written(store)
    before = store.path.read_bytes()
    assert fill(store, layout, 10, 10)
    assert store.path.read_bytes() == before


def test_a_program_that_writes_to_the_file_is_left_alone(store: NetCDFStore) -> None:
    """While another program has the file open for writing, nothing is written in place; a reader does not matter."""
    layout = written(store)
    code = "import sys, h5py; file = h5py.File(sys.argv[1], sys.argv[2]); print('open', flush=True); sys.stdin.read()"
    for mode, expected in (("r+", False), ("r", True)):
        command = [sys.executable, "-c", code, str(store.path), mode]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "open\n"
            assert fill(store, layout, 10, 12) is expected
            other.communicate("")


def test_readers_meet_no_half_filled_file(store: NetCDFStore) -> None:
    """While one thread fills row by row, what others read is always a number of whole rows."""
    layout = written(store, 0)
    over = threading.Event()
    wrong: list[str] = []

    def watch() -> None:
        while not over.is_set():
            content = store.read()
            if content is None or not any(content[0].identical(data(rows)) for rows in range(41)):
                wrong.append("half a row")

    readers = [threading.Thread(target=watch) for _ in range(2)]
    for reader in readers:
        reader.start()
    for rows in range(40):
        assert fill(store, layout, rows, rows + 1)
    over.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert load_ds(store.path).identical(data(40))


def test_processes_that_fill_and_grow_one_file_lose_nothing(tmp_path: Path) -> None:
    """Two processes, one of which fills holes in place while the other adds labels, and a reader that never fails."""
    name = tmp_path / "data.h5"
    code = """
import sys, xyzpy_widgets as xyz
harvester = xyz.Harvester(xyz.Runner(lambda a, b: a + 0.5 * b, 'y', verbosity=0), sys.argv[1])
for b in range(1, 15):
    harvester.harvest_combos({'a': [int(sys.argv[2])], 'b': [b]})
    harvester.harvest_combos({'a': [int(sys.argv[2])], 'b': [100 + b]})
"""
    xyz.Harvester(xyz.Runner(lambda a, b: a + 0.5 * b, "y", verbosity=0), name).harvest_combos(
        {"a": [9], "b": list(range(200))}
    )
    started = [subprocess.Popen([sys.executable, "-c", code, str(name), str(a)]) for a in range(2)]
    while any(process.poll() is None for process in started):
        assert load_ds(name)["y"].sel(a=9, b=3).item() == 10.5
    assert [process.wait() for process in started] == [0, 0]
    stored = load_ds(name)["y"]
    b = [*range(1, 15), *range(101, 115)]
    assert np.array_equal(stored.sel(a=[0, 1], b=b), np.add.outer([0, 1], 0.5 * np.array(b)))
