# SPDX-License-Identifier: Apache-2.0
"""From containers on disk to ready answers, and the memory of those that were asked for lately."""

import os
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import orjson
import zstandard
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from cheeseshop.edge.negotiation import HTML, V1_JSON, content_encoding, simple_media_type
from cheeseshop.edge.paths import EdgePaths
from cheeseshop.edge.responses import CORS, NOSNIFF, Answer, Header, redirect, tagged, text
from cheeseshop.edge_contract import assembly
from cheeseshop.edge_contract.container import BrokenContainer, Container, Piece, join_gzip, join_raw
from cheeseshop.edge_contract.keys import chunk_file, release_file
from cheeseshop.edge_contract.tags import EVERY_PROJECT, project_tag
from cheeseshop.edge_contract.verdicts import page_verdict

SIMPLE_CSP: Header = (b"content-security-policy", b"default-src 'none'; sandbox allow-top-navigation")
_MAX_ENTRY = 8 * 1024 * 1024
_RETRIES = 5
_MAX_VERSION = 200  # characters; the release's container is named after it
_MAX_KEY = 2000
_ENTRY_COST = 1000
Key = tuple[str, bytes, bytes, bytes]
Stamp = tuple[int, int, int]


class Entry(NamedTuple):
    """A ready answer, the file it was made from, and how that file looked."""

    answer: Answer
    etag: bytes
    path: str
    stamp: Stamp


def stamp_of(path: str) -> Stamp | None:
    """Return what tells one version of a file from the next, or None where there is no file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)


class Memory:
    """Ready answers, bounded in bytes; the least lately used go first."""

    def __init__(self, limit: int) -> None:
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._limit = limit
        self._size = 0

    def find(self, key: Key) -> Entry | None:
        """Return the answer that is kept, which counts as a use of it."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def keep(self, key: Key, entry: Entry) -> None:
        """Remember an answer, unless it is too large or was asked for in more words than a client needs."""
        self.forget(key)
        size = _cost(entry)
        if size > min(_MAX_ENTRY, self._limit) or sum(map(len, key)) > _MAX_KEY:
            return
        self._entries[key] = entry
        self._size += size
        while self._size > self._limit:
            _, oldest = self._entries.popitem(last=False)
            self._size -= _cost(oldest)

    def forget(self, key: Key) -> None:
        """Drop an answer that is out of date."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= _cost(entry)


def _cost(entry: Entry) -> int:
    return len(entry.answer.body) + _MAX_KEY + _ENTRY_COST


class Pages:
    """Reads pages. Every method may block on the disk: call them in a pool thread."""

    def __init__(self, paths: EdgePaths, *, tags: bool = False) -> None:
        self._root = paths.pages
        self._tags = tags

    def answer(self, key: Key) -> Answer | Entry:
        """Return the answer to a path under ``/simple/<project>/`` or ``/pypi/<project>/…/json``."""
        path, query, accept, encoding = key
        parts = path.split("/")  # the server has decoded it already
        for _ in range(_RETRIES):
            try:
                if parts[1] == "simple":
                    return self._simple(parts, query, accept, encoding)
                return self._legacy(parts, encoding)
            except (FileNotFoundError, BrokenContainer):
                continue  # a chunk was replaced between two reads: the page is newer now
        return text(503, "The page is being replaced; try again.", (b"retry-after", b"1"))

    def release(self, name: str, version: str) -> Container | Answer | None:
        """Return the container of a release that may be read, what to refuse it with, or None where there is none."""
        normal = canonicalize_name(name)
        opened = self._open(normal) if _is_name(normal) else None
        if opened is None or opened[0].header["quarantined"]:
            return None
        refused = _refusal(opened[0])
        if refused is not None:
            return refused
        if len(version) > _MAX_VERSION:
            return None
        try:
            return self._part(normal, release_file(str(Version(version))))
        except (InvalidVersion, FileNotFoundError, BrokenContainer):
            return None

    def _open(self, name: str) -> tuple[Container, str, Stamp] | None:
        path = str(self._root / name / "page")
        try:
            with open(path, "rb") as source:
                found = os.fstat(source.fileno())
                page = Container(source.read())
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except OSError:
            return None
        return page, path, (found.st_ino, found.st_mtime_ns, found.st_size)

    def _simple(self, parts: list[str], query: bytes, accept: bytes, encoding: bytes) -> Answer | Entry:
        name = parts[2]
        normal = canonicalize_name(name)
        if not _is_name(normal):
            return not_found_simple()
        if normal != name or parts[3:] != [""]:
            suffix = f"?{query.decode('latin-1')}" if query else ""
            return redirect(301, f"/simple/{normal}/{suffix}", *CORS)
        opened = self._open(normal)
        if opened is None:
            return not_found_simple()
        page, path, stamp = opened
        refused = _refusal(page)
        if refused is not None:
            return refused
        media = simple_media_type(accept.decode("latin-1"), query.decode("latin-1"))
        chunks = assembly.chunks_of(page, lambda chunk: self._part(normal, chunk_file(chunk)))
        form = assembly.simple_json if media == V1_JSON else assembly.simple_html
        kind = f"{media}; charset=utf-8" if media == HTML else media
        shape = _Shape(
            form.__name__ + media, kind, 600, b"Accept, Accept-Encoding", (SIMPLE_CSP, *self._tagged(normal))
        )
        return _entry(page, form(page, chunks), shape, encoding, (path, stamp))

    def _legacy(self, parts: list[str], encoding: bytes) -> Answer | Entry:
        name, rest = parts[2], [p for p in parts[3:] if p]
        normal = canonicalize_name(name)
        if not _is_name(normal) or rest[-1:] != ["json"] or len(rest) > 2:  # noqa: PLR2004 - version, json
            return not_found_json()
        if normal != name:
            return redirect(301, "/".join(["", "pypi", normal, *map(quote, rest)]), *CORS)
        opened = self._open(normal)
        if opened is None or opened[0].header["quarantined"]:
            return not_found_json()
        page, path, stamp = opened
        refused = _refusal(page)
        if refused is not None:
            return refused
        pieces, form = self._legacy_pieces(page, normal, rest)
        if pieces is None:
            return not_found_json()
        shape = _Shape(form, "application/json", 900, b"Accept-Encoding", self._tagged(normal))
        return _entry(page, pieces, shape, encoding, (path, stamp))

    def _legacy_pieces(self, page: Container, name: str, rest: list[str]) -> tuple[list[Piece] | None, str]:
        if len(rest) == 1:
            latest = page.header["latest"]
            if latest is None:
                return None, ""
            chunks = assembly.chunks_of(page, lambda chunk: self._part(name, chunk_file(chunk)))
            return assembly.project_json(page, chunks, self._part(name, release_file(latest))), "project"
        if len(rest[0]) > _MAX_VERSION:
            return None, ""
        try:
            version = str(Version(rest[0]))
        except InvalidVersion:
            return None, ""
        if not (self._root / name / release_file(version)).is_file():
            return None, ""
        return assembly.release_json(page, self._part(name, release_file(version))), f"release.{version}"

    def _tagged(self, normalized_name: str) -> tuple[Header, ...]:
        return (tagged(project_tag(normalized_name)),) if self._tags else ()

    def _part(self, name: str, part: str) -> Container:
        return Container((self._root / name / part).read_bytes())


class _Shape(NamedTuple):
    form: str
    content_type: str
    max_age: int
    vary: bytes
    extra: tuple[Header, ...]


def _entry(page: Container, pieces: list[Piece], shape: _Shape, encoding: bytes, source: tuple[str, Stamp]) -> Entry:
    coding = content_encoding(encoding.decode("latin-1"))
    if coding == "gzip":
        body = join_gzip(pieces)
    else:
        body = join_raw(pieces)
        if coding == "zstd":
            body = zstandard.ZstdCompressor(level=1).compress(body)
    header = page.header
    etag = f'"{header["epoch"]}.{header["serial"]}.{shape.form}.{coding}"'.encode()
    headers: list[Header] = [
        (b"content-type", shape.content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", f"max-age={shape.max_age}, public".encode()),
        (b"etag", etag),
        (b"vary", shape.vary),
        (b"x-pypi-last-serial", str(header["serial"]).encode()),
        NOSNIFF,
        *CORS,
        *shape.extra,
    ]
    if coding != "identity":
        headers.append((b"content-encoding", coding.encode()))
    return Entry(Answer(200, headers, body), etag, *source)


def _is_name(normal: str) -> bool:
    return bool(normal) and normal.isascii() and normal.replace("-", "").isalnum() and normal[0] != "-"


def _refusal(page: Container) -> Answer | None:
    if page_verdict(page.header):
        return None
    challenge = (b"www-authenticate", b'Basic realm="package index"')
    return text(401, "This project is not public.", challenge, (b"cache-control", b"private, no-store"))


def not_found_simple() -> Answer:
    """Return the 404 of the simple API."""
    return text(404, "404 Not Found", *CORS)


def not_found_json() -> Answer:
    """Return the 404 of the JSON API."""
    return text(404, '{"message": "Not Found"}', *CORS, content_type=b"application/json")


class ProjectList(NamedTuple):
    """A file that holds a form of the list of all projects, and its headers."""

    path: str
    size: int
    headers: list[Header]
    etag: bytes


def project_list(root: Path, query: bytes, accept: bytes, encoding: bytes, *, tags: bool) -> ProjectList | None:
    """Find the list of all projects in the form that is asked for, or None before it was first written."""
    media = simple_media_type(accept.decode("latin-1"), query.decode("latin-1"))
    coding = content_encoding(encoding.decode("latin-1"), ("gzip",))
    form = "json" if media == V1_JSON else "html"
    for _ in range(_RETRIES):
        try:
            state = orjson.loads((root / "_list" / "current").read_bytes())
            path = root / "_list" / state["dir"] / f"list.{form}{'.gz' if coding == 'gzip' else ''}"
            size = path.stat().st_size
        except (FileNotFoundError, orjson.JSONDecodeError):
            continue
        etag = f'"{state["dir"]}.{media}.{coding}"'.encode()
        kind = f"{media}; charset=utf-8" if media == HTML else media
        headers: list[Header] = [
            (b"content-type", kind.encode()),
            (b"content-length", str(size).encode()),
            (b"cache-control", b"max-age=600, public"),
            (b"etag", etag),
            (b"vary", b"Accept, Accept-Encoding"),
            (b"x-pypi-last-serial", str(state["serial"]).encode()),
            NOSNIFF,
            *CORS,
            SIMPLE_CSP,
        ]
        if coding == "gzip":
            headers.append((b"content-encoding", b"gzip"))
        if tags:
            headers.append(tagged(EVERY_PROJECT))
        return ProjectList(str(path), size, headers, etag)
    return None
