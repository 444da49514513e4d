"""Damaged tables: what is whole comes back, what is not is told, and nothing is thrown away or run."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyarrow import parquet

import xyzpy_widgets as xyz
from tests.test_survival import SAMPLE, killed_after, slowly
from xyzpy_widgets.errors import FormatError

TABLE = pd.DataFrame({"a": range(50), "text": [f'{a}, \n"{a}"' for a in range(50)], "out": [a / 8 for a in range(50)]})


def flipped(path: Path, text: bytes) -> None:
    """Damage the file where a text stands in it."""
    content = bytearray(path.read_bytes())
    content[content.index(text)] ^= 0x80
    path.write_bytes(content)


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_the_rows_of_a_text_that_are_whole_are_kept(suffix: str, tmp_path: Path) -> None:
    """A bad byte in the middle and a missing end cost the rows that they are in, and the file is kept."""
    name = tmp_path / f"table.{suffix}"
    xyz.save_df(TABLE, name)
    flipped(name, b"2.5")
    damaged = name.read_bytes()[:-10]
    name.write_bytes(damaged)
    with pytest.raises(FormatError, match=r"xyz\.recover\('.*keeps what is whole"):
        xyz.load_df(name)
    told = xyz.recover(name)
    assert told.old is not None
    assert told.old.read_bytes() == damaged
    assert "lines that do not read as rows" in told.lost["rows"]
    assert not told.verified
    expected = TABLE.drop(index=[20, 49]).reset_index(drop=True)
    pd.testing.assert_frame_equal(xyz.load_df(name), expected)
    assert told.kept == {"a": 48, "text": 48, "out": 48}


def test_the_columns_of_a_parquet_that_are_whole_are_kept(tmp_path: Path) -> None:
    """The checksums of its pages notice a flipped bit, which costs the column that it is in."""
    name = tmp_path / "table.parquet"
    xyz.save_df(TABLE, name)
    chunk = parquet.ParquetFile(name).metadata.row_group(0).column(1)
    content = bytearray(name.read_bytes())
    content[chunk.dictionary_page_offset + chunk.total_compressed_size // 2] ^= 1
    name.write_bytes(content)
    with pytest.raises(FormatError, match="not a whole parquet file"):
        xyz.load_df(name)
    told = xyz.recover(name)
    assert set(told.lost) == {"text"}
    assert told.verified
    pd.testing.assert_frame_equal(xyz.load_df(name), TABLE.drop(columns="text"))


@pytest.mark.parametrize(
    ("suffix", "content", "text"),
    [
        ("csv", b"\xff\xff\n1,2\n", "line of names"),
        ("csv", b"", "line of names"),
        ("json", b"nothing", "first line"),
        ("parquet", b"PAR1 and no end", "take a copy"),
    ],
)
def test_where_nothing_can_be_kept_the_remedy_is_said(suffix: str, content: bytes, text: str, tmp_path: Path) -> None:
    """The file stays where it is, and the message says what helps."""
    name = tmp_path / f"table.{suffix}"
    name.write_bytes(content)
    with pytest.raises(FormatError, match=text):
        xyz.recover(name)
    assert name.read_bytes() == content


class Bomb:
    """What leaves a trace when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        """Touch the path."""
        return Path.touch, (self.path,)


def test_a_pickle_is_opened_only_on_demand(tmp_path: Path) -> None:
    """Without the word of the user no code of a pickle runs, and nothing is kept of a damaged one."""
    name, trace = tmp_path / "table.pkl", tmp_path / "trace"
    name.write_bytes(pickle.dumps(Bomb(trace)))
    with pytest.raises(FormatError, match="engine='pickle'"):
        xyz.recover(name)
    assert not trace.exists()
    with pytest.raises(FormatError, match="a pickle is whole or nothing"):
        xyz.recover(name, engine="pickle")
    xyz.save_df(TABLE, name)
    assert xyz.recover(name, engine="pickle").old is None


def test_what_a_dead_sampler_left_goes_into_the_table(tmp_path: Path) -> None:
    """Rows that stand in the journal alone are in the recovered table, also where the table is gone."""
    name = tmp_path / "table.csv"
    code = slowly(SAMPLE.replace("{n}", "20").replace("{combos}", "{'a': range(100), 'b': range(100)}"))
    over = killed_after(code, name, 4)
    told = xyz.recover(name)
    assert len(told.replayed) == 1
    assert len(xyz.load_df(name)) == len(over)
    with pytest.raises(FormatError, match="there is no table"):
        xyz.recover(tmp_path / "other.csv")
