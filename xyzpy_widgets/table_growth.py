"""How a table grows: by rows, at a cost of the new ones, in memory and in a file that can be appended to."""

from __future__ import annotations

import pandas as pd

from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.frame import append, fitted
from xyzpy_widgets.store.table import TableStore

__all__ = ["TableWhole"]


class TableWhole:
    """A table as it grows.

    Parameters
    ----------
    start : pandas.DataFrame
        What is there. Where there is a file, it holds that.
    """

    def __init__(self, start: pd.DataFrame) -> None:
        self._blocks = [start]
        self._new: list[pd.DataFrame] | None = []  # what the file lacks; None where it has to be written anew

    @property
    def value(self) -> pd.DataFrame:
        """All rows; they are put together when somebody looks."""
        if len(self._blocks) > 1:
            self._blocks = [append(*self._blocks)]
        return self._blocks[0]

    def check(self, new: pd.DataFrame) -> bool:  # noqa: ARG002 - rows go together with any others
        """Know the structure of any rows."""
        return True

    def put(self, new: pd.DataFrame, on_conflict: OnConflict) -> None:  # noqa: ARG002 - rows do not conflict
        """Append new rows; where columns or types change, the whole table does."""
        rows = fitted(new, self._blocks[0])
        if rows is None:
            self._blocks, self._new = [append(self.value, new)], None
            return
        self._blocks.append(rows)
        if self._new is not None:
            self._new.append(rows)

    def write(self, store: TableStore, segments: tuple[str, ...] = ()) -> None:
        """Append the new rows to the file, or write it anew."""
        if not self._new or not store.append(append(*self._new), segments):
            store.write(self.value, segments)
        self._new = []
