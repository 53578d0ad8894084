# SPDX-License-Identifier: Apache-2.0
"""Pictures, fetched from a real server."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.test import Client

from cheeseshop.core import current
from cheeseshop.descriptions import images
from cheeseshop.descriptions.signing import proxied

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@dataclass
class Gallery:
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"


@pytest.fixture
def gallery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gallery]:
    conf = replace(current.settings(), data=tmp_path, image_networks="127.0.0.1/32")
    monkeypatch.setattr(current, "settings", lambda: conf)
    told = Gallery()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            kind, body = {"/a.svg": ("image/svg+xml; charset=utf-8", SVG), "/page": ("text/html", b"<b>"),
                          "/large": ("image/png", b"x" * (images.LARGEST + 1))}.get(self.path, ("", b""))  # fmt: skip
            self.send_response(302 if "to" in self.path else 200 if kind else 404)
            if "to" in self.path:
                self.send_header("location", {"/to-a": "/a.svg", "/to-loop": "/to-loop"}.get(
                    self.path, "http://127.0.0.2:1/secret"))  # fmt: skip
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield told
        server.shutdown()
        thread.join()


def show(client: Client, url: str) -> object:
    return client.get(proxied(url) or "")


def test_a_picture_is_fetched_once_and_can_do_nothing(client: Client, gallery: Gallery) -> None:
    for _ in range(2):
        reply = show(client, gallery.url("a.svg"))
        assert (reply.status_code, reply.content) == (200, SVG)  # type: ignore[attr-defined]
    assert gallery.asked == ["/a.svg"]
    assert reply["content-type"] == "image/svg+xml"  # type: ignore[index]
    assert "sandbox" in reply["content-security-policy"]  # type: ignore[index]
    assert "default-src 'none'" in reply["content-security-policy"]  # type: ignore[index]
    assert reply["x-content-type-options"] == "nosniff"  # type: ignore[index]
    assert reply["cache-control"] == "max-age=86400, public"  # type: ignore[index]


def test_redirects_are_followed_a_few_times_and_judged_each(client: Client, gallery: Gallery) -> None:
    assert show(client, gallery.url("to-a")).status_code == 200  # type: ignore[attr-defined]
    assert show(client, gallery.url("to-loop")).status_code == 404  # type: ignore[attr-defined]
    assert show(client, gallery.url("to-secret")).status_code == 404  # type: ignore[attr-defined]
    assert gallery.asked == ["/to-a", "/a.svg", *["/to-loop"] * 4, "/to-secret"]


@pytest.mark.parametrize("path", ["page", "large", "none"])
def test_what_is_no_picture_is_not_shown_and_not_asked_for_again(client: Client, gallery: Gallery, path: str) -> None:
    for _ in range(3):
        assert show(client, gallery.url(path)).status_code == 404  # type: ignore[attr-defined]
    assert gallery.asked == [f"/{path}"]


@pytest.mark.parametrize("url", ["http://localhost:5432/", "https://169.254.169.254/x", "https://[::1]/", "http://x/"])
def test_what_only_this_machine_reaches_is_not_fetched(client: Client, gallery: Gallery, url: str) -> None:
    assert show(client, url).status_code == 404  # type: ignore[attr-defined]


def test_nothing_is_fetched_without_our_signature(client: Client, gallery: Gallery) -> None:
    made = proxied(gallery.url("a.svg")) or ""
    for path in (
        made[:-2],
        made + "00",
        made.replace("/image/", "/image/0"),
        f"/image/{'0' * 40}/{made.split('/')[3]}",
    ):
        assert client.get(path).status_code == 404
    assert gallery.asked == []


def test_old_pictures_are_forgotten(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    images.picture(gallery.url("a.svg"))
    images.tidy_up()
    images.picture(gallery.url("a.svg"))
    assert len(gallery.asked) == 1
    monkeypatch.setattr(images, "_MOST_KEPT", 10)
    images.tidy_up()
    images.picture(gallery.url("a.svg"))
    assert len(gallery.asked) == 2
