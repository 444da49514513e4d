"""Coverage: what is done is not run again, whatever its value, and what is not is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import KINDS_OF_LABELS, every_case, outcome
from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.core.labels import label_key
from xyzpy_widgets.core.space import Cases, Combos, ParameterSpace
from xyzpy_widgets.errors import LabelWarning, SpaceError
from xyzpy_widgets.labelling.coverage import covered, find_missing_cases
from xyzpy_widgets.labelling.dataset import DatasetBuilder
from xyzpy_widgets.labelling.ledger import Labelled

RESPELT = {0.3: 0.1 + 0.2, 0.7: 0.7 - 1e-16}


def over(**values: list[Any]) -> ParameterSpace:
    """A space of combos."""
    return ParameterSpace(combos=Combos(tuple(values), tuple(map(tuple, values.values()))))


def run(space: ParameterSpace, done: set[int], value: Any = float("nan")) -> Labelled:
    """Make the data of a space of which some points are done, and one other failed."""
    builder = DatasetBuilder(space, as_function_spec(lambda **args: args, "y"))
    numbers = sorted(done)
    rest = [number for number in range(len(space)) if number not in done]
    builder.add(outcome(numbers, [value] * len(numbers), rest[:1]))
    return builder.build()


@st.composite
def two_spaces(draw: st.DrawFn) -> tuple[ParameterSpace, ParameterSpace]:
    """Two spaces over the same arguments in any order, by combos or cases, of labels from the same pools."""
    kinds = [draw(st.sampled_from(sorted(KINDS_OF_LABELS))) for _ in "ab"]
    pools = [draw(st.lists(KINDS_OF_LABELS[kind], min_size=1, max_size=5, unique_by=label_key)) for kind in kinds]
    spaces = []
    for _ in range(2):
        axes = dict(draw(st.permutations([(n, tuple(p)) for n, p in zip("ab", pools, strict=True)])))
        axes = {name: tuple(draw(st.lists(st.sampled_from(pool), unique_by=label_key))) for name, pool in axes.items()}
        space = ParameterSpace(combos=Combos(tuple(axes), tuple(axes.values())))
        if draw(st.booleans()):
            rows = [case for case in every_case(space) if draw(st.booleans())]
            space = ParameterSpace(Cases(tuple(axes), tuple(tuple(row[n] for row in rows) for n in axes), len(rows)))
        spaces.append(space)
    return spaces[0], spaces[1]


def key(case: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a case is known by."""
    return tuple(label_key(case[name]) for name in "ab")


@given(two_spaces(), st.data())
@settings(deadline=None, max_examples=200)
def test_a_case_is_covered_when_it_is_done(spaces: tuple[ParameterSpace, ParameterSpace], data: st.DataObject) -> None:
    """A nan that came out is done; what failed, never ran or is no cell at all is not."""
    stored, asked = spaces
    done = {number for number in range(len(stored)) if data.draw(st.booleans())}
    known = {key(case) for number, case in enumerate(every_case(stored)) if number in done}
    found = covered(run(stored, done), asked)
    assert found.tolist() == [key(case) in known for case in every_case(asked)]


def test_rounded_labels_are_covered() -> None:
    """A grid that is written otherwise is not run again, with a notice; a shifted one is."""
    stored = run(over(a=[0.3, 0.5, 0.7]), {0, 1, 2})
    with pytest.warns(LabelWarning, match=r"a=0.30000000000000004 is taken as 0.3.*and 1 more"):
        assert covered(stored, over(a=[0.1 + 0.2, 0.7 - 1e-16, 0.6])).tolist() == [True, True, False]
    assert covered(run(over(a=[1, 2]), {0, 1}), over(a=[1.0, 2.5])).tolist() == [True, False]


def test_other_arguments_do_not_matter() -> None:
    """An argument that the data does not have as a dimension says nothing about what is done."""
    stored = run(over(a=[1, 2]), {0})
    assert covered(stored, over(k=[5, 6], a=[2, 1])).tolist() == [False, True, False, True]
    assert covered(run(over(), {0}), over(a=[1])).tolist() == [True]
    assert covered(run(over(a=[]), set()), over(a=["x"])).tolist() == [False]


def test_missing_cases_are_listed() -> None:
    """Cases without any value are listed with their labels, ready to be run."""
    nan = float("nan")
    ds = xr.Dataset(
        {"y": (("a", "b"), [[1, nan], [nan, nan]]), "z": (("b", "a", "x"), [[[nan], [nan]], [[nan], [5.0]]])},
        {"a": [10, 20], "b": ["u", "v"]},
    )
    assert find_missing_cases(ds) == (("a", "b"), [(10, "v"), (20, "u")])
    assert find_missing_cases(ds.drop_vars("z"), "b") == (("a",), [(20,)])
    assert find_missing_cases(ds[["a", "b"]]) == (("a", "b"), [(10, "u"), (10, "v"), (20, "u"), (20, "v")])


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["2020", "2021"], dtype="M8[ns]"),
        np.array([1, 2], dtype="m8[ns]"),
        np.array([True, False]),
        np.array([None, "x"], dtype=object),
    ],
)
def test_missing_labels_keep_their_kind(labels: Any) -> None:
    """A time comes back as a time, so that the missing case can be run."""
    _, [(found,)] = find_missing_cases(xr.Dataset({"y": ("a", [1.0, np.nan])}, {"a": labels}))
    assert label_key(found) == label_key(labels[1])


@pytest.mark.parametrize(
    ("ds", "ignore", "message"),
    [
        (
            xr.Dataset({"y": ("a", [1.0])}, {"a": [1]}),
            "b",
            "ignore_dims names 'b', which is no dimension of the dataset; there is 'a'",
        ),
        (xr.Dataset({"y": ("a", [1.0])}), None, "the dimension 'a' has no labels"),
        (xr.Dataset({"y": ("a", [1.0, 2.0])}, {"a": [1, 1]}), None, "a has the label 1 twice"),
    ],
)
def test_what_has_no_cases_is_refused(ds: xr.Dataset, ignore: str | None, message: str) -> None:
    """A dataset whose cases cannot be told is refused with what is wrong."""
    with pytest.raises(SpaceError, match=message):
        find_missing_cases(ds, ignore)
