"""The ledger: what is known of each case, beside the dataset and over the same argument axes.

``status`` follows the CF conventions for flags (section 3.5, "Flags"): an int8 variable with ``flag_values`` and
``flag_meanings``. It says which cases are done, so that a nan that was returned is not taken for one that never ran.
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

__all__ = ["Labelled", "ledger_of", "spread", "with_inferred_ledger"]

_PRESENT = "present_"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A dataset and its ledger.

    Attributes
    ----------
    data : xarray.Dataset
        The outputs, each over all arguments and then its own dimensions.
    ledger : xarray.Dataset
        ``status`` over the arguments; its attribute ``constants`` holds the arguments that did not vary.
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
    def done(self) -> NDArray[np.bool_]:
        """Which cases are done, over `args`."""
        done: NDArray[np.bool_] = self.ledger["status"].to_numpy() == Status.DONE
        return done

    def present(self, name: str) -> NDArray[np.bool_]:
        """Return which values of an output are there, in the shape of the output."""
        marked = self.ledger.get(_PRESENT + name)
        shape = self.data[name].shape
        return spread(self.done if marked is None else marked.to_numpy().astype(bool), shape)


def spread(mask: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Broadcast over trailing dimensions."""
    return np.broadcast_to(mask.reshape(mask.shape + (1,) * (len(shape) - mask.ndim)), shape)


def ledger_of(
    args: Sequence[str],
    coords: Mapping[str, Any],
    status: NDArray[np.int8],
    present: Mapping[str, tuple[tuple[str, ...], NDArray[np.bool_]]],
    constants: Mapping[str, Any],
) -> xr.Dataset:
    """Make the ledger of some cases; of ``present`` only what differs from the status is kept."""
    flags = {
        "long_name": "state of each case",
        "flag_values": np.array(list(Status), dtype=np.int8),
        "flag_meanings": " ".join(one.name.lower() for one in Status),
    }
    variables: dict[str, Any] = {"status": (tuple(args), status, flags)}
    done = status == Status.DONE
    for name, (dims, mask) in present.items():
        if dims[: len(args)] != tuple(args) or not np.array_equal(mask, spread(done, mask.shape)):
            variables[_PRESENT + name] = (dims, mask.astype(np.int8))
    dims_used = {dim for dims, _, *_ in variables.values() for dim in dims}
    kept = {name: values for name, values in coords.items() if name in dims_used}
    return xr.Dataset(variables, kept, {"constants": dict(constants)})


def with_inferred_ledger(data: xr.Dataset, args: Sequence[str]) -> Labelled:
    """Give a dataset that came without one a ledger: done is what has a value.

    Raises `SpaceError` where an axis has a label twice.
    """
    order = [arg for arg in args if arg in data.dims]
    for arg in order:
        LabelIndex(arg, data[arg].to_numpy())
    data = data.transpose(*order, ...)
    status = np.zeros([data.sizes[arg] for arg in order], dtype=np.int8)
    present = {}
    for name, variable in data.data_vars.items():
        there = ~np.asarray(pd.isna(variable.to_numpy()))
        present[str(name)] = (tuple(map(str, variable.dims)), there)
        own = [arg for arg in order if arg in variable.dims]
        inner = tuple(range(len(own), there.ndim))
        shape = [data.sizes[arg] if arg in own else 1 for arg in order]
        status[np.broadcast_to(there.any(axis=inner).reshape(shape), status.shape)] = Status.DONE
    coords = {str(name): coord for name, coord in data.coords.items() if name in data.dims}
    return Labelled(data, ledger_of(order, coords, status, present, {}))
