# SPDX-License-Identifier: Apache-2.0
"""Batches of segments: claimed by rename, read as often as it takes, and removed once they are counted."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cheeseshop.core import current
from cheeseshop.edge_contract.downloads import SUFFIX, Download, Places, decode
from cheeseshop.storage.folder import sync_path

_MOST_SEGMENTS = 100
_MOST_BYTES = 64 * 1024 * 1024
_ABANDONED = 3600  # seconds after which a segment that was never shown is removed


@dataclass(frozen=True, slots=True)
class ClaimedBatch:
    """Segments that nobody writes any more, in a folder of their own. ``id`` grows from batch to batch."""

    id: int
    folder: Path

    def read(self) -> Iterator[Download | None]:
        """Yield every download; None for each damaged line."""
        for path in sorted(self.folder.iterdir()):
            with path.open("rb") as lines:
                yield from decode(lines)

    def remove(self) -> None:
        """Remove the segments: they are counted."""
        shutil.rmtree(self.folder)
        sync_path(self.folder.parent)


def leftovers(places: Places) -> Iterator[ClaimedBatch]:
    """Yield the batches that somebody claimed and did not finish, oldest first."""
    for folder in sorted(places.claimed.iterdir()):
        yield ClaimedBatch(int(folder.name), folder)


def waiting(places: Places) -> bool:
    """Tell whether there is something to count or to send, or will be soon."""
    found = [places.claimed, places.segments, *([places.queued] if current.settings().clickhouse else [])]
    return any(next(folder.iterdir(), None) is not None for folder in found if folder.is_dir())


def claim(places: Places, after: int) -> ClaimedBatch | None:
    """Claim finished segments as one batch, whose identity is above ``after``; None where there are none.

    Both folders are synced before anything is counted: otherwise a power failure could bring a segment back under its
    old name, and it would be counted again in another batch.
    """
    batch: ClaimedBatch | None = None
    size = count = 0
    for path in sorted(places.segments.iterdir()):
        if path.suffix != SUFFIX or path.name.startswith("."):
            _remove_abandoned(path)
            continue
        with _locked(path) as mine:
            if not mine:
                continue
            if batch is None:
                identity = max(time.time_ns() // 1_000_000, after + 1)
                batch = ClaimedBatch(identity, places.claimed / f"{identity:015}")
                batch.folder.mkdir()
            size, count = size + path.stat().st_size, count + 1
            path.rename(batch.folder / path.name)
        if count >= _MOST_SEGMENTS or size >= _MOST_BYTES:
            break
    if batch is not None:
        for folder in (batch.folder, places.claimed, places.segments):
            sync_path(folder)
    return batch


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Hold the lock of a segment, if its writer has let it go; says whether."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _remove_abandoned(path: Path) -> None:
    with suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime > _ABANDONED:
            path.unlink()
