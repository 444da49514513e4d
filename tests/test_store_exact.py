"""Arrays, labels and attributes through the file: value and type are the same, whatever they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from tests.exact import assert_exact, fingerprint
from tests.store_samples import ATTRS, LABELS, NAN, OUTPUTS, kept, objects
from xyzpy_widgets.store.attributes import plain_attrs
from xyzpy_widgets.store.cells import decode_cells, encode_cells
from xyzpy_widgets.store.netcdf import load_ds, save_ds

relaxed = settings(deadline=None)  # the first example pays for imports

INTS = st.integers(-(2**65), 2**65)
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "int": st.integers(-(2**63), 2**63 - 1),
    "uint": st.integers(0, 2**64 - 1),
    "any int": INTS,
    "float": st.floats(),
    "complex": st.complex_numbers(),
    "text": st.text(st.characters(), max_size=4),
    "mark": st.sampled_from(["<missing>", "<missing 1>", "", "nan", "None"]),
    "int16": st.integers(-(2**15), 2**15 - 1).map(np.int16),
    "float32": st.floats(width=32).map(np.float32),
    "numpy text": st.text(max_size=3).map(np.str_),
    "numpy bool": st.booleans().map(np.bool_),
    "None": st.none(),
    "list": st.lists(INTS, max_size=2),
}
ANYTHING = st.one_of(*CELLS.values())
COLUMNS = st.one_of(
    *(st.lists(st.one_of(cells, st.just(NAN)), max_size=6) for cells in CELLS.values()),
    st.lists(st.one_of(ANYTHING, st.just(NAN)), max_size=6),
).map(objects)
DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(),
    hnp.unsigned_integer_dtypes(),
    hnp.floating_dtypes(sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(sizes=(64, 128)),
    hnp.unicode_string_dtypes(max_len=4),
    hnp.byte_string_dtypes(max_len=4),
    st.sampled_from([np.dtype(f"{kind}8[{unit}]") for kind in "Mm" for unit in ("s", "ms", "us", "ns")]),
)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


def through(cells: NDArray[Any], *, axis: bool = False) -> NDArray[Any]:
    """Encode and decode."""
    encoded = encode_cells(cells, lambda _: "here", axis=axis)
    return decode_cells(encoded.values, encoded.note)


@relaxed
@given(COLUMNS, st.booleans())
def test_any_cells_come_back_as_they_were(cells: NDArray[Any], axis: bool) -> None:  # noqa: FBT001 - drawn
    """Every mixture of objects and holes keeps values and types, as cells and as labels."""
    assert fingerprint(through(cells, axis=axis)) == fingerprint(cells)


@relaxed
@given(st.data())
def test_any_typed_array_comes_back_as_it_was(data: st.DataObject) -> None:
    """Every type of number, text and time keeps its width, byte order, shape and every bit that says something."""
    cells = data.draw(hnp.arrays(data.draw(DTYPES), data.draw(SHAPES)))
    found = through(cells)
    assert found.dtype.str == cells.dtype.str
    np.testing.assert_array_equal(found, cells, strict=True)


@relaxed
@given(COLUMNS)
def test_what_is_missing_is_missing_for_a_plain_reader(cells: NDArray[Any]) -> None:
    """A hole is never an empty text, a zero or False for those who do not know the schema."""
    encoded = encode_cells(cells, lambda _: "here")
    plain = xr.decode_cf(xr.Dataset({"y": ("x", encoded.values, encoded.marks)}))["y"]
    holes = [index for index, cell in enumerate(cells) if cell is None or (type(cell) is float and np.isnan(cell))]
    assert plain.isnull().to_numpy()[holes].all()


@relaxed
@given(COLUMNS)
def test_labels_are_present_and_distinct_for_a_plain_reader(cells: NDArray[Any]) -> None:
    """Labels that differ differ for everybody, so that each can be selected."""
    known = [cell for cell in cells if cell is not None and not _is_nan(cell)]
    distinct = objects([*{repr(bool(cell) if isinstance(cell, np.bool_) else cell): cell for cell in known}.values()])
    encoded = encode_cells(distinct, lambda _: "here", axis=True)
    assert "_FillValue" not in encoded.marks
    if len({type(cell) for cell in distinct}) > 1:
        texts = encoded.values.tolist()
        assert len({fingerprint(text) for text in texts}) == len(texts) or _clash(distinct)


def _is_nan(cell: Any) -> bool:
    return isinstance(cell, (float, np.floating)) and bool(np.isnan(cell))


def _clash(labels: NDArray[Any]) -> bool:
    """Tell whether labels of one type are one text in the file: those with NUL or half of a character."""
    return any(isinstance(label, str) and not label.isprintable() for label in labels)


@settings(relaxed, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_dataset_comes_back_from_its_file(data: st.DataObject, tmp_path: Path) -> None:
    """What holds for one array holds for datasets in files."""
    count = data.draw(st.integers(0, 3))
    variables = {}
    for number in range(data.draw(st.integers(0, 4))):
        column = data.draw(st.one_of(COLUMNS, hnp.arrays(DTYPES, count)))
        variables[f"y{number}"] = kept("x" if len(column) == count else f"x{number}", column)
    dataset = xr.Dataset(variables, {"x": np.arange(count)})
    save_ds(dataset, tmp_path / "any")
    assert_exact(dataset, load_ds(tmp_path / "any"))


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs_of_each_type_come_back(name: str, tmp_path: Path) -> None:
    """Each type by itself, so that a failure says which."""
    dataset = xr.Dataset({"y": kept("x", OUTPUTS[name])})
    save_ds(dataset, tmp_path / "one")
    assert_exact(dataset, load_ds(tmp_path / "one"))


@pytest.mark.parametrize("name", LABELS)
def test_labels_of_each_type_come_back(name: str, tmp_path: Path) -> None:
    """Labels keep value and type, and for a plain reader there are as many."""
    labels = LABELS[name]
    dataset = xr.Dataset({"y": ("x", np.arange(len(labels)))}, {"x": kept("x", labels)})
    save_ds(dataset, tmp_path / "one")
    assert_exact(dataset, load_ds(tmp_path / "one"))
    with xr.open_dataset(tmp_path / "one.h5", engine="h5netcdf") as plain:
        assert len({fingerprint(label) for label in plain["x"].to_numpy().tolist()}) == len(labels)


@pytest.mark.parametrize("name", ATTRS, ids=repr)
def test_attributes_of_each_type_come_back(name: Any, tmp_path: Path) -> None:
    """Attributes keep value and type, on the dataset and on a variable, and every plain reader can open the file."""
    attrs = {name: ATTRS[name]}
    dataset = xr.Dataset({"y": ("x", [1.0, 2.0], attrs)}, {"x": ("x", [1, 2], attrs)}, attrs)
    save_ds(dataset, tmp_path / "one")
    assert_exact(dataset, load_ds(tmp_path / "one"))
    for engine in ("h5netcdf", "netcdf4"):
        with xr.open_dataset(tmp_path / "one.h5", engine=engine) as plain:
            assert plain["y"].to_numpy().tolist() == [1.0, 2.0]
            assert plain["x"].to_numpy().tolist() == [1, 2]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("text", "text"),
        (True, 1),
        (None, "None"),
        (2**80, str(2**80)),
        ([1, 2], [1, 2]),
        (("a", "b"), ["a", "b"]),
        ([None, "a"], '[null, "a"]'),
        ({"a": (1, 2)}, '{"a": [1, 2]}'),
        (np.arange(3), [0, 1, 2]),
        (1j, "1j"),
    ],
    ids=repr,
)
def test_other_programs_read_a_plain_copy_of_an_attribute(value: Any, plain: Any) -> None:
    """What netCDF has is kept as that, and everything else is legible."""
    found = plain_attrs({"key": value})["key"]
    assert (found.tolist() if isinstance(found, np.ndarray) else found) == plain


def test_large_numbers_beside_holes_keep_their_digits(tmp_path: Path) -> None:
    """No integer goes through a float on its way."""
    dataset = xr.Dataset({"y": ("x", objects([2**60 + 1, NAN, 2**53 + 1]))})
    save_ds(dataset, tmp_path / "one")
    assert load_ds(tmp_path / "one")["y"].to_numpy().tolist()[::2] == [2**60 + 1, 2**53 + 1]
