# SPDX-License-Identifier: Apache-2.0
"""Request bodies under a deadline and a minimum rate, and multipart forms spooled to disk while they are hashed."""

import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser, parse_options_header

from cheeseshop.core import current
from cheeseshop.core.sizes import MIB, in_unit
from cheeseshop.edge.responses import Receive
from cheeseshop.edge_contract.protocols import MOST_ATTESTATION_BYTES, SpooledFile, SpooledForm

_WINDOW = 10.0
_TEXT_FIELD = 8 * 1024 * 1024
_ALL_TEXT = 16 * 1024 * 1024
_OWN_LIMITS = {"attestations": MOST_ATTESTATION_BYTES}
_SEGMENTS = 10_000
_OVERHEAD = 32 * 1024 * 1024


class BadBody(Exception):  # noqa: N818 - read as a state
    """The body can't be taken. ``status`` and message say why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Gone(Exception):  # noqa: N818 - read as a state
    """The client went away."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a body may take in seconds, and how many bytes a second it must keep up over ten of them."""

    deadline: float
    rate: int


async def read_body(receive: Receive, pace: Pace) -> AsyncIterator[bytes]:
    """Yield the body in blocks.

    Raises:
        BadBody: 408 when the client is too slow.
        Gone: when the client closed the connection.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + pace.deadline
    window_end, window_bytes = loop.time() + _WINDOW, 0
    while True:
        try:
            async with asyncio.timeout_at(min(end, window_end)):
                message = await receive()
        except TimeoutError:
            message = None
        moment = loop.time()
        if message is not None:
            if message["type"] == "http.disconnect":
                raise Gone
            block: bytes = message.get("body", b"")
            window_bytes += len(block)
            if block:
                yield block
            if not message.get("more_body", False):
                return
        if moment >= end:
            raise BadBody(408, "The upload took too long.")
        if moment >= window_end:
            if window_bytes < pace.rate * _WINDOW:
                raise BadBody(408, "The upload was too slow.")
            window_end, window_bytes = moment + _WINDOW, 0


async def read_small_body(receive: Receive, limit: int, pace: Pace) -> bytes:
    """Read a whole body of at most ``limit`` bytes into memory.

    Raises:
        BadBody: 413 when it is larger, 408 when it is too slow.
        Gone: when the client closed the connection.
    """
    body = bytearray()
    async for block in read_body(receive, pace):
        body += block
        if len(body) > limit:
            raise BadBody(413, "The request is too large.")
    return bytes(body)


@dataclass(slots=True)
class _File:
    handle: BinaryIO
    path: Path
    filename: str
    content_type: str
    size: int = 0
    md5: "hashlib._Hash" = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))
    sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    blake2: "hashlib.blake2b" = field(default_factory=lambda: hashlib.blake2b(digest_size=32))

    def write(self, block: bytes | bytearray) -> None:
        self.handle.write(block)
        self.size += len(block)
        self.md5.update(block)
        self.sha256.update(block)
        self.blake2.update(block)

    def finish(self) -> SpooledFile:
        self.handle.close()
        return SpooledFile(
            self.path,
            self.filename,
            self.content_type,
            self.size,
            self.md5.hexdigest(),
            self.sha256.hexdigest(),
            self.blake2.hexdigest(),
        )


class TextBudget:
    """How many bytes of form text all uploads of a worker may hold in memory together."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def take(self, size: int) -> None:
        """Take some of it.

        Raises:
            BadBody: 503 when it is used up.
        """
        if size > self._left:
            raise BadBody(503, "Too much is being uploaded at once; try again.")
        self._left -= size

    def give_back(self, size: int) -> None:
        """Return what was taken."""
        self._left += size


@dataclass(frozen=True, slots=True)
class SpoolLimits:
    """Where a form's file goes, how large it may be in bytes, and what text may use."""

    folder: Path
    max_file_size: int
    text: TextBudget


class FormSpooler:
    """Takes a multipart form block by block. Text stays in memory, the file part goes to disk.

    Use as a context manager: at its end the temporary file is gone, unless the store linked it elsewhere. ``read`` is
    how many bytes came.
    """

    def __init__(self, content_type: str, content_length: int, limits: SpoolLimits) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get("boundary", "")
        if kind != "multipart/form-data" or not boundary or len(boundary) > 200:  # noqa: PLR2004 - RFC 2046 has 70
            raise BadBody(400, "The body must be multipart/form-data with a boundary.")
        self.form = SpooledForm()
        self._limit = limits.max_file_size
        if content_length > self._limit + _OVERHEAD:
            raise BadBody(400, self._too_large())
        self._folder = limits.folder
        self._budget = limits.text
        self._length = content_length
        self.read = 0
        self._text_size = 0
        self._file: _File | None = None
        self._field: tuple[str, bytearray] | None = None
        self._into_file = False
        try:
            self._parser = PushMultipartParser(
                boundary, content_length=content_length, max_header_size=8192, max_segment_count=_SEGMENTS
            )
        except MultipartError as error:
            raise BadBody(400, f"The form is malformed: {error}.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._budget.give_back(self._text_size)
        self._text_size = 0
        if self._file is not None:
            _discard(self._file)

    def feed(self, block: bytes) -> None:
        """Take the next block.

        Raises:
            BadBody: when the form is malformed or over a limit.
        """
        self.read += len(block)
        if self.read > self._limit + _OVERHEAD:
            raise BadBody(400, self._too_large())
        try:
            for event in self._parser.parse(block):
                self._take(event)
        except ParserLimitReached as error:
            raise BadBody(400, f"The form is over a limit: {error}.") from error
        except (MultipartError, UnicodeDecodeError) as error:
            raise BadBody(400, f"The form is malformed: {error}.") from error

    def finish(self) -> SpooledForm:
        """End the form and return it.

        Raises:
            BadBody: when the body ended early or is longer than it said.
        """
        if self._length >= 0 and self.read != self._length:
            raise BadBody(400, f"The body has {self.read} bytes, but Content-Length says {self._length}.")
        try:
            self._parser.close()
        except MultipartError as error:
            raise BadBody(400, f"The form ends early: {error}.") from error
        if self._file is not None:
            self.form.content = self._file.finish()
        return self.form

    def _take(self, event: object) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            if self._field is not None:
                name, value = self._field
                self._field = None
                self.form.fields.setdefault(name, []).append(value.decode("utf-8", "replace"))
            self._into_file = False
        elif isinstance(event, bytes | bytearray):
            self._data(event)

    def _begin(self, segment: MultipartSegment) -> None:
        name, filename = segment.name or "", segment.filename
        self._into_file, self._field = False, None
        if filename is None:
            self._field = (name, bytearray())
        elif name == "content" and self._file is None:
            kind = segment.header("Content-Type", "text/plain")  # the default of RFC 7578; uv sends none
            self._file = _new_file(self._folder, filename, kind)
            self._into_file = True
        elif name == "content":
            raise BadBody(400, "The form has more than one file named content.")
        else:
            self.form.misplaced_files.append(name)

    def _data(self, block: bytes | bytearray) -> None:
        if self._into_file and self._file is not None:
            self._file.write(block)
            if self._file.size > self._limit:
                raise BadBody(400, self._too_large())
        elif self._field is not None:
            name, value = self._field
            self._budget.take(len(block))
            self._text_size += len(block)
            value += block  # in one run, however small the blocks are that a client sends
            if self._text_size > _ALL_TEXT or len(value) > _OWN_LIMITS.get(name, _TEXT_FIELD):
                most = _OWN_LIMITS.get(name, _TEXT_FIELD) // 1024
                raise BadBody(400, f"The field {name[:60]!r} is too long: it may have {most} KiB.")

    def _too_large(self) -> str:
        """Say so, naming the project if the form has named it before its file, as clients do."""
        names = self.form.fields.get("name", ())
        of = f" for project {names[0][:100]!r}" if names else ""
        told = f"File too large. Limit{of} is {in_unit(self._limit, MIB)} MB."
        return f"{told} See {current.settings().url}/help/#size-limits for how to ask for more."


class BytesSpooler:
    """Takes a body that is one file, block by block, onto the disk. Used as ``FormSpooler`` is."""

    def __init__(self, content_length: int, limits: SpoolLimits) -> None:
        self._limit = limits.max_file_size
        self._length = content_length
        self.read = 0
        if content_length > self._limit:
            raise BadBody(413, self._too_large())
        self._file = _new_file(limits.folder, "", "application/octet-stream")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _discard(self._file)

    def feed(self, block: bytes) -> None:
        """Take the next block.

        Raises:
            BadBody: when the body is larger than was declared.
        """
        self.read += len(block)
        if self.read > self._limit:
            raise BadBody(413, self._too_large())
        self._file.write(block)

    def finish(self) -> SpooledForm:
        """End the body and return it as a form that is one file, whose name the address tells.

        Raises:
            BadBody: when the body ended early.
        """
        if self._length >= 0 and self.read != self._length:
            raise BadBody(400, f"The body has {self.read} bytes, but Content-Length says {self._length}.")
        return SpooledForm(content=self._file.finish())

    def _too_large(self) -> str:
        return f"The body is larger than the {self._limit} bytes that were declared."


def _new_file(folder: Path, filename: str, kind: str) -> _File:
    handle, path = tempfile.mkstemp(dir=folder, prefix=f"upload-{int(time.time())}-")
    return _File(os.fdopen(handle, "wb", 1 << 18), Path(path), filename, kind)


def _discard(file: _File) -> None:
    file.handle.close()
    with suppress(FileNotFoundError):
        os.unlink(file.path)
