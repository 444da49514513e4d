"""How the documentation is built: ``make docs``, with warnings as errors."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from docutils import nodes
from numpydoc.docscrape import ClassDoc
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

from xyzpy_widgets import __version__

project = "xyzpy_widgets"
author = "The xyzpy_widgets developers"
copyright = f"2026, {author}"  # noqa: A001 - the name that Sphinx reads
release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "numpydoc"]
exclude_patterns = ["_build"]

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say what is taken and given
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# A name in backticks in a docstring is a link, and must lead somewhere.
default_role = "py:obj"
nitpicky = True
nitpick_ignore_regex = [
    # other libraries; their inventories would have to be fetched
    ("py:.*", r"(concurrent|holoviews|joblib|multiprocessing|numpy|pandas|pathlib|xarray)(\..*)?"),
    ("py:obj", "Client"),  # of dask.distributed
    # the bases of Python
    ("py:(class|exc)", r"[A-Z]\w*(Error|Warning)"),
]

html_theme = "pydata_sphinx_theme"
html_title = project
html_theme_options = {
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
}
html_show_sourcelink = False


def by_last_name(app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.TextElement) -> Any:
    """Find what a docstring calls by its last name alone: an object, or what the docstring of its class tells."""
    if node.get("reftype") != "obj":
        return None
    objects, target = env.get_domain("py").objects, node["reftarget"]  # type: ignore[attr-defined]
    owner = f"{node.get('py:module')}.{node.get('py:class')}"
    if owner in objects and target in told_names(node["py:module"], node["py:class"]):
        found = [objects[owner]]
    else:
        named = [entry for name, entry in objects.items() if name.endswith(f".{target}") and not entry.aliased]
        found = [entry for entry in named if entry.objtype not in {"method", "property"}] or named
    if len(found) != 1:
        return None
    (entry,) = found
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, shown)


def told_names(module: str, name: str) -> set[str]:
    """Return the parameters and attributes that the docstring of a class tells of."""
    told = ClassDoc(getattr(import_module(module), name))
    rows = [*told["Parameters"], *told["Attributes"]]
    return {one.strip() for row in rows for one in row.name.split(",")}


def setup(app: Sphinx) -> None:
    """Take part in the build."""
    app.connect("missing-reference", by_last_name)
