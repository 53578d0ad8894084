# SPDX-License-Identifier: Apache-2.0
"""Who alone owns what."""

from uuid import UUID

from cheeseshop import sql
from cheeseshop.access.models import Role

_SOLE = """
SELECT p.name, p.normalized_name FROM access_projectrole r JOIN catalog_project p ON p.id = r.project_id
WHERE r.user_id = %s AND r.role = %s AND NOT EXISTS (
 SELECT 1 FROM access_projectrole o WHERE o.project_id = r.project_id AND o.role = %s AND o.user_id <> %s)
ORDER BY p.normalized_name"""

_ROLES = """
SELECT p.name, p.normalized_name, r.role FROM access_projectrole r JOIN catalog_project p ON p.id = r.project_id
WHERE r.user_id = %s ORDER BY p.normalized_name LIMIT %s"""


def solely_owned(user: UUID) -> list[tuple[str, str]]:
    """Return display name and normalized name of each project that has no other owner."""
    owner = Role.OWNER.value
    return [(row[0], row[1]) for row in sql.every(_SOLE, user, owner, owner, user)]


def roles_of(user: UUID, limit: int = 200) -> list[tuple[str, str, str]]:
    """Return display name, normalized name and role of a person's projects."""
    return [(row[0], row[1], row[2]) for row in sql.every(_ROLES, user, limit)]


def leave_all(user: UUID) -> int:
    """Take every role from a person, and return how many there were."""
    return sql.run("DELETE FROM access_projectrole WHERE user_id = %s", user)
