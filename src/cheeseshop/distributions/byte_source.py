# SPDX-License-Identifier: Apache-2.0
"""Reading an untrusted file at any offset with bounded memory."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from cheeseshop.distributions.limits import KIB, PIECE, SMALL_ARCHIVE

_WINDOW: Final = 8 * KIB


class ByteSource:
    """A seekable file as a sequence of bytes: whole in memory when small, else through a window."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)
        self._window_start = 0
        self._window = b""
        if self.size <= SMALL_ARCHIVE:
            self._window = self._read(0, self.size)

    def read_at(self, offset: int, size: int) -> bytes:
        """Return `size` bytes from `offset`, fewer where the file ends earlier."""
        start = offset - self._window_start
        if start < 0 or start + size > len(self._window):
            if self.size <= SMALL_ARCHIVE:
                return self._window[max(start, 0) : max(start, 0) + size]
            self._window = self._read(offset, max(size, _WINDOW))
            self._window_start, start = offset, 0
        return self._window[start : start + size]

    def pieces(self, offset: int, size: int) -> Iterator[bytes]:
        """Yield the bytes of a range in pieces of at most 64 KiB; stop early where the file ends."""
        end = min(offset + size, self.size)
        while offset < end:
            length = min(PIECE, end - offset)
            piece = self.read_at(offset, length) if self.size <= SMALL_ARCHIVE else self._read(offset, length)
            if not piece:
                return
            yield piece
            offset += len(piece)

    def _read(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)
