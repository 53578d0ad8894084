# SPDX-License-Identifier: Apache-2.0
"""The extra fields of zip records: those that change what a record means."""

import struct
from dataclasses import dataclass
from typing import Final, NamedTuple

LARGE_16: Final = 0xFFFF
LARGE_32: Final = 0xFFFFFFFF

_FIELD: Final = struct.Struct("<2H")
_QUAD: Final = struct.Struct("<Q")
_ZIP64: Final = 0x0001
_UNICODE_PATH: Final = 0x7075
_UNICODE_PATH_HEADER: Final = 5
_ZIP64_LENGTHS: Final = (0, 8, 16, 24, 28)


class RecordSizes(NamedTuple):
    """Sizes and offset of a member, where necessary taken from the ZIP64 field."""

    size: int
    packed_size: int
    offset: int


@dataclass(frozen=True, slots=True)
class ZipExtra:
    """The content of the ZIP64 field, None where a record has none."""

    zip64: bytes | None = None

    def sizes(
        self, size: int, packed_size: int, offset: int = 0, *, is_local: bool = False, is_packed: bool
    ) -> RecordSizes:
        """Return the true sizes and offset for the 32-bit values of a record.

        :raises ValueError: the ZIP64 field does not have exactly the values that the record refers to it for.
        """
        if self.zip64 is None or (LARGE_32 not in (size, packed_size, offset) and not self.zip64):
            return RecordSizes(size, packed_size, offset)
        wanted = [value == LARGE_32 for value in (size, packed_size, offset)]
        if is_local and wanted[0] != wanted[1]:
            raise ValueError("ZIP64 local header with one size only")
        values = [value for (value,) in _QUAD.iter_unpack(self.zip64[: len(self.zip64) // 8 * 8])]
        if len(self.zip64) != 8 * sum(wanted) or (len(values) == 1 and is_packed and not wanted[2]):
            raise ValueError("invalid ZIP64 extra field")
        true_values = iter(values)
        return RecordSizes(
            *(
                next(true_values) if large else value
                for large, value in zip(wanted, (size, packed_size, offset), strict=True)
            )
        )


def read_extra(data: bytes, name: str) -> ZipExtra:
    """Read the extra fields of the record for the member `name`.

    :raises ValueError: they are malformed, repeat a field that changes the record's meaning, or give another name.
    """
    position = 0
    found: dict[int, bytes] = {}
    while position < len(data):
        if position + _FIELD.size > len(data):
            raise ValueError("malformed extra field")
        identity, length = _FIELD.unpack_from(data, position)
        position += _FIELD.size + length
        if position > len(data):
            raise ValueError("malformed extra field")
        if identity in (_ZIP64, _UNICODE_PATH):
            if identity in found:
                raise ValueError("duplicate extra field")
            found[identity] = data[position - length : position]
    zip64 = found.get(_ZIP64)
    if zip64 is not None and len(zip64) not in _ZIP64_LENGTHS:
        raise ValueError("invalid length of the ZIP64 extra field")
    if (path := found.get(_UNICODE_PATH)) is not None and path[_UNICODE_PATH_HEADER:] != name.encode():
        raise ValueError(f"Unicode path of {name!r} is another name")
    return ZipExtra(zip64)
