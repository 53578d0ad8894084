# SPDX-License-Identifier: Apache-2.0
"""RECORD, the list of a wheel's files with their hashes, against what the wheel holds.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
"""

import base64
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from cheeseshop.distributions.byte_source import ByteSource
from cheeseshop.distributions.hidden_code import CodeWatch
from cheeseshop.distributions.token_watch import TokenWatch
from cheeseshop.distributions.zip_content import content_of
from cheeseshop.distributions.zip_layout import ZipMember

# The specification asks for sha256 or better, and excludes md5, sha1 and sha224 by name.
_ALGORITHMS: Final = frozenset(
    {"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"}
    & hashlib.algorithms_available
)
# Signatures of RECORD can't be listed in it.
_SIGNATURE_SUFFIXES: Final = (".jws", ".p7s")


# A line twice does no harm, but millions for a few files do.
_SPARE_LINES: Final = 1000


class _TooManyLines(csv.Error):
    pass


class RecordRow(NamedTuple):
    """A line of RECORD; parts that the line leaves empty are empty."""

    algorithm: str
    digest: str
    size: str


_NOTHING_DECLARED: Final = RecordRow("", "", "")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a wheel holds, and whether to look for Python code that hides itself on the way.

    Every member is shown to `tokens`.
    """

    source: ByteSource
    members: dict[str, ZipMember]
    look_inside: bool
    tokens: TokenWatch


def record_faults(contents: Contents, record_path: str, record: bytes | None) -> Iterator[str]:
    """Yield, as they are found, the ways in which RECORD and the members of a wheel differ; each names the member.

    Every member is read whole, which also finds damaged ones, and Python code that hides itself.

    :raises DistributionRefused: a member is damaged.
    """
    if record is None:
        yield f"RECORD not found at {record_path}"
        yield from _compare(contents, record_path, None)
        return
    try:
        rows, conflicts = _parse(record, 2 * len(contents.members) + _SPARE_LINES)
    except (UnicodeDecodeError, csv.Error) as error:
        yield f"RECORD can't be read: {error if isinstance(error, _TooManyLines) else 'it is not CSV in UTF-8'}"
        yield from _compare(contents, record_path, None)
        return
    yield from (f"RECORD lists {path!r} twice, differently" for path in conflicts)
    yield from _compare(contents, record_path, rows)


def _compare(contents: Contents, record_path: str, rows: dict[str, RecordRow] | None) -> Iterator[str]:
    """Compare names, then contents; without rows only read the contents."""
    unlisted = {record_path + suffix for suffix in _SIGNATURE_SUFFIXES}
    for path in rows or ():
        if not path.endswith("/") and path not in unlisted and path not in contents.members:
            yield f"RECORD lists {path!r}, which is not in the wheel"
    for member in contents.members.values():
        row = _NOTHING_DECLARED
        if rows is not None and not member.is_directory and member.name not in unlisted:
            row = rows.get(member.name, _NOTHING_DECLARED)
            if member.name not in rows:
                yield f"RECORD does not list {member.name!r}"
            elif not row.algorithm and member.name != record_path:
                yield f"RECORD has no hash of {member.name!r}"
        yield from _content_faults(contents, member, row)


def _content_faults(contents: Contents, member: ZipMember, row: RecordRow) -> Iterator[str]:
    if row.algorithm and row.algorithm not in _ALGORITHMS:
        yield f"RECORD has a hash of {member.name!r} by {row.algorithm!r}, where sha256 or better is needed"
    algorithm = row.algorithm if row.algorithm in _ALGORITHMS else "sha256"
    hasher = hashlib.new(algorithm, usedforsecurity=False)
    pieces, watch = content_of(contents.source, member), CodeWatch()
    contents.tokens.begin(member.name)
    for piece in watch.through(member.name, member.size, pieces) if contents.look_inside else pieces:
        hasher.update(piece)
        contents.tokens.feed(piece)
    contents.tokens.end()
    yield from watch.faults
    if row.algorithm == algorithm:
        digest = base64.urlsafe_b64encode(hasher.digest()).rstrip(b"=").decode()
        if digest != row.digest:
            yield f"RECORD has another {algorithm} hash of {member.name!r} than its content"
    if row.size and row.size != str(member.size):
        yield f"RECORD has another size of {member.name!r} than its content"


def _parse(record: bytes, max_lines: int) -> tuple[dict[str, RecordRow], list[str]]:
    rows: dict[str, RecordRow] = {}
    conflicts = []
    for number, line in enumerate(csv.reader((line.decode() for line in io.BytesIO(record)), strict=True)):
        if number > max_lines:
            raise _TooManyLines("it has many more lines than the wheel has files")
        if not line:
            continue
        path, digest_part, size = (*line, "", "")[:3]
        # Some tools under Windows write its separator.
        path = path.replace("\\", "/")
        algorithm, _, digest = digest_part.partition("=")
        row = RecordRow(algorithm, digest.rstrip("="), size)
        if rows.setdefault(path, row) != row:
            conflicts.append(path)
    return rows, conflicts
