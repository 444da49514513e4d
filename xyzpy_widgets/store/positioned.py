"""`Positioned`: what every file has that is made of something else, and knows where it stands."""

from __future__ import annotations

import io

__all__ = ["Positioned"]


class Positioned(io.RawIOBase):
    """A file that can be read anywhere.

    Attributes
    ----------
    size : int
        How many bytes it has.
    """

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self._position = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Return where it stands."""
        return self._position
