"""Files that are opened with chunks: harvested into without being loaded, and what is read is right or refused."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import xyzpy_widgets as xyz
from tests.exact import assert_exact
from tests.store_samples import ledger_of
from xyzpy_widgets.core.left import LEFT, boxes, stretch
from xyzpy_widgets.errors import ConflictError, DamageError, LabelWarning, MergeError, StoreError
from xyzpy_widgets.store.netcdf import NetCDFStore

# numbers of some million cases; what is allowed beyond what libraries take is a fraction of one output
_LARGE = """
import resource
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import xyzpy_widgets as xyz
from xyzpy_widgets.errors import ConflictError
from xyzpy_widgets.labelling.account import Account, blank
from xyzpy_widgets.labelling.ledger import ledger_of
from xyzpy_widgets.store.netcdf import NetCDFStore

path, chunks = Path(sys.argv[1]), {"all": None, "chunks": {"a": 50}}[sys.argv[2]]
kind, engine = sys.argv[3:5]
rows, allowed = {"h5netcdf": (2000, 100_000_000), "zarr": (1000, 60_000_000)}[engine]
rows, allowed = {"foreign": (1000, 60_000_000), "int": (500, 30_000_000)}.get(kind, (rows, allowed))


def fn(a, b):
    if b == -1:
        raise ValueError("below")
    return 1000 * a + b if kind == "int" else a + np.arange(8.0) * b


def written():
    shape = rows, 1000
    account = blank(shape)
    account.status[:], account.status[::10, 7] = 1, kind == "int"
    account.cases["seconds"][:] = np.random.default_rng(0).random(shape)
    account.cases["finished"][:] = np.datetime64("2026-01-01", "us") + np.arange(account.status.size).reshape(shape)
    account = Account(account.cases, {"versions": ("other",), "hosts": ("there",)})
    axes = {"a": np.arange(0, 2 * shape[0], 2), "b": np.arange(1000), "t": np.arange(8)}
    if kind == "int":
        del axes["t"]
        y = 1000 * axes["a"][:, None] + axes["b"]
    else:
        y = axes["a"][:, None, None] + axes["b"][:, None] * np.arange(8.0)
        y[::10, 7] = np.nan
    coords = {name: xr.Variable(name, labels) for name, labels in axes.items()}
    data = xr.Dataset({"y": (tuple(axes), y)}, coords)
    ledger = ledger_of(("a", "b"), {name: coords[name] for name in "ab"}, account, {}, {})
    if kind == "foreign":
        data.to_netcdf(path, engine="h5netcdf", encoding={"y": {"zlib": True, "complevel": 1, "shuffle": True}})
    else:
        NetCDFStore(path, engine).write(data, ledger)


def harvester(path):
    inner = {} if kind == "int" else {"var_dims": {"y": "t"}, "var_coords": {"t": np.arange(8)}}
    runner = xyz.Runner(fn, "y", verbosity=0, on_error="continue", **inner)
    return xyz.Harvester(runner, path, chunks=chunks, engine=engine)


def told(one, **wanted):
    found = one.full_ds["y"].sel(wanted).load()
    assert found.dtype == (float if kind != "int" else object)
    assert np.array_equal(found, fn(**wanted)), found


def fill(one):
    one.harvest_combos({"a": [0, 20], "b": [6, 7]}, missing_only=True)  # of another version: written anew
    one.harvest_combos({"a": [40, 60], "b": [6, 7]}, missing_only=True)  # in place
    told(one, a=60, b=7)


def extend(one):
    one.harvest_combos({"a": [4000, 4002], "b": [6, 7]}, missing_only=True)
    one.harvest_combos({"a": [4004], "b": [6, 7]}, missing_only=True)  # in place
    one.harvest_combos({"a": [40], "b": [2000]}, missing_only=True)
    one.harvest_combos({"a": [41], "b": [7]}, missing_only=True)
    told(one, a=4004, b=7)
    told(one, a=41, b=7)


def fail(one):
    one.harvest_combos({"a": [40], "b": [-1]})
    assert one.failures["a"].tolist() == [40]


def unsynced(one):
    for a in (40, 80, 120):
        one.harvest_combos({"a": [a], "b": [7]}, missing_only=True, sync=False)
    told(one, a=120, b=7)
    one.harvest_combos({"a": [160], "b": [7]}, missing_only=True)
    told(one, a=80, b=7)


def contradict(one):
    global fn
    right, fn = fn, lambda a, b: np.zeros(8)
    other = harvester(path)
    fn = right
    try:
        other.harvest_combos({"a": [42], "b": [5]})
    except ConflictError as error:
        assert "y(a=42, b=5, t=0): 42.0 -> 0.0" in str(error)
    other.harvest_combos({"a": [42], "b": [5]}, overwrite=True)
    assert other.full_ds["y"].sel(a=42, b=5).values.tolist() == [0.0] * 8
    other.undo()
    told(other, a=42, b=5)


def back(one):
    one.harvest_combos({"a": [40, 4010], "b": [7]}, missing_only=True)
    assert one.history["undoable"].tolist() == [True]
    one.undo()
    assert one.full_ds.sizes["a"] == 2000 and np.isnan(one.full_ds["y"].sel(a=40, b=7).values).all()
    one.drop_sel(a=[20, 22])
    assert one.history["undoable"].tolist() == [False]
    told(one, a=24, b=6)
    one.expand_dims("c", 5)
    assert np.array_equal(one.full_ds["y"].sel(a=24, b=6, c=5), fn(24, 6))


def restart(one):
    one.harvest_combos({"a": [40], "b": [7]}, missing_only=True)
    two = harvester(path)
    two.harvest_combos({"a": [80], "b": [7]}, missing_only=True)
    told(one, a=80, b=7)
    one.harvest_combos({"a": [120], "b": [7]}, missing_only=True)
    told(two, a=120, b=7)


def begin(one):
    one.harvest_combos({"a": [40], "b": [7]})
    one.harvest_combos({"a": [4010], "b": [7]})
    told(one, a=4010, b=7)
    one.undo()
    told(one, a=42, b=8)


def holes(one):
    one.harvest_combos({"a": [4000], "b": [6, 7]})
    one.harvest_combos({"a": [4000], "b": [8, -1]})
    told(one, a=4000, b=8)
    one.undo()
    told(one, a=4000, b=7)


written()
np.linalg.lstsq(np.ones((99, 9)), np.ones(99)), np.ones((99, 99)) @ np.ones((99, 99))  # what this takes once
small = harvester(path.with_name(f"small{path.suffix}"))  # what is imported on the way is imported before
small.harvest_combos({"a": [1], "b": [1]})
small.harvest_combos({"a": [1, 2], "b": [1, 2]}, missing_only=True)
small.full_ds.load(), small.history, small.status.sum().values, small.failures, small._repr_html_()
taken = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_DATA, (taken + allowed, resource.RLIM_INFINITY))
kept = path.with_name(f"kept{path.suffix}")
path.rename(kept)
for action in map(globals().get, sys.argv[5:]):
    (shutil.copytree if kept.is_dir() else shutil.copyfile)(kept, path)
    try:
        one = harvester(path)
        one.plan({"a": [40], "b": [7]}, missing_only=True)
        action(one)
    except MemoryError:
        print(action.__name__, "took too much")
    else:
        assert int((one.status == 1).sum()) > 490_000
        one._repr_html_()
    one.delete_ds()
    del one
"""
_LARGE_CASES = {
    "real-h5netcdf": "fill extend fail unsynced contradict back restart",
    "real-zarr": "begin",
    "foreign-h5netcdf": "begin",
    "int-h5netcdf": "holes",
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the memory of a process is limited as Linux does it")
@pytest.mark.parametrize("opened", ["chunks", "all"])
@pytest.mark.parametrize("kind", _LARGE_CASES)
def test_a_file_larger_than_memory_is_harvested_into(kind: str, opened: str, tmp_path: Path) -> None:
    """With chunks, whatever a harvest does holds neither the data nor the ledger in memory; without, nothing fits."""
    values, engine = kind.split("-")
    actions = _LARGE_CASES[kind].split()
    suffix = "zarr" if engine == "zarr" else "h5"
    given = [str(tmp_path / f"data.{suffix}"), opened, values, engine, *actions]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _LARGE, *given], capture_output=True, text=True, check=False
    )
    if opened == "all" and done.returncode == -signal.SIGSEGV:  # an older library does not look whether it got memory
        return
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{action} took too much" for action in actions if opened == "all"]


@pytest.fixture(scope="module", params=["data.h5", "data.zarr", "text.h5"])
def left(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[NDArray[Any], xr.Variable]:
    """An array, and the same as it is left in a file."""
    array = np.random.default_rng(0).random((5, 40, 60))
    path = tmp_path_factory.mktemp("parts") / request.param
    if path.stem == "text":
        array = np.array([f"é{one:.3}" if one > 0.1 else "" for one in array.flat]).reshape(array.shape)
    dataset = xr.Dataset({"y": (("a", "b", "t"), array)}, {"a": np.arange(5), "b": np.arange(40)})
    NetCDFStore.named(path).write(dataset, ledger_of(dataset, ("a", "b")))
    found = NetCDFStore.named(path, chunks={}).read_left()
    assert found is not None
    assert LEFT in found[0].variables["y"].encoding
    return array, found[0].variables["y"]


@given(st.data())
@settings(deadline=None, max_examples=50)
def test_parts_are_what_numpy_gives(left: tuple[NDArray[Any], xr.Variable], data: st.DataObject) -> None:
    """Any part of a variable that is left in its file is that of the array, whatever is asked of each dimension."""
    array, variable = left
    bounds = [st.integers(0, size) for size in array.shape]
    key = tuple(
        data.draw(
            st.integers(0, size - 1)
            | st.builds(slice, bound, bound, st.sampled_from([1, 2, 7]))
            | st.lists(st.integers(0, size - 1), max_size=5).map(lambda one: np.array(one, dtype=np.intp))
        )
        for size, bound in zip(array.shape, bounds, strict=True)
    )
    lists = [np.atleast_1d(np.arange(size)[one]) for one, size in zip(key, array.shape, strict=True)]
    shape = [len(one) for one, at in zip(lists, key, strict=True) if not isinstance(at, int)]
    assert np.array_equal(variable[key].to_numpy(), array[np.ix_(*lists)].reshape(shape))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4), st.data())
def test_stretches_are_pieces_in_the_order_of_the_file(shape: list[int], data: st.DataObject) -> None:
    """Boxes that cover a stretch of cells, one after the other, are just these in C order."""
    array = np.arange(int(np.prod(shape))).reshape(shape)
    first = data.draw(st.integers(0, array.size))
    last = data.draw(st.integers(first, array.size))
    pieces = [array[box].ravel() for box in stretch(shape, first, last)]
    assert np.concatenate([np.empty(0, int), *pieces]).tolist() == list(range(first, last))


@given(st.lists(st.integers(0, 6), max_size=4), st.integers(1, 50))
def test_boxes_are_pieces_in_the_order_of_the_file(shape: list[int], most: int) -> None:
    """Boxes one after the other are the array in C order, and none is larger than asked for."""
    array = np.arange(int(np.prod(shape))).reshape(shape)
    pieces = [array[box].ravel() for box in boxes(shape, most)]
    assert all(len(one) <= most for one in pieces)
    assert np.array_equal(np.concatenate([np.empty(0, int), *pieces]), array.ravel())


def several(a: float, b: int) -> tuple[float, NDArray[np.float64], int, str, complex, np.datetime64]:
    """Return a value of each kind."""
    if a == 3 and b == 2:
        raise ValueError("not here")
    return a / 3 + b, np.arange(3.0) * a, 10 * b, f"{a}", a * 1j, np.datetime64(b, "s")


@pytest.mark.parametrize("outputs", [("f", "v", "c", "m"), ("f", "v", "i", "c", "m"), ("f", "v", "s")])
def test_what_is_in_the_file_is_what_it_is_without_chunks(outputs: tuple[str, ...], tmp_path: Path) -> None:
    """Values, types, labels, states, failures, history and every step back are the same as those of a loaded file."""
    at = ["fviscm".index(name) for name in outputs]
    runner = xyz.Runner(
        lambda a, b: tuple(several(a, b)[one] for one in at),
        outputs,
        fn_args=("a", "b"),
        var_dims={"v": "t"},
        var_coords={"t": [1, 2, 3]},
        verbosity=0,
        on_error="continue",
    )
    steps: list[Any] = [
        lambda one: one.harvest_combos({"a": [1.0, 2.0, 5.0], "b": [1, 2]}),
        lambda one: one.harvest_combos({"a": [2.0, 5.0], "b": [2, 4]}, missing_only=True),
        lambda one: one.harvest_combos({"a": [1.0], "b": [4]}, missing_only=True),
        lambda one: one.harvest_combos({"a": [7.0], "b": ...}),
        lambda one: one.harvest_combos({"a": [8.0], "b": [2, 1]}),
        lambda one: one.harvest_combos({"a": [3.0], "b": [0, 2]}),
        lambda one: one.harvest_combos({"a": [9.0], "b": [1]}, sync=False),
        lambda one: one.harvest_combos({"a": [0.0], "b": [1]}, sync=False),
        lambda one: one.harvest_combos({"a": [1], "b": [1]}, overwrite=True),
        lambda one: one.harvest_cases([{"a": 20.0, "b": 1}, {"a": 21.0, "b": 2}]),
        lambda one: one.add_ds(one.full_ds.sel(a=[7.0]).load().assign_coords(a=[70.0])),
        lambda one: one.drop_sel(b=[2]),
        lambda one: one.expand_dims("z", 3),
    ]
    plain, lazy = (
        xyz.Harvester(runner, tmp_path / "plain.h5"),
        xyz.Harvester(runner, tmp_path / "lazy.h5", chunks={"a": 2}),
    )
    for number, step in enumerate([*steps, *[lambda one: one.undo()] * len(steps)]):
        step(plain)
        step(lazy)
        if number % 3 == 2:
            lazy = xyz.Harvester(runner, tmp_path / "lazy.h5", chunks={"a": 2})
        if plain.full_ds is None or lazy.full_ds is None:
            assert plain.full_ds is lazy.full_ds is None
            continue
        assert_exact(plain.full_ds, lazy.full_ds)
        assert plain.status.identical(lazy.status.load())
        assert plain.failures.equals(lazy.failures)
        told = ["note", "new", "changed", "conflicts", "undoable"]
        assert plain.history[told].equals(lazy.history[told])
        assert_exact(xyz.load_ds(tmp_path / "plain.h5"), xyz.load_ds(tmp_path / "lazy.h5"))


def sums(path: Path, chunks: Any = None, n: int = 40) -> xyz.Harvester:
    """Return a harvester of sums, over a file that has them all but those of the last label of b."""
    one = xyz.Harvester(xyz.Runner(lambda a, b: a + b / 128, "y", verbosity=0), path, chunks=chunks)
    if not path.exists():
        one.harvest_combos({"a": range(n), "b": range(n - 1)})
        one.harvest_combos({"a": [0], "b": [n - 1]})
    return one


def flipped(path: Path, value: float) -> None:
    """Flip a bit of a number in a file."""
    content = bytearray(path.read_bytes())
    at = content.index(np.float64(value).tobytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_flipped_bit_goes_into_no_other_file(tmp_path: Path) -> None:
    """Damage is found by what touches it: filling beside it, writing the file anew, and reading; nothing is written."""
    path = tmp_path / "data.h5"
    sums(path)
    value = 17 + 13 / 128
    flipped(path, value)
    before = path.read_bytes()
    one = sums(path, chunks={"a": 1})
    for combos in ({"a": [17], "b": [39]}, {"a": [99], "b": [0]}, {"a": [0.5], "b": [1]}):
        with pytest.raises(DamageError, match="'y' does not match its checksum"):
            one.harvest_combos(combos)
        assert path.read_bytes() == before
    full = xyz.load_ds(path, chunks={"a": 1})
    with pytest.raises(DamageError, match="recover"):
        full["y"].load()
    one.delete_ds()


def test_what_is_not_damaged_is_still_read_and_filled(tmp_path: Path) -> None:
    """Damage at one end of a file does not keep the other end from being filled and read."""
    path = tmp_path / "data.h5"
    sums(path, n=80)
    flipped(path, 79 + 70 / 128)
    one = sums(path, chunks={"a": 1})
    one.harvest_combos({"a": [1], "b": [79]})
    assert one.full_ds is not None
    assert one.full_ds["y"].sel(a=1, b=79).load().item() == 1 + 79 / 128


def test_another_writer_is_seen_and_contradicted(tmp_path: Path) -> None:
    """Cells that another process has filled in place since the file was opened count, and are not overwritten."""
    path = tmp_path / "data.h5"
    sums(path)
    one = sums(path, chunks={})
    early = one.full_ds
    other = xyz.Harvester(xyz.Runner(lambda a, b: -1.0, "y", verbosity=0), path)
    other.harvest_combos({"a": [3, 4], "b": [39]}, missing_only=True)
    other.harvest_combos({"a": [5], "b": [39]}, missing_only=True)
    with pytest.raises(ConflictError, match=r"y\(a=5, b=39\): -1.0 -> 5.3046875"):
        one.harvest_combos({"a": [5, 6], "b": [39]})
    assert one.last_ds is not None
    one.harvest_combos({"a": [5, 6], "b": [39]}, missing_only=True)
    assert one.full_ds is not None
    assert one.full_ds["y"].sel(b=39, a=[4, 5, 6]).values.tolist() == [-1.0, -1.0, 6 + 39 / 128]
    assert early is not None
    assert np.isnan(early["y"].sel(b=39, a=4).load().item())  # another version was renamed over the one that was opened


def test_what_a_dead_process_was_filling_is_finished_before_anything_is_read(tmp_path: Path) -> None:
    """A file that is opened with chunks in the middle of a fill shows all of its cells, and loses none by the next."""
    path = tmp_path / "data.h5"
    sums(path).harvest_combos({"a": [1], "b": [39]})
    code = """
import os, sys
from tests.test_chunks import sums
write, left = os.pwrite, [3]
def dying(descriptor, data, offset):
    left[0] -= 1
    if left[0] == 0:
        os._exit(9)
    return write(descriptor, data, offset)
one = sums(__import__("pathlib").Path(sys.argv[1]))
one.full_ds
os.pwrite = dying
one.harvest_combos({"a": [7, 30], "b": [39]})
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code, str(path)], check=False)
    assert done.returncode == 9
    full = xyz.load_ds(path, chunks={})
    assert full["y"].sel(a=[7, 30], b=39).values.tolist() == [7 + 39 / 128, 30 + 39 / 128]


@pytest.mark.parametrize("moment", ["open", "later"])
def test_a_file_that_another_program_cuts_off_ends_no_process(moment: str, tmp_path: Path) -> None:
    """Where less is found than there was, that is an error which names the file, and what was finished is kept."""
    path = tmp_path / "data.h5"
    one = sums(path, chunks={"a": 4})
    full = one.full_ds
    assert full is not None
    if moment == "open":
        os.truncate(path, path.stat().st_size // 2)
        with pytest.raises(StoreError, match=r"another program has changed .*data\.h5"):
            full["y"].load()
    else:

        def cuts(a: int, b: int) -> float:
            os.truncate(path, path.stat().st_size // 3)
            return a + b / 128

        late = xyz.Harvester(xyz.Runner(cuts, "y", verbosity=0), path, chunks={"a": 4})
        with pytest.raises(StoreError, match=r"data\.h5"):
            late.harvest_combos({"a": [20], "b": [39]})
        assert late.last_ds is not None
        assert late.last_ds["y"].item() == 20 + 39 / 128
        for segment in late._archive._held._busy:  # noqa: SLF001 - as the end of the process does
            segment.close()
        assert len(list((tmp_path / "data.h5.journal").glob("*.log"))) == 1


def test_a_file_that_vanishes_takes_nothing_with_it(tmp_path: Path) -> None:
    """What a file held that was removed while it was open is written again with the next harvest."""
    path = tmp_path / "data.h5"
    one = sums(path, chunks={"a": 4})
    assert one.full_ds is not None
    path.unlink()
    one.harvest_combos({"a": [50], "b": [0]})
    found = xyz.load_ds(path)["y"]
    assert found.sel(a=50, b=0).item() == 50
    assert found.sel(a=39, b=38).item() == 39 + 38 / 128


def test_rows_behind_the_last_are_added_in_place(tmp_path: Path) -> None:
    """Once a file has grown, more of it goes into the room that it keeps, also of what is said once for all cases."""
    path = tmp_path / "data.h5"
    one = xyz.Harvester(xyz.Runner(lambda a, b: a + b / 128, "y", verbosity=0), path, chunks={"a": 4})
    one.harvest_combos({"a": range(10), "b": range(5)})
    one.harvest_combos({"a": [10], "b": range(5)})
    versions = [path.stat().st_ino]
    for combos in ({"a": [11], "b": ...}, {"a": [12], "b": ...}, {"a": [13], "b": [3]}, {"a": [14], "b": [1, 2]}):
        one.harvest_combos(combos)
        versions.append(path.stat().st_ino)
    assert (
        versions[0] == versions[1] == versions[2] != versions[3] == versions[4]
    )  # from then on not all cases are done
    one.harvest_combos({"a": ..., "b": ...}, missing_only=True)
    assert one.full_ds is not None
    assert np.array_equal(one.full_ds["y"], np.add.outer(one.full_ds["a"].values, np.arange(5) / 128))
    assert_exact(xyz.load_ds(path), one.full_ds)


def test_arrays_of_an_older_version_stay_what_they_are(tmp_path: Path) -> None:
    """What was asked for before a harvest that writes the file anew is read from the version that it is of."""
    path = tmp_path / "data.h5"
    one = sums(path, chunks={"a": 4})
    early = one.full_ds
    one.harvest_combos({"a": [0.5], "b": [0]})
    assert early is not None
    assert early.sizes["a"] == 40
    assert early["y"].sel(a=39, b=38).load().item() == 39 + 38 / 128


def test_arrays_go_to_other_processes(tmp_path: Path) -> None:
    """A dask worker opens the same version of the file, and no other."""
    path = tmp_path / "data.h5"
    one = sums(path, chunks={"a": 4})
    assert one.full_ds is not None
    sent = pickle.dumps(one.full_ds["y"].data)
    assert pickle.loads(sent).compute().shape == (40, 40)  # noqa: S301 - our own
    one.harvest_combos({"a": [0.5], "b": [0]})
    with pytest.raises(StoreError, match="another file"):
        pickle.loads(sent)  # noqa: S301


def test_a_label_that_is_rounded_is_told_once(tmp_path: Path) -> None:
    """0.1 + 0.2 is the 0.3 of the file, as without chunks, and said so once."""
    fn = xyz.Runner(lambda a, b: a + b, "y", verbosity=0)
    xyz.Harvester(fn, tmp_path / "data.h5").harvest_combos({"a": [0.1, 0.3], "b": [1]})
    one = xyz.Harvester(fn, tmp_path / "data.h5", chunks={})
    with pytest.warns(LabelWarning) as told:
        one.harvest_combos({"a": [0.1 + 0.2], "b": [2]})
    assert len(told) == 1
    assert one.full_ds is not None
    assert one.full_ds["a"].values.tolist() == [0.1, 0.3]


def test_what_is_known_of_each_case_is_told_in_chunks(tmp_path: Path) -> None:
    """States, times and what is stale are dask arrays too, and a plan knows what is stored."""
    path = tmp_path / "data.h5"
    sums(path, n=10)
    one = xyz.Harvester(xyz.Runner(lambda a, b: a + b / 128 + 0, "y", verbosity=0), path, chunks={"a": 3})
    assert one.status.chunks == one.timings.chunks == ((3, 3, 3, 1), (10,))
    assert int((one.status == 1).sum()) == int(one.stale.sum()) == 91
    preview = one.plan({"a": [0, 9, 10], "b": [9, 0]}, missing_only=True)
    assert (preview.stale, preview.new, len(preview.plan)) == (3, 3, 3)
    one.harvest_combos({"a": [9], "b": [0]}, stale=True, overwrite=True)
    assert int(one.stale.sum()) == 90


@pytest.mark.parametrize(
    ("value", "suffix"), [("100.0 * w + a", "h5"), ("100 * w + a", "h5"), ("100.0 * w + a", "zarr")]
)
def test_processes_share_a_file_that_none_of_them_loads(value: str, suffix: str, tmp_path: Path) -> None:
    """Processes that fill and extend one file at the same time, each in windows of its own, lose nothing of it."""
    code = f"""
import sys, xyzpy_widgets as xyz
one = xyz.Harvester(xyz.Runner(lambda a, w: {value}, "out", verbosity=0), sys.argv[1], chunks={{"a": 3}})
for a in range(5):
    one.harvest_combos({{"a": [a], "w": [int(sys.argv[2])]}})
    one.harvest_combos({{"a": [3 * a % 5], "w": [0, 1]}}, missing_only=True)
"""
    path = tmp_path / f"data.{suffix}"
    started = [subprocess.Popen([sys.executable, "-c", code, str(path), str(writer)]) for writer in range(2)]
    assert [process.wait() for process in started] == [0, 0]
    stored = xyz.load_ds(path)["out"].transpose("a", "w")
    assert np.array_equal(stored.astype(float), np.add.outer(range(5), 100 * np.arange(2)))


def test_a_writer_that_comes_between_two_looks_costs_no_harvest(tmp_path: Path) -> None:
    """Where the file is extended and filled after it was looked at, before cells are read, it is looked at again."""
    path = tmp_path / "data.h5"
    runner = xyz.Runner(lambda a, b: a + b / 128, "y", verbosity=0)
    other = xyz.Harvester(runner, path)
    other.harvest_combos({"a": range(10), "b": range(5)})
    other.harvest_combos({"a": [10], "b": [0, 1]})

    def late(a: int, b: int) -> float:
        other.harvest_combos({"a": [10], "b": [2]})  # so that the file is looked at again after the run
        return a + b / 128

    one = xyz.Harvester(xyz.Runner(late, "y", verbosity=0), path, chunks={})
    archive = one._archive  # noqa: SLF001 - the moment in between is nowhere else
    refresh, left = archive.refresh, [{"a": [11], "b": [0]}, {"a": [10], "b": [3]}]

    def followed() -> None:
        refresh()
        if archive._held:  # noqa: SLF001
            return
        while left and one.last_ds is not None:
            version = path.stat().st_ino
            other.harvest_combos(left.pop(0))
            assert path.stat().st_ino == version

    archive.refresh = followed  # type: ignore[method-assign]
    one.harvest_combos({"a": [10], "b": [4]})
    assert not left
    found = xyz.load_ds(path)["y"]
    assert found.sel(a=10).values.tolist()[3:] == [10 + 3 / 128, 10 + 4 / 128]
    assert found.sel(a=11, b=0).item() == 11


def written_by_xarray(data: xr.Dataset, path: Path, encoding: Any = None) -> None:
    """Write a dataset as another program does."""
    if path.suffix == ".zarr":
        data.to_zarr(path, encoding=encoding, zarr_format=2, consolidated=False)
    else:
        data.to_netcdf(path, encoding=encoding)


def labelled(a: int, b: int) -> str:
    """Return text."""
    return f"{a}-{b}"


@pytest.mark.parametrize("name", ["number.h5", "number.zarr", "text.h5", "text.zarr", "other.h5", "other.zarr"])
def test_arrays_that_somebody_holds_are_right_or_refused(name: str, tmp_path: Path) -> None:
    """What was asked for before another version of the same shape took its place is not read from that one."""
    path, kind = tmp_path / name, name.partition(".")[0]
    fn: Callable[[int, int], Any] = labelled if kind == "text" else lambda a, b: a + b / 128
    first = xyz.Harvester(xyz.Runner(fn, "y", verbosity=0), path)
    first.harvest_combos({"a": range(0, 20, 2), "b": range(3)})
    before = xyz.load_ds(path)
    if kind == "other":
        first.delete_ds()
        written_by_xarray(before, path)
    held = xyz.load_ds(path, chunks={"a": 2})
    one = xyz.Harvester(first.runner, path, chunks={"a": 2}, history_bytes=0)
    early = one.full_ds
    assert early is not None
    one.drop_sel(a=[0])
    one.harvest_combos({"a": [7], "b": range(3)})
    for each in (held, early):
        if name in {"number.h5", "text.h5", "text.zarr"}:
            assert np.array_equal(each["y"], before["y"])
        else:
            with pytest.raises(StoreError, match="open it again"):
                each["y"].load()
    assert one.full_ds is not None
    assert one.full_ds["y"].sel(a=7, b=2).load().item() == fn(7, 2)


@pytest.mark.parametrize("name", ["int.h5", "real.zarr", "int.zarr"])
def test_a_process_that_dies_while_it_writes_loses_nothing(name: str, tmp_path: Path) -> None:
    """A file that is written anew part by part is the old one until it is the new one, and the results are kept."""
    path = tmp_path / name
    code = """
import os, sys
from pathlib import Path
import xyzpy_widgets as xyz
from xyzpy_widgets.store.streamed import Streamed
parts, left = Streamed.parts, [3]
def dying(self, first=0):
    for part in parts(self, first):
        left[0] -= 1
        if left[0] == 0:
            os._exit(9)
        yield part
fn = (lambda a, b: 10 * a + b) if "int" in sys.argv[1] else (lambda a, b: a + b / 128)
one = xyz.Harvester(xyz.Runner(fn, "y", verbosity=0), sys.argv[1], chunks={"a": 2})
one.harvest_combos({"a": range(4), "b": range(3)})
one.harvest_combos({"a": [4], "b": [0]})
Streamed.parts = dying
one.harvest_combos({"a": [-1], "b": [1]})
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code, str(path)], check=False)
    assert done.returncode == 9
    assert xyz.load_ds(path)["a"].values.tolist() == [0, 1, 2, 3, 4]
    fn: Callable[[int, int], float] = (lambda a, b: 10 * a + b) if "int" in name else lambda a, b: a + b / 128
    one = xyz.Harvester(xyz.Runner(fn, "y", verbosity=0), path, chunks={"a": 2})
    assert one.full_ds is not None
    assert one.full_ds["y"].sel(a=-1, b=1).load().item() == fn(-1, 1)
    one.harvest_combos({"a": ..., "b": ...}, missing_only=True)
    found = xyz.load_ds(path)["y"]
    assert found.dtype == (int if "int" in name else float)
    assert found.values.tolist() == [[fn(a, b) for b in range(3)] for a in range(-1, 5)]


def test_a_damaged_chunk_goes_into_no_other_folder(tmp_path: Path) -> None:
    """Damage to a folder is found by what touches it, and nothing is written."""
    path = tmp_path / "data.zarr"
    sums(path)
    one = sums(path, chunks={"a": 1})
    (chunk,) = path.glob("y/[0-9]*")
    chunk.unlink()  # which zarr takes for a chunk of missing values
    with pytest.raises(DamageError, match="'y' does not match its checksum"):
        one.harvest_combos({"a": [99], "b": [0]})
    assert not chunk.exists()
    with pytest.raises(DamageError, match="recover"):
        xyz.load_ds(path, chunks={})["y"].load()
    one.delete_ds()


HOLE = xr.DataArray(np.add.outer(np.arange(6), np.arange(4)) == 3, dims=("a", "b"))
OTHERS: dict[str, Callable[[xr.Dataset], xr.Dataset]] = {
    "real": lambda data: data,
    "holes": lambda data: data.where(~HOLE),
    "packed": lambda data: data.where(~HOLE),
    "int": lambda data: (4 * data).astype(int),
    "text": lambda data: data.astype(str),
    "two": lambda data: data.assign(z=data["y"]).where(~HOLE),
    "unlike": lambda data: data.assign(z=data["y"].where(~HOLE)),
    "turned": lambda data: data.transpose("b", "a"),
}


@pytest.mark.parametrize("name", ["other.h5", "other.nc", "other.zarr"])
@pytest.mark.parametrize("kind", OTHERS)
def test_files_of_other_programs_grow_as_without_chunks(kind: str, name: str, tmp_path: Path) -> None:
    """Whatever xarray has written, with fill values, compression and in any order, the same comes of it."""
    a, b = np.arange(6), np.arange(4)
    data = OTHERS[kind](xr.Dataset({"y": (("a", "b"), a[:, None] + b / 4)}, {"a": a, "b": b}))
    encoding = {"y": {"dtype": "i2", "scale_factor": 0.25, "_FillValue": -9}} if kind == "packed" else {}
    paths = [tmp_path / f"{one}-{name}" for one in ("plain", "lazy")]
    for path in paths:
        written_by_xarray(data, path, encoding)
    types = [one.dtype.type for one in data.data_vars.values()]

    def made(a: int, b: int) -> Any:
        found = [one(a + b) for one in types]
        return found if len(found) > 1 else found[0]

    fn = xyz.Runner(made, tuple(map(str, data.data_vars)), verbosity=0)
    plain, lazy = (xyz.Harvester(fn, path, chunks=chunks) for path, chunks in zip(paths, (None, {"a": 2}), strict=True))
    for combos in ({}, {"a": [2, 9], "b": [1]}, {"a": [3], "b": [0, 2]}):
        for one in (plain, lazy) if combos else ():
            one.harvest_combos(combos, missing_only=True)
        full, found = plain.full_ds, lazy.full_ds
        assert full is not None
        assert found is not None
        listed = {name: found.coords[name] for name in full.coords}  # a folder lists them in any order
        assert_exact(full, xr.Dataset({name: found[name].variable for name in full.data_vars}, listed, found.attrs))
        assert plain.status.equals(lazy.status.load())


@pytest.mark.parametrize("chunks", [None, {"a": 2}])
def test_failures_go_with_the_cases_that_are_dropped(chunks: Any, tmp_path: Path) -> None:
    """What failed is told of the labels that are there, also of those that a new dimension names."""

    def fn(a: int, b: int) -> int:
        if a < b:
            raise ValueError("below")
        return a

    one = xyz.Harvester(xyz.Runner(fn, "y", verbosity=0, on_error="continue"), tmp_path / "data.h5", chunks=chunks)
    one.harvest_combos({"a": [1, 2, 3], "b": [2, 3]})
    one.drop_sel(a=[1])
    assert one.failures[["a", "b"]].to_numpy().tolist() == [[2, 3]]
    one.expand_dims("c", 7)
    assert one.failures[["c", "a", "b"]].to_numpy().tolist() == [[7, 2, 3]]


@pytest.mark.parametrize("chunks", [None, {"a": 2}])
def test_an_argument_that_is_left_out_is_named(chunks: Any, tmp_path: Path) -> None:
    """A harvest of what is missing that does not say a dimension ends before anything runs, with what to write."""
    one = xyz.Harvester(xyz.Runner(lambda a, b: a, "y", verbosity=0), tmp_path / "data.h5", chunks=chunks)
    one.harvest_combos({"a": [1], "b": [2]})
    one.expand_dims("c", 7)
    with pytest.raises(MergeError, match="no dimension 'c'; sweep over it too"):
        one.harvest_combos({"a": [1, 2], "b": [2]}, missing_only=True)
    with pytest.raises(MergeError, match="no dimension 'c'"):
        one.plan({"a": [1, 2], "b": [2]})
