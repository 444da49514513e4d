"""Damaged files: what is wrong is noticed, never read as data."""

from __future__ import annotations

import random
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

from tests.exact import assert_exact
from tests.store_samples import ledger_of, objects
from xyzpy_widgets.errors import FormatError
from xyzpy_widgets.store.image import BLOCK
from xyzpy_widgets.store.netcdf import NetCDFStore, load_ds


@pytest.fixture
def data() -> xr.Dataset:
    """Return a dataset with numbers, texts and holes."""
    rng = np.random.default_rng(0)
    variables = {
        "y": (("a", "b"), rng.random((20, 30))),
        "name": ("a", np.array([f"case {number}" for number in range(20)])),
        "count": ("a", objects([*range(19), np.nan])),
    }
    return xr.Dataset(
        variables, {"a": np.arange(20), "b": np.linspace(0, 1, 30)}, {"title": "a study", "t": [1.5, None]}
    )


@pytest.fixture
def store(tmp_path: Path, data: xr.Dataset) -> NetCDFStore:
    """Return a store that holds the dataset."""
    store = NetCDFStore.named(tmp_path / "study")
    store.write(data, ledger_of(data, ("a", "b")))
    return store


def flipped(whole: bytes, bit: int) -> bytes:
    """Return a file with one bit changed."""
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


def test_a_flipped_bit_is_noticed_or_harmless(store: NetCDFStore, data: xr.Dataset) -> None:
    """Wherever a bit flips, the dataset comes back exactly or not at all, and soon: HDF5 meets no damaged metadata."""
    whole = store.path.read_bytes()
    noticed = 0
    for bit in random.Random(0).sample(range(len(whole) * 8), 300):
        store.path.write_bytes(flipped(whole, bit))
        try:
            content = store.read()
        except FormatError:
            noticed += 1
        else:
            assert content is not None
            if content[1] is not None:  # else the name of the group was hit, and the file reads as one without it
                assert_exact(data, content[0])
                assert_exact(ledger_of(data, ("a", "b")), content[1])
    assert noticed > 100


@pytest.mark.parametrize("name", ["y", "a", "count", "ledger/status", "ledger/checksums"])
def test_a_flipped_bit_in_the_numbers_names_the_variable(store: NetCDFStore, name: str) -> None:
    """The last byte of a variable is as safe as the first, in the ledger too."""
    with h5py.File(store.path) as file:
        dataset = file[name]
        end = dataset.id.get_offset() + dataset.id.get_storage_size()
    store.path.write_bytes(flipped(store.path.read_bytes(), end * 8 - 1))
    with pytest.raises(FormatError, match=r"study\.h5: '\w+' does not match its checksum.*xyz\.recover\("):
        store.read()


def test_every_block_of_a_large_variable_is_guarded(tmp_path: Path) -> None:
    """A bit in any block is noticed, and so is one in the rest that makes no whole block."""
    store = NetCDFStore.named(tmp_path / "study")
    numbers = np.zeros(BLOCK // 8 * 3 + 5)
    store.write(xr.Dataset({"y": ("x", numbers)}), None)
    whole = store.path.read_bytes()
    with h5py.File(store.path) as file:
        start = file["y"].id.get_offset()
    for position in (0, BLOCK, 3 * BLOCK - 1, numbers.nbytes - 1):
        store.path.write_bytes(flipped(whole, (start + position) * 8))
        with pytest.raises(FormatError, match="'y' does not match"):
            store.read()


def test_a_block_of_megabytes_is_guarded(tmp_path: Path) -> None:
    """The checksums of what takes long to write, which are worked out meanwhile, are those of what was written."""
    data = xr.Dataset({"y": ("a", np.random.default_rng(0).random(2**18))})
    store = NetCDFStore.named(tmp_path / "large")
    store.write(data, None)
    assert_exact(load_ds(store.path), data)
    with h5py.File(store.path, "r+") as file:
        file["y"][2**17] += 1
    with pytest.raises(FormatError, match="'y'"):
        store.read()


def test_a_file_that_ends_too_early_is_refused(store: NetCDFStore) -> None:
    """A copy that was cut off is refused at every length, the header alone included."""
    whole = store.path.read_bytes()
    end = int.from_bytes(whole[-16:-8], "little")  # without the trailer
    for length in (*range(8, end, end // 20), end - 1):
        store.path.write_bytes(whole[:length])
        with pytest.raises(FormatError, match="study"):
            store.read()


def test_an_empty_file_is_refused(store: NetCDFStore) -> None:
    """A file of no bytes is what a power cut leaves, not a dataset without variables."""
    store.path.write_bytes(b"")
    for act in (store.read, store.check):
        with pytest.raises(FormatError, match="study"):
            act()


def test_a_variable_that_is_gone_is_named(store: NetCDFStore) -> None:
    """What another program removed is missed."""
    with h5py.File(store.path, "a") as file:
        del file["y"]
    with pytest.raises(FormatError, match="'y' cannot be read"):
        store.read()


def test_numbers_that_another_program_changed_are_noticed(store: NetCDFStore) -> None:
    """The checksums are those of the values that were stored, so a change from outside is not taken for them."""
    with h5py.File(store.path, "a") as file:
        file["y"][0, 0] = 5.0
    with pytest.raises(FormatError, match=r"'y' does not match its checksum.*changed by another program"):
        load_ds(store.path)


def test_a_group_called_ledger_of_another_program_is_no_schema(tmp_path: Path) -> None:
    """A foreign file that happens to have such a group is read as what it is."""
    path = tmp_path / "foreign.h5"
    data = xr.Dataset({"y": ("x", [1.0, 2.0])})
    data.to_netcdf(path, engine="h5netcdf")
    with h5py.File(path, "a") as file:
        file.create_group("ledger")["accounts"] = [1, 2]
    assert load_ds(path).identical(data)
