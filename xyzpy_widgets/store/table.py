"""Tables in files, or in folders of them: pickle, CSV, JSON or parquet."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import IO

import pandas as pd

from xyzpy_widgets.errors import EncodingError, FormatError, OptionError, StoreError
from xyzpy_widgets.store import folding
from xyzpy_widgets.store.atomic import aside, check_writable, remove, reported, restore
from xyzpy_widgets.store.lock import is_held, locked
from xyzpy_widgets.store.names import TABLES, FileName, is_folder, missing, resolve
from xyzpy_widgets.store.table_csv import lines, read_csv, write_csv
from xyzpy_widgets.store.table_json import read_json, write_json
from xyzpy_widgets.store.table_parquet import read_parquet, write_parquet
from xyzpy_widgets.store.table_parts import add_part, delete_parts, parts, read_parts, write_parts
from xyzpy_widgets.store.table_salvage import TableSalvage, salvaged_table

__all__ = ["TableStore", "load_df", "save_df"]

_MAGIC = b"PAR1"
_TEXT_START = 4096  # bytes that are looked at to tell whether a file is text


def _write_pickle(frame: pd.DataFrame, file: IO[bytes]) -> None:
    try:
        pickle.dump(frame, file, protocol=5)
    except (pickle.PicklingError, AttributeError, TypeError, RecursionError) as error:
        msg = f"the table cannot be pickled: {error}; return numbers and text, or classes that a module defines"
        raise EncodingError(msg) from error


def _read_pickle(file: IO[bytes]) -> pd.DataFrame:
    try:
        frame = pickle.load(file)  # noqa: S301 - the documented price of this engine
    except Exception as error:  # the content decides what it raises
        msg = f"it cannot be unpickled: {error}"
        raise FormatError(msg) from error
    if not isinstance(frame, pd.DataFrame):
        msg = f"it holds a {type(frame).__name__} and not a table"
        raise FormatError(msg)
    return frame


def _looks_like_text(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" not in file.read(_TEXT_START)


def _ends_with_a_line(path: Path) -> bool:
    """Tell whether there is a file, and its last line is whole."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        if not file.seek(0, SEEK_END):
            return False
        file.seek(-1, SEEK_END)
        return file.read() == b"\n"


def _framed(start: bytes, end: bytes) -> Callable[[Path], bool]:
    """Return the test for files that begin and end as a whole one does."""

    def is_whole(path: Path) -> bool:
        with path.open("rb") as file:
            begins = file.read(len(start)) == start
            file.seek(max(0, file.seek(0, SEEK_END) - len(end) - 1))
            return begins and file.read().rstrip(b"\n").endswith(end)

    return is_whole


@dataclass(frozen=True, slots=True)
class _Format:
    """How one engine writes and reads, and tells at a glance whether a file can be one of its own."""

    write: Callable[[pd.DataFrame, IO[bytes]], None]
    read: Callable[[IO[bytes]], pd.DataFrame]
    is_whole: Callable[[Path], bool]
    module: str | None = None
    any_labels: bool = True


_FORMATS = {
    "pickle": _Format(_write_pickle, _read_pickle, _framed(b"\x80", b".")),
    "csv": _Format(write_csv, read_csv, _looks_like_text, any_labels=False),
    "json": _Format(write_json, read_json, _framed(b"{", b"}"), any_labels=False),
    "parquet": _Format(write_parquet, read_parquet, _framed(_MAGIC, _MAGIC), "pyarrow"),
}


@dataclass(frozen=True, slots=True)
class TableStore:
    """Keeps a table in a file, or in a folder of them; a frozen value, as `NetCDFStore` is.

    Attributes
    ----------
    path : pathlib.Path
        The file or folder, complete with its suffix; `named` completes a name as it is typed.
    engine : {"pickle", "csv", "json", "parquet"}
        The format; see `save_df` for what each of them keeps.
    folder : bool
        Whether it is a folder of parts, as only parquet has it; see `table_parts`.
    """

    path: Path
    engine: str = "pickle"
    folder: bool = False

    @classmethod
    def named(cls, file_name: FileName, engine: str | None = None) -> TableStore:
        """Return the store that a name stands for; raise `OptionError` where it stands for none."""
        path, engine = resolve(file_name, engine, TABLES)
        return cls(path, engine, is_folder(file_name) or (engine == TABLES.parted and path.is_dir()))

    @property
    def name(self) -> str:
        """The name that stands for this store, whatever is there."""
        return str(self.path) + os.sep * self.folder

    def exists(self) -> bool:
        """Tell whether there is something to read."""
        return any(path.exists() for path in self._places)

    def check(self) -> None:
        """Raise before any work is done what would keep `write` from keeping it; see `NetCDFStore.check`."""
        table_format = self._format()
        check_writable(self.path, folder=self.folder)
        with reported(self.path):
            there = [self.path] if self.path.exists() else []
            for file in parts(self.path) if self.folder and there else there:
                if not table_format.is_whole(file):
                    msg = f"{file} is not a whole {self.engine} file; choose another engine or name, or move it away"
                    raise FormatError(msg)

    def check_encodable(self, frame: pd.DataFrame) -> None:
        """Raise `EncodingError` for a column that the format cannot hold; write nothing."""
        self._write(frame, BytesIO())

    def read(self) -> pd.DataFrame | None:
        """Return the table, None when nothing is there; raise `FormatError` when it is damaged."""
        self._format()
        self.settle()
        if not self.path.exists():
            return None
        with reported(self.path):
            try:
                return self._read()
            except FormatError as error:
                msg = (
                    f"{self.path} cannot be read with engine={self.engine!r}: {error}; "
                    f"if it is damaged, xyz.recover({self.name!r}) keeps what is whole"
                )
                raise FormatError(msg) from error

    def write(self, frame: pd.DataFrame, segments: Sequence[str] | None = None) -> None:
        """Replace what is there, at once, durably; segments that go into it are written down before: see `folding`."""
        if self.folder:
            self._format()
            with reported(self.path):
                write_parts(self.path, frame, segments)
        else:
            folding.replace(self.path, lambda path: self._save(frame, path), segments)

    def append(self, frame: pd.DataFrame, segments: Sequence[str] = ()) -> bool:
        """Append rows to the file, or to the folder as a part, at a cost of about the rows; the caller holds the lock.

        Parameters
        ----------
        frame : pandas.DataFrame
            The rows, with the columns and types of those that are in the file.
        segments : sequence of str
            The names of the segments that they are from.

        Returns
        -------
        bool
            False, and nothing has changed, where the format or the file as it is must be written as a whole.

        Raises
        ------
        EncodingError, FormatError, StoreError
            As `write` does; the file is as it was then.
        """
        if self.folder:
            with reported(self.path):
                return add_part(self.path, frame, segments)
        if self.engine != "csv" or not _ends_with_a_line(self.path):
            return False
        folding.append(self.path, lines(frame), segments)
        return True

    def settle(self) -> frozenset[str] | None:
        """Finish what a process that died has left half done; see `folding.settle`."""
        if self.folder and aside(self.path).exists():
            with nullcontext() if is_held(self.path) else locked(self.path), reported(self.path):
                restore(self.path)
        return folding.settle(self.path)

    def forget(self) -> None:
        """Forget which segments were put into the file; see `folding.forget`."""
        folding.forget(self.path)

    def salvage(self) -> TableSalvage:
        """Read what is left of a damaged file; see `salvaged_table`."""
        return salvaged_table(self.path, self.engine)

    def delete(self) -> None:
        """Remove the file, or the parts and the folder that holds nothing else; nothing happens when nothing is there.

        Raises `FormatError` for a folder with anything but parts, which stays as it is.
        """
        if not self.folder:
            remove(self.path)
            return
        with reported(self.path):
            for folder in filter(Path.exists, self._places):
                delete_parts(folder)

    @property
    def _places(self) -> tuple[Path, ...]:
        """Where the table may be."""
        return (self.path, aside(self.path)) if self.folder else (self.path,)

    def _read(self) -> pd.DataFrame | None:
        if self.folder:
            return read_parts(self.path)
        with self.path.open("rb") as file:
            return _FORMATS[self.engine].read(file)

    def _save(self, frame: pd.DataFrame, path: Path) -> None:
        with path.open("wb") as file:
            self._write(frame, file)

    def _format(self) -> _Format:
        """Return the format; raise `OptionError` when what it needs is not installed."""
        table_format = _FORMATS[self.engine]
        if table_format.module is not None and find_spec(table_format.module) is None:
            msg = (
                f"engine={self.engine!r} needs {table_format.module}, which is not installed; install it, or use 'csv'"
            )
            raise OptionError(msg)
        return table_format

    def _write(self, frame: pd.DataFrame, file: IO[bytes]) -> None:
        """Write to an open file what the format can hold."""
        table_format = self._format()
        if not table_format.any_labels:
            _check_labels(frame, self.engine)
        table_format.write(frame, file)


def _check_labels(frame: pd.DataFrame, engine: str) -> None:
    """Raise `EncodingError` where a table is more than columns with names."""
    if not frame.columns.is_unique or not all(isinstance(name, str) for name in frame.columns):
        msg = f"the columns {list(frame.columns)} are not distinct names; rename them"
        raise EncodingError(msg)
    if not frame.index.equals(pd.RangeIndex(len(frame))):
        msg = f"the index of the table does not fit into {engine}; make it a column with .reset_index()"
        raise EncodingError(msg)


def load_df(name: FileName, engine: str | None = None) -> pd.DataFrame:
    """Read a table from a file, or from a folder of parquet files.

    Parameters
    ----------
    name : str or os.PathLike
        The file, with or without its suffix; ``~`` stands for the home folder. A folder of parquet files, whoever wrote
        them, is one table: its name ends with a separator, or with ``.parquet``.
    engine : {"pickle", "csv", "json", "parquet"}, optional
        The format. By default the suffix chooses; without a suffix it is pickle, and the name gets ``.pkl``. Opening a
        pickle runs whatever code is in it: open only those that you trust.

    Returns
    -------
    pandas.DataFrame
        As it was saved, as far as the format keeps it; see `save_df`.

    Raises
    ------
    OptionError
        For a name or an engine that there is not.
    StoreError
        When there is no such file.
    FormatError
        When the file is damaged or of another kind.
    """
    store = TableStore.named(name, engine)
    frame = store.read()
    if frame is None:
        raise StoreError(missing(store.path, TABLES))
    return frame


def save_df(df: pd.DataFrame, name: FileName, engine: str | None = None) -> None:
    """Write a table to a file, in the place of what was there.

    The new file is complete on the disk before it takes the place of the old one.

    Parameters
    ----------
    df : pandas.DataFrame
        Not changed.
    name : str or os.PathLike
        The file, with or without its suffix; ``~`` stands for the home folder. A name that ends with a separator is a
        folder of parquet files, of which there is one then; see `table_parts`.
    engine : {"pickle", "csv", "json", "parquet"}, optional
        The format. By default the suffix chooses; without a suffix it is pickle, and the name gets ``.pkl``.

        - ``pickle`` keeps everything; but opening the file runs whatever code is in it, so it is for yourself only.
        - ``json`` keeps every value and type, except categories, time zones and an index; see `table_json`.
        - ``parquet`` keeps everything that has one type per column; in a column of objects, None and nan become one.
        - ``csv`` keeps numbers, truth values, times and text apart from one another, but not the width of numbers; see
          `table_csv`.

    Raises
    ------
    OptionError
        For a name or an engine that there is not.
    EncodingError
        For a column that the format cannot hold.
    FormatError
        For a folder with anything but parquet files, which stays as it is.
    StoreError
        When the folder is missing, full, or may not be written to; what was there before is untouched then.
    """
    if not isinstance(df, pd.DataFrame):
        msg = f"{type(df).__name__} is not a DataFrame; make it one, for example with .to_frame()"
        raise EncodingError(msg)
    TableStore.named(name, engine).write(df)
