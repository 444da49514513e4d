"""Tables that are folders of parquet files: what any reader of such folders sees, at a cost of the new rows."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.dataset
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xyzpy_widgets as xyz
from tests.store_samples import objects
from tests.test_store_tables import assert_same
from tests.test_table_growth import inode, sampler
from xyzpy_widgets.errors import EncodingError, FormatError, OptionError
from xyzpy_widgets.labelling.frame import append
from xyzpy_widgets.store import atomic, folding, table_parts
from xyzpy_widgets.store.table import TableStore
from xyzpy_widgets.table_growth import TableWhole

KINDS: dict[str, st.SearchStrategy[Any]] = {
    "int": st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=3),
    "float": st.lists(st.floats(), min_size=1, max_size=3),
    "bool": st.lists(st.booleans(), min_size=1, max_size=3),
    "text": st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3),
    "holes": st.lists(st.none() | st.integers(0, 2**60), min_size=1, max_size=3).map(objects),
    "nothing": st.integers(1, 3).map(lambda size: objects([None] * size)),
    "time": st.lists(st.datetimes(), min_size=1, max_size=3),
}


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(one.name for one in folder.iterdir())


def rows_in(folder: Path) -> list[int]:
    """Return the rows as other programs read them."""
    found: list[int] = pd.read_parquet(folder)["a"].tolist()
    assert pyarrow.dataset.dataset(folder).to_table()["a"].to_pylist() == found
    return found


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.sampled_from(sorted(KINDS)).flatmap(KINDS.__getitem__), min_size=2, max_size=6))
def test_parts_are_what_one_file_would_be(batches: list[Any], tmp_path: Path) -> None:
    """Whatever rows come, value and type of each are those that a single file of all of them gives back."""
    folder, file = tmp_path / "parts.parquet", TableStore(tmp_path / "file.parquet", "parquet")
    shutil.rmtree(folder, ignore_errors=True)
    store = TableStore(folder, "parquet", folder=True)
    tables = [pd.DataFrame({"a": batch}) for batch in batches]
    whole = TableWhole(tables[0])
    whole.write(store)
    so_far = tables[0]
    for table in tables[1:]:
        together = append(so_far, table)
        try:
            file.write(together)
        except EncodingError:
            continue
        so_far = together
        whole.put(table, "raise")
        whole.write(store)
        one = file.read()
        assert one is not None
        assert_same(one, store.read())


def test_rows_are_added_as_parts(tmp_path: Path) -> None:
    """Nothing that is there is written again, also by a new process, until a type changes; then all is, once."""
    name = f"{tmp_path}/table.parquet/"
    one = sampler(Path(name))
    assert repr(one).endswith("table.parquet [parquet]")
    one = xyz.Sampler(one.runner, name)
    assert one.data_name == name
    assert repr(one).endswith("table.parquet/ [parquet]")
    one.sample_combos(2, {"a": [1]})
    folder = Path(name)
    first = inode(folder), inode(folder / "part-00000000.parquet")
    one.sample_combos(2, {"a": [2]})
    sampler(folder).sample_combos(1, {"a": [3]})
    assert (inode(folder), inode(folder / "part-00000000.parquet")) == first
    assert names(folder) == [f"part-0000000{number}.parquet" for number in range(3)]
    assert rows_in(folder) == [1, 1, 2, 2, 3]
    one.add_df(pd.DataFrame({"a": [0.5], "out": [5]}))
    assert names(folder) == ["part-00000000.parquet"]
    assert rows_in(folder) == [1, 1, 2, 2, 3, 0.5]
    one.delete_df()
    assert list(tmp_path.iterdir()) == []


def test_small_parts_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts stay few, a large one is not written again for small ones, and a row is written a few times at the most."""
    folder = tmp_path / "table.parquet"
    xyz.save_df(pd.DataFrame({"a": np.arange(100_000)}), f"{folder}/")
    (folder / "_SUCCESS").touch()
    large = inode(folder / "part-00000000.parquet")
    written = []
    replace = folding.replace

    def counted(path: Path, write: Any, *args: Any, **kinds: Any) -> None:
        replace(path, write, *args, **kinds)
        if kinds.get("folder"):
            written.append(names(path))

    monkeypatch.setattr(folding, "replace", counted)
    monkeypatch.setattr(table_parts, "_MANY", 4)
    one = xyz.Sampler(lambda a: {}, f"{folder}/")
    most = 0
    for number in range(64):
        one.add_df(pd.DataFrame({"a": [100_000 + number]}))
        most = max(most, len(names(folder)))
    assert rows_in(folder) == list(range(100_064))
    assert inode(folder / "part-00000000.parquet") == large
    assert "_SUCCESS" in names(folder)
    assert most < 16
    assert 16 <= len(written) < 32


def test_a_disk_without_links_takes_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file has one name only, and folders cannot change places, parts are put together all the same."""
    monkeypatch.setattr(table_parts, "_MANY", 3)
    monkeypatch.setattr(atomic, "_exchanged", lambda *_: False)

    def refused(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    folder = tmp_path / "table.parquet"
    xyz.save_df(pd.DataFrame({"a": np.arange(10_000)}), f"{folder}/")
    one = xyz.Sampler(lambda a: {}, folder)
    for number in range(5):
        one.add_df(pd.DataFrame({"a": [10_000 + number]}))
    assert rows_in(folder) == list(range(10_005))
    assert names(tmp_path) == [".table.parquet.lock", "table.parquet"]


def test_what_stepped_aside_comes_back(tmp_path: Path) -> None:
    """When a process died while the new folder took the place of the old one, the old one is read."""
    folder = tmp_path / "table.parquet"
    store = TableStore.named(f"{folder}/")
    store.write(pd.DataFrame({"a": [1]}))
    folder.rename(atomic.aside(folder))
    assert store.exists()
    assert xyz.load_df(f"{folder}/")["a"].tolist() == [1]
    folder.rename(atomic.aside(folder))
    store.delete()
    assert not store.exists()


def test_a_reader_sees_the_table_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While parts are added and put together, whoever reads has some first rows, each once, and never an error."""
    monkeypatch.setattr(table_parts, "_MANY", 3)
    folder = tmp_path / "table.parquet"
    one = xyz.Sampler(lambda a: {}, f"{folder}/")
    one.add_df(pd.DataFrame({"a": [0]}))
    done = threading.Event()

    def write() -> None:
        try:
            for number in range(1, 60):
                one.add_df(pd.DataFrame({"a": [number]}))
        finally:
            done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = [0]
    while not done.is_set() or seen[-1] < 60:
        rows = xyz.load_df(folder)["a"].tolist()
        assert rows == list(range(len(rows)))
        seen.append(len(rows))
    writer.join()
    assert seen == sorted(seen)


def test_parts_of_another_program_are_read_and_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that something else has written grows behind its last part, whatever that is called."""
    monkeypatch.setattr(table_parts, "_MANY", 3)
    folder = tmp_path / "sent"
    folder.mkdir()
    theirs = {"part-00000-c0ffee.snappy.parquet": [1, 2], "z.parquet": [3]}
    for name, rows in theirs.items():
        pd.DataFrame({"a": rows, "out": rows}).to_parquet(folder / name)
    before = {name: (folder / name).stat() for name in theirs}
    assert xyz.load_df(f"{folder}/")["a"].tolist() == [1, 2, 3]
    one = xyz.Sampler(xyz.Runner(lambda a: a, "out", verbosity=0), f"{folder}/")
    for number in range(4, 9):
        one.sample_combos(1, {"a": [number]})
    assert rows_in(folder) == list(range(1, 9))
    assert {name: (folder / name).stat()[:2] for name in theirs} == {name: one[:2] for name, one in before.items()}
    assert names(folder) == [*theirs, "z_part-00000000.parquet"]
    pd.DataFrame({"a": [9], "out": [9]}).to_parquet(folder / "zz.parquet")
    assert one.full_df is not None
    assert one.full_df["a"].tolist() == list(range(1, 10))


def test_parts_that_lack_a_column_are_read_whole(tmp_path: Path) -> None:
    """No column of a later part is passed over, as some readers do; and what does not go together is said."""
    folder = tmp_path / "sent.parquet"
    folder.mkdir()
    pd.DataFrame({"a": [1]}).to_parquet(folder / "0.parquet")
    pd.DataFrame({"a": [2], "b": ["x"]}).to_parquet(folder / "1.parquet")
    table = xyz.load_df(folder)
    assert table["a"].tolist() == [1, 2]
    assert table["b"].isna().tolist() == [True, False]
    one = xyz.Sampler(lambda a: {}, folder)
    one.add_df(pd.DataFrame({"a": [3], "b": ["y"]}))
    assert names(folder) == ["part-00000000.parquet"]
    assert pd.read_parquet(folder)["b"].tolist()[1:] == ["x", "y"]
    pd.DataFrame({"a": ["text"], "b": ["x"]}).to_parquet(folder / "z.parquet")
    with pytest.raises(FormatError, match="its parts do not make one table"):
        xyz.load_df(folder)


def test_what_is_edited_in_place_is_noticed(tmp_path: Path) -> None:
    """A part that another program replaces, adds, or takes away is in what a sampler tells next."""
    folder = tmp_path / "table.parquet"
    one = xyz.Sampler(lambda a: {}, f"{folder}/")
    for number in range(3):
        one.add_df(pd.DataFrame({"a": [number]}))
    pd.DataFrame({"a": [7]}).to_parquet(folder / "part-00000001.parquet")
    assert one.full_df is not None
    assert one.full_df["a"].tolist() == [0, 7, 2]
    (folder / "part-00000000.parquet").unlink()
    one.add_df(pd.DataFrame({"a": [8]}))
    assert rows_in(folder) == [7, 2, 8]


def test_a_broken_part_is_named_and_the_rest_recovered(tmp_path: Path) -> None:
    """It costs the rows or the column that are damaged in it; the folder is kept under another name."""
    folder = tmp_path / "table.parquet"
    one = xyz.Sampler(lambda a: {}, f"{folder}/")
    for number in range(4):
        one.add_df(pd.DataFrame({"a": np.arange(50) + number, "text": [f"{number} {row}" for row in range(50)]}))
    cut, flipped = folder / "part-00000001.parquet", folder / "part-00000002.parquet"
    cut.write_bytes(cut.read_bytes()[:-9])
    chunk = pyarrow.parquet.ParquetFile(flipped).metadata.row_group(0).column(1)
    content = bytearray(flipped.read_bytes())
    content[chunk.dictionary_page_offset + chunk.total_compressed_size // 2] ^= 1
    flipped.write_bytes(content)
    with pytest.raises(FormatError, match=r"part-00000001\.parquet: .* xyz\.recover\('.*table\.parquet/'\)"):
        xyz.load_df(folder)
    with pytest.raises(FormatError, match=r"part-00000001\.parquet is not a whole parquet file"):
        one.sample_combos(1, {"a": [1]})
    told = xyz.recover(folder)
    assert told.old == tmp_path / "table.parquet.damaged"
    assert len(names(told.old)) == 4
    assert list(told.lost) == ["part-00000001.parquet", "text in part-00000002.parquet"]
    assert told.kept == {"a": 150, "text": 100}
    assert rows_in(folder) == [*range(50), *range(2, 52), *range(3, 53)]
    for part in folder.iterdir():
        part.write_bytes(b"PAR1")
    with pytest.raises(FormatError, match="no part is whole"):
        xyz.recover(folder)


def test_a_folder_for_another_engine_is_refused(tmp_path: Path) -> None:
    """Before anything runs it is said that only parquet is kept in parts."""
    with pytest.raises(OptionError, match="names a folder, in which engine 'parquet' alone"):
        xyz.Sampler(lambda a: a, f"{tmp_path}/table/", engine="csv")
