# SPDX-License-Identifier: Apache-2.0
"""Who has which role on what: a person's own roles, those of their teams, and what they own by an organisation."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from cheeseshop import sql
from cheeseshop.access.models import Role
from cheeseshop.core.clock import now
from cheeseshop.core.facts import Visibility

_HELD = """
SELECT r.project_id, r.role FROM access_projectrole r WHERE r.user_id = %s
UNION ALL SELECT t.project_id, t.role FROM organizations_teamrole t
 JOIN organizations_teammember m ON m.team_id = t.team_id WHERE m.user_id = %s
UNION ALL SELECT p.id, m.role FROM catalog_project p
 JOIN organizations_membership m ON m.organization_id = p.organization_id WHERE m.user_id = %s AND m.role = 'Owner'"""
"""Three times the person. Of two roles on one project the greater word is the stronger role: Owner, Maintainer."""

_PUBLICLY_HELD = """
SELECT r.project_id FROM access_projectrole r WHERE r.user_id = %s
UNION SELECT t.project_id FROM organizations_teamrole t JOIN organizations_teammember m ON m.team_id = t.team_id
 JOIN organizations_team team ON team.id = t.team_id
 JOIN organizations_membership s ON s.organization_id = team.organization_id AND s.user_id = m.user_id
 WHERE m.user_id = %s AND s.is_public = %s
UNION SELECT p.id FROM catalog_project p JOIN organizations_membership m ON m.organization_id = p.organization_id
 WHERE m.user_id = %s AND m.role = 'Owner' AND m.is_public = %s"""

_SOLE = """
SELECT p.name, p.normalized_name FROM access_projectrole r JOIN catalog_project p ON p.id = r.project_id
WHERE r.user_id = %s AND r.role = %s AND p.organization_id IS NULL AND NOT EXISTS (
 SELECT 1 FROM access_projectrole o WHERE o.project_id = r.project_id AND o.role = %s AND o.user_id <> %s)
ORDER BY p.normalized_name"""

_SOLE_ORGANIZATIONS = """
SELECT o.name FROM organizations_membership m JOIN organizations_organization o ON o.id = m.organization_id
WHERE m.user_id = %s AND m.role = 'Owner' AND NOT EXISTS (
 SELECT 1 FROM organizations_membership x
 WHERE x.organization_id = m.organization_id AND x.role = 'Owner' AND x.user_id <> %s)
ORDER BY o.normalized_name"""

_PEOPLE = """
SELECT DISTINCT held.user_id FROM (
SELECT r.user_id, r.role FROM access_projectrole r WHERE r.project_id = %s
UNION ALL SELECT m.user_id, t.role FROM organizations_teamrole t
 JOIN organizations_teammember m ON m.team_id = t.team_id WHERE t.project_id = %s
UNION ALL SELECT m.user_id, m.role FROM catalog_project p
 JOIN organizations_membership m ON m.organization_id = p.organization_id WHERE p.id = %s AND m.role = 'Owner') held"""
"""Three times the project."""

_LEFT = """
INSERT INTO organizations_historyentry (organization_id, at, actor, action, subject, team)
SELECT m.organization_id, %s, u.username, 'organization_role:remove', u.username || ' (account deleted)', ''
FROM organizations_membership m JOIN accounts_user u ON u.id = m.user_id WHERE m.user_id = %s"""
_NOTED = """
INSERT INTO organizations_historyentry (organization_id, at, actor, action, subject, team)
SELECT p.organization_id, %s, %s, %s, p.name, '' FROM catalog_project p
WHERE p.id = %s AND p.organization_id IS NOT NULL"""


def note_in_organization(project: UUID, action: str, actor: str) -> None:
    """Write a line about a project into the history of its organisation, if it is in one."""
    sql.run(_NOTED, now(), actor, action, project)


@dataclass(frozen=True, slots=True)
class Listing:
    """Which part of a person's projects is shown. ``term`` is a part of the normalised name."""

    term: str = ""
    by_change: bool = False
    offset: int = 0
    limit: int = 200


def solely_owned(user: UUID) -> list[tuple[str, str]]:
    """Return display name and normalized name of each project that has no other owner, and no organisation."""
    owner = Role.OWNER.value
    return [(row[0], row[1]) for row in sql.every(_SOLE, user, owner, owner, user)]


def solely_owned_organizations(user: UUID) -> list[str]:
    """Return the name of each organisation that has no other owner."""
    return [row[0] for row in sql.every(_SOLE_ORGANIZATIONS, user, user)]


def held(user: UUID, listing: Listing) -> list[tuple[UUID, str]]:
    """Return identity and strongest role of a person's projects, by name or newest change first."""
    order = "p.last_serial DESC" if listing.by_change else "p.normalized_name"
    statement = f"""
SELECT p.id, MAX(h.role) FROM ({_HELD}) h JOIN catalog_project p ON p.id = h.project_id
WHERE p.normalized_name LIKE %s ESCAPE '!' GROUP BY p.id, p.last_serial, p.normalized_name
ORDER BY {order} LIMIT %s OFFSET %s"""  # noqa: S608 - our own words
    pattern = "%" + listing.term.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
    rows = sql.every(statement, user, user, user, pattern, listing.limit, listing.offset)
    return [(sql.as_uuid(row[0]), row[1]) for row in rows]


def roles_of(user: UUID, limit: int = 200) -> list[tuple[str, str, str]]:
    """Return display name, normalized name and strongest role of a person's projects."""
    statement = f"""
SELECT p.name, p.normalized_name, MAX(h.role) FROM ({_HELD}) h JOIN catalog_project p ON p.id = h.project_id
GROUP BY p.name, p.normalized_name ORDER BY p.normalized_name LIMIT %s"""  # noqa: S608 - our own words
    return [(row[0], row[1], row[2]) for row in sql.every(statement, user, user, user, limit)]


def role_on(user: UUID, project: UUID) -> str:
    """Return a person's strongest role on a project, or nothing."""
    statement = f"SELECT MAX(h.role) FROM ({_HELD}) h WHERE h.project_id = %s"  # noqa: S608 - our own words
    row = sql.first(statement, user, user, user, project)
    return (row and row[0]) or ""


def publicly_held(user: UUID, after: str, limit: int) -> list[tuple[UUID, str]]:
    """Return public projects whose link to a person anybody may know: by own roles, or memberships shown in public.

    Identity and normalised name, by name, from the one behind ``after`` on.
    """
    statement = f"""
SELECT p.id, p.normalized_name FROM ({_PUBLICLY_HELD}) h JOIN catalog_project p ON p.id = h.project_id
WHERE p.quarantined_at IS NULL AND p.visibility = %s AND p.normalized_name > %s
ORDER BY p.normalized_name LIMIT %s"""  # noqa: S608 - our own words
    public = Visibility.PUBLIC.value
    rows = sql.every(statement, user, user, True, user, True, public, after, limit)
    return [(sql.as_uuid(row[0]), row[1]) for row in rows]


def owners_of(project: UUID) -> list[UUID]:
    """Return everybody who owns a project: by themselves, by a team, or by its organisation."""
    return [sql.as_uuid(row[0]) for row in sql.every(f"{_PEOPLE} WHERE held.role = 'Owner'", project, project, project)]


def people_of(project: UUID) -> list[UUID]:
    """Return everybody who has a role on a project: their own, their team's, or by owning its organisation."""
    return [sql.as_uuid(row[0]) for row in sql.every(_PEOPLE, project, project, project)]


def lock_owned(user: UUID) -> None:
    """Lock what a person owns, so that no other owner leaves meanwhile. Needs an open transaction."""
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""  # SQLite has one writer anyway
    for table, roles, owned in (
        ("organizations_organization", "organizations_membership", "organization_id"),
        ("catalog_project", "access_projectrole", "project_id"),
    ):
        wanted = f"SELECT {owned} FROM {roles} WHERE user_id = %s AND role = 'Owner'"  # noqa: S608 - our own words
        sql.every(f"SELECT id FROM {table} WHERE id IN ({wanted}) ORDER BY id{lock}", user)  # noqa: S608 - as above


def leave_all(user: UUID) -> int:
    """Take every role from a person, and return how many they had of their own on projects."""
    sql.run(_LEFT, now(), user)
    for table in ("organizations_teammember", "organizations_membership", "organizations_memberinvitation"):
        sql.run(f"DELETE FROM {table} WHERE user_id = %s", user)  # noqa: S608 - our own words
    sql.run("DELETE FROM organizations_projectoffer WHERE to_user_id = %s", user)
    sql.run("DELETE FROM organizations_application WHERE applicant_id = %s", user)
    return sql.run("DELETE FROM access_projectrole WHERE user_id = %s", user)
