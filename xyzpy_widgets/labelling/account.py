"""The account of each case: its state, how long it took, when, how often it was tried, with which code and where.

Each is an array over the arguments. Versions of the function and hosts are lists, and the arrays point into them; of
each failed case the account has what was raised too, until the case is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.core.labels import label_key
from xyzpy_widgets.core.left import LEFT
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.labelling.columns import exact_variable

__all__ = [
    "DONE",
    "MISSING",
    "Account",
    "Origin",
    "account_of",
    "blank",
    "case_key",
    "check_dims",
    "latest",
    "nothing_in",
    "put",
    "put_new",
    "united",
]

Index = tuple[Any, ...]

_FIELDS: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "status": (
        "int8",
        Status.MISSING,
        {
            "long_name": "state of each case",
            "flag_values": np.array(list(Status), dtype=np.int8),
            "flag_meanings": " ".join(one.name.lower() for one in Status),
        },
    ),
    "seconds": ("float32", np.nan, {"long_name": "time that the case took", "units": "s"}),
    "finished": ("datetime64[us]", "NaT", {"long_name": "when the case ended (UTC)"}),
    "tries": ("int16", 0, {"long_name": "how often the case was run"}),
    "version": ("int16", -1, {"long_name": "version of the function, as a position in the attribute versions"}),
    "host": ("int16", -1, {"long_name": "where the case ran, as a position in the attribute hosts"}),
}
DONE, MISSING = int(Status.DONE), int(Status.MISSING)
"""Numbers: numpy looks all through an enumeration each time that it compares an array with one."""
_PART = "4MiB"
_CODED = {"version": "versions", "host": "hosts"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where cases come from: the version of the function that ran, and the host."""

    version: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """The account of some cases.

    Attributes
    ----------
    cases : dict of str to ndarray
        The fields, each over the arguments.
    names : dict of str to tuple of str
        The ``versions`` and ``hosts`` that fields point into.
    failures : tuple of dict
        Of each failed case: ``args`` (by name), ``raised``, ``said``, ``traceback``.
    """

    cases: dict[str, NDArray[Any]]
    names: dict[str, tuple[str, ...]]
    failures: tuple[dict[str, Any], ...] = ()

    @property
    def status(self) -> NDArray[np.int8]:
        """The state of each case."""
        return self.cases["status"]

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which cases are done."""
        done: NDArray[np.bool_] = self.status == DONE
        return done

    @property
    def ended(self) -> NDArray[np.bool_]:
        """Which cases have an end."""
        ended: NDArray[np.bool_] = self.status != MISSING
        return ended

    def position_of(self, version: str) -> int:
        """Return where a version stands, behind the last for one that made no case."""
        versions = self.names["versions"]
        return versions.index(version) if version in versions else len(versions)

    def variables(self, args: Sequence[str]) -> dict[str, xr.Variable]:
        """Return the fields as variables of a dataset."""
        return {name: exact_variable(args, values, _FIELDS[name][2]) for name, values in self.cases.items()}

    def attrs(self) -> dict[str, Any]:
        """Return the rest as attributes of a dataset."""
        return {**{key: list(names) for key, names in self.names.items()}, "failures": list(self.failures)}


def blank(shape: Sequence[int]) -> Account:
    """Return the account of cases of which nothing is known."""
    return Account({name: _blank(name, shape) for name in _FIELDS}, dict.fromkeys(_CODED.values(), ()))


def _blank(field: str, shape: Sequence[int]) -> NDArray[Any]:
    dtype, nothing, _ = _FIELDS[field]
    return np.full(shape, nothing, dtype=dtype)


def check_dims(dims: Iterable[str]) -> None:
    """Raise `SpaceError` for a dimension with the name of a field: in the ledger both would be one variable."""
    for dim in dims:
        if dim in _FIELDS:
            msg = f"{dim!r} cannot be a dimension of what is harvested, whose account keeps the {dim} of each case"
            raise SpaceError(f"{msg}; give the argument or the dimension another name")


def nothing_in(field: str) -> Any:
    """Return what a field holds of a case of which nothing is known."""
    return _FIELDS[field][1]


def account_of(ledger: xr.Dataset) -> Account:
    """Read the account back from a ledger; what it does not have is blank."""
    known = ledger.variables
    shape = known["status"].shape
    cases = {name: _values(known[name]) if name in known else _blank(name, shape) for name in _FIELDS}
    names = {key: tuple(ledger.attrs.get(key, ())) for key in _CODED.values()}
    return Account(cases, names, tuple(ledger.attrs.get("failures", ())))


def _values(variable: xr.Variable) -> Any:
    """Return what a field holds: of one that is left in a file a dask array, which comes to memory in small parts."""
    if LEFT not in variable.encoding:
        return variable.to_numpy()
    import dask.config

    with dask.config.set({"array.chunk-size": _PART}):
        return variable.chunk("auto").data


def united(old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Put the names of two accounts together; those of the old one stay where they stand."""
    return {key: tuple(dict.fromkeys((*old[key], *new[key]))) for key in _CODED.values()}


def put(
    cases: Mapping[str, NDArray[Any]], names: Mapping[str, tuple[str, ...]], new: Account, where: Index, *, keep: bool
) -> NDArray[np.bool_]:
    """Write an account into a larger one: a case that was done stays done, and with ``keep`` its account as it was.

    Parameters
    ----------
    cases : mapping of str to ndarray
        The fields of the larger account; they are written to.
    names : mapping
        What they point into: that of both accounts, see `united`.
    new : Account
    where : index
        Where the new cases lie among the others.
    keep : bool

    Returns
    -------
    ndarray of bool
        Which of the new cases were written, over the new cases.
    """
    known, fresh = cases["status"][where], new.status
    take: NDArray[np.bool_] = (known != DONE) & (fresh != MISSING)
    if not keep:
        take |= fresh == DONE
    again = cases["finished"][where] == new.cases["finished"]  # the same run once more
    for field, values in new.cases.items():
        region = cases[field][where]
        coming = _recoded(field, values, new.names, names)
        if field == "tries":
            coming = coming + np.where(again, 0, region)
        cases[field][where] = np.where(take, coming, region)
    return take


def put_new(
    cases: Mapping[str, NDArray[Any]],
    names: Mapping[str, tuple[str, ...]],
    new: Account,
    where: Index,
    ended: NDArray[np.bool_] | None,
) -> None:
    """Write an account into a larger one that knows nothing of these cases; the parameters are those of `put`.

    Of the cases those that have ``ended`` are written, None for all.
    """
    for field, values in new.cases.items():
        coming = _recoded(field, values, new.names, names)
        cases[field][where] = coming if ended is None else np.where(ended, coming, cases[field][where])


def _recoded(
    field: str, values: NDArray[Any], before: Mapping[str, tuple[str, ...]], now: Mapping[str, tuple[str, ...]]
) -> NDArray[Any]:
    """Let a field point into the united list of names."""
    if field not in _CODED:
        return values
    key = _CODED[field]
    if now[key][: len(before[key])] == before[key]:
        return values
    places = np.array([*(now[key].index(name) for name in before[key]), -1], dtype=values.dtype)
    recoded: NDArray[Any] = places[values]
    return recoded


def latest(failures: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Keep the last failure of each case."""
    return tuple({case_key(one["args"]): one for one in failures}.values())


def case_key(args: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what makes a case itself."""
    return tuple(sorted((name, label_key(value)) for name, value in args.items()))
