"""What a function returns: named variables, each with the dimensions of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from xyzpy_widgets.errors import FunctionError

__all__ = ["Variable", "as_variables", "hint"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One output of the function.

    Attributes
    ----------
    name : str
        Its name in the dataset.
    dims : tuple of str
        The dimensions that one result has by itself, beside those of the arguments; empty for a scalar.
    """

    name: str
    dims: tuple[str, ...] = ()


def hint(name: str, known: Iterable[str]) -> str:
    """Return a near name as a question, or what there is."""
    names = [str(one) for one in known]
    near = [one for one in names if one.lower() == str(name).lower()] or get_close_matches(str(name), names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there is {', '.join(map(repr, names)) or 'nothing'}"


def as_variables(var_names: Any, var_dims: Any = None) -> tuple[Variable, ...] | None:
    """Read the names and dimensions of the outputs in every form in which people write them.

    Parameters
    ----------
    var_names : str, sequence of str or None
        The outputs; None when the function returns a mapping or a Dataset that names them itself.
    var_dims : mapping, pairs, sequence beside ``var_names``, str or None
        The dimensions of each output. The keys of a mapping are names or tuples of names, the values a name or a
        sequence of names; a str is the one dimension of a single output.

    Returns
    -------
    tuple of Variable or None

    Raises
    ------
    FunctionError
        For no names, a name that stands twice, dimensions of an unknown output, or dimensions without names.
    """
    if var_names is None:
        if var_dims is not None:
            msg = f"var_dims={var_dims!r} needs var_names; name the outputs, or let the function return a Dataset"
            raise FunctionError(msg)
        return None
    names = _listed("var_names", var_names)
    if not names:
        msg = f"var_names={var_names!r} names no output; give None for a function that names its outputs itself"
        raise FunctionError(msg)
    for name in names:
        if not isinstance(name, str) or names.count(name) > 1 or not name:
            msg = f"var_names={list(names)!r}: {name!r} must be a name of its own"
            raise FunctionError(msg)
    dims: dict[str, tuple[str, ...]] = dict.fromkeys(names, ())
    for key, given in _dim_pairs(names, var_dims):
        for name in _listed("a key of var_dims", key):
            if name not in dims:
                msg = f"var_dims gives dimensions for {name!r}, which is no output; {hint(name, names)}"
                raise FunctionError(msg)
            dims[name] = _dim_names(name, given)
    return tuple(Variable(name, dims[name]) for name in names)


def _listed(what: str, given: Any) -> tuple[Any, ...]:
    """Return the names of a sequence, or the one name."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, Iterable):
        msg = f"{what} must be a name or names, not {given!r}"
        raise FunctionError(msg)
    return tuple(given)


def _dim_names(name: str, given: Any) -> tuple[str, ...]:
    dims = () if given is None else _listed(f"the dimensions of {name!r}", given)
    if not all(isinstance(dim, str) for dim in dims) or len(set(dims)) < len(dims):
        msg = f"the dimensions of {name!r} are {given!r}; give distinct names"
        raise FunctionError(msg)
    return dims


def _dim_pairs(names: Sequence[str], var_dims: Any) -> list[tuple[Any, Any]]:
    """Bring every form of ``var_dims`` into pairs of a name, or names, and dimensions."""
    if var_dims is None:
        return []
    if isinstance(var_dims, Mapping):
        return list(var_dims.items())
    if isinstance(var_dims, str):
        if len(names) > 1:
            msg = f"var_dims={var_dims!r} does not say which of {list(names)} it belongs to; give a dict"
            raise FunctionError(msg)
        return [(names[0], var_dims)]
    listed = _listed("var_dims", var_dims)
    if all(_is_pair(item, names) for item in listed):
        return [(keys, dims) for keys, dims in listed]
    if len(names) == 1 and all(isinstance(item, str) for item in listed):
        return [(names[0], listed)]
    if len(listed) == len(names):
        return list(zip(names, listed, strict=True))
    msg = f"var_dims={var_dims!r} has {len(listed)} entries for {len(names)} outputs; give a dict, or one entry each"
    raise FunctionError(msg)


def _is_pair(item: Any, names: Sequence[str]) -> bool:
    if isinstance(item, str) or not isinstance(item, Sequence) or len(item) != 2:  # noqa: PLR2004 - a pair
        return False
    keys = (item[0],) if isinstance(item[0], str) else item[0]
    return isinstance(keys, (tuple, list)) and bool(keys) and all(key in names for key in keys)
