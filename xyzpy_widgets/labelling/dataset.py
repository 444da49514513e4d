"""From outcomes to a labelled dataset, straight into preallocated arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.lattice import grid_of
from xyzpy_widgets.core.outcome import Outcome, Status
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import Cases, ParameterSpace
from xyzpy_widgets.errors import ResultError
from xyzpy_widgets.labelling.account import DONE, MISSING, Account, Origin
from xyzpy_widgets.labelling.collect import Cells, collector_of
from xyzpy_widgets.labelling.columns import Column, exact_variable
from xyzpy_widgets.labelling.constants import recorded
from xyzpy_widgets.labelling.ledger import Labelled, Parts, marks_of

__all__ = ["DatasetBuilder", "outline_of", "place"]

_NUMBERS = {bool, int, float, complex, np.bool_, np.int64, np.float64, np.complex128}


def place(space: ParameterSpace, outcome: Outcome, put: Callable[[Any, list[Any]], None]) -> None:
    """Give the results of a batch to ``put``, together where all fit and one by one where not.

    Raises the first `ResultError`, with a note that names its case, after the others have been placed.
    """
    try:
        put(outcome.numbers, outcome.values)
    except ResultError:
        wrong: list[ResultError] = []
        for number, value in zip(outcome.numbers, outcome.values, strict=True):
            try:
                put(range(number, number + 1), [value])
            except ResultError as error:
                error.add_note(f"in the case {Plan(space).point(int(number))}")
                error.numbers = (int(number),)
                wrong.append(error)
        if wrong:
            wrong[0].numbers = tuple(number for error in wrong for number in error.numbers)
            raise wrong[0] from None


class DatasetBuilder:
    """Fills the grid of a space with the outcomes of its points, in any order.

    Parameters
    ----------
    space : ParameterSpace
        Its values must be fit to be labels; `SpaceError` is raised otherwise.
    spec : FunctionSpec
        What the results are and what is recorded with them.
    origin : Origin, optional
        Which version of the function ran, and where.
    """

    def __init__(self, space: ParameterSpace, spec: FunctionSpec, origin: Origin | None = None) -> None:
        self._space = space
        self._spec = spec
        self._lattice = grid_of(space)
        self._labels = self._lattice.labels()
        self._origin = origin or Origin()
        self._status = np.full(self._lattice.size, MISSING, dtype=np.int8)
        self._seconds = np.full(self._lattice.size, np.nan, dtype=np.float32)
        self._finished = np.full(self._lattice.size, "NaT", dtype="datetime64[us]")
        self._failures: dict[int, dict[str, Any]] = {}
        self._collector = collector_of(spec, self._lattice.size, space.names)

    def add(self, outcome: Outcome) -> None:
        """Place a batch; raise `ResultError` for a result that does not fit, with the others placed."""
        for failure in outcome.failures:
            cell = self._lattice.cells(range(failure.number, failure.number + 1))
            self._status[cell] = Status.FAILED
            self._finished[cell] = _moment(outcome.finished)
            self._failures[failure.number] = {"args": failure.args, **failure.told()}
        if outcome.values:
            cells = self._lattice.cells(outcome.numbers)
            self._seconds[cells] = outcome.seconds
            self._finished[cells] = _moment(outcome.finished)
            place(self._space, outcome, self._put)

    def _put(self, numbers: Any, values: list[Any]) -> None:
        cells: Cells = self._lattice.cells(numbers)
        self._collector.put(cells, values)
        self._status[cells] = DONE

    def dataset(self) -> xr.Dataset:
        """Return the dataset of what has been placed."""
        return xr.Dataset(self._outputs(self._collector.columns()), self._coords(), self._attrs())

    def build(self) -> Labelled:
        """Return the dataset of what has been placed, and its ledger."""
        names, shape = self._space.names, self._lattice.shape
        columns = self._collector.columns()
        whole = bool((self._status == DONE).all()) and all(one.present.all() for _, one in columns.values())
        present = {
            name: ((*names, *dims), column.present.reshape(shape + column.inner))
            for name, (dims, column) in ({} if whole else columns).items()
        }
        account = self._accounted(shape)
        return self._labelled(self._outputs(columns), account, marks_of(names, account, present))

    def _outputs(self, columns: Mapping[str, tuple[tuple[str, ...], Column]]) -> dict[str, xr.Variable]:
        variables = {}
        for name, (dims, column) in columns.items():
            values = column.settled().reshape(self._lattice.shape + column.inner)
            attrs = {**self._collector.attrs.get(name, {}), **self._spec.var_attrs.get(name, {})}
            variables[name] = exact_variable((*self._space.names, *dims), values, attrs)
        return variables

    def _labelled(
        self, outputs: dict[str, xr.Variable], account: Account, marks: dict[str, xr.Variable] | None = None
    ) -> Labelled:
        names = self._space.names
        constants = recorded(self._spec.effective(names))
        return Labelled.of(Parts(names, outputs, self._coords(), self._attrs(), account, marks or {}, constants))

    def outline(self) -> Labelled:
        """Return what is known before anything is placed: dimensions, labels, attributes and constants, no values."""
        names, shape, inner = self._space.names, self._lattice.shape, self._collector.inner.sizes
        variables = {}
        for variable in self._spec.variables or ():
            full = (*shape, *(inner.get(dim, 0) for dim in variable.dims))
            nothing = _everywhere(np.float64(np.nan), full)
            attrs = self._spec.var_attrs.get(variable.name, {})
            variables[variable.name] = exact_variable((*names, *variable.dims), nothing, attrs)
        return self._outlined(variables)

    def _outlined(self, outputs: dict[str, xr.Variable]) -> Labelled:
        """Put no more beside the outputs than their arguments and constants."""
        status = _everywhere(np.int8(MISSING), self._lattice.shape)
        return self._labelled(outputs, Account({"status": status}, {"versions": (), "hosts": ()}))

    def foresees(self, outcome: Outcome) -> bool:
        """Say whether the first result of a batch is just what the outline tells: plain numbers."""
        variables = self._spec.variables
        if variables is None or any(one.dims for one in variables):
            return False
        first = outcome.values[0]
        return all(type(one) in _NUMBERS for one in (first if type(first) in {tuple, list} else (first,)))

    def glimpse(self, outcome: Outcome) -> Labelled:
        """Return the first result of a batch as a dataset of its own, without what is known of its case."""
        alone = DatasetBuilder(_alone(self._space, int(outcome.numbers[0])), self._spec, self._origin)
        alone.add(Outcome(range(1), outcome.values[:1], outcome.seconds[:1], finished=outcome.finished))
        return alone._outlined(alone._outputs(alone._collector.columns()))

    def _accounted(self, shape: tuple[int, ...]) -> Account:
        """Return the account of what has been placed, with its origin."""
        ended = self._status != MISSING
        origin = np.full(len(ended), -1, dtype=np.int16)
        origin[ended] = 0
        fields = {
            "status": self._status,
            "seconds": self._seconds,
            "finished": self._finished,
            "tries": ended.astype(np.int16),
            "version": origin,
            "host": origin.copy(),
        }
        cases = {name: values.reshape(shape) for name, values in fields.items()}
        names: dict[str, tuple[str, ...]] = {"versions": (self._origin.version,), "hosts": (self._origin.host,)}
        return Account(cases, names, tuple(self._failures.values()))

    def _attrs(self) -> dict[str, Any]:
        return {**self._spec.attrs, **recorded(self._spec.recorded())}

    def _coords(self) -> dict[str, xr.Variable]:
        values: Mapping[str, Any] = {**self._labels, **self._collector.inner.coords}
        attrs = self._spec.arg_attrs
        return {name: exact_variable([name], labels, attrs.get(name, {})) for name, labels in values.items()}


def _everywhere(value: np.generic, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return an array with one value everywhere, which takes no memory and is not to be written to."""
    return np.ndarray(shape, value.dtype, value.tobytes(), strides=(0,) * len(shape))


def _moment(seconds: float) -> np.datetime64:
    """Return a time in seconds since the epoch as numpy has it."""
    return np.datetime64("NaT", "us") if math.isnan(seconds) else np.datetime64(round(1e6 * seconds), "us")


def _alone(space: ParameterSpace, number: int) -> ParameterSpace:
    """Return the space of one of its points."""
    point = Plan(space).point(number)
    return ParameterSpace(Cases(space.names, tuple((value,) for value in point.args.values()), 1))


def outline_of(space: ParameterSpace, spec: FunctionSpec) -> Labelled:
    """Return the outline of the first point of a space: its dimensions and constants, however many points there are."""
    return DatasetBuilder(_alone(space, 0), spec).outline()
