"""Replacing a file or a folder so that at every moment the name stands for the old whole or the new whole.

The new version is written beside the old one under a hidden name (``.NAME.PID-RANDOM.tmp``), brought to the disk with
fsync, and renamed over it; then the folder is brought to the disk. A folder cannot be renamed over another: it changes
places with it, where the system has a word for that. Elsewhere the old one steps aside as ``.NAME.old`` for the moment
in between; `restore` puts it back should the process die there.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from xyzpy_widgets.errors import StoreError
from xyzpy_widgets.store.disk import sync, sync_folder

__all__ = ["aside", "check_writable", "remove", "replacing", "replacing_folder", "reported", "restore", "retire"]

_PROBE = bytes(65536)
_AMPLE = 2**26  # bytes that are free for everybody, where a probe tells nothing more
_ABANDONED = 24 * 3600.0  # seconds without a change after which a temporary file belongs to nobody
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE, for renameat2
_WITHOUT_EXCHANGE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}
_REMEDIES = {
    errno.ENOSPC: "make room on the disk, or choose another folder",
    errno.EDQUOT: "make room in the quota, or choose another folder",
    errno.EFBIG: "choose a disk that takes files of this size",
    errno.EACCES: "choose a folder that may be written to, or change its rights",
    errno.EPERM: "choose a folder that may be written to, or change its rights",
    errno.EROFS: "choose a folder on a disk that may be written to",
    errno.ENOENT: "make the folder first, or correct the path",
    errno.ENOTDIR: "a part of the path is a file; correct the path",
    errno.ENAMETOOLONG: "choose a shorter name",
}


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn what the operating system says into a `StoreError` that names the path and the remedy."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, "")
        wrapped = StoreError("; ".join(filter(None, (f"{path}: {error.strerror or error}", remedy))))
        wrapped.errno = error.errno
        raise wrapped from error


@contextmanager
def replacing(path: Path, *, beside: Path | None = None) -> Iterator[Path]:
    """Give an empty file to write the new version to; when the block ends well it takes the place of the old one.

    Parameters
    ----------
    path : pathlib.Path
        What to replace; a symbolic link stays, and what it points to is replaced.
    beside : pathlib.Path, optional
        What the new version lies beside, and is named after, until then; by default what it replaces.

    Yields
    ------
    pathlib.Path
        A file in the same folder, which no other process and no other thread uses.

    Raises
    ------
    StoreError
        When the operating system refuses; the old version is untouched then, as it is after any other exception.
    """
    target = Path(os.path.realpath(path))
    temporary = _beside(target if beside is None else Path(os.path.realpath(beside)))
    with reported(path):
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            with suppress(FileNotFoundError):
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            yield temporary
            _sync_file(temporary)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Do for a folder what `replacing` does for a file: give an empty folder, which takes the place of the old one."""
    target = Path(os.path.realpath(path))
    temporary = _beside(target)
    with reported(path):
        restore(target)
        temporary.mkdir()
        try:
            yield temporary
            for folder, _, files in os.walk(temporary):
                for name in files:
                    _sync_file(Path(folder, name))
                sync_folder(Path(folder))
            _swap(temporary, target)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def _swap(new: Path, target: Path) -> None:
    """Put a whole folder in the place of another."""
    if target.exists() and _exchanged(new, target):
        sync_folder(target.parent)
        shutil.rmtree(new, ignore_errors=True)  # what stays is abandoned, see `_sweep`
        return
    old = aside(target)
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        restore(target)
        raise
    sync_folder(target.parent)
    if old.exists():
        shutil.rmtree(old)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two names change places in one step; False where the system or its file system has no word for that."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _WITHOUT_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number))


def aside(path: Path) -> Path:
    """Return where the old version of a folder stands while the new one moves in."""
    target = Path(os.path.realpath(path))
    return target.with_name(f".{target.name}.old")


def restore(path: Path) -> None:
    """Finish what a process left half done in `replacing_folder`: the old version comes back, or goes if replaced."""
    target, old = Path(os.path.realpath(path)), aside(path)
    if not old.exists():
        return
    if target.exists():
        shutil.rmtree(old)
    else:
        old.rename(target)
    sync_folder(target.parent)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    with reported(path):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)


def retire(path: Path) -> Path:
    """Get a broken file or folder out of the way: rename it to ``NAME.damaged``, or ``NAME.damaged-2`` and so on.

    Returns where it stands then. Raises `StoreError` when the system refuses; it stands where it stood then.
    """
    for number in count(1):
        kept = path.with_name(f"{path.name}.damaged" + (f"-{number}" if number > 1 else ""))
        if not kept.exists():
            break
    with reported(path):
        path.rename(kept)
        sync_folder(path.parent)
    return kept


def check_writable(path: Path, *, folder: bool = False, known: bool = False) -> None:
    """Say now what would keep a file from being written later, by writing a little beside it; it leaves nothing there.

    Parameters
    ----------
    path : pathlib.Path
        What is going to be written.
    folder : bool, default False
        Whether it is going to be a folder rather than a file.
    known : bool, default False
        Whether this went well before. Then nothing is written where the system grants the right and has room to spare.

    Raises
    ------
    StoreError
        When there is no folder to write into, it may not be written to, it is full, or the name is taken.
    """
    if known and _is_ready(path, folder=folder):
        return
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        msg = f"{path}: there is no folder {target.parent}; make it first, or correct the path"
        raise StoreError(msg)
    if target.exists() and target.is_dir() != folder:
        there, wanted = ("a file", "a folder") if folder else ("a folder", "a file")
        msg = f"{path} is {there}, and {wanted} is going to be written; move it away, or choose another name"
        raise StoreError(msg)
    if target.exists() and not os.access(target, os.W_OK):
        msg = f"{path} may not be written to; change its rights, or choose another name"
        raise StoreError(msg)
    with reported(path):
        _sweep(target)
        probe = _beside(target)
        try:
            probe.write_bytes(_PROBE)
        finally:
            probe.unlink(missing_ok=True)


def _is_ready(path: Path, *, folder: bool) -> bool:
    """Say quickly whether what is there may be replaced, with room to spare; a link is not followed to find out."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    beside = path.parent
    return (
        (stat.S_ISDIR(mode) if folder else stat.S_ISREG(mode))
        and os.access(path, os.W_OK)
        and os.access(beside, os.W_OK | os.X_OK)
        and shutil.disk_usage(beside).free > _AMPLE
    )


def _beside(target: Path) -> Path:
    """Return a hidden name in the same folder that nobody else uses."""
    return target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


def _sweep(target: Path) -> None:
    """Remove the temporary files that dead processes left for this one."""
    limit = time.time() - _ABANDONED
    for sibling in os.scandir(target.parent):
        if sibling.name.startswith(f".{target.name}.") and sibling.name.endswith(".tmp"):
            with suppress(FileNotFoundError):
                if sibling.stat(follow_symlinks=False).st_mtime >= limit:
                    continue
                if sibling.is_dir(follow_symlinks=False):
                    shutil.rmtree(sibling.path, ignore_errors=True)  # another process may be at it too
                else:
                    Path(sibling.path).unlink()


def _sync_file(path: Path) -> None:
    """Bring the content of a file to the disk."""
    with path.open("r+b" if os.name == "nt" else "rb") as file:
        sync(file.fileno())
