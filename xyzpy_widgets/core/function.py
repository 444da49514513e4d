"""What is run: a function, its outputs, and the arguments that do not vary."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from numpy.typing import NDArray

from xyzpy_widgets.core.axes import distinct
from xyzpy_widgets.core.forms import as_values
from xyzpy_widgets.core.labels import label_array
from xyzpy_widgets.core.returns import check_returns
from xyzpy_widgets.core.variables import Variable, as_variables, hint
from xyzpy_widgets.errors import FunctionError

__all__ = ["FunctionSpec", "as_function_spec"]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
# What plain functions are called with, and what that was read from: to read it anew takes longer than many calls.
_PARAMETERS: WeakKeyDictionary[Callable[..., Any], tuple[tuple[Any, ...], Mapping[str, inspect.Parameter] | None]] = (
    WeakKeyDictionary()
)
_NAMED = (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY)


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

    def coords(self) -> dict[str, NDArray[Any]]:
        """Return the labels along the outputs' own dimensions; a constant that names one gives its values.

        Raises `SpaceError` for what cannot be labels.
        """
        constants = {dim: self.constants[dim] for dim in self.inner_dims if dim in self.constants}
        given = {dim: as_values(dim, values) for dim, values in {**constants, **self.var_coords}.items()}
        return {dim: label_array(dim, distinct(dim, values)) for dim, values in given.items()}

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
        given = {*swept, *self.fixed}
        parameters = _parameters(self.fn)
        if parameters is None:
            self._check_given(self.fn_args, given)
            return
        if not _takes_any(parameters):
            known = _fn_args(self.fn, None)
            for name in sorted(given - set(known)):
                msg = f"{self.name} has no argument {name!r}; {hint(name, known)}"
                raise FunctionError(msg)
        required = [n for n, p in parameters.items() if p.kind in _NAMED and p.default is inspect.Parameter.empty]
        self._check_given(required, given)

    def _check_given(self, required: Iterable[str], given: set[str]) -> None:
        for name in required:
            if name not in given:
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
        positional, ahead = self._positions(swept)
        if positional[: len(swept)] == tuple(swept) and set(ahead) <= set(swept):
            return partial(self.fn, **self.fixed) if self.fixed else self.fn
        parameters = _parameters(self.fn) or {}
        defaults = {name: parameters[name].default for name in ahead if name in parameters}
        return _Call(self.fn, tuple(swept), {**defaults, **self.fixed}, ahead)

    def _positions(self, swept: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the arguments that may be given by position, in their order, and those that must.

        A builtin without a signature gets all by position: those of ``fn_args``, then the others as they are swept.
        """
        parameters = _parameters(self.fn)
        if parameters is None:
            order = tuple(dict.fromkeys((*self.fn_args, *swept)))
            return order, order
        only = [name for name, p in parameters.items() if p.kind is inspect.Parameter.POSITIONAL_ONLY]
        last = max((only.index(name) for name in (*swept, *self.fixed) if name in only), default=-1)
        return tuple(name for name, p in parameters.items() if p.kind in _POSITIONAL), tuple(only[: last + 1])


@dataclass(frozen=True, slots=True)
class _Call:
    """A call by name, whatever the names are, with those ahead by position."""

    fn: Callable[..., Any]
    names: tuple[str, ...]
    fixed: dict[str, Any]
    ahead: tuple[str, ...]

    def __call__(self, /, *values: Any) -> Any:
        given = {**self.fixed, **dict(zip(self.names, values, strict=True))}
        ahead = [given.pop(name) for name in self.ahead]
        return self.fn(*ahead, **given)


def _parameters(fn: Callable[..., Any]) -> Mapping[str, inspect.Parameter] | None:
    """Return the parameters of a function, None for a builtin that does not tell them."""
    if not isinstance(fn, FunctionType) or fn.__dict__ or fn.__kwdefaults__:
        return _signature(fn)
    made_of = fn.__code__, fn.__defaults__, fn.__annotations__
    known = _PARAMETERS.get(fn)
    if known is None or any(one is not other for one, other in zip(known[0], made_of, strict=True)):
        known = _PARAMETERS[fn] = made_of, _signature(fn)
    return known[1]


def _signature(fn: Callable[..., Any]) -> Mapping[str, inspect.Parameter] | None:
    try:
        return inspect.signature(fn).parameters
    except ValueError:
        return None


def _takes_any(parameters: Mapping[str, inspect.Parameter]) -> bool:
    return any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())


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
    Raises `FunctionError` where names do not fit together, and `SpaceError` for coordinates that cannot be labels.
    """
    if not callable(fn):
        msg = f"{fn!r} cannot be called; give a function, not what it returned"
        raise FunctionError(msg)
    variables = as_variables(var_names, var_dims)
    check_returns(fn, [] if variables is None else [variable.name for variable in variables])
    own = {name: _mapping(name, value) for name, value in fixed.items()}
    coords = {dim: as_values(dim, values) for dim, values in _mapping("var_coords", var_coords).items()}
    spec = FunctionSpec(fn, _fn_args(fn, fn_args), variables, coords, **own)
    _check_names(spec)
    spec.coords()
    return spec


def _mapping(name: str, given: Any) -> dict[str, Any]:
    """Read a mapping, or pairs."""
    try:
        return dict(given or {})
    except (TypeError, ValueError):
        msg = f"{name} must be a mapping of names, not {given!r}"
        raise FunctionError(msg) from None


def _fn_args(fn: Callable[..., Any], fn_args: str | Sequence[str] | None) -> tuple[str, ...]:
    if fn_args is not None:
        return (fn_args,) if isinstance(fn_args, str) else tuple(fn_args)
    return tuple(name for name, p in (_parameters(fn) or {}).items() if p.kind in _NAMED)


def _check_names(spec: FunctionSpec) -> None:
    """Raise `FunctionError` where two things bear one name, or where a description is of nothing."""
    for name in spec.constants:
        if name in spec.resources:
            msg = f"{name!r} is a constant and a resource; leave it in one of them"
            raise FunctionError(msg)
    _check_known("var_coords gives values for", spec.var_coords, spec.inner_dims, "no output has as a dimension")
    if spec.variables is None:
        return
    names = [variable.name for variable in spec.variables]
    _check_known("var_attrs describes", spec.var_attrs, names, "is no output")
    if not _takes_any(_parameters(spec.fn) or {}):
        _check_known("arg_attrs describes", spec.arg_attrs, (*spec.fn_args, *spec.inner_dims), "is no argument")
    for name in names:
        if name in spec.inner_dims:
            msg = f"{name!r} is an output and a dimension of an output; rename one of them"
            raise FunctionError(msg)


def _check_known(said: str, given: Iterable[str], known: Sequence[str], lack: str) -> None:
    for name in given:
        if name not in known:
            msg = f"{said} {name!r}, which {lack}; {hint(name, known)}"
            raise FunctionError(msg)
