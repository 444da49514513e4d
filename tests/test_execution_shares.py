"""Shares: runs that are under way at once use no more workers than one of them would, and each gets on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xyzpy_widgets as xyz
from tests.programs import PATIENCE
from xyzpy_widgets.execution import shares
from xyzpy_widgets.execution.shares import Share


@pytest.fixture
def four(monkeypatch: pytest.MonkeyPatch) -> int:
    """A machine of four cores."""
    monkeypatch.setattr(shares, "cores", lambda: 4)
    return 4


class Holder:
    """Uses workers of a share until it is told to let go of them."""

    def __init__(self, most: int) -> None:
        self.share = Share(most)
        self.most = most
        self.busy = 0
        self._go = threading.Semaphore(0)
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(most)
        self._uses = [self._pool.submit(self._use) for _ in range(most)]

    def _use(self) -> None:
        with self.share.one():
            self._count(1)
            self._go.acquire()
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._changed:
            self.busy += change
            self._changed.notify_all()

    def uses(self, n: int) -> bool:
        """Wait until it uses so many."""
        with self._changed:
            return self._changed.wait_for(lambda: self.busy == n, PATIENCE)

    def let_go(self, n: int) -> None:
        """Let go of some."""
        self._go.release(n)

    def end(self) -> None:
        """Use the others no longer."""
        self.share.close()
        self.let_go(self.most)
        for use in self._uses:
            use.result(PATIENCE)
        self._pool.shutdown()


def test_a_run_alone_has_all_that_it_asks_for(four: int) -> None:
    """More workers than cores too, where that is asked for."""
    for most in (1, four, 3 * four):
        holder = Holder(most)
        assert holder.uses(most)
        holder.end()


def test_runs_share_and_each_has_one(four: int) -> None:
    """Who comes second has one at once, and its part as the first ends batches; what is left goes to the other."""
    first = Holder(2 * four)
    assert first.uses(8)
    second = Holder(four)
    assert second.uses(1)
    first.let_go(2)
    assert first.uses(6)
    assert second.uses(2)
    first.let_go(6)
    assert first.uses(0)
    assert second.uses(4)
    first.end()
    second.end()


@given(asked=st.lists(st.integers(1, 6), min_size=1, max_size=4))
@settings(deadline=None, max_examples=25)
def test_all_get_on_and_no_more_than_the_widest(asked: list[int]) -> None:
    """Whatever is asked for: never more at work than cores or the widest run, but for the one that each has."""
    most = max(shares.cores(), *asked)
    lock, now, peak = threading.Lock(), [0], [0]
    open_now = [Share(one) for one in asked]

    def use(share: Share) -> None:
        for _ in range(20):
            with share.one():
                with lock:
                    now[0] += 1
                    peak[0] = max(peak[0], now[0])
                with lock:
                    now[0] -= 1

    threads = [
        threading.Thread(target=use, args=(share,)) for share, n in zip(open_now, asked, strict=True) for _ in range(n)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    assert 1 <= peak[0] <= most + len(asked) - 1
    for share in open_now:
        share.close()


def test_who_leaves_waits_for_nobody(four: int) -> None:
    """A run that is ended while it waits for its part does not wait for the others to end theirs."""
    first = Holder(four)
    assert first.uses(4)
    second = Holder(four)
    assert second.uses(1)
    second.share.close()
    assert second.uses(4)
    second.end()
    first.end()


def test_many_runs_come_to_their_ends() -> None:
    """Real ones, each as wide as the machine, under way together."""
    runner = xyz.Runner(lambda a, b: a * b, "out", verbosity=0, executor="processes")
    under_way = [runner.submit({"a": range(200), "b": [b]}) for b in range(2)]
    for b, run in enumerate(under_way):
        assert run.result(PATIENCE)["out"].sel(b=b).values.tolist() == [a * b for a in range(200)]
