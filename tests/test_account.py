"""The account of each case: state, time, tries, version of the function, and what failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import xyzpy_widgets as xyz
from xyzpy_widgets.errors import SpaceError


def harvester_at(name: Path, *, scale: int = 1, fails: tuple[int, ...] = ()) -> xyz.Harvester:
    """Return a harvester of a function with a scale that belongs to its code, and cases that fail."""

    def fn(a: int, b: int) -> int:
        if a in fails:
            message = f"no {a}"
            raise ValueError(message)
        return scale * a * b

    return xyz.Harvester(xyz.Runner(fn, "out", verbosity=0, on_error="continue"), name)


def test_each_case_has_a_state_and_a_time(tmp_path: Path) -> None:
    """Status follows the CF flags, and the seconds of what ran are there; both come back from the file."""
    harvester_at(tmp_path / "data.h5", fails=(2,)).harvest_cases([(1, 1), (2, 1), (3, 2)])
    harvester = harvester_at(tmp_path / "data.h5")
    status = harvester.status
    meaning = dict(zip(status.attrs["flag_values"], status.attrs["flag_meanings"].split(), strict=True))
    found = {(a, b): meaning[int(status.sel(a=a, b=b))] for a in (1, 2, 3) for b in (1, 2)}
    assert found == {
        (1, 1): "done", (1, 2): "missing", (2, 1): "failed", (2, 2): "missing", (3, 1): "missing", (3, 2): "done",
    }  # fmt: skip
    assert status.dtype == np.int8
    assert harvester.timings.attrs["units"] == "s"
    assert (harvester.timings.notnull() == (status == 1)).all()
    assert float(harvester.timings.min()) >= 0


def test_nothing_harvested_has_no_account(tmp_path: Path) -> None:
    """Without data there is no state to show, and no failure."""
    harvester = harvester_at(tmp_path / "data.h5")
    with pytest.raises(SpaceError, match="nothing is harvested yet"):
        _ = harvester.status
    assert harvester.failures.empty


def test_failures_tell_the_case_and_what_was_raised(tmp_path: Path) -> None:
    """A failed case is in the table with its exception and traceback, in a new process too, until it is done."""
    harvester_at(tmp_path / "data.h5", fails=(2, 3)).harvest_combos({"a": [1, 2, 3], "b": [1]})
    harvester = harvester_at(tmp_path / "data.h5", fails=(3,))
    failures = harvester.failures
    assert failures[["a", "b", "raised", "said"]].to_numpy().tolist() == [
        [2, 1, "ValueError", "no 2"],
        [3, 1, "ValueError", "no 3"],
    ]
    assert "raise ValueError(message)" in failures["traceback"][0]
    assert "in the case a=2, b=1" in failures["traceback"][0]
    harvester.harvest_combos({"a": ..., "b": ...}, retry_failed=True)
    assert harvester.failures["a"].tolist() == [3]
    assert harvester.full_ds is not None
    assert harvester.full_ds["out"].sel(a=2, b=1).item() == 2


def test_retry_failed_runs_only_what_failed(tmp_path: Path) -> None:
    """Neither what is done nor what never ran is run; with missing_only the latter is."""
    harvester_at(tmp_path / "data.h5", fails=(2,)).harvest_combos({"a": [1, 2], "b": [1]})
    ran: list[int] = []

    def fn(a: int, b: int) -> int:
        ran.append(a)
        return a * b

    harvester = xyz.Harvester(xyz.Runner(fn, "out", verbosity=0), tmp_path / "data.h5")
    harvester.harvest_combos({"a": [1, 2, 3], "b": [1]}, retry_failed=True)
    assert ran == [2]
    harvester.harvest_combos({"a": [1, 2, 3], "b": [1]}, retry_failed=True, missing_only=True)
    assert ran == [2, 3]
    tries = xr.open_dataset(tmp_path / "data.h5", group="ledger", engine="h5netcdf")["tries"]
    assert tries.values.ravel().tolist() == [1, 2, 1]
    tries.close()


def test_a_changed_function_makes_its_cases_stale(tmp_path: Path) -> None:
    """Cases of another version are known, run again on request, and never erased."""
    harvester_at(tmp_path / "data.h5").harvest_combos({"a": [1, 2], "b": [1]})
    same = harvester_at(tmp_path / "data.h5")
    assert not same.stale.any()
    changed = harvester_at(tmp_path / "data.h5", scale=10)
    assert changed.stale.all()
    changed.harvest_combos({"a": [2, 3], "b": [1]}, missing_only=True)
    assert changed.stale.sel(b=1).values.tolist() == [True, True, False]
    assert changed.full_ds is not None
    assert changed.full_ds["out"].sel(b=1).values.tolist() == [1, 2, 30]
    changed.harvest_combos({"a": ..., "b": ...}, stale=True, overwrite=True)
    assert not changed.stale.any()
    assert changed.full_ds["out"].sel(b=1).values.tolist() == [10, 20, 30]


def test_an_old_value_that_wins_keeps_its_account(tmp_path: Path) -> None:
    """With overwrite=False a case that is done keeps its version, for it keeps its value."""
    harvester_at(tmp_path / "data.h5").harvest_combos({"a": [1], "b": [1]})
    changed = harvester_at(tmp_path / "data.h5", scale=10)
    changed.harvest_combos({"a": [1], "b": [1]}, overwrite=False)
    assert changed.stale.all()


def test_the_account_of_a_killed_harvest_is_kept(tmp_path: Path) -> None:
    """Failures, times and the version come back from the journal as well."""
    code = """
import os, sys, time, xyzpy_widgets as xyz
def fn(a):
    time.sleep(0.03)
    if a == 1:
        raise ValueError('one')
    if a == 3:
        os._exit(9)
    return a
xyz.Harvester(xyz.Runner(fn, 'out', verbosity=0, on_error='continue'), sys.argv[1]).harvest_combos({'a': range(5)})
"""
    name = tmp_path / "data.h5"
    assert subprocess.run([sys.executable, "-c", code, str(name)], check=False).returncode == 9
    harvester = xyz.Harvester(xyz.Runner(lambda a: a, "out", verbosity=0), name)
    assert harvester.status.values.tolist() == [1, 2, 1]
    assert harvester.failures[["a", "raised", "said"]].to_numpy().tolist() == [[1, "ValueError", "one"]]
    assert (harvester.timings.sel(a=[0, 2]) > 0.02).all()
    assert harvester.stale.sel(a=[0, 2]).all()
