# SPDX-License-Identifier: Apache-2.0
"""An index in a folder of its own, and a front that can be away, refuse and tell what it was asked."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cheeseshop.core import current
from tests.support.places import shop
from tests.support.quick_accounts import no_limits, quick

__all__ = ["no_limits", "quick", "shop"]


@dataclass
class Heard:
    """A front over HTTP: what it was asked, method, path, form and keys; it answers with ``status``."""

    port: int = 0
    status: int = 200
    calls: list[tuple[str, str, str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def front() -> Iterator[Heard]:
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            form = self.headers.get("Accept", "").rpartition(".")[2]
            heard.calls.append((self.command, self.path, form, self.headers.get("Surrogate-Key", "")))
            heard.headers.append(dict(self.headers))
            self.send_response(heard.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_PURGE = do_POST = do_HEAD = answer  # noqa: N815 - names of http.server

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield heard
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fronted(shop: object, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Name the fronts."""

    def name(purge: str, header: str = "") -> None:
        conf = replace(current.settings(), purge=purge, purge_header=header)
        monkeypatch.setattr(current, "settings", lambda: conf)

    return name
