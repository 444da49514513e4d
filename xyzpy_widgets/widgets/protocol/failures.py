"""The failures: what failed in which way, and more of it."""

from __future__ import annotations

from typing import TypedDict

__all__ = ["FailedCase", "FailureGroup", "FailuresReply"]


class FailedCase(TypedDict):
    """One case that failed."""

    number: int
    text: str
    tries: int
    traceback: str
    output: str
    code: str


class FailureGroup(TypedDict):
    """The cases that failed in one way."""

    id: str
    raised: str
    said: str
    place: str
    count: int
    cases: list[FailedCase]


class FailuresReply(TypedDict):
    """More of the cases of a group of failures."""

    cases: list[FailedCase]
