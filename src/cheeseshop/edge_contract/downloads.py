# SPDX-License-Identifier: Apache-2.0
"""What the edge writes about downloads and the statistics read: segments of one line for each thing that was counted.

A line is a JSON array: ``[second, count, key, user agent]``; ``[second, count, "", ""]`` says how many could not be
kept. A line is whole when it ends; what a power failure leaves of the last one is passed over.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

SUFFIX = ".segment"
LONGEST_AGENT = 2048  # bytes; pip's own words are about 500
_FIELDS = 4

Counted = Mapping[tuple[str, bytes], int]


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of the statistics: segments that are written, batches that are being counted, and what was counted.

    All lie below one folder of the data folder.
    """

    root: Path

    @property
    def segments(self) -> Path:
        """Where the workers write."""
        return self.root / "segments"

    @property
    def claimed(self) -> Path:
        """Where batches of segments lie while they are counted."""
        return self.root / "claimed"

    @property
    def raw(self) -> Path:
        """Where what was counted lies as Parquet, a folder a day."""
        return self.root / "raw"

    @property
    def public(self) -> Path:
        """Where the data set lies that anybody may fetch, a file a day."""
        return self.root / "public"

    def prepare(self) -> None:
        """Create the folders that are missing."""
        for folder in (self.segments, self.claimed, self.raw, self.public):
            folder.mkdir(parents=True, exist_ok=True)


@dataclass(frozen=True, slots=True)
class Download:
    """One file that was fetched ``count`` times by the same client within a second (seconds since 1970)."""

    second: int
    count: int
    key: str
    agent: str

    @property
    def is_loss(self) -> bool:
        """Tell whether this says only how many could not be kept."""
        return not self.key


def encode(counted: Counted, dropped: int, second: int | None = None) -> bytes:
    """Return the lines for what was counted since the last time, and for what had to be dropped."""
    at = int(time.time()) if second is None else second
    lines = [orjson.dumps((at, count, key, agent.decode("latin-1"))) for (key, agent), count in counted.items()]
    if dropped:
        lines.append(orjson.dumps((at, dropped, "", "")))
    return b"".join(line + b"\n" for line in lines)


def decode(lines: Iterable[bytes]) -> Iterator[Download | None]:
    """Yield what each line says; None for one that is damaged."""
    for line in lines:
        yield _read(line) if line.endswith(b"\n") else None


def _read(line: bytes) -> Download | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, list) or len(found) != _FIELDS:
        return None
    second, count, key, agent = found
    whole = isinstance(second, int) and isinstance(count, int) and isinstance(key, str) and isinstance(agent, str)
    return Download(second, count, key, agent) if whole and second >= 0 and count > 0 else None
