"""What a store is: a place that keeps one dataset, or one table, and gives back exactly what was put there.

A store is a frozen value: a path, an engine and options. It merges nothing and remembers nothing between two calls, so
two stores with the same path are the same store.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pandas as pd
import xarray as xr

__all__ = ["DatasetStore", "FrameStore", "Store"]


class Store(Protocol):
    """What stores of datasets and of tables have in common."""

    @property
    def path(self) -> Path:
        """The file or folder, complete with its suffix."""

    @property
    def engine(self) -> str:
        """The library and format that reads and writes it."""

    def exists(self) -> bool:
        """Tell whether there is something to read."""

    def check(self) -> None:
        """Raise before any work is done what would keep `write` from keeping it.

        Raises
        ------
        OptionError
            When the engine is not installed.
        StoreError
            When the folder is missing, full or may not be written to, or the name is taken.
        FormatError
            When what is there is damaged or of another kind.
        """

    def delete(self) -> None:
        """Remove what is there; nothing happens when nothing is."""


class DatasetStore(Store, Protocol):
    """Keeps a dataset and its ledger."""

    def check_encodable(self, data: xr.Dataset) -> None:
        """Raise `EncodingError` for a variable, a label or an attribute that the format cannot hold; write nothing."""

    def read(self) -> tuple[xr.Dataset, xr.Dataset | None] | None:
        """Return the dataset and its ledger.

        Returns
        -------
        tuple or None
            None when nothing is there; the ledger is None in a file that has none, such as one of another program.

        Raises
        ------
        FormatError
            When what is there is damaged or of another kind.
        """

    def write(self, data: xr.Dataset, ledger: xr.Dataset | None) -> None:
        """Replace what is there, at once and durably; neither argument is changed.

        Raises
        ------
        EncodingError
            For what the format cannot hold.
        StoreError
            When the system refuses; what was there before is untouched then.
        """


class FrameStore(Store, Protocol):
    """Keeps a table."""

    def check_encodable(self, frame: pd.DataFrame) -> None:
        """Raise `EncodingError` for a column that the format cannot hold; write nothing."""

    def read(self) -> pd.DataFrame | None:
        """Return the table, None when nothing is there; raise `FormatError` when it is damaged or of another kind."""

    def write(self, frame: pd.DataFrame) -> None:
        """Replace what is there, at once and durably; raises as `DatasetStore.write` does."""
