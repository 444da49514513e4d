"""Collectors: they take results cell by cell and keep one column per output."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import LabelIndex, union
from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.errors import ResultError
from xyzpy_widgets.labelling.columns import Column
from xyzpy_widgets.labelling.results import Piece, arrays, named, pieces_of, scalars

__all__ = ["Cells", "Collector", "collector_of", "positions"]

Cells = slice | NDArray[np.intp]


class Collector(Protocol):
    """Takes results and gives columns."""

    coords: dict[str, NDArray[Any]]
    attrs: dict[str, dict[str, Any]]

    def put(self, cells: Cells, values: list[Any]) -> None:
        """Place the results of some cells, all or none; raise `ResultError` for one that does not fit."""

    def columns(self) -> dict[str, tuple[tuple[str, ...], Column]]:
        """Return the dimensions and the column of each output."""


def collector_of(spec: FunctionSpec, size: int, swept: tuple[str, ...]) -> Collector:
    """Choose the collector for what a function returns."""
    return _Free(size, swept) if spec.variables is None else _Described(spec, size)


class _Described:
    """Collects outputs whose names and dimensions are known."""

    def __init__(self, spec: FunctionSpec, size: int) -> None:
        self._variables = spec.variables or ()
        self._size = size
        self._columns: dict[str, Column] = {}
        self.coords = spec.coords()
        self.attrs: dict[str, dict[str, Any]] = {}
        self._sizes = {dim: len(values) for dim, values in self.coords.items()}

    def put(self, cells: Cells, values: list[Any]) -> None:
        sizes = dict(self._sizes)
        checked = {}
        for variable, column in named(values, self._variables):
            if variable.dims:
                checked[variable.name] = arrays(variable, column, sizes)
                sizes.update(zip(variable.dims, checked[variable.name].shape[1:], strict=True))
            else:
                checked[variable.name] = scalars(variable.name, column)
        self._sizes = sizes
        for name, array in checked.items():
            if name not in self._columns:
                self._columns[name] = Column(self._size, array.shape[1:])
            self._columns[name].put((cells,), array)

    def columns(self) -> dict[str, tuple[tuple[str, ...], Column]]:
        found = {}
        for variable in self._variables:
            inner = tuple(self._sizes.get(dim, 0) for dim in variable.dims)
            found[variable.name] = (variable.dims, self._columns.get(variable.name) or Column(self._size, inner))
        return found


class _Free:
    """Collects results that name their own outputs; arrays wait until the union of their labels is known."""

    def __init__(self, size: int, swept: tuple[str, ...]) -> None:
        self._size = size
        self._swept = swept
        self._columns: dict[str, Column] = {}
        self._dims: dict[str, tuple[str, ...]] = {}
        self._pieces: list[tuple[int, Piece]] = []
        self._sizes: dict[str, int] = {}
        self.coords: dict[str, NDArray[Any]] = {}
        self.attrs: dict[str, dict[str, Any]] = {}

    def put(self, cells: Cells, values: list[Any]) -> None:
        flat = np.arange(self._size)[cells]
        split = list(pieces_of(values))
        for _, piece in split:
            self._check(piece)
        for where, piece in split:
            self._dims[piece.name] = piece.dims
            self.attrs.setdefault(piece.name, piece.attrs)
            if piece.dims:
                self._learn(piece)
                self._pieces.append((int(flat[where[0]]), piece))
            else:
                self._columns.setdefault(piece.name, Column(self._size)).put((flat[where],), piece.values)

    def _check(self, piece: Piece) -> None:
        known = self._dims.get(piece.name, piece.dims)
        if known != piece.dims:
            msg = f"the output {piece.name!r} has the dimensions {piece.dims}, and it had {known} in another case"
            raise ResultError(msg)
        for name in (piece.name, *piece.dims):
            if name in self._swept:
                msg = f"the function returned {name!r}, which is the name of a swept argument; rename it"
                raise ResultError(msg)
        for dim, size in zip(piece.dims, piece.values.shape[1:], strict=True):
            labelled = dim in piece.coords
            if dim in self._sizes and (labelled != (dim in self.coords) or (not labelled and size != self._sizes[dim])):
                msg = f"{piece.name!r} has {size} entries along {dim!r}, another case {self._sizes[dim]}; label them"
                raise ResultError(msg)

    def _learn(self, piece: Piece) -> None:
        """Let the inner axes hold the labels of a piece."""
        for dim, size in zip(piece.dims, piece.values.shape[1:], strict=True):
            if dim not in piece.coords:
                self._sizes[dim] = size
            elif dim not in self.coords:
                self.coords[dim] = piece.coords[dim]
            elif not np.array_equal(self.coords[dim], piece.coords[dim]):
                self.coords[dim] = union(dim, self.coords[dim], piece.coords[dim])
            if dim in self.coords:
                self._sizes[dim] = len(self.coords[dim])

    def columns(self) -> dict[str, tuple[tuple[str, ...], Column]]:
        found = dict(self._columns)
        for cell, piece in self._pieces:
            if piece.name not in found:
                found[piece.name] = Column(self._size, tuple(self._sizes[dim] for dim in piece.dims))
            place = [self._place(dim, piece) for dim in piece.dims]
            found[piece.name].put(np.ix_(np.array([cell]), *place), piece.values)
        return {name: (self._dims[name], found[name]) for name in self._dims}

    def _place(self, dim: str, piece: Piece) -> NDArray[np.intp]:
        if dim not in piece.coords:
            return np.arange(self._sizes[dim])
        return positions(dim, self.coords[dim], piece.coords[dim])


def positions(name: str, labels: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.intp]:
    """Return where labels stand on an axis, -1 for those that it does not have."""
    if labels is wanted or (labels.dtype == wanted.dtype and np.array_equal(labels, wanted)):
        return np.arange(len(labels))
    index = LabelIndex(name, labels)
    found = (index.find(label) for label in wanted)
    return np.array([-1 if at is None else at for at in found], dtype=np.intp)
