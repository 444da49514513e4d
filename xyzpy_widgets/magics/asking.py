"""From a line to a call: its axes, constants, cases and options, read for one sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xyzpy_widgets.core.forms import as_cases
from xyzpy_widgets.core.labels import kind_of
from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import LineError, XyzError
from xyzpy_widgets.grammar.line import Line
from xyzpy_widgets.grammar.words import Said
from xyzpy_widgets.magics.names import Names
from xyzpy_widgets.magics.sweeps import Last
from xyzpy_widgets.magics.values import read_axis, read_constant
from xyzpy_widgets.widgets.arguments import NOTHING, Argument
from xyzpy_widgets.widgets.cases import CaseTable
from xyzpy_widgets.widgets.rows import Reading
from xyzpy_widgets.widgets.sheet import Call, Sheet, call_with
from xyzpy_widgets.widgets.subject import Subject

__all__ = ["Where", "asked", "how", "whole_number"]

_KINDS = ("--missing", "--new", "--failed", "--stale", "--all")


@dataclass(frozen=True, slots=True)
class Where:
    """On how many workers cases run, and where, unless a line says otherwise; None and "" for as the sweep has it."""

    workers: int | None = None
    backend: str = ""


def asked(line: Line, subject: Subject, names: Names, last: Last, where: Where) -> Call:
    """Return the call that a line asks for, and remember it as the last.

    Raises
    ------
    LineError
        With the place in the line.
    """
    arguments = subject.arguments()
    count = _count(line, subject, last, names)
    if line.axes or line.every("--constants") or line.option("--cases"):
        table = _cases(line, arguments, names)
        readings: Mapping[str, Reading] = _readings(line, arguments, names, table, sampled=subject.sampled)
    else:
        table, readings = last.table, last.readings or _stored(arguments, sampled=subject.sampled)
    draws = None if count is None else (count, whole_number(line.option("--seed"), 0, names))
    call = call_with(readings, table, draws)
    call = how(_chosen(line, subject, call), line, subject, names, where)
    last.readings, last.table, last.count, last.call, last.again = readings, table, count, call, ""
    return call


def _count(line: Line, subject: Subject, last: Last, names: Names) -> int | None:
    """Return how many draws are asked for; None for what draws nothing."""
    said = line.words[1] if len(line.words) > 1 else None
    name = line.words[0].text
    if not subject.sampled:
        if said is not None:
            msg = f"{name} is no Sampler; write %xyz {'plan' if line.verb == 'plan' else 'run'} {name} with axes"
            if line.axes and not said.text.isdigit():
                msg = f"{said.text} is too much; write values without blanks, and a text in quotes"
            raise LineError(msg, said.at)
        if line.option("--seed"):
            msg = f"{name} draws nothing, so that --seed has no meaning"
            raise LineError(msg, _at(line, "--seed"))
        return None
    if line.verb == "run" or (said is None and last.count is None):
        msg = f"{name} is a Sampler; write %xyz {'plan' if line.verb == 'plan' else 'sample'} {name} 1000"
        raise LineError(msg, line.words[0].at)
    return last.count if said is None else whole_number(said, 0, names)


def whole_number(said: Said | None, least: int, names: Names) -> Any:
    """Read a whole number, or the notebook's own name for one; None where nothing is said."""
    if said is None:
        return None
    text = said.text.replace("_", "")
    named = names.value(said.text) if said.text in names else None
    number: Any = int(text) if text.isascii() and text.isdigit() else named
    if kind_of(number) != "int" or number < least:
        msg = f"{said.name or said.text}{f' {said.text}' if said.name else ''}: give a whole number from {least}"
        raise LineError(msg, said.at)
    return int(number)


def _readings(
    line: Line, arguments: Sequence[Argument], names: Names, table: CaseTable, *, sampled: bool
) -> dict[str, Reading]:
    """Read the axes and constants of a line, and what the other arguments are."""
    readings: dict[str, Reading] = {}
    known = {argument.name: argument for argument in arguments}
    for said in line.axes:
        argument = _argument(said.name, known, said)
        readings[said.name] = read_axis(said, argument, names, sampled=sampled)
    for said in line.every("--constants"):
        name, _, text = said.text.partition("=")
        if name in readings:
            msg = f"{name} stands twice; give it as an axis or as a constant"
            raise LineError(msg, said.at)
        readings[name] = read_constant(Said(text, name, said.at), known.get(name, Argument(name)), names)
    for argument in arguments:
        if argument.name not in readings and argument.name not in table.names:
            readings[argument.name] = _left_out(argument, line, sampled=sampled)
    return readings


def _argument(name: str, known: Mapping[str, Argument], said: Said) -> Argument:
    if name not in known:
        msg = f"{name} is no argument that may vary; {hint(name, known)}"
        raise LineError(msg, said.at)
    return known[name]


def _left_out(argument: Argument, line: Line | None, *, sampled: bool) -> Reading:
    """Say what an argument is that a line does not name."""
    if sampled and argument.draw is not NOTHING:
        return Reading("default", (argument.draw,))
    if argument.default is not NOTHING:
        return Reading("default", (argument.default,))
    if argument.stored and not sampled:
        return Reading("stored", argument.stored, "...")
    form = "uniform(0,1)" if sampled else "0.5:4:40"
    msg = f"{argument.name} has no values yet; write {argument.name}={form}"
    raise LineError(msg, None if line is None or not line.words else line.words[0].at)


def _stored(arguments: Sequence[Argument], *, sampled: bool) -> dict[str, Reading]:
    """Return what a line means that names no argument: all that is stored, and defaults."""
    return {
        argument.name: Reading("stored", argument.stored, "...")
        if argument.stored and not sampled
        else _left_out(argument, None, sampled=sampled)
        for argument in arguments
    }


def _cases(line: Line, arguments: Sequence[Argument], names: Names) -> CaseTable:
    said = line.option("--cases")
    if said is None:
        return CaseTable()
    value = names.value(said.text)
    open_names = [one.name for one in arguments if one.name not in {axis.name for axis in line.axes}]
    try:
        found = as_cases(value, None, open_names)
    except XyzError as error:
        msg = f"--cases {said.text}: {error}"
        raise LineError(msg, said.at) from error
    known = {argument.name: argument for argument in arguments}
    for name in found.names:
        _argument(name, known, said)
    return CaseTable(found.names, value, said.text)


def _chosen(line: Line, subject: Subject, call: Call) -> Call:
    """Add which cases run."""
    kinds = {one.name: one for one in line.options if one.name in _KINDS}
    if not subject.stores:
        if kinds:
            name, said = next(iter(kinds.items()))
            msg = f"{name}: {line.words[0].text} keeps nothing from run to run; make it a Harvester"
            raise LineError(msg, said.at)
        return call
    if "--all" in kinds:
        if len(kinds) > 1:
            other = next(name for name in kinds if name != "--all")
            msg = f"--all and {other} are two choices; write one of them"
            raise LineError(msg, kinds["--all"].at)
        return call.having(overwrite=True)
    missing = "--missing" in kinds or "--new" in kinds or not kinds
    failed = True if "--failed" in kinds else False if "--new" in kinds and "--missing" not in kinds else None
    stale = True if "--stale" in kinds else None
    return call.having(missing_only=missing or None, retry_failed=failed, stale=stale, overwrite=stale)


def how(call: Call, line: Line, subject: Subject, names: Names, where: Where) -> Call:
    """Add where cases run, and on how many workers."""
    said = line.option("--on")
    backend = where.backend if said is None else said.text
    workers = whole_number(line.option("--workers"), 1, names) or where.workers or subject.runner.options({}).workers
    if backend.isidentifier() and backend in names:
        value = names.value(backend)
        given = call.having(**subject.settings(Sheet(workers=workers)))
        return Call({**given.given, "executor": value}, {**given.code, "executor": backend}, given.imports)
    return call.having(**subject.settings(Sheet(backend=backend, workers=workers)))


def _at(line: Line, name: str) -> int | None:
    said = line.option(name)
    return None if said is None else said.at
