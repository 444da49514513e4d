"""Tables that are folders of parquet files, to which a part is added at a cost of its rows.

Whoever reads the folder as one table (``pandas.read_parquet``, ``pyarrow.dataset``, polars, duckdb, Spark) has the rows
of the parts in the order of their names. A part is written beside the folder and renamed into it. Names that begin with
a dot or an underscore are of no part, as those readers have it.

Many small parts are put together: those at the end, once they are 32 or more and none is larger than all the others of
them together. So whatever a row is written with again is at least twice as large as the part that it was in: of a
million rows in calls of a hundred each is written six times, and never are there more than forty parts. A new folder
takes the place of the old one then, with the same files for what stays. Parts that another program has made stay as
they are until rows come that do not go with them.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import accumulate, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from xyzpy_widgets.errors import FormatError
from xyzpy_widgets.store import folding
from xyzpy_widgets.store.disk import sync_folder
from xyzpy_widgets.store.identity import stamps
from xyzpy_widgets.store.table_parquet import BROKEN, fitting, frame_of, read_columns, write_columns, write_parquet

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["add_part", "delete_parts", "parts", "read_parts", "united", "write_parts"]

_SUFFIXES = (".parquet", ".pq")
_HIDDEN = (".", "_")
_MANY = 32
_FIRST = "part-00000000.parquet"
_OURS = re.compile(r"((?:.*_)?part-)(\d{8})\.parquet")


def parts(folder: Path) -> list[Path]:
    """Return the files that make up a table, in their order; raise `FormatError` for anything else that is there."""
    found = [entry for entry in sorted(folder.iterdir()) if not entry.name.startswith(_HIDDEN)]
    for one in found:
        if one.suffix.lower() not in _SUFFIXES or one.is_dir():
            msg = f"{one} is no part of a table: a folder of parquet files alone is one; move it away, or choose a"
            raise FormatError(f"{msg} folder that is not there yet")
    return found


def read_parts(folder: Path) -> pd.DataFrame | None:
    """Read the table, None for a folder without parts; raise `FormatError` where it is damaged.

    When another process puts parts together in the meantime, the folder is read again.
    """
    while True:
        before = stamps(folder)
        failed: FormatError | FileNotFoundError | None = None
        frame = None
        try:
            found = parts(folder)
            frame = frame_of(united([_columns(part) for part in found])) if found else None
        except (FormatError, FileNotFoundError) as error:
            failed = error
        if stamps(folder).items() >= before.items():
            break
    if failed is not None:
        raise failed
    return frame


def united(columns: Sequence[pa.Table]) -> pa.Table:
    """Put the columns of parts under one another; raise `FormatError` where their types differ."""
    import pyarrow as pa

    try:
        return pa.concat_tables(columns, promote_options="default")
    except BROKEN as error:
        msg = f"its parts do not make one table: {error}"
        raise FormatError(msg) from error


def add_part(folder: Path, frame: pd.DataFrame, segments: Sequence[str] = ()) -> bool:
    """Add rows to a table, durably; the caller holds its lock.

    Parameters
    ----------
    folder : pathlib.Path
    frame : pandas.DataFrame
        The rows.
    segments : sequence of str
        The names of the segments that they are from.

    Returns
    -------
    bool
        False, and nothing has changed, where there is no table, or the rows are not of the types of its columns.

    Raises
    ------
    EncodingError, FormatError, StoreError
        The table is as it was then.
    """
    there = parts(folder) if folder.exists() else []
    content = fitting(frame, _schema(there[0])) if there else None
    if content is None:
        return False
    gone = _too_small(there, len(content))
    if not gone:
        folding.replace(folder, lambda file: file.write_bytes(content), segments, part=_name_after(there[-1]))
        return True
    columns = [*map(_columns, gone), read_columns(BytesIO(content))]
    if any(one.schema != columns[-1].schema for one in columns):
        return False
    _renew(folder, gone, gone[0].name, lambda file: write_columns(united(columns), file), segments)
    return True


def write_parts(folder: Path, frame: pd.DataFrame, segments: Sequence[str] | None = None) -> None:
    """Put a table of one part in the place of what was there; see `folding.replace`."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            write_parquet(frame, file)

    _renew(folder, parts(folder) if folder.exists() else (), _FIRST, write, segments)


def delete_parts(folder: Path) -> None:
    """Remove a table, the last rows first; the folder stays where something else is in it."""
    for part in reversed(parts(folder)):
        part.unlink()
    if any(folder.iterdir()):
        sync_folder(folder)
        return
    folder.rmdir()
    sync_folder(folder.parent)


def _schema(part: Path) -> pa.Schema:
    from pyarrow import parquet

    try:
        return parquet.read_schema(part)
    except BROKEN as error:
        msg = f"{part} is not a whole parquet file: {error}"
        raise FormatError(msg) from error


def _columns(part: Path) -> pa.Table:
    try:
        return read_columns(part)
    except FormatError as error:
        msg = f"{part.name}: {error}"
        raise FormatError(msg) from error


def _too_small(there: Sequence[Path], size: int) -> list[Path]:
    """Return the parts that are to be put together with one of so many bytes, which comes behind them."""
    ours = list(takewhile(lambda part: _OURS.fullmatch(part.name), reversed(there)))
    sizes = [size, *(part.stat().st_size for part in ours)]
    for count, (total, largest) in enumerate(zip(accumulate(sizes), accumulate(sizes, max), strict=True)):
        if count + 1 >= _MANY and 2 * largest <= total:
            return ours[:count][::-1]
    return []


def _name_after(last: Path) -> str:
    """Return a name that comes behind that of the last part."""
    ours = _OURS.fullmatch(last.name)
    return f"{last.stem}_{_FIRST}" if ours is None else f"{ours[1]}{int(ours[2]) + 1:08d}.parquet"


def _renew(
    folder: Path, gone: Sequence[Path], name: str, write: Callable[[Path], object], segments: Sequence[str] | None
) -> None:
    """Put a folder in the place of another, with a new part for some of the old, and the same files for all else."""
    names = {one.name for one in gone}

    def left_out(at: str, _: list[str]) -> set[str]:
        return names if Path(at) == folder else set()

    def fill(fresh: Path) -> None:
        if folder.exists():
            shutil.copytree(folder, fresh, ignore=left_out, copy_function=_link, dirs_exist_ok=True)
        write(fresh / name)

    folding.replace(folder, fill, segments, folder=True)


def _link(source: str, target: str) -> None:
    """Give a file a second name; a copy has it where the file system knows one name only."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
