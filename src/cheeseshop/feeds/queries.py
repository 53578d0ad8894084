# SPDX-License-Identifier: Apache-2.0
"""What feeds and site maps list. Only what anybody may see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cheeseshop import sql
from cheeseshop.catalog.models import Project
from cheeseshop.catalog.newness import OF_NEW_ACCOUNTS, new_since
from cheeseshop.core.facts import Visibility

_LISTED = f"p.quarantined_at IS NULL AND p.visibility = '{Visibility.PUBLIC.value}'"
_SHOWN = f"r.quarantined_at IS NULL AND r.visibility = '{Visibility.PUBLIC.value}' AND {_LISTED}"
_COLUMNS = "p.name, p.normalized_name, r.version, r.summary, r.facts, r.created_at"


@dataclass(frozen=True, slots=True)
class Item:
    """One release or project in a feed. ``version`` is empty where a project itself is told of."""

    project: str
    normalized_name: str
    version: str
    summary: str
    facts: dict[str, object]
    at: datetime


def newest_releases(limit: int) -> list[Item]:
    """Return the newest releases, newest first."""
    rows = sql.every(
        f"SELECT {_COLUMNS} FROM catalog_release r JOIN catalog_project p ON p.id = r.project_id"  # noqa: S608 - ours
        f" WHERE {_SHOWN} ORDER BY r.id DESC LIMIT %s",
        limit,
    )
    return [_item(row) for row in rows]


def newest_projects(limit: int) -> list[Item]:
    """Return the newest projects, newest first, each with what its newest release says of it."""
    rows = sql.every(
        f"SELECT {_COLUMNS} FROM (SELECT id, name, normalized_name, created_at, quarantined_at, visibility"  # noqa: S608
        f" FROM catalog_project p WHERE {_LISTED} AND EXISTS (SELECT 1 FROM catalog_release r WHERE r.project_id = p.id"
        " AND r.quarantined_at IS NULL) ORDER BY id DESC LIMIT %s) p"
        " JOIN catalog_release r ON r.id = (SELECT id FROM catalog_release s WHERE s.project_id = p.id"
        " AND s.quarantined_at IS NULL ORDER BY s.id DESC LIMIT 1) ORDER BY p.id DESC",
        limit,
    )
    return [_item(row) for row in rows]


def releases_of(project: Project, limit: int) -> list[Item]:
    """Return a project's newest releases, newest first."""
    rows = sql.every(
        f"SELECT {_COLUMNS} FROM catalog_release r JOIN catalog_project p ON p.id = r.project_id"  # noqa: S608 - ours
        f" WHERE r.project_id = %s AND {_SHOWN} ORDER BY r.created_at DESC, r.id DESC LIMIT %s",
        project.pk,
        limit,
    )
    return [_item(row) for row in rows]


def _item(row: sql.Row) -> Item:
    name, normalized, version, summary, facts, at = row
    return Item(name, normalized, version, summary, sql.as_json(facts), sql.as_moment(at))


def site_map_starts(size: int) -> list[UUID]:
    """Return the identity of the first project of each page of ``size`` projects, in the order they were created.

    A page that is full changes only where a project goes, so that crawlers find most of them as they were.
    """
    starts: list[UUID] = []
    row = sql.first("SELECT id FROM catalog_project ORDER BY id LIMIT 1")
    while row is not None:
        starts.append(sql.as_uuid(row[0]))
        statement = "SELECT id FROM catalog_project WHERE id >= %s ORDER BY id LIMIT 1 OFFSET %s"
        row = sql.first(statement, starts[-1], size)
    return starts


def site_map_page(start: UUID, size: int) -> list[str]:
    """Return the normalized names of a page's projects that anybody may see and that have something to show."""
    rows = sql.every(
        "SELECT p.normalized_name, p.quarantined_at IS NULL AND p.visibility = %s AND EXISTS ("  # noqa: S608 - ours
        "SELECT 1 FROM catalog_release r WHERE r.project_id = p.id AND r.quarantined_at IS NULL)"
        f" AND NOT ({OF_NEW_ACCOUNTS})"
        " FROM catalog_project p WHERE p.id >= %s ORDER BY p.id LIMIT %s",
        Visibility.PUBLIC.value,
        *new_since(),
        start,
        size,
    )
    return [name for name, shown in rows if shown]
