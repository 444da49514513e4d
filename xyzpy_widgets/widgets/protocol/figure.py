"""A figure of Bokeh's: the library and the document."""

from __future__ import annotations

from typing import TypedDict

__all__ = ["FigureReply", "LibraryReply"]


class LibraryReply(TypedDict):
    """BokehJS, packed with gzip and written in base 64."""

    packed: str


class FigureReply(TypedDict):
    """Bokeh's document, with all patches up to a serial number in it."""

    json: str
    serial: int
