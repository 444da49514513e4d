"""Deadlines: everything that is due is done, in its order, by one thread, and nothing that was called off."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue

import pytest

from xyzpy_widgets.core.deadlines import Deadlines, after

PATIENCE = 60.0


def test_what_is_due_sooner_is_done_first_and_what_is_called_off_never() -> None:
    """Also what is asked for while the thread waits for something later, and where it comes late for several."""
    now = [0.0]
    done: SimpleQueue[tuple[str, int]] = SimpleQueue()
    deadlines = Deadlines("test", lambda: now[0])

    def ask(seconds: float, what: str) -> Callable[[], None]:
        return deadlines.after(seconds, lambda: done.put((what, threading.get_ident())))

    ask(4.0, "last")
    ask(3.0, "later")
    call_off = ask(1.0, "called off")
    call_off()
    ask(0.0, "now")
    told = [done.get(timeout=PATIENCE)]
    now[0] = 5.0
    ask(0.0, "at the end")
    told += [done.get(timeout=PATIENCE) for _ in range(3)]
    assert [what for what, _ in told] == ["now", "later", "last", "at the end"]
    (thread,) = {thread for _, thread in told}
    assert thread != threading.get_ident()
    assert done.empty()
    call_off()


def test_what_is_due_is_done_without_anything_else() -> None:
    """The thread wakes up by itself when the time has come."""
    done = threading.Event()
    after(0.02, done.set)
    assert done.wait(PATIENCE)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")  # that is what is tested
def test_a_forked_process_has_deadlines_of_its_own() -> None:
    """The thread stays behind where it was started; the child begins anew."""
    done = threading.Event()
    after(0.0, done.set)
    assert done.wait(PATIENCE)
    child = os.fork()
    if not child:
        inner = threading.Event()
        after(0.0, inner.set)
        os._exit(0 if inner.wait(PATIENCE) else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_a_thread_that_cannot_be_had_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was refused for want of a thread is not done later, and what is asked for then is."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    done: SimpleQueue[str] = SimpleQueue()
    deadlines = Deadlines("test")
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="can't start"):
            deadlines.after(0.0, lambda: done.put("refused"))
    deadlines.after(0.0, lambda: done.put("taken"))
    assert done.get(timeout=PATIENCE) == "taken"
    assert done.empty()


def test_what_raises_holds_up_nothing_that_is_due_too(caplog: pytest.LogCaptureFixture) -> None:
    """One thread serves many: an error of one is told, and costs no other its turn."""
    done, deadlines = threading.Event(), Deadlines("test")

    def fail() -> None:
        raise OSError("the disk is gone")

    deadlines.after(0.0, fail)
    deadlines.after(0.0, done.set)
    assert done.wait(PATIENCE)
    assert "the disk is gone" in caplog.text
