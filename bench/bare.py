# SPDX-License-Identifier: Apache-2.0
"""A bare ASGI application that answers ready bytes from a dictionary: the most that the server can do."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

_BODY = Path(os.environ["BENCH_BODY"]).read_bytes()
_PAGES = {os.environ["BENCH_PATH"]: (_BODY, [(b"content-length", str(len(_BODY)).encode())])}


async def app(
    scope: dict[str, Any], _receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Answer an HTTP request with the page that its path names."""
    if scope["type"] != "http":
        return
    body, headers = _PAGES[scope["path"]]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
