"""What is run: a function, its outputs, and the arguments that do not vary."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from xyzpy_widgets.core.variables import Variable, as_coords, as_variables, hint
from xyzpy_widgets.errors import FunctionError

__all__ = ["FunctionSpec", "as_function_spec"]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """A function and all that is known of it before it runs.

    Attributes
    ----------
    fn : callable
        What is called, once per case.
    fn_args : tuple of str
        Its parameters that can be given by name, in their order.
    variables : tuple of Variable or None
        Its outputs; None when each result names its own.
    var_coords : mapping of str to tuple
        Values along the outputs' own dimensions.
    constants : mapping
        Arguments with one value, recorded with the results.
    resources : mapping
        Arguments with one value, passed and never recorded.
    attrs, var_attrs, arg_attrs : mapping
        Attributes of the dataset, of each output and of each argument.
    """

    fn: Callable[..., Any]
    fn_args: tuple[str, ...] = ()
    variables: tuple[Variable, ...] | None = None
    var_coords: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    attrs: Mapping[str, Any] = field(default_factory=dict)
    var_attrs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    arg_attrs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def fixed(self) -> dict[str, Any]:
        """The arguments that do not vary."""
        return {**self.constants, **self.resources}

    @property
    def inner_dims(self) -> tuple[str, ...]:
        """The outputs' own dimensions, each once."""
        return tuple(dict.fromkeys(dim for variable in self.variables or () for dim in variable.dims))

    def coords(self) -> dict[str, Any]:
        """Return the values along the outputs' own dimensions; a constant that names one gives its values."""
        constants = {dim: self.constants[dim] for dim in self.inner_dims if dim in self.constants}
        return {**constants, **self.var_coords}

    def recorded(self) -> dict[str, Any]:
        """Return the constants that are no coordinates: what the dataset keeps as attributes."""
        return {name: value for name, value in self.constants.items() if name not in self.inner_dims}

    def effective(self, swept: Iterable[str]) -> dict[str, Any]:
        """Return the value of every argument that does not vary, defaults included, resources left out."""
        parameters = _parameters(self.fn) or {}
        defaults = {
            name: parameter.default
            for name, parameter in parameters.items()
            if parameter.default is not inspect.Parameter.empty
        }
        left_out = {*swept, *self.resources, *self.inner_dims}
        return {name: value for name, value in {**defaults, **self.constants}.items() if name not in left_out}

    def check_call(self, swept: Sequence[str]) -> None:
        """Raise `FunctionError` unless the function can be called with these arguments and the fixed ones."""
        for name in swept:
            for word, fixed in (("constant", self.constants), ("resource", self.resources)):
                if name in fixed:
                    msg = f"{name!r} is swept and is a {word} too ({fixed[name]!r}); drop it from the {word}s"
                    raise FunctionError(msg)
        self._check_names(swept)
        parameters = _parameters(self.fn)
        if parameters is None:
            return
        given = {*swept, *self.fixed}
        if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
            known = _fn_args(self.fn, None)
            for name in given - set(known):
                msg = f"{self.name} has no argument {name!r}; {hint(name, known)}"
                raise FunctionError(msg)
        for name, parameter in parameters.items():
            variadic = parameter.kind in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
            if name not in given and parameter.default is inspect.Parameter.empty and not variadic:
                msg = f"{self.name} needs the argument {name!r}; give it as a combo, a case, a constant or a resource"
                raise FunctionError(msg)

    def _check_names(self, swept: Sequence[str]) -> None:
        """No output and no dimension of an output may bear the name of a swept argument."""
        for variable in self.variables or ():
            if variable.name in swept:
                msg = f"the output {variable.name!r} bears the name of a swept argument; rename the output"
                raise FunctionError(msg)
            for dim in variable.dims:
                if dim in swept:
                    msg = f"the output {variable.name!r} has the dimension {dim!r}, which is swept; rename one of them"
                    raise FunctionError(msg)

    @property
    def name(self) -> str:
        """What to call the function in a message."""
        return getattr(self.fn, "__name__", type(self.fn).__name__)

    def bound(self, swept: Sequence[str]) -> Callable[..., Any]:
        """Return a callable of the swept values in their order, that may be pickled if the function may."""
        parameters = _parameters(self.fn)
        if parameters is None:
            return partial(self.fn, **self.fixed) if self.fixed else self.fn
        positional = [name for name, p in parameters.items() if p.kind in _POSITIONAL]
        if tuple(positional[: len(swept)]) == tuple(swept):
            return partial(self.fn, **self.fixed) if self.fixed else self.fn
        return _Call(self.fn, tuple(swept), self.fixed)


@dataclass(frozen=True, slots=True)
class _Call:
    """A call by name, whatever the names are."""

    fn: Callable[..., Any]
    names: tuple[str, ...]
    fixed: dict[str, Any]

    def __call__(self, /, *values: Any) -> Any:
        return self.fn(**dict(zip(self.names, values, strict=True)), **self.fixed)


def _parameters(fn: Callable[..., Any]) -> Mapping[str, inspect.Parameter] | None:
    """Return the parameters of a function, None for a builtin that does not tell them."""
    try:
        return inspect.signature(fn).parameters
    except ValueError:
        return None


def as_function_spec(
    fn: Callable[..., Any],
    var_names: Any = None,
    fn_args: str | Sequence[str] | None = None,
    *,
    var_dims: Any = None,
    var_coords: Any = None,
    **fixed: Mapping[str, Any] | None,
) -> FunctionSpec:
    """Describe a function from what people write: the friendly layer over `FunctionSpec`.

    ``fixed`` takes ``constants``, ``resources``, ``attrs``, ``var_attrs`` and ``arg_attrs``.
    Raises `FunctionError` where names do not fit together.
    """
    if not callable(fn):
        msg = f"{fn!r} cannot be called; give a function"
        raise FunctionError(msg)
    variables = as_variables(var_names, var_dims)
    own = {name: dict(value or {}) for name, value in fixed.items()}
    spec = FunctionSpec(fn, _fn_args(fn, fn_args), variables, **own)
    coords = as_coords(var_coords, spec.inner_dims)
    _check_fixed(spec)
    return FunctionSpec(fn, spec.fn_args, variables, coords, **own)


def _fn_args(fn: Callable[..., Any], fn_args: str | Sequence[str] | None) -> tuple[str, ...]:
    if fn_args is not None:
        return (fn_args,) if isinstance(fn_args, str) else tuple(fn_args)
    named = (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY)
    return tuple(name for name, p in (_parameters(fn) or {}).items() if p.kind in named)


def _check_fixed(spec: FunctionSpec) -> None:
    both = set(spec.constants) & set(spec.resources)
    if both:
        msg = f"{', '.join(sorted(both))} is a constant and a resource; leave it in one of them"
        raise FunctionError(msg)
    if spec.variables is None:
        return
    names = [variable.name for variable in spec.variables]
    for name in spec.var_attrs:
        if name not in names:
            msg = f"var_attrs describes {name!r}, which is no output; {hint(name, names)}"
            raise FunctionError(msg)
    for name in spec.arg_attrs:
        if name not in (*spec.fn_args, *spec.inner_dims):
            msg = f"arg_attrs describes {name!r}, which is no argument; {hint(name, spec.fn_args)}"
            raise FunctionError(msg)
    for name in names:
        if name in spec.inner_dims:
            msg = f"{name!r} is an output and a dimension of an output; rename one of them"
            raise FunctionError(msg)
