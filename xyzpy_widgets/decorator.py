"""`label`: a decorator that describes a function's outputs where it is defined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

from xyzpy_widgets.errors import FunctionError, OptionError
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.sampler import Sampler

__all__ = ["label"]

Kept = bool | str | PathLike[str]


def label(  # noqa: PLR0913 - the public spelling
    var_names: Any = None,
    fn_args: str | Sequence[str] | None = None,
    *,
    var_dims: Any = None,
    var_coords: Any = None,
    constants: Mapping[str, Any] | None = None,
    resources: Mapping[str, Any] | None = None,
    attrs: Mapping[str, Any] | None = None,
    harvester: Kept = False,
    sampler: Kept = False,
    engine: str | None = None,
    **settings: Any,
) -> Callable[[Callable[..., Any]], Any]:
    """Describe a function where it is defined: it becomes a Runner, Harvester or Sampler, and stays callable.

    Parameters
    ----------
    var_names, fn_args, var_dims, var_coords, constants, resources, attrs, **settings
        As for `Runner`.
    harvester : bool or path
        Make a `Harvester`: True keeps the dataset in memory, a path in that file.
    sampler : bool or path
        Make a `Sampler`: True keeps the table in memory, a path in that file.
    engine : str, optional
        The format of the file.

    Returns
    -------
    callable
        The decorator.

    Raises
    ------
    FunctionError
        When it stands above a function without being called.
    OptionError
        When both a harvester and a sampler are asked for.

    Examples
    --------
    >>> @label(var_names=["sum", "diff"])
    ... def foo(x, y):
    ...     return x + y, x - y
    >>> foo(1, 2)
    (3, -1)
    >>> foo.var_names
    ('sum', 'diff')
    """
    if callable(var_names):
        name = getattr(var_names, "__name__", repr(var_names))
        msg = f"label was given {name} itself; write @label(...) above it, with the names of its outputs"
        raise FunctionError(msg)
    if harvester is not False and sampler is not False:
        msg = f"harvester={harvester!r} and sampler={sampler!r}; choose one of them"
        raise OptionError(msg)

    def described(fn: Callable[..., Any]) -> Runner | Harvester | Sampler:
        runner = Runner(
            fn,
            var_names,
            fn_args,
            var_dims=var_dims,
            var_coords=var_coords,
            constants=constants,
            resources=resources,
            attrs=attrs,
            **settings,
        )
        if harvester is not False:
            return Harvester(runner, None if isinstance(harvester, bool) else harvester, engine=engine)
        if sampler is not False:
            return Sampler(runner, None if isinstance(sampler, bool) else sampler, engine=engine)
        return runner

    return described
