# SPDX-License-Identifier: Apache-2.0
"""What mirrors ask: changes since a serial, and every project's serial."""

from cheeseshop import sql
from cheeseshop.core.facts import Visibility

_PUBLIC = Visibility.PUBLIC.value
MOST_CHANGES = 50_000

Change = tuple[str, str | None, int, str, int]
"""Project, version or None, time in seconds since the epoch, action, serial."""


def changes_since(serial: int) -> list[Change]:
    """Return the changes after ``serial``, oldest first, at most 50,000. None of projects that are not public."""
    rows = sql.every(
        "SELECT e.project, e.version, e.at, e.action, e.serial FROM journal_entry e"
        " LEFT JOIN catalog_project p ON p.normalized_name = e.normalized_name"
        " WHERE e.serial > %s AND (p.visibility IS NULL OR p.visibility = %s) ORDER BY e.serial LIMIT %s",
        serial,
        _PUBLIC,
        MOST_CHANGES,
    )
    return [
        (name, version or None, int(sql.as_moment(at).timestamp()), action, number)
        for name, version, at, action, number in rows
    ]


def names_with_serials() -> dict[str, int]:
    """Return the serial of each project that anybody may see, by its display name."""
    rows = sql.every(
        "SELECT name, last_serial FROM catalog_project WHERE quarantined_at IS NULL AND visibility = %s", _PUBLIC
    )
    return dict(rows)


def roles_on(normalized_name: str) -> list[list[str]]:
    """Return role and username of each person on a project, owners first."""
    rows = sql.every(
        "SELECT r.role, u.username FROM access_projectrole r JOIN accounts_user u ON u.id = r.user_id"
        " JOIN catalog_project p ON p.id = r.project_id"
        " WHERE p.normalized_name = %s AND p.visibility = %s AND p.quarantined_at IS NULL AND u.is_active"
        " ORDER BY r.role DESC, u.username LIMIT 1000",
        normalized_name,
        _PUBLIC,
    )
    return [list(row) for row in rows]


def projects_of(username: str) -> list[list[str]]:
    """Return role and project of each project that a person works on, owned ones first."""
    rows = sql.every(
        "SELECT r.role, p.name FROM access_projectrole r JOIN accounts_user u ON u.id = r.user_id"
        " JOIN catalog_project p ON p.id = r.project_id"
        " WHERE LOWER(u.username) = LOWER(%s) AND p.visibility = %s AND p.quarantined_at IS NULL AND u.is_active"
        " ORDER BY r.role DESC, p.normalized_name LIMIT 10000",
        username,
        _PUBLIC,
    )
    return [list(row) for row in rows]
