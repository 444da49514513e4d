"""The board: the sweeps of this kernel, a line each, told to every page that listens, also while a cell runs.

A page finds the board by asking the kernel for comms of its target, or hears it speak: it bears the same id in every
kernel, and is never opened towards a page, so that a front end that knows nothing of it notices nothing. A busy kernel
is asked and spoken to on its control channel.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import cache
from itertools import count
from queue import SimpleQueue
from threading import Event, Lock, RLock, Thread
from typing import Any
from weakref import finalize

import comm

from xyzpy_widgets._version import __version__
from xyzpy_widgets.lab.sweep import Sweep, code_of
from xyzpy_widgets.run import Run
from xyzpy_widgets.widgets.preferences import Preferences, prefer
from xyzpy_widgets.widgets.protocol import Board as BoardTold
from xyzpy_widgets.widgets.protocol import SweepLine
from xyzpy_widgets.widgets.route import heard_on_control, obey

__all__ = ["BOARD", "Board", "board", "noted"]

BOARD = "xyzpy_widgets.board"
SECONDS_BETWEEN = 0.5
_LOG = logging.getLogger("xyzpy_widgets")


class Board:
    """The sweeps of this kernel.

    What changes is sent, from a thread of its own, at most every half second, or as seldom as every page wishes that
    has said so; while no page is seen, only that a run begins, is held, goes on or ends.
    """

    def __init__(self) -> None:
        self._guard = RLock()
        self._counted = count(1)
        self._new: SimpleQueue[Any] = SimpleQueue()
        self._sweeps: list[Sweep] = []
        self._changed = Event()
        self._pages: dict[str, float | None] = {}
        self._told: list[SweepLine] = []
        self._serial = 0
        self._comm = comm.create_comm(target_name=BOARD, comm_id=BOARD, primary=False)
        comm.get_comm_manager().register_comm(self._comm)
        self._hears = heard_on_control(BOARD, self._heard)
        if not self._hears:  # what is said on both channels would be heard again, after what was said since
            self._comm.on_msg(lambda message: self._heard(message["content"]["data"]))
        Thread(target=self._serve, name="xyzpy_widgets-board", daemon=True).start()

    def note(self, one: Any) -> None:
        """Take note of a new Harvester, Sampler or run; it is listed soon."""
        self._new.put(one)
        self._changed.set()

    def sweep(self, number: str) -> Sweep:
        """Return a sweep; raise `KeyError` for one that is not there any more."""
        with self._guard:
            self._list()
            return {str(one.number): one for one in self._sweeps}[number]

    def find(self, key: str) -> Sweep:
        """Return the newest sweep with a key; raise `KeyError` where there is none."""
        with self._guard:
            self._list()
            return {one.key: one for one in self._sweeps}[key]

    def lines(self) -> list[SweepLine]:
        """Write every sweep as a line, oldest first."""
        with self._guard:
            self._list()
            return [line for one in self._sweeps for line in one.lines()]

    def tell(self) -> None:
        """Send the whole board as it is now."""
        with self._guard:
            self._told = self.lines()
            self._serial += 1
            told: BoardTold = {
                "version": __version__,
                "serial": self._serial,
                "hears": self._hears,
                "lines": self._told,
            }
            self._comm.send({"kind": "board", "board": told})

    def _list(self) -> None:
        """List what is new, and drop what is gone or replaced."""
        while not self._new.empty():
            one = self._new.get()
            if isinstance(one, Run):
                self._of(one).watch(one, self._changed)
            else:
                self._add(one, one.runner.spec)
        self._sweeps = list(_standing(self._sweeps))

    def _of(self, run: Run) -> Sweep:
        """Return the sweep of a run."""
        target = run.sweep
        found = (one for one in self._sweeps if target is not None and one.target is target)
        return next(found, None) or self._add(target, run.spec)

    def _add(self, target: Any, spec: Any) -> Sweep:
        sweep = Sweep(next(self._counted), target, spec)
        self._sweeps.append(sweep)
        if target is not None:
            finalize(target, self._changed.set).atexit = False
        return sweep

    def _serve(self) -> None:
        while True:
            self._changed.wait()
            self._changed.clear()
            try:
                if self._worth_telling():
                    self.tell()
            except Exception:  # noqa: BLE001 - told to the log; a page is told less, and the runs do not notice
                _LOG.exception("the board could not be told")
            Event().wait(self._pause() or SECONDS_BETWEEN)

    def _pause(self) -> float | None:
        """How many seconds lie between two words, as the most eager page has it; None while no page is seen."""
        with self._guard:
            wishes = [max(seconds, SECONDS_BETWEEN) for seconds in self._pages.values() if seconds is not None]
            return min(wishes, default=None if self._pages else SECONDS_BETWEEN)

    def _worth_telling(self) -> bool:
        now = self.lines()
        if self._pause() is None:
            return list(map(_turn, now)) != list(map(_turn, self._told))
        return now != self._told

    def _heard(self, said: Any) -> None:
        match said:
            case {"kind": "watch", "page": str(page), "every": None | int() | float() as every}:
                with self._guard:
                    self._pages[page] = every
                self.tell()
            case {"kind": "control", "sweep": str(number), "run": int(which), "word": word}:
                run = self.sweep(number).find(which)
                if run is not None:
                    obey(run, word)
            case {"kind": "prefer", "backend": str(backend), "workers": workers, "ask": ask}:
                prefer(Preferences(backend, workers, ask["cases"], ask["seconds"]))
            case {"kind": "code", "id": str(name), "sweep": str(number)}:
                self._comm.send({"kind": "code", "id": name, "code": code_of(self.sweep(number))})


def _standing(sweeps: list[Sweep]) -> Iterator[Sweep]:
    """Leave out what nobody holds and never ran, and what a later sweep has taken the place of."""
    last = {sweep.key: sweep for sweep in sweeps}
    for sweep in sweeps:
        if sweep.active or not (sweep.gone or last[sweep.key] is not sweep):
            yield sweep


def _turn(line: SweepLine) -> tuple[Any, ...]:
    return line["id"], line["run"], line["state"]


_making = Lock()
_made = cache(Board)


def board() -> Board:
    """Return the board of this kernel."""
    with _making:
        return _made()


def noted(one: Any) -> None:
    """Have a new Harvester, Sampler or run on the board."""
    board().note(one)
