# SPDX-License-Identifier: Apache-2.0
"""Purging at once, from the process that made a change. What gets lost here, the queue has.

One thread for each front sends what came together; nobody waits for another front.
"""

import logging
import threading
import time
from collections.abc import Iterable

from cheeseshop.fronts import addresses
from cheeseshop.fronts.addresses import Front, fronts
from cheeseshop.fronts.calling import Caller

log = logging.getLogger(__name__)

_MOST = 50_000
"""What may wait for one front; beyond that the queue alone has it."""
_PAUSE = 5.0
"""Seconds for which a front that is away is left to the queue."""


class _Line(threading.Thread):
    """Sends to one front, batch after batch: what comes meanwhile is the next batch."""

    def __init__(self, front: Front) -> None:
        super().__init__(name=f"purge {front.name}", daemon=True)
        self._front = front
        self._changed = threading.Condition()
        self._waiting: dict[str, None] = {}
        self._asked: list[threading.Event] = []
        self._away_until = 0.0

    def add(self, whats: Iterable[str]) -> threading.Event:
        """Have something purged. The event is set once it was tried, or when it is left to the queue."""
        tried = threading.Event()
        with self._changed:
            if time.monotonic() < self._away_until or len(self._waiting) > _MOST:
                tried.set()
                return tried
            self._waiting.update(dict.fromkeys(whats))
            self._asked.append(tried)
            self._changed.notify()
        return tried

    def run(self) -> None:
        """Work until the process ends."""
        caller = Caller(self._front)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                whats, asked = list(self._waiting), self._asked
                self._waiting, self._asked = {}, []
            try:
                outcome = caller.purge(whats)
                if outcome.detail:
                    log.warning("%s did not purge everything at once: %s", self._front.name, outcome.detail)
                if outcome.is_away:
                    self._away_until = time.monotonic() + _PAUSE
            except Exception:
                log.exception("purging at %s failed", self._front.name)
            finally:
                for tried in asked:
                    tried.set()


_lines: dict[Front, _Line] = {}
_starting = threading.Lock()


def purge(names: Iterable[str] = (), keys: Iterable[str] = (), *, wait: float = 0.0) -> None:
    """Have every front forget the pages of projects and these files; wait for that, so many seconds at most."""
    there = fronts()
    if not there:
        return
    whats = [*map(addresses.project, names), *map(addresses.file, keys)]
    end = time.monotonic() + wait
    for tried in [_line(front).add(whats) for front in there]:
        if wait:
            tried.wait(max(0.0, end - time.monotonic()))


def _line(front: Front) -> _Line:
    with _starting:
        if front not in _lines:
            _lines[front] = _Line(front)
            _lines[front].start()
        return _lines[front]
