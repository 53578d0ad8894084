# SPDX-License-Identifier: Apache-2.0
"""The routes of the management API."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from cheeseshop.access.models import Invitation, ProjectRole, Role
from cheeseshop.access.ownership import Listing, held, role_on
from cheeseshop.access.permissions import Action
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named
from cheeseshop.api.publishing import router as publishing
from cheeseshop.api.schemas import (
    CollaboratorOut,
    InviteIn,
    MemberOut,
    Message,
    OrganizationOut,
    ProjectOut,
    ReleaseOut,
    RoleIn,
    StatusIn,
    TeamOut,
    TeamRoleOut,
    TokenOut,
    Yank,
)
from cheeseshop.api.security import ByToken, bearer_of, caller, organization_for, project_for, team_for
from cheeseshop.catalog.flows import collaborators, remove, yank
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.catalog.flows.set_status import set_status
from cheeseshop.catalog.models import File, Project
from cheeseshop.catalog.queries import any_release_of
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.core.facts import Status
from cheeseshop.organizations.flows import teams
from cheeseshop.organizations.models import Membership, Organization, Team, TeamRole
from cheeseshop.organizations.queries import members, memberships_of
from cheeseshop.publishing.managing import follow
from cheeseshop.stats.queries import downloads_of, downloads_of_files
from cheeseshop.tokens.flows import revoke_token
from cheeseshop.tokens.models import Token

_MOST = 1000

api = NinjaAPI(
    title="Cheeseshop management API",
    version="1",
    description="Yank, delete, archive, and manage collaborators and tokens, with a token that names these actions.",
    auth=ByToken(),
    docs_url=None,
    urls_namespace="api-v1",
)
api.add_router("", publishing)
_REFUSALS = dict.fromkeys((400, 403, 404, 409, 422, 503), Message)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    reply = api.create_response(request, {"message": refusal.message}, status=refusal.status)
    if refusal.retry_after:
        reply["Retry-After"] = str(refusal.retry_after)
    return reply


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    told = "; ".join(f"{'.'.join(str(at) for at in e['loc'][1:])}: {e['msg']}" for e in error.errors)
    return api.create_response(request, {"message": told or "The request is malformed."}, status=422)


def _done(changed: Changed, message: str) -> dict[str, str]:
    follow(changed)
    return {"message": message}


@api.get("/projects/", response={200: list[ProjectOut], **_REFUSALS}, tags=["projects"])
def list_projects(request: HttpRequest) -> list[dict[str, Any]]:
    """List the projects that the token's owner has a role on, and the token is good for."""
    bearer = bearer_of(request)
    bearer.check(None, None, Action.READ.value)
    roles = dict(held(bearer.person.id, Listing(limit=_MOST)))
    found = []
    for project in Project.objects.select_related("organization").filter(pk__in=roles).order_by("normalized_name"):
        try:
            bearer.check(project.normalized_name, project.pk, Action.READ.value)
        except Refusal:
            continue
        found.append(_project(project, roles[project.pk]))
    return found


def _project(project: Project, role: str) -> dict[str, Any]:
    names = ("name", "normalized_name", "status", "status_reason", "total_size", "last_serial")
    told = {name: getattr(project, name) for name in names}
    organization = project.organization.name if project.organization else None
    return told | {"role": role, "quarantined": project.quarantined_at is not None, "organization": organization}


@api.get("/projects/{name}/", response={200: ProjectOut, **_REFUSALS}, tags=["projects"])
def read_project(request: HttpRequest, name: str) -> dict[str, Any]:
    """Read one project."""
    project = project_for(request, name, Action.READ)
    told = _project(project, role_on(bearer_of(request).person.id, project.pk) or "Member")
    return told | {"downloads_30_days": downloads_of(project)}


@api.delete("/projects/{name}/", response={200: Message, **_REFUSALS}, tags=["projects"])
def delete_project(request: HttpRequest, name: str) -> dict[str, str]:
    """Delete a project with everything in it, for good."""
    project = project_for(request, name, Action.ADMIN)
    downloads = downloads_of(project)
    changed = remove.remove_project(project.pk, caller(request).username)
    return _done(changed, _deleted(project.name, downloads))


def _deleted(what: str, downloads: int) -> str:
    return f"{what} is deleted. It was downloaded {downloads} time{'' if downloads == 1 else 's'} in the last 30 days."


@api.post("/projects/{name}/status", response={200: Message, **_REFUSALS}, tags=["projects"])
def change_status(request: HttpRequest, name: str, told: StatusIn) -> dict[str, str]:
    """Set the status of a project: active, archived or deprecated."""
    project = project_for(request, name, Action.ADMIN)
    changed = set_status(project.pk, Status(told.status), told.reason, caller(request).username)
    return _done(changed, f"{project.name} is {told.status}.")


@api.get("/projects/{name}/releases/{version}/", response={200: ReleaseOut, **_REFUSALS}, tags=["releases"])
def read_release(request: HttpRequest, name: str, version: str) -> dict[str, Any]:
    """Read a release with its files."""
    release = any_release_of(project_for(request, name, Action.READ), version)
    rows = list(release.files.order_by("filename"))
    downloads = downloads_of_files([file.pk for file in rows])
    files = [
        {
            "filename": file.filename,
            "size": file.size,
            "sha256": file.sha256,
            "uploaded_at": file.uploaded_at,
            "yanked": file.yanked_at is not None,
            "yanked_reason": file.yanked_reason,
            "downloads_30_days": downloads.get(file.pk, 0),
        }
        for file in rows
    ]
    return {
        "version": release.version,
        "released_at": release.created_at,
        "yanked": release.yanked_at is not None,
        "yanked_reason": release.yanked_reason,
        "downloads_30_days": downloads_of(release),
        "files": files,
    }


@api.post("/projects/{name}/releases/{version}/yank", response={200: Message, **_REFUSALS}, tags=["releases"])
def yank_release(request: HttpRequest, name: str, version: str, told: Yank) -> dict[str, str]:
    """Yank a release."""
    project = project_for(request, name, Action.YANK)
    release = any_release_of(project, version)
    changed = yank.yank_release(project.pk, release.pk, told.reason, caller(request).username)
    return _done(changed, f"{release.version} is yanked.")


@api.post("/projects/{name}/releases/{version}/unyank", response={200: Message, **_REFUSALS}, tags=["releases"])
def unyank_release(request: HttpRequest, name: str, version: str) -> dict[str, str]:
    """Take the yank of a release back."""
    project = project_for(request, name, Action.YANK)
    release = any_release_of(project, version)
    changed = yank.unyank_release(project.pk, release.pk, caller(request).username)
    return _done(changed, f"{release.version} is offered again.")


@api.delete("/projects/{name}/releases/{version}/", response={200: Message, **_REFUSALS}, tags=["releases"])
def delete_release(request: HttpRequest, name: str, version: str) -> dict[str, str]:
    """Delete a release with its files, for good."""
    project = project_for(request, name, Action.ADMIN)
    release = any_release_of(project, version)
    downloads = downloads_of(release)
    changed = remove.remove_release(project.pk, release.pk, caller(request).username)
    return _done(changed, _deleted(release.version, downloads))


@api.post("/projects/{name}/files/{filename}/yank", response={200: Message, **_REFUSALS}, tags=["files"])
def yank_file(request: HttpRequest, name: str, filename: str, told: Yank) -> dict[str, str]:
    """Yank one file."""
    project = project_for(request, name, Action.YANK)
    changed = yank.yank_file(project.pk, _safe(filename), told.reason, caller(request).username)
    return _done(changed, f"{filename} is yanked.")


@api.post("/projects/{name}/files/{filename}/unyank", response={200: Message, **_REFUSALS}, tags=["files"])
def unyank_file(request: HttpRequest, name: str, filename: str) -> dict[str, str]:
    """Take the yank of one file back."""
    project = project_for(request, name, Action.YANK)
    changed = yank.yank_file(project.pk, _safe(filename), "", caller(request).username, yanked=False)
    return _done(changed, f"{filename} is offered again.")


@api.delete("/projects/{name}/files/{filename}/", response={200: Message, **_REFUSALS}, tags=["files"])
def delete_file(request: HttpRequest, name: str, filename: str) -> dict[str, str]:
    """Delete one file, for good."""
    project = project_for(request, name, Action.ADMIN)
    found = File.objects.filter(release__project=project, filename=_safe(filename)).first()
    downloads = downloads_of(found) if found else 0
    changed = remove.remove_file(project.pk, filename, caller(request).username)
    return _done(changed, _deleted(filename, downloads))


def _safe(filename: str) -> str:
    """PostgreSQL refuses to be asked for a NUL."""
    if "\0" in filename:
        raise Missing("No file has such a name.")
    return filename


@api.get("/projects/{name}/collaborators/", response={200: list[CollaboratorOut], **_REFUSALS}, tags=["collaborators"])
def list_collaborators(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """List who works on a project, and who is invited."""
    project = project_for(request, name, Action.READ)
    found: list[dict[str, Any]] = []
    for model, invited in ((ProjectRole, False), (Invitation, True)):
        rows = model.objects.filter(project=project).select_related("user").order_by("user__username")
        found += [{"username": row.user.username, "role": row.role, "invited": invited} for row in rows]
    return found


@api.post("/projects/{name}/collaborators/", response={200: Message, **_REFUSALS}, tags=["collaborators"])
def invite(request: HttpRequest, name: str, told: InviteIn) -> dict[str, str]:
    """Invite somebody to a role."""
    project = project_for(request, name, Action.ADMIN)
    made = collaborators.invite(project.pk, told.username, Role(told.role), caller(request))
    if made.changed:
        return _done(made.changed, f"{made.user.username} is {told.role} now.")
    return {"message": f"{made.user.username} is invited."}


def _person(username: str) -> User:
    found = user_named(username)
    if found is None:
        raise Missing(f"There is no user named {username}.")
    return found


@api.post("/projects/{name}/collaborators/{username}", response={200: Message, **_REFUSALS}, tags=["collaborators"])
def change_role(request: HttpRequest, name: str, username: str, told: RoleIn) -> dict[str, str]:
    """Give a collaborator another role."""
    project = project_for(request, name, Action.ADMIN)
    person = _person(username)
    changed = collaborators.change_role(project.pk, person.pk, Role(told.role), caller(request))
    return _done(changed, f"{person.username} is {told.role} now.")


@api.delete("/projects/{name}/collaborators/{username}", response={200: Message, **_REFUSALS}, tags=["collaborators"])
def remove_collaborator(request: HttpRequest, name: str, username: str) -> dict[str, str]:
    """Take a collaborator's role."""
    project = project_for(request, name, Action.ADMIN)
    person = _person(username)
    changed = collaborators.remove(project.pk, person.pk, caller(request))
    return _done(changed, f"{person.username} has no role any more.")


@api.get("/projects/{name}/teams/", response={200: list[TeamRoleOut], **_REFUSALS}, tags=["teams"])
def list_team_roles(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """List the teams that have a role on a project."""
    project = project_for(request, name, Action.READ)
    rows = TeamRole.objects.filter(project=project).select_related("team").order_by("team__normalized_name")
    return [{"team": row.team.name, "role": row.role} for row in rows]


@api.post("/projects/{name}/teams/{team}", response={200: Message, **_REFUSALS}, tags=["teams"])
def give_team_role(request: HttpRequest, name: str, team: str, told: RoleIn) -> dict[str, str]:
    """Give a team of the project's organisation a role on it, or another one."""
    project = project_for(request, name, Action.ADMIN)
    found = team_for(project, team)
    changed = teams.give_role(found.pk, project.pk, Role(told.role), caller(request))
    return _done(changed, f"{found.name} is {told.role} now.")


@api.delete("/projects/{name}/teams/{team}", response={200: Message, **_REFUSALS}, tags=["teams"])
def take_team_role(request: HttpRequest, name: str, team: str) -> dict[str, str]:
    """Take a team's role on a project."""
    project = project_for(request, name, Action.ADMIN)
    found = team_for(project, team)
    return _done(teams.take_role(found.pk, project.pk, caller(request)), f"{found.name} has no role any more.")


@api.get("/organizations/", response={200: list[OrganizationOut], **_REFUSALS}, tags=["organizations"])
def list_organizations(request: HttpRequest) -> list[dict[str, Any]]:
    """List the organisations of the token's owner."""
    bearer_of(request).check("", None, Action.READ.value)
    return [_organization(each.organization, each.role) for each in memberships_of(caller(request))]


def _organization(organization: Organization, role: str) -> dict[str, Any]:
    told = {name: getattr(organization, name) for name in ("name", "display_name", "kind", "description", "url")}
    return told | {"role": role, "active": organization.deactivated_at is None}


@api.get("/organizations/{name}/", response={200: OrganizationOut, **_REFUSALS}, tags=["organizations"])
def read_organization(request: HttpRequest, name: str) -> dict[str, Any]:
    """Read one organisation."""
    found = organization_for(request, name)
    membership = Membership.objects.filter(organization=found, user=bearer_of(request).person.id).first()
    return _organization(found, membership.role if membership else "")


@api.get("/organizations/{name}/members/", response={200: list[MemberOut], **_REFUSALS}, tags=["organizations"])
def list_members(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """List the members of an organisation, owners first."""
    return [{"username": m.user.username, "role": m.role} for m in members(organization_for(request, name))]


@api.get("/organizations/{name}/teams/", response={200: list[TeamOut], **_REFUSALS}, tags=["organizations"])
def list_teams(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """List the teams of an organisation, with who is in them and their roles on projects."""
    rows = Team.objects.filter(organization=organization_for(request, name)).order_by("normalized_name")
    return [
        {
            "name": team.name,
            "members": sorted(member.user.username for member in team.members.all()),
            "projects": {role.project.normalized_name: role.role for role in team.roles.all()},
        }
        for team in rows.prefetch_related("members__user", "roles__project")
    ]


def _whole_account(request: HttpRequest) -> User:
    """Return the caller, whose token must not be narrowed to projects: tokens are the account's.

    Raises:
        Forbidden: when it is.
    """
    bearer_of(request).check("", None, Action.ADMIN.value)
    return caller(request)


@api.get("/tokens/", response={200: list[TokenOut], **_REFUSALS}, tags=["tokens"])
def list_tokens(request: HttpRequest) -> list[Token]:
    """List the account's tokens."""
    return list(Token.objects.filter(user=_whole_account(request)).order_by("created_at")[:_MOST])


@api.delete("/tokens/{token}", response={200: Message, **_REFUSALS}, tags=["tokens"])
def delete_token(request: HttpRequest, token: UUID) -> dict[str, str]:
    """Revoke a token."""
    return {"message": f"{revoke_token(_whole_account(request), token, request)} is revoked."}
