# SPDX-License-Identifier: Apache-2.0
"""Counts downloads off the hot path: in memory while a request is answered, on the disk once a second.

Each worker appends to a segment of its own, which it holds locked; a segment that can be locked is finished, or its
worker is dead, and the statistics may take it. A crash loses what was counted within the last second.
"""

import asyncio
import fcntl
import logging
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import uuid4

from cheeseshop.edge_contract.downloads import LONGEST_AGENT, SUFFIX, Places, encode

log = logging.getLogger(__name__)

_EVERY = 1.0
_ROOM = 8 * 1024 * 1024  # bytes of memory for what waits to be written
_EACH = 300  # bytes of an entry beside its client's words


class DownloadLog:
    """Takes what was downloaded, and writes it in the background. All methods are called by the event loop's thread."""

    def __init__(self, places: Places, rotate_after: float, room: int = _ROOM) -> None:
        self._segment = _Segment(places, rotate_after)
        self._counted: dict[bytes, dict[str, int]] = {}
        self._whole_room = self._room = room
        self._dropped = 0
        self._timer: asyncio.TimerHandle | None = None
        self._writer: ThreadPoolExecutor | None = None
        self._writing: Future[None] | None = None

    def add(self, key: str, agent: bytes) -> None:
        """Count one download of a file by a client, named by its User-Agent header."""
        keys = self._counted.get(agent)
        if keys is not None and key in keys:
            keys[key] += 1
        elif self._room > 0:
            self._make_room(key, agent[:LONGEST_AGENT])
        else:
            self._dropped += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_EVERY, self._tick)

    def _make_room(self, key: str, agent: bytes) -> None:
        """Count what was not counted yet, or under a client's words that were too long to keep."""
        keys = self._counted.get(agent)
        if keys is None:
            keys = self._counted[agent] = {}
            self._room -= len(agent)
        self._room -= _EACH
        keys[key] = keys.get(key, 0) + 1

    def _tick(self) -> None:
        """Hand on what has gathered. Goes on as long as there is something, or a segment to finish."""
        self._timer = None
        idle = self._writing is None or self._writing.done()
        if idle:
            if not self._counted and not self._dropped and not self._segment.is_open:
                return
            if self._writer is None:
                self._writer = ThreadPoolExecutor(1, thread_name_prefix="downloads")
            self._writing = self._writer.submit(self._segment.write, self._take())
        self._timer = asyncio.get_running_loop().call_later(_EVERY, self._tick)

    def _take(self) -> bytes:
        counted, self._counted = self._counted, {}
        dropped, self._dropped, self._room = self._dropped, 0, self._whole_room
        return encode(counted, dropped) if counted or dropped else b""

    def close(self) -> None:
        """Write what is left, and let the segment go."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writer is not None:
            self._writer.shutdown()
        self._segment.write(self._take())
        self._segment.close()


class _Segment:
    """The file that a worker appends to; a new one each time that the old one is old enough."""

    def __init__(self, places: Places, rotate_after: float) -> None:
        self._places = places
        self._rotate_after = rotate_after
        self._handle: int | None = None
        self._opened = 0.0
        self._last = 0

    @property
    def is_open(self) -> bool:
        return self._handle is not None

    def write(self, data: bytes) -> None:
        """Append, and force to the disk. Where the disk refuses, the counts are lost and the log says so."""
        try:
            if data:
                self._append(data)
        except OSError:
            log.exception("the downloads of a second could not be written")
        if self._handle is not None and time.monotonic() - self._opened >= self._rotate_after:
            self.close()

    def _append(self, data: bytes) -> None:
        handle = self._handle = self._open() if self._handle is None else self._handle
        before = os.fstat(handle).st_size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fdatasync(handle)
        except OSError:
            os.ftruncate(handle, before)  # half a line would spoil the next one too
            raise

    def _open(self) -> int:
        """Make a segment under a name that nobody looks at, lock it, then show it. Names sort as they were made."""
        self._places.prepare()
        self._last = max(time.time_ns() // 1_000_000, self._last + 1)
        name = f"{self._last:015}-{uuid4().hex}{SUFFIX}"
        fresh = self._places.segments / f".{name}"
        handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        fresh.rename(self._places.segments / name)
        folder = os.open(self._places.segments, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._opened = time.monotonic()
        return handle

    def close(self) -> None:
        """Finish the segment: closing it gives its lock up."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
