# SPDX-License-Identifier: Apache-2.0
"""The thread that reads the journal for whoever acts on what it says. One worker of a host is elected."""

import logging
import time
from collections.abc import Callable

from django.utils.module_loading import import_string

from cheeseshop.background import Repeating
from cheeseshop.journal.pace import Pace
from cheeseshop.storage import Election, Store

log = logging.getLogger(__name__)

_PIECES = 1000  # of work between two looks at what else there is to do


class Follower(Repeating):
    """Calls ``steps``, functions by their path, in turn: each second, and again while they have more to do.

    A step does one small piece of its work and returns how much that was, 0 when there is nothing left. Steps keep
    cursors of their own, so that several hosts may run them.
    """

    def __init__(self, store: Store, steps: tuple[str, ...]) -> None:
        super().__init__("follower", "the journal could not be followed; it will be tried again")
        self._steps = steps
        self._election = Election(store, "follower")
        self._pace = Pace(self._stop_asked)

    def work(self) -> None:
        """Catch up, if this worker is the elected one."""
        if self._election.is_won():
            self.catch_up([import_string(step) for step in self._steps])

    def let_go(self) -> None:
        """Let another worker follow the journal."""
        self._election.resign()

    def catch_up(self, steps: list[Callable[[], int]]) -> None:
        """Take every step until none has anything to do. A step that failed is logged, and tried the next time."""
        for _ in range(_PIECES):
            if self._stop_asked.is_set() or not steps:
                return
            steps = [step for step in steps if self._take(step)]

    def _take(self, step: Callable[[], int]) -> bool:
        began = time.monotonic()
        try:
            done = step()
            self._pace.rest(time.monotonic() - began)
        except Exception:
            log.exception("%s failed; it will be tried again", getattr(step, "__qualname__", step))
            return False
        return done > 0
