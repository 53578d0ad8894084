# SPDX-License-Identifier: Apache-2.0
"""A provider of captchas: a real server that hands out a script and verifies what it put into the form."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

SCRIPT = b"""
document.querySelectorAll(".h-captcha").forEach(function (box) {
  var token = document.createElement("input");
  token.type = "hidden"; token.name = "h-captcha-response"; token.value = "good";
  box.appendChild(token);
});
"""


class Provider:
    """``asked`` is what it was asked; it answers with ``status`` and, unless ``body`` is set, by the token."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[dict[str, str]] = []
        self.status = 200
        self.body: bytes | None = None

    def answer(self, told: dict[str, str]) -> bytes:
        self.asked.append(told)
        good = told["response"] == "good" and told["secret"] == "secret"
        return self.body if self.body is not None else json.dumps({"success": good}).encode()


@contextmanager
def provider() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(200, SCRIPT, "text/javascript")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self.reply(told.status, told.answer({k: v[0] for k, v in parse_qs(body).items()}), "application/json")

        def reply(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told = Provider(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield told
        server.shutdown()
        thread.join()
