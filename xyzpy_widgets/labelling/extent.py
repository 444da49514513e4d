"""How large a dataset becomes: bytes in memory, told from the types and shapes of what is known of its outputs."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import LabelIndex
from xyzpy_widgets.core.lattice import lattice_of
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.labelling.account import blank
from xyzpy_widgets.labelling.ledger import Labelled

__all__ = ["Extent", "extent_of", "table_extent"]

_LOOKED_AT = 64


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a dataset or a table is now, and after a run.

    Attributes
    ----------
    cells : int
        How many cells, or rows, it has after the run.
    before : int
        How many it has now.
    cell_bytes : int
        What one of them takes in memory, with all that is known of it.
    """

    cells: int
    before: int
    cell_bytes: int

    @property
    def total(self) -> int:
        """Bytes in memory after the run."""
        return self.cells * self.cell_bytes

    @property
    def added(self) -> int:
        """How many of them the run adds."""
        return (self.cells - self.before) * self.cell_bytes

    def on_disk(self, file_bytes: int) -> tuple[int, int]:
        """Return the size of the file after the run and what is added, from its size now.

        A cell takes as much as in memory, or less where the file shows that it does.
        """
        now = self.before * self.cell_bytes
        share = min(1.0, file_bytes / now) if now and file_bytes else 1.0
        added = round(share * self.added)
        return file_bytes + added, added


def extent_of(space: ParameterSpace, old: Labelled | None, known: Labelled | None = None) -> Extent | None:
    """Tell how large a dataset becomes by the points of a space; None where no output is known.

    Parameters
    ----------
    space : ParameterSpace
        It has every argument that is a dimension of the dataset.
    old : Labelled or None
        What is there.
    known : Labelled, optional
        Results of the same function, which tell the types and shapes of its outputs where nothing is there.
    """
    lattice = lattice_of(space)
    sizes = dict(zip(lattice.names, lattice.shape, strict=True))
    before = 0
    if old is not None:
        before = old.account.status.size
        for arg in old.args:
            index = LabelIndex(arg, old.labels(arg))
            new = lattice.values[lattice.names.index(arg)]
            sizes[arg] = len(index.labels) + int((index.places(new) < 0).sum())
    known = known if old is None else old
    if known is None or not known.parts.outputs:
        return None
    return Extent(math.prod(sizes.values()), before, _cell_bytes(known, {*known.args, *sizes}))


def table_extent(n: int, table: pd.DataFrame | None) -> Extent | None:
    """Tell how large a table becomes by n rows; None where there is none yet."""
    if table is None or not len(table):
        return None
    first = table.iloc[:_LOOKED_AT]
    return Extent(len(table) + n, len(table), sum(_value_bytes(first[name].to_numpy()) for name in table.columns))


def _cell_bytes(known: Labelled, swept: Collection[str]) -> int:
    """Return what one cell takes, with its account."""
    account = sum(field.dtype.itemsize for field in blank([0]).cases.values())
    outputs = [
        _value_bytes(variable[tuple(slice(2) for _ in variable.dims)].to_numpy())
        * math.prod(n for dim, n in variable.sizes.items() if dim not in swept)
        for variable in known.parts.outputs.values()
    ]
    return account + sum(outputs)


def _value_bytes(first: NDArray[Any]) -> int:
    """Return what one value takes, told from the first: of objects, as much as these do in the mean."""
    own = sum(map(sys.getsizeof, first.reshape(-1))) // max(first.size, 1) if first.dtype == object else 0
    return int(first.dtype.itemsize) + own
