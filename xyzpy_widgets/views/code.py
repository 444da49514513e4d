"""A view as code: the call that draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from xyzpy_widgets.errors import ViewError
from xyzpy_widgets.views.resolve import Data, resolve
from xyzpy_widgets.views.roles import wishes_of
from xyzpy_widgets.views.spec import ViewSpec, Wishes

__all__ = ["call_of", "words_of"]

_LINE = 100


def call_of(called: str, words: Sequence[str]) -> str:
    """Return a call with some arguments as code, on several lines where it is long."""
    line = f"{called}({', '.join(words)})"
    if len(line) > _LINE:
        line = f"{called}(\n{''.join(f'    {word},{chr(10)}' for word in words)})"
    return line


def words_of(data: Data, spec: ViewSpec) -> list[str]:
    """Return the arguments that draw a view of some data, each as code, with no more said than is needed.

    They are given to anything that takes wishes by name as `plot` does.
    """
    wishes = wishes_of(data, spec)
    goal, bare = resolve(data, wishes), Wishes(kind=wishes.kind)
    wishes = bare if _gives(data, bare, goal) else wishes
    for one in fields(Wishes):
        fewer = replace(wishes, **{one.name: None})
        if one.name != "kind" and getattr(wishes, one.name) is not None and _gives(data, fewer, goal):
            wishes = fewer
    given = {one.name: getattr(wishes, one.name) for one in fields(Wishes)}
    words = [f"{key}={_shown(value)}" for key, value in given.items() if value is not None]
    return words + ([f"title={spec.title!r}"] if spec.title != goal.title else [])


def _gives(data: Data, wishes: Wishes, goal: ViewSpec) -> bool:
    try:
        return resolve(data, wishes) == goal
    except ViewError:
        return False


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return repr(dict(value))
    several = isinstance(value, tuple)
    return repr(value[0] if several and len(value) == 1 else list(value) if several else value)
