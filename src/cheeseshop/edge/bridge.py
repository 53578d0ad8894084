# SPDX-License-Identifier: Apache-2.0
"""The bridge to Django: a complete request in, a complete answer out, in a bounded pool of threads.

a2wsgi streams bodies between threads, so that a slow client would hold one; this bridge never shows a thread an
unfinished request, which is also why it is so small.
"""

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from cheeseshop.edge.responses import Answer, Header, Scope

WSGI = Callable[..., Iterable[bytes]]
_OWN_NAMES = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def call_wsgi(application: WSGI, scope: Scope, body: bytes, scheme: str) -> Answer:
    """Run a WSGI application (PEP 3333) on a complete request. Blocks: call it in a pool thread."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], None]:
        started.append((status, headers))
        return written.append

    written: list[bytes] = []
    result = application(_environ(scope, body, scheme), start_response)
    try:
        written.extend(result)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    status, pairs = started[-1]
    headers: list[Header] = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in pairs]
    whole = b"".join(written)
    if not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", str(len(whole)).encode()))
    return Answer(int(status[:3]), headers, whole)


def _environ(scope: Scope, body: bytes, scheme: str) -> dict[str, Any]:
    raw = scope.get("raw_path") or scope["path"].encode("utf-8")
    client = scope.get("client") or ("", 0)
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw.partition(b"?")[0]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    if "_" in name:
        return  # would be taken for the same name with a hyphen
    key = _OWN_NAMES.get(name) or "HTTP_" + name.upper().replace("-", "_")
    if key in environ:
        value = f"{environ[key]}{';' if key == 'HTTP_COOKIE' else ','}{value}"
    environ[key] = value
