# SPDX-License-Identifier: Apache-2.0
"""SQLite with WAL and full durability, and a fair queue of writers across processes.

SQLite's own busy handler sleeps and retries, so that under fifty writers some starve for seconds. A file lock taken
before ``BEGIN IMMEDIATE`` queues them in the kernel instead. Reads stay outside transactions and never wait.
"""

import fcntl
import os
from sqlite3 import Connection
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection. Write transactions (``atomic``) hold the queue's lock from their begin to their end."""

    _queue: int | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """Begin transactions as writers, and wait for a lock for at most half a minute."""
        params: dict[str, Any] = super().get_connection_params()
        params.update(timeout=30)
        self.transaction_mode = "IMMEDIATE"
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """Open a connection with the pragmas that an index needs."""
        connection: Connection = super().get_new_connection(conn_params)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        self._enter_queue()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_queue()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._leave_queue_if_done()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_queue_if_done()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave_queue()

    def _leave_queue_if_done(self) -> None:
        if self.connection is None or not self.connection.in_transaction:
            self._leave_queue()

    def _enter_queue(self) -> None:
        name = str(self.settings_dict["NAME"])
        if self._queue is not None or ":memory:" in name or "mode=memory" in name:
            return
        self._queue = os.open(f"{name}.queue", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._queue, fcntl.LOCK_EX)

    def _leave_queue(self) -> None:
        if self._queue is not None:
            os.close(self._queue)  # closing gives the lock up
            self._queue = None
