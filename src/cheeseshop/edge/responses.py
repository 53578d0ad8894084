# SPDX-License-Identifier: Apache-2.0
"""Answers, and how they are sent."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]

CORS: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-allow-headers",
        b"Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since",
    ),
    (b"access-control-allow-methods", b"GET"),
    (b"access-control-max-age", b"86400"),
    (b"access-control-expose-headers", b"X-PyPI-Last-Serial"),
)
NOSNIFF: Header = (b"x-content-type-options", b"nosniff")


def tagged(*tags: str) -> Header:
    """Return the header by which caches in front know what an answer is made of."""
    return (b"surrogate-key", " ".join(tags).encode())


class Answer(NamedTuple):
    """A whole answer in memory. ``headers`` include the length."""

    status: int
    headers: list[Header]
    body: bytes


def text(status: int, message: str, *headers: Header, content_type: bytes = b"text/plain; charset=utf-8") -> Answer:
    """Return an answer of a few words."""
    body = message.encode()
    base: list[Header] = [(b"content-type", content_type), (b"content-length", str(len(body)).encode()), NOSNIFF]
    return Answer(status, [*base, *headers], body)


def redirect(status: int, location: str, *headers: Header) -> Answer:
    """Return a redirect to a path of this site."""
    return text(status, "", (b"location", location.encode()), *headers)


async def send_answer(send: Send, answer: Answer, *, head: bool = False) -> int:
    """Send an answer, without its body for HEAD. Returns the bytes of body sent."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    body = b"" if head else answer.body
    await send({"type": "http.response.body", "body": body, "more_body": False})
    return len(body)


def etag_matches(header: bytes, etag: bytes) -> bool:
    """Tell whether an If-None-Match header names ``etag`` (RFC 9110, weak comparison)."""
    if header.strip() == b"*":
        return True
    return any(item.strip().removeprefix(b"W/") == etag for item in header.split(b","))
