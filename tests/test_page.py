"""The page that the project implements, step by step, each in the spelling given there."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import xyzpy_widgets as xyz

COMBOS = [("a", [1, 2, 3]), ("b", ["x", "y", "z"]), ("c", [True, False])]
MORE = {"a": [4, 5, 6], "b": ["w", "v"], "c": [True, False]}
CASES = [{"a": 1, "c": True}, {"a": 2, "c": False}, {"a": 3, "c": True}]


def foo(a: int, b: str, c: bool) -> tuple[str, float]:  # noqa: FBT001 - as on the page
    """Return a text and a number."""
    return f"{a}-{b}-{c}", np.sin(a)


def bar(i: int, j: int, k: int, t: np.ndarray) -> tuple[int, list[int], np.ndarray]:
    """Return a number, a vector and a matrix."""
    return i + j + k, [i, j, k], np.outer([i, j, k], np.cos(t))


def trig(amp: int, fn: str, x: float, phase: float) -> float:
    """Return a trigonometric function, chosen by name."""
    return float(amp * getattr(math, fn)(x - phase))


def default_combos() -> dict[str, Any]:
    """Return the draws of the page."""
    return {
        "amp": [1, 2, 3],
        "fn": ["cos", "sin"],
        "x": lambda: 2 * math.pi * random.random(),
        "phase": lambda: random.gauss(0.0, 0.1),
    }


@pytest.fixture
def runner() -> xyz.Runner:
    """Return the Runner of the page."""
    return xyz.Runner(foo, var_names=["a_out", "b_out"])


def test_combo_runner_nests_one_level_per_argument(capsys: pytest.CaptureFixture[str]) -> None:
    """Step 2: a bar to 18/18, then nested tuples 3 x 3 x 2 whose leaves are the results."""
    results = xyz.combo_runner(foo, COMBOS)
    assert (len(results), len(results[0]), len(results[0][0])) == (3, 3, 2)
    assert results[0][0][0] == ("1-x-True", np.sin(1))
    assert results[2][1][1] == ("3-y-False", np.sin(3))
    assert "18/18" in capsys.readouterr().err


def test_case_runner_gives_a_flat_tuple() -> None:
    """Step 3: two cases, two results, in their order."""
    results = xyz.case_runner(foo, fn_args=("a", "b", "c"), cases=[(4, "z", False), (5, "y", True)])
    assert results == (("4-z-False", np.sin(4)), ("5-y-True", np.sin(5)))


def test_cases_times_combos_fill_what_was_not_run() -> None:
    """Step 4: nine runs; the levels are a, c (sorted), b; the other cells hold a fill of the result's shape."""
    calls: list[tuple[Any, ...]] = []

    def counted(a: int, b: str, c: bool) -> tuple[str, float]:  # noqa: FBT001 - as on the page
        calls.append((a, b, c))
        return foo(a, b, c)

    results = xyz.combo_runner(counted, cases=CASES, combos={"b": ["x", "y", "z"]})
    assert len(calls) == 9
    assert (len(results), len(results[0]), len(results[0][0])) == (3, 2, 3)
    assert results[0][1][0] == ("1-x-True", np.sin(1))
    assert results[1][0][2] == ("2-z-False", np.sin(2))
    for part in results[0][0][0]:
        assert isinstance(part, np.ndarray)
        assert part.shape == ()
        assert np.isnan(part)


@pytest.mark.parametrize(
    ("value", "fill"),
    [(1.5, np.nan), (3, np.nan), (True, None), ("text", None)],
)
def test_a_bare_result_has_a_bare_fill(value: Any, fill: Any) -> None:
    """Step 4: None stands for a missing bool or text, nan for a missing number."""
    results = xyz.combo_runner(lambda a, c: value, cases=CASES)
    assert results[0][0] is fill or np.isnan(results[0][0])
    assert results[0][1] == value


def test_a_dataset_has_a_dataset_of_nan_as_fill() -> None:
    """Step 4: a missing Dataset is a Dataset of nan."""
    results = xyz.combo_runner(lambda a, c: xr.Dataset({"y": ("t", [1, 2])}), cases=CASES)
    assert np.isnan(results[0][0]["y"].values).all()
    assert results[0][0]["y"].shape == (2,)


def test_nested_results_are_ready_for_an_array() -> None:
    """Step 5: nested tuples of numbers make an array of the shape of the combos."""
    results = xyz.combo_runner(lambda a, b: a * b, {"a": range(4), "b": range(5)})
    assert np.array_equal(np.array(results), np.outer(range(4), range(5)))


def test_runner_makes_a_dataset(runner: xyz.Runner) -> None:
    """Step 6: dims, types of coordinates and variables, and last_ds."""
    ds = runner.run_combos(COMBOS)
    assert isinstance(ds, xr.Dataset)
    assert dict(ds.sizes) == {"a": 3, "b": 3, "c": 2}
    assert [ds[name].dtype for name in "abc"] == [np.dtype("int64"), np.dtype("<U1"), np.dtype(bool)]
    assert ds["a_out"].dtype == np.dtype("<U9")
    assert ds["b_out"].dtype == np.dtype("float64")
    assert ds["a_out"].sel(a=2, b="y", c=False).item() == "2-y-False"
    assert runner.last_ds is ds


def test_label_makes_a_runner_that_stays_callable() -> None:
    """Step 7: the decorated function is a Runner and still a function."""

    @xyz.label(var_names=["sum", "diff"])
    def both(x: int, y: int) -> tuple[int, int]:
        return x + y, x - y

    assert isinstance(both, xyz.Runner)
    assert both(1, 2) == (3, -1)


def test_outputs_with_dimensions_of_their_own() -> None:
    """Step 8: A over the arguments, B over x too, C over x and t, and t a coordinate because it is a constant."""
    runner = xyz.Runner(
        bar,
        constants={"t": np.linspace(0, 1, 101)},
        var_names=["A", "B", "C"],
        var_coords={"x": [10, 20, 30]},
        var_dims={"B": ["x"], "C": ["x", "t"]},
    )
    ds = runner.run_combos({"i": [1, 2, 3], "j": [4, 5, 6], "k": [7, 8, 9]})
    assert dict(ds.sizes) == {"i": 3, "j": 3, "k": 3, "x": 3, "t": 101}
    assert ds["A"].dims == ("i", "j", "k")
    assert ds["B"].dims == ("i", "j", "k", "x")
    assert ds["C"].dims == ("i", "j", "k", "x", "t")
    assert ds["x"].values.tolist() == [10, 20, 30]
    assert np.array_equal(ds["t"], np.linspace(0, 1, 101))
    assert np.array_equal(ds["C"].sel(i=2, j=4, k=9, x=30), 9 * np.cos(np.linspace(0, 1, 101)))


def test_functions_that_name_their_own_outputs() -> None:
    """Step 9: with var_names=None dicts and Datasets are put together under their own names."""
    from_dict = xyz.Runner(lambda a: {"double": 2 * a, "half": a / 2}).run_combos({"a": [1, 2]})
    assert from_dict["double"].values.tolist() == [2, 4]
    assert from_dict["half"].values.tolist() == [0.5, 1.0]

    def dataset(a: int) -> xr.Dataset:
        return xr.Dataset({"y": ("t", [a, 2 * a])}, {"t": [0.0, 1.0]})

    from_dataset = xyz.Runner(dataset, var_names=None).run_combos({"a": [1, 2]})
    assert from_dataset["y"].dims == ("a", "t")
    assert from_dataset["y"].sel(a=2, t=1.0).item() == 4


def test_harvester_grows_a_file(runner: xyz.Runner, tmp_path: Path) -> None:
    """Steps 10, 11 and 17: two harvests, 30 of 60 cells missing, the file gives the same back, delete_ds removes it."""
    name = tmp_path / "foo.h5"
    harvester = xyz.Harvester(runner, data_name=name)
    harvester.harvest_combos(COMBOS)
    assert name.exists()
    harvester.harvest_combos(MORE)
    full = harvester.full_ds
    assert full is not None
    assert dict(full.sizes) == {"a": 6, "b": 5, "c": 2}
    assert full["b"].values.tolist() == list("vwxyz")
    assert full["a_out"].dtype == object
    assert full["b_out"].dtype == np.dtype("float64")
    assert int(full["a_out"].isnull().sum()) == int(full["b_out"].isnull().sum()) == 30
    again = xyz.Harvester(runner, data_name=name).full_ds
    xr.testing.assert_identical(again, full)
    xr.testing.assert_identical(xyz.load_ds(name), full)
    with xr.open_dataset(name, engine="h5netcdf") as plain:
        assert int(plain["a_out"].isnull().sum()) == 30
    harvester.delete_ds()
    assert not list(tmp_path.iterdir())


def test_label_makes_a_harvester(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Step 12: harvester="foo.h5" binds the file, True none, and the repr says so."""
    monkeypatch.chdir(tmp_path)

    @xyz.label(var_names=["sum", "diff"], harvester="foo.h5")
    def both(x: int, y: int) -> tuple[int, int]:
        return x + y, x - y

    assert isinstance(both, xyz.Harvester)
    assert both(1, 2) == (3, -1)
    shown = repr(both)
    for part in ("Harvester", "Runner", "fn:", "fn_args: ('x', 'y')", "var_names: ('sum', 'diff')", "var_dims:"):
        assert part in shown
    assert "Sync file --> foo.h5 [h5netcdf]" in shown
    both.harvest_combos({"x": [1], "y": [2]})
    assert Path("foo.h5").exists()
    in_memory = xyz.label(var_names="y", harvester=True)(lambda x: x)
    assert isinstance(in_memory, xyz.Harvester)
    assert in_memory.data_name is None


def test_sampler_grows_a_table(tmp_path: Path) -> None:
    """Steps 13 to 15 and 17: 10000 rows, then 5000 with other draws, columns in their order; an argument named fn."""
    name = tmp_path / "trig.pkl"
    described = xyz.label(var_names=["out"])(trig)
    sampler = xyz.Sampler(described, name, default_combos())
    df = sampler.sample_combos(10000)
    assert isinstance(df, pd.DataFrame)
    assert len(df) == 10000
    assert list(df.columns) == ["amp", "fn", "x", "phase", "out"]
    assert name.exists()
    row = df.iloc[123]
    assert row["out"] == trig(row["amp"], row["fn"], row["x"], row["phase"])
    sampler.sample_combos(5000, {"fn": ["tan"], "x": lambda: random.random() * math.pi / 4})
    full = sampler.full_df
    assert full is not None
    assert len(full) == 15000
    assert list(full.columns) == ["amp", "fn", "x", "phase", "out"]
    assert set(full["fn"][10000:]) == {"tan"}
    pd.testing.assert_frame_equal(xyz.load_df(name), full)
    sampler.delete_df()
    assert not list(tmp_path.iterdir())


def test_an_argument_may_bear_any_name_in_parallel_too() -> None:
    """Step 13: `fn` is an argument like any other, in another process as well."""
    combos = {"amp": [1, 2], "fn": ["cos", "sin"], "x": [0.5], "phase": [0.0]}
    serial = xyz.combo_runner(trig, combos)
    assert xyz.combo_runner(trig, combos, parallel=True, num_workers=2) == serial


def test_sampler_takes_a_bare_function_and_other_formats(tmp_path: Path) -> None:
    """Steps 13 and 14: a plain function works, and engine="csv" writes csv."""
    sampler = xyz.Sampler(trig, tmp_path / "trig.csv", default_combos(), engine="csv")
    df = sampler.sample_combos(10)
    assert list(df.columns) == ["amp", "fn", "x", "phase", "out"]
    assert (tmp_path / "trig.csv").read_text().startswith("amp,fn,x,phase,out")


def test_label_makes_a_sampler(tmp_path: Path) -> None:
    """Step 16: sampler= a path or True, and it stays callable."""
    with_file = xyz.label(var_names=["out"], sampler=tmp_path / "trig.pkl")(trig)
    assert isinstance(with_file, xyz.Sampler)
    assert with_file(2, "sin", 1.0, 0.0) == 2 * math.sin(1.0)
    in_memory = xyz.label(var_names=["out"], sampler=True)(trig)
    assert isinstance(in_memory, xyz.Sampler)
    assert in_memory.data_name is None
