"""Merging: old and new data into one, nothing invented and nothing lost. Pure: neither side is changed."""

from __future__ import annotations

from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.grid import Grid
from xyzpy_widgets.labelling.ledger import Labelled

__all__ = ["merge"]


def merge(old: Labelled, new: Labelled, on_conflict: OnConflict = "raise") -> Labelled:
    """Put two labelled datasets together.

    Parameters
    ----------
    old, new : Labelled
        Over the same arguments; their labels may differ. Axes that grow are sorted.
    on_conflict : {"raise", "keep", "replace"}
        What to do with cells that both have, with other values. A nan is a value: it conflicts with any other.

    Returns
    -------
    Labelled

    Raises
    ------
    MergeError
        When dimensions or constants do not go together.
    ConflictError
        When cells conflict and ``on_conflict="raise"``: it lists them with their old and new values.
    """
    grid = Grid(old.copy())
    grid.put(new, on_conflict)
    return grid.labelled
