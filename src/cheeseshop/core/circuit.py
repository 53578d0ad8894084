# SPDX-License-Identifier: Apache-2.0
"""Leaving a server alone for a while that did not answer, so that not every request waits for it."""

import threading
import time


class Circuit:
    """Whether a server may be asked. After a failure it is not, for ``rest`` seconds; then one caller tries."""

    def __init__(self, rest: float) -> None:
        self._rest = rest
        self._lock = threading.Lock()
        self._until = 0.0

    def may_ask(self) -> bool:
        """Tell whether to ask. While the server rests, one caller at a time is let through when its time is over."""
        with self._lock:
            if not self._until:
                return True
            if time.monotonic() < self._until:
                return False
            self._until = time.monotonic() + self._rest  # others wait for what comes of this one
            return True

    def answered(self) -> None:
        """Note that the server answered."""
        with self._lock:
            self._until = 0.0

    def failed(self) -> None:
        """Note that it did not."""
        with self._lock:
            self._until = time.monotonic() + self._rest
