"""A Sampler against a plain list: samples, restarts, deaths and full disks, in any order, and each row once."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import xyzpy_widgets as xyz
from tests.test_state_machine import harvest_and_die
from xyzpy_widgets.errors import StoreError
from xyzpy_widgets.store.table import TableStore

Row = tuple[int, int]

seeds = st.integers(0, 2**16)


class Samples(RuleBasedStateMachine):
    """A sampler over a file, and the rows that it must hold, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.version = 0
        self.failing: set[int] = set()
        self.rows: list[Row] = []
        self.written = True

    @initialize(suffix=st.sampled_from(["csv", "json", "pkl", "parquet/"]))
    def begin(self, suffix: str) -> None:
        """Open the file for the first time."""
        self.path = f"{self.folder}/data.{suffix}"
        self.sampler = self.opened(self.path)

    def opened(self, path: str | None) -> xyz.Sampler:
        """Open a table as a new process does."""

        def fn(a: int) -> int:
            if a in self.failing:
                msg = "bad"
                raise ValueError(msg)
            return 10 * a + self.version

        runner = xyz.Runner(fn, "out", verbosity=0, on_error="continue")
        return xyz.Sampler(runner, path, {"a": list(range(5))})

    def drawn(self, n: int, seed: int) -> list[Row]:
        """Return the rows that a call gives."""
        return rows_of(self.opened(None).sample_combos(n, seed=seed))

    @rule(n=st.integers(1, 4), seed=seeds, sync=st.booleans(), dies=st.booleans())
    def sample(self, n: int, seed: int, *, sync: bool, dies: bool) -> None:
        """Draw some rows; the write of the file may fail."""
        new = self.drawn(n, seed)
        write, append = TableStore.write, TableStore.append
        try:
            if dies:
                TableStore.write = TableStore.append = _full_disk  # type: ignore[assignment, method-assign]
            self.sampler.sample_combos(n, seed=seed, sync=sync)
        except StoreError:
            assert dies
            assert sync
            self.written = False
        else:
            self.written = (self.written and not new) if not sync or not new else True
        finally:
            TableStore.write, TableStore.append = write, append  # type: ignore[method-assign]
        assert rows_of(self.sampler.last_df) == new
        self.rows += new

    @rule(failing=st.sets(st.integers(0, 4), max_size=2))
    def fail(self, failing: set[int]) -> None:
        """Let other draws fail from now on."""
        self.failing = failing

    @rule()
    def change(self) -> None:
        """Let the function give other values from now on."""
        self.version = (self.version + 1) % 3

    @rule()
    def restart(self) -> None:
        """Open the file anew; what was not written yet stands in the journal of a process that is gone."""
        for segment in self.sampler._archive._held._waiting:  # noqa: SLF001 - the locks that a death frees
            segment.close()
        self.sampler = self.opened(self.path)

    @rule(rows=st.lists(st.tuples(st.integers(5, 9), st.integers(-5, -1)), min_size=1, max_size=2))
    def add(self, rows: list[Row]) -> None:
        """Append rows that were made elsewhere."""
        self.sampler.add_df(pd.DataFrame(rows, columns=["a", "out"]))
        self.rows += rows
        self.written = True

    @precondition(lambda self: self.written)
    @rule(n=st.integers(1, 4), seed=seeds, point=st.integers(1, 25))
    def die(self, n: int, seed: int, point: int) -> None:
        """Let another process be killed in the middle of a call: the rows that it had finished are there, each once."""
        new = self.drawn(n, seed)
        child = os.fork()
        if child == 0:
            harvest_and_die(lambda: self.opened(self.path).sample_combos(n, seed=seed), point)
        os.waitpid(child, 0)
        self.sampler = self.opened(self.path)
        found = rows_of(self.sampler.full_df)[len(self.rows) :]
        assert found == new[: len(found)]
        self.rows += found

    @invariant()
    def holds_what_the_list_holds(self) -> None:
        """Every row, once and in its place; in the file too, when all is written."""
        assert rows_of(self.sampler.full_df) == self.rows
        if self.written and self.rows:
            assert rows_of(self.opened(self.path).full_df) == self.rows

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.sampler.delete_df()
        shutil.rmtree(self.folder)


def rows_of(table: pd.DataFrame | None) -> list[Row]:
    """Return the rows of a table."""
    return [] if table is None or not len(table) else list(zip(table["a"].tolist(), table["out"].tolist(), strict=True))


def _full_disk(store: TableStore, *_: Any) -> None:
    """Fail as a full disk does."""
    msg = f"{store.path}: the disk is full"
    raise StoreError(msg)


TestSamples = Samples.TestCase
TestSamples.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
