"""The widget that shows a figure, without a network: BokehJS comes from the kernel, once for each page."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

from traitlets import Int, Unicode

from xyzpy_widgets.views.document import Box, FigureDocument, Patch, bokeh_version
from xyzpy_widgets.views.filling import Filling
from xyzpy_widgets.views.inline import packed_library
from xyzpy_widgets.widgets.answers import answering
from xyzpy_widgets.widgets.base import AGAIN, STATIC, Widget
from xyzpy_widgets.widgets.protocol import FigureReply, LibraryReply
from xyzpy_widgets.widgets.route import heard_while_busy

__all__ = ["BokehView", "FigureWidget"]


class FigureWidget(Widget):
    """A widget with a figure.

    Attributes
    ----------
    bokeh : str
        The version of BokehJS that the kernel sends.
    revision : int
        Grows with every figure that replaces another; a change of the figure itself goes out as a patch.
    picture : str
        A still picture of the figure as SVG; may be empty.
    """

    bokeh = Unicode("").tag(sync=True)
    revision = Int(0).tag(sync=True)
    picture = Unicode("").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.figure = FigureDocument(self._patched, self._boxed)
        self.on_msg(lambda _widget, content, _buffers: self._done(content))

    def show(self, drawn: Any, *, wraps: bool = False, filling: Filling | None = None) -> bool:
        """Show what holoviews draws, in the figure that is there where it can be; from any thread.

        Parameters
        ----------
        drawn : holoviews object
        wraps : bool, optional
            Whether several panels may stand in as many rows as the width of a view makes of them.
        filling : Filling, optional
            What fields of cells are drawn from.

        Returns
        -------
        bool
            Whether the figure is a new one.
        """
        new = self.figure.show(drawn, wraps=wraps, filling=filling)
        if new:
            self.tell(bokeh=bokeh_version(), revision=self.revision + 1, picture=self.figure.picture())
        return new

    def library_reply(self) -> LibraryReply:
        """Return BokehJS."""
        return {"packed": packed_library()}

    def figure_reply(self) -> FigureReply:
        """Return the figure as it is now."""
        json, serial = self.figure.to_json()
        return {"json": json, "serial": serial}

    def still(self) -> tuple[str, str]:
        """Return the name of the widget, and a still picture of the figure."""
        picture, title = self.figure.picture(), escape(self._titled())
        data = base64.b64encode(picture.encode()).decode()
        head = f'<div style="font-weight: 600">{title}</div>' if title else ""
        image = f'<img alt="" style="max-width: 100%" src="data:image/svg+xml;base64,{data}">' if picture else ""
        return type(self).__name__, f'<div>{head}{image}<div style="opacity: 0.7">{AGAIN}</div></div>'

    def _titled(self) -> str:
        """Return what stands above the figure."""
        return self.figure.title

    def _patched(self, patch: Patch) -> None:
        """Tell the views of a change."""
        told = {"kind": "patch", "content": patch.content, "ids": patch.ids, "origin": patch.origin}
        self.send({**told, "serial": patch.serial}, buffers=patch.buffers)

    def _boxed(self, box: Box) -> None:
        """Take note of a box that was drawn."""

    def _done(self, content: Any) -> None:
        match content:
            case {"kind": "patch", "content": str(patch), "view": str(view)}:
                self.figure.apply(patch, view)


class BokehView(FigureWidget):
    """A figure in any layout of widgets: it changes in place, and what is done in it reaches Python.

    Parameters
    ----------
    drawn : holoviews object, optional
        What is shown first.

    Examples
    --------
    >>> import xarray as xr
    >>> from xyzpy_widgets.views.plots import plot
    >>> view = BokehView(plot(xr.DataArray([1.0, 4.0, 9.0], dims=["t"], name="out")))
    >>> view.show(plot(xr.DataArray([1.0, 4.0, 8.0], dims=["t"], name="out")))
    False
    >>> view.revision
    1
    """

    _esm = STATIC / "bokeh_view.js"
    _css = STATIC / "bokeh_view.css"

    def __init__(self, drawn: Any = None, **traits: Any) -> None:
        super().__init__(**traits)
        heard_while_busy(self)
        answering(self, {"library": lambda _: self.library_reply(), "figure": lambda _: self.figure_reply()})
        if drawn is not None:
            self.show(drawn)
