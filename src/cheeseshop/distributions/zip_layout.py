# SPDX-License-Identifier: Apache-2.0
"""The structure of a zip archive, read so that no two readers can see different contents.

Some installers find members through the central directory, others read local headers front to back. An archive is
taken only when both ways lead to the same members, and no byte lies outside of the records.
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import stat
import struct
from dataclasses import dataclass
from typing import Final, NoReturn

from cheeseshop.distributions.byte_source import ByteSource
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.limits import MAX_MEMBER_NAMES_TOTAL, MAX_MEMBERS
from cheeseshop.distributions.member_names import file_used_as_directory, name_problem
from cheeseshop.distributions.zip_extra import LARGE_16, LARGE_32, ZipExtra, read_extra

STORED: Final = 0
DEFLATED: Final = 8

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR: Final = struct.Struct("<4sIQI")
_END: Final = struct.Struct("<4s4H2IH")

_LOCAL_SIGNATURE: Final = b"PK\x03\x04"
_CENTRAL_SIGNATURE: Final = b"PK\x01\x02"
_END64_SIGNATURE: Final = b"PK\x06\x06"
_LOCATOR_SIGNATURE: Final = b"PK\x06\x07"
_END_SIGNATURE: Final = b"PK\x05\x06"

_ENCRYPTED: Final = 0x1
_DATA_DESCRIPTOR: Final = 0x8
_UTF8: Final = 0x800
# Bits 1 and 2 tell how hard the compressor tried.
_KNOWN_FLAGS: Final = 0x2 | 0x4 | _UTF8
_END64_SIZE: Final = 44
_NO_EXTRA: Final = ZipExtra()


@dataclass(slots=True)
class ZipMember:
    """A member; sizes and offsets are in bytes. `listed` turns true when the central directory names it."""

    name: str
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    header_offset: int
    data_offset: int
    listed: bool = False

    @property
    def is_directory(self) -> bool:
        """Whether the member is a directory, which a trailing slash says."""
        return self.name.endswith("/")


def read_zip_layout(source: ByteSource) -> dict[str, ZipMember]:
    """Return the members of a zip archive by name, in file order.

    :raises DistributionRefused: the archive is not made of local headers with their data, the central directory and
        its end records, in this order and in agreement, or uses what installers understand differently.
    """
    try:
        return _LayoutReader(source).read()
    except ValueError as error:  # of an extra field
        _refuse(str(error))


def _refuse(reason: str) -> NoReturn:
    raise DistributionRefused(f"Invalid distribution file. ZIP archive not accepted: {reason}.", "content")


class _LayoutReader:
    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._position = 0
        self._members: dict[str, ZipMember] = {}
        self._listed = 0
        self._names_size = 0
        self._central_start = 0
        self._end64: tuple[int, int, int, int] | None = None
        """Position, records, size and offset of the central directory by the ZIP64 end record."""

    def read(self) -> dict[str, ZipMember]:
        while self._signature() == _LOCAL_SIGNATURE:
            self._read_local()
        self._central_start = self._position
        while self._signature() == _CENTRAL_SIGNATURE:
            self._read_central()
        central_size = self._position - self._central_start
        if self._signature() == _END64_SIGNATURE:
            self._read_end64(central_size)
            self._read_locator()
        self._read_end(central_size)
        if self._listed != len(self._members):
            missing = next(member.name for member in self._members.values() if not member.listed)
            _refuse(f"filename {missing!r} is missing in the central directory")
        directories = [name for name in self._members if name.endswith("/")]
        files = [name for name in self._members if not name.endswith("/")]
        if (path := file_used_as_directory(files, directories)) is not None:
            _refuse(f"{path!r} is both a file and a directory")
        return self._members

    def _signature(self) -> bytes:
        return self._source.read_at(self._position, 4)

    def _unpack(self, layout: struct.Struct) -> tuple[int, ...]:
        """Return the fields after the signature."""
        record = self._source.read_at(self._position, layout.size)
        if len(record) < layout.size:
            _refuse("malformed zip file, it ends within a record")
        return layout.unpack(record)[1:]

    def _read_local(self) -> None:
        _, flags, method, _, _, crc, packed_size, size, name_length, extra_length = self._unpack(_LOCAL)
        start = self._position
        name, extra = self._name_and_extra(start + _LOCAL.size, name_length, extra_length, flags)
        sizes = extra.sizes(size, packed_size, is_local=True, is_packed=method != STORED)
        member = ZipMember(
            name=name,
            flags=flags,
            method=method,
            crc=crc,
            packed_size=sizes.packed_size,
            size=sizes.size,
            header_offset=start,
            data_offset=start + _LOCAL.size + name_length + extra_length,
        )
        self._check_member(member)
        if name in self._members:
            _refuse(f"duplicate filename {name!r} in local headers")
        if len(self._members) >= MAX_MEMBERS:
            _refuse(f"more than {MAX_MEMBERS} members")
        self._names_size += name_length
        if self._names_size > MAX_MEMBER_NAMES_TOTAL:
            _refuse("the names of the members are too long")
        self._members[name] = member
        self._position = member.data_offset + member.packed_size
        if self._position > self._source.size:
            _refuse(f"malformed zip file, it ends within {name!r}")

    def _check_member(self, member: ZipMember) -> None:
        if member.flags & _DATA_DESCRIPTOR:
            _refuse("ZIP contains a data descriptor")
        if member.flags & _ENCRYPTED:
            _refuse(f"{member.name!r} is encrypted")
        if member.flags & ~_KNOWN_FLAGS:
            _refuse(f"{member.name!r} uses features that installers do not know")
        if member.method not in (STORED, DEFLATED):
            _refuse(f"{member.name!r} is neither stored nor deflated")
        if member.method == STORED and member.packed_size != member.size:
            _refuse(f"mis-matched data size of {member.name!r}")
        if member.is_directory and member.size:
            _refuse(f"the directory {member.name!r} has data")

    def _read_central(self) -> None:
        fields = self._unpack(_CENTRAL)
        _, _, flags, method, _, _, crc, packed_size, size, name_length, extra_length = fields[:11]
        comment_length, disk, _, attributes, offset = fields[11:]
        if comment_length:
            _refuse("comment in central directory")
        if disk:
            _refuse("archive of several disks")
        name, extra = self._name_and_extra(self._position + _CENTRAL.size, name_length, extra_length, flags)
        sizes = extra.sizes(size, packed_size, offset, is_packed=method != STORED)
        member = self._members.get(name)
        if member is None:
            _refuse(f"filename {name!r} is missing in local headers")
        if member.listed:
            _refuse(f"duplicate filename {name!r} in central directory")
        if (sizes.size, sizes.packed_size) != (member.size, member.packed_size):
            _refuse(f"mis-matched data size of {name!r}")
        if (flags, method, crc) != (member.flags, member.method, member.crc):
            _refuse(f"local header and central directory describe {name!r} differently")
        if sizes.offset != member.header_offset:
            _refuse(f"mis-matched offset of {name!r}")
        _check_mode(name, attributes >> 16)
        member.listed = True
        self._listed += 1
        self._position += _CENTRAL.size + name_length + extra_length

    def _name_and_extra(self, offset: int, name_length: int, extra_length: int, flags: int) -> tuple[str, ZipExtra]:
        data = self._source.read_at(offset, name_length + extra_length)
        if len(data) < name_length + extra_length:
            _refuse("malformed zip file, it ends within a record")
        raw_name = data[:name_length]
        try:
            name = raw_name.decode()
        except UnicodeDecodeError:
            _refuse("filename not in Unicode")
        if not (flags & _UTF8 or raw_name.isascii()):
            _refuse(f"filename {name!r} is not marked as Unicode")
        if problem := name_problem(name):
            _refuse(problem)
        return name, read_extra(data[name_length:], name) if extra_length else _NO_EXTRA

    def _read_end64(self, central_size: int) -> None:
        size, _, _, disk, central_disk, here, total, declared_size, offset = self._unpack(_END64)
        if size != _END64_SIZE:
            _refuse("extensible data in the ZIP64 end of central directory")
        if disk or central_disk or here != total:
            _refuse("archive of several disks")
        if (total, declared_size, offset) != (self._listed, central_size, self._central_start):
            _refuse("mis-matched ZIP64 end of central directory")
        self._end64 = (self._position, total, declared_size, offset)
        self._position += _END64.size

    def _read_locator(self) -> None:
        if self._signature() != _LOCATOR_SIGNATURE:
            _refuse("missing ZIP64 end of central directory locator")
        disk, offset, disks = self._unpack(_LOCATOR)
        if self._end64 is None or offset != self._end64[0]:
            _refuse("mis-matched EOCD64 record and locator offset")
        if disk or disks > 1:
            _refuse("archive of several disks")
        self._position += _LOCATOR.size

    def _read_end(self, central_size: int) -> None:
        signature = self._signature()
        if signature != _END_SIGNATURE:
            _refuse(
                "unknown record signature"
                if len(signature) == len(_END_SIGNATURE)
                else "malformed zip file, it ends early"
            )
        disk, central_disk, here, total, declared_size, offset, comment_length = self._unpack(_END)
        if disk or central_disk or here != total:
            _refuse("archive of several disks")
        actual = (self._listed, central_size, self._central_start)
        for declared, value, large in zip(
            (total, declared_size, offset), actual, (LARGE_16, LARGE_32, LARGE_32), strict=True
        ):
            if declared != value and not (declared == large and self._end64 is not None):
                _refuse("mis-matched end of central directory")
        end = self._position + _END.size
        comment = self._source.read_at(end, comment_length)
        if len(comment) < comment_length:
            _refuse("malformed zip file, it ends within its comment")
        if b"PK" in comment:
            # A reader that searches for the end record backwards could find one in the comment.
            _refuse("comment that may hold records")
        if end + comment_length != self._source.size:
            _refuse("trailing data")


def _check_mode(name: str, mode: int) -> None:
    """Refuse links, devices and the like; archives not made under Unix leave the type open."""
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        _refuse(f"{name!r} is a symbolic link")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        _refuse(f"{name!r} is a special file")
    if kind and (kind == stat.S_IFDIR) != name.endswith("/"):
        _refuse(f"the name and the mode of {name!r} disagree on whether it is a directory")
