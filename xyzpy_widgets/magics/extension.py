"""The magic itself, and what IPython calls to load it: ``%load_ext xyzpy_widgets``."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import ExecutionInfo, InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, needs_local_scope, no_var_expand
from traitlets import Float, Int, Unicode

from xyzpy_widgets.errors import LineError, XyzError
from xyzpy_widgets.grammar.line import read_line
from xyzpy_widgets.grammar.verbs import SWEEP, VERBS, manual, manual_of
from xyzpy_widgets.magics.asking import Where
from xyzpy_widgets.magics.completion import matcher_for
from xyzpy_widgets.magics.names import Names
from xyzpy_widgets.magics.showing import Text, is_shown
from xyzpy_widgets.magics.sweep_cell import sweep
from xyzpy_widgets.magics.sweeps import Sweeps, is_sweep
from xyzpy_widgets.magics.verbs import Here, answer, overview
from xyzpy_widgets.sampler import Sampler

__all__ = ["XyzMagics", "load_ipython_extension", "unload_ipython_extension"]

_MOST_SHOWN = 24
_HELP = {"--help", "-h"}


@magics_class
class XyzMagics(Magics):
    """``%xyz``.

    Attributes
    ----------
    workers : int or None
        How many cases run at once, unless the line says it.
    backend : str
        Where they run.
    refresh : float
        Seconds between two pictures of a run that is shown.
    """

    workers = Int(None, allow_none=True, min=1, help="How many cases run at once; None for as the sweep has it.").tag(
        config=True
    )
    backend = Unicode("", help="Where cases run; empty for where the sweep has it.").tag(config=True)
    refresh = Float(0.1, min=0.0, help="Seconds between two pictures of a run that is shown.").tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._shell = shell
        self.sweeps = Sweeps()
        self._cell = ""
        self.matcher = matcher_for(self.sweeps, self._named)

    def _named(self) -> Names:
        """Return what the user has named, without what IPython has."""
        hidden = self._shell.user_ns_hidden
        return Names(
            {name: value for name, value in self._shell.user_ns.items() if hidden.get(name, self) is not value}
        )

    def begun(self, info: ExecutionInfo) -> None:
        """Take note of the cell that runs: whether it keeps what a line gives is seen in it."""
        self._cell = info.raw_cell or ""

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def xyz(self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> Any:
        """Run one line, or one cell."""
        try:
            return self._answer(line, cell, local_ns or {})
        except LineError as error:
            raise UsageError(_one_line(f"{error}{self._place(line, error.at)}")) from None
        except XyzError as error:
            raise UsageError(_one_line(str(error))) from None

    def _place(self, line: str, at: int | None) -> str:
        """Say where in the line something is, counted from the beginning of the line as it was typed."""
        if at is None:
            return ""
        whole = next((one for one in self._cell.splitlines() if "%xyz" in one and line in one), f"%xyz {line}")
        rest = line[at:]
        shown = rest if len(rest) <= _MOST_SHOWN else f"{rest[: _MOST_SHOWN - 1]}…"
        return f" (at character {whole.rindex(line) + at + 1}: {shown})"

    def _answer(self, line: str, cell: str | None, local_ns: dict[str, Any]) -> Any:
        shell, said = self._shell, line.rstrip().removesuffix(";")
        words = said.split()
        asked_help = _help_on(words)
        if asked_help:
            return Text(asked_help)
        if cell is not None:
            return sweep(said, cell, shell)
        shown = is_shown(shell, self._cell, line)
        quiet = shown and line.rstrip().endswith(";")
        names = Names({**shell.user_ns, **local_ns})
        if not words:
            return overview(names, self.sweeps)
        _check_verb(words[0], said, names)
        where = Where(self.workers, self.backend)
        here = Here(shell, names, self.sweeps, where, self.refresh, shown=shown and not quiet)
        given = answer(read_line(said), here)
        return None if quiet else given


XyzMagics.xyz.__doc__ = manual()


def _help_on(words: list[str]) -> str:
    """Return the help that a line asks for; empty where it asks for none."""
    verbs = {**VERBS, SWEEP.name: SWEEP}
    if not words or not (words[0] in {*_HELP, "help"} or (words[0] in verbs and _HELP & set(words))):
        return ""
    verb = next((verbs[word] for word in words if word in verbs), None)
    return manual() if verb is None else manual_of(verb)


def _check_verb(word: str, line: str, names: Names) -> None:
    """Raise for what begins a line in the place of its verb, and is known."""
    if word == SWEEP.name:
        msg = f"sweep takes a whole cell; write %%xyz {SWEEP.example}, and the function below it"
        raise LineError(msg, 0)
    if word not in VERBS and word in names and is_sweep(names.value(word)):
        verb = "sample" if isinstance(names.value(word), Sampler) else "run"
        msg = f"{word} is a sweep, and a line begins with its verb; did you mean: %xyz {verb} {line}"
        raise LineError(msg, 0)


def _one_line(text: str) -> str:
    return "; ".join(one.strip() for one in text.splitlines() if one.strip())


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add ``%xyz`` and ``%%xyz``, their completion and ``%config XyzMagics``."""
    unload_ipython_extension(shell)
    magics = XyzMagics(shell)
    shell.register_magics(magics)
    shell.Completer.custom_matchers.append(magics.matcher)
    shell.events.register("pre_run_cell", magics.begun)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take them away again."""
    magics = shell.magics_manager.registry.pop("XyzMagics", None)
    if magics is None:
        return
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("xyz", None)
    shell.Completer.custom_matchers.remove(magics.matcher)
    shell.events.unregister("pre_run_cell", magics.begun)
    shell.configurables.remove(magics)
