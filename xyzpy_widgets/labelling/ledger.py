"""The ledger: what is known of each case, beside the dataset and over the same argument axes.

What it holds of each case is told in `account`; ``status`` follows the CF conventions for flags (section 3.5, "Flags"):
an int8 variable with ``flag_values`` and ``flag_meanings``. It says which cases are done, so that a nan that was
returned is not taken for one that never ran.
Where an output lacks some values of cases that are done, ``present_<output>`` says which are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from xarray.indexes import Index, PandasIndex

from xyzpy_widgets.core.axes import check_distinct
from xyzpy_widgets.core.left import LEFT
from xyzpy_widgets.labelling.account import DONE, Account, account_of, blank
from xyzpy_widgets.labelling.columns import exact_variable
from xyzpy_widgets.labelling.inferred import inferred_left

__all__ = ["Labelled", "Parts", "copied", "ledger_of", "marks_of", "spread", "with_inferred_ledger"]

_PRESENT = "present_"
_made = xr.Dataset._construct_direct  # noqa: SLF001 - what all of xarray makes its datasets with; see `_dataset`


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What labelled data is made of, before a dataset is made of it.

    Attributes
    ----------
    args : tuple of str
        The arguments that are dimensions.
    outputs : dict of str to xarray.Variable
        Each over all arguments and then its own dimensions.
    coords : dict of str to xarray.Variable
        The coordinates; those of a dimension bear its name.
    attrs : mapping
        The attributes of the dataset.
    account : Account
        What is known of each case.
    marks : dict of str to xarray.Variable
        Which values of an output are there, of each output that has not just those of the cases that are done.
    constants : mapping
        The arguments that did not vary.
    """

    args: tuple[str, ...]
    outputs: dict[str, xr.Variable]
    coords: dict[str, xr.Variable]
    attrs: Mapping[Any, Any] = field(default_factory=dict)
    account: Account = field(default_factory=lambda: blank(()))
    marks: dict[str, xr.Variable] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sizes(self) -> dict[str, int]:
        """The length of each dimension."""
        variables = (*self.outputs.values(), *self.coords.values())
        return {str(dim): size for one in variables for dim, size in zip(one.dims, one.shape, strict=True)}

    def data(self) -> xr.Dataset:
        """Make the dataset."""
        return _dataset(self.outputs, self.coords, self.attrs)

    def copy(self) -> Parts:
        """Return the same with arrays of its own."""
        account = replace(self.account, cases={name: one.copy() for name, one in self.account.cases.items()})
        outputs, coords, marks = map(_copies, (self.outputs, self.coords, self.marks))
        return replace(self, outputs=outputs, coords=coords, attrs=dict(self.attrs), account=account, marks=marks)

    def ledger(self) -> xr.Dataset:
        """Make the ledger."""
        marks = {_PRESENT + name: one for name, one in self.marks.items()}
        variables = {**self.account.variables(self.args), **marks}
        used = {dim for one in variables.values() for dim in one.dims}
        coords = {name: one for name, one in self.coords.items() if name in used}
        return _dataset(variables, coords, {"constants": dict(self.constants), **self.account.attrs()})


def _dataset(
    outputs: Mapping[str, xr.Variable], coords: Mapping[str, xr.Variable], attrs: Mapping[Any, Any]
) -> xr.Dataset:
    """Make a dataset; its constructor would align and merge what lies on one grid already, for twice the time."""
    variables = {name: one.copy(deep=False) for name, one in {**outputs, **coords}.items()}
    indexes: dict[Any, Index] = {}
    for name, one in coords.items():
        if one.dims == (name,):
            indexes[name] = _index_of(name, one)
            variables |= indexes[name].create_variables({name: one})
    made: xr.Dataset = _made(variables=variables, coord_names=set(coords), indexes=indexes, attrs=dict(attrs))
    return made


def _index_of(dim: str, labels: xr.Variable) -> PandasIndex:
    """Return the index of the labels of a dimension; of numbers without a look at what else they might be."""
    if labels.dtype in (np.float64, np.int64):
        return PandasIndex(pd.Index(labels.values, name=dim), dim, coord_dtype=labels.dtype)
    return PandasIndex.from_variables({dim: labels}, options={})


class Labelled:
    """A dataset and its ledger; each is made of its parts when somebody looks at it first.

    Parameters
    ----------
    data : xarray.Dataset
        The outputs, each over all arguments and then its own dimensions.
    ledger : xarray.Dataset
        The account of each case over the arguments; its attribute ``constants`` holds the arguments that did not vary.
    parts : Parts, optional
        What both are made of, in their place; see `of`.
    """

    __slots__ = ("_data", "_ledger", "_parts")

    def __init__(self, data: xr.Dataset | None, ledger: xr.Dataset | None, parts: Parts | None = None) -> None:
        self._data = data
        self._ledger = ledger
        self._parts = parts

    @classmethod
    def of(cls, parts: Parts) -> Self:
        """Return what is made of some parts."""
        return cls(None, None, parts)

    @property
    def data(self) -> xr.Dataset:
        """The dataset."""
        if self._data is None:
            self._data = self.parts.data()
        return self._data

    @property
    def ledger(self) -> xr.Dataset:
        """The ledger."""
        if self._ledger is None:
            self._ledger = self.parts.ledger()
        return self._ledger

    @property
    def parts(self) -> Parts:
        """What they are made of."""
        if self._parts is None:
            self._parts = _parts_of(self.data, self.ledger)
        return self._parts

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments that are dimensions."""
        return self.parts.args

    @property
    def constants(self) -> Mapping[str, Any]:
        """The arguments that did not vary."""
        return self.parts.constants

    @property
    def account(self) -> Account:
        """What is known of each case."""
        return self.parts.account

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which cases are done, over `args`."""
        return self.account.done

    @property
    def is_numeric(self) -> bool:
        """Whether all outputs are numbers of the usual types."""
        return all(one.dtype.kind in "biuf" and one.dtype.char != "g" for one in self.parts.outputs.values())

    def labels(self, arg: str) -> NDArray[Any]:
        """Return the labels of an argument."""
        return np.asarray(self.parts.coords[arg].values)

    def present(self, name: str) -> NDArray[np.bool_]:
        """Return which values of an output are there, in the shape of the output."""
        marked = self.parts.marks.get(name)
        shape = self.parts.outputs[name].shape
        return spread(self.done if marked is None else marked.values.astype(bool), shape)

    def follows(self, name: str) -> bool:
        """Say whether the values of an output are there exactly where the cases are done."""
        return name not in self.parts.marks

    @property
    def is_left(self) -> bool:
        """Whether it is left in a file, to be read part by part; the fields of its account are dask arrays then."""
        return self._ledger is not None and LEFT in self._ledger.variables["status"].encoding

    @property
    def nbytes(self) -> int:
        """How many bytes it has, or would have."""
        return int(self.data.nbytes + self.ledger.nbytes)

    def cells(self, field: str, places: Sequence[NDArray[np.intp]]) -> NDArray[Any]:
        """Return what the account knows of every combination of some places along the arguments."""
        if self.is_left:
            return self.ledger.variables[field][tuple(places)].to_numpy()
        found: NDArray[Any] = self.account.cases[field][np.ix_(*places)]
        return found

    def copy(self) -> Labelled:
        """Return the same with arrays of its own."""
        if self._ledger is None and (self._data is None or _is_plain(self._data)):
            return Labelled.of(self.parts.copy())
        return Labelled(copied(self.data), copied(self.ledger))

    def loaded(self) -> Labelled:
        """Return the same with nothing left in a file."""
        return Labelled(_loaded(self.data), _loaded(self.ledger)) if self.is_left else self


def _parts_of(data: xr.Dataset, ledger: xr.Dataset) -> Parts:
    """Take a dataset and its ledger apart."""
    return Parts(
        tuple(map(str, ledger.variables["status"].dims)),
        {str(name): data.variables[name] for name in data.data_vars},
        {str(name): data.variables[name] for name in data.coords},
        data.attrs,
        account_of(ledger),
        {
            str(name).removeprefix(_PRESENT): ledger.variables[name]
            for name in ledger.data_vars
            if str(name).startswith(_PRESENT)
        },
        ledger.attrs.get("constants", {}),
    )


def copied(dataset: xr.Dataset) -> xr.Dataset:
    """Return a dataset with arrays of its own; what is left in a file stays there, and objects are not copied."""
    variables = _copies({str(name): one.variable for name, one in dataset.data_vars.items()})
    return xr.Dataset(variables, dataset.coords, dataset.attrs)


def _loaded(dataset: xr.Dataset) -> xr.Dataset:
    variables = {
        str(name): exact_variable(tuple(map(str, one.dims)), one.to_numpy(), one.attrs)
        for name, one in dataset.data_vars.items()
    }
    return xr.Dataset(variables, dataset.coords, dataset.attrs)


def _copies(variables: Mapping[str, xr.Variable]) -> dict[str, xr.Variable]:
    copies = {}
    for name, one in variables.items():
        if LEFT in one.encoding:
            copies[name] = one
            continue
        data = one.data if type(one.data) is np.ndarray or one.chunks is not None else one.to_numpy()
        copies[name] = (
            exact_variable(tuple(map(str, one.dims)), data.copy(), one.attrs) if type(data) is np.ndarray else one
        )
    return copies


def _is_plain(dataset: xr.Dataset) -> bool:
    """Say whether just the labels of dimensions are indexed, and those as they are."""
    indexes, labels = dataset.xindexes, {name for name in dataset.coords if dataset.variables[name].dims == (name,)}
    return set(indexes) == labels and all(type(one) is PandasIndex for one in indexes.values())


def spread(mask: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Broadcast over trailing dimensions."""
    return np.broadcast_to(mask.reshape(mask.shape + (1,) * (len(shape) - mask.ndim)), shape)


def marks_of(
    args: Sequence[str], account: Account, present: Mapping[str, tuple[tuple[str, ...], NDArray[np.bool_]]]
) -> dict[str, xr.Variable]:
    """Keep what says which values of the outputs are there where it differs from which cases are done."""
    done = account.done if present else None
    return {
        name: exact_variable(dims, mask.astype(np.int8), {})
        for name, (dims, mask) in present.items()
        if done is None or dims[: len(args)] != tuple(args) or not np.array_equal(mask, spread(done, mask.shape))
    }


def ledger_of(
    args: Sequence[str],
    coords: Mapping[str, Any],
    account: Account,
    present: Mapping[str, tuple[tuple[str, ...], NDArray[np.bool_]]],
    constants: Mapping[str, Any],
) -> xr.Dataset:
    """Make the ledger of some cases; of ``present`` only what differs from the status is kept."""
    own = {name: _plain(xr.as_variable(one)) for name, one in coords.items()}
    marks = marks_of(args, account, present)
    return Parts(tuple(args), {}, own, {}, account, marks, constants).ledger()


def with_inferred_ledger(data: xr.Dataset, args: Sequence[str]) -> Labelled:
    """Give a dataset that came without one a ledger: done is what has a value.

    Raises `SpaceError` where an axis has a label twice.
    """
    order = tuple(arg for arg in args if arg in data.sizes)
    coords = {str(name): _plain(data.variables[name]) for name in data.coords}
    for arg in order:
        check_distinct(arg, coords[arg].values if arg in coords else data[arg].to_numpy())
    outputs = {str(name): _ordered(data.variables[name], order) for name in data.data_vars}
    as_it_is = all(one is data.variables[name] for name, one in outputs.items())
    axes = {arg: coords[arg] for arg in order if arg in coords}
    left = inferred_left(outputs, order, axes) if as_it_is else None
    if left is not None:
        return Labelled(data, left)
    account = blank([data.sizes[arg] for arg in order])
    present = {}
    for name, variable in outputs.items():
        there = ~np.asarray(pd.isna(variable.to_numpy()))
        if variable.dims[: len(order)] == order and there.size and there.all():
            account.status[...] = DONE
            continue
        present[name] = (tuple(map(str, variable.dims)), there)
        own = [arg for arg in order if arg in variable.dims]
        inner = tuple(range(len(own), there.ndim))
        shape = [data.sizes[arg] if arg in own else 1 for arg in order]
        account.status[np.broadcast_to(there.any(axis=inner).reshape(shape), account.status.shape)] = DONE
    if not as_it_is:
        data = data.transpose(*order, ...)
    return Labelled(data, None, Parts(order, outputs, coords, data.attrs, account, marks_of(order, account, present)))


def _ordered(variable: xr.Variable, order: Sequence[str]) -> xr.Variable:
    """Return a variable with some dimensions first, in this order; itself where they are."""
    first = [dim for dim in order if dim in variable.dims]
    return variable if list(variable.dims[: len(first)]) == first else variable.transpose(*first, ...)


def _plain(variable: xr.Variable) -> xr.Variable:
    """Return the labels of an axis as an array, not as an index that makes one of itself each time."""
    indexed = isinstance(variable, xr.IndexVariable)
    return exact_variable(tuple(map(str, variable.dims)), variable.values, variable.attrs) if indexed else variable
