"""What keeping results costs, beside xyzpy in the same run: ``python benchmarks/store.py [--quick] [folder]``.

It prints a table in Markdown, line by line, and takes some minutes; the folder is where the files are made. Each bar is
a ratio of two times that are measured in turns, each the least of several, so that a busy machine weighs on both; what
is timed follows a call of the same kind, so that neither pays for what the other left in the processor's caches. xyzpy
neither syncs its file nor writes anything before the last case is over; here every harvest is on the disk when it
returns. A file that grows is written anew after each quarter of growth, and what is timed is what lies in between.
What says "harvest" calls the function too, through the runner of each; what says "adding" is `add_ds` of cases that
are computed already, on both sides, which is what the store alone takes.
Needs the optional dependencies ``benchmarks``. The bars that are promises rather than times are tests, which are named
at the end, and a floor is no bar but what no store goes below.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import xyzpy

import xyzpy_widgets as xyz
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.labelling.grid import Grid
from xyzpy_widgets.labelling.ledger import with_inferred_ledger
from xyzpy_widgets.store.frames import Record, scan
from xyzpy_widgets.store.netcdf import NetCDFStore
from xyzpy_widgets.store.segment import Segment

K = 100  # points per harvest, one row
TESTS = (
    ("B7", "a slow disk costs no more", "tests/test_store_journal.py"),
    (
        "B10",
        "killed at every call and in every write",
        "tests/test_store_kills.py tests/test_store_{inplace,extending}.py",
    ),
    ("B11, B12", "several writers, readers, full disks", "tests/test_survival.py tests/test_store_inplace.py"),
    ("B13", "every type, label and attribute", "tests/test_store_exact.py tests/test_store_datasets.py"),
    ("B14", "flipped bits", "tests/test_store_damage.py tests/test_store_inplace.py"),
)


def fn(a: float, b: float) -> float:
    """Return a number at once."""
    return a + 0.001 * b


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, the ratio of the two times (ours, the other), and the ratio that is wanted."""

    name: str
    what: str
    measured: float
    wanted: float
    at_least: bool = False
    times: tuple[float, float] | None = None

    @classmethod
    def faster(cls, name: str, what: str, times: Sequence[float], wanted: float) -> Bar:
        """Say how much faster we are, at the least as much as is wanted."""
        ours, theirs = times
        return cls(name, what, theirs / ours, wanted, at_least=True, times=(ours, theirs))

    @classmethod
    def of(cls, name: str, what: str, times: Sequence[float], wanted: float) -> Bar:
        """Say what part of the other's time ours is, at the most as much as is wanted."""
        ours, theirs = times
        return cls(name, what, ours / theirs, wanted, times=(ours, theirs))

    @property
    def kept(self) -> bool:
        """Whether it is kept."""
        return self.measured >= self.wanted if self.at_least else self.measured <= self.wanted

    def __str__(self) -> str:
        """Tell it in a line of the table."""
        sign, told = "≥" if self.at_least else "≤", "kept" if self.kept else "**missed**"
        if self.wanted == float("inf"):
            sign = told = ""
        ours, other = ("", "") if self.times is None else (f"{1e3 * one:.3g} ms" for one in self.times)
        ratio = f"{self.measured:.3g} | {f'{sign} {self.wanted:g}' if sign else ''}"
        return f"| {self.name} | {self.what} | {ours} | {other} | {ratio} | {told} |"


def least(*works: Callable[[], object], rounds: int = 7) -> list[float]:
    """Return the least time that each of some works takes, in seconds, measured in turns, each right after another."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            work()
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


def full(n: int, holes: int) -> xr.Dataset:
    """Return a grid of n points in rows of K, of which some rows in the middle are not there yet."""
    a, b = np.arange(max(n // K, holes + 2)), np.arange(K)
    y = a[:, None] + 0.001 * b
    y[1 : 1 + holes] = np.nan
    return xr.Dataset({"y": (("a", "b"), y)}, {"a": a, "b": b})


@contextmanager
def place(root: Path) -> Iterator[Path]:
    """Give a folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def harvesters(folder: Path, data: xr.Dataset) -> tuple[xyz.Harvester, xyzpy.Harvester]:
    """Return a harvester of ours and one of xyzpy's, each with the data in its file."""
    ours = xyz.Harvester(xyz.Runner(fn, "y", verbosity=0), folder / "ours.h5")
    theirs = xyzpy.Harvester(xyzpy.Runner(fn, "y"), str(folder / "theirs.h5"))
    ours.add_ds(data)
    theirs.add_ds(data)
    return ours, theirs


class Rows:
    """Harvests row after row, with both; each call takes the next one."""

    def __init__(self, first: int, columns: int = K, *, sync: bool = True) -> None:
        self._next = {"ours": first, "theirs": first}
        self._b = list(range(columns))
        self._sync = sync

    def ours(self, harvester: xyz.Harvester) -> None:
        """Harvest the next row."""
        harvester.harvest_combos({"a": [self._next["ours"]], "b": self._b}, sync=self._sync)
        self._next["ours"] += 1

    def theirs(self, harvester: xyzpy.Harvester) -> None:
        """Harvest the next row with xyzpy, which asks for a bar to be silenced."""
        harvester.harvest_combos({"a": [self._next["theirs"]], "b": self._b}, verbosity=0)
        self._next["theirs"] += 1


def compared(root: Path, n: int, first: int, columns: int = K, *, sync: bool = True) -> tuple[float, float]:
    """Return what a harvest takes with both; ``first`` is 1 to fill holes, and beyond the end to extend."""
    rounds = 7
    with place(root) as folder:
        ours, theirs = harvesters(folder, full(n, 2 * rounds))
        rows = Rows(first, columns, sync=sync)
        found = least(partial(rows.ours, ours), partial(rows.theirs, theirs), rounds=rounds)
        if not sync:
            ours.harvest_combos({"a": [0], "b": [0]})
        stored, same = xyz.load_ds(folder / "ours.h5"), xyzpy.load_ds(str(folder / "theirs.h5"))
        np.testing.assert_array_equal(stored["y"], same["y"].transpose("a", "b"))
    return found[0], found[1]


def added(root: Path, columns: int = K, *, sync: bool = True) -> tuple[float, float]:
    """Return what it takes to add computed cases where there are none, with both, at 1e6."""
    rounds, whole = 15, full(10**6, 0)
    with place(root) as folder:
        ours, theirs = harvesters(folder, full(10**6, 2 * rounds))
        rows = [whole.isel(a=[1 + i], b=slice(columns)) for i in range(2 * rounds)]
        mine, other = iter(rows), iter(rows)
        found = least(lambda: ours.add_ds(next(mine), sync=sync), lambda: theirs.add_ds(next(other)), rounds=rounds)
        ours.harvest_combos({"a": [0], "b": [0]})
        stored, same = xyz.load_ds(folder / "ours.h5"), xyzpy.load_ds(str(folder / "theirs.h5"))
        np.testing.assert_array_equal(stored["y"], same["y"].transpose("a", "b"))
    return found[0], found[1]


def merging(top: int) -> Iterator[Bar]:
    """B1: in memory."""
    times = {n: _merged(n) for n in sorted({10**5, 10**6, top})}
    alone, both = (times[10**6][0], times[10**6][1]), (times[10**6][0], times[10**6][2])
    yield Bar.faster("B1", "merging 100 cases and their ledger at 1e6, times faster than xr.merge", both, 200)
    yield Bar.faster("B1", "the same, than xr.merge of the values without a ledger", alone, 200)
    yield Bar.of("B1", f"merging 100 cases, {top:.0e} against 1e5", (times[top][0], times[10**5][0]), 2)


def _merged(n: int) -> list[float]:
    """Return what it takes to put a row into a grid, and to merge it with xarray: its values, and these and the ledger.

    The ledger is what is known of each case: its state, seconds, end, tries, version and host.
    """
    rounds, args = 15, ("a", "b")
    data, whole = with_inferred_ledger(full(n, 2 * rounds + 1), args), full(n, 0)
    grid = Grid(data.copy())
    new = [with_inferred_ledger(whole.isel(a=[1 + i]), args) for i in range(2 * rounds + 1)]
    rows, row = iter(new), new[0]
    grid.put(next(rows))
    merge = partial(xr.merge, join="outer", compat="no_conflicts", combine_attrs="override")
    values = [one.data for one in (data, row)]
    known = [one.ledger.where(one.ledger["status"] != Status.MISSING) for one in (data, row)]  # null where it is not
    return least(
        lambda: grid.put(next(rows)), lambda: merge(values), lambda: (merge(values), merge(known)), rounds=rounds
    )


def journal(root: Path) -> Iterator[Bar]:
    """B2 and B8: records."""
    with place(root) as folder, Segment.create(folder / "journal") as segment:
        record = {"args": [[1], [2]], "values": [0.5], "seconds": np.zeros(1, np.float32), "failures": []}
        descriptor = os.open(folder / "raw", os.O_CREAT | os.O_WRONLY)

        def sync_one() -> None:
            os.write(descriptor, bytes(48))
            os.fdatasync(descriptor)

        def append() -> None:
            for _ in range(1000):
                segment.append(record)

        appended, synced = least(append, sync_one)
        yield Bar.of("B2", "a record in the journal, of an fdatasync", (appended / 1000, synced), 0.1)
        batch = {**record, "args": [[1] * K, list(range(K))], "values": [0.5] * K, "seconds": np.zeros(K, np.float32)}

        def keep() -> None:
            segment.append(batch)
            segment.sync()

        def keep_raw() -> None:
            os.write(descriptor, bytes(850))
            os.fdatasync(descriptor)

        kept = least(keep, keep_raw, rounds=50)
        yield Bar.of("B3", "100 results in the journal and on the disk, of writing and syncing them", kept, 1.75)
        while segment.size < 10**5 * 60:
            append()
        segment.sync()
        blobs = [one.value for one in scan(segment.path) if isinstance(one, Record)]
        from xyzpy_widgets.store.packing import pack, unpack

        base = sqlite3.connect(folder / "base")
        base.execute("CREATE TABLE blobs (content BLOB)")
        base.executemany("INSERT INTO blobs VALUES (?)", ((pack(one),) for one in blobs))
        base.commit()
        read, queried = least(
            lambda: sum(isinstance(one, Record) for one in scan(segment.path)),
            lambda: sum(bool(unpack(one)) for (one,) in base.execute("SELECT content FROM blobs")),
            rounds=3,
        )
        base.close()
        os.close(descriptor)
        yield Bar.of("B8", f"reading {len(blobs):.0e} records, of sqlite reading the same", (read, queried), 4)


def harvests(root: Path, top: int) -> Iterator[Bar]:
    """B3, B4 and B6: whole harvests."""
    fills = {}
    for n, wanted in {10**3: 4.0, 10**5: 4.0, 10**6: 15.0, top: 15.0}.items():
        times = compared(root, n, 1)
        fills[n] = times[0]
        yield Bar.faster(
            "B4", f"a harvest of 100 cases at {n:.0e}, file current, times faster than xyzpy", times, wanted
        )
        if n == 10**6:
            yield Bar.faster(
                "B4", "adding 100 cases at 1e6, file current, times faster than xyzpy", added(root), wanted
            )
    yield Bar.of("B4", f"a harvest of 100 cases, {top:.0e} against 1e5", (fills[top], fills[10**5]), 2)
    for n, wanted in ((10**3, 4), (10**5, 4), (10**6, 2)):
        times = compared(root, n, max(n // K, 16))
        yield Bar.faster(
            "B4", f"a harvest that extends by 100 at {n:.0e}, file current, times faster than xyzpy", times, wanted
        )
    for columns, wanted in ((K, 10), (1, 50)):
        what = f"{columns} case{'s' * (columns > 1)} at 1e6, file later, times faster than xyzpy"
        times = compared(root, 10**6, 1, columns, sync=False)
        yield Bar.faster("B6", f"a harvest of {what}", times, wanted)
        times = added(root, columns, sync=False)
        yield Bar.faster("B6", f"adding {what}", times, wanted)
        if columns == K:
            yield Bar.faster("B3", f"adding {what} (durable in the journal)", times, 40)


def floors(root: Path) -> Iterator[Bar]:
    """What nothing can go below that runs the same cases here and brings them to the same disk, in the same run."""
    with place(root) as folder:
        runner, b = xyz.Runner(fn, "y", verbosity=0), list(range(K))
        other = xyzpy.Runner(fn, "y")
        for columns in (b, b[:1]):
            times = least(
                lambda columns=columns: runner.run_combos({"a": [1], "b": columns}),
                lambda columns=columns: other.run_combos({"a": [1], "b": columns}, verbosity=0),
            )
            what = f"running {len(columns)} case{'s' * (len(columns) > 1)} and keeping nothing, of xyzpy"
            yield Bar.of("floor", what, times, float("inf"))
        descriptor = os.open(folder / "raw", os.O_CREAT | os.O_WRONLY)

        def synced(size: int) -> None:
            os.pwrite(descriptor, bytes(size), 0)
            os.fdatasync(descriptor)

        os.write(descriptor, bytes(2**23))
        times = least(lambda: synced(850), lambda: synced(2**23))
        yield Bar.of("floor", "writing and syncing 850 bytes, of 8 MiB", times, float("inf"))
        os.close(descriptor)


def writing(root: Path) -> Iterator[Bar]:
    """B5: the whole file, against writing as many raw bytes."""
    for n, wanted in ((10**6, 2.0), (10**7, 1.5)):
        with place(root) as folder:
            times = _written(folder, n)
        yield Bar.of("B5", f"the whole file at {n:.0e}, of writing and syncing its bytes", times, wanted)


def _written(folder: Path, n: int) -> list[float]:
    """Return what it takes to write the whole file, and as many bytes."""
    labelled = with_inferred_ledger(full(n, 0), ("a", "b"))
    store = NetCDFStore.named(folder / "ours.h5")
    store.write(labelled.data, labelled.ledger)
    raw = store.path.read_bytes()

    def write_raw() -> None:
        with (folder / "raw").open("wb") as file:
            file.write(raw)
            os.fsync(file.fileno())

    return least(lambda: store.write(labelled.data, labelled.ledger), write_raw, rounds=5)


MEMORY = """
import sys, numpy as np
sys.path.insert(0, sys.argv[1])
from benchmarks.store import K, full
import xyzpy_widgets as xyz
from benchmarks.store import fn

def held(name):
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith(name))

harvester = xyz.Harvester(xyz.Runner(fn, "y", verbosity=0), sys.argv[2])
if sys.argv[3] == "make":
    harvester.add_ds(full(10**7, 4))
else:
    size = sum(one.nbytes for part in (harvester._archive.current().data, harvester._archive.current().ledger)
               for one in part.data_vars.values())
    with open("/proc/self/clear_refs", "w") as file:  # the peak begins anew at what is held now
        file.write("5")
    before = held("VmRSS")
    harvester.harvest_combos({"a": [1 if sys.argv[3] == "fill" else 10**7 // K], "b": list(range(K))})
    after = held("VmHWM")
    sys.stdout.write(str((after - before) / size))
"""


def memory(root: Path) -> Iterator[Bar]:
    """B9: the peak of a harvest in a fresh process, beyond what holds the data and what is known of each case.

    Linux alone lets a process begin its peak anew, so it is measured there alone.
    """
    if not Path("/proc/self/clear_refs").exists():
        return
    with place(root) as folder:
        for what, wanted in (("make", 0.0), ("fill", 1.25), ("extend", 2.5)):
            command = [sys.executable, "-c", MEMORY, str(Path(__file__).parents[1]), str(folder / "data.h5"), what]
            told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
            if wanted:
                yield Bar("B9", f"more memory at the peak, of the data: {what}", float(told), wanted)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--quick", action="store_true", help="leave out what needs 1e7 points")
    given: Any = parser.parse_args()
    top = 10**6 if given.quick else 10**7
    parts = [merging(top), journal(given.folder), harvests(given.folder, top), floors(given.folder)]
    parts += [] if given.quick else [writing(given.folder), memory(given.folder)]
    sys.stdout.write("| bar | of what | ours | the other | measured | wanted | |\n|---|---|---|---|---|---|---|\n")
    for part in parts:
        for bar in part:
            sys.stdout.write(f"{bar}\n")
            sys.stdout.flush()
    for name, what, where in TESTS:
        sys.stdout.write(f"| {name} | {what} | | | `pytest {where}` | | |\n")


if __name__ == "__main__":
    main()
