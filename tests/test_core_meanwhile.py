"""Work that goes on beside that of the caller."""

from __future__ import annotations

from threading import Event, Thread, current_thread

import pytest

from xyzpy_widgets.core.meanwhile import meanwhile


def test_the_caller_goes_on_while_it_is_done() -> None:
    """What the work waits for may come from the caller, after it was begun."""
    told = Event()

    def work() -> str:
        assert told.wait(60)
        return current_thread().name

    end = meanwhile(work)
    told.set()
    assert end() == "xyzpy_widgets-meanwhile"


def test_what_it_raises_is_raised_where_it_is_waited_for() -> None:
    """An error in the thread is not lost."""
    end = meanwhile(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        end()


def test_without_a_thread_it_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that gives no more threads costs time, and no work."""

    def refused(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", refused)
    done: list[str] = []
    end = meanwhile(lambda: done.append(current_thread().name))
    assert done == [current_thread().name]
    end()
    assert len(done) == 1
