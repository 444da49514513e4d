"""Looking at data files of every kind, also while others write them, without a change to any."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

import xyzpy_widgets as xyz
from xyzpy_widgets.errors import DamageError, FormatError, StoreError
from xyzpy_widgets.onlooker import Onlooker
from xyzpy_widgets.store import foreign

_FOREIGN = xr.Dataset({"t": (("x", "y"), np.arange(12.0).reshape(3, 4))}, {"x": [1, 2, 3]})

# the last case waits for the end of what the process is sent
_HARVEST = """
import sys
import xyzpy_widgets as xyz

def waited(a):
    if a == 2:
        print("waiting", flush=True)
        sys.stdin.read()
    return 10 * a

harvester = xyz.Harvester(xyz.Runner(waited, "out", verbosity=0), sys.argv[1])
harvester.harvest_combos({"a": [0]})
harvester.harvest_combos({"a": [1, 2]})
"""


# three variables of 400 MB each, of which a view takes a slice or two; more memory than one of them cannot be had
_LARGE = """
import resource
import sys
from pathlib import Path
import h5py
import numpy as np
from xyzpy_widgets.onlooker import Onlooker
from xyzpy_widgets.widgets.results_explorer import ResultsExplorer

path, sizes = Path(sys.argv[1]), {"time": 500, "lat": 500, "lon": 500}
with h5py.File(path, "w") as file:
    for dim, size in sizes.items():
        file[dim] = np.arange(float(size))
        file[dim].make_scale(dim)
    for name in "abc":
        made = file.create_dataset(name, tuple(sizes.values()), "f8", chunks=(1, 500, 500), fillvalue=0)
        made[::50] = np.arange(500.0)[:, None] + np.arange(500.0)
        for number, dim in enumerate(sizes):
            made.dims[number].attach_scale(file[dim])

taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 800_000_000, resource.RLIM_INFINITY))
explorer = ResultsExplorer(Onlooker(path))
print(explorer.heading)
explorer.wish(var="b", x="lon", y="lat", slider={"time": 150.0})
print(explorer.heading)
explorer.wish(var="c", x="time", fixed={"lat": 1.0, "lon": 2.0})
print(explorer.heading)
"""


def product(a: int, b: int) -> int:
    """Multiply, and fail at one place."""
    if (a, b) == (2, 3):
        raise ValueError("not here")
    return a * b


def harvested(path: Path) -> Path:
    """Make a file in which one case failed, and one never ran."""
    harvester = xyz.Harvester(xyz.Runner(product, "out", verbosity=0, on_error="continue"), path)
    harvester.harvest_combos({"a": [1, 2], "b": [1, 3]})
    harvester.harvest_combos({"a": [4], "b": [1]})
    return path


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All that stands in a folder, and when it was written."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@contextmanager
def harvesting(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Harvest in another process, which waits within its last case until its input ends."""
    command = [sys.executable, "-c", _HARVEST, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "waiting\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("name", ["ours.h5", "ours.zarr", "named like nothing"])
def test_our_files_are_seen_with_the_state_of_each_case(tmp_path: Path, name: str) -> None:
    """What failed and what never ran is told apart, under whatever name the file goes."""
    path = harvested(tmp_path / (name if "." in name else "ours.h5"))
    path = path.rename(tmp_path / name)
    before = content(tmp_path)
    look = Onlooker(path).look()
    assert look.data.sel(a=4, b=1)["out"].item() == 4
    assert look.states is not None
    assert look.states.values.tolist() == [[1, 1], [1, 2], [1, 0]]
    assert look.said == ""
    assert content(tmp_path) == before


@pytest.mark.parametrize("form", ["NETCDF4", "NETCDF3_64BIT", "zarr 2", "zarr 3"])
def test_files_of_other_programs_are_seen(tmp_path: Path, form: str) -> None:
    """Any netCDF and any zarr is a result file, its dimensions are what tells its cases apart."""
    path = tmp_path / "foreign"
    if form.startswith("zarr"):
        _FOREIGN.to_zarr(path, zarr_format=int(form[-1]), consolidated=False)
    else:
        _FOREIGN.to_netcdf(path, format=form, engine="netcdf4")  # type: ignore[call-overload]
    look = Onlooker(path).look()
    assert look.states is None
    xr.testing.assert_equal(look.data, _FOREIGN)


@pytest.mark.parametrize("form", ["NETCDF4", "NETCDF3_64BIT", "zarr"])
def test_a_large_file_of_another_program_is_read_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """What is not asked for is not read, and what is asked for is what the file holds."""
    monkeypatch.setattr(foreign, "_SMALL", 0)
    path = tmp_path / "large"
    data = _FOREIGN.assign_coords(area=("y", [1.5, 2.5, 3.5, 4.5])).assign(names=("y", ["a", "b", "c", "d"]))
    if form == "zarr":
        data.to_zarr(path, consolidated=False, zarr_format=2)
    else:
        data.to_netcdf(path, format=form, engine="netcdf4")  # type: ignore[call-overload]
    found = Onlooker(path).look().data
    assert set(found.coords) == {"x", "area"}
    xr.testing.assert_equal(found.isel(x=1, y=slice(0, 4, 3)), data.isel(x=1, y=slice(0, 4, 3)))
    xr.testing.assert_equal(found.isel(x=[2, 0]), data.isel(x=[2, 0]))
    part = found["t"].isel(y=2)
    part.to_numpy()[:] = -1  # whoever changes what was read changes nothing that is read later
    xr.testing.assert_equal(found, data)


def test_a_large_file_that_changes_or_breaks_is_told_when_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No part of another file is shown for a part of this one."""
    monkeypatch.setattr(foreign, "_SMALL", 0)
    path = tmp_path / "large.nc"
    _FOREIGN.to_netcdf(path, engine="netcdf4")
    onlooker = Onlooker(path)
    found = onlooker.look().data
    _FOREIGN.isel(x=[0]).to_netcdf(path, engine="netcdf4")
    with pytest.raises(StoreError, match="another program has changed"):
        found["t"].to_numpy()
    assert onlooker.changed
    path.write_bytes(b"")
    with pytest.raises(DamageError, match="cannot be read"):
        found["t"].to_numpy()


def test_a_file_larger_than_memory_is_explored(tmp_path: Path) -> None:
    """A double click on a large file reads what its view shows, and not the file."""
    command = [sys.executable, "-W", "ignore", "-c", _LARGE, str(tmp_path / "large.nc")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["a, time = 0", "b, time = 150", "c, lat = 1, lon = 2"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"", "is empty, 0 bytes"),
        (b"# notes\nnot results", "is a text file that begins with '# notes'"),
        ("ünï 數\n".encode() * 200, "is a text file that begins with 'ünï 數'"),
        (bytes(range(256)), "begins with the bytes 00 01 02 03 04 05 06 07"),
    ],
)
def test_a_file_of_another_kind_is_told_for_what_it_is(tmp_path: Path, written: bytes, said: str) -> None:
    """Whoever opens the wrong file learns what it is, and not how a library failed at it."""
    path = tmp_path / "notes.h5"
    path.write_bytes(written)
    with pytest.raises(FormatError, match="neither netCDF nor HDF5 nor zarr") as caught:
        Onlooker(path).look()
    assert said in str(caught.value)


def test_what_holds_no_variables_is_told(tmp_path: Path) -> None:
    """A folder that is no zarr, and a file whose data lie deeper, are not shown as empty plots."""
    with pytest.raises(FormatError, match="is a folder, but no zarr group"):
        Onlooker(tmp_path).look()
    with pytest.raises(StoreError, match=r"there is no .*gone\.h5"):
        Onlooker(tmp_path / "gone.h5").look()
    with h5py.File(tmp_path / "deep.h5", "w") as file:
        file["run/values"] = np.ones(3)
    with pytest.raises(FormatError, match=r"its groups run; read one with xr\.open_dataset\(.*, group='run'\)"):
        Onlooker(tmp_path / "deep.h5").look()


@pytest.mark.parametrize("ours", [True, False])
def test_a_truncated_file_is_damaged_and_stays_as_it_is(tmp_path: Path, ours: bool) -> None:  # noqa: FBT001
    """Looking at a damaged file neither mends nor moves it, and says what gives back the rest."""
    path = tmp_path / "cut.nc"
    if ours:
        harvested(path)
    else:
        _FOREIGN.to_netcdf(path, engine="netcdf4")
    path.write_bytes(path.read_bytes()[:-1000])
    before = content(tmp_path)
    with pytest.raises(DamageError, match=r"xyz\.recover"):
        Onlooker(path).look()
    assert content(tmp_path) == before


def test_what_has_ended_is_seen_while_another_process_harvests(tmp_path: Path) -> None:
    """A file is not old news until its harvest is over: the journal is read too, and the end is noticed."""
    path = tmp_path / "running.h5"
    with harvesting(path) as process:
        onlooker = Onlooker(path)
        look = onlooker.look()
        assert look.data["out"].sel(a=[0, 1]).values.tolist() == [0, 10]
        assert "A process is adding to this file" in look.said
        assert not onlooker.changed
        assert onlooker.look() is look
        process.communicate()
        assert onlooker.changed
        look = onlooker.look()
    assert look.data["out"].values.tolist() == [0, 10, 20]
    assert look.said == ""


def test_what_a_killed_harvest_left_is_seen_and_left(tmp_path: Path) -> None:
    """The results of a process that died are shown, and are still in the journal for the next that writes."""
    path = tmp_path / "killed.h5"
    with harvesting(path) as process:
        process.kill()
    before = content(tmp_path)
    look = Onlooker(path).look()
    assert look.data["out"].sel(a=[0, 1]).values.tolist() == [0, 10]
    assert look.said == ""
    assert content(tmp_path) == before
