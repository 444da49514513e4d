"""`Sampler`: a Runner over random draws, whose results grow into one table, in memory and in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial
from os import PathLike
from secrets import token_hex
from typing import Any

import numpy as np
import pandas as pd

from xyzpy_widgets.again import varied_constants
from xyzpy_widgets.archive import Archive
from xyzpy_widgets.collection import Collection
from xyzpy_widgets.core.cost import CostModel
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.sampling import DrawIds, as_draws, draw_cases
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.drawn import Drawn, DrawnGrowth, DrawnStore, Told, tried_now
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.failed_draws import constants_for, not_recorded, picked, put_first
from xyzpy_widgets.failures import args_in, failure_table
from xyzpy_widgets.job import Job, Known, in_order, with_constants
from xyzpy_widgets.keeping import Keeping
from xyzpy_widgets.labelling.account import Origin
from xyzpy_widgets.labelling.extent import table_extent
from xyzpy_widgets.labelling.frame import FrameBuilder
from xyzpy_widgets.labelling.timed import cost_of_points
from xyzpy_widgets.launch import carried_out, submitted
from xyzpy_widgets.log import Logged, opening
from xyzpy_widgets.preview import Preview, previewed
from xyzpy_widgets.registry import noted
from xyzpy_widgets.run import Run
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.store.disk import size_of
from xyzpy_widgets.store.names import place_of
from xyzpy_widgets.store.segment import Segment
from xyzpy_widgets.store.table import TableStore
from xyzpy_widgets.summary import table_card
from xyzpy_widgets.views.card import card_html

__all__ = ["Sampler"]


class Sampler(Collection[Drawn]):
    """A Runner over random draws; each draw is a row of one table that only grows.

    Parameters
    ----------
    runner : Runner or callable
        What runs; a plain function is taken as a Runner whose results name their own outputs.
    data_name : path, optional
        The file that holds the table; without one it is kept in memory. A name that ends with a separator
        (``"draws.parquet/"``) is a folder of parquet files.
    default_combos : mapping or pairs, optional
        How each argument gets its values: an iterable to choose from, a distribution of ``scipy.stats``, a callable
        that takes a `numpy.random.Generator`, one that takes nothing, or a single value; see `draw_cases`.
    engine : {"pickle", "csv", "json", "parquet"}, optional
        The format of the file; by default the one of its suffix, pickle without. A CSV is appended to, and a folder of
        parquet files gets one more, at a cost of the new rows, for as long as columns and types stay what they are; the
        others are written anew with each call that syncs. `save_df` tells what each of them keeps.
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

    _source = "sample_combos"

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
        super().__init__(runner)
        self.default_combos = as_draws(default_combos)
        self.last_df: pd.DataFrame | None = None
        self._cost: CostModel | None = None
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        self._store: DrawnStore | None = None
        if data_name is not None:
            file = TableStore.named(data_name, engine)
            self._named = file.name
            self._store = DrawnStore(replace(file, path=place_of(file.path)))
        self._archive = Archive(self._store, DrawnGrowth(), None if full_df is None else Drawn(full_df.copy()))
        self._trying: set[str] = set()  # failed draws that runs try again now, where no log says so
        noted(self)

    @property
    def full_df(self) -> pd.DataFrame | None:
        """All rows so far: what the file holds now, and what is not yet in it; None before the first."""
        full = self._table()
        return None if full is None else full.copy(deep=False)

    def _table(self) -> pd.DataFrame | None:
        drawn = self._archive.current()
        return None if drawn is None else drawn.table

    @property
    def failures(self) -> pd.DataFrame:
        """The draws that failed and are no rows since, as `Run.failures` has them.

        They are kept beside the file, in ``NAME.failed``, and are those of all who sample into it. Those that a run
        tries again just now, here or in another process, are left out.
        """
        return failure_table(self._failed())

    def _failed(self) -> tuple[Told, ...]:
        """Return the failed draws that no run tries again now."""
        store, waiting = self._store, self._archive.waiting
        trying = set(self._trying) if store is None else tried_now(store.path, waiting)
        drawn = self._archive.current()
        return () if drawn is None else tuple(one for name, one in drawn.failed.items() if name not in trying)

    def sample_combos(
        self,
        n: int,
        combos: Any = None,
        *,
        seed: int | np.random.Generator | None = None,
        sync: bool = True,
        retry_failed: bool | Sequence[int] = False,
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
        retry_failed : bool or sequence of int
            Whether the draws of `failures`, or some rows of it, run again before those that are new; each becomes a row
            once it is done. With ``n=0`` only these run, with the constants that they ran with.
        **settings
            Run settings of this call, see `Runner`; ``constants`` adds constants.

        Returns
        -------
        pandas.DataFrame
            The new rows, in the order of the draws, those tried again first; also in `last_df`.

        Raises
        ------
        SpaceError, FunctionError, OptionError, StoreError
            Before anything runs.
        Exception
            The function's own, with a note that names the case; the finished rows are kept and written before.
        """
        settings |= {"retry_failed": retry_failed}
        return carried_out(self._job(n, combos, seed, settings, sync=sync, rng=self._rng))  # type: ignore[no-any-return]

    def submit(
        self,
        n: int,
        combos: Any = None,
        *,
        seed: int | np.random.Generator | None = None,
        sync: bool = True,
        retry_failed: bool | Sequence[int] = False,
        **settings: Any,
    ) -> Run:
        """Draw cases, begin to run them, and return at once.

        Parameters
        ----------
        n, combos, seed, sync, retry_failed, **settings
            As for `sample_combos`.

        Returns
        -------
        Run
            Its ``result()`` is what that would return; the rows are appended, and written if ``sync``, before.

        Raises
        ------
        SpaceError, FunctionError, OptionError, StoreError
            Here, before anything runs; everything else is raised by ``result()``.
        """
        settings |= {"retry_failed": retry_failed}
        return submitted(self._job(n, combos, seed, settings, sync=sync, rng=self._rng))

    sample = submit

    def _begun_again(self, rows: list[int], settings: dict[str, Any]) -> Run:
        made = varied_constants(self._made_with, self.runner.spec.constants, args_in(self.failures))
        return self.submit(0, **{"constants": not_recorded(made), "retry_failed": rows or True, **settings})

    def plan(
        self,
        n: int,
        combos: Any = None,
        *,
        seed: int | np.random.Generator | None = None,
        sync: bool = True,
        retry_failed: bool | Sequence[int] = False,
        **settings: Any,
    ) -> Preview:
        """Tell what a call of `sample_combos` would do, and run nothing.

        The cases are drawn from a copy of the generator, so that the next call draws the same; only what draws from a
        source of its own is drawn anew.

        Parameters
        ----------
        n, combos, seed, sync, retry_failed, **settings
            As for `sample_combos`.

        Returns
        -------
        Preview
            Every case is new; how long they would take is told from the last call, and how large the table and its file
            become from the rows that are there.

        Raises
        ------
        SpaceError, FunctionError, OptionError, StoreError
            As for `sample_combos`.
        """
        settings |= {"retry_failed": retry_failed}
        return previewed(self._job(n, combos, deepcopy(seed), settings, sync=sync, rng=deepcopy(self._rng)))

    def _job(
        self,
        n: int,
        combos: Any,
        seed: Any,
        settings: Mapping[str, Any],
        *,
        sync: bool,
        rng: np.random.Generator,
    ) -> Job:
        """Draw what is asked for, and say what becomes of it."""
        settings = dict(settings)
        wanted, constants = settings.pop("retry_failed"), settings.pop("constants", None)
        again = () if wanted is False else picked(self._failed(), wanted)
        if again:
            constants = constants_for(again, self.runner.spec.constants, constants, alone=n == 0)
        spec = with_constants(self.runner.spec, constants)
        options = self.runner.options(settings, ("seed", "sync", "retry_failed", "constants"))
        draws = {**self.default_combos, **as_draws(combos)}
        ordered = {name: draws[name] for name in dict.fromkeys((*spec.fn_args, *draws)) if name in draws}
        spec.check_call(tuple(ordered) if n or not again else tuple(again[0]["args"]))
        if self._store is not None:
            self._store.check()
        self._archive.refresh()
        cost = self._cost
        rng = rng if seed is None else np.random.default_rng(seed)
        seeded = seed is not None or self._seed is not None
        space = ParameterSpace(put_first(again, draw_cases(n, ordered, rng, seeded=seeded)))
        plan = in_order(Plan(space), options, cost)

        ids = DrawIds(token_hex(8), tuple(one["id"] for one in again))

        def begin() -> Keeping:
            builder = FrameBuilder(space, spec)
            self._made_with = spec.constants
            first = {**opening(spec, space.names, Origin(), "raise"), "again": ids.again}
            log = None if self._store is None else Logged(builder, self._archive.begin, first, plan, ids)
            self._take(ids.again, log)
            return Keeping(builder, partial(self._keep, builder, ids, spec.constants, sync=sync), log)

        def known() -> Known:
            size = None if self._store is None else size_of(self._store.path)
            return Known(None, table_extent(len(space), self._table()), size)

        return Job(spec, plan, options, begin, cost, known, sweep=self)

    def _take(self, again: Sequence[str], log: Logged | None) -> None:
        """Have failed draws for one run, which its log says first; raise `SpaceError` where another has one of them."""
        if not again:
            return
        with self._archive.alone():
            if not {one["id"] for one in self._failed()}.issuperset(again):
                msg = "another run tries these failed draws again, or has done so; give retry_failed anew"
                raise SpaceError(msg)
            if log is None:
                self._trying.update(again)
                return
            try:
                log.begin()
            except BaseException:
                if log.segment is not None:
                    self._archive.drop(log.segment)
                raise

    def _keep(
        self,
        builder: FrameBuilder,
        ids: DrawIds,
        constants: Mapping[str, Any],
        segment: Segment | None,
        *,
        sync: bool,
    ) -> pd.DataFrame:
        """Append the rows of a call, with what failed, and write them if so wished."""
        failed = {number: ids.of(number) for number in builder.failures}
        drawn = Drawn.of(builder, failed, dict(enumerate(ids.again)), constants)
        new = builder.build() if drawn.table is None else drawn.table
        self.last_df, self._cost = new, cost_of_points(builder.space, builder.seconds)
        try:
            if drawn:
                self._archive.add(drawn, "raise", sync=sync, segment=segment)
            elif segment is not None:
                self._archive.drop(segment)
        finally:
            self._trying.difference_update(ids.again)
        return new

    def add_df(self, new_df: pd.DataFrame, *, sync: bool = True) -> None:
        """Append rows that were made elsewhere.

        Parameters
        ----------
        new_df : pandas.DataFrame
            The rows; columns that one side lacks are missing there.
        sync : bool
            Whether to write the file; else they are kept in the journal, and go with the next call that writes.

        Raises
        ------
        StoreError
            When the file cannot be written; the rows stay in memory, and go with the next call that writes.
        """
        self._archive.add_made(Drawn(new_df.reset_index(drop=True)), "raise", sync=sync, note="add_df")

    def delete_df(self) -> None:
        """Remove the file, and what is kept beside it; forget the rows and the failures."""
        self._archive.delete()

    def _drawn(self) -> pd.DataFrame | None:
        full = self.full_df
        if full is not None:
            full.attrs |= {**self.runner.spec.arg_attrs, **self.runner.spec.var_attrs}
        return full

    def _repr_html_(self) -> str:
        full = self._table()
        return card_html(table_card(self.runner.spec, self._where, 0 if full is None else len(full)))
