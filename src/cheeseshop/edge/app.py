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
from cheeseshop.edge.bodies import BadBody, Gone, Pace, read_small_body
from cheeseshop.edge.bridge import WSGI, call_wsgi
from cheeseshop.edge.counting import DownloadLog
from cheeseshop.edge.files import Conditions, key_of, send_data, send_file, send_path
from cheeseshop.edge.integrity import Provenances, attestations_disabled
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
    tagged,
    text,
)
from cheeseshop.edge.staged import PREFIX, answer_staged, is_content
from cheeseshop.edge.uploading import BytesDoor, UploadDoor, head_of
from cheeseshop.edge_contract.protocols import PrivateFiles, Uploads
from cheeseshop.edge_contract.tags import file_tag

log = logging.getLogger(__name__)

_SMALL_BODY = 2_621_440
_MAX_HOST = 300  # a name has 253 characters at most (RFC 1035), a port five
_OLD_FILE = 5  # slashes of /packages/source/d/demo/demo-1.0.tar.gz, which Django knows
_CLOSE = (b"connection", b"close")
_READS = ("GET", "HEAD")
_ONLY_READ = ("/stats/downloads/", "/simple/", "/packages/", "/integrity/")


class Edge:
    """The program's front. ``on_startup`` callables run when a worker starts; ``downloads`` counts, where it is set."""

    def __init__(  # noqa: PLR0913 - what the program's parts are wired together by
        self,
        settings: Settings,
        paths: EdgePaths,
        *,
        django: WSGI | None,
        uploads: Uploads | None,
        private_files: PrivateFiles | None,
        staged: Uploads | None = None,
    ) -> None:
        self._settings = settings
        self._paths = paths
        self._django = django
        self._private_files = private_files
        self._tags = settings.is_tagged
        self._pages = Pages(paths, tags=self._tags)
        self._provenances = Provenances(self._pages, paths, tags=self._tags)
        self._memory = Memory(settings.page_cache_mb * 1024 * 1024)
        self._scheme = urlsplit(settings.url).scheme
        self._names = {settings.host.lower(), "localhost", "127.0.0.1", "[::1]"}
        self._hosts: set[bytes] = set()
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="django")
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="pages")
        self._uploads = UploadDoor(settings, paths, uploads, self._threads) if uploads else None
        self._staged = BytesDoor(settings, paths, staged, self._threads) if staged and settings.upload_2 else None
        self._log = AccessLog() if settings.access_log else None
        self.downloads: DownloadLog | None = None
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
        legacy_json = path.startswith("/pypi/") and path.rstrip("/").endswith("/json")
        if method not in _READS and (legacy_json or path.startswith(_ONLY_READ)):
            return await self._say(scope, send, _only_reads())
        if path == "/simple/":
            return await self._list(scope, send, key, none_match)
        if legacy_json or path.startswith("/simple/"):
            return await self._page(scope, send, key, none_match)
        if path.startswith("/packages/"):
            key_of_file = key_of(path)
            if key_of_file is None and path.count("/") == _OLD_FILE:
                return await self._to_django(scope, receive, send)
            return await self._file(scope, send, key_of_file)
        if path.startswith("/integrity/"):
            return await self._provenance(scope, send, key, none_match)
        if path.startswith("/stats/downloads/") and path.endswith(".parquet"):
            sent = await send_data(scope, send, self._paths.data_set, path.rpartition("/")[2], none_match)
            return sent or await self._say(scope, send, text(404, "404 Not Found"))
        if path == "/simple":
            return await self._say(scope, send, redirect(301, "/simple/"))
        if path == "/legacy" and method == "POST":
            return await self._say(scope, send, redirect(308, "/legacy/", _CLOSE))
        if path == "/legacy/" and method == "POST" and self._uploads is not None:
            return await self._say(scope, send, await self._uploads.answer(scope, receive))
        if self._staged is not None and path.startswith(PREFIX):
            if method not in _READS:
                return await self._say(scope, send, _only_reads())
            return await answer_staged(scope, send, str(self._paths.staged), key[2])
        if self._staged is not None and method == "POST" and is_content(path):
            return await self._say(scope, send, await self._staged.answer(scope, receive))
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
        found = project_list(self._paths.pages, query, accept, encoding, tags=self._tags)
        if found is None:
            return await self._say(scope, send, text(503, "The list is being made.", (b"retry-after", b"2")))
        if none_match and etag_matches(none_match, found.etag):
            return await self._say(scope, send, Answer(304, found.headers, b""))
        return 200, await send_path(scope, send, found.path, found.headers, found.size)

    async def _file(self, scope: Scope, send: Send, key: str | None) -> tuple[int, int]:
        if key is not None:
            headers = {name: value for name, value in scope["headers"] if name in _FILE_HEADERS}
            conditions = Conditions(
                headers.get(b"if-none-match", b""),
                headers.get(b"range", b""),
                headers.get(b"if-range", b""),
                (tagged(file_tag(key)),) if self._tags else (),
            )
            sent = await send_file(scope, send, f"{self._paths.public}/packages/{key}", key, conditions)
            if sent is not None:
                if self.downloads is not None and sent.is_download and not key.endswith(".metadata"):
                    self.downloads.add(key, headers.get(b"user-agent", b""))
                return sent.status, sent.size
            if self._private_files is not None:
                loop = asyncio.get_running_loop()
                status = await loop.run_in_executor(
                    self._threads, self._private_files.may_read, head_of(scope), key.removesuffix(".metadata")
                )
                if status in _REFUSED:
                    return await self._say(scope, send, text(status, _REFUSED[status]))
        return await self._say(scope, send, text(404, "404 Not Found"))

    async def _provenance(self, scope: Scope, send: Send, key: Key, none_match: bytes) -> tuple[int, int]:
        if not self._settings.allow_attestations:
            return await self._say(scope, send, attestations_disabled(self._settings.url))
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._readers, self._provenances.answer, key[0], key[2], none_match)
        return await self._say(scope, send, answer)

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
                if self.downloads:
                    self.downloads.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


_FILE_HEADERS = frozenset({b"if-none-match", b"range", b"if-range", b"user-agent"})
_REFUSED = {401: "Credentials are needed for this file.", 403: "This file is not available."}


def _only_reads() -> Answer:
    return text(405, "Method Not Allowed", (b"allow", b"GET, HEAD"))
