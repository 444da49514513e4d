"""What is left in a file, and read part by part when it is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

__all__ = ["LEFT", "TYPE", "boxes", "stretch"]

LEFT = "left_in_file"
"""What the encoding of a variable has that is left in a file: how dask is to divide it, by dimension."""
TYPE = "type_of_values"
"""What it has besides where it is of objects, since some values are missing: the type that all others have."""


def boxes(shape: Sequence[int], most: int) -> Iterator[tuple[slice, ...]]:
    """Divide an array into boxes of some cells at the most, which follow on one another in C order.

    Each is in one piece in C order too. Nothing comes of an array without cells.
    """
    if not shape:
        yield ()
        return
    inner = math.prod(shape[1:])
    if inner > most:
        for at in range(shape[0]):
            yield from ((slice(at, at + 1), *rest) for rest in boxes(shape[1:], most))
    elif inner:
        step = max(most // inner, 1)
        for start in range(0, shape[0], step):
            yield (slice(start, min(start + step, shape[0])), *(slice(0, size) for size in shape[1:]))


def stretch(shape: Sequence[int], first: int, last: int) -> Iterator[tuple[slice, ...]]:
    """Divide the cells from one to another, counted in C order, into boxes that follow on one another."""
    if not shape:
        yield ()
        return
    inner = math.prod(shape[1:])
    while first < last:
        row, begin = divmod(first, inner)
        end = min(last - row * inner, inner)
        if begin or end < inner:
            yield from ((slice(row, row + 1), *rest) for rest in stretch(shape[1:], begin, end))
            first = row * inner + end
        else:
            stop = last // inner
            yield (slice(row, stop), *(slice(0, size) for size in shape[1:]))
            first = stop * inner
