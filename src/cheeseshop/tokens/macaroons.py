# SPDX-License-Identifier: Apache-2.0
"""Macaroons in the libmacaroons v2 binary format, only what an index needs: first-party caveats.

pymacaroons would serve, but has had no release since 2018 and pulls in PyNaCl for third-party caveats, which we
refuse. The format is small, and is tested against it and against pypitoken.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

PREFIX = "pypi-"
_KEY_GENERATOR = b"macaroons-key-generator"
_END, _LOCATION, _IDENTIFIER, _VERIFICATION, _SIGNATURE = 0, 1, 2, 4, 6
_MAX_TOKEN = 16 * 1024
_MAX_CAVEATS = 64
_SPACE = re.compile(r"\s")
_MAX_SHIFT = 28  # four bytes of a number: far more than a token holds


class BadMacaroon(Exception):  # noqa: N818 - read as a state
    """The text is not a macaroon of this index's kind. The message says why."""


@dataclass(frozen=True, slots=True)
class Macaroon:
    """A macaroon as it was sent."""

    location: str
    identifier: str
    caveats: tuple[bytes, ...]
    signature: bytes


def mint(location: str, identifier: str, key: bytes, caveats: tuple[bytes, ...]) -> str:
    """Return the text of a new token."""
    signature = _signature(key, identifier.encode(), caveats)
    packed = bytearray(b"\x02")
    _field(packed, _LOCATION, location.encode())
    _field(packed, _IDENTIFIER, identifier.encode())
    packed.append(_END)
    for caveat in caveats:
        _field(packed, _IDENTIFIER, caveat)
        packed.append(_END)
    packed.append(_END)
    _field(packed, _SIGNATURE, signature)
    return PREFIX + base64.urlsafe_b64encode(bytes(packed)).rstrip(b"=").decode("ascii")


def parse(text: str) -> Macaroon:
    """Read a token.

    Raises:
        BadMacaroon: when the text is malformed, too long, or has third-party caveats.
    """
    if _SPACE.search(text):
        raise BadMacaroon("the token contains spaces or line breaks; paste it again without them")
    if not text.startswith(PREFIX) or len(text) > _MAX_TOKEN:
        raise BadMacaroon("malformed token")
    body = text.removeprefix(PREFIX)
    try:
        body = body.rstrip("=")
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadMacaroon("malformed token") from error
    return _Reader(data).macaroon()


def verifies(macaroon: Macaroon, key: bytes) -> bool:
    """Tell, in constant time, whether the signature was made from ``key``."""
    expected = _signature(key, macaroon.identifier.encode(), macaroon.caveats)
    return hmac.compare_digest(expected, macaroon.signature)


def _signature(key: bytes, identifier: bytes, caveats: tuple[bytes, ...]) -> bytes:
    derived = hmac.digest(_KEY_GENERATOR.ljust(32, b"\0"), key, "sha256")
    signature = hmac.digest(derived, identifier, "sha256")
    for caveat in caveats:
        signature = hmac.digest(signature, caveat, hashlib.sha256().name)
    return signature


def _varint(number: int) -> bytes:
    out = bytearray()
    while True:
        low, number = number & 0x7F, number >> 7
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _field(packed: bytearray, kind: int, data: bytes) -> None:
    packed.append(kind)
    packed += _varint(len(data))
    packed += data


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 1
        if data[:1] != b"\x02":
            raise BadMacaroon("malformed token")

    def macaroon(self) -> Macaroon:
        header = self._section()
        caveats = []
        while caveat := self._section():
            if _VERIFICATION in caveat:
                raise BadMacaroon("third-party caveats are not accepted")
            caveats.append(caveat.get(_IDENTIFIER, b""))
            if len(caveats) > _MAX_CAVEATS:
                raise BadMacaroon("too many caveats")
        kind, signature = self._field()
        if kind != _SIGNATURE or len(signature) != hashlib.sha256().digest_size or self.at != len(self.data):
            raise BadMacaroon("malformed token")
        try:
            location, identifier = header.get(_LOCATION, b"").decode(), header[_IDENTIFIER].decode()
        except (KeyError, UnicodeDecodeError) as error:
            raise BadMacaroon("malformed token") from error
        return Macaroon(location, identifier, tuple(caveats), signature)

    def _section(self) -> dict[int, bytes]:
        fields: dict[int, bytes] = {}
        while True:
            kind, value = self._field()
            if kind == _END:
                return fields
            if kind in fields:
                raise BadMacaroon("malformed token")
            fields[kind] = value

    def _field(self) -> tuple[int, bytes]:
        kind = self._number()
        if kind == _END:
            return kind, b""
        length = self._number()
        value = self.data[self.at : self.at + length]
        if len(value) != length:
            raise BadMacaroon("malformed token")
        self.at += length
        return kind, value

    def _number(self) -> int:
        number = shift = 0
        while True:
            if self.at >= len(self.data) or shift > _MAX_SHIFT:
                raise BadMacaroon("malformed token")
            byte = self.data[self.at]
            self.at += 1
            number |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return number
            shift += 7
