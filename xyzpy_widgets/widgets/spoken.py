"""What a panel is set to, as a line of ``%xyz`` that does the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.grammar.line import Line
from xyzpy_widgets.grammar.words import Said, as_word
from xyzpy_widgets.widgets.arguments import Argument
from xyzpy_widgets.widgets.cases import read_cases
from xyzpy_widgets.widgets.rows import Reading, Row, read_row
from xyzpy_widgets.widgets.sheet import Sheet, read_draws

__all__ = ["line_of"]

_CHOICES = {"new": "--new", "new_failed": "--missing", "all": "--all"}


def line_of(
    sheet: Sheet, arguments: Sequence[Argument], name: str, *, sampled: bool = False, stores: bool = False
) -> Line:
    """Write a sheet as a line.

    Parameters
    ----------
    sheet : Sheet
    arguments : sequence of Argument
    name : str
        The user's name for what runs.
    sampled, stores : bool
        Whether that is a Sampler, or a Harvester.

    Returns
    -------
    Line

    Raises
    ------
    SpaceError
        For a sheet that cannot be meant.
    """
    words = [Said(name)]
    if sampled:
        words.append(Said(str(read_draws(sheet.draws))))
    table = read_cases(sheet.cases, arguments)
    known = {argument.name: argument for argument in arguments}
    readings = [
        (row, read_row(row, known[row.name], sampled=sampled)) for row in sheet.rows if row.name not in table.names
    ]
    axes = [axis for row, reading in readings for axis in _axis(row, reading)]
    options = [Said(f"{row.name}={as_word(one.code)}", "--constants") for row, one in readings if one.how == "fixed"]
    if table.names:
        options.append(Said(as_word(table.code), "--cases"))
    if not axes and not options:
        options = [Said(f"{row.name}={as_word(known[row.name].default_text)}", "--constants") for row, _ in readings]
    options += _how(sheet, sampled=sampled, stores=stores)
    return Line("sample" if sampled else "run", tuple(words), tuple(axes), tuple(options))


def _axis(row: Row, reading: Reading) -> Iterator[Said]:
    """Write a row whose argument varies; one that keeps its default says nothing."""
    if reading.how == "cases":
        msg = f"{row.name}: the table of cases has no column {row.name}"
        raise SpaceError(msg)
    if reading.how == "stored":
        yield Said("...", row.name)
    elif reading.how == "drawn":
        yield Said(f"{row.distribution}({', '.join(row.parameters)})", row.name)
    elif reading.how == "swept" and row.kind == "range":
        ends = [as_word(one.strip()) for one in (row.start, row.stop, row.num)]
        yield Said(f"log({', '.join(ends)})" if row.spacing == "log" else ":".join(ends), row.name)
    elif reading.how == "swept":
        yield Said(as_word(reading.code), row.name)


def _how(sheet: Sheet, *, sampled: bool, stores: bool) -> Iterator[Said]:
    """Write which cases run, and where."""
    if stores:
        yield Said("", _CHOICES[sheet.choice])
        if sheet.stale and sheet.choice != "all":
            yield Said("", "--stale")
    if sampled and sheet.seed is not None:
        yield Said(str(sheet.seed), "--seed")
    if sheet.backend:
        yield Said(sheet.backend, "--on")
    if sheet.workers is not None and sheet.backend != "serial":
        yield Said(str(sheet.workers), "--workers")
