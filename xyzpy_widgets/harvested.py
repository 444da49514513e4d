"""What was harvested: labelled data that is looked at, and changed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

import pandas as pd
import xarray as xr

from xyzpy_widgets.archive import Archive
from xyzpy_widgets.collection import Collection
from xyzpy_widgets.core.labels import shown
from xyzpy_widgets.core.space import Combos
from xyzpy_widgets.core.version import function_version
from xyzpy_widgets.errors import SpaceError
from xyzpy_widgets.failures import failure_table
from xyzpy_widgets.harvest import as_on_conflict
from xyzpy_widgets.history import History
from xyzpy_widgets.labelled_store import LabelledGrowth, LabelledStore
from xyzpy_widgets.labelling.account import check_dims
from xyzpy_widgets.labelling.constants import differing, recorded
from xyzpy_widgets.labelling.deepened import deepened
from xyzpy_widgets.labelling.failing import is_among, label_keys
from xyzpy_widgets.labelling.ledger import Labelled, copied, with_inferred_ledger
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.store.leaving import divided
from xyzpy_widgets.store.names import place_of
from xyzpy_widgets.store.netcdf import NetCDFStore
from xyzpy_widgets.summary import harvest_card
from xyzpy_widgets.views.card import card_html

__all__ = ["HISTORY_BYTES", "Harvested"]

HISTORY_BYTES = 2**25
"""How much is kept for going back, when nothing else is said."""

_COLUMNS = ("when", "note", "new", "changed", "conflicts", "version", "host", "undoable")


class Harvested(Collection[Labelled]):
    """A Runner and the dataset that its results are merged into, in memory or in a file."""

    _source = "harvest_combos"

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
        super().__init__(runner)
        start = None if full_ds is None else with_inferred_ledger(full_ds.copy(deep=True), self.runner.fn_args)
        self._store: LabelledStore | None = None
        if data_name is not None:
            file = NetCDFStore.named(data_name, engine, chunks)
            self._named = str(file.path)
            self._store = LabelledStore(replace(file, path=place_of(file.path)), self.runner.fn_args)
        path = None if self._store is None else self._store.path.with_name(f"{self._store.path.name}.history")
        growth = LabelledGrowth(large=chunks is not None)
        self._archive = Archive(self._store, growth, start, History(growth, path, history_bytes))

    @property
    def full_ds(self) -> xr.Dataset | None:
        """Everything harvested so far: what the file holds now, and what is not yet in it; None without any.

        A copy: it does not change with later harvests, nor they with it.
        """
        full = self._archive.current()
        return None if full is None else divided(copied(full.data))

    @property
    def status(self) -> xr.DataArray:
        """The state of each case: int8 over the arguments, with ``flag_values`` and ``flag_meanings`` (CF 3.5).

        Raises `SpaceError` when nothing is harvested yet.
        """
        return divided(self._stored().ledger[["status"]])["status"].copy()

    @property
    def timings(self) -> xr.DataArray:
        """How long each case took, in seconds: float32 over the arguments, nan where that is not known.

        Raises `SpaceError` when nothing is harvested yet.
        """
        return divided(self._stored().ledger[["seconds"]])["seconds"].copy()

    @property
    def failures(self) -> pd.DataFrame:
        """The cases that failed and are not done: their arguments, what was raised, said and where, the traceback."""
        full = self._archive.current()
        return failure_table(() if full is None else full.account.failures)

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

    def _check(self, new: Labelled) -> None:
        """Raise what would keep new data from being merged or written."""
        check_dims(new.parts.sizes)
        known = self._archive.check(new)
        if self._store is not None and not (known and new.is_numeric):
            self._store.check_encodable(new)

    def _check_outline(self, outline: Labelled) -> None:
        """Do so for data without values: where its structure is stored already, it can be."""
        check_dims(outline.parts.sizes)
        if not self._archive.check(outline) and self._store is not None:
            self._store.check_encodable(outline)

    def add_ds(self, new_ds: xr.Dataset, *, sync: bool = True, overwrite: bool | None = None) -> None:
        """Merge a dataset that was made elsewhere; it is not changed.

        Parameters
        ----------
        new_ds : xarray.Dataset
            Its dimensions that are arguments of the function tell the cases; what is not null counts as done.
        sync : bool
            Whether to write the file; else it is kept in the journal, and goes with the next call that writes.
        overwrite : bool or None
            As for `harvest_combos`.

        Raises
        ------
        SpaceError
            When an axis has a label twice, or the name of what is kept of each case, such as ``status``.
        MergeError, ConflictError, StoreError
            When it does not go together with the stored data, or cannot be written.
        """
        on_conflict = as_on_conflict(overwrite)
        new = with_inferred_ledger(new_ds, self.runner.fn_args).copy()
        self._archive.add_made(new, on_conflict, sync=sync, note="add_ds", check=self._check)

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
        check_dims([name])
        full = self._stored()
        if name in full.data.dims:
            msg = f"{name!r} is a dimension already; sweep over its values as over any other's"
            raise SpaceError(msg)
        if differing(full.constants, recorded({name: value})):
            made = shown(full.constants[name])
            msg = f"the stored cases were made with {name}={made}, not {shown(value)}"
            raise SpaceError(f"{msg}; give expand_dims({name!r}, {made})")
        (labels,) = Combos((name,), ((value,),)).labelled().values

        def grown(full: Labelled) -> Labelled:
            constants = {key: kept for key, kept in full.constants.items() if key != name}
            failures = [{**one, "args": {name: value, **one["args"]}} for one in full.account.failures]
            told = full.ledger.assign_attrs(constants=constants, failures=failures)
            ledger = deepened(told, name, labels[0])
            data = deepened(full.data, name, labels[0])
            data.attrs = {key: kept for key, kept in full.data.attrs.items() if key != name}
            return Labelled(data, ledger)

        self._archive.change(grown, f"expand_dims({name!r}, {value!r})")

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
            ledger = full.ledger.drop_sel(on_ledger, errors=errors)  # type: ignore[arg-type]
            keys = label_keys({arg: data[arg].to_numpy() for arg in full.args})
            failures = [one for one in full.account.failures if is_among(one, keys)]
            return Labelled(data, ledger.assign_attrs(failures=failures))

        self._archive.change(shrunk, f"drop_sel({chosen!r})")

    @property
    def history(self) -> pd.DataFrame:
        """The steps in which the data came about, oldest first; what is not written yet is written before.

        ``when`` (UTC); ``note``, what it was: a harvest, one that was recovered from the journal, `add_ds`, `drop_sel`
        or `expand_dims`; how many cases were ``new``, how many ``changed`` that were done before, and how many
        ``conflicts`` of values there were; the ``version`` of the function and the ``host``; and ``undoable``, whether
        as many calls of `undo` as there are rows from here on reach back before it.
        """
        rows = [
            {"new": 0, "changed": 0, "conflicts": 0, "version": "", "host": "", **step.told, "undoable": reached}
            for step, reached in self._archive.steps()
        ]
        table = pd.DataFrame(rows, columns=list(_COLUMNS))
        return table.assign(when=pd.to_datetime(table["when"].astype(float), unit="s"))

    @property
    def asked(self) -> list[dict[str, Any]]:
        """What the last harvests were asked for, the newest first: ``combos``, ``cases`` and ``constants`` of each.

        Also of those that were stopped, or whose process died. It ends before the first step of `history` that was no
        harvest, or whose space took more than ten thousand values to write down.
        """
        return [dict(one) for one in self._archive.asked()]

    def undo(self) -> None:
        """Go back to the data before the last step of `history`, and write the file.

        Steps are taken back one by one, the newest first, whichever process made them; the journal has nothing of them
        any more, so the cases are as before, done or not.

        Raises
        ------
        StoreError
            When there is no step, what it replaced was too large to be kept (see ``history_bytes``), or another program
            has changed the file since.
        """
        self._archive.undo()

    def delete_ds(self) -> None:
        """Remove the file, and forget what was harvested."""
        self._archive.delete()

    def _stored(self) -> Labelled:
        full = self._archive.current()
        if full is None:
            msg = "nothing is harvested yet; call harvest_combos first"
            raise SpaceError(msg)
        return full

    def _drawn(self) -> xr.Dataset | None:
        return self.full_ds

    def _repr_html_(self) -> str:
        return card_html(
            self._archive.lasting(lambda: harvest_card(self.runner.spec, self._where, self._archive.current()))
        )
