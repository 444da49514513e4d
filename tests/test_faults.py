"""What goes wrong in other tools and must not here: wrong data without a word, and errors that are bad or late."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import xyzpy_widgets as xyz
from xyzpy_widgets.errors import (
    ConflictError,
    EncodingError,
    FormatError,
    FunctionError,
    LabelWarning,
    MergeError,
    OptionError,
    ResultError,
    SpaceError,
    StoreError,
)


class Counted:
    """A function that counts its calls, so that a test can tell whether anything ran."""

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.calls = 0
        self.fn = fn
        self.__wrapped__ = fn

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Count, then call."""
        self.calls += 1
        return self.fn(*args, **kwargs)


@pytest.fixture
def counted() -> Counted:
    """Return a sum of a and b that counts its calls."""
    return Counted(lambda a, b=0: a + b)


# Wrong data without a word


@pytest.mark.parametrize("shuffle", [True, 7])
def test_shuffle_keeps_labels_and_the_global_random_state(*, shuffle: bool | int) -> None:
    """A shuffled table carries the right labels, and neither global random state is touched."""
    states = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
    df = xyz.combo_runner_to_df(lambda a, b: 10 * a + b, {"a": range(5), "b": range(7)}, "out", shuffle=shuffle)
    assert (df["out"] == 10 * df["a"] + df["b"]).all()
    assert df["a"].tolist() == [a for a in range(5) for _ in range(7)]
    assert states == (random.getstate(), np.random.get_state()[1].tolist())  # type: ignore[index]  # noqa: NPY002


def test_one_text_output_is_whole_in_a_table() -> None:
    """A text result is one value, not a sequence of letters."""
    df = xyz.combo_runner_to_df(lambda a: f"case {a}", {"a": [1, 2]}, "out")
    assert df["out"].tolist() == ["case 1", "case 2"]
    df = xyz.case_runner_to_df(lambda a: f"case {a}", "a", [1, 2], ["out"])
    assert df["out"].tolist() == ["case 1", "case 2"]


def test_a_dict_result_is_taken_by_name() -> None:
    """With names given, the values of a dict are stored, whatever its order."""
    ds = xyz.combo_runner_to_ds(lambda a: {"q": -a, "p": a}, {"a": [1, 2]}, ["p", "q"])
    assert ds["p"].values.tolist() == [1, 2]
    assert ds["q"].values.tolist() == [-1, -2]


@pytest.mark.parametrize(
    ("returned", "names", "var_dims", "said"),
    [
        ((1, 2, 3), ["p", "q"], None, r"returned 3 outputs, and var_names names 2"),
        ((1,), ["p", "q"], None, r"returned 1 outputs, and var_names names 2"),
        ({"p": 1, "z": 2}, ["p", "q"], None, r"outputs \['p', 'z'\], and var_names is \['p', 'q'\]"),
        ([1, 2], "p", None, r"'p' is described as a scalar, and the function returned a list"),
        (np.zeros((2, 3)), "p", "x", r"'p' is described with \(x: \?\), and a result has shape \(2, 3\)"),
        (np.zeros(4), "p", {"p": "x"}, r"'p' is described with \(x: 3\), and a result has shape \(4,\)"),
        ([[1, 2], [3]], "p", {"p": ["x", "t"]}, r"ragged"),
    ],
)
def test_a_result_that_does_not_fit_is_refused_after_the_first_case(
    returned: Any, names: Any, var_dims: Any, said: str
) -> None:
    """The error comes after one call, and names the variable, what came, what was expected, and the case."""
    fn = Counted(lambda a: returned)
    coords = {"x": [1, 2, 3]} if var_dims == {"p": "x"} else None
    with pytest.raises(ResultError, match=said) as caught:
        xyz.combo_runner_to_ds(fn, {"a": range(50)}, names, var_dims=var_dims, var_coords=coords)
    assert fn.calls == 1
    assert caught.value.__notes__ == ["in the case a=0"]


@pytest.mark.parametrize("word", ["constants", "resources"])
def test_a_constant_with_the_name_of_a_combo_is_refused(counted: Counted, word: str) -> None:
    """A label that is not what the function was called with cannot come about."""
    with pytest.raises(FunctionError, match=r"'b' is swept and is a (constant|resource) too \(5\)"):
        xyz.combo_runner_to_ds(counted, {"a": [1], "b": [2]}, "out", **{word: {"b": 5}})
    assert counted.calls == 0


def test_a_constant_that_changed_is_never_mixed_in_silently(counted: Counted) -> None:
    """Another constant than before is refused before anything runs, and expand_dims makes it a dimension."""
    harvester = xyz.Harvester(xyz.Runner(counted, "out"))
    harvester.harvest_combos({"a": [1, 2]}, constants={"b": 10})
    calls = counted.calls
    with pytest.raises(MergeError, match=r"b=20, and the stored data was made with b=10.*expand_dims\('b', 10\)"):
        harvester.harvest_combos({"a": [3]}, constants={"b": 20})
    with pytest.raises(MergeError, match=r"b=0, and the stored data was made with b=10"):
        harvester.harvest_combos({"a": [3]})
    assert counted.calls == calls
    harvester.expand_dims("b", 10)
    harvester.harvest_combos({"a": [1, 2]}, constants={"b": 20})
    full = harvester.full_ds
    assert full is not None
    assert full["out"].sel(a=2).to_series().to_dict() == {10: 12, 20: 22}


def test_nan_failed_and_not_run_are_three_states() -> None:
    """A nan that was returned is not run again; what failed and what never ran is."""
    ran: list[int] = []

    def fn(a: int) -> float:
        ran.append(a)
        if a == 2 and ran.count(2) == 1:
            message = "not yet"
            raise RuntimeError(message)
        return float("nan") if a == 1 else float(a)

    harvester = xyz.Harvester(xyz.Runner(fn, "out", on_error="continue"))
    harvester.harvest_combos({"a": [0, 1, 2]})
    harvester.harvest_combos({"a": [0, 1, 2, 3]}, missing_only=True)
    assert ran == [0, 1, 2, 2, 3]


def test_states_survive_the_file(tmp_path: Path) -> None:
    """A valid nan is still known as done by a new process that opens the file."""
    ran: list[int] = []

    def fn(a: int) -> float:
        ran.append(a)
        return float("nan")

    xyz.Harvester(xyz.Runner(fn, "out"), tmp_path / "data.h5").harvest_combos({"a": [1, 2]})
    xyz.Harvester(xyz.Runner(fn, "out"), tmp_path / "data.h5").harvest_combos({"a": [1, 2, 3]}, missing_only=True)
    assert ran == [1, 2, 3]


@pytest.mark.parametrize(
    ("values", "dtype"), [([1, 2**60 + 1, 3, 4], "int64"), ([True, False, True, True], "bool"), (list("abcd"), "<U1")]
)
def test_holes_do_not_change_a_type(values: list[Any], dtype: str, tmp_path: Path) -> None:
    """Ints, bools and texts keep their values beside holes, through the file too; filled whole they are typed again."""
    runner = xyz.Runner(lambda a, b: values[2 * a + b], "out")
    harvester = xyz.Harvester(runner, tmp_path / "data.h5")
    harvester.harvest_cases([{"a": 0, "b": 0}, {"a": 1, "b": 1}])
    for full in (harvester.full_ds, xyz.load_ds(tmp_path / "data.h5")):
        assert full is not None
        assert full["out"].dtype == object
        assert full["out"].values[0, 0] == values[0]
        assert full["out"].values[1, 1] == values[3]
        assert int(full["out"].isnull().sum()) == 2
    again = xyz.Harvester(runner, tmp_path / "data.h5")
    again.harvest_combos({"a": [0, 1], "b": [0, 1]}, missing_only=True)
    for full in (again.full_ds, xyz.load_ds(tmp_path / "data.h5")):
        assert full is not None
        assert full["out"].dtype == np.dtype(dtype)
        assert full["out"].values.reshape(-1).tolist() == values


def test_two_spellings_of_a_float_are_one_point(counted: Counted) -> None:
    """0.1 + 0.2 is found where 0.3 is stored, with a notice, and is not run again."""
    harvester = xyz.Harvester(xyz.Runner(counted, "out"))
    harvester.harvest_combos({"a": [0.3]})
    with pytest.warns(LabelWarning, match=r"a=0.30000000000000004 is taken as 0.3"):
        harvester.harvest_combos({"a": [0.1 + 0.2]}, missing_only=True)
    assert counted.calls == 1
    full = harvester.full_ds
    assert full is not None
    assert full["a"].values.tolist() == [0.3]


@pytest.mark.parametrize("values", [[1, True], [1, 1.0], [0, False], [1, 1]])
def test_labels_that_cannot_be_told_apart_are_refused(counted: Counted, values: list[Any]) -> None:
    """1, True and 1.0 on one axis, or a value given twice, are refused before anything runs."""
    with pytest.raises(SpaceError, match=r"a has the (labels|value)"):
        xyz.Runner(counted, "out").run_combos({"a": values})
    assert counted.calls == 0


@pytest.mark.parametrize("values", [[None, 3, 5], ["1", 1], [True, "yes"], [1, 2**63], [0.5, "auto"]])
def test_mixed_labels_keep_value_and_type(values: list[Any], tmp_path: Path) -> None:
    """Labels of several kinds come back as they were, from memory and from the file."""
    harvester = xyz.Harvester(xyz.Runner(lambda a: f"{a}", "out"), tmp_path / "data.h5")
    harvester.harvest_combos({"a": values})
    for full in (harvester.full_ds, xyz.load_ds(tmp_path / "data.h5")):
        assert full is not None
        kept = full["a"].values.tolist()
        assert kept == values
        assert [type(label) for label in kept] == [type(label) for label in values]


@pytest.mark.parametrize("values", [[None, "x"], [None, 1.5, True], [dt.datetime(2020, 1, 1), dt.datetime(2021, 1, 1)]])  # noqa: DTZ001
def test_mixed_results_keep_value_and_type(values: list[Any], tmp_path: Path) -> None:
    """None, texts, numbers and times side by side come back as they were, in memory, from the file and in a table."""
    harvester = xyz.Harvester(xyz.Runner(lambda a: values[a], "out"), tmp_path / "data.h5")
    runs = harvester.harvest_combos({"a": range(len(values))})
    table = xyz.combo_runner_to_df(lambda a: values[a], {"a": range(len(values))}, "out")
    assert harvester.full_ds is not None
    for found in (runs["out"].values, harvester.full_ds["out"].values, xyz.load_ds(tmp_path / "data.h5")["out"].values):
        assert list(found) == values
        assert [type(value) for value in found] == [type(value) for value in values]
    assert list(table["out"]) == values


def test_the_callers_objects_are_untouched(tmp_path: Path) -> None:
    """Datasets, dicts, attrs and encodings that are handed in come back as they were."""
    attrs, combos, constants = {"note": [1, 2]}, {"a": [2, 1]}, {"b": 1}
    mine = xr.Dataset({"out": ("a", [1.0, np.nan])}, {"a": [5, 6]}, {"who": "me"})
    mine["out"].encoding = {"zlib": True}
    before = mine.copy(deep=True)
    runner = xyz.Runner(lambda a, b: a + b + 0.5, "out", attrs=attrs)
    harvester = xyz.Harvester(runner, tmp_path / "data.h5", full_ds=mine)
    harvester.harvest_combos(combos, constants=constants)
    harvester.add_ds(mine, overwrite=True)
    xyz.save_ds(mine, tmp_path / "mine.h5")
    xr.testing.assert_identical(mine, before)
    assert mine["out"].encoding == {"zlib": True}
    assert (attrs, combos, constants) == ({"note": [1, 2]}, {"a": [2, 1]}, {"b": 1})


# Results lost


@pytest.mark.parametrize("parallel", [False, True])
def test_a_failing_case_costs_no_finished_one(tmp_path: Path, *, parallel: bool) -> None:
    """The finished cases are in the file, and the error is the function's own and names the case."""

    def fn(a: int) -> int:
        return 1 // (a - 30)

    harvester = xyz.Harvester(xyz.Runner(fn, "out"), tmp_path / "data.h5")
    with pytest.raises(ZeroDivisionError) as caught:
        harvester.harvest_combos({"a": range(60)}, parallel=parallel, num_workers=2 if parallel else None)
    assert "in the case a=30" in caught.value.__notes__
    kept = xyz.load_ds(tmp_path / "data.h5")
    assert int(kept["out"].count()) >= 30
    harvester.harvest_combos({"a": [a for a in range(60) if a != 30]}, missing_only=True)
    full = harvester.full_ds
    assert full is not None
    assert full["a"].values[full["out"].isnull().values].tolist() == [30]


def test_an_interrupt_costs_no_finished_case(tmp_path: Path) -> None:
    """After Ctrl-C the finished cases are in the file, and the interrupt goes on."""

    def fn(a: int) -> int:
        if a == 5:
            raise KeyboardInterrupt
        return a

    harvester = xyz.Harvester(xyz.Runner(fn, "out"), tmp_path / "data.h5")
    with pytest.raises(KeyboardInterrupt):
        harvester.harvest_combos({"a": range(10)})
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values[:5].tolist() == list(range(5))


def test_a_result_that_does_not_fit_costs_no_finished_case(tmp_path: Path) -> None:
    """A later result of another shape ends the run with an error; those before it are in the file."""
    harvester = xyz.Harvester(xyz.Runner(lambda a: a if a < 3 else [a, a], "out"), tmp_path / "data.h5")
    with pytest.raises(ResultError, match="returned a list") as caught:
        harvester.harvest_combos({"a": range(10)})
    assert caught.value.__notes__ == ["in the case a=3"]
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values[:3].tolist() == [0, 1, 2]


def test_a_conflict_names_the_cells_and_keeps_both_sides(tmp_path: Path) -> None:
    """overwrite=None raises with the old and new values; the file keeps the old, last_ds has the new."""
    offset = 0
    harvester = xyz.Harvester(xyz.Runner(lambda a: a + offset, "out"), tmp_path / "data.h5")
    harvester.harvest_combos({"a": [1, 2]})
    offset = 10
    with pytest.raises(ConflictError, match=r"out\(a=2\): .*2.* -> .*12") as caught:
        harvester.harvest_combos({"a": [2, 3]})
    assert "overwrite=True" in str(caught.value)
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values.tolist() == [1, 2]
    assert harvester.last_ds is not None
    assert harvester.last_ds["out"].values.tolist() == [12, 13]
    harvester.add_ds(harvester.last_ds, overwrite=False)
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values.tolist() == [1, 2, 13]


def test_overwrite_says_who_wins() -> None:
    """True: the new win, a new nan too; False: the old win."""
    value = 1.0
    harvester = xyz.Harvester(xyz.Runner(lambda a: value, "out"))
    harvester.harvest_combos({"a": [0]})
    value = float("nan")
    harvester.harvest_combos({"a": [0]}, overwrite=False)
    assert harvester.full_ds is not None
    assert harvester.full_ds["out"].item() == 1.0
    harvester.harvest_combos({"a": [0]}, overwrite=True)
    assert np.isnan(harvester.full_ds["out"].item())


def test_unsynced_data_goes_with_the_next_sync(tmp_path: Path) -> None:
    """sync=False keeps results in memory, and a later sync=True writes them all."""
    harvester = xyz.Harvester(xyz.Runner(lambda a: a, "out"), tmp_path / "data.h5")
    harvester.harvest_combos({"a": [1]}, sync=False)
    assert not (tmp_path / "data.h5").exists()
    harvester.harvest_combos({"a": [2]})
    assert xyz.load_ds(tmp_path / "data.h5")["out"].values.tolist() == [1, 2]


def test_a_name_without_suffix_is_one_file(tmp_path: Path) -> None:
    """Processes that name the file without its suffix all grow the same one."""
    for a in (1, 2):
        xyz.Harvester(xyz.Runner(lambda a: a, "out"), tmp_path / "mydata").harvest_combos({"a": [a]})
    assert xyz.load_ds(tmp_path / "mydata")["out"].values.tolist() == [1, 2]


# Bad or late errors


@pytest.mark.parametrize(
    ("combos", "error", "said"),
    [
        ({"aa": [1]}, FunctionError, r"no argument 'aa'; did you mean 'a'\?"),
        ({"b": [1]}, FunctionError, r"needs the argument 'a'"),
        ({"a": [1], "zzz": [1]}, FunctionError, r"no argument 'zzz'; there is 'a', 'b'"),
        ({"a": [[1], [2]]}, SpaceError, r"a=\[1\] cannot be a label"),
        ({"a": [object]}, SpaceError, r"cannot be a label"),
        ({"a": ...}, SpaceError, r"a=\.\.\. means every stored value"),
        ([("a", [1]), ("a", [2])], SpaceError, r"name 'a' twice"),
        ([("a", [1], 3)], SpaceError, r"pairs of a name and its values"),
        ([1, 2, 3], SpaceError, r"and 1 is none; write them as \{'a': \[1, 2\], 'b': \[3, 4\]\}$"),
        ([{"a": 1}, {"a": 2}], SpaceError, r"\{'a': 1\} is none; a list of cases goes to the call for cases$"),
        (pd.DataFrame({"a": [1], "b": [2]}), SpaceError, r"table of \['a', 'b'\], and a table lists cases"),
        ({1: [1]}, SpaceError, r"name an argument 1"),
        ("a", SpaceError, r"combos must be a mapping or pairs"),
        ({"a": np.zeros((2, 2))}, SpaceError, r"values of shape \(2, 2\)"),
        ({"a": [dt.datetime(2020, 1, 1, tzinfo=dt.UTC)]}, SpaceError, r"time zone"),
    ],
)
def test_bad_combos_are_refused_before_anything_runs(
    counted: Counted, combos: Any, error: type[Exception], said: str
) -> None:
    """Each message says the argument and the value, or the near name."""
    with pytest.raises(error, match=said):
        xyz.Runner(counted, "out").run_combos(combos)
    assert counted.calls == 0


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ([{"a": 1}, {"b": 2}], r"case 1 is \{'b': 2\}"),
        ([(1, 2), (3,)], r"case 1 is \(3,\)"),
        ([(1, 2, 3)], r"case 0 is \(1, 2, 3\), and fn_args has 2 names"),
        ([{"a": 1, "b": 2}, {"a": 1, "b": 2}], r"the case \{'a': 1, 'b': 2\} stands twice"),
        (5, r"cases must be a list of cases or a table, not 5"),
        (pd.DataFrame({0: [1]}), r"a column 0"),
    ],
)
def test_bad_cases_are_refused_before_anything_runs(counted: Counted, cases: Any, said: str) -> None:
    """Each message says which case it is."""
    with pytest.raises(SpaceError, match=said):
        xyz.Runner(counted, "out").run_cases(cases)
    assert counted.calls == 0


def pairs() -> Iterator[tuple[str, list[int]]]:
    """Yield combos one by one."""
    yield "a", [1, 2]
    yield "b", [3]


@pytest.mark.parametrize(
    "combos",
    [
        {"a": [1, 2], "b": [3]},
        [("a", [1, 2]), ("b", [3])],
        {"a": [1, 2], "b": [3]}.items(),
        pairs(),
        {"a": iter([1, 2]), "b": 3},
        {"a": np.array([1, 2]), "b": (3,)},
        {"a": pd.Series([1, 2]), "b": range(3, 4)},
        {"a": {2, 1}, "b": xr.DataArray([3])},
    ],
)
def test_combos_in_every_form_mean_the_same(counted: Counted, combos: Any) -> None:
    """Mappings, pairs, views and generators, with values as any iterable or a single one, give one dataset."""
    ds = xyz.Runner(counted, "out").run_combos(combos)
    assert ds["out"].to_series().to_dict() == {(1, 3): 4, (2, 3): 5}


def test_one_bare_pair_is_accepted(counted: Counted) -> None:
    """A single pair need not stand in a list."""
    assert xyz.Runner(counted, "out").run_combos(("a", [1, 2]))["out"].values.tolist() == [1, 2]


@pytest.mark.parametrize(
    "cases",
    [
        [{"a": 1, "b": 3}, {"a": 2, "b": 3}],
        [(1, 3), (2, 3)],
        pd.DataFrame({"a": [1, 2], "b": [3, 3]}),
        ({"a": a, "b": 3} for a in (1, 2)),
        np.array([[1, 3], [2, 3]]),
    ],
)
def test_cases_in_every_form_mean_the_same(counted: Counted, cases: Any, tmp_path: Path) -> None:
    """harvest_cases takes dicts, tuples, tables, generators and arrays, as harvest_combos takes combos."""
    harvester = xyz.Harvester(xyz.Runner(counted, "out"), tmp_path / "data.h5")
    ds = harvester.harvest_cases(cases)
    assert ds["out"].to_series().to_dict() == {(1, 3): 4, (2, 3): 5}


def test_scalars_and_a_single_dict_are_cases(counted: Counted) -> None:
    """Scalars serve one argument, and one dict is one case."""
    assert xyz.case_runner(counted, "a", [1, 2]) == (1, 2)
    assert xyz.case_runner(counted, None, {"a": 1, "b": 5}) == (6,)


@pytest.mark.parametrize("given", [{"combos": {"a": []}}, {"combos": None, "cases": []}])
def test_nothing_to_run_is_an_empty_result(counted: Counted, given: dict[str, Any], tmp_path: Path) -> None:
    """Empty values and cases=[] give a dataset without points, and nothing is called."""
    ds = xyz.Runner(counted, "out").run_combos(**given)
    assert ds["out"].size == 0 or not given.get("combos")
    assert counted.calls == 0
    xyz.Harvester(xyz.Runner(counted, "out"), tmp_path / "data.h5").harvest_combos(**given)
    assert counted.calls == 0


async def _later(a: int) -> int:
    return a


def _yielding(a: int) -> Iterator[int]:
    yield a


def _printing(a: int) -> None:
    if not a:
        return
    print(a)  # noqa: T201 - as people write who forget to return


def test_arguments_of_any_name_can_be_described() -> None:
    """A function with ``**kwargs`` has no names to compare with; what is swept decides."""
    runner = xyz.Runner(lambda **args: args["a"], "p", arg_attrs={"a": {"units": "m"}}, verbosity=0)
    assert runner.run_combos({"a": [1]})["a"].attrs == {"units": "m"}
    with pytest.raises(FunctionError, match="arg_attrs describes 'b', which is no argument; there is 'a'"):
        xyz.Runner(lambda a: a, "p", arg_attrs={"b": {"units": "m"}})


def test_a_function_whose_ends_differ_is_not_said_to_return_nothing() -> None:
    """Only a function that can return nothing but None is refused, and only where outputs of it are named."""

    def sometimes(a: int) -> int | None:
        return a or None

    def never(a: int) -> NoReturn:
        raise ValueError(a)

    for fn in (sometimes, never, lambda a: None):
        assert xyz.Runner(fn, "p").fn is fn
    assert xyz.Runner(_printing).fn is _printing


@pytest.mark.parametrize("value", [iter([1]), (i for i in [1])])
def test_a_result_that_is_yet_to_come_is_refused(value: Any) -> None:
    """What would be empty when somebody looks at it is not kept as a value."""
    with pytest.raises(ResultError, match="which is yet to be carried out"):
        xyz.Runner(lambda a: value, "p", verbosity=0).run_combos({"a": [1]})


def test_a_misspelt_public_name_is_told() -> None:
    """Who mistypes a name is told the near one."""
    with pytest.raises(AttributeError, match="'Harvestor'; did you mean 'Harvester'"):
        xyz.Harvestor  # noqa: B018


@pytest.mark.parametrize(
    ("made", "error", "said"),
    [
        (lambda fn, at: xyz.Harvester(fn, at / "x.h5", engine="hdf"), OptionError, r"engine='hdf'"),
        (lambda fn, at: xyz.Harvester(fn, 5), OptionError, r"5 of type int"),  # type: ignore[arg-type]
        (lambda fn, at: xyz.Runner(fn, "out", parallel="cluster"), OptionError, r"parallel='cluster'"),
        (lambda fn, at: xyz.Runner(fn, "out", verbosity=3), OptionError, r"verbosity=3"),
        (lambda fn, at: xyz.Runner(fn, "out", num_workers=0), OptionError, r"num_workers=0"),
        (lambda fn, at: xyz.Runner(fn, "out", on_error="ignore"), OptionError, r"on_error='ignore'"),
        (lambda fn, at: xyz.Runner(fn, ["p", "p"]), FunctionError, r"'p' must be a name of its own"),
        (lambda fn, at: xyz.Runner(fn, ["p"], var_dims={"q": ["x"]}), FunctionError, r"'q', which is no output"),
        (lambda fn, at: xyz.Runner(fn, ["p"], var_coords={"x": [1]}), FunctionError, r"'x', which no output has"),
        (lambda fn, at: xyz.Runner(5, "out"), FunctionError, r"5 cannot be called"),  # type: ignore[arg-type]
        (lambda fn, at: xyz.Runner(fn, "out", paralel=True), FunctionError, r"'paralel'; did you mean 'parallel'\?$"),
        (lambda fn, at: xyz.label(fn), FunctionError, r"label was given .* itself; write @label\(\.\.\.\) above it"),
        (lambda fn, at: xyz.Runner(_later), FunctionError, r"_later is an async function"),
        (lambda fn, at: xyz.Runner(partial(_yielding, 1)), FunctionError, r"_yielding is a generator"),
        (lambda fn, at: xyz.Runner(_printing, ["p"]), FunctionError, r"_printing returns nothing, .* names \['p'\]"),
    ],
)
def test_a_bad_description_is_refused_when_it_is_made(
    counted: Counted, tmp_path: Path, made: Callable[..., Any], error: type[Exception], said: str
) -> None:
    """Engines, names and options are checked at once, with the choices."""
    with pytest.raises(error, match=said):
        made(counted, tmp_path)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"overwrite": "yes"}, OptionError, r"overwrite='yes'"),
        ({"verbosity": "loud"}, OptionError, r"verbosity='loud'"),
        ({"shuffle": -1}, OptionError, r"shuffle=-1"),
        ({"executor": 3}, OptionError, r"executor=3"),
        ({"chunkz": 1}, TypeError, r"chunkz"),
    ],
)
def test_bad_harvest_options_are_refused_before_anything_runs(
    counted: Counted, options: dict[str, Any], error: type[Exception], said: str
) -> None:
    """A misspelt or impossible option costs no call."""
    with pytest.raises(error, match=said):
        xyz.Harvester(xyz.Runner(counted, "out")).harvest_combos({"a": [1]}, **options)
    assert counted.calls == 0


def test_more_cases_than_a_dataset_holds_are_refused_before_memory_is_taken(counted: Counted) -> None:
    """A slip in a number ends no kernel: neither the plan nor the run begins to make room for it."""
    harvester = xyz.Harvester(xyz.Runner(counted, "out", verbosity=0))
    large = {"a": range(100_000), "b": range(100_000)}
    with pytest.raises(
        SpaceError, match=r"10,000,000,000 cases \(a 100,000 x b 100,000\) are more than a dataset holds"
    ):
        harvester.harvest_combos(large)
    harvester.harvest_combos({"a": [1], "b": [1]})
    for door in (harvester.plan, harvester.harvest_combos):
        with pytest.raises(SpaceError, match="are more than a dataset holds, 1,073,741,824; give fewer values"):
            door(large, missing_only=True)
    assert counted.calls == 1


DOORS: dict[str, Callable[[Any, dict[str, Any]], object]] = {
    "combo_runner": lambda fn, given: xyz.combo_runner(fn, **given),
    "combo_runner_to_ds": lambda fn, given: xyz.combo_runner_to_ds(fn, var_names="out", **given),
    "combo_runner_to_df": lambda fn, given: xyz.combo_runner_to_df(fn, var_names="out", **given),
    "case_runner": lambda fn, given: xyz.case_runner(fn, **given),
    "case_runner_to_ds": lambda fn, given: xyz.case_runner_to_ds(fn, var_names="out", **given),
    "case_runner_to_df": lambda fn, given: xyz.case_runner_to_df(fn, var_names="out", **given),
    "run_combos": lambda fn, given: xyz.Runner(fn, "out").run_combos(**given),
    "run_cases": lambda fn, given: xyz.Runner(fn, "out").run_cases(**given),
    "Runner.submit": lambda fn, given: xyz.Runner(fn, "out").submit(**given),
    "Runner.plan": lambda fn, given: xyz.Runner(fn, "out").plan(**given),
    "harvest_combos": lambda fn, given: xyz.Harvester(xyz.Runner(fn, "out")).harvest_combos(**given),
    "harvest_cases": lambda fn, given: xyz.Harvester(xyz.Runner(fn, "out")).harvest_cases(**given),
    "Harvester.submit": lambda fn, given: xyz.Harvester(xyz.Runner(fn, "out")).submit(**given),
    "Harvester.plan": lambda fn, given: xyz.Harvester(xyz.Runner(fn, "out")).plan(**given),
    "sample_combos": lambda fn, given: xyz.Sampler(xyz.Runner(fn, "out")).sample_combos(3, **given),
    "Sampler.submit": lambda fn, given: xyz.Sampler(xyz.Runner(fn, "out")).submit(3, **given),
    "Sampler.plan": lambda fn, given: xyz.Sampler(xyz.Runner(fn, "out")).plan(3, **given),
}


@pytest.mark.parametrize("door", DOORS)
def test_values_by_keyword_are_told_their_place(counted: Counted, door: str) -> None:
    """An argument of the function that is given like a setting is answered with the call that was meant."""
    said = r"'a' is an argument of the function, and no setting; give its values as combos: \{'a': \[1, 2\], 'b': …\}"
    with pytest.raises(FunctionError, match=said):
        DOORS[door](counted, {"a": [1, 2], "b": np.linspace(0, 1, 50)})
    with pytest.raises(FunctionError, match="there is no setting 'paralel'; did you mean 'parallel'"):
        DOORS[door](counted, {"paralel": True})
    assert counted.calls == 0


def test_settings_that_only_some_calls_take_are_near_too(counted: Counted) -> None:
    """A slip in the word of a harvest, of draws or of a description names that word."""
    runner = xyz.Runner(counted, "out")
    for call, said in (
        (lambda: xyz.Harvester(runner).harvest_combos({"a": [1]}, mising_only=True), "'missing_only'"),
        (lambda: xyz.Harvester(runner).plan({"a": [1]}, overwite=True), "'overwrite'"),
        (lambda: xyz.Sampler(runner).sample_combos(1, {"a": [1]}, sed=1), "'seed'"),
        (lambda: runner.run_combos({"a": [1]}, constant={"b": 1}), "'constants'"),
        (lambda: xyz.Runner(counted, "out", var_dim="x"), "'var_dims'"),
    ):
        with pytest.raises(FunctionError, match=f"there is no setting .*; did you mean {said}"):
            call()


def test_files_that_cannot_be_written_are_noticed_before_anything_runs(counted: Counted, tmp_path: Path) -> None:
    """A missing folder, a folder in the file's place, a corrupt file: nothing runs, nothing is touched."""
    runner = xyz.Runner(counted, "out")
    with pytest.raises(StoreError, match="missing"):
        xyz.Harvester(runner, tmp_path / "missing" / "data.h5").harvest_combos({"a": [1]})
    (tmp_path / "folder.h5").mkdir()
    with pytest.raises(StoreError, match="folder"):
        xyz.Harvester(runner, tmp_path / "folder.h5").harvest_combos({"a": [1]})
    (tmp_path / "corrupt.h5").write_bytes(b"this is no HDF5 file")
    with pytest.raises(FormatError, match="corrupt"):
        xyz.Harvester(runner, tmp_path / "corrupt.h5").harvest_combos({"a": [1]})
    assert (tmp_path / "corrupt.h5").read_bytes() == b"this is no HDF5 file"
    assert counted.calls == 0


def test_what_a_file_cannot_hold_is_noticed_before_or_after_one_case(tmp_path: Path) -> None:
    """An attribute that cannot be written is refused before the first call, a result after it."""
    fn = Counted(lambda a: object())
    noted = xyz.Runner(fn, "out", attrs={"note": object()})
    with pytest.raises(EncodingError, match="note"):
        xyz.Harvester(noted, tmp_path / "a.h5").harvest_combos({"a": [1, 2]})
    assert fn.calls == 0
    with pytest.raises(EncodingError, match=r"of type builtins\.object cannot be kept") as caught:
        xyz.Harvester(xyz.Runner(fn, "out"), tmp_path / "b.h5").harvest_combos({"a": range(20)})
    assert caught.value.__notes__ == ["in the case a=0"]
    assert fn.calls == 1


def test_plain_functions_and_paths_are_accepted(tmp_path: Path) -> None:
    """Harvester and Sampler take a function where a Runner is expected, and a Path or a str as name."""
    harvester = xyz.Harvester(lambda a: {"out": a}, str(tmp_path / "data.h5"))
    harvester.harvest_combos({"a": [1]})
    sampler = xyz.Sampler(lambda a: {"out": a}, tmp_path / "data.pkl")
    assert sampler.sample_combos(3, {"a": [1]})["out"].tolist() == [1, 1, 1]
