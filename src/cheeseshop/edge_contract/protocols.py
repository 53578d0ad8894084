# SPDX-License-Identifier: Apache-2.0
"""What the edge asks of the rest of the program, and in which words. All calls run in a pool thread."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

MOST_ATTESTATION_BYTES = 256 * 1024
"""How long the field of an upload that carries attestations may be: two of the usual ones have 20 KiB."""
TRY_AGAIN = "The index can't take the file at the moment; nothing was lost, and a retry is safe."


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request before its body. Header names are lower case; values are latin-1 text."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    client: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, body as text, further headers, and the kind of the body."""

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """The file part of an upload, on disk and hashed. Digests are lower-case hex; size is in bytes."""

    path: Path
    filename: str
    content_type: str
    size: int
    md5: str
    sha256: str
    blake2_256: str


@dataclass(slots=True)
class SpooledForm:
    """A multipart form that was read wholly: text fields by name, and the one file part."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    content: SpooledFile | None = None
    misplaced_files: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to send a body: how large its file may be, in bytes, and who sends it."""

    max_file_size: int
    ticket: Any


class Uploads(Protocol):
    """The upload flow, in two steps: from headers alone, then with the spooled form."""

    def admit(self, head: RequestHead) -> Admission | Reply:
        """Check identity, flags and limits from headers alone."""

    def accept(self, admission: Admission, form: SpooledForm) -> Reply:
        """Check and store the file, publish its pages, and answer."""


class PrivateFiles(Protocol):
    """Answers for files that are not in the public tree."""

    def may_read(self, head: RequestHead, key: str) -> int:
        """Return 200 where the blob ``key`` may be sent to who asks, else 401, 403 or 404."""
