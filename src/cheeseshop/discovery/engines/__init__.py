# SPDX-License-Identifier: Apache-2.0
"""What finds documents by their words: one interface, an engine for each database, and OpenSearch."""

from django.db import connection

from cheeseshop.core import current
from cheeseshop.discovery.engines.base import Engine, Found, Question
from cheeseshop.discovery.engines.postgresql import PostgreSQL
from cheeseshop.discovery.engines.sqlite import SQLite

__all__ = ["Engine", "Found", "Question", "engine"]

_ENGINES: dict[str, type[Engine]] = {"sqlite": SQLite, "postgresql": PostgreSQL}


def engine() -> Engine:
    """Return the engine of the database that this index has; before it, the server that is set."""
    own = _ENGINES[connection.vendor]()
    address = current.settings().opensearch
    if not address:
        return own
    from cheeseshop.discovery.engines.open_search import OpenSearch  # noqa: PLC0415 - loads an HTTP client
    from cheeseshop.discovery.engines.open_search_server import server_at  # noqa: PLC0415 - as above

    return OpenSearch(own, server_at(address))
