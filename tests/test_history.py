"""Steps and the way back: whatever was harvested can be taken back, newest first, also after a restart."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import xyzpy_widgets as xyz
from tests.exact import assert_exact
from tests.test_state_machine import harvest_and_die
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import StoreError
from xyzpy_widgets.store.records import RecordFile

STEPS: list[Any] = [
    lambda h: h.harvest_combos({"a": [1, 2], "b": [1]}),
    lambda h: h.harvest_combos({"a": [2, 3], "b": [1, 2]}),
    lambda h: h.add_ds(xr.Dataset({"out": (("a", "b"), [[5.5]])}, {"a": [9], "b": [9]})),
    lambda h: h.harvest_combos({"a": [1], "b": [1]}, overwrite=True),
    lambda h: h.drop_sel(a=2),
    lambda h: h.expand_dims("c", 0),
    lambda h: h.harvest_combos({"a": [1], "b": [7]}, constants={"c": 4}),
]


def harvester(name: Path | None, offset: float = 0, **more: Any) -> xyz.Harvester:
    """Return a harvester of sums."""

    def fn(a: int, b: int, c: int = 0) -> float:
        if a == 3:
            msg = "three"
            raise ValueError(msg)
        return a + 10 * b + c + offset

    return xyz.Harvester(xyz.Runner(fn, "out", verbosity=0, on_error="continue"), name, **more)


def content(one: xyz.Harvester) -> tuple[Any, Any]:
    """Return what is there: the data and the state of each case."""
    return (None, None) if one.full_ds is None else (one.full_ds, one.status)


def assert_same(found: tuple[Any, Any], wanted: tuple[Any, Any]) -> None:
    """Hold one content against another."""
    if wanted[0] is None or found[0] is None:
        assert found[0] is wanted[0] is None
        return
    assert_exact(wanted[0], found[0])
    assert found[1].identical(wanted[1])


@pytest.mark.parametrize("where", ["memory", "file", "restart"])
def test_every_kind_of_step_is_taken_back(where: str, tmp_path: Path) -> None:
    """Harvests, added data, dropped labels and new dimensions go back one by one, down to nothing."""
    name = None if where == "memory" else tmp_path / "data.h5"
    one = harvester(name)
    before = [content(one)]
    for number, step in enumerate(STEPS):
        one = harvester(name, offset=number == 3) if where != "memory" else one
        step(one)
        before.append(content(one))
    assert one.history["undoable"].all()
    assert len(one.history) == len(STEPS)
    for wanted in before[-2::-1]:
        one = harvester(name) if where == "restart" else one
        one.undo()
        assert_same(content(one), wanted)
        if where != "memory" and wanted[0] is not None:
            assert_exact(wanted[0], xyz.load_ds(tmp_path / "data.h5"))
    assert len(one.history) == 0
    with pytest.raises(StoreError, match="there is no step to take back"):
        one.undo()


def test_the_history_tells_what_each_step_was(tmp_path: Path) -> None:
    """Numbers of cases and conflicts, the kind of step, the version of the function and the time are in a table."""
    one = harvester(tmp_path / "data.h5")
    one.harvest_combos({"a": [1, 2, 3], "b": [1]})
    harvester(tmp_path / "data.h5", offset=1).harvest_combos({"a": [1, 4], "b": [1]}, overwrite=True)
    one.drop_sel(b=1)
    table = harvester(tmp_path / "data.h5").history
    assert table["note"].tolist() == ["harvest", "harvest", "drop_sel({'b': 1})"]
    assert table["new"].tolist() == [3, 1, 0]
    assert table["changed"].tolist() == [0, 1, 0]
    assert table["conflicts"].tolist() == [0, 1, 0]
    assert table["version"][0] != table["version"][1] != ""
    assert table["when"].is_monotonic_increasing
    assert abs(table["when"][0] - np.datetime64("now")) < np.timedelta64(1, "D")


def test_a_step_that_is_taken_back_can_be_made_again(tmp_path: Path) -> None:
    """After undo the cases are missing again, a harvest runs them, and that is a step like any other."""
    one = harvester(tmp_path / "data.h5")
    one.harvest_combos({"a": [1], "b": [1]})
    one.harvest_combos({"a": [2], "b": [1]})
    one.undo()
    one.harvest_combos({"a": [1, 2], "b": [1]}, missing_only=True)
    assert one.status.values.tolist() == [[Status.DONE], [Status.DONE]]
    assert len(one.history) == 2
    one.undo()
    one.undo()
    assert one.full_ds is None
    assert not (tmp_path / "data.h5").exists()


def test_what_is_not_written_yet_is_a_step_too(tmp_path: Path) -> None:
    """Harvests with sync=False are taken back one by one as well."""
    one = harvester(tmp_path / "data.h5")
    one.harvest_combos({"a": [1], "b": [1]}, sync=False)
    one.harvest_combos({"a": [2], "b": [1]}, sync=False)
    one.undo()
    assert one.full_ds is not None
    assert one.full_ds["out"].values.tolist() == [[11]]
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values.tolist() == [[11]]
    assert not (tmp_path / "data.h5.journal").exists()


def test_steps_of_several_processes_go_back_newest_first(tmp_path: Path) -> None:
    """The history belongs to the file: each process sees and takes back the steps of all."""
    first, second = harvester(tmp_path / "data.h5"), harvester(tmp_path / "data.h5")
    first.harvest_combos({"a": [1], "b": [1]})
    second.harvest_combos({"a": [2], "b": [1]})
    first.harvest_combos({"a": [4], "b": [1]})
    second.undo()
    first.undo()
    assert second.full_ds is not None
    assert second.full_ds["a"].values.tolist() == [1]


def test_the_size_is_bounded(tmp_path: Path) -> None:
    """The data of the oldest steps goes first; their rows stay, and tell that undo does not reach them."""
    one = harvester(tmp_path / "data.h5", history_bytes=3_000)
    for a in range(10, 40):
        one.harvest_combos({"a": [a], "b": [1]})
    assert (tmp_path / "data.h5.history").stat().st_size <= 2 * 3_000 + 10_000
    table = one.history
    assert len(table) == 30
    reached = int(table["undoable"].sum())
    assert 0 < reached < 30
    assert table["undoable"].tolist() == [False] * (30 - reached) + [True] * reached
    for _ in range(reached):
        one.undo()
    assert one.full_ds is not None
    assert one.full_ds["a"].values.tolist() == list(range(10, 40 - reached))
    with pytest.raises(StoreError, match="raise history_bytes"):
        one.undo()


def test_no_history_is_kept_where_none_is_wished(tmp_path: Path) -> None:
    """With history_bytes=0 nothing is written beside the file."""
    one = harvester(tmp_path / "data.h5", history_bytes=0)
    one.harvest_combos({"a": [1], "b": [1]})
    assert not (tmp_path / "data.h5.history").exists()
    with pytest.raises(StoreError, match="no step"):
        one.undo()


def test_a_change_by_another_program_is_never_taken_back(tmp_path: Path) -> None:
    """Where the file is not what the last step left, old values would be put among new ones: that is refused."""
    one = harvester(tmp_path / "data.h5")
    one.harvest_combos({"a": [1], "b": [1]})
    xyz.save_ds(xr.Dataset({"out": (("a", "b"), [[7]])}, {"a": [1], "b": [1]}), tmp_path / "data.h5")
    assert one.history["undoable"].tolist() == [False]
    with pytest.raises(StoreError, match="changed by another program"):
        one.undo()
    one.harvest_combos({"a": [2], "b": [1]})
    one.undo()
    assert one.full_ds is not None
    assert one.full_ds["out"].values.tolist() == [[7]]
    assert one.history["undoable"].tolist() == [False]


DYING = """
import os, sys
from pathlib import Path
from xyzpy_widgets.labelled_store import LabelledStore
from tests.test_history import harvester
write = LabelledStore.write
def dying(self, value, **growing):
    if sys.argv[2] == "after":
        write(self, value, **growing)
    os._exit(9)
one = harvester(Path(sys.argv[1]))
LabelledStore.write = dying
one.undo() if sys.argv[3] == "undo" else one.harvest_combos({"a": [5], "b": [1]})
"""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("what", ["harvest", "undo"])
def test_dying_around_the_write_leaves_a_true_history(moment: str, what: str, tmp_path: Path) -> None:
    """A process that dies just before or after it wrote the file leaves no step that was none, and loses none."""
    name = tmp_path / "data.h5"
    one = harvester(name)
    one.harvest_combos({"a": [1], "b": [1]})
    one.harvest_combos({"a": [2], "b": [1]})
    arguments = [sys.executable, "-c", DYING, str(name), moment, what]
    assert subprocess.run(arguments, check=False).returncode == 9
    table = harvester(name).history
    labels = {("undo", "before"): [1, 2], ("undo", "after"): [1]}.get((what, moment), [1, 2, 5])
    assert xyz.load_ds(name)["a"].values.tolist() == labels
    assert len(table) == len(labels)
    again = harvester(name)
    for left in range(len(labels) - 1, -1, -1):
        again.undo()
        assert (again.full_ds is None) == (left == 0)
        assert left == 0 or content(again)[0]["a"].values.tolist() == labels[:left]


def test_dying_while_cells_are_filled_in_leaves_a_true_history(tmp_path: Path) -> None:
    """Wherever a process dies that changes a file in place, what it did is one step, or none if nothing came of it."""
    for point in range(1, 12):
        name = tmp_path / f"{point}.h5"
        one = harvester(name, offset=0.5)
        one.harvest_combos({"a": [1, 2], "b": [1]})
        one.harvest_combos({"a": [1], "b": [2]})
        before = content(one)
        child = os.fork()
        if child == 0:
            harvest_and_die(partial(harvester(name, offset=0.5).harvest_combos, {"a": [2], "b": [2]}), point)
        os.waitpid(child, 0)
        again = harvester(name, offset=0.5)
        steps = len(again.history)
        assert steps == 3 - int(content(again)[0]["out"].isnull().any())
        if steps == 3:
            again.undo()
        assert_same(content(again), before)


@contextmanager
def no_room() -> Iterator[None]:
    """Let the system refuse to write where a data file of ours ends; a short history has room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


CHANGES: list[Any] = [lambda h: h.undo(), lambda h: h.drop_sel(a=1), lambda h: h.expand_dims("c", 0)]


@pytest.mark.parametrize("change", CHANGES, ids=["undo", "drop_sel", "expand_dims"])
def test_a_change_that_cannot_be_written_is_no_step(change: Callable[[Any], None], tmp_path: Path) -> None:
    """What the disk has no room for has not happened: not in memory, not with the next write, nor in the history."""
    one = harvester(tmp_path / "data.h5")
    one.harvest_combos({"a": [1], "b": [1]})
    one.harvest_combos({"a": [2], "b": [1]})
    before = content(one)
    with no_room(), pytest.raises(StoreError, match="too large"):
        change(one)
    assert_same(content(one), before)
    one.harvest_combos({"a": [5], "b": [1]})
    assert content(one)[0]["a"].values.tolist() == [1, 2, 5]
    assert_same(content(harvester(tmp_path / "data.h5")), content(one))
    assert len(one.history) == 3
    one.undo()
    assert_same(content(one), before)
    one.undo()
    assert content(one)[0]["a"].values.tolist() == [1]


def test_a_step_that_came_about_is_noted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only the note that the file was written fails, the next write does not write the step down again."""
    one = harvester(tmp_path / "data.h5")
    append = RecordFile.append

    def failing(self: RecordFile, record: Any, **durable: bool) -> None:
        if "after" in record:
            msg = "no room"
            raise StoreError(msg)
        append(self, record, **durable)

    with monkeypatch.context() as patch:
        patch.setattr(RecordFile, "append", failing)
        with pytest.raises(StoreError, match="no room"):
            one.harvest_combos({"a": [1], "b": [1]})
    one.harvest_combos({"a": [2], "b": [1]})
    assert len(one.history) == 2
    one.undo()
    assert content(one)[0]["a"].values.tolist() == [1]


def test_a_torn_step_is_cut_off(tmp_path: Path) -> None:
    """What a dying process has half written is replaced by the next step, and costs no other."""
    one = harvester(tmp_path / "data.h5")
    one.harvest_combos({"a": [1], "b": [1]})
    with (tmp_path / "data.h5.history").open("ab") as file:
        file.write(b"\x50\x00\x00\x00torn")
    harvester(tmp_path / "data.h5").harvest_combos({"a": [2], "b": [1]})
    assert len(one.history) == 2
    assert one.history["undoable"].all()


def test_steps_that_a_power_cut_took_are_not_taken_back(tmp_path: Path) -> None:
    """A step that only adds may be lost with the power; then the steps before it are out of reach, and no value is."""
    name, history = tmp_path / "data.h5", tmp_path / "data.h5.history"
    first = harvester(name)
    first.harvest_combos({"a": [1], "b": [1]})
    before = history.read_bytes()
    first.harvest_combos({"a": [2], "b": [1]})
    history.write_bytes(before)
    again = harvester(name)
    assert not again.history["undoable"].any()
    with pytest.raises(StoreError, match="was changed by another program"):
        again.undo()
    assert again.status.sel(b=1).values.tolist() == [Status.DONE] * 2


def test_deleting_the_data_deletes_its_history(tmp_path: Path) -> None:
    """Nothing is left beside a file that is gone."""
    one = harvester(tmp_path / "data.h5")
    one.harvest_combos({"a": [1], "b": [1]})
    one.delete_ds()
    assert list(tmp_path.iterdir()) == []


def test_the_history_in_memory_is_bounded() -> None:
    """Without a file the data of the oldest steps goes first, too, once all of it is larger than asked for."""
    one = harvester(None, history_bytes=20_000)
    for a in range(6, 30):
        one.harvest_combos({"a": [5], "b": range(5)}, overwrite=True)
        one.harvest_combos({"a": [a], "b": range(5)})
    reached = one.history["undoable"].tolist()
    assert reached == sorted(reached)
    assert not reached[0]
    assert reached[-1]
    for _ in range(sum(reached)):
        one.undo()
    with pytest.raises(StoreError, match="raise history_bytes"):
        one.undo()


def told(*spaces: Any) -> list[Any]:
    """What a harvester tells that it was asked for, for spaces of combos alone."""
    return [{"combos": space, "cases": {}, "constants": {}} for space in spaces]


@pytest.mark.parametrize("where", ["memory", "file", "restart"])
def test_what_was_asked_for_is_remembered(where: str, tmp_path: Path) -> None:
    """Whoever comes back is told what was wanted, not only what there is; a step back takes that back too."""
    name = None if where == "memory" else tmp_path / "data.h5"
    one = harvester(name)
    first, second = {"a": [1, 2, 3], "b": [1]}, {"a": [1], "b": [5, 6]}
    for space in (first, second):
        one.harvest_combos(space)
    one = harvester(name) if where == "restart" else one
    assert one.asked == told(second, first)
    one.undo()
    assert one.asked == told(first)


def test_cases_and_constants_are_asked_for_too() -> None:
    """All that a harvest is given is remembered, as far as it can be written down."""
    one = harvester(None)
    one.harvest_cases([{"a": 1, "b": 2}, {"a": 4, "b": 2}], constants={"c": 3})
    assert one.asked == [{"combos": {}, "cases": {"a": [1, 4], "b": [2, 2]}, "constants": {"c": 3}}]
    one.harvest_combos({"a": range(20_000)}, constants={"b": 2, "c": 3})
    assert one.asked == []
    one.undo()
    assert len(one.asked) == 1
    one.drop_sel(a=4)
    assert one.asked == []


def test_what_a_killed_process_was_asked_for_is_remembered(tmp_path: Path) -> None:
    """The journal tells it before anything is written into the file, and the history afterwards."""
    name = tmp_path / "data.h5"
    code = f"""
import os
import xyzpy_widgets as xyz

def fn(a, b):
    if a == 3:
        os._exit(9)
    return a + b

xyz.Harvester(xyz.Runner(fn, "out", verbosity=0), {str(name)!r}).harvest_combos({{"a": [1, 2, 3, 4], "b": [1]}})
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    one = harvester(name)
    assert not name.exists()
    assert one.asked == told({"a": [1, 2, 3, 4], "b": [1]})
    assert len(one.history) == 1
    assert name.exists()
    assert harvester(name).asked == told({"a": [1, 2, 3, 4], "b": [1]})
