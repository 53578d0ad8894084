# SPDX-License-Identifier: Apache-2.0
"""The thread that has downloads counted: one worker is elected, and a child process does the work.

The child loads DuckDB, parses and compacts; a worker that serves must not be slowed by that.
"""

import logging
import subprocess
import sys
import threading

from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.segments import waiting
from cheeseshop.storage import Election, Store

log = logging.getLogger(__name__)

_LONGEST = 3600.0


class Counting(threading.Thread):
    """Has downloads counted every ``interval`` seconds, if there are any. ``stop`` ends it."""

    def __init__(self, store: Store, interval: float) -> None:
        super().__init__(name="counting", daemon=True)
        self._store = store
        self._interval = max(1.0, interval)
        self._election = Election(store, "counting")
        self._stop_asked = threading.Event()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop_asked.set()

    def run(self) -> None:
        """Work until asked to stop. A failed counting is logged and tried again; nothing is lost by it."""
        while not self._stop_asked.wait(self._interval):
            try:
                if self._election.is_won() and waiting(Places(self._store.stats)):
                    count_in_child()
            except Exception:
                log.exception("downloads could not be counted; they wait for the next time")


def count_in_child() -> None:
    """Count in another process, which gives way to those that serve.

    Raises:
        CalledProcessError: when it fails.
    """
    command = [sys.executable, "-m", "cheeseshop.cli", "stats", "count", "--nice"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=_LONGEST)
