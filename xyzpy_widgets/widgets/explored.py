"""What an explorer explores: labelled data, or something that has some and can run more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd
import xarray as xr

from xyzpy_widgets.core.lattice import lattice_of
from xyzpy_widgets.core.outcome import Status
from xyzpy_widgets.core.region import Step
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.harvester import Harvester
from xyzpy_widgets.labelling.ledger import Labelled
from xyzpy_widgets.labelling.merge import merge
from xyzpy_widgets.onlooker import Onlooker
from xyzpy_widgets.preview import Preview
from xyzpy_widgets.run import Run
from xyzpy_widgets.runner import Runner
from xyzpy_widgets.sampler import Sampler
from xyzpy_widgets.summary import called
from xyzpy_widgets.views.resolve import named
from xyzpy_widgets.views.states import UNDER_WAY

__all__ = ["Explored", "Seen", "Target"]

Target: TypeAlias = xr.Dataset | xr.DataArray | pd.DataFrame | Runner | Harvester | Sampler | Onlooker

_WORDS = {
    "done": "done",
    "running": "running (dotted)",
    "failed": "failed (▲)",
    "cancelled": "cancelled (crossed)",
    "missing": "not run (hatched)",
}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What there is to see at one moment.

    Attributes
    ----------
    data : xarray.Dataset or pandas.DataFrame or None
        The data, all names as texts; None as long as there is none.
    states : xarray.DataArray or None
        The state of each case over the arguments; None where it is not known.
    said : str
        What else is to be known of it; may be empty.
    """

    data: xr.Dataset | pd.DataFrame | None
    states: xr.DataArray | None = None
    said: str = ""


class Explored:
    """A target of an explorer, seen in one way.

    Parameters
    ----------
    target : xarray.Dataset, xarray.DataArray, pandas.DataFrame, Runner, Harvester, Sampler or Onlooker

    Attributes
    ----------
    target
    runs : bool
        Whether cases can be run from the explorer.

    Raises
    ------
    ViewError
        For anything else.
    """

    def __init__(self, target: Target) -> None:
        kinds = (xr.Dataset, xr.DataArray, pd.DataFrame, Runner, Harvester, Sampler, Onlooker)
        if not isinstance(target, kinds):
            raise ViewError(f"{target!r} cannot be explored; give a Dataset, a DataFrame, a Harvester or a Sampler")
        self.target = target
        self.runs = isinstance(target, Harvester)
        self._run: Run | None = None

    def follow(self, run: Run | None) -> None:
        """See what a run gives while it goes on, too."""
        self._run = run

    @property
    def title(self) -> str:
        """What is explored."""
        if isinstance(self.target, (Harvester, Sampler)):
            return called(self.target.runner.spec)
        if isinstance(self.target, Onlooker):
            return self.target.path.name
        return called(self.target.spec) if isinstance(self.target, Runner) else ""

    def seen(self) -> Seen:
        """Return what there is to see now."""
        target = self.target
        part = None if self._run is None else self._run.so_far()
        if isinstance(part, Labelled):
            return self._seen_live(part)
        if isinstance(target, Harvester):
            full = target.full_ds
            return Seen(None) if full is None else Seen(named(full), target.status)
        if isinstance(target, Onlooker):
            look = target.look()
            return Seen(named(look.data), look.states, look.said)
        if isinstance(target, Runner):
            return Seen(None if target.last_ds is None else named(target.last_ds))
        if isinstance(target, Sampler):
            return Seen(None if target.full_df is None else named(target.full_df))
        return Seen(named(target))

    def _seen_live(self, part: Labelled) -> Seen:
        """Return what is stored together with what a run has given so far, and which cases are under way."""
        whole, target = part, self.target
        if isinstance(target, Harvester) and target.full_ds is not None:
            stored = Labelled(target.full_ds, xr.Dataset({"status": target.status}))
            whole = merge(stored, part, "replace")
        states = whole.ledger["status"]
        run = cast("Run", self._run)
        lattice = lattice_of(run.plan.space)
        grid = np.zeros(lattice.size, dtype=np.int8)
        grid[lattice.cells(range(len(run.plan.space)))] = run.states
        way = xr.DataArray(grid.reshape(lattice.shape), lattice.labels(), lattice.names)
        running = way.reindex_like(states, fill_value=0).transpose(*states.dims) == UNDER_WAY
        blank = states == Status.MISSING
        return Seen(named(whole.data), states.where(~(running & blank), UNDER_WAY).astype(np.int8))

    def args(self, data: xr.Dataset) -> tuple[str, ...]:
        """Return the dimensions that tell the cases apart: the arguments, where these are known."""
        if isinstance(self.target, Harvester) and self.target.full_ds is not None:
            return tuple(map(str, self.target.status.dims))
        states = self.target.look().states if isinstance(self.target, Onlooker) else None
        if states is not None:
            return tuple(map(str, states.dims))
        return tuple(map(str, data.dims))

    def preview(self, step: Step) -> Preview:
        """Return what a step would run; raises what keeps it from running."""
        return self._harvester().plan(dict(step.combos), **_named(step))

    def submit(self, step: Step) -> Run:
        """Run a step, whichever of its cases fail, and return the handle at once."""
        return self._harvester().submit(dict(step.combos), on_error="continue", **_named(step))

    def _harvester(self) -> Harvester:
        if not isinstance(self.target, Harvester):
            raise ViewError(
                "only a Harvester runs more cases and keeps them; open its explorer with harvester.explore()"
            )
        return self.target

    def said(self, seen: Seen) -> str:
        """Say how many cases there are of each state, what marks them, and what else is to be known."""
        counts = self.counted(seen.states, {})
        told = ", ".join(f"{counts[name]} {word}" for name, word in _WORDS.items() if counts.get(name))
        return ". ".join(filter(None, (told, seen.said)))

    def counted(self, states: xr.DataArray | None, places: Mapping[str, Any]) -> dict[str, int]:
        """Count the cases at some places by their state."""
        if states is None:
            return {}
        part = states.isel({dim: at for dim, at in places.items() if dim in states.dims}).to_numpy()
        words = {
            "done": Status.DONE,
            "running": UNDER_WAY,
            "failed": Status.FAILED,
            "cancelled": Status.CANCELLED,
            "missing": Status.MISSING,
        }
        return {word: int(np.count_nonzero(part == code)) for word, code in words.items()} | {"cases": int(part.size)}


def _named(step: Step) -> dict[str, Any]:
    return dict(step.wishes)
