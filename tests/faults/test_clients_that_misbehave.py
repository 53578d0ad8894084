# SPDX-License-Identifier: Apache-2.0
"""Slow, broken and simultaneous clients: never a 5xx, never a half-written row, and pages go on being served."""

import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.archives import build_wheel
from tests.support.index import Index

pytestmark = [pytest.mark.faults, pytest.mark.index]


def form(filename: str, data: bytes) -> tuple[dict[str, str], dict[str, tuple[str, bytes, str]]]:
    name, version = filename.split("-")[:2]
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": name,
        "version": version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": hashlib.sha256(data).hexdigest(),
    }
    return fields, {"content": (filename, data, "application/octet-stream")}


def post(index: Index, filename: str, data: bytes) -> httpx.Response:
    fields, files = form(filename, data)
    with httpx.Client(trust_env=False, timeout=60) as client:
        return client.post(f"{index.url}/legacy/", data=fields, files=files, auth=("__token__", index.token))


def raw(index: Index, head: str, body: bytes = b"") -> bytes:
    """Send bytes as they are and return the first of what comes back."""
    with open_socket(index) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + body)
        return connection.recv(65536)


def open_socket(index: Index) -> socket.socket:
    parts = urlsplit(index.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=40)


def test_parallel_uploads_of_one_file_settle(index: Index) -> None:
    filename, data = build_wheel("parallel", "1.0")
    with ThreadPoolExecutor(8) as pool:
        statuses = [r.status_code for r in pool.map(lambda _: post(index, filename, data), range(8))]
    assert statuses == [200] * 8
    page = httpx.get(f"{index.url}/simple/parallel/", trust_env=False).text
    assert page.count("<a ") == 1


def test_parallel_uploads_of_different_bytes_leave_one_winner(index: Index) -> None:
    built = [build_wheel("rivals", "1.0", requires=(f"dep{n}",)) for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda b: post(index, *b), built))
    assert sorted(r.status_code for r in replies) == [200, 400, 400, 400, 400, 400]
    assert all(r.text.startswith("File already exists") for r in replies if r.status_code == 400)
    index.command("verify", "--repair", check=False)
    index.command("verify")


def test_parallel_uploads_of_one_project_are_all_published(index: Index) -> None:
    built = [build_wheel("busy", f"1.{n}") for n in range(20)]
    with ThreadPoolExecutor(8) as pool:
        assert {r.status_code for r in pool.map(lambda b: post(index, *b), built)} == {200}
    accept = {"accept": "application/vnd.pypi.simple.v1+json"}
    page = httpx.get(f"{index.url}/simple/busy/", headers=accept, trust_env=False).json()
    assert len(page["files"]) == 20


def test_stalled_uploads_and_downloads_do_not_stop_a_page(index: Index) -> None:
    filename, data = build_wheel("stall", "1.0", extra={"stall/big.bin": bytes(8 * 1024 * 1024)})
    assert post(index, filename, data).status_code == 200
    url = httpx.get(f"{index.url}/pypi/stall/json", trust_env=False).json()["urls"][0]["url"]
    auth = httpx.BasicAuth("__token__", index.token)
    request = next(auth.auth_flow(httpx.Request("POST", index.url)))
    head = (
        f"POST /legacy/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {request.headers['authorization']}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n--x\r\n"
    )
    connections = []
    try:
        for number in range(400):
            connection = open_socket(index)
            connections.append(connection)
            if number % 4:
                connection.sendall(head.encode())
            else:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.sendall(f"GET {urlsplit(url).path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        for _ in range(20):
            assert httpx.get(f"{index.url}/simple/stall/", trust_env=False, timeout=5).status_code == 200
            assert httpx.get(f"{index.url}/project/stall/", trust_env=False, timeout=5).status_code == 200
    finally:
        for connection in connections:
            connection.close()


def test_a_stalled_upload_is_ended_with_408(index: Index) -> None:
    auth = next(httpx.BasicAuth("__token__", index.token).auth_flow(httpx.Request("POST", index.url)))
    with open_socket(index) as connection:
        connection.sendall(
            f"POST /legacy/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {auth.headers['authorization']}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n--x\r\n".encode()
        )
        assert connection.recv(65536).startswith(b"HTTP/1.1 408")
    assert list((index.data / "spool").iterdir()) == []


AUTH = "Authorization: Basic X190b2tlbl9fOnB5cGktbm8="


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        ("POST /legacy/ HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n", b"", 403),
        (f"POST /legacy/ HTTP/1.1\nHost: localhost\n{AUTH}\nContent-Length: 0\n\n", b"", 403),
        ("GET /simple/ HTTP/1.1\nHost: evil.example\nConnection: close\n\n", b"", 400),
        ("POST /simple/ HTTP/1.1\nHost: localhost\nContent-Length: 0\nConnection: close\n\n", b"", 405),
        ("POST /legacy HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n", b"", 308),
        ("GET /simple/%00/ HTTP/1.1\nHost: localhost\nConnection: close\n\n", b"", 404),
        ("GET /simple/..%2f..%2fetc/ HTTP/1.1\nHost: localhost\nConnection: close\n\n", b"", 404),
        ("GET /packages/../../secret.key HTTP/1.1\nHost: localhost\nConnection: close\n\n", b"", 404),
        ("GET /pypi/a/b/c/json HTTP/1.1\nHost: localhost\nConnection: close\n\n", b"", 404),
    ],
)
def test_malformed_requests_get_a_clear_status(index: Index, head: str, body: bytes, status: int) -> None:
    assert raw(index, head, body).startswith(f"HTTP/1.1 {status}".encode())


def test_malformed_forms_are_refused_with_a_reason(index: Index) -> None:
    filename, data = build_wheel("malformed", "1.0")
    fields, files = form(filename, data)
    request = httpx.Request("POST", index.url, data=fields, files=files)
    body = request.read()
    kind = request.headers["content-type"]
    cases: list[tuple[str, bytes, str]] = [
        ("multipart/form-data", body, "boundary"),
        ("application/json", b"{}", "multipart/form-data"),
        (kind, body[: len(body) // 2], "ends early"),
        (kind, b"", "ends early"),
        (kind, b"nonsense" * 100, "malformed"),
    ]
    with httpx.Client(trust_env=False, auth=("__token__", index.token)) as client:
        for content_type, content, reason in cases:
            reply = client.post(f"{index.url}/legacy/", content=content, headers={"content-type": content_type})
            assert reply.status_code == 400, (content_type, reply.text)
            assert reason in reply.text or "form" in reply.text
        chunked = client.post(f"{index.url}/legacy/", content=iter([body]), headers={"content-type": kind})
        assert chunked.status_code == 200
        many = client.post(f"{index.url}/legacy/", data=fields | {f"x{n}": "y" for n in range(1000)}, files=files)
        assert many.status_code == 200
        long_field = client.post(f"{index.url}/legacy/", data=fields | {"summary": "x" * 10_000_000}, files=files)
        assert long_field.status_code == 400
        assert "too long" in long_field.text
        misplaced = client.post(f"{index.url}/legacy/", data=fields, files=files | {"name": ("a", b"b")})
        assert misplaced.status_code == 400
        assert "Should not be a tuple" in misplaced.text
    assert list((index.data / "spool").iterdir()) == []
