"""The whole stack against a plain dict: harvests, restarts, deaths, conflicts, changes and steps back, in any order."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, ClassVar

import xarray as xr
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import xyzpy_widgets as xyz
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import ConflictError, StoreError
from xyzpy_widgets.labelled_store import LabelledStore

Case = tuple[int, int]

CHANGES = ("write", "fill", "extend")
"""What changes the file."""

labels = st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True)
overwrites = st.sampled_from([None, True, False])


class Stack(RuleBasedStateMachine):
    """A harvester over a file, and what it must hold as a dict; each step is one that `undo` takes back."""

    chunks: ClassVar[dict[str, int] | None] = None
    of: ClassVar[type] = int
    most_told: ClassVar[int] = 1

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.version = 0
        self.failing: set[Case] = set()
        self.called: list[Case] = []
        self.values: dict[Case, int] = {}
        self.failed: set[Case] = set()
        self.axes: tuple[set[int], set[int]] = (set(), set())
        self.past: list[Any] = []
        self.written = True
        self.deep = False

    @initialize()
    def begin(self) -> None:
        """Open the file for the first time."""
        self.harvester = self.opened()

    def opened(self) -> xyz.Harvester:
        """Open the file as a new process does."""

        def fn(a: int, b: int, c: int = 0) -> float:
            assert c == 0
            self.called.append((a, b))
            if (a, b) in self.failing:
                msg = "bad"
                raise ValueError(msg)
            value: float = self.of(a + 10 * b + 100 * self.version)
            return value

        runner = xyz.Runner(fn, "out", verbosity=0, on_error="continue")
        return xyz.Harvester(runner, self.folder / "data.h5", chunks=self.chunks)

    def remember(self) -> None:
        """Take down what there is before a step."""
        self.past.append(self.present())

    def present(self) -> Any:
        """Return what there is."""
        return deepcopy((self.values, self.failed, self.axes, self.deep))

    def grid(self, a: list[int], b: list[int]) -> dict[str, list[int]]:
        """Return combos, over all the dimensions that there are."""
        return {"a": a, "b": b} | ({"c": [0]} if self.deep else {})

    def join(self, ran: dict[Case, int | None], grid: tuple[list[int], list[int]], *, replace: bool) -> None:
        """Do in the dict what a harvest does; None is a failure."""
        self.axes[0].update(grid[0])
        self.axes[1].update(grid[1])
        for case, value in ran.items():
            if value is None:
                self.failed |= {case} - set(self.values)
            elif replace or case not in self.values:
                self.values[case] = value
                self.failed.discard(case)

    @rule(a=labels, b=labels, overwrite=overwrites, missing=st.booleans(), sync=st.booleans(), dies=st.booleans())
    def harvest(self, a: list[int], b: list[int], *, overwrite: Any, missing: bool, sync: bool, dies: bool) -> None:
        """Run a grid, all of it or what is not done; the write of the file may fail in the middle."""
        cases = [(i, j) for i in a for j in b if not (missing and (i, j) in self.values)]
        ran = {one: None if one in self.failing else one[0] + 10 * one[1] + 100 * self.version for one in cases}
        conflicts = [one for one, value in ran.items() if value is not None and self.values.get(one, value) != value]
        self.called.clear()
        new = bool(ran) or not self.past
        before = self.present()
        changes = [getattr(LabelledStore, name) for name in CHANGES]
        try:
            if dies and sync:
                for name in CHANGES:
                    setattr(LabelledStore, name, _full_disk)
            self.harvester.harvest_combos(self.grid(a, b), overwrite=overwrite, missing_only=missing, sync=sync)
        except ConflictError:
            assert conflicts
            assert overwrite is None
            return
        except StoreError:
            assert dies
            self.written = False
        else:
            self.written = self.written and not new if not sync else True
            assert not conflicts or overwrite is not None
        finally:
            for name, change in zip(CHANGES, changes, strict=True):
                setattr(LabelledStore, name, change)
            assert sorted(self.called) == sorted(cases)
        if new:
            self.past.append(before)
            self.join(ran, (a, b), replace=overwrite is True)

    @rule(cases=st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=4))
    def fail(self, cases: set[Case]) -> None:
        """Let other cases fail from now on."""
        self.failing = cases

    @rule()
    def change(self) -> None:
        """Let the function give other values from now on."""
        self.version = (self.version + 1) % 3

    @rule()
    def restart(self) -> None:
        """Open the file anew; what was not written yet stands in the journal of a process that is gone."""
        for segment in self.harvester._archive._held._waiting:  # noqa: SLF001 - the locks that a death frees
            segment.close()
        self.harvester = self.opened()

    @precondition(lambda self: self.written and bool(self.past))
    @rule()
    def undo(self) -> None:
        """Take the last step back."""
        self.values, self.failed, self.axes, self.deep = self.past.pop()
        self.harvester.undo()

    @precondition(lambda self: self.written)
    @rule(a=labels, b=labels, point=st.integers(1, 25))
    def die(self, a: list[int], b: list[int], point: int) -> None:
        """Let another process be killed in the middle of a harvest: what came of it is a step, or nothing is."""
        before, steps = self.present(), len(self.harvester.history)
        child = os.fork()
        if child == 0:
            harvest_and_die(lambda: self.opened().harvest_combos(self.grid(a, b), overwrite=True), point)
        os.waitpid(child, 0)
        self.harvester = self.opened()
        if len(self.harvester.history) == steps:
            return
        told = len(self.harvester.history) - steps
        assert 1 <= told <= self.most_told
        self.past += [before] * told
        status, full = self.harvester.status.load(), self.harvester.full_ds
        assert full is not None
        full.load()
        ran: dict[Case, int | None] = {}
        for i, j in itertools.product(a, b):
            if i not in full["a"] or j not in full["b"]:
                continue
            state = status.sel(a=i, b=j).item()
            new = i + 10 * j + 100 * self.version
            if state == Status.DONE and full["out"].sel(a=i, b=j).item() == new:
                ran[i, j] = new
            elif state == Status.FAILED:
                assert (i, j) in self.failing or (i, j) in self.failed
                ran[i, j] = None
        there = [sorted(set(wanted) & set(full[name].values.tolist())) for name, wanted in (("a", a), ("b", b))]
        self.join(ran, (there[0], there[1]), replace=True)

    @precondition(lambda self: self.written and bool(self.past) and not self.deep)
    @rule()
    def deepen(self) -> None:
        """Add a dimension."""
        self.remember()
        self.harvester.expand_dims("c", 0)
        self.deep = True

    @precondition(lambda self: self.written and len(self.axes[0]) > 1)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        """Drop a label with its cases."""
        label = data.draw(st.sampled_from(sorted(self.axes[0])))
        self.remember()
        self.harvester.drop_sel(a=label)
        self.axes[0].discard(label)
        self.values = {one: value for one, value in self.values.items() if one[0] != label}
        self.failed = {one for one in self.failed if one[0] != label}

    @precondition(lambda self: self.written and bool(self.past))
    @rule(a=st.integers(0, 9), b=st.integers(0, 9), value=st.integers(-5, -1))
    def add(self, a: int, b: int, value: int) -> None:
        """Merge data that was made elsewhere."""
        self.remember()
        new = xr.Dataset({"out": (("a", "b"), [[value]])}, {"a": [a], "b": [b]})
        self.harvester.add_ds(new.expand_dims(c=[0]) if self.deep else new, overwrite=True)
        self.join({(a, b): value}, ([a], [b]), replace=True)

    @invariant()
    def holds_what_the_dict_holds(self) -> None:
        """Every value, every state, every label; in the file too, when all is written."""
        full = self.harvester.full_ds
        if not self.past:
            assert full is None
            return
        assert full is not None
        full.load()
        assert set(full["a"].values.tolist()) == self.axes[0]
        assert set(full["b"].values.tolist()) == self.axes[1]
        status = self.harvester.status.load()
        for a in self.axes[0]:
            for b in self.axes[1]:
                state = status.sel(a=a, b=b).item()  # over c as well, which has one label
                wanted = Status.DONE if (a, b) in self.values else Status.FAILED if (a, b) in self.failed else 0
                assert state == wanted, (a, b)
                if wanted == Status.DONE:
                    assert full["out"].sel(a=a, b=b).item() == self.values[a, b]
        if self.written:
            assert xyz.load_ds(self.folder / "data.h5").identical(full)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.harvester.delete_ds()
        shutil.rmtree(self.folder)


def harvest_and_die(harvest: Callable[[], object], point: int) -> None:
    """Be the process: SIGKILL at the so-manieth change of the disk, a write in the middle, or at the end."""
    left = itertools.count(point, -1)

    def dying(change: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **settings: Any) -> Any:
            here = threading.current_thread() is threading.main_thread()  # what others do depends on the clock
            if here and next(left) == 1:
                if change is write:
                    write(args[0], args[1][: len(args[1]) // 2], *args[2:])
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*args, **settings)

        return call

    write = os.pwrite
    for name in ("pwrite", "fdatasync", "rename", "replace", "unlink", "rmdir", "utime"):
        setattr(os, name, dying(getattr(os, name)))
    try:
        harvest()
    finally:
        os._exit(0)


def _full_disk(store: LabelledStore, *_: Any, **__: Any) -> None:
    """Fail as a full disk does."""
    msg = f"{store.path}: the disk is full"
    raise StoreError(msg)


class LargeStack(Stack):
    """A file of floats that is opened with chunks, and not loaded."""

    chunks: ClassVar = {"a": 2}
    of = float
    most_told = 2  # the step of a fill that was torn is told, and changed nothing; and so is that which took it up


TestStack = Stack.TestCase
TestLargeStack = LargeStack.TestCase
TestStack.settings = TestLargeStack.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
