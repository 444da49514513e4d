"""A front end for tests: it records what widgets send, and speaks for the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from threading import Condition
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm
from ipywidgets import Widget

__all__ = ["FrontEnd", "front_end"]


class _Comm(BaseComm):
    """One widget's line to the page."""

    def __init__(self, *args: Any, front_end: FrontEnd, **others: Any) -> None:
        self._front_end = front_end
        super().__init__(*args, **others)

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        """Record what is sent."""
        self._front_end.record(self.comm_id, msg_type, data or {}, buffers or [])


class FrontEnd:
    """What a page knows of the widgets, and what it does to them."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._messages: list[tuple[str, str, Mapping[str, Any], list[Any]]] = []

    def record(self, comm_id: str, kind: str, data: Mapping[str, Any], buffers: list[Any]) -> None:
        """Take a message of the kernel."""
        with self._changed:
            self._messages.append((comm_id, kind, data, buffers))
            self._changed.notify_all()

    def _of(self, widget: Widget) -> list[tuple[str, Mapping[str, Any], list[Any]]]:
        return self.over(widget.comm.comm_id)

    def over(self, comm_id: str) -> list[tuple[str, Mapping[str, Any], list[Any]]]:
        """What was sent over one comm: the kind of message, its data and its buffers."""
        with self._changed:
            return [(kind, data, buffers) for one, kind, data, buffers in self._messages if one == comm_id]

    def state(self, widget: Widget) -> dict[str, Any]:
        """What the page knows of a widget's traits, the buffers among them put in their places."""
        found: dict[str, Any] = {}
        for _, data, buffers in self._of(widget):
            found.update(data.get("state", {}))
            found.update({path[0]: bytes(buffer) for path, buffer in zip(data.get("buffer_paths", []), buffers)})  # noqa: B905 - custom messages have buffers without paths
        return found

    def sent(self, widget: Widget) -> list[tuple[Any, list[bytes]]]:
        """The custom messages to a widget, with their buffers."""
        messages = [
            (data["content"], buffers) for _, data, buffers in self._of(widget) if data.get("method") == "custom"
        ]
        return [(content, [bytes(buffer) for buffer in buffers]) for content, buffers in messages]

    def count(self, widget: Widget) -> int:
        """How many messages a widget has sent."""
        return len(self._of(widget))

    def wait(self, condition: Callable[[], Any]) -> None:
        """Wait until a condition holds of what was sent; a minute at the most."""
        with self._changed:
            assert self._changed.wait_for(condition, timeout=60)

    def set(self, widget: Widget, **state: Any) -> None:
        """Set traits as the page does."""
        self._receive(widget, {"method": "update", "state": state, "buffer_paths": []})

    def send(self, widget: Widget, content: Any) -> None:
        """Send a custom message as the page does."""
        self._receive(widget, {"method": "custom", "content": content})

    def ask(self, widget: Widget, **request: Any) -> Any:
        """Ask what the page asks, and return what comes back."""
        self.send(widget, {"kind": "ask", "id": "q", "request": request})
        return next(content for content, _ in reversed(self.sent(widget)) if content.get("id") == "q")

    @staticmethod
    def _receive(widget: Widget, data: Mapping[str, Any]) -> None:
        widget.comm.handle_msg({"content": {"comm_id": widget.comm.comm_id, "data": data}, "buffers": []})


@pytest.fixture
def front_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontEnd]:
    """A page that every widget of the test is connected to."""
    page = FrontEnd()
    monkeypatch.setattr(comm, "create_comm", lambda *args, **others: _Comm(*args, front_end=page, **others))
    yield page
    Widget.close_all()
