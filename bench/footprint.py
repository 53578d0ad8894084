# SPDX-License-Identifier: Apache-2.0
"""Start, memory, a large upload, and a page while hundreds of clients stall."""

import pickle
import statistics
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.corpus import MEBI, sized
from bench.peers import PeerMissing, Server, Target, bare, devpi, nginx, pypiserver, running
from bench.processes import memory
from bench.report import table
from bench.stalls import page_while_stalled
from bench.uploads import UploadFailed, ours, send
from tests.support.index import Index, live_index

_SETTLE = 3.0
_STARTS = 3


def measure(folder: Path) -> None:
    """Print all of them."""
    wheel = sized(folder / "huge", "huge", 99 * MEBI)
    rows: list[tuple[str, ...]] = []
    with live_index(folder, CHEESESHOP_ACCESS_LOG="no") as index:
        idle = _idle(psutil.Process(index.process.pid))
        uploaded = _large_upload(ours(index), wheel)
        stalled = page_while_stalled(index, "/simple/huge/", uploads=300, downloads=100)
        for name, options in (("ours, one worker", ["--workers", "1"]), ("ours, as serve starts", [])):
            started, again = _start(index, folder, options)
            one = name == "ours, one worker"
            rows.append((name, f"{started:.2f}", f"{idle if one else again:.0f}", *(uploaded if one else ("", ""))))
    rows += _peers(folder, wheel)
    head = ("server", "start to first answer, s", "idle MiB (PSS)", "more MiB while 100 arrive", "100 MiB, s")
    table("footprint", head, rows)
    table("ours: a small page while 300 uploads and 100 downloads stall", ("what", ""), stalled)


def _idle(process: psutil.Process) -> float:
    time.sleep(_SETTLE)
    return memory(process)


def _start(index: Index, folder: Path, options: list[str]) -> tuple[float, float]:
    """Return the seconds to the first answer of servers over the same data, and the idle memory of the last."""
    if index.process.poll() is None:
        index.process.terminate()
        index.process.wait(20)
    port = str(urlsplit(index.url).port)
    command = [sys.executable, "-m", "cheeseshop.cli", "serve", "--port", port, *options]
    times = []
    for _ in range(_STARTS):
        with running(command, f"{index.url}/simple/", folder / "again.log", **index.environ) as server:
            times.append(server.started)
            used = _idle(server.process) if len(times) == _STARTS else 0.0
    return statistics.median(times), used


def _large_upload(target: Target, wheel: Path) -> tuple[str, str]:
    """Return how many MiB more were used at most while 100 MiB were uploaded, and the seconds it took."""
    if target.server is None:
        return "", ""
    process = target.server.process
    before, most, ended = memory(process), [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            most.append(memory(process))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        sent = send(target, 1, wheel.parent, 0, 1)
    finally:
        ended.set()
        watcher.join()
    return f"{max(most) - before:.0f}", f"{sent.times[0]:.1f}"


def _peers(folder: Path, wheel: Path) -> list[tuple[str, ...]]:
    rows = []
    for name in ("bare", "nginx, one worker", "devpi", "pypiserver"):
        try:
            with ExitStack() as stack:
                rows.append((name, *_peer(stack, name, folder, wheel)))
        except (PeerMissing, UploadFailed) as missing:
            print(f"left out: {missing}")
    return rows


def _peer(stack: ExitStack, name: str, folder: Path, wheel: Path) -> tuple[str, ...]:
    if name in {"devpi", "pypiserver"}:
        target = stack.enter_context((devpi if name == "devpi" else pypiserver)(folder))
        return (*_shown(target.server), *_large_upload(target, wheel))
    if name == "bare":
        replies = folder / "replies"
        replies.write_bytes(pickle.dumps({}))
        return (*_shown(stack.enter_context(bare(folder, replies))), "", "")
    return (*_shown(stack.enter_context(nginx(folder))), "", "")


def _shown(server: Server | None) -> tuple[str, str]:
    return ("", "") if server is None else (f"{server.started:.2f}", f"{_idle(server.process):.0f}")
