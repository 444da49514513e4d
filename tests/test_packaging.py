"""What pyproject.toml says of the package is in keeping with the files beside it."""

from __future__ import annotations

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
