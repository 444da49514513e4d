"""Picked points: a mask serves as the list of its true entries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xyzpy_widgets.core import picked
from xyzpy_widgets.core.picked import Picked


@given(st.lists(st.booleans(), max_size=40), st.data())
def test_a_mask_is_the_list_of_its_points(mask: list[bool], data: st.DataObject) -> None:
    """Every slice and every choice of positions is that of the list, over the borders of blocks too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picked, "_BLOCK", 4)
        found, listed = Picked(np.array(mask, dtype=bool)), np.flatnonzero(mask)
        assert len(found) == len(listed)
        start, stop = (data.draw(st.integers(0, len(mask) + 2)) for _ in range(2))
        assert found[start:stop].tolist() == listed[start:stop].tolist()
        assert found[:].tolist() == listed.tolist()
        if len(listed):
            at = np.array(data.draw(st.lists(st.integers(0, len(listed) - 1))), dtype=np.intp)
            assert found[at].tolist() == listed[at].tolist()
