# SPDX-License-Identifier: Apache-2.0
"""The one function that answers who may do what: on a project, in an organisation, to a team.

Roles on a project add up: a person's own, those of their teams, and that of an owner of the project's organisation,
who owns all its projects. State takes away: a quarantined project and those of a deactivated organisation are only
read, an archived one takes no uploads. The words of a refusal are the flows' and the front ends'.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from cheeseshop import sql
from cheeseshop.access.models import Role
from cheeseshop.core.facts import Status


class Action(StrEnum):
    """What can be done to a project."""

    READ = "read"
    UPLOAD = "upload"
    YANK = "yank"
    ADMIN = "admin"


class OrganizationAction(StrEnum):
    """What can be done in an organisation: to see its pages, and what its owners and managers change."""

    READ = "read"
    TEAMS = "teams"
    ADD_PROJECTS = "add-projects"
    GIVE_PROJECTS = "give-projects"
    PEOPLE = "people"
    SERVICE_ACCOUNTS = "service-accounts"
    SETTINGS = "settings"


class TeamAction(StrEnum):
    """What can be done to a team. Which projects it has roles on is decided by those who may administer these."""

    READ = "read"
    CHANGE = "change"


class Actor(Protocol):
    """Who acts: a person, by session or by token, or a service account."""

    @property
    def id(self) -> UUID:
        """The account's id."""

    @property
    def may_act(self) -> bool:
        """Whether the account is neither inactive nor frozen."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is to a project, and in which state it is. Empty roles: none."""

    own: str = ""
    by_team: str = ""
    in_organization: str = ""
    status: str = Status.ACTIVE.value
    quarantined: bool = False
    deactivated: bool = False


_NOTHING: frozenset[Action] = frozenset()
_READ = frozenset({Action.READ})
_BY_ROLE = {
    Role.OWNER.value: frozenset(Action),
    Role.MAINTAINER.value: frozenset({Action.READ, Action.UPLOAD}),
}
_BY_MEMBERSHIP = {"Owner": frozenset(Action), "Manager": _READ, "Member": _READ}
_IN_ORGANIZATION = {
    "Owner": frozenset(OrganizationAction),
    "Manager": frozenset({OrganizationAction.READ, OrganizationAction.TEAMS, OrganizationAction.ADD_PROJECTS}),
    "Member": frozenset({OrganizationAction.READ}),
}
_TO_TEAM = {
    "Owner": frozenset(TeamAction),
    "Manager": frozenset(TeamAction),
    "Member": frozenset({TeamAction.READ}),
}


def may(actor: Actor, action: Action | OrganizationAction | TeamAction, thing: UUID) -> bool:
    """Tell whether ``actor`` may do ``action`` now. The action says what ``thing`` identifies. One statement."""
    if not actor.may_act:
        return False
    if isinstance(action, Action):
        return action in powers(actor, thing)
    if isinstance(action, OrganizationAction):
        return action in powers_in(actor, thing)
    row = sql.first(_MEMBERSHIP_BY_TEAM, thing, actor.id)
    return row is not None and action in _TO_TEAM[row[0]] and (not row[1] or action is TeamAction.READ)


def powers_in(actor: Actor, organization: UUID) -> frozenset[OrganizationAction]:
    """Return everything that ``actor`` may do in an organisation now. One statement."""
    row = sql.first(_MEMBERSHIP, organization, actor.id) if actor.may_act else None
    if row is None:
        return frozenset()
    role, deactivated = row
    return _IN_ORGANIZATION[role] & {OrganizationAction.READ} if deactivated else _IN_ORGANIZATION[role]


_MEMBERSHIP = """
SELECT m.role, o.deactivated_at IS NOT NULL FROM organizations_membership m
JOIN organizations_organization o ON o.id = m.organization_id WHERE m.organization_id = %s AND m.user_id = %s"""
_MEMBERSHIP_BY_TEAM = """
SELECT m.role, o.deactivated_at IS NOT NULL FROM organizations_team t
JOIN organizations_organization o ON o.id = t.organization_id
JOIN organizations_membership m ON m.organization_id = t.organization_id WHERE t.id = %s AND m.user_id = %s"""


def powers(actor: Actor, project: UUID) -> frozenset[Action]:
    """Return everything that ``actor`` may do to a project now. One statement: every upload runs it."""
    if not actor.may_act:
        return _NOTHING
    row = sql.first(_STANDING, actor.id, actor.id, actor.id, project)
    if row is None:
        return _NOTHING
    own, by_team, in_organization, status, quarantined, deactivated = row
    return allowed(
        Standing(own or "", by_team or "", in_organization or "", status, bool(quarantined), bool(deactivated))
    )


_STANDING = """
SELECT
 (SELECT r.role FROM access_projectrole r WHERE r.project_id = p.id AND r.user_id = %s),
 (SELECT MAX(t.role) FROM organizations_teamrole t JOIN organizations_teammember m ON m.team_id = t.team_id
  JOIN organizations_team team ON team.id = t.team_id AND team.organization_id = p.organization_id
  WHERE t.project_id = p.id AND m.user_id = %s),
 (SELECT m.role FROM organizations_membership m WHERE m.organization_id = p.organization_id AND m.user_id = %s),
 p.status, p.quarantined_at IS NOT NULL, o.deactivated_at IS NOT NULL
FROM catalog_project p LEFT JOIN organizations_organization o ON o.id = p.organization_id WHERE p.id = %s"""


def allowed(standing: Standing) -> frozenset[Action]:
    """Return what a standing allows. Pure: the whole table is held by a test."""
    found = _BY_ROLE.get(standing.own, _NOTHING) | _BY_ROLE.get(standing.by_team, _NOTHING)
    found |= _BY_MEMBERSHIP.get(standing.in_organization, _NOTHING)
    if standing.quarantined or standing.deactivated or standing.status == Status.QUARANTINED:
        return found & _READ
    return found - {Action.UPLOAD} if standing.status == Status.ARCHIVED else found
