"""How a table grows in its file: at a cost of the new rows, each of them once, whenever a writer dies."""

from __future__ import annotations

import io
import os
import subprocess
import sys
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
from xyzpy_widgets.labelling.frame import append
from xyzpy_widgets.store import folding
from xyzpy_widgets.store.lock import locked
from xyzpy_widgets.store.table import TableStore
from xyzpy_widgets.store.table_csv import write_csv
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

NAME = "table.SUFFIX"

def prepare(folder):
    xyz.save_df(pd.DataFrame({"a": [0], "text": ["0,5"], "out": [0.5]}), folder / NAME)

def fn(a):
    return "x" * a + ",5", a + 0.5

def work(folder, acknowledge):
    sampler = xyz.Sampler(xyz.Runner(fn, ["text", "out"], verbosity=0), folder / NAME)
    for a in (1, 2):
        sampler.sample_combos(2, {"a": [a]})
        acknowledge([a, a])
    sampler.add_df(pd.DataFrame({"a": [3], "text": ["3,5"], "out": [3.5]}))
    acknowledge([3])
"""


def inode(path: Path) -> int:
    """Tell whether a file was replaced."""
    return path.stat().st_ino


def sampler(name: Path, fn: Any = lambda a: a) -> xyz.Sampler:
    """Return a sampler of one output."""
    return xyz.Sampler(xyz.Runner(fn, "out", verbosity=0), name, seed=1)


@given(kinds=columns, data=st.data())
@settings(deadline=None)
def test_what_is_appended_is_what_would_be_written(kinds: list[str], data: st.DataObject) -> None:
    """Whatever rows grow onto a table, its file is, to the byte, that of the whole table, and so is the memory."""
    tables = [
        pd.DataFrame({
            f"column {at}": pd.Series(data.draw(st.lists(CELLS[kind], min_size=size, max_size=size)))
            for at, kind in enumerate(data.draw(st.sampled_from([kinds, kinds, ["float"] * len(kinds)])))
        })
        for size in data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    ]
    whole = TableWhole(tables[0])
    written = io.BytesIO()
    write_csv(tables[0], written)

    class Memory(TableStore):
        """A file in memory."""

        def append(self, frame: pd.DataFrame, segments: tuple[str, ...] = ()) -> bool:
            """Append."""
            del segments
            written.write(folding_lines(frame))
            return True

        def write(self, frame: pd.DataFrame, segments: tuple[str, ...] | None = None) -> None:
            """Replace."""
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


def folding_lines(frame: pd.DataFrame) -> bytes:
    """Return the lines of a table without its names."""
    from xyzpy_widgets.store.table_csv import lines

    return lines(frame)
