"""A Sampler against plain lists: samples, restarts, deaths and full disks, in any order; each draw a row or failed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
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
    """A sampler over a file, and what it must hold: the rows in their order, and the draws that failed."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.version = 0
        self.failing: set[int] = set()
        self.rows: list[Row] = []
        self.failed: list[int] = []
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

    def draws(self, n: int, seed: int) -> list[int]:
        """Return what a call draws."""
        same = xyz.Sampler(xyz.Runner(lambda a: a, "out", verbosity=0), None, {"a": list(range(5))})
        return same.sample_combos(n, seed=seed)["a"].tolist()

    def ended(self, draws: list[int]) -> tuple[list[Row], list[int]]:
        """Return what becomes of some draws: rows, and what fails."""
        done = [(a, 10 * a + self.version) for a in draws if a not in self.failing]
        return done, [a for a in draws if a in self.failing]

    @contextmanager
    def writing(self, *, sync: bool, dies: bool) -> Iterator[None]:
        """Let the write of the file fail, if so wished; the rows are not in it then."""
        write, append = TableStore.write, TableStore.append
        try:
            if dies:
                TableStore.write = TableStore.append = _full_disk  # type: ignore[assignment, method-assign]
            yield
        except StoreError:
            assert dies
            assert sync
            self.written = False
        finally:
            TableStore.write, TableStore.append = write, append  # type: ignore[method-assign]

    @rule(n=st.integers(1, 4), seed=seeds, sync=st.booleans(), dies=st.booleans())
    def sample(self, n: int, seed: int, *, sync: bool, dies: bool) -> None:
        """Draw some rows; the write of the file may fail."""
        new, wrong = self.ended(self.draws(n, seed))
        with self.writing(sync=sync, dies=dies):
            self.sampler.sample_combos(n, seed=seed, sync=sync)
            self.written = sync
        assert rows_of(self.sampler.last_df) == new
        self.rows += new
        self.failed += wrong

    @rule(sync=st.booleans(), dies=st.booleans())
    def retry(self, *, sync: bool, dies: bool) -> None:
        """Try again what failed; the write of the file may fail."""
        new, wrong = self.ended(self.failed)
        with self.writing(sync=sync, dies=dies):
            self.sampler.sample_combos(0, sync=sync, retry_failed=True)
            self.written = (sync and bool(self.failed)) or (self.written and not self.failed)
        assert rows_of(self.sampler.last_df) == new
        self.rows += new
        self.failed = wrong

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
    @rule(n=st.integers(0, 3), seed=seeds, point=st.integers(1, 35))
    def die(self, n: int, seed: int, point: int) -> None:
        """Let another process be killed in the middle of a call that tries again too: each draw is there once."""
        tried = [*self.failed, *self.draws(n, seed)]
        child = os.fork()
        if child == 0:
            again = self.opened(self.path)
            harvest_and_die(lambda: again.sample_combos(n, seed=seed, retry_failed=True), point)
        os.waitpid(child, 0)
        self.sampler = self.opened(self.path)
        found, failed = rows_of(self.sampler.full_df)[len(self.rows) :], failed_of(self.sampler)
        assert (found, Counter(failed)) in [
            (done, Counter([*wrong, *self.failed[at:]]))
            for at in range(len(tried) + 1)
            for done, wrong in [self.ended(tried[:at])]
        ]
        self.rows += found
        self.failed = failed

    @invariant()
    def holds_what_the_list_holds(self) -> None:
        """Every row, once and in its place, and every draw that failed; in the file too, when all is written."""
        assert rows_of(self.sampler.full_df) == self.rows
        assert failed_of(self.sampler) == self.failed
        if self.written:
            assert rows_of(self.opened(self.path).full_df) == self.rows
            assert failed_of(self.opened(self.path)) == self.failed

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.sampler.delete_df()
        shutil.rmtree(self.folder)


def rows_of(table: pd.DataFrame | None) -> list[Row]:
    """Return the rows of a table."""
    return [] if table is None or not len(table) else list(zip(table["a"].tolist(), table["out"].tolist(), strict=True))


def failed_of(sampler: xyz.Sampler) -> list[int]:
    """Return the draws that failed."""
    table = sampler.failures
    return table["a"].tolist() if len(table) else []


def _full_disk(store: TableStore, *_: Any) -> None:
    """Fail as a full disk does."""
    msg = f"{store.path}: the disk is full"
    raise StoreError(msg)


TestSamples = Samples.TestCase
TestSamples.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
