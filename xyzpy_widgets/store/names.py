"""The one rule that turns a name as it is typed into the path of a file and the engine that reads and writes it.

1. ``~`` stands for the home folder; everything else is taken as it is, relative to the working folder.
2. The engine is the one that is asked for; without one, the first engine that the suffix belongs to; without a suffix,
   the first engine of all (``h5netcdf`` for datasets, ``pickle`` for tables).
3. A name that ends with a known suffix, in upper or lower case, is complete. Any other name gets the first suffix of
   its engine, so ``run``, ``run.v2`` and ``0.5`` become ``run.h5``, ``run.v2.h5`` and ``0.5.h5``.
4. A known suffix that belongs to another engine, or to the other kind of content, is refused rather than guessed at.
5. A name that ends with a separator (``draws/``, ``draws.parquet/``) is a table in a folder of parquet files, and
   complete. So is the name of a parquet file under which there is a folder.

Reading and writing both go through `resolve`, so what is saved under a name is found under that name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xyzpy_widgets.core.variables import hint
from xyzpy_widgets.errors import OptionError

__all__ = ["DATASETS", "TABLES", "Family", "FileName", "family_of", "is_folder", "missing", "place_of", "resolve"]

FileName = str | os.PathLike[str]

_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))
_HDF5 = (".h5", ".nc", ".nc4", ".hdf5")


@dataclass(frozen=True, slots=True)
class Family:
    """The engines for one kind of content.

    Attributes
    ----------
    content : str
        What the files hold: "dataset" or "table".
    suffixes : mapping of str to tuple of str
        The suffixes of each engine, the default engine first; the first suffix is the one that is added.
    parted : str or None
        The engine that reads a folder of its files as one.
    """

    content: str
    suffixes: Mapping[str, tuple[str, ...]]
    parted: str | None = None


DATASETS = Family("dataset", {"h5netcdf": _HDF5, "netcdf4": _HDF5, "zarr": (".zarr",)})
TABLES = Family(
    "table",
    {"pickle": (".pkl", ".pickle"), "csv": (".csv",), "json": (".json",), "parquet": (".parquet", ".pq")},
    parted="parquet",
)


def resolve(file_name: FileName, engine: str | None, family: Family) -> tuple[Path, str]:
    """Return the path and the engine that a name stands for.

    Parameters
    ----------
    file_name : str or os.PathLike
        With or without a suffix.
    engine : str or None
        None to let the suffix choose.
    family : Family
        What the file holds.

    Returns
    -------
    path : pathlib.Path
    engine : str

    Raises
    ------
    OptionError
        For a name that is none, an unknown engine, or a suffix that contradicts the engine.
    """
    path = _path(file_name)
    suffix = path.suffix.lower()
    if engine is not None and engine not in family.suffixes:
        msg = f"engine={engine!r} does not write a {family.content}: {hint(str(engine), family.suffixes)}"
        raise OptionError(msg)
    owners = [name for name, suffixes in family.suffixes.items() if suffix in suffixes]
    if not owners:
        _refuse_other_content(path, family)
    if is_folder(file_name):
        return path, _parted(file_name, {engine, *owners} - {None}, family)
    if not owners:
        engine = engine or next(iter(family.suffixes))
        return path.with_name(path.name + family.suffixes[engine][0]), engine
    if engine is not None and engine not in owners:
        msg = (
            f"{path.name!r} is a name for engine {owners[0]!r}, but engine={engine!r} was asked for; change one of them"
        )
        raise OptionError(msg)
    return path, engine or owners[0]


def place_of(path: Path) -> Path:
    """Return where a file stands, whichever folder becomes the working one; a link gives what it points to.

    So all names of a file share its journal, and its lock.
    """
    return Path(os.path.realpath(path))


def family_of(file_name: FileName, engine: str | None) -> Family:
    """Return which kind of content a name and an engine stand for; datasets where neither says."""
    known, other = ({suffix for some in one.suffixes.values() for suffix in some} for one in (TABLES, DATASETS))
    suffix = _path(file_name).suffix.lower()
    is_table = engine in TABLES.suffixes or suffix in known or (is_folder(file_name) and suffix not in other)
    return TABLES if is_table else DATASETS


def is_folder(file_name: FileName) -> bool:
    """Tell whether a name says that it is one of a folder."""
    return os.fspath(file_name).endswith(_SEPARATORS)


def missing(path: Path, family: Family) -> str:
    """Return the message for a file that is not there, with the one that may have been meant."""
    others = (path.with_suffix(suffix) for suffixes in family.suffixes.values() for suffix in suffixes)
    bare = path.with_suffix("")
    folders = [f"{bare.name}{os.sep}"] if family.parted is not None and bare.is_dir() else []
    near = next(iter((*(other.name for other in others if other.exists()), *folders)), None)
    return f"there is no {family.content} {path}; {f'did you mean {near!r}?' if near else 'correct the path'}"


def _path(file_name: FileName) -> Path:
    """Expand a name that can be one."""
    if not isinstance(file_name, (str, os.PathLike)):
        msg = f"{file_name!r} of type {type(file_name).__name__} is not a file name; give a str or a pathlib.Path"
        raise OptionError(msg)
    text = os.fspath(file_name)
    if not text or "\0" in text or Path(text).name in {"", ".."}:
        msg = f"{text!r} does not name a file; give a name such as 'results'"
        raise OptionError(msg)
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        msg = f"{text!r} begins with a home folder that is not known; write the folder out"
        raise OptionError(msg) from error


def _parted(file_name: FileName, engines: set[str | None], family: Family) -> str:
    """Return the engine of a folder; refuse a name of one where another engine is meant, or there is none."""
    if family.parted is None:
        msg = f"{os.fspath(file_name)!r} does not name a file; give a name such as 'results'"
        raise OptionError(msg)
    if engines - {family.parted}:
        msg = (
            f"{os.fspath(file_name)!r} names a folder, in which engine {family.parted!r} alone keeps a {family.content}"
        )
        raise OptionError(f"{msg}; leave the separator out, or choose that")
    return family.parted


def _refuse_other_content(path: Path, family: Family) -> None:
    """Refuse a suffix that says the file holds something else."""
    other = TABLES if family is DATASETS else DATASETS
    if any(path.suffix.lower() in suffixes for suffixes in other.suffixes.values()):
        known = ", ".join(dict.fromkeys(suffix for suffixes in family.suffixes.values() for suffix in suffixes))
        msg = f"{path.name!r} names a {other.content}, but a {family.content} is kept there; the suffixes are {known}"
        raise OptionError(msg)
