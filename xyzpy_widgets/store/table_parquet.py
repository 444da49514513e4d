"""Tables as parquet, with checksums of its pages; every column is of one type."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from xyzpy_widgets.errors import EncodingError, FormatError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["BROKEN", "fitting", "frame_of", "read_columns", "read_parquet", "write_columns", "write_parquet"]

BROKEN = (ValueError, OSError, TypeError)
"""What reading a file raises that is not whole."""


def write_parquet(frame: pd.DataFrame, file: IO[bytes], schema: pa.Schema | None = None) -> None:
    """Write a table; raise `EncodingError` for a column that parquet cannot hold."""
    try:
        _check_times(frame)
        frame.to_parquet(file, engine="pyarrow", schema=schema, write_page_checksum=True)
    except (ValueError, TypeError, NotImplementedError, OverflowError) as error:
        reason = "; ".join(map(str, error.args))
        msg = f"the table does not fit into parquet, which has one type per column: {reason}; choose engine='json'"
        raise EncodingError(msg) from error


def _check_times(frame: pd.DataFrame) -> None:
    """Raise `TypeError` for times beside other scalars of numpy in a column: pyarrow would kill the process."""
    for name, column in frame.items():
        kinds = set(map(type, column)) if column.dtype == object else set()
        if np.datetime64 in kinds and any(issubclass(kind, np.generic) for kind in kinds - {np.datetime64}):
            msg = f"column {name!r} has times beside other values"
            raise TypeError(msg)


def write_columns(columns: pa.Table, file: Path) -> None:
    """Write columns as they were read."""
    from pyarrow import parquet

    parquet.write_table(columns, file, write_page_checksum=True)


def read_parquet(file: IO[bytes]) -> pd.DataFrame:
    """Read a table; raise `FormatError` for what is no whole file."""
    return frame_of(read_columns(file))


def read_columns(file: IO[bytes] | Path) -> pa.Table:
    """Read the columns of a table as they are in the file; raises as `read_parquet` does."""
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(file, page_checksum_verification=True) as opened:
            return opened.read()
    except FileNotFoundError:
        raise
    except BROKEN as error:
        msg = f"it is not a whole parquet file: {error}"
        raise FormatError(msg) from error


def frame_of(columns: pa.Table) -> pd.DataFrame:
    """Make the table of columns that were read; raises as `read_parquet` does."""
    try:
        # integers beside missing values would be rounded to floats
        frame: pd.DataFrame = columns.to_pandas(integer_object_nulls=True)
    except BROKEN as error:
        msg = f"it does not make a table: {error}"
        raise FormatError(msg) from error
    return frame


def fitting(frame: pd.DataFrame, like: pa.Schema) -> bytes | None:
    """Return rows as a file that has the columns of another, type by type; None where they are not of these types.

    A column in which nothing is has no type of its own, and takes any.
    """
    import pyarrow as pa
    from pyarrow import parquet

    content = BytesIO()
    write_parquet(frame, content)
    own = parquet.read_schema(content)
    if own.equals(like):
        return content.getvalue()
    if own.names != like.names or any(a.type not in {b.type, pa.null()} for a, b in zip(own, like, strict=True)):
        return None
    content = BytesIO()
    write_parquet(frame, content, pa.schema([field.with_nullable(nullable=True) for field in like]))
    return content.getvalue()
