# SPDX-License-Identifier: Apache-2.0
"""Count what a server in front of this index served by itself: read its log, each line once.

What is new in a log becomes a segment like those that workers write. It waits in a folder of its own until the row
that says how far the log was read is committed, and is then moved to the others: after a death in between, the row
decides whether the segment counts. The row holds the digest of everything up to there, so that a log is known again
under any name, and two logs are never taken for one.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from cheeseshop.edge_contract.downloads import LONGEST_AGENT, SUFFIX, Places, encode
from cheeseshop.stats.models import ReadLog
from cheeseshop.storage import Store
from cheeseshop.storage.folder import sync_path

_LINE = re.compile(
    rb'\S+ \S+ \S+ \[([^\]"]{1,40})\] "GET (\S{1,2000}) HTTP/[0-9.]+" 200 \S+ "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)"'
)
# nginx writes Apache's combined format, with other escapes; both are read
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))")
_LONGEST_LINE = 65536
_CHUNK = 1024 * 1024
_SLASHES = 3  # of aa/bb/rest/name


@dataclass(slots=True)
class Ingested:
    """What was read: lines that are new, and the downloads among them."""

    lines: int = 0
    downloads: int = 0


def ingest_log(store: Store, path: Path) -> Ingested:
    """Read what is new in a log; the next counting counts it. A last line without an end waits for the next time.

    Raises:
        OSError: when the log can't be read.
    """
    places = Places(store.stats)
    places.prepare()
    pending = places.root / "logs"
    pending.mkdir(exist_ok=True)
    outcome = Ingested()
    with store.lock("statistics-logs"), path.open("rb") as log:
        _finish(pending, places)
        digest, start = _known(log)
        log.seek(start)
        made = pending / "new"
        with made.open("wb") as segment:
            for line in _whole_lines(log):
                digest.update(line)
                outcome.lines += 1
                if told := _download(line):
                    segment.write(told)
                    outcome.downloads += 1
            position = log.tell()
            segment.flush()
            os.fsync(segment.fileno())
        if outcome.lines:
            made.rename(pending / digest.hexdigest())
            sync_path(pending)
            ReadLog.objects.create(digest=digest.hexdigest(), position=position)
        _finish(pending, places)
    return outcome


def _finish(pending: Path, places: Places) -> None:
    """Show the segments whose reading is on record, and remove the others."""
    for path in pending.iterdir():
        if ReadLog.objects.filter(pk=path.name).exists() and path.stat().st_size:
            path.rename(places.segments / f"{path.name}{SUFFIX}")
        else:
            path.unlink()
    for folder in (places.segments, pending):
        sync_path(folder)


def _known(log: BinaryIO) -> "tuple[hashlib._Hash, int]":
    """Return how far this log was read before, and the digest up to there."""
    found, digest, at = (hashlib.sha256(), 0), hashlib.sha256(), 0
    size = os.fstat(log.fileno()).st_size
    rows = ReadLog.objects.filter(position__lte=size).order_by("position").values_list("position", "digest")
    for position, recorded in rows:
        while at < position and (chunk := log.read(min(_CHUNK, position - at))):
            digest.update(chunk)
            at += len(chunk)
        if digest.hexdigest() == recorded:
            found = (digest.copy(), position)
    return found


def _whole_lines(log: BinaryIO) -> Iterator[bytes]:
    """Yield lines with their ends, the longest ones in parts; leave the log where the last whole one ends."""
    while line := log.readline(_LONGEST_LINE):
        if not line.endswith(b"\n") and len(line) < _LONGEST_LINE:
            log.seek(-len(line), os.SEEK_CUR)
            return
        yield line


def _download(line: bytes) -> bytes:
    found = _LINE.match(line)
    if not found:
        return b""
    try:
        path = unquote(urlsplit(found[2].decode("latin-1")).path)
        second = _second(found[1].decode("latin-1"))
    except ValueError:
        return b""
    key = path.removeprefix("/packages/")
    if key == path or key.count("/") != _SLASHES or key.endswith(".metadata") or second < 0:
        return b""
    agent = _ESCAPE.sub(_unescaped, found[3].decode("latin-1"))
    return encode({agent.encode("latin-1")[:LONGEST_AGENT]: {key: 1}}, 0, second)


@lru_cache(maxsize=64)
def _second(written: str) -> int:
    return int(datetime.strptime(written, "%d/%b/%Y:%H:%M:%S %z").timestamp())


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]
