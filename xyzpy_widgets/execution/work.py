"""Work: the batches of a run that are with the workers of a pool, and what is done about one that is lost."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from xyzpy_widgets.core.outcome import Failure, Outcome
from xyzpy_widgets.errors import CaseError, FunctionError
from xyzpy_widgets.execution.calls import Calls, Manner
from xyzpy_widgets.execution.control import Control
from xyzpy_widgets.execution.executors import Pool
from xyzpy_widgets.execution.options import RunOptions
from xyzpy_widgets.execution.process import HANDING_OVER_SECONDS, WorkerEnded
from xyzpy_widgets.execution.shipping import UNKNOWN, Function, received, shipped, shipped_args
from xyzpy_widgets.execution.supply import Numbers, Supply, cancelled, failed

__all__ = ["Work"]

_END_SECONDS = 0.2
_GRACE_SECONDS = 0.3
"""So long is waited for what workers of somebody else's, who cannot be asked for it, are about to bring home."""
_LOOK_SECONDS = 0.5
_FRUITLESS = 8
"""So many workers may end, one after the other, before any of them has begun a case."""

_REMEDY = "what was finished is kept; with parallel=N instead of this executor, workers that die are replaced"


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Cases that are handed out together; suspects are noted one by one, as one of them may have ended a worker."""

    numbers: Numbers
    suspect: bool = False
    carries: bool = False


class Work:
    """Batches under way in a pool.

    Parameters
    ----------
    supply : Supply
    pool : Pool
    options : RunOptions
    control : Control
    """

    def __init__(self, supply: Supply, pool: Pool, options: RunOptions, control: Control) -> None:
        self.pending: dict[Future[Any], _Batch] = {}
        self._supply = supply
        self._pool = pool
        self._options = options
        self._control = control
        self._stop_on_error = options.on_error == "raise"
        self._first: deque[_Batch] = deque()
        self._news: SimpleQueue[Future[Any] | None] = SimpleQueue()
        self._over = False
        self._error: BaseException | None = None
        self._call: Any = None
        self._function: Function | None = None
        self._to_carry = pool.width()
        self._fruitless = 0

    def outcomes(self, call: Callable[..., Any]) -> Iterator[Outcome]:
        """Keep every worker busy, with one batch waiting for each; yield what is done, then raise what went wrong."""
        self._call = call
        if self._pool.ships:
            self._function = shipped(call, local=self._pool.local)
        with self._control.telling(partial(self._news.put, None)):
            while self._error is None and not self._is_given_up() and (self.pending or self._has_more()):
                try:
                    self._hand_out()
                    future = self._heard(_LOOK_SECONDS)
                except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - raised once what is done is yielded
                    self._error = error
                else:
                    yield from self._taken(future)
            yield from self._last()
        if self._error is not None:
            raise self._error

    def _is_given_up(self) -> bool:
        """Whether what is under way need not be waited for; threads of this process must be."""
        return self._control.state == "cancelling" and self._pool.ships

    def _has_more(self) -> bool:
        going = self._control.state in ("running", "paused") and not self._over
        return going and (bool(self._first) or self._supply.more)

    def _heard(self, seconds: float) -> Future[Any] | None:
        """Return the next future that is done, or None when something else has happened."""
        try:
            return self._news.get(timeout=seconds)
        except Empty:
            return None

    def _last(self) -> Iterator[Outcome]:
        """Take in what comes home by itself, from threads all, then name what is ended."""
        if self._error is not None or self._is_given_up():
            self._take_back()
            self._pool.cut()
            last = monotonic() + self._grace()
            while self.pending and ((left := last - monotonic()) > 0 or not self._news.empty()):
                yield from self._taken(self._heard(min(max(left, 0.0), _LOOK_SECONDS)))
        if self.pending and self._is_given_up():
            yield cancelled([batch.numbers for batch in self.pending.values()])

    def _grace(self) -> float:
        """Return how many seconds what is under way may take to come home."""
        if self._pool.ours:
            return HANDING_OVER_SECONDS
        return _GRACE_SECONDS if self._pool.ships else math.inf

    def _hand_out(self) -> None:
        if self._control.state in ("stopping", "cancelling"):
            self._take_back()
        while self._control.state == "running" and self._has_more() and self._has_room():
            batch = self._first.popleft() if self._first else _Batch(self._supply.next())
            if not len(batch.numbers):
                return
            future = self._sent(batch)
            future.add_done_callback(self._news.put)
            self.pending[future] = batch  # not before: what is pending is waited for

    def _has_room(self) -> bool:
        """Whether to hand out now; where workers share the fate of others, suspects run alone."""
        alone = not self._pool.ours and (
            any(batch.suspect for batch in self.pending.values()) or (self._first and self._first[0].suspect)
        )
        return len(self.pending) < (1 if alone else 2 * self._pool.width())

    def _sent(self, batch: _Batch) -> Future[Any]:
        args: Any = list(self._supply.plan.args(batch.numbers))
        manner = Manner(
            timed=self._supply.sizes.timed or batch.suspect or len(args) == 1 or self._options.timeout is not None,
            stop_on_error=self._stop_on_error,
            capture=self._options.capture,
            within=_END_SECONDS,
        )
        begun = partial(self._control.began, batch, batch.numbers)
        if self._function is None:
            return self._pool.send(begun, self._call, args, manner)
        carries = batch.carries or self._to_carry > 0
        self._to_carry -= carries
        function = self._function if carries else None
        return self._pool.send(begun, self._function.token, function, shipped_args(args), manner)

    def _taken(self, future: Future[Any] | None) -> Iterator[Outcome]:
        """Yield what came of a batch, if anything did."""
        if future is None or future not in self.pending:
            return
        batch = self.pending.pop(future)
        self._control.ended(batch)
        for outcome in self._outcomes(batch, future):
            self._fruitless = 0
            if outcome.failures and self._stop_on_error:
                self._over = True
                self._take_back()
            yield outcome

    def _outcomes(self, batch: _Batch, future: Future[Any]) -> Iterable[Outcome]:
        try:
            answer = future.result()
            if self._pool.ships and answer == UNKNOWN:
                self._to_carry += 2
                self._first.appendleft(_Batch(batch.numbers, batch.suspect, carries=True))
                return ()
            calls: Calls = received(answer) if self._pool.ships else answer
        except WorkerEnded as ended:
            return self._ended(batch, ended) if ended.finished is None else self._cut(batch, ended, ended.finished)
        except (FunctionError, BrokenExecutor, CancelledError) as error:
            self._stop(error, batch.numbers)
            return ()
        except Exception as error:  # noqa: BLE001 - what an executor says of a batch that it has lost
            if self._pool.ships and not self._pool.ours:
                return self._lost(batch, error)
            self._stop(error, batch.numbers)
            return ()
        self._error = self._error or calls.interrupt
        return (self._supply.settle(batch.numbers, calls, len(answer) if self._pool.ships else 0),)

    def _stop(self, error: BaseException, numbers: Numbers) -> None:
        """End the run with an error that names what was lost by it."""
        self._error = self._error or error
        if isinstance(self._error, BrokenExecutor) and _REMEDY not in getattr(self._error, "__notes__", ()):
            self._error.add_note(_REMEDY)  # also where the pool refused a batch before it gave one back
        if not isinstance(self._error, FunctionError):
            self._error.add_note(f"lost: {self._supply.span(numbers)}")

    def _cut(self, batch: _Batch, ended: WorkerEnded, content: bytes) -> Iterator[Outcome]:
        """Keep what a worker handed over before it was ended, and say what that was for of the case after it."""
        calls = received(content)
        at = len(calls.values)
        if not calls.seconds:
            calls.elapsed = at * self._supply.sizes.per_case
        late = ended.late and ended.at == at
        self._supply.give_back(batch.numbers[at if ended.late and not late else at + 1 :])
        if at:
            yield self._supply.settle(batch.numbers[:at], calls, len(content))
        if late:
            yield from self._blamed(batch.numbers[at : at + 1], self._lateness())
        elif not ended.late and at < len(batch.numbers):
            yield cancelled([batch.numbers[at : at + 1]])

    def _lateness(self) -> TimeoutError:
        return TimeoutError(f"no result within timeout={self._options.timeout:g} seconds; the case was ended")

    def _ended(self, batch: _Batch, ended: WorkerEnded) -> Iterable[Outcome]:
        """Blame the case in which a worker of ours ended, once it is known; the others run in a fresh one."""
        numbers = batch.numbers
        if ended.at is None:
            self._fruitless += batch.suspect
            if self._fruitless > _FRUITLESS:
                self._stop(CaseError(f"workers end before they begin a case: {ended.how}"), numbers)
            else:
                self._first.append(_Batch(numbers, suspect=True))
            return ()
        self._supply.give_back(numbers[ended.at + 1 :])
        self._supply.give_back(numbers[: ended.at])
        died = CaseError(f"the worker process ended in this case ({ended.how})")
        return self._blamed(numbers[ended.at : ended.at + 1], self._lateness() if ended.late else died)

    def _lost(self, batch: _Batch, error: Exception) -> Iterable[Outcome]:
        """Find the case that an executor lost a batch for, by halving it; a case alone is to blame."""
        numbers, half = batch.numbers, len(batch.numbers) // 2
        if not half:
            return self._blamed(numbers, error)
        self._first.extend(_Batch(part, suspect=True) for part in (numbers[:half], numbers[half:]))
        return ()

    def _blamed(self, numbers: Numbers, error: Exception) -> Iterable[Outcome]:
        failure: Failure | None = self._supply.failed(int(numbers[0]), error)
        if failure is None:
            self._first.append(_Batch(numbers, suspect=True))
            return ()
        return (failed(failure),)

    def _take_back(self) -> None:
        """Cancel the batches that have not begun."""
        for future in list(self.pending):
            if future.cancel():
                self._control.ended(self.pending.pop(future))

    def leave(self, *, kill: bool) -> None:
        """Leave the pool, nothing that may still begin, and no file."""
        self._take_back()
        self._pool.close(kill=kill)
        for batch in self.pending.values():
            self._control.ended(batch)
        if self._function is not None:
            self._function.discard()
