# SPDX-License-Identifier: Apache-2.0
"""Teams: made, renamed, removed; who is in them; their roles on the organisation's projects."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cheeseshop.access.models import Role
from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named
from cheeseshop.catalog.flows import changing as catalog
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.journal import flows as journal
from cheeseshop.organizations.flows.changing import locked, team_locked, tell, write
from cheeseshop.organizations.models import (
    LONGEST_NAME,
    NAME,
    Membership,
    Organization,
    Team,
    TeamMember,
    TeamRole,
    normalized,
)

MOST = 200


def create_team(organization: UUID, name: str, actor: User) -> Team:
    """Make a team without members.

    Raises:
        Refusal: when the name breaks a rule, or there are very many teams.
        Conflict: when a team has the name, in any spelling.
    """
    _check_name(name)
    with transaction.atomic():
        found = locked(organization)
        if Team.objects.filter(organization=found).count() >= MOST:
            raise Refusal(gettext("An organisation has at most %(most)s teams.") % {"most": MOST})
        made = Team(organization=found, name=name, normalized_name=normalized(name))
        _save(made)
        write(found, actor.username, "team:create", name, made)
        tell(found, "team-created", team=name, by=actor.username)
    return made


def _check_name(name: str) -> None:
    try:
        NAME(name)
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error
    if len(name) > LONGEST_NAME:
        raise Refusal(
            gettext("The name of a team has at most %(longest_name)s characters.") % {"longest_name": LONGEST_NAME}
        )


def _save(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as error:
        raise Conflict(gettext("There is a team named %(name)s already.") % {"name": team.name}) from error


def rename_team(team: UUID, name: str, actor: User) -> Team:
    """Give a team another name.

    Raises:
        Refusal: when the name breaks a rule.
        Conflict: when another team has it.
        Missing: when the team is gone.
    """
    _check_name(name)
    with transaction.atomic():
        organization, found = team_locked(team)
        before = found.name
        found.name, found.normalized_name = name, normalized(name)
        _save(found)
        write(organization, actor.username, "team:rename", f"{before} to {name}", found)
    return found


def remove_team(team: UUID, actor: User) -> list[Changed]:
    """Remove a team, and with it its roles. Returns what changed of projects.

    Raises:
        Missing: when it is gone.
    """
    with transaction.atomic():
        organization, found = team_locked(team)
        roles = list(TeamRole.objects.filter(team=found).select_related("project"))
        people = _people(found)
        write(organization, actor.username, "team:delete", found.name, found)
        found.delete()
        tell(organization, "team-deleted", *people, team=found.name, by=actor.username)
        changes = [catalog.change(r.project, f"remove {r.role} {found.name}", actor.username) for r in roles]
        journal.commit(changes, [journal.Dirty(each.project.normalized_name) for each in roles])
    return [Changed(each.project.normalized_name) for each in roles]


def _people(team: Team) -> list[User]:
    return list(User.objects.filter(team_memberships__team=team, service_of=None))


def add_member(team: UUID, username: str, actor: User) -> User:
    """Add a member of the organisation, or one of its service accounts, to a team.

    Raises:
        Missing: when there is no such member.
        Conflict: when they are in the team already.
    """
    with transaction.atomic():
        organization, found = team_locked(team)
        person = user_named(username)
        if person is None or not _belongs(person, organization):
            raise Missing(
                gettext("%(name)s has no member or service account named %(username)s.")
                % {"name": organization.name, "username": username}
            )
        if TeamMember.objects.filter(team=found, user=person).exists():
            raise Conflict(
                gettext("%(username)s is in %(name)s already.") % {"username": person.username, "name": found.name}
            )
        TeamMember.objects.create(team=found, user=person)
        write(organization, actor.username, "team_role:add", person.username, found)
        history.record(person, "team:role:add", None, f"{found.name} of {organization.name}")
        tell(organization, "team-member-added", person, team=found.name, member=person.username, by=actor.username)
    return person


def _belongs(person: User, organization: Organization) -> bool:
    if person.is_service:
        return person.service_of_id == organization.pk
    return Membership.objects.filter(organization=organization, user=person).exists()


def remove_member(team: UUID, person: UUID, actor: User) -> str:
    """Take somebody out of a team, or leave it by oneself; return who it is.

    Raises:
        Missing: when they are not in it.
    """
    with transaction.atomic():
        organization, found = team_locked(team)
        member = TeamMember.objects.select_related("user").filter(team=found, user=person).first()
        if member is None:
            raise Missing(gettext("This person is not in %(name)s any more.") % {"name": found.name})
        name = member.user.username
        member.delete()
        write(organization, actor.username, "team_role:remove", name, found)
        history.record(member.user, "team:role:remove", None, f"{found.name} of {organization.name}")
        tell(organization, "team-member-removed", member.user, team=found.name, member=name, by=actor.username)
    return name


def give_role(team: UUID, project: UUID, role: Role, actor: User) -> Changed:
    """Give a team a role on a project of its organisation, or another one than it has.

    Raises:
        Missing: when team or project are gone.
        Conflict: when the project is not the organisation's, or the team has the role.
    """
    with transaction.atomic():
        organization, found = team_locked(team)
        owned = catalog.locked(project)
        if owned.organization_id != organization.pk:
            raise Conflict(
                gettext("%(name)s does not belong to %(organization)s; move it there first.")
                % {"name": owned.name, "organization": organization.name}
            )
        held = TeamRole.objects.filter(project=owned, team=found).first()
        if held is not None and held.role == role:
            raise Conflict(
                gettext("%(name)s is %(role)s of %(project)s already.")
                % {"name": found.name, "role": gettext(role), "project": owned.name}
            )
        TeamRole.objects.update_or_create(project=owned, team=found, defaults={"role": role})
        action = f"change {found.name} to {role}" if held else f"add {role} {found.name}"
        tag = "team_project_role:change" if held else "team_project_role:add"
        write(organization, actor.username, tag, f"{role} of {owned.name}", found)
        told = {"team": found.name, "role": role, "by": actor.username, "organization": organization.name}
        tell_owners(owned, "team-role-given", *_people(found), **told)
        journal.commit([catalog.change(owned, action, actor.username)], [journal.Dirty(owned.normalized_name)])
    return Changed(owned.normalized_name)


def take_role(team: UUID, project: UUID, actor: User) -> Changed:
    """Take a team's role on a project.

    Raises:
        Missing: when team or project are gone, or the team has no role.
    """
    with transaction.atomic():
        organization, found = team_locked(team)
        owned = catalog.locked(project)
        held = TeamRole.objects.filter(project=owned, team=found).first()
        if held is None:
            raise Missing(
                gettext("%(name)s has no role on %(project)s any more.") % {"name": found.name, "project": owned.name}
            )
        held.delete()
        write(organization, actor.username, "team_project_role:remove", f"{held.role} of {owned.name}", found)
        told = {"team": found.name, "role": held.role, "by": actor.username, "organization": organization.name}
        tell_owners(owned, "team-role-taken", *_people(found), **told)
        changes = [catalog.change(owned, f"remove {held.role} {found.name}", actor.username)]
        journal.commit(changes, [journal.Dirty(owned.normalized_name)])
    return Changed(owned.normalized_name)
