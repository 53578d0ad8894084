# SPDX-License-Identifier: Apache-2.0
"""Members of an archive, one after the other, with their first bytes and their digest. Nothing is unpacked to disk.

The readers are those that checked the file when it was uploaded: they bound names, counts and what it unpacks to.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cheeseshop.distributions.byte_source import ByteSource
from cheeseshop.distributions.gzip_stream import GzipStream
from cheeseshop.distributions.limits import MIB
from cheeseshop.distributions.tar_headers import TarReader
from cheeseshop.distributions.token_watch import TokenWatch
from cheeseshop.distributions.zip_content import check_unpacked_size, content_of
from cheeseshop.distributions.zip_layout import read_zip_layout

LOOKED_INTO = 8 * MIB
"""Bytes of a member that are kept to be looked into; all of it goes into its digest."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive. ``packed`` is what it takes in a zip, None in a tar; ``data`` its first bytes."""

    path: str
    size: int
    packed: int | None
    data: bytes
    sha256: str


def members_of(file: BinaryIO, filename: str) -> Iterator[Member]:
    """Yield every file of a wheel or source distribution.

    Raises:
        DistributionRefused: when the archive is unsound.
    """
    source = ByteSource(file)
    yield from _of_zip(source) if filename.endswith((".whl", ".zip")) else _of_tar(source)


def _of_zip(source: ByteSource) -> Iterator[Member]:
    layout = read_zip_layout(source)
    check_unpacked_size(layout.values(), source.size)
    for entry in layout.values():
        if not entry.is_directory:
            yield _member(entry.name, entry.size, entry.packed_size, content_of(source, entry))


def _of_tar(source: ByteSource) -> Iterator[Member]:
    reader = TarReader(GzipStream(source), TokenWatch(0))
    for found in reader.members():
        if found.kind == "file":
            yield _member(found.name.removeprefix("./"), found.size, None, _pieces(reader))


def _pieces(reader: TarReader) -> Iterator[bytes]:
    while piece := reader.read_start(MIB):
        yield piece


def _member(path: str, size: int, packed: int | None, pieces: Iterable[bytes]) -> Member:
    kept, digest = bytearray(), hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        if len(kept) < LOOKED_INTO:
            kept += piece[: LOOKED_INTO - len(kept)]
    return Member(path, size, packed, bytes(kept), digest.hexdigest())
