"""`recover`: everything that is whole in a damaged file and its journal, put into a new file; the old one is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import xarray as xr

from xyzpy_widgets.archive import Archive
from xyzpy_widgets.drawn import Drawn, DrawnGrowth, DrawnStore
from xyzpy_widgets.errors import FormatError, MergeError, SpaceError
from xyzpy_widgets.labelled_store import LabelledGrowth, LabelledStore
from xyzpy_widgets.labelling.holes import holed, holed_data
from xyzpy_widgets.labelling.ledger import Labelled, with_inferred_ledger
from xyzpy_widgets.labelling.merge import merge
from xyzpy_widgets.store.atomic import retire
from xyzpy_widgets.store.frames import Record, scan
from xyzpy_widgets.store.journal import DAMAGED, SET_ASIDE, segments
from xyzpy_widgets.store.lock import locked
from xyzpy_widgets.store.names import TABLES, FileName, family_of, place_of
from xyzpy_widgets.store.netcdf import NetCDFStore
from xyzpy_widgets.store.salvage import Salvage
from xyzpy_widgets.store.table import TableStore

__all__ = ["Recovery", "recover"]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What `recover` did.

    Attributes
    ----------
    path : pathlib.Path
        The file, which is whole now.
    kept : dict of str to int
        How many values of each output it holds.
    lost : dict of str to str
        What could not be kept, by variable, and why.
    verified : bool
        Whether checksums told what is whole; without them, values are as the file library read them.
    old : pathlib.Path or None
        Where the damaged file is; None when the file was whole.
    backup : pathlib.Path or None
        The backup of another tool that went in too; it stands where it stood.
    replayed : tuple of pathlib.Path
        The segments of the journal that went in.
    left : tuple of pathlib.Path
        What stands in the journal and is not taken up: runs that contradict the data, or have lost their beginning.
    """

    path: Path
    kept: dict[str, int] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    verified: bool = True
    old: Path | None = None
    backup: Path | None = None
    replayed: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()

    def __str__(self) -> str:
        """Tell it in lines."""
        lines = [f"{self.path} is whole" + ("" if self.old is None else f" now; the damaged file is {self.old}")]
        lines += [f"  kept {count} values of {name!r}" for name, count in self.kept.items()]
        lines += [f"  lost of {name!r}: {why}" for name, why in self.lost.items()]
        if not self.verified:
            lines.append("  no checksums told which values are whole: look at them before you rely on them")
        lines += [f"  with the backup {self.backup}"] if self.backup is not None else []
        lines += [f"  with the run in {path.name}" for path in self.replayed]
        lines += [f"  left where it is: {path}" for path in self.left]
        return "\n".join(lines)

    __repr__ = __str__


def recover(path: FileName, engine: str | None = None) -> Recovery:
    """Put everything that is whole in a damaged file, its journal and its backup into a new file.

    The damaged file is kept under another name. Values whose checksum does not hold are missing in the new one and
    their cases not done, so that a harvest with ``missing_only=True`` runs them again. What a run that was cut off left
    in the journal goes in, and a ``NAME.bak`` of another tool. No code of any of the files is run.

    Of a table in CSV or JSON the rows that read as rows are kept, and of one in parquet the columns that can be read,
    file by file where it is a folder of them.
    Nothing can be kept of a damaged pickle; whether one is damaged tells only opening it, which runs whatever code is
    in it, and so is done for ``engine="pickle"`` alone.

    Parameters
    ----------
    path : str or os.PathLike
        The file as `Harvester` or `Sampler` takes it, with or without its suffix.
    engine : {"h5netcdf", "netcdf4", "zarr", "csv", "json", "parquet", "pickle"}, optional
        The format; by default that of the suffix.

    Returns
    -------
    Recovery
        What was kept, what was lost, and where the old file is. For a file that is whole: that.

    Raises
    ------
    FormatError
        When nothing can be recovered, or there is nothing; all files stand as they stood then.
    StoreError
        When the system refuses.
    """
    if family_of(path, engine) is TABLES:
        table = TableStore.named(path, engine)
        return _recovered_table(replace(table, path=place_of(table.path)), trusted=engine == "pickle")
    file = NetCDFStore.named(path, engine)
    store = replace(file, path=place_of(file.path))
    logs = _logs(store.path)
    args = _args(logs)
    with locked(store.path):
        mended = _mended(store, args)
    archive: Archive[Labelled, LabelledStore] = Archive(LabelledStore(store, args), LabelledGrowth())
    archive.save()
    full = archive.current()
    kept = {} if full is None else {name: int(full.present(name).sum()) for name in full.parts.outputs}
    return _with_journal(mended, kept, logs)


def _mended(store: NetCDFStore, args: tuple[str, ...]) -> Recovery:
    """Put what is left of a damaged file in its place, and say what; the caller holds the lock."""
    why = store.damage()
    if why is None:
        return Recovery(store.path)
    salvage = _salvage(store)
    content, lost = (None, {}) if salvage is None else _content(salvage)
    why = "; ".join((why, *(f"lost of {name!r}: {reason}" for name, reason in lost.items())))
    content, beside = _with_backup(store, content, args)
    if content is None and not args:
        msg = f"nothing of {store.path} can be recovered, and there is no journal and no backup: {why}"
        raise FormatError(msg)
    old = retire(store.path) if store.path.exists() else None
    if content is None and store.backup.exists():
        retire(store.backup)
    if content is not None:
        store.write(*content)
    return Recovery(store.path, lost=lost, verified=salvage is None or salvage.verified, old=old, backup=beside)


def _recovered_table(store: TableStore, *, trusted: bool) -> Recovery:
    """Put what is whole of a table and its journal into a new one."""
    if store.engine == "pickle" and not trusted and store.path.exists():
        msg = f"{store.path} is a pickle, and opening it runs whatever code is in it; where you trust it, call"
        raise FormatError(f"{msg} xyz.recover({str(store.path)!r}, engine='pickle')")
    logs = _logs(store.path)
    drawn = DrawnStore(store)
    with locked(store.path):
        mended = _mended_table(drawn, logs)
    archive: Archive[Drawn, DrawnStore] = Archive(drawn, DrawnGrowth())
    archive.save()
    now = archive.current()
    full = None if now is None else now.table
    kept = {} if full is None else {str(name): int(full[name].notna().sum()) for name in full.columns}
    return _with_journal(mended, kept, logs)


def _mended_table(drawn: DrawnStore, logs: list[Path]) -> Recovery:
    """Do for a table what `_mended` does for a file of a dataset; its failed draws stay with it."""
    store = drawn.table
    try:
        found = store.read()
    except FormatError:
        salvage = store.salvage()
        old = retire(store.path)
        store.write(salvage.frame)
        drawn.failed.adopt()
        return Recovery(store.path, lost=salvage.lost, verified=salvage.verified, old=old)
    if found is None and not logs and drawn.read() is None:
        msg = f"there is no table {store.path}, and no journal of one; correct the path"
        raise FormatError(msg)
    return Recovery(store.path)


def _logs(path: Path) -> list[Path]:
    """Return the segments of dead writers in the journal of a file."""
    return [one.path for one in segments(path.with_name(f"{path.name}.journal")) if not one.live]


def _with_journal(mended: Recovery, kept: dict[str, int], logs: list[Path]) -> Recovery:
    """Say also what the file holds then, which logs went in, and what stands in the journal that nothing takes up."""
    journal = mended.path.with_name(f"{mended.path.name}.journal")
    left = tuple(sorted(path for path in journal.glob("*") if path.suffix in {SET_ASIDE, DAMAGED}))
    return replace(mended, kept=kept, replayed=tuple(path for path in logs if not path.exists()), left=left)


Content = tuple[xr.Dataset, xr.Dataset | None]
Both = tuple[Content | None, Path | None]


def _salvage(store: NetCDFStore) -> Salvage | None:
    """Read what is left of the file, None for nothing."""
    try:
        return store.salvage()
    except FormatError:
        return None


def _content(salvage: Salvage) -> tuple[Content | None, dict[str, str]]:
    """Return what is whole of a damaged file, None for nothing; and what is not, by variable."""
    part, book = salvage.data, salvage.ledger
    lost = dict(part.lost) | {f"ledger/{name}": why for name, why in ({} if book is None else book.lost).items()}
    for name, mask in part.damaged.items():
        what = "labels, with all their cases" if name in part.dataset.dims else "values"
        lost[name] = f"{int(mask.sum())} of {mask.size} {what}"
    if book is not None:
        lost |= {f"ledger/{name}": f"{int(mask.sum())} of {mask.size} values" for name, mask in book.damaged.items()}
    unlabelled = set(part.lost) & set(map(str, part.dataset.dims))
    data = part.dataset.drop_dims(unlabelled)
    lost |= {str(name): f"the labels of its {unlabelled} are lost" for name in set(part.dataset) - set(data)}
    damaged = {name: mask for name, mask in part.damaged.items() if name in data.variables}
    gone = {name for name, mask in damaged.items() if name in data.dims and mask.all()}
    if not set(data.drop_dims(gone).data_vars):
        return None, lost
    if book is None or "status" not in book.dataset or unlabelled & set(map(str, book.dataset["status"].dims)):
        return (holed_data(data, damaged), None), lost
    labelled = holed(data, book.dataset.drop_dims(unlabelled, errors="ignore"), damaged, book.damaged)
    return (labelled.data, labelled.ledger), lost


def _with_backup(store: NetCDFStore, content: Content | None, args: tuple[str, ...]) -> Both:
    """Put the backup of another tool and what is left of the file together; what checksums vouch for wins."""
    beside = store.backup
    if not beside.exists():
        return content, None
    try:
        found = NetCDFStore(beside, store.engine).read()
    except FormatError:
        found = None
    if found is None:
        return content, None
    if content is None or content[1] is None:
        return found, beside
    new = Labelled(content[0], content[1])
    try:
        old = Labelled(found[0], found[1]) if found[1] is not None else with_inferred_ledger(found[0], new.args or args)
        united = merge(old, new, "replace")
    except (MergeError, SpaceError):
        return content, None
    return (united.data, united.ledger), beside


def _args(logs: list[Path]) -> tuple[str, ...]:
    """Return the arguments of the function that some logs tell of."""
    for path in logs:
        for one in scan(path):
            if isinstance(one, Record) and "fn_args" in one.value:
                return tuple(one.value["fn_args"])
    return ()
