"""How a table grows in its file: at a cost of the new rows, each of them once, whenever a writer dies."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xyzpy_widgets as xyz
from tests.kill_points import WITHOUT_COMPILER, at_every_call
from xyzpy_widgets.errors import EncodingError, RecoveryWarning, StoreError
from xyzpy_widgets.store import folding
from xyzpy_widgets.store.frames import HEADER
from xyzpy_widgets.store.journal import segments
from xyzpy_widgets.store.lock import locked
from xyzpy_widgets.store.table import TableStore
from xyzpy_widgets.store.table_csv import lines, write_csv
from xyzpy_widgets.table_growth import TableWhole

CELLS = {
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=64),
    "bool": st.booleans(),
    "complex": st.complex_numbers(allow_nan=False),
    "text": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
    "nothing": st.none(),
}
columns = st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3)

GROW = """
import pandas as pd
import xyzpy_widgets as xyz
from xyzpy_widgets.store import table_parts

NAME = "table.csv"
table_parts._MANY = 3

def prepare(folder):
    xyz.save_df(pd.DataFrame({"a": [0], "text": ["0,5"], "out": [0.5]}), f"{folder}/{NAME}")

def fn(a):
    return "x" * a + ",5", a + 0.5

xyz.Sampler(xyz.Runner(fn, ["text", "out"], verbosity=0)).sample_combos(1, {"a": [0]})  # imports what it needs

def work(folder, acknowledge):
    sampler = xyz.Sampler(xyz.Runner(fn, ["text", "out"], verbosity=0), f"{folder}/{NAME}")
    sampler.sample_combos(2, {"a": [1]})
    acknowledge([1, 1])
    sampler.add_df(pd.DataFrame({"a": [3], "text": ["3,5"], "out": [3.5]}))
    acknowledge([3])
    sampler.add_df(pd.DataFrame({"a": [4.5], "text": ["4.5,5"], "out": [5.0]}))
    acknowledge([4.5])
"""


def inode(path: Path) -> int:
    """Return what changes when a file is replaced."""
    return path.stat().st_ino


def sampler(name: Path, fn: Any = lambda a: a) -> xyz.Sampler:
    """Return a sampler of one output."""
    return xyz.Sampler(xyz.Runner(fn, "out", verbosity=0), name, seed=1)


@given(kinds=columns, data=st.data())
@settings(deadline=None)
def test_what_is_appended_is_what_would_be_written(kinds: list[str], data: st.DataObject) -> None:
    """Whatever rows grow onto a table, its file is, to the byte, that of the whole table, and so is the memory."""
    tables = [
        pd.DataFrame(
            {
                f"column {at}": pd.Series(data.draw(st.lists(CELLS[kind], min_size=size, max_size=size)))
                for at, kind in enumerate(data.draw(st.sampled_from([kinds, kinds, ["float"] * len(kinds)])))
            }
        )
        for size in data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    ]
    whole = TableWhole(tables[0])
    written = io.BytesIO()
    write_csv(tables[0], written)

    class Memory(TableStore):
        """A file in memory."""

        def append(self, frame: pd.DataFrame, segments: Sequence[str] = ()) -> bool:
            """Write behind what is there."""
            del segments
            written.write(lines(frame))
            return True

        def write(self, frame: pd.DataFrame, segments: Sequence[str] | None = None) -> None:
            """Replace what is there."""
            del segments
            written.seek(0)
            written.truncate()
            write_csv(frame, written)

    for table in tables[1:]:
        whole.put(table, "raise")
        whole.write(Memory(Path("table.csv"), "csv"))
    again = io.BytesIO()
    write_csv(whole.value, again)
    assert written.getvalue() == again.getvalue()
    assert len(whole.value) == sum(map(len, tables))


@pytest.mark.skipif(
    WITHOUT_COMPILER, reason="a C compiler on Linux makes the library that kills the program: install cc"
)
@pytest.mark.parametrize("kept", ["table.csv", "table.parquet/"])
def test_a_sampler_may_die_at_every_call_of_the_system(kept: str, tmp_path: Path) -> None:
    """Before each change of the disk, and in the middle of each write, no row is lost, torn or there twice.

    Rows are appended, parts are put together, and for another type all is written anew.
    """
    trials = list(at_every_call(GROW.replace("table.csv", kept), tmp_path))
    assert sum(trial.killed for trial in trials) > 60
    for trial in trials:
        name = trial.folder / kept
        if name.is_dir():
            seen = pd.read_parquet(name)["a"].tolist()
            assert seen == [0, 1, 1, 3, 4.5][: len(seen)], trial.what
        found = sampler(name).full_df
        assert found is not None
        rows = found["a"].tolist()
        reported = [0, *(a for batch in trial.acknowledged for a in batch)]
        assert rows[: len(reported)] == reported, trial.what
        assert rows == [0, 1, 1, 3, 4.5][: len(rows)], trial.what
        assert (found["out"] == found["a"] + 0.5).all(), trial.what
        assert found["text"].tolist() == ["0,5", "x,5", "x,5", "3,5", "4.5,5"][: len(rows)], trial.what
        sampler(name).add_df(pd.DataFrame({"a": [4], "text": ["4,5"], "out": [4.5]}))
        assert xyz.load_df(name)["a"].tolist() == [*rows, 4], trial.what
        journal = name.with_name(f"{name.name}.journal")
        young = [one.path for one in segments(journal) if one.size < len(HEADER)]
        assert list(journal.glob("*")) == young, trial.what


@pytest.mark.parametrize("suffix", ["csv", "pkl", "parquet/"])
def test_processes_that_sample_at_once_lose_no_row(suffix: str, tmp_path: Path) -> None:
    """Two processes that append to one table in turn have all their rows in it, each once."""
    code = """
import sys, xyzpy_widgets as xyz
from xyzpy_widgets.store import table_parts
table_parts._MANY = 4
sampler = xyz.Sampler(xyz.Runner(lambda a, w: 100 * w + a, 'out', verbosity=0), sys.argv[1])
for a in range(15):
    sampler.sample_combos(2, {'a': [a], 'w': [int(sys.argv[2])]})
"""
    name = f"{tmp_path}/table.{suffix}"
    started = [subprocess.Popen([sys.executable, "-c", code, name, str(writer)]) for writer in range(2)]
    assert [process.wait() for process in started] == [0, 0]
    table = xyz.load_df(name)
    for writer in range(2):
        assert table["out"][table["w"] == writer].tolist() == [100 * writer + a for a in range(15) for _ in range(2)]
    assert len(table) == 60


def test_rows_are_appended_where_they_can_be(tmp_path: Path) -> None:
    """A CSV grows in place, also in a new process, until a type changes; then it is written anew, once."""
    name = tmp_path / "table.csv"
    one = sampler(name)
    one.sample_combos(2, {"a": [1]})
    first = inode(name)
    one.sample_combos(2, {"a": [2]})
    sampler(name).sample_combos(1, {"a": [3]})
    one.sample_combos(1, {"a": [4]})
    assert inode(name) == first
    assert name.read_text() == "a,out\n1,1\n1,1\n2,2\n2,2\n3,3\n4,4\n"
    one.add_df(pd.DataFrame({"a": [5], "out": [0.5]}))
    second = inode(name)
    assert second != first
    one.sample_combos(1, {"a": [6]})
    assert inode(name) == second
    assert name.read_text() == "a,out\n1,1.0\n1,1.0\n2,2.0\n2,2.0\n3,3.0\n4,4.0\n5,0.5\n6,6.0\n"


def test_rows_are_put_together_when_somebody_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Calls of a sampler, and their plans, never put all rows together, in memory or in a file that takes more."""
    for name in (None, tmp_path / "table.csv"):
        one = xyz.Sampler(xyz.Runner(lambda a: a, "out", verbosity=0), name)
        one.sample_combos(1, {"a": [0]})
        with monkeypatch.context() as patch:
            patch.setattr(TableWhole, "value", property(lambda _: pytest.fail("all rows were put together")))
            for a in range(1, 5):
                one.sample_combos(2, {"a": [a]}, sync=a != 2)
        assert one.full_df is not None
        assert one.full_df["out"].tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_what_another_program_writes_is_appended_to(tmp_path: Path) -> None:
    """Edits in place are noticed, and a file whose last line has no end is written anew."""
    name = tmp_path / "table.csv"
    one = sampler(name)
    one.sample_combos(1, {"a": [1]})
    name.write_text("a,out\r\n7,7\r\n")
    one.sample_combos(1, {"a": [2]})
    assert name.read_bytes() == b"a,out\r\n7,7\r\n2,2\n"
    name.write_text("a,out\n8,8")
    one.sample_combos(1, {"a": [3]})
    assert name.read_text() == "a,out\n8,8\n3,3\n"
    assert one.full_df is not None
    assert one.full_df["a"].tolist() == [8, 3]


def dying(monkeypatch: pytest.MonkeyPatch, name: Path, part: float) -> None:
    """Let a process die when it has appended a part of its rows; they are in a note by then."""

    def torn(file: Any, data: bytes, start: int) -> None:
        file.seek(start)
        file.write(data[: int(part * len(data))])
        raise KeyboardInterrupt

    rows = b"2,2\n2,2\n"
    with monkeypatch.context() as patch, locked(name):
        patch.setattr(folding, "_write_on", torn)
        patch.setattr(folding, "_take_back", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            folding.append(name, rows)


@pytest.mark.parametrize("part", [0, 0.3, 0.5, 1])
def test_a_torn_append_is_finished_by_whoever_reads(
    part: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No reader of this library sees half a line: it is made whole first."""
    name = tmp_path / "table.csv"
    name.write_text("a,out\n1,1\n")
    dying(monkeypatch, name, part)
    assert xyz.load_df(name)["a"].tolist() == [1, 2, 2]
    assert not (tmp_path / "table.csv.journal").exists()


@pytest.mark.parametrize("text", ["a,out\n1,1\n2,9,9\n", "a,out\n5,5\n2,", "a\n", None])
def test_a_torn_append_that_was_edited_is_set_aside_and_said(
    text: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What another program has made of a torn table stays as it is, and the rows are kept beside it."""
    name = tmp_path / "table.csv"
    name.write_text("a,out\n1,1\n")
    dying(monkeypatch, name, 0.3)
    name.unlink()
    if text is not None:
        name.write_text(text)
    with pytest.warns(RecoveryWarning, match="changed by another program"):
        TableStore(name, "csv").settle()
    assert not name.exists() if text is None else name.read_text() == text
    (aside,) = (tmp_path / "table.csv.journal").iterdir()
    assert "2,2" in aside.read_text()


def test_a_table_that_could_not_grow_is_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After a full disk in the middle of an append the file is whole, and the rows come with the next call."""
    name = tmp_path / "table.csv"
    one = sampler(name)
    one.sample_combos(1, {"a": [1]})
    before = name.read_text(), name.stat().st_mtime_ns

    def full(file: Any, data: bytes, start: int) -> None:
        file.seek(start)
        file.write(data[:2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(folding, "_write_on", full)
        with pytest.raises(StoreError, match="make room on the disk"):
            one.sample_combos(1, {"a": [2]})
    assert (name.read_text(), name.stat().st_mtime_ns) == before
    assert one.full_df is not None
    assert one.full_df["a"].tolist() == [1, 2]
    one.sample_combos(1, {"a": [3]})
    assert name.read_text() == "a,out\n1,1\n2,2\n3,3\n"


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_a_write_that_fails_at_its_very_end_repeats_no_row(
    suffix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """When the new file stands there already and bringing its name to the disk fails, its rows are in it once."""
    name = tmp_path / f"table.{suffix}"

    def refused(_: Path) -> None:
        if name.exists():
            raise OSError(5, "Input/output error")

    one = sampler(name)
    with monkeypatch.context() as patch:
        patch.setattr("xyzpy_widgets.store.atomic.sync_folder", refused)
        with pytest.raises(StoreError, match="Input/output error"):
            one.add_df(pd.DataFrame({"a": [1], "out": [1]}))
    one.sample_combos(1, {"a": [2]})
    assert xyz.load_df(name)["a"].tolist() == [1, 2]
    assert not (tmp_path / f"{name.name}.journal").exists()


def test_rows_of_which_it_was_not_known_whether_they_are_there_are_there_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """When an append fails, and taking it back, and finishing it too, the next call finds out what came of it."""
    name = tmp_path / "table.csv"
    one = sampler(name)
    one.sample_combos(1, {"a": [1]})
    one.sample_combos(1, {"a": [2]}, sync=False)

    def failing(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        for needed in ("sync", "_take_back", "_appended"):
            patch.setattr(folding, needed, failing)
        with pytest.raises(StoreError, match="Input/output error"):
            one.sample_combos(1, {"a": [3]})
    assert one.full_df is not None
    assert one.full_df["a"].tolist() == [1, 2, 3]
    one.sample_combos(1, {"a": [4]})
    assert name.read_text() == "a,out\n1,1\n2,2\n3,3\n4,4\n"
    assert not (tmp_path / "table.csv.journal").exists()


def test_a_value_that_does_not_fit_leaves_the_file(tmp_path: Path) -> None:
    """An object that CSV cannot hold is refused before a byte is appended."""
    name = tmp_path / "table.csv"
    name.write_text("a,out\n1,x\n2,2\n")
    with pytest.raises(EncodingError, match="out"):
        sampler(name).add_df(pd.DataFrame({"a": [3], "out": pd.Series([np.array([1])], dtype=object)}))
    assert name.read_text() == "a,out\n1,x\n2,2\n"
    assert list(tmp_path.glob("*.journal")) == []
