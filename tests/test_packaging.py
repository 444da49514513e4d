"""What pyproject.toml says of the package is in keeping with the files beside it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
USED = ("dask", "demo", "executorlib", "netcdf4", "parquet", "scipy", "zarr")
"""The extras whose libraries the package itself or the study of `make demo` uses, and that the tests need."""

_LOWEST = re.compile(r"(?P<name>[\w-]+)(?:\[\w+\])?>=(?P<version>[\d.]+)")


def padded(version: str) -> tuple[int, ...]:
    """Return a version in four numbers."""
    numbers = [int(number) for number in version.split(".")]
    return (*numbers, *(4 - len(numbers)) * (0,))


def test_the_lowest_versions_are_those_that_are_tested() -> None:
    """`make test-oldest` tries the very versions that a user may have."""
    wanted = [*PROJECT["dependencies"], *(one for extra in USED for one in PROJECT["optional-dependencies"][extra])]
    allowed = {match["name"]: padded(match["version"]) for match in map(_LOWEST.match, wanted) if match}
    lines = (ROOT / "requirements" / "oldest.txt").read_text(encoding="utf-8").splitlines()
    tested = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert {name: padded(version) for name, version in tested.items()} == allowed


def test_the_workflow_tries_the_versions_of_python_that_are_named() -> None:
    """Who reads that a version of Python will do can rely on it."""
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r"Python :: 3\.\d+$", line)]
    workflow = (ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8")
    assert f"python: {named}" in workflow
    assert PROJECT["requires-python"] == f">={named[0]}"


def test_the_commands_of_the_makefile_have_their_tools() -> None:
    """What a target runs is installed from an extra of the package, by nothing else; what is set aside is not run."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (extras,) = re.findall(r"^EXTRAS := (.*)$", makefile, re.MULTILINE)
    assert set(extras.split()) == set(re.findall(r"\$\(VENV\)/\.(\w+)(?: |$)", makefile))
    assert set(extras.split()) <= set(PROJECT["optional-dependencies"])
    installs = [line for line in makefile.splitlines() if "pip install" in line or "$(PIP) install" in line]
    assert all("--editable" in line or "--target" in line for line in installs)


def test_the_citation_names_this_version() -> None:
    """Who cites the software cites what was used."""
    version = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
