"""What came of the points of a plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xyzpy_widgets.core.trace import trace_of

__all__ = ["Failure", "Outcome", "Status"]


_LONGEST = 8000


class Status(IntEnum):
    """What is known of a case; a nan that was returned is done like any other value."""

    MISSING = 0
    DONE = 1
    FAILED = 2
    CANCELLED = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """One point whose call raised.

    Attributes
    ----------
    number : int
        Where the point stands in its space.
    args : dict
        Its swept arguments.
    exception : BaseException
        What the function raised, with a note that names the case.
    record : mapping or None
        What `told` returns, where the exception itself is gone.
    output, warnings : str
        The end of what the last try wrote to stdout and stderr, and of the warnings that it caused.
    tries : int
        How often it was tried.
    """

    number: int
    args: dict[str, Any]
    exception: BaseException
    record: Mapping[str, Any] | None = None
    output: str = ""
    warnings: str = ""
    tries: int = 1

    def told(self) -> dict[str, Any]:
        """Return what happened as plain values, each of limited length.

        ``raised`` (the type), ``said`` (the message), ``traceback``, ``output``, ``warnings`` and ``tries``.
        """
        if self.record is not None:
            return dict(self.record)
        trace = trace_of(self.exception)
        return {
            "raised": type(self.exception).__name__,
            "said": str(self.exception),
            "traceback": trace[-_LONGEST:],
            "output": self.output,
            "warnings": self.warnings,
            "tries": self.tries,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a batch of points: a column of values rather than an object per case.

    Attributes
    ----------
    numbers : range or ndarray of intp
        The points that are done, shape ``(n,)``.
    values : list
        What the function returned for each of them.
    seconds : ndarray of float32
        How long each of them took, shape ``(n,)``; the mean over the batch where calls are too short for a clock.
    failures : tuple of Failure
        The points of the batch that raised.
    finished : float
        When the batch was over, in seconds since the epoch; nan when that is not known.
    cancelled : range or ndarray of intp
        The points that were ended from outside before they came to an end of their own.
    """

    numbers: range | NDArray[np.intp]
    values: list[Any]
    seconds: NDArray[np.float32]
    failures: tuple[Failure, ...] = ()
    finished: float = math.nan
    cancelled: range | NDArray[np.intp] = range(0)

    def __len__(self) -> int:
        """Count the points that have an end, good or bad."""
        return len(self.values) + len(self.failures)

    def without(self, numbers: Iterable[int]) -> Outcome:
        """Leave out the values of some points."""
        at = np.flatnonzero(~np.isin(self.numbers, list(numbers)))
        points = np.asarray(self.numbers, dtype=np.intp)[at]
        return replace(self, numbers=points, values=[self.values[one] for one in at], seconds=self.seconds[at])
