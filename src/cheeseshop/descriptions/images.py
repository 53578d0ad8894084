# SPDX-License-Identifier: Apache-2.0
"""Fetching pictures, and keeping them for a while.

A kept picture is one file: a line of JSON with its type and size, then the bytes. What could not be had is kept too,
for a shorter while, so that a page of fifty broken badges asks for them once.
"""

import asyncio
import hashlib
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin
from uuid import uuid4

from cheeseshop.core import current
from cheeseshop.descriptions.dimensions import Size, size_of
from cheeseshop.outbound.client import Question, Unanswered, asked

LARGEST = 5 * 1024 * 1024
"""Bytes of a picture."""

KEPT = 24 * 3600
"""Seconds a picture is kept for readers; what could not be had is kept for ten minutes."""

TYPES = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml", "image/bmp",
    "image/x-icon", "image/vnd.microsoft.icon", "image/apng",
})  # fmt: skip

_NOT_HAD = 600
_LONGEST_HEAD = 200
_SECONDS = 8.0
_REDIRECTS = 3
_AT_ONCE = threading.BoundedSemaphore(6)  # of the threads that answer pages
_MOST_KEPT = 512 * 1024 * 1024


class Busy(Exception):  # noqa: N818 - a state
    """Too many pictures are being fetched at this moment."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its media type and bytes; empty where it could not be had."""

    media_type: str
    data: bytes


def picture(address: str) -> Picture:
    """Return the picture at an address, fetched now or lately.

    Raises:
        Busy: when too many are being fetched already.
    """
    path = _place(address)
    kept = _read(path)
    if kept is not None:
        return kept
    if not _AT_ONCE.acquire(timeout=2):
        raise Busy
    try:
        found = asyncio.run(_fetch(address)) or Picture("", b"")
    finally:
        _AT_ONCE.release()
    _write(path, found)
    return found


def size_of_kept(address: str) -> Size | None:
    """Return the width and height of the picture at an address, where it was fetched lately and they are known."""
    try:
        with _place(address).open("rb") as kept:
            size = json.loads(kept.readline(_LONGEST_HEAD)).get("size")
    except (OSError, ValueError):
        return None
    return (size[0], size[1]) if size else None


def _place(address: str) -> Path:
    name = hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()
    return _folder() / name[:2] / name


async def _fetch(address: str) -> Picture | None:
    networks = current.settings().image_networks
    accept = {"Accept": "image/*"}
    try:
        for _ in range(_REDIRECTS + 1):
            question = Question("GET", address, accept, networks=networks, seconds=_SECONDS)
            async with asked(question) as reply:
                if reply.status_code in {301, 302, 303, 307, 308} and "location" in reply.headers:
                    address = urljoin(address, reply.headers["location"])
                    continue
                media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
                if reply.status_code != HTTPStatus.OK or media_type not in TYPES:
                    return None
                data = bytearray()
                async for block in reply.aiter_bytes():
                    data += block
                    if len(data) > LARGEST:
                        return None
                return Picture(media_type, bytes(data))
    except (Unanswered, ValueError):
        return None
    return None


def _folder() -> Path:
    return current.settings().data / "images"


def _read(path: Path) -> Picture | None:
    try:
        head, _, data = path.read_bytes().partition(b"\n")
        age = time.time() - path.stat().st_mtime
        media_type = str(json.loads(head)["type"])
    except (OSError, ValueError, KeyError):
        return None
    return Picture(media_type, data) if age < (KEPT if media_type else _NOT_HAD) else None


def _write(path: Path, found: Picture) -> None:
    fresh = path.with_name(f".{uuid4().hex}")
    with suppress(OSError):  # a full disk costs a fetch, not a page
        path.parent.mkdir(parents=True, exist_ok=True)
        head = {"type": found.media_type, "size": size_of(found.media_type, found.data)}
        fresh.write_bytes(json.dumps(head).encode() + b"\n" + found.data)
        fresh.replace(path)


def tidy_up() -> None:
    """Forget pictures that are too old to be shown, and the oldest ones where all together are too large."""
    found = []
    for path in _folder().glob("*/*"):
        with suppress(OSError):
            stat = path.stat()
            found.append((stat.st_mtime, stat.st_size, path))
    total = sum(size for _, size, _ in found)
    for at, size, path in sorted(found, key=lambda each: each[:2]):
        if time.time() - at > KEPT or total > _MOST_KEPT:
            total -= size
            with suppress(OSError):
                path.unlink()
