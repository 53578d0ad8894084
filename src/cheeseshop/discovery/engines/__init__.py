# SPDX-License-Identifier: Apache-2.0
"""What finds documents by their words: one interface, and an engine for each database."""

from django.db import connection

from cheeseshop.discovery.engines.base import Engine, Found, Question
from cheeseshop.discovery.engines.postgresql import PostgreSQL
from cheeseshop.discovery.engines.sqlite import SQLite

__all__ = ["Engine", "Found", "Question", "engine"]

_ENGINES: dict[str, type[Engine]] = {"sqlite": SQLite, "postgresql": PostgreSQL}


def engine() -> Engine:
    """Return the engine of the database that this index has."""
    return _ENGINES[connection.vendor]()
