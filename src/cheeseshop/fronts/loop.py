# SPDX-License-Identifier: Apache-2.0
"""The thread that empties one front's queue. Every worker has one for each front; they share the work by claims."""

import logging
import threading
from datetime import timedelta

from django.db import close_old_connections

from cheeseshop.fronts.addresses import Front
from cheeseshop.fronts.calling import Caller
from cheeseshop.fronts.queue import FIRST_WAIT, LONGEST_WAIT, send_due

log = logging.getLogger(__name__)

INTERVAL = 1.0


class Purger(threading.Thread):
    """Sends each second what is due. What fails waits twice as long each time, five minutes at most, and is kept."""

    def __init__(self, front: Front) -> None:
        super().__init__(name=f"purger {front.name}", daemon=True)
        self._front = front
        self._caller = Caller(front)
        self._stop_asked = threading.Event()
        self._wait: timedelta = FIRST_WAIT

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop_asked.set()

    def run(self) -> None:
        """Work until asked to stop. A failure is logged and tried again."""
        while not self._stop_asked.wait(INTERVAL):
            try:
                while self.step():
                    pass
            except Exception:
                log.exception("purging at %s failed; it will be tried again", self._front.name)
            finally:
                close_old_connections()

    def step(self) -> bool:
        """Send some of what is due; tell whether there may be more that the front would take."""
        outcome = send_due(self._front, self._caller, self._wait)
        if outcome is None:
            return False
        if not outcome.left:
            self._wait = FIRST_WAIT
            return True
        log.warning(
            "%s did not purge %d things, tried again in %d seconds: %s",
            self._front.name, len(outcome.left), self._wait.total_seconds(), outcome.detail,
        )  # fmt: skip
        self._wait = min(self._wait * 2, LONGEST_WAIT)
        return not outcome.is_away
