"""Shares: how the runs of one process share its cores, whichever workers they have.

Only processes take a part. Threads of this process have one core together where they keep the interpreter busy, however
many they are; where they wait, for a disk or a server, the number of cores says nothing of how many are of use; what
remains, long calls of numerical libraries, the system shares out by itself. A run without workers has one case under
way at any time, and every run may have that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Condition

__all__ = ["Share", "cores"]

_changed = Condition()
_open: list[Share] = []


@cache
def cores() -> int:
    """Count the cores that this process may use."""
    import joblib

    return int(joblib.cpu_count())


class Share:
    """What one run may use of all workers: a fair part of them, always one at least.

    There are as many for all runs together as there are cores, or as the widest of them has asked for. Runs that have
    nothing to do, or are paused, take no part; what one does not use goes to the others, and comes back as their
    batches end.

    Parameters
    ----------
    most : int
        So many workers the run has by itself.

    Attributes
    ----------
    busy, waiting : int
        How many batches of the run are with a worker, and how many wait for their part.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.busy = self.waiting = 0
        self._closed = False
        with _changed:
            _open.append(self)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Use a worker, once there is one for this run; after `close` nobody waits any more."""
        with _changed:
            self.waiting += 1
            _changed.wait_for(self._may)
            self.waiting -= 1
            self.busy += 1
        try:
            yield
        finally:
            with _changed:
                self.busy -= 1
                _changed.notify_all()

    def _may(self) -> bool:
        if self._closed or not self.busy:
            return True
        wanting = [one for one in _open if one.busy or one.waiting]
        most = max(cores(), *(one.most for one in wanting))
        fair = -(-most // len(wanting))
        waited_for = any(one.waiting and one.busy < fair for one in wanting if one is not self)
        return sum(one.busy for one in wanting) < most and (self.busy < fair or not waited_for)

    def close(self) -> None:
        """Leave what there is to the others."""
        with _changed:
            if not self._closed:
                self._closed = True
                _open.remove(self)
            _changed.notify_all()
