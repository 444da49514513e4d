"""`Harvester`: a Runner whose results grow into one labelled dataset, in memory and in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from os import PathLike
from socket import gethostname
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.again import cases_of, varied_constants
from xyzpy_widgets.core.outcome import Outcome
from xyzpy_widgets.core.plan import Plan
from xyzpy_widgets.core.space import ParameterSpace
from xyzpy_widgets.core.version import function_version
from xyzpy_widgets.harvest import Asked, Wishes, as_on_conflict, as_wishes, asked_told, chosen, read_asked
from xyzpy_widgets.harvested import HISTORY_BYTES, Harvested
from xyzpy_widgets.job import Job, Known, in_order
from xyzpy_widgets.keeping import Keeping
from xyzpy_widgets.labelled_store import LabelledGrowth
from xyzpy_widgets.labelling.account import Origin
from xyzpy_widgets.labelling.coverage import states_of
from xyzpy_widgets.labelling.dataset import DatasetBuilder, outline_of
from xyzpy_widgets.labelling.extent import extent_of
from xyzpy_widgets.labelling.ledger import Labelled
from xyzpy_widgets.labelling.timed import CostMemory
from xyzpy_widgets.launch import carried_out, submitted
from xyzpy_widgets.leases import Leases
from xyzpy_widgets.log import Logged, opening
from xyzpy_widgets.preview import Preview, previewed
from xyzpy_widgets.registry import noted
from xyzpy_widgets.run import Run
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.store.segment import Segment

__all__ = ["Harvester"]

_BESIDE = ("constants", "cases", "sync", "overwrite", "missing_only", "retry_failed", "stale", "engine", "chunks")
"""What a harvest takes by name beside run settings."""


class Harvester(Harvested):
    """A Runner whose results are merged into one dataset that only grows.

    Parameters
    ----------
    runner : Runner or callable
        What runs; a plain function is taken as a Runner whose results name their own outputs.
    data_name : path, optional
        The file that holds the dataset; without one it is kept in memory.
    chunks : int, mapping or "auto", optional
        Leave what is stored in its file, for files larger than memory: `full_ds`, `status`, `timings` and `stale` are
        dask arrays in chunks of these sizes. A harvest reads the cells that it meets, and fills the file in place or
        writes it anew part by part; like `plan`, `history`, `undo`, `drop_sel` and `expand_dims` it takes memory for
        what is asked of it (and for the labels of each dimension), not for what is stored. See Notes for what loads
        everything.
    engine : {"h5netcdf", "netcdf4", "zarr"}, optional
        The format of the file; by default the one of its suffix, h5netcdf without.
    full_ds : xarray.Dataset, optional
        Data to start from.
    history_bytes : int, default 32 MiB
        How much is kept for `undo`, beside the file in ``NAME.history``, which grows to twice of it; 0 for none.

    Attributes
    ----------
    runner : Runner

    Raises
    ------
    StoreError
        When the file cannot be what was asked: before anything runs.

    Notes
    -----
    With ``chunks``, everything is loaded for the length of a call by a harvest, `add_ds` or `undo` where some output is
    of text, bytes or objects, gets another type, comes or goes, or lacks values of cases that are done; and of a file
    that another program wrote, where its dimensions are in another order too. Text in a zarr folder is always loaded.
    Integers and truth values of which some are missing, and zarr folders, are written anew by each harvest.
    Numbers are compared with their checksums when they are read, and not before: damage is found where it is met, and
    goes into no other file. Arrays of a zarr folder, or of a file that another program wrote, raise `StoreError` once
    another version is there. A `drop_sel` or `expand_dims` of more than 32 MiB cannot be undone.

    Examples
    --------
    >>> harvester = Harvester(Runner(lambda a, b: a * b, "product", verbosity=0))
    >>> _ = harvester.harvest_combos({"a": [1, 2], "b": [3, 4]})
    >>> _ = harvester.harvest_combos({"a": [5], "b": ...})
    >>> harvester.full_ds["product"].sel(a=5).values.tolist()
    [15, 20]
    """

    def __init__(
        self,
        runner: Runner | Callable[..., Any],
        data_name: str | PathLike[str] | None = None,
        *,
        chunks: Any = None,
        engine: str | None = None,
        full_ds: xr.Dataset | None = None,
        history_bytes: int = HISTORY_BYTES,
    ) -> None:
        super().__init__(runner, data_name, chunks=chunks, engine=engine, full_ds=full_ds, history_bytes=history_bytes)
        self._last: Labelled | None = None
        self._costs = CostMemory()
        noted(self)

    @property
    def last_ds(self) -> xr.Dataset | None:
        """What the last harvest gave, also when it ended early or could not be merged."""
        return None if self._last is None else self._last.data

    def harvest_combos(  # noqa: PLR0913 - the public spelling
        self,
        combos: Any = None,
        constants: Mapping[str, Any] | None = None,
        *,
        cases: Any = None,
        sync: bool = True,
        overwrite: bool | None = None,
        missing_only: bool = False,
        retry_failed: bool | None = None,
        stale: bool = False,
        **settings: Any,
    ) -> xr.Dataset:
        """Run over every combination of values and merge the results.

        Parameters
        ----------
        combos : mapping or pairs
            Arguments with their values; ``...`` means every value that is stored.
        constants : mapping, optional
            Constants of this call, over those of the runner.
        cases : sequence of mapping, optional
            Cases, each of which is run with every combination.
        sync : bool
            Whether to write the file; what is not written yet goes with the next call that does.
        overwrite : bool or None
            What to do with cells that are stored with another value. None: raise, with the new results in `last_ds`;
            True: the new win, a new nan too; False: the old win.
        missing_only : bool
            Run only the cases that are not done, those that failed among them; a nan that was returned counts as done.
            Several processes, threads or kernels that do so at once, or with the two below, share the cases out: each
            runs in one of them, and all are there when any of them returns.
        retry_failed : bool, optional
            Run only the cases that failed; with ``missing_only`` or ``stale``, those too. False with ``missing_only``:
            leave them out.
        stale : bool
            Run only the cases that are done with another version of the function, with ``overwrite=True`` to take their
            new values; with ``missing_only`` or ``retry_failed``, those too.
        **settings
            Run settings of this call, see `Runner`; ``chunks`` and ``engine`` change those of the file.

        Returns
        -------
        xarray.Dataset
            The results of this call, also in `last_ds`.

        Raises
        ------
        SpaceError, FunctionError, OptionError, StoreError, MergeError
            Before anything runs.
        ConflictError
            When ``overwrite`` is None and a stored cell has another value.
        Exception
            The function's own, with a note that names the case; what was finished is merged and written before.
        """
        wishes = Wishes(as_on_conflict(overwrite), sync, missing_only, retry_failed, stale)
        return carried_out(self._shared_job(Asked(combos, cases, None, constants), wishes, settings))  # type: ignore[no-any-return]

    def harvest_cases(  # noqa: PLR0913 - the public spelling
        self,
        cases: Any = None,
        constants: Mapping[str, Any] | None = None,
        fn_args: str | Sequence[str] | None = None,
        *,
        combos: Any = None,
        sync: bool = True,
        overwrite: bool | None = None,
        missing_only: bool = False,
        retry_failed: bool | None = None,
        stale: bool = False,
        **settings: Any,
    ) -> xr.Dataset:
        """Run over a list of cases and merge the results.

        Parameters
        ----------
        cases : sequence of mapping, tuple or scalar, or DataFrame
            The cases, as for `Runner.run_cases`.
        fn_args : str or sequence of str, optional
            The arguments that the entries of a tuple stand for.
        constants, combos, sync, overwrite, missing_only, retry_failed, stale, **settings
            As for `harvest_combos`.

        Returns
        -------
        xarray.Dataset
            The results of this call, also in `last_ds`.

        Raises
        ------
        SpaceError, FunctionError, OptionError, StoreError, MergeError, ConflictError, Exception
            As for `harvest_combos`.
        """
        wishes = Wishes(as_on_conflict(overwrite), sync, missing_only, retry_failed, stale)
        return carried_out(self._shared_job(Asked(combos, cases, fn_args, constants), wishes, settings))  # type: ignore[no-any-return]

    def submit(
        self,
        combos: Any = None,
        constants: Mapping[str, Any] | None = None,
        fn_args: str | Sequence[str] | None = None,
        *,
        cases: Any = None,
        **wishes_and_settings: Any,
    ) -> Run:
        """Begin to harvest combos, cases or both, and return at once.

        Parameters
        ----------
        combos, constants, fn_args, cases, **wishes_and_settings
            As for `harvest_combos` and `harvest_cases`.

        Returns
        -------
        Run
            Its ``result()`` is what these would return; the results are merged, and written if ``sync``, before.

        Raises
        ------
        SpaceError, FunctionError, OptionError, StoreError, MergeError
            Here, before anything runs; everything else is raised by ``result()``.
        """
        wishes, settings = as_wishes(wishes_and_settings)
        return submitted(self._shared_job(Asked(combos, cases, fn_args, constants), wishes, settings))

    run = submit

    def _begun_again(self, rows: list[int], settings: dict[str, Any]) -> Run:
        cases = cases_of(self.failures, rows, [*map(str, self.status.dims)])
        constants = varied_constants(self._made_with, self.runner.spec.constants, cases[0])
        return self.submit(cases=cases, **{"constants": constants, "overwrite": True, **settings})

    def plan(
        self,
        combos: Any = None,
        constants: Mapping[str, Any] | None = None,
        fn_args: str | Sequence[str] | None = None,
        *,
        cases: Any = None,
        **wishes_and_settings: Any,
    ) -> Preview:
        """Tell what a harvest would do, and run nothing.

        Parameters
        ----------
        combos, constants, fn_args, cases, **wishes_and_settings
            As for `harvest_combos` and `harvest_cases`.

        Returns
        -------
        Preview
            How many cases are new, stored, failed and stale, and which of them would run; how long that would take,
            told from the stored cases; how large the dataset and its file become.

        Raises
        ------
        SpaceError, FunctionError, OptionError, StoreError, MergeError
            As for `harvest_combos`.

        Examples
        --------
        >>> harvester = Harvester(Runner(lambda a: a**2, "square", verbosity=0))
        >>> _ = harvester.harvest_combos({"a": [1, 2, 3]})
        >>> preview = harvester.plan({"a": [2, 3, 4, 5]}, missing_only=True)
        >>> preview.total, preview.stored, preview.new, [str(point) for point in preview.plan.points()]
        (4, 2, 2, ['a=4', 'a=5'])
        """
        wishes, settings = as_wishes(wishes_and_settings)
        job = self._job(Asked(combos, cases, fn_args, constants), wishes, settings)
        if len(job.plan.space):
            self._check_outline(outline_of(job.plan.space, job.spec))
        return previewed(job)

    def _shared_job(self, asked: Asked, wishes: Wishes, settings: Mapping[str, Any]) -> Job:
        """Read what is asked for; where that is what is left to do, others may be about the same."""
        leases = None if self._store is None or not wishes.selective else Leases(self._store.path)
        try:
            return self._job(asked, wishes, settings, leases)
        except BaseException:
            if leases is not None:
                leases.leave(kept=False)
            raise

    def _job(self, asked: Asked, wishes: Wishes, settings: Mapping[str, Any], leases: Leases | None = None) -> Job:
        """Read what is asked for against what is stored, and what becomes of it."""
        settings = dict(settings)
        changes = {name: settings.pop(name, None) for name in ("engine", "chunks")}
        options = self.runner.options(settings, _BESIDE)
        if self._store is not None:
            self._archive.store = self._store = self._store.using(**changes)
            self._store.check(read=self._archive.is_read)
        old = self._archive.current()
        spec, space = read_asked(asked, self.runner.spec, old)
        origin = Origin(function_version(spec.fn), gethostname())
        last = self.runner.last if old is None else old
        cost = self._archive.lasting(lambda: self._costs(self._archive.current() or self.runner.last))
        states = cache(partial(self._states_now, space, origin.version))
        plan = in_order(chosen(space, states() if wishes.selective else None, wishes), options, cost)

        if leases is not None:
            now = partial(self._states_now, space, origin.version)
            leases.over(plan, partial(self._undone, space, wishes, now), now)

        def begin() -> Keeping:
            builder = DatasetBuilder(space, spec, origin)
            try:
                self._check_outline(builder.outline())
            except BaseException:
                if leases is not None:
                    leases.leave(kept=False)
                raise
            self._made_with = spec.constants
            told = asked_told(space, asked.constants)
            first = {**opening(spec, space.names, origin, wishes.on_conflict), "asked": told}
            opened = self._archive.begin if leases is None else leases.logged(self._archive.begin)
            log = None if self._store is None else Logged(builder, opened, first, plan)
            keep = partial(self._keep, builder, wishes, leases, told)
            return Keeping(builder, keep, log, partial(self._check_first, builder))

        def known() -> Known:
            return Known(states(), extent_of(space, old, last), None if self._store is None else self._store.size)

        job = Job(spec, plan, options, begin, cost, known, sweep=self)
        return job if leases is None else replace(job, carry=leases.carry, elsewhere=lambda: leases.elsewhere)

    def _check_first(self, builder: DatasetBuilder, outcome: Outcome) -> None:
        """Raise what would keep the first result from being merged or written, where that was not known before."""
        if not builder.foresees(outcome):
            self._check(builder.glimpse(outcome))

    def _states_now(self, space: ParameterSpace, version: str) -> NDArray[np.int8] | None:
        """Return the state of each point as it is stored now, None where nothing is."""

        def found() -> NDArray[np.int8] | None:
            now = self._archive.current()
            return None if now is None else states_of(now, space, version)

        return self._archive.lasting(found)

    def _undone(
        self, space: ParameterSpace, wishes: Wishes, stored: Callable[[], NDArray[np.int8] | None], plan: Plan
    ) -> Plan:
        """Leave out of a plan what is not to be done any more, as it is stored now."""
        left = chosen(space, stored(), wishes)
        done = np.ones(len(space), dtype=bool)
        done[left.numbers(0, len(left))] = False
        return plan.without(done)

    def _keep(
        self,
        builder: DatasetBuilder,
        wishes: Wishes,
        leases: Leases | None,
        asked: Mapping[str, Any] | None,
        segment: Segment | None,
    ) -> xr.Dataset:
        """Merge what a harvest gave, with what others finished of it meanwhile, and write it if so wished."""
        new = builder.build()
        self._last = new
        kept = False
        try:
            self._merge(new, wishes, segment, asked)
            kept = True
            for told in () if leases is None else leases.finished():
                self._archive.add(LabelledGrowth().rebuilt(told), "keep", sync=wishes.sync)
            if leases is not None:
                leases.settle()
        finally:
            if leases is not None:
                leases.leave(kept=kept)
        return new.data

    def _merge(self, new: Labelled, wishes: Wishes, segment: Segment | None, asked: Mapping[str, Any] | None) -> None:
        """Merge new data, of which there may be nothing."""
        if new.account.status.any() or self._archive.current() is None:
            self._archive.add(new, wishes.on_conflict, sync=wishes.sync, segment=segment, asked=asked)
            return
        if segment is not None:
            self._archive.drop(segment)
        if wishes.sync:
            self._archive.save()
