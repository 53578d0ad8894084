# SPDX-License-Identifier: Apache-2.0
"""Members of an archive, read by the readers that checked it when it was uploaded.

A member of a zip is found through the archive's directory and read by itself. A gzipped tar has none: it is read from
its front, for some seconds at most.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from cheeseshop.distributions.byte_source import ByteSource
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.gzip_stream import GzipStream
from cheeseshop.distributions.tar_headers import TarReader
from cheeseshop.distributions.token_watch import TokenWatch
from cheeseshop.distributions.zip_content import content_of
from cheeseshop.distributions.zip_layout import ZipMember, read_zip_layout

SECONDS = 6.0
"""How long one request may read."""

_AT_ONCE = threading.BoundedSemaphore(3)  # of the threads that answer pages


class NotReadable(Exception):  # noqa: N818 - what the archive is
    """The archive can't be looked into, with the reason."""


class Busy(Exception):  # noqa: N818 - a state
    """Too many archives are being read at this moment."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive; its size is in bytes. ``link`` is where a symbolic or hard link leads."""

    path: str
    size: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """The first bytes of a member, and whether they are all."""

    data: bytes
    whole: bool


class Archive:
    """An open archive. Use ``open_archive``."""

    def __init__(self, source: ByteSource, *, is_zip: bool) -> None:
        self._source, self._is_zip = source, is_zip
        self._until = time.monotonic() + SECONDS
        self._zip: dict[str, ZipMember] | None = None

    def members(self) -> list[Member]:
        """Return every file, in the archive's order.

        Raises:
            NotReadable: when the archive is unsound, or too large to be read in time.
        """
        if self._is_zip:
            return [Member(m.name, m.size) for m in self._layout().values() if not m.is_directory]
        return [member for member, _ in self._through_tar(0)]

    def read(self, path: str, limit: int) -> Content | None:
        """Return a member's first ``limit`` bytes, or None where there is no such file.

        Raises:
            NotReadable: as ``members``.
        """
        return next((content for member, content in self.read_all([path], limit) if member.path == path), None)

    def read_all(self, paths: list[str] | None, limit: int) -> Iterator[tuple[Member, Content]]:
        """Yield files with their first ``limit`` bytes: those that are named, or every one.

        Raises:
            NotReadable: as ``members``.
        """
        wanted = None if paths is None else set(paths)
        if not self._is_zip:
            for member, content in self._through_tar(limit, wanted):
                if wanted is None or member.path in wanted:
                    yield member, content
            return
        for entry in self._layout().values():
            if not entry.is_directory and (wanted is None or entry.name in wanted):
                self._check_time()
                yield Member(entry.name, entry.size), self._zip_content(entry, limit)

    def _layout(self) -> dict[str, ZipMember]:
        if self._zip is None:
            try:
                self._zip = read_zip_layout(self._source)
            except DistributionRefused as error:
                raise NotReadable(str(error)) from error
        return self._zip

    def _zip_content(self, entry: ZipMember, limit: int) -> Content:
        data = bytearray()
        try:
            for piece in content_of(self._source, entry):
                data += piece
                if len(data) >= limit:
                    return Content(bytes(data[:limit]), whole=len(data) == entry.size <= limit)
        except DistributionRefused as error:
            raise NotReadable(str(error)) from error
        return Content(bytes(data), whole=True)

    def _through_tar(self, limit: int, wanted: set[str] | None = None) -> Iterator[tuple[Member, Content]]:
        reader = TarReader(GzipStream(self._source), TokenWatch(0))
        try:
            for found in reader.members():
                self._check_time()
                if found.kind == "directory":
                    continue
                path = found.name.removeprefix("./")
                read = found.kind == "file" and limit and (wanted is None or path in wanted)
                data = reader.read_start(limit) if read else b""
                link = found.link if found.kind != "file" else ""
                yield Member(path, found.size, link), Content(data, whole=len(data) == found.size)
        except DistributionRefused as error:
            raise NotReadable(str(error)) from error

    def _check_time(self) -> None:
        if time.monotonic() > self._until:
            raise NotReadable(_("The archive is too large to be read here; download it instead."))


@contextmanager
def open_archive(path: Path, filename: str, patience: float = 3) -> Iterator[Archive]:
    """Open a published file, within ``patience`` seconds.

    Raises:
        Busy: when too many are open.
        NotReadable: when its bytes are gone.
    """
    if not _AT_ONCE.acquire(timeout=patience):
        raise Busy
    try:
        with path.open("rb") as file:
            yield Archive(ByteSource(file), is_zip=filename.endswith((".whl", ".zip")))
    except FileNotFoundError as error:
        raise NotReadable(_("The file's bytes are not here.")) from error
    finally:
        _AT_ONCE.release()
