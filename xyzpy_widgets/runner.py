"""`Runner`: a function with its outputs described, ready to run over any combos and cases into a Dataset."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pandas as pd
import xarray as xr

from xyzpy_widgets.again import Retried, cases_of, varied_constants
from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.execution.options import RunOptions, as_run_options, check_settings
from xyzpy_widgets.failures import failure_table
from xyzpy_widgets.job import Job, Known, as_space, in_order, with_constants
from xyzpy_widgets.keeping import Keeping
from xyzpy_widgets.labelling.dataset import DatasetBuilder
from xyzpy_widgets.labelling.extent import extent_of
from xyzpy_widgets.labelling.ledger import Labelled
from xyzpy_widgets.labelling.timed import CostMemory
from xyzpy_widgets.launch import carried_out, submitted
from xyzpy_widgets.preview import Preview, previewed
from xyzpy_widgets.run import Run
from xyzpy_widgets.summary import runner_card
from xyzpy_widgets.views.card import card_html

__all__ = ["Runner", "as_runner"]

_DESCRIBING = (
    "var_names",
    "fn_args",
    "var_dims",
    "var_coords",
    "constants",
    "resources",
    "attrs",
    "var_attrs",
    "arg_attrs",
)
"""What a Runner takes by name beside run settings."""


class Runner(Retried):
    """A function and the description of its outputs; it is still callable as the function.

    Parameters
    ----------
    fn : callable
        What is called, once per case, with its arguments by name.
    var_names : str, sequence of str or None, optional
        The outputs. None when the function returns a mapping or an `xarray.Dataset` that names them.
    fn_args : str or sequence of str, optional
        The arguments; read from the signature by default.
    var_dims : mapping, pairs, sequence beside ``var_names`` or str, optional
        The dimensions that an output has by itself: ``{"C": ["x", "t"]}``; a tuple of names as key serves several
        outputs.
    var_coords : mapping, optional
        Values along those dimensions. A constant that bears the name of a dimension gives its values too.
    constants : mapping, optional
        Arguments with one value, recorded as attributes of the dataset. What is neither plain nor a small array is
        recorded by its type and a digest.
    resources : mapping, optional
        Arguments with one value that are passed and never recorded.
    attrs : mapping, optional
        Attributes of the dataset.
    var_attrs, arg_attrs : mapping of str to mapping, optional
        Attributes of outputs and of arguments, such as ``long_name`` and ``units`` (CF conventions, section 3).
    **settings
        Run settings that hold unless a call gives others: ``parallel``, ``num_workers``, ``executor``, ``shuffle``,
        ``verbosity``, ``on_error``; see `as_run_options`.

    Attributes
    ----------
    spec : FunctionSpec
        All of the above as one value.
    last_ds : xarray.Dataset or None
        What the last run gave, also when it ended early.
    last : Labelled or None
        The same, with the account of each case.

    Raises
    ------
    FunctionError, OptionError
        When names do not fit together.

    Examples
    --------
    >>> runner = Runner(lambda a, b: (a + b, a - b), ["sum", "diff"], verbosity=0)
    >>> dict(runner.run_combos({"a": [1, 2], "b": [3, 4, 5]}).sizes)
    {'a': 2, 'b': 3}
    """

    _source = "run_combos"

    def __init__(  # noqa: PLR0913 - the public spelling
        self,
        fn: Callable[..., Any],
        var_names: Any = None,
        fn_args: str | Sequence[str] | None = None,
        *,
        var_dims: Any = None,
        var_coords: Any = None,
        constants: Mapping[str, Any] | None = None,
        resources: Mapping[str, Any] | None = None,
        attrs: Mapping[str, Any] | None = None,
        var_attrs: Mapping[str, Mapping[str, Any]] | None = None,
        arg_attrs: Mapping[str, Mapping[str, Any]] | None = None,
        **settings: Any,
    ) -> None:
        self.spec = as_function_spec(
            fn,
            var_names,
            fn_args,
            var_dims=var_dims,
            var_coords=var_coords,
            constants=constants,
            resources=resources,
            attrs=attrs,
            var_attrs=var_attrs,
            arg_attrs=arg_attrs,
        )
        check_settings(settings, self.spec.fn_args, _DESCRIBING)
        as_run_options(**settings)
        self.settings = settings
        self.last_ds: xr.Dataset | None = None
        self.last: Labelled | None = None
        self._costs = CostMemory()

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.fn(*args, **kwargs)

    @property
    def fn(self) -> Callable[..., Any]:
        """The function."""
        return self.spec.fn

    @property
    def fn_args(self) -> tuple[str, ...]:
        """Its arguments."""
        return self.spec.fn_args

    @property
    def var_names(self) -> tuple[str, ...] | None:
        """Its outputs; None when each result names its own."""
        return None if self.spec.variables is None else tuple(variable.name for variable in self.spec.variables)

    @property
    def var_dims(self) -> dict[str, tuple[str, ...]]:
        """The dimensions that each output has by itself."""
        return {variable.name: variable.dims for variable in self.spec.variables or ()}

    def run_combos(
        self, combos: Any = None, constants: Mapping[str, Any] | None = None, *, cases: Any = None, **settings: Any
    ) -> xr.Dataset:
        """Run over every combination of values.

        Parameters
        ----------
        combos : mapping or pairs
            Arguments with their values.
        constants : mapping, optional
            Constants of this call, over those of the runner.
        cases : sequence of mapping, optional
            Cases, each of which is run with every combination.
        **settings
            Run settings of this call.

        Returns
        -------
        xarray.Dataset
            Each output over the arguments, in the order of the combos, then over its own dimensions. Also in `last_ds`.

        Raises
        ------
        SpaceError, FunctionError, OptionError
            Before anything runs.
        ResultError
            After the first result that does not fit the description, with the case.
        Exception
            The function's own, with a note that names the case; what was finished is in `last_ds`.
        """
        return carried_out(self._job(combos, cases, None, constants, settings))  # type: ignore[no-any-return]

    def run_cases(
        self,
        cases: Any = None,
        constants: Mapping[str, Any] | None = None,
        fn_args: str | Sequence[str] | None = None,
        *,
        combos: Any = None,
        **settings: Any,
    ) -> xr.Dataset:
        """Run over a list of cases.

        Parameters
        ----------
        cases : sequence of mapping, tuple or scalar, or DataFrame
            The cases. The entries of a tuple are the arguments that are neither constants, resources nor combos.
        constants : mapping, optional
            Constants of this call, over those of the runner.
        fn_args : str or sequence of str, optional
            The arguments that the entries of a tuple stand for.
        combos : mapping or pairs, optional
            Values of which every combination is run for each case.
        **settings
            Run settings of this call.

        Returns
        -------
        xarray.Dataset
            On the dense grid of the cases' values, each axis sorted. Also in `last_ds`.

        Raises
        ------
        SpaceError, FunctionError, OptionError, ResultError, Exception
            As for `run_combos`.
        """
        return carried_out(self._job(combos, cases, fn_args, constants, settings))  # type: ignore[no-any-return]

    def submit(
        self,
        combos: Any = None,
        constants: Mapping[str, Any] | None = None,
        fn_args: str | Sequence[str] | None = None,
        *,
        cases: Any = None,
        **settings: Any,
    ) -> Run:
        """Begin to run over combos, cases or both, and return at once.

        Parameters
        ----------
        combos, constants, fn_args, cases, **settings
            As for `run_combos` and `run_cases`.

        Returns
        -------
        Run
            Its ``result()`` is what these would return.

        Raises
        ------
        SpaceError, FunctionError, OptionError
            Here, before anything runs; everything else is raised by ``result()``.
        """
        return submitted(self._job(combos, cases, fn_args, constants, settings))

    run = submit

    @property
    def failures(self) -> pd.DataFrame:
        """What failed in the last run, a row each, as `Run.failures` has it."""
        return failure_table(() if self.last is None else self.last.account.failures)

    def _begun_again(self, rows: list[int], settings: dict[str, Any]) -> Run:
        cases = cases_of(self.failures, rows, self.fn_args)
        constants = varied_constants(self._made_with, self.spec.constants, cases[0])
        return self.submit(cases=cases, **{"constants": constants, **settings})

    def plan(
        self,
        combos: Any = None,
        constants: Mapping[str, Any] | None = None,
        fn_args: str | Sequence[str] | None = None,
        *,
        cases: Any = None,
        **settings: Any,
    ) -> Preview:
        """Tell what a run would do, and run nothing.

        Parameters
        ----------
        combos, constants, fn_args, cases, **settings
            As for `run_combos` and `run_cases`.

        Returns
        -------
        Preview
            How many cases would run, and, told from the last run, how long they would take and how large their results
            are.

        Raises
        ------
        SpaceError, FunctionError, OptionError
            As for `run_combos`.
        """
        return previewed(self._job(combos, cases, fn_args, constants, settings))

    def _job(self, combos: Any, cases: Any, fn_args: Any, constants: Any, settings: Mapping[str, Any]) -> Job:
        """Read what is asked for, and what becomes of it."""
        options, last = self.options(settings), self.last
        spec = with_constants(self.spec, constants)
        space = as_space(combos, cases, fn_args, spec).labelled()
        cost = self._costs(last)

        def begin() -> Keeping:
            builder = DatasetBuilder(space, spec)
            self._made_with = spec.constants
            return Keeping(builder, lambda _: self._keep(builder.build()))

        plan = in_order(Plan(space), options, cost)
        return Job(spec, plan, options, begin, cost, lambda: Known(extent=extent_of(space, None, last)), sweep=self)

    def _keep(self, new: Labelled) -> xr.Dataset:
        """Keep what a run gave as the last."""
        self.last, self.last_ds = new, new.data
        return new.data

    def options(self, settings: Mapping[str, Any], others: Collection[str] = ("constants", "cases")) -> RunOptions:
        """Return the run settings of one call: those given, over those of the runner; raise what is wrong with them.

        ``others`` is what the call takes by name beside them.
        """
        check_settings(settings, self.fn_args, others)
        return as_run_options(**{**self.settings, **settings})

    def _drawn(self) -> xr.Dataset | None:
        return self.last_ds

    def __repr__(self) -> str:
        """Show the function, its arguments and outputs."""
        lines = [
            "<xyzpy_widgets.Runner>",
            f"    fn: {self.fn!r}",
            f"    fn_args: {self.fn_args}",
            f"    var_names: {self.var_names}",
            f"    var_dims: {self.var_dims}",
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return card_html(runner_card(self.spec))


def as_runner(given: Runner | Callable[..., Any]) -> Runner:
    """Return the Runner, or one for a plain function."""
    return given if isinstance(given, Runner) else Runner(given)
