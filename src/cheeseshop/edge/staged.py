# SPDX-License-Identifier: Apache-2.0
"""Previews of releases that are staged (PEP 694): a simple index of one project, behind an address nobody can guess.

Everything lies ready in a folder of the session; who knows its token may read it.
"""

import os
import re

from cheeseshop.edge.files import send_path
from cheeseshop.edge.negotiation import V1_HTML, V1_JSON, simple_media_type
from cheeseshop.edge.responses import NOSNIFF, Header, Scope, Send, send_answer, text
from cheeseshop.edge_contract.keys import STAGED_FILES, STAGED_PAGES

PREFIX = "/stage/"
_ADDRESS = re.compile(
    r"/stage/(?P<token>[A-Za-z0-9_-]{40,64})/"
    r"(?:simple/(?:(?P<project>[a-z0-9-]{1,200})/)?|files/(?P<file>[A-Za-z0-9][A-Za-z0-9._+!-]{0,254}))"
)
_PRIVATE: tuple[Header, ...] = (
    NOSNIFF,
    (b"cache-control", b"private, no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
)


def is_content(path: str) -> bool:
    """Tell whether a path is where the bytes of a staged file are sent."""
    return path.startswith("/upload/2.0/files/") and path.endswith("/content")


async def answer_staged(scope: Scope, send: Send, folder: str, accept: bytes) -> tuple[int, int]:
    """Answer a read below ``/stage/``, and return status and bytes of body."""
    found = _ADDRESS.fullmatch(scope["path"])
    place, kind = _place(folder, found, accept, scope["query_string"]) if found else ("", b"")
    try:
        size = os.stat(place).st_size
    except OSError:
        refused = text(404, "404 Not Found", *_PRIVATE[1:])
        return 404, await send_answer(send, refused, head=scope["method"] == "HEAD")
    headers = [(b"content-type", kind), (b"content-length", str(size).encode()), (b"vary", b"Accept"), *_PRIVATE]
    return 200, await send_path(scope, send, place, headers, size)


def _place(folder: str, found: "re.Match[str]", accept: bytes, query: bytes) -> tuple[str, bytes]:
    """Return the path of what an address names, and its media type."""
    base = f"{folder}/{found['token']}"
    if found["file"]:
        kind = b"text/plain; charset=utf-8" if found["file"].endswith(".metadata") else b"application/octet-stream"
        return f"{base}/{STAGED_FILES}/{found['file']}", kind
    media = simple_media_type(accept.decode("latin-1"), query.decode("latin-1"))
    form = "json" if media == V1_JSON else "html"
    kind = media.encode() if media in {V1_HTML, V1_JSON} else b"text/html; charset=utf-8"
    return f"{base}/{STAGED_PAGES}/{found['project'] or '_list'}.{form}", kind
