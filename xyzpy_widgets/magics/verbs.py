"""What each verb does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from IPython.core.interactiveshell import InteractiveShell

from xyzpy_widgets.again import cases_of, varied_constants
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import LineError, SpaceError
from xyzpy_widgets.grammar.line import Line
from xyzpy_widgets.grammar.typed import written
from xyzpy_widgets.grammar.words import Said
from xyzpy_widgets.magics.asking import Where, asked, how, whole_number
from xyzpy_widgets.magics.names import Names
from xyzpy_widgets.magics.showing import Text, show, wait_for
from xyzpy_widgets.magics.sweeps import Last, Sweeps, is_sweep
from xyzpy_widgets.registry import runs
from xyzpy_widgets.run import Run
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.widgets.sheet import Call, with_combos
from xyzpy_widgets.widgets.source import source_of
from xyzpy_widgets.widgets.subject import Subject

__all__ = ["Here", "Overview", "answer", "overview"]


@dataclass(frozen=True, slots=True)
class Here:
    """Where a line is run.

    Attributes
    ----------
    shell : InteractiveShell
    names : Names
    sweeps : Sweeps
    where : Where
        The settings of ``%config XyzMagics``.
    refresh : float
        Seconds between two pictures of a run.
    shown : bool
        Whether the cell shows what the line gives.
    """

    shell: InteractiveShell
    names: Names
    sweeps: Sweeps
    where: Where
    refresh: float
    shown: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """A line, and the sweep that it names."""

    line: Line
    here: Here
    subject: Subject
    last: Last

    @property
    def name(self) -> str:
        return self.line.words[0].text


def answer(line: Line, here: Here) -> Any:
    """Do what a line asks for, and return what it gives.

    Raises
    ------
    LineError, XyzError
        What keeps it from being done, before anything runs.
    """
    first = line.words[0]
    if line.verb in _STEERING:
        run = here.sweeps.run(first, here.names)
        _STEERING[line.verb](run)
        return run
    subject = here.sweeps.find(first, here.names)
    return _VERBS[line.verb](_Asked(line, here, subject, here.sweeps.last(first.text, subject)))


_STEERING: Mapping[str, Callable[[Run], object]] = {
    "pause": Run.pause,
    "resume": Run.resume,
    "stop": Run.stop,
    "cancel": Run.cancel,
}


def _call(given: _Asked) -> Call:
    here = given.here
    return asked(given.line, given.subject, here.names, given.last, here.where)


def _plan(given: _Asked) -> Any:
    return given.subject.preview(_call(given))


def _run(given: _Asked) -> Run | None:
    return _begun(given, _call(given))


def _begun(given: _Asked, call: Call) -> Run | None:
    """Begin a run, and show it unless the cell keeps its handle."""
    here = given.here
    run = given.last.run = given.subject.submit(call)
    if given.line.option("--wait"):
        wait_for(run, here.shell, here.refresh, shown=here.shown)
        return None if here.shown and run.done() else run
    return None if here.shown and show(run, here.shell, here.refresh) else run


def _failures(given: _Asked) -> pd.DataFrame:
    """Return what failed: of all that is kept, or in the newest run of what keeps nothing or still runs."""
    run = given.here.sweeps.newest(given.name, given.subject)
    if run is not None and (run.running() or isinstance(given.subject.target, Runner)):
        return run.failures
    return given.subject.failures()


def _retry(given: _Asked) -> Run | None:
    table = given.subject.failures() if given.subject.sampled else _failures(given)
    if not len(table):
        msg = f"nothing of {given.name} has failed"
        raise LineError(msg, given.line.words[0].at)
    picked = [_row(said, table, given.here.names) for said in given.line.words[1:]] or [*range(len(table))]
    cases = cases_of(table, picked, given.subject.argument_names())
    run = given.here.sweeps.newest(given.name, given.subject)
    made, own = {} if run is None else run.spec.constants, given.subject.runner.spec.constants
    call = given.subject.again(cases, varied_constants(made, own, cases[0]))
    if given.subject.sampled:  # draws may be alike: just the ones that were named
        call = call.having(retry_failed=picked)
    call = how(call, given.line, given.subject, given.here.names, given.here.where)
    rows = {str(row): str(row) for row in picked if given.line.words[1:]}
    where = {name: code for name, code in call.code.items() if name not in {"cases", "overwrite", "retry_failed"}}
    given.last.again = source_of(Call(code={**rows, **where}), given.subject.name, "retry", positional=rows)
    return _begun(given, call)


def _row(said: Said, table: pd.DataFrame, names: Names) -> int:
    """Read the number of a case in the table of failures."""
    try:
        number: int = whole_number(said, 0, names)
    except LineError:
        number = len(table)
    if number >= len(table):
        msg = (
            f"{said.text} is no case of the table of failures; give numbers from 0 to {len(table) - 1}, or none for all"
        )
        raise LineError(msg, said.at)
    return number


def _plot(given: _Asked) -> Any:
    return given.subject.target.plot(**_wishes(given))


def _explore(given: _Asked) -> Any:
    return given.subject.target.explore(**_wishes(given))


def _wishes(given: _Asked) -> dict[str, str]:
    """Return what is wished of a view."""
    wishes = {one.name.removeprefix("--"): one.text for one in given.line.options}
    variables = given.subject.runner.var_names
    if len(given.line.words) > 1:
        said = given.line.words[1]
        if variables is not None and said.text not in variables:
            msg = f"{said.text} is no output of {given.name}; {hint(said.text, variables)}"
            raise LineError(msg, said.at)
        wishes["var"] = said.text
    return wishes


def _panel(given: _Asked) -> Any:
    """Open a panel, set to what was last asked."""
    panel = given.subject.target.panel()
    call = given.last.call
    if call is not None and not given.subject.sampled:
        sheet = with_combos(panel.space, given.subject.arguments(), call.given["combos"])
        fixed = call.given.get("constants", {})
        rows = [
            replace(row, kind="fixed", value=written(fixed[row.name])) if row.name in fixed else row
            for row in sheet.rows
        ]
        panel.space = replace(sheet, rows=tuple(rows))
    return panel


def _code(given: _Asked) -> Text:
    call, again = given.last.call, given.last.again
    if call is None and not again:
        msg = f"nothing was asked of {given.name} yet; write %xyz plan {given.name} with axes first"
        raise LineError(msg, given.line.words[0].at)
    return Text(again or given.subject.code(call or Call()))


_VERBS: Mapping[str, Callable[[_Asked], Any]] = {
    "plan": _plan,
    "run": _run,
    "sample": _run,
    "failures": _failures,
    "retry": _retry,
    "plot": _plot,
    "panel": _panel,
    "explore": _explore,
    "code": _code,
}


@dataclass(frozen=True, slots=True)
class Overview:
    """What is there.

    Attributes
    ----------
    table : pandas.DataFrame
        A row per sweep: its name, what it is, what it calls, where its results are, how many, and its newest run.
    others : tuple of Run
        Runs under way that belong to none of them.
    """

    table: pd.DataFrame
    others: tuple[Run, ...] = ()

    def __repr__(self) -> str:
        """Tell it in lines."""
        rows = self.table.to_string(index=False) if len(self.table) else _NOTHING
        return "\n".join([rows, *map(repr, self.others)])

    def _repr_html_(self) -> str:
        rows = self.table.to_html(index=False) if len(self.table) else f"<pre>{_NOTHING}</pre>"
        return rows + "".join(f"<pre>{escape(repr(run))}</pre>" for run in self.others)


_NOTHING = "No sweep yet. Make one: %%xyz sweep NAME -o OUTPUT, with the function below; %xyz? tells the rest."


def overview(names: Names, sweeps: Sweeps) -> Overview:
    """Tell which sweeps there are, where their results are, and what runs."""
    found = [(name, Subject(value)) for name, value in names if is_sweep(value)]
    newest = [sweeps.newest(name, subject) for name, subject in found]
    rows = [_told(name, subject, run) for (name, subject), run in zip(found, newest, strict=True)]
    others = tuple(run for run in runs() if run.running() and all(run is not one for one in newest))
    return Overview(pd.DataFrame(rows), others)


def _told(name: str, subject: Subject, run: Run | None) -> dict[str, str]:
    return {
        "name": name,
        "is a": type(subject.target).__name__,
        "of": subject.title,
        "store": subject.place or "in memory",
        "stored": _stored(subject),
        "run": "none yet" if run is None else str(run.progress),
    }


def _stored(subject: Subject) -> str:
    target = subject.target
    if isinstance(target, Sampler):
        return f"{0 if target.full_df is None else len(target.full_df)} rows"
    if not subject.stores:
        return "its last run" if getattr(target, "last_ds", None) is not None else "nothing"
    try:
        status: Any = target.status  # type: ignore[union-attr]
    except SpaceError:
        return "0 cases"
    return f"{int(np.count_nonzero(status.to_numpy() == Status.DONE))} cases"
