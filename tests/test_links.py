"""The links of the documents lead somewhere, and what they name is there; links to other sites are not fetched."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
]
_LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]+`")
_HEADING = re.compile(r"^#+ (?P<words>.+)$", re.MULTILINE)
_TARGET = re.compile(r"^(?P<name>[\w-]+):", re.MULTILINE)
_KEPT = string.ascii_lowercase + string.digits + "-_ "


def prose(path: Path) -> str:
    """Return the text of a document without its blocks of code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return _FENCE.sub("", text)


def anchors(path: Path) -> set[str]:
    """Return what the headings of a document are called in a link."""
    words = [match["words"].lower() for match in _HEADING.finditer(prose(path))]
    return {"".join(letter for letter in heading if letter in _KEPT).strip().replace(" ", "-") for heading in words}


def broken(path: Path) -> Iterator[str]:
    """Yield the links of a document that lead nowhere in this repository."""
    for match in _LINK.finditer(_CODE.sub("code", prose(path))):
        target, _, anchor = match["target"].partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        there = path if not target else (path.parent / target).resolve()
        if not there.is_relative_to(ROOT) or not there.exists() or (anchor and anchor not in anchors(there)):
            yield match["target"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_links_of_a_document_lead_somewhere(path: Path) -> None:
    """Whoever follows a link inside the repository arrives."""
    assert list(broken(path)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself can fail: on a file, on a heading, and outside of the repository."""
    monkeypatch.setattr("tests.test_links.ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# One [two](page.md)\n[a](b.md) ![c](page.md#one-twopagemd) [d](#e) [f](/etc/passwd)\n[g](https://x.y)\n"
    )
    assert list(broken(page)) == ["b.md", "#e", "/etc/passwd"]


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path.suffix == ".md"], ids=lambda path: path.name)
def test_the_commands_of_a_document_are_there(path: Path) -> None:
    """A ``make`` or ``npm run`` that a document names can be made or run."""
    text = path.read_text(encoding="utf-8")
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    scripts = set(json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["scripts"])
    assert set(re.findall(r"(?:`|^)make ([a-z][\w-]*)", text, re.MULTILINE)) <= targets
    assert set(re.findall(r"(?:`|^)npm run ([a-z][\w:-]*)", text, re.MULTILINE)) <= scripts


def test_the_tree_in_contributing_is_whole() -> None:
    """Every module stands in the annotated tree, and what stands there is in the package."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tree = text[text.index("xyzpy_widgets/\n") : text.index("src/ ")]
    told = set(re.findall(r"[\w-]+\.py\b", tree))
    package = ROOT / "xyzpy_widgets"  # a folder in a room stands there as one
    there = {path.name for path in (*package.glob("*.py"), *package.glob("*/*.py"))} - {"_version.py"}
    assert told == there
