"""A file in memory, for a library that lays something out in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xyzpy_widgets.store.positioned import Positioned

__all__ = ["Sheet"]

_PAGE = 65536


class Sheet(Positioned):
    """A file in memory that takes room only where something was written."""

    def __init__(self) -> None:
        super().__init__()
        self._pages: dict[int, bytearray] = {}

    def truncate(self, size: int | None = None) -> int:
        """Take another size."""
        self.size = self._position if size is None else size
        return self.size

    def readinto(self, buffer: Any) -> int:
        """Read what was written, and zeros where nothing was."""
        view = memoryview(buffer).cast("B")
        for page, inside, outside in self._cut(len(view)):
            content = self._pages.get(page)
            view[outside] = bytes(inside.stop - inside.start) if content is None else content[inside]
        self._position += len(view)
        return len(view)

    def write(self, data: Any) -> int:
        """Write all."""
        view = memoryview(data).cast("B")
        for page, inside, outside in self._cut(len(view)):
            self._pages.setdefault(page, bytearray(_PAGE))[inside] = view[outside]
        self._position += len(view)
        self.size = max(self.size, self._position)
        return len(view)

    def pieces(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Return what was written from a byte on, with where it is; what lies between is zeros."""
        for number, page in sorted(self._pages.items()):
            first = max(start - number * _PAGE, 0)
            if first < _PAGE:
                yield number * _PAGE + first, bytes(page[first : self.size - number * _PAGE])

    def _cut(self, length: int) -> Iterator[tuple[int, slice, slice]]:
        """Cut what is read or written next into pages: the page, where in it, and where in the data."""
        done = 0
        while done < length:
            page, start = divmod(self._position + done, _PAGE)
            count = min(_PAGE - start, length - done)
            yield page, slice(start, start + count), slice(done, done + count)
            done += count
