# SPDX-License-Identifier: Apache-2.0
"""Headers of tar members: ustar, pax and GNU.

The standard library's `tarfile` reads extended headers of any length into memory, calls itself for each of a chain of
them, and in patch releases still in use searches them with regular expressions of quadratic cost. Sdists need only a
small part of the format, so that it is read here, with bounds.
https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NoReturn

from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.gzip_stream import GzipStream
from cheeseshop.distributions.limits import MAX_MEMBERS, MAX_TAR_EXTENDED_HEADER, MAX_TAR_EXTENDED_RECORDS, PIECE
from cheeseshop.distributions.token_watch import TokenWatch

MemberKind = Literal["file", "directory", "symlink", "hardlink"]

_BLOCK: Final = 512
_ZEROS: Final = bytes(_BLOCK)
_OCTAL: Final = re.compile(rb"[ \0]*([0-7]*)[ \0]*")
_KINDS: Final[dict[bytes, MemberKind]] = {
    b"0": "file",
    b"\0": "file",
    b"7": "file",
    b"1": "hardlink",
    b"2": "symlink",
    b"5": "directory",
}
_BASE_256: Final = 0x80
_MAX_DIGITS: Final = 18
_SPECIAL: Final = {b"3": "character device", b"4": "block device", b"6": "named pipe"}


@dataclass(slots=True)
class TarMember:
    """A member, its size in bytes; `link` is the target of a symbolic or hard link."""

    name: str
    kind: MemberKind
    size: int
    link: str


@dataclass(slots=True)
class _Extended:
    """What extended headers say about the next member."""

    name: bytes | None = None
    link: bytes | None = None
    size: int | None = None
    kinds: bytes = b""
    """The type codes of the extended headers so far."""


class TarReader:
    """Reads a tar archive front to back, and shows the content of every member to `watch`."""

    def __init__(self, stream: GzipStream, watch: TokenWatch) -> None:
        self._stream = stream
        self._watch = watch
        self._unread = 0
        self._padding = 0
        self._headers = 0
        self._records = 0

    def members(self) -> Iterator[TarMember]:
        """Yield the members; the content of the one just yielded can be had by `read_current`.

        :raises DistributionRefused: the archive is damaged, cut short or larger than allowed, or has members that a
            source distribution has no use for.
        """
        extended = _Extended()
        while (block := self._next_block()) is not None:
            kind, size = block[156:157], self._number(block[124:136])
            if kind in (b"x", b"g", b"L", b"K"):
                self._records += _read_extended(kind, self._extended_content(size), extended)
                if self._records > MAX_TAR_EXTENDED_RECORDS:
                    _refuse("too many extended headers")
                continue
            yield self._member(block, kind, size, extended)
            extended = _Extended()

    def read_current(self, limit: int) -> bytes:
        """Return the content of the member that `members` yielded last.

        :raises DistributionRefused: it is larger than `limit` bytes.
        """
        if self._unread > limit:
            _refuse(f"a file that is read whole is larger than {limit} bytes")
        content = self._exactly(self._unread)
        self._unread = 0
        self._watch.feed(content)
        return content

    def read_start(self, limit: int) -> bytes:
        """Return the first `limit` bytes of the member that `members` yielded last.

        :raises DistributionRefused: the archive ends before.
        """
        content = self._exactly(min(self._unread, limit))
        self._unread -= len(content)
        return content

    def _next_block(self) -> bytes | None:
        """Return the next header, or None after the end of the archive."""
        skipped = self._stream.skip(self._unread, self._watch) + self._stream.skip(self._padding)
        if skipped < self._unread + self._padding:
            _refuse("it ends within a member")
        self._watch.end()
        self._unread = self._padding = 0
        block = self._exactly(_BLOCK)
        if block == _ZEROS:
            while piece := self._stream.read(PIECE):
                if piece.strip(b"\0"):
                    _refuse("data after the end of the archive")
            return None
        self._headers += 1
        if self._headers > MAX_MEMBERS:
            _refuse(f"more than {MAX_MEMBERS} members")
        declared = self._number(block[148:156])
        if declared != sum(block) - sum(block[148:156]) + 8 * ord(" "):
            _refuse("bad checksum of a header")
        return block

    def _member(self, block: bytes, code: bytes, size: int, extended: _Extended) -> TarMember:
        if code == b"S":
            _refuse("sparse members are not allowed")
        kind = _KINDS.get(code)
        if kind is None:
            _refuse(f"a member is a {_SPECIAL.get(code, 'file of unknown type')}")
        raw_name = extended.name or _name_in(block)
        raw_link = extended.link or block[157:257].split(b"\0", 1)[0]
        if kind == "file" and raw_name.endswith(b"/"):
            kind = "directory"  # as before POSIX
        size = size if extended.size is None else extended.size
        if kind != "file" and size:
            _refuse("a link or directory has data")
        self._unread, self._padding = size, -size % _BLOCK
        link = _decode(raw_link) if kind in ("symlink", "hardlink") else ""
        name = _decode(raw_name)
        self._watch.begin(name)
        return TarMember(name, kind, size, link)

    def _extended_content(self, size: int) -> bytes:
        if size > MAX_TAR_EXTENDED_HEADER:
            _refuse(f"an extended header is larger than {MAX_TAR_EXTENDED_HEADER} bytes")
        content = self._exactly(size)
        self._exactly(-size % _BLOCK)
        return content

    def _exactly(self, size: int) -> bytes:
        content = self._stream.read(size)
        if len(content) < size:
            _refuse("it is cut short")
        return content

    @staticmethod
    def _number(field: bytes) -> int:
        if field[0] == _BASE_256:
            return int.from_bytes(field[1:], "big")
        match = _OCTAL.fullmatch(field)
        if match is None:
            _refuse("bad number in a header")
        return int(match[1] or b"0", 8)


def _refuse(reason: str) -> NoReturn:
    raise DistributionRefused(
        f"Invalid distribution file. File is not a tarfile that is accepted: {reason}.", "content"
    )


def _read_extended(kind: bytes, content: bytes, target: _Extended) -> int:
    """Note what an extended header says, and return the number of its records."""
    count = 1
    if kind != b"g":
        # Which of two headers counts depends on the reader. GNU archives pair a long name with a long link, no others.
        if kind in target.kinds or (target.kinds and b"x" in target.kinds + kind):
            _refuse("several extended headers for one member")
        target.kinds += kind
    if kind == b"L":
        target.name = content.rstrip(b"\0")
    elif kind == b"K":
        target.link = content.rstrip(b"\0")
    else:
        for count, (key, value) in enumerate(_pax_records(content), start=1):  # noqa: B007 - read below
            if key.startswith(b"GNU.sparse."):
                _refuse("sparse members are not allowed")
            elif key in (b"path", b"linkpath", b"size"):
                if kind == b"g":
                    _refuse("a global header that renames or resizes members")
                _set_extended(key, value, target)
    return count


def _set_extended(key: bytes, value: bytes, target: _Extended) -> None:
    if key == b"path":
        target.name = value
    elif key == b"linkpath":
        target.link = value
    else:
        target.size = _decimal(value)


def _name_in(block: bytes) -> bytes:
    name = block[:100].split(b"\0", 1)[0]
    prefix = block[345:500].split(b"\0", 1)[0]
    if prefix and block[257:265] != b"ustar\x0000":
        # GNU archives use this space for other things; some readers take it for a part of the name all the same.
        _refuse("a header that readers name differently")
    return prefix + b"/" + name if prefix else name


def _decode(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        _refuse(f"filename {name.decode(errors='backslashreplace')!r} is not in Unicode")


def _pax_records(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    r"""Yield the key and value of each record, which is written as "<length> <key>=<value>\n"."""
    position = 0
    while position < len(content):
        space = content.find(b" ", position, position + 8)
        length = _decimal(content[position:space]) if space > position else 0
        end = position + length
        if not space < end <= len(content) or content[end - 1 : end] != b"\n":
            _refuse("bad extended header")
        key, separator, value = content[space + 1 : end - 1].partition(b"=")
        if not separator:
            _refuse("bad extended header")
        yield key, value
        position = end


def _decimal(value: bytes) -> int:
    if not value.isdigit() or len(value) > _MAX_DIGITS:
        _refuse("bad number in an extended header")
    return int(value)
