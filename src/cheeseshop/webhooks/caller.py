# SPDX-License-Identifier: Apache-2.0
"""The thread in every worker that reads the journal and delivers messages."""

import logging
import threading

from django.db import close_old_connections

from cheeseshop.webhooks.delivering import deliver_due, read_journal

log = logging.getLogger(__name__)

INTERVAL = 1.0


class Caller(threading.Thread):
    """Does so each second; workers share the work by claiming rows."""

    def __init__(self) -> None:
        super().__init__(name="webhooks", daemon=True)
        self._stop_asked = threading.Event()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop_asked.set()

    def run(self) -> None:
        """Work until asked to stop. A failed step is logged and tried again."""
        while not self._stop_asked.wait(INTERVAL):
            try:
                read_journal()
                deliver_due()
            except Exception:
                log.exception("webhooks failed; they will be tried again")
            finally:
                close_old_connections()
