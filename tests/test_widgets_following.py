"""A run that is drawn as it comes."""

from __future__ import annotations

from threading import Event, Thread

import pytest

import xyzpy_widgets as xyz
from xyzpy_widgets.run import Run
from xyzpy_widgets.widgets.following import Following
from xyzpy_widgets.widgets.latest import Latest


def over(run: Run) -> None:
    """Wait until everyone who listened before knows that a run is over."""
    told = Event()
    run.listen(lambda progress: told.set() if progress.over else None)
    assert told.wait(60)


def test_the_end_of_a_run_is_drawn_though_something_else_is_asked_for_meanwhile() -> None:
    """A reader who turns to the plot at the moment in which the run ends does not leave it live for ever."""
    gate, drawn = Event(), list[str]()
    following = Following(lambda: drawn.append("picture"), lambda: drawn.append("end"))
    following.soon(lambda: drawn.append("before") if gate.wait(60) else None)
    run = xyz.Runner(lambda a: a, "out", verbosity=0).submit({"a": [1]})
    following.begin(run)
    over(run)
    following.soon(lambda: drawn.append("after"))
    gate.set()
    following.settle()
    assert [one for one in drawn if one != "picture"][-2:] == ["end", "after"]


def test_a_run_that_is_followed_no_more_ends_unseen() -> None:
    """The end of a run whose place another has taken does not make the other look done."""
    gate, drawn = Event(), list[str]()
    following = Following(lambda: None, lambda: drawn.append("end"))
    runner = xyz.Runner(lambda a: gate.wait(60) and a, "out", verbosity=0)
    first = runner.submit({"a": [1]})
    following.begin(first)
    second = runner.submit({"a": [1]})
    following.begin(second)
    gate.set()
    over(first)
    over(second)
    following.settle()
    assert drawn == ["end"]


def test_a_thread_that_cannot_be_had_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that gives no thread for a moment leaves nothing that waits for ever."""

    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    latest, done = Latest(), list[str]()
    with monkeypatch.context() as patch:
        patch.setattr(Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="can't start"):
            latest.ask(lambda: done.append("refused"))
    latest.settle()
    latest.ask(lambda: done.append("taken"))
    latest.settle()
    assert done == ["taken"]
