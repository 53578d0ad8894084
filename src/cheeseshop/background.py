# SPDX-License-Identifier: Apache-2.0
"""The loop of every thread that works in the background of a worker."""

import logging
import threading

from django.db import close_old_connections


class Repeating(threading.Thread):
    """Does its ``work`` after every ``interval`` seconds until it is asked to stop.

    Work that failed is logged as ``failure``, by the logger of the thread's own module, and done again the next time.
    """

    def __init__(self, name: str, failure: str, interval: float = 1.0) -> None:
        super().__init__(name=name, daemon=True)
        self._failure = failure
        self._interval = interval
        self._log = logging.getLogger(type(self).__module__)
        self._stop_asked = threading.Event()

    def stop(self) -> None:
        """Ask the thread to end, after the work under way."""
        self._stop_asked.set()

    def run(self) -> None:
        """Work until asked to stop, then let go of what is held."""
        while not self._stop_asked.wait(self._interval):
            try:
                self.work()
            except Exception:  # noqa: BLE001 - the log of the thread's own module has it
                self._log.exception(self._failure)
            finally:
                close_old_connections()
        self.let_go()

    def work(self) -> None:
        """Do what there is to do."""
        raise NotImplementedError

    def let_go(self) -> None:
        """Give up what outlives a piece of work. Nothing, unless the thread says otherwise."""
