"""What every widget has."""

from __future__ import annotations

from pathlib import Path
from typing import Final

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
