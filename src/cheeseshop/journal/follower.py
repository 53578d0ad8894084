# SPDX-License-Identifier: Apache-2.0
"""The thread in every worker that reads the journal for whoever acts on what it says."""

import logging
import threading

from django.db import close_old_connections
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)

INTERVAL = 1.0


class Follower(threading.Thread):
    """Calls ``steps``, functions by their path, each second. They keep cursors of their own, and share their work."""

    def __init__(self, steps: tuple[str, ...]) -> None:
        super().__init__(name="follower", daemon=True)
        self._steps = steps
        self._stop_asked = threading.Event()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop_asked.set()

    def run(self) -> None:
        """Work until asked to stop. A failed step is logged and tried again; the others go on."""
        while not self._stop_asked.wait(INTERVAL):
            for step in self._steps:
                try:
                    import_string(step)()
                except Exception:
                    log.exception("%s failed; it will be tried again", step)
                finally:
                    close_old_connections()
