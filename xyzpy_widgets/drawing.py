"""What Runner, Harvester and Sampler have in common: they draw what they have, and open a panel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import pandas as pd
import xarray as xr

from xyzpy_widgets.doors import open_door
from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.plots import plot

__all__ = ["Drawable"]


class Drawable(ABC):
    """Something that has labelled data, or will have some."""

    _source: ClassVar[str]
    """The method that gives data first."""

    @abstractmethod
    def _drawn(self) -> xr.Dataset | pd.DataFrame | None:
        """Return what `plot` draws, None as long as there is nothing."""

    def plot(self, *wishes: Any, **named_wishes: Any) -> Any:
        """Draw what there is, by label: of a `Runner` its last run, of a `Harvester` or a `Sampler` everything.

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
        data = self._drawn()
        if data is None:
            msg = f"there is no data to draw yet; call {self._source} first"
            raise ViewError(msg)
        return plot(data, *wishes, **named_wishes)

    def panel(self) -> Any:
        """Open a panel: choose values, see the plan, run, watch and mend, and read the code that does the same.

        Returns
        -------
        Panel
            A widget that shows itself in a notebook; ``space``, ``plan`` and ``run`` are what it is set to.
        """
        return open_door("panel")(self)

    def explore(self, **wishes: Any) -> Any:
        """Open an explorer: see all there is, as it comes, pick out a part, and fill or refine it.

        Parameters
        ----------
        **wishes
            What is wished of the first view, by name, as for `plot`.

        Returns
        -------
        ResultsExplorer
            A widget that shows itself in a notebook; ``view``, ``selection`` and ``ds`` are what it is set to.

        Raises
        ------
        ViewError
            When the wishes do not fit the data.
        """
        return open_door("explore")(self, **wishes)
