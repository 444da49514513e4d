"""`combo_runner`: one function over every combination of some values, as tuples, a Dataset or a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import xarray as xr

from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.execution.options import check_settings
from xyzpy_widgets.job import as_space
from xyzpy_widgets.keeping import Keeping
from xyzpy_widgets.labelling.dataset import DatasetBuilder
from xyzpy_widgets.labelling.frame import FrameBuilder
from xyzpy_widgets.labelling.nested import NestedBuilder
from xyzpy_widgets.launch import built

__all__ = ["combo_runner", "combo_runner_to_df", "combo_runner_to_ds"]


def combo_runner(
    fn: Callable[..., Any],
    combos: Any = None,
    *,
    cases: Any = None,
    constants: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Any:
    """Run a function over every combination of values.

    Parameters
    ----------
    fn : callable
        What is called, with the arguments by name.
    combos : mapping or pairs
        Arguments with their values.
    cases : sequence of mapping, optional
        Cases, each of which is run with every combination.
    constants : mapping, optional
        Arguments with one value.
    **settings
        ``parallel``, ``num_workers``, ``executor``, ``shuffle``, ``verbosity`` and ``on_error``; see `as_run_options`.

    Returns
    -------
    nested tuple
        One level per argument (those of the cases first), each leaf a result: ready for `numpy.array`. The values of a
        case argument are sorted. Cells that were not run hold a fill of the result's own shape: nan for a number, None
        for a bare bool or text, arrays or a Dataset of nan.

    Raises
    ------
    SpaceError, FunctionError, OptionError
        Before anything runs.
    Exception
        The function's own, with a note that names the case.

    Examples
    --------
    >>> combo_runner(lambda a, b: a + b, {"a": [1, 2], "b": [10, 20, 30]}, verbosity=0)
    ((11, 21, 31), (12, 22, 32))
    """
    spec = as_function_spec(fn, constants=constants)
    check_settings(settings, spec.fn_args)
    space = as_space(combos, cases, None, spec)
    return built(space, spec, NestedBuilder(space), settings)


def combo_runner_to_ds(  # noqa: PLR0913 - the public spelling
    fn: Callable[..., Any],
    combos: Any = None,
    var_names: Any = None,
    *,
    var_dims: Any = None,
    var_coords: Any = None,
    cases: Any = None,
    constants: Mapping[str, Any] | None = None,
    resources: Mapping[str, Any] | None = None,
    attrs: Mapping[str, Any] | None = None,
    **settings: Any,
) -> xr.Dataset:
    """Run a function over every combination of values into a Dataset.

    Parameters
    ----------
    fn, combos, cases, constants, **settings
        As for `combo_runner`.
    var_names : str, sequence of str or None
        The outputs; None when the function returns a mapping or a Dataset that names them.
    var_dims : mapping, pairs, sequence or str, optional
        The dimensions that an output has by itself.
    var_coords : mapping, optional
        Values along those dimensions.
    resources : mapping, optional
        Arguments that are passed and never recorded.
    attrs : mapping, optional
        Attributes of the Dataset; the constants are added.

    Returns
    -------
    xarray.Dataset
        Each output over the arguments, then over its own dimensions.

    Raises
    ------
    SpaceError, FunctionError, OptionError
        Before anything runs.
    ResultError
        After the first result that does not fit the description, with the case.
    """
    spec = as_function_spec(
        fn,
        var_names,
        var_dims=var_dims,
        var_coords=var_coords,
        constants=constants,
        resources=resources,
        attrs=attrs,
    )
    check_settings(settings, spec.fn_args)
    space = as_space(combos, cases, None, spec).labelled()
    builder = DatasetBuilder(space, spec)
    return built(space, spec, Keeping(builder, lambda _: builder.dataset()), settings)  # type: ignore[no-any-return]


def combo_runner_to_df(
    fn: Callable[..., Any],
    combos: Any = None,
    var_names: Any = None,
    *,
    cases: Any = None,
    constants: Mapping[str, Any] | None = None,
    resources: Mapping[str, Any] | None = None,
    **settings: Any,
) -> pd.DataFrame:
    """Run a function over every combination of values into a table.

    Parameters
    ----------
    fn, combos, var_names, cases, constants, resources, **settings
        As for `combo_runner_to_ds`; the outputs must be scalars.

    Returns
    -------
    pandas.DataFrame
        One row per case in the order of the combos, one column per argument and output.

    Raises
    ------
    SpaceError, FunctionError, OptionError
        Before anything runs.
    ResultError
        After the first result that does not fit the description, with the case.
    """
    spec = as_function_spec(fn, var_names, constants=constants, resources=resources)
    check_settings(settings, spec.fn_args)
    space = as_space(combos, cases, None, spec)
    return built(space, spec, FrameBuilder(space, spec), settings)  # type: ignore[no-any-return]
