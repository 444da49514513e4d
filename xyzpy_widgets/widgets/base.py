"""What every widget has."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from threading import RLock
from typing import Any, Final

import anywidget
from traitlets import Unicode

__all__ = ["AGAIN", "STATIC", "STILL_MIME", "Widget", "with_still"]

STATIC: Final = Path(__file__).parents[1] / "static"
"""The folder with the script and the style of each widget, which `npm run build:widgets` makes."""


STILL_MIME: Final = "application/vnd.xyzpy.still+json"
"""Marks an output that holds a widget, and beside it as HTML a card that is shown while the widget is not there."""

AGAIN: Final = "as it stood when this cell ran; run the cell again to see it live"
"""What a card says of itself."""


def with_still(view: Mapping[str, Any], text: str, html: str) -> dict[str, Any]:
    """Return what a notebook stores of a widget, and of how it is told where the widget does not live."""
    return {**view, STILL_MIME: {}, "text/plain": text, "text/html": html}


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

    def still(self) -> tuple[str, str]:
        """Return what stands where the widget does not live, as text and as HTML."""
        name = type(self).__name__
        return f"<{name}>", f"<div><b>{escape(name)}</b>: run the cell again to see it</div>"

    def _repr_mimebundle_(self, **keywords: Any) -> Any:
        """Return the widget, and what stands where it does not live."""
        bundle: Any = super()._repr_mimebundle_(**keywords)
        view, meta = bundle
        return with_still(view, *self.still()), meta
