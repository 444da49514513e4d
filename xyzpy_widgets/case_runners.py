"""`case_runner`: one function over a list of cases, as a flat tuple, a Dataset or a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import xarray as xr

from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.execution.options import check_settings
from xyzpy_widgets.job import as_space
from xyzpy_widgets.keeping import Keeping
from xyzpy_widgets.labelling.dataset import DatasetBuilder
from xyzpy_widgets.labelling.frame import FrameBuilder
from xyzpy_widgets.labelling.nested import FlatBuilder
from xyzpy_widgets.launch import built

__all__ = ["case_runner", "case_runner_to_df", "case_runner_to_ds"]


def case_runner(
    fn: Callable[..., Any],
    fn_args: str | Sequence[str] | None = None,
    cases: Any = None,
    combos: Any = None,
    constants: Mapping[str, Any] | None = None,
    **settings: Any,
) -> tuple[Any, ...]:
    """Run a function over a list of cases.

    Parameters
    ----------
    fn : callable
        What is called, with the arguments by name.
    fn_args : str, sequence of str or None
        The arguments that the entries of a case stand for; None when the cases are mappings or a DataFrame.
    cases : sequence of tuple, mapping or scalar, or DataFrame
        The cases.
    combos : mapping or pairs, optional
        Values of which every combination is run for each case.
    constants : mapping, optional
        Arguments with one value.
    **settings
        ``parallel``, ``num_workers``, ``executor``, ``shuffle``, ``verbosity`` and ``on_error``; see `as_run_options`.

    Returns
    -------
    tuple
        The results, flat, in the order of the cases.

    Raises
    ------
    SpaceError, FunctionError, OptionError
        Before anything runs.
    Exception
        The function's own, with a note that names the case.

    Examples
    --------
    >>> case_runner(lambda a, b: a * b, ("a", "b"), [(2, 3), (4, 5)], verbosity=0)
    (6, 20)
    """
    spec = as_function_spec(fn, fn_args=fn_args, constants=constants)
    check_settings(settings, spec.fn_args)
    space = as_space(combos, cases, fn_args, spec)
    return built(space, spec, FlatBuilder(space), settings)  # type: ignore[no-any-return]


def case_runner_to_ds(  # noqa: PLR0913 - the public spelling
    fn: Callable[..., Any],
    fn_args: str | Sequence[str] | None = None,
    cases: Any = None,
    var_names: Any = None,
    *,
    combos: Any = None,
    var_dims: Any = None,
    var_coords: Any = None,
    constants: Mapping[str, Any] | None = None,
    resources: Mapping[str, Any] | None = None,
    attrs: Mapping[str, Any] | None = None,
    **settings: Any,
) -> xr.Dataset:
    """Run a function over a list of cases into a Dataset.

    Parameters
    ----------
    fn, fn_args, cases, combos, constants, **settings
        As for `case_runner`.
    var_names, var_dims, var_coords, resources, attrs
        As for `combo_runner_to_ds`.

    Returns
    -------
    xarray.Dataset
        On the dense grid of the cases' values, each axis sorted; cells that are no case are missing.

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
        fn_args,
        var_dims=var_dims,
        var_coords=var_coords,
        constants=constants,
        resources=resources,
        attrs=attrs,
    )
    check_settings(settings, spec.fn_args)
    space = as_space(combos, cases, fn_args, spec).labelled()
    builder = DatasetBuilder(space, spec)
    return built(space, spec, Keeping(builder, lambda _: builder.dataset()), settings)  # type: ignore[no-any-return]


def case_runner_to_df(  # noqa: PLR0913 - the public spelling
    fn: Callable[..., Any],
    fn_args: str | Sequence[str] | None = None,
    cases: Any = None,
    var_names: Any = None,
    *,
    combos: Any = None,
    constants: Mapping[str, Any] | None = None,
    resources: Mapping[str, Any] | None = None,
    **settings: Any,
) -> pd.DataFrame:
    """Run a function over a list of cases into a table.

    Parameters
    ----------
    fn, fn_args, cases, combos, constants, **settings
        As for `case_runner`.
    var_names, resources
        As for `combo_runner_to_df`.

    Returns
    -------
    pandas.DataFrame
        One row per case, in their order, one column per argument and output.

    Raises
    ------
    SpaceError, FunctionError, OptionError
        Before anything runs.
    ResultError
        After the first result that does not fit the description, with the case.
    """
    spec = as_function_spec(fn, var_names, fn_args, constants=constants, resources=resources)
    check_settings(settings, spec.fn_args)
    space = as_space(combos, cases, fn_args, spec)
    return built(space, spec, FrameBuilder(space, spec), settings)  # type: ignore[no-any-return]
