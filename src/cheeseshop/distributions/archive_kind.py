# SPDX-License-Identifier: Apache-2.0
"""Whether a file is a zip, a gzipped tar, or made to be taken for both."""

import struct
from typing import Final

from cheeseshop.distributions.byte_source import ByteSource
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.gzip_stream import GZIP_SIGNATURE
from cheeseshop.distributions.limits import KIB

_END: Final = struct.Struct("<4s4H2IH")
_END_SIGNATURE: Final = b"PK\x05\x06"
_CENTRAL_SIGNATURE: Final = b"PK\x01\x02"
_TAIL: Final = 64 * KIB + _END.size
_TAR_BLOCK: Final = 512
_COMPRESSED_TAR: Final = (GZIP_SIGNATURE, b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")


def check_archive_kind(source: ByteSource, *, is_zip: bool) -> None:
    """Refuse a file that is not of the kind its extension promises, or is of both kinds for different readers.

    :raises DistributionRefused: it is both, or neither.
    """
    looks_zip, looks_tar = _ends_like_zip(source), _begins_like_tar(source)
    if looks_zip and looks_tar:
        raise DistributionRefused("Invalid distribution file. File is both a zip and a tarfile.", "content")
    if is_zip and not looks_zip:
        raise DistributionRefused("Invalid distribution file. File is not a zipfile.", "content")
    if not is_zip and source.read_at(0, 2) != GZIP_SIGNATURE:
        raise DistributionRefused("Invalid distribution file. File is not a tarfile.", "content")


def _ends_like_zip(source: ByteSource) -> bool:
    """Tell whether a reader that searches backwards for zip's end record would find a directory.

    The four bytes of its signature alone occur by chance in one of 65,000 compressed files.
    """
    start = max(0, source.size - _TAIL)
    tail = source.read_at(start, source.size - start)
    found = tail.rfind(_END_SIGNATURE)
    if found < 0 or len(tail) - found < _END.size:
        return False
    _, _, _, _, _, size, offset, comment_length = _END.unpack_from(tail, found)
    if found + _END.size + comment_length == len(tail):
        return True
    # Followed by other data: then the directory has to be where a reader looks for it.
    return any(source.read_at(place, 4) == _CENTRAL_SIGNATURE for place in (offset, start + found - size) if place >= 0)


def _begins_like_tar(source: ByteSource) -> bool:
    head = source.read_at(0, _TAR_BLOCK)
    if head.startswith(_COMPRESSED_TAR):
        return True
    checksum = head[148:156].strip(b" \0")
    if len(head) < _TAR_BLOCK or not checksum.isdigit() or b"8" in checksum or b"9" in checksum:
        return False
    return int(checksum, 8) == sum(head) - sum(head[148:156]) + 8 * ord(" ")
