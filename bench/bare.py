# SPDX-License-Identifier: Apache-2.0
"""A bare ASGI application that answers ready bytes from a dictionary: the most that the server can do."""

import os
import pickle
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

# Path to (headers, body), written by the bench itself. A body that is a str names a file to be sent by its path.
_REPLIES: dict[str, tuple[list[tuple[bytes, bytes]], bytes | str]] = pickle.loads(
    Path(os.environ["BENCH_REPLIES"]).read_bytes()
)
_NOTHING: tuple[list[tuple[bytes, bytes]], bytes] = ([(b"content-length", b"0")], b"")


async def app(
    scope: dict[str, Any], _receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Answer an HTTP request with the reply that its path names."""
    if scope["type"] != "http":
        return
    headers, body = _REPLIES.get(scope["path"], _NOTHING)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if body.__class__ is str:
        await send({"type": "http.response.pathsend", "path": body})
    else:
        await send({"type": "http.response.body", "body": body})
