# SPDX-License-Identifier: Apache-2.0
"""The thread that has new files scanned. One worker of a host is elected, so that there is one child."""

import time

from cheeseshop.background import Repeating
from cheeseshop.journal.pace import Pace
from cheeseshop.scanning.flows import read_journal, scan_next
from cheeseshop.scanning.scanner import Scanner
from cheeseshop.storage import Election, Store


class Scanning(Repeating):
    """Reads the journal each second, and scans what waits. ``stop`` ends it."""

    def __init__(self, store: Store, memory_mb: int) -> None:
        super().__init__("scanning", "files could not be scanned; they wait")
        self._store = store
        self._scanner = Scanner(memory_mb)
        self._election = Election(store, "scanning")
        self._pace = Pace(self._stop_asked)

    def let_go(self) -> None:
        """End the child."""
        self._scanner.close()

    def work(self) -> None:
        """Do what there is to do, if this worker is the elected one."""
        if self._election.is_won():
            read_journal()
            while not self._stop_asked.is_set() and self._scan_one():
                pass

    def _scan_one(self) -> bool:
        began = time.monotonic()
        done = scan_next(self._store, self._scanner)
        self._pace.rest(time.monotonic() - began)
        return done is not None
