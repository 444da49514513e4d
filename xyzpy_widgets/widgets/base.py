"""What every widget has."""

from __future__ import annotations

from pathlib import Path
from threading import RLock
from typing import Any, Final

import anywidget
from traitlets import Unicode

__all__ = ["STATIC", "Widget"]

STATIC: Final = Path(__file__).parents[1] / "static"
"""The folder with the script and the style of each widget, which `npm run build:widgets` makes."""


class Widget(anywidget.AnyWidget):
    """A widget of a panel.

    Attributes
    ----------
    panel : str
        The panel that it belongs to; widgets with one panel act as one.
    """

    panel = Unicode("").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._guard = RLock()
        super().__init__(**traits)

    def tell(self, **traits: Any) -> None:
        """Set some traits and send them in one message; from any thread."""
        with self._guard, self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)
