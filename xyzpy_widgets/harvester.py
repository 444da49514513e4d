"""`Harvester`: a Runner whose results grow into one labelled dataset, in memory and in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from socket import gethostname
from typing import Any

import pandas as pd
import xarray as xr

from xyzpy_widgets.archive import Archive
from xyzpy_widgets.core.space import Combos
from xyzpy_widgets.core.version import function_version
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.harvest import Asked, Wishes, as_on_conflict, chosen, read_asked
from xyzpy_widgets.labelled_store import LabelledGrowth, LabelledStore
from xyzpy_widgets.labelling.account import Origin
from xyzpy_widgets.labelling.constants import differing, recorded
from xyzpy_widgets.labelling.dataset import DatasetBuilder
from xyzpy_widgets.labelling.ledger import Labelled, copied, with_inferred_ledger
from xyzpy_widgets.log import Logged, opening
from xyzpy_widgets.run import carry_out, needed
from xyzpy_widgets.runner import Runner, as_runner
from xyzpy_widgets.store.netcdf import NetCDFStore
from xyzpy_widgets.summary import harvest_card
from xyzpy_widgets.views.card import card_html
from xyzpy_widgets.views.plots import plot

__all__ = ["Harvester"]

_TOLD = ("raised", "said", "traceback")


class Harvester:
    """A Runner whose results are merged into one dataset that only grows.

    Parameters
    ----------
    runner : Runner or callable
        What runs; a plain function is taken as a Runner whose results name their own outputs.
    data_name : path, optional
        The file that holds the dataset; without one it is kept in memory.
    chunks : int, mapping or "auto", optional
        Open the file lazily with dask, in chunks of these sizes.
    engine : {"h5netcdf", "netcdf4", "zarr"}, optional
        The format of the file; by default the one of its suffix, h5netcdf without.
    full_ds : xarray.Dataset, optional
        Data to start from.

    Attributes
    ----------
    runner : Runner
    last_ds : xarray.Dataset or None
        What the last harvest gave, also when it ended early or could not be merged.

    Raises
    ------
    StoreError
        When the file cannot be what was asked: before anything runs.

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
    ) -> None:
        self.runner = as_runner(runner)
        start = None if full_ds is None else with_inferred_ledger(full_ds.copy(deep=True), self.runner.fn_args)
        self._store: LabelledStore | None = None
        if data_name is not None:
            self._store = LabelledStore(NetCDFStore.named(data_name, engine, chunks), self.runner.fn_args)
        self._archive = Archive(self._store, LabelledGrowth(), start)
        self.last_ds: xr.Dataset | None = None

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
    def full_ds(self) -> xr.Dataset | None:
        """Everything harvested so far: what the file holds now, and what is not yet in it; None without any.

        A copy: it does not change with later harvests, nor they with it.
        """
        full = self._archive.current()
        return None if full is None else copied(full.data)

    @property
    def status(self) -> xr.DataArray:
        """The state of each case: int8 over the arguments, with ``flag_values`` and ``flag_meanings`` (CF 3.5).

        Raises `SpaceError` when nothing is harvested yet.
        """
        return self._stored().ledger["status"].copy()

    @property
    def timings(self) -> xr.DataArray:
        """How long each case took, in seconds: float32 over the arguments, nan where that is not known.

        Raises `SpaceError` when nothing is harvested yet.
        """
        return self._stored().ledger["seconds"].copy()

    @property
    def failures(self) -> pd.DataFrame:
        """The cases that failed and are not done: their arguments, what was raised and said, and the traceback."""
        full = self._archive.current()
        found = () if full is None else full.account.failures
        return pd.DataFrame([{**one["args"], **{key: one[key] for key in _TOLD}} for one in found])

    @property
    def stale(self) -> xr.DataArray:
        """Which cases are done with another version of the function than the present one: bool over the arguments.

        The version is a hash of the code, of what it closes over and of the functions of its module that it calls;
        comments and formatting do not count (see `function_version`). Nothing stale is erased: run it again with
        ``harvest_combos(..., stale=True, overwrite=True)``. Raises `SpaceError` when nothing is harvested yet.
        """
        full = self._stored()
        other = full.done & (full.account.cases["version"] != full.account.position_of(function_version(self.fn)))
        return full.ledger["status"].drop_attrs().copy(data=other).rename("stale")

    def harvest_combos(  # noqa: PLR0913 - the public spelling
        self,
        combos: Any,
        constants: Mapping[str, Any] | None = None,
        *,
        cases: Any = None,
        sync: bool = True,
        overwrite: bool | None = None,
        missing_only: bool = False,
        retry_failed: bool = False,
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
        retry_failed : bool
            Run only the cases that failed; with ``missing_only`` or ``stale``, those too.
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
        return self._harvest(Asked(combos, cases, None, constants), wishes, settings)

    def harvest_cases(  # noqa: PLR0913 - the public spelling
        self,
        cases: Any,
        constants: Mapping[str, Any] | None = None,
        fn_args: str | Sequence[str] | None = None,
        *,
        combos: Any = None,
        sync: bool = True,
        overwrite: bool | None = None,
        missing_only: bool = False,
        retry_failed: bool = False,
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
        return self._harvest(Asked(combos, cases, fn_args, constants), wishes, settings)

    def _harvest(self, asked: Asked, wishes: Wishes, settings: Mapping[str, Any]) -> xr.Dataset:
        """Check everything that can be known, run, keep what came out, and only then raise what went wrong."""
        settings = dict(settings)
        changes = {name: settings.pop(name, None) for name in ("engine", "chunks")}
        options = self.runner.options(settings)
        if self._store is not None:
            self._archive.store = self._store = self._store.using(**changes)
            self._store.check()
        old = self._archive.current()
        spec, space = read_asked(asked, self.runner.spec, old)
        origin = Origin(function_version(spec.fn), gethostname())
        builder = DatasetBuilder(space, spec, origin)
        self._check(builder.build())
        plan = chosen(space, old, wishes, origin.version)
        log = Logged(builder, self._archive.begin, opening(spec, space.names, origin, wishes.on_conflict), plan)
        sink = builder if self._store is None else log
        report = carry_out(plan, spec, options, sink, lambda: self._check(builder.build()))
        labelled = builder.build()
        self.last_ds = labelled.data
        if labelled.ledger["status"].any() or old is None:
            self._archive.add(labelled, wishes.on_conflict, sync=wishes.sync, segment=log.segment)
        elif wishes.sync:
            self._archive.save()
        if report.error is not None:
            raise report.error
        return labelled.data

    def _check(self, new: Labelled) -> None:
        """Raise what would keep new data from being merged or written."""
        self._archive.check(new)
        if self._store is not None:
            self._store.check_encodable(new)

    def add_ds(self, new_ds: xr.Dataset, *, sync: bool = True, overwrite: bool | None = None) -> None:
        """Merge a dataset that was made elsewhere; it is not changed.

        Parameters
        ----------
        new_ds : xarray.Dataset
            Its dimensions that are arguments of the function tell the cases; what is not null counts as done.
        sync : bool
            Whether to write the file.
        overwrite : bool or None
            As for `harvest_combos`.

        Raises
        ------
        MergeError, ConflictError, StoreError
            When it does not go together with the stored data, or cannot be written.
        """
        on_conflict = as_on_conflict(overwrite)
        new = with_inferred_ledger(new_ds.copy(deep=True), self.runner.fn_args)
        self._archive.current()
        self._check(new)
        self._archive.add(new, on_conflict, sync=sync)

    def expand_dims(self, name: str, value: Any) -> None:
        """Make an argument that did not vary so far a dimension, and write the file.

        Parameters
        ----------
        name : str
            The argument.
        value : label
            The value that all stored cases were made with.

        Raises
        ------
        SpaceError
            When nothing is stored, the dimension exists, or the cases were made with another value.
        """
        full = self._stored()
        if name in full.data.dims:
            msg = f"{name!r} is a dimension already"
            raise SpaceError(msg)
        if differing(full.constants, recorded({name: value})):
            msg = f"the stored cases were made with {name}={full.constants[name]!r}, not {value!r}"
            raise SpaceError(msg)
        (labels,) = Combos((name,), ((value,),)).labelled().values

        def grown(full: Labelled) -> Labelled:
            constants = {key: kept for key, kept in full.constants.items() if key != name}
            ledger = full.ledger.assign_attrs(constants=constants).expand_dims({name: list(labels)})
            data = full.data.expand_dims({name: list(labels)})
            data.attrs = {key: kept for key, kept in full.data.attrs.items() if key != name}
            return Labelled(data, ledger)

        self._archive.change(grown)

    def drop_sel(self, labels: Mapping[str, Any] | None = None, *, errors: str = "raise", **labels_kwargs: Any) -> None:
        """Drop labels with all their cases, and write the file.

        Parameters
        ----------
        labels, errors, **labels_kwargs
            As for `xarray.Dataset.drop_sel`.

        Raises
        ------
        SpaceError
            When nothing is stored.
        KeyError
            For a label that is not there, unless ``errors="ignore"``.
        """
        self._stored()
        chosen = {**(labels or {}), **labels_kwargs}

        def shrunk(full: Labelled) -> Labelled:
            on_ledger = {dim: values for dim, values in chosen.items() if dim in full.ledger.dims}
            data = full.data.drop_sel(chosen, errors=errors)  # type: ignore[arg-type]
            return Labelled(data, full.ledger.drop_sel(on_ledger, errors=errors))  # type: ignore[arg-type]

        self._archive.change(shrunk)

    def delete_ds(self) -> None:
        """Remove the file, and forget what was harvested."""
        self._archive.delete()

    def _stored(self) -> Labelled:
        full = self._archive.current()
        if full is None:
            msg = "nothing is harvested yet; call harvest_combos first"
            raise SpaceError(msg)
        return full

    def plot(self, *wishes: Any, **named_wishes: Any) -> Any:
        """Draw everything harvested so far, by label.

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
        return plot(needed(self.full_ds, "harvest_combos"), *wishes, **named_wishes)

    def __repr__(self) -> str:
        """Show the runner and the file."""
        runner = repr(self.runner).replace("\n", "\n    ").replace("<", "Runner: <", 1)
        return f"<xyzpy_widgets.Harvester>\n{runner}\nSync file --> {self._archive.where}"

    def _repr_html_(self) -> str:
        return card_html(harvest_card(self.runner.spec, self._archive.where, self._archive.current()))
