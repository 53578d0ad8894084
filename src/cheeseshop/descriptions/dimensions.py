# SPDX-License-Identifier: Apache-2.0
"""How large a picture is, from its first bytes, so that a page can keep its place free until it has come.

A picture whose size is not found here is shown all the same; the text below it moves when it comes.
"""

import re
from collections.abc import Callable

Size = tuple[int, int]

LARGEST = 20_000
"""Pixels of a side that are believed."""

_HEAD = 64 * 1024  # bytes that are looked at: a JPEG's size may stand behind its thumbnail and profile
_NUMBER = r"([0-9]{1,5})(?:\.[0-9]{1,9})?"
_SIDE = {
    side: re.compile(rf"""\s{side}\s*=\s*["']\s*{_NUMBER}(?:px)?\s*["']""".encode()) for side in ("width", "height")
}
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # markers of JPEG that are followed by a size


def size_of(media_type: str, data: bytes) -> Size | None:
    """Return the width and height of a picture in pixels, or None where they are not found."""
    read = _READERS.get(media_type)
    try:
        found = read(data[:_HEAD]) if read else None
    except IndexError:  # it ends too early
        return None
    return found if found and all(0 < side <= LARGEST for side in found) else None


def _png(data: bytes) -> Size | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _gif(data: bytes) -> Size | None:
    if data[:6] not in {b"GIF87a", b"GIF89a"}:
        return None
    return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")


def _jpeg(data: bytes) -> Size | None:
    at = 2
    while data[at] == 0xFF:  # noqa: PLR2004 - what every marker begins with
        kind = data[at + 1]
        if kind in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _webp(data: bytes) -> Size | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if data[12:16] == b"VP8 ":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    return None


def _svg(data: bytes) -> Size | None:
    """Read the root's width and height in pixels; other units and a bare viewBox leave the size to the page."""
    begin = data.find(b"<svg")
    end = data.find(b">", begin)
    if begin < 0 or end < 0:
        return None
    width, height = (pattern.search(data, begin, end) for pattern in _SIDE.values())
    return (int(width.group(1)), int(height.group(1))) if width and height else None


_READERS: dict[str, Callable[[bytes], Size | None]] = {
    "image/png": _png,
    "image/apng": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
    "image/svg+xml": _svg,
}
