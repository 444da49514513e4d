"""From outcomes to a table with one row per case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.outcome import Outcome
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.errors import EncodingError, FunctionError
from xyzpy_widgets.labelling.collect import collector_of
from xyzpy_widgets.labelling.columns import Column, common_dtype, converted, settled, typed
from xyzpy_widgets.labelling.dataset import place

__all__ = ["FrameBuilder", "append", "fitted", "record_of", "table_of"]


class FrameBuilder:
    """Fills a table with the outcomes of the points of a space, in any order.

    Parameters
    ----------
    space : ParameterSpace
    spec : FunctionSpec
        Its outputs must be scalars; `FunctionError` is raised otherwise.

    Attributes
    ----------
    space : ParameterSpace
    seconds : ndarray of float32
        How long each case took, shape ``(len(space),)``; nan where that is not known.
    done : ndarray of bool
        Which cases are rows of the table, shape ``(len(space),)``.
    failures : dict of int to dict
        Of each case that failed its arguments (``args``) and what was raised, see `Failure.told`.
    """

    def __init__(self, space: ParameterSpace, spec: FunctionSpec) -> None:
        for variable in spec.variables or ():
            if variable.dims:
                msg = f"the output {variable.name!r} has the dimensions {variable.dims}; a table holds scalars only"
                raise FunctionError(msg)
        self.space = space
        self.done = np.zeros(len(space), dtype=bool)
        self.seconds = np.full(len(space), np.nan, dtype=np.float32)
        self.failures: dict[int, dict[str, Any]] = {}
        self._collector = collector_of(spec, len(space), space.names, scalars_only=True)

    def add(self, outcome: Outcome) -> None:
        """Place a batch; raise `ResultError` for a result that does not fit, with the others placed."""
        for failure in outcome.failures:
            self.failures[failure.number] = {"args": failure.args, **failure.told()}
        if outcome.values:
            self.seconds[self._rows(outcome.numbers)] = outcome.seconds
            place(self.space, outcome, self._put)

    def _put(self, numbers: Any, values: list[Any]) -> None:
        rows = self._rows(numbers)
        self._collector.put(rows, values)
        self.done[rows] = True

    @staticmethod
    def _rows(numbers: range | NDArray[np.intp]) -> slice | NDArray[np.intp]:
        return slice(numbers.start, numbers.stop) if isinstance(numbers, range) else numbers

    def build(self) -> pd.DataFrame:
        """Return the rows of the cases that are done, in the order of the space."""
        rows = np.flatnonzero(self.done)
        columns = self._argument_columns(rows)
        for name, (_, column) in self._collector.columns().items():
            array = np.zeros(len(self.done)) if column.array is None else column.array
            columns[name] = settled(array[rows], column.present[rows])
        return _table(columns)

    def _argument_columns(self, rows: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
        cases, combos = self.space.cases, self.space.combos
        case, combo = np.divmod(rows, max(len(combos), 1))
        columns = {name: typed(values)[case] for name, values in zip(cases.names, cases.columns, strict=True)}
        step = len(combos)
        for name, values in zip(combos.names, combos.values, strict=True):
            step //= max(len(values), 1)
            columns[name] = typed(values)[combo // max(step, 1) % max(len(values), 1)]
        return columns


def append(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put tables under one another, numbered anew, each value kept as it is."""
    names = dict.fromkeys(name for table in tables for name in table.columns)
    return _table({name: _stacked([table.get(name) for table in tables], tables) for name in names})


def record_of(table: pd.DataFrame) -> dict[str, Any]:
    """Tell of a table in plain arrays; raise `EncodingError` for a column that does not come back as it is."""
    types = [str(dtype) for dtype in table.dtypes]
    arrays = [np.asarray(column, None if isinstance(column.dtype, np.dtype) else object) for _, column in table.items()]
    told = {"names": list(table.columns), "types": types, "columns": arrays}
    for (name, column), (_, again) in zip(table.items(), table_of(told).items(), strict=True):
        if column.dtype != object and (column.dtype != again.dtype or not column.equals(again)):
            msg = f"the column {name!r} of type {column.dtype} cannot be kept in a journal"
            raise EncodingError(f"{msg}; give numbers, text, times or objects")
    return told


def table_of(told: Mapping[str, Any]) -> pd.DataFrame:
    """Make the table of which `record_of` tells."""
    columns = [pd.Series(array, dtype=type_) for array, type_ in zip(told["columns"], told["types"], strict=True)]
    table = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    table.columns = told["names"]
    return table


def fitted(new: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame | None:
    """Return rows in the types of a table, exactly; None where all of it would have to change to take them in."""
    if not len(like) or not like.columns.is_unique or list(new.columns) != list(like.columns):
        return None
    columns = {name: _fitted(new[name], like[name].dtype) for name in like.columns}
    return None if any(column is None for column in columns.values()) else _table(columns)


def _fitted(column: pd.Series[Any], dtype: Any) -> Any:
    """Return a column in another type, None where that cannot hold it."""
    if column.dtype == dtype:
        return column
    if not isinstance(dtype, np.dtype) or not isinstance(column.dtype, np.dtype):
        return None
    values = column.to_numpy()
    return converted(values, dtype) if common_dtype(np.empty(0, dtype), values) == dtype else None


def _table(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Make a table of columns as they are: pandas would turn None beside text into nan."""
    objects = {name: pd.Series(array, dtype=object) for name, array in columns.items() if array.dtype == object}
    return pd.DataFrame({**columns, **objects})


def _stacked(parts: list[pd.Series | None], tables: tuple[pd.DataFrame, ...]) -> Any:
    """Stack one column; where types differ or rows lack it, no number is turned into another."""
    named = [part for part in parts if part is not None]
    found, size = [part for part in named if len(part)] or named[:1], sum(map(len, tables))
    if sum(map(len, found)) == size and len({part.dtype for part in found}) == 1:
        return pd.concat(found, ignore_index=True)
    column = Column(size)
    start = 0
    for part, table in zip(parts, tables, strict=True):
        if part is not None and len(part):
            values = part.to_numpy() if isinstance(part.dtype, np.dtype) and part.dtype != object else typed(list(part))
            column.put((slice(start, start + len(part)),), values)
        start += len(table)
    return column.settled()
