"""The log of runs: what goes into the journal while they run, and how it is read back after the process died.

A log is a series of records. The first of a run says what ran: the function's description and the swept arguments. Each
of the others holds a batch: the arguments of its cases by column, what the function returned for each, the seconds they
took, and the cases that failed with what they raised. From that outcomes come back as if the run had just made them.
Data that was made elsewhere is one record, which counts as a run. Every record has the number of its run, by which
several runs can stand in one log; one more record says of which of them nothing is to be taken up any more.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.labels import bare
from xyzpy_widgets.core.outcome import Failure, Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.sampling import DrawIds
from xyzpy_widgets.core.space import Cases, ParameterSpace
from xyzpy_widgets.core.variables import Variable
from xyzpy_widgets.errors import CaseError, EncodingError, ResultError, StoreError, XyzError
from xyzpy_widgets.job import Sink
from xyzpy_widgets.labelling.account import Origin
from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.constants import recorded
from xyzpy_widgets.store.segment import Segment

__all__ = ["Added", "Logged", "Replay", "Told", "added_record", "opening", "replays"]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a log tells.

    Attributes
    ----------
    spec : FunctionSpec
        The description of what ran; its function is a stand-in that cannot be called.
    origin : Origin
        Which version of the function ran, and where.
    space : ParameterSpace
        The cases that have an end.
    outcomes : tuple of Outcome
        What came of them, batch by batch.
    on_conflict : {"raise", "keep", "replace"}
        What was to be done with cells that have another value already.
    asked : dict or None
        What was asked for (see `asked_told`), of which `space` has what was come to; None where that is not known.
    again : dict of int to str
        Which cases are draws that were tried again and returned something: the id of each, by its number.
    """

    spec: FunctionSpec
    origin: Origin
    space: ParameterSpace
    outcomes: tuple[Outcome, ...]
    on_conflict: OnConflict
    asked: Mapping[str, Any] | None = None
    again: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Added:
    """What a log tells of data that was made elsewhere.

    Attributes
    ----------
    content : dict
        The data, as the growth of the archive has it told.
    on_conflict : {"raise", "keep", "replace"}
        As of a `Replay`.
    asked : None
        Nothing was asked for.
    """

    content: Mapping[str, Any]
    on_conflict: OnConflict
    asked: None = None


Told = Replay | Added


class Logged:
    """A sink that writes every batch into the journal before it is placed.

    Parameters
    ----------
    sink : Sink
        Where the batches are placed.
    begin : callable
        Begins the segment; it is called with the first batch.
    opening : dict
        The first record, see `opening`.
    plan : Plan
        What runs.
    ids : DrawIds, optional
        What the points of the plan are called, where they are draws.
    """

    def __init__(
        self,
        sink: Sink,
        begin: Callable[[], Segment],
        opening: Mapping[str, Any],
        plan: Plan,
        ids: DrawIds | None = None,
    ) -> None:
        self._sink = sink
        self._begin = begin
        self._opening = opening
        self._plan = plan
        self._ids = ids
        self._run = 0
        self.segment: Segment | None = None

    def begin(self) -> Segment:
        """Begin the segment, which then tells of the run; without a call of this it is begun with the first batch."""
        self.segment = segment = self._begin()
        self._run = segment.size
        segment.append({**self._opening, "run": self._run})
        return segment

    def add(self, outcome: Outcome) -> None:
        """Write a batch down, then place it; a journal that cannot be written costs no result either."""
        try:
            self._write(outcome)
        except EncodingError:
            self._keep_singly(outcome)
        except StoreError:
            self._sink.add(outcome)
            raise
        else:
            self._sink.add(outcome)

    def _write(self, outcome: Outcome) -> None:
        segment = self.segment or self.begin()
        try:
            record = _batch_record(self._plan, outcome, self._ids)
        except Exception as error:  # what was returned may run code of its own
            msg = f"what was returned cannot be kept in a journal: {error!r}; return numbers, text or arrays of them"
            raise EncodingError(msg) from error
        segment.append({**record, "run": self._run})

    def _keep_singly(self, outcome: Outcome) -> None:
        """Keep every result that can be, then raise for the first that cannot."""
        wrong: list[XyzError] = []
        for part in _parts(outcome):
            try:
                self._write(part)
                self._sink.add(part)
            except EncodingError as error:
                number = int(part.numbers[0]) if part.values else part.failures[0].number
                error.add_note(f"in the case {self._plan.point(number)}")
                error.numbers = (number,)
                wrong.append(error)
            except ResultError as error:
                wrong.append(error)
        if wrong:
            wrong[0].numbers = tuple(number for error in wrong for number in error.numbers)
            raise wrong[0] from None


def _parts(outcome: Outcome) -> Iterator[Outcome]:
    """Split a batch into its cases."""
    for at, value in enumerate(outcome.values):
        number = int(outcome.numbers[at])
        yield Outcome(range(number, number + 1), [value], outcome.seconds[at : at + 1])
    for failure in outcome.failures:
        yield Outcome(range(0), [], outcome.seconds[:0], (failure,), outcome.finished)


class _StandIn:
    """The function of a run whose process is gone: its name and its signature."""

    def __init__(self, name: str, signature: inspect.Signature) -> None:
        self.__name__ = name
        self.__signature__ = signature

    def __call__(self, *_: Any, **__: Any) -> Any:
        msg = f"{self.__name__} ran in another process and is not here"
        raise CaseError(msg)


def opening(spec: FunctionSpec, names: tuple[str, ...], origin: Origin, on_conflict: OnConflict) -> dict[str, Any]:
    """Return the first record of a log."""
    variables = spec.variables
    return {
        "names": names,
        "function": spec.name,
        "fn_args": spec.fn_args,
        "variables": None if variables is None else [(one.name, one.dims) for one in variables],
        "var_coords": {dim: list(values) for dim, values in spec.coords().items()},
        "constants": recorded(spec.constants),
        "defaults": recorded(spec.effective((*names, *spec.constants))),
        "attrs": dict(spec.attrs),
        "var_attrs": {name: dict(attrs) for name, attrs in spec.var_attrs.items()},
        "arg_attrs": {name: dict(attrs) for name, attrs in spec.arg_attrs.items()},
        "on_conflict": on_conflict,
        "origin": {"version": origin.version, "host": origin.host},
    }


def added_record(content: Mapping[str, Any], on_conflict: OnConflict, run: int) -> dict[str, Any]:
    """Return the only record of data that was made elsewhere."""
    return {"added": {"content": content, "on_conflict": on_conflict}, "run": run}


def _batch_record(plan: Plan, outcome: Outcome, ids: DrawIds | None) -> dict[str, Any]:
    """Return the record of a batch."""
    args = plan.args(outcome.numbers)
    again = {} if ids is None else ids.retried(outcome.numbers)
    return {
        "args": [list(map(bare, column)) if _odd(column) else list(column) for column in zip(*args, strict=True)],
        "values": [_plain(value) for value in outcome.values] if _odd(outcome.values) else outcome.values,
        "seconds": np.asarray(outcome.seconds),
        "finished": outcome.finished,
        "failures": [
            {
                "args": list(map(bare, one.args.values())),
                **one.told(),
                **({} if ids is None else {"id": ids.of(one.number)}),
            }
            for one in outcome.failures
        ],
        **({"again": again} if again else {}),
    }


_PLAIN = {type(None), bool, int, float, complex, str, bytes, tuple, list, dict}


def _odd(values: Iterable[Any]) -> bool:
    """Say whether some values are of classes that the journal does not know, or may hold such."""
    return any(cls not in _PLAIN - {tuple, list, dict} for cls in set(map(type, values)))


def _plain(value: Any) -> Any:
    """Return a value with its named tuples, enumerations and the like as the plain values that they are."""
    if isinstance(value, (tuple, list)):
        return (tuple if isinstance(value, tuple) else list)(map(_plain, value))
    if isinstance(value, Mapping) and not isinstance(value, xr.Dataset):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (bytearray, memoryview)):  # which a record would hold, and a file does not
        msg = f"{type(value).__name__} of {len(value)} bytes"
        raise TypeError(msg)
    return bare(value)


def replays(records: Iterable[Mapping[str, Any]]) -> tuple[list[Told], int]:
    """Bring back what a log tells.

    Parameters
    ----------
    records : iterable of mapping

    Returns
    -------
    list of Replay and Added
        The runs that are to be taken up and have a case, and what was added, in the order in which they began.
    int
        How many records there are of runs whose first record is gone: nobody knows what these mean.
    """
    first: dict[int, Mapping[str, Any]] = {}
    batches: dict[int, list[Mapping[str, Any]]] = {}
    settled: set[int] = set()
    for one in records:
        if "settled" in one:
            settled.update(one["settled"])
        elif "names" in one or "added" in one:
            first[one.get("run", 0)] = one
        else:
            batches.setdefault(one.get("run", 0), []).append(one)
    told: list[Told] = [
        Added(**one["added"]) if "added" in one else _replay(one, batches[run])
        for run, one in first.items()
        if ("added" in one or run in batches) and run not in settled
    ]
    return told, sum(len(lost) for run, lost in batches.items() if run not in first and run not in settled)


def _replay(first: Mapping[str, Any], batches: Iterable[Mapping[str, Any]]) -> Replay:
    names = tuple(first["names"])
    rows: list[tuple[Any, ...]] = []
    again: dict[int, str] = {}
    outcomes = []
    for batch in batches:
        outcomes.append(_outcome(batch, names, len(rows)))
        again |= {len(rows) + at: one for at, one in batch.get("again", {}).items()}
        rows += [*_rows(batch, len(batch["values"])), *(tuple(one["args"]) for one in batch["failures"])]
    columns = tuple(zip(*rows, strict=True)) if names else ()
    space = ParameterSpace(Cases(names, columns, len(rows)))
    origin, asked = Origin(**first["origin"]), first.get("asked")
    return Replay(_spec(first), origin, space, tuple(outcomes), first["on_conflict"], asked, again)


def _outcome(batch: Mapping[str, Any], names: tuple[str, ...], start: int) -> Outcome:
    """Return the outcome of a batch whose cases are numbered from ``start``, those that failed last."""
    after = start + len(batch["values"])
    failures = []
    for number, one in enumerate(batch["failures"], after):
        record = {key: value for key, value in one.items() if key != "args"}
        error = CaseError(f"{one['raised']}: {one['said']}")
        failures.append(Failure(number, dict(zip(names, one["args"], strict=True)), error, record))
    return Outcome(range(start, after), batch["values"], batch["seconds"], tuple(failures), batch["finished"])


def _rows(batch: Mapping[str, Any], n: int) -> list[tuple[Any, ...]]:
    return list(zip(*batch["args"], strict=True)) if batch["args"] else [()] * n


def _spec(first: Mapping[str, Any]) -> FunctionSpec:
    """Return the description of what ran, with a stand-in for the function."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    defaults = first["defaults"]
    parameters = [
        inspect.Parameter(name, keyword, default=defaults.get(name, inspect.Parameter.empty))
        for name in first["fn_args"]
    ]
    variables = first["variables"]
    return FunctionSpec(
        _StandIn(first["function"], inspect.Signature(parameters)),
        tuple(first["fn_args"]),
        None if variables is None else tuple(Variable(name, tuple(dims)) for name, dims in variables),
        {dim: tuple(values) for dim, values in first["var_coords"].items()},
        constants=first["constants"],
        attrs=first["attrs"],
        var_attrs=first["var_attrs"],
        arg_attrs=first["arg_attrs"],
    )
