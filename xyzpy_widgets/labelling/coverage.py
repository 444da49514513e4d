"""Coverage: which cases a dataset has, and which it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import compress, product
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import LabelIndex
from xyzpy_widgets.core.lattice import grid_of
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import MergeError, SpaceError
from xyzpy_widgets.labelling.conflicts import unlike
from xyzpy_widgets.labelling.ledger import Labelled, with_inferred_ledger

__all__ = ["STALE", "covered", "find_missing_cases", "states_of"]

STALE = len(Status) + 1
"""The state of a case that another version of the function did; unlike those of `Status` it is never stored."""


def covered(labelled: Labelled, space: ParameterSpace) -> NDArray[np.bool_]:
    """Say for each point of a space whether it is done, shape ``(len(space),)``.

    Raises `MergeError` for a space without an argument that is a dimension of the dataset.
    """
    return _found(labelled, space, lambda places: labelled.cells("status", places) == Status.DONE, fill=False)


def states_of(labelled: Labelled, space: ParameterSpace, version: str) -> NDArray[np.int8]:
    """Return the state of each point of a space, int8 of shape ``(len(space),)``.

    It is ``Status.DONE``, or `STALE` where another version of the function did it, ``Status.FAILED``, or else
    ``Status.MISSING``: what was cancelled never came to an end. Raises `MergeError` for a space without an argument
    that is a dimension of the dataset.
    """
    now = labelled.account.position_of(version)

    def codes(places: list[NDArray[np.intp]]) -> NDArray[np.int8]:
        status, made = labelled.cells("status", places), labelled.cells("version", places)
        found = np.where(np.isin(status, (Status.DONE, Status.FAILED)), status, np.int8(Status.MISSING))
        found[(status == Status.DONE) & (made != now)] = STALE
        return found

    return _found(labelled, space, codes, fill=np.int8(Status.MISSING))


def _found(
    labelled: Labelled, space: ParameterSpace, known_at: Callable[[list[NDArray[np.intp]]], NDArray[Any]], *, fill: Any
) -> NDArray[Any]:
    """Return for each point of a space what is known at some places of the stored cases; ``fill`` where none is."""
    lattice = grid_of(space)
    if not set(labelled.args) <= set(lattice.names):
        raise MergeError(unlike(labelled.args, lattice.names, (labelled.constants, {})))
    axes = [lattice.values[lattice.names.index(arg)] for arg in labelled.args]
    where = [_places(arg, labelled.labels(arg), axis) for arg, axis in zip(labelled.args, axes, strict=True)]
    here = [np.flatnonzero(at >= 0) for at in where]
    known = np.full([len(at) for at in where], fill)
    known[np.ix_(*here)] = known_at([at[one] for at, one in zip(where, here, strict=True)])
    order = [labelled.args.index(name) for name in lattice.names if name in labelled.args]
    shape = [
        len(axis) if name in labelled.args else 1 for name, axis in zip(lattice.names, lattice.values, strict=True)
    ]
    full = np.broadcast_to(known.transpose(order).reshape(shape), lattice.shape)
    found: NDArray[Any] = full.reshape(-1)[lattice.cells(range(len(space)))]
    return found


def _places(arg: str, labels: NDArray[Any], values: Iterable[Any]) -> NDArray[np.intp]:
    """Return where values stand on an axis, -1 for those that it does not have; warn of those that were rounded."""
    index = LabelIndex(arg, labels)
    found = index.places(values)
    index.tell_rounded()
    return found


def find_missing_cases(
    ds: xr.Dataset, ignore_dims: str | Iterable[str] | None = None
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """List the cases that a dataset has no value for.

    Parameters
    ----------
    ds : xarray.Dataset
        A labelled dataset. A case is missing when none of its outputs has a value; a harvester, which knows which nan
        was returned and which never ran, tells them apart by itself (``missing_only=True``).
    ignore_dims : str or iterable of str, optional
        Dimensions that belong to the outputs rather than to the cases. By default the cases are what all outputs share.

    Returns
    -------
    fn_args : tuple of str
        The arguments of a case.
    cases : list of tuple
        The missing cases, ready for ``case_runner(fn, fn_args, cases)``.

    Raises
    ------
    SpaceError
        When ``ignore_dims`` names a dimension that is not there, or a dimension of the cases has no labels.

    Examples
    --------
    >>> import xarray as xr
    >>> ds = xr.Dataset({"y": ("a", [1.0, float("nan")])}, {"a": [10, 20]})
    >>> find_missing_cases(ds)
    (('a',), [(20,)])
    """
    ignored = {ignore_dims} if isinstance(ignore_dims, str) else set(ignore_dims or ())
    for dim in ignored - set(map(str, ds.dims)):
        msg = f"ignore_dims names {dim!r}, which is no dimension of the dataset; {hint(dim, map(str, ds.dims))}"
        raise SpaceError(msg)
    shared = [str(dim) for dim in ds.dims if dim not in ignored]
    shared = [dim for dim in shared if all(dim in var.dims for var in ds.data_vars.values())]
    for dim in shared:
        if dim not in ds.coords:
            msg = f"the dimension {dim!r} has no labels; give it coordinates, or name it in ignore_dims"
            raise SpaceError(msg)
    missing = ~with_inferred_ledger(ds, shared).done
    axes = [ds[dim].to_numpy() for dim in shared]
    labels = [list(axis) if axis.dtype.kind in "mM" else axis.tolist() for axis in axes]  # numpy makes times integers
    return tuple(shared), list(compress(product(*labels), missing.reshape(-1)))
