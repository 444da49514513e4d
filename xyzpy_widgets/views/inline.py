"""Show figures without a network: each brings its data, and one of them brings BokehJS.

A figure is one piece of HTML that holds a still picture and the figure as JSON. Where scripts run, BokehJS puts the
figure in the place of the picture; where they do not (a notebook that is not trusted, a static viewer), the picture
stays. BokehJS is the copy that was installed with bokeh. A notebook gets it with the first figure that it shows, and
again when the cell of that figure runs again; all figures of a page share it.
"""

from __future__ import annotations

import base64
import gzip
import html
import re
import sys
import uuid
from collections.abc import Mapping
from functools import cache
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any

from xyzpy_widgets.views.picture import picture

__all__ = ["apart", "figure_html", "packed_library", "save_html", "show_inline"]

_STYLE = "color: var(--jp-ui-font-color1, CanvasText); position: relative; overflow-x: auto"
_NO_PICTURE = "This figure has no still picture; it shows where its script may run, in a trusted notebook."


def figure_html(drawn: Any, *, library: bool) -> str:
    """Return what holoviews draws as a piece of HTML, with BokehJS in it or not."""
    import bokeh
    import holoviews as hv
    from bokeh.core.json_encoder import serialize_json
    from bokeh.embed import json_item

    title, figure = apart(hv.render(drawn, backend="bokeh"))
    item = serialize_json(json_item(figure)).replace("<", "\\u003c")
    name = f"xyz-{uuid.uuid4().hex}"
    root = f'document.currentScript.closest(".xyz-plot") ?? document.getElementById("{name}")'
    parts = [
        f'<div class="xyz-plot" id="{name}" data-bokeh="{bokeh.__version__}" style="{_STYLE}">',
        f'<div style="font-weight: 600">{html.escape(title)}</div>' if title else "",
        f'<div class="xyz-picture">{_picture_html(picture(figure))}</div>',
        f'<script type="application/json" class="xyz-figure">{item}</script>',
        f'<script type="text/plain" class="xyz-library">{packed_library()}</script>' if library else "",
        f"<script>(() => {{\n{_script()}\ndrawFigure({root});\n}})()</script>",
        "</div>",
    ]
    return "".join(parts)


def apart(figure: Any) -> tuple[str, Any]:
    """Return the title of a layout and the layout: holoviews writes it in a widget, and those need a larger BokehJS."""
    from bokeh.models.layouts import Column
    from bokeh.models.widgets import Div

    match figure:
        case Column(children=[Div() as title, layout]):
            return html.unescape(re.sub("<[^>]*>", "", title.text)), layout
    return "", figure


def _picture_html(svg: str | None) -> str:
    if svg is None:
        return _NO_PICTURE
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="" style="max-width: 100%" src="data:image/svg+xml;base64,{data}">'


@cache
def packed_library() -> str:
    """Return BokehJS as it was installed with bokeh, packed with gzip to a third of its size, in base 64."""
    source = resources.files("bokeh").joinpath("server", "static", "js", "bokeh.min.js").read_bytes()
    return base64.b64encode(gzip.compress(source, mtime=0)).decode()


@cache
def _script() -> str:
    here = resources.files("xyzpy_widgets.views")
    shared, own = (here.joinpath(name).read_text(encoding="utf-8") for name in ("bokeh.js", "inline.js"))
    return shared.replace("export ", "") + own


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font-family: Helvetica, Arial, sans-serif }}
body {{ background: Canvas; color: CanvasText; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def save_html(drawn: Any, path: str | PathLike[str], title: str) -> Path:
    """Write plots to a page that stands alone: it needs no network and no other file.

    Parameters
    ----------
    drawn : holoviews object, sequence of them, or mapping of str to them
        The plots; the keys of a mapping are written above them.
    path : path-like
        The file, which is replaced.
    title : str
        The title of the page.

    Returns
    -------
    pathlib.Path
        The file.
    """
    if isinstance(drawn, Mapping):
        plots = list(drawn.items())
    else:
        plots = [("", one) for one in (drawn if isinstance(drawn, (list, tuple)) else [drawn])]
    heads = [f"<h2>{html.escape(str(head))}</h2>\n" if head else "" for head, _ in plots]
    figures = [figure_html(one, library=number == 0) for number, (_, one) in enumerate(plots)]
    body = "\n".join(head + figure for head, figure in zip(heads, figures, strict=True))
    file = Path(path)
    file.write_text(_PAGE.format(title=html.escape(title), body=body), encoding="utf-8")
    return file


class _Notebook:
    """A notebook in which figures are shown; it knows the cell whose output holds BokehJS."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.holder: str | None = None
        shell.events.register("pre_run_cell", self.forget)

    def forget(self, *_: Any) -> None:
        """Note that a cell runs, and that what it held goes with its output."""
        if self.holder == self._cell() != "":
            self.holder = None

    def show(self, drawn: Any, include: Any = None, exclude: Any = None) -> Any:  # noqa: ARG002 - IPython's call
        """Return what a notebook shows of an object of holoviews."""
        import holoviews as hv

        shown: tuple[dict[str, Any], dict[str, Any]] = hv.Store.render(drawn)
        if shown[0] or drawn.traverse(None, [hv.HoloMap]):
            return shown  # holoviews was set up to show its objects, or it alone can show this one
        first = self.holder is None
        if first:
            self.holder = self._cell()
        return {"text/html": figure_html(drawn, library=first)}, {}

    def _cell(self) -> str:
        """Return the cell that runs; the empty text where the front end does not tell."""
        return str(self.shell.get_parent().get("metadata", {}).get("cellId", ""))


def show_inline() -> None:
    """Let the notebook, if this is one, show what holoviews draws.

    Where ``hv.extension`` was called, holoviews shows its objects itself, as before.
    """
    shell: Any = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if getattr(shell, "kernel", None) is None:
        return
    from holoviews.core.dimension import Dimensioned

    formatter = shell.display_formatter.mimebundle_formatter
    if Dimensioned not in formatter.type_printers:
        formatter.for_type(Dimensioned, _Notebook(shell).show)
