"""`Onlooker`: what a data file and its journal hold, seen by somebody who changes neither."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import xarray as xr

from xyzpy_widgets.errors import FormatError, StoreError, XyzError
from xyzpy_widgets.labelled_store import LabelledGrowth
from xyzpy_widgets.labelling.conflicts import OnConflict
from xyzpy_widgets.labelling.grid import Grid
from xyzpy_widgets.labelling.ledger import Labelled
from xyzpy_widgets.log import Told, replays
from xyzpy_widgets.store.frames import Record, scan
from xyzpy_widgets.store.identity import Identity, identity
from xyzpy_widgets.store.journal import SegmentFile, segments
from xyzpy_widgets.store.kinds import engine_for, named_groups
from xyzpy_widgets.store.names import place_of
from xyzpy_widgets.store.netcdf import NetCDFStore

__all__ = ["Look", "Onlooker"]

_UNDER_WAY = "A process is adding to this file; the cases that have ended so far are shown too."


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What there was to see at one moment.

    Attributes
    ----------
    data : xarray.Dataset
    states : xarray.DataArray or None
        The state of each case over the arguments; None in a file of another program.
    said : str
        What is to be known of it: who is writing, what could not be joined; may be empty.
    """

    data: xr.Dataset
    states: xr.DataArray | None
    said: str


class Onlooker:
    """A data file of any engine that is looked at and never written.

    The cases in the journal that have ended are seen too, those of a harvest under way in another process as well: they
    are on the disk. Writers are not waited for, nor do they wait.

    Parameters
    ----------
    path : pathlib.Path
        The file, or the folder of zarr, under whatever name.
    """

    def __init__(self, path: Path) -> None:
        self._guard = Lock()
        self.move(path)

    def move(self, path: Path) -> None:
        """Go on with the same file under another name."""
        with self._guard:
            self.path = path
            self._seen: tuple[Identity | None, tuple[SegmentFile, ...]] | None = None
            self._look: Look | None = None

    @property
    def changed(self) -> bool:
        """Whether there is something else to see than what `look` returned last."""
        return self._seen != self._stands()

    def look(self) -> Look:
        """Return what there is now.

        Raises
        ------
        FormatError
            When the file is damaged, or holds no labelled data.
        StoreError
            When there is none, or another program keeps readers out.
        """
        with self._guard:
            seen = self._stands()
            if self._look is None or seen != self._seen:
                self._look = self._looked(seen[1])
                self._seen = seen
            return self._look

    def _stands(self) -> tuple[Identity | None, tuple[SegmentFile, ...]]:
        place = place_of(self.path)
        journal = place.with_name(f"{place.name}.journal")
        return identity(self.path), tuple(segments(journal))

    def _looked(self, logs: tuple[SegmentFile, ...]) -> Look:
        told = _told(logs)  # before the file: what goes from one to the other meanwhile is seen twice and not never
        data, ledger = self._stored()
        said = [_UNDER_WAY] if any(one.live for one in logs) else []
        if ledger is None:
            return Look(data, None, " ".join(said))
        if not told:
            return Look(data, ledger["status"], " ".join(said))
        full, unfit = _joined(Labelled(data, ledger), told)
        return Look(full.data, full.ledger["status"], " ".join(said + unfit))

    def _stored(self) -> tuple[xr.Dataset, xr.Dataset | None]:
        engine = engine_for(self.path)
        found = NetCDFStore(self.path, engine).look()
        if found is None:
            raise StoreError(f"there is no {self.path} any more; correct the path, or harvest it again")
        if not found[0].data_vars:
            raise FormatError(self._empty(engine))
        return found

    def _empty(self, engine: str) -> str:
        groups = named_groups(self.path) if engine == "h5netcdf" else []
        if not groups:
            return f"{self.path} holds no variables"
        one = f"xr.open_dataset({str(self.path)!r}, group={groups[0]!r})"
        return f"{self.path} holds no variables but in its groups {', '.join(groups)}; read one with {one}"


def _joined(stored: Labelled, told: list[Told]) -> tuple[Labelled, list[str]]:
    """Put what runs have given into what was read, which nobody else has; say what could not be."""
    grid, unfit = Grid(stored), []
    for run in told:
        how: OnConflict = "keep" if run.on_conflict == "raise" else run.on_conflict
        try:
            grid.put(LabelledGrowth().rebuilt(run), how)
        except XyzError as error:
            unfit.append(f"What a run left in the journal does not go together with the file: {error}.")
    return grid.labelled, unfit


def _told(logs: tuple[SegmentFile, ...]) -> list[Told]:
    """Return the runs that a journal tells of, as far as it does now."""
    runs: list[Told] = []
    for log in logs:
        with suppress(FileNotFoundError):  # its results have gone into the file
            runs += replays(one.value for one in scan(log.path) if isinstance(one, Record))[0]
    return runs
