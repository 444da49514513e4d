"""Damaged files: what is whole comes back, what is not is told, and nothing is thrown away."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr

import xyzpy_widgets as xyz
from tests.programs import PATIENCE
from tests.test_survival import HARVEST, killed_after, slowly
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.errors import DamageError, FormatError, RecoveryWarning
from xyzpy_widgets.store import hdf5
from xyzpy_widgets.store.apart import apart
from xyzpy_widgets.store.headers import ROOT
from xyzpy_widgets.store.image import BLOCK
from xyzpy_widgets.store.salvage import salvaged

SIDE = 60
TRUE = np.multiply.outer(np.arange(SIDE), np.arange(SIDE))


def harvester(name: Path, ran: list[Any] | None = None) -> xyz.Harvester:
    """Return a harvester of products; it notes its calls."""

    def fn(a: int, b: int) -> tuple[int, str]:
        if ran is not None:
            ran.append((a, b))
        return a * b, "text"

    return xyz.Harvester(xyz.Runner(fn, ["out", "word"], verbosity=0), name)


@pytest.fixture
def name(tmp_path: Path) -> Path:
    """Return a file with a whole grid in it."""
    path = tmp_path / "data.h5"
    harvester(path).harvest_combos({"a": range(SIDE), "b": range(SIDE)})
    return path


def flip(path: Path, variable: str, byte: int) -> None:
    """Change a bit of a variable of numbers."""
    with h5py.File(path) as file:
        offset = file[variable].id.get_offset()
    content = bytearray(path.read_bytes())
    content[offset + byte] ^= 1
    path.write_bytes(content)


def test_a_damaged_file_is_refused_before_the_first_case(name: Path) -> None:
    """No case runs that could not be kept, and the error says how many blocks are bad and what to do."""
    flip(name, "out", BLOCK + 5)
    ran: list[Any] = []
    with pytest.raises(DamageError, match=r"'out' does not match its checksum in 1 of 8 blocks.*xyz\.recover\('.*data"):
        harvester(name, ran).harvest_combos({"a": [1], "b": [99]})
    assert ran == []


def test_a_damaged_block_costs_its_cases_and_no_others(name: Path) -> None:
    """Values of blocks that hold come back; the others are missing, and a harvest of what is missing fills them."""
    before = name.read_bytes()
    flip(name, "out", 5)
    broken = name.read_bytes()
    told = xyz.recover(name)
    assert told.old == name.with_name("data.h5.damaged")
    assert told.old.read_bytes() == broken != before
    lost = BLOCK // 8
    assert told.kept["out"] == SIDE**2 - lost
    assert told.lost == {"out": f"{lost} of {SIDE**2} values"}
    assert str(told.old) in repr(told)
    assert f"kept {SIDE**2 - lost} values of 'out'" in repr(told)
    ran: list[Any] = []
    again = harvester(name, ran)
    assert int((again.status == Status.MISSING).sum()) == lost
    again.harvest_combos({"a": range(SIDE), "b": range(SIDE)}, missing_only=True)
    assert len(ran) == lost
    stored = xyz.load_ds(name)
    assert np.array_equal(stored["out"], TRUE)
    assert stored["out"].dtype == np.int64


def test_a_cell_that_two_blocks_share_is_lost_with_either(tmp_path: Path) -> None:
    """A value of 12 or 16 bytes may lie across a boundary; half of it vouches for nothing."""
    path = tmp_path / "data.h5"
    runner = xyz.Runner(lambda a: (a, [complex(a, 1)] * 3), ["a0", "z"], var_dims={"z": ["x"]}, verbosity=0)
    xyz.Harvester(runner, path).harvest_combos({"a": range(500)})
    flip(path, "z", BLOCK + 1)
    xyz.recover(path)
    status = xyz.Harvester(runner, path).status.values
    assert np.flatnonzero(status == Status.MISSING).tolist() == list(range(BLOCK // 48, 2 * BLOCK // 48 + 1))


def test_damaged_labels_take_their_cases_with_them(name: Path) -> None:
    """A value without a trustworthy label is no value: all of a damaged axis goes, and the error says that."""
    flip(name, "a", 8)
    with pytest.raises(FormatError, match=r"nothing of .* can be recovered.*60 of 60 labels"):
        xyz.recover(name)
    assert not name.with_name("data.h5.damaged").exists()


def test_a_damaged_account_keeps_the_values(name: Path) -> None:
    """Where only the state of cases is damaged, those that have a value are done."""
    harvester(name).harvest_combos({"a": [SIDE], "b": [0]})  # so that not all cases are alike, which would be said once
    flip(name, "ledger/status", 7)
    flip(name, "ledger/seconds", 7)
    told = xyz.recover(name)
    assert set(told.lost) == {"ledger/status", "ledger/seconds"}
    again = harvester(name)
    assert bool((again.status[:SIDE] == Status.DONE).all())
    assert int(again.timings[:SIDE].isnull().sum()) == BLOCK // 4
    assert np.array_equal(xyz.load_ds(name)["out"][:SIDE], TRUE)


def test_a_lost_schema_leaves_what_any_reader_sees(name: Path) -> None:
    """Without the schema nothing is vouched for: the values are given, and the report says to look at them."""
    with h5py.File(name, "a") as file:
        del file["ledger"]["schema"]
        file["ledger"]["schema"] = "{}"
    with pytest.raises(DamageError, match="'schema' does not match"):
        harvester(name).harvest_combos({"a": [1], "b": [1]})
    told = xyz.recover(name)
    assert not told.verified
    assert "look at them" in str(told)
    assert np.array_equal(xyz.load_ds(name)["out"], TRUE)
    assert bool((harvester(name).status == Status.DONE).all())


def cut(path: Path, keep: int) -> None:
    """Cut a file off."""
    path.write_bytes(path.read_bytes()[:keep])


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_a_foreign_file_that_was_cut_off_gives_its_beginning(engine: Any, tmp_path: Path) -> None:
    """What lies behind the cut is missing, not zero; what lies before it is there."""
    path = tmp_path / "data.h5"
    xr.Dataset({"y": ("a", np.arange(1.0, 5001))}, {"a": np.arange(5000)}).to_netcdf(path, engine=engine)
    with h5py.File(path) as file:
        offsets = {one: file[one].id.get_offset() for one in ("a", "y")}
    last = max(offsets, key=lambda one: offsets[one])
    cut(path, offsets[last] + 8 * 3000)
    with pytest.raises(DamageError, match=r"xyz\.recover"):
        harvester(path).harvest_combos({"a": [1], "b": [1]})
    told = xyz.recover(path)
    assert told.old is not None
    found = xyz.load_ds(path)["y"].dropna("a")
    assert found.size == 3000
    assert np.array_equal(found, np.arange(1.0, 3001))
    assert np.array_equal(found["a"], np.arange(3000))


def test_what_cannot_be_recovered_stays_as_it_is(tmp_path: Path) -> None:
    """Where nothing is left, nothing is touched; a missing file is said too."""
    path = tmp_path / "data.h5"
    path.write_bytes(b"no dataset at all")
    with pytest.raises(FormatError, match=r"nothing of .*data\.h5 can be recovered, and there is no journal"):
        xyz.recover(path)
    assert path.read_bytes() == b"no dataset at all"
    with pytest.raises(FormatError, match=r"there is no file none\.h5"):
        xyz.recover(tmp_path / "none")


def test_the_journal_goes_in_too(name: Path) -> None:
    """What a killed run left is in the recovered file; logs that nothing takes up are listed."""
    code = slowly(HARVEST.replace("{combos}", "{'a': [100, 101, 102, 103], 'b': [0]}"))
    code = code.replace("'out'", "['out', 'word']")
    killed_after(code.replace("return a + 10 * b", "return a + 10 * b, 'text'"), name, 4)
    aside = name.with_name("data.h5.journal") / "00001-here-1-00.conflict"
    aside.write_bytes(b"")
    flip(name, "out", 5)
    told = xyz.recover(name)
    assert len(told.replayed) == 1
    assert told.left == (aside,)
    assert f"left where it is: {aside}" in str(told)
    assert xyz.load_ds(name)["out"].sel(a=[100, 101, 102], b=0).values.tolist() == [100, 101, 102]


def test_a_file_that_is_whole_is_left_alone(name: Path) -> None:
    """Recovering costs nothing where nothing is wrong."""
    before = name.read_bytes()
    told = xyz.recover(name)
    assert told.old is None
    assert told.lost == {}
    assert told.kept == {"out": SIDE**2, "word": SIDE**2}
    assert name.read_bytes() == before


def foreign(path: Path, values: list[int]) -> None:
    """Write a file as another tool does."""
    labels = {"a": np.arange(len(values)), "b": [0]}
    xr.Dataset({"out": (("a", "b"), np.array(values)[:, None])}, labels).to_netcdf(path, engine="h5netcdf")


def test_a_backup_beside_a_broken_file_is_adopted(tmp_path: Path) -> None:
    """A tool that died while it wrote leaves its old version as a backup: the work goes on from there."""
    path, backup = tmp_path / "data.h5", tmp_path / "data.h5.bak"
    foreign(backup, [0, 7, 8])
    path.write_bytes(backup.read_bytes()[:3000])
    with pytest.warns(RecoveryWarning, match=r"data\.h5\.bak stands in its place .*the broken file is .*damaged"):
        full = harvester(path).full_ds
    assert full is not None
    assert full["out"].values.ravel().tolist() == [0, 7, 8]
    assert not backup.exists()
    assert (tmp_path / "data.h5.damaged").stat().st_size == 3000


def test_a_backup_beside_a_whole_file_is_left_alone(tmp_path: Path) -> None:
    """The file is the newer version, and the backup belongs to the tool that may still be writing."""
    path, backup = tmp_path / "data.h5", tmp_path / "data.h5.bak"
    foreign(backup, [0, 7, 8])
    foreign(path, [1, 2])
    full = harvester(path).full_ds
    assert full is not None
    assert full["out"].values.ravel().tolist() == [1, 2]
    assert backup.exists()


def test_a_backup_fills_what_is_damaged(name: Path) -> None:
    """What checksums vouch for wins over the backup of another tool, and the backup fills the rest."""
    flip(name, "out", 5)
    backup = name.with_name("data.h5.bak")
    xr.Dataset({"out": (("a", "b"), TRUE[:2, :2] - 1)}, {"a": [0, 59], "b": [0, 59]}).to_netcdf(backup)
    told = xyz.recover(name)
    assert told.backup == backup
    stored = xyz.load_ds(name)["out"]
    assert stored.sel(a=0, b=0).item() == -1
    assert stored.sel(a=59, b=59).item() == 59 * 59
    assert backup.exists()


class Bomb:
    """What runs when a pickle of it is opened."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Call something that shows."""
        return pytest.fail, ("code of the file was run",)


def test_no_code_of_a_file_is_run(tmp_path: Path) -> None:
    """A pickle under the name of a dataset, of its backup or of a log is bytes like any other."""
    path = tmp_path / "data.h5"
    content = pickle.dumps(Bomb())
    (tmp_path / "data.h5.journal").mkdir()
    for one in (path, tmp_path / "data.h5.bak", tmp_path / "data.h5.journal" / "1-here-1-1.log"):
        one.write_bytes(content * 20)
    with pytest.raises(FormatError, match="nothing of"):
        xyz.recover(path)
    assert path.read_bytes() == content * 20


def test_zarr_folders_are_recovered_too(tmp_path: Path) -> None:
    """A chunk that is gone reads as zeros in zarr; the checksum knows better."""
    path = tmp_path / "data.zarr"
    runner = xyz.Runner(lambda a: (a + 1, a + 2), ["y", "z"], verbosity=0)
    xyz.Harvester(runner, path).harvest_combos({"a": range(10)})
    (path / "y" / "0").unlink()
    with pytest.raises(DamageError, match="'y' does not match"):
        xyz.Harvester(runner, path).harvest_combos({"a": [1]})
    told = xyz.recover(path)
    assert told.lost == {"y": "10 of 10 values"}
    again = xyz.Harvester(runner, path)
    again.harvest_combos({"a": range(10)}, missing_only=True)
    assert xyz.load_ds(path)["y"].values.tolist() == list(range(1, 11))


def test_variables_that_cannot_be_read_do_not_shift_the_checksums_of_others(name: Path) -> None:
    """The checksums of all variables stand in one row; those behind a lost variable are counted from its end."""
    with h5py.File(name, "a") as file:
        del file["out"]
    found = salvaged(name, hdf5)
    assert set(found.data.lost) == {"out"}
    assert found.data.damaged == {}
    assert found.ledger is not None
    assert found.ledger.damaged == {}
    told = xyz.recover(name)
    assert told.kept == {"word": SIDE**2}


@pytest.mark.parametrize(
    ("call", "why", "seconds"),
    [(signal.pause, "did not come to an end", 0.1), (os.abort, "ended its process", PATIENCE)],
)
def test_what_reads_a_damaged_file_may_hang_or_die(call: Any, why: str, seconds: float, name: Path) -> None:
    """It does so in a process of its own, and what is told is that the file is damaged."""
    with pytest.raises(DamageError, match=f"data.h5 is damaged: what reads its format {why}"):
        apart(name, call, seconds=seconds)


def test_damaged_metadata_ends_in_a_report(name: Path) -> None:
    """Where nothing vouches for what HDF5 is given, it may do what it likes: `recover` says that nothing is left."""
    whole = name.read_bytes()
    root = int.from_bytes(whole[ROOT], "little")
    for at in (root, root + 16):
        name.write_bytes(whole[:at] + bytes(600) + whole[at + 600 : -100])
        with pytest.raises(FormatError, match=r"nothing of .* can be recovered"):
            xyz.recover(name)
        assert name.stat().st_size == len(whole) - 100
