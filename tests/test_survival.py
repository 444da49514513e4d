"""What was finished is never missing: killed runs, several writers, full disks, conflicts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import xyzpy_widgets as xyz
from xyzpy_widgets.core.labels import label_key
from xyzpy_widgets.errors import ConflictError, EncodingError, FormatError, MergeError, RecoveryWarning, StoreError
from xyzpy_widgets.labelling import grid
from xyzpy_widgets.store.frames import Record, scan

RUN = """
import sys, xyzpy_widgets as xyz
def fn(a, b):
    print(f"{a} {b}", flush=True)
    return a + 10 * b
def told(a, b):
    return {"out": fn(a, b)}
"""
HARVEST = RUN + "xyz.Harvester(xyz.Runner(fn, 'out', verbosity=0), sys.argv[1]).harvest_combos({combos})\n"
SAMPLE = RUN + "xyz.Sampler(xyz.Runner(fn, 'out', verbosity=0), sys.argv[1], seed=1).sample_combos({n}, {combos})\n"


def killed_after(code: str, name: Path, calls: int) -> list[tuple[int, int]]:
    """Run code in a process, kill it within so many calls, and return those before, which were over by then."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code, str(name)], text=True, bufsize=1, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        begun: list[tuple[int, int]] = []
        for line in process.stdout:
            a, b = line.split()
            begun.append((int(a), int(b)))
            if len(begun) == calls:
                process.send_signal(signal.SIGKILL)
            else:
                process.stdin.write("go on\n")
    assert len(begun) == calls
    return begun[:-1]


def slowly(code: str) -> str:
    """Return the code with calls that are batches of their own, as long as they take, and end when they are told to."""
    return code.replace("return a + 10 * b", "import time; time.sleep(0.03); sys.stdin.readline(); return a + 10 * b")


@pytest.mark.parametrize("calls", [2, 5, 9])
def test_a_killed_harvest_keeps_every_case_that_was_over(calls: int, tmp_path: Path) -> None:
    """After SIGKILL in the middle of a harvest, the next harvester finds what was finished, and runs only the rest."""
    combos = "{'a': range(4), 'b': range(3)}"
    over = killed_after(slowly(HARVEST.replace("{combos}", combos)), tmp_path / "data.h5", calls)
    ran: list[tuple[int, int]] = []

    def fn(a: int, b: int) -> int:
        ran.append((a, b))
        return a + 10 * b

    harvester = xyz.Harvester(xyz.Runner(fn, "out", verbosity=0), tmp_path / "data.h5")
    full = harvester.full_ds
    assert full is not None
    for a, b in over:
        assert full["out"].sel(a=a, b=b).item() == a + 10 * b
    harvester.harvest_combos({"a": range(4), "b": range(3)}, missing_only=True)
    assert not set(over) & set(ran)
    assert len(ran) == 12 - len(over)
    stored = xyz.load_ds(tmp_path / "data.h5")["out"]
    assert np.array_equal(stored.transpose("a", "b"), np.add.outer(range(4), 10 * np.arange(3)))
    assert not (tmp_path / "data.h5.journal").exists()


def test_a_killed_sampler_keeps_every_row_that_was_over(tmp_path: Path) -> None:
    """After SIGKILL in the middle of sampling, the finished rows are in the table, each once."""
    code = slowly(SAMPLE.replace("{n}", "20").replace("{combos}", "{'a': range(100), 'b': range(100)}"))
    over = killed_after(code, tmp_path / "table.pkl", 6)
    sampler = xyz.Sampler(xyz.Runner(lambda a, b: a + 10 * b, "out", verbosity=0), tmp_path / "table.pkl")
    full = sampler.full_df
    assert full is not None
    assert list(zip(full["a"], full["b"], strict=True)) == over
    assert full["out"].tolist() == [a + 10 * b for a, b in over]
    sampler.sample_combos(1, {"a": [7], "b": [8]})
    sampler.sample_combos(1, {"a": [7], "b": [8]})
    assert len(xyz.load_df(tmp_path / "table.pkl")) == len(over) + 2


@pytest.mark.parametrize("moment", ["before", "after"])
def test_dying_around_the_write_repeats_no_row(moment: str, tmp_path: Path) -> None:
    """A process that dies just before or just after the table was written leaves each row once."""
    name = tmp_path / "table.pkl"
    xyz.save_df(pd.DataFrame({"a": [1], "out": [1]}), name)
    code = f"""
import os, sys, xyzpy_widgets as xyz
from xyzpy_widgets.store.table import TableStore
write = TableStore.write
def dying(self, frame, segments):
    if {moment!r} == "after":
        write(self, frame, segments)
    os._exit(9)
TableStore.write = dying
xyz.Sampler(xyz.Runner(lambda a: a, 'out', verbosity=0), sys.argv[1]).sample_combos(3, {{'a': [5]}})
"""
    assert subprocess.run([sys.executable, "-c", code, str(name)], check=False).returncode == 9
    sampler = xyz.Sampler(xyz.Runner(lambda a: a, "out", verbosity=0), name)
    assert sampler.full_df is not None
    assert sampler.full_df["a"].tolist() == [1, 5, 5, 5]
    sampler.sample_combos(1, {"a": [6]})
    assert xyz.load_df(name)["a"].tolist() == [1, 5, 5, 5, 6]
    assert not (tmp_path / "table.pkl.journal").exists()


def test_three_processes_lose_no_harvest(tmp_path: Path) -> None:
    """Three processes that harvest twenty times each into one file at the same time lose nothing."""
    code = """
import sys, xyzpy_widgets as xyz
harvester = xyz.Harvester(xyz.Runner(lambda a, w: 100 * w + a, 'out', verbosity=0), sys.argv[1])
for a in range(20):
    harvester.harvest_combos({'a': [a], 'w': [int(sys.argv[2])]})
"""
    name = tmp_path / "data.h5"
    started = [subprocess.Popen([sys.executable, "-c", code, str(name), str(writer)]) for writer in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    stored = xyz.load_ds(name)["out"].transpose("a", "w")
    assert np.array_equal(stored, np.add.outer(range(20), 100 * np.arange(3)))


def test_threads_with_harvesters_of_their_own_lose_no_harvest(tmp_path: Path) -> None:
    """Threads of one process are writers like any other."""

    def grow(writer: int) -> None:
        harvester = xyz.Harvester(xyz.Runner(lambda a, w: 100 * w + a, "out", verbosity=0), tmp_path / "data.h5")
        for a in range(5):
            harvester.harvest_combos({"a": [a], "w": [writer]})

    threads = [threading.Thread(target=grow, args=[writer]) for writer in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = xyz.load_ds(tmp_path / "data.h5")["out"].transpose("a", "w")
    assert np.array_equal(stored, np.add.outer(range(5), 100 * np.arange(3)))


def test_what_was_not_synced_survives_the_process(tmp_path: Path) -> None:
    """Results of sync=False stand in the journal, and the next process has them."""
    code = "import sys, xyzpy_widgets as xyz\n"
    code += "xyz.Harvester(xyz.Runner(lambda a: a, 'out', verbosity=0), sys.argv[1])"
    code += ".harvest_combos({'a': [1, 2]}, sync=False)\n"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "data.h5")], check=True)
    assert not (tmp_path / "data.h5").exists()
    harvester = xyz.Harvester(xyz.Runner(lambda a: a, "out", verbosity=0), tmp_path / "data.h5")
    harvester.harvest_combos({"a": [3]})
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values.tolist() == [1, 2, 3]


def test_a_recovered_run_keeps_attributes_types_and_states(tmp_path: Path) -> None:
    """What is replayed from the journal is what the run would have written: units, constants, types, failures."""
    code = """
import os, sys, numpy as np, xyzpy_widgets as xyz
def fn(a, k, size=3):
    if a == 2:
        raise ValueError('two')
    if a == 4:
        os._exit(9)
    return a * k, [a] * size, a > 0, None if a == 0 else 'x'
runner = xyz.Runner(fn, ['n', 'v', 'flag', 'text'], var_dims={'v': 'x'}, var_coords={'x': ['p', 'q', 'r']},
                    constants={'k': 2**60}, attrs={'title': 'study'}, var_attrs={'n': {'units': 'J'}},
                    arg_attrs={'a': {'long_name': 'amplitude'}}, verbosity=0, on_error='continue')
xyz.Harvester(runner, sys.argv[1]).harvest_combos({'a': range(5)})
"""
    name = tmp_path / "data.h5"
    assert subprocess.run([sys.executable, "-c", slow_first(code), str(name)], check=False).returncode == 9
    harvester = xyz.Harvester(xyz.Runner(lambda a, k, size=3: None, "n", constants={"k": 2**60}), name)
    full = harvester.full_ds
    assert full is not None
    assert full.attrs == {"title": "study", "k": 2**60}
    assert full["n"].attrs == {"units": "J"}
    assert full["a"].attrs == {"long_name": "amplitude"}
    assert full["n"].sel(a=3).item() == 3 * 2**60
    assert full["v"].sel(a=3, x="q").item() == 3
    assert full["flag"].sel(a=[0, 1, 3]).values.tolist() == [False, True, True]
    assert full["text"].sel(a=0).item() is None
    assert full["n"].isnull().sel(a=2).item()


def slow_first(code: str) -> str:
    """Return the code with its function slow, so that each case is a batch of its own."""
    return code.replace("    if a == 2:", "    import time; time.sleep(0.03)\n    if a == 2:", 1)


def test_a_cut_off_run_that_contradicts_the_file_is_set_aside(tmp_path: Path) -> None:
    """The file wins over what a dead process left with other values; that is kept, and said."""
    name = tmp_path / "data.h5"
    killed_after(slowly(HARVEST.replace("{combos}", "{'a': [1, 2, 3], 'b': [1]}")), name, 3)
    journal = tmp_path / "data.h5.journal"
    hidden = tmp_path / "hidden"
    journal.rename(hidden)
    harvester = xyz.Harvester(xyz.Runner(lambda a, b: -1, "out", verbosity=0), name)
    harvester.harvest_combos({"a": [1], "b": [1]})
    hidden.rename(journal)
    with pytest.warns(RecoveryWarning, match=r"(?s)contradicts .*data\.h5.*out\(a=1, b=1\): -1 -> 11"):
        full = harvester.full_ds
    assert full is not None
    assert full["out"].values.tolist() == [[-1], [12]]
    harvester.harvest_combos({"a": [9], "b": [1]})
    assert xyz.load_ds(name)["out"].values.tolist() == [[-1], [12], [-1]]
    assert list(journal.glob("*.conflict"))


def test_conflicting_results_are_kept_in_the_journal_too(tmp_path: Path) -> None:
    """After a ConflictError the new results are in last_ds, and in a file that the error names."""
    offset = 0
    harvester = xyz.Harvester(xyz.Runner(lambda a: a + offset, "out", verbosity=0), tmp_path / "data.h5")
    harvester.harvest_combos({"a": [1]})
    offset = 5
    with pytest.raises(ConflictError) as caught:
        harvester.harvest_combos({"a": [1]})
    (aside,) = (tmp_path / "data.h5.journal").glob("*.conflict")
    assert str(aside) in caught.value.__notes__[-1]
    assert harvester.full_ds is not None
    assert harvester.full_ds["out"].values.tolist() == [1]


@pytest.mark.parametrize("opened", ["before", "after"])
def test_a_cut_off_run_of_another_structure_is_set_aside(opened: str, tmp_path: Path) -> None:
    """What a dead process left that does not fit the file is said and kept, and keeps nobody from the file."""
    name, journal, hidden = tmp_path / "data.h5", tmp_path / "data.h5.journal", tmp_path / "hidden"
    killed_after(slowly(HARVEST.replace("{combos}", "{'a': [1, 2, 3], 'b': [1]}")), name, 3)
    journal.rename(hidden)
    harvester = xyz.Harvester(xyz.Runner(lambda a: a, "out", verbosity=0), name)
    harvester.harvest_combos({"a": [7]})
    hidden.rename(journal)
    if opened == "after":
        harvester = xyz.Harvester(xyz.Runner(lambda a: a, "out", verbosity=0), name)
    with pytest.warns(RecoveryWarning, match=r"(?s)does not go together with .*data\.h5.* kept in .*no dimension 'b'"):
        harvester.harvest_combos({"a": [8]})
    harvester.harvest_combos({"a": [9]})
    assert xyz.load_ds(name)["out"].values.tolist() == [7, 8, 9]
    (aside,) = journal.glob("*.conflict")
    batches = [one.value["values"] for one in scan(aside) if isinstance(one, Record) and "values" in one.value]
    assert [value for batch in batches for value in batch] == [11, 12]


def test_results_that_do_not_fit_any_more_are_kept_in_the_journal(tmp_path: Path) -> None:
    """When another changes the dimensions while a run is under way, its results stay, and the error says where."""
    name = tmp_path / "data.h5"
    other = xyz.Harvester(xyz.Runner(lambda a, b=0: a, "out", verbosity=0), name)

    def fn(a: int, b: int = 0) -> int:
        if a == 2:
            other.expand_dims("b", 0)
        return a

    harvester = xyz.Harvester(xyz.Runner(fn, "out", verbosity=0), name)
    harvester.harvest_combos({"a": [1]})
    with pytest.raises(MergeError, match="no dimension 'b'") as caught:
        harvester.harvest_combos({"a": [2]})
    harvester.harvest_combos({"a": [3], "b": [0]})
    assert xyz.load_ds(name)["out"].values.ravel().tolist() == [1, 3]
    (aside,) = (tmp_path / "data.h5.journal").glob("*.conflict")
    assert str(aside) in caught.value.__notes__[-1]


@pytest.mark.parametrize("what", ["add", "adopt"])
def test_what_is_cut_off_while_it_is_put_in_is_put_in_again(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt that falls into the merge leaves no half of it behind, and nothing of the journal is let go."""
    name = tmp_path / "data.h5"
    harvester = xyz.Harvester(xyz.Runner(lambda a, b: a + 10 * b, "out", verbosity=0), name)
    harvester.harvest_combos({"a": [1], "b": [1]})
    if what == "adopt":
        killed_after(slowly(HARVEST.replace("{combos}", "{'a': [2, 3], 'b': [1]}")), name, 2)
    new = xr.Dataset({"out": (("a", "b"), [[12]])}, {"a": [2], "b": [1]})
    with monkeypatch.context() as patch:
        for name_of_put in ("put", "put_new"):  # what takes note of the cases, once their values are there
            patch.setattr(grid, name_of_put, _interrupted)
        cut_off: Callable[[], object] = (
            (lambda: harvester.full_ds) if what == "adopt" else lambda: harvester.add_ds(new)
        )
        with pytest.raises(KeyboardInterrupt):
            cut_off()
    harvester.harvest_combos({"a": [4], "b": [1]})
    assert xyz.load_ds(name)["out"].values.tolist() == [[11], [12], [14]]
    harvester.undo()
    assert xyz.load_ds(name)["out"].values.tolist() == [[11], [12]]
    assert not (tmp_path / "data.h5.journal").exists()


def _interrupted(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("earlier", [False, True])
def test_results_that_meet_a_damaged_file_are_there_once_it_is_mended(tmp_path: Path, *, earlier: bool) -> None:
    """What was computed while another program broke the file goes into the one that is put back, by this process."""
    name, whole = tmp_path / "data.h5", b""

    def fn(a: int) -> int:
        if a == 2:
            name.write_bytes(whole[: len(whole) // 2])
        return 10 * a

    harvester = xyz.Harvester(xyz.Runner(fn, "out", verbosity=0), name)
    harvester.harvest_combos({"a": [0]})
    whole = name.read_bytes()
    if earlier:
        harvester.harvest_combos({"a": [1]}, sync=False)
    with pytest.raises(FormatError, match=r"data\.h5"):
        harvester.harvest_combos({"a": [2]})
    name.write_bytes(whole)
    full = harvester.full_ds
    assert full is not None
    assert full["out"].values.tolist() == ([0, 10, 20] if earlier else [0, 20])
    harvester.harvest_combos({"a": [3]})
    assert xyz.load_ds(name)["out"].sel(a=[2, 3]).values.tolist() == [20, 30]
    assert not name.with_name("data.h5.journal").exists()


def test_a_failing_write_keeps_the_results_for_the_next(tmp_path: Path) -> None:
    """When the file cannot be written after a run, the old one stays, and the results come with the next harvest."""
    name = tmp_path / "folder" / "data.h5"
    name.parent.mkdir()

    def fn(a: int) -> int:
        if a == 2:
            name.parent.rename(tmp_path / "moved")
        return a

    harvester = xyz.Harvester(xyz.Runner(fn, "out", verbosity=0), name)
    harvester.harvest_combos({"a": [1]})
    with pytest.raises(OSError, match="folder"):
        harvester.harvest_combos({"a": [2]})
    (tmp_path / "moved").rename(name.parent)
    assert xyz.load_ds(name)["out"].values.tolist() == [1]
    harvester.harvest_combos({"a": [3]})
    assert xyz.load_ds(name)["out"].values.tolist() == [1, 2, 3]


def test_a_forked_child_leaves_its_parents_journal_alone(tmp_path: Path) -> None:
    """A child that is forked in the middle of a harvest and exits takes nothing with it."""

    def fn(a: int) -> int:
        if a == 1:
            child = os.fork()
            if not child:
                os._exit(0)
            os.waitpid(child, 0)
        return a

    harvester = xyz.Harvester(xyz.Runner(fn, "out", verbosity=0), tmp_path / "data.h5")
    harvester.harvest_combos({"a": [0, 1, 2]})
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values.tolist() == [0, 1, 2]


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_a_forked_child_writes_no_row_of_its_parent(suffix: str, tmp_path: Path) -> None:
    """Rows that wait in a process are its own to write, so that each is in the table once; the child adds its own."""
    name = tmp_path / f"table.{suffix}"
    sampler = xyz.Sampler(xyz.Runner(lambda a: a, "out", verbosity=0), name)
    sampler.sample_combos(1, {"a": [1]})
    sampler.sample_combos(1, {"a": [2]}, sync=False)
    child = os.fork()
    if not child:
        try:
            sampler.sample_combos(1, {"a": [3]})
        finally:
            os._exit(int(sys.exc_info()[0] is not None))
    assert os.waitpid(child, 0)[1] == 0
    sampler.sample_combos(1, {"a": [4]})
    assert xyz.load_df(name)["a"].tolist() == [1, 3, 2, 4]
    assert not (tmp_path / f"{name.name}.journal").exists()


def test_a_child_that_goes_on_with_a_run_costs_nothing(tmp_path: Path) -> None:
    """A child that is forked in a case and does not end there is told whose journal it is, and can go on."""
    name, parent = tmp_path / "data.h5", os.getpid()
    children = []

    def fn(a: int) -> int:
        if a == 1:
            children.append(os.fork())
        return a

    harvester = xyz.Harvester(xyz.Runner(fn, "out", verbosity=0), name)
    said = whose = f"parent process {parent}"
    try:
        try:
            harvester.harvest_combos({"a": [0, 1, 2]})
        except StoreError as error:  # unless the journal was begun in the child
            said = str(error)
        if os.getpid() != parent:
            full = harvester.full_ds
            kept = full is not None and full["out"].sel(a=1).item() == 1
            os._exit(int(not kept or whose not in said))
    finally:
        if os.getpid() != parent:
            os._exit(2)
    assert os.waitpid(children[0], 0)[1] == 0
    assert xyz.load_ds(name)["out"].values.tolist() == [0, 1, 2]


def test_the_file_stays_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without a folder means the folder of that moment, whichever becomes the working one, in a case too."""
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)

    def fn(a: int) -> int:
        os.chdir(tmp_path / "other")
        return a

    runner = xyz.Runner(fn, "out", verbosity=0)
    harvester, sampler = xyz.Harvester(runner, "data.h5"), xyz.Sampler(runner, "table.csv")
    for a in (1, 2):
        harvester.harvest_combos({"a": [a]})
        sampler.sample_combos(1, {"a": [a]})
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values.tolist() == [1, 2]
    assert xyz.load_df(tmp_path / "table.csv")["a"].tolist() == [1, 2]
    assert harvester.data_name == str(tmp_path / "data.h5")
    assert "Sync file --> data.h5 [h5netcdf]" in repr(harvester)
    assert not list((tmp_path / "other").iterdir())


def test_all_names_of_a_file_share_its_journal(tmp_path: Path) -> None:
    """What a process left that knew the file by a link is found by one that knows its own name."""
    (tmp_path / "far").mkdir()
    link, name = tmp_path / "link.h5", tmp_path / "far" / "data.h5"
    link.symlink_to(name)
    killed_after(slowly(HARVEST.replace("{combos}", "{'a': [1, 2], 'b': [1]}")), link, 2)
    harvester = xyz.Harvester(xyz.Runner(lambda a, b: a + 10 * b, "out", verbosity=0), name)
    harvester.harvest_combos({"a": [1, 2], "b": [1]}, missing_only=True)
    assert xyz.load_ds(link)["out"].values.tolist() == [[11], [12]]
    assert link.is_symlink()
    assert not list(tmp_path.rglob("*.journal"))


def test_a_damaged_log_is_kept_and_said(tmp_path: Path) -> None:
    """A flipped bit in a log costs one batch at most; without its first record the log is set aside, never removed."""
    name, journal = tmp_path / "data.h5", tmp_path / "data.h5.journal"
    killed_after(slowly(HARVEST.replace("{combos}", "{'a': range(6), 'b': [1]}")), name, 5)
    (segment,) = journal.glob("*.log")
    whole = bytearray(segment.read_bytes())
    whole[-20] ^= 1
    segment.write_bytes(whole)
    fresh = xyz.Harvester(xyz.Runner(lambda a, b: a, "out", verbosity=0), name)
    with pytest.warns(RecoveryWarning, match="damaged bytes were passed over"):
        full = fresh.full_ds
    assert full is not None
    assert full["out"].values.ravel().tolist() == [10, 11, 12]
    whole[40] ^= 1
    segment.write_bytes(whole)
    fresh = xyz.Harvester(xyz.Runner(lambda a, b: a, "out", verbosity=0), name)
    with pytest.warns(RecoveryWarning) as said:
        assert fresh.full_ds is None
    assert any("cannot be taken up: the first record is damaged" in str(one.message) for one in said)
    assert list(journal.glob("*.damaged"))


class Pair(NamedTuple):
    """Two outputs with names of their own."""

    left: int
    right: str


class Level(IntEnum):
    """A number with a name."""

    HIGH = 7


class Mode(str, Enum):  # noqa: UP042 - str() of such a member, unlike that of a StrEnum, is not its value
    """A text with a name, as people wrote it before StrEnum."""

    FAST = "fast"


PLAIN_AT_HEART: dict[str, tuple[Any, Any]] = {
    "int": (Level.HIGH, 7),
    "str": (Mode.FAST, "fast"),
    "span": (pd.Timedelta(5, "ns"), np.timedelta64(5, "ns")),
    "nat": (pd.NaT, np.datetime64("NaT", "ns")),
    "float128": (np.longdouble(1) / 3, None),
    "zone": (pd.Timestamp("2020-01-01", tz="Europe/Paris"), None),
    "timedelta64": (np.timedelta64(5, "s"), np.timedelta64(5, "s")),
}
"""Values of classes of their own, and what they are; None where that is only described."""


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (role, kind)
        for role in ("default", "constant", "label", "result")
        for kind, (_, wanted) in PLAIN_AT_HEART.items()
        if wanted is not None or role in {"default", "constant"}
    ],
)
def test_values_of_classes_that_are_plain_at_heart_go_into_the_file(role: str, kind: str, tmp_path: Path) -> None:
    """Whatever a sweep is over, was made with or gives, it is told before anything runs, or it reaches the file."""
    value, wanted = PLAIN_AT_HEART[kind]

    def fn(a: int, k: Any = value if role == "default" else 0) -> Any:
        return [None, value][a] if role == "result" else a

    runner = xyz.Runner(fn, "out", constants={"k": value} if role == "constant" else {}, verbosity=0)
    combos = {"a": [0, 1]} | ({"k": [value]} if role == "label" else {})
    one, name = xyz.Harvester(runner, tmp_path / "data.h5"), tmp_path / "recovered.h5"
    one.harvest_combos(combos)
    child = os.fork()
    if not child:
        try:
            xyz.Harvester(runner, name).harvest_combos(combos, sync=False)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    for full in (one.full_ds, xyz.Harvester(runner, name).full_ds):
        assert full is not None
        xr.testing.assert_identical(full, xyz.load_ds(tmp_path / "data.h5"))
        found = {"label": full.get("k", full["a"])[-1], "result": full["out"][-1]}.get(role)
        if found is not None:
            assert label_key(found.values[()]) == label_key(wanted)
        if role == "constant":
            kept = full.attrs["k"]
            assert str(kept).startswith("<") if wanted is None else label_key(kept) == label_key(wanted)


class Odd(tuple[int, ...]):
    """What cannot even be looked at."""

    __slots__ = ()

    def __iter__(self) -> Iterator[int]:
        msg = "no"
        raise RuntimeError(msg)


def test_a_result_that_cannot_be_looked_at_costs_no_other(tmp_path: Path) -> None:
    """What a result raises when it is written down is the end of its own case, and of no other in its batch."""
    harvester = xyz.Harvester(
        xyz.Runner(lambda a: Odd((1,)) if a == 1 else a, "out", verbosity=0), tmp_path / "data.h5"
    )
    with pytest.raises(EncodingError, match="cannot be kept in a journal"):
        harvester.harvest_combos({"a": [0, 1]})
    assert xyz.load_ds(tmp_path / "data.h5")["out"].sel(a=0).item() == 0


def test_results_of_classes_that_are_plain_at_heart_are_kept(tmp_path: Path) -> None:
    """Named tuples, enumerations and dicts of other classes are what they hold, with a file as without."""
    for fn, names in (
        (lambda a: Pair(a, "x"), ["left", "right"]),
        (lambda a: OrderedDict(left=a, right="x"), None),
        (lambda a: (a, Level.HIGH), ["left", "right"]),
    ):
        runner = xyz.Runner(fn, names, verbosity=0)
        harvester = xyz.Harvester(runner, tmp_path / "data.h5")
        harvester.harvest_combos({"a": [1, 2]})
        assert harvester.full_ds is not None
        xr.testing.assert_equal(harvester.full_ds, runner.run_combos({"a": [1, 2]}))
        harvester.delete_ds()
