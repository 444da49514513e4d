"""`Sampler`: a Runner over random draws, whose results grow into one table, in memory and in a file."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from xyzpy_widgets.archive import Archive
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.sampling import draw_cases
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.labelling.account import Origin
from xyzpy_widgets.labelling.frame import FrameBuilder, append
from xyzpy_widgets.labelling.merge import OnConflict
from xyzpy_widgets.log import Logged, Replay, opening
from xyzpy_widgets.run import carry_out, needed, with_constants
from xyzpy_widgets.runner import Runner, as_runner
from xyzpy_widgets.store.table import TableStore
from xyzpy_widgets.summary import table_card
from xyzpy_widgets.views.card import card_html
from xyzpy_widgets.views.plots import plot

__all__ = ["Sampler"]


class Sampler:
    """A Runner over random draws; each draw is a row of one table that only grows.

    Parameters
    ----------
    runner : Runner or callable
        What runs; a plain function is taken as a Runner whose results name their own outputs.
    data_name : path, optional
        The file that holds the table; without one it is kept in memory.
    default_combos : mapping or pairs, optional
        How each argument gets its values: an iterable to choose from, a distribution of ``scipy.stats``, a callable
        that takes a `numpy.random.Generator`, one that takes nothing, or a single value; see `draw_cases`.
    engine : {"pickle", "csv", "json", "parquet"}, optional
        The format of the file; by default the one of its suffix, pickle without.
    full_df : pandas.DataFrame, optional
        Rows to start from.
    seed : int or numpy.random.Generator, optional
        Where the draws come from: the same seed gives the same table, serial or parallel. No global random state is
        touched.

    Attributes
    ----------
    runner : Runner
    last_df : pandas.DataFrame or None
        The rows of the last call, also when it ended early.

    Examples
    --------
    >>> sampler = Sampler(Runner(lambda a, b: a * b, "product", verbosity=0), seed=1)
    >>> df = sampler.sample_combos(100, {"a": [1, 2, 3], "b": lambda rng: rng.normal()})
    >>> list(df.columns), len(df)
    (['a', 'b', 'product'], 100)
    """

    def __init__(
        self,
        runner: Runner | Callable[..., Any],
        data_name: str | PathLike[str] | None = None,
        default_combos: Any = None,
        *,
        engine: str | None = None,
        full_df: pd.DataFrame | None = None,
        seed: int | np.random.Generator | None = None,
    ) -> None:
        self.runner = as_runner(runner)
        self.default_combos = _draws(default_combos)
        self.last_df: pd.DataFrame | None = None
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        self._store = None if data_name is None else TableStore.named(data_name, engine)
        self._archive = Archive(self._store, TableGrowth(), None if full_df is None else full_df.copy())

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.runner(*args, **kwargs)

    @property
    def fn(self) -> Callable[..., Any]:
        """The function."""
        return self.runner.fn

    @property
    def data_name(self) -> str | None:
        """The path of the file, None without one."""
        return None if self._store is None else str(self._store.path)

    @property
    def full_df(self) -> pd.DataFrame | None:
        """All rows so far: what the file holds now, and what is not yet in it; None before the first."""
        full = self._archive.current()
        return None if full is None else full.copy(deep=False)

    def sample_combos(
        self,
        n: int,
        combos: Any = None,
        *,
        seed: int | np.random.Generator | None = None,
        sync: bool = True,
        **settings: Any,
    ) -> pd.DataFrame:
        """Draw cases, run them and append the rows.

        Parameters
        ----------
        n : int
            How many cases.
        combos : mapping or pairs, optional
            Draws over those of `default_combos`.
        seed : int or numpy.random.Generator, optional
            Where the draws of this call come from; by default the sampler's own generator goes on.
        sync : bool
            Whether to write the file; what is not written yet goes with the next call that does.
        **settings
            Run settings of this call, see `Runner`; ``constants`` adds constants.

        Returns
        -------
        pandas.DataFrame
            The new rows, in the order of the draws, also in `last_df`.

        Raises
        ------
        SpaceError, FunctionError, OptionError, StoreError
            Before anything runs.
        Exception
            The function's own, with a note that names the case; the finished rows are kept and written before.
        """
        spec = with_constants(self.runner.spec, settings.pop("constants", None))
        options = self.runner.options(settings)
        draws = {**self.default_combos, **_draws(combos)}
        ordered = {name: draws[name] for name in dict.fromkeys((*spec.fn_args, *draws)) if name in draws}
        spec.check_call(tuple(ordered))
        if self._store is not None:
            self._store.check()
        self._archive.current()
        rng = self._rng if seed is None else np.random.default_rng(seed)
        seeded = seed is not None or self._seed is not None
        space = ParameterSpace(cases=draw_cases(n, ordered, rng, seeded=seeded))
        plan, builder = Plan(space), FrameBuilder(space, spec)
        log = Logged(builder, self._archive.begin, opening(spec, space.names, Origin(), "raise"), plan)
        report = carry_out(plan, spec, options, builder if self._store is None else log)
        self.last_df = builder.build()
        if len(self.last_df):
            self._archive.add(self.last_df, "raise", sync=sync)
        if report.error is not None:
            raise report.error
        return self.last_df

    def add_df(self, new_df: pd.DataFrame, *, sync: bool = True) -> None:
        """Append rows that were made elsewhere.

        Parameters
        ----------
        new_df : pandas.DataFrame
            The rows; columns that one side lacks are missing there.
        sync : bool
            Whether to write the file.

        Raises
        ------
        StoreError
            When the file cannot be written; the rows stay in memory, and go with the next call that writes.
        """
        self._archive.add(new_df.reset_index(drop=True), "raise", sync=sync)

    def delete_df(self) -> None:
        """Remove the file, and forget the rows."""
        self._archive.delete()

    def plot(self, *wishes: Any, **named_wishes: Any) -> Any:
        """Draw all rows so far, by label.

        Parameters
        ----------
        *wishes, **named_wishes
            As for ``Dataset.xyz.plot``: x, y, and by name var, by, color, row, col, err, kind, fixed and more; what is
            not given is chosen from the data.

        Returns
        -------
        holoviews object
            It shows itself in a notebook, and takes ``.opts``, ``+`` and ``*``.

        Raises
        ------
        ViewError
            When the wishes do not fit the data, or there is none yet.
        """
        table = needed(self.full_df, "sample_combos").copy(deep=False)
        table.attrs |= {**self.runner.spec.arg_attrs, **self.runner.spec.var_attrs}
        return plot(table, *wishes, **named_wishes)

    def __repr__(self) -> str:
        """Show the runner and the file."""
        runner = repr(self.runner).replace("\n", "\n    ").replace("<", "Runner: <", 1)
        return f"<xyzpy_widgets.Sampler>\n{runner}\nSync file --> {self._archive.where}"

    def _repr_html_(self) -> str:
        full = self._archive.current()
        return card_html(table_card(self.runner.spec, self._archive.where, 0 if full is None else len(full)))


def _draws(given: Any) -> dict[str, Any]:
    """Read draws from a mapping or pairs."""
    if given is None:
        return {}
    try:
        draws = dict(given)
    except (TypeError, ValueError) as error:
        msg = f"combos must be a mapping or pairs of names and draws, not {given!r}"
        raise SpaceError(msg) from error
    return draws


class TableWhole:
    """A table as it grows; a `Whole`."""

    def __init__(self, start: pd.DataFrame) -> None:
        self.value = start

    def check(self, new: pd.DataFrame) -> None:
        """Rows go together with any others."""

    def put(self, new: pd.DataFrame, on_conflict: OnConflict) -> None:  # noqa: ARG002 - rows do not conflict
        """Append the new rows."""
        self.value = append(self.value, new)

    def write(self, store: TableStore) -> None:
        """Write the file anew."""
        store.write(self.value)


class TableGrowth:
    """How a table grows: by rows; a `Growth`."""

    repeatable = False

    def whole(self, value: pd.DataFrame) -> TableWhole:
        """Begin with some rows."""
        return TableWhole(value)

    def copied(self, value: pd.DataFrame) -> pd.DataFrame:
        """Return the same rows: a table is never changed, only replaced."""
        return value

    def rebuilt(self, told: Replay) -> pd.DataFrame:
        """Make the rows of the cases that a log tells."""
        builder = FrameBuilder(told.space, told.spec)
        for outcome in told.outcomes:
            builder.add(outcome)
        return builder.build()
