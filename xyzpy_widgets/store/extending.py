"""Extending a file in place: what is added is written, and nothing that is there.

Numbers that grow along their first dimension stay where they are, and what is new goes behind them, where a file that
has grown once has room (`room_along`). Everything else, a few thousand bytes, is laid out anew in a spare part of the
file: the description of each variable, the texts, the schema, the checksums, and the group at the root that leads to
them. None of that is seen by anybody until the one address is written over by which the superblock says where that
group is. So at every moment the file is the old one or the new one, for every program, whatever dies; who has the old
one open reads it on.

The `trailer` of the new version stands behind that of the old one. What does not fit is written anew as a whole.
"""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xyzpy_widgets.store.atomic import reported
from xyzpy_widgets.store.disk import sync
from xyzpy_widgets.store.encoding import encode
from xyzpy_widgets.store.headers import ROOT, SUPERBLOCK
from xyzpy_widgets.store.image import BLOCK, Image, Key, PlainVariable, Values, checksums, raw, seal, variables_of
from xyzpy_widgets.store.inplace import PENDING, Extent, Layout, Place, opened_to_write, tell_change, write_at
from xyzpy_widgets.store.laying import Laying
from xyzpy_widgets.store.lock import try_lock
from xyzpy_widgets.store.trailer import trailer_of

__all__ = ["extend", "room_along", "versions_of"]

_SHARE = 4  # what part of the numbers there is room for
_LEAST = 4096  # bytes of room
_KNOWN = b"\x89HDF\r\n\x1a\n\0"  # a superblock of version 0 (HDF5 File Format, II.A)
_VERSIONS = 32  # how many more descriptions there is room for


def room_along(image: Image, growing: str | None) -> dict[Key, int]:
    """Say how many bytes to leave behind the numbers that grow along a dimension; none for None."""
    return {
        key: max(one.values.nbytes // _SHARE // 8 * 8, _LEAST)
        for key, one in variables_of(image).items()
        if one.dims[:1] == (growing,) and one.values.dtype != object
    }


def versions_of(described: int, image: Image) -> int:
    """Say how many bytes to leave for other versions of a description of so many bytes, and of the checksums."""
    return _VERSIONS * (described + 2 * image.ledger["checksums"].values.nbytes)


def extend(path: Path, data: xr.Dataset, ledger: xr.Dataset, layout: Layout) -> Layout | None:
    """Put a dataset and its ledger in the place of what is the beginning of them.

    Parameters
    ----------
    path : pathlib.Path
        The file; the caller holds its lock.
    data, ledger : xarray.Dataset
        The numbers that are there are the first of theirs, in C order.
    layout : Layout
        Where in the file they are.

    Returns
    -------
    Layout or None
        Where everything is then; None, and nothing has changed, where it does not fit.

    Raises
    ------
    EncodingError
        For what the format cannot hold.
    StoreError
        When the system refuses.
    """
    spare = layout.spare
    if spare is None:
        return None
    image = encode(data, ledger)
    with reported(path), path.open("rb") as file:
        head = bytearray(file.read(SUPERBLOCK))
        seal(image, partial(_sums_beyond, file, layout))
        end = file.seek(0, io.SEEK_END)
    if not head.startswith(_KNOWN) or not _fit(image, layout):
        return None
    places = {key: place.offset for key, place in layout.places.items()}
    pending = layout.room.stop - layout.room.start
    laying = Laying(image, spare.start, {**places, (layout.group, PENDING): layout.room.start}, {}, pending)
    if laying.stop > spare.stop:
        return None
    head[ROOT] = laying.root.to_bytes(8, "little")
    turn = ROOT.start, bytes(head[ROOT])
    trailer = trailer_of([(0, bytes(head)), (spare.start, laying.content)], end)
    if not _turned(path, [*_pieces(laying, layout), (end, trailer)], turn):
        return None
    room = {key: layout.places[key].room - one.nbytes for key, one in laying.numbers.items() if key in layout.places}
    return laying.layout(image, slice(laying.stop, spare.stop), room)


def _sums_beyond(file: BinaryIO, layout: Layout, key: Key, values: Values) -> Sequence[int] | NDArray[np.uint32]:
    """Return the checksums of numbers whose beginning is in the file: those of whole blocks stand there."""
    place = layout.places.get(key)
    if place is None or values.dtype == object:
        return checksums(values)
    whole = place.size // BLOCK
    file.seek(layout.sums + 4 * place.first)
    known = np.frombuffer(file.read(4 * whole), dtype="<u4")
    return np.concatenate([known, np.array(checksums(values, first=whole), dtype="<u4")])


def _fit(image: Image, layout: Layout) -> bool:
    """Say whether the numbers of an image are of the variables of a file, in their types, and have room there."""
    variables = variables_of(image)
    numbers = {key for key, one in variables.items() if one.values.dtype != object and one.values.size}
    if numbers != {*layout.places, (layout.group, "checksums")}:
        return False
    return all(_fits(place, variables[key]) for key, place in layout.places.items())


def _fits(place: Place, variable: PlainVariable) -> bool:
    """Say whether numbers are of the type of those at a place, and what comes behind them may stand there."""
    values = variable.values
    if values.dtype != place.dtype or values.nbytes < place.size:
        return False
    if place.note.get("fill", variable.note.get("fill")) != variable.note.get("fill"):  # nothing is another number now
        return False
    return values.nbytes <= place.room if place.offset is not None else place.takes(bytes(raw(values, place.size)))


def _pieces(laying: Laying, layout: Layout) -> list[Extent]:
    """Return what is to be written before it is seen: what is described anew, and what is added."""
    pieces = []
    for key, values in laying.numbers.items():
        before = layout.places[key].size if key in layout.places else 0
        pieces.append((laying.addresses[key] + before, bytes(raw(values, before))))
    return [(laying.start, laying.content), *pieces]


def _turned(path: Path, pieces: list[Extent], turn: Extent) -> bool:
    """Write what nobody sees yet, then what makes it seen; say whether no other program was writing to the file."""
    with opened_to_write(path) as descriptor:
        if not try_lock(descriptor, shared=True):
            return False
        before = os.fstat(descriptor).st_mtime_ns
        for offset, data in pieces:
            write_at(descriptor, data, offset)
        sync(descriptor)
        write_at(descriptor, turn[1], turn[0])
        sync(descriptor)
        tell_change(path, before)
    return True
