"""The journal under SIGKILL: whatever was acknowledged is read, at every moment at which a writer can die."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.kill_points import WITHOUT_COMPILER, Trial, after_reports, at_every_call
from xyzpy_widgets.store.frames import HEADER, Record, scan
from xyzpy_widgets.store.journal import discard, segments

SHORT = """
from xyzpy_widgets.store.segment import Segment

def work(folder, acknowledge):
    for name in ("first", "second"):
        with Segment.create(folder / "journal", interval=60.0) as segment:
            for number in range(4):
                segment.append({"key": (name, number), "result": "x" * 100 * number})
                acknowledge([name, number])
                if number == 1:
                    segment.sync()
    segment.remove()
    acknowledge("removed")
"""
LONG = """
import itertools, threading
from xyzpy_widgets.store.segment import Segment

def work(folder, acknowledge):
    segment = Segment.create(folder / "journal", interval=0.001)

    def fill(name):
        for number in itertools.count():
            segment.append({"key": (name, number), "result": "x" * (number % 300)})
            acknowledge([name, number])

    threading.Thread(target=fill, args=("first",)).start()
    fill("second")
"""


def read(folder: Path) -> list[dict[str, Any]]:
    """Return every record of a journal whose writer is dead; nothing in it is damaged."""
    found = segments(folder)
    assert not any(one.live for one in found if one.size >= len(HEADER))
    records = [record for one in found for record in scan(one.path)]
    assert all(isinstance(record, Record) for record in records)
    return [record.value for record in records if isinstance(record, Record)]


def check_short(trial: Trial) -> None:
    """Compare what a writer that did `SHORT` has left with what it had acknowledged."""
    expected = [{"key": (name, n), "result": "x" * 100 * n} for name in ("first", "second") for n in range(4)]
    records = read(trial.folder / "journal")
    names = {"first"} if "removed" in trial.acknowledged else {"first", "second"}
    kept = [key for key in trial.acknowledged if key != "removed" and key[0] in names]
    if len(trial.acknowledged) >= 8 and not any(record["key"][0] == "second" for record in records):
        kept = [key for key in kept if key[0] == "first"]  # it was just being removed
    assert records == [record for record in expected if record in records], trial.what
    assert [list(record["key"]) for record in records][: len(kept)] == kept, trial.what
    assert len(records) <= len(kept) + 1, trial.what


@pytest.mark.skipif(
    WITHOUT_COMPILER, reason="a C compiler on Linux makes the library that kills the program: install cc"
)
def test_a_writer_may_die_at_every_call_of_the_system(tmp_path: Path) -> None:
    """Before each change of the disk, and in the middle of each write, nothing acknowledged is lost or wrong."""
    trials = list(at_every_call(SHORT, tmp_path))
    for trial in trials:
        check_short(trial)
    assert sum(trial.killed for trial in trials) > 30
    assert [trial.acknowledged[-1] for trial in trials if not trial.killed] == ["removed", "removed"]


def test_a_writer_may_die_at_any_moment(tmp_path: Path) -> None:
    """Killed from outside, with two threads appending and a third bringing records to the disk, it loses nothing."""
    trials = list(after_reports(LONG, tmp_path, 100))
    assert len(trials) == 100
    for trial in trials:
        assert trial.killed
        records = read(trial.folder / "journal")
        assert all(record["result"] == "x" * (record["key"][1] % 300) for record in records)
        for name in ("first", "second"):
            numbers = [record["key"][1] for record in records if record["key"][0] == name]
            acknowledged = [number for who, number in trial.acknowledged if who == name]
            assert numbers == list(range(len(numbers)))
            assert len(acknowledged) <= len(numbers) <= len(acknowledged) + 1


def test_what_a_dead_writer_has_left_can_be_taken_over(tmp_path: Path) -> None:
    """The next process reads the records, discards the segment, and no trace remains."""
    (trial,) = after_reports(LONG, tmp_path, 1)
    (left,) = segments(trial.folder / "journal")
    assert len(read(trial.folder / "journal")) >= len(trial.acknowledged)
    discard(left.path)
    assert list(trial.folder.iterdir()) == []
