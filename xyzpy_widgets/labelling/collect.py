"""Collectors: they take results cell by cell and keep one column per output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import LabelIndex, are_same, distinct, union
from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.labels import label_array
from xyzpy_widgets.errors import ResultError, SpaceError
from xyzpy_widgets.labelling.columns import Column
from xyzpy_widgets.labelling.results import Piece, arrays, labels_of, named, pieces_of, scalars

__all__ = ["Cells", "Collector", "Inner", "collector_of"]

Cells = slice | NDArray[np.intp]


class Collector(Protocol):
    """Takes results and gives columns.

    Attributes
    ----------
    attrs : dict of str to dict
        Attributes of outputs, where the results bring them.
    inner : Inner
        The outputs' own dimensions.
    """

    attrs: dict[str, dict[str, Any]]
    inner: Inner

    def put(self, cells: Cells, values: list[Any]) -> None:
        """Place the results of some cells, all or none; raise `ResultError` for one that does not fit."""

    def columns(self) -> dict[str, tuple[tuple[str, ...], Column]]:
        """Return the dimensions and the column of each output."""


def collector_of(spec: FunctionSpec, size: int, swept: tuple[str, ...], *, scalars_only: bool = False) -> Collector:
    """Choose the collector for what a function returns; ``scalars_only`` refuses outputs that come with dimensions."""
    return _Free(size, swept, scalars_only=scalars_only) if spec.variables is None else _Described(spec, size)


class _Described:
    """Collects outputs whose names and dimensions are known."""

    def __init__(self, spec: FunctionSpec, size: int) -> None:
        self._variables = spec.variables or ()
        self._size = size
        self._columns: dict[str, Column] = {}
        coords = spec.coords()
        self.inner = Inner({dim: len(labels) for dim, labels in coords.items()}, coords)
        self.attrs: dict[str, dict[str, Any]] = {}

    def put(self, cells: Cells, values: list[Any]) -> None:
        known = self.inner.copy()
        checked = {}
        for variable, column in named(values, self._variables):
            if variable.dims:
                checked[variable.name] = arrays(variable, column, known.sizes)
                known.sizes.update(zip(variable.dims, checked[variable.name].shape[1:], strict=True))
                for value in column:
                    if isinstance(value, xr.DataArray):
                        known.agree(variable.name, labels_of(value))
            else:
                checked[variable.name] = scalars(variable.name, column)
        self.inner = known
        for name, array in checked.items():
            if name not in self._columns:
                self._columns[name] = Column(self._size, array.shape[1:])
            self._columns[name].put((cells,), array)

    def columns(self) -> dict[str, tuple[tuple[str, ...], Column]]:
        found = {}
        for variable in self._variables:
            inner = tuple(self.inner.sizes.get(dim, 0) for dim in variable.dims)
            found[variable.name] = (variable.dims, self._columns.get(variable.name) or Column(self._size, inner))
        return found


class _Free:
    """Collects results that name their own outputs; arrays wait until the union of their labels is known."""

    def __init__(self, size: int, swept: tuple[str, ...], *, scalars_only: bool) -> None:
        self._size = size
        self._swept = swept
        self._scalars_only = scalars_only
        self._columns: dict[str, Column] = {}
        self._pieces: list[tuple[int, Piece]] = []
        self.inner = Inner({}, {})
        self._dims: dict[str, tuple[str, ...]] = {}
        self.attrs: dict[str, dict[str, Any]] = {}

    def put(self, cells: Cells, values: list[Any]) -> None:
        flat = np.arange(cells.start, cells.stop) if isinstance(cells, slice) else cells
        split = list(pieces_of(values))
        dims, inner = dict(self._dims), self.inner.copy()
        for _, piece in split:
            self._check_names(piece, dims, inner)
            inner.extend(piece)
        self._dims, self.inner = dims, inner
        for where, piece in split:
            self.attrs.setdefault(piece.name, piece.attrs)
            if piece.dims:
                self._pieces.append((int(flat[where[0]]), piece))
            else:
                self._columns.setdefault(piece.name, Column(self._size)).put((flat[where],), piece.values)

    def _check_names(self, piece: Piece, dims: dict[str, tuple[str, ...]], inner: Inner) -> None:
        """Raise `ResultError` where a name means two things; note the dimensions of the output."""
        if piece.dims and self._scalars_only:
            msg = f"the output {piece.name!r} has the dimensions {piece.dims}; a table holds scalars: make a Dataset"
            raise ResultError(msg)
        known = dims.setdefault(piece.name, piece.dims)
        if known != piece.dims:
            said = f"the output {piece.name!r} has the dimensions {piece.dims}, and it had {known} in another case"
            raise ResultError(f"{said}; return the same ones in each case")
        for name in (piece.name, *piece.dims):
            if name in self._swept:
                msg = f"the function returned {name!r}, which is the name of a swept argument; rename it"
                raise ResultError(msg)
            if name in dims and (name in inner.sizes or name in piece.dims):
                msg = f"the function returned {name!r} as an output and as a dimension; rename one of them"
                raise ResultError(msg)

    def columns(self) -> dict[str, tuple[tuple[str, ...], Column]]:
        found = dict(self._columns)
        for cell, piece in self._pieces:
            if piece.name not in found:
                found[piece.name] = Column(self._size, tuple(self.inner.sizes[dim] for dim in piece.dims))
            place = [self._place(dim, piece) for dim in piece.dims]
            found[piece.name].put(np.ix_(np.array([cell]), *place), piece.values)
        return {name: (dims, found[name]) for name, dims in self._dims.items()}

    def _place(self, dim: str, piece: Piece) -> NDArray[np.intp]:
        if dim not in piece.coords:
            return np.arange(self.inner.sizes[dim])
        return _positions(dim, self.inner.coords[dim], piece.coords[dim])


@dataclass(slots=True)
class Inner:
    """The dimensions that the outputs have by themselves.

    Attributes
    ----------
    sizes : dict of str to int
        How long they are, as far as that is known.
    coords : dict of str to ndarray
        Their labels, where they have some.
    """

    sizes: dict[str, int]
    coords: dict[str, NDArray[Any]]

    def copy(self) -> Inner:
        """Return the same, to be changed."""
        return Inner(dict(self.sizes), dict(self.coords))

    def agree(self, name: str, labels: Mapping[str, NDArray[Any]]) -> None:
        """Take the labels of the first result; raise `ResultError` for others, which would be stored under these."""
        for dim, found in labels.items():
            if dim not in self.coords:
                self.coords[dim] = _axis(name, dim, found)
            if not np.array_equal(_positions(dim, self.coords[dim], found), np.arange(len(found))):
                said = f"{name!r} has the labels {found!r:.100} along {dim!r}"
                wanted = f"{self.coords[dim]!r:.100} were expected"
                raise ResultError(f"{said}, and {wanted}; return these, or leave {dim!r} out of var_coords")

    def extend(self, piece: Piece) -> None:
        """Let the axes hold the labels of a piece; raise `ResultError` where lengths differ without labels."""
        for dim, size in zip(piece.dims, piece.values.shape[1:], strict=True):
            labels, length = piece.coords.get(dim), self.sizes.get(dim, size)
            if (dim in self.sizes and (labels is None) == (dim in self.coords)) or (labels is None and size != length):
                msg = f"{piece.name!r} has {size} entries along {dim!r}, another case {length}; label them in each case"
                raise ResultError(msg)
            if labels is not None:
                self.coords[dim] = _axis(piece.name, dim, labels, self.coords.get(dim))
            self.sizes[dim] = size if labels is None else len(self.coords[dim])


def _axis(name: str, dim: str, labels: NDArray[Any], known: NDArray[Any] | None = None) -> NDArray[Any]:
    """Unite the labels of a result with those that are known; raise `ResultError` for what cannot be labels."""
    if known is not None and are_same(known, labels):
        return known
    listed = labels.tolist() if labels.dtype == object else list(labels)
    try:
        return label_array(dim, distinct(dim, listed)) if known is None else union(dim, known, listed)
    except SpaceError as error:
        msg = f"the labels of {name!r}: {error}"
        raise ResultError(msg) from error


def _positions(name: str, labels: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.intp]:
    """Return where labels stand on an axis, -1 for those that it does not have."""
    if are_same(labels, wanted):
        return np.arange(len(labels))
    return LabelIndex(name, labels).places(wanted)
