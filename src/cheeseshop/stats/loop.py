# SPDX-License-Identifier: Apache-2.0
"""The thread that has downloads counted: one worker is elected, and a child process does the work.

The child loads DuckDB, parses and compacts; a worker that serves must not be slowed by that.
"""

import subprocess
import sys

from cheeseshop.background import Repeating
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.segments import waiting
from cheeseshop.storage import Election, Store

_LONGEST = 3600.0


class Counting(Repeating):
    """Has downloads counted every ``interval`` seconds, if there are any. ``stop`` ends it."""

    def __init__(self, store: Store, interval: float) -> None:
        super().__init__("counting", "downloads could not be counted; they wait for the next time", max(1.0, interval))
        self._store = store
        self._election = Election(store, "counting")

    def work(self) -> None:
        """Have what waits counted, if this worker is the elected one. Nothing is lost when it fails."""
        if self._election.is_won() and waiting(Places(self._store.stats)):
            count_in_child()


def count_in_child() -> None:
    """Count in another process, which gives way to those that serve.

    Raises:
        CalledProcessError: when it fails.
    """
    command = [sys.executable, "-m", "cheeseshop.cli", "stats", "count", "--nice"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=_LONGEST)
