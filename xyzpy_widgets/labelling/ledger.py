"""The ledger: what is known of each case, beside the dataset and over the same argument axes.

What it holds of each case is told in `account`; ``status`` follows the CF conventions for flags (section 3.5, "Flags"):
an int8 variable with ``flag_values`` and ``flag_meanings``. It says which cases are done, so that a nan that was
returned is not taken for one that never ran.
Where an output lacks some values of cases that are done, ``present_<output>`` says which are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.axes import LabelIndex
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.labelling.account import Account, account_of, blank
from xyzpy_widgets.labelling.columns import exact_variable

__all__ = ["Labelled", "copied", "ledger_of", "spread", "with_inferred_ledger"]

_PRESENT = "present_"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A dataset and its ledger.

    Attributes
    ----------
    data : xarray.Dataset
        The outputs, each over all arguments and then its own dimensions.
    ledger : xarray.Dataset
        The account of each case over the arguments; its attribute ``constants`` holds the arguments that did not vary.
    """

    data: xr.Dataset
    ledger: xr.Dataset

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments that are dimensions."""
        return tuple(map(str, self.ledger["status"].dims))

    @property
    def constants(self) -> Mapping[str, Any]:
        """The arguments that did not vary."""
        constants: Mapping[str, Any] = self.ledger.attrs.get("constants", {})
        return constants

    @property
    def account(self) -> Account:
        """What is known of each case."""
        return account_of(self.ledger)

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which cases are done, over `args`."""
        done: NDArray[np.bool_] = self.ledger["status"].to_numpy() == Status.DONE
        return done

    def present(self, name: str) -> NDArray[np.bool_]:
        """Return which values of an output are there, in the shape of the output."""
        marked = self.ledger.get(_PRESENT + name)
        shape = self.data[name].shape
        return spread(self.done if marked is None else marked.to_numpy().astype(bool), shape)

    def follows(self, name: str) -> bool:
        """Say whether the values of an output are there exactly where the cases are done."""
        return _PRESENT + name not in self.ledger

    def copy(self) -> Labelled:
        """Return the same with arrays of its own."""
        return Labelled(copied(self.data), copied(self.ledger))


def copied(dataset: xr.Dataset) -> xr.Dataset:
    """Return a dataset with arrays of its own; what is left in a file stays there, and objects are not copied."""
    variables = {
        str(name): one.variable
        if one.chunks is not None
        else exact_variable(tuple(map(str, one.dims)), one.to_numpy().copy(), one.attrs)
        for name, one in dataset.data_vars.items()
    }
    return xr.Dataset(variables, dataset.coords, dataset.attrs)


def spread(mask: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Broadcast over trailing dimensions."""
    return np.broadcast_to(mask.reshape(mask.shape + (1,) * (len(shape) - mask.ndim)), shape)


def ledger_of(
    args: Sequence[str],
    coords: Mapping[str, Any],
    account: Account,
    present: Mapping[str, tuple[tuple[str, ...], NDArray[np.bool_]]],
    constants: Mapping[str, Any],
) -> xr.Dataset:
    """Make the ledger of some cases; of ``present`` only what differs from the status is kept."""
    variables = account.variables(args)
    done = account.status == Status.DONE
    for name, (dims, mask) in present.items():
        if dims[: len(args)] != tuple(args) or not np.array_equal(mask, spread(done, mask.shape)):
            variables[_PRESENT + name] = (dims, mask.astype(np.int8))
    dims_used = {dim for dims, _, *_ in variables.values() for dim in dims}
    kept = {name: values for name, values in coords.items() if name in dims_used}
    return xr.Dataset(variables, kept, {"constants": dict(constants), **account.attrs()})


def with_inferred_ledger(data: xr.Dataset, args: Sequence[str]) -> Labelled:
    """Give a dataset that came without one a ledger: done is what has a value.

    Raises `SpaceError` where an axis has a label twice.
    """
    order = [arg for arg in args if arg in data.dims]
    for arg in order:
        LabelIndex(arg, data[arg].to_numpy())
    data = data.transpose(*order, ...)
    account = blank([data.sizes[arg] for arg in order])
    present = {}
    for name, variable in data.data_vars.items():
        there = ~np.asarray(pd.isna(variable.to_numpy()))
        present[str(name)] = (tuple(map(str, variable.dims)), there)
        own = [arg for arg in order if arg in variable.dims]
        inner = tuple(range(len(own), there.ndim))
        shape = [data.sizes[arg] if arg in own else 1 for arg in order]
        account.status[np.broadcast_to(there.any(axis=inner).reshape(shape), account.status.shape)] = Status.DONE
    coords = {str(name): coord for name, coord in data.coords.items() if name in data.dims}
    return Labelled(data, ledger_of(order, coords, account, present, {}))
