"""``make audit`` says nothing is known where nothing was told."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    """Return the program, which is no module of the package."""
    spec = importlib.util.spec_from_file_location("audit", Path(__file__).parents[1] / "scripts" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KNOWN = {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
SOUND = {"name": "b", "version": "1", "vulns": []}
UNKNOWN = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited: c (1)"}
OURS = {"name": "xyzpy-widgets", "skip_reason": "distribution marked as editable"}


@pytest.mark.parametrize(
    ("packages", "findings", "lack"),
    [
        ([SOUND, OURS], [], ""),
        ([KNOWN, SOUND], ["a 1: PYSEC-1, mended in 2"], ""),
        ([SOUND, UNKNOWN, OURS], [], "nothing is known of 1 of 2 packages"),
    ],
)
def test_a_package_that_the_service_does_not_know_is_not_called_sound(
    audit: ModuleType, packages: list[dict[str, Any]], findings: list[str], lack: str
) -> None:
    """A mirror without advisories must not read as an audit that found nothing."""
    assert audit.of_python({"dependencies": packages}) == (findings, lack)


def test_the_front_end_is_read_likewise(audit: ModuleType) -> None:
    """What npm answers instead of a report is no report."""
    assert audit.of_front_end({"vulnerabilities": {}}) == ([], "")
    found = {"vulnerabilities": {"p": {"range": "<2", "severity": "high"}}}
    assert audit.of_front_end(found) == (["p <2: high"], "")
    assert audit.of_front_end({"message": "405"}) == ([], "no answer: 405")


def test_a_program_that_says_nothing_is_no_answer(audit: ModuleType) -> None:
    """A service that cannot be reached ends its program with words, not with a report."""
    program = (sys.executable, "-c", "raise SystemExit('nobody there')")
    assert audit.answer(audit.of_python, program) == ([], "no answer: nobody there")


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"pypi": ([], ""), "osv": ([], "down"), "npm": ([], "")}, 0),
        ({"pypi": ([], "down"), "osv": ([], "down"), "npm": ([], "")}, 2),
        ({"pypi": ([], ""), "osv": ([], ""), "npm": ([], "down")}, 2),
        ({"pypi": (["a"], ""), "osv": ([], "down"), "npm": ([], "down")}, 1),
    ],
)
def test_only_an_answer_is_a_success(audit: ModuleType, answers: dict[str, Any], status: int) -> None:
    """The week's audit fails where it could not take place."""
    assert audit.ends_with(answers) == status
