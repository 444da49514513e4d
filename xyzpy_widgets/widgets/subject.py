"""The subject of a panel: a Runner, a Harvester or a Sampler, seen in one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.core.getipython import get_ipython

from xyzpy_widgets.core.labels import short
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.failed_draws import not_recorded, rows_of
from xyzpy_widgets.grammar.typed import quoted, read_value, written
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.run import Run
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.summary import called
from xyzpy_widgets.widgets.arguments import NOTHING, Argument, arguments_of
from xyzpy_widgets.widgets.preferences import preferred
from xyzpy_widgets.widgets.protocol import Argument as ArgumentTold
from xyzpy_widgets.widgets.protocol import Choice, Kind
from xyzpy_widgets.widgets.sheet import Call, Sheet, call_of, first_sheet
from xyzpy_widgets.widgets.source import name_in, source_of
from xyzpy_widgets.widgets.spoken import line_of

__all__ = ["Subject"]

_WHERE = {"parallel", "num_workers", "executor"}
"""The settings of a runner that say where it makes its calls."""
BACKENDS = ("serial", "threads", "processes")
MOST_FAILURES = 5
"""So many failures of one kind, and the run is held and asks."""


class Subject:
    """What a panel is of.

    Parameters
    ----------
    target : Runner, Harvester or Sampler

    Attributes
    ----------
    target : Runner, Harvester or Sampler
    word : str
        What to call it where its own name is not known.
    method : str
        Its method that does what the panel does.
    sampled : bool
        Whether values are drawn.
    stores : bool
        Whether results are merged into what is there.
    """

    def __init__(self, target: Runner | Harvester | Sampler) -> None:
        self.target = target
        self.stores = isinstance(target, Harvester)
        self.sampled = isinstance(target, Sampler)
        self.word = "harvester" if self.stores else "sampler" if self.sampled else "runner"
        self.method = "harvest_combos" if self.stores else "sample_combos" if self.sampled else "run_combos"

    @property
    def runner(self) -> Runner:
        """The Runner that runs."""
        return self.target if isinstance(self.target, Runner) else self.target.runner

    @property
    def title(self) -> str:
        """What is run, for example ``energy(T, L, p)``."""
        return called(self.runner.spec)

    @property
    def place(self) -> str:
        """The file of the results, nothing where they stay in memory."""
        name = None if isinstance(self.target, Runner) else self.target.data_name
        return "" if name is None else Path(name).name

    @property
    def backends(self) -> list[str]:
        """Where calls may be made; first where the runner makes them by itself, if that is another place."""
        own = self.own_backend
        return [*BACKENDS] if own in BACKENDS else [own, *BACKENDS]

    @property
    def choices(self) -> list[Choice]:
        """Which of the cases can be chosen: of those that are not stored one by one, none."""
        return ["new", "new_failed", "all"] if self.stores else []

    @property
    def own_backend(self) -> str:
        """Where the runner makes calls by itself."""
        backend = self.runner.options({}).backend
        return backend if isinstance(backend, str) else type(backend).__name__

    def stored(self) -> dict[str, tuple[Any, ...]]:
        """Return the values that the store has, for each argument that is a dimension."""
        if not isinstance(self.target, Harvester) or self.target.full_ds is None:
            return {}
        status = self.target.status
        return {str(arg): tuple(status[arg].to_numpy()) for arg in status.dims}

    def arguments(self) -> tuple[Argument, ...]:
        """Return what is known of every argument that may vary."""
        draws = self.target.default_combos if isinstance(self.target, Sampler) else None
        return arguments_of(self.runner.spec, self.stored(), draws)

    def argument_names(self) -> tuple[str, ...]:
        """Return the names of these arguments, at once however many values are stored."""
        stored: dict[str, tuple[Any, ...]] = {}
        if isinstance(self.target, Harvester) and self.target.full_ds is not None:
            stored = {str(arg): () for arg in self.target.status.dims}
        draws = self.target.default_combos if isinstance(self.target, Sampler) else None
        return tuple(one.name for one in arguments_of(self.runner.spec, stored, draws))

    def first_sheet(self) -> Sheet:
        """Return what a panel is set to at first."""
        sheet = first_sheet(self.arguments(), sampled=self.sampled)
        if _WHERE & self.runner.settings.keys():
            return replace(sheet, workers=self.runner.options({}).workers)
        return replace(sheet, backend=preferred().backend, workers=preferred().workers)

    def call(self, sheet: Sheet, arguments: Sequence[Argument]) -> Call:
        """Return the call that does what a sheet says; raise `SpaceError` for what cannot be meant."""
        call = call_of(sheet, arguments, sampled=self.sampled)
        if self.stores and sheet.choice == "all":
            call = call.having(overwrite=True)
        elif self.stores:
            failed = False if sheet.choice == "new" else None
            stale = True if sheet.stale else None
            call = call.having(missing_only=True, retry_failed=failed, stale=stale, overwrite=stale)
        return call.having(**self.settings(sheet))

    def settings(self, sheet: Sheet) -> dict[str, Any]:
        """Return the run settings that a sheet says, where they differ from those of the runner."""
        options = self.runner.options({})
        settings: dict[str, Any] = {}
        if sheet.backend not in {"", self.own_backend}:
            settings["executor"] = sheet.backend
        if sheet.workers != options.workers and sheet.backend != "serial":
            settings["num_workers"] = sheet.workers
        own = self.runner.settings
        if "on_error" not in own and "max_failures" not in own:
            settings["max_failures"] = MOST_FAILURES
        return settings

    def again(
        self, cases: Sequence[Mapping[str, Any]], constants: Mapping[str, Any], sheet: Sheet | None = None
    ) -> Call:
        """Return the call that runs some cases again, where a sheet says; of a Sampler only those that failed."""
        given: dict[str, Any] = {"cases": [dict(case) for case in cases]}
        if self.sampled:  # each draw knows the constants that it ran with, as far as they can be recorded
            given, constants = {"n": 0, "retry_failed": rows_of(self.failures(), cases)}, not_recorded(constants)
        wishes = {"overwrite": True} if self.stores else {}
        fixed = {"constants": dict(constants)} if constants else {}
        return Call({**given, **fixed}).having(**wishes, **(self.settings(sheet) if sheet else {}))

    def preview(self, call: Call) -> Preview:
        """Tell what a call would do; runs nothing."""
        preview: Preview = self.target.plan(**call.given)
        return preview

    def submit(self, call: Call) -> Run:
        """Begin to do it."""
        return self.target.submit(**call.given)

    @property
    def name(self) -> str:
        """The user's name for the target; where it has none, the word for it."""
        shell = get_ipython()
        return name_in({} if shell is None else shell.user_ns, self.target) or self.word

    def code(self, call: Call) -> str:
        """Return the code that does what a call does."""
        return source_of(call, self.name, self.method)

    def line(self, sheet: Sheet, arguments: Sequence[Argument]) -> str:
        """Return the line of ``%xyz`` that does what a sheet says; raise `SpaceError` for what cannot be meant."""
        return str(line_of(sheet, arguments, self.name, sampled=self.sampled, stores=self.stores))

    def case_code(self, args: Mapping[str, Any], constants: Mapping[str, Any]) -> str:
        """Return the code that calls the function with the arguments of one case."""
        name, spec = self.name, self.runner.spec
        described = f"{name}.spec" if isinstance(self.target, Runner) else f"{name}.runner.spec"
        code = {arg: _written(value, "") for arg, value in args.items()}
        code |= {
            arg: _written(value, f"{described}.constants[{quoted(arg)}]")
            for arg, value in {**spec.constants, **constants}.items()
            if arg not in args
        }
        code |= {arg: f"{described}.resources[{quoted(arg)}]" for arg in spec.resources}
        return source_of(Call(code=code), name, "fn", positional=())

    def failures(self) -> pd.DataFrame:
        """Return the cases that are known to have failed, and were not made good since."""
        return pd.DataFrame() if isinstance(self.target, Runner) else self.target.failures

    def told(self, arguments: Sequence[Argument]) -> list[ArgumentTold]:
        """Say of every argument what the page needs to know, constants and resources among them."""
        spec = self.runner.spec
        rows = [self._told(argument) for argument in arguments]
        swept = {argument.name for argument in arguments}
        for role, fixed in (("constant", spec.constants), ("resource", spec.resources)):
            for name, value in fixed.items():
                if name not in swept:
                    text = short(value) if role == "constant" else type(value).__name__
                    rows.append(_fixed(name, role, text, spec.arg_attrs.get(name, {})))
        return rows

    def _told(self, argument: Argument) -> ArgumentTold:
        return {
            "name": argument.name,
            "role": "swept",
            "type": argument.takes,
            "kinds": self._kinds(argument),
            "choices": argument.choice_labels,
            "units": argument.units,
            "description": argument.description,
            "value": "" if argument.default is NOTHING else argument.default_text or short(argument.default),
            "stored": len(argument.stored),
        }

    def _kinds(self, argument: Argument) -> list[Kind]:
        """Return in which ways the values of an argument may be given."""
        kinds: list[Kind] = []
        if argument.choices:
            kinds.append("choices")
        if self.sampled:
            kinds.append("distribution")
        kinds += ["fixed", "list"]
        if argument.takes in {"float", "int", "any"} and not argument.choices:
            kinds.append("range")
        if argument.stored:
            kinds.append("stored")
        return kinds if self.sampled else [*kinds, "cases"]


def _written(value: Any, otherwise: str) -> str:
    """Write a value as code, or where it is found."""
    try:
        return quoted(value) if type(value) is str else read_value(written(value)).code
    except SpaceError:
        return otherwise or repr(value)


def _fixed(name: str, role: str, text: str, attrs: Mapping[str, Any]) -> ArgumentTold:
    return {
        "name": name,
        "role": role,  # type: ignore[typeddict-item]
        "type": "any",
        "kinds": [],
        "choices": [],
        "units": str(attrs.get("units", "")),
        "description": str(attrs.get("long_name", "")),
        "value": text,
        "stored": 0,
    }
