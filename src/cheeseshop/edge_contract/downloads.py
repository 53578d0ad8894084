# SPDX-License-Identifier: Apache-2.0
"""What the edge writes about downloads and the statistics read: segments of one line for each client and second.

A line is a JSON array: ``[second, user agent, {key: count, …}]``, so that the long words of a client are written once
and not with every file. ``[second, count, "", ""]`` says how many could not be kept, and ``[second, count, key, user
agent]`` is what earlier versions wrote. A line is whole when it ends; what a power failure leaves of the last one is
passed over.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

SUFFIX = ".segment"
LONGEST_AGENT = 2048  # bytes; pip's own words are about 500

Counted = Mapping[bytes, Mapping[str, int]]
"""How often each file, by its key, was fetched by each client, by its user agent."""


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
    def queued(self) -> Path:
        """Where what was counted waits to be sent to another server, if one is set."""
        return self.root / "queued"

    @property
    def public(self) -> Path:
        """Where the data set lies that anybody may fetch, a file a day."""
        return self.root / "public"

    def prepare(self) -> None:
        """Create the folders that are missing."""
        for folder in (self.segments, self.claimed, self.raw, self.queued, self.public):
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
    lines = [orjson.dumps((at, agent.decode("latin-1"), keys)) for agent, keys in counted.items()]
    if dropped:
        lines.append(orjson.dumps((at, dropped, "", "")))
    return b"".join(line + b"\n" for line in lines)


def decode(lines: Iterable[bytes]) -> Iterator[Download | None]:
    """Yield what each line says; None for one that is damaged."""
    for line in lines:
        yield from (_read(line) if line.endswith(b"\n") else [None])


def _read(line: bytes) -> Sequence[Download | None]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return [None]
    match found:
        case [int(second), str(agent), dict(keys)]:
            read = [Download(second, count, key, agent) for key, count in keys.items()]
        case [int(second), count, key, agent]:
            read = [Download(second, count, key, agent)]
        case _:
            return [None]
    return read if all(map(_is_whole, read)) else [None]


def _is_whole(read: Download) -> bool:
    kinds = isinstance(read.count, int) and isinstance(read.key, str) and isinstance(read.agent, str)
    return kinds and read.second >= 0 and read.count > 0
