"""``%%xyz sweep``: a cell becomes a Runner, a Harvester or a Sampler of a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from keyword import iskeyword
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from IPython.core.interactiveshell import InteractiveShell

from xyzpy_widgets.core.function import FunctionSpec
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import LineError
from xyzpy_widgets.grammar.line import Line, read_line
from xyzpy_widgets.grammar.verbs import SWEEP
from xyzpy_widgets.grammar.words import Said
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.magics.body import Made, made_of
from xyzpy_widgets.magics.names import Names
from xyzpy_widgets.magics.values import read_constant
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.store.names import TABLES, family_of
from xyzpy_widgets.summary import called
from xyzpy_widgets.widgets.arguments import Argument

__all__ = ["Swept", "sweep"]

_HEAD = re.compile(r"(?P<name>[^\W\d]\w*)(?:\((?P<signature>.*)\))?", re.DOTALL)
_OUTPUT = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s*(?:\[(?P<units>[^\]]*)\])?\s*(?:,|$)")

Sweep = Runner | Harvester | Sampler


@dataclass(frozen=True, slots=True)
class Swept:
    """What became of a cell, told in words.

    Attributes
    ----------
    target : Runner, Harvester or Sampler
    said : tuple of str
        Lines.
    """

    target: Sweep
    said: tuple[str, ...]

    def __repr__(self) -> str:
        """Tell it."""
        return "\n".join(self.said)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


def sweep(line: str, body: str, shell: InteractiveShell) -> Swept:
    """Make a sweep of a cell, and bind it to its name.

    A cell that runs again changes the function of the sweep that is there: what is stored stays.

    Raises
    ------
    LineError
        For a line or a body that cannot be read.
    """
    said = read_line(line, {SWEEP.name: SWEEP})
    head = said.words[0]
    match = _HEAD.fullmatch(head.text)
    if match is None:
        msg = f"{head.text} is no name; write %%xyz {SWEEP.example}"
        raise LineError(msg, head.at)
    name = match["name"]
    before = _standing(name, Names(shell.user_ns), head)
    made = made_of(body, name, match["signature"], shell, () if before is None else _spec(before).fn_args)
    runner = _runner(made, said, Names(shell.user_ns))
    target = _kept(said, name, runner, before)
    shell.user_ns[name] = target
    return Swept(target, tuple(_told(name, target, made)))


def _standing(name: str, names: Names, head: Said) -> Sweep | None:
    """Return the sweep that has a name, None for a free one; raise `LineError` where it is of something else."""
    if not iskeyword(name) and names.unknown({name}):
        return None
    known = None if iskeyword(name) else names.value(name)
    if isinstance(known, (Runner, Harvester, Sampler)):
        return known
    msg = f"{name} is {_what(known, name)}; give the sweep another name"
    raise LineError(f"{msg}, or write del {name} before" if name in names else msg, head.at)


def _what(value: Any, name: str) -> str:
    """Say what has a name already."""
    if iskeyword(name):
        return "a word of Python"
    if isinstance(value, ModuleType):
        return "a module"
    if isinstance(value, FunctionType):
        return "a function"
    return "built into Python" if getattr(value, "__module__", "") == "builtins" else f"of type {type(value).__name__}"


def _spec(target: Sweep) -> FunctionSpec:
    return target.spec if isinstance(target, Runner) else target.runner.spec


def _runner(made: Made, line: Line, names: Names) -> Runner:
    outputs = _outputs(line.option("--outputs"))
    constants: dict[str, Any] = {}
    for said in line.every("--constants"):
        name, _, text = said.text.partition("=")
        constants[name] = read_constant(Said(text, name, said.at), Argument(name), names).values[0]
    units = {name: {"units": unit} for name, unit in outputs.items() if unit}
    return Runner(made.fn, list(outputs) or None, constants=constants or None, var_attrs=units or None)


def _outputs(said: Said | None) -> dict[str, str]:
    """Read ``energy[J],mag``: the outputs, each with its units or nothing."""
    outputs: dict[str, str] = {}
    at = 0
    text = "" if said is None else said.text
    while said is not None and at < len(text):
        match = _OUTPUT.match(text, at)
        if match is None or match["name"] in outputs:
            what = "stands twice" if match else "is no output"
            msg = f"{match['name'] if match else text[at:]} {what}; write -o energy[J],mag"
            raise LineError(msg, said.at + at)
        outputs[match["name"]] = match["units"] or ""
        at = match.end()
    return outputs


def _kept(line: Line, name: str, runner: Runner, before: Sweep | None) -> Sweep:
    """Return the sweep that was there with the new function, or a new one."""
    file, said = line.option("--file"), line.option("--as")
    path = None if file is None else file.text
    kind = said.text if said else "sampler" if path and family_of(path, None) is TABLES else "harvester"
    if kind == "runner":
        if file is not None:
            msg = f"a runner keeps nothing in {path}; leave out --as runner, or -f"
            raise LineError(msg, file.at)
        return runner
    cls = Sampler if kind == "sampler" else Harvester
    if isinstance(before, cls) and _same_place(before, path):
        if set(before.runner.fn_args) == set(runner.fn_args):
            before.runner = runner
            return before
        if path is None and _size(before):
            args = ", ".join(before.runner.fn_args)
            held = f"{name} holds {_size(before)} cases of {name}({args}) in memory"
            msg = f"{held}; give the cell another name, or -f FILE"
            raise LineError(msg, line.words[0].at)
    return cls(runner, path)


def _same_place(before: Harvester | Sampler, path: str | None) -> bool:
    if path is None or before.data_name is None:
        return path is before.data_name
    return Path(before.data_name).absolute() == Path(type(before)(before.runner, path).data_name or "").absolute()


def _size(target: Harvester | Sampler) -> int:
    if isinstance(target, Sampler):
        return 0 if target.full_df is None else len(target.full_df)
    return 0 if target.full_ds is None else int(np.count_nonzero(target.status.to_numpy() == Status.DONE))


def _told(name: str, target: Sweep, made: Made) -> list[str]:
    """Tell what was made, what is stored, and whether another version of the function made it."""
    spec = _spec(target)
    units = spec.var_attrs
    outputs = [
        f"{one.name} [{units[one.name]['units']}]" if one.name in units else one.name for one in spec.variables or ()
    ]
    lines = [f"{name} = {type(target).__name__} of {called(spec)} → {', '.join(outputs) or 'what it names itself'}"]
    if made.borrowed:
        lines.append(f"uses as they are in the notebook: {', '.join(made.borrowed)}")
    if isinstance(target, Runner):
        return lines
    where = "in memory" if target.data_name is None else f"in {Path(target.data_name).name}"
    stored = _size(target)
    lines.append(f"{where}: {stored} {'rows' if isinstance(target, Sampler) else 'cases'} stored")
    stale = int(target.stale.sum()) if isinstance(target, Harvester) and stored else 0
    if stale:
        lines.append(
            f"{stale} of them come from another version of the function; they stay as they are, and "
            f"%xyz run {name} --stale runs them again"
        )
    return lines
