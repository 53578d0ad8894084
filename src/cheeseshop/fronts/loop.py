# SPDX-License-Identifier: Apache-2.0
"""The thread that empties one front's queue. Every worker has one for each front; they share the work by claims."""

import logging
from datetime import timedelta

from cheeseshop.background import Repeating
from cheeseshop.fronts.addresses import Front
from cheeseshop.fronts.calling import Caller
from cheeseshop.fronts.queue import FIRST_WAIT, LONGEST_WAIT, send_due

log = logging.getLogger(__name__)


class Purger(Repeating):
    """Sends each second what is due. What fails waits twice as long each time, five minutes at most, and is kept."""

    def __init__(self, front: Front) -> None:
        super().__init__(f"purger {front.name}", f"purging at {front.name} failed; it will be tried again")
        self._front = front
        self._caller = Caller(front)
        self._wait: timedelta = FIRST_WAIT

    def work(self) -> None:
        """Send what is due, as long as the front takes it."""
        while self.step():
            pass

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
