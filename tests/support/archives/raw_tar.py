# SPDX-License-Identifier: Apache-2.0
"""A tar writer without any manners."""

import gzip
from collections.abc import Mapping
from typing import Any

BLOCK = 512
END = bytes(2 * BLOCK)


def tar_member(name: bytes, content: bytes = b"", **fields: Any) -> bytes:
    """Return one member: header, content and padding.

    `fields` replaces type (`kind`), `size`, `link`, `magic`, `prefix`, or the `checksum`, each as bytes; `size` and
    `checksum` as numbers.
    """
    size = fields.get("size", len(content))
    size_field = fields.get("size_field", b"%011o\0" % size)
    head = bytearray(BLOCK)
    for offset, value in (
        (0, name[:100]),
        (100, b"0000644\0"),
        (108, b"0000000\0"),
        (116, b"0000000\0"),
        (124, size_field),
        (136, b"00000000000\0"),
        (148, b" " * 8),
        (156, fields.get("kind", b"0")),
        (157, fields.get("link", b"")),
        (257, fields.get("magic", b"ustar\x0000")),
        (345, fields.get("prefix", b"")),
    ):
        head[offset : offset + len(value)] = value
    head[148:156] = b"%06o\0 " % fields.get("checksum", sum(head))
    return bytes(head) + content + bytes(-len(content) % BLOCK)


def pax_header(records: Mapping[str, bytes], kind: bytes = b"x") -> bytes:
    """Return an extended header for the next member (or, with kind b"g", for all that follow)."""
    return tar_member(b"PaxHeader", b"".join(_pax_record(key, value) for key, value in records.items()), kind=kind)


def gzipped(*parts: bytes) -> bytes:
    """Return a gzip file of the parts."""
    return gzip.compress(b"".join(parts), compresslevel=9, mtime=0)


def _pax_record(key: str, value: bytes) -> bytes:
    body = b" " + key.encode() + b"=" + value + b"\n"
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body
