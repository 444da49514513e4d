"""Locks between threads and processes, which the kernel frees when their holder dies."""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from xyzpy_widgets.errors import StoreError, XyzWarning
from xyzpy_widgets.store.atomic import reported

__all__ = ["is_held", "keep_from_children", "lock_file", "locked", "stands", "try_lock", "wait_lock"]

_WITHOUT_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
_PAUSES = (0.001, 0.05)  # seconds between two tries: the first, and the longest

# The one thing that has to be known of the whole process: a forked child would hold the locks of its parent on, and
# let them go in its name.
_OURS: weakref.WeakSet[FileIO] = weakref.WeakSet()
_HELD = threading.local()  # the lock files that each thread holds


@contextmanager
def locked(path: Path, timeout: float | None = None) -> Iterator[None]:
    """Keep every other thread and process that asks for the same out, until the block ends or the process dies.

    Parameters
    ----------
    path : pathlib.Path
        The data file. What is locked is an empty file beside it, ``.NAME.lock``, which stays.
    timeout : float, optional
        The longest time to wait, in seconds; without one, as long as it takes.

    Raises
    ------
    StoreError
        When the time is over, or the lock file cannot be made.

    Warns
    -----
    XyzWarning
        When the file system has no locks; the block runs without one then.
    """
    beside = lock_file(path)
    with reported(beside):
        file = _acquired(beside, None if timeout is None else time.monotonic() + timeout)
    if file is None:
        msg = (
            f"{beside} is still locked after {timeout} s: another process is writing {path.name}; wait for it, end it,"
            " or allow more time"
        )
        raise StoreError(msg)
    ours, own = _held(), (os.getpid(), beside)
    ours.add(own)
    try:
        yield
    finally:
        ours.discard(own)
        if not file.closed:  # as it is in a forked child
            _unlock(file.fileno())
            file.close()


def is_held(path: Path) -> bool:
    """Tell whether this thread is within `locked` for a data file."""
    return (os.getpid(), lock_file(path)) in _held()


def _held() -> set[tuple[int, Path]]:
    held: set[tuple[int, Path]] = _HELD.__dict__.setdefault("files", set())
    return held


def lock_file(path: Path) -> Path:
    """Return the file beside a data file, or beside what a link points to, that is locked in its place."""
    target = Path(os.path.realpath(path))
    return target.with_name(f".{target.name}.lock")


def _acquired(beside: Path, deadline: float | None) -> FileIO | None:
    """Return the locked file under a name, None when the time is over."""
    while True:
        file = beside.open("ab", buffering=0)
        keep_from_children(file)
        try:
            got = wait_lock(file.fileno(), deadline)
        except BaseException:
            file.close()
            raise
        if got is None:
            msg = f"{beside}: this file system has no locks; let only one process at a time write here"
            warnings.warn(msg, XyzWarning, stacklevel=4)
            return file
        if got and stands(file, beside):
            return file
        file.close()  # the time is over, or the holder removed the file that we have locked
        if not got:
            return None


def wait_lock(descriptor: int, deadline: float | None = None) -> bool | None:
    """Lock an open file as soon as it is free; the answers are those of `try_lock`, False when the time is over."""
    if deadline is None and sys.platform != "win32":
        return try_lock(descriptor, wait=True)
    pause, longest = _PAUSES
    while (got := try_lock(descriptor)) is False:
        left = longest if deadline is None else deadline - time.monotonic()
        if left <= 0:
            break
        time.sleep(min(pause, left))
        pause = min(2 * pause, longest)
    return got


def stands(file: FileIO, path: Path) -> bool:
    """Tell whether an open file is what stands under a path."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def keep_from_children(file: FileIO) -> None:
    """See to it that processes forked from this one do not have a file, nor its lock."""
    _OURS.add(file)


def _close_in_child() -> None:
    for file in list(_OURS):
        file.close()


if sys.platform == "win32":
    import msvcrt

    _BEYOND = 2**30  # a locked range cannot be read by others, so it lies where nothing is

    def try_lock(descriptor: int, *, shared: bool = False, wait: bool = False) -> bool | None:
        """Lock an open file until it is closed; True when that worked, False when another holds it."""
        del shared, wait
        before = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, before, os.SEEK_SET)
        return True

    def _unlock(descriptor: int) -> None:
        """Leave it to the closing of the file."""

else:
    import fcntl

    os.register_at_fork(after_in_child=_close_in_child)

    def try_lock(descriptor: int, *, shared: bool = False, wait: bool = False) -> bool | None:
        """Lock an open file until it is closed; True when it is, False when another holds it, None without locks."""
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno in _WITHOUT_LOCKS:
                return None
            raise
        return True

    def _unlock(descriptor: int) -> None:
        """Let an open file go at once, also where a child that is being forked has not closed it yet."""
        with suppress(OSError):  # on a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_UN)
