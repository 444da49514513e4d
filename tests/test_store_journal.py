"""The journal: what was appended is there, whatever the system, other processes and the writer's own threads do."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import resource
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.programs import running
from xyzpy_widgets.errors import EncodingError, StoreError
from xyzpy_widgets.store.frames import HEADER, Record, scan
from xyzpy_widgets.store.journal import discard, segments
from xyzpy_widgets.store.segment import Segment

LONG = 60.0  # seconds, for what happens at once when it happens at all

Write = Callable[[int, bytes], int]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return tmp_path / "study.h5.journal"


@pytest.fixture(name="segment")
def _segment(folder: Path) -> Iterator[Segment]:
    """Return a segment that brings nothing to the disk by itself within the time of a test."""
    segment = Segment.create(folder, interval=LONG)
    yield segment
    segment.remove()


def values(path: Path) -> list[Any]:
    """Return the records of an undamaged segment."""
    found = list(scan(path))
    assert all(isinstance(one, Record) for one in found)
    return [one.value for one in found if isinstance(one, Record)]


def fail(code: int) -> Callable[..., int]:
    """Return a call of the system that fails."""

    def failing(*_: Any) -> int:
        raise OSError(code, os.strerror(code))

    return failing


class TestAppend:
    """A record is in the file when `append` returns, or not at all."""

    def test_a_record_can_be_read_at_once_by_others(self, segment: Segment) -> None:
        """It has left the process, so nothing that happens to the process takes it away."""
        for number in range(3):
            segment.append({"key": (number,), "result": 0.5})
            assert values(segment.path) == [{"key": (n,), "result": 0.5} for n in range(number + 1)]
            assert segment.size == segment.path.stat().st_size

    def test_a_record_is_one_write(self, segment: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
        """There is no moment at which a part of a small record is there and the rest is not."""
        sizes: list[int] = []

        def counting(descriptor: int, data: bytes, write: Write = os.write) -> int:
            sizes.append(len(data))
            return write(descriptor, data)

        monkeypatch.setattr(os, "write", counting)
        before = segment.size
        segment.append({"key": (1,)})
        assert sizes == [segment.size - before]

    def test_a_write_in_pieces_is_still_one_record(self, segment: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
        """The system may take only a part at a time."""
        monkeypatch.setattr(os, "write", lambda descriptor, data, write=os.write: write(descriptor, data[:5]))
        segment.append({"key": (1,), "result": "x" * 100})
        assert values(segment.path) == [{"key": (1,), "result": "x" * 100}]

    def test_what_cannot_be_kept_leaves_no_trace(self, segment: Segment) -> None:
        """One odd result does not spoil the journal for those that follow."""
        with pytest.raises(EncodingError, match=r"\['result'\]: <object .* of type builtins\.object cannot be kept"):
            segment.append({"result": object()})
        segment.append({"result": 1})
        assert values(segment.path) == [{"result": 1}]

    def test_the_record_is_not_changed(self, segment: Segment) -> None:
        """What the caller gave stays the caller's."""
        record = {"key": (1,), "result": [1, {"a": 2}]}
        segment.append(record)
        assert record == {"key": (1,), "result": [1, {"a": 2}]}

    @pytest.mark.parametrize("whole", [False, True])
    def test_an_interrupt_in_a_write_leaves_a_whole_record_or_none(
        self, segment: Segment, monkeypatch: pytest.MonkeyPatch, *, whole: bool
    ) -> None:
        """A user who presses Ctrl-C damages nothing, and goes on with the same segment."""

        def interrupted(descriptor: int, data: bytes, write: Write = os.write) -> int:
            write(descriptor, data if whole else data[: len(data) // 2])
            raise KeyboardInterrupt

        segment.append({"key": (1,)})
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", interrupted)
            with pytest.raises(KeyboardInterrupt):
                segment.append({"key": (2,)})
        segment.append({"key": (3,)})
        assert values(segment.path) == [{"key": (1,)}, *([{"key": (2,)}] if whole else []), {"key": (3,)}]

    def test_many_threads_share_a_segment(self, folder: Path) -> None:
        """No record of one thread is lost or mixed with that of another, while all of them are brought to the disk."""
        with Segment.create(folder, interval=0.001) as segment:

            def work(thread: int) -> None:
                for number in range(200):
                    segment.append({"key": (thread, number), "result": "x" * (number % 50)})

            threads = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        found = [record["key"] for record in values(segment.path)]
        assert sorted(found) == [(thread, number) for thread in range(8) for number in range(200)]
        assert [key for key in found if key[0] == 3] == [(3, number) for number in range(200)]

    def test_a_closed_segment_takes_nothing(self, folder: Path) -> None:
        """A record that would go nowhere is refused aloud."""
        segment = Segment.create(folder)
        segment.close()
        segment.close()
        with pytest.raises(StoreError, match=r"\.log is closed; begin another segment"):
            segment.append({"key": (1,)})


class TestFullDisk:
    """A disk without room refuses a record, and keeps all that it has taken."""

    def fill(self, segment: Segment) -> int:
        """Append until the system refuses, and return how many records were taken."""
        text = rf"{re.escape(str(segment.path))}: .*; (make room|choose a disk)"
        for count in range(10_000):
            try:
                segment.append({"key": (count,), "result": "x" * 1000})
            except StoreError as error:
                assert re.search(text, str(error))  # noqa: PT017 - which record it is, is what is asked
                assert error.errno in {errno.ENOSPC, errno.EFBIG}  # noqa: PT017
                return count
        raise AssertionError("there was room for everything")

    def test_on_a_small_file_system(self, tmp_path: Path) -> None:
        """Everything acknowledged before is read, and what is appended once there is room again."""
        disk = tmp_path / "disk"
        disk.mkdir()
        mount, umount = shutil.which("mount"), shutil.which("umount")
        if mount is None or umount is None or os.getuid() != 0:
            pytest.skip("mounting a small file system needs the rights of root")
        order: list[str | Path] = [mount, "-t", "tmpfs", "-o", "size=128k", "none", disk]
        if subprocess.run(order, capture_output=True, check=False).returncode != 0:
            pytest.skip("no file system may be mounted here")
        try:
            ballast = disk / "ballast"
            ballast.write_bytes(bytes(20_000))
            with Segment.create(disk / "journal") as segment:
                count = self.fill(segment)
                assert count > 10
                assert segment.size == segment.path.stat().st_size
                ballast.unlink()
                segment.append({"key": "more", "result": "x" * 1000})
                assert [record["key"] for record in values(segment.path)] == [*((n,) for n in range(count)), "more"]
                self.fill(segment)
                with pytest.raises(StoreError, match=r"make room"):
                    Segment.create(disk / "journal 2")
                assert not (disk / "journal 2").exists()
        finally:
            subprocess.run([umount, disk], check=True)

    def test_at_the_largest_size_of_a_file(self, segment: Segment) -> None:
        """A limit that cuts a record in its middle leaves nothing of it behind."""
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3500, hard))
        try:
            count = self.fill(segment)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert count == 3
        assert segment.size == segment.path.stat().st_size
        segment.append({"key": (3,), "result": "more"})
        assert [record["key"] for record in values(segment.path)] == [(0,), (1,), (2,), (3,)]


class Disk:
    """Counts what is brought to the disk, which still is."""

    def __init__(self) -> None:
        self.synced: Counter[int] = Counter()
        self.sizes: dict[int, int] = {}
        self.happened = threading.Event()

    def fdatasync(self, descriptor: int, fdatasync: Callable[[int], None] = os.fdatasync) -> None:
        """Note what and how much of it, and do it."""
        stat = os.fstat(descriptor)
        fdatasync(descriptor)
        self.synced[stat.st_ino] += 1
        self.sizes[stat.st_ino] = stat.st_size
        self.happened.set()


@pytest.fixture(name="disk")
def _disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(os, "fdatasync", disk.fdatasync)
    return disk


class TestSync:
    """A record reaches the disk in the background soon, and for certain before `sync` returns."""

    def test_sync_brings_all_records_and_the_names_to_the_disk(self, segment: Segment, disk: Disk) -> None:
        """After a power cut there is not only the content, but also the file and the folder that it is in."""
        segment.append({"key": (1,)})
        segment.sync()
        folder = segment.path.parent
        assert set(disk.synced) == {path.stat().st_ino for path in (segment.path, folder, folder.parent)}
        assert disk.sizes[segment.path.stat().st_ino] == segment.size
        disk.synced.clear()
        segment.sync()
        assert not disk.synced
        segment.append({"key": (2,)})
        segment.sync()
        assert disk.synced == {segment.path.stat().st_ino: 1}

    def test_close_brings_all_records_to_the_disk(self, folder: Path, disk: Disk) -> None:
        """Leaving a ``with`` block is as good as `sync`."""
        with Segment.create(folder, interval=LONG) as segment:
            segment.append({"key": (1,)})
        assert segment.path.stat().st_ino in disk.synced

    def test_records_are_brought_to_the_disk_in_the_background(self, folder: Path, disk: Disk) -> None:
        """Nobody has to ask for it; and however many records and segments there are, one thread does it."""
        with Segment.create(folder, interval=0.01) as segment, Segment.create(folder, interval=0.01) as other:
            before = set(threading.enumerate())
            for number in range(100):
                segment.append({"key": (number,)})
                other.append({"key": (number,)})
            made = set(threading.enumerate()) - before
            assert len(made) <= 1
            assert all(thread.daemon for thread in made)  # a program that ends does not wait for it
            disk.happened.clear()
            segment.append({"key": "last"})
            assert disk.happened.wait(LONG)

    def test_each_record_is_brought_to_the_disk_however_long_there_was_none(self, folder: Path, disk: Disk) -> None:
        """The thread rests as long as there is nothing to do, and takes up what comes then, at whatever moment."""
        with Segment.create(folder, interval=0.0) as segment:
            for number in range(200):
                disk.happened.clear()
                segment.append({"key": (number,)})
                while disk.sizes.get(segment.path.stat().st_ino) != segment.size:
                    assert disk.happened.wait(LONG)
                    disk.happened.clear()

    def test_a_disk_that_fails_in_the_background_is_reported_by_the_next_call(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody goes on in the belief that the last records would outlive a power cut."""
        failed = threading.Event()

        def failing(_: int) -> None:
            failed.set()
            raise OSError(errno.EIO, "the disk is broken")

        segment = Segment.create(folder, interval=0.001)
        monkeypatch.setattr(os, "fdatasync", failing)
        segment.append({"key": (1,)})
        assert failed.wait(LONG)
        with suppress(StoreError):
            segment.sync()  # waits until the thread is done with it
        monkeypatch.undo()
        text = r"\.log: the disk is broken; the last records may not outlive a power cut: begin another segment"
        with pytest.raises(StoreError, match=text):
            segment.append({"key": (2,)})
        with pytest.raises(StoreError, match=text):
            segment.sync()
        with pytest.raises(StoreError, match=text):
            segment.close()
        assert values(segment.path) == [{"key": (1,)}]

    def test_where_no_thread_can_be_started_each_record_is_brought_to_the_disk(
        self, folder: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A cluster that limits threads costs time, not safety."""

        def refuse(_: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr("xyzpy_widgets.store.segment._DISKS", {})
        with monkeypatch.context() as patch, Segment.create(folder) as segment:
            patch.setattr(threading.Thread, "start", refuse)
            for number in range(3):
                segment.append({"key": (number,)})
            assert disk.synced[segment.path.stat().st_ino] == 3

    def test_appending_goes_on_while_the_disk_is_slow(self, segment: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
        """The function under study never waits for a disk that is far away."""
        begun, released = threading.Event(), threading.Event()

        def slow(_: int) -> None:
            begun.set()
            assert released.wait(LONG)

        monkeypatch.setattr(os, "fdatasync", slow)
        segment.append({"key": (1,)})
        thread = threading.Thread(target=segment.sync)
        thread.start()
        assert begun.wait(LONG)
        segment.append({"key": (2,)})
        assert values(segment.path) == [{"key": (1,)}, {"key": (2,)}]
        released.set()
        thread.join()


class TestRemoval:
    """What somebody removes under the writer's hands is made again; what the writer removes is gone."""

    @pytest.mark.parametrize("what", ["file", "folder"])
    def test_a_removed_segment_is_made_again(self, segment: Segment, disk: Disk, what: str) -> None:
        """Somebody who tidies up during a harvest costs no result, not even in a power cut."""
        segment.append({"key": (1,), "result": "x" * 3_000_000})
        segment.sync()
        disk.synced.clear()
        segment.path.unlink()
        if what == "folder":
            segment.path.parent.rmdir()
        segment.append({"key": (2,)})
        segment.sync()
        folder = segment.path.parent
        assert set(disk.synced) == {path.stat().st_ino for path in (segment.path, folder, folder.parent)}
        segment.append({"key": (3,)})
        assert [record["key"] for record in values(segment.path)] == [(1,), (2,), (3,)]
        assert [(one.path, one.live) for one in segments(segment.path.parent)] == [(segment.path, True)]

    def test_a_segment_is_made_again_when_its_whole_surroundings_are_back(self, tmp_path: Path) -> None:
        """As long as it cannot be, this is said; nothing is lost meanwhile."""
        outer = tmp_path / "outer"
        outer.mkdir()
        with Segment.create(outer / "journal", interval=LONG) as segment:
            segment.append({"key": (1,)})
            discard(segment.path)
            outer.rmdir()
            with pytest.raises(StoreError, match=r"make the folder first"):
                segment.sync()
            with pytest.raises(StoreError, match=r"make the folder first"):
                segment.append({"key": (2,)})
            outer.mkdir()
            segment.append({"key": (3,)})
        assert values(segment.path) == [{"key": (1,)}, {"key": (3,)}]

    def test_what_cannot_be_made_again_in_the_background_is_reported_by_the_next_record(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A writer whose file is gone for good does not go on as if nothing had happened."""
        tries: list[Any] = []
        twice = threading.Event()

        def refuse(*arguments: Any, **_: Any) -> None:
            tries.append(arguments)
            if len(tries) > 1:
                twice.set()
            raise OSError(errno.EACCES, "Permission denied")

        with Segment.create(folder, interval=0.001) as segment:
            with monkeypatch.context() as patch:
                patch.setattr(Path, "open", refuse)
                segment.path.unlink()
                segment.append({"key": (1,)})
                assert twice.wait(LONG)
                with pytest.raises(StoreError, match=r"Permission denied; choose a folder"):
                    segment.append({"key": (2,)})
            segment.append({"key": (3,)})
        assert values(segment.path) == [{"key": (1,)}, {"key": (3,)}]

    def test_another_file_in_its_place_is_not_overwritten(self, segment: Segment) -> None:
        """What is not ours is not touched, and the trouble is reported."""
        segment.append({"key": (1,)})
        segment.path.unlink()
        segment.path.write_bytes(b"theirs")
        with pytest.raises(StoreError, match=r"\.log: File exists"):
            segment.sync()
        assert segment.path.read_bytes() == b"theirs"

    def test_remove_takes_the_folder_only_when_it_is_empty(self, folder: Path) -> None:
        """The journal goes with its last segment, not before."""
        first, second = Segment.create(folder), Segment.create(folder)
        first.append({"key": (1,)})
        second.append({"key": (2,)})
        first.remove()
        assert values(second.path) == [{"key": (2,)}]
        second.close()
        second.remove()
        assert not folder.exists()

    def test_a_discarded_segment_does_not_come_back(self, folder: Path, disk: Disk) -> None:
        """After a power cut no removed record turns up again."""
        first, second = Segment.create(folder), Segment.create(folder)
        inode = folder.stat().st_ino
        disk.synced.clear()
        first.remove()
        assert disk.synced == {inode: 1}
        second.remove()
        assert disk.synced == {inode: 1, folder.parent.stat().st_ino: 1}

    def test_a_file_system_that_counts_no_names_is_no_removal(
        self, segment: Segment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A file that stands under its name is not made again, whatever the system says of it."""

        def nameless(descriptor: int, fstat: Callable[[int], os.stat_result] = os.fstat) -> os.stat_result:
            fields = list(fstat(descriptor))
            fields[3] = 0
            return os.stat_result(fields)

        segment.append({"key": (1,)})
        monkeypatch.setattr(os, "fstat", nameless)
        segment.sync()
        assert values(segment.path) == [{"key": (1,)}]

    def test_discarding_twice_is_no_error(self, folder: Path) -> None:
        """Two processes may fold the same segment."""
        segment = Segment.create(folder)
        segment.close()
        discard(segment.path)
        discard(segment.path)
        assert not folder.exists()

    def test_a_segment_is_begun_while_others_remove_the_empty_journal(self, folder: Path) -> None:
        """Who begins is never stopped by who has just ended."""

        def work() -> None:
            for _ in range(100):
                with Segment.create(folder, interval=LONG) as segment:
                    segment.append({"key": (1,)})
                segment.remove()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not folder.exists()

    def test_without_the_folder_around_it_no_journal_begins(self, tmp_path: Path) -> None:
        """A mistyped path is reported before anything is computed."""
        with pytest.raises(StoreError, match=r"nowhere.*make the folder first"):
            Segment.create(tmp_path / "nowhere" / "journal")


WRITER = """
from xyzpy_widgets.store.segment import Segment
segment = Segment.create(Path(sys.argv[1]))
segment.append({"key": (1,)})
print("written", flush=True)
"""
PARENT = """
from xyzpy_widgets.store.segment import Segment
segment = Segment.create(Path(sys.argv[1]), interval=60.0)
segment.append({"key": ("parent",)})
if os.fork():
    sys.stdin.readline()
    os.kill(os.getpid(), 9)
for call in (lambda: segment.append({"key": ("child",)}), segment.sync, segment.remove):
    try:
        call()
        print("done", flush=True)
    except OSError as error:
        print(error, flush=True)
segment.close()
print("closed", flush=True)
os.read(0, 1)
os._exit(0)
"""


class TestOthers:
    """What processes see of each other's segments."""

    def test_a_segment_lives_as_long_as_its_writer(self, folder: Path) -> None:
        """Nobody removes a segment that is being written, and nobody waits for a dead writer."""
        with running(WRITER + "sys.stdin.read()", folder) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "written\n"
            (before,) = segments(folder)
            assert before.live
            assert values(before.path) == [{"key": (1,)}]
            writer.kill()
        (after,) = segments(folder)
        assert not after.live
        assert (after.path, after.size) == (before.path, after.path.stat().st_size)
        assert values(after.path) == [{"key": (1,)}]

    def test_a_segment_of_this_process_lives_until_it_is_closed(self, folder: Path) -> None:
        """The same holds between the threads and objects of one process."""
        with Segment.create(folder):
            assert [one.live for one in segments(folder)] == [True]
        assert [one.live for one in segments(folder)] == [False]

    def test_a_forked_child_has_no_part_in_the_segment(self, folder: Path) -> None:
        """A worker neither writes into its parent's segment nor keeps it alive beyond the parent's death."""
        with running(PARENT, folder) as parent:
            assert parent.stdin is not None
            assert parent.stdout is not None
            told = [parent.stdout.readline() for _ in range(4)]
            assert all("is that of the parent process" in line for line in told[:3])
            assert told[3] == "closed\n"
            assert [one.live for one in segments(folder)] == [True]
            parent.stdin.write("die\n")
            parent.stdin.flush()
            parent.wait()
            (left,) = segments(folder)
            assert not left.live
            assert values(left.path) == [{"key": ("parent",)}]

    def test_segments_are_listed_as_they_were_begun(self, folder: Path) -> None:
        """Where two of them have the same case, it is known which came later; other files are left alone."""
        made = [Segment.create(folder) for _ in range(5)]
        (folder / "note.txt").write_text("mine")
        assert [one.path for one in segments(folder)] == [segment.path for segment in made]
        for segment in made:
            segment.remove()
        assert [path.name for path in folder.iterdir()] == ["note.txt"]

    def test_a_missing_journal_has_no_segments(self, folder: Path) -> None:
        """Most stores have none, most of the time."""
        assert segments(folder) == []

    def test_a_segment_that_is_just_being_made_is_live(self, folder: Path) -> None:
        """Between the making of the file and its lock nobody takes it away; a file left so by a dead writer ages."""
        folder.mkdir()
        path = folder / "1.log"
        path.write_bytes(HEADER[:5])
        assert [one.live for one in segments(folder)] == [True]
        os.utime(path, (0, 0))
        assert [one.live for one in segments(folder)] == [False]

    def test_without_locks_a_segment_is_live_as_long_as_it_changes(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On a file system that has no locks, writing works as well, and the grace time keeps others away."""
        monkeypatch.setattr(fcntl, "flock", fail(errno.ENOLCK))
        with Segment.create(folder) as segment:
            segment.append({"key": (1,)})
        assert [one.live for one in segments(folder)] == [True]
        assert [one.live for one in segments(folder, grace=0)] == [False]
        assert values(segment.path) == [{"key": (1,)}]
