"""What is left of a damaged table: the rows of a text that are whole, and the columns of a parquet that can be read.

A text has no checksums: a row counts as whole when it reads as one. The pages of a parquet have them. Nothing is left
of a pickle that cannot be opened.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from xyzpy_widgets.errors import FormatError
from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.table_csv import read_csv
from xyzpy_widgets.store.table_json import read_json
from xyzpy_widgets.store.table_parquet import BROKEN, frame_of
from xyzpy_widgets.store.table_parts import parts, united

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TableSalvage", "salvaged_table"]

_LONGEST = 1000  # lines that one row may have


@dataclass(frozen=True, slots=True)
class TableSalvage:
    """What is left of a table.

    Attributes
    ----------
    frame : pandas.DataFrame
        The rows and columns that are whole.
    lost : dict of str to str
        What is not, and why.
    verified : bool
        Whether checksums told what is whole.
    """

    frame: pd.DataFrame
    lost: dict[str, str] = field(default_factory=dict)
    verified: bool = False


def salvaged_table(path: Path, engine: str) -> TableSalvage:
    """Read what is left of a file; raise `FormatError`, with the remedy, where that is nothing."""
    with reported(path):
        if engine == "parquet":
            return _parts(path) if path.is_dir() else _parquet(path)
        if engine == "pickle":
            msg = f"nothing can be kept of {path}: a pickle is whole or nothing; take a copy of it from a backup"
            raise FormatError(msg)
        lines = path.read_bytes().splitlines(keepends=True)
    return (_csv if engine == "csv" else _json)(path, lines)


def _csv(path: Path, lines: list[bytes]) -> TableSalvage:
    rows = list(_rows(lines))
    names = next(iter(rows), None)
    if names is None or not all(names) or len(set(names)) < len(names):
        msg = f"the line of names of {path} is damaged: correct it in an editor of text, and recover the rest then"
        raise FormatError(msg)
    whole = [row for row in rows[1:] if row is not None and len(row) == len(names)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([names, *whole])
    return TableSalvage(read_csv(io.BytesIO(text.getvalue().encode())), _lost(len(rows) - 1 - len(whole)))


def _rows(lines: list[bytes]) -> Iterator[list[str] | None]:
    """Read row by row; None for lines that are none."""
    at = 0
    while at < len(lines):
        size = next((n for n in range(1, _LONGEST) if _is_closed(lines[at : at + n])), 1)
        block, at = b"".join(lines[at : at + size]), at + size
        if block.strip():
            yield _row(block)


def _is_closed(lines: Iterable[bytes]) -> bool:
    return sum(line.count(b'"') for line in lines) % 2 == 0


def _row(block: bytes) -> list[str] | None:
    if not block.endswith(b"\n") or b"\0" in block:
        return None
    try:
        (row,) = csv.reader(io.StringIO(block.decode("utf-8-sig"), newline=""), strict=True)
    except (ValueError, csv.Error):
        return None
    return row


def _json(path: Path, lines: list[bytes]) -> TableSalvage:
    try:
        head = json.loads(lines[0].rstrip().rstrip(b",") + b"}")
        names = {entry["name"] for entry in head["schema"]["fields"]}
    except (ValueError, KeyError, TypeError, IndexError) as error:
        msg = f"the first line of {path} is damaged, which names its columns: correct it, and recover the rest then"
        raise FormatError(msg) from error
    found = [_object(line) for line in lines[1:] if line.strip() not in {b'"data": [', b"]}", b""}]
    rows = [row for row in found if row is not None and row.keys() == names]
    content = json.dumps({**head, "data": rows}).encode()
    return TableSalvage(read_json(io.BytesIO(content)), _lost(len(found) - len(rows)))


def _object(line: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(line.rstrip().rstrip(b","))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _parquet(path: Path) -> TableSalvage:
    columns, lost = _columns(path)
    return TableSalvage(frame_of(columns), lost, verified=True)


def _parts(folder: Path) -> TableSalvage:
    kept: list[pa.Table] = []
    lost: dict[str, str] = {}
    for part in parts(folder):
        try:
            columns, gone = _columns(part)
        except FormatError as error:
            lost[part.name] = str(error)
        else:
            kept.append(columns)
            lost |= {f"{name} in {part.name}": why for name, why in gone.items()}
    if not kept:
        msg = f"nothing can be kept of {folder}: no part is whole; take a copy of it from a backup"
        raise FormatError(msg)
    return TableSalvage(frame_of(united(kept)), lost, verified=True)


def _columns(path: Path) -> tuple[pa.Table, dict[str, str]]:
    """Read the columns that are whole; say of the others why they are not."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        schema = parquet.read_schema(path)
    except BROKEN as error:
        msg = f"nothing can be kept of {path}: its end is damaged, which says where its columns are; take a copy of it"
        raise FormatError(f"{msg} from a backup") from error
    columns: dict[str, pa.ChunkedArray] = {}
    lost: dict[str, str] = {}
    for name in schema.names:
        try:
            columns[name] = parquet.read_table(path, columns=[name], page_checksum_verification=True)[name]
        except BROKEN as error:
            lost[name] = str(error)
    if not columns:
        msg = f"nothing can be kept of {path}: no column is whole; take a copy of it from a backup"
        raise FormatError(msg)
    return pa.table(columns), lost


def _lost(rows: int) -> dict[str, str]:
    return {"rows": f"{rows} lines that do not read as rows"} if rows else {}
