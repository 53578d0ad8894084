# SPDX-License-Identifier: Apache-2.0
"""Reads: ours beside a bare Granian application with the same replies, nginx, devpi and pypiserver, in turns."""

import pickle
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import psutil

from bench.corpus import MEBI, one_project, sized
from bench.peers import PeerMissing, Server, Target, bare, devpi, nginx, pypiserver
from bench.rates import Subject, compare
from bench.uploads import UploadFailed, send
from tests.support.index import Index, live_index

_JSON = "application/vnd.pypi.simple.v1+json"
_SLOW = 2  # rounds of devpi and pypiserver
_DEVPI_FILES = 200  # each upload reads all versions before it: 2,000 would take an hour
_NOT_OURS = {b"date", b"server"}  # the server library's own

_Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Read:
    """One thing to read: its path at ours, and the header that asks for its form."""

    title: str
    path: str
    accept: str = ""

    @property
    def key(self) -> str:
        """A path that no other form shares, for servers that know nothing of Accept."""
        if not self.path.endswith("/"):
            return self.path
        return self.path + (".json" if self.accept else "index.html")


def measure(folder: Path) -> None:
    """Print the rates of a small page, a page of 2,000 files in both forms, and a file of 1 MiB."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: install it (Debian: apt install wrk).")
    wheels = {"small": one_project(folder / "small", "small", 3), "large": one_project(folder / "large", "large", 2000)}
    wheels["mebi"] = sized(folder / "mebi", "mebi", MEBI).parent
    with ExitStack() as stack:
        quiet = _ours(stack, folder / "quiet", wheels, "no")
        logged = _ours(stack, folder / "logged", wheels, "yes")
        reads = [
            _Read("page of 3 files, HTML", "/simple/small/"),
            _Read("page of 2,000 files, HTML", "/simple/large/"),
            _Read("page of 2,000 files, JSON", "/simple/large/", _JSON),
            _Read("file of 1 MiB", urlsplit(_first_link(f"{quiet.url}/simple/mebi/")).path),
        ]
        peers = _Peers(folder, stack, wheels)
        peers.start(quiet, reads)
        for read in reads:
            ours = [
                Subject(name, index.url + read.path, psutil.Process(index.process.pid), read.accept)
                for name, index in (("ours", quiet), ("ours, with its access log", logged))
            ]
            compare(read.title, [*ours, *peers.subjects(read)])
    print("  * 2,000 files take devpi too long to upload: its page has 200. wrk itself may be nginx's limit.")


def _ours(stack: ExitStack, folder: Path, wheels: dict[str, Path], access_log: str) -> Index:
    folder.mkdir()
    index = stack.enter_context(live_index(folder, CHEESESHOP_ACCESS_LOG=access_log))
    for source in wheels.values():
        index.command("import", str(source), "--user", "alice", timeout=300)
    return index


def _first_link(url: str) -> str:
    page = httpx.get(url, trust_env=False, timeout=60, follow_redirects=True)
    return urljoin(str(page.url), re.findall(r'href="([^"#]+\.whl)', page.text)[0])


class _Peers:
    """The peers, with the same content as far as they take it."""

    def __init__(self, folder: Path, stack: ExitStack, wheels: dict[str, Path]) -> None:
        self._folder, self._stack, self._wheels = folder, stack, wheels
        self._exact: dict[str, tuple[Server, set[str]]] = {}
        self._indexes: dict[str, tuple[Target, str]] = {}

    def start(self, index: Index, reads: list[_Read]) -> None:
        """Give the bare applications and nginx our very replies, and devpi and pypiserver our wheels."""
        replies = {read.key: self._reply(index, read) for read in reads}
        for key, (_, body) in replies.items():
            target = self._folder / "static" / key.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
        file = reads[-1].key
        by_path = {file: (replies[file][0], str(self._folder / "static" / file.lstrip("/")))}
        one = {key: ([(b"content-length", str(len(body)).encode())], body) for key, (_, body) in replies.items()}
        self._start_bare("bare, our headers", replies)
        self._start_bare("bare, one header", one)
        self._start_bare("bare, our headers, file by its path", by_path)
        for start in (lambda: self._start_nginx(set(replies)), self._start_devpi, self._start_pypiserver):
            self._try(start)

    def subjects(self, read: _Read) -> list[Subject]:
        """Return the servers that have it."""
        found = [
            Subject(name, server.url + read.key, server.process, read.accept)
            for name, (server, keys) in self._exact.items()
            if read.key in keys
        ]
        for name, (target, simple) in self._indexes.items():
            if target.server is None or (read.accept and name == "pypiserver"):  # has no JSON form
                continue
            page = simple + (read.path.removeprefix("/simple/") if read.path.startswith("/simple/") else "mebi/")
            url = page if read.path.startswith("/simple/") else _first_link(page)
            title = f"{name} *" if name == "devpi" and "large" in read.path else name
            found.append(Subject(title, url, target.server.process, read.accept, _SLOW))
        return found

    @staticmethod
    def _reply(index: Index, read: _Read) -> tuple[_Headers, bytes]:
        headers = {"accept": read.accept or "*/*", "accept-encoding": "identity"}
        reply = httpx.get(index.url + read.path, headers=headers, trust_env=False).raise_for_status()
        return [(k.lower(), v) for k, v in reply.headers.raw if k.lower() not in _NOT_OURS], reply.content

    def _start_bare(
        self, name: str, replies: dict[str, tuple[_Headers, bytes]] | dict[str, tuple[_Headers, str]]
    ) -> None:
        kept = self._folder / f"replies.{len(self._exact)}"
        kept.write_bytes(pickle.dumps(replies))
        self._exact[name] = (self._stack.enter_context(bare(self._folder, kept)), set(replies))

    @staticmethod
    def _try(start: Callable[[], None]) -> None:
        try:
            start()
        except (PeerMissing, UploadFailed) as missing:
            print(f"left out: {missing}")

    def _start_nginx(self, keys: set[str]) -> None:
        self._exact["nginx, one worker"] = (self._stack.enter_context(nginx(self._folder)), keys)

    def _start_devpi(self) -> None:
        target = self._stack.enter_context(devpi(self._folder))
        for name, count in (("small", 3), ("large", _DEVPI_FILES), ("mebi", 1)):
            send(target, 1, self._wheels[name], 0, count)
        self._indexes["devpi"] = (target, f"{target.url}+simple/")

    def _start_pypiserver(self) -> None:
        data = self._folder / "pypiserver"
        data.mkdir()
        for source in self._wheels.values():
            for wheel in source.glob("*.whl"):
                (data / wheel.name).hardlink_to(wheel)
        target = self._stack.enter_context(pypiserver(self._folder))
        self._indexes["pypiserver"] = (target, f"{target.url}simple/")
