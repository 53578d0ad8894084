# SPDX-License-Identifier: Apache-2.0
"""The ASGI application: answers reads itself, spools uploads, and hands complete requests to Django."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from cheeseshop.core.settings import Settings
from cheeseshop.edge.access_log import AccessLog
from cheeseshop.edge.bodies import BadBody, FormSpooler, Gone, Pace, read_body, read_small_body
from cheeseshop.edge.bridge import WSGI, call_wsgi
from cheeseshop.edge.files import Conditions, key_of, send_file, send_path
from cheeseshop.edge.paths import EdgePaths
from cheeseshop.edge.reading import Entry, Key, Memory, Pages, project_list, stamp_of
from cheeseshop.edge.responses import (
    Answer,
    Receive,
    Scope,
    Send,
    etag_matches,
    redirect,
    send_answer,
    text,
)
from cheeseshop.edge_contract.protocols import Admission, PrivateFiles, Reply, RequestHead, Uploads

log = logging.getLogger(__name__)

_UPLOADS_AT_ONCE = 1024
_ACCEPTING_AT_ONCE = 8
_SMALL_BODY = 2_621_440
_MAX_HOST = 300  # a name has 253 characters at most (RFC 1035), a port five
_DRAIN = 1024 * 1024
_CLOSE = (b"connection", b"close")
_READS = ("GET", "HEAD")


class Edge:
    """The program's front. ``on_startup`` callables run when a worker starts."""

    def __init__(
        self,
        settings: Settings,
        paths: EdgePaths,
        *,
        django: WSGI | None,
        uploads: Uploads | None,
        private_files: PrivateFiles | None,
    ) -> None:
        self._settings = settings
        self._paths = paths
        self._django = django
        self._uploads = uploads
        self._private_files = private_files
        self._pages = Pages(paths)
        self._memory = Memory(settings.page_cache_mb * 1024 * 1024)
        self._scheme = urlsplit(settings.url).scheme
        self._names = {settings.host.lower(), "localhost", "127.0.0.1", "[::1]"}
        self._hosts: set[bytes] = set()
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="django")
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="pages")
        self._log = AccessLog() if settings.access_log else None
        self._uploading = 0
        self._accepting = asyncio.Semaphore(_ACCEPTING_AT_ONCE)
        self.on_startup: list[Callable[[], object]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._lifespan(scope, receive, send)
            return
        began = time.monotonic() if self._log else 0.0
        host = accept = encoding = none_match = b""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
            elif name == b"accept":
                accept = accept + b"," + value if accept else value
            elif name == b"accept-encoding":
                encoding = encoding + b"," + value if encoding else value
            elif name == b"if-none-match":
                none_match = value
        key: Key = (scope["path"], scope["query_string"], accept, encoding)
        entry = self._memory.find(key)
        if entry is not None and host in self._hosts and scope["method"] == "GET":
            if stamp_of(entry.path) == entry.stamp:
                answer = entry.answer
                if none_match and etag_matches(none_match, entry.etag):
                    answer = Answer(304, answer.headers, b"")
                await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
                await send({"type": "http.response.body", "body": answer.body})
                if self._log:
                    self._log.add(scope, answer.status, len(answer.body), began)
                return
            self._memory.forget(key)
        status, size = await self._answer_safely(scope, receive, send, (host, key, none_match))
        if self._log:
            self._log.add(scope, status, size, began)

    async def _answer_safely(
        self, scope: Scope, receive: Receive, send: Send, found: tuple[bytes, Key, bytes]
    ) -> tuple[int, int]:
        begun = False

        async def watch(message: dict[str, object]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            return await self._route(scope, receive, watch, found)  # type: ignore[arg-type]
        except Gone:
            return 499, 0
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("%s %r failed", scope["method"], scope["path"])
            if not begun:
                await send_answer(send, text(500, "Internal Server Error"))
            return 500, 0

    async def _route(
        self, scope: Scope, receive: Receive, send: Send, found: tuple[bytes, Key, bytes]
    ) -> tuple[int, int]:
        host, key, none_match = found
        path, method = scope["path"], scope["method"]
        if not self._knows(host):
            return await self._say(scope, send, text(400, "Unknown host: this index does not answer to that name."))
        if path.startswith("/simple/"):
            if method not in _READS:
                return await self._say(scope, send, _only_reads())
            if path == "/simple/":
                return await self._list(scope, send, key, none_match)
            return await self._page(scope, send, key, none_match)
        if path.startswith("/packages/"):
            if method not in _READS:
                return await self._say(scope, send, _only_reads())
            return await self._file(scope, send, path)
        if path.startswith("/pypi/") and path.rstrip("/").endswith("/json"):
            if method not in _READS:
                return await self._say(scope, send, _only_reads())
            return await self._page(scope, send, key, none_match)
        if path == "/simple":
            return await self._say(scope, send, redirect(301, "/simple/"))
        if path == "/legacy" and method == "POST":
            return await self._say(scope, send, redirect(308, "/legacy/", _CLOSE))
        if path == "/legacy/" and method == "POST" and self._uploads is not None:
            return await self._upload(self._uploads, scope, receive, send)
        return await self._to_django(scope, receive, send)

    def _knows(self, host: bytes) -> bool:
        if host in self._hosts:
            return True
        if len(host) > _MAX_HOST:
            return False
        name = host.decode("latin-1").lower()
        if name.rpartition(":")[2].isdigit():
            name = name.rpartition(":")[0]
        if name in self._names:
            if len(self._hosts) < 1000:  # noqa: PLR2004 - every port a client may name
                self._hosts.add(host)
            return True
        return False

    async def _say(self, scope: Scope, send: Send, answer: Answer) -> tuple[int, int]:
        return answer.status, await send_answer(send, answer, head=scope["method"] == "HEAD")

    async def _page(self, scope: Scope, send: Send, key: Key, none_match: bytes) -> tuple[int, int]:
        entry = self._memory.find(key)
        if entry is None or stamp_of(entry.path) != entry.stamp:
            loop = asyncio.get_running_loop()
            made = await loop.run_in_executor(self._readers, self._pages.answer, key)
            if not isinstance(made, Entry):
                return await self._say(scope, send, made)
            entry = made
            self._memory.keep(key, entry)
        answer = entry.answer
        if none_match and etag_matches(none_match, entry.etag):
            answer = Answer(304, answer.headers, b"")
        return await self._say(scope, send, answer)

    async def _list(self, scope: Scope, send: Send, key: Key, none_match: bytes) -> tuple[int, int]:
        _, query, accept, encoding = key
        found = project_list(self._paths.pages, query, accept, encoding)
        if found is None:
            return await self._say(scope, send, text(503, "The list is being made.", (b"retry-after", b"2")))
        if none_match and etag_matches(none_match, found.etag):
            return await self._say(scope, send, Answer(304, found.headers, b""))
        return 200, await send_path(scope, send, found.path, found.headers, found.size)

    async def _file(self, scope: Scope, send: Send, path: str) -> tuple[int, int]:
        key = key_of(path)
        if key is not None:
            headers = {name: value for name, value in scope["headers"] if name in _FILE_HEADERS}
            conditions = Conditions(
                headers.get(b"if-none-match", b""), headers.get(b"range", b""), headers.get(b"if-range", b"")
            )
            sent = await send_file(scope, send, f"{self._paths.public}/packages/{key}", key, conditions)
            if sent is not None:
                return sent
            if self._private_files is not None:
                loop = asyncio.get_running_loop()
                status = await loop.run_in_executor(
                    self._threads, self._private_files.may_read, _head(scope), key.removesuffix(".metadata")
                )
                if status in _REFUSED:
                    return await self._say(scope, send, text(status, _REFUSED[status]))
        return await self._say(scope, send, text(404, "404 Not Found"))

    async def _upload(self, uploads: Uploads, scope: Scope, receive: Receive, send: Send) -> tuple[int, int]:
        if self._uploading >= _UPLOADS_AT_ONCE:
            busy = text(503, "Too many uploads at once; try again.", (b"retry-after", b"5"), _CLOSE)
            return await self._say(scope, send, busy)
        self._uploading += 1
        try:
            answer = await self._spool_and_accept(uploads, scope, receive)
        finally:
            self._uploading -= 1
        return await self._say(scope, send, answer)

    async def _spool_and_accept(self, uploads: Uploads, scope: Scope, receive: Receive) -> Answer:
        head = _head(scope)
        loop = asyncio.get_running_loop()
        admission = await loop.run_in_executor(self._threads, uploads.admit, head)
        pace = Pace(self._settings.upload_deadline, self._settings.upload_min_rate)
        if not isinstance(admission, Admission):
            await _drain(receive)
            return _answer(admission, _CLOSE)
        ended = False
        try:
            length = _length(head)
            with FormSpooler(
                head.headers.get("content-type", ""), length, self._paths.spool, admission.max_file_size
            ) as spooler:
                async for block in read_body(receive, pace):
                    spooler.feed(block)
                ended = True
                form = spooler.finish()
                async with self._accepting:
                    reply = await loop.run_in_executor(self._threads, uploads.accept, admission, form)
            return _answer(reply)
        except BadBody as bad:
            if not ended:
                await _drain(receive)
            return text(bad.status, str(bad), _CLOSE)

    async def _to_django(self, scope: Scope, receive: Receive, send: Send) -> tuple[int, int]:
        if self._django is None:
            return await self._say(scope, send, text(404, "404 Not Found"))
        body = b""
        if scope["method"] not in _READS:
            try:
                body = await read_small_body(receive, _SMALL_BODY, Pace(30, 0))
            except BadBody as bad:
                return await self._say(scope, send, text(bad.status, str(bad), _CLOSE))
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._threads, call_wsgi, self._django, scope, body, self._scheme)
        return await self._say(scope, send, answer)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            return
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                for start in self.on_startup:
                    start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._log:
                    self._log.flush()
                await send({"type": "lifespan.shutdown.complete"})
                return


_FILE_HEADERS = frozenset({b"if-none-match", b"range", b"if-range"})
_REFUSED = {401: "Credentials are needed for this file.", 403: "This file is not available."}


def _only_reads() -> Answer:
    return text(405, "Method Not Allowed", (b"allow", b"GET, HEAD"))


def _head(scope: Scope) -> RequestHead:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    client = scope.get("client") or ("",)
    return RequestHead(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers, client[0])


def _length(head: RequestHead) -> int:
    written = head.headers.get("content-length")
    if written is None:
        return -1
    if not written.isascii() or not written.isdigit():
        raise BadBody(400, "Content-Length is not a number.")
    return int(written)


def _answer(reply: Reply, *headers: tuple[bytes, bytes]) -> Answer:
    own = ((name.encode(), value.encode()) for name, value in reply.headers)
    return text(reply.status, reply.body, *own, *headers)


async def _drain(receive: Receive) -> None:
    """Read a little of what the client still sends, so that it sees the answer and not a broken connection."""
    read = 0
    try:
        async for block in read_body(receive, Pace(2, 0)):
            read += len(block)
            if read > _DRAIN:
                return
    except (BadBody, Gone):
        return
