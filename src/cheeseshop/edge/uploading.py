# SPDX-License-Identifier: Apache-2.0
"""Uploads at the edge: ask who comes, spool the form to disk, have it accepted. Bounded in number, memory and time."""

import asyncio
import json
import logging
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Self

from cheeseshop.core.settings import Settings
from cheeseshop.edge.bodies import BadBody, BytesSpooler, FormSpooler, Gone, Pace, SpoolLimits, TextBudget, read_body
from cheeseshop.edge.paths import EdgePaths
from cheeseshop.edge.responses import Answer, Header, Receive, Scope, text
from cheeseshop.edge_contract.protocols import TRY_AGAIN, Admission, Reply, RequestHead, Uploads

log = logging.getLogger(__name__)

_AT_ONCE = 1024
_ACCEPTING_AT_ONCE = 8
_TEXT_IN_MEMORY = 256 * 1024 * 1024
_DRAIN = 1024 * 1024
_CLOSE = (b"connection", b"close")
_LATER = (b"retry-after", b"5")
_BUSY = 503


class UploadDoor:
    """Takes uploads in for one worker."""

    def __init__(self, settings: Settings, paths: EdgePaths, uploads: Uploads, threads: ThreadPoolExecutor) -> None:
        self._pace = Pace(settings.upload_deadline, settings.upload_min_rate)
        self._spool = paths.spool
        self._uploads = uploads
        self._threads = threads
        self._accepting = asyncio.Semaphore(_ACCEPTING_AT_ONCE)
        self._text = TextBudget(_TEXT_IN_MEMORY)
        self._inside = 0

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """Take one upload in and return what to answer.

        Raises:
            Gone: when the client went away.
        """
        if self._inside >= _AT_ONCE:
            return self._refusal(_BUSY, "Too many uploads at once; try again.", _LATER, _CLOSE)
        self._inside += 1
        try:
            head = head_of(scope)
            with _Ahead(receive, wait="expect" in head.headers) as body:
                loop = asyncio.get_running_loop()
                admission = await loop.run_in_executor(self._threads, self._uploads.admit, head)
                if isinstance(admission, Admission):
                    return await self._take(admission, head, body)
                await _drain(body)
        finally:
            self._inside -= 1
        return _answer(admission, _CLOSE)

    async def _take(self, admission: Admission, head: RequestHead, receive: Receive) -> Answer:
        """Spool the form and have it accepted."""
        ended = False
        limits = SpoolLimits(self._spool, admission.max_file_size, self._text)
        try:
            length = _length(head)
            with self._spooler(head, length, limits) as spooler:
                async for block in read_body(receive, self._pace):
                    spooler.feed(block)
                    if spooler.read >= length >= 0:
                        break  # the message that says so would come from another thread, and take its time
                ended = True
                form = spooler.finish()
                async with self._accepting:
                    loop = asyncio.get_running_loop()
                    return _answer(await loop.run_in_executor(self._threads, self._uploads.accept, admission, form))
        except BadBody as bad:
            refused = self._refusal(bad.status, str(bad), *((_LATER,) if bad.status == _BUSY else ()), _CLOSE)
        except OSError:
            log.exception("an upload could not be spooled")
            refused = self._refusal(_BUSY, TRY_AGAIN, _LATER, _CLOSE)
        if not ended:
            await _drain(receive)
        return refused

    def _spooler(self, head: RequestHead, length: int, limits: SpoolLimits) -> FormSpooler | BytesSpooler:
        return FormSpooler(head.headers.get("content-type", ""), length, limits)

    def _refusal(self, status: int, message: str, *headers: Header) -> Answer:
        return text(status, message, *headers)


class BytesDoor(UploadDoor):
    """Takes in bodies that are one file, and refuses in the form of RFC 9457."""

    def _spooler(self, _head: RequestHead, length: int, limits: SpoolLimits) -> BytesSpooler:
        return BytesSpooler(length, limits)

    def _refusal(self, status: int, message: str, *headers: Header) -> Answer:
        body = json.dumps({"status": status, "title": HTTPStatus(status).phrase, "detail": message})
        return text(status, body, *headers, content_type=b"application/problem+json")


class _Ahead:
    """Receives the body's first block while the sender is being checked: two threads are waited for as one.

    A client that waits to be told to continue is not told before it is admitted.
    """

    def __init__(self, receive: Receive, *, wait: bool) -> None:
        self._receive = receive
        self._first = None if wait else asyncio.ensure_future(receive())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._first is not None:
            self._first.cancel()

    async def __call__(self) -> MutableMapping[str, Any]:
        first, self._first = self._first, None
        return await (self._receive() if first is None else first)


def head_of(scope: Scope) -> RequestHead:
    """Return what is known of a request before its body."""
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
    return text(reply.status, reply.body, *own, *headers, content_type=reply.content_type.encode())


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
