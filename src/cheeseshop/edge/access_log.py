# SPDX-License-Identifier: Apache-2.0
"""One line a request on standard error, written in batches so that a read does not wait for a terminal."""

import asyncio
import os
import time
from urllib.parse import quote

from cheeseshop.edge.responses import Scope

_FLUSH_AFTER = 0.25
_BATCH = 2000


class AccessLog:
    """Collects lines and writes them four times a second."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, scope: Scope, status: int, size: int, began: float) -> None:
        """Log a request: method, path, status, bytes, milliseconds, client."""
        client = scope.get("client") or ("-",)
        took = (time.monotonic() - began) * 1000
        path = scope["path"]
        if " " in path or not path.isprintable():
            path = quote(path)  # so that a line always has the same number of words
        self._lines.append(f"{scope['method']} {path} {status} {size} {took:.1f} {client[0]}\n")
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_AFTER, self.flush)
        elif len(self._lines) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._lines = self._lines, []
        if lines:
            data = "".join(lines).encode("utf-8", "replace")
            while data:
                data = data[os.write(2, data) :]
