# SPDX-License-Identifier: Apache-2.0
"""The container that pages are kept in: a JSON header and pieces, each both plain and deflated.

A piece ends its deflate stream (RFC 1951) with a full flush, so that pieces can be joined into one gzip member
(RFC 1952) without compressing anything again; the check sum of the whole is combined from those of the pieces.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

MAGIC = b"CSPG1\n"
_LENGTH = struct.Struct(">I")
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_DEFLATE_END = b"\x03\x00"
_POLYNOMIAL = 0xEDB88320


class Piece(NamedTuple):
    """A run of bytes of a page: as it is, deflated with a full flush at its end, and its CRC-32."""

    raw: bytes
    deflated: bytes
    crc: int


class BrokenContainer(Exception):  # noqa: N818 - read as a state
    """The bytes are not a container of this version."""


_SMALL = 4096


def make_piece(raw: bytes) -> Piece:
    """Compress ``raw`` at level 1: at level 6 hashes cost three times the time for six per cent of the size."""
    if not raw:
        return EMPTY
    # A window as small as a small piece is set up in a fifth of the time that the usual one takes.
    window, memory = (-12, 4) if len(raw) <= _SMALL else (-15, 8)
    press = zlib.compressobj(1, zlib.DEFLATED, window, memory)
    return Piece(raw, press.compress(raw) + press.flush(zlib.Z_FULL_FLUSH), zlib.crc32(raw))


EMPTY = Piece(b"", b"", 0)


def pack(header: Mapping[str, Any], pieces: Mapping[str, Piece]) -> bytes:
    """Lay out one container. ``header`` must be plain JSON and not use the key ``pieces``."""
    table: dict[str, list[int]] = {}
    body: list[bytes] = []
    at = 0
    for name, piece in pieces.items():
        table[name] = [at, len(piece.raw), len(piece.deflated), piece.crc]
        body += (piece.raw, piece.deflated)
        at += len(piece.raw) + len(piece.deflated)
    head = orjson.dumps({**header, "pieces": table})
    return b"".join((MAGIC, _LENGTH.pack(len(head)), head, *body))


class Container:
    """A container that was read: ``header`` as JSON, pieces by name."""

    __slots__ = ("_base", "_data", "header")

    def __init__(self, data: bytes) -> None:
        start = len(MAGIC) + _LENGTH.size
        if data[: len(MAGIC)] != MAGIC or len(data) < start:
            raise BrokenContainer("not a page container")
        (length,) = _LENGTH.unpack_from(data, len(MAGIC))
        try:
            self.header: dict[str, Any] = orjson.loads(data[start : start + length])
        except orjson.JSONDecodeError as error:
            raise BrokenContainer("page container with a damaged header") from error
        self._data = data
        self._base = start + length

    def piece(self, name: str) -> Piece:
        """Return a piece by name, the empty piece where there is none.

        Raises:
            BrokenContainer: when the container was cut short.
        """
        place = self.header["pieces"].get(name)
        if place is None:
            return EMPTY
        at, raw, deflated, crc = place
        middle = self._base + at + raw
        if middle + deflated > len(self._data):
            raise BrokenContainer("page container cut short")
        return Piece(self._data[middle - raw : middle], self._data[middle : middle + deflated], crc)


def join_raw(pieces: Iterable[Piece]) -> bytes:
    """Return the plain bytes of a page."""
    return b"".join(piece.raw for piece in pieces)


def join_gzip(pieces: Iterable[Piece]) -> bytes:
    """Return a page as one gzip member, made of pieces that were compressed before."""
    crc = size = 0
    body = [_GZIP_HEADER]
    for piece in pieces:
        if piece.raw:
            crc = combine_crc(crc, piece.crc, len(piece.raw))
            size += len(piece.raw)
            body.append(piece.deflated)
    body += (_DEFLATE_END, struct.pack("<II", crc, size & 0xFFFFFFFF))
    return b"".join(body)


def combine_crc(first: int, second: int, second_length: int) -> int:
    """Return the CRC-32 of two runs of bytes from the CRC-32 of each and the length of the second.

    The standard library has no such function. The first sum is multiplied by x to the power of eight times the
    length, modulo the CRC polynomial, in the bit-reversed field that zlib uses.
    """
    return _multiply(_power_of_x(second_length), first) ^ second if first else second


def _multiply(a: int, b: int) -> int:
    product = 0
    mask = 1 << 31
    while a:
        if a & mask:
            product ^= b
            a ^= mask
        mask >>= 1
        b = (b >> 1) ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


def _squares() -> tuple[int, ...]:
    table = [1 << 30]  # x
    for _ in range(63):
        table.append(_multiply(table[-1], table[-1]))
    return tuple(table)


_SQUARES = _squares()


def _power_of_x(length: int) -> int:
    power = 1 << 31  # x to the power of 0
    index = 3  # eight bits a byte
    while length:
        if length & 1:
            power = _multiply(_SQUARES[index], power)
        length >>= 1
        index += 1
    return power
