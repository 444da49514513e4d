"""The verbs of ``%xyz``: what each takes, in one table that reading, completion and help share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType

__all__ = ["VERBS", "Option", "Verb", "manual", "manual_of"]


@dataclass(frozen=True, slots=True)
class Option:
    """An option.

    Attributes
    ----------
    name : str
        With its dashes.
    meaning : str
    value : str
        A word for what it takes; empty for nothing.
    short : str
        Its spelling in one letter.
    choices : tuple of str
        What alone it may be.
    named : bool
        Whether its value is a name with a value of its own, and it may stand again with another name.
    listed : bool
        Whether blanks may stand behind the commas of its value.
    """

    name: str
    meaning: str
    value: str = ""
    short: str = ""
    choices: tuple[str, ...] = ()
    named: bool = False
    listed: bool = False

    def __str__(self) -> str:
        """Write how it is given."""
        return f"{self.short or self.name} {self.value}".strip()


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb.

    Attributes
    ----------
    name, form, meaning, example : str
        What it is called, what follows it, what it does, and a line.
    words : (int, float)
        How many words it takes, at least and at most, the name of the sweep among them.
    axes : bool
        Whether it takes axes.
    options : tuple of Option
    magic : str
        What it begins with.
    """

    name: str
    form: str
    meaning: str
    example: str
    words: tuple[int, float] = (1, 1)
    axes: bool = False
    options: tuple[Option, ...] = ()
    magic: str = "%xyz"

    @property
    def usage(self) -> str:
        """The verb and what follows it."""
        return f"{self.name} {self.form}".strip()


_CONSTANT = Option(
    "--constants", "an argument with one value, recorded beside the results; may stand again", "k=2", named=True
)
_CASES = Option("--cases", "a list of mappings, or a DataFrame: each row is run with every combination", "EXPRESSION")
_CHOICES = (
    Option("--missing", "what is not done yet (so it is without a word)"),
    Option("--new", "what never ran, without what failed"),
    Option("--failed", "what failed"),
    Option("--stale", "what another version of the function made; the new results win"),
    Option("--all", "everything; the new results win"),
)
_WHERE = (
    Option("--workers", "how many cases run at once", "N"),
    Option("--on", "where they run: serial, threads, processes, a backend of joblib's, or an Executor", "BACKEND"),
)
_SEED = Option("--seed", "where the draws come from", "N")
_WAIT = Option("--wait", "wait for the end; an interrupt ends the run, and what is finished is kept")
_VIEW = (
    Option("--x", "what the x axis is", "NAME"),
    Option("--y", "what the y axis is", "NAME"),
    Option("--by", "what gives a curve for each of its labels", "NAME"),
    Option("--color", "what the colours tell", "NAME"),
    Option("--row", "what gives a panel below another", "NAME"),
    Option("--col", "what gives a panel beside another", "NAME"),
    Option("--kind", "line, scatter, bar, heatmap or hist", "KIND"),
)

_ALL = (
    Verb(
        "plan",
        "NAME [COUNT] [AXIS ...]",
        "count, split and estimate; runs nothing",
        "plan ising T=0.5:4:40 L=[16,32,64]",
        words=(1, 2),
        axes=True,
        options=(_CONSTANT, _CASES, *_CHOICES, _SEED, *_WHERE),
    ),
    Verb(
        "run",
        "NAME [AXIS ...]",
        "begin to run it; r = %xyz run ... gives the handle",
        "run ising --workers 4",
        axes=True,
        options=(_CONSTANT, _CASES, *_CHOICES, *_WHERE, _WAIT),
    ),
    Verb(
        "sample",
        "NAME COUNT [AXIS ...]",
        "draw so many cases and begin to run them",
        "sample trial 1000 a=uniform(0,1) --seed 1",
        words=(2, 2),
        axes=True,
        options=(_CONSTANT, _SEED, *_WHERE, _WAIT),
    ),
    Verb("pause", "NAME", "begin no more cases; those under way finish", "pause ising"),
    Verb("resume", "NAME", "go on, after a pause or many failures", "resume ising"),
    Verb("stop", "NAME", "let the cases under way finish, and end", "stop ising"),
    Verb("cancel", "NAME", "end the cases under way, where they can be, and the run", "cancel ising"),
    Verb("failures", "NAME", "the cases that failed, as a table", "failures ising"),
    Verb(
        "retry",
        "NAME [CASE ...]",
        "run again what failed: all, or some by their numbers in the table of failures",
        "retry ising 0 3",
        words=(1, inf),
        options=(*_WHERE, _WAIT),
    ),
    Verb(
        "plot",
        "NAME [VARIABLE]",
        "draw what there is",
        "plot ising energy --x T --by L",
        words=(1, 2),
        options=_VIEW,
    ),
    Verb("panel", "NAME", "open its panel, set to the axes of the last line", "panel ising"),
    Verb(
        "explore",
        "NAME [VARIABLE]",
        "open its explorer: see results as they come, pick out a part, fill or refine it",
        "explore ising energy --x T",
        words=(1, 2),
        options=_VIEW,
    ),
    Verb("code", "NAME", "the Python that does what the last plan, run, sample or retry did", "code ising"),
)

VERBS: Mapping[str, Verb] = MappingProxyType({verb.name: verb for verb in _ALL})

SWEEP = Verb(
    "sweep",
    "NAME",
    "the body of the cell is the function",
    "sweep ising(T, L, p=0.5) -o energy[J],mag -f ising.h5",
    options=(
        Option("--outputs", "the outputs, with their units", "A[J],B", "-o", listed=True),
        Option(
            "--file", "where the results are kept; a .pkl, .csv, .json or .parquet takes random draws", "FILE", "-f"
        ),
        Option("--as", "what it becomes", "KIND", choices=("harvester", "runner", "sampler")),
        _CONSTANT,
    ),
    magic="%%xyz",
)
"""The one verb of a whole cell."""

_AXES = """
An AXIS is the name of an argument and its values, without blanks outside of brackets and quotes:
    T=2.5                   one value
    T=0.5:4:40              40 values from 0.5 to 4, both included; L=1:64 whole numbers in steps of 1, both included
    L=[16,32,64]            a list; L=16,32,64 is the same
    p=log(1e-3,1,7)         evenly spaced in the logarithm; also linspace(a,b,n), arange(...), range(...)
    T=temperatures[::2]     any expression of the notebook's own names
    T=...                   every value that is stored
    a=uniform(0,1)          a draw, for a Sampler: uniform, integers, loguniform, normal, lognormal, exponential
Arguments that are not named keep their default, or take every value that is stored. A line without axes takes those of
the last line of that sweep. Options stand before or after axes. %config XyzMagics shows the defaults.
"""


def manual() -> str:
    """Return the help of all verbs."""
    width = max(len(verb.usage) for verb in VERBS.values())
    lines = [f"    %xyz {verb.usage:<{width}}  {verb.meaning}" for verb in VERBS.values()]
    examples = [f"    %xyz {verb.example}" for verb in VERBS.values()]
    return "\n".join(
        (
            "Parameter sweeps from a line: plan, run, watch, mend and draw.",
            "",
            f"    %xyz {'':<{width}}  what is there: sweeps, their stores, what runs",
            *lines,
            f"    %%xyz {SWEEP.usage:<{width - 1}}  {SWEEP.meaning}, its last expression the result",
            _AXES,
            "Examples",
            f"    %%xyz {SWEEP.example}",
            *examples,
            "",
            "%xyz VERB --help tells the options of a verb.",
        )
    )


def manual_of(verb: Verb) -> str:
    """Return the help of one verb."""
    width = max((len(str(option)) for option in verb.options), default=0)
    options = [f"    {option!s:<{width}}  {option.meaning}" for option in verb.options]
    head = [f"{verb.magic} {verb.usage}", f"    {verb.meaning}", *options]
    return "\n".join([*head, f"for example: {verb.magic} {verb.example}"])
