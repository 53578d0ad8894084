# SPDX-License-Identifier: Apache-2.0
"""The thread in every worker that delivers mails, and does what each domain must do now and then."""

import logging
import threading
import time

from django.db import close_old_connections
from django.utils.module_loading import import_string

from cheeseshop.notify.flows import deliver_due

log = logging.getLogger(__name__)

INTERVAL = 1.0
CHORES_INTERVAL = 3600.0


class Courier(threading.Thread):
    """Delivers what is due each second, and calls ``chores``, functions by their path, each hour.

    Chores must be safe to run twice at once, because every worker runs them.
    """

    def __init__(self, chores: tuple[str, ...] = ()) -> None:
        super().__init__(name="courier", daemon=True)
        self._chores = chores
        self._done_at = time.monotonic()
        self._stop_asked = threading.Event()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop_asked.set()

    def run(self) -> None:
        """Work until asked to stop. A failed step is logged and tried again."""
        while not self._stop_asked.wait(INTERVAL):
            try:
                deliver_due()
                self._do_chores()
            except Exception:
                log.exception("the courier failed; it will try again")
            finally:
                close_old_connections()

    def _do_chores(self) -> None:
        if time.monotonic() - self._done_at < CHORES_INTERVAL:
            return
        self._done_at = time.monotonic()
        for chore in self._chores:
            import_string(chore)()
