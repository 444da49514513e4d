"""What every store of tables promises, and what each format keeps."""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exact import fingerprint
from tests.store_samples import NAN, objects
from xyzpy_widgets.errors import EncodingError, FormatError, OptionError, StoreError
from xyzpy_widgets.store.table import TableStore, load_df, save_df

PLAIN: dict[str, Any] = {
    "ints": [1, -(2**63), 2**63 - 1],
    "uints": np.array([2**64 - 1, 0, 1], dtype=np.uint64),
    "floats": [0.1 + 0.2, NAN, -1e-300],
    "whole floats": [1.0, 2.0, np.inf],
    "bools": [True, False, True],
    "texts": ["x", "", "ünïcødé, \"quoted\"\nand 'more'"],
    "number-like": ["1", "1.5", "-inf"],
    "bool-like": ["True", "'1", "(1+2j)"],
    "missing-like": ["nan", "None", "NULL"],
    "time-like": ["2020-01-01T00:00:00", "007", " 1 "],
    "texts with holes": ["x", None, ""],
    "nothing": [NAN, NAN, NAN],
    "times": np.array(["2020-01-01T12:00:00.000000001", "NaT", "1969-12-31"], dtype="datetime64[ns]"),
}
"""Columns that every format keeps, type and all."""


def assert_same(one: pd.DataFrame, other: pd.DataFrame | None) -> None:
    """Compare names, types and every bit of two tables; a hole among texts may be None or nan, as pandas 2 has it."""
    assert other is not None
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    for name in one.columns:
        if one[name].dtype == object:
            cells = [[None if pd.isna(cell) is True else cell for cell in table[name]] for table in (one, other)]
            assert fingerprint(cells[0]) == fingerprint(cells[1]), name


class TableStoreContract:
    """A store of tables; an engine is a subclass."""

    engine: str
    magic = b""

    @pytest.fixture
    def store(self, tmp_path: Path) -> TableStore:
        """Return a store with nothing in it."""
        return TableStore.named(tmp_path / "table", self.engine)

    def test_nothing_is_there_before_the_first_write(self, store: TableStore) -> None:
        """An absent file is no error, to be told from an empty table."""
        assert not store.exists()
        assert store.read() is None
        store.check()
        store.delete()

    def test_plain_columns_come_back_as_they_were(self, store: TableStore) -> None:
        """Numbers, truth values, texts that look like them, times and holes are kept apart."""
        frame = pd.DataFrame(PLAIN)
        store.write(frame)
        store.check()
        assert store.exists()
        assert_same(frame, store.read())

    def test_a_table_without_rows_keeps_its_columns(self, store: TableStore) -> None:
        """No rows is no error."""
        store.write(pd.DataFrame({"a": [], "b": []}))
        found = store.read()
        assert found is not None
        assert list(found.columns) == ["a", "b"]
        assert len(found) == 0

    def test_one_column_with_a_hole_keeps_its_rows(self, store: TableStore) -> None:
        """A row in which nothing is stays a row."""
        frame = pd.DataFrame({"a": [1.5, NAN, NAN]})
        store.write(frame)
        assert_same(frame, store.read())

    def test_a_write_takes_the_place_of_what_was_there(self, store: TableStore) -> None:
        """The file holds the last table only, and nothing lies beside it."""
        store.write(pd.DataFrame(PLAIN))
        small = pd.DataFrame({"a": [1]})
        store.write(small)
        assert_same(small, store.read())
        assert list(store.path.parent.iterdir()) == [store.path]
        assert not store.path.is_dir() or len(list(store.path.iterdir())) == 1

    def test_the_callers_table_is_not_changed(self, store: TableStore) -> None:
        """Writing is reading, for the caller's objects."""
        frame = pd.DataFrame(PLAIN)
        before = copy.deepcopy(frame)
        store.write(frame)
        assert_same(before, frame)

    def test_it_is_removed(self, store: TableStore) -> None:
        """After delete nothing is left."""
        store.write(pd.DataFrame(PLAIN))
        store.delete()
        assert list(store.path.parent.iterdir()) == []

    def test_the_names_find_one_another(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is saved without a suffix is loaded without one."""
        monkeypatch.chdir(tmp_path)
        frame = pd.DataFrame({"a": [1, 2]})
        save_df(frame, "run.v2", self.engine)
        assert_same(frame, load_df(Path("run.v2"), self.engine))
        assert len(list(tmp_path.iterdir())) == 1

    def test_a_damaged_file_is_refused_before_and_when_it_is_read(self, store: TableStore) -> None:
        """A file that is not whole is an error that names it."""
        store.write(pd.DataFrame(PLAIN))
        self.damage(store.path)
        with pytest.raises(FormatError, match=rf"{store.path.name}\S* is not a whole {self.engine} file"):
            store.check()
        with pytest.raises(FormatError, match=f"{store.path.name} cannot be read with engine='{self.engine}'"):
            store.read()

    def damage(self, path: Path) -> None:
        """Cut the end off."""
        path.write_bytes(path.read_bytes()[:-20])

    def test_the_folder_is_checked_before_anything_is_done(self, tmp_path: Path) -> None:
        """A missing folder is known before the first draw."""
        store = TableStore.named(tmp_path / "absent" / "table", self.engine)
        with pytest.raises(StoreError, match=r"there is no folder .*absent"):
            store.check()

    def test_what_does_not_fit_leaves_the_old_file(self, store: TableStore) -> None:
        """A column that the format cannot hold is named, and the old table stays."""
        old = pd.DataFrame({"a": [1]})
        store.write(old)
        frame = pd.DataFrame({"good": [1], "bad": objects([threading_lock()])})
        for write in (store.check_encodable, store.write):
            with pytest.raises(EncodingError, match=r"bad|lock"):
                write(frame)
        assert_same(old, store.read())


def threading_lock() -> Any:
    """Return something that no format holds."""
    import threading

    return threading.Lock()


class TestPickle(TableStoreContract):
    """Everything, for oneself."""

    engine = "pickle"

    def test_everything_comes_back(self, store: TableStore) -> None:
        """Index, categories, objects and attributes are kept."""
        frame = pd.DataFrame({1: pd.Categorical(["a", "b"]), "o": objects([[1], None])}, index=["x", "y"])
        frame.attrs = {"title": "t"}
        store.write(frame)
        found = store.read()
        assert_same(frame, found)
        assert found is not None
        assert found.attrs == {"title": "t"}

    def test_another_object_is_no_table(self, store: TableStore) -> None:
        """A pickle of something else is refused and not handed on."""
        store.path.write_bytes(pickle.dumps({"a": 1}))
        with pytest.raises(FormatError, match="it holds a dict and not a table"):
            store.read()


class TestCsv(TableStoreContract):
    """Text that every program reads."""

    engine = "csv"

    def damage(self, path: Path) -> None:
        """Put in what no text has."""
        path.write_bytes(path.read_bytes().replace(b"True", b"\0\0\0\0"))

    def test_ordinary_cells_are_ordinary_csv(self, store: TableStore) -> None:
        """Only texts that would be taken for something else are marked."""
        store.write(pd.DataFrame({"n": [1, 2], "x": [0.5, NAN], "s": ["cos", "1"], "b": [True, False]}))
        assert store.path.read_text() == "n,x,s,b\n1,0.5,cos,True\n2,,'1,False\n"

    def test_cells_of_several_types_keep_each_its_own(self, store: TableStore) -> None:
        """A column of objects comes back with the Python value of each cell."""
        cells = objects([1, "1", 1.0, True, "True", 2**70, NAN, ""])
        store.write(pd.DataFrame({"a": cells}))
        found = store.read()
        assert found is not None
        assert fingerprint(found["a"].tolist()) == fingerprint(cells.tolist())

    def test_integers_beside_holes_keep_their_digits(self, store: TableStore) -> None:
        """No integer goes through a float."""
        store.write(pd.DataFrame({"a": objects([np.int64(2**60 + 1), NAN])}))
        found = store.read()
        assert found is not None
        assert found["a"].tolist()[0] == 2**60 + 1

    def test_complex_numbers_come_back(self, store: TableStore) -> None:
        """They have a spelling of their own."""
        frame = pd.DataFrame({"a": [1j, complex(-0.5, 1e-9), complex("inf-1j")]})
        store.write(frame)
        assert_same(frame, store.read())

    def test_a_table_of_another_program_is_read(self, store: TableStore) -> None:
        """A byte-order mark, other line ends and no line end at the end are no obstacle."""
        store.path.write_bytes(b"\xef\xbb\xbfa,b\r\n1,x\r\n2,y")
        store.check()
        assert_same(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), store.read())

    @pytest.mark.parametrize(
        ("text", "words"),
        [("a,b\n1\n", "row 2 has 1 cells, and there are 2 columns"), ("a,a\n1,2\n", "have one name"), ("", "no|line")],
    )
    def test_lines_that_make_no_table_are_refused(self, store: TableStore, text: str, words: str) -> None:
        """A row that was cut off, or a name that stands twice, is not read as something else."""
        store.path.write_text(text)
        with pytest.raises(FormatError, match=words):
            store.read()

    @settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        cells=st.lists(
            st.one_of(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))), min_size=1
        )
    )
    def test_every_text_comes_back(self, store: TableStore, cells: list[str]) -> None:
        """No text is taken for a number, a time, or nothing."""
        store.write(pd.DataFrame({"a": cells}))
        found = store.read()
        assert found is not None
        assert found["a"].tolist() == cells


class TestJson(TableStoreContract):
    """Text that keeps every value."""

    engine = "json"

    def test_every_value_and_type_comes_back(self, store: TableStore) -> None:
        """Narrow numbers, None beside nan, durations, complex numbers and objects are as they were."""
        frame = pd.DataFrame(
            {
                "i": np.array([1, 2, 3], dtype=np.int8),
                "f": np.array([0.1, NAN, -np.inf], dtype=np.float32),
                "c": np.array([1j, complex("nan+0j"), 0]),
                "t": np.array(["2020", "NaT", "9999-12-31"], dtype="datetime64[s]"),
                "d": np.array([1, "NaT", -1], dtype="timedelta64[ms]"),
                "o": objects([None, NAN, 2**70]),
                "m": objects([[1, (2,)], {"a": dt.date(2020, 1, 1)}, np.int32(1)]),
            }
        )
        store.write(frame)
        assert_same(frame, store.read())

    def test_it_is_a_table_schema(self, store: TableStore) -> None:
        """Other programs find the names, the types of the standard and one object per row."""
        frame = pd.DataFrame({"n": [1], "s": ["x"], "f": [0.5], "b": [True]})
        store.write(frame)
        content = json.loads(store.path.read_text())
        types = [(field["name"], field["type"]) for field in content["schema"]["fields"]]
        text = "any" if frame["s"].dtype == object else "string"  # pandas 2 has no type of its own for texts
        assert types == [("n", "integer"), ("s", text), ("f", "number"), ("b", "boolean")]
        assert content["data"] == [{"n": 1, "s": "x", "f": 0.5, "b": True}]
        plain = pd.read_json(io.StringIO(store.path.read_text()), orient="table")
        assert plain["n"].tolist() == [1]

    def test_json_of_another_form_is_refused(self, store: TableStore) -> None:
        """The message says how to read it all the same."""
        store.path.write_text('{"a": {"0": 1}}')
        with pytest.raises(FormatError, match=r"orient='table'.*read it with pandas\.read_json"):
            store.read()


class TestParquet(TableStoreContract):
    """Columns of one type each."""

    engine = "parquet"

    def test_types_of_columns_come_back(self, store: TableStore) -> None:
        """Narrow numbers, units and categories are kept."""
        frame = pd.DataFrame(
            {
                "i": np.array([1, 2], dtype=np.int8),
                "f": np.array([0.1, NAN], dtype=np.float32),
                "t": np.array(["2020", "NaT"], dtype="datetime64[us]"),
                "c": pd.Categorical(["a", "b"]),
            }
        )
        store.write(frame)
        assert_same(frame, store.read())

    def test_integers_and_bools_beside_holes_stay_what_they_are(self, store: TableStore) -> None:
        """They do not become floats on the way back."""
        store.write(pd.DataFrame({"i": objects([2**60 + 1, NAN]), "b": objects([True, NAN])}))
        found = store.read()
        assert found is not None
        assert fingerprint(found["i"].tolist()[0]) == fingerprint(2**60 + 1)
        assert found["b"].tolist()[0] is True
        assert found.isna().to_numpy()[1].all()

    def test_cells_of_several_types_are_refused(self, store: TableStore) -> None:
        """The message says which column, and which format takes it."""
        with pytest.raises(EncodingError, match=r"column a.*choose engine='json'"):
            store.write(pd.DataFrame({"a": objects([1, "x"])}))


class TestParts(TestParquet):
    """A folder of parquet files."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> TableStore:
        """Return a store with nothing in it."""
        return TableStore.named(f"{tmp_path}/table.parquet/")

    def damage(self, path: Path) -> None:
        """Cut the end off a part."""
        (part,) = path.iterdir()
        super().damage(part)

    def test_a_file_is_not_replaced_by_a_folder(self, store: TableStore) -> None:
        """What stands under the name is refused before anything runs, and stays."""
        store.path.write_text("mine")
        with pytest.raises(StoreError, match="is a file, and a folder is going to be written"):
            store.check()
        with pytest.raises(StoreError, match="Not a directory"):
            store.write(pd.DataFrame({"a": [1]}))
        assert store.path.read_text() == "mine"

    @pytest.mark.parametrize("name", ["notes.txt", "year=2020"])
    def test_a_folder_of_other_things_is_left_alone(self, name: str, store: TableStore) -> None:
        """Nothing is read from, put into, or removed from a folder that is no table."""
        (store.path / name).mkdir(parents=True)
        for act in (store.check, store.read, store.delete, lambda: store.write(pd.DataFrame({"a": [1]}))):
            with pytest.raises(FormatError, match=f"{name} is no part of a table"):
                act()
        assert [one.name for one in store.path.iterdir()] == [name]

    def test_what_readers_pass_over_stays(self, store: TableStore) -> None:
        """Hidden files are no parts, and are neither replaced nor removed."""
        store.path.mkdir()
        assert store.read() is None
        (store.path / "_SUCCESS").touch()
        (store.path / ".hidden").mkdir()
        (store.path / ".hidden" / "file").touch()
        store.write(pd.DataFrame({"a": [1]}))
        store.write(pd.DataFrame({"a": [2]}))
        assert pd.read_parquet(store.path)["a"].tolist() == [2]
        store.delete()
        assert sorted(one.name for one in store.path.rglob("*")) == [".hidden", "_SUCCESS", "file"]


@pytest.mark.parametrize("engine", ["csv", "json"])
@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame({"a": [1, 2]}, index=[3, 4]), "the index of the table does not fit.*reset_index"),
        (pd.DataFrame({1: [1]}), "are not distinct names"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "are not distinct names"),
    ],
    ids=["index", "number", "twice"],
)
def test_text_holds_columns_with_names_only(tmp_path: Path, engine: str, frame: pd.DataFrame, words: str) -> None:
    """An index or a name that the text would lose is refused with the remedy."""
    with pytest.raises(EncodingError, match=words):
        save_df(frame, tmp_path / "table", engine)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("engine", "column", "words"),
    [
        ("csv", objects([[1, 2]]), r"column 'a': \[1, 2\] of type list does not fit into CSV; choose engine='json'"),
        ("csv", np.array(["a\0"], dtype=object), "does not fit into CSV"),
        ("json", objects([object()]), "column 'a': <object.*cannot be kept in JSON"),
        ("json", pd.Categorical(["a"]), "column 'a' is of type category"),
        ("parquet", np.array([1j]), "one type per column.*a"),
        ("parquet", objects([2**70]), "one type per column"),
        ("parquet", objects([np.datetime64("2020"), np.int64(1)]), "one type per column.*'a' has times beside"),
    ],
)
def test_a_column_that_a_format_cannot_hold_is_named(tmp_path: Path, engine: str, column: Any, words: str) -> None:
    """The message names the column and the remedy; nothing is written."""
    with pytest.raises(EncodingError, match=words):
        save_df(pd.DataFrame({"a": column}), tmp_path / "table", engine)
    assert list(tmp_path.iterdir()) == []


def test_only_tables_are_saved(tmp_path: Path) -> None:
    """A Series is refused with the way to make it a table."""
    with pytest.raises(EncodingError, match=r"Series is not a DataFrame.*to_frame"):
        save_df(pd.Series([1]), tmp_path / "x")  # type: ignore[arg-type]


def test_parquet_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install, or to choose instead, is said before anything runs."""
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OptionError, match="'parquet' needs pyarrow, which is not installed"):
        TableStore.named(tmp_path / "x", "parquet").check()


@pytest.mark.parametrize("engine", ["json", "parquet"])
def test_a_cut_text_or_parquet_file_is_refused_at_every_length(tmp_path: Path, engine: str) -> None:
    """What a crash of another program leaves is noticed by the check already."""
    store = TableStore.named(tmp_path / "table", engine)
    store.write(pd.DataFrame(PLAIN))
    whole = store.path.read_bytes()
    for length in random.Random(0).sample(range(len(whole) - 1), 20):
        store.path.write_bytes(whole[:length])
        with pytest.raises(FormatError, match=store.path.name):
            store.read()
