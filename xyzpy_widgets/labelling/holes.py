"""Data with holes: what is left of labelled data when some of its cells are damaged. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.labelling.account import Account, account_of, blank
from xyzpy_widgets.labelling.columns import exact_variable, settled, unsettled
from xyzpy_widgets.labelling.ledger import Labelled, ledger_of

__all__ = ["Masks", "holed", "holed_data"]

Masks = Mapping[str, NDArray[np.bool_]]
"""Of some variables by name, which cells are damaged, in the shape of each."""


def holed_data(data: xr.Dataset, damaged: Masks) -> xr.Dataset:
    """Return a dataset that has no ledger without its damaged cells.

    Labels that are damaged go with all their cells; coordinates that are no axis go as a whole; other damaged cells
    are missing.
    """
    data, _, masks = _relabelled(data, None, damaged, {})
    there = {name: ~np.asarray(pd.isna(data[name].to_numpy())) & ~mask for name, mask in masks[0].items()}
    return data.assign({name: _with_holes(data[name].variable, present) for name, present in there.items()})


def holed(data: xr.Dataset, ledger: xr.Dataset, damaged: Masks, unaccounted: Masks) -> Labelled:
    """Return labelled data without its damaged cells.

    Parameters
    ----------
    data, ledger : xarray.Dataset
        As they were read; the damaged cells hold anything.
    damaged : dict of str to ndarray of bool
        The damaged cells of the dataset: they are missing then, and their cases not done.
    unaccounted : dict of str to ndarray of bool
        Those of the ledger: what was known of these cases is not known any more; done are those that have a value.

    Returns
    -------
    Labelled
    """
    data, ledger, (damaged, unaccounted) = _relabelled(data, ledger, damaged, unaccounted)
    args = tuple(map(str, ledger["status"].dims))
    account = _without(account_of(ledger), unaccounted)
    if "status" in unaccounted:
        account.status[unaccounted["status"] & _has_value(data, args)] = Status.DONE
    known = Labelled(data, ledger.assign({"status": (args, account.status)}))
    present = {}
    for name, variable in data.data_vars.items():
        there = known.present(str(name)).copy()
        doubted = unaccounted.get(f"present_{name}")
        if doubted is not None:
            there[doubted] = ~np.asarray(pd.isna(variable.to_numpy()))[doubted]
        present[str(name)] = (tuple(map(str, variable.dims)), there & ~damaged.get(str(name), np.False_))
    hit = np.zeros(account.status.shape, dtype=bool)
    for name in set(damaged) & set(present):
        hit |= _by_case(damaged[name], present[name][0], args, hit.shape)
    account = _without(account, dict.fromkeys(account.cases, hit))
    outputs = {name: _with_holes(data[name].variable, there) for name, (_, there) in present.items()}
    coords = {str(name): coord.variable for name, coord in data.coords.items()}
    return Labelled(data.assign(outputs), ledger_of(args, coords, account, present, known.constants))


def _relabelled(
    data: xr.Dataset, ledger: xr.Dataset | None, damaged: Masks, unaccounted: Masks
) -> tuple[xr.Dataset, Any, tuple[dict[str, NDArray[np.bool_]], dict[str, NDArray[np.bool_]]]]:
    """Drop the labels that are damaged, and the coordinates beside the axes that are."""
    axes = {name: np.flatnonzero(~mask) for name, mask in damaged.items() if name in data.dims}
    beside = [name for name in damaged if name in data.coords and name not in data.dims]
    kept = []
    for dataset, masks in ((data, damaged), (ledger, unaccounted)):
        marks = {} if dataset is None else {name: (dataset[name].dims, mask) for name, mask in masks.items()}
        cut = xr.Dataset({name: xr.Variable(*mark) for name, mark in marks.items() if name not in data.coords})
        cut = cut.isel({dim: where for dim, where in axes.items() if dim in cut.dims})
        kept.append({str(name): one.to_numpy() for name, one in cut.data_vars.items()})
    data = data.drop_vars(beside).isel(axes)
    if ledger is not None:
        ledger = ledger.drop_vars(beside, errors="ignore")
        ledger = ledger.isel({dim: where for dim, where in axes.items() if dim in ledger.dims})
    return data, ledger, (kept[0], kept[1])


def _without(account: Account, unknown: Masks) -> Account:
    """Return an account in which some cells of some fields are blank."""
    nothing = blank(account.status.shape).cases
    cases = {
        name: np.where(unknown[name], nothing[name], values) if name in unknown else values.copy()
        for name, values in account.cases.items()
    }
    return Account(cases, account.names, account.failures)


def _has_value(data: xr.Dataset, args: tuple[str, ...]) -> NDArray[np.bool_]:
    """Say of each case whether any output has a value."""
    shape = tuple(data.sizes[arg] for arg in args)
    found = np.zeros(shape, dtype=bool)
    for variable in data.data_vars.values():
        there = ~np.asarray(pd.isna(variable.to_numpy()))
        found |= _by_case(there, tuple(map(str, variable.dims)), args, shape)
    return found


def _by_case(
    marked: NDArray[np.bool_], dims: tuple[str, ...], args: tuple[str, ...], shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Say of each case whether any cell of one output is marked."""
    own = [arg for arg in args if arg in dims]
    order = [dims.index(arg) for arg in own]
    inner = [at for at in range(len(dims)) if at not in order]
    flat = marked.transpose([*order, *inner]).any(axis=tuple(range(len(own), len(dims))))
    aligned = [size if arg in own else 1 for arg, size in zip(args, shape, strict=True)]
    return np.broadcast_to(np.asarray(flat).reshape(aligned), shape)


def _with_holes(variable: xr.Variable, present: NDArray[np.bool_]) -> xr.Variable:
    """Return a variable of which only what is present is left."""
    array = unsettled(variable.to_numpy(), present)
    return exact_variable(tuple(map(str, variable.dims)), settled(array, present), variable.attrs)
