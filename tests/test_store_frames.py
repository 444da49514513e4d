"""Reading a segment of the journal, whatever has happened to it: what is whole comes back, nothing else does."""

from __future__ import annotations

import random
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xyzpy_widgets.errors import FormatError, StoreError
from xyzpy_widgets.store.frames import HEADER, Damage, Record, frame, scan
from xyzpy_widgets.store.packing import pack

RECORDS = [{"key": (number, 0.5), "result": ["x" * (37 * number % 90)], "seconds": 0.1} for number in range(14)]


def segment(values: list[Any]) -> bytes:
    """Return the bytes of a segment with some records."""
    content = HEADER
    for value in values:
        content += frame(pack(value), len(content))
    return content


def read(path: Path, content: bytes, start: int = 0) -> tuple[list[Record], list[Damage]]:
    """Return what is found in a file of some bytes."""
    path.write_bytes(content)
    found = list(scan(path, start))
    return [one for one in found if isinstance(one, Record)], [one for one in found if isinstance(one, Damage)]


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "segment.log"


WHOLE = segment(RECORDS)


def test_what_was_written_is_read_in_order(path: Path) -> None:
    """Each record comes with the place where it is and the place where the next one begins."""
    records, damage = read(path, WHOLE)
    assert [record.value for record in records] == RECORDS
    assert damage == []
    assert records[0].offset == len(HEADER)
    assert [record.end for record in records] == [*(record.offset for record in records[1:]), len(WHOLE)]


def test_reading_goes_on_where_it_stopped(path: Path) -> None:
    """Who has read a part needs to read only what is new."""
    records, _ = read(path, WHOLE)
    for number, record in enumerate(records):
        assert list(scan(path, record.end)) == records[number + 1 :]
    assert list(scan(path, len(WHOLE) + 100)) == []


def test_a_damaged_header_costs_no_record_and_is_told_once(path: Path) -> None:
    """The frames behind it are whole; who goes on reading later has been told before."""
    path.write_bytes(bytes(len(HEADER)) + WHOLE[len(HEADER) :])
    damage, *records = scan(path)
    assert damage == Damage(0, len(HEADER))
    assert [one.value for one in records if isinstance(one, Record)] == RECORDS
    assert list(scan(path, records[0].end)) == records[1:]


@pytest.mark.parametrize("stray", [1, 2, 3])
def test_stray_bytes_between_frames_cost_no_record(path: Path, stray: int) -> None:
    """However close behind damage a whole frame begins, it is found."""
    first = HEADER + frame(pack(RECORDS[0]), len(HEADER))
    content = first + b"x" * stray + frame(pack(RECORDS[1]), len(first) + stray)
    records, damage = read(path, content)
    assert [record.value for record in records] == RECORDS[:2]
    assert damage == [Damage(len(first), len(first) + stray)]


def test_a_cut_at_any_byte_loses_only_what_it_cuts(path: Path) -> None:
    """A writer can die in the middle of any write; the torn tail is passed over without alarm."""
    records, _ = read(path, WHOLE)
    for size in range(len(WHOLE)):
        assert read(path, WHOLE[:size]) == ([record for record in records if record.end <= size], []), size


def test_a_flipped_bit_costs_at_most_one_record(path: Path) -> None:
    """A disk that returns a wrong bit never makes a wrong result, and is noticed."""
    numbers = random.Random(1)
    intact, _ = read(path, WHOLE)
    for _ in range(300):
        bit = numbers.randrange(8 * len(WHOLE))
        content = bytearray(WHOLE)
        content[bit // 8] ^= 1 << bit % 8
        records, damage = read(path, bytes(content))
        lost = [record for record in intact if record not in records]
        assert [record for record in intact if record in records] == records
        assert [one.offset <= bit // 8 < one.end for one in damage] == [True]
        assert [(record.offset, record.end) for record in lost] == [
            (one.offset, one.end) for one in damage if one.offset >= len(HEADER)
        ]


@pytest.mark.parametrize("fill", [b"\0", b"\xff"])
def test_a_blanked_block_costs_only_the_records_in_it(path: Path, fill: bytes) -> None:
    """A sector that was never written, after a power cut, hides nothing that lies behind it."""
    intact, _ = read(path, WHOLE)
    for begin in range(0, len(WHOLE), 64):
        end = min(begin + 200, len(WHOLE))
        records, damage = read(path, WHOLE[:begin] + fill * (end - begin) + WHOLE[end:])
        assert records == [record for record in intact if record.end <= begin or record.offset >= end]
        assert damage


@pytest.mark.parametrize("length", [1, 11, 12, 13, 500, 5000])
def test_garbage_at_the_end_hides_nothing(path: Path, length: int) -> None:
    """What another program, or a broken disk, adds is not taken for a record."""
    intact, _ = read(path, WHOLE)
    records, damage = read(path, WHOLE + random.Random(length).randbytes(length))
    assert records == intact
    assert damage == ([] if length < 12 else [Damage(len(WHOLE), len(WHOLE) + length)])


def test_records_behind_a_large_damage_are_found(path: Path) -> None:
    """The search for the next frame goes on over any distance, and at every alignment."""
    for shift in range(4):
        content = segment([{"y": np.arange(300_000.0)}, {"z": "x" * shift}, *RECORDS])
        damaged = content[:20] + bytes([content[20] ^ 1]) + content[21:]
        records, damage = read(path, damaged)
        assert [record.value for record in records] == [{"z": "x" * shift}, *RECORDS]
        assert damage == [Damage(len(HEADER), records[0].offset)]


@pytest.mark.parametrize("before", range(13))
def test_a_frame_at_the_border_of_what_is_looked_through_is_found(path: Path, before: int) -> None:
    """The search goes through a file in windows of 1 MiB; a frame may begin in one and go on in the next."""
    border = len(HEADER) + 1 + 2**20
    size = border - before - len(segment([{"y": bytes(2**17)}])) + 2**17
    content = segment([{"y": bytes(size)}, {"z": 1}])
    records, damage = read(path, content[:30] + b"\1" + content[31:])
    assert [(record.offset, record.value) for record in records] == [(border - before, {"z": 1})]
    assert damage == [Damage(len(HEADER), border - before)]


def test_a_journal_inside_a_record_is_not_taken_for_the_journal(path: Path) -> None:
    """A result may hold any bytes, those of a segment too; when it is damaged, they are no records."""
    content = segment([{"bytes": WHOLE}, {"last": 1}])
    damaged = content[:20] + bytes([content[20] ^ 1]) + content[21:]
    records, damage = read(path, damaged)
    assert [record.value for record in records] == [{"last": 1}]
    assert len(damage) == 1


def test_a_moved_frame_is_no_record(path: Path) -> None:
    """A block of an older file, which a disk gives back after a power cut, does not bring old results back."""
    records, damage = read(path, WHOLE)
    first = WHOLE[records[0].offset : records[0].end]
    records, damage = read(path, WHOLE + first)
    assert [record.value for record in records] == RECORDS
    assert damage == [Damage(len(WHOLE), len(WHOLE) + len(first))]


def test_a_newer_version_is_refused(path: Path) -> None:
    """Records that this library would misread are left to the one that wrote them."""
    begin = HEADER[:8] + struct.pack("<I", 2)
    path.write_bytes(begin + struct.pack("<I", zlib.crc32(begin)) + WHOLE[16:])
    with pytest.raises(FormatError, match=r"segment\.log is written in version 2 .* update xyzpy_widgets"):
        list(scan(path))


def test_a_file_of_another_kind_is_damage_from_end_to_end(path: Path) -> None:
    """Nothing is read out of what is no segment."""
    assert read(path, b"a,b\n" + 10 * b"1,2\n") == ([], [Damage(0, 16), Damage(16, 44)])
    assert read(path, b"") == ([], [])


def test_a_payload_that_is_no_record_is_damage(path: Path) -> None:
    """What another program frames, be it as it may, does not end up among the results."""
    content, borders = HEADER, [len(HEADER)]
    for payload in (pack({"a": 1}), b"\xc1", pack([1, 2]), pack({"b": 2})):
        content += frame(payload, len(content))
        borders.append(len(content))
    records, damage = read(path, content)
    assert [record.value for record in records] == [{"a": 1}, {"b": 2}]
    assert damage == [Damage(*borders[1:3]), Damage(*borders[2:4])]


def test_a_missing_segment_is_an_error(path: Path) -> None:
    """Somebody may fold a segment between finding and reading it; the reader has to know."""
    with pytest.raises(StoreError, match=r"segment\.log"):
        list(scan(path))


def test_the_reader_in_the_documentation_reads_a_segment() -> None:
    """The description is enough for another program to read a journal, damaged ones too."""
    text = (Path(__file__).parents[1] / "docs" / "journal.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)[0], names)  # noqa: S102 - our own text
    plain = [{"key": list(range(number)), "result": [0.5, None, "x"]} for number in range(20)]
    whole = segment(plain)
    assert list(names["records"](whole)) == plain
    assert list(names["records"](whole[:60] + bytes([whole[60] ^ 1]) + whole[61:-1])) == [*plain[:1], *plain[2:-1]]
