# SPDX-License-Identifier: Apache-2.0
"""Files of the public tree: whole, in ranges, or not at all (RFC 9110)."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from cheeseshop.edge.responses import NOSNIFF, Answer, Header, Scope, Send, etag_matches, send_answer, text

_KEY = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{60})/([A-Za-z0-9][A-Za-z0-9._+!-]{0,254})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.parquet", re.ASCII)
_RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")
_BLOCK = 64 * 1024
_NOTHING = (0, -1)
_FOREVER: Header = (b"cache-control", b"max-age=31536000, immutable, public")


class Conditions(NamedTuple):
    """The headers that decide what of a file is sent, and those that are sent with it beside the usual ones."""

    none_match: bytes = b""
    range: bytes = b""
    if_range: bytes = b""
    extra: tuple[Header, ...] = ()


class Sent(NamedTuple):
    """What was sent of a file: the status, the bytes of body, and whether that is a download, which begins at 0."""

    status: int
    size: int
    is_download: bool = False


def key_of(path: str) -> str | None:
    """Return the blob key of a path under ``/packages/``, or None for what can't be one."""
    found = _KEY.fullmatch(path.removeprefix("/packages/"))
    return found.group(0) if found else None


async def send_file(scope: Scope, send: Send, path: str, key: str, conditions: Conditions) -> Sent | None:
    """Send a file, and return what was sent; None where there is no such file."""
    try:
        size = os.stat(path).st_size
    except OSError:
        return None
    etag = f'"{key[:5].replace("/", "")}{key[6:34]}{".m" if key.endswith(".metadata") else ""}"'.encode()
    kind = b"text/plain; charset=utf-8" if key.endswith(".metadata") else b"application/octet-stream"
    headers: list[Header] = [
        (b"content-type", kind),
        (b"etag", etag),
        (b"accept-ranges", b"bytes"),
        _FOREVER,
        NOSNIFF,
        (b"access-control-allow-origin", b"*"),
        *conditions.extra,
    ]
    head = scope["method"] == "HEAD"
    if conditions.none_match and etag_matches(conditions.none_match, etag):
        return Sent(304, await send_answer(send, Answer(304, headers, b"")))
    wanted = None if head else _wanted(conditions, etag, size)  # ranges are defined for GET alone
    if wanted == _NOTHING:
        refused = text(416, "Range Not Satisfiable", (b"content-range", f"bytes */{size}".encode()))
        return Sent(416, await send_answer(send, refused))
    if wanted is None:
        headers.append((b"content-length", str(size).encode()))
        return Sent(200, await _whole(scope, send, path, headers, 0 if head else size), not head)
    first, last = wanted
    headers += [
        (b"content-length", str(last - first + 1).encode()),
        (b"content-range", f"bytes {first}-{last}/{size}".encode()),
    ]
    return Sent(206, await _part(send, path, headers, (first, last + 1)), first == 0)


def _wanted(conditions: Conditions, etag: bytes, size: int) -> tuple[int, int] | None:
    """Return first and last byte, ``_NOTHING`` for a range that can't be had, or None for the whole file."""
    if not conditions.range or (conditions.if_range and conditions.if_range != etag):
        return None
    found = _RANGE.fullmatch(conditions.range.replace(b" ", b""))
    if found is None or found.groups() == (b"", b""):
        return None  # several ranges, or another unit: a server may send all
    first, last = found.groups()
    if not first:
        length = int(last)
        return (max(0, size - length), size - 1) if length and size else _NOTHING
    begin, end = int(first), int(last) if last else size - 1
    if last and end < begin:
        return None
    return (begin, min(end, size - 1)) if begin < size else _NOTHING


async def _whole(scope: Scope, send: Send, path: str, headers: list[Header], size: int) -> int:
    if size and "http.response.pathsend" in scope.get("extensions", {}):
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.pathsend", "path": path})
        return size
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    return await _blocks(send, path, 0, size)


async def _part(send: Send, path: str, headers: list[Header], span: tuple[int, int]) -> int:
    await send({"type": "http.response.start", "status": 206, "headers": headers})
    return await _blocks(send, path, *span)


async def _blocks(send: Send, path: str, at: int, end: int) -> int:
    sent = 0
    if at < end:
        handle = os.open(path, os.O_RDONLY)
        try:
            while at < end:
                block = os.pread(handle, min(_BLOCK, end - at), at)
                if not block:
                    break
                at += len(block)
                sent += len(block)
                await send({"type": "http.response.body", "body": block, "more_body": True})
        finally:
            os.close(handle)
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    return sent


async def send_path(scope: Scope, send: Send, path: str, headers: list[Header], size: int) -> int:
    """Send a whole file with these headers; nothing of its body for HEAD."""
    return await _whole(scope, send, path, headers, 0 if scope["method"] == "HEAD" else size)


async def send_data(
    scope: Scope, send: Send, folder: Path | None, name: str, none_match: bytes
) -> tuple[int, int] | None:
    """Send a day of the data set of downloads, and return status and bytes; None where there is no such day."""
    if folder is None or not _DAY.fullmatch(name):
        return None
    path = f"{folder}/{name}"
    try:
        found = os.stat(path)
    except OSError:
        return None
    etag = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'.encode()
    headers: list[Header] = [
        (b"content-type", b"application/vnd.apache.parquet"),
        (b"content-length", str(found.st_size).encode()),
        (b"etag", etag),
        (b"cache-control", b"max-age=3600, public"),
        NOSNIFF,
        (b"access-control-allow-origin", b"*"),
    ]
    if none_match and etag_matches(none_match, etag):
        return 304, await send_answer(send, Answer(304, [h for h in headers if h[0] != b"content-length"], b""))
    return 200, await send_path(scope, send, path, headers, found.st_size)
