# SPDX-License-Identifier: Apache-2.0
"""Start, memory, a large upload, and a page while hundreds of clients stall."""

import socket
import statistics
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from bench.corpus import MEBI, sized
from bench.peers import Target, running
from bench.report import table
from bench.uploads import send
from tests.support.index import Index, live_index


def memory(process: psutil.Process) -> float:
    """Return the memory of a process and its children in MiB; what they share is counted once (PSS)."""
    return sum(one.memory_full_info().pss for one in (process, *process.children(recursive=True))) / MEBI


def _start(index: Index, folder: Path) -> float:
    """Return the seconds from the command to the first answer, of a second server over the same data."""
    index.process.terminate()
    index.process.wait(20)
    command = [
        sys.executable,
        "-m",
        "cheeseshop.cli",
        "serve",
        "--port",
        str(urlsplit(index.url).port),
        "--workers",
        "1",
    ]
    times = []
    for _ in range(3):
        began = time.perf_counter()
        with running(command, f"{index.url}/simple/", folder / "again.log", **index.environ):
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def _large_upload(index: Index, folder: Path) -> tuple[float, float]:
    """Return how many MiB more were used at most while 100 MiB were uploaded, and the seconds it took."""
    wheel = sized(folder / "huge", "huge", 99 * MEBI)
    process = psutil.Process(index.process.pid)
    before, most, ended = memory(process), 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not ended.wait(0.02):
            most = max(most, memory(process))

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    send(Target("ours", f"{index.url}/legacy/", "__token__", index.token), 1, wheel.parent, 0, 1)
    seconds = time.perf_counter() - began
    ended.set()
    watcher.join()
    return most - before, seconds


def _stalled(index: Index, uploads: int, downloads: int) -> tuple[float, float]:
    """Return the median and the 99th of 100 milliseconds of a page while uploads and downloads stall."""
    parts = urlsplit(index.url)
    page = httpx.get(f"{index.url}/simple/huge/", trust_env=False).text
    path = urlsplit(page.split('href="')[1].split("#")[0]).path
    stalling = (
        f"POST /legacy/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: token {index.token}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n--x\r\n"
    )
    heads = [stalling] * uploads + [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"] * downloads
    held = []
    for head in heads:
        connection = socket.create_connection((parts.hostname, parts.port))
        connection.sendall(head.encode())
        held.append(connection)
    times = []
    with httpx.Client(trust_env=False) as client:
        for number in range(400):
            began = time.perf_counter()
            client.get(f"{index.url}/simple/huge/").raise_for_status()
            if number >= 200:  # until then, all of them are arriving at once
                times.append(time.perf_counter() - began)
    for connection in held:
        connection.close()
    return statistics.median(times) * 1000, sorted(times)[int(len(times) * 0.99)] * 1000


def measure(folder: Path) -> None:
    """Print all of them."""
    with live_index(folder, CHEESESHOP_ACCESS_LOG="no") as index:
        time.sleep(3)
        idle = memory(psutil.Process(index.process.pid))
        more, seconds = _large_upload(index, folder)
        middle, worst = _stalled(index, 300, 100)
        rows = [
            ("start to first answer, s", f"{_start(index, folder):.2f}"),
            ("idle memory, one worker, MiB", f"{idle:.0f}"),
            ("more memory while 100 MiB are uploaded, MiB", f"{more:.0f}"),
            ("upload of 100 MiB, s", f"{seconds:.1f}"),
            ("page while 300 uploads and 100 downloads stall, ms", f"{middle:.1f}"),
            ("the same, 99th of 100", f"{worst:.1f}"),
        ]
    table("footprint", ("what", "ours"), rows)
