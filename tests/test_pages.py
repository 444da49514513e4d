"""The pages of the documentation are true: their code runs, and gives what is written under it."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.ipython import Notebook

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```(?P<words>[^\n`]+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@dataclass(frozen=True)
class Block:
    """A block of code: its words (the language, and "elsewhere" where it needs what is not here), its text and line."""

    words: tuple[str, ...]
    text: str
    line: int


def blocks_of(page: Path, *languages: str) -> list[Block]:
    """Return the blocks of a page in some languages, in order."""
    text = page.read_text(encoding="utf-8")
    found = [
        Block(tuple(match["words"].split()), match["text"], text.count("\n", 0, match.start()) + 1)
        for match in _FENCE.finditer(text)
    ]
    return [block for block in found if block.words[0] in languages]


def run(page: Path, block: Block, names: dict[str, Any]) -> None:
    """Run a block; of an example with outputs, compare them."""
    place = f"{page.relative_to(ROOT)}:{block.line}"
    if block.words[0] == "python":
        exec(compile("\n" * block.line + block.text, place, "exec"), names)  # noqa: S102 - our own text
        return
    example = doctest.DocTestParser().get_doctest(block.text, names, place, place, block.line)
    differences: list[str] = []
    doctest.DocTestRunner(optionflags=_OPTIONS).run(example, out=differences.append, clear_globs=False)
    assert not differences, "".join(differences)
    names.update(example.globs)


WITH_CODE = [page for page in PAGES if blocks_of(page, "python", "pycon")]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page, one after another in a new folder, run as they stand and give what is written."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks_of(page, "python", "pycon"):
        if "elsewhere" in block.words:
            check_elsewhere(block)
        else:
            run(page, block, names)


def check_elsewhere(block: Block) -> None:
    """Check what can be checked of code that needs a cluster: it compiles, and what it imports is there to import."""
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom) and node.module and find_spec(node.module.partition(".")[0]):
            module = importlib.import_module(node.module)
            assert [alias.name for alias in node.names if not hasattr(module, alias.name)] == []


def test_only_code_for_a_cluster_is_not_run() -> None:
    """A page cannot get around the test above, but for the one about machines that are not here."""
    pages = {page.name for page in WITH_CODE for block in blocks_of(page, "python", "pycon") if len(block.words) > 1}
    assert pages == {"cluster.md"}


def test_the_test_sees_the_blocks() -> None:
    """The tests above have something to run, and no block is fenced in a language that they overlook."""
    assert len([block for page in WITH_CODE for block in blocks_of(page, "python", "pycon")]) > 50
    known = {"python", "pycon", "ipython", "sh", "text", "{eval-rst}", "{toctree}"}
    words = {match["words"].split()[0] for page in PAGES for match in _FENCE.finditer(page.read_text(encoding="utf-8"))}
    assert words <= known


@pytest.mark.parametrize(("given", "written"), [("1 + 1", "3"), ("1 / 0", "0")])
def test_a_page_that_is_wrong_is_found(given: str, written: str) -> None:
    """The comparison itself can fail."""
    block = Block(("pycon",), f">>> {given}\n{written}\n", 1)
    with pytest.raises(AssertionError, match=r"Expected:|Exception raised:"):
        run(ROOT / "README.md", block, {})


@pytest.mark.parametrize("page", [page for page in PAGES if blocks_of(page, "ipython")], ids=lambda page: page.name)
def test_the_cells_of_a_page_run(
    page: Path, notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a page shows of ``%xyz`` runs in IPython, cell by cell; an empty line ends a cell."""
    monkeypatch.chdir(tmp_path)
    for block in blocks_of(page, "ipython"):
        for cell in block.text.split("\n\n"):
            notebook.run(cell)
