# SPDX-License-Identifier: Apache-2.0
"""The routes of the management API."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from cheeseshop.access.ownership import Listing, held, role_on
from cheeseshop.access.permissions import Action
from cheeseshop.accounts.models import User
from cheeseshop.api.answers import REFUSALS, done
from cheeseshop.api.organizations import router as organizations
from cheeseshop.api.people import router as people
from cheeseshop.api.publishing import router as publishing
from cheeseshop.api.schemas import (
    HistoryLine,
    Message,
    ProjectOut,
    ReleaseLine,
    ReleaseOut,
    StatusIn,
    TokenOut,
    Yank,
)
from cheeseshop.api.security import ByToken, bearer_of, caller, project_for
from cheeseshop.catalog.flows import remove, yank
from cheeseshop.catalog.flows.set_status import set_status
from cheeseshop.catalog.models import File, Project
from cheeseshop.catalog.queries import any_release_of
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.core.facts import Status
from cheeseshop.manage.queries import history_of, releases_of
from cheeseshop.stats.queries import downloads_of, downloads_of_files
from cheeseshop.tokens.flows import revoke_token
from cheeseshop.tokens.models import Token

_MOST = 1000
LARGEST_SERIAL = 2**63 - 1

api = NinjaAPI(
    title="Cheeseshop management API",
    version="1",
    description="Yank, delete, archive, and manage collaborators and tokens, with a token that names these actions.",
    auth=ByToken(),
    docs_url=None,
    urls_namespace="api-v1",
)
for _router in (publishing, people, organizations):
    api.add_router("", _router)


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


@api.get("/projects/", response={200: list[ProjectOut], **REFUSALS}, tags=["projects"])
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


@api.get("/projects/{name}/", response={200: ProjectOut, **REFUSALS}, tags=["projects"])
def read_project(request: HttpRequest, name: str) -> dict[str, Any]:
    """Read one project."""
    project = project_for(request, name, Action.READ)
    told = _project(project, role_on(bearer_of(request).person.id, project.pk) or "Member")
    return told | {"downloads_30_days": downloads_of(project)}


@api.delete("/projects/{name}/", response={200: Message, **REFUSALS}, tags=["projects"])
def delete_project(request: HttpRequest, name: str) -> dict[str, str]:
    """Delete a project with everything in it, for good."""
    project = project_for(request, name, Action.ADMIN)
    downloads = downloads_of(project)
    changed = remove.remove_project(project.pk, caller(request).username)
    return done(changed, _deleted(project.name, downloads))


def _deleted(what: str, downloads: int) -> str:
    return f"{what} is deleted. It was downloaded {downloads} time{'' if downloads == 1 else 's'} in the last 30 days."


@api.post("/projects/{name}/status", response={200: Message, **REFUSALS}, tags=["projects"])
def change_status(request: HttpRequest, name: str, told: StatusIn) -> dict[str, str]:
    """Set the status of a project: active, archived or deprecated."""
    project = project_for(request, name, Action.ADMIN)
    changed = set_status(project.pk, Status(told.status), told.reason, caller(request).username)
    return done(changed, f"{project.name} is {told.status}.")


@api.get("/projects/{name}/releases/", response={200: list[ReleaseLine], **REFUSALS}, tags=["releases"])
def list_releases(request: HttpRequest, name: str, after: str = "") -> list[dict[str, Any]]:
    """List the releases of a project, highest version first, a thousand at most; ``after`` a version, those below."""
    project = project_for(request, name, Action.READ)
    rows = releases_of(project, "", "").order_by("-sort_key")
    if after:
        rows = rows.filter(sort_key__lt=any_release_of(project, after).sort_key)
    rows = rows.annotate(count=Count("files"), bytes=Coalesce(Sum("files__size"), 0))
    return [
        {
            "version": release.version,
            "released_at": release.created_at,
            "yanked": release.yanked_at is not None,
            "yanked_reason": release.yanked_reason,
            "files": release.count,
            "size": release.bytes,
        }
        for release in rows[:_MOST]
    ]


@api.get("/projects/{name}/history/", response={200: list[HistoryLine], **REFUSALS}, tags=["projects"])
def read_history(request: HttpRequest, name: str, before: int | None = None) -> list[dict[str, Any]]:
    """Read what the journal says of a project, newest first, a thousand lines at most; ``before`` a serial, older."""
    rows = history_of(project_for(request, name, Action.READ), "", "", "")
    if before is not None:
        rows = rows.filter(serial__lt=min(max(before, 0), LARGEST_SERIAL))
    return [dict(row) for row in rows.values("serial", "at", "actor", "action", "version")[:_MOST]]


@api.get("/projects/{name}/releases/{version}/", response={200: ReleaseOut, **REFUSALS}, tags=["releases"])
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


@api.post("/projects/{name}/releases/{version}/yank", response={200: Message, **REFUSALS}, tags=["releases"])
def yank_release(request: HttpRequest, name: str, version: str, told: Yank) -> dict[str, str]:
    """Yank a release."""
    project = project_for(request, name, Action.YANK)
    release = any_release_of(project, version)
    changed = yank.yank_release(project.pk, release.pk, told.reason, caller(request).username)
    return done(changed, f"{release.version} is yanked.")


@api.post("/projects/{name}/releases/{version}/unyank", response={200: Message, **REFUSALS}, tags=["releases"])
def unyank_release(request: HttpRequest, name: str, version: str) -> dict[str, str]:
    """Take the yank of a release back."""
    project = project_for(request, name, Action.YANK)
    release = any_release_of(project, version)
    changed = yank.unyank_release(project.pk, release.pk, caller(request).username)
    return done(changed, f"{release.version} is offered again.")


@api.delete("/projects/{name}/releases/{version}/", response={200: Message, **REFUSALS}, tags=["releases"])
def delete_release(request: HttpRequest, name: str, version: str) -> dict[str, str]:
    """Delete a release with its files, for good."""
    project = project_for(request, name, Action.ADMIN)
    release = any_release_of(project, version)
    downloads = downloads_of(release)
    changed = remove.remove_release(project.pk, release.pk, caller(request).username)
    return done(changed, _deleted(release.version, downloads))


@api.post("/projects/{name}/files/{filename}/yank", response={200: Message, **REFUSALS}, tags=["files"])
def yank_file(request: HttpRequest, name: str, filename: str, told: Yank) -> dict[str, str]:
    """Yank one file."""
    project = project_for(request, name, Action.YANK)
    changed = yank.yank_file(project.pk, _safe(filename), told.reason, caller(request).username)
    return done(changed, f"{filename} is yanked.")


@api.post("/projects/{name}/files/{filename}/unyank", response={200: Message, **REFUSALS}, tags=["files"])
def unyank_file(request: HttpRequest, name: str, filename: str) -> dict[str, str]:
    """Take the yank of one file back."""
    project = project_for(request, name, Action.YANK)
    changed = yank.yank_file(project.pk, _safe(filename), "", caller(request).username, yanked=False)
    return done(changed, f"{filename} is offered again.")


@api.delete("/projects/{name}/files/{filename}/", response={200: Message, **REFUSALS}, tags=["files"])
def delete_file(request: HttpRequest, name: str, filename: str) -> dict[str, str]:
    """Delete one file, for good."""
    project = project_for(request, name, Action.ADMIN)
    found = File.objects.filter(release__project=project, filename=_safe(filename)).first()
    downloads = downloads_of(found) if found else 0
    changed = remove.remove_file(project.pk, filename, caller(request).username)
    return done(changed, _deleted(filename, downloads))


def _safe(filename: str) -> str:
    """PostgreSQL refuses to be asked for a NUL."""
    if "\0" in filename:
        raise Missing("No file has such a name.")
    return filename


def _whole_account(request: HttpRequest) -> User:
    """Return the caller, whose token must not be narrowed to projects: tokens are the account's.

    Raises:
        Forbidden: when it is.
    """
    bearer_of(request).check("", None, Action.ADMIN.value)
    return caller(request)


@api.get("/tokens/", response={200: list[TokenOut], **REFUSALS}, tags=["tokens"])
def list_tokens(request: HttpRequest) -> list[Token]:
    """List the account's tokens."""
    return list(Token.objects.filter(user=_whole_account(request)).order_by("created_at")[:_MOST])


@api.delete("/tokens/{token}", response={200: Message, **REFUSALS}, tags=["tokens"])
def delete_token(request: HttpRequest, token: UUID) -> dict[str, str]:
    """Revoke a token."""
    return {"message": f"{revoke_token(_whole_account(request), token, request)} is revoked."}
