# SPDX-License-Identifier: Apache-2.0
"""The routes of a project's collaborators and teams."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from cheeseshop.access.models import Invitation, ProjectRole, Role
from cheeseshop.access.permissions import Action
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named
from cheeseshop.api.answers import REFUSALS, done
from cheeseshop.api.schemas import CollaboratorOut, InviteIn, Message, RoleIn, TeamRoleOut
from cheeseshop.api.security import caller, project_for, team_for
from cheeseshop.catalog.flows import collaborators
from cheeseshop.core.errors import Missing
from cheeseshop.organizations.flows import teams
from cheeseshop.organizations.models import TeamRole

router = Router(tags=["collaborators"])


@router.get("/projects/{name}/collaborators/", response={200: list[CollaboratorOut], **REFUSALS})
def list_collaborators(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """List who works on a project, and who is invited."""
    project = project_for(request, name, Action.READ)
    found: list[dict[str, Any]] = []
    for model, invited in ((ProjectRole, False), (Invitation, True)):
        rows = model.objects.filter(project=project).select_related("user").order_by("user__username")
        found += [{"username": row.user.username, "role": row.role, "invited": invited} for row in rows]
    return found


@router.post("/projects/{name}/collaborators/", response={200: Message, **REFUSALS})
def invite(request: HttpRequest, name: str, told: InviteIn) -> dict[str, str]:
    """Invite somebody to a role."""
    project = project_for(request, name, Action.ADMIN)
    made = collaborators.invite(project.pk, told.username, Role(told.role), caller(request))
    if made.changed:
        return done(made.changed, f"{made.user.username} is {told.role} now.")
    return {"message": f"{made.user.username} is invited."}


def _person(username: str) -> User:
    found = user_named(username)
    if found is None:
        raise Missing(f"There is no user named {username}.")
    return found


@router.post("/projects/{name}/collaborators/{username}", response={200: Message, **REFUSALS})
def change_role(request: HttpRequest, name: str, username: str, told: RoleIn) -> dict[str, str]:
    """Give a collaborator another role."""
    project = project_for(request, name, Action.ADMIN)
    person = _person(username)
    changed = collaborators.change_role(project.pk, person.pk, Role(told.role), caller(request))
    return done(changed, f"{person.username} is {told.role} now.")


@router.delete("/projects/{name}/collaborators/{username}", response={200: Message, **REFUSALS})
def remove_collaborator(request: HttpRequest, name: str, username: str) -> dict[str, str]:
    """Take a collaborator's role."""
    project = project_for(request, name, Action.ADMIN)
    person = _person(username)
    changed = collaborators.remove(project.pk, person.pk, caller(request))
    return done(changed, f"{person.username} has no role any more.")


@router.get("/projects/{name}/teams/", response={200: list[TeamRoleOut], **REFUSALS}, tags=["teams"])
def list_team_roles(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """List the teams that have a role on a project."""
    project = project_for(request, name, Action.READ)
    rows = TeamRole.objects.filter(project=project).select_related("team").order_by("team__normalized_name")
    return [{"team": row.team.name, "role": row.role} for row in rows]


@router.post("/projects/{name}/teams/{team}", response={200: Message, **REFUSALS}, tags=["teams"])
def give_team_role(request: HttpRequest, name: str, team: str, told: RoleIn) -> dict[str, str]:
    """Give a team of the project's organisation a role on it, or another one."""
    project = project_for(request, name, Action.ADMIN)
    found = team_for(project, team)
    changed = teams.give_role(found.pk, project.pk, Role(told.role), caller(request))
    return done(changed, f"{found.name} is {told.role} now.")


@router.delete("/projects/{name}/teams/{team}", response={200: Message, **REFUSALS}, tags=["teams"])
def take_team_role(request: HttpRequest, name: str, team: str) -> dict[str, str]:
    """Take a team's role on a project."""
    project = project_for(request, name, Action.ADMIN)
    found = team_for(project, team)
    return done(teams.take_role(found.pk, project.pk, caller(request)), f"{found.name} has no role any more.")


@router.delete("/projects/{name}/invitations/{username}", response={200: Message, **REFUSALS})
def revoke_invitation(request: HttpRequest, name: str, username: str) -> dict[str, str]:
    """Take an invitation back that is not answered yet."""
    project = project_for(request, name, Action.ADMIN)
    found = Invitation.objects.filter(project=project, user=_person(username)).first()
    if found is None:
        raise Missing(f"{username} has no invitation that waits for an answer.")
    whose = collaborators.revoke(project.pk, found.pk, caller(request).username)
    return {"message": f"The invitation of {whose} is revoked."}
