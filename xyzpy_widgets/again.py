"""What failed, run again: of a Runner in its last run, of a Harvester or a Sampler all that was not made good since."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from xyzpy_widgets.drawing import Drawable
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.failures import args_in
from xyzpy_widgets.run import Run

__all__ = ["Retried", "cases_of", "varied_constants"]


def cases_of(table: pd.DataFrame, rows: Sequence[int], names: Collection[str]) -> list[dict[str, Any]]:
    """Return the arguments of some rows of a table of failures as Python has them; of all without any rows."""
    columns = {name: table[name].tolist() for name in args_in(table) if name in names}
    return [{name: values[row] for name, values in columns.items()} for row in rows or range(len(table))]


def varied_constants(made: Mapping[str, Any], own: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return the constants of a run that are not the function's own, nor among some names."""
    return {name: value for name, value in made.items() if name not in names and own.get(name) is not value}


class Retried(Drawable):
    """Something whose failed cases can be run again."""

    _made_with: Mapping[str, Any] = MappingProxyType({})
    """The constants of the newest run."""

    @property
    @abstractmethod
    def failures(self) -> pd.DataFrame:
        """What failed, a row each."""

    @abstractmethod
    def _begun_again(self, rows: list[int], settings: dict[str, Any]) -> Run:
        """Begin to run some rows of `failures` again."""

    def retry(self, *rows: int, **settings: Any) -> Run:
        """Begin to run again what failed, and return at once.

        Parameters
        ----------
        *rows : int
            Rows of `failures`, from 0; without any, all of them.
        **settings
            Run settings, as for `submit`; ``constants`` are those of the newest run, of a Sampler those that the draws
            ran with, unless they are given.

        Returns
        -------
        Run
            Its ``result()`` is what came of them.

        Raises
        ------
        SpaceError
            When nothing has failed, or for a row that is not there.
        SpaceError, FunctionError, OptionError, StoreError, MergeError
            As `submit` raises them, before anything runs.
        """
        there = len(self.failures)
        if not there:
            msg = "nothing has failed; there is nothing to run again"
            raise SpaceError(msg)
        for row in rows:
            if isinstance(row, bool) or row not in range(there):
                msg = f"{row!r} is no row of failures; give rows from 0 to {there - 1}, or none for all"
                raise SpaceError(msg)
        return self._begun_again([*rows], settings)
