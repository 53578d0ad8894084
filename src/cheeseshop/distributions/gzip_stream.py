# SPDX-License-Identifier: Apache-2.0
"""A gzip file as a stream that stops at decompression bombs.

`gzip.GzipFile` reads on across concatenated members; others stop after the first, and so would see another archive.
"""

import zlib
from typing import Final

from cheeseshop.distributions.byte_source import ByteSource
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.limits import PIECE
from cheeseshop.distributions.token_watch import TokenWatch
from cheeseshop.distributions.zip_content import refuse_bomb

GZIP_SIGNATURE: Final = b"\x1f\x8b"
_GZIP_FORMAT: Final = 16 + zlib.MAX_WBITS


class GzipStream:
    """Reads what a gzip file unpacks to, front to back, at most 64 KiB ahead."""

    def __init__(self, source: ByteSource) -> None:
        self._archive_size = source.size
        self._packed = source.pieces(0, source.size)
        self._inflater = zlib.decompressobj(_GZIP_FORMAT)
        self._pending = b""
        self._buffer = b""
        self._taken = 0
        """How much of the buffer has been given out."""
        self._unpacked_size = 0

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes (callers ask for small amounts), fewer at the end.

        :raises DistributionRefused: the stream is damaged, is a bomb, or is followed by other data.
        """
        if len(self._buffer) - self._taken < size:
            pieces = [self._buffer[self._taken :]]
            available = len(pieces[0])
            while available < size and (piece := self._next_piece()):
                pieces.append(piece)
                available += len(piece)
            self._buffer, self._taken = b"".join(pieces), 0
        start = self._taken
        self._taken = min(start + size, len(self._buffer))
        return self._buffer[start : self._taken]

    def skip(self, size: int, watch: TokenWatch | None = None) -> int:
        """Pass over `size` bytes, show them to `watch`, and return how many there were."""
        skipped = 0
        while skipped < size and (piece := self.read(min(PIECE, size - skipped))):
            skipped += len(piece)
            if watch is not None:
                watch.feed(piece)
        return skipped

    def _next_piece(self) -> bytes:
        while not self._inflater.eof:
            if not self._pending:
                self._pending = next(self._packed, b"")
                if not self._pending:
                    raise _refused("File is not a tarfile: its compressed stream is cut short")
            try:
                piece = self._inflater.decompress(self._pending, PIECE)
            except zlib.error as error:
                raise _refused("File is not a tarfile: its compressed stream is damaged") from error
            self._pending = self._inflater.unconsumed_tail
            self._unpacked_size += len(piece)
            refuse_bomb(self._unpacked_size, self._archive_size)
            if piece:
                return piece
        self._check_padding()
        return b""

    def _check_padding(self) -> None:
        """Allow only zeros after the stream, which tapes and some tools pad with."""
        rest = self._inflater.unused_data
        while rest:
            if rest.strip(b"\0"):
                raise _refused("File has data after its compressed stream")
            rest = next(self._packed, b"")


def _refused(reason: str) -> DistributionRefused:
    return DistributionRefused(f"Invalid distribution file. {reason}.", "content")
