"""Packed values: what goes in comes out, value and type, or is refused before anything is lost."""

from __future__ import annotations

import datetime as dt
import pickle
import reprlib
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgpack
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from tests.exact import assert_exact
from tests.store_samples import ATTRS, LABELS, OUTPUTS, everything, objects
from xyzpy_widgets.errors import EncodingError, FormatError
from xyzpy_widgets.store.packing import pack, unpack

ZONES = st.none() | st.integers(-1439, 1439).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
ARRAYS = hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, min_side=0, max_side=3))
TEXT = st.text(st.characters(exclude_categories=()))
KEYS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    TEXT,
    st.binary(),
    st.dates(),
    st.datetimes(timezones=ZONES),
    st.times(timezones=ZONES),
    st.timedeltas(),
    st.decimals().filter(lambda number: not number.is_snan()),  # they cannot be keys
    st.fractions(),
    hnp.arrays(hnp.scalar_dtypes(), ()).map(lambda array: array[()]),
)
PAIRS = pd.MultiIndex.from_product([[1, 2], ["a"]])
VALUES = st.recursive(
    KEYS | ARRAYS,
    lambda parts: st.one_of(
        st.lists(parts),
        st.lists(parts).map(tuple),
        st.dictionaries(KEYS | st.tuples(KEYS, KEYS), parts),
        st.lists(parts).map(objects),
    ),
)


def exact(value: Any) -> Any:
    """Return something that is equal for two values only when nothing tells them apart."""
    if isinstance(value, np.ndarray):
        cells = list(map(exact, value.ravel().tolist())) if value.dtype.kind in "OT" else value.tobytes()
        return "array", value.dtype.str, value.shape, cells
    if isinstance(value, np.generic):
        return type(value), value.dtype.str, value.tobytes()
    if isinstance(value, (list, tuple)):
        return type(value), list(map(exact, value))
    if isinstance(value, (set, frozenset)):
        return type(value), sorted(map(repr, value))
    if isinstance(value, dict):
        return "dict", [(exact(key), exact(item)) for key, item in value.items()]
    return type(value), repr(value)


def assert_returns(value: Any) -> None:
    """Pack, unpack, and find no difference."""
    assert exact(unpack(pack(value))) == exact(value)


class Thing:
    """Something that only this module knows."""

    def __repr__(self) -> str:
        """Say so."""
        return "<a thing>"


@given(VALUES)
def test_whatever_is_made_of_plain_values_comes_back(value: Any) -> None:
    """A result is what the function returned, to the last bit and type, after a crash as before."""
    assert_returns(value)


@given(st.sets(st.none() | TEXT | st.dates() | st.fractions() | st.integers()))
def test_sets_come_back(value: set[Any]) -> None:
    """A set stays a set, whatever is in it, and a frozen one stays frozen."""
    assert_returns(value)
    assert_returns(frozenset(value))


@pytest.mark.parametrize("cells", [*OUTPUTS.values(), *LABELS.values()], ids=[*OUTPUTS, *LABELS])
def test_every_type_of_cell_comes_back(cells: NDArray[Any]) -> None:
    """The journal keeps every type that the data file keeps; otherwise a case could not reach the file."""
    assert_returns(cells)
    assert_returns(cells.tolist())


@pytest.mark.parametrize("value", ATTRS.values(), ids=map(str, ATTRS))
def test_every_attribute_comes_back(value: Any) -> None:
    """The same holds for the constants and attributes that travel with a case."""
    assert_returns(value)


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        2**64 - 1,
        2**64,
        -(2**63),
        -(2**63) - 1,
        10**4000,
        -0.0,
        "\ud83c\udf89",
        "a\0",
        np.str_("a\0"),
        np.bytes_(b"a\0"),
        np.bytes_(b""),
        np.float64("nan"),
        np.datetime64("NaT", "ns"),
        np.timedelta64(5, ("s", 25)),
        pd.Timestamp("2020-01-01 00:00:00.000000001"),
        dt.datetime(2020, 10, 25, 2, fold=1),  # noqa: DTZ001 - a naive one
        Decimal("sNaN"),
        Fraction(10**400, 7),
        np.arange(12.0).reshape(3, 4)[::2, ::-1],
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.array([["a", 1], [None, [2.5]]], dtype=object),
        np.zeros((0, 3), dtype=">c16"),
        [[[]], (), {}, ((),), {(): [()]}],
        {1: "int", "1": "text", (1, (2,)): "tuple", frozenset([1]): "set", np.int8(3): "numpy"},
    ],
    ids=reprlib.repr,
)
def test_values_at_the_borders_come_back(value: Any) -> None:
    """Sizes, signs, NULs, surrogates, units, strides and odd keys are where formats lose something."""
    assert_returns(value)


def test_nesting_is_kept_to_a_depth_that_no_result_reaches() -> None:
    """Tuples in tuples are as deep as lists in lists; deeper than that is refused, not a crash of the interpreter."""
    deep: Any = ()
    for _ in range(400):
        deep = (deep,)
    assert_returns(deep)
    deep = [1]
    deep.append(deep)
    with pytest.raises(EncodingError, match=r"recursion limit .* flatter"):
        pack(deep)


def test_datasets_come_back() -> None:
    """Variables, labels, indexes and attributes of every type, as functions that return a Dataset have them."""
    data = everything()
    found = unpack(pack(data))
    assert_exact(found, data)
    assert list(found.xindexes) == list(data.xindexes)
    assert found["beside"].attrs == data["beside"].attrs


def test_a_data_array_comes_back_with_its_name_coordinates_and_attributes() -> None:
    """Also a coordinate without an index, one over several dimensions, and a name that is no text."""
    array = xr.DataArray(
        np.arange(6.0).reshape(2, 3),
        dims=("a", "b"),
        coords={"a": [0.5, np.nan], "b": ["x", "y", "z"], "over": (("a", "b"), np.ones((2, 3))), "s": 5},
        name=("two", 1),
        attrs={"units": "m", "n": (1, 2)},
    ).drop_indexes("b")
    found = unpack(pack((array,)))[0]
    assert type(found) is xr.DataArray
    assert found.name == array.name
    assert_exact(found.to_dataset(name="it"), array.to_dataset(name="it"))
    assert list(found.xindexes) == ["a"]


def test_lazy_data_are_computed_and_the_original_stays_lazy() -> None:
    """A record holds data, not a plan to compute them; the caller's object is never changed."""
    array = xr.DataArray(np.arange(4.0), dims="x").chunk(2)
    assert_returns(unpack(pack(array)).to_numpy())
    assert array.chunks == ((2, 2),)


def test_arrays_that_come_back_may_be_written_to() -> None:
    """They are as free as those that went in."""
    found = unpack(pack({"y": np.arange(3)}))["y"]
    found[0] = 5
    assert found.tolist() == [5, 1, 2]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Thing(), r"^<a thing> of type tests\.test_store_packing\.Thing cannot be kept"),
        ({"result": [1, (2, Thing())]}, r"^\['result'\]\[1\]\[1\]: <a thing> of type .*; return numbers"),
        ({Thing(): 1}, r"^ key <a thing>: <a thing> of type"),
        (np.array([[1, Thing()]], dtype=object), r"^\[0, 1\]: <a thing>"),
        ({1, Thing()}, r"^\{\}: <a thing>"),
        (xr.Dataset({"y": ("x", [1], {"by": [Thing()]})}), r"^\['y'\]\.attrs\['by'\]\[0\]: <a thing>"),
        (xr.DataArray([1], attrs={"by": Thing()}), r"^\.attrs\['by'\]: <a thing>"),
        (np.zeros(2, dtype="f4,f8"), r"numpy data of type \[\('f0'"),
        (np.longdouble(1), r"numpy data of type"),
        (pd.DataFrame({"a": [1]}), r"of type pandas\..*DataFrame"),
        (xr.Coordinates.from_pandas_multiindex(PAIRS, "x").to_dataset(), r"^an index of type PandasMultiIndex"),
        (dt.datetime.now(tz=pd.Timestamp.now("Europe/Berlin").tz), r"with the time zone Europe/Berlin"),
        (type("Sub", (float,), {})(1.5), r"1\.5 of type .*Sub"),
        (print, r"built-in function print"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_cannot_be_kept_is_named_with_its_place(value: Any, text: str) -> None:
    """The message leads to the one value among many that is in the way."""
    with pytest.raises(EncodingError, match=text):
        pack(value)


def test_reading_runs_no_code() -> None:
    """Bytes of a pickle, which would run what it says, are no packed value."""
    with pytest.raises(FormatError, match="no packed value"):
        unpack(pickle.dumps(Thing()))


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\xc1",
        pack([1]) + b"x",
        pack([1])[:-1],
        msgpack.packb(msgpack.ExtType(1, b"")),
        msgpack.packb({"a": [1, msgpack.ExtType(1, b"")]}),
        msgpack.packb([msgpack.ExtType(1, b"x"), 1]),
        msgpack.packb([msgpack.ExtType(99, b""), 1]),
        msgpack.packb([msgpack.ExtType(4, b""), {"no such type": 1}]),
        msgpack.packb([msgpack.ExtType(2, b""), []]),
        msgpack.packb([msgpack.ExtType(5, b""), "<f8", b"short"]),
        msgpack.packb([msgpack.ExtType(6, b""), "<f8", [2], bytes(8)]),
        msgpack.packb([msgpack.ExtType(6, b""), "|O", [1], bytes(8)]),
        msgpack.packb([msgpack.ExtType(6, b""), "|O", [10**9, 10**9], []]),
        msgpack.packb([msgpack.ExtType(6, b""), "f4,f8", [1], bytes(12)]),
        msgpack.packb([msgpack.ExtType(7, b""), ["x"], [1], {}]),
        msgpack.packb([msgpack.ExtType(8, b""), 1, {}, ["x"], "y"]),
    ],
)
def test_foreign_bytes_are_refused(packed: bytes) -> None:
    """Neither is something made of bytes that stand for nothing, nor do they crash the reader."""
    with pytest.raises(FormatError, match="no packed value"):
        unpack(packed)


@given(st.binary())
def test_no_bytes_at_all_crash_the_reader(packed: bytes) -> None:
    """Whatever is in a damaged file, reading gives a value or says that there is none."""
    with suppress(FormatError):
        unpack(packed)
