# SPDX-License-Identifier: Apache-2.0
"""Which worker of a host does what only one of them should do."""

import fcntl
import os

from cheeseshop.storage.folder import Store


class Election:
    """One task that all workers of this host stand for. Whoever wins it keeps it until its process ends."""

    def __init__(self, store: Store, task: str) -> None:
        self._path = store.locks / task
        self._won: int | None = None

    def is_won(self) -> bool:
        """Tell whether this worker is the elected one; it is, from the first time that nobody else was."""
        if self._won is not None:
            return True
        handle = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._won = handle
        return True

    def resign(self) -> None:
        """Let another worker be elected."""
        if self._won is not None:
            os.close(self._won)
            self._won = None
