# SPDX-License-Identifier: Apache-2.0
"""Reads a second: ours beside a bare Granian application with the same replies, nginx and devpi, in turns.

A rate shows what a client sees; processor time a request is steadier on a machine that others use too.
"""

import pickle
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from bench.corpus import MEBI, one_project, sized
from bench.peers import PeerMissing, bare, devpi, nginx
from bench.report import table
from bench.uploads import send
from tests.support.index import live_index

_ROUNDS = 5
_SECONDS = 2
_JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True, slots=True)
class _Server:
    name: str
    url: str
    process: psutil.Process | None = None
    accept: str = ""


def processor_seconds(process: psutil.Process) -> float:
    """Return the processor time of a process and its children, in seconds."""
    seconds = 0.0
    for one in (process, *process.children(recursive=True)):
        times = one.cpu_times()
        seconds += times.user + times.system
    return seconds


def _wrk(server: _Server) -> tuple[float, float]:
    """Return requests a second, and microseconds of processor time a request (0 where it is not known)."""
    before = processor_seconds(server.process) if server.process else 0.0
    command = ["wrk", "-t1", "-c16", f"-d{_SECONDS}s"]
    if server.accept:
        command += ["-H", f"Accept: {server.accept}"]
    done = subprocess.run([*command, server.url], capture_output=True, text=True, check=True)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    count = re.search(r"(\d+) requests in", done.stdout)
    if rate is None or count is None or "Non-2xx" in done.stdout:
        sys.exit(done.stdout)
    spent = processor_seconds(server.process) - before if server.process else 0.0
    return float(rate[1]), spent / int(count[1]) * 1e6


def _compare(title: str, servers: list[_Server]) -> None:
    seen: dict[str, list[tuple[float, float]]] = {server.name: [] for server in servers}
    for number in range(_ROUNDS):
        for server in servers:
            if not server.name.startswith(("devpi", "pypiserver")) or number == 0:
                seen[server.name].append(_wrk(server))
    medians = {
        name: (statistics.median(r for r, _ in pairs), statistics.median(c for _, c in pairs))
        for name, pairs in seen.items()
    }
    ours = medians["ours"][0]
    rows = [
        (name, f"{rate:,.0f}", f"{cost:.1f}" if cost else "", f"{ours / rate:.2f}")
        for name, (rate, cost) in medians.items()
    ]
    table(title, ("server", "a second", "processor us", "ours / it"), rows)


def measure(folder: Path) -> None:
    """Print the rates of a small page, a page of 2,000 files in both forms, and a file of 1 MiB."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: install it (Debian: apt install wrk).")
    small, large = one_project(folder / "small", "small", 3), one_project(folder / "large", "large", 2000)
    mebi = sized(folder / "mebi", "mebi", MEBI)
    with ExitStack() as stack:
        for name, setting in (("quiet", "no"), ("logged", "yes")):
            (folder / name).mkdir()
            index = stack.enter_context(live_index(folder / name, CHEESESHOP_ACCESS_LOG=setting))
            for source in (small, large, mebi.parent):
                index.command("import", str(source), "--user", "alice")
            if name == "quiet":
                quiet = index
        logged = index
        peers = _Peers(folder, stack)
        file_path = urlsplit(
            re.findall(r'href="([^"#]+)', httpx.get(f"{quiet.url}/simple/mebi/", trust_env=False).text)[0]
        ).path
        peers.copy(
            quiet.url, [("/simple/small/", ""), ("/simple/large/", ""), ("/simple/large/", _JSON)], (file_path, mebi)
        )
        running = psutil.Process(quiet.process.pid), psutil.Process(logged.process.pid)
        for title, path, accept in (
            ("page of 3 files, HTML", "/simple/small/", ""),
            ("page of 2,000 files, HTML", "/simple/large/", ""),
            ("page of 2,000 files, JSON", "/simple/large/", _JSON),
        ):
            servers = [
                _Server("ours", quiet.url + path, running[0], accept),
                _Server("ours, with its access log", logged.url + path, running[1], accept),
                *peers.for_page(path, accept),
            ]
            _compare(title, servers)
        _compare("file of 1 MiB", [_Server("ours", quiet.url + file_path, running[0]), *peers.for_file()])


class _Peers:
    """The peers, loaded with the same content as far as they take it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._bare: dict[str, tuple[str, psutil.Process]] = {}
        self._nginx = self._devpi = self._file = ""

    def copy(self, url: str, pages: list[tuple[str, str]], file: tuple[str, Path]) -> None:
        """Give the bare applications and nginx our very replies, and devpi our wheels."""
        replies: dict[str, tuple[list[tuple[bytes, bytes]], bytes]] = {}
        for path, accept in pages:
            headers = {"accept": accept, "accept-encoding": "identity"} if accept else {"accept-encoding": "identity"}
            reply = httpx.get(url + path, headers=headers, trust_env=False)
            own = [(k.lower(), v) for k, v in reply.headers.raw if k.lower() not in {b"date", b"server"}]
            replies[path + accept] = (own, reply.content)
            self._write(path + (".json" if accept else "index.html"), reply.content)
        self._write(file[0], file[1].read_bytes())
        self._file = file[0]
        with_same = {self._key(k): v for k, v in replies.items()}
        with_one = {k: ([(b"content-length", str(len(v[1])).encode())], v[1]) for k, v in with_same.items()}
        for name, port, kept in (("bare, our headers", 8661, with_same), ("bare, one header", 8662, with_one)):
            path_of = self._folder / f"replies.{port}"
            path_of.write_bytes(pickle.dumps(kept))
            address, process = self._stack.enter_context(bare(self._folder, path_of, port))
            self._bare[name] = (address, psutil.Process(process.pid))
        self._try(self._start_nginx)
        self._try(self._start_devpi)

    def for_page(self, path: str, accept: str) -> list[_Server]:
        """Return the servers that have that page."""
        found = [_Server(name, at + self._key(path + accept), process) for name, (at, process) in self._bare.items()]
        if self._nginx:
            found.append(_Server("nginx", self._nginx + path + (".json" if accept else "index.html")))
        if self._devpi and not accept:
            found.append(_Server("devpi", self._devpi + "/root/dev/+simple" + path.removeprefix("/simple")))
        return found

    def for_file(self) -> list[_Server]:
        """Return the servers that have the file."""
        return [_Server("nginx", self._nginx + self._file)] if self._nginx else []

    def _try(self, start: Callable[[], None]) -> None:
        try:
            start()
        except PeerMissing as missing:
            print(f"left out: {missing}")

    def _start_nginx(self) -> None:
        self._nginx = self._stack.enter_context(nginx(self._folder))

    def _start_devpi(self) -> None:
        target = self._stack.enter_context(devpi(self._folder))
        send(target, 1, self._folder / "small", 0, 3)
        send(target, 1, self._folder / "large", 0, 200)  # at 2,000 it would take an hour
        self._devpi = target.url.removesuffix("/root/dev/")

    def _write(self, path: str, content: bytes) -> None:
        target = self._folder / "static" / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    @staticmethod
    def _key(path: str) -> str:
        return path.replace(_JSON, "json")
