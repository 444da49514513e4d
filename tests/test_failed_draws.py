"""The failed draws of a Sampler: kept beside its table until each is a row, once, whoever dies and whenever."""

from __future__ import annotations

import subprocess
import sys
from enum import IntEnum
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import xyzpy_widgets as xyz
from tests.kill_points import WITHOUT_COMPILER, at_every_call
from xyzpy_widgets.errors import EncodingError, RecoveryWarning, SpaceError, StoreError
from xyzpy_widgets.store.frames import HEADER
from xyzpy_widgets.store.journal import segments
from xyzpy_widgets.store.segment import Segment
from xyzpy_widgets.store.table import TableStore

NAMES = ["table.csv", "table.json", "table.pkl", "table.parquet", "table.parquet/"]

DRAW = """
import itertools
import xyzpy_widgets as xyz
from xyzpy_widgets.store import table_parts

NAME = "table.csv"
table_parts._MANY = 3
broken = set()

def fn(a):
    if a in broken:
        raise ValueError(a)
    return a * a

def sampler(name):
    return xyz.Sampler(xyz.Runner(fn, "out", verbosity=0, on_error="continue"), name)

sampler(None).sample_combos(1, {"a": [0]})  # imports what it needs

def work(folder, acknowledge):
    numbers = itertools.count()
    draws = {"a": lambda: next(numbers)}
    one = sampler(f"{folder}/{NAME}")
    for fails, n, retry, sync in (
        ({0}, 1, False, True),
        ({1}, 2, True, False),
        ({1}, 0, True, True),
        (set(), 0, True, True),
    ):
        broken.clear()
        broken.update(fails)
        one.sample_combos(n, draws, retry_failed=retry, sync=sync)
        acknowledge(next(numbers))
        numbers = itertools.count(next(numbers) - 1)
"""


def sampler(name: Any, *broken: int) -> xyz.Sampler:
    """Return a sampler of squares, some of which fail; it draws what it is told."""

    def square(a: int) -> int:
        if a in broken:
            raise ValueError(a)
        return a * a

    return xyz.Sampler(xyz.Runner(square, "out", verbosity=0, on_error="continue"), name, {"a": [0]})


def drawn(one: xyz.Sampler, *values: int, **settings: Any) -> pd.DataFrame:
    """Draw just these values."""
    each = iter(values)
    return one.sample_combos(len(values), {"a": lambda: next(each)} if values else None, **settings)


def rows(one: xyz.Sampler) -> list[int]:
    """Return what is done, in order."""
    full = one.full_df
    return [] if full is None else full["a"].tolist()


def failed(one: xyz.Sampler) -> list[int]:
    """Return what failed, in order."""
    table = one.failures
    return table["a"].tolist() if len(table) else []


@pytest.mark.skipif(
    WITHOUT_COMPILER, reason="a C compiler on Linux makes the library that kills the program: install cc"
)
@pytest.mark.parametrize("kept", ["table.csv", "table.pkl", "table.parquet/"])
def test_a_draw_is_a_row_or_failed_wherever_its_process_dies(kept: str, tmp_path: Path) -> None:
    """Before each change of the disk and in the middle of each write: never both, never neither, never two rows."""
    trials = list(at_every_call(DRAW.replace("table.csv", kept), tmp_path))
    assert sum(trial.killed for trial in trials) > 60
    for trial in trials:
        name = f"{trial.folder}/{kept}"
        found = sampler(name)
        done, wrong = rows(found), failed(found)
        known = sorted([*done, *wrong])
        assert known == list(range(len(known))), (trial.what, done, wrong)
        assert len(known) >= max(trial.acknowledged, default=0), trial.what
        drawn(sampler(name), len(known), retry_failed=True)
        found = sampler(name)
        assert sorted(rows(found)) == [*known, len(known)], trial.what
        assert failed(found) == [], trial.what
        journal = Path(name).with_name(f"{Path(name).name}.journal")
        young = [one.path for one in segments(journal) if one.size < len(HEADER)]
        assert list(journal.glob("*")) == young, trial.what
        assert young or not Path(name).with_name(f"{Path(name).name}.failed").exists(), trial.what


class Level(IntEnum):
    """Something that draws are chosen from, and no file knows."""

    LOW = 1


RETRY = """
import sys, time
import xyzpy_widgets as xyz
from xyzpy_widgets.errors import SpaceError

def square(a):
    with open(sys.argv[2], "a") as called:
        called.write(f"{a}\\n")
    return a * a

one = xyz.Sampler(xyz.Runner(square, "out", verbosity=0), sys.argv[1], {"a": [0]})
print("ready", flush=True)
sys.stdin.readline()
while len(one.failures):
    try:
        one.sample_combos(0, retry_failed=[0])
    except SpaceError:  # the other was quicker
        continue
"""


@pytest.mark.parametrize("kept", NAMES)
def test_another_process_knows_what_failed(kept: str, tmp_path: Path) -> None:
    """Arguments, error, traceback, output and tries of failed draws are there after a restart, to be tried again."""
    code = f"""
import numpy as np, xyzpy_widgets as xyz
def fn(a, b):
    print("look", a)
    raise ValueError(f"no {{a}}")
one = xyz.Sampler(xyz.Runner(fn, "out", verbosity=0, on_error="continue", retries=1), {f"{tmp_path}/{kept}"!r})
one.sample_combos(2, {{"a": [np.float32(1.5)], "b": ["x"]}})
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not (tmp_path / kept).exists()
    one = xyz.Sampler(xyz.Runner(lambda a, b: a + len(b), "out", verbosity=0), f"{tmp_path}/{kept}")
    table = one.failures
    assert list(table.columns) == ["a", "b", "raised", "said", "place", "tries", "traceback", "output", "warnings"]
    assert table["raised"].tolist() == ["ValueError"] * 2
    assert table[["said", "tries", "output"]].to_numpy().tolist() == [["no 1.5", 2, "look 1.5\n"]] * 2
    assert all("raise ValueError" in text or "ValueError: no 1.5" in text for text in table["traceback"])
    assert table["a"].dtype == "float32"
    assert one.retry(0).result()["out"].tolist() == [2.5]
    assert len(one.failures) == 1
    assert one.sample_combos(0, retry_failed=True)["out"].tolist() == [2.5]
    assert one.failures.empty
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == [Path(kept).name]


def test_processes_that_try_again_at_once_share_the_draws(tmp_path: Path) -> None:
    """Each failed draw is called once more, whoever asks for it, and becomes one row."""
    name, called = tmp_path / "table.csv", tmp_path / "called"
    drawn(sampler(name, *range(30)), *range(30))
    command = [sys.executable, "-c", RETRY, str(name), str(called)]
    programs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        program.communicate()
    assert [program.returncode for program in programs] == [0, 0]
    assert sorted(map(int, called.read_text().split())) == list(range(30))
    assert sorted(xyz.load_df(name)["a"]) == list(range(30))


def test_what_waits_to_be_written_is_tried_by_nobody_else(tmp_path: Path) -> None:
    """A draw that is a row in the memory of one is not failed for another, who cannot see the row."""
    name = tmp_path / "table.csv"
    drawn(sampler(name, 1, 2), 1, 2)
    one, other = sampler(name, 2), sampler(name)
    drawn(one, retry_failed=True, sync=False)
    assert (rows(one), failed(one)) == ([1], [2])
    assert (rows(other), failed(other)) == ([], [])
    drawn(one, 3)
    assert (rows(other), failed(other)) == ([1, 3], [2])
    drawn(other, retry_failed=True)
    assert (rows(one), failed(one)) == ([1, 3, 2], [])


@pytest.mark.parametrize("kept", NAMES)
def test_failed_draws_belong_to_their_table(kept: str, tmp_path: Path) -> None:
    """They go with it when both are moved, stay when rows are appended, and are never those of another table."""
    name, other = f"{tmp_path}/{kept}", f"{tmp_path}/other/{kept}"
    (tmp_path / "other").mkdir()
    drawn(sampler(name, 1), 0, 1)
    drawn(sampler(name), 2)
    drawn(sampler(other), 5, 6)
    beside = Path(name).with_name(f"{Path(name).name}.failed")
    Path(name).rename(tmp_path / "away")
    beside.rename(tmp_path / "away.failed")
    Path(other).rename(name)
    assert failed(sampler(name)) == []
    Path(name).rename(other)
    (tmp_path / "away").rename(name)
    (tmp_path / "away.failed").rename(beside)
    assert failed(sampler(name)) == [1]
    Path(name).rename(tmp_path / "away")
    Path(other).rename(name)
    with pytest.warns(RecoveryWarning, match=r"failed is damaged, or .* not the table any more.* kept in .*conflict"):
        assert failed(sampler(name)) == []
    drawn(sampler(name), 7, retry_failed=True)
    assert rows(sampler(name)) == [5, 6, 7]


def test_a_table_that_is_removed_takes_its_failed_draws_along(tmp_path: Path) -> None:
    """After `delete_df`, and after another program has removed the table, a new one begins without any."""
    name = tmp_path / "table.csv"
    one = sampler(name, 1)
    drawn(one, 0, 1)
    one.delete_df()
    assert failed(one) == failed(sampler(name)) == []
    assert [path.name for path in tmp_path.iterdir()] == []
    drawn(one, 0, 1)
    name.unlink()
    with pytest.warns(RecoveryWarning, match="not the table any more"):
        assert failed(sampler(name)) == []


def test_rows_of_other_programs_leave_the_failed_draws(tmp_path: Path) -> None:
    """Lines that somebody appends to the text make it no other table, and rows from a dataframe neither."""
    name = tmp_path / "table.csv"
    drawn(sampler(name, 1), 0, 1)
    name.write_text(name.read_text() + "7,49\n")
    assert failed(sampler(name)) == [1]
    sampler(name).add_df(pd.DataFrame({"a": [8], "out": [0.5]}))
    drawn(sampler(name), retry_failed=True)
    assert rows(sampler(name)) == [0, 7, 8, 1]


def test_a_damaged_file_of_failed_draws_is_set_aside(tmp_path: Path) -> None:
    """Where it cannot be known which of them are rows by now, none is tried again by mistake, and the table works."""
    name = tmp_path / "table.csv"
    drawn(sampler(name, 1, 2), 0, 1, 2)
    beside = tmp_path / "table.csv.failed"
    content = bytearray(beside.read_bytes())
    content[60] ^= 1
    beside.write_bytes(content)
    with pytest.warns(RecoveryWarning, match="is damaged"):
        assert failed(sampler(name)) == []
    drawn(sampler(name), 3)
    assert rows(sampler(name)) == [0, 3]
    assert not beside.exists()


def test_a_draw_whose_row_was_never_written_is_failed_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk that takes neither the journal nor the table a row dies with its process, and not its draw with it.

    Nor is it taken for a row by writes that come later: it can be tried again, and becomes one.
    """
    name = tmp_path / "table.csv"
    drawn(sampler(name, 1), 0, 1)

    def full(_: Any, given: Any, *__: Any) -> None:
        if not isinstance(given, dict) or "values" in given:
            raise StoreError("the disk is full")

    one = sampler(name)
    with monkeypatch.context() as patch:
        patch.setattr(TableStore, "append", full)
        patch.setattr(Segment, "append", full)
        with pytest.raises(StoreError, match="the disk is full"):
            drawn(one, retry_failed=True)
    assert (rows(one), failed(one)) == ([0, 1], [])
    for segment in one._archive._held._waiting:  # noqa: SLF001 - the locks that a death frees
        segment.close()
    del one
    assert (rows(sampler(name)), failed(sampler(name))) == ([0], [1])
    drawn(sampler(name), 2)
    assert (rows(sampler(name)), failed(sampler(name))) == ([0, 2], [1])
    drawn(sampler(name), retry_failed=True)
    assert (rows(sampler(name)), failed(sampler(name))) == ([0, 2, 1], [])


def test_draws_run_again_with_the_constants_that_they_ran_with(tmp_path: Path) -> None:
    """After a restart too; where others would come into a row, or nobody knows them, it is said and nothing runs."""
    broken = True

    def scaled(a: int, k: Any = 1) -> Any:
        if broken:
            raise ValueError(a)
        return a * (k if isinstance(k, int) else k(1))

    def opened(**constants: Any) -> xyz.Sampler:
        runner = xyz.Runner(scaled, "out", constants=constants, verbosity=0, on_error="continue")
        return xyz.Sampler(runner, tmp_path / "table.csv", {"a": [2]})

    opened().sample_combos(2, constants={"k": 5})
    opened(k=6).sample_combos(1)
    opened().sample_combos(1, constants={"k": abs})
    broken = False
    for one, rows_, wrong in (
        (opened(), [0, 2], "ran with k=6, and this call has k=5; give constants"),
        (opened(k=7), True, "ran with k=5, and this call has k=7; give constants"),
        (opened(), [3], "ran with k='<abs.*>', and this call has no 'k'; give constants"),
    ):
        with pytest.raises(SpaceError, match=wrong):
            one.sample_combos(0, retry_failed=rows_)
    with pytest.raises(SpaceError, match="this call has no 'k'"):
        opened().sample_combos(1, retry_failed=[0])
    assert opened().retry(0).result()["out"].tolist() == [10]
    assert opened().sample_combos(1, constants={"k": 7}, retry_failed=[0])["out"].tolist() == [14, 14]
    assert opened(k=6).retry(0).result()["out"].tolist() == [12]
    assert opened().retry(constants={"k": abs}).result()["out"].tolist() == [2]
    assert opened().failures.empty


def test_a_draw_that_no_file_can_hold_is_named(tmp_path: Path) -> None:
    """An argument that cannot be kept ends the run, and what failed with others is there, as it would be elsewhere."""

    def fails(a: Any) -> int:
        raise ValueError(a)

    values = iter([Level.LOW, object(), 3])
    name = tmp_path / "table.csv"
    one = xyz.Sampler(xyz.Runner(fails, "out", verbosity=0, on_error="continue"), name, {"a": lambda: next(values)})
    with pytest.raises(EncodingError, match="cannot be kept in a journal") as caught:
        one.sample_combos(3)
    assert "<object object" in caught.value.__notes__[0]
    assert failed(sampler(name)) == [1, 3]
    drawn(sampler(name, 3), retry_failed=True)
    assert (rows(sampler(name)), failed(sampler(name))) == ([1], [3])


def test_a_recovered_table_keeps_its_failed_draws(tmp_path: Path) -> None:
    """What failed is no part of what was damaged, nor of what a journal alone still tells."""
    name = tmp_path / "table.csv"
    drawn(sampler(name, 1), 0, 1)
    name.write_bytes(name.read_bytes() + b"9,\0")
    xyz.recover(name)
    assert (rows(sampler(name)), failed(sampler(name))) == ([0], [1])
    alone = tmp_path / "alone.csv"
    drawn(sampler(alone, 1), 1)
    xyz.recover(alone)
    assert (rows(sampler(alone)), failed(sampler(alone))) == ([], [1])
