# SPDX-License-Identifier: Apache-2.0
"""A zip writer without any manners: each field of each record can be made to lie."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

UTF8 = 0x800
_DATE = 0x5042
_REGULAR = 0o100644 << 16


@dataclass(slots=True)
class RawMember:
    """A member; `both`, `local` and `central` replace fields of its headers by name."""

    name: bytes
    content: bytes = b""
    method: int = 8
    packed: bytes | None = None
    both: Mapping[str, Any] = field(default_factory=dict)
    local: Mapping[str, Any] = field(default_factory=dict)
    central: Mapping[str, Any] = field(default_factory=dict)
    in_local: bool = True
    in_central: bool = True
    after_data: bytes = b""

    def fields(self, offset: int) -> dict[str, Any]:
        packed = self.packed_content()
        return {
            "name": self.name,
            "flags": 0 if self.name.isascii() else UTF8,
            "method": self.method,
            "crc": zlib.crc32(self.content),
            "packed_size": len(packed),
            "size": len(self.content),
            "extra": b"",
            "comment": b"",
            "disk": 0,
            "attributes": _REGULAR if not self.name.endswith(b"/") else 0o40755 << 16,
            "offset": offset,
        }

    def packed_content(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflate(self.content) if self.method == 8 else self.content


@dataclass(slots=True)
class RawZip:
    """An archive; the mappings replace fields of its end records, `end64` asks for ZIP64 ones."""

    members: list[RawMember]
    prefix: bytes = b""
    before_central: bytes = b""
    before_end: bytes = b""
    trailer: bytes = b""
    end: Mapping[str, Any] = field(default_factory=dict)
    end64: Mapping[str, Any] | None = None
    locator: Mapping[str, Any] | None = field(default_factory=dict)

    def build(self) -> bytes:
        out = bytearray(self.prefix)
        offsets = []
        for member in self.members:
            offsets.append(len(out))
            if member.in_local:
                out += _local_header(member) + member.packed_content() + member.after_data
        out += self.before_central
        start = len(out)
        listed = [(m, at) for m, at in zip(self.members, offsets, strict=True) if m.in_central]
        for member, offset in listed:
            out += _central_header(member, offset)
        out += self.before_end
        facts = {"count": len(listed), "size": len(out) - start, "offset": start}
        if self.end64 is not None:
            out += _end64(facts | {"disks": 1} | self.end64, len(out), self.locator)
        out += _end(facts | self.end)
        return bytes(out) + self.trailer


def members_of(contents: Mapping[str, bytes], **options: Any) -> list[RawMember]:
    """Return well-behaved members; options go to each."""
    return [RawMember(name.encode(), content, **options) for name, content in contents.items()]


def replaced(members: Iterable[RawMember], index: int, **changes: Any) -> list[RawMember]:
    """Return a copy of `members` in which attributes of one are changed."""
    result = list(members)
    for name, value in changes.items():
        setattr(result[index], name, value)
    return result


def deflate(content: bytes) -> bytes:
    """Return a raw deflate stream."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


def extra_field(identity: int, data: bytes) -> bytes:
    """Return one extra field."""
    return struct.pack("<2H", identity, len(data)) + data


def zip64(*values: int) -> bytes:
    """Return a ZIP64 extra field of 64-bit values."""
    return extra_field(1, struct.pack(f"<{len(values)}Q", *values))


def _local_header(member: RawMember) -> bytes:
    values = member.fields(0) | dict(member.both) | dict(member.local)
    head = struct.pack(
        "<4s5H3I2H",
        values.get("signature", b"PK\3\4"),
        20,
        values["flags"],
        values["method"],
        0,
        _DATE,
        values["crc"],
        values["packed_size"],
        values["size"],
        values.get("name_length", len(values["name"])),
        values.get("extra_length", len(values["extra"])),
    )
    return head + values["name"] + values["extra"]


def _central_header(member: RawMember, offset: int) -> bytes:
    values = member.fields(offset) | dict(member.both) | dict(member.central)
    head = struct.pack(
        "<4s6H3I5H2I",
        b"PK\1\2",
        0x0314,
        20,
        values["flags"],
        values["method"],
        0,
        _DATE,
        values["crc"],
        values["packed_size"],
        values["size"],
        len(values["name"]),
        len(values["extra"]),
        len(values["comment"]),
        values["disk"],
        0,
        values["attributes"],
        values["offset"],
    )
    return head + values["name"] + values["extra"] + values["comment"]


def _end64(values: Mapping[str, Any], position: int, locator: Mapping[str, Any] | None) -> bytes:
    extensible = values.get("extensible", b"")
    record = struct.pack(
        "<4sQ2H2I4Q",
        b"PK\6\6",
        44 + len(extensible),
        45,
        45,
        0,
        0,
        values.get("here", values["count"]),
        values["count"],
        values["size"],
        values["offset"],
    )
    if locator is None:
        return record + extensible
    target = locator.get("offset", position)
    return record + extensible + struct.pack("<4sIQI", b"PK\6\7", locator.get("disk", 0), target, values["disks"])


def _end(values: Mapping[str, Any]) -> bytes:
    comment = values.get("comment", b"")
    record = struct.pack(
        "<4s4H2IH",
        b"PK\5\6",
        values.get("disk", 0),
        0,
        values.get("here", values["count"]),
        values["count"],
        values["size"],
        values["offset"],
        values.get("comment_length", len(comment)),
    )
    return record + comment
