# SPDX-License-Identifier: Apache-2.0
"""How fast the work in the background goes: at full speed, and in a small part of the time while uploads come."""

import threading
import time

from cheeseshop.journal.reading import last_serial

_RESTS = 29  # times as long as a piece of work took
_LONGEST_REST = 2.0
_CALM = 2.0  # seconds without anything new in the journal


class Pace:
    """Makes a thread that works in pieces give way to uploads, which want the same processors, disk and database.

    Nothing starves: while uploads go on, a thirtieth of the time is left to it.
    """

    def __init__(self, stop_asked: threading.Event) -> None:
        self._stop_asked = stop_asked
        self._serial = -1
        self._moved = -_CALM

    def rest(self, worked: float) -> None:
        """Rest after a piece of work that took ``worked`` seconds, unless nothing is written or the end is near."""
        if self._uploads_come():
            self._stop_asked.wait(min(worked * _RESTS, _LONGEST_REST))

    def _uploads_come(self) -> bool:
        serial, present = last_serial(), time.monotonic()
        if serial != self._serial:
            self._moved = present if self._serial >= 0 else self._moved
            self._serial = serial
        return present - self._moved < _CALM
