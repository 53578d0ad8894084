# SPDX-License-Identifier: Apache-2.0
"""A server that speaks the range protocol of breached passwords, and remembers what it was asked."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class BreachList:
    """Its address, the paths and headers it saw, and what it answers with."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[tuple[str, str]] = []
        self.passwords: set[str] = set()
        self.status = 200
        self.padding = True


@contextmanager
def breach_list() -> Iterator[BreachList]:
    """Run a list on a free port until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append((self.path, self.headers.get("Add-Padding", "")))
            prefix = self.path.rpartition("/")[2]
            digests = (hashlib.sha1(p.encode()).hexdigest().upper() for p in told.passwords)
            lines = [f"{d[5:]}:3" for d in digests if d.startswith(prefix)]
            if told.padding:
                lines += [hashlib.sha1(prefix.encode()).hexdigest().upper()[5:] + ":0"]
            body = "\r\n".join(lines).encode()
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = BreachList(f"http://127.0.0.1:{server.server_port}/range/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
