# SPDX-License-Identifier: Apache-2.0
"""The edge behind a real server, byte for byte on the wire."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.edge_site import CONTENT, KEY, lay_out
from tests.support.index import clean_environ
from tests.support.servers import exchange, run_edge

TYPE = "Content-Type: multipart/form-data; boundary=xyz\r\n"
FORM = b'--xyz\r\nContent-Disposition: form-data; name="content"; filename="a"\r\n\r\n12345\r\n--xyz--\r\n'


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("served")
    lay_out(folder)
    with run_edge(folder) as running:
        yield running


def get(port: int, path: str, *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    return exchange(port, "\r\n".join(lines).encode())


def upload(port: int, length: str, *body: bytes) -> bytes:
    head = (
        f"POST /legacy/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: x\r\nConnection: close\r\n{TYPE}{length}\r\n\r\n"
    )
    return exchange(port, head.encode(), *body)


def test_a_page_on_the_wire(port: int) -> None:
    reply = re.sub(rb"date: [^\r]+\r\n", b"", get(port, "/simple/demo/"))
    head, body = reply.split(b"\r\n\r\n", 1)
    assert body == b"<html>demo<!--7--></html>\n"
    assert head.decode().split("\r\n") == [
        "HTTP/1.1 200 OK",
        "content-type: text/html; charset=utf-8",
        "content-length: 26",
        "cache-control: max-age=600, public",
        'etag: "1.7.simple_htmltext/html.identity"',
        "vary: Accept, Accept-Encoding",
        "x-pypi-last-serial: 7",
        "x-content-type-options: nosniff",
        "access-control-allow-origin: *",
        "access-control-allow-headers: Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since",
        "access-control-allow-methods: GET",
        "access-control-max-age: 86400",
        "access-control-expose-headers: X-PyPI-Last-Serial",
        "content-security-policy: default-src 'none'; sandbox allow-top-navigation",
        "server: granian",
        "connection: close",
    ]


def test_bodies_of_files_on_the_wire(port: int) -> None:
    path = f"/packages/{KEY}"
    assert get(port, path).split(b"\r\n\r\n", 1)[1] == CONTENT
    assert get(port, path, "Range: bytes=5-9").split(b"\r\n\r\n", 1)[1] == CONTENT[5:10]
    assert get(port, path, method="HEAD").split(b"\r\n\r\n", 1)[1] == b""
    assert get(port, path, "If-None-Match: *").startswith(b"HTTP/1.1 304")
    assert get(port, path, "If-None-Match: *").split(b"\r\n\r\n", 1)[1] == b""
    assert get(port, "/simple/", "Accept-Encoding: gzip").split(b"\r\n\r\n", 1)[1] == b"list.html.gz"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/simple/demo", 301),
        ("/simple/%64emo/", 200),
        ("/simple/%2564emo/", 404),
        ("/simple/%00/", 404),
        ("/packages/%2e%2e/%2e%2e/secret.key", 404),
        (f"/packages/{KEY.replace('demo', '%64emo')}", 200),
        (f"/packages/{KEY.replace('demo', '%2564emo')}", 404),
        ("/pypi/DEMO/1.0%0d%0aX-Evil:%20a/json", 301),
        (f"/pypi/demo/{'9' * 5000}/json", 404),
    ],
)
def test_paths_are_decoded_once(port: int, path: str, status: int) -> None:
    reply = get(port, path)
    assert reply.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"\r\nx-evil" not in reply.lower()


def test_headers_that_come_in_several_lines_count_together(port: int) -> None:
    reply = get(
        port, "/simple/demo/", "Accept: image/png", "Accept: application/vnd.pypi.simple.v1+json", "Accept: a/b"
    )
    assert b"content-type: application/vnd.pypi.simple.v1+json\r\n" in reply


def test_uploads_with_a_length_and_in_chunks(port: int) -> None:
    whole = upload(port, f"Content-Length: {len(FORM)}", FORM)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(FORM[n : n + 9]), FORM[n : n + 9]) for n in range(0, len(FORM), 9))
    chunked = upload(port, "Transfer-Encoding: chunked", chunks, b"0\r\n\r\n")
    for reply in (whole, chunked):
        assert reply.startswith(b"HTTP/1.1 200")
        assert b'"content": ["a", 5, "827ccb0eea8a706c4c34a16891f84e7b"' in reply


def test_a_form_that_ends_early_is_answered(port: int) -> None:
    reply = upload(port, f"Content-Length: {len(FORM) - 20}", FORM[:-20])
    assert reply.startswith(b"HTTP/1.1 400")
    assert b"ends early" in reply


def test_a_slow_upload_is_ended(tmp_path: Path) -> None:
    lay_out(tmp_path)
    with run_edge(tmp_path, upload_deadline=1) as port:
        reply = upload(port, "Content-Length: 1000", FORM[:20])
        assert reply.startswith(b"HTTP/1.1 408")
    assert list((tmp_path / "spool").iterdir()) == []


def test_importing_the_edge_leaves_django_out() -> None:
    program = "import sys, cheeseshop.edge; sys.exit(any(n.split('.')[0] == 'django' for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_program_answers_reads_before_it_loads_django(tmp_path: Path) -> None:
    program = "import sys, cheeseshop.config.asgi; sys.exit(any(n.split('.')[0] == 'django' for n in sys.modules))"
    environ = clean_environ() | {"CHEESESHOP_DATA": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", program], env=environ, check=False).returncode == 0
