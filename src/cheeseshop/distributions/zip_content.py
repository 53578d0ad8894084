# SPDX-License-Identifier: Apache-2.0
"""The content of zip members, never more of it than their headers declare."""

import zlib
from collections.abc import Iterable, Iterator

from cheeseshop.distributions.byte_source import ByteSource
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.limits import (
    FREE_UNPACKED_SIZE,
    MAX_COMPRESSION_RATIO,
    MAX_UNPACKED_SIZE,
    PIECE,
)
from cheeseshop.distributions.zip_layout import STORED, ZipMember


def check_unpacked_size(members: Iterable[ZipMember], archive_size: int) -> None:
    """Refuse a zip bomb by the sizes that it declares, which `content_of` holds it to."""
    refuse_bomb(sum(member.size for member in members), archive_size)


def refuse_bomb(unpacked_size: int, archive_size: int) -> None:
    """Refuse an archive of `archive_size` bytes that unpacks to `unpacked_size` bytes or more, if that is too much."""
    if unpacked_size > FREE_UNPACKED_SIZE and unpacked_size > MAX_COMPRESSION_RATIO * archive_size:
        raise DistributionRefused(
            f"Invalid distribution file. File exceeds compression ratio of {MAX_COMPRESSION_RATIO}.", "content"
        )
    if unpacked_size > MAX_UNPACKED_SIZE:
        raise DistributionRefused("Invalid distribution file. File is too large when unpacked.", "content")


def content_of(source: ByteSource, member: ZipMember) -> Iterator[bytes]:
    """Yield a member's content in pieces of at most 64 KiB.

    :raises DistributionRefused: the content is damaged, or its size or checksum is not the declared one.
    """
    pieces = source.pieces(member.data_offset, member.packed_size)
    if member.method != STORED:
        pieces = _inflate(pieces, member)
    size = checksum = 0
    for piece in pieces:
        size += len(piece)
        if size > member.size:
            break
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if size != member.size:
        raise _damaged(member, "mis-matched data size")
    if checksum != member.crc:
        raise _damaged(member, "bad checksum")


def read_content(source: ByteSource, member: ZipMember, limit: int) -> bytes:
    """Return a member's content.

    :raises DistributionRefused: it is larger than `limit` bytes, or damaged.
    """
    if member.size > limit:
        raise DistributionRefused(f"Invalid distribution file. {member.name} is larger than {limit} bytes.", "content")
    return b"".join(content_of(source, member))


def _inflate(pieces: Iterator[bytes], member: ZipMember) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in pieces:
            pending = packed
            while pending and not inflater.eof:
                if unpacked := inflater.decompress(pending, PIECE):
                    yield unpacked
                pending = inflater.unconsumed_tail
            if inflater.eof and (inflater.unused_data or pending):
                raise _damaged(member, "data after the end of the compressed stream")
    except zlib.error as error:
        raise _damaged(member, "invalid compressed data") from error
    if not inflater.eof:
        raise _damaged(member, "the compressed stream is cut short")


def _damaged(member: ZipMember, reason: str) -> DistributionRefused:
    return DistributionRefused(
        f"Invalid distribution file. ZIP archive not accepted: {reason} in {member.name!r}.", "content"
    )
