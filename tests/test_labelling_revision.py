"""Revisions: whatever a step did, going back gives exactly what was there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exact import assert_exact
from tests.test_labelling_merge import KINDS, POOLS, labelled, runs
from xyzpy_widgets.errors import MergeError, SpaceError
from xyzpy_widgets.labelling.ledger import Labelled
from xyzpy_widgets.labelling.merge import merge
from xyzpy_widgets.labelling.revision import difference, replaced, revert


def assert_same(found: Labelled, wanted: Labelled) -> None:
    """Hold data, types, attributes and the account against each other; failures in any order."""
    assert_exact(wanted.data, found.data)
    sides = []
    for one in (found, wanted):
        failures = sorted(one.account.failures, key=lambda failure: repr(failure["args"]))
        sides.append(one.ledger.assign_attrs(failures=failures))
    assert_exact(sides[1], sides[0])


@given(st.data())
@settings(deadline=None, max_examples=200)
@pytest.mark.filterwarnings("ignore::xyzpy_widgets.errors.LabelWarning")  # that labels are respelt is the point here
def test_reverting_undoes_a_merge(data: st.DataObject) -> None:
    """Any data, any run, any wish for conflicts: what was there before comes back as it was."""
    pools = data.draw(st.sampled_from(POOLS)), data.draw(st.sampled_from(POOLS))
    kinds = data.draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
    parts = [data.draw(runs(pools, kinds))[0] for _ in range(3)]
    wish: Any = data.draw(st.sampled_from(["keep", "replace"]))
    try:
        old = merge(parts[0], parts[1], wish)
        now = merge(old, parts[2], wish)
    except (MergeError, SpaceError):
        return
    assert_same(revert(now, difference(old, parts[2])), old)


def test_a_revision_of_few_cases_holds_few_cells() -> None:
    """What a small harvest leaves in the history does not grow with what is there."""
    old = labelled({"a": list(range(50)), "b": list(range(40))}, list(range(2000)))
    new = labelled({"a": [3], "b": [5, 99]}, [7, 8])
    revision = difference(old, new)
    assert revision.patch.data["y"].shape == (1, 1)
    assert revision.frame.data["y"].size == 0
    assert (revision.new, revision.changed) == (1, 1)
    now = merge(old, new, "replace")
    assert_same(revert(now, revision), old)


def test_a_failure_where_there_is_a_result_is_nothing_new() -> None:
    """What changes nothing is no step of its own when it is recovered: a result outlives the failure of another try."""
    old = labelled({"a": [1, 2, 3], "b": [1]}, [7, ValueError("bad"), 9])
    again = labelled({"a": [1, 2, 4], "b": [1]}, [ValueError("bad"), ValueError("bad"), ValueError("bad")])
    revision = difference(old, again)
    assert (revision.new, revision.changed, revision.conflicts) == (1, 2, 0)


def test_a_type_that_widens_comes_back() -> None:
    """Integers that became objects beside a text are integers again."""
    old = labelled({"a": [1, 2], "b": [1]}, [2**60 + 1, 5])
    now = merge(old, new := labelled({"a": [3], "b": [1]}, ["x"]))
    assert now.data["y"].dtype == object
    back = revert(now, difference(old, new))
    assert back.data["y"].dtype == np.int64
    assert_same(back, old)


def test_a_new_dimension_or_dropped_labels_come_back() -> None:
    """Changes that are no merge are taken back from all that was there."""
    old = labelled({"a": [1, 2], "b": [1, 2]}, [1, 2, 3, ValueError("bad")])
    grown = Labelled(old.data.expand_dims(c=[0]), old.ledger.expand_dims(c=[0]))
    shrunk = Labelled(old.data.drop_sel(a=1), old.ledger.drop_sel(a=1))
    for now in (grown, shrunk):
        assert_same(revert(now, replaced(old)), old)
