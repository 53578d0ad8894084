# SPDX-License-Identifier: Apache-2.0
"""Drives an ASGI application in this process, one request at a time."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cheeseshop.edge import Edge
from cheeseshop.edge.responses import Header


class Response(NamedTuple):
    """What the application sent."""

    status: int
    headers: list[Header]
    body: bytes

    def header(self, name: str) -> str:
        """Return one header, or an empty string; a header that was sent twice is an error."""
        found = [value for key, value in self.headers if key == name.encode()]
        assert len(found) < 2, found
        return found[0].decode() if found else ""


def ask(
    app: Edge, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET", query: str = ""
) -> Response:
    """Send a request without a body. ``path`` is decoded, as a server hands it on."""
    return asyncio.run(request(app, path, headers or {}, method=method, query=query))


def post(app: Edge, path: str, headers: Mapping[str, str], blocks: Iterable[bytes], *, cut: bool = False) -> Response:
    """Send a request with a body in these blocks; ``cut`` ends the connection after them, before the body's end."""
    return asyncio.run(request(app, path, headers, method="POST", blocks=list(blocks), cut=cut))


async def request(
    app: Edge,
    path: str,
    headers: Mapping[str, str],
    *,
    method: str,
    query: str = "",
    blocks: list[bytes] | None = None,
    cut: bool = False,
) -> Response:
    """Send one request and gather the answer."""
    incoming = [{"type": "http.request", "body": block, "more_body": True} for block in blocks or []]
    incoming.append({"type": "http.disconnect"} if cut else {"type": "http.request", "body": b"", "more_body": False})
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop(0)
        await asyncio.Event().wait()  # a client that waits for its answer sends nothing
        raise AssertionError

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    given = {"host": "localhost", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in given.items()],
        "client": ("192.0.2.1", 5),
    }
    async with asyncio.timeout(60):
        await app(scope, receive, send)
    if not sent:
        return Response(0, [], b"")
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Response(sent[0]["status"], list(sent[0]["headers"]), body)
