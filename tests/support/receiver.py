# SPDX-License-Identifier: Apache-2.0
"""A program that receives webhooks: a real server in a thread, which answers as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """Where it listens, what it received, and with which status it answers."""

    port: int = 0
    status: int = 204
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/hook"

    def wait(self, count: int = 1) -> list[tuple[dict[str, str], bytes]]:
        for _ in range(count):
            assert self.arrived.acquire(timeout=30), f"{len(self.received)} messages came"
        return self.received


@contextmanager
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(told.status)
            if told.status == 302:
                self.send_header("location", "http://localhost:1/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()
            told.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
            told.arrived.release()

        def log_message(self, *_args: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield told
        server.shutdown()
        thread.join()
