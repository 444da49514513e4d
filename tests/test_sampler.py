"""`Sampler`: random draws into one table that only grows."""

from __future__ import annotations

import itertools
import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import xyzpy_widgets as xyz
from xyzpy_widgets.errors import FunctionError, SeedWarning, SpaceError, StoreError, ViewError

DRAWS: dict[str, Any] = {"a": [1, 2, 3], "b": stats.norm(0, 2), "c": lambda rng: rng.choice(["x", "y"])}


def described(a: int, b: float, c: str) -> tuple[float, str, bool, int]:
    """Return one output of each type."""
    return a * b, c * a, b > 0, 2**60 + a


def runner() -> xyz.Runner:
    """Return a Runner of `described`."""
    return xyz.Runner(described, ["product", "text", "positive", "large"], verbosity=0)


def test_the_same_seed_gives_the_same_table_serial_or_parallel() -> None:
    """Neither the backend nor the order of completion changes a row, and no global random state is touched."""
    states = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
    serial = xyz.Sampler(runner(), None, DRAWS, seed=3).sample_combos(200)
    parallel = xyz.Sampler(runner(), None, DRAWS).sample_combos(200, seed=3, parallel=True, num_workers=2, shuffle=True)
    pd.testing.assert_frame_equal(serial, parallel)
    assert states == (random.getstate(), np.random.get_state()[1].tolist())  # type: ignore[index]  # noqa: NPY002
    assert not serial.equals(xyz.Sampler(runner(), None, DRAWS, seed=4).sample_combos(200))


def test_calls_of_one_sampler_go_on_with_its_generator() -> None:
    """A second call draws other cases than the first, and both calls together can be repeated."""
    sampler = xyz.Sampler(runner(), None, DRAWS, seed=3)
    first, second = sampler.sample_combos(50), sampler.sample_combos(50)
    assert not first["b"].equals(second["b"])
    again = xyz.Sampler(runner(), None, DRAWS, seed=3)
    again.sample_combos(50)
    again.sample_combos(50)
    full, full_again = sampler.full_df, again.full_df
    assert full is not None
    assert full_again is not None
    pd.testing.assert_frame_equal(full, full_again)


def test_a_draw_that_the_seed_does_not_reach_is_named() -> None:
    """A callable without arguments draws from its own source, and a seeded call says so."""
    sampler = xyz.Sampler(runner(), None, {**DRAWS, "b": random.random})
    with pytest.warns(SeedWarning, match="the seed does not reach b"):
        sampler.sample_combos(3, seed=1)


@pytest.mark.parametrize("suffix", [".pkl", ".csv", ".json", ".parquet", ".parquet/"])
def test_every_format_keeps_the_values(suffix: str, tmp_path: Path) -> None:
    """Whole texts, bools and integers beyond 2**53 come back from each format, and grow."""
    name = f"{tmp_path}/table{suffix}"
    first = xyz.Sampler(runner(), name, DRAWS, seed=1)
    first.sample_combos(20)
    second = xyz.Sampler(runner(), name, DRAWS, seed=2)
    second.sample_combos(20)
    expected = pd.concat(
        [xyz.Sampler(runner(), None, DRAWS, seed=seed).sample_combos(20) for seed in (1, 2)], ignore_index=True
    )
    pd.testing.assert_frame_equal(xyz.load_df(name), expected)


def test_a_failing_draw_costs_no_finished_row(tmp_path: Path) -> None:
    """The rows before the failing one are in the file, and the error names the case."""

    def fails(a: int) -> int:
        if a == 7:
            message = "seven"
            raise ValueError(message)
        return a

    sampler = xyz.Sampler(xyz.Runner(fails, "out", verbosity=0), tmp_path / "table.pkl")
    sampler.add_df(pd.DataFrame({"a": [0], "out": [0]}))
    with pytest.raises(ValueError, match="seven") as caught:
        sampler.sample_combos(500, {"a": range(20)}, seed=0)
    assert "in the case a=7" in caught.value.__notes__
    kept = xyz.load_df(tmp_path / "table.pkl")
    assert (kept["a"] == kept["out"]).all()
    assert sampler.last_df is not None
    assert len(kept) == len(sampler.last_df) + 1 > 1


def test_rows_of_other_columns_keep_their_types() -> None:
    """A column that some rows lack holds no invented values."""
    sampler = xyz.Sampler(xyz.Runner(lambda a: {"n": a} if a else {"flag": True}, verbosity=0))
    sampler.sample_combos(1, {"a": [2**60 + 1]})
    sampler.sample_combos(1, {"a": [0]})
    full = sampler.full_df
    assert full is not None
    assert full["n"].tolist()[0] == 2**60 + 1
    assert full["n"].isna().tolist() == [False, True]
    assert full["flag"].tolist()[1] is True or full["flag"].tolist()[1] == np.True_


@pytest.mark.parametrize("n", [-1, 1.5, True, "3"])
def test_a_number_of_samples_that_is_none_is_refused(n: Any) -> None:
    """The number of samples must be a count, and the message says what came."""
    with pytest.raises(SpaceError, match=f"n={n!r}"):
        xyz.Sampler(runner(), None, DRAWS).sample_combos(n)


def test_bad_draws_and_files_are_refused_before_anything_runs(tmp_path: Path) -> None:
    """A missing argument, an empty choice, a missing folder: nothing is called."""
    ran: list[int] = []
    sampler = xyz.Sampler(xyz.Runner(lambda a, b: ran.append(a), "out"), tmp_path / "missing" / "table.pkl")
    with pytest.raises(FunctionError, match="needs the argument 'b'"):
        sampler.sample_combos(3, {"a": [1]})
    with pytest.raises(StoreError, match="missing"):
        sampler.sample_combos(3, {"a": [1], "b": [2]})
    with pytest.raises(SpaceError, match="a has no values to draw from"):
        xyz.Sampler(sampler.runner).sample_combos(3, {"a": [], "b": [2]})
    assert ran == []


def test_default_draws_that_are_iterators_serve_every_call() -> None:
    """A generator or a map among the default draws is not used up by the first call."""
    sampler = xyz.Sampler(
        xyz.Runner(lambda a, b: a + b, "out", verbosity=0), None, {"a": iter([1]), "b": map(int, "5")}
    )
    assert [sampler.sample_combos(2)["out"].tolist() for _ in range(2)] == [[6, 6], [6, 6]]


def test_no_samples_is_an_empty_table() -> None:
    """n=0 runs nothing and gives no rows, with the columns there."""
    df = xyz.Sampler(runner(), None, DRAWS).sample_combos(0)
    assert len(df) == 0
    assert list(df.columns)[:3] == ["a", "b", "c"]


def test_unsynced_rows_go_with_the_next_sync(tmp_path: Path) -> None:
    """sync=False keeps rows in memory, and a later sync=True writes them all."""
    sampler = xyz.Sampler(runner(), tmp_path / "table.pkl", DRAWS)
    sampler.sample_combos(2, sync=False)
    assert not (tmp_path / "table.pkl").exists()
    sampler.sample_combos(3)
    assert len(xyz.load_df(tmp_path / "table.pkl")) == 5


def test_two_samplers_see_each_others_rows(tmp_path: Path) -> None:
    """A sampler reads the file again when another one has written it."""
    one, other = (xyz.Sampler(runner(), tmp_path / "table.pkl", DRAWS) for _ in range(2))
    one.sample_combos(2)
    other.sample_combos(3)
    one.sample_combos(4)
    assert len(xyz.load_df(tmp_path / "table.pkl")) == 9


def test_a_plot_of_a_table_carries_names_and_units() -> None:
    """long_name and units of arguments and outputs stand on the axes, and the table itself stays as it is."""
    described = xyz.Runner(
        lambda a: {"out": 2.0 * a},
        var_attrs={"out": {"long_name": "energy", "units": "J"}},
        arg_attrs={"a": {"units": "s"}},
        verbosity=0,
    )
    sampler = xyz.Sampler(described, default_combos={"a": lambda rng: rng.uniform()}, seed=1)
    sampler.sample_combos(20)
    drawn = sampler.plot("a", "out")
    labels = [dimension.pprint_label for dimension in drawn.dimensions()] + [repr(drawn.opts.get().kwargs)]
    assert any("energy [J]" in text for text in labels)
    assert sampler.full_df is not None
    assert sampler.full_df.attrs == {}


def test_drawing_before_any_row_is_said() -> None:
    """Without rows there is nothing to draw, and the message says what to call."""
    with pytest.raises(ViewError, match="call sample_combos first"):
        xyz.Sampler(runner()).plot()


class Fragile:
    """A function of which some draws fail until it is mended."""

    def __init__(self) -> None:
        self.broken = {1, 4, 7}
        self.called: list[int] = []
        self.__name__ = "fragile"

    def __call__(self, a: int) -> int:
        """Note the call, and fail for what is broken."""
        self.called.append(a)
        if a in self.broken:
            raise ArithmeticError(a)
        return a * a


def counted(fragile: Fragile, path: Path | None = None) -> xyz.Sampler:
    """Return a Sampler that draws 0, 1, 2 and so on."""
    numbers = itertools.count()
    runner = xyz.Runner(fragile, "square", verbosity=0, on_error="continue")
    return xyz.Sampler(runner, path, {"a": lambda: next(numbers)})


@pytest.mark.parametrize("suffix", [None, "table.pkl", "table.csv"])
def test_failed_draws_run_again_and_become_one_row_each(tmp_path: Path, suffix: str | None) -> None:
    """What failed is tried with the arguments that it had, what was done is not, and no draw is two rows."""
    fragile = Fragile()
    sampler = counted(fragile, None if suffix is None else tmp_path / suffix)
    sampler.sample_combos(10)
    assert sampler.failures[["a", "raised", "said"]].to_numpy().tolist() == [
        [a, "ArithmeticError", str(a)] for a in (1, 4, 7)
    ]
    fragile.broken, fragile.called = {4}, []
    assert sampler.plan(2, retry_failed=True).new == 5
    again = sampler.sample_combos(2, retry_failed=True)
    assert fragile.called == [1, 4, 7, 10 + 2, 11 + 2]  # the plan drew two of its own
    assert again["a"].tolist() == [1, 7, 12, 13]
    assert sampler.failures["a"].tolist() == [4]
    fragile.broken = set()
    assert sampler.sample_combos(0, retry_failed=True)["square"].tolist() == [16]
    assert sampler.failures.empty
    assert sampler.sample_combos(0, retry_failed=True).empty
    full = sampler.full_df
    assert full is not None
    assert sorted(full["a"]) == [*range(10), 12, 13]
    assert (full["square"] == full["a"] ** 2).all()


def test_some_failed_draws_are_chosen_by_their_rows(tmp_path: Path) -> None:
    """The others stay in the table of failures, and a row that is not there is refused before anything runs."""
    fragile = Fragile()
    sampler = counted(fragile)
    sampler.sample_combos(10)
    fragile.broken, fragile.called = set(), []
    for rows in ([3], ["1"], [-1], 7, [True]):
        with pytest.raises(SpaceError, match=r"retry_failed=.* table of 3 failures"):
            sampler.sample_combos(0, retry_failed=rows)  # type: ignore[arg-type]
    assert not fragile.called
    assert sampler.sample_combos(0, retry_failed=[2, 0])["a"].tolist() == [7, 1]
    assert sampler.failures["a"].tolist() == [4]


@pytest.mark.parametrize("suffix", [None, "table.csv"])
def test_two_runs_do_not_try_the_same_failed_draw(tmp_path: Path, suffix: str | None) -> None:
    """While one has it, no other does, though both were asked for before; what it leaves undone is there again."""
    fragile = Fragile()
    path = None if suffix is None else tmp_path / suffix
    sampler = counted(fragile, path)
    sampler.sample_combos(10)
    rows = sampler.failures
    begun, go_on = threading.Event(), threading.Event()
    fragile.broken = set()

    def held(a: int) -> int:
        begun.set()
        go_on.wait(60)
        return a * a

    slow = xyz.Sampler(xyz.Runner(held, "square", verbosity=0, executor="threads", num_workers=1), path)
    if path is None:
        slow._archive, slow._trying = sampler._archive, sampler._trying  # noqa: SLF001 - the same draws
    late = sampler._job(0, None, None, {"retry_failed": [1]}, sync=True, rng=np.random.default_rng())  # noqa: SLF001
    first = slow.submit(0, retry_failed=True)
    assert sampler.failures.empty
    assert sampler.sample_combos(0, retry_failed=True).empty
    assert begun.wait(60)
    with pytest.raises(SpaceError, match="another run tries these failed draws again"):
        late.begin()
    first.stop()
    go_on.set()
    done = first.result()
    left = sampler.failures["a"].tolist()
    assert sorted([*done["a"], *left]) == rows["a"].tolist()
    assert left


def test_a_failed_draw_of_other_arguments_is_told_apart() -> None:
    """Draws of two kinds do not stand in one call; each can be tried by itself, without naming its draws again."""

    def fails(a: int = 0, b: int = 0) -> int:
        if broken:
            raise ValueError
        return a + b

    broken = True
    sampler = xyz.Sampler(xyz.Runner(fails, "sum", verbosity=0, on_error="continue"))
    sampler.sample_combos(1, {"a": [1]})
    sampler.sample_combos(1, {"a": [1], "b": [2]})
    broken = False
    with pytest.raises(SpaceError, match=r"the failed draw {'a': 1, 'b': 2} has other arguments than \('a',\)"):
        sampler.sample_combos(0, retry_failed=True)
    assert sampler.sample_combos(0, retry_failed=[1])["sum"].tolist() == [3]
    assert sampler.sample_combos(1, {"a": [5]}, retry_failed=True)["sum"].tolist() == [1, 5]
