"""Answers to what the page asks of a widget: some cases behind a count, one case, more failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget

__all__ = ["answering"]

Reply = Callable[[Mapping[str, Any]], Any]


def answering(widget: anywidget.AnyWidget, replies: Mapping[str, Reply]) -> None:
    """Let a widget answer requests, each kind with what a function returns; what it cannot do is refused with words.

    Parameters
    ----------
    widget : AnyWidget
    replies : mapping of str to callable
        For each kind of request, what takes the request and returns the reply.
    """

    def heard(_widget: Any, content: Any, _buffers: Any) -> None:
        if not isinstance(content, dict) or content.get("kind") != "ask":
            return
        request = content.get("request", {})
        try:
            told = {"kind": "answer", "id": content["id"], "reply": replies[request["kind"]](request)}
        except Exception as error:  # noqa: BLE001 - told to the page, which shows it
            told = {"kind": "refusal", "id": content["id"], "said": f"{type(error).__name__}: {error}"}
        widget.send(told)

    widget.on_msg(heard)
