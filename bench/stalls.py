# SPDX-License-Identifier: Apache-2.0
"""A page while hundreds of clients send nothing more, or read nothing more."""

import select
import socket
import statistics
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import psutil

from tests.support.index import Index

_PAGES = 400


def page_while_stalled(index: Index, page: str, *, uploads: int, downloads: int) -> list[tuple[str, str]]:
    """Return the latency of a page before, while they all arrive and while they all stall, and how many did stall."""
    link = httpx.get(index.url + page, trust_env=False).text.split('href="')[1].split("#")[0]
    with ExitStack() as stack:
        calm = _pages(index.url + page)
        senders = [_connect(stack, index, _upload_head(index.token)) for _ in range(uploads)]
        readers = [_connect(stack, index, _download_head(urlsplit(link).path)) for _ in range(downloads)]
        arriving = _pages(index.url + page)
        stalled = _pages(index.url + page)
        answered = len(select.select(senders, [], [], 0)[0])
        held = f"{len(senders) - answered} + {_sending(index, readers)}"
    return [
        ("before, median and 99th, ms", _shown(calm)),
        ("right after they connected, median, 99th and worst, ms", f"{_shown(arriving)}  {max(arriving) * 1000:.1f}"),
        ("while they stall, median and 99th, ms", _shown(stalled)),
        (f"still held at the end, of {uploads} + {downloads}", held),
    ]


def _upload_head(token: str) -> str:
    return (
        f"POST /legacy/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: token {token}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n--x\r\n"
    )


def _download_head(path: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"


def _connect(stack: ExitStack, index: Index, head: str) -> socket.socket:
    parts = urlsplit(index.url)
    connection = stack.enter_context(socket.create_connection((parts.hostname, parts.port)))
    connection.sendall(head.encode())
    return connection


def _sending(index: Index, readers: list[socket.socket]) -> int:
    """Return how many downloads have begun, and are neither read nor closed by the server."""
    ports = {reader.getsockname()[1] for reader in select.select(readers, [], [], 0)[0]}
    server = psutil.Process(index.process.pid)
    processes = (server, *server.children(recursive=True))
    ends = {each.raddr.port for one in processes for each in one.net_connections("tcp") if each.status == "ESTABLISHED"}
    return len(ports & ends)


def _pages(url: str) -> list[float]:
    times = []
    with httpx.Client(trust_env=False, timeout=60) as client:
        for _ in range(_PAGES):
            began = time.perf_counter()
            client.get(url).raise_for_status()
            times.append(time.perf_counter() - began)
    return times


def _shown(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.1f}  {sorted(times)[int(len(times) * 0.99)] * 1000:.1f}"
