"""Every error and warning of the library, grouped by what a caller would do about it.

::

    XyzError
    ├── SpaceError      (ValueError)    the combos, cases, draws or labels: change the parameters
    ├── FunctionError   (TypeError)     the function against its arguments and outputs: change the description
    ├── OptionError     (ValueError)    a word or number that is not among the choices: change the option
    ├── ResultError     (ValueError)    what a case returned does not fit what was described
    ├── CaseError       (RuntimeError)  a case failed with an exception that could not be carried to this process
    ├── BudgetError     (RuntimeError)  more cases failed in one way than ``max_failures`` allows: mend the function
    ├── MergeError      (ValueError)    two datasets that do not go together
    │   └── ConflictError               the same cells with other values: choose ``overwrite``
    ├── StoreError      (OSError)       the file or its folder: make room, change the path or the rights
    │   ├── FormatError                 the file is damaged or not what its name says
    │   │   └── DamageError             it is damaged: ``xyz.recover`` gives back what is whole
    │   └── EncodingError               a value that the file format cannot hold
    ├── ViewError       (ValueError)    the wishes for a plot do not fit the data
    └── LineError       (ValueError)    a line of ``%xyz`` that cannot be read: change the line

    XyzWarning          (UserWarning)
    ├── LabelWarning                    two spellings of one label were taken as one
    ├── RecoveryWarning                 not all that a run left behind could be taken up
    └── SeedWarning                     a draw that the seed does not reach

A failing case raises the exception of the user's own function, with a note that names the case; it is never wrapped.
"""

from __future__ import annotations

__all__ = [
    "BudgetError",
    "CaseError",
    "ConflictError",
    "DamageError",
    "EncodingError",
    "FormatError",
    "FunctionError",
    "LabelWarning",
    "LineError",
    "MergeError",
    "OptionError",
    "RecoveryWarning",
    "ResultError",
    "SeedWarning",
    "SpaceError",
    "StoreError",
    "ViewError",
    "XyzError",
    "XyzWarning",
]


class XyzError(Exception):
    """The root of everything that this library raises by itself.

    Attributes
    ----------
    numbers : tuple of int
        The points whose results are not kept, where the error says so of some.
    """

    numbers: tuple[int, ...] = ()


class SpaceError(XyzError, ValueError):
    """The combos, cases, draws or labels cannot be what was meant."""


class FunctionError(XyzError, TypeError):
    """The function, its arguments and its described outputs do not fit together."""


class OptionError(XyzError, ValueError):
    """An option has a value that is not among its choices."""


class ResultError(XyzError, ValueError):
    """A case returned something else than was described."""


class CaseError(XyzError, RuntimeError):
    """A case failed, and its own exception could not be carried over to this process."""


class BudgetError(XyzError, RuntimeError):
    """So many cases failed in one way that the run was ended."""


class MergeError(XyzError, ValueError):
    """Two datasets that do not go together."""


class ConflictError(MergeError):
    """The same cells hold other values in the new data than in the old."""


class StoreError(XyzError, OSError):
    """The file or its folder does not allow what was asked."""


class FormatError(StoreError):
    """The file is damaged, or it is not what its name says."""


class DamageError(FormatError):
    """The file is damaged; `recover` gives back what is whole."""


class EncodingError(StoreError):
    """A value that the file format cannot hold."""


class ViewError(XyzError, ValueError):
    """What was wished of a plot does not fit the data."""


class LineError(XyzError, ValueError):
    """A line of ``%xyz`` cannot be read.

    Attributes
    ----------
    at : int or None
        Where in the line, from 0.
    """

    def __init__(self, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.at = at


class XyzWarning(UserWarning):
    """The root of the library's warnings."""


class LabelWarning(XyzWarning):
    """Two spellings of one label were taken as one."""


class RecoveryWarning(XyzWarning):
    """Not all that a run which was cut off has left behind could be taken up."""


class SeedWarning(XyzWarning):
    """A draw that the seed does not reach."""
