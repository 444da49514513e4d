"""Retry: what failed runs again, with the arguments and constants that it had."""

from __future__ import annotations

from typing import Any

import pytest

import xyzpy_widgets as xyz
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.failures import args_in
from xyzpy_widgets.grammar.verbs import VERBS
from xyzpy_widgets.run import Run
from xyzpy_widgets.widgets.failing import FailureList
from xyzpy_widgets.widgets.panel import Panel

KINDS = ("Runner", "Harvester", "Sampler")


class Model:
    """A function that fails for some of its values, for now."""

    def __init__(self) -> None:
        self.bad = {2, 3}
        self.given: list[Any] = []

    def __call__(self, a: int, k: int = 1) -> int:
        """Multiply, unless it fails."""
        self.given.append((a, k))
        if a in self.bad:
            raise ValueError(a)
        return a * k


def begun(kind: str, model: Model) -> Any:
    """Something that has run with a constant of that call, and of whose cases two kinds have failed."""
    runner = xyz.Runner(model, "e", verbosity=0)
    if kind == "Sampler":
        sampler = xyz.Sampler(runner, default_combos={"a": [1, 2, 3]}, seed=1)
        sampler.sample(12, constants={"k": 5}, on_error="continue").result(60)
        return sampler
    sweep: Any = runner if kind == "Runner" else xyz.Harvester(runner)
    sweep.run({"a": [1, 2, 3]}, {"k": 5}, on_error="continue").result(60)
    return sweep


@pytest.mark.parametrize("kind", KINDS)
def test_what_failed_runs_again_with_its_arguments_and_constants(kind: str) -> None:
    """Nothing else runs, whole numbers come as such, and what fails again stays among the failures."""
    model = Model()
    sweep = begun(kind, model)
    failed = len(sweep.failures)
    again = (sweep.failures["a"] == 2).sum()
    model.bad.discard(2)
    model.given.clear()
    run = sweep.retry(on_error="continue")
    assert isinstance(run, Run)
    run.result(60)
    assert [k for _, k in model.given] == [5] * failed
    assert {type(a) for a, _ in model.given} == {int}
    assert len(sweep.failures) == failed - again
    assert set(sweep.failures["a"]) == {3}


@pytest.mark.parametrize("kind", KINDS)
def test_some_rows_of_the_failures_run_again(kind: str) -> None:
    """Rows are those that the table shows."""
    model = Model()
    sweep = begun(kind, model)
    first = sweep.failures["a"].iloc[0]
    model.bad.clear()
    model.given.clear()
    sweep.retry(0).result(60)
    assert model.given == [(first, 5)]


@pytest.mark.parametrize("kind", KINDS)
def test_arguments_called_as_what_is_told_of_failures_stay_what_they_are(kind: str) -> None:
    """The table has both, and a retry takes the arguments: from the table, from the panel, and a constant too."""
    given: list[tuple[Any, ...]] = []

    def model(place: int, said: int, output: str = "short") -> float:
        given.append((place, said, output))
        raise ValueError(place)

    runner = xyz.Runner(model, "e", verbosity=0)
    combos, settings = {"place": [10], "said": [7]}, {"constants": {"output": "long"}, "on_error": "continue"}
    sweep: Any = {"Runner": runner, "Harvester": xyz.Harvester(runner), "Sampler": xyz.Sampler(runner)}[kind]
    sweep.submit(*([1] if kind == "Sampler" else []), combos, **settings).result(60)
    assert sweep.failures.iloc[0][["place", "said"]].tolist() == [10, 7]
    assert sweep.failures.iloc[0]["place_"].startswith(__file__)
    sweep.retry(on_error="continue").result(60)
    assert given == [(10, 7, "long")] * 2
    listed = FailureList(sweep.failures, args_in(sweep.failures), str, len)
    assert listed.all_args() == [{"place": 10, "said": 7}]
    assert __file__ in listed.groups()[0]["cases"][0]["traceback"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_that_is_not_there_is_refused(kind: str) -> None:
    """And so is a retry of nothing, before anything runs."""
    model = Model()
    sweep = begun(kind, model)
    with pytest.raises(SpaceError, match="99 is no row of failures; give rows from 0 to"):
        sweep.retry(0, 99)
    with pytest.raises(SpaceError, match="True is no row"):
        sweep.retry(True)  # noqa: FBT003 - what is refused
    model.bad.clear()
    while len(sweep.failures):
        sweep.retry().result(60)
    with pytest.raises(SpaceError, match="nothing has failed"):
        sweep.retry()


def test_a_harvest_has_whole_data_after_a_retry() -> None:
    """The cases that were done are as they were, and those that failed are beside them."""
    model = Model()
    harvester = begun("Harvester", model)
    model.bad.clear()
    harvester.retry().result(60)
    assert harvester.full_ds["e"].values.tolist() == [5, 10, 15]
    with pytest.raises(SpaceError, match="nothing has failed"):
        xyz.Runner(model, "e").retry()


def test_every_verb_of_a_line_is_a_method_of_its_name() -> None:
    """Line, Python and panel have one word for one thing: of what is swept, of a run under way, or of a panel."""
    every = (xyz.Runner, xyz.Harvester, xyz.Sampler)
    bearers: dict[str, tuple[type, ...]] = {
        **dict.fromkeys(("plan", "failures", "retry", "plot", "panel", "explore"), every),
        **dict.fromkeys(("pause", "resume", "stop", "cancel"), (Run,)),
        "run": (xyz.Runner, xyz.Harvester),
        "sample": (xyz.Sampler,),
        "code": (Panel,),
    }
    assert bearers.keys() == VERBS.keys()
    assert all(hasattr(cls, verb) for verb, classes in bearers.items() for cls in classes)
