# SPDX-License-Identifier: Apache-2.0
"""Keeping the index: by following the journal, all at once by command, and by what is downloaded."""

from collections.abc import Iterator

from django.core.cache import cache
from django.db import transaction

from cheeseshop import sql
from cheeseshop.core import current
from cheeseshop.discovery.documents import Indexed, document_of
from cheeseshop.discovery.engines import engine
from cheeseshop.discovery.models import IndexedUpTo
from cheeseshop.journal.reading import changed_since

_BATCH = 200  # projects
_AT_ONCE = 5  # projects that one piece of work looks at
_DAY = 24 * 3600


def follow_journal() -> int:
    """Bring the index up to what the journal says since the last time. Returns how many projects were looked at.

    It is a piece of work: what is left waits for the next call. A power failure may take it with the cursor.

    Documents are made outside of the transaction, which only writes them if nobody else has come further meanwhile:
    several processes may do so at once, and none of them makes writers wait.
    """
    row = sql.first("SELECT i.serial, j.serial FROM discovery_indexedupto i, journal_serialcounter j"
                    " WHERE i.id = 1 AND j.id = 1")  # fmt: skip
    if row is None or row[0] >= row[1]:
        return 0
    names, last = changed_since(row[0], _AT_ONCE)
    made = {name: document_of(name) for name in names}
    with sql.relaxed_transaction():
        cursor = IndexedUpTo.objects.select_for_update().get(pk=1)
        if cursor.serial != row[0]:
            return 0  # somebody else did this part
        for name, document in made.items():
            _write(name, document)
        IndexedUpTo.objects.filter(pk=1).update(serial=last)
    return len(made)


def follow_journal_elsewhere() -> int:
    """Bring the index of an OpenSearch server up to what the journal says, where one is set."""
    if not current.settings().opensearch:
        return 0
    from cheeseshop.discovery import sending  # noqa: PLC0415 - loads an HTTP client

    return sending.follow_journal()


def _write(name: str, document: Indexed | None) -> bool:
    """Put what there is of a name in the place of what was."""
    index = engine()
    if document is None:
        return index.remove(name)
    gone = index.remove(name, except_for=document.project)
    return index.put(document) or gone


def index_project(name: str) -> bool:
    """Bring the index up to date with one project, whatever the journal says. Returns whether anything changed."""
    with transaction.atomic():
        IndexedUpTo.objects.select_for_update().get(pk=1)
        return _write(name, document_of(name))


def names_to_index() -> Iterator[str]:
    """Yield every name that the catalogue or the index knows, once, in order."""
    last = ""
    while True:
        rows = sql.every(
            "SELECT normalized_name FROM catalog_project WHERE normalized_name > %s"
            " UNION SELECT normalized_name FROM discovery_document WHERE normalized_name > %s"
            " ORDER BY normalized_name LIMIT %s",
            last,
            last,
            _BATCH,
        )
        if not rows:
            return
        yield from (row[0] for row in rows)
        last = rows[-1][0]


def count_names() -> int:
    """Return about how many names there are to index."""
    row = sql.first("SELECT COUNT(*) FROM catalog_project")
    return int(row[0]) if row else 0


def follow_popularity() -> None:
    """Once a day, move projects that are downloaded twice or half as often as when they were indexed."""
    if not cache.add("discovery-popularity", 1, _DAY):
        return
    refresh_popularity()
    balance()


def refresh_popularity() -> int:
    """Move projects that are downloaded at least twice or at most half as often, and return how many there were."""
    moved = 0
    while names := [row[0] for row in sql.every(_MOVED, _BATCH)]:
        changed = sum(index_project(name) for name in names)
        _send(names)
        moved += changed
        if not changed:
            break  # what is left is not public any more, or was counted again meanwhile
    return moved


def _send(names: list[str]) -> None:
    if current.settings().opensearch:
        from cheeseshop.discovery import sending  # noqa: PLC0415 - loads an HTTP client

        sending.send(names)


_MOVED = (
    "SELECT d.normalized_name FROM discovery_document d LEFT JOIN stats_popularity s ON s.project = d.project"
    " WHERE COALESCE(s.downloads, 0) <> d.downloads"
    " AND (COALESCE(s.downloads, 0) >= 2 * d.downloads OR 2 * COALESCE(s.downloads, 0) <= d.downloads) LIMIT %s"
)


def balance() -> int:
    """Bring the engine's order of documents up to date, and return how many were moved."""
    return engine().balance()
