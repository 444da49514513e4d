"""What is known of a function's arguments before anybody has chosen values: from signature, annotations and store."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.labels import kind_of, shown
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.grammar.typed import written

__all__ = ["NOTHING", "Argument", "arguments_of"]

NOTHING = inspect.Parameter.empty
"""Stands for a default that there is not."""

Takes = Literal["float", "int", "bool", "str", "any"]

_TAKES: dict[str | None, Takes] = {"bool": "bool", "int": "int", "float": "float", "str": "str"}


@dataclass(frozen=True, slots=True)
class Argument:
    """One swept argument.

    Attributes
    ----------
    name : str
    takes : {"float", "int", "bool", "str", "any"}
        What a value must be, as far as that is known.
    choices : tuple
        The values of a ``Literal``, an ``Enum`` or a ``bool``; empty for every other argument.
    default : object
        `NOTHING` without one.
    units, description : str
        From ``arg_attrs``.
    stored : tuple
        The values that the store has.
    draw : object
        How a Sampler draws it by itself; `NOTHING` when it does not.
    """

    name: str
    takes: Takes = "any"
    choices: tuple[Any, ...] = ()
    default: Any = NOTHING
    units: str = ""
    description: str = ""
    stored: tuple[Any, ...] = ()
    draw: Any = NOTHING

    @property
    def default_text(self) -> str:
        """The default as text; empty where there is none, or none that can be written."""
        if self.default is NOTHING:
            return ""
        for choice, label in zip(self.choices, self.choice_labels, strict=True):
            if choice is self.default or (type(choice) is type(self.default) and choice == self.default):
                return label
        try:
            return self.default if self.takes == "str" and _bare(self.default) else written(self.default)
        except SpaceError:
            return ""

    @property
    def choice_labels(self) -> list[str]:
        """The choices as texts."""
        return [one.name if isinstance(one, Enum) else shown(one).strip("'\"") for one in self.choices]


def _bare(value: Any) -> bool:
    """Say whether a text needs no quotes in a field."""
    return isinstance(value, str) and value == value.strip() and value != "" and not set(value) & set(",'\"[]\n")


def arguments_of(
    spec: FunctionSpec, stored: Mapping[str, Sequence[Any]] | None = None, draws: Mapping[str, Any] | None = None
) -> tuple[Argument, ...]:
    """Return what is known of every argument that may vary, in the order of the signature.

    Parameters
    ----------
    spec : FunctionSpec
        Its constants and resources do not vary, unless the store has several values of a constant.
    stored : mapping, optional
        The values that the store has of each argument that is a dimension.
    draws : mapping, optional
        How a Sampler draws arguments by itself.
    """
    known, own = stored or {}, draws or {}
    hints, defaults = _hints(spec.fn), _defaults(spec.fn)
    names = dict.fromkeys((*spec.fn_args, *known, *own))
    return tuple(
        _argument(name, spec, hints.get(name, NOTHING), defaults.get(name, NOTHING), known.get(name, ()), own)
        for name in names
        if name not in spec.fixed or name in known
    )


def _argument(
    name: str, spec: FunctionSpec, annotation: Any, default: Any, stored: Sequence[Any], draws: Mapping[str, Any]
) -> Argument:
    default = spec.constants.get(name, default)
    takes, choices = _read_annotation(annotation)
    if annotation is NOTHING:
        samples = [value for value in (default, *stored[:1]) if value is not NOTHING]
        told = _TAKES.get(kind_of(samples[0]), "any") if samples else "any"
        takes = "any" if told == "int" else told  # a whole number may stand beside others
        choices = (False, True) if takes == "bool" else _members(samples)
    attrs = spec.arg_attrs.get(name, {})
    return Argument(
        name,
        takes,
        choices,
        default,
        str(attrs.get("units", "")),
        str(attrs.get("long_name", "")),
        tuple(stored),
        draws.get(name, NOTHING),
    )


def _members(samples: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(type(samples[0])) if samples and isinstance(samples[0], Enum) else ()


def _hints(fn: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a function; those that cannot be resolved tell nothing."""
    for one in (fn, getattr(fn, "__call__", None)):  # noqa: B004 - the annotations of an object's call are wanted
        try:
            hints = get_type_hints(one)
        except Exception:  # noqa: BLE001, S112 - an annotation may be any expression at all
            continue
        if hints:
            return hints
    return {}


def _defaults(fn: Callable[..., Any]) -> dict[str, Any]:
    try:
        parameters = inspect.signature(fn).parameters
    except ValueError:  # a builtin that does not tell its parameters
        return {}
    return {name: parameter.default for name, parameter in parameters.items()}


def _read_annotation(annotation: Any) -> tuple[Takes, tuple[Any, ...]]:
    """Return what an annotation says a value is, and the choices that it lists."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        kinds = {kind_of(value) for value in args}
        return _TAKES.get(kinds.pop() if len(kinds) == 1 else None, "any"), tuple(args)
    if origin in (Union, UnionType):
        others = [arg for arg in args if arg is not NoneType]
        takes, choices = _read_annotation(others[0]) if len(others) == 1 else ("any", ())
        if NoneType not in args:
            return takes, choices
        return "any", (*choices, None) if choices else ()
    return _read_class(annotation) if isinstance(annotation, type) else ("any", ())


def _read_class(cls: type) -> tuple[Takes, tuple[Any, ...]]:
    if issubclass(cls, Enum):
        return "any", tuple(cls)
    if issubclass(cls, (bool, np.bool_)):
        return "bool", (False, True)
    takes: tuple[tuple[Takes, tuple[type, ...]], ...] = (
        ("int", (int, np.integer)),
        ("float", (float, np.floating)),
        ("str", (str,)),
    )
    return next((word for word, types in takes if issubclass(cls, types)), "any"), ()
